import type { WebClient } from '@slack/web-api';
import { backOff, retrying } from '../../domain/kernel/back-off.ts';
import type { Clock, Logger } from '../../domain/kernel/clock.ts';
import { isStoreAway } from '../../domain/kernel/errors.ts';
import { every, type Periodic } from '../../domain/kernel/every.ts';
import { present } from '../../domain/kernel/present.ts';
import type { Outbox, OutboxItem } from '../../domain/message/outbox.ts';
import type { Rendered } from '../../domain/message/rendered.ts';
import { failureOf, type SlackFailure } from '../slack/failure.ts';
import { createSendLimits } from './limits.ts';
import { edit, findPosted, post, publishHome, respond, type Sent, sendEphemeral, upload } from './send.ts';

export interface PosterOptions {
  readonly outbox: Outbox;
  /** Separate clients, so that a flood of progress never queues before a decision. */
  readonly clients: { readonly decisions: WebClient; readonly progress: WebClient };
  readonly clock: Clock;
  readonly logger: Logger;
  /** Name of this process in leases. */
  readonly owner: string;
  /** The last look before a message leaves; `rest` is what did not fit and goes into a file. */
  readonly fit: (
    rendered: Rendered,
    channel: string,
  ) => {
    readonly rendered: Rendered;
    readonly rest?: { readonly text: string; readonly filename: string; readonly title: string };
  };
  /** A message that can neither be posted nor edited: whoever asked for it should be told another way. */
  readonly onLost?: (message: NonNullable<OutboxItem['message']>, code: string) => Promise<void>;
  readonly onSent?: (item: OutboxItem, afterMs: number) => void;
  readonly onFailure?: (item: OutboxItem, failure: SlackFailure) => void;
  readonly fetch?: typeof fetch;
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
/** How often PostgreSQL is asked when nobody says that something is due. */
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
  /** Messages that surely did not reach Slack at their last attempt: no need to look for them. */
  const surelyNotSent = new Set<string>();
  const reposted = new Set<string>();
  let stopping = false;
  const outbox = patient(options.outbox, clock, () => stopping);
  let sending: Periodic | undefined;
  const wake = (): void => sending?.wake();

  const deliver = deliverer({ ...options, surelyNotSent, reposted });

  const handle = async (item: OutboxItem): Promise<void> => {
    const facts = { outboxId: item.id, method: item.method, lane: item.lane, attempts: item.attempts };
    const waitMs = limits.take(item);
    logger.debug({ ...facts, waitMs }, 'outbox item taken');
    if (waitMs > 0) {
      if (isFirstTry(item)) surelyNotSent.add(subjectOf(item));
      await outbox.retry(item.id, owner, { afterMs: waitMs, error: 'waiting for the rate limit' });
      return;
    }
    const begun = clock.now().getTime();
    try {
      const { replaced, ...sent } = await deliver(item);
      surelyNotSent.delete(subjectOf(item));
      await outbox.sent(item.id, owner, { ...sent, ...(replaced === true ? { replaced } : {}) });
      const ms = clock.now().getTime() - begun;
      logger.debug({ ...facts, ms }, 'outbox item sent');
      options.onSent?.(item, ms);
    } catch (error) {
      await settle(item, failureOf(error), error);
    }
  };

