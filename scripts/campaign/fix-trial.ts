/** One fault to its end: planted, asked for, fixed by a button, healthy; taken back, there again, named again. */

import { setTimeout as delay } from 'node:timers/promises';
import { until } from '../../lab/selftest.ts';
import type { Fault, Lab } from '../../lab/types.ts';
import { type Carried, carryOut, fixesIn, type Place, undo } from './carry-out.ts';
import { certain, notFound } from './certain.ts';
import type { Effects } from './effects.ts';
import { type Expectation, expectationOf, isTrue, settled } from './expectation.ts';
import type { Offered } from './fixes.ts';
import type { Answer, Product } from './product.ts';
import { confirmed, confirmedAnyway, judge } from './trial.ts';
import { refusedUndos, takesRestart } from './untried.ts';

export interface FixTrial {
  readonly fault: string;
  readonly variant: string;
  readonly runtime: Lab['runtime'];
  readonly cause: string;
  /** Undefined: none was offered. */
  readonly fix?: string;
  readonly how: string;
  readonly state: string;
  readonly effects: readonly Effects[];
  /** Seconds from the approval to the verdict, and from there until the diagnosis says healthy. */
  readonly fixed?: number;
  readonly healthy?: number;
  /** How the undo ended, and what the lab and the diagnosis then said; undefined: not tried. */
  readonly undone?: string;
  /** It mended, and was not taken back. */
  readonly stands?: boolean;
  /** All of it, from the answer to the last look. */
  readonly seconds: number;
  readonly problems: readonly string[];
  /** Everything that the answer offered, and why it did not offer the rest, in its own words. */
  readonly offered: readonly string[];
  readonly refused: readonly string[];
}

export interface FixStage extends Place {
  readonly product: Product;
  readonly onAnswer?: (when: string, answer: Answer) => void;
  /** For how many seconds it asks until the diagnosis agrees with the verdict; default 100. */
  readonly patience?: number;
}

