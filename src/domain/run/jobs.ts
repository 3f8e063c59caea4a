import { z } from 'zod';
import type { RunKind } from './run.ts';

/** Payloads carry ids only (R-X7): the worker that takes the job reads everything else from PostgreSQL. */
export const RunJob = z.strictObject({ runId: z.uuid() });
export type RunJob = z.infer<typeof RunJob>;

export const ExecuteJob = z.strictObject({ remediationId: z.uuid(), attempt: z.int().positive() });
export type ExecuteJob = z.infer<typeof ExecuteJob>;

/** Kinds of queue; the full name is `<kind>-<environment>` (a `:` is not allowed in BullMQ names). */
export const queueKinds = ['run', 'collect', 'execute'] as const;
export type QueueKind = (typeof queueKinds)[number];

/** A bundle takes minutes: its runs wait for each other, and no check waits for them. */
export const queueOfRun = (kind: RunKind): 'run' | 'collect' => (kind === 'collect' ? 'collect' : 'run');
