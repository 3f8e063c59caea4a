/** Where a text comes from decides its half: what one source says alike is never in both. */
export interface Block {
  readonly source: string;
  readonly kind: Kind;
  /** `ID | text` a line; several ids where each of them is right; `-` where nothing may start. */
  readonly texts: string;
}

export const kinds = ['error', 'alert', 'paraphrase', 'typo', 'command', 'none'] as const;
export type Kind = (typeof kinds)[number];

export interface Case {
  readonly source: string;
  readonly kind: Kind;
  readonly text: string;
  /** Symptoms that are right; empty where nothing may start. */
  readonly ids: readonly string[];
}

export function casesOf(blocks: readonly Block[]): readonly Case[] {
  return blocks.flatMap(({ source, kind, texts }) =>
    texts
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => {
        const at = line.indexOf(' | ');
        const ids = line.slice(0, at).trim();
        return { source, kind, text: line.slice(at + 3).trim(), ids: ids === '-' ? [] : ids.split(',') };
      }),
  );
}
