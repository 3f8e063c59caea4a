/** The fixes of PostgreSQL on a real server: offered, approved, carried out once, verified, taken back. */
import { readFileSync } from 'node:fs';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type PostgresServer, startPostgres } from '../../../lab/components/postgres.ts';
import type { Remediation } from '../../../src/domain/fix/remediation.ts';
import { platformOf } from '../../../src/domain/platform/platform.ts';
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
let database: TestDatabase;
let target: TestDatabase;
let platform: Client;
const clients: Client[] = [];

function harnessOf(id: string, url = target.url): Harness {
  const targets = createTargetsFactory({
    prod: {
      ...environment(),
      platform: platformOf({ parts: { 'agent-manager': { databaseRole: 'am_service' } } }),
      postgres: {
        url: literal(url),
        databases: { agentManager: 'agent_manager', orchestrator: 'orchestrator' },
      },
    },
  });
  return createHarness(database.store(), {
    real: {
      remediation: registered.find((item) => item.id === id) as Remediation,
      targets,
      probes: createProbeRunner({ probes, clock: systemClock, logger: silentLogger }),
    },
  });
}

async function connect(name: string, user?: string): Promise<Client> {
  const url = new URL(target.url);
  url.pathname = '/agent_manager';
  if (user !== undefined) [url.username, url.password] = [user, 'secret'];
  const client = new Client({ connectionString: url.href, application_name: name });
  client.on('error', () => undefined);
  await client.connect();
  clients.push(client);
  return client;
}
const pidOf = async (client: Client) =>
  Number((await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]?.pid);
const anHourLater = () =>
  database.sql("UPDATE remediations SET approved_at = approved_at - interval '2 hours'");
async function undone(h: Harness, id: string): Promise<string> {
  const { remediation: undo } = await h.service.undo(h.input(id, 'UREQ'));
  await h.service.approve(h.input(undo.id, 'ULEAD'));
  await h.execute(undo.id);
  return (await h.row(undo.id)).state;
}
const killedAt = (h: Harness, id: string, point: string) =>
  killedWorker(database, id, (worker, more) => h.execute(id, worker, more), point);

beforeAll(async () => {
  database = await postgres.migrated();
  target = await postgres.database();
  for (const name of ['agent_manager', 'orchestrator']) await target.sql(`CREATE DATABASE ${name}`);
  platform = await connect('test');
  await platform.query(
    `CREATE TABLE events (id int PRIMARY KEY, cluster_id text, severity text, timestamp timestamptz);
     INSERT INTO events SELECT i, 'c' || i % 9, 'high', now() FROM generate_series(1, 5000) i;
     CREATE ROLE am_service LOGIN PASSWORD 'secret';
     GRANT ALL ON events TO am_service`,
  );
});
// The same fix of the same server more than twice an hour is refused (R-X9).
beforeEach(async () => {
  await anHourLater();
});
afterAll(async () => {
  await Promise.allSettled(clients.map((one) => one.end()));
});

describe('a session that blocks others (D2.c)', () => {
  /** One holds a lock and another waits for it. */
  async function blocked(work: 'idle' | 'active') {
    const [holder, waiter] = [await connect('holder', 'am_service'), await connect('waiter')];
    const pid = await pidOf(holder);
    await holder.query('BEGIN');
    const locked =
      work === 'idle'
        ? holder.query('LOCK TABLE events')
        : holder.query('DO $$ BEGIN LOCK TABLE events; PERFORM pg_sleep(300); END $$').catch(() => undefined);
    if (work === 'idle') await locked;
    else
      await expect
        .poll(() =>
          target.sql('SELECT 1 FROM pg_locks WHERE pid = $1 AND mode = $2', [pid, 'AccessExclusiveLock']),
        )
        .not.toEqual([]);
    const waits = waiter.query('SELECT count(*) FROM events');
    // Where the test ends before it is served, that is no fault of its own.
    waits.catch(() => undefined);
    await expect
      .poll(() => target.sql('SELECT 1 FROM pg_stat_activity WHERE $1 = ANY(pg_blocking_pids(pid))', [pid]))
      .not.toEqual([]);
    return { pid, holder, waits };
  }
  const there = (pid: number) => target.sql('SELECT 1 FROM pg_stat_activity WHERE pid = $1', [pid]);

  it.each(['R-K3', 'R-K4'])(
    'is ended when it is idle in a transaction though the worker dies at %s, and whoever waited goes on',
    killRounds,
    async (point) => {
      const { pid, waits } = await blocked('idle');
      const h = harnessOf('postgres.end-blocking-session');
      const row = await h.approved({ pid, how: 'end' });

      await killedAt(h, row.id, point);

      expect(await h.row(row.id)).toMatchObject({ state: 'succeeded', outcome: { settled: true } });
      expect((await waits).rowCount).toBe(1);
      expect(await there(pid)).toEqual([]);
    },
  );

  it('has its statement cancelled when it runs one, and stays', async () => {
    const { pid, waits, holder } = await blocked('active');
    const h = harnessOf('postgres.end-blocking-session');
    const row = await h.approved({ pid, how: 'cancel' });

    await h.execute(row.id);

    expect((await h.row(row.id)).state).toBe('succeeded');
    expect((await waits).rowCount).toBe(1);
    expect(await there(pid)).toHaveLength(1);
    await holder.query('ROLLBACK');
  });

  it('is left alone when it has gone on to another transaction since (R-P3, R-P4)', async () => {
    const { pid, holder, waits } = await blocked('idle');
    const h = harnessOf('postgres.end-blocking-session');
    const row = await h.approved({ pid, how: 'end' });
    await holder.query('COMMIT');
    await waits;
    await holder.query('BEGIN; LOCK TABLE events');
    const again = (await connect('waiter-2')).query('SELECT count(*) FROM events');

    await h.execute(row.id);

    expect((await h.row(row.id)).state).toBe('stale');
    expect(await there(pid)).toHaveLength(1);
    await holder.query('COMMIT');
    await again;
  });
});

