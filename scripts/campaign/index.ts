/** `npm run campaign`: every fault of the lab, diagnosed from Slack's front door. */

import { execFileSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { faultById, faults } from '../../lab/faults/index.ts';
import { artifactsFolder, campaignReport, faultReport, writeReport } from '../../lab/report.ts';
import { downLab, labStatus, upLab } from '../../lab/runtimes/index.ts';
import { timedProgress } from '../../lab/runtimes/shared.ts';
import { faultHead, faultRow, faultSeconds } from '../../lab/selftest.ts';
import type { Fault, Lab } from '../../lab/types.ts';
import { present } from '../../src/domain/kernel/present.ts';
import { tryAsIs } from './as-is.ts';
import { audited } from './audited.ts';
import { kindsOf, kindsSaid } from './certain.ts';
import { type Choice, chosenFaults, chosenVariants, isWanted, symptomsOn } from './choice.ts';
import { tryCombination } from './combination-trial.ts';
import { combinationsOf, type KindOfCombination, kindsOfCombination } from './combinations.ts';
import { deprive } from './deprived.ts';
import { samples, tells, tryDeprived } from './deprived-trial.ts';
import { spokenInLog } from './expectation.ts';
import { figuresOf } from './figures.ts';
import { Mender, planned, tryFixes } from './fixing.ts';
import { refresh } from './fresh.ts';
import { tryHealth } from './health-trial.ts';
import { keepSeed, keptSeeds, tryInstallations } from './installations.ts';
import { createLogReader, type LogReader } from './log-says.ts';
import { createOffline, type Offline } from './offline.ts';
import { pairs, tryPair } from './pairs.ts';
import { type Answer, type FixingProduct, startCampaignProduct } from './product.ts';
import { putBack } from './put-back.ts';
import {
  combinationHead,
  combinationRow,
  deprivedHead,
  deprivedRow,
  fixHead,
  fixRow,
  healthHead,
  healthRow,
  installationHead,
  installationRow,
  logTrialHead,
  pairHead,
  pairRow,
  trialHead,
  trialRow,
} from './table.ts';
import { Controls, tryFault } from './trial.ts';
import { type Row, TrialLog } from './trial-log.ts';
import { createReferee, type Referee } from './truth.ts';

const print = (line: string) => process.stdout.write(`${line}\n`);

interface Options extends Choice {
  readonly report?: string;
  readonly less: boolean;
  readonly pairs: boolean;
  readonly combine?: KindOfCombination;
  readonly sample: string;
  readonly health: boolean;
  readonly fix: boolean;
  readonly mend: boolean;
  readonly stable?: string;
  readonly installations: boolean;
  readonly platform: 'as-guided' | 'as-is';
  readonly cover?: string;
  readonly seed: readonly string[];
  readonly seeds?: string;
  readonly plant: string;
  readonly list: boolean;
  readonly keep: boolean;
  readonly resume: boolean;
  readonly summary: boolean;
  readonly evidence: 'wrong' | 'all' | 'none';
  readonly record?: string;
  readonly logs: boolean;
}

const collect = (word: string, all: readonly string[]): readonly string[] => [...all, word];

const options = new Command('campaign')
  .description('plants each fault of the lab, asks for it in Slack, and compares the answer')
  .addOption(
    new Option('-r, --runtime <runtime>', 'which platform')
      .choices(['kubernetes', 'compose'])
      .default('kubernetes'),
  )
  .option('-f, --fault <prefix>', 'only faults whose id begins so (repeatable)', collect, [])
  .option('--variant <name>', 'only this variant')
  .option('--once', 'each cause once: one fault for it, in one variant', false)
  .option('--each', 'each fault once, in its first variant', false)
  .addOption(
    new Option(
      '--sampled <seed>',
      'each cause once, and a third of the other faults, drawn by this number; with --mend also those by which fixes are carried out',
    ).argParser(Number),
  )
  .addOption(
    new Option(
      '--drawn <seed>',
      'a sixth of the causes, drawn by this number; with --mend also a sixth of the faults by which fixes are carried out',
    ).argParser(Number),
  )
  .option('--also <prefix>', 'with --drawn: also each cause whose id begins so (repeatable)', collect, [])
  .addOption(
    new Option('--beside <runtime>', 'only faults that this other platform does not have').choices([
      'kubernetes',
      'compose',
    ]),
  )
  .option(
    '--report <file>',
    'also write as JSON how many were right, what was wrong, how many of these were certain and wrong, and how many not found',
  )
  .option(
    '--less',
    'samples of faults, each with one kind of evidence taken away; with --each every fault, with each kind; on other platforms every fault, with one kind drawn by --seed',
    false,
  )
  .option('--pairs', 'faults that occur together', false)
  .addOption(
    new Option(
      '--combine <kind>',
      'several faults at once, drawn by --seed: two with something in common, two without, or three',
    ).choices([...kindsOfCombination]),
  )
  .option('--sample <number>', 'how many combinations', '60')
  .option('--health', 'parts only: what the table of `/aetherius health` says of each', false)
  .option(
    '--fix',
    'to the end: each fix that the answer offers is asked for, approved, carried out and taken back; with --once each fix by one fault, and a third of the undos, drawn by --seed',
    false,
  )
  .option(
    '--mend',
    'also carry out each remediation once over both platforms, by the fault that scripts/campaign/ci-fixes.ts has for it, and take a third of them back, drawn by --seed',
    false,
  )
  .option('--stable <seconds>', 'with --mend: see a fix well for so long at most; default: as its plan says')
  .option('--installations', 'generated installations: healthy, and with faults planted', false)
  .addOption(
    new Option(
      '--platform <platform>',
      'services as the guide says, or as they are: then what stands there before is no finding',
    )
      .choices(['as-guided', 'as-is'])
      .default('as-guided'),
  )
  .option('--seed <number>', 'of an installation (repeatable); default: those that are kept', collect, [])
  .option('--seeds <number>', 'draw so many new installations; a seed that fails is kept')
  .option('--plant <number>', 'faults in each installation; with --cover at most so many', '0')
  .option(
    '--cover <number>',
    'plant each fault in so many installations, as far as these have what it breaks',
  )
  .option(
    '--record <folder>',
    'also take a bundle of each planted fault, ask it offline, and keep its recording there',
  )
  .option(
    '--logs',
    'also read the logs while a fault is planted: those that speak in one are named there; without -f only these',
    false,
  )
  .option('--list', 'with --fix: what would be tried, and what is left out and why; tries nothing', false)
  .option('--keep', 'leave the platform up', false)
  .option('--resume', 'go on after the trials that ended before, of the same commit and table', false)
  .option(
    '--summary',
    'also put the totals of the tables in artifacts/ into docs/campaign.md and docs/guides/lab-faults.md',
    false,
  )
  .addOption(
    new Option('--evidence <which>', 'evidence behind which answers')
      .choices(['wrong', 'all', 'none'])
      .default('wrong'),
  )
  .parse()
  .opts<Options>();

function explain(when: string, answer: Answer): void {
  print(`   ${when}: ${answer.title}`);
  print(`   ${answer.causes.map(({ id, verdict }) => `${id} ${verdict}`).join(', ')}`);
  for (const { key, status, codes, detail, durationMs } of answer.evidence)
    print(`     ${key}: ${status} ${codes.join(' ')} ${detail.slice(0, 400)} (${durationMs} ms)`);
}

/** What one fault broke must not be blamed on the next. */
async function recover(lab: Lab): Promise<void> {
  try {
    await lab.healthy(10);
  } catch {
    print('   putting the platform back');
    await putBack(lab, print, 120);
  }
}

/** Prints a row, what is behind it, and puts the platform back if it was wrong. */
async function report(lab: Lab, rows: readonly Row[], answers: readonly (readonly [string, Answer])[]) {
  const wrong = rows.some(({ problems }) => problems.length > 0);
  for (const { text } of rows) print(text);
  if (options.evidence === 'all' || (wrong && options.evidence === 'wrong'))
    for (const [when, answer] of answers) explain(when, answer);
  if (wrong) await recover(lab);
  return wrong;
}

type Stage = {
  readonly lab: Lab;
  readonly product: FixingProduct;
  readonly referee: Referee;
  readonly log: TrialLog;
  readonly offline?: Offline;
  readonly logs?: LogReader;
};

async function* single({ lab, product, referee, log, offline, logs }: Stage): AsyncGenerator<Row> {
  const controls = new Controls();
  if (offline !== undefined) {
    const problems = await offline.healthy([lab.runtime, 'healthy'], symptomsOn(lab.runtime));
    if (problems.length > 0) throw new Error(problems.join('; '));
  }
  const seed = seedOfCommit();
  const mender = options.mend ? new Mender({ lab, product, fixes: product.fixes }, { seed }) : undefined;
  if (mender !== undefined) print(`undos are drawn by seed ${seed}`);
  const anyone = logs === undefined || (options.fault ?? []).length > 0;
  for (const fault of chosenFaults(options).filter(({ id }) => anyone || spokenInLog.has(id)))
    for (const variant of chosenVariants(options, fault)) {
      const name = `${fault.id} ${variant}`;
      const before = log.rowsOf(name);
      if (before !== undefined) {
        yield* before;
        continue;
      }
      const answers: [string, Answer][] = [];
      const onAnswer = (when: string, answer: Answer) => void answers.push([when, answer]);
      const stage = {
        ...{ lab, product, controls, referee, onAnswer },
        ...present({ offline, logs, mender }),
        forFix: !isWanted({ ...options, mend: false }, fault),
      };
      let trial = await tryFault(stage, fault, variant);
      // The lab did not get so far that there was a fault to find: its part may be tried twice, an answer never is.
      if (trial.phases.seen === undefined && trial.phases.problem !== undefined) {
        print(`   ${fault.id} ${variant}: ${trial.phases.problem}; once more`);
        await recover(lab);
        controls.forget();
        answers.length = 0;
        trial = await tryFault(stage, fault, variant);
      }
      const row = {
        text: trialRow(trial, logs !== undefined),
        problems: trial.problems,
        fault: faultRow(trial.phases),
        ...(trial.mended === undefined ? {} : { fix: fixRow(trial.mended) }),
      };
      if (trial.mended !== undefined) {
        const { fix = 'no fix', seconds, undone = 'not tried' } = trial.mended;
        progress(
          `${fix} by ${name}: ${seconds.toFixed(1)} s of ${trial.total.toFixed(1)} s; undo: ${undone}`,
        );
      }
      log.add(name, [row]);
      if (await report(lab, [row], answers)) controls.forget();
      if (offline !== undefined) await refresh(lab, fault);
      yield row;
    }
}

/** Trials by the command line: of generated installations, or of the platform as it is. */
async function runInstallations(kind: 'generated' | 'as-is'): Promise<boolean> {
  const { runtime } = options;
  if (runtime === 'processes') throw new Error('other platforms run on kubernetes or compose');
  const platform = kind === 'as-is' ? `${runtime}, as-is` : `${runtime}, generated installations`;
  const name = options.less ? `${platform}, with less evidence` : platform;
  const log = logOf(name);
  const rows: Row[] = [];
  print(installationHead);
  const isDone = (trial: string) => {
    const before = log.rowsOf(trial);
    if (before !== undefined) rows.push(...before);
    return before !== undefined;
  };
  const common = { runtime, print, only: options.fault ?? [], isDone };
  const trials =
    kind === 'as-is'
      ? tryAsIs({
          ...{ ...common, keep: options.keep },
          ...(options.less ? { lessBy: Number(options.seed[0] ?? 1) } : {}),
        })
      : tryInstallations({
          ...{ ...common, seeds: chosenSeeds(), faults: Number(options.plant), less: options.less },
          ...present({ cover: options.cover === undefined ? undefined : Number(options.cover) }),
        });
  // A fault that is planted is always taken away again: the first interrupt waits for it, and what was tried is written.
  let stopped = false;
  process.once('SIGINT', () => {
    stopped = true;
  });
  for await (const trial of trials) {
    const row = { text: installationRow(trial), problems: trial.problems };
    print(row.text);
    log.add(`${trial.seed} ${trial.state.split(' ')[0] ?? ''}`, [row]);
    rows.push(row);
    if (trial.problems.length > 0 && trial.seed !== 'as-is') keepSeed(trial.seed);
    if (stopped) break;
  }
  return finish(name, installationHead, rows, 3);
}

function chosenSeeds(): readonly number[] {
  if (options.seed.length > 0) return options.seed.map(Number);
  const drawn = Array.from({ length: Number(options.seeds ?? 0) }, () => randomInt(31, 2 ** 31));
  return drawn.length > 0 ? drawn : keptSeeds();
}

const wanted = (fault: Fault) => isWanted(options, fault);

async function* tables(stage: Stage): AsyncGenerator<Row> {
  for (const fault of faults.filter(({ id }) => id.startsWith('part.')).filter(wanted))
    for (const variant of chosenVariants(options, fault)) {
      const name = `${fault.id} ${variant}`;
      const before = stage.log.rowsOf(name);
      if (before !== undefined) {
        yield* before;
        continue;
      }
      const trial = await tryHealth(stage, fault, variant);
      const row = { text: healthRow(trial), problems: trial.problems };
      stage.log.add(name, [row]);
      await report(stage.lab, [row], []);
      yield row;
    }
}

const toFix = () => ({
  faults: faults.filter(wanted),
  // One fix may need another variant than the first.
  variantsOf: (fault: Fault) => chosenVariants({ ...options, once: false }, fault),
});

/** What `--fix` would try, and what it leaves out and why. */
function listFixes(): void {
  const all = planned(toFix(), options.runtime);
  for (const { fault, variant, fix, why } of all)
    print(`${fault.id} ${variant}: ${fix}${why === undefined ? '' : ` – left out: ${why}`}`);
  const out = all.filter(({ why }) => why !== undefined).length;
  print(`${all.length - out} to try, ${out} left out`);
}

async function* mended({ lab, product, log }: Stage): AsyncGenerator<Row> {
  let answers: [string, Answer][] = [];
  const onAnswer = (when: string, answer: Answer) => void answers.push([when, answer]);
  const trials = tryFixes(
    { lab, product, fixes: product.fixes, onAnswer },
    {
      ...{ ...toFix(), once: options.once ?? false, seed: seedOfCommit() },
      isDone: (name) => log.rowsOf(name) !== undefined,
    },
  );
  for await (const { name, trial, passedOver } of trials) {
    if (passedOver !== undefined) {
      print(`   passed over: ${fixRow(passedOver)}`);
      if (options.evidence === 'all') for (const [when, answer] of answers) explain(when, answer);
      answers = [];
      if (stopping) break;
      continue;
    }
    if (trial === undefined) {
      yield* log.rowsOf(name) ?? [];
      continue;
    }
    const row = { text: fixRow(trial), problems: trial.problems };
    log.add(name, [row]);
    await report(lab, [row], answers);
    answers = [];
    yield row;
  }
}

const less = (environments: readonly string[]) =>
  async function* (stage: Stage): AsyncGenerator<Row> {
    for (const fault of faults.filter(wanted)) {
      const own = environments
        .filter((name) => options.each || samples[name]?.includes(fault.id) === true)
        .filter((name) => tells(name, fault));
      if (own.length === 0) continue;
      const [variant] = chosenVariants(options, fault);
      if (variant === undefined) continue;
      const before = stage.log.rowsOf(`${fault.id} ${variant} ${own.join()}`);
      if (before !== undefined) {
        yield* before;
        continue;
      }
      const answers: [string, Answer][] = [];
      const onAnswer = (name: string, answer: Answer) => void answers.push([name, answer]);
      const trials = await tryDeprived(stage, fault, variant, own, onAnswer);
      const rows = trials.map((trial) => ({ text: deprivedRow(trial), problems: trial.problems }));
      stage.log.add(`${fault.id} ${variant} ${own.join()}`, rows);
      await report(stage.lab, rows, answers);
      yield* rows;
    }
  };

async function* together(stage: Stage): AsyncGenerator<Row> {
  for (const pair of pairs) {
    const planted = pair.map(({ fault, variant }) => ({ fault: faultById(fault), variant }));
    if (!planted.some(({ fault }) => wanted(fault))) continue;
    if (!planted.every(({ fault }) => fault.runtimes.includes(options.runtime))) continue;
    const name = pair.map(({ fault, variant }) => `${fault} ${variant}`).join(' + ');
    const before = stage.log.rowsOf(name);
    if (before !== undefined) {
      yield* before;
      continue;
    }
    const answers: [string, Answer][] = [];
    const onAnswer = (symptom: string, answer: Answer) => void answers.push([symptom, answer]);
    const trial = await tryPair(stage, planted, onAnswer);
    const row = { text: pairRow(trial), problems: trial.problems };
    stage.log.add(name, [row]);
    await report(stage.lab, [row], answers);
    yield row;
  }
}

async function* combined(stage: Stage): AsyncGenerator<Row> {
  const [seed = '1'] = options.seed;
  const kind = options.combine ?? 'related';
  const count = Number(options.sample);
  // Some cannot be planted together: others take their places.
  const chosen = combinationsOf(kind, faults.filter(wanted), { count: count * 2, seed: Number(seed) });
  let planted = 0;
  for (const combination of chosen) {
    if (planted === count) return;
    const name = combination.map(({ id }) => id).join(' + ');
    const before = stage.log.rowsOf(name);
    if (before !== undefined) {
      if (before.length > 0) planted += 1;
      yield* before;
      continue;
    }
    const answers: [string, Answer][] = [];
    const onAnswer = (symptom: string, answer: Answer) => void answers.push([symptom, answer]);
    const trial = await tryCombination(stage, combination, onAnswer);
    if ('impossible' in trial) {
      print(`   ${name} cannot be planted together: ${trial.impossible.slice(0, 200)}`);
      stage.log.add(name, []);
      await recover(stage.lab);
      continue;
    }
    planted += 1;
    const row = { text: combinationRow(trial), problems: trial.problems };
    stage.log.add(name, [row]);
    await report(stage.lab, [row], answers);
    yield row;
  }
}

const progress = timedProgress(print);
let stopping = false;
if (options.installations || options.platform === 'as-is')
  process.exit((await runInstallations(options.installations ? 'generated' : 'as-is')) ? 0 : 1);
if (options.list) {
  listFixes();
  process.exit(0);
}
const wasUp = (await labStatus(options.runtime)) !== 'down';
const lab = await upLab(options.runtime, progress);
const deprived = options.less ? await deprive(lab) : undefined;
const names = Object.keys(deprived?.environments ?? {});
const part =
  deprived !== undefined
    ? { name: `${options.runtime}, with less evidence`, head: deprivedHead, run: less(names) }
    : options.fix
      ? { name: `${options.runtime}, to the end`, head: fixHead, run: mended }
      : options.health
        ? { name: `${options.runtime}, the health table`, head: healthHead, run: tables }
        : options.pairs
          ? { name: `${options.runtime}, two at a time`, head: pairHead, run: together }
          : options.combine !== undefined
            ? {
                name: `${options.runtime}, together (${options.combine})`,
                head: combinationHead,
                run: combined,
              }
            : options.logs
              ? { name: `${options.runtime}, and its logs`, head: logTrialHead, run: single }
              : { name: options.runtime, head: trialHead, run: single };
const own = options.fix || options.mend ? await audited(lab) : undefined;
const product = await startCampaignProduct(
  {
    lab: own?.environment ?? (await lab.environmentConfig()),
    ...deprived?.environments,
  },
  options.stable === undefined ? {} : { stableAtMostMs: Number(options.stable) * 1000 },
);
const offline =
  options.record === undefined ? undefined : createOffline(await lab.environmentConfig(), options.record);
const logs = options.logs ? createLogReader(await lab.environmentConfig()) : undefined;
progress('the product is up');
// A fault that is planted is always taken away again: the first interrupt waits for it.
process.once('SIGINT', () => {
  stopping = true;
});
const log = logOf(part.name);
if (log.size > 0) print(`${log.size} trials ended before and are not done again`);
// Whoever was killed in a trial has left its fault there.
if (options.resume && wasUp) await putBack(lab, print, 120);
const rows: Row[] = [];
try {
  print(part.head);
  for await (const row of part.run({
    lab,
    product,
    referee: createReferee(lab),
    log,
    ...present({ offline, logs }),
  })) {
    rows.push(row);
    if (stopping) break;
  }
} finally {
  await product.stop();
  await deprived?.stop();
  await own?.stop();
  offline?.stop();
  logs?.stop();
}
const isRight = finish(
  part.name,
  part.head,
  rows,
  part.head === pairHead ? 1 : part.head === deprivedHead || part.head === fixHead ? 4 : 3,
);
const timed = rows.flatMap(({ fault }) => fault ?? []);
// The seconds of faults are those of whole tables.
if (timed.length > 0 && !options.logs)
  writeReport(
    faultReport,
    { ...said(), name: `faults on ${options.runtime}`, head: faultHead.join('\n'), rows: timed },
    options.summary,
    faultSeconds,
  );
const carriedOut = rows.flatMap(({ fix }) => fix ?? []);
if (carriedOut.length > 0)
  writeReport(
    campaignReport,
    {
      ...said(),
      ...{ name: `${options.runtime}, to the end`, head: fixHead, rows: carriedOut, known: 4 },
      figures: figuresOf,
    },
    options.summary,
  );
if (!wasUp && !options.keep) await downLab(options.runtime);
process.exit(isRight ? 0 : 1);

function commitOf(): string {
  return execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).trim();
}

