/** What the README and the page of the score say, from what was tried. */

import type { Sum, Tried } from './judge.ts';
import { published } from './published.ts';

/** When and where it was tried. */
export interface Run {
  readonly date: string;
  readonly runtime: string;
  /** Undefined: ours. */
  readonly tool?: string;
}

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
  [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');

const heads = [
  ...['who', 'faults', 'roots found', 'mean score', 'wrong causes confirmed', 'of these harmful'],
  ...['harmful remedies', 'negatives silent', 'seconds, middle and most'],
];

const cells = (run: Run, sum: Sum): readonly string[] => [
  `${run.tool === undefined ? 'this bot' : `\`${run.tool}\``}, ${run.runtime}, ${run.date}`,
  ...[`${sum.faults}`, `${sum.rootsFound}`, sum.mean.toFixed(2), `${sum.wrong}`, `${sum.harmful}`],
  // Another tool is not asked for remedies.
  run.tool === undefined ? `${sum.harmfulRemedies}` : '–',
  ...[`${sum.silent} of ${sum.negatives}`, sum.seconds.map((one) => one.toFixed(1)).join(' / ')],
];

/** The table of who was tried, and what others publish. */
export function scoreTable(run: Run, sum: Sum): string {
  return [
    table(heads, [cells(run, sum)]),
    '',
    'What others publish of themselves, on faults of their own:',
    '',
    table(
      ['who', 'score', 'on what', 'since'],
      published.map(({ who, score, what, url, date }) => [who, score, `[${what}](${url})`, date]),
    ),
  ].join('\n');
}

const resultOf = ({ judged, loud, problem, case: of }: Tried): string => {
  if (problem !== undefined) return `no answer: ${problem}`;
  if (of.looksLike !== undefined && !loud) return 'silent';
  return [
    ...(judged.found.length > 0 ? [`found ${judged.found.join(', ')}`] : []),
    ...(judged.missing.length > 0 ? [`not found: ${judged.missing.join(', ')}`] : []),
    ...(judged.wrong.length > 0 ? [`wrong: ${judged.wrong.join(', ')}`] : []),
    ...(judged.harmful.length > 0 ? [`harmful: ${judged.harmful.join(', ')}`] : []),
    ...(judged.harmfulRemedies.length > 0 ? [`harmful remedies: ${judged.harmfulRemedies.join(', ')}`] : []),
    ...(loud && judged.wrong.length === 0 ? ['not silent'] : []),
  ].join('; ');
};

/** One line a case. */
export const caseTable = (all: readonly Tried[]): string =>
  table(
    ['case', 'source', 'licence', 'planted', 'asked', 'score', 'seconds', 'result'],
    all.map((one) => {
      const { source, plant, looksLike } = one.case;
      return [
        ...[one.case.id, `[${source.name}](${source.url})`, source.licence],
        looksLike ?? plant.map(({ fault, variant }) => `${fault} ${variant}`).join(' + '),
        one.asked === one.case.asked ? one.asked : `${one.case.asked} → ${one.asked}`,
        one.judged.score?.toFixed(2) ?? '–',
        one.seconds.toFixed(1),
        resultOf(one),
      ];
    }),
  );

const begin = '<!-- score: written by `npm run score -- --write` -->';
const end = '<!-- score: end -->';

/** The page with another text between its marks; throws where they are missing. */
export function withRegion(page: string, region: string): string {
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from === -1 || to < from) throw new Error(`the page has no ${begin} … ${end}`);
  return `${page.slice(0, from)}${begin}\n\n${region}\n\n${page.slice(to)}`;
}