describe('indexes that are missing (D2.a)', () => {
  const names = async () =>
    (
      await platform.query<{ name: string; valid: boolean }>(
        `SELECT relname AS name, indisvalid AS valid FROM pg_index JOIN pg_class ON oid = indexrelid
         WHERE indrelid = 'events'::regclass AND NOT indisprimary ORDER BY 1`,
      )
    ).rows;
  const all = ['idx_events_cluster_id', 'idx_events_severity', 'idx_events_timestamp'].map((name) => ({
    name,
    valid: true,
  }));
  /** What a build that failed leaves behind: its unique values are none. */
  const leaveInvalid = () =>
    platform
      .query('CREATE UNIQUE INDEX CONCURRENTLY idx_events_severity ON events (severity)')
      .catch(() =>
        platform.query(
          "UPDATE pg_index SET indisunique = false WHERE indexrelid = 'idx_events_severity'::regclass",
        ),
      );

  it('are created while others write, with an invalid one dropped first, and dropped again by undo', async () => {
    await leaveInvalid();
    expect(await names()).toEqual([{ name: 'idx_events_severity', valid: false }]);
    const h = harnessOf('postgres.create-indexes');
    const row = await h.approved({ database: 'agentManager' });
    expect(row.plan.steps.map(({ from }) => from)).toEqual([
      { index: 'absent' },
      { index: 'invalid' },
      { index: 'absent' },
    ]);

    await h.execute(row.id);

    expect(await h.row(row.id)).toMatchObject({ state: 'succeeded', outcome: { settled: true } });
    expect(await names()).toEqual(all);
    expect(await undone(h, row.id)).toBe('succeeded');
    expect(await names()).toEqual([]);
  });

  it.each(['R-K3', 'R-K4'])('are each created once when the worker dies at %s', killRounds, async (point) => {
    const h = harnessOf('postgres.create-indexes');
    const row = await h.approved({ database: 'agentManager' });

    await killedAt(h, row.id, point);

    expect((await h.row(row.id)).state).toBe('succeeded');
    expect(await names()).toEqual(all);
    await platform.query('DROP INDEX idx_events_cluster_id, idx_events_severity, idx_events_timestamp');
  });

  it('of a table that was made anew since are not created (R-P3)', async () => {
    const h = harnessOf('postgres.create-indexes');
    const row = await h.approved({ database: 'agentManager' });
    await platform.query(
      'CREATE TABLE other (LIKE events); DROP TABLE events; ALTER TABLE other RENAME TO events',
    );

    await h.execute(row.id);

    expect((await h.row(row.id)).state).toBe('stale');
    expect(await names()).toEqual([]);
  });

  it('are given up when a transaction stands in the way, and made by the next attempt', async () => {
    const h = harnessOf('postgres.create-indexes');
    const row = await h.approved({ database: 'agentManager' });
    const holder = await connect('holder-of-a-row');
    await holder.query("BEGIN; INSERT INTO events VALUES (0, 'c', 'high', now())");

    await h.execute(row.id);
    await holder.query('ROLLBACK');

    expect(await h.row(row.id)).toMatchObject({ state: 'failed', outcome: { reason: 'waited-too-long' } });
    const again = await h.approved({ database: 'agentManager' });
    await h.execute(again.id);
    expect((await h.row(again.id)).state).toBe('succeeded');
    expect(await names()).toEqual(all);
  }, 60_000);

  describe('R-X16: while one is built', () => {
    let holder: Client;
    beforeEach(async () => {
      await platform.query(
        `DROP INDEX IF EXISTS idx_events_cluster_id, idx_events_severity, idx_events_timestamp;
         DELETE FROM events;
         INSERT INTO events SELECT i, 'c' || i % 9, 'high', now() FROM generate_series(1, 5000) i`,
      );
      await platform.query('ANALYZE events');
      // The build waits for it, and holds its lock of the table meanwhile.
      holder = await connect('holder-of-a-row');
      await holder.query("BEGIN; INSERT INTO events VALUES (0, 'c', 'high', now())");
    });
    // What a test that failed leaves would keep the next one waiting.
    afterEach(async () => {
      await holder.end();
    });
    const building = async () =>
      (
        await platform.query<{ oid: string; pid: number }>(
          `SELECT p.index_relid::text AS oid, p.pid FROM pg_stat_progress_create_index p JOIN pg_locks l ON l.pid = p.pid
           WHERE p.relid = 'events'::regclass AND NOT l.granted`,
        )
      ).rows[0];
    const facts = async (id: string) =>
      (
        await database.sql<{ facts: Record<string, unknown> }>(
          'SELECT facts FROM remediation_steps WHERE remediation_id = $1 ORDER BY attempt DESC, idx DESC',
          [id],
        )
      )[0]?.facts;

    it('says how far it is and what it waits for, and ends at Stop with nothing left', async () => {
      const h = harnessOf('postgres.create-indexes');
      const row = await h.approved({ database: 'agentManager' });
      expect(row.plan.blast.facts.minutes).toBe(6);
      const run = h.execute(row.id);
      await expect
        .poll(() => facts(row.id), { timeout: 10_000 })
        .toMatchObject({ waits: 'transactions', done: 0, total: 5_000, whole: true });

      await h.service.stop(h.input(row.id, 'ULEAD'));
      await expect.poll(building).toBeUndefined();
      await holder.query('ROLLBACK');
      await run;

      expect(await h.row(row.id)).toMatchObject({ state: 'failed', outcome: { reason: 'stopped-whole' } });
      expect(await names()).toEqual([]);
    }, 30_000);

    it('it gives way within a second to whoever waits behind it, though its role may not see who that is', async () => {
      await platform.query(
        "CREATE ROLE builder LOGIN PASSWORD 'builder'; GRANT ALL ON SCHEMA public TO builder",
      );
      await holder.query('ROLLBACK');
      await platform.query('ALTER TABLE events OWNER TO builder');
      await holder.query("BEGIN; INSERT INTO events VALUES (0, 'c', 'high', now())");
      const url = new URL(target.url);
      [url.username, url.password] = ['builder', 'builder'];
      const h = harnessOf('postgres.create-indexes', url.href);
      const row = await h.approved({ database: 'agentManager' });
      const run = h.execute(row.id);
      await expect.poll(building, { timeout: 10_000 }).toBeDefined();
      const other = await connect('a-migration');

      const began = performance.now();
      await other.query('ALTER TABLE events SET (fillfactor = 90)');
      const waited = performance.now() - began;
      await holder.query('ROLLBACK');
      await run;

      await platform.query('ALTER TABLE events OWNER TO CURRENT_USER');
      expect(waited).toBeLessThan(1_000);
      expect(await h.row(row.id)).toMatchObject({ state: 'failed', outcome: { reason: 'gave-way' } });
      expect(await names()).toEqual([]);
    }, 30_000);

    it('the next worker goes on with it where the server has not ended it, and builds nothing twice', async () => {
      const h = harnessOf('postgres.create-indexes');
      const row = await h.approved({ database: 'agentManager' });
      let first: Awaited<ReturnType<typeof building>>;
      const died = {
        atKillPoint: async (at: string) => {
          if (at !== 'R-K4-batch') return;
          first = await building();
          if (first !== undefined) throw new Error('killed');
        },
      };
      await expect(h.execute(row.id, 'worker-1', died)).rejects.toThrow('killed');
      await database.sql(
        "UPDATE remediations SET lease_until = now() - interval '1 second', approval_expires_at = now() WHERE id = $1",
        [row.id],
      );

      const run = h.execute(row.id, 'worker-2');
      await expect
        .poll(
          () =>
            database.sql('SELECT 1 FROM remediation_steps WHERE attempt = 2 AND remediation_id = $1', [
              row.id,
            ]),
          { timeout: 10_000 },
        )
        .toHaveLength(1);
      expect(await building()).toEqual(first);
      await holder.query('ROLLBACK');
      await run;

      expect(await h.row(row.id)).toMatchObject({ state: 'succeeded', outcome: { settled: true } });
      expect(await names()).toEqual(all);
      const { rows } = await platform.query<{ oid: string }>(
        "SELECT 'idx_events_cluster_id'::regclass::oid::text AS oid",
      );
      expect(rows[0]?.oid).toBe(first?.oid);
    }, 30_000);

    it('and its session is ended, what it left is cleaned up and people are told why', async () => {
      const h = harnessOf('postgres.create-indexes');
      const row = await h.approved({ database: 'agentManager' });
      const run = h.execute(row.id);
      await expect.poll(building, { timeout: 10_000 }).toBeDefined();

      await platform.query('SELECT pg_terminate_backend($1)', [(await building())?.pid]);
      await holder.query('ROLLBACK');
      await run;

      expect(await h.row(row.id)).toMatchObject({ state: 'failed', outcome: { reason: 'was-ended' } });
      expect(await names()).toEqual([]);
    }, 30_000);
  });

  it('are not offered on a column that the table lacks', async () => {
    await platform.query(
      'DROP INDEX IF EXISTS idx_events_cluster_id, idx_events_severity, idx_events_timestamp; ALTER TABLE events RENAME COLUMN severity TO level',
    );
    const h = harnessOf('postgres.create-indexes');
    const { id, plan } = await h.approved({ database: 'agentManager' });
    await h.execute(id);

    expect(plan.steps.map(({ target }) => target)).toEqual(['idx_events_cluster_id', 'idx_events_timestamp']);
    expect((await h.row(id)).state).toBe('succeeded');
    await platform.query('ALTER TABLE events RENAME COLUMN level TO severity');
  });
});

