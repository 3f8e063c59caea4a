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
  const places = createPlaces();
  /** When Redis delivered the last job of each lane. */
  const fetchedAt = new Map<string, number>();

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
      fetchedAt.set(laneOf(work), options.clock.now().getTime());
      if (active.has(work.key)) return;
      await tracked(places.atOnce(work, () => run(work, 'redis', signal)));
    },
    /** Work found in PostgreSQL that Redis does not bring; waits for a free place, never rejects. */
    fromPostgres(work: Work): void {
      if (active.has(work.key) || !places.take(work)) return;
      void tracked(
        places.whenFree(work, async () => {
          if (active.has(work.key)) return;
          await run(work, 'postgres').catch((err: unknown) =>
            options.logger.error({ err, job: work.key }, 'work found in PostgreSQL failed'),
          );
        }),
      );
    },
    /** Whether what is found in PostgreSQL would begin at once. */
    hasRoom: (kind: QueueKind, environment: string): boolean => places.free({ kind, environment }),
    fetchedWithin(kind: QueueKind, environment: string, ms: number): boolean {
      const at = fetchedAt.get(laneOf({ kind, environment }));
      return at !== undefined && Math.abs(options.clock.now().getTime() - at) <= ms;
    },
    active: () => active.size,
    idle: async (): Promise<void> => {
      while (running.size > 0) await Promise.allSettled(running);
    },
    /** Aborts what may be aborted; returns how many are left to themselves. */
    abortForStop(): { readonly aborted: number; readonly left: number } {
      places.close();
      const all = [...active.values()];
      const abortable = all.filter(({ kind }) => queues[kind].abortOnStop);
      for (const { abort } of abortable) abort.abort(new JobAborted('shutdown'));
      return { aborted: abortable.length, left: all.length - abortable.length };
    },
  };
}

type Lane = Pick<Work, 'kind' | 'environment'>;

const laneOf = ({ kind, environment }: Lane): string => `${kind}/${environment}`;

/**
 * As many places for each environment and kind as Redis would get, first come first served. What Redis delivers begins
 * without asking, since BullMQ counts for itself; it takes a place all the same.
 */
function createPlaces() {
  const waiting = new Set<string>();
  const lanes = new Map<string, { busy: number; readonly line: (() => void)[] }>();
  let closed = false;

  const placesIn = (lane: Lane) => {
    const existing = lanes.get(laneOf(lane)) ?? { busy: 0, line: [] };
    lanes.set(laneOf(lane), existing);
    return existing;
  };
  const inPlace = async (lane: Lane, then: () => Promise<void>): Promise<void> => {
    const places = placesIn(lane);
    try {
      await then();
    } finally {
      // The next in line gets this place, unless Redis has brought more than there are.
      const next = places.busy > queues[lane.kind].concurrency ? undefined : places.line.shift();
      if (next === undefined) places.busy -= 1;
      else next();
    }
  };
  const free = (lane: Lane): boolean => placesIn(lane).busy < queues[lane.kind].concurrency;
  return {
    free,
    async atOnce(work: Work, then: () => Promise<void>): Promise<void> {
      placesIn(work).busy += 1;
      await inPlace(work, then);
    },
    /** False: it waits already, or nothing is begun any more. */
    take(work: Work): boolean {
      if (closed || waiting.has(work.key)) return false;
      waiting.add(work.key);
      return true;
    },
    async whenFree(work: Work, then: () => Promise<void>): Promise<void> {
      if (free(work)) placesIn(work).busy += 1;
      else await new Promise<void>((resolve) => placesIn(work).line.push(resolve));
      waiting.delete(work.key);
      await inPlace(work, async () => {
        if (!closed) await then();
      });
    },
    close(): void {
      closed = true;
    },
  };
}
