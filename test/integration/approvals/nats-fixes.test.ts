/** The fix of NATS on a real server: offered, approved, carried out once, verified, taken back. */
import { connect, type NatsConnection } from 'nats';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type NatsServer, startNats } from '../../../lab/components/nats.ts';
import type { Remediation } from '../../../src/domain/fix/remediation.ts';
import { systemClock } from '../../../src/platform/process/clock.ts';
import { createTargetsFactory } from '../../../src/platform/targets/factory.ts';
import { probes } from '../../../src/probes/index.ts';
import { createProbeRunner } from '../../../src/services/run/probe-runner.service.ts';
import { createHarness, type Harness } from '../../support/approvals.ts';
import { killedWorker, killRounds } from '../../support/killed.ts';
import { silentLogger } from '../../support/logger.ts';
import { type TestDatabase, usePostgres } from '../../support/postgres.ts';
import { registered } from '../../support/remediation-fixtures.ts';
import { environment, literal, scratch } from '../../support/targets.ts';

const postgres = usePostgres();
const folder = scratch('nats-fixes');
let database: TestDatabase;
let server: NatsServer;
let bus: NatsConnection;
let h: Harness;

beforeAll(async () => {
  database = await postgres.migrated();
  server = await startNats({ dir: folder.dir });
  bus = await connect({ servers: `127.0.0.1:${server.port}`, ...credentials() });
  h = createHarness(database.store(), {
    real: {
      remediation: registered.find(({ id }) => id === 'nats.create-stream') as Remediation,
      targets: createTargetsFactory({
        prod: { ...environment(), nats: { url: literal(server.url), monitorUrl: server.monitorUrl } },
      }),
      probes: createProbeRunner({ probes, clock: systemClock, logger: silentLogger }),
    },
  });
});
afterAll(async () => {
  await bus?.close();
  await server?.stop();
  folder.remove();
});
// The same fix of the same server more than twice an hour is refused (R-X9).
beforeEach(async () => {
  await database.sql("UPDATE remediations SET approved_at = approved_at - interval '2 hours'");
});

function credentials() {
  const { username, password } = new URL(server.url);
  return username === '' ? {} : { user: decodeURIComponent(username), pass: decodeURIComponent(password) };
}
const streams = async () => {
  const found = [];
  for await (const { config, state } of (await bus.jetstreamManager()).streams.list())
    found.push({
      name: config.name,
      subjects: config.subjects,
      hours: config.max_age / 3.6e12,
      kept: state.messages,
    });
  return found;
};
const made = (kept: number) => [{ name: 'EVENTS', subjects: ['aetherius.events.>'], hours: 24, kept }];
async function undo(id: string): Promise<string> {
  const { remediation } = await h.service.undo(h.input(id, 'UREQ'));
  await h.service.approve(h.input(remediation.id, 'ULEAD'));
  await h.execute(remediation.id);
  return (await h.row(remediation.id)).state;
}

it.each(['R-K3', 'R-K4'])(
  'a stream is made once though the worker dies at %s, and undo deletes it while it is empty',
  killRounds,
  async (point) => {
    const row = await h.approved();
    await killedWorker(database, row.id, (worker, more) => h.execute(row.id, worker, more), point);

    expect(await h.row(row.id)).toMatchObject({
      state: 'succeeded',
      outcome: { 'nats.streams': 'healthy', settled: true },
    });
    expect(await streams()).toEqual(made(0));
    expect(await undo(row.id)).toBe('succeeded');
    expect(await streams()).toEqual([]);
  },
);

it('a stream that keeps events is not deleted by undo (R-P3)', async () => {
  const row = await h.approved();
  await h.execute(row.id);
  bus.publish('aetherius.events.node', 'one');
  await bus.flush();
  await expect.poll(streams).toEqual(made(1));

  expect(await undo(row.id)).toBe('stale');
  expect(await streams()).toEqual(made(1));
});

it('nothing is made where somebody has made such a stream since (R-P3)', async () => {
  const manager = await bus.jetstreamManager();
  await manager.streams.delete('EVENTS');
  const row = await h.approved();
  await manager.streams.add({ name: 'OTHER', subjects: ['aetherius.events.node'] });

  await h.execute(row.id);

  expect((await h.row(row.id)).state).toBe('stale');
  expect((await streams()).map(({ name }) => name)).toEqual(['OTHER']);
});
