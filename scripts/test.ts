import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import PQueue from 'p-queue';
import { markVariable } from '../lab/components/process.ts';
import { artifactsFolder } from '../lab/report.ts';
import { missingFor } from '../lab/runtimes/index.ts';
import { differences, snapshot } from '../lab/snapshot.ts';
import { type Runtime, runtimes } from '../lab/types.ts';
import { type Choice, ciChoices } from './campaign/choice.ts';
import { type KindOfCombination, kindsOfCombination } from './campaign/combinations.ts';

/**
 * `npm test`: every suite, and at the end one line with the sum. Campaigns and the suites behind them also wait, so two
 * of them run side by side; with three, two cores are never idle and tests run out of time. Suites that need the lab
 * bring it up when the toolchains are there; otherwise one line says what was left out and why. With CI=true nothing may
 * be left out, not even a single skipped test.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
/** One after the other, beside the platforms while they come up. */
const early = ['unit', 'contract', 'repo', 'guides'] as const;
/** How many campaigns and suites run at a time once the platforms are up: that builds what some of the suites start. */
const atATime = 2;
/** The lab that the suite about labs has: the platforms of the campaigns have the number before. */
const suiteLab = (Number(process.env['AETHERIUS_LAB_INSTANCE'] ?? '0') + 8) % 10;
const ci = process.env['CI'] === 'true' || process.env['CI'] === '1';

interface Count {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message?: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages?: readonly string[];
    }[];
  }[];
}

/** Adds a report up. A file that could not even be read counts as one failure. */
export function countReport(report: Report): Count & { readonly skippedNames: readonly string[] } {
  const tests = report.testResults.flatMap((file) => file.assertionResults);
  const broken = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  );
  const skippedNames = tests
    .filter((test) => test.status !== 'passed' && test.status !== 'failed')
    .map((test) => test.fullName);
  return {
    passed: tests.filter((test) => test.status === 'passed').length,
    failed: tests.filter((test) => test.status === 'failed').length + broken.length,
    skipped: skippedNames.length,
    skippedNames,
  };
}

/** The test, and the first lines of what it said. */
const failure = (name: string, message = ''): string =>
  [name, ...message.split('\n').slice(0, 12)].join('\n  ').trimEnd();

/** What failed in a report, each with the first lines of why, so that the end of a long log tells it. */
export function failuresOf(report: Report): readonly string[] {
  return report.testResults
    .filter((file) => file.status === 'failed')
    .flatMap((file) => {
      const tests = file.assertionResults.filter((test) => test.status === 'failed');
      if (tests.length === 0) return [failure(file.name, file.message)];
      return tests.map((test) => failure(`${file.name}: ${test.fullName}`, test.failureMessages?.join('\n')));
    });
}

/** Everything that failed in this run, told once more before the last line. */
const failures: string[] = [];

/** How long each part took, in the order in which they ended: where to look when a run has become long. */
const times: string[] = [];

async function timed<T>(what: string, part: Promise<T>): Promise<T> {
  const began = performance.now();
  const result = await part;
  times.push(`${what} ${Math.round((performance.now() - began) / 1000)} s`);
  return result;
}

