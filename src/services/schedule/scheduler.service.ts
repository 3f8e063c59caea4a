import { type DailySchedule, isToServe, lateAfterMs } from '../../domain/digest/schedule.ts';
import type { Clock, Ids, Logger } from '../../domain/kernel/clock.ts';
import { AppError } from '../../domain/kernel/errors.ts';
import { every } from '../../domain/kernel/every.ts';
import type { Renderer } from '../../domain/message/renderer.ts';
import type { Courier } from '../../domain/ports/courier.ts';
import type { NewRun } from '../../domain/ports/runs.ts';
import type { StoreOf } from '../../domain/ports/store.ts';
import type { Sweeper } from '../../domain/ports/sweeper.ts';
import { type DigestPlan, type DigestSettings, digestPlan } from '../digest/digest.service.ts';
import { postFailure } from '../run/run-executor.service.ts';

export interface SchedulerOptions {
  readonly store: StoreOf<'channels' | 'digests' | 'messages' | 'runs'>;
  readonly courier: Courier;
  readonly renderer: Renderer;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  readonly settings: DigestSettings;
  readonly schedule: DailySchedule;
  /** Such as the expiry of remediations; each runs every round. */
  readonly sweepers: readonly Sweeper[];
  /** Milliseconds between two rounds; default 5000. */
  readonly everyMs?: number;
  /** A run that waited this long for a worker is given up; default 10 min. */
  readonly runTtlMs?: number;
}

const batch = 100;

/**
 * What has to happen by the clock. Any number of schedulers may run: PostgreSQL lets each thing happen once.
 */
export function createScheduler(options: SchedulerOptions) {
  const { store, clock, logger, ids, everyMs = 5000, runTtlMs = 10 * 60_000 } = options;

  const digests = async (): Promise<number> => {
    const saved = await store.tx((tx) => tx.channels.all());
    const byChannel = new Map(saved.map((settings) => [settings.channel, settings]));
    const channels = new Set([...Object.keys(options.settings.channels), ...byChannel.keys()]);
    let started = 0;
    for (const channel of channels) {
      const plan = digestPlan(options.settings, channel, byChannel.get(channel));
      if (plan?.enabled !== true) continue;
      const run = await startDigest(options, plan);
      if (run === undefined) continue;
      started += 1;
      logger.info({ runId: run.id, channel, environment: run.environment }, 'digest due');
      // When Redis does not take it a worker finds it in PostgreSQL some seconds later.
      await options.courier.run({ environment: run.environment, runId: run.id, attempt: 1 });
    }
    return started;
  };

  const expireRuns = async (): Promise<number> =>
    store.tx(async (tx) => {
      const expired = await tx.runs.expire(runTtlMs, batch);
      const error = new AppError('TIMED_OUT', 'no worker took the run in time');
      for (const run of expired) await postFailure(tx, { renderer: options.renderer, ids }, run, error);
      return expired.length;
    });

  /** One round; a part that fails does not stop the others. Resolves with the number of things that happened. */
  const round = async (): Promise<number> => {
    const parts = [digests, expireRuns, ...options.sweepers.map((sweeper) => () => sweeper.sweep())];
    const results = await Promise.allSettled(parts.map((part) => part()));
    let total = 0;
    for (const result of results) {
      if (result.status === 'fulfilled') total += result.value;
      else logger.warn({ err: result.reason as unknown }, 'a part of the scheduler failed');
    }
    return total;
  };

  return {
    round,
    /** Repeats rounds until stopped; `stop` resolves when the current round is over. */
    start(): { stop(): Promise<void> } {
      return every(everyMs, round, {
        clock,
        onError: (err) => logger.error({ err }, 'a round of the scheduler failed'),
      });
    },
  };
}

/** Two schedulers met: the other one's digest stands. */
class DigestExists extends Error {}

/**
 * The run of the latest due digest and the row that makes it the only one of its local day, together or not
 * at all. Only the latest is caught up after a stop: yesterday's news is in today's difference.
 */
async function startDigest(options: SchedulerOptions, plan: DigestPlan): Promise<NewRun | undefined> {
  const { store, clock, ids, schedule } = options;
  const now = clock.now();
  const due = schedule.latest(plan, now);
  const { channel, environment, language, teamId, changedAt } = plan;
  const { localDate, dueAt } = due;
  const late = now.getTime() - dueAt.getTime() > lateAfterMs;
  const run: NewRun = {
    id: ids.uuid(),
    kind: 'digest',
    environment,
    params: { localDate, ...(late ? { lateSince: dueAt.toISOString() } : {}) },
    source: 'digest',
    surface: { teamId, channel, language },
    dedupeKey: `digest ${channel} ${localDate}`,
  };
  try {
    return await store.tx(async (tx) => {
      const latestDate = await tx.digests.latestDate(channel);
      const history = latestDate === undefined ? {} : { latestDate };
      const changed = changedAt === undefined ? {} : { changedAt };
      if (!isToServe({ due, now, ...history, ...changed })) return undefined;
      if (!(await tx.runs.insert(run))) return undefined;
      const row = { channel, environment, localDate, dueAt, runId: run.id };
      if (!(await tx.digests.insert(row))) throw new DigestExists();
      return run;
    });
  } catch (error) {
    if (error instanceof DigestExists) return undefined;
    throw error;
  }
}
