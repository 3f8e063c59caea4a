import { changeCalls } from '../../domain/diagnosis/changes.ts';
import { isWay } from '../../domain/diagnosis/diagnosis.ts';
import type { DiagnosisJudgement } from '../../domain/diagnosis/judgement.ts';
import { partOfCall } from '../../domain/health/health-calls.ts';
import { present } from '../../domain/kernel/present.ts';
import { callKey, type ProbeCall, type ProbeOutcome } from '../../domain/probe/probe.ts';
import type { ProbeRunner } from '../../domain/probe/probe-runner.ts';
import type { Targets } from '../../domain/probe/targets/targets.ts';
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
  const late = distinct(all.flatMap(({ afterwards }) => afterwards ?? []));
  const gentle = (calls: readonly ProbeCall[]): readonly ProbeCall[] =>
    calls.filter(({ probe }) => !options.givesWork(probe));
  for (const probe of new Set([...wanted, ...late].map((call) => call.probe)))
    if (options.givesWork(probe)) bundle.leaveOut(`probes/${probe}`, { why: 'gives-work', detail: probe });
  const outcomes: ProbeOutcome[] = [];
  const ask = async (calls: readonly ProbeCall[], seen: Targets): Promise<void> => {
    const groups = new Map<string, ProbeCall[]>();
    for (const call of calls) {
      const [target = ''] = call.probe.split('.', 1);
      groups.set(target, [...(groups.get(target) ?? []), call]);
    }
    const answers = await Promise.all(
      [...groups.values()].map((group) => options.probes.run(group, { targets: seen, signal, answer })),
    );
    outcomes.push(...answers.flat());
  };
  await ask(gentle(wanted), targets);
  if (late.length > 0) await ask(gentle(late), await options.targets.forRun(environment, signal));
  signal.throwIfAborted();
  const { judgements } = await diagnose(
    { ...options, probes: answered(outcomes, options.clock.now()) },
    { diagnoses: all, environment, targets: present({ ...targets, kubernetes: undefined }), signal },
  );
  return { outcomes, judgements };
}

const notRecorded = { code: 'not-recorded', detail: 'not asked for a bundle', facts: {} };

function distinct(calls: readonly ProbeCall[]): readonly ProbeCall[] {
  return [...new Map(calls.map((call) => [callKey(call), call])).values()];
}

/** Answers with what was said already. What was not asked could not be seen: an answer that is missing rules nothing out. */
function answered(outcomes: readonly ProbeOutcome[], at: Date): ProbeRunner {
  const byKey = new Map(outcomes.map((outcome) => [outcome.key, outcome]));
  const unasked = (call: ProbeCall): ProbeOutcome => ({
    ...{ key: callKey(call), probe: call.probe, part: partOfCall(call), status: 'inconclusive' },
    ...{ findings: [], facts: {}, cause: notRecorded, startedAt: at.toISOString(), durationMs: 0 },
  });
  return {
    run(calls, { onOutcome }) {
      const known = calls.map((call) => byKey.get(callKey(call)) ?? unasked(call));
      for (const outcome of known) onOutcome?.(outcome);
      return Promise.resolve(known);
    },
  };
}
