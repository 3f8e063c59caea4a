/** D2.b on a real server: old rows leave in batches, each once, whatever happens meanwhile. */
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Remediation } from '../../../src/domain/fix/remediation.ts';
import type { RemediationRow } from '../../../src/domain/fix/rows.ts';
import { systemClock } from '../../../src/platform/process/clock.ts';
import { createTargetsFactory } from '../../../src/platform/targets/factory.ts';
import { createPostgresTarget } from '../../../src/platform/targets/stores/postgres.ts';
import { SharedConnections } from '../../../src/platform/targets/stores/shared-connection.ts';
import { probes } from '../../../src/probes/index.ts';
import type { KillPoint } from '../../../src/services/fix/execute/executor-deps.ts';
import { createProbeRunner } from '../../../src/services/run/probe-runner.service.ts';
import { createHarness, type Harness } from '../../support/approvals.ts';
import { silentLogger } from '../../support/logger.ts';
import { type TestDatabase, usePostgres } from '../../support/postgres.ts';
import { registered } from '../../support/remediation-fixtures.ts';
import { environment, literal } from '../../support/targets.ts';

const postgres = usePostgres();
let database: TestDatabase;
let target: TestDatabase;
let platform: Client;
const clients: Client[] = [];
/** Rows on enough blocks for several batches, and how many of them are old and may go. */
const rows = 20_000;
const old = rows / 2;

