/** Faults that the platform as it is cannot have, and the variants of others that it can. */

import type { Runtime } from '../../types.ts';

const reasons = {
  load: 'its agent sends no events, so there is nothing to be too slow for',
  token: 'its agents prove nothing: there is no token',
  stream: 'nobody publishes to a stream',
  mute: 'orchestrator-service listens on no port, so nobody can ask it or time it',
  tables: 'its tables have other columns (F14), and nobody reads them',
  graph:
    'reasoning-service connects to Neo4j when it is asked for an analysis, and its health always says yes (F22)',
  model: 'reasoning-service loads no model and analyses nothing that takes memory',
  cache: 'agent-manager keeps no agents in Redis',
  profiler: 'agent-manager has no work that grows, and no profiler',
  commands: 'no command reaches an agent (F2)',
  file: 'no program says which configuration it has read',
} as const;

/** By id: why it cannot exist there. The guide of the lab has the same list. */
export const notAsIs: Readonly<Record<string, string>> = {
  'part.orchestrator-service.slow': reasons.mute,
  'part.orchestrator-service.unreachable': reasons.mute,
  'part.collect-agent.slow': 'no agent registers (F1), so none can be asked',
  'part.nats.refusing': 'NATS knows no users',
  'part.agent-manager.refusing': reasons.token,
  'part.orchestrator-service.refusing': 'it takes no password from its environment (F11)',
  'part.reasoning-service.refusing': reasons.graph,
  'part.collect-agent.refusing': reasons.token,
  'S2.a': 'it is there already (F1)',
  'S2.b': reasons.token,
  'S3.a': reasons.load,
  'S3.b': reasons.load,
  'S3.c': reasons.load,
  'S4.a': reasons.mute,
  'S4.b': 'workflows lie in the database alone',
  'S5.a': reasons.commands,
  'S5.b': reasons.commands,
  'S6.a': reasons.model,
  'S6.b': reasons.model,
  'S7.b': reasons.graph,
  'D1.a': 'its services hold one session each: no limit that PostgreSQL starts with is too low for them',
  'D1.b': 'the size of its pools stands in the image',
  'D2.a': reasons.tables,
  'D2.b': reasons.tables,
  'D4.a': reasons.load,
  'D4.b': reasons.stream,
  'P1.a': reasons.profiler,
  'P1.b': reasons.profiler,
  'P2.a': reasons.profiler,
  'P2.b': reasons.profiler,
  'T1.a': reasons.cache,
  'T1.b': reasons.tables,
  'C1.a': reasons.file,
  'C1.b': reasons.file,
  'N1.c': reasons.mute,
};

/** On one runtime alone. */
export const notAsIsOn: Readonly<Partial<Record<Runtime, Readonly<Record<string, string>>>>> = {
  kubernetes: {
    'part.orchestrator-service.paused':
      'on Kubernetes orchestrator-service is never ready (F15), and a pause shows as no more than that',
  },
  compose: {
    'D3.b':
      'on Compose Redis has no limit in any case, nor has its container, and what is filled in is little for a machine',
  },
};

/** Where the first variant needs what is not there. */
const variants: Readonly<Record<string, string>> = {
  'D1.c': 'reporting-client',
  // Those of orchestrator-service, which is never ready: on Kubernetes alone.
  ...{ 'K1.f': 'liveness-port', 'N1.a': 'label-too-many', 'M1.e': 'label-too-many' },
};

export const asIsVariant = (fault: { readonly id: string; readonly variants: readonly string[] }): string =>
  variants[fault.id] ?? fault.variants[0] ?? '';

export const isAsIs = (
  fault: { readonly id: string; readonly runtimes: readonly Runtime[] },
  runtime: Runtime,
): boolean =>
  fault.runtimes.includes(runtime) &&
  notAsIs[fault.id] === undefined &&
  notAsIsOn[runtime]?.[fault.id] === undefined;
