/** Tables of trials, as artifacts that the repository does not keep, and the one line of each that it keeps. */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Reports of every kind; Git ignores the folder, CI shows it. */
export const artifactsFolder = join(root, 'artifacts');

/** A report with its whole table, and the page that keeps its totals. */
export interface ReportPlace {
  readonly full: string;
  readonly summary: string;
}

export const campaignReport: ReportPlace = {
  full: join(artifactsFolder, 'campaign.md'),
  summary: join(root, 'docs/campaign.md'),
};

export const faultReport: ReportPlace = {
  full: join(artifactsFolder, 'lab-faults.md'),
  summary: join(root, 'docs/guides/lab-faults.md'),
};

export interface Section {
  /** Names the section. */
  readonly name: string;
  readonly head: string;
  readonly rows: readonly string[];
  /** How many cells say what a row is about; those after them were measured. Default 3. */
  readonly known?: number;
  /** What else is said of the rows, right after the number of those that are right. */
  readonly figures?: (rows: readonly string[]) => string;
  readonly date: string;
  readonly command: string;
}

const keyOf = (row: string, known: number) => row.split(' | ').slice(0, known).join(' | ');

/** Rows of the same fault and variant are replaced; the others stay, so that one fault can be tried again alone. */
function merge(old: readonly string[], fresh: readonly string[], known: number): readonly string[] {
  const rows = new Map([...old, ...fresh].map((row) => [keyOf(row, known), row]));
  return [...rows.values()].toSorted((a, b) => (keyOf(a, known) < keyOf(b, known) ? -1 : 1));
}

const isRight = (row: string) => /\| (?:right|ok) \|$/.test(row);

/** Puts one section into the document and leaves the others as they are. Returns all rows of it. */
export function writeSection(file: string, section: Section): readonly string[] {
  const begin = `<!-- ${section.name}: begin -->`;
  const end = `<!-- ${section.name}: end -->`;
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '# Trials\n';
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  const there = from !== -1 && to !== -1;
  const headLines = section.head.split('\n');
  const isRow = (row: string) => row.startsWith('| ') && !headLines.includes(row);
  const old = there ? text.slice(from, to).split('\n').filter(isRow) : [];
  const rows = merge(old, section.rows, section.known ?? 3);
  const block = [
    begin,
    `## ${section.name}`,
    '',
    `${rows.length} trials, ${rows.filter(isRight).length} right${section.figures?.(rows) ?? ''}. Last written ${section.date} by \`${section.command}\`.`,
    '',
    section.head,
    ...rows,
    end,
  ].join('\n');
  const next = there
    ? `${text.slice(0, from)}${block}${text.slice(to + end.length)}`
    : `${text.trimEnd()}\n\n${block}\n`;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, next);
  return rows;
}

/**
 * The line of a summary for these rows, put in the place of the one of the same name.
 * `more`: cells between the totals and the date, as the page's own head names them. Throws when the rows are fewer than
 * those that the page tells of: then they are a part of the table, and the totals would say less than is known.
 */
export function writeSummary(
  file: string,
  section: Section,
  rows: readonly string[],
  more: readonly string[] = [],
): void {
  const lines = readFileSync(file, 'utf8').split('\n');
  const at = lines.findIndex((line) => line.startsWith(`| ${section.name} | `));
  const told = Number(lines[at]?.split(' | ')[1] ?? 0);
  if (rows.length < told)
    throw new Error(
      `${file} tells of ${told} trials of "${section.name}", the table has ${rows.length}: run all of it first, or take the line out`,
    );
  const right = `${rows.filter(isRight).length}${section.figures?.(rows) ?? ''}`;
  const cells = [section.name, `${rows.length}`, right, ...more, section.date, `\`${section.command}\``];
  const line = `| ${cells.join(' | ')} |`;
  const last = lines.findLastIndex((one) => one.startsWith('| '));
  writeFileSync(file, (at === -1 ? lines.toSpliced(last + 1, 0, line) : lines.with(at, line)).join('\n'));
}

/** Writes the whole table, and with `summarise` its totals. */
export function writeReport(
  place: ReportPlace,
  section: Section,
  summarise: boolean,
  more: (rows: readonly string[]) => readonly string[] = () => [],
): void {
  const rows = writeSection(place.full, section);
  if (summarise) writeSummary(place.summary, section, rows, more(rows));
}

/** Middle and greatest of the seconds in one column of the rows, as `3.1 / 45.0`; the column counts from 0. */
export function secondsIn(rows: readonly string[], column: number): string {
  const all = rows
    .map((row) => Number(row.split(' | ')[column]))
    .filter((value) => !Number.isNaN(value))
    .toSorted((a, b) => a - b);
  const middle = all[Math.floor((all.length - 1) / 2)];
  return middle === undefined ? '–' : `${middle.toFixed(1)} / ${(all.at(-1) ?? 0).toFixed(1)}`;
}
