/** Phrases by class, and by who would write them so; a line is a phrase. `none` means that nothing is asked for. */
export type Phrases = Readonly<Record<string, Readonly<Record<string, string>>>>;

export interface Phrase {
  readonly id: string;
  readonly role: string;
  readonly language: 'en' | 'zh';
  readonly text: string;
}

export function phrasesOf(phrases: Phrases, language: Phrase['language']): readonly Phrase[] {
  return Object.entries(phrases).flatMap(([id, roles]) =>
    Object.entries(roles).flatMap(([role, lines]) =>
      lines
        .split('\n')
        .filter((text) => text !== '')
        .map((text) => ({ id, role, language, text })),
    ),
  );
}
