/** What cannot be carried out by its nature although a cause names it, and what cannot be taken back: each with its reason. */

import { type Fault, type LabPart, labParts, type Runtime } from '../../lab/types.ts';

export interface Untried {
  /** Default: both. */
  readonly on?: Runtime;
  /** Beginning of a fault's id and, after a space, of its variant. */
  readonly fault: string;
  /** End of a remediation's id; default: each. */
  readonly fix?: string;
  readonly why: string;
}

const stores = ['postgres', 'redis', 'nats', 'neo4j'] as const;
const refused = 'a refused password is corrected by people, so no start anew is offered';

export const untried: readonly Untried[] = [
  ...['part.collect-agent.stopped', 'S2.c not-running'].map((fault) => ({
    ...{ on: 'kubernetes' as const, fault },
    why: 'a DaemonSet that no node is chosen for has no Pod to start',
  })),
  ...labParts.map((part) => ({
    ...{ on: 'kubernetes' as const, fault: `part.${part}.stopped`, fix: 'restart-workload' },
    why: 'scaled to zero it has no Pod to restart; it is started',
  })),
  ...stores.map((store) => ({
    ...{ on: 'kubernetes' as const, fault: `part.${store}.paused`, fix: 'restart-workload' },
    why: 'a StatefulSet replaces no Pod behind one that is not ready; people delete that Pod',
  })),
  ...labParts.map((part) => ({
    ...{ fault: `part.${part}.stopped`, fix: 'recreate-with-image' },
    why: 'somebody has stopped it, and its image is the one that ran',
  })),
  ...['start-service', 'restart-service'].map((fix) => ({
    ...{ fault: 'part.agent-manager.bad-image', fix },
    why: 'it is started again and again by itself, and ends each time',
  })),
  {
    ...{ fault: 'K1.b', fix: 'rollback-workload' },
    why: 'the revision before has other arguments, and those are changed by people',
  },
  { fault: 'K1.a no-such', fix: 'set-image', why: 'going back changes nothing else, so that is offered' },
  { fault: 'K1.d too-much-memory', fix: 'remove-node-selector', why: 'no selector keeps it from a node' },
  {
    fault: 'K1.f liveness-port',
    fix: 'set-probe',
    why: 'it ends each second, so no other probe is seen to pass',
  },
  { fault: 'K1.f readiness-path', fix: 'set-probe', why: 'its port is right, and paths are not set' },
  {
    fault: 'S7.a',
    why: 'a Neo4j of less than five minutes is given its time: a restart would begin all of it anew',
  },
  {
    ...{ fault: 'S7.b neo4j-rotated', fix: 'reset-neo4j-password' },
    why: 'Neo4j takes a new password only from the old one, and no Secret has that',
  },
  {
    ...{ fault: 'part.reasoning-service.refusing', fix: 'reset-neo4j-password' },
    why: 'its own environment has the wrong user or password, and no Secret; people correct it',
  },
  {
    fault: 'S2.a manager-renamed',
    why: 'both subjects stand beside the others, so nothing shows which side is wrong',
  },
  ...['S1.a wrong-password', 'S1.b wrong-password'].map((fault) => ({ fault, why: refused })),
  ...[{ fault: 'S1.a wrong-port' }, { on: 'compose' as const, fault: 'S1.b wrong-port' }].map((which) => ({
    ...which,
    why: 'the host is right, no port alone is set, and a store that serves is not started anew',
  })),
  {
    ...{ fault: 'S1.a database-stopped', fix: 'set-config-text' },
    why: 'the address is right, and the database is started',
  },
  {
    fault: 'S2.c crashing',
    why: 'its address is wrong: it ends again and again, and no start anew is offered',
  },
  ...stores.map((store) => ({ fault: `part.${store}.refusing`, why: refused })),
  { fault: 'part.orchestrator-service.refusing', why: refused },
  { fault: 'part.collect-agent.refusing nats-password', why: refused },
  {
    ...{ on: 'kubernetes' as const, fault: 'part.agent-manager.refusing other-token' },
    why: 'its token is a variable with a value of its own, and one is copied from a Secret alone',
  },
  ...['postgres', 'redis'].map((store) => ({
    fault: `part.${store}.paused`,
    why: 'it answers nobody, so nothing shows that the bot does not stand on it, and it is not offered',
  })),
  ...['D1.a twelve', 'D1.a ten'].map((fault) => ({
    fault,
    why: 'no connection is left to plan and to count with; people raise the limit in the file',
  })),
];

/** Whether this entry is about it. */
export const isOf = ({ on, fault: prefix, fix: end = '' }: Untried, asked: Asked): boolean =>
  (on === undefined || on === asked.runtime) &&
  `${asked.fault.id} ${asked.variant}`.startsWith(prefix) &&
  asked.fix.endsWith(end);

interface Asked {
  readonly fault: Pick<Fault, 'id'>;
  readonly variant: string;
  readonly runtime: Runtime;
  readonly fix: string;
}

/** Why this fix is not carried out for that fault; undefined: it is. */
export function whyUntried(asked: Asked): string | undefined {
  return untried.find((one) => isOf(one, asked))?.why;
}

/** Undos that have to be refused as stale, because what came after the fix would be lost. */
export const refusedUndos: Readonly<Record<string, string>> = {
  'nats.create-stream': 'events come at once, and a stream that keeps some is not deleted',
};

/** What takes effect, or ends, only with the next start; the lab starts it, as people would, and then whoever keeps a pool. */
export const takesRestart: Readonly<Record<string, readonly LabPart[]>> = {
  'postgres.set-max-connections': ['postgres', 'agent-manager', 'orchestrator-service'],
};
