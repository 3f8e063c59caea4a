/** `npm run mutate`: changes the code in small ways and says which changes no unit test notices. */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError } from 'commander';
import { equivalents, isEquivalent } from './equivalents.ts';
import { instrument } from './instrument.ts';
import { belowFloor, type Floors, raised, survivors, totals, totalsTable, withFigures } from './report.ts';
import { runMutants } from './run.ts';
import { folderOf, sample } from './sample.ts';

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const floorsPath = join(root, 'scripts/mutate/floors.json');
const quality = join(root, 'docs/quality.md');
/** Of the whole folder; the results while they come, and what survived. */
const artifacts = join(root, 'artifacts/mutation');
/** The redactor is counted by itself: its tables would be three of four mutants of the domain. */
const folders = ['src/domain', 'src/domain/kernel/redact', 'src/probes'];
const tests = ['test/unit/**/*.test.ts', 'test/contract/**/*.test.ts'];
/** Mutants of each folder for a minute of the budget: two cores need less. */
const perMinute = 30;

interface Options {
  readonly seed: string;
  readonly budget: number;
  readonly only: readonly string[];
  readonly workers: number;
  readonly write: boolean;
}

const positive = (text: string): number => {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('a number above 0, please');
  return value;
};

/** A file or folder of the source, from the root of the repository. */
const source = (text: string, all: readonly string[]): readonly string[] => {
  const path = text.replace(/\/$/, '');
  if (!/^src(\/|$)/.test(path) || !existsSync(join(root, path)))
    throw new InvalidArgumentError('a file or folder below src, please');
  return [...all, path];
};

const options = new Command('mutate')
  .description('changes the code in small ways and says which changes no unit test notices')
  .option('--seed <text>', 'another sample', 'aetherius')
  .option('--budget <minutes>', 'how long it may take; more minutes try more mutants', positive, 15)
  .option('--only <path>', 'every mutant of a file or folder below src (repeatable)', source, [])
  .option('--workers <number>', 'processes side by side', positive, Math.min(2, availableParallelism()))
  .option('--write', 'writes the figures into docs/quality.md and raises the floors', false)
  .parse()
  .opts<Options>();

const print = (line: string) => process.stdout.write(`${line}\n`);

function filesBelow(path: string): readonly string[] {
  if (statSync(join(root, path)).isFile()) return [path];
  return readdirSync(join(root, path), { recursive: true, encoding: 'utf8' })
    .map((name) => `${path}/${name}`)
    .filter((name) => /(?<!\.d)\.ts$/.test(name))
    .toSorted();
}

async function main(): Promise<number> {
  const whole = options.only.length === 0;
  if (options.write && !whole) {
    print('--write is for the whole sample: leave --only out.');
    return 64;
  }
  const started = Date.now();
  const chosen = whole ? folders : options.only;
  const files = [...new Set(chosen.flatMap(filesBelow))];
  const instrumented = await instrument(root, files);
  const present = instrumented.mutants.filter((mutant) => isEquivalent(mutant)).length;
  if (whole && present < equivalents.length) {
    print('scripts/mutate/equivalents.ts lists a mutant that is no more: take it out.');
    return 1;
  }
  const telling = instrumented.mutants.filter((mutant) => !isEquivalent(mutant));
  const size = whole ? Math.round(perMinute * options.budget) : Number.POSITIVE_INFINITY;
  const sampled = sample(telling, chosen, size, options.seed);
  print(`${sampled.length} of ${telling.length} mutants, seed ${options.seed}`);
  const outcome = await runMutants({
    ...{ root, instrumented, sampled, tests, folder: artifacts, workers: options.workers },
    until: started + options.budget * 60_000,
    ...(whole ? {} : { related: files.map((file) => join(root, file)) }),
  });
  for (const test of outcome.red) print(`fails without a mutant: ${test}`);
  for (const test of outcome.once) print(`fails when it is run twice, so left out: ${test}`);
  if (outcome.red.length > 0) return 1;

  const made = (folder: string) => telling.filter(({ file }) => folderOf(file, chosen) === folder).length;
  const rows = totals(outcome.results, chosen, made);
  mkdirSync(artifacts, { recursive: true });
  writeFileSync(join(artifacts, 'survivors.txt'), survivors(outcome.results));
  print(`\n${totalsTable(rows)}\n`);
  print(`survivors: artifacts/mutation/survivors.txt; took ${Math.round((Date.now() - started) / 1000)} s`);
  if (!outcome.whole) {
    print('The time was up before every mutant met every test: what is left counts as survived here.');
    return 1;
  }
  const floors = JSON.parse(readFileSync(floorsPath, 'utf8')) as Floors;
  if (options.write) {
    const command = `npm run mutate -- --seed ${options.seed} --budget ${options.budget}`;
    const date = new Date().toISOString().slice(0, 10);
    const figures = `Made on ${date} by \`${command}\`.\n\n${totalsTable(rows)}`;
    writeFileSync(quality, withFigures(readFileSync(quality, 'utf8'), figures));
    writeFileSync(floorsPath, `${JSON.stringify(raised(rows, floors), null, 2)}\n`);
  }
  const below = belowFloor(rows, floors);
  for (const line of below) print(line);
  return below.length === 0 ? 0 : 1;
}

process.exitCode = await main();
