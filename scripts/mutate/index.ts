/** `npm run mutate`: changes the code in small ways and says which changes no unit test notices. */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError } from 'commander';
import { equivalents, isEquivalent } from './equivalents.ts';
import { instrument } from './instrument.ts';
import {
  belowFloor,
  type Floors,
  lowest,
  raised,
  survivors,
  totals,
  totalsTable,
  withFigures,
} from './report.ts';
import { runMutants } from './run.ts';
import { folderOf, sample } from './sample.ts';

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const floorsPath = join(root, 'scripts/mutate/floors.json');
const quality = join(root, 'docs/quality.md');
/** Of the whole folder; the results while they come, and what survived. */
const artifacts = join(root, 'artifacts/mutation');
/** The redactor is counted by itself: its tables would be three of four mutants of the domain. */
const folders = ['src/domain', 'packages/redact/src', 'src/probes'];
const tests = ['test/unit/**/*.test.ts', 'packages/*/test/**/*.test.ts', 'test/contract/**/*.test.ts'];
/** They measure time and memory, which an instrumented redactor needs more of: without a mutant they fail. */
const measuring = ['linear', 'stream'].map((name) => `packages/redact/test/${name}.test.ts`);
/** Mutants of each folder for a minute of the budget: two cores need less. */
const perMinute = 3;
/** So many times the budget it may take by the wall clock, on a machine that does other things as well. */
const wallFactor = 4;

interface Options {
  readonly seed: readonly string[];
  readonly size?: number;
  readonly budget: number;
  readonly only: readonly string[];
  readonly tests: readonly string[];
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
  if (!/^(src|packages)(\/|$)/.test(path) || !existsSync(join(root, path)))
    throw new InvalidArgumentError('a file or folder below src or packages, please');
  return [...all, path];
};

/** A file or folder of the tests, from the root of the repository. */
const tested = (text: string, all: readonly string[]): readonly string[] => {
  const path = text.replace(/\/$/, '');
  if (!/^(test|packages)\//.test(path) || !existsSync(join(root, path)))
    throw new InvalidArgumentError('a file or folder below test or packages, please');
  return [...all, path.endsWith('.ts') ? path : `${path}/**/*.test.ts`];
};

const options = new Command('mutate')
  .description('changes the code in small ways and says which changes no unit test notices')
  .option(
    '--seed <text>',
    'another sample; repeated, a figure for each (default: "aetherius")',
    (seed, all: readonly string[]) => [...all, seed],
    [],
  )
  .option(
    '--size <number>',
    'with --only: a sample of so many of each, the same one as in a whole run',
    positive,
  )
  .option('--budget <minutes>', 'how long two idle cores take; more minutes try more mutants', positive, 40)
  .option('--only <path>', 'the mutants of a file or folder below src alone (repeatable)', source, [])
  .option('--tests <path>', 'with --only: tries the tests of one folder alone (repeatable)', tested, [])
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
  if (whole && options.tests.length > 0) {
    print('--tests is for --only: a figure of the whole needs all tests.');
    return 64;
  }
  if (options.write && !whole) {
    print('--write is for the whole sample: leave --only out.');
    return 64;
  }
  const started = Date.now();
  const chosen = whole ? folders : options.only;
  /** What is counted by itself belongs to a folder around it only when it is chosen, too. */
  const counted = [...new Set([...folders, ...chosen])];
  const seeds = options.seed.length === 0 ? ['aetherius'] : options.seed;
  const files = [...new Set(chosen.flatMap(filesBelow))].filter((file) =>
    chosen.includes(folderOf(file, counted) ?? ''),
  );
  const instrumented = await instrument(root, files);
  const present = instrumented.mutants.filter((mutant) => isEquivalent(mutant)).length;
  if (whole && present < equivalents.length) {
    print('scripts/mutate/equivalents.ts lists a mutant that is no more: take it out.');
    return 1;
  }
  const telling = instrumented.mutants.filter((mutant) => !isEquivalent(mutant));
  const size = whole ? Math.round(perMinute * options.budget) : (options.size ?? Number.POSITIVE_INFINITY);
  const samples = seeds.map((seed) => ({ seed, sampled: sample(telling, chosen, size, seed) }));
  const sampled = [...new Set(samples.flatMap((one) => one.sampled))];
  print(`${sampled.length} of ${telling.length} mutants, seed ${seeds.join(', ')}`);
  const outcome = await runMutants({
    ...{ root, instrumented, sampled, folder: artifacts, workers: options.workers },
    tests: options.tests.length > 0 ? options.tests : tests,
    exclude: measuring,
    effortMs: options.budget * 60_000 * options.workers,
    until: started + wallFactor * options.budget * 60_000,
    ...(whole ? {} : { related: files.map((file) => join(root, file)) }),
  });
  for (const test of outcome.red) print(`fails without a mutant, so left out: ${test}`);
  for (const test of outcome.once) print(`fails when it is run twice, so left out: ${test}`);

  const made = (folder: string) => telling.filter(({ file }) => folderOf(file, chosen) === folder).length;
  const tables = samples.map((one) => {
    const own = new Set(one.sampled);
    const rows = totals(
      outcome.results.filter(({ mutant }) => own.has(mutant)),
      chosen,
      made,
    );
    return { seed: one.seed, rows };
  });
  mkdirSync(artifacts, { recursive: true });
  writeFileSync(join(artifacts, 'survivors.txt'), survivors(outcome.results));
  for (const { seed, rows } of tables) print(`\nseed ${seed}\n\n${totalsTable(rows)}\n`);
  print(`survivors: artifacts/mutation/survivors.txt; took ${Math.round((Date.now() - started) / 1000)} s`);
  print(
    `spent ${Math.round(outcome.spentMs / 1000)} s of ${(options.budget * 60 * options.workers).toFixed(0)} s`,
  );
  if (outcome.cutOff !== undefined) {
    print(
      `Cut off by the ${outcome.cutOff}: what no test was tried on counts as survived, so the scores are at least these.`,
    );
    if (outcome.cutOff === 'wall clock')
      print('The machine is too busy for more: an idle one says the whole.');
  }
  const floors = JSON.parse(readFileSync(floorsPath, 'utf8')) as Floors;
  // The scores are at least those without such a test; what is written down has to be of all.
  if (outcome.red.length > 0) return 1;
  if (options.write) {
    const date = new Date().toISOString().slice(0, 10);
    const figures = tables.map(({ seed, rows }) => {
      const command = `npm run mutate -- --seed ${seed} --budget ${options.budget}`;
      return `Made on ${date} by \`${command}\`${outcome.cutOff === undefined ? '' : ', cut off: at least these'}.\n\n${totalsTable(rows)}`;
    });
    writeFileSync(quality, withFigures(readFileSync(quality, 'utf8'), figures.join('\n\n')));
    writeFileSync(
      floorsPath,
      `${JSON.stringify(raised(lowest(tables.map(({ rows }) => rows)), floors), null, 2)}\n`,
    );
  }
  const below = tables.flatMap(({ rows }) => belowFloor(rows, floors));
  for (const line of below) print(line);
  return below.length === 0 ? 0 : 1;
}

process.exitCode = await main();