describe('an index that is bloated or broken (T1.b)', () => {
  it.each(['R-K3', 'R-K4'])(
    'is built anew under its name, once, though the worker dies at %s',
    killRounds,
    async (point) => {
      await platform.query('CREATE INDEX IF NOT EXISTS bloated ON events (cluster_id)');
      const oid = async () =>
        (await platform.query<{ oid: string }>("SELECT 'bloated'::regclass::oid::text AS oid")).rows[0]?.oid;
      const before = await oid();
      const h = harnessOf('postgres.rebuild-index');
      const row = await h.approved({ database: 'agentManager', index: 'bloated' });

      await killedAt(h, row.id, point);

      expect(await h.row(row.id)).toMatchObject({ state: 'succeeded', outcome: { settled: true } });
      expect(await oid()).not.toBe(before);
    },
  );

  it('is not done with another one of the same server, which is asked for and built anew after it', async () => {
    for (const name of ['first_of_two', 'second_of_two'])
      await platform.query(`CREATE INDEX ${name} ON events (cluster_id)`);
    const h = harnessOf('postgres.rebuild-index');
    const place = { channel: 'C0INC', by: 'UREQ' };
    const offers = [
      await h.offered({ database: 'agentManager', index: 'first_of_two' }, place),
      await h.offered({ database: 'agentManager', index: 'second_of_two' }, place),
    ];
    const card = async (id: string) => {
      await database.store().tx(async (tx) => h.messages.card(tx, await h.row(id)));
      const [last] = await database.sql<{ payload: { text: string } }>(
        `SELECT o.payload FROM messages m JOIN outbox o ON o.message_id = m.id
         WHERE m.remediation_id = $1 AND m.purpose = 'remediation' ORDER BY o.seq DESC LIMIT 1`,
        [id],
      );
      return JSON.parse(last?.payload.text ?? '{}') as Record<string, unknown>;
    };

    const [first, second] = offers.map(({ id }) => id) as [string, string];
    await h.service.request(h.input(first, 'UREQ'));
    await expect(h.service.request(h.input(second, 'UREQ'))).rejects.toMatchObject({
      facts: { reason: 'target-busy', other: offers[0]?.handle },
    });
    expect(await card(second)).toMatchObject({
      ...{ state: 'proposed', buttons: [] },
      elsewhere: { state: 'requested', another: true },
    });
    await h.refresh();
    await h.service.approve(h.input(first, 'ULEAD'));
    await h.execute(first);
    expect(await card(second)).toMatchObject({ state: 'proposed', buttons: ['request'] });
    await h.service.request(h.input(second, 'UREQ'));
    await h.refresh();
    await h.service.approve(h.input(second, 'ULEAD'));
    await h.execute(second);

    const states = await Promise.all(offers.map(async ({ id }) => (await h.row(id)).state));
    expect(states).toEqual(['succeeded', 'succeeded']);
    await platform.query('DROP INDEX first_of_two, second_of_two');
  });

  it('R-X16: ends at Stop with the old one in place and nothing left beside it', async () => {
    const oid = async () =>
      (await platform.query<{ oid: string }>("SELECT 'bloated'::regclass::oid::text AS oid")).rows[0]?.oid;
    const before = await oid();
    const holder = await connect('holder-of-a-row');
    await holder.query("BEGIN; INSERT INTO events VALUES (0, 'c', 'high', now())");
    const h = harnessOf('postgres.rebuild-index');
    const row = await h.approved({ database: 'agentManager', index: 'bloated' });
    const run = h.execute(row.id);
    const working = async () =>
      (
        await platform.query(
          "SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%REINDEX INDEX%'",
        )
      ).rowCount;
    await expect.poll(working, { timeout: 10_000 }).toBe(2);

    await h.service.stop(h.input(row.id, 'ULEAD'));
    await expect.poll(working, { timeout: 10_000 }).toBe(1);
    await holder.query('ROLLBACK');
    await run;

    expect(await h.row(row.id)).toMatchObject({ state: 'failed', outcome: { reason: 'stopped-whole' } });
    expect(await oid()).toBe(before);
    expect((await platform.query("SELECT 1 FROM pg_class WHERE relname ~ '_cc(new|old)'")).rows).toEqual([]);
  }, 30_000);

  it('is left alone when somebody has built it anew since (R-P3)', async () => {
    const h = harnessOf('postgres.rebuild-index');
    const row = await h.approved({ database: 'agentManager', index: 'bloated' });
    await platform.query('REINDEX INDEX CONCURRENTLY bloated');

    await h.execute(row.id);

    expect((await h.row(row.id)).state).toBe('stale');
  });
});

