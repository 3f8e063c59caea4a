import type { Clock, Logger } from '../domain/kernel/clock.ts';
import type { QueueKind } from '../domain/run/jobs.ts';
import { queues } from './queues.ts';

/** Reason of an aborted job's signal. */
export type AbortReason = 'shutdown' | 'timeout' | 'lock-lost';

export class JobAborted extends Error {
  readonly reason: AbortReason;

  constructor(reason: AbortReason) {
    super(`the job was aborted: ${reason}`);
    this.name = 'JobAborted';
    this.reason = reason;
  }
}

/** What one job does, by kind; `key` tells the same work apart whichever way it arrives. */
export interface Work {
  readonly kind: QueueKind;
  readonly environment: string;
  readonly key: string;
  run(signal: AbortSignal): Promise<void>;
}

export interface JobReport {
  readonly kind: QueueKind;
  readonly environment: string;
  readonly via: 'redis' | 'postgres';
  readonly outcome: 'done' | 'failed';
  readonly durationMs: number;
}

export interface RunnersOptions {
  readonly logger: Logger;
  readonly clock: Clock;
  /** For metrics. */
  readonly onJob?: (report: JobReport) => void;
}

/**
 * What this process is working on. The same work may come through Redis and from PostgreSQL at once;
 * here it runs once (between processes the claim in PostgreSQL decides).
 */
export function createRunners(options: RunnersOptions) {
  const active = new Map<string, { readonly kind: QueueKind; readonly abort: AbortController }>();
  const running = new Set<Promise<unknown>>();
  const slots = createSlots();

  const run = async (work: Work, via: JobReport['via'], outer?: AbortSignal): Promise<void> => {
    const { kind, environment, key } = work;
    const abort = new AbortController();
    const lost = () => {
      if (queues[kind].abortOnLostLock) abort.abort(new JobAborted('lock-lost'));
    };
    outer?.addEventListener('abort', lost, { once: true });
    const timer = setTimeout(() => abort.abort(new JobAborted('timeout')), queues[kind].timeoutMs);
    active.set(key, { kind, abort });
    const began = options.clock.now().getTime();
    const report = (outcome: JobReport['outcome']) =>
      options.onJob?.({
        kind,
        environment,
        via,
        outcome,
        durationMs: options.clock.now().getTime() - began,
      });
    try {
      await work.run(abort.signal);
      report('done');
    } catch (error) {
      report('failed');
      throw error;
    } finally {
      clearTimeout(timer);
      outer?.removeEventListener('abort', lost);
      active.delete(key);
    }
  };

  const tracked = async (promise: Promise<void>): Promise<void> => {
    running.add(promise);
    try {
      await promise;
    } finally {
      running.delete(promise);
    }
  };

  return {
    /** A job that Redis delivered; rejects with the work's error. */
    async fromRedis(work: Work, signal: AbortSignal | undefined): Promise<void> {
      if (active.has(work.key)) return;
      await tracked(run(work, 'redis', signal));
    },
    /** Work found in PostgreSQL while Redis is away; waits for a free place, never rejects. */
    fromPostgres(work: Work): void {
      if (active.has(work.key) || !slots.take(work)) return;
      void tracked(
        slots.whenFree(work, async () => {
          if (active.has(work.key)) return;
          await run(work, 'postgres').catch((err: unknown) =>
            options.logger.error({ err, job: work.key }, 'work found in PostgreSQL failed'),
          );
        }),
      );
    },
    active: () => active.size,
    idle: async (): Promise<void> => {
      while (running.size > 0) await Promise.allSettled(running);
    },
    /** Aborts what may be aborted; returns how many are left to themselves. */
    abortForStop(): { readonly aborted: number; readonly left: number } {
      slots.close();
      const all = [...active.values()];
      const abortable = all.filter(({ kind }) => queues[kind].abortOnStop);
      for (const { abort } of abortable) abort.abort(new JobAborted('shutdown'));
      return { aborted: abortable.length, left: all.length - abortable.length };
    },
  };
}

/** As many places for each environment and kind as Redis would get, first come first served. */
function createSlots() {
  const waiting = new Set<string>();
  const queued = new Map<string, { free: number; readonly line: (() => void)[] }>();
  let closed = false;

  const lane = ({ kind, environment }: Work) => {
    const name = `${kind}/${environment}`;
    const existing = queued.get(name) ?? { free: queues[kind].concurrency, line: [] };
    queued.set(name, existing);
    return existing;
  };
  return {
    /** False: it waits already, or nothing is begun any more. */
    take(work: Work): boolean {
      if (closed || waiting.has(work.key)) return false;
      waiting.add(work.key);
      return true;
    },
    async whenFree(work: Work, then: () => Promise<void>): Promise<void> {
      const place = lane(work);
      if (place.free > 0) place.free -= 1;
      else await new Promise<void>((resolve) => place.line.push(resolve));
      waiting.delete(work.key);
      try {
        if (!closed) await then();
      } finally {
        const next = place.line.shift();
        if (next === undefined) place.free += 1;
        else next();
      }
    },
    close(): void {
      closed = true;
    },
  };
}

export type Runners = ReturnType<typeof createRunners>;
