import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { backOff } from '../../domain/kernel/back-off.ts';
import type { Clock, Logger } from '../../domain/kernel/clock.ts';
import type { Topic } from '../../domain/ports/store.ts';
import { clientConfig, type DatabaseConfig, direct } from './connection.ts';
import { isPooled } from './session.ts';

export function channelOf(topic: Topic): string {
  return `aetherius_${topic}`;
}

type Callback = (payload: string) => void;

/** What a notification would have said. */
export interface Change {
  readonly topic: Topic;
  readonly payload: string;
}

interface ListenerOptions {
  readonly database: DatabaseConfig;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: () => number;
  /** What is new since the last call: asked where notifications do not come through. */
  readonly poll: () => Promise<readonly Change[]>;
  /** How often, in milliseconds; default 1000. */
  readonly pollMs?: number;
}

/** How often it is tried whether notifications come through after all, in milliseconds. */
const hearAgainMs = 5 * 60_000;

/**
 * LISTEN on one connection of its own, which comes back by itself. After a reconnect every callback is
 * called once with an empty payload, because notifications of the gap are gone. Behind a pooler that gives each
 * transaction another connection nothing is ever heard: there PostgreSQL is asked instead.
 */
export function createListener(options: ListenerOptions) {
  const { logger, clock, random, poll, pollMs = 1000 } = options;
  const callbacks = new Map<Topic, Set<Callback>>();
  const stop = new AbortController();
  let client: Client | undefined;
  let loop: Promise<void> | undefined;

  const call = (callback: Callback, payload: string) => {
    try {
      callback(payload);
    } catch (err) {
      logger.error({ err }, 'a listener failed');
    }
  };

  /** Resolves when the connection is gone, with whether it was one that hears. */
  const connected = async (failures: number): Promise<'gone' | 'deaf'> => {
    const own = new Client(clientConfig(direct(options.database)));
    let forget: () => void = () => undefined;
    const gone = new Promise<void>((resolve) => {
      own.on('error', () => resolve());
      own.on('end', () => resolve());
      const stopped = () => resolve();
      stop.signal.addEventListener('abort', stopped, { once: true });
      forget = () => stop.signal.removeEventListener('abort', stopped);
    });
    own.on('notification', ({ channel, payload }) => {
      for (const [topic, set] of callbacks) {
        if (channelOf(topic) === channel) for (const callback of set) call(callback, payload ?? '');
      }
    });
    try {
      await own.connect();
      if (!(await hears(own, options.database))) return 'deaf';
      client = own;
      for (const topic of callbacks.keys()) await own.query(`LISTEN ${channelOf(topic)}`);
      if (failures > 0) logger.info({ failures }, 'listening to PostgreSQL again');
      for (const set of callbacks.values()) for (const callback of set) call(callback, '');
      await gone;
      return 'gone';
    } finally {
      forget();
      client = undefined;
      await own.end().catch(() => undefined);
    }
  };

  /** Asks again and again for a while. */
  const ask = async (): Promise<void> => {
    const until = clock.now().getTime() + hearAgainMs;
    while (!stop.signal.aborted && clock.now().getTime() < until) {
      const changes = await poll().catch((err: unknown) => {
        logger.debug({ err }, 'PostgreSQL cannot be polled');
        return [];
      });
      for (const { topic, payload } of changes)
        for (const callback of callbacks.get(topic) ?? []) call(callback, payload);
      await clock.sleep(pollMs, stop.signal).catch(() => undefined);
    }
  };

  const keepConnected = async (): Promise<void> => {
    for (let failures = 0; !stop.signal.aborted; failures += 1) {
      const began = clock.now().getTime();
      const end = await connected(failures).catch((err: unknown) => {
        logger.warn({ err, failures }, 'cannot listen to PostgreSQL');
        return 'gone' as const;
      });
      if (end === 'deaf') {
        logger.warn(
          { pollMs },
          'a pooler keeps notifications of PostgreSQL away; it is polled, unless DATABASE_DIRECT_URL is set',
        );
        await ask();
        continue;
      }
      if (clock.now().getTime() - began > 10_000) failures = 0;
      const pause = backOff(failures + 1, { firstMs: 100, mostMs: 5000, random });
      await clock.sleep(pause, stop.signal).catch(() => undefined);
    }
  };

  return {
    async listen(topic: Topic, callback: Callback): Promise<{ stop(): Promise<void> }> {
      const set = callbacks.get(topic) ?? new Set();
      const fresh = set.size === 0;
      callbacks.set(topic, set.add(callback));
      loop ??= keepConnected();
      // When this fails the connection is gone, and the next one listens to all topics.
      if (fresh) await client?.query(`LISTEN ${channelOf(topic)}`).catch(() => undefined);
      return {
        async stop() {
          set.delete(callback);
          await Promise.resolve();
        },
      };
    },
    async close(): Promise<void> {
      stop.abort();
      await loop;
    },
  };
}

/** Where it is tried whether a notification arrives. */
const echo = 'aetherius_echo';
const echoWithinMs = 2000;

/**
 * Whether notifications reach this connection. One of our own hears; behind a pooler it is tried, from another
 * connection: one that pools sessions lets them through, one that pools transactions does not.
 */
export async function hears(client: Client, database: DatabaseConfig): Promise<boolean> {
  if (!(await isPooled(client))) return true;
  const word = randomUUID();
  let heard: (answer: boolean) => void = () => undefined;
  const answer = new Promise<boolean>((resolve) => {
    heard = resolve;
  });
  const listening = ({ channel, payload }: { channel: string; payload?: string | undefined }) => {
    if (channel === echo && payload === word) heard(true);
  };
  client.on('notification', listening);
  await client.query(`LISTEN ${echo}`);
  const other = new Client(clientConfig(direct(database)));
  other.on('error', () => heard(false));
  const timer = setTimeout(() => heard(false), echoWithinMs);
  try {
    await other.connect();
    await other.query('SELECT pg_notify($1, $2)', [echo, word]);
    return await answer;
  } finally {
    clearTimeout(timer);
    client.off('notification', listening);
    await other.end().catch(() => undefined);
  }
}
