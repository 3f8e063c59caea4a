import { backOff, retrying } from '../../domain/kernel/back-off.ts';
import type { Clock } from '../../domain/kernel/clock.ts';
import { isStoreAway } from '../../domain/kernel/errors.ts';
import { every, type Periodic } from '../../domain/kernel/every.ts';
import type { Outbox, OutboxItem } from '../../domain/message/outbox.ts';
import { failureOf, type SlackFailure } from '../slack/failure.ts';
import { BundleRefused } from '../slack/gate.ts';
import { createDeliverer, type DeliverOptions } from './deliver.ts';
import { createSendLimits } from './limits.ts';

export interface PosterOptions extends DeliverOptions {
  readonly outbox: Outbox;
  readonly clock: Clock;
  /** Name of this process in leases. */
  readonly owner: string;
  /** A message that cannot be posted or edited: its requester should be told another way. */
  readonly onLost?: (message: NonNullable<OutboxItem['message']>, code: string) => Promise<void>;
  /** A bundle that does not come: told under its card. */
  readonly onUndelivered?: (item: OutboxItem, code: string) => Promise<void>;
  readonly onSent?: (item: OutboxItem, afterMs: number) => void;
  readonly onFailure?: (item: OutboxItem, failure: SlackFailure) => void;
}

export interface Poster {
  start(): void;
  /** Something may be due now. */
  wake(): void;
  /** Takes nothing new and waits for what is in flight. */
  stop(): Promise<void>;
  inFlight(): number;
}

const leaseMs = 30_000;
/** How often PostgreSQL is polled when no notification says that something is due. */
const idleMs = 1000;
const attemptsBeforeGivingUp = 12;

/**
 * Sends what stands in the outbox. One item of a lane at a time, lanes side by side; 429s hold their own method
 * and channel only; a post whose answer was lost is looked for before it is repeated.
 */
