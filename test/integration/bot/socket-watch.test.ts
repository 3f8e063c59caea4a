import { type SlackEmulator, startSlackEmulator } from '@aetherius/slack-emulator';
import { afterEach, expect, it } from 'vitest';
import { createSocketWatch, type SocketWatch } from '../../../src/bot/receive/socket-watch.ts';
import { createSockets } from '../../../src/bot/receive/sockets.ts';
import type { Clock } from '../../../src/domain/kernel/clock.ts';
import { Secret } from '../../../src/domain/kernel/secret.ts';
import type { SocketCount } from '../../../src/domain/ports/slack-sockets.ts';
import { examinePostgres } from '../../../src/platform/doctor/postgres.ts';
import type { PostgresStore } from '../../../src/platform/store/store.ts';
import { silentLogger } from '../../support/logger.ts';
import { usePostgres } from '../../support/postgres.ts';

const postgres = usePostgres();
const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A second is forty milliseconds. */
const fast: Clock = {
  now: () => new Date(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(resolve, ms / 25);
      signal?.addEventListener('abort', () => {
        clearTimeout(timer);
        reject(new Error('stopped'));
      });
    }),
};

async function bot(slack: SlackEmulator, store: PostgresStore, process: string) {
  const told: SocketCount[] = [];
  let watch: SocketWatch | undefined;
  const sockets = createSockets({
    appToken: new Secret(slack.appToken),
    apiUrl: slack.apiUrl,
    gate: { processEvent: () => Promise.resolve() },
    clock: fast,
    logger: silentLogger,
    onHello: (connections) => watch?.hello(connections),
  });
  const made = createSocketWatch({
    process,
    counts: {
      report: (name, open) => store.tx((tx) => tx.slackSockets.report(name, open)),
      ours: () => store.tx((tx) => tx.slackSockets.ours()),
      compared: (count) => store.tx((tx) => tx.slackSockets.compared(count)),
      last: () => store.tx((tx) => tx.slackSockets.last()),
    },
    open: () => sockets.opened(),
    recount: () => sockets.recount(),
    onStranger: (count) => void told.push(count),
    clock: fast,
    logger: silentLogger,
  });
  watch = made;
  made.start();
  await sockets.start();
  cleanups.push(async () => {
    await sockets.stop();
    await made.stop();
  });
  return { told, watch: made };
}

/** Somebody who holds the app-level token and says so to nobody. */
async function stranger(slack: SlackEmulator) {
  const sockets = createSockets({
    appToken: new Secret(slack.appToken),
    apiUrl: slack.apiUrl,
    count: 1,
    gate: { processEvent: () => Promise.resolve() },
    clock: fast,
    logger: silentLogger,
  });
  await sockets.start();
  cleanups.push(() => Promise.resolve(sockets.stop()));
  return sockets;
}

const soon = { timeout: 20_000, interval: 50 };

it('a socket of somebody else is noticed by Slack’s own count, and two bots of ours are not taken for one', async () => {
  const database = await postgres.migrated();
  const store = database.store();
  const slack = await startSlackEmulator();
  cleanups.push(() => slack.stop());
  const doctor = async () => {
    const { checks } = await examinePostgres({ url: database.url }, Date.now);
    return checks
      .filter(({ area }) => area === 'slack')
      .map(({ key, state, facts }) => ({ key, state, facts }));
  };
  const compared = async () => (await store.tx((tx) => tx.slackSockets.last()))?.slack ?? 0;

  /** Slack refreshes a socket, as it does every few hours: its hello counts again. */
  const refresh = () => {
    const [first] = slack.control.sockets.sockets();
    if (first !== undefined) slack.control.sockets.disconnect(first.id, 'refresh_requested');
  };

  const one = await bot(slack, store, 'bot-1');
  const two = await bot(slack, store, 'bot-2');
  // Which of two bots is the last to compare, nobody knows: the next hello counts all four again.
  const counted = async () => {
    const count = await compared();
    if (count < 4) refresh();
    return count;
  };
  await expect.poll(counted, { ...soon, interval: 2_000 }).toBeGreaterThanOrEqual(4);
  // One count more is no proof: a socket that is being replaced may be counted for a moment.
  await expect.poll(async () => (await doctor()).map(({ key }) => key), soon).toEqual(['slack.sockets']);
  expect([one.watch.strangers(), two.watch.strangers()]).toEqual([0, 0]);
  expect([...one.told, ...two.told]).toEqual([]);

  const other = await stranger(slack);
  // A hello that comes while another socket is replaced tells nothing; Slack refreshes again.
  const strangers = () => {
    const seen = one.watch.strangers() + two.watch.strangers();
    if (seen === 0) refresh();
    return seen;
  };
  await expect.poll(strangers, { ...soon, interval: 2_000 }).toBeGreaterThan(0);
  const [found] = await doctor();
  expect(found?.key).toBe('slack.sockets-strangers');
  expect(found?.state).toBe('failed');
  expect([...one.told, ...two.told].at(0)?.slack).toBeGreaterThan(
    [...one.told, ...two.told].at(0)?.ours ?? 99,
  );

  await other.stop();
  refresh();
  await expect.poll(() => [one.watch.strangers(), two.watch.strangers()], soon).toEqual([0, 0]);
  await expect.poll(async () => (await doctor())[0]?.key, soon).toBe('slack.sockets');
}, 60_000);