describe('too few connections (D1.a)', () => {
  const folder = scratch('max-connections');
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres({ dir: folder.dir, databases: ['agent_manager', 'orchestrator'] });
  });
  afterAll(async () => {
    await server?.stop();
    folder.remove();
  });

  async function ask<Row extends object>(sql: string): Promise<readonly Row[]> {
    const client = new Client({ connectionString: server.url() });
    await client.connect();
    try {
      return (await client.query<Row>(sql)).rows;
    } finally {
      await client.end();
    }
  }
  const now = async () =>
    (await ask<{ max_connections: string }>('SHOW max_connections'))[0]?.max_connections;

  it.each(['R-K3', 'R-K4'])(
    'get a higher limit for the next start though the worker dies at %s, and undo writes what stood there before',
    killRounds,
    async (point) => {
      const h = harnessOf('postgres.set-max-connections', server.url());
      const row = await h.approved({ value: 200 });

      await killedAt(h, row.id, point);

      // R-X12: it is not said to have worked before it counts.
      expect(await h.row(row.id)).toMatchObject({
        state: 'succeeded',
        outcome: { again: 'not-due', due: expect.stringContaining('"now":100,"next":200') },
      });
      expect(await now()).toBe('100');
      await server.restart();
      expect(await now()).toBe('200');

      expect(await undone(h, row.id)).toBe('succeeded');
      await server.restart();
      expect(await now()).toBe('100');
    },
  );

  it('are enough for the fix itself: its looks close what they opened, and hold no more than one of them', async () => {
    const h = harnessOf('postgres.set-max-connections', server.url());
    const row = await h.approved({ value: 200 });
    // All but five are taken; the fix is looked at for a second, ten times a second.
    const holders = Array.from({ length: 95 }, () => new Client({ connectionString: server.url() }));
    await Promise.all(holders.map((one) => one.connect()));
    const refused = () => readFileSync(server.log, 'utf8').split('too many clients').length - 1;
    const before = refused();
    try {
      await h.execute(row.id);
    } finally {
      await Promise.all(holders.map((one) => one.end()));
    }

    expect((await h.row(row.id)).state).toBe('succeeded');
    expect(refused() - before).toBe(0);
    expect(await undone(h, row.id)).toBe('succeeded');
  });

  it('are left alone when another hand set the limit since (R-P3), or the command line says it', async () => {
    const h = harnessOf('postgres.set-max-connections', server.url());
    const row = await h.approved({ value: 200 });
    await ask('ALTER SYSTEM SET max_connections = 150');

    await h.execute(row.id);

    expect((await h.row(row.id)).state).toBe('stale');
    await server.restart();
    expect(await now()).toBe('150');
    expect(await harnessOf('postgres.set-max-connections').propose({ value: 500 })).toMatchObject({
      reason: 'set-on-command-line',
    });
  });
});
