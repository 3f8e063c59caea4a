/** One fault: healthy control, planted, asked for, taken away, asked again. */

import { type Row, until } from '../../lab/selftest.ts';
import type { Fault, Lab, Runtime } from '../../lab/types.ts';
import { present } from '../../src/domain/kernel/present.ts';
import { asked, certain, missed, notPlanted } from './certain.ts';
import { type Expectation, expectationOf, isTrue, settled, speaksInLog } from './expectation.ts';
import type { FixTrial } from './fix-trial.ts';
import type { Mender } from './fixing.ts';
import { judgeLog, type LogReader, type Said, saidIn } from './log-says.ts';
import type { Offline } from './offline.ts';
import type { Answer, Product } from './product.ts';
import { compared, type Referee, type RefereeWord } from './truth.ts';

export interface Trial extends RefereeWord {
  readonly fault: string;
  readonly variant: string;
  readonly runtime: Runtime;
  readonly asked: string;
  /** Confirmed and first; `–` when nothing is. */
  readonly topCause: string;
  readonly falseCauses: readonly string[];
  /** Seconds from the command to the answer. */
  readonly seconds: number;
  readonly apiRequests?: number;
  /** What the logs speak of since the planting; undefined: they were not read. */
  readonly log?: readonly string[];
  /** Seconds for all of it: control, planting, answer, clearing, answer. */
  readonly total: number;
  readonly problems: readonly string[];
  /** The fix that was carried out; undefined: none was. */
  readonly mended?: FixTrial;
  /** The fault itself: how long it took to plant, to be seen, to be taken away. */
  readonly phases: Row;
}

/** What an answer is judged by. */
/** `message`: where the id of a cause stands in Slack, below the first line. */
export type Judged = Pick<Answer, 'causes' | 'title'> & Partial<Pick<Answer, 'message'>>;

/** Ids of confirmed causes, in the answer's order. */
export const confirmed = (answer: Judged): readonly string[] =>
  answer.causes.filter(({ verdict }) => verdict === 'confirmed').map(({ id }) => id);

/** Faults are judged one at a time, and the answer after one is the healthy control of the next that asks alike. */
export class Controls {
  readonly #healthy = new Set<string>();

  holds(symptom: string): boolean {
    return this.#healthy.has(symptom);
  }

  note(symptom: string, answer: Answer): void {
    if (confirmed(answer).length === 0) this.#healthy.add(symptom);
    else this.#healthy.delete(symptom);
  }

