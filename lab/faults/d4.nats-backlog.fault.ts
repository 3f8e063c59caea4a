/** D4: messages pile up in NATS. */

import { setTimeout as delay } from 'node:timers/promises';
import type { NatsConnection } from 'nats';
import type { Fault, Lab } from '../types.ts';
import { agentLoad, resetPipeline } from './services.ts';
import { defineFault, monitor, nats, startHolder, stopHolder } from './support.ts';

interface Connections {
  readonly connections: readonly { readonly name?: string; readonly pending_bytes: number }[];
}

/** Bytes that wait for the slowest consumer, and how many consumers were given up so far. */
async function backlog(lab: Lab): Promise<{ pending: number; slow: number }> {
  const [{ connections }, varz] = await Promise.all([
    monitor<Connections>(lab, '/connz?sort=pending&limit=5'),
    monitor<{ slow_consumers: number }>(lab, '/varz'),
  ]);
  return { pending: Math.max(0, ...connections.map((one) => one.pending_bytes)), slow: varz.slow_consumers };
}

const slowConsumer = defineFault({
  id: 'D4.a',
  title: 'a consumer is slower than what is sent to it',
  variants: ['starved-workers', 'silent-subscriber'],
  runtimes: ['kubernetes', 'compose', 'processes'],
  within: 45,
  async plant(lab, variant) {
    if (variant === 'silent-subscriber') {
      await startHolder(lab, 'silent', [
        'nats',
        (await lab.endpoints()).nats.url,
        'aetherius.>',
        'audit-tap',
      ]);
      await agentLoad(lab, { 'event.rate': 120, 'event.payload_bytes': 40_000 });
      return;
    }
    await lab.configure('agent-manager', { 'event.workers': 1, 'event.buffer_size': 20 });
    await lab.restart('agent-manager');
    await agentLoad(lab, { 'event.rate': 150, 'event.payload_bytes': 30_000 });
  },
  /** What waits while a consumer starts is gone a moment later: it has to stand. */
  async check(lab) {
    for (let look = 0; look < 4; look += 1) {
      if (look > 0) await delay(1000);
      const { pending } = await backlog(lab);
      if (pending <= 1024 * 1024) return false;
    }
    return true;
  },
  async clear(lab, variant) {
    if (variant === 'silent-subscriber') await stopHolder(lab, 'silent');
    // agent-manager was behind as well by the end, and NATS would drop it for that some seconds later.
    await resetPipeline(lab);
  },
});

const legacy = 'LEGACY_EVENTS';

/** Whether a message comes within five seconds. */
async function isSent(connection: NatsConnection, subjects: readonly string[]): Promise<boolean> {
  const came = subjects.map(async (subject) => {
    for await (const _message of connection.subscribe(subject, { max: 1, timeout: 5_000 })) return true;
    return false;
  });
  return Promise.any(came).catch(() => false);
}

const noStream = defineFault({
  id: 'D4.b',
  title: 'no stream keeps the events while their consumer is away',
  variants: ['deleted', 'other-subjects'],
  runtimes: ['kubernetes', 'compose', 'processes'],
  within: 20,
  async plant(lab, variant) {
    await nats(lab, async (connection) => {
      const manager = await connection.jetstreamManager();
      await manager.streams.delete(lab.names.stream.name);
      if (variant === 'other-subjects')
        await manager.streams.add({ name: legacy, subjects: ['aetherius.legacy.events.>'] });
    });
    // Without a stream, what is sent while nobody listens is lost.
    await lab.stop('orchestrator-service');
  },
  // Where nothing is sent nothing gets lost, and then there is no fault to be found.
  check: (lab) =>
    nats(lab, async (connection) => {
      const manager = await connection.jetstreamManager();
      const streams = await manager.streams.list().next();
      const { subjects } = lab.names.stream;
      const kept = streams.some(({ config }) => subjects.every((one) => config.subjects.includes(one)));
      return !kept && (await isSent(connection, subjects));
    }),
  async clear(lab) {
    await lab.start('orchestrator-service');
    await nats(lab, async (connection) => {
      const manager = await connection.jetstreamManager();
      await manager.streams.delete(legacy).catch(() => false);
    });
    await lab.seed();
  },
});

export const natsBacklog: readonly Fault[] = [slowConsumer, noStream];
