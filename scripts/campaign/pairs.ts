/** Faults that occur together: each has to be found beside the other, and nothing else. */

import { until } from '../../lab/selftest.ts';
import type { Fault, Lab } from '../../lab/types.ts';
import { missed, notPlanted } from './certain.ts';
import { expectationOf, settled } from './expectation.ts';
import type { Answer } from './product.ts';
import { confirmed } from './trial.ts';
import { comparedAll, type RefereedStage, type RefereeWord } from './truth.ts';

export interface Planting {
  readonly fault: string;
  readonly variant: string;
}

type Named = readonly [fault: string, variant: string];

/**
 * Each cause beside another one at least once: chosen so that one diagnosis has to tell them apart, so that one breaks
 * what the other is seen by, or else so that they have nothing to do with each other.
 */
const named: readonly (readonly [Named, Named])[] = [
  [
    ['T1.a', 'retired-agents'],
    ['T1.b', 'bloat'],
  ],
  [
    ['S4.a', 'one-worker'],
    ['C1.a', 'agent-manager'],
  ],
  [
    ['S6.b', 'missing'],
    ['S7.c', 'stopped'],
  ],
  [
    ['S2.b', 'agent-differs'],
    ['T1.b', 'corruption'],
  ],
  [
    ['C1.b', 'environment-orchestrator'],
    ['C1.a', 'agent-manager'],
  ],
  [
    ['S1.b', 'wrong-host'],
    ['S7.b', 'service-outdated'],
  ],
  [
    ['D2.a', 'events'],
    ['D2.b', 'executions-100-days'],
  ],
  [
    ['D3.c', 'few-large'],
    ['D1.b', 'agent-manager'],
  ],
  [
    ['K1.b', 'config-not-yaml'],
    ['K1.c', 'reasoning-48mi'],
  ],
  [
    ['K1.g', 'no-account'],
    ['K1.i', 'not-in-path'],
  ],
  [
    ['K1.h', 'port-closed'],
    ['K1.j', 'volume-full'],
  ],
  [
    ['C1.c', 'agent-manager'],
    ['C1.a', 'orchestrator-service'],
  ],
  [
    ['K1.a', 'no-such-tag'],
    ['K1.d', 'no-such-node'],
  ],
  [
    ['S1.a', 'wrong-password'],
    ['S7.c', 'crashing'],
  ],
  [
    ['S1.c', 'usual'],
    ['S6.b', 'wrong-content'],
  ],
  [
    ['S2.a', 'manager-renamed'],
    ['D2.a', 'executions'],
  ],
  [
    ['S2.c', 'not-running'],
    ['S4.b', 'indentation'],
  ],
  [
    ['S3.a', 'two-workers'],
    ['D3.b', 'no-limit'],
  ],
  [
    ['S3.b', 'five-a-second'],
    ['S4.b', 'quote'],
  ],
  [
    ['S3.c', 'no-index'],
    ['D3.c', 'many-small'],
  ],
  [
    ['S5.a', 'collect-logs'],
    ['T1.b', 'bloat'],
  ],
  [
    ['S5.b', 'saturated'],
    ['D2.b', 'executions-100-days'],
  ],
  [
    ['S6.a', 'large-window'],
    ['S4.b', 'no-timeout'],
  ],
  [
    ['S7.a', 'cpu-60m'],
    ['D1.c', 'exports'],
  ],
  [
    ['P1.a', 'pairwise-correlation'],
    ['T1.a', 'retired-agents'],
  ],
  [
    ['P1.b', '20m'],
    ['P2.b', 'orchestrator-service'],
  ],
  [
    ['P2.a', 'dedupe-cache'],
    ['S7.b', 'neo4j-rotated'],
  ],
  [
    ['D1.a', 'twelve'],
    ['D3.c', 'many-small'],
  ],
  [
    ['D3.a', 'sessions-40mb'],
    ['D2.c', 'row-lock'],
  ],
  [
    ['D3.b', 'three-megabytes'],
    ['D1.c', 'reporting-client'],
  ],
  [
    ['D3.d', 'address-gone'],
    ['D4.b', 'other-subjects'],
  ],
  [
    ['D3.e', 'asked-for'],
    ['S4.b', 'indentation'],
  ],
  [
    ['D3.f', 'one-replica'],
    ['S6.b', 'missing'],
  ],
  [
    ['D4.a', 'silent-subscriber'],
    ['S6.b', 'truncated'],
  ],
  [
    ['D4.b', 'other-subjects'],
    ['T1.b', 'corruption'],
  ],
  [
    ['N1.a', 'wrong-label'],
    ['K1.e', 'configmap'],
  ],
  [
    ['M1.e', 'wrong-label'],
    ['T1.b', 'corruption'],
  ],
  [
    ['N1.b', 'wrong-server'],
    ['D2.a', 'events'],
  ],
  [
    ['N1.c', 'ingress-from-nobody'],
    ['K1.f', 'readiness-path'],
  ],
  [
    ['N1.c', 'egress-to-data-only'],
    ['D2.b', 'events-40-days'],
  ],
  [
    ['N1.d', 'disconnected'],
    ['D3.c', 'few-large'],
  ],
  [
    ['part.redis.stopped', 'stopped'],
    ['part.nats.stopped', 'stopped'],
  ],
  [
    ['part.agent-manager.paused', 'signal'],
    ['part.neo4j.refusing', 'other-password'],
  ],
  [
    ['part.reasoning-service.unreachable', 'isolated'],
    ['part.redis.slow', '1200ms'],
  ],
  [
    ['part.collect-agent.paused', 'freezer'],
    ['S4.b', 'quote'],
  ],
];