  const settle = async (item: OutboxItem, failure: SlackFailure, error: unknown): Promise<void> => {
    options.onFailure?.(item, failure);
    const facts = { method: item.method, lane: item.lane, outboxId: item.id, attempts: item.attempts };
    switch (failure.kind) {
      case 'rate-limited':
        limits.hold(item, failure.retryAfterMs);
        if (isFirstTry(item)) surelyNotSent.add(subjectOf(item));
        await outbox.retry(item.id, owner, { afterMs: failure.retryAfterMs, error: 'ratelimited' });
        return;
      case 'unknown-outcome':
        surelyNotSent.delete(subjectOf(item));
        logger.warn({ ...facts, code: failure.code }, 'the outcome of a call to Slack is unknown');
        // Slack may still be storing it: the search comes a moment later.
        return again(item, failure.code, 300);
      case 'token':
        logger.error({ ...facts, code: failure.code }, 'Slack does not accept the token or its scopes');
        await outbox.retry(item.id, owner, { afterMs: 30_000, error: failure.code });
        return;
      case 'lost':
      case 'gone':
        logger.warn({ ...facts, code: failure.code }, 'a message can be neither posted nor edited');
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
    const items = await outbox.claim(owner, {
      limit: 20,
      leaseMs,
      heldMethods: limits.heldMethods(),
      heldLanes: limits.heldLanes(),
    });
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
    const due = (await outbox.nextDue().catch(() => undefined)) ?? idleMs;
    return Math.min(idleMs, Math.max(10, due), limits.nextRelease() ?? idleMs);
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
 * for the rest of it.
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
    sent: (...args) => insist(() => outbox.sent(...args)),
    retry: (...args) => insist(() => outbox.retry(...args)),
    fail: (...args) => insist(() => outbox.fail(...args)),
  };
}

function isFirstTry(item: OutboxItem): boolean {
  return item.attempts === 1 && !item.triedBefore;
}

/** What may stand in Slack: the message, whichever render of it was sent. */
function subjectOf(item: OutboxItem): string {
  return item.message?.id ?? item.id;
}

interface Delivered extends Sent {
  /** The old message is gone; this `ts` takes its place. */
  readonly replaced?: true;
}

type DeliverOptions = PosterOptions & {
  readonly surelyNotSent: ReadonlySet<string>;
  readonly reposted: Set<string>;
};

function deliverer(options: DeliverOptions): (item: OutboxItem) => Promise<Delivered> {
  const { clients, logger, fit } = options;
  return async (item) => {
    const client = item.priority === 0 ? clients.decisions : clients.progress;
    switch (item.kind) {
      case 'ephemeral':
        return sendEphemeral(client, {
          ...item,
          payload: { ...item.payload, rendered: fit(item.payload.rendered, item.payload.channel).rendered },
        });
      case 'home':
        return publishHome(client, item);
      case 'upload':
        return upload(client, item);
      case 'respond':
        return respond(options.fetch ?? fetch, item.payload);
      case 'render': {
        const fitted = fit(item.payload, item.message?.channel ?? item.lane);
        const sent = await deliverRender(options, client, { ...item, payload: fitted.rendered });
        if (fitted.rest !== undefined && item.message !== undefined) {
          const { text, filename, title } = fitted.rest;
          const threadTs = item.message.threadTs ?? sent.ts;
          await client
            .filesUploadV2({
              channel_id: item.message.channel,
              filename,
              title,
              content: text,
              ...present({ thread_ts: threadTs }),
            } as Parameters<WebClient['filesUploadV2']>[0])
            .catch((err: unknown) =>
              logger.error({ err, outboxId: item.id }, 'the rest of a long message was not attached'),
            );
        }
        return sent;
      }
    }
  };
}

async function deliverRender(
  options: DeliverOptions,
  client: WebClient,
  item: Extract<OutboxItem, { kind: 'render' }>,
): Promise<Delivered> {
  const { message } = item;
  if (message === undefined || (item.version ?? 0) <= message.sentVersion) return {};
  if (message.ts === undefined) {
    const mayStand = !isFirstTry(item) && !options.surelyNotSent.has(message.id);
    return mayStand ? postOnce(client, item) : post(client, item);
  }
  try {
    return await edit(client, item, message.ts);
  } catch (error) {
    if (failureOf(error).kind !== 'gone' || options.reposted.has(message.id)) throw error;
    // Somebody deleted it. State has not changed by that, so it is said again, once.
    options.reposted.add(message.id);
    return { ...(await post(client, item)), replaced: true };
  }
}

/** The last attempt may have reached Slack: adopt what stands there, remove what stands there twice. */
async function postOnce(client: WebClient, item: Extract<OutboxItem, { kind: 'render' }>): Promise<Sent> {
  const before = await findPosted(client, item);
  const sent = before[0] === undefined ? await post(client, item) : await edit(client, item, before[0]);
  const all = before[0] === undefined ? await findPosted(client, item) : before;
  const channel = item.message?.channel ?? item.lane;
  for (const extra of all.filter((ts) => ts !== sent.ts)) await client.chat.delete({ channel, ts: extra });
  return sent;
}