  forget(): void {
    this.#healthy.clear();
  }
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

export interface TrialOptions {
  readonly lab: Lab;
  readonly product: Product;
  readonly controls: Controls;
  /** Takes a bundle of it, too, and asks that. */
  readonly offline?: Offline;
  /** Says what is true while it is planted, apart from the product and from what plants. */
  readonly referee?: Referee;
  /** Also asks what the logs say while it is planted. */
  readonly logs?: LogReader;
  /** Carries out a fix that the answer offers before the fault is taken away. */
  readonly mender?: Mender;
  /** Another platform asks all about this fault: here it is there for its fix, and one question is enough. */
  readonly forFix?: boolean;
  /** Called with each answer, for whoever looks for the reason of a wrong one. */
  readonly onAnswer?: (when: 'control' | 'planted' | 'cleared', answer: Answer) => void;
}

/** Never throws: what went wrong is a problem of the row. */
export async function tryFault(options: TrialOptions, fault: Fault, variant: string): Promise<Trial> {
  const { lab, product, controls, offline, logs, referee, mender, onAnswer, forFix = false } = options;
  const expected = expectationOf(fault, variant);
  const { symptom } = expected;
  const began = performance.now();
  const problems: string[] = [];
  let planted: Answer | undefined;
  let said: readonly Said[] | undefined;
  let truth: RefereeWord['truth'];
  let contradicted: readonly string[] = [];
  let mended: FixTrial | undefined;
  let step = 'control';
  const phases: { -readonly [K in keyof Row]: Row[K] } = { runtime: lab.runtime, id: fault.id, variant };
  let start = performance.now();
  const lap = () => {
    const seconds = (performance.now() - start) / 1000;
    start = performance.now();
    return seconds;
  };
  const failed = (error: unknown) => {
    const problem = `${step}: ${messageOf(error)}`;
    problems.push(problem);
    if (!step.includes('ask') && step !== 'control') phases.problem ??= problem;
  };
  try {
    if (!forFix && !controls.holds(symptom)) {
      const control = await product.diagnose(symptom);
      onAnswer?.('control', control);
      controls.note(symptom, control);
      problems.push(...confirmedAnyway('control', control));
    }
    step = 'see it run';
    if (mender !== undefined && expected.seenToRun !== undefined) await product.seenToRun(expected.seenToRun);
    step = 'plant';
    lap();
    const plantedAt = new Date();
    await fault.plant(lab, variant);
    phases.planted = lap();
    step = 'check';
    await until(fault, lab, variant, true, fault.within);
    phases.seen = lap();
    const since = new Date();
    await settled(lab, expected);
    step = 'ask';
    planted = await product.diagnose(symptom);
    onAnswer?.('planted', planted);
    problems.push(...judge(planted, expected));
    if (referee !== undefined && !forFix) {
      step = 'ask the referee';
      const answer = { asked: symptom, causes: planted.causes };
      ({ truth, contradicted } = await compared(referee, [fault], [answer]));
      problems.push(...contradicted);
      step = 'ask';
    }
    for (const other of forFix ? [] : (expected.elsewhere ?? [])) {
      const answer = await product.diagnose(other);
      onAnswer?.('planted', answer);
      // The same thing may have another name there: "Neo4j is down" where its clients are asked about.
      const [top = ''] = confirmed(answer);
      const named = isTrue(expected, top) ? { ...expected, cause: top } : expected;
      problems.push(...judge(answer, named).map((problem) => asked(`asked for ${other}`, problem)));
    }
    if (logs !== undefined) {
      step = 'ask the logs';
      said = await logs.since(plantedAt);
      problems.push(...judgeLog(said, expected, speaksInLog(fault.id, variant)));
    }
    if (offline !== undefined) {
      step = 'ask a bundle';
      problems.push(...(await offline.take([lab.runtime, fault.id, variant], expected)));
    }
    if (mender !== undefined && problems.length === 0) {
      mended = await mender.mend({ fault, variant, expected, planted, since, well: 'no-cause' });
      problems.push(...(mended?.problems ?? []));
    }
  } catch (error) {
    failed(error);
  }
  try {
    step = 'clear';
    lap();
    await fault.clear(lab, variant);
    phases.cleared = lap();
    step = 'gone';
    await until(fault, lab, variant, false, 45);
    step = 'healthy';
    await lab.healthy(90);
    phases.healthy = lap();
    step = 'ask again';
    // What a fix has mended was asked for after that: nobody asks twice.
    const cleared = mended?.stands === true ? undefined : await product.diagnose(symptom);
    if (cleared !== undefined) {
      onAnswer?.('cleared', cleared);
      controls.note(symptom, cleared);
      problems.push(...confirmedAnyway('afterwards', cleared));
    }
  } catch (error) {
    failed(error);
  }
  const found = planted === undefined ? [] : confirmed(planted);
  return {
    fault: fault.id,
    variant,
    runtime: lab.runtime,
    asked: [symptom, ...(forFix ? [] : (expected.elsewhere ?? []))].join(', '),
    topCause: found[0] ?? '–',
    falseCauses: found.filter((id) => !isTrue(expected, id)),
    seconds: planted?.seconds ?? 0,
    ...present({ apiRequests: planted?.apiRequests, truth, log: said?.map(saidIn), mended }),
    contradicted,
    total: (performance.now() - began) / 1000,
    problems,
    phases,
  };
}

/** Causes that are confirmed while nothing is planted. */
export const confirmedAnyway = (when: string, answer: Judged): readonly string[] =>
  confirmed(answer).length === 0 ? [] : [certain(`${when}: ${confirmed(answer).join(', ')} confirmed`)];

/** Everything that is wrong with the answer to a planted fault. */
export function judge(answer: Judged, expected: Expectation): string[] {
  const found = confirmed(answer);
  const wrong = found.filter((id) => !isTrue(expected, id));
  const { or } = expected;
  const cause = or !== undefined && found.includes(or) ? or : expected.cause;
  const verdict = answer.causes.find(({ id }) => id === cause)?.verdict ?? 'not asked for';
  if (expected.harmless === true && found.length === 0) return [];
  if (expected.mayHide === true && found.length === 0 && verdict === 'possible') return [];
  return [
    ...(found.includes(cause) ? [] : [missed(cause, verdict)]),
    ...(found.includes(cause) && found[0] !== cause ? [`${found[0]} stands before ${cause}`] : []),
    ...notPlanted(wrong),
    ...(found[0] === undefined || `${answer.title}${answer.message ?? ''}`.includes(found[0])
      ? []
      : [`the message does not name ${found[0]}`]),
  ];
}
