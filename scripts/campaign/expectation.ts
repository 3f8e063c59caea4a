/** What a planted fault has to be called, and what else is true of it. */

import { waitFor } from '../../lab/components/process.ts';
import { liveAgents } from '../../lab/runtimes/shared.ts';
import type { Fault, Lab } from '../../lab/types.ts';
import type { PartId } from '../../src/domain/platform/part.ts';

export interface Expectation {
  /** What is typed after `/aetherius diagnose`. */
  readonly symptom: string;
  /** The cause that has to be confirmed and to stand first. */
  readonly cause: string;
  /** Causes that are as true: the same thing under another symptom, or what it brings about by necessity. */
  readonly also: readonly string[];
  /** What it may have become by the time somebody asks; as good as `cause` then. */
  readonly or?: string;
  /** What more questions make of it: as good as `cause` for whoever asks after others. */
  readonly later?: string;
  /** The fault itself may shut us out: then nothing is confirmed, and `cause` is possible for a stated reason. */
  readonly mayHide?: true;
  /** It does no harm that anybody could see: then nothing may be confirmed. */
  readonly harmless?: true;
  /** All that shows of it is that the agents are silent, for longer than between two heartbeats. */
  readonly shownBySilence?: true;
  /** For how many seconds it has to be there before its fix takes it for more than a moment's work. */
  readonly ripensIn?: number;
  /** The part has to have been seen to run before: its fix goes by what was seen. */
  readonly seenToRun?: PartId;
  /** Symptoms of what stands on the broken part: whoever asks for these has to be told the same. */
  readonly elsewhere?: readonly string[];
}

/** Whether a cause is what was planted, or as true beside it. */
export const isTrue = ({ cause, or, also }: Expectation, id: string): boolean =>
  id === cause || id === or || also.includes(id);

/** As long as `agents.silence` wants it, and a second. */
const silenceSeconds = 46;

/** Waits until the planted fault shows as it would when a person asks for it. */
export async function settled(lab: Lab, { shownBySilence }: Expectation): Promise<void> {
  if (shownBySilence !== true) return;
  const { agentManager } = await lab.endpoints();
  await waitFor(async () => (await liveAgents(agentManager, silenceSeconds)) === 0, {
    seconds: 2 * silenceSeconds,
    what: 'the agents to be silent for long enough',
  });
}

/** Where the guide's decision tree breaks for each state of a part. */
const branches: Readonly<Record<string, string>> = {
  stopped: 'H2.a',
  'bad-image': 'H2.a',
  paused: 'H2.b',
  slow: 'H2.c',
  refusing: 'H2.b',
  unreachable: 'H2.c',
};

/** The same state of a part, as the diagnosis that H2 hands over to calls it. */
const sameThing: Readonly<Record<string, readonly string[]>> = {
  'part.collect-agent.stopped': ['S2.c'],
  'part.collect-agent.paused': ['S2.c'],
  'part.neo4j.stopped': ['S7.c'],
  'part.neo4j.paused': ['S7.c'],
  'part.neo4j.refusing': ['S7.b'],
};

/** Programs that are refused by what they need: what that looks like, and how a person would ask. */
const refusedPrograms: Readonly<Record<string, readonly [symptom: string, cause: string]>> = {
  'part.agent-manager.refusing': ['S2', 'S2.b'],
  'part.orchestrator-service.refusing': ['H2 orchestrator-service', 'H2.a'],
  'part.reasoning-service.refusing': ['S7', 'S7.b'],
  'part.collect-agent.refusing other-token': ['S2', 'S2.b'],
  'part.collect-agent.refusing nats-password': ['S2', 'S2.c'],
};

/** `part.redis.stopped` asks for H2 of redis; `S2.a` asks for S2. */
export function expectationOf(fault: Fault, variant?: string): Expectation {
  const [first = '', second = '', third = ''] = fault.id.split('.');
  if (first !== 'part')
    return {
      symptom: first,
      cause: fault.id,
      also: alsoTrue[`${fault.id} ${variant ?? fault.variants[0]}`] ?? alsoTrue[fault.id] ?? [],
      // Where its Pod is gone with it, only the time that passes shows that the agents are silent.
      ...(fault.id === 'S2.c' ? { shownBySilence: true as const } : {}),
      // Not one connection may be left, not even for the question who has them.
      ...(fault.id === 'D1.a' ? { mayHide: true } : {}),
      // No younger session is ended, since it may be at work.
      ...(fault.id === 'D1.c' ? { ripensIn: 31 } : {}),
    };
  const refused = refusedPrograms[fault.id] ?? refusedPrograms[`${fault.id} ${variant ?? fault.variants[0]}`];
  // What exits for that reason crashes, as K1 calls it.
  if (refused !== undefined)
    return { symptom: refused[0], cause: refused[1], also: refused[1] === 'H2.a' ? ['K1.b'] : [] };
  // A policy on Kubernetes, another network on Compose; packets that get lost on the way are neither of them.
  const isolated = third === 'unreachable' && variant !== 'dropped' ? ['N1.c', 'N1.d'] : [];
  const ended = fault.id === 'part.collect-agent.unreachable' && variant !== 'dropped' ? ['S2.c'] : [];
  // An agent listens on no port: what is left to see of it is that it runs and is silent.
  const branch = second === 'collect-agent' && third !== 'stopped' ? 'H2.d' : branches[third];
  return {
    symptom: `H2 ${second}`,
    cause: branch ?? 'H2.b',
    also: [...(sameThing[fault.id] ?? []), ...isolated, ...ended],
    // The login that is refused is the bot's own as well: that says nothing of the part.
    ...(third === 'refusing' ? { mayHide: true as const } : {}),
    ...(third === 'bad-image' ? { seenToRun: second as PartId } : {}),
    // Heartbeats that come a second late are heartbeats; nobody connects to an agent.
    ...(fault.id === 'part.collect-agent.slow' ? { harmless: true as const } : {}),
    ...(bySilence.has(fault.id) ? { shownBySilence: true as const } : {}),
    // A part that is not there may live elsewhere: only a service that misses it could tell.
    elsewhere: variant === 'removed' ? [] : (above[`${second} ${third}`] ?? []),
    // It keeps five connections waiting, and takes no more: then nobody can tell it from one that cannot be reached.
    ...(fault.id === 'part.reasoning-service.paused' ? { later: 'H2.c' } : {}),
    // An agent that cannot connect at its start ends, again and again: then it is down, as S2 calls it.
    ...(ended.length > 0 ? { or: 'H2.a' } : {}),
  };
}

