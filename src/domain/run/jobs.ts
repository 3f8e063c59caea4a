import { z } from 'zod';
import type { RunKind } from './run.ts';

/** Payloads carry ids only (R-X7): the worker that takes the job reads everything else from PostgreSQL. */
export const RunJob = z.strictObject({ runId: z.uuid() });
export type RunJob = z.infer<typeof RunJob>;

export const ExecuteJob = z.strictObject({ remediationId: z.uuid(), attempt: z.int().positive() });
export type ExecuteJob = z.infer<typeof ExecuteJob>;

/** Kinds of queue. */
export const queueKinds = ['run', 'collect', 'execute'] as const;
export type QueueKind = (typeof queueKinds)[number];

/** A queue of its own for each environment: a worker for A asks Redis for nothing of B (BullMQ allows no `:` in names). */
export function queueName(kind: QueueKind, environment: string): string {
  return `${kind}-${environment}`;
}

/** Where in Redis stands when jobs of a queue were found that no worker fetched: `<prefix>:<this>:<queue>`. */
export const unfetchedNote = 'unfetched';
/** How long it stands there; what is left of it tells when that was. */
export const unfetchedNotedSeconds = 86_400;

/** A bundle takes minutes: its runs wait for each other, and no check waits for them. */
export const queueOfRun = (kind: RunKind): 'run' | 'collect' => (kind === 'collect' ? 'collect' : 'run');
