/**
 * `npm test`: what anybody can run, in minutes. `npm run test:all`: everything. `npm run test:rest`: what `npm test` has
 * not run, with the sum of both in the last line. CI calls the first and the third.
 */

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildKubernetes } from '../../lab/components/kubernetes.ts';
import { artifactsFolder } from '../../lab/report.ts';
import { missingFor } from '../../lab/runtimes/index.ts';
import { differences, snapshot } from '../../lab/snapshot.ts';
import { filesAllowed, knownChances } from './by-chance.ts';
import { newerNode, newerNodeParts } from './newer-node.ts';
import { type CampaignSize, campaignParts, campaignSizes, downAll, writeArtifacts } from './platforms.ts';
import { addOutcomes, lastLines, type Outcome, type Part, runParts, suitePart } from './run.ts';
import { type Sample, sampledFiles, sampleOf } from './sample.ts';
import { aboutMinutes, createScreen } from './screen.ts';
import { type Suite, type SuiteName, suites } from './suites.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = join(artifactsFolder, 'tests');
const quickFile = join(folder, 'quick.json');
const ci = process.env.CI === 'true' || process.env.CI === '1';
/** How many parts that compute run side by side; one campaign, which mostly waits for a platform, runs beside them. */
const atATime = { quick: 2, rest: 2 } as const;
/** The lab that the suite about labs has: the platforms of the campaigns have the number before. */
const suiteLab = (Number(process.env.AETHERIUS_LAB_INSTANCE ?? '0') + 8) % 10;

/** What `npm test` leaves for `npm run test:rest`. */
interface Quick {
  readonly outcome: Outcome;
  readonly leftOut: readonly SuiteName[];
}

type Command = 'quick' | 'rest' | 'all';

const all: readonly (Suite & { readonly name: SuiteName })[] = suites;

const missingOf = (suite: Suite): readonly string[] => suite.missing?.() ?? [];

const screenOf = (parts: readonly string[]) =>
  createScreen((text) => process.stdout.write(text), {
    width: process.stdout.isTTY ? process.stdout.columns : undefined,
    suites: parts,
  });

const contextOf = (parts: readonly string[], chancesLeft: number) => ({
  ...{ root, folder, nothingSkipped: ci, chancesLeft },
  known: knownChances(root),
  screen: screenOf(parts),
});

async function quick(): Promise<Quick> {
  const chosen = all.filter(({ part }) => part === 'quick');
  // The longest first, so that all end together.
  const here = chosen
    .filter((suite) => missingOf(suite).length === 0)
    .toSorted((a, b) => b.seconds - a.seconds);
  const names = here.map(({ name }) => name);
  const seconds = here.reduce((sum, suite) => sum + suite.seconds, 0) / atATime.quick;
  console.log(`${names.join(', ')}: ${aboutMinutes(seconds)} on two idle cores`);
  const context = contextOf(names, filesAllowed);
  const parts = here.map(({ name }) => suitePart(name, context));
  const outcome = await runParts(parts, { ...context, atATime: atATime.quick });
  return { outcome, leftOut: chosen.filter((suite) => !here.includes(suite)).map(({ name }) => name) };
}

/** One line for each suite that this command has not run. */
function leftOutLines(leftOut: readonly Suite[]): readonly string[] {
  const missing = leftOut.map((suite) => ({ suite, lines: missingOf(suite) }));
  return [
    ...missing.map(
      ({ suite, lines }) =>
        `left out: ${suite.name}, ${suite.about} (${aboutMinutes(suite.seconds)}` +
        `${lines.length === 0 ? '' : `; ${lines.join('; ')}`}): npx vitest run --project ${suite.name}`,
    ),
    'left out: the campaign, which plants every fault in a real platform (about 40 min): npm run test:all',
  ];
}

async function rest(before: Quick): Promise<Outcome> {
  const chosen = all.filter(({ name, part }) => part === 'rest' || before.leftOut.includes(name));
  const absent = chosen.filter((suite) => missingForAll(suite).length > 0);
  for (const suite of absent)
    console.log(
      `Left out: suite ${suite.name}, because this machine lacks something (${missingForAll(suite).join('; ')}).`,
    );
  const here = chosen.filter((suite) => !absent.includes(suite));
  const withLab = here.some(({ name }) => name === 'lab');
  const size: CampaignSize = withLab ? campaignSize() : 'none';
  const sample = testsWanted() === 'drawn' || size === 'drawn' ? sampleOf(root) : undefined;
  if (sample !== undefined)
    console.log(`Drawn by ${sample.seed}; AETHERIUS_TEST_SEED=${sample.seed} draws the same again.`);
  const drawn = testsWanted() === 'drawn' ? sample : undefined;
  if (withLab) await downAll();
  await buildFirst(here);
  const start = await snapshot();
  const names = [...campaignNames(size), ...here.map(({ name }) => name), ...(ci ? [newerNode] : [])];
  const context = contextOf(
    names,
    filesAllowed - new Set(before.outcome.byChance.map(({ file }) => file)).size,
  );
  const part = (suite: Suite & { readonly name: SuiteName }): Part =>
    suitePart(suite.name, context, optionsOf(suite, drawn));
  // The longest first, so that all end together.
  const longest = here.toSorted((a, b) => b.seconds - a.seconds);
  const outcome = await runParts(
    [
      ...campaignParts(size, { ...context, sample }).map((one) => ({ ...one, waits: true })),
      ...longest.map((suite) => ({ ...part(suite), alone: suite.alone === true })),
      ...(ci ? newerNodeParts(context, drawn) : []),
    ],
    { ...context, atATime: atATime.rest },
  );
  const left = differences(start, await snapshot());
  const problems = [
    ...left.map((said) => `The lab's platforms left behind: ${said}`),
    ...(ci ? absent.map(({ name }) => `suite ${name}: left out, which CI does not allow`) : []),
  ];
  if (size !== 'none') await writeArtifacts();
  return addOutcomes([outcome, checked('what the lab leaves behind', problems)]);
}

