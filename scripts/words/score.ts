import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { causeShares } from '../../test/unit/services/diagnosis/request-corpus/causes.ts';
import type { Block } from '../../test/unit/services/diagnosis/request-corpus/corpus.ts';
import {
  lockedDescriptions,
  readDescriptions,
} from '../../test/unit/services/diagnosis/request-corpus/descriptions.ts';
import { fourth } from '../../test/unit/services/diagnosis/request-corpus/fourth.ts';
import { locked } from '../../test/unit/services/diagnosis/request-corpus/locked.ts';
import { scoreOf } from '../../test/unit/services/diagnosis/request-corpus/score.ts';
import { second } from '../../test/unit/services/diagnosis/request-corpus/second.ts';
import { third } from '../../test/unit/services/diagnosis/request-corpus/third.ts';
import { tuning } from '../../test/unit/services/diagnosis/request-corpus/tuning.ts';

const page = fileURLToPath(new URL('../../docs/quality.md', import.meta.url));
const begin = '<!-- words: written by `npm run words:score -- --write` -->';
const end = '<!-- words: end -->';

const share = (some: number, all: number) => `${some} (${((some / all) * 100).toFixed(0)} %)`;
const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[]) =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
const shown = (text: string) => text.replaceAll('|', '\\|').replaceAll('`', "'").slice(0, 90);

/** What stands between the marks of `docs/quality.md`. */
export function scoreRegion(): string {
  const score = scoreOf([...locked, ...second]);
  const rows = (half: readonly Block[]) =>
    scoreOf(half)
      .rows.filter(({ texts }) => texts > 0)
      .map(({ kind, texts, first, amongThree, sure, sureAndWrong, nothing }) => [
        ...[kind, texts, share(first, texts), share(amongThree, texts), share(sure, texts)],
        ...[sureAndWrong, nothing],
      ]);
  const head = [
    'kind',
    'texts',
    'right first',
    'right among three',
    'a run starts',
    'of these wrong',
    'nothing offered',
  ];
  const others = lockedDescriptions();
  const { started, offered } = readDescriptions(others);
  return [
    `Of the ${others.length} descriptions of other things that are kept here, ${started.length} start a run, and ${offered.length} are asked about.`,
    '',
    'The first locked half, now:',
    '',
    table(head, rows(locked)),
    '',
    'The second locked half, now:',
    '',
    table(head, rows(second)),
    '',
    'The third locked set, now, counted only:',
    '',
    table(head, rows(third)),
    '',
    'The fourth locked set, now, counted only:',
    '',
    table(head, rows(fourth)),
    '',
    'Causes that are among what the run looks at, which a plain question starts or is offered first:',
    '',
    table(
      ['language', 'causes', 'found', 'a run starts'],
      causeShares().map(({ language, causes, found, sure }) => [
        ...[language, causes],
        ...[share(found, causes), sure],
      ]),
    ),
    '',
    'What was taken for what in the first two, by the first answer:',
    '',
    table(['meant', 'taken for', 'times'], score.confused),
    '',
    'The ten worst of the first two:',
    '',
    table(
      ['text', 'meant', 'answer'],
      score.worst.map(({ text, meant, taken }) => [`\`${shown(text)}\``, meant, taken]),
    ),
  ].join('\n');
}

export function withScore(text: string): string {
  const from = text.indexOf(begin) + begin.length;
  return `${text.slice(0, from)}\n\n${scoreRegion()}\n\n${text.slice(text.indexOf(end))}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes('--write')) writeFileSync(page, withScore(readFileSync(page, 'utf8')));
  console.log(scoreRegion());
  const half = scoreOf(tuning).rows.map((row) => `${row.kind} ${row.first}/${row.texts}`);
  console.log(`\nThe tuning half, right first: ${half.join(', ')}`);
}
