/** What a planted fault has to be called, and what else is true of it. */

import type { Fault } from '../../lab/types.ts';

export interface Expectation {
  /** What is typed after `/aetherius diagnose`. */
  readonly symptom: string;
  /** The cause that has to be confirmed and to stand first. */
  readonly cause: string;
  /** Causes that are as true: the same thing under another symptom, or what it brings about by necessity. */
  readonly also: readonly string[];
}

/** Where the guide's decision tree breaks for each state of a part. */
const branches: Readonly<Record<string, string>> = {
  stopped: 'H2.a',
  paused: 'H2.b',
  slow: 'H2.d',
  refusing: 'H2.c',
  unreachable: 'H2.c',
};

/** The same state of a part, as the diagnosis that H2 hands over to calls it. */
const sameThing: Readonly<Record<string, readonly string[]>> = {
  'part.collect-agent.stopped': ['S2.c'],
  'part.collect-agent.paused': ['S2.c'],
  'part.collect-agent.unreachable': ['S2.c', 'N1.c'],
  'part.neo4j.stopped': ['S7.c'],
  'part.neo4j.paused': ['S7.c'],
};

/** `part.redis.stopped` asks for H2 of redis; `S2.a` asks for S2. */
export function expectationOf(fault: Fault): Expectation {
  const [first = '', second = '', third = ''] = fault.id.split('.');
  if (first !== 'part') return { symptom: first, cause: fault.id, also: alsoTrue[fault.id] ?? [] };
  const isolated = third === 'unreachable' ? ['N1.c', 'N1.d'] : [];
  // An agent listens on no port: what is left to see of it is that it runs and is silent.
  const branch = second === 'collect-agent' && third !== 'stopped' ? 'H2.d' : branches[third];
  return {
    symptom: `H2 ${second}`,
    cause: branch ?? 'H2.b',
    also: [...(sameThing[fault.id] ?? []), ...isolated],
  };
}

const alsoTrue: Readonly<Record<string, readonly string[]>> = {
  // A slow database is slow for a reason that D2 names.
  'S3.c': ['D2.a', 'D2.b', 'D2.c'],
};
