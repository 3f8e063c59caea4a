/** Recordings of the lab's faults, as they are kept and asked again. */

import { createRedactor } from '@aetherius/redact';
import { laneOf, type RecordedRow } from '../../src/domain/bundle/recording.ts';
import { openRecording } from '../../src/domain/bundle/replay.ts';
import type { DiagnosisJudgement } from '../../src/domain/diagnosis/judgement.ts';
import type { Probe, ProbeResult } from '../../src/domain/probe/probe.ts';
import type { ServicesTarget } from '../../src/domain/probe/targets/http.ts';
import { openRecorded } from '../../src/main/recorded.ts';
import { createLogger } from '../../src/platform/process/logger.ts';
import { probes } from '../../src/probes/index.ts';
import type { Expectation } from './expectation.ts';
import { confirmed, type Judged, judge } from './trial.ts';

/**
 * What the bot says of a recording; `onLane` is told each probe that it asks, with its parameters, and `witness`
 * each question that a probe puts to its recorded target, with all that is passed, and what it makes of the answers.
 */
export async function diagnosed(
  rows: readonly RecordedRow[],
  symptom: string,
  onLane: (lane: string) => void = () => undefined,
  witness?: Witness,
): Promise<readonly DiagnosisJudgement[]> {
  const recording = openRecording(rows);
  if (recording === undefined) throw new Error('these rows are no recording');
  const redactor = createRedactor();
  const { diagnosis } = openRecorded({
    recording: {
      ...recording,
      probes: (all) =>
        recording
          .probes(witness === undefined ? all : all.map((probe) => heard(probe, witness)))
          .map((probe) => ({
            ...probe,
            run(params, context) {
              onLane(laneOf(probe, params));
              return probe.run(params, context);
            },
          })),
    },
    logger: createLogger({ level: 'silent', destination: process.stderr }),
    redactorOf: () => redactor,
  });
  const signal = new AbortController().signal;
  const { environment } = recording;
  const answer = await diagnosis.run({ environment, text: symptom, signal });
  if (answer.kind === 'choose') throw new Error(`${symptom} is no one symptom`);
  return answer.judgements;
}

export interface Witness {
  asked(probe: Probe, question: string, args: readonly unknown[]): void;
  answered(probe: Probe, result: ProbeResult): void;
}

/** The same probe; each question that takes time is told when it is put, and the result when it is there. */
function heard(probe: Probe, { asked, answered }: Witness): Probe {
  const wrap = (target: object, name: string): object =>
    new Proxy(target, {
      get(from, key) {
        const value: unknown = Reflect.get(from, key);
        if (typeof value !== 'function' || typeof key !== 'string') return value;
        return (...args: unknown[]) => {
          if (key === 'overOneConnection') {
            const [work] = args as Parameters<ServicesTarget['overOneConnection']>;
            const inner: typeof work = (one, kept) => work(wrap(one, name) as ServicesTarget, kept);
            return Reflect.apply(value, from, [inner]) as unknown;
          }
          const answer: unknown = Reflect.apply(value, from, args);
          if (!(answer instanceof Promise)) return answer;
          asked(probe, `${name}.${key}`, args);
          if (key !== 'nodes') return answer;
          return answer.then((nodes: readonly object[]) => nodes.map((node) => wrap(node, name)));
        };
      },
    });
  return {
    ...probe,
    async run(params, context) {
      const { deps } = context;
      const own = Object.entries(deps).map(([name, target]): readonly [string, unknown] => [
        name,
        typeof target === 'object' && target !== null && name !== 'platform'
          ? wrap(target as object, name)
          : target,
      ]);
      const named = Object.fromEntries(own) as unknown as typeof deps;
      const result = await probe.run(params, { ...context, deps: named });
      answered(probe, result);
      return result;
    },
  };
}

/** The lanes that these questions need. */
export async function lanesAsked(
  rows: readonly RecordedRow[],
  symptoms: readonly string[],
): Promise<ReadonlySet<string>> {
  const lanes = new Set<string>();
  for (const symptom of symptoms) await diagnosed(rows, symptom, (lane) => lanes.add(lane));
  return lanes;
}

/** The rows of these lanes, and the answers that they refer to; answers of no lane that is kept are left out. */
export function pruned(rows: readonly RecordedRow[], lanes: ReadonlySet<string>): readonly RecordedRow[] {
  const isKept = (row: RecordedRow) => !('lane' in row) || lanes.has(row.lane) || row.lane === '';
  const asked = rows.filter(isKept);
  const answers = new Set(asked.flatMap((row) => (row.t === 'asked' && row.n !== undefined ? [row.n] : [])));
  return asked.filter((row) => row.t !== 'answer' || answers.has(row.n));
}

/** An answer, and the probes that it could not ask because they were not recorded. */
export interface AskedOffline extends Judged {
  readonly notRecorded: readonly string[];
}

/**
 * As a live answer is judged, but for what only a live sample tells: a probe that gives a part work to do is in no
 * bundle, and a cause that stands on it is possible, or not asked for.
 */
export function judgeOffline(answer: AskedOffline, expected: Expectation): readonly string[] {
  const { later } = expected;
  const isLater = later !== undefined && confirmed(answer).includes(later);
  const wrong = judge(answer, isLater ? { ...expected, cause: later } : expected);
  const needsWork = answer.notRecorded.some((key) =>
    probes.some(({ id, givesWork }) => givesWork === true && key.split('(', 1)[0] === id),
  );
  return needsWork && confirmed(answer).length === 0 ? [] : wrong;
}