const planting = ([fault, variant]: Named): Planting => ({ fault, variant });

export const pairs: readonly (readonly [Planting, Planting])[] = named.map(([one, other]) => [
  planting(one),
  planting(other),
]);

export interface PairTrial extends RefereeWord {
  readonly planted: string;
  readonly runtime: Lab['runtime'];
  /** Causes confirmed, by what was asked. */
  readonly found: string;
  readonly falseCauses: readonly string[];
  readonly problems: readonly string[];
}

const verdictOn = ({ causes }: Answer, cause: string): string =>
  causes.find(({ id }) => id === cause)?.verdict ?? 'not asked for';

/** Plants both, asks for the symptom of each, clears both. Never throws. */
export async function tryPair(
  { lab, product, referee }: RefereedStage,
  planted: readonly { readonly fault: Fault; readonly variant: string }[],
  onAnswer: (symptom: string, answer: Answer) => void,
): Promise<PairTrial> {
  const expected = planted.map(({ fault, variant }) => expectationOf(fault, variant));
  const allowed = new Set(expected.flatMap(({ cause, also }) => [cause, ...also]));
  const problems: string[] = [];
  const found: string[] = [];
  const falseCauses: string[] = [];
  const answers = new Map<string, Answer>();
  let word: RefereeWord = { contradicted: [] };
  try {
    for (const { fault, variant } of planted) await fault.plant(lab, variant);
    for (const { fault, variant } of planted) await until(fault, lab, variant, true, fault.within);
    for (const one of expected) await settled(lab, one);
    for (const symptom of new Set(expected.map((one) => one.symptom))) {
      const answer = await product.diagnose(symptom);
      onAnswer(symptom, answer);
      answers.set(symptom, answer);
      const causes = confirmed(answer);
      found.push(`${symptom}: ${causes.join(', ') || '–'}`);
      falseCauses.push(...causes.filter((id) => !allowed.has(id)));
      const open = expected.filter((one) => one.symptom === symptom && !causes.includes(one.cause));
      problems.push(...open.map(({ cause }) => missed(cause, verdictOn(answer, cause))));
    }
    problems.push(...notPlanted(falseCauses));
    word = await comparedAll(
      referee,
      planted.map(({ fault }) => fault),
      answers,
    );
    problems.push(...word.contradicted);
  } catch (error) {
    problems.push(String(error));
  }
  for (const { fault, variant } of planted.toReversed()) {
    try {
      await fault.clear(lab, variant);
      await until(fault, lab, variant, false, 45);
    } catch (error) {
      problems.push(`clear ${fault.id}: ${String(error)}`);
    }
  }
  await lab.healthy(90).catch((error: unknown) => problems.push(String(error)));
  return {
    planted: planted.map(({ fault, variant }) => `${fault.id} ${variant}`).join(' + '),
    runtime: lab.runtime,
    found: found.join('; '),
    falseCauses,
    ...word,
    problems,
  };
}