/** What is drawn is another with each commit, and the same again for whoever tries one again. */
function seedOfCommit(): number {
  const [given] = options.seed;
  return given === undefined ? Number.parseInt(commitOf().slice(0, 7), 16) : Number(given);
}

function logOf(table: string): TrialLog {
  const file = join(artifactsFolder, `campaign-${table.replaceAll(/[^a-z]+/g, '-')}.jsonl`);
  const commit = commitOf();
  return new TrialLog(file, { table, commit }, options);
}

function said(): { readonly date: string; readonly command: string } {
  const command = `npm run campaign -- ${process.argv.slice(2).join(' ')}`
    .replaceAll(/ --(?:report \S+|summary|resume)/g, '')
    .trim();
  return { date: new Date().toISOString().slice(0, 10), command };
}

/** Writes the table and the report; whether all of it was right. `known`: how many cells name a trial. */
function finish(name: string, head: string, all: readonly Row[], known: number): boolean {
  const right = all.filter(({ problems }) => problems.length === 0).length;
  const kinds = kindsOf(all.map(({ problems }) => problems));
  progress(`${all.length} trials, ${right} right, ${kindsSaid(kinds)}`);
  if (options.report !== undefined) {
    const wrong = all.flatMap(({ text, problems }) => (problems.length === 0 ? [] : [text]));
    writeFileSync(options.report, JSON.stringify({ right, wrong, ...kinds }));
  }
  const table = { ...said(), name, head, rows: all.map(({ text }) => text), known, figures: figuresOf };
  if (all.length > 0) writeReport(campaignReport, table, options.summary);
  return all.length > 0 && right === all.length;
}
