/** What is kept of a recording: all that anybody would be told otherwise without it. */

import { laneOf, type RecordedRow } from '../../src/domain/bundle/recording.ts';
import { callKey, type ProbeCall, type ProbeOutcome } from '../../src/domain/probe/probe.ts';
import { probes } from '../../src/probes/index.ts';
import { lanesAsked, pruned } from './recordings.ts';
import { type Evidence, evidenceOf, isRecorded, openSimulation, sayTheSame } from './simulated.ts';

/**
 * Of a fault: the lanes of its own symptoms, and each other lane in which somebody who asks for one of `symptoms` is told
 * something else than by the healthy platform. Whatever is left out is as it is there.
 */
export async function keptOf(
  rows: readonly RecordedRow[],
  own: readonly string[],
  { healthy, symptoms }: { readonly healthy: Evidence; readonly symptoms: readonly string[] },
): Promise<readonly RecordedRow[]> {
  const lanes = new Set(await lanesAsked(rows, own));
  const whole = await evidenceOf(rows);
  const calls = await callsOf(whole, healthy, symptoms);
  for (;;) {
    const kept = pruned(rows, lanes);
    const left = await evidenceOf(kept);
    const before = lanes.size;
    for (const call of calls) {
      const [wanted, said] = await Promise.all([whole, left].map((one) => toldBy(one, healthy, call)));
      if (wanted !== undefined && said !== undefined && !areAlike(wanted, said)) lanes.add(laneIn(call));
    }
    if (lanes.size === before) return kept;
  }
}

/** What is asked for these symptoms, however the answers lead on. */
async function callsOf(
  evidence: Evidence,
  healthy: Evidence,
  symptoms: readonly string[],
): Promise<readonly ProbeCall[]> {
  const calls = new Map<string, ProbeCall>();
  const watched: Evidence = {
    ...evidence,
    outcomeOf(call) {
      calls.set(callKey(call), call);
      return evidence.outcomeOf(call);
    },
  };
  const { ask } = openSimulation(healthy);
  for (const symptom of symptoms) await ask([watched], 0, symptom);
  return [...calls.values()];
}

/** A lane that is not kept may still be answered in part, from what others asked. */
async function toldBy(evidence: Evidence, healthy: Evidence, call: ProbeCall): Promise<ProbeOutcome> {
  const outcome = await evidence.outcomeOf(call);
  return isRecorded(outcome) ? outcome : healthy.outcomeOf(call);
}

const areAlike = (one: ProbeOutcome, other: ProbeOutcome): boolean =>
  sayTheSame(one, other) && downIn(one) === downIn(other);

const downIn = ({ facts }: ProbeOutcome): string =>
  Object.entries(facts)
    .flatMap(([name, value]) => (value === 'down' ? [name] : []))
    .toSorted()
    .join();

function laneIn(call: ProbeCall): string {
  const probe = probes.find(({ id }) => id === call.probe);
  return probe === undefined ? callKey(call) : laneOf(probe, probe.params.parse(call.with ?? {}));
}
