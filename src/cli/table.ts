import { widthOf, wrapped } from './screen.ts';

/** Between two columns. */
const gap = '  ';
/** The last column needs so much room beside the others, or it stands below them. */
const fewestBeside = 24;

/**
 * Rows in columns as a terminal shows them, two blanks apart; the last column is not padded. Where it is too wide for the
 * terminal it is folded, beside the others or below them.
 */
export function table(rows: readonly (readonly string[])[], columns?: number): string {
  const count = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, index) =>
    Math.max(0, ...rows.map((row) => widthOf(row[index] ?? ''))),
  );
  const before = widths.slice(0, -1).reduce((sum, width) => sum + width + gap.length, 0);
  const fits = columns === undefined || before + (widths.at(-1) ?? 0) <= columns;
  return rows
    .flatMap((row) => (fits ? [padded(row, widths)] : folded(row, widths, before, columns)))
    .join('\n');
}

function padded(row: readonly string[], widths: readonly number[]): string {
  return row
    .map((cell, index) =>
      index === widths.length - 1 ? cell : cell + ' '.repeat((widths[index] ?? 0) - widthOf(cell)),
    )
    .join(gap)
    .trimEnd();
}

function folded(
  row: readonly string[],
  widths: readonly number[],
  before: number,
  columns: number,
): readonly string[] {
  const head = row.slice(0, widths.length - 1);
  const last = row[widths.length - 1] ?? '';
  const room = columns - before;
  if (room >= fewestBeside) {
    const [first = '', ...rest] = wrapped(last, room, room);
    return [padded([...head, first], widths), ...rest.map((line) => `${' '.repeat(before)}${line}`)];
  }
  const indent = /^ */.exec(head[0] ?? '')?.[0] ?? '';
  const below = `${indent}    `;
  const own = head.filter((cell) => cell.trim() !== '').join(gap);
  if (last === '') return [own];
  return [
    own,
    ...wrapped(last, columns - below.length, columns - below.length).map((line) => `${below}${line}`),
  ];
}