export interface Wanted {
  /** Which of the fixes that were offered, the recommended one first; undefined: none of them. */
  choose(offered: readonly string[]): string | undefined;
  /** Whether one that can be taken back is. */
  undo(): boolean;
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** Asks until an answer is as wanted; what it was at last. */
async function askUntil(
  { product, patience = 100 }: FixStage,
  symptom: string,
  good: (answer: Answer) => boolean,
): Promise<{ readonly answer: Answer; readonly seconds: number; readonly good: boolean }> {
  const began = performance.now();
  for (;;) {
    const answer = await product.diagnose(symptom);
    const seconds = (performance.now() - began) / 1000;
    if (good(answer) || seconds > patience) return { answer, seconds, good: good(answer) };
    await delay(1000);
  }
}

const saidOf = (answer: Answer): string =>
  answer.causes
    .filter(({ verdict }) => verdict !== 'ruled-out')
    .map(({ id, verdict }) => `${id} ${verdict}`)
    .join(', ');

/** A planted fault with the answer that named it, and what the same question is answered while all is well. */
export interface Asked {
  readonly fault: Fault;
  readonly variant: string;
  readonly expected: Expectation;
  readonly planted: Answer;
  /** When it was there, by its own check. */
  readonly since: Date;
  readonly well: Answer['overall'];
}

type Mended = { -readonly [K in keyof FixTrial]: FixTrial[K] };

const begun = (lab: Lab, fault: Fault, variant: string): Mended => ({
  ...{ fault: fault.id, variant, runtime: lab.runtime, cause: '–', how: '–', state: '–' },
  ...{ effects: [], offered: [], refused: [], problems: [], seconds: 0 },
});

/** The answer, asked for once more where its fault was too young for a fix. */
async function ripe({ product }: FixStage, { expected, planted, since }: Asked): Promise<Answer> {
  if (expected.ripensIn === undefined) return planted;
  await delay(since.getTime() + expected.ripensIn * 1000 - Date.now());
  return product.diagnose(expected.symptom);
}

/** From the answer to the end, by one fix; the fault itself is left alone. Never throws. */
export async function mend(stage: FixStage, asked: Asked, wanted: Wanted): Promise<FixTrial> {
  const { lab, fixes, onAnswer } = stage;
  const { fault, variant, expected, well } = asked;
  const problems: string[] = [];
  const row: Mended = { ...begun(lab, fault, variant), problems };
  let step = 'offer';
  const began = performance.now();
  try {
    const planted = await ripe(stage, asked);
    row.cause = confirmed(planted)[0] ?? '–';
    const offered = await fixes.offered(planted);
    row.offered = fixesIn(offered);
    row.refused = offered.refused;
    const fix = wanted.choose(row.offered);
    if (fix === undefined) {
      problems.push('no fix of its cause was offered');
      return row;
    }
    row.fix = fix;
    row.how = howOf(offered, fix);
    step = 'fix';
    const carried = await carryOut(stage, planted, offered, fix);
    row.state = carried.ended.at(-1)?.state ?? '–';
    row.effects = carried.effects;
    row.fixed = carried.ended.reduce((sum, { seconds }) => sum + seconds, 0);
    problems.push(...carried.problems);
    step = 'restart';
    await restarted(lab, fix);
    step = 'ask again';
    const after = await askUntil(stage, expected.symptom, ({ overall }) => overall === well);
    onAnswer?.('fixed', after.answer);
    if (after.good) row.healthy = after.seconds;
    else problems.push(`not healthy: ${saidOf(after.answer)}`);
    step = 'look again';
    if (after.good && (await fault.check(lab, variant).catch(() => false)))
      problems.push(certain('healthy is said, and the fault is still there'));
    const back = carried.ended.filter(({ offer }) => offer.plan.undo !== undefined);
    if (back.length === 0) row.undone = 'has none';
    else if (back.every(({ state }) => state === 'succeeded') && wanted.undo()) {
      step = 'undo';
      row.undone = await (fix in refusedUndos
        ? mustRefuse(stage, asked, carried, problems)
        : tryUndo(stage, { fix, fault, variant, expected, carried, problems }));
    }
    row.stands = after.good && (step === 'look again' || row.undone === refusedUndo);
  } catch (error) {
    problems.push(`${step}: ${messageOf(error)}`);
  }
  row.seconds = (performance.now() - began) / 1000;
  return row;
}

/** Never throws: what went wrong is a problem of the row. */
export async function tryFix(
  stage: FixStage,
  fault: Fault,
  variant: string,
  wanted: Wanted,
): Promise<FixTrial> {
  const { lab, product, onAnswer } = stage;
  const expected = expectationOf(fault, variant);
  const problems: string[] = [];
  let trial: FixTrial = begun(lab, fault, variant);
  let step = 'control';
  try {
    const control = await product.diagnose(expected.symptom);
    onAnswer?.('control', control);
    problems.push(...confirmedAnyway('control', control));
    step = 'see it run';
    if (expected.seenToRun !== undefined) await product.seenToRun(expected.seenToRun);
    step = 'plant';
    await fault.plant(lab, variant);
    await until(fault, lab, variant, true, fault.within);
    const since = new Date();
    await settled(lab, expected);
    step = 'ask';
    const planted = await product.diagnose(expected.symptom);
    onAnswer?.('planted', planted);
    problems.push(...judge(planted, expected));
    trial = await mend(stage, { fault, variant, expected, planted, since, well: control.overall }, wanted);
  } catch (error) {
    problems.push(`${step}: ${messageOf(error)}`);
  }
  const after: string[] = [];
  try {
    step = 'clear';
    await fault.clear(lab, variant);
    await until(fault, lab, variant, false, 45);
    await lab.healthy(90);
  } catch (error) {
    after.push(`${step}: ${messageOf(error)}`);
  }
  return { ...trial, problems: [...problems, ...trial.problems, ...after] };
}

function howOf({ offers }: Offered, fix: string): string {
  const own = offers.filter((one) => one.fix === fix).length;
  return own === 0 ? 'menu' : own === 1 ? 'button' : `${own} buttons`;
}

async function restarted(lab: Lab, fix: string): Promise<void> {
  for (const part of takesRestart[fix] ?? []) await lab.restart(part);
}

interface Undoing {
  readonly fix: string;
  readonly fault: Fault;
  readonly variant: string;
  readonly expected: Expectation;
  readonly carried: Carried;
  readonly problems: string[];
}

/** The planted state is back, by the lab's own look, and the diagnosis names it again. */
async function tryUndo(
  stage: FixStage,
  { fix, fault, variant, expected, carried, problems }: Undoing,
): Promise<string> {
  const back = await undo(stage, carried);
  problems.push(...back.problems.map((problem) => `undo: ${problem}`));
  const state = back.ended.at(-1)?.state ?? '–';
  await restarted(stage.lab, fix);
  await fault.stir?.(stage.lab, variant);
  await until(fault, stage.lab, variant, true, fault.within);
  await settled(stage.lab, expected);
  const named = (answer: Answer) => confirmed(answer).some((id) => isTrue(expected, id));
  const again = await askUntil(stage, expected.symptom, named);
  stage.onAnswer?.('undone', again.answer);
  if (!again.good) problems.push(notFound(`not named again: ${saidOf(again.answer)}`));
  const listed = back.effects.flatMap(({ seen }) => seen.map(({ what, count }) => `${what} ×${count}`));
  return `${state}, ${confirmed(again.answer)[0] ?? 'not'} named again (${listed.join(', ')})`;
}

const refusedUndo = 'refused, as it has to be';

/** An undo that would lose what came since changes nothing, and the fault stays away. */
async function mustRefuse(
  stage: FixStage,
  { fault, variant, expected, well }: Asked,
  carried: Carried,
  problems: string[],
): Promise<string> {
  const back = await undo(stage, carried);
  const state = back.ended.at(-1)?.state ?? '–';
  if (state !== 'stale') problems.push(`undo: it ended as ${state}, and has to be refused`);
  if (back.effects.some(({ seen }) => seen.length > 0))
    problems.push(certain('undo: it is refused, and was done'));
  if (await fault.check(stage.lab, variant).catch(() => false)) problems.push('undo: the fault is back');
  const after = await stage.product.diagnose(expected.symptom);
  if (after.overall !== well) problems.push(`undo: not healthy: ${saidOf(after)}`);
  return state === 'stale' ? refusedUndo : state;
}
