/** The lab's platforms, and the campaigns that plant faults in them. */

import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Runtime, runtimes } from '../../lab/types.ts';
import { diagnoses } from '../../src/diagnoses/index.ts';
import { type Choice, ciChoices } from '../campaign/choice.ts';
import { type KindOfCombination, kindsOfCombination } from '../campaign/combinations.ts';
import type { Part, PartResult } from './run.ts';
import type { Sample } from './sample.ts';
import type { Screen } from './screen.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

export const campaignSizes = ['each', 'sample', 'once', 'drawn', 'none'] as const;
export type CampaignSize = (typeof campaignSizes)[number];

/** In the environment of the caller; with `log`, what it prints goes there. */
function run(args: readonly string[], log?: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const output = log === undefined ? ('inherit' as const) : openSync(log, 'a');
    const child = spawn(process.execPath, ['--import', 'tsx', ...args], {
      cwd: root,
      stdio: ['ignore', output, output],
    });
    child.on('error', reject);
    child.on('exit', (code) => {
      if (typeof output === 'number') closeSync(output);
      resolve(code ?? 1);
    });
  });
}

const lab = (...words: readonly string[]) => run(['lab/cli.ts', ...words]);

/** Ends what a run that was broken off has left: it would be used as it is, with its faults, and missed afterwards. */
export async function downAll(): Promise<void> {
  for (const runtime of runtimes) await lab('down', runtime);
}

/** Brings one platform up; the set-up may be tried twice, an assertion never is. Also builds what the cache lacks. */
async function bringUp(runtime: Runtime): Promise<boolean> {
  if ((await lab('up', runtime)) === 0) return true;
  console.log(`The lab's platform on ${runtime} did not come up; trying once more.`);
  await lab('down', runtime);
  return (await lab('up', runtime)) === 0;
}

/**
 * Each remediation is carried out once over both platforms, and a third of them taken back, by a seed that stays. Each has
 * to be seen well for two seconds, as long as a plan wants it elsewhere. `CAMPAIGN_MEND=no` leaves that out.
 */
const mend = process.env['CAMPAIGN_MEND'] === 'no' ? [] : ['--mend', '--stable', '2', '--seed', '21'];

/** The options of each size; a sample is drawn by a seed that stays, what is `drawn` by the commit. */
function sizeOptions(size: Exclude<CampaignSize, 'none'>, sample: Sample | undefined): readonly string[] {
  if (size === 'sample') return ['--sampled', '21'];
  if (size !== 'drawn' || sample === undefined) return [size === 'once' ? '--once' : '--each'];
  const touched = faultsTouched([...sample.touched]).flatMap((prefix) => ['--also', prefix]);
  return ['--drawn', String(Number.parseInt(sample.seed, 16)), ...touched];
}

/** The ids of diagnoses, and beginnings of faults, whose module is among these paths. */
export function faultsTouched(paths: readonly string[]): readonly string[] {
  const ids = paths.flatMap((path) => {
    const slug = /^src\/diagnoses\/(?:[^/]+\/)*([^/]+)\.diagnosis\.ts$/.exec(path)?.[1];
    const own = diagnoses.filter((one) => one.slug === slug).map(({ id }) => id);
    const fault = /^lab\/faults\/([a-z]\d+)\.[^/]+\.fault\.ts$/.exec(path)?.[1];
    return fault === undefined ? own : [...own, fault.toUpperCase()];
  });
  return [...new Set(ids)].toSorted();
}

/** Two combinations of faults of each kind, drawn by a seed that stays. */
const combine = (runtime: Runtime, kind: KindOfCombination): readonly string[] => [
  ...['--runtime', runtime, '--combine', kind, '--sample', '2', '--seed', '40'],
];

/** What is `drawn` has one kind of them, chosen by the commit: the contract suite has them all, simulated. */
export function kindsDrawn(size: CampaignSize, sample: Sample | undefined): readonly KindOfCombination[] {
  if (size !== 'drawn' || sample === undefined) return kindsOfCombination;
  const drawn = Number.parseInt(sample.seed, 16) % kindsOfCombination.length;
  return kindsOfCombination.filter((_kind, at) => at === drawn);
}