/**
 * Kubernetes is built before a suite begins: where the build goes on, its tests would be left out, or would wait for it
 * until their time is up.
 */
async function buildFirst(chosen: readonly Suite[]): Promise<void> {
  const wanted = chosen.some(({ name }) => name === 'cluster' || name === 'lab');
  const isGiven = process.env.AETHERIUS_LAB_KUBECONFIG !== undefined;
  if (!wanted || isGiven || missingFor('kubernetes').length > 0) return;
  await buildKubernetes((said) => console.log(said));
}

/** How a suite of the rest runs: with `TESTS=drawn` some of its files, and what these draw themselves. */
function optionsOf({ name, drawn }: Suite & { readonly name: SuiteName }, sample: Sample | undefined) {
  const env: Record<string, string> = name === 'lab' ? { AETHERIUS_LAB_INSTANCE: String(suiteLab) } : {};
  if (sample === undefined || drawn === undefined) return { env };
  const seeded = { env: { ...env, AETHERIUS_TEST_SEED: sample.seed } };
  if (drawn === 1) return seeded;
  const { files, of } = sampledFiles(root, name, drawn, sample);
  console.log(`${name}: ${files.length} of ${of} files`);
  return { ...seeded, files };
}

/** `TESTS=drawn` runs a part of the long suites, drawn by the commit, and whatever the last four hours touched. */
function testsWanted(): 'all' | 'drawn' {
  const wanted = process.env.TESTS ?? 'all';
  if (wanted === 'all' || wanted === 'drawn') return wanted;
  throw new Error(`TESTS=${wanted}: choose all or drawn`);
}

/** One check that is no test of a suite: passed, or a failure for each problem. */
const checked = (name: string, problems: readonly string[]): Outcome => ({
  ...{ passed: problems.length === 0 ? 1 : 0, failed: problems.length, skipped: 0 },
  failures: problems.map((said) => ({ file: name, said })),
  byChance: [],
  seconds: {},
});

/** The rest may fetch and build what a suite needs. */
const missingForAll = (suite: Suite): readonly string[] => suite.lacks?.() ?? missingOf(suite);

/**
 * `CAMPAIGN=each` plants every fault in its first variant, `sample` every cause once and a third of the other faults, `once`
 * every cause once, `drawn` a sixth of the causes and of the fixes; `none` leaves the campaigns out.
 */
function campaignSize(): CampaignSize {
  const wanted = process.env.CAMPAIGN ?? 'each';
  const size = campaignSizes.find((one) => one === wanted);
  if (size !== undefined) return size;
  throw new Error(`CAMPAIGN=${wanted}: choose ${campaignSizes.join(', ')}`);
}

const campaignNames = (size: CampaignSize): readonly string[] =>
  size === 'none' ? [] : ['campaign on kubernetes', 'campaign on compose'];

function readQuick(): Quick {
  if (!existsSync(quickFile))
    throw new Error('Run `npm test` first: this command runs what that one has left.');
  return JSON.parse(readFileSync(quickFile, 'utf8')) as Quick;
}

/** Without what an earlier run has left, but for what the first half of this one keeps. */
function emptied(path: string, kept: readonly string[]): void {
  mkdirSync(path, { recursive: true });
  for (const name of readdirSync(path))
    if (!kept.includes(name)) rmSync(join(path, name), { recursive: true, force: true });
}

async function main(command: Command): Promise<void> {
  const began = performance.now();
  // A report that is there already would be taken for that of a suite which wrote none.
  const before = command === 'rest' ? readQuick() : undefined;
  emptied(folder, command === 'rest' ? ['by-chance'] : []);
  const first = before ?? (await quick());
  writeFileSync(quickFile, JSON.stringify(first));
  const outcome = command === 'quick' ? first.outcome : addOutcomes([first.outcome, await rest(first)]);
  process.exitCode = outcome.failed === 0 ? 0 : 1;
  if (command === 'quick')
    for (const line of leftOutLines(
      all.filter(({ name, part }) => part === 'rest' || first.leftOut.includes(name)),
    ))
      console.log(line);
  const times = Object.entries(outcome.seconds).map(([name, seconds]) => `${name} ${seconds} s`);
  console.log(`Time: ${Math.round((performance.now() - began) / 1000)} s in all; ${times.join(', ')}`);
  console.log('Reports and logs: artifacts/tests');
  for (const line of lastLines(outcome)) console.log(line);
}

const commands: readonly Command[] = ['quick', 'rest', 'all'];
const command = commands.find((one) => one === process.argv[2]);
if (command === undefined) {
  console.error(`The usage is: npm test, npm run test:rest or npm run test:all (${commands.join(', ')})`);
  process.exitCode = 64;
} else await main(command);
