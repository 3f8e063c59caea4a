import { type SlackEmulator, startSlackEmulator } from '@aetherius/slack-emulator';
import { afterEach, describe, expect, it } from 'vitest';
import { createSockets, type Sockets } from '../../../src/bot/receive/sockets.ts';
import type { Clock } from '../../../src/domain/kernel/clock.ts';
import { Secret } from '../../../src/domain/kernel/secret.ts';
import { silentLogger } from '../../support/logger.ts';
import { until } from '../../support/until.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Time in which a sleep ends when the test says so. */
function sleepingClock() {
  const sleepers = new Set<() => void>();
  const clock: Clock = {
    now: () => new Date(0),
    sleep: (_ms, signal) =>
      new Promise((resolve, reject) => {
        const wake = () => {
          sleepers.delete(wake);
          resolve();
        };
        sleepers.add(wake);
        signal?.addEventListener('abort', () => reject(new Error('stopped')), { once: true });
      }),
  };
  return { clock, asleep: () => sleepers.size, wakeAll: () => [...sleepers].forEach((wake) => wake()) };
}

interface Stage {
  readonly slack: SlackEmulator;
  readonly sockets: Sockets;
  readonly time: ReturnType<typeof sleepingClock>;
}

async function stage(): Promise<Stage> {
  const slack = await startSlackEmulator();
  cleanups.push(() => slack.stop());
  const time = sleepingClock();
  const sockets = createSockets({
    appToken: new Secret(slack.appToken),
    apiUrl: slack.apiUrl,
    gate: { processEvent: () => Promise.resolve() },
    clock: time.clock,
    logger: silentLogger,
  });
  await sockets.start();
  cleanups.push(() => Promise.resolve(sockets.stop()));
  return { slack, sockets, time };
}

const ids = ({ slack }: Stage) => slack.control.sockets.sockets().map(({ id }) => id);
const opened = ({ slack }: Stage) => slack.control.log.calls('apps.connections.open').length;
const helloes = ({ slack }: Stage) =>
  slack.control.log
    .all()
    .flatMap((entry) => (entry.kind === 'socket' && entry.what === 'hello' ? [entry] : []));

describe('a socket that Slack wants to end', () => {
  it('is replaced once, though Slack says so twice while the next one is being opened', async () => {
    const here = await stage();
    const { control } = here.slack;
    const [first = '', second = ''] = ids(here);

    control.sockets.disconnect(first, 'warning');
    control.sockets.disconnect(first, 'refresh_requested');
    await control.waitFor(() => helloes(here).length === 3);
    await until(() => here.time.asleep() === 2);
    here.time.wakeAll();
    await control.waitFor(() => !ids(here).includes(first));

    expect(opened(here)).toBe(3);
    expect(ids(here)).toHaveLength(2);
    expect(ids(here)).toContain(second);
    expect(here.sockets.connected()).toBe(2);
  });

  it('is replaced though Slack says so with the hello', async () => {
    const here = await stage();
    const { control } = here.slack;
    const [first = ''] = ids(here);

    control.sockets.reset(first);
    // The log tells of the hello as it is sent: the announcement follows it on the wire.
    const short = await control.waitFor(() => helloes(here)[2]);
    control.sockets.disconnect(short.connection, 'refresh_requested');
    await control.waitFor(() => helloes(here).length === 4);

    expect(opened(here)).toBe(4);
    await until(() => here.time.asleep() === 1);
    here.time.wakeAll();
    await control.waitFor(() => ids(here).length === 2);
    expect(ids(here)).not.toContain(short.connection);
  });

  it('is replaced once, though it ends while the next one is being opened', async () => {
    const here = await stage();
    const { control } = here.slack;
    const [first = ''] = ids(here);

    control.sockets.disconnect(first, 'warning');
    control.sockets.reset(first);
    await control.waitFor(() => helloes(here).length === 3);
    await until(() => here.sockets.connected() === 2);

    expect(opened(here)).toBe(3);
    expect(ids(here)).toHaveLength(2);
  });
});

describe('stopping', () => {
  it('leaves no socket open, one that was being opened neither', async () => {
    const here = await stage();
    const { control } = here.slack;
    const [first = ''] = ids(here);

    control.sockets.disconnect(first, 'warning');
    await control.waitFor(() => opened(here) === 3);
    await here.sockets.stop();

    await control.waitFor(() => ids(here).length === 0);
  });
});
