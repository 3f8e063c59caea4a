import { Client, type ClientConfig } from 'pg';
import { backOff } from '../../domain/kernel/back-off.ts';
import type { Clock, Logger } from '../../domain/kernel/clock.ts';
import type { Topic } from '../../domain/ports/store.ts';

export function channelOf(topic: Topic): string {
  return `aetherius_${topic}`;
}

type Callback = (payload: string) => void;

interface ListenerOptions {
  readonly config: ClientConfig;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: () => number;
}

/**
 * LISTEN on one connection of its own, which comes back by itself. After a reconnect every callback is
 * called once with an empty payload, because notifications of the gap are gone.
 */
export function createListener({ config, logger, clock, random }: ListenerOptions) {
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

  const connected = async (failures: number): Promise<void> => {
    const own = new Client(config);
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
      client = own;
      for (const topic of callbacks.keys()) await own.query(`LISTEN ${channelOf(topic)}`);
      if (failures > 0) logger.info({ failures }, 'listening to PostgreSQL again');
      for (const set of callbacks.values()) for (const callback of set) call(callback, '');
      await gone;
    } finally {
      forget();
      client = undefined;
      await own.end().catch(() => undefined);
    }
  };

  const keepConnected = async (): Promise<void> => {
    for (let failures = 0; !stop.signal.aborted; failures += 1) {
      const began = clock.now().getTime();
      await connected(failures).catch((err: unknown) =>
        logger.warn({ err, failures }, 'cannot listen to PostgreSQL'),
      );
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
