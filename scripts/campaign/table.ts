/** The campaign's tables: one line a trial. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { DeprivedTrial } from './deprived-trial.ts';
import type { HealthTrial } from './health-trial.ts';
import type { PairTrial } from './pairs.ts';
import type { Trial } from './trial.ts';

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
const headOf = (...names: readonly string[]) => `${line(names)}\n${line(names.map(() => '---'))}`;
const listed = (words: readonly string[]) => (words.length === 0 ? 'none' : words.join(', '));
const resultOf = (problems: readonly string[]) => (problems.length === 0 ? 'right' : problems.join('; '));

export const trialHead = headOf(
  ...['fault', 'variant', 'runtime', 'asked', 'top cause', 'false causes', 'answer s', 'API requests'],
  ...['whole s', 'result'],
);

/** One planted fault. */
export const trialRow = (trial: Trial): string =>
  line([
    trial.fault,
    trial.variant,
    trial.runtime,
    trial.asked,
    trial.topCause,
    listed(trial.falseCauses),
    trial.seconds.toFixed(1),
    trial.apiRequests === undefined ? '–' : `${trial.apiRequests}`,
    trial.total.toFixed(1),
    resultOf(trial.problems),
  ]);

export const deprivedHead = headOf(
  ...['fault', 'variant', 'runtime', 'without', 'planted cause is', 'false causes', 'answer s', 'result'],
);

/** One planted fault, seen with less. */
export const deprivedRow = (trial: DeprivedTrial): string =>
  line([
    trial.fault,
    trial.variant,
    trial.runtime,
    trial.without,
    trial.verdict,
    listed(trial.falseCauses),
    trial.seconds.toFixed(1),
    resultOf(trial.problems),
  ]);

export const pairHead = headOf('planted', 'runtime', 'confirmed', 'false causes', 'result');

export const pairRow = (trial: PairTrial): string =>
  line([trial.planted, trial.runtime, trial.found, listed(trial.falseCauses), resultOf(trial.problems)]);

export const healthHead = headOf(
  'fault',
  'variant',
  'runtime',
  'its row',
  'other rows',
  'answer s',
  'result',
);

/** One part broken in one way, as the health table shows it. */
export const healthRow = (trial: HealthTrial): string =>
  line([
    trial.fault,
    trial.variant,
    trial.runtime,
    trial.said === '' ? '–' : trial.said,
    trial.others === '' ? 'up' : trial.others,
    trial.seconds.toFixed(1),
    resultOf(trial.problems),
  ]);

const introduction = `# Fault campaign

\`npm run campaign\` plants each fault of the lab, asks for its symptom in Slack as a person would, and compares the
answer: the planted cause has to be confirmed and to stand first, nothing else may be confirmed, and after the fault is
taken away no cause may be left. What is wrong stands in the last column.

* \`--runtime kubernetes|compose\`, \`--fault S2.a\` (the beginning of an id, repeatable), \`--variant\`, \`--once\` (each
  cause once), \`--each\` (each fault once), \`--beside compose\` (what that platform does not have), \`--keep\` (leaves
  the platform up), \`--table docs/campaign.md\`.
* \`--less\`: each sample again with one kind of evidence taken away. Then the planted cause has to be confirmed by what is
  left, or possible with the reason why it cannot be seen; never another one.
* \`--pairs\`: faults that occur together.
* \`--health\`: each part broken in each way, and \`/aetherius health\`: the table has to name that part and nothing else,
  and to show what follows from it behind it.
`;

export interface Section {
  /** Names the section. */
  readonly name: string;
  readonly head: string;
  readonly rows: readonly string[];
  readonly date: string;
  readonly command: string;
}

/** What a row is about: all cells up to the first that was measured. */
const keyOf = (row: string, known: number) => row.split(' | ').slice(0, known).join(' | ');

/** Rows of the same fault and variant are replaced; the others stay, so that one fault can be tried again alone. */
function merge(old: readonly string[], fresh: readonly string[], known: number): readonly string[] {
  const rows = new Map([...old, ...fresh].map((row) => [keyOf(row, known), row]));
  return [...rows.values()].toSorted((a, b) => (keyOf(a, known) < keyOf(b, known) ? -1 : 1));
}

/** Puts one section into the document and leaves the others as they are. */
export function writeSection(file: string, section: Section): void {
  const begin = `<!-- ${section.name}: begin -->`;
  const end = `<!-- ${section.name}: end -->`;
  const text = existsSync(file) ? readFileSync(file, 'utf8') : introduction;
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  const there = from !== -1 && to !== -1;
  const headLines = section.head.split('\n');
  const isRow = (row: string) => row.startsWith('| ') && !headLines.includes(row);
  const old = there ? text.slice(from, to).split('\n').filter(isRow) : [];
  const known = section.head === pairHead ? 1 : section.head === deprivedHead ? 4 : 3;
  const rows = merge(old, section.rows, known);
  const right = rows.filter((row) => /\| (?:right|ok) \|$/.test(row)).length;
  const block = [
    begin,
    `## ${section.name}`,
    '',
    `${rows.length} trials, ${right} right. Last written ${section.date} by \`${section.command}\`.`,
    '',
    section.head,
    ...rows,
    end,
  ].join('\n');
  const next = there
    ? `${text.slice(0, from)}${block}${text.slice(to + end.length)}`
    : `${text.trimEnd()}\n\n${block}\n`;
  writeFileSync(file, next);
}
