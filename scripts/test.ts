import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { missingFor } from '../lab/runtimes/index.ts';
import { differences, snapshot } from '../lab/snapshot.ts';
import { type Runtime, runtimes } from '../lab/types.ts';

/**
 * `npm test`: every suite, one after the other, and at the end one line with the sum. Suites that need the lab
 * bring it up when the toolchains are there; otherwise one line says what was left out and why. With CI=true
 * nothing may be left out, not even a single skipped test.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
const quick = ['unit', 'contract', 'repo'] as const;
/** After the lab, because the lab's set-up builds what some of them start. */
const slow = ['integration', 'e2e', 'crash'] as const;
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
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
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

function run(command: string, args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

async function runProject(name: string, folder: string): Promise<Count> {
  const output = join(folder, `${name}.json`);
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const code = await run(process.execPath, [
    vitest,
    'run',
    '--project',
    name,
    '--passWithNoTests',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${output}`,
  ]);
  if (!existsSync(output)) return { passed: 0, failed: 1, skipped: 0 };
  const count = countReport(JSON.parse(readFileSync(output, 'utf8')) as Report);
  // An error outside of every test fails the run without failing a test.
  const failed = code !== 0 && count.failed === 0 ? 1 : count.failed;
  if (!ci || count.skipped === 0) return { ...count, failed };
  for (const name of count.skippedNames) console.log(`left out, which CI does not allow: ${name}`);
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

async function runLab(folder: string): Promise<Count> {
  const missing = runtimes.flatMap((runtime) => missingFor(runtime));
  if (missing.length > 0) {
    console.log(
      `Left out: suite lab, because this machine has not all it needs (${[...new Set(missing)].join('; ')}).`,
    );
    return { passed: 0, failed: ci ? 1 : 0, skipped: 1 };
  }
  const counts: Count[] = [];
  for (const runtime of runtimes) {
    const before = await snapshot();
    // Also builds what the cache has not yet.
    const up = await bringUp(runtime);
    const campaign = campaigns[runtime];
    if (up && campaign !== undefined && campaignSize !== 'none')
      counts.push(await runCampaign(runtime, [...campaign, `--${campaignSize}`], folder));
    await run(process.execPath, ['--import', 'tsx', 'lab/cli.ts', 'down', runtime]);
    const left = differences(before, await snapshot());
    for (const line of left) console.log(`${runtime}: ${line}`);
    if (!up) console.log(`The lab's platform on ${runtime} did not come up twice; this counts as a failure.`);
    counts.push(up && left.length === 0 ? one('passed') : one('failed'));
    if (!up) return total(counts);
  }
  // The suite itself starts from nothing and leaves nothing.
  counts.push(await runProject('lab', folder));
  return total(counts);
}

const one = (key: 'passed' | 'failed'): Count => ({ passed: 0, failed: 0, skipped: 0, [key]: 1 });

function total(counts: readonly Count[]): Count {
  const sum = (key: keyof Count): number => counts.reduce((all, count) => all + count[key], 0);
  return { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') };
}

/**
 * The fault campaign: all that Compose can have there, the rest on Kubernetes. `CAMPAIGN=once` takes every cause once,
 * `each` every fault in its first variant, `none` leaves it out; CI takes every fault.
 */
const campaignSize = process.env['CAMPAIGN'] ?? (ci ? 'each' : 'none');
const campaigns: Readonly<Partial<Record<Runtime, readonly string[]>>> = {
  compose: ['--runtime', 'compose'],
  kubernetes: ['--runtime', 'kubernetes', '--beside', 'compose'],
};

/** One planted fault counts as one test; a campaign that stops before its end, as one failure. */
async function runCampaign(name: string, args: readonly string[], folder: string): Promise<Count> {
  const output = join(folder, `campaign-${name}.json`);
  await run(process.execPath, ['--import', 'tsx', 'scripts/campaign/index.ts', ...args, '--report', output]);
  if (!existsSync(output)) return { passed: 0, failed: 1, skipped: 0 };
  const { right, wrong } = JSON.parse(readFileSync(output, 'utf8')) as { right: number; wrong: string[] };
  return { passed: right, failed: wrong.length, skipped: 0 };
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'test-reports-'));
  const counts: Count[] = [];
  try {
    for (const name of quick) counts.push(await runProject(name, folder));
    counts.push(await runLab(folder));
    for (const name of slow) counts.push(await runProject(name, folder));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const { passed, failed } = total(counts);
  process.exitCode = failed === 0 ? 0 : 1;
  console.log(`${passed} passed, ${failed} failed`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