export function createPoster(options: PosterOptions): Poster {
  const { clock, logger, owner } = options;
  const limits = createSendLimits(() => clock.now().getTime());
  const running = new Map<string, Promise<void>>();
  let stopping = false;
  const outbox = patient(options.outbox, clock, () => stopping);
  let sending: Periodic | undefined;
  const wake = (): void => sending?.wake();

  const deliver = createDeliverer(options);

  const handle = async (taken: OutboxItem): Promise<void> => {
    const way = limits.take(taken);
    const { method, lane, urgency, attempts } = taken;
    const facts = { outboxId: taken.id, method, lane, urgency, attempts, way: way.kind };
    logger.debug(facts, 'outbox item taken');
    if (way.kind === 'wait') {
      const again = { afterMs: way.forMs, error: 'waiting for the rate limit', unsent: true } as const;
      await outbox.retry(taken.id, owner, again);
      return;
    }
    const item = way.kind === 'move' ? await move(taken) : taken;
    if (item === undefined) return;
    const begun = clock.now().getTime();
    try {
      const { replaced, ...sent } = await held(item).finally(() => limits.ended(item));
      await outbox.sent(item.id, owner, { ...sent, ...(replaced === true ? { replaced } : {}) });
      const ms = clock.now().getTime() - begun;
      logger.debug({ ...facts, ms }, 'outbox item sent');
      options.onSent?.(item, ms);
    } catch (error) {
      await (isSentOnce(item) ? settleFile(item, error) : settle(item, failureOf(error), error));
    }
  };

  /** A file takes its time: its lease goes on as long as it is on its way. */
  const held = async (item: OutboxItem): ReturnType<typeof deliver> => {
    const lost = new AbortController();
    if (item.kind !== 'upload') return deliver(item, lost.signal);
    const beat = async (): Promise<void> => {
      if (!(await outbox.extend(item.id, owner, leaseMs))) lost.abort();
    };
    const beating = every(leaseMs / 3, beat, {
      ...{ clock, firstMs: leaseMs / 3 },
      onError: (err) => logger.warn({ err, outboxId: item.id }, 'the lease of a file cannot be extended'),
    });
    try {
      return await deliver(item, lost.signal);
    } finally {
      await beating.stop();
    }
  };

  /** Undefined: somebody else has it by now. */
  const move = async (item: OutboxItem): Promise<OutboxItem | undefined> => {
    const { message } = item;
    if (item.kind !== 'render' || message?.ts === undefined) return item;
    if (!(await outbox.move(item.id, owner, options.moved(message.channel)))) return undefined;
    const { ts, ...elsewhere } = message;
    return { ...item, method: 'post', movable: false, message: { ...elsewhere, movedFrom: ts } };
  };

  const settle = async (item: OutboxItem, failure: SlackFailure, error: unknown): Promise<void> => {
    options.onFailure?.(item, failure);
    const facts = { method: item.method, lane: item.lane, outboxId: item.id, attempts: item.attempts };
    switch (failure.kind) {
      case 'rate-limited':
        limits.hold(item, failure.retryAfterMs);
        await outbox.retry(item.id, owner, {
          // Edits are closed from here on, but not to what may go as a post.
          afterMs: item.movable ? 0 : failure.retryAfterMs,
          error: 'ratelimited',
          unsent: true,
        });
        return;
      case 'unknown-outcome':
        logger.warn({ ...facts, code: failure.code }, 'the outcome of a call to Slack is unknown');
        // Slack may still be storing it: the search comes a moment later.
        return again(item, failure.code, 300);
      case 'token':
        logger.error({ ...facts, code: failure.code }, 'Slack does not accept the token or its scopes');
        await outbox.retry(item.id, owner, { afterMs: 30_000, error: failure.code });
        return;
      case 'lost':
      case 'gone':
        logger.warn({ ...facts, code: failure.code }, 'a message cannot be posted or edited');
        await outbox.fail(item.id, owner, { error: failure.code, lost: failure.code });
        if (item.message !== undefined) await options.onLost?.(item.message, failure.code);
        return;
      case 'invalid':
        logger.error(
          { ...facts, code: failure.code, detail: failure.detail },
          'Slack refused a message of ours',
        );
        await outbox.fail(item.id, owner, { error: failure.code, lost: failure.code });
        return;
      case 'other':
        logger.warn({ ...facts, err: error }, 'a call to Slack failed');
        return again(item, failure.code, 500);
    }
  };

  /**
   * Its message stands, whatever becomes of the file. Of a bundle that is given up people are told there; of a picture
   * they are not: what it shows stands in the message in words.
   */
  const settleFile = async (item: OutboxItem, error: unknown): Promise<void> => {
    const failure: SlackFailure =
      error instanceof BundleRefused ? { kind: 'lost', code: `bundle-${error.flaw}` } : failureOf(error);
    if (failure.kind === 'rate-limited') return settle(item, failure, error);
    if (failure.kind === 'token' && (isBundle(item) || item.attempts < attemptsBeforeGivingUp))
      return settle(item, failure, error);
    const isFinal =
      failure.kind === 'token' ||
      failure.kind === 'lost' ||
      failure.kind === 'gone' ||
      failure.kind === 'invalid';
    if (!isFinal && item.attempts < attemptsBeforeGivingUp) return settle(item, failure, error);
    options.onFailure?.(item, failure);
    const { code } = failure;
    logger.error({ outboxId: item.id, code, err: error }, 'a file is not sent');
    // First what is said: a process that is killed in between says it again under the same id, which is once.
    if (isBundle(item)) await options.onUndelivered?.(item, code);
    await outbox.fail(item.id, owner, { error: code });
  };

  const again = async (item: OutboxItem, error: string, firstMs: number): Promise<void> => {
    if (item.attempts >= attemptsBeforeGivingUp) {
      await outbox.fail(item.id, owner, { error, lost: error });
      return;
    }
    const afterMs = backOff(item.attempts, { firstMs, mostMs: 60_000 });
    await outbox.retry(item.id, owner, { afterMs, error });
  };

  let failures = 0;
  const take = async (): Promise<void> => {
    const items = await outbox.claim(owner, { limit: 20, leaseMs, closed: limits.closed() });
    for (const item of items) {
      const done = handle(item)
        // PostgreSQL stayed away: the lease ends by itself and the item comes back.
        .catch((err: unknown) =>
          logger.warn({ err, outboxId: item.id }, 'an outbox item could not be settled'),
        )
        .finally(() => {
          running.delete(item.id);
          wake();
        });
      running.set(item.id, done);
    }
    failures = 0;
    // There may be more than fits into one claim.
    if (items.length > 0) wake();
  };

  const untilDue = async (): Promise<number> => {
    const due = (await outbox.nextDue({ closed: limits.closed() }).catch(() => undefined)) ?? idleMs;
    return Math.min(idleMs, Math.max(10, due), limits.nextOpening() ?? idleMs);
  };

  return {
    start() {
      sending ??= every(untilDue, take, {
        clock,
        onError: (err) => {
          failures += 1;
          if (failures === 1) logger.warn({ err }, 'the outbox cannot be read');
        },
      });
    },
    wake,
    async stop() {
      stopping = true;
      await sending?.stop();
      await Promise.all(running.values());
    },
    inFlight: () => running.size,
  };
}

/**
 * What became of an item is said as long as its lease lasts: a PostgreSQL that restarts must not hold a channel's lane
 * for the rest of that lease.
 */
function patient(outbox: Outbox, clock: Clock, hurry: () => boolean): Outbox {
  const insist = <T>(work: () => Promise<T>): Promise<T> => {
    const end = clock.now().getTime() + leaseMs * 0.8;
    return retrying(work, {
      clock,
      backOff: { firstMs: 100, mostMs: 1_000 },
      again: (error, _attempt, waitMs) =>
        isStoreAway(error) && !hurry() && clock.now().getTime() + waitMs < end,
    });
  };
  return {
    ...outbox,
    extend: (...args) => insist(() => outbox.extend(...args)),
    move: (...args) => insist(() => outbox.move(...args)),
    sent: (...args) => insist(() => outbox.sent(...args)),
    retry: (...args) => insist(() => outbox.retry(...args)),
    fail: (...args) => insist(() => outbox.fail(...args)),
  };
}

const isBundle = (item: OutboxItem): boolean => item.kind === 'upload' && 'bundle' in item.payload;

/** Bundles and pictures: Slack's id of the file says what became of them. */
const isSentOnce = (item: OutboxItem): boolean =>
  isBundle(item) || (item.kind === 'upload' && 'picture' in item.payload);