const wordsOf = (choice: Choice): readonly string[] =>
  Object.entries(choice).flatMap(([option, value]) => [
    `--${option}`,
    ...(value === true ? [] : [String(value)]),
  ]);

const campaigns: Readonly<Partial<Record<Runtime, Choice>>> = ciChoices;

interface Tools {
  readonly folder: string;
  readonly screen: Screen;
  /** What is `drawn` is drawn by it. */
  readonly sample?: Sample | undefined;
}

/** One part a platform: up, all that Compose can have there or the rest on Kubernetes, then combinations, and down. */
export function campaignParts(size: CampaignSize, tools: Tools): readonly Part[] {
  return (['kubernetes', 'compose'] as const).flatMap((runtime): readonly Part[] => {
    const choice = campaigns[runtime];
    if (choice === undefined || size === 'none') return [];
    const name = `campaign on ${runtime}`;
    return [
      {
        name,
        async run() {
          const began = performance.now();
          tools.screen.started(name);
          const words = [...wordsOf(choice), ...sizeOptions(size, tools.sample), ...mend];
          const results = (await bringUp(runtime))
            ? [await campaign(runtime, words, tools)]
            : [failed(`The lab's platform on ${runtime} did not come up twice`)];
          const together = runtime === 'kubernetes' && results[0]?.stopped !== true;
          for (const kind of together ? kindsDrawn(size, tools.sample) : [])
            results.push(await campaign(`${runtime}, ${kind}`, combine(runtime, kind), tools));
          await lab('down', runtime);
          const seconds = Math.round((performance.now() - began) / 1000);
          const sum = {
            passed: results.reduce((all, { passed }) => all + passed, 0),
            failures: results.flatMap(({ wrong }) => wrong).map((said) => ({ file: name, said })),
          };
          tools.screen.ended(name, `${name}: ${saidOfTrials(results)} in ${seconds} s`);
          return { ...sum, failed: sum.failures.length, skipped: 0, seconds } satisfies PartResult;
        },
      },
    ];
  });
}

interface Trials {
  readonly passed: number;
  readonly wrong: readonly string[];
  /** How many of the wrong ones said with certainty what is not so. */
  readonly certain: number;
  readonly stopped?: boolean;
}

const failed = (said: string): Trials => ({ passed: 0, wrong: [said], certain: 0, stopped: true });

/** `24 right, 2 wrong (1 certain and wrong)`, of all campaigns on one platform. */
export function saidOfTrials(results: readonly Omit<Trials, 'stopped'>[]): string {
  const sum = (of: (one: Omit<Trials, 'stopped'>) => number) =>
    results.reduce((all, one) => all + of(one), 0);
  const wrong = sum((one) => one.wrong.length);
  return `${sum(({ passed }) => passed)} right, ${wrong} wrong (${sum(({ certain }) => certain)} certain and wrong)`;
}

/** What a campaign wrote with `--report`. */
export function trialsIn(report: string, name: string): Omit<Trials, 'stopped'> {
  const { right, wrong, certain } = JSON.parse(report) as Report;
  return { passed: right, wrong: wrong.map((line) => `campaign on ${name}: ${line}`), certain };
}

interface Report {
  readonly right: number;
  readonly wrong: readonly string[];
  readonly certain: number;
}

/** One planted fault counts as one test; a campaign that stops before its end, as one failure. */
async function campaign(name: string, args: readonly string[], { folder }: Tools): Promise<Trials> {
  const file = join(folder, `campaign-${name.replaceAll(/[^a-z]+/g, '-')}`);
  const output = `${file}.json`;
  await run(['scripts/campaign/index.ts', ...args, '--report', output], `${file}.log`);
  if (!existsSync(output)) {
    const end = readFileSync(`${file}.log`, 'utf8').slice(-2000);
    return failed(`The campaign on ${name} stopped before its end:\n${end}`);
  }
  return trialsIn(readFileSync(output, 'utf8'), name);
}

/** With what the campaigns have just seen, the tables that are no part of the repository. */
export const writeArtifacts = () =>
  run(['scripts/gen-docs.ts', '--artifacts'], join(root, 'artifacts/docs.log'));