function harnessOf(id: string, user?: string): Harness {
  const url = new URL(target.url);
  if (user !== undefined) [url.username, url.password] = [user, user];
  const targets = createTargetsFactory({
    prod: {
      ...environment(),
      postgres: {
        url: literal(url.href),
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

async function connect(name: string): Promise<Client> {
  const url = new URL(target.url);
  url.pathname = `/${name}`;
  const client = new Client({ connectionString: url.href, application_name: 'test' });
  client.on('error', () => undefined);
  await client.connect();
  clients.push(client);
  return client;
}

/** What becomes of the work after its first batch. */
const afterFirstBatch = (what: () => Promise<unknown>) => afterBatch(1, what);
const afterBatch = (wanted: number, what: () => Promise<unknown>) => {
  let batches = 0;
  return {
    atKillPoint: async (at: KillPoint) => {
      if (at !== 'R-K4-batch') return;
      batches += 1;
      if (batches === wanted) await what();
    },
  };
};
const count = async (sql: string) => Number((await platform.query<{ n: string }>(sql)).rows[0]?.n);
const left = () => count("SELECT count(*) AS n FROM events WHERE timestamp < now() - interval '30 days'");
const archived = () => count('SELECT count(*) AS n FROM events_archive');
/** Every row that was there, in one table and no other. */
const each = () =>
  count(
    'SELECT count(DISTINCT id) AS n FROM (SELECT id FROM events UNION ALL SELECT id FROM events_archive) a',
  );
const anHourLater = () =>
  database.sql("UPDATE remediations SET approved_at = approved_at - interval '2 hours'");
const facts = async ({ id }: Pick<RemediationRow, 'id'>) =>
  (
    await database.sql<{ facts: Record<string, unknown> }>(
      'SELECT facts FROM remediation_steps WHERE remediation_id = $1 ORDER BY attempt DESC',
      [id],
    )
  )[0]?.facts;
async function workerDied(h: Harness, id: string): Promise<void> {
  // The second batch is done, and what was stored is that the first is.
  const died = afterBatch(2, () => Promise.reject(new Error('killed')));
  await expect(h.execute(id, 'worker-1', died)).rejects.toThrow('killed');
  await database.sql("UPDATE remediations SET lease_until = now() - interval '1 second' WHERE id = $1", [id]);
}

beforeAll(async () => {
  database = await postgres.migrated();
  target = await postgres.database();
  for (const name of ['agent_manager', 'orchestrator']) await target.sql(`CREATE DATABASE ${name}`);
  platform = await connect('agent_manager');
});
/** Old ones lie among young ones; a tenth of the old are kept, because they are critical. */
beforeEach(async () => {
  await anHourLater();
  await platform.query(
    `DROP TABLE IF EXISTS events, events_archive CASCADE;
     CREATE TABLE events (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), severity text NOT NULL, message text,
       timestamp timestamptz NOT NULL, size int GENERATED ALWAYS AS (length(message)) STORED);
     INSERT INTO events (severity, message, timestamp)
       SELECT 'low', repeat('x', 60), now() - (CASE WHEN i % 2 = 0 THEN interval '40 days' ELSE interval '1 day' END)
       FROM generate_series(1, ${rows}) i;
     INSERT INTO events (severity, message, timestamp)
       SELECT 'critical', 'kept', now() - interval '90 days' FROM generate_series(1, 10)`,
  );
});
afterEach(async () => {
  // What a test that failed still holds would keep the next one waiting.
  await Promise.allSettled(clients.splice(1).map((one) => one.end()));
});
afterAll(async () => {
  await Promise.allSettled(clients.map((one) => one.end()));
});

describe('old events that are archived (D2.b)', () => {
  const archive = () => harnessOf('postgres.archive-old-rows');

  it('are moved into a table that is made for them, and moved back by undo; no other is touched', async () => {
    const h = archive();
    const row = await h.approved({});
    expect(row.plan.blast.facts).toMatchObject({ rows: old, table: 'events', archive: 'events_archive' });

    await h.execute(row.id);

    expect(await h.row(row.id)).toMatchObject({ state: 'succeeded', outcome: { settled: true } });
    expect([await left(), await archived(), await each()]).toEqual([10, old, rows + 10]);
    expect(await facts(row)).toMatchObject({ done: old, total: old });

    const { remediation: undo } = await h.service.undo(h.input(row.id, 'UREQ'));
    await h.service.approve(h.input(undo.id, 'ULEAD'));
    await h.execute(undo.id);

    expect((await h.row(undo.id)).state).toBe('succeeded');
    expect([await left(), await archived(), await each()]).toEqual([old + 10, 0, rows + 10]);
    expect(await count('SELECT count(*) AS n FROM events WHERE size = 60')).toBe(rows);
  });

  it('R-P4: of another table that takes the name between two batches are left alone', async () => {
    const h = archive();
    const row = await h.approved({});
    const swapped = afterFirstBatch(() =>
      platform.query(
        `ALTER TABLE events RENAME TO events_before;
         CREATE TABLE events (LIKE events_before INCLUDING ALL);
         INSERT INTO events (severity, message, timestamp) SELECT severity, message, timestamp FROM events_before`,
      ),
    );

    await h.execute(row.id, 'worker-1', swapped);

    const end = await h.row(row.id);
    expect(end.state).not.toBe('succeeded');
    expect(JSON.stringify(end.outcome)).toContain('table_oid');
    // All that was copied is there, and what was moved came from the first table.
    expect(await count('SELECT count(*) AS n FROM events')).toBe(rows + 10 - (await archived()));
    expect(await count('SELECT count(*) AS n FROM events_before')).toBe(rows + 10 - (await archived()));
    await platform.query('DROP TABLE events_before');
  });

  it('R-X16: go on where a worker died between two batches, each row once', async () => {
    const h = archive();
    const row = await h.approved({});
    await workerDied(h, row.id);
    const first = await archived();
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThan(old);

    await h.execute(row.id, 'worker-2');

    expect((await h.row(row.id)).state).toBe('succeeded');
    expect([await left(), await archived(), await each()]).toEqual([10, old, rows + 10]);
    const steps = await database.sql<{ outcome: string; facts: { cursor: number; done: number } }>(
      'SELECT outcome, facts FROM remediation_steps WHERE remediation_id = $1 ORDER BY attempt',
      [row.id],
    );
    expect(steps.map(({ outcome }) => outcome)).toEqual(['not-done', 'done']);
    // It begins behind what was stored, and counts on from it.
    expect(steps[0]?.facts.cursor).toBeGreaterThan(0);
    expect(steps[1]?.facts.done).toBe(Number(steps[0]?.facts.done) + old - first);
  });

  it('R-X16: go on after a death though their approval has run out since: they were begun in time', async () => {
    const h = archive();
    const row = await h.approved({});
    await workerDied(h, row.id);
    await database.sql('UPDATE remediations SET approval_expires_at = now() WHERE id = $1', [row.id]);

    await h.execute(row.id, 'worker-2');

    expect((await h.row(row.id)).state).toBe('succeeded');
    expect([await left(), await archived()]).toEqual([10, old]);
  });

  it('R-X16: end between two batches when Stop is pressed, say how far, and go on by a new request', async () => {
    const h = archive();
    const row = await h.approved({});

    await h.execute(
      row.id,
      'worker-1',
      afterFirstBatch(() => h.service.stop(h.input(row.id, 'ULEAD'))),
    );

    const stopped = await h.row(row.id);
    const first = await archived();
    expect(stopped).toMatchObject({
      state: 'failed',
      outcome: { reason: 'stopped-midway', done: first, total: old },
    });
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThan(old);
    expect(
      await database.sql(
        "SELECT actor FROM audit_log WHERE action = 'remediation.stop' AND remediation_id = $1",
        [row.id],
      ),
    ).toHaveLength(1);

    const again = await h.approved({});
    await h.execute(again.id);

    expect((await h.row(again.id)).state).toBe('succeeded');
    expect([await left(), await archived(), await each()]).toEqual([10, old, rows + 10]);
  });

  it('R-X16: end between two batches when fixes are switched off', async () => {
    const h = archive();
    const row = await h.approved({});
    const off = () =>
      database.sql(`INSERT INTO kill_switches (scope, active, by, reason) VALUES ('*', true, '{}', 'test')`);

    await h.execute(row.id, 'worker-1', afterFirstBatch(off));
    await database.sql('DELETE FROM kill_switches');

    expect(await h.row(row.id)).toMatchObject({ state: 'failed', outcome: { reason: 'kill-switch' } });
    expect(await left()).toBeGreaterThan(10);
  });

  it('R-X16: wait while another session waits for a lock, and go on when it has it', async () => {
    const h = archive();
    const row = await h.approved({});
    const [holder, waiter] = [await connect('agent_manager'), await connect('agent_manager')];
    await holder.query('CREATE TABLE IF NOT EXISTS other ()');
    await holder.query('BEGIN; LOCK TABLE other');
    const waits = waiter.query('SELECT FROM other');
    await expect.poll(() => count('SELECT count(*) AS n FROM pg_locks WHERE NOT granted')).toBe(1);

    const run = h.execute(row.id);
    await expect.poll(() => facts(row), { timeout: 10_000 }).toMatchObject({ waits: 'locks', done: 0 });
    expect(await left()).toBe(old + 10);
    await holder.query('ROLLBACK');
    await waits;
    await run;

    expect((await h.row(row.id)).state).toBe('succeeded');
    expect(await left()).toBe(10);
  });

  it('leave rows that another session holds until it lets go, and never wait for them', async () => {
    const h = archive();
    const row = await h.approved({});
    const holder = await connect('agent_manager');
    const held = await holder.query(
      `BEGIN; SELECT FROM events WHERE severity = 'low' AND timestamp < now() - interval '30 days' LIMIT 1 FOR UPDATE`,
    );
    expect(held).toMatchObject([{ command: 'BEGIN' }, { rowCount: 1 }]);

    const run = h.execute(row.id);
    await expect.poll(() => archived().catch(() => 0), { timeout: 10_000 }).toBe(old - 1);
    expect(await left()).toBe(10 + 1);
    await holder.query('ROLLBACK');
    await run;

    expect((await h.row(row.id)).state).toBe('succeeded');
    expect([await left(), await each()]).toEqual([10, rows + 10]);
  });

  it('stay where they are from the moment the right is taken away, and what was moved stays moved', async () => {
    await target.sql("CREATE ROLE archivist LOGIN PASSWORD 'archivist'");
    await platform.query(
      `GRANT CREATE, USAGE ON SCHEMA public TO archivist; GRANT SELECT, INSERT, UPDATE, DELETE ON events TO archivist`,
    );
    const h = harnessOf('postgres.archive-old-rows', 'archivist');
    const row = await h.approved({});

    await h.execute(
      row.id,
      'worker-1',
      afterFirstBatch(() => platform.query('REVOKE DELETE ON events FROM archivist')),
    );

    const first = await archived();
    expect(await h.row(row.id)).toMatchObject({
      state: 'failed',
      outcome: { why: 'forbidden', done: first, total: old },
    });
    expect(first).toBeGreaterThan(0);
    expect(await each()).toBe(rows + 10);
    expect(await h.propose({})).toMatchObject({ reason: 'missing-right', facts: { verb: 'DELETE' } });
  });

  it('of a table that was made anew since are left alone (R-P3)', async () => {
    const h = archive();
    const row = await h.approved({});
    await platform.query(
      'CREATE TABLE new (LIKE events); DROP TABLE events; ALTER TABLE new RENAME TO events',
    );

    await h.execute(row.id);

    expect((await h.row(row.id)).state).toBe('stale');
  });

  it.each([
    ['a trigger', 'CREATE TRIGGER gone AFTER DELETE ON events EXECUTE FUNCTION noticed()', 'gone'],
    ['a reference', 'CREATE TABLE child (event uuid REFERENCES events ON DELETE CASCADE)', 'child'],
  ])('are refused where %s hangs on them', async (_what, sql, what) => {
    await platform.query(
      `DROP TABLE IF EXISTS child; CREATE OR REPLACE FUNCTION noticed() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; ${sql}`,
    );

    expect(await archive().propose({})).toMatchObject({ reason: 'more-than-rows', facts: { what } });
    await platform.query('DROP TABLE IF EXISTS child');
  });
});

it('a session that a short look has opened lets a long one take its own time, and neither writes', async () => {
  const book = new SharedConnections();
  const look = createPostgresTarget({ url: target.url, databases: { agentManager: 'agent_manager' } }, book);
  const sleeps = (seconds: number, timeoutMs: number) =>
    look.query('agentManager', 'SELECT pg_sleep($1)', [seconds], { timeoutMs });
  try {
    await sleeps(0, 200);
    await expect(sleeps(0.5, 5_000)).resolves.toHaveLength(1);
    await expect(look.query('agentManager', 'DELETE FROM events')).rejects.toMatchObject({
      facts: { sqlstate: '25006' },
    });
    await expect(sleeps(5, 200)).rejects.toMatchObject({ stage: 'no-answer' });
  } finally {
    await book.closeAll();
  }
});

it.each([
  [true, 0],
  [false, 1],
])(
  'a statement whose client is gone: ended by the server (%s), or it runs on',
  async (endsWithClient, runs) => {
    const book = new SharedConnections();
    const own = createPostgresTarget({ url: target.url, databases: { agentManager: 'agent_manager' } }, book);
    const gone = new AbortController();
    const sql = `SELECT pg_sleep(30) /* ${String(endsWithClient)} */`;
    const running = async () =>
      Number(
        (
          await platform.query<{ n: string }>(
            "SELECT count(*) AS n FROM pg_stat_activity WHERE query = $1 AND state = 'active'",
            [sql],
          )
        ).rows[0]?.n,
      );
    try {
      const sent = own
        .execute('agentManager', sql, [], {
          timeoutMs: 30_000,
          lockTimeoutMs: 30_000,
          endsWithClient,
          signal: gone.signal,
        })
        .catch(() => undefined);
      await expect.poll(running, { timeout: 10_000 }).toBe(1);
      gone.abort();
      await sent;
      // Twice as long as the server takes to look.
      await platform.query('SELECT pg_sleep(4)');
      expect(await running()).toBe(runs);
    } finally {
      await platform.query('SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query = $1', [sql]);
      await book.closeAll();
    }
  },
  30_000,
);

describe('old events that are deleted (D2.b)', () => {
  it('are gone, each batch once, also when the worker died between two', async () => {
    const h = harnessOf('postgres.delete-old-rows');
    const row = await h.requested({});
    await h.refresh();
    for (const lead of ['ULEAD', 'UBOSS']) await h.service.approve(h.input(row.id, lead));
    await workerDied(h, row.id);

    await h.execute(row.id, 'worker-2');

    expect((await h.row(row.id)).state).toBe('succeeded');
    expect(await left()).toBe(10);
    expect(await count('SELECT count(*) AS n FROM events')).toBe(old + 10);
    expect((await h.row(row.id)).plan.undo).toBeUndefined();
  });
});
