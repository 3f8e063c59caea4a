import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  type Described,
  descriptionsIn,
  lockedDescriptions,
  readDescriptions,
} from '../../test/unit/services/diagnosis/request-corpus/descriptions.ts';
import { phrases } from './index.ts';

/**
 * How many sentences of other fields start a run: one-line descriptions of Debian's packages, none of which the model was
 * trained on. `npm run words:others` asks apt for its index; `-- <file>` reads a `Packages` file. `--write` writes the
 * figures into `docs/quality.md`.
 */
const page = fileURLToPath(new URL('../../docs/quality.md', import.meta.url));
const begin = '<!-- others: written by `npm run words:others -- --write` -->';
const end = '<!-- others: end -->';
const SAMPLE = 10_000;
/** Of all that start a run this many are shown. */
const SHOWN = 20;

/** Those that are in no list of ours, spread over the whole index. */
function sampleOf(all: readonly Described[]): readonly Described[] {
  const known = new Set([
    ...phrases.map(({ text }) => text),
    ...lockedDescriptions().map(({ text }) => text),
  ]);
  const fresh = [...new Map(all.map((one) => [one.text, one])).values()].filter(
    ({ text }) => !known.has(text),
  );
  const step = Math.max(1, fresh.length / SAMPLE);
  return Array.from(
    { length: Math.min(SAMPLE, fresh.length) },
    (_one, at) => fresh[Math.floor(at * step)],
  ).flatMap((one) => one ?? []);
}

const share = (some: number, all: number) => `${some} (${((some / all) * 100).toFixed(2)} %)`;

const args = process.argv.slice(2);
const path = args.find((arg) => !arg.startsWith('--'));
const index =
  path === undefined
    ? execFileSync('apt-cache', ['dumpavail'], { encoding: 'utf8', maxBuffer: 1 << 29 })
    : readFileSync(path, 'utf8');
const sample = sampleOf(descriptionsIn(index));
if (sample.length === 0)
  throw new Error('this index has no descriptions: apt-get update, or name a Packages file');
const { started, offered } = readDescriptions(sample);
const figures = `Of ${sample.length.toLocaleString('en')} others ${share(started.length, sample.length)} start a run, and ${share(offered.length, sample.length)} are asked about.`;
console.log(figures);
for (const { package: name, text, ids } of started.slice(0, SHOWN))
  console.log(`  ${ids} ← ${text} (${name})`);
if (args.includes('--write')) {
  const text = readFileSync(page, 'utf8');
  writeFileSync(
    page,
    `${text.slice(0, text.indexOf(begin) + begin.length)}\n\n${figures}\n\n${text.slice(text.indexOf(end))}`,
  );
}