/**
 * What a person would ask for who sees only what stands on the part; not of a paused reasoning-service (see `later`).
 */
const above: Readonly<Record<string, readonly string[]>> = {
  'postgres stopped': ['S3', 'S4'],
  'postgres paused': ['S3', 'S4'],
  'redis stopped': ['S1'],
  'redis paused': ['S1'],
  'nats stopped': ['D4'],
  'nats paused': ['D4'],
  'neo4j stopped': ['S6'],
  'agent-manager stopped': ['S3'],
  'agent-manager paused': ['S3'],
  'orchestrator-service stopped': ['S4'],
  'orchestrator-service paused': ['S4'],
  'reasoning-service stopped': ['S6'],
};

const bySilence = new Set(['part.collect-agent.paused', 'part.collect-agent.unreachable']);

const alsoTrue: Readonly<Record<string, readonly string[]>> = {
  // What fills the memory, and what happens when it is full.
  'D3.c': ['D3.a'],
  // The lab fills memory that has no limit with keys that never expire: beside one that is full, they are what fills it.
  'D3.b': ['D3.c'],
  // Redis then refuses each command that asks whether it is well, too: it runs and cannot be used.
  'D3.e': ['H2.b'],
  // A Pod that is not ready stands behind no Service, drift calls its check one that cannot pass, and the way to its part
  // one that fails.
  'K1.f': ['N1.a', 'M1.d', 'H2.b'],
  // The kernel kills reasoning-service over its analyses, and until its next start it does not run.
  'K1.c': ['S6.a', 'H2.a'],
  'S6.a': ['K1.c', 'H2.a'],
  // The stream is deleted while orchestrator-service, which would make it anew, is stopped.
  'D4.b': ['H2.a'],
  // Published on one subject and listened to on another, as drift calls it.
  'S2.a': ['M1.a'],
  'K1.b': ['H2.a'],
  'K1.g': ['H2.a'],
  'K1.h': ['H2.a'],
  'K1.i': ['H2.a'],
  'K1.j': ['H2.a'],
  // The consumer that is too slow is agent-manager, of which one worker is left.
  'D4.a starved-workers': ['S3.a'],
  // A program that exits at its start does not run, and on Kubernetes its Pod crashes again and again.
  'S1.a': ['H2.a', 'K1.b'],
  'S1.b': ['H2.a', 'K1.b'],
  'S1.c': ['H2.a', 'K1.b'],
  'S2.c': ['H2.a'],
  'S7.c': ['H2.a'],
  // What is on no network cannot be reached.
  'N1.d': ['H2.c'],
  // Each write of events looks for the same ones first, by this index.
  'D2.a events': ['S3.c'],
  // A slow database is slow for a reason that D2 names.
  'S3.c no-index': ['D2.a'],
  'S3.c table-locked': ['D2.c'],
};

/**
 * Faults that a log of the platform speaks of. The others say nothing in a log, or what leads to no one cause: that a part
 * other than agent-manager refuses its configuration (K1.b) is known, and its Pods are asked for the cause.
 */
export const spokenInLog: ReadonlySet<string> = new Set([
  ...['part.postgres.stopped', 'part.nats.stopped'],
  ...['S1.a', 'S1.b', 'S2.a', 'S2.b', 'S2.c', 'S3.b', 'S3.c', 'S4.b', 'S5.a', 'S6.b', 'S7.b'],
  'D4.a',
]);

/** Statements wait here, which PostgreSQL writes down only with `log_lock_waits`, and that is off by default. */
const silent: ReadonlySet<string> = new Set(['S3.c table-locked']);

export const speaksInLog = (id: string, variant: string): boolean =>
  spokenInLog.has(id) && !silent.has(`${id} ${variant}`);
