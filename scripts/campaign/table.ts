/** The campaign's table: one line a trial. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Runtime } from '../../lab/types.ts';
import type { Trial } from './trial.ts';

const head = [
  '| fault | variant | runtime | asked | top cause | false causes | answer s | API requests | whole s | result |',
  '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
];

const escape = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

/** One trial as a row of the table. */
export function rowOf(trial: Trial): string {
  const cells = [
    trial.fault,
    trial.variant,
    trial.runtime,
    trial.asked,
    trial.topCause,
    trial.falseCauses.length === 0 ? 'none' : trial.falseCauses.join(', '),
    trial.seconds.toFixed(1),
    trial.apiRequests === undefined ? '–' : `${trial.apiRequests}`,
    trial.total.toFixed(1),
    trial.problems.length === 0 ? 'right' : escape(trial.problems.join('; ')),
  ];
  return `| ${cells.join(' | ')} |`;
}

export const tableHead = head.join('\n');

const begin = (runtime: Runtime) => `<!-- ${runtime}: begin -->`;
const end = (runtime: Runtime) => `<!-- ${runtime}: end -->`;

const introduction = `# Fault campaign

\`npm run campaign\` plants each fault of the lab, asks for its symptom in Slack as a person would, and compares the
answer: the planted cause has to be confirmed and to stand first, nothing else may be confirmed, and after the fault is
taken away no cause may be left. What is wrong stands in the last column. How to run it: [the guide](guides/campaign.md).
`;

/** Puts one runtime's table into the document and leaves the others as they are. */
export function writeTable(
  file: string,
  runtime: Runtime,
  trials: readonly Trial[],
  made: { readonly date: string; readonly command: string },
): void {
  const right = trials.filter(({ problems }) => problems.length === 0).length;
  const section = [
    begin(runtime),
    `## ${runtime}`,
    '',
    `${made.date}, \`${made.command}\`: ${trials.length} trials, ${right} right.`,
    '',
    tableHead,
    ...trials.map(rowOf),
    end(runtime),
  ].join('\n');
  const text = existsSync(file) ? readFileSync(file, 'utf8') : introduction;
  const from = text.indexOf(begin(runtime));
  const to = text.indexOf(end(runtime));
  writeFileSync(
    file,
    from === -1 || to === -1
      ? `${text.trimEnd()}\n\n${section}\n`
      : `${text.slice(0, from)}${section}${text.slice(to + end(runtime).length)}`,
  );
}