interface Beside {
  /** File that gets the output, to be shown at the end. */
  readonly log: string;
  /** It belongs to the lab that is up; default: it does not bear its mark. */
  readonly marked?: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

/** With `beside` its output does not mix with that of others, and the process yields to them. */
function run(command: string, args: readonly string[], beside?: Beside): Promise<number> {
  return new Promise((resolve, reject) => {
    const output = beside === undefined ? ('inherit' as const) : openSync(beside.log, 'w');
    const { [markVariable]: _mark, ...unmarked } = process.env;
    const marked = beside === undefined || beside.marked === true;
    const env = { ...(marked ? process.env : unmarked), ...beside?.env };
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', output, output], env });
    if (!marked && child.pid !== undefined) setPriority(child.pid, 5);
    child.on('error', reject);
    child.on('exit', (code) => {
      if (typeof output === 'number') closeSync(output);
      resolve(code ?? 1);
    });
  });
}

async function runProject(name: string, folder: string, beside?: Beside): Promise<Count> {
  const output = join(folder, `${name}.json`);
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const args = [
    ...[vitest, 'run', '--project', name, '--passWithNoTests'],
    ...['--reporter=default', '--reporter=json', `--outputFile.json=${output}`],
  ];
  const code = await timed(name, run(process.execPath, args, beside));
  if (beside !== undefined) process.stdout.write(readFileSync(beside.log));
  if (!existsSync(output)) return oneFailure(`suite ${name}: ended with ${code} and wrote no report`);
  const report = JSON.parse(readFileSync(output, 'utf8')) as Report;
  const count = countReport(report);
  failures.push(...failuresOf(report));
  // An error outside of every test fails the run without failing a test.
  const outside = code !== 0 && count.failed === 0;
  if (outside) failures.push(`suite ${name}: an error outside of every test (see above)`);
  const failed = outside ? 1 : count.failed;
  if (!ci || count.skipped === 0) return { ...count, failed };
  failures.push(...count.skippedNames.map((test) => `left out, which CI does not allow: ${test}`));
  return { ...count, failed: failed + count.skipped };
}

/** Brings one platform up; the set-up may be tried twice, an assertion never is. */
async function bringUp(runtime: Runtime): Promise<boolean> {
  const up = () => run(process.execPath, ['--import', 'tsx', 'lab/cli.ts', 'up', runtime]);
  if ((await up()) === 0) return true;
  console.log(`The lab's platform on ${runtime} did not come up; trying once more.`);
  await run(process.execPath, ['--import', 'tsx', 'lab/cli.ts', 'down', runtime]);
  return (await up()) === 0;
}

/** The platforms with their campaigns, and the suites beside them. */
async function runSuites(folder: string): Promise<Count> {
  const beside = (name: string, env: Readonly<Record<string, string>> = {}) =>
    runProject(name, folder, { log: join(folder, `${name}.log`), env });
  const first = inTurn(early.map((name) => () => beside(name)));
  let tried: Promise<Count> | undefined;
  const integration = () => (tried ??= beside('integration'));
  // One of the labs of the one is one of the other's as well.
  const endToEnd = async () => {
    await integration();
    return beside('e2e');
  };
  const missing = runtimes.flatMap((runtime) => missingFor(runtime));
  if (missing.length > 0) {
    console.log(
      `Left out: suite lab, because this machine has not all it needs (${[...new Set(missing)].join('; ')}).`,
    );
    const lab = ci ? oneFailure('suite lab: left out (see above)') : { passed: 0, failed: 0, skipped: 1 };
    return sideBySide([
      () => first,
      ...[integration, endToEnd, () => beside('crash')],
      () => Promise.resolve(lab),
    ]);
  }
  const counts: Count[] = [];
  const down = (runtime: Runtime) =>
    run(process.execPath, ['--import', 'tsx', 'lab/cli.ts', 'down', runtime]);
  // What a run that was broken off has left: it would be used as it is, with its faults, and missed afterwards.
  for (const runtime of runtimes) await down(runtime);
  const before = await snapshot();
  const up: Runtime[] = [];
  // Also builds what the cache has not yet.
  for (const runtime of runtimes) {
    if (await timed(`lab up on ${runtime}`, bringUp(runtime))) up.push(runtime);
    else counts.push(oneFailure(`The lab's platform on ${runtime} did not come up twice`));
    if (campaignOf(runtime) === undefined) await down(runtime);
  }
  const runs = up.flatMap((runtime) => {
    const choice = campaignOf(runtime);
    if (choice === undefined) return [];
    return async () => {
      const words = [...wordsOf(choice), `--${campaignSize}`, ...mend];
      const trials = [await runCampaign(runtime, words, folder)];
      for (const kind of runtime === 'kubernetes' ? kindsOfCombination : [])
        trials.push(await runCampaign(`${runtime}, ${kind}`, combine(runtime, kind), folder));
      await down(runtime);
      return total(trials);
    };
  });
  // So that both ends meet: the longest ones first, and the short one last. The suite about labs starts from nothing and
  // leaves nothing, in a lab of its own.
  const labSuite = () => beside('lab', { AETHERIUS_LAB_INSTANCE: String(suiteLab) });
  counts.push(
    await sideBySide([
      () => first,
      ...runs,
      integration,
      ...(up.length === runtimes.length ? [labSuite] : []),
      endToEnd,
      () => beside('crash'),
    ]),
  );
  const left = differences(before, await snapshot());
  counts.push(
    left.length === 0
      ? { passed: 1, failed: 0, skipped: 0 }
      : oneFailure(`The lab's platforms left behind: ${left.join('; ')}`),
  );
  return total(counts);
}

async function inTurn(parts: readonly (() => Promise<Count>)[]): Promise<Count> {
  const counts: Count[] = [];
  for (const part of parts) counts.push(await part());
  return total(counts);
}

/** In this order, a few at a time. */
async function sideBySide(parts: readonly (() => Promise<Count>)[]): Promise<Count> {
  const queue = new PQueue({ concurrency: atATime });
  return total(await queue.addAll(parts));
}

function oneFailure(said: string): Count {
  failures.push(said);
  return { passed: 0, failed: 1, skipped: 0 };
}

function total(counts: readonly Count[]): Count {
  const sum = (key: keyof Count): number => counts.reduce((all, count) => all + count[key], 0);
  return { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') };
}

/**
 * The fault campaign: all that Compose can have there, the rest on Kubernetes. `CAMPAIGN=once` takes every cause once,
 * `each` every fault in its first variant, `none` leaves it out; CI takes every fault.
 */
const campaignSize = process.env['CAMPAIGN'] ?? (ci ? 'each' : 'none');
const campaigns: Readonly<Partial<Record<Runtime, Choice>>> = ciChoices;
/**
 * Each remediation is carried out once over both platforms, and a third of them taken back, by a seed that stays. Each has
 * to be seen well for two seconds, as long as a plan wants it elsewhere. `CAMPAIGN_MEND=no` leaves that out.
 */
const mend = process.env['CAMPAIGN_MEND'] === 'no' ? [] : ['--mend', '--stable', '2', '--seed', '21'];

/** Six combinations of faults, drawn by a seed that stays. */
const combine = (runtime: Runtime, kind: KindOfCombination): readonly string[] => [
  ...['--runtime', runtime, '--combine', kind, '--sample', '2', '--seed', '40'],
];

const campaignOf = (runtime: Runtime): Choice | undefined =>
  campaignSize === 'none' ? undefined : campaigns[runtime];

const wordsOf = (choice: Choice): readonly string[] =>
  Object.entries(choice).flatMap(([option, value]) => [
    `--${option}`,
    ...(value === true ? [] : [String(value)]),
  ]);

/** One planted fault counts as one test; a campaign that stops before its end, as one failure. */
async function runCampaign(name: string, args: readonly string[], folder: string): Promise<Count> {
  const file = join(folder, `campaign-${name.replaceAll(/[^a-z]+/g, '-')}`);
  const output = `${file}.json`;
  const campaign = ['--import', 'tsx', 'scripts/campaign/index.ts', ...args, '--report', output];
  const beside = { log: `${file}.log`, marked: true };
  await timed(`campaign on ${name}`, run(process.execPath, campaign, beside));
  process.stdout.write(readFileSync(beside.log));
  if (!existsSync(output)) return oneFailure(`The campaign on ${name} stopped before its end`);
  const { right, wrong } = JSON.parse(readFileSync(output, 'utf8')) as { right: number; wrong: string[] };
  failures.push(...wrong.map((line) => `campaign on ${name}: ${line}`));
  return { passed: right, failed: wrong.length, skipped: 0 };
}

async function main(): Promise<void> {
  const folder = join(artifactsFolder, 'tests');
  // A report that is there already would be taken for that of a suite which wrote none.
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const count = await runSuites(folder);
  // With what the campaign has just seen.
  await run(process.execPath, ['--import', 'tsx', 'scripts/gen-docs.ts', '--artifacts']);
  const { passed, failed } = count;
  for (const said of failures) console.log(`\nfailed: ${said}`);
  process.exitCode = failed === 0 ? 0 : 1;
  console.log(`Time: ${times.join(', ')}`);
  console.log('Every trial, test and proof: artifacts/');
  console.log(`${passed} passed, ${failed} failed`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
