import { table } from '../docs/markdown.ts';
import type { Result } from './run.ts';
import { folderOf } from './sample.ts';

export interface Total {
  readonly folder: string;
  /** All mutants that the operators make of it, without those of a folder below it that is counted by itself. */
  readonly made: number;
  readonly tried: number;
  readonly noticed: number;
  /** Among those noticed: the test did not end. */
  readonly timeouts: number;
  readonly survived: number;
  readonly uncovered: number;
  /** Noticed of tried, in percent with one digit; 0 of a folder without mutants. */
  readonly score: number;
}

export function totals(
  results: readonly Result[],
  folders: readonly string[],
  made: (folder: string) => number,
): readonly Total[] {
  return folders.map((folder) => {
    const own = results.filter(({ mutant }) => folderOf(mutant.file, folders) === folder);
    const count = (...statuses: readonly Result['status'][]) =>
      own.filter(({ status }) => statuses.includes(status)).length;
    const noticed = count('killed', 'timeout');
    return {
      ...{ folder, made: made(folder), tried: own.length, noticed, timeouts: count('timeout') },
      ...{ survived: count('survived'), uncovered: count('uncovered') },
      score: own.length === 0 ? 0 : Math.floor((1000 * noticed) / own.length) / 10,
    };
  });
}

export function totalsTable(rows: readonly Total[]): string {
  return table(
    ['folder', 'mutants', 'tried', 'noticed', 'of these by a timeout', 'survived', 'without a test', 'score'],
    rows.map((row) => [
      ...[`\`${row.folder}\``, `${row.made}`, `${row.tried}`, `${row.noticed}`, `${row.timeouts}`],
      ...[`${row.survived}`, `${row.uncovered}`, `${row.score.toFixed(1)} %`],
    ]),
  );
}

/** What no test noticed, by file: a place to click on, and the change. */
export function survivors(results: readonly Result[]): string {
  const short = (text: string) => {
    const line = text.replace(/\s+/g, ' ');
    return line.length > 160 ? `${line.slice(0, 160)} …` : line;
  };
  return results
    .filter(({ status }) => status === 'survived' || status === 'uncovered')
    .toSorted((a, b) => a.mutant.file.localeCompare(b.mutant.file) || a.mutant.line - b.mutant.line)
    .map(({ mutant, status, reading }) =>
      [
        `${mutant.file}:${mutant.line}:${mutant.column} ${mutant.operator} (${status}${reading ? ', while it is read' : ''})`,
        `  - ${short(mutant.original)}`,
        `  + ${short(mutant.replacement)}`,
        '',
      ].join('\n'),
    )
    .join('\n');
}

const marks = [
  '<!-- mutation: written by `npm run mutate -- --write` -->',
  '<!-- mutation: end -->',
] as const;

/** Puts the figures between the marks of the document. Throws when it has none. */
export function withFigures(document: string, figures: string): string {
  const [from, to] = [document.indexOf(marks[0]), document.indexOf(marks[1])];
  if (from === -1 || to < from) throw new Error('the document has no place for the figures of mutation');
  return `${document.slice(0, from + marks[0].length)}\n\n${figures}\n\n${document.slice(to)}`;
}

export type Floors = Readonly<Record<string, number>>;

/** Folders whose score is below what is committed, a line each. */
export function belowFloor(rows: readonly Total[], floors: Floors): readonly string[] {
  return rows.flatMap(({ folder, score }) => {
    const floor = floors[folder];
    return floor === undefined || score >= floor
      ? []
      : [`${folder}: ${score.toFixed(1)} % is less than ${floor} %`];
  });
}

/** Of several samples the lowest score of each folder. */
export function lowest(samples: readonly (readonly Total[])[]): readonly Total[] {
  const rows = samples.flat();
  return rows.filter((row, at) =>
    rows.every(
      (one, other) =>
        one.folder !== row.folder || row.score < one.score || (row.score === one.score && at <= other),
    ),
  );
}

/** The floors with each raised to the whole percent that was reached; none is ever lowered. */
export function raised(rows: readonly Total[], floors: Floors): Floors {
  const reached = new Map(rows.map(({ folder, score }) => [folder, Math.floor(score)]));
  return Object.fromEntries(
    Object.entries(floors).map(([folder, floor]) => [folder, Math.max(floor, reached.get(folder) ?? floor)]),
  );
}
