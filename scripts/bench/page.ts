/** One part of docs/benchmarks.md: its heading, and what stands under it. */
export interface Section {
  readonly title: string;
  readonly text: string;
}

/** The page after some parts were measured alone: their sections are new, all else stays; a part it does not have yet goes to its end. */
export function withSections(page: string, fresh: readonly Section[]): string {
  const [intro = '', ...old] = page.trimEnd().split(/\n+(?=## )/);
  const titleOf = (block: string): string => block.slice('## '.length).split('\n', 1)[0] ?? '';
  const blockOf = ({ title, text }: Section): string => `## ${title}\n\n${text}`;
  const kept = old.map((block) => {
    const replaced = fresh.find(({ title }) => title === titleOf(block));
    return replaced === undefined ? block : blockOf(replaced);
  });
  const known = new Set(old.map(titleOf));
  const added = fresh.filter(({ title }) => !known.has(title)).map(blockOf);
  return `${[intro, ...kept, ...added].join('\n\n')}\n`;
}
