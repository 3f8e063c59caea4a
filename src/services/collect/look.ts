import { createRecorder } from '../../domain/bundle/recorder.ts';
import { cutOff, laneOf } from '../../domain/bundle/recording.ts';
import { changeCalls } from '../../domain/diagnosis/changes.ts';
import { isWay } from '../../domain/diagnosis/diagnosis.ts';
import type { DiagnosisJudgement } from '../../domain/diagnosis/judgement.ts';
import { present } from '../../domain/kernel/present.ts';
import { callKey, type ProbeCall, type ProbeOutcome } from '../../domain/probe/probe.ts';
import type { Targets } from '../../domain/probe/targets/targets.ts';
import { answered } from '../diagnosis/answered.ts';
import { diagnose } from '../diagnosis/diagnose.service.ts';
import type { Bundle } from './growing-bundle.ts';
import type { CollectOptions } from './options.ts';
import { runningParts } from './sources.ts';

export interface Looked {
  readonly outcomes: readonly ProbeOutcome[];
  readonly judgements: readonly DiagnosisJudgement[];
}

/**
 * Runs every probe that a health check or a diagnosis may ask for, once, and judges every diagnosis by what they said.
 * Probes of one target wait for each other and for no other's.
 */
export async function look(
  options: CollectOptions,
  about: {
    readonly environment: string;
    readonly targets: Targets;
    readonly bundle: Bundle;
    readonly id: string;
    readonly signal: AbortSignal;
  },
): Promise<Looked> {
  const { environment, targets, bundle, id: answer, signal } = about;
  const ways = runningParts
    .filter((part) => targets.configured === undefined || targets.configured.has(part))
    .map(options.unreachable);
  const all = [...options.diagnoses.filter((one) => !isWay(one)), ...ways];
  const wanted = distinct([
    ...options.rules.calls(environment),
    ...all.flatMap(({ evidence }) => evidence),
    ...runningParts.flatMap(options.ownProbes),
    ...changeCalls(0),
  ]);
  const first = new Set(wanted.map(callKey));
  const late = distinct(all.flatMap(({ afterwards }) => afterwards ?? [])).filter(
    (call) => !first.has(callKey(call)),
  );
  const byId = new Map(options.registry.map((probe) => [probe.id, probe]));
  const givesWork = (probe: string): boolean => byId.get(probe)?.givesWork === true;
  const recording = bundle.recording();
  const recorder = createRecorder({
    redactor: bundle.redactor,
    now: () => options.clock.now(),
    write: (line) => recording.write(line),
  });
  recorder.begin(targets, options.describe(environment));
  const runner = options.runnerOf(recorder.probes(options.registry));
  const gentle = (calls: readonly ProbeCall[]): readonly ProbeCall[] =>
    calls.filter(({ probe }) => !givesWork(probe));
  for (const probe of new Set([...wanted, ...late].map((call) => call.probe)))
    if (givesWork(probe)) bundle.leaveOut(`probes/${probe}`, { why: 'gives-work', detail: probe });
  const laneIn = (call: ProbeCall): string => {
    const probe = byId.get(call.probe);
    return probe === undefined ? callKey(call) : laneOf(probe, probe.params.parse(call.with ?? {}));
  };
  const outcomes: ProbeOutcome[] = [];
  const byLane = new Map<string, ProbeOutcome>();
  /** Two calls that come to the same parameters are one question. */
  const ask = async (calls: readonly ProbeCall[], seen: Targets): Promise<void> => {
    const fresh = [...new Map(calls.toReversed().map((call) => [laneIn(call), call])).entries()].filter(
      ([lane]) => !byLane.has(lane),
    );
    const groups = new Map<string, ProbeCall[]>();
    for (const [, call] of fresh.toReversed()) {
      const [target = ''] = call.probe.split('.', 1);
      groups.set(target, [...(groups.get(target) ?? []), call]);
    }
    const answers = await Promise.all(
      [...groups.values()].map((group) =>
        runner.run(group, { targets: recorder.targets(seen), signal, answer }),
      ),
    );
    const byKey = new Map(answers.flat().map((outcome) => [outcome.key, outcome]));
    const looked = fresh.flatMap(([lane, call]) => {
      const outcome = byKey.get(callKey(call));
      return outcome === undefined ? [] : [{ lane, outcome }];
    });
    for (const { lane, outcome } of looked)
      if (outcome.lateMs !== undefined) recorder.late(lane, outcome.lateMs);
    await recorder.settle();
    for (const { lane, outcome } of looked) {
      byLane.set(lane, outcome);
      if (outcome.cause !== undefined && cutOff.has(outcome.cause.code))
        recorder.ended(lane, outcome.cause.code, outcome.cause.facts);
    }
    for (const call of calls) {
      const outcome = byLane.get(laneIn(call));
      if (outcome !== undefined) outcomes.push({ ...outcome, key: callKey(call) });
    }
  };
  const measuresLoad = ({ probe }: ProbeCall): boolean => byId.get(probe)?.measuresLoad === true;
  await ask(gentle(wanted).filter(measuresLoad), targets);
  await ask(
    gentle(wanted).filter((call) => !measuresLoad(call)),
    targets,
  );
  if (late.length > 0) await ask(gentle(late), await options.targets.forRun(environment, signal));
  signal.throwIfAborted();
  await recording.end();
  const { judgements } = await diagnose(
    { ...options, probes: answered(outcomes, options.clock.now(), 'not asked for a bundle') },
    { diagnoses: all, environment, targets: present({ ...targets, kubernetes: undefined }), signal },
  );
  return { outcomes, judgements };
}

function distinct(calls: readonly ProbeCall[]): readonly ProbeCall[] {
  return [...new Map(calls.map((call) => [callKey(call), call])).values()];
}
