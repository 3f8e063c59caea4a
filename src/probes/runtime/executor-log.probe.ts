import { z } from 'zod';
import { present } from '../../domain/kernel/present.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { Instance } from '../../domain/probe/targets/runtime.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { executions } from '../support/executions.ts';
import { excerpt, type LogLine, logLines } from '../support/log-lines.ts';
import { scrape } from '../support/metrics.ts';

const aboutExecutor = /executor|workflow/i;
const complaint = /error|failed|cannot|panic|full|broken/i;
const queueFull = /queue.*full|full.*queue/i;

/** A queue that is full is complained of again and again: what was said longer ago than this may be over. */
const RECENT_MS = 60_000;
/** What was submitted this near to a complaint was submitted to a full queue. */
const NEAR_MS = 30_000;
/** The clock of the database that tells when an execution was submitted may differ from the service's. */
const CLOCKS_MS = 5_000;

type Context = ProbeContext<With<'runtime'>>;

export const runtimeExecutorLog = defineProbe({
  id: 'runtime.executor-log',
  doc: `What does orchestrator-service's log say about its executor?

Reads the last lines that contain "executor" and keeps the errors among them as evidence.
A full queue counts only when it explains what waits now.
It does when it was logged within the last minute and the live counters do not show free places and idle workers.
It also does when every pending execution was submitted at that very time.`,
  params: z.strictObject({
    minutes: z.number().positive().max(120).default(15).describe('How far to look back, in minutes.'),
  }),
  part: 'orchestrator-service',
  needs: ['runtime'],
  timeoutMs: 12_000,
  emits: ['EXECUTOR_ERRORS_LOGGED', 'EXECUTOR_QUEUE_FULL_LOGGED'],
  async run({ minutes }, context: Context) {
    const { deps, signal } = context;
    const instance = (await deps.runtime.instances('orchestrator-service', { signal })).at(-1);
    if (instance === undefined) return { status: 'skipped', reason: 'no-data' };
    const text = await deps.runtime.logs(instance, { signal, tail: 2_000, sinceSeconds: minutes * 60 });
    const lines = logLines(text).filter((line) => aboutExecutor.test(line.raw));
    const errors = lines.filter((line) =>
      line.level === undefined ? complaint.test(line.raw) : /error|fatal|panic|critical/.test(line.level),
    );
    if (errors.length === 0) return { status: 'healthy', facts: { lines: lines.length } };
    const full = errors.filter((line) => queueFull.test(line.raw));
    const counts = full.length > 0 && (await explainsWaiting(full, instance, context));
    const code = counts ? 'EXECUTOR_QUEUE_FULL_LOGGED' : 'EXECUTOR_ERRORS_LOGGED';
    const shown = counts ? full : errors;
    const evidence = excerpt(`log ${instance.name}`, shown, /./, 3);
    const since = shown[0]?.time;
    return {
      status: 'unhealthy',
      findings: [
        {
          code,
          severity: 'warning',
          part: 'orchestrator-service',
          subject: instance.name,
          facts: { errors: errors.length, queueFull: full.length, minutes },
          ...present({ excerpts: evidence === undefined ? undefined : [evidence], since }),
        },
      ],
    };
  },
});

/** Whether what the log said of the queue can be why something is pending now. */
async function explainsWaiting(
  full: readonly LogLine[],
  instance: Instance,
  context: Context,
): Promise<boolean> {
  const said = full.map(({ time }) => Date.parse(time ?? '')).filter(Number.isFinite);
  const now = context.now().getTime();
  const recent = said.length > 0 ? now - Math.max(...said) <= RECENT_MS : await saidLately(instance, context);
  const pending = await submittedPending(context);
  // Without the executions, nothing is known to wait: then a diagnosis does not build on this alone.
  if (pending === undefined) return recent;
  if (pending.length === 0) return false;
  if (pending.every((at) => said.some((moment) => Math.abs(moment - at) <= NEAR_MS))) return true;
  const before = said.length > 0 && Math.max(...said) < Math.min(...pending) - CLOCKS_MS;
  return recent && !before && !(await hasRoom(context));
}

/** A log without times is asked for what it said lately. */
async function saidLately(instance: Instance, { deps, signal }: Context): Promise<boolean> {
  const sinceSeconds = RECENT_MS / 1000;
  const text = await deps.runtime.logs(instance, { signal, tail: 2_000, sinceSeconds });
  return logLines(text).some(({ raw }) => aboutExecutor.test(raw) && queueFull.test(raw));
}

/** When each pending execution was submitted; undefined: they cannot be listed. */
async function submittedPending({ deps, signal }: Context): Promise<readonly number[] | undefined> {
  if (deps.services === undefined) return undefined;
  const list = await executions(deps.services, '?limit=500', signal).catch(() => undefined);
  signal.throwIfAborted();
  return list
    ?.filter(({ status }) => status === 'pending')
    .map(({ created_at }) => Date.parse(created_at ?? ''))
    .filter(Number.isFinite);
}

/** The live counters say that a worker is idle and the queue is not half full. Unknown: false. */
async function hasRoom(context: Context): Promise<boolean> {
  const { services } = context.deps;
  if (services === undefined) return false;
  const page = await scrape(services, 'orchestrator-service', context).catch(() => undefined);
  context.signal.throwIfAborted();
  const value = (name: string) => page?.value(name);
  const [size, capacity] = [value('executor_queue_size'), value('executor_queue_capacity')];
  const [workers, busy] = [value('executor_workers'), value('executor_workers_busy')];
  if (size === undefined || workers === undefined || busy === undefined) return false;
  return busy < workers && (capacity === undefined ? size === 0 : size < capacity / 2);
}
