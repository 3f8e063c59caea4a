/** What is old is removed by a scheduler with its own rights, and nothing that something open needs. */
import { Client } from 'pg';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { unanchored } from '../../../src/domain/audit/record.ts';
import { Retention } from '../../../src/domain/settings/retention.ts';
import { systemClock } from '../../../src/platform/process/clock.ts';
import { createRetentionSweeper } from '../../../src/services/schedule/retention.service.ts';
import { silentLogger } from '../../support/logger.ts';
import { type TestDatabase, usePostgres } from '../../support/postgres.ts';

const postgres = usePostgres();
let database: TestDatabase;
beforeAll(async () => {
  database = await postgres.migrated();
});
beforeEach(() =>
  database.sql('TRUNCATE runs, messages, buttons, outbox, inbox, digests, remediations CASCADE'),
);

async function sweeper() {
  const url = await database.kindUrl('scheduler');
  const store = database.store({ database: { url }, role: null });
  return createRetentionSweeper({
    ...{ store, record: unanchored, keep: Retention.parse({}) },
    ...{ clock: systemClock, logger: silentLogger, budgetMs: 60_000 },
  });
}

const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const names = async (text: string) =>
  (await database.sql<{ name: string }>(text)).map(({ name }) => name).toSorted();

async function run(
  n: number,
  days: number,
  more: { state?: string; kind?: string; environment?: string } = {},
) {
  const { state = 'complete', kind = 'health', environment = 'prod' } = more;
  await database.sql(
    `INSERT INTO runs (id, kind, environment, state, source, created_at)
     VALUES ($1, $2, $3, $4, 'test', now() - $5 * interval '1 day')`,
    [id(n), kind, environment, state, days],
  );
  await database.sql(
    `INSERT INTO run_probes (run_id, key, probe, part, status, started_at, duration_ms)
     SELECT $1, 'probe ' || k, 'p', 'part', 'healthy', now(), 1 FROM generate_series(1, 18) AS k`,
    [id(n)],
  );
}

async function fix(n: number, state: string, runId?: number) {
  await database.sql(
    `INSERT INTO remediations (id, handle, environment, action_id, action_version, target, state, tier, plan, plan_hash,
       run_id, offer_expires_at)
     VALUES ($1, $2, 'prod', 'a', 1, $2, $3, 1, '{}', 'h', $4, now())`,
    [id(n), `fix-${n}`, state, runId === undefined ? null : id(runId)],
  );
}

async function message(
  n: number,
  days: number,
  more: { run?: number; fix?: number; parent?: number; thread?: string; ts?: string } = {},
) {
  const { run: runId, fix: fixId, parent, thread, ts } = more;
  await database.sql(
    `INSERT INTO messages (id, purpose, run_id, remediation_id, parent_id, channel, thread_ts, ts, created_at)
     VALUES ($1, 'p', $2, $3, $4, 'C1', $5, $6, now() - $7 * interval '1 day')`,
    [
      ...[id(n), runId === undefined ? null : id(runId), fixId === undefined ? null : id(fixId)],
      ...[parent === undefined ? null : id(parent), thread ?? null, ts ?? null, days],
    ],
  );
}

describe('runs', () => {
  it('go with their outcomes when they are old, and the last one of each kind and environment stays', async () => {
    await run(1, 300);
    await run(2, 100);
    await run(3, 80);
    await run(4, 300, { kind: 'diagnosis' });
    await run(5, 300, { environment: 'staging' });
    await run(6, 300, { state: 'failed' });

    expect(await (await sweeper()).sweep()).toBe(3);
    expect(await names('SELECT id AS name FROM runs')).toEqual([id(3), id(4), id(5)]);
    expect(await database.sql('SELECT count(*)::int AS n FROM run_probes')).toEqual([{ n: 54 }]);
  });

  it('stay while they are under way, belong to a fix, to a message or to the digest that is compared with next', async () => {
    await run(1, 300, { state: 'queued' });
    await run(2, 300, { state: 'running' });
    await run(3, 300);
    await fix(30, 'succeeded', 3);
    await run(4, 300);
    await message(40, 1, { run: 4 });
    await run(5, 300, { kind: 'digest' });
    await run(6, 299, { kind: 'digest' });
    await run(7, 1, { kind: 'digest' });
    await run(8, 1);
    await database.sql(
      `INSERT INTO digests (channel, environment, local_date, due_at, run_id, finished_at)
       VALUES ('C1', 'prod', 'a', now() - interval '300 days', $1, now()),
         ('C1', 'prod', 'b', now() - interval '299 days', $2, now()),
         ('CTWO', 'prod', 'c', now() - interval '1 day', $3, now())`,
      [id(5), id(6), id(7)],
    );

    expect(await (await sweeper()).sweep()).toBe(1);
    expect(await names('SELECT id AS name FROM runs')).toEqual([1, 2, 3, 4, 6, 7, 8].map(id));
    expect(await names('SELECT local_date AS name FROM digests')).toEqual(['b', 'c']);
  });

  it('that nobody may remove are not removed by a scheduler that tries', async () => {
    await run(1, 300, { state: 'running' });
    await fix(30, 'requested');
    await message(40, 300, { fix: 30 });
    await database.sql(
      `INSERT INTO buttons (id, purpose, remediation_id, expires_at) VALUES ('b', 'p', $1, now() - interval '90 days')`,
      [id(30)],
    );
    const client = new Client({ connectionString: await database.kindUrl('scheduler') });
    await client.connect();
    try {
      for (const table of ['runs', 'messages', 'buttons'])
        await expect(client.query(`DELETE FROM ${table}`)).rejects.toThrow('is not over');
      await expect(client.query('DELETE FROM remediations')).rejects.toThrow('permission denied');
      await expect(client.query('DELETE FROM audit_log')).rejects.toThrow('permission denied');
    } finally {
      await client.end();
    }
  });
});

describe('messages, buttons and deliveries', () => {
  it('a thread goes as a whole, after what hangs on it', async () => {
    await message(1, 200, { ts: '1.0' });
    await message(2, 10, { thread: '1.0', ts: '1.1' });
    await message(3, 200, { ts: '2.0' });
    await message(4, 199, { parent: 3, ts: '2.1' });
    await message(5, 200, { ts: '3.0' });
    await database.sql(
      `INSERT INTO outbox (id, kind, message_id, lane, version, payload, state, created_at)
       VALUES ($1, 'render', $2, 'C1', 1, '{}', 'pending', now() - interval '200 days')`,
      [id(50), id(5)],
    );
    const one = await sweeper();
    await one.sweep();
    expect(await names('SELECT id AS name FROM messages')).toEqual([1, 2, 3, 5].map(id));
    await (await sweeper()).sweep();
    expect(await names('SELECT id AS name FROM messages')).toEqual([1, 2, 5].map(id));
  });

  it('what an open fix needs stays, and goes once it is over', async () => {
    await fix(1, 'indeterminate');
    await message(10, 300, { fix: 1 });
    await database.sql(
      `INSERT INTO buttons (id, purpose, remediation_id, expires_at) VALUES ('b', 'p', $1, now() - interval '90 days'),
         ('young', 'p', NULL, now() - interval '20 days'), ('old', 'p', NULL, now() - interval '40 days')`,
      [id(1)],
    );
    expect(await (await sweeper()).sweep()).toBe(1);
    expect(await names('SELECT id AS name FROM buttons')).toEqual(['b', 'young']);
    await database.sql(`UPDATE remediations SET state = 'failed'`);
    expect(await (await sweeper()).sweep()).toBe(2);
    expect(await names('SELECT id AS name FROM messages')).toEqual([]);
  });

  it('deliveries, sent messages and files go after their times, and what waits to be sent stays', async () => {
    await database.sql(
      `INSERT INTO inbox (key, kind, payload_digest, received_at) VALUES ('old', 'k', 'd', now() - interval '3 days'),
         ('young', 'k', 'd', now() - interval '1 day')`,
    );
    const rows = [
      ['sent old', 'ephemeral', 'sent', 8],
      ['sent young', 'ephemeral', 'sent', 6],
      ['failed', 'ephemeral', 'failed', 27],
      ['failed old', 'ephemeral', 'failed', 29],
      ['pending', 'ephemeral', 'pending', 100],
      ['file', 'upload', 'sent', 3],
      ['young file', 'upload', 'sent', 1],
      ['waiting file', 'upload', 'pending', 30],
    ];
    for (const [index, [name, kind, state, days]] of rows.entries())
      await database.sql(
        `INSERT INTO outbox (id, kind, lane, payload, state, created_at)
         VALUES ($1, $2, $3, '{}', $4, now() - $5 * interval '1 day')`,
        [id(index), kind, name, state, days],
      );
    expect(await (await sweeper()).sweep()).toBe(4);
    expect(await names('SELECT key AS name FROM inbox')).toEqual(['young']);
    expect(await names('SELECT lane AS name FROM outbox')).toEqual(
      ['failed', 'pending', 'sent young', 'waiting file', 'young file'].toSorted(),
    );
  });
});

describe('its locks', () => {
  it('a row that somebody holds is left for later, and the others go', async () => {
    await run(1, 300);
    await run(2, 200);
    await run(3, 1);
    const holder = new Client({ connectionString: database.url });
    await holder.connect();
    try {
      await holder.query('BEGIN');
      await holder.query('SELECT FROM runs WHERE id = $1 FOR KEY SHARE', [id(1)]);
      expect(await (await sweeper()).sweep()).toBe(1);
      expect(await names('SELECT id AS name FROM runs')).toEqual([id(1), id(3)]);
    } finally {
      await holder.end();
    }
    expect(await (await sweeper()).sweep()).toBe(1);
  });

  it('are the server’s to end: a process that stops between a batch and its commit holds them no longer', async () => {
    await run(1, 300);
    await run(2, 1);
    const store = database.store();
    const keep = { olderThanMs: 90 * 24 * 60 * 60_000, limit: 5 };
    await expect(
      store.tx(async (tx) => {
        expect(await tx.retention.remove('runs', keep)).toMatchObject({ removed: 1 });
        // Until the server itself has ended the session.
        await expect
          .poll(
            () =>
              database.sql(
                "SELECT 1 FROM pg_locks WHERE relation = 'runs'::regclass AND mode = 'RowExclusiveLock'",
              ),
            { timeout: 10_000 },
          )
          .toEqual([]);
      }),
    ).rejects.toMatchObject({ code: 'DEPENDENCY_UNAVAILABLE' });
    expect(await names('SELECT id AS name FROM runs')).toEqual([id(1), id(2)]);
  });

  it('a table that somebody holds is given up in time, and the other kinds go', async () => {
    await run(1, 300);
    await run(2, 1);
    await database.sql(
      `INSERT INTO inbox (key, kind, payload_digest, received_at) VALUES ('old', 'k', 'd', now() - interval '3 days')`,
    );
    const holder = new Client({ connectionString: database.url });
    await holder.connect();
    try {
      await holder.query('BEGIN');
      await holder.query('LOCK TABLE inbox IN ACCESS EXCLUSIVE MODE');
      expect(await (await sweeper()).sweep()).toBe(1);
      expect(await names('SELECT id AS name FROM runs')).toEqual([id(2)]);
    } finally {
      await holder.end();
    }
  });
});

describe('how long a batch holds its rows', () => {
  /** Each batch writes down how long its statement took, in its own transaction; a row takes `rowMs` more. */
  async function timed(rowMs: number): Promise<() => Promise<number>> {
    await database.sql(`
      CREATE TABLE IF NOT EXISTS batch_times (ms double precision NOT NULL);
      TRUNCATE batch_times;
      CREATE OR REPLACE FUNCTION slow_row() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN PERFORM pg_sleep(${rowMs / 1000}); RETURN OLD; END';
      CREATE OR REPLACE FUNCTION time_batch() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS
        'BEGIN INSERT INTO batch_times SELECT extract(epoch FROM clock_timestamp() - statement_timestamp()) * 1000; RETURN NULL; END';
      CREATE OR REPLACE TRIGGER time_batch AFTER DELETE ON runs FOR EACH STATEMENT EXECUTE FUNCTION time_batch();
      DROP TRIGGER IF EXISTS slow_row ON runs;
      ${rowMs === 0 ? '' : 'CREATE TRIGGER slow_row BEFORE DELETE ON runs FOR EACH ROW EXECUTE FUNCTION slow_row();'}`);
    return async () => {
      const [row] = await database.sql<{ ms: number }>('SELECT max(ms) AS ms FROM batch_times');
      await database.sql('DROP TRIGGER IF EXISTS slow_row ON runs; DROP TRIGGER time_batch ON runs');
      return row?.ms ?? Number.NaN;
    };
  }

  const count = async (table: string) =>
    (await database.sql<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`))[0]?.n;
  const runs = (old: number, young: number) =>
    database.sql(
      `INSERT INTO runs (id, kind, environment, state, source, created_at)
       SELECT gen_random_uuid(), 'health', 'prod', 'complete', 'test',
         now() - (CASE WHEN n <= ${old} THEN 91 ELSE 89 END) * interval '1 day' - n * interval '1 second'
       FROM generate_series(1, ${old + young}) AS n`,
    );

  it('is below 100 ms in 20,000 runs with their outcomes; all that is old goes, and nothing else', async () => {
    const [old, young, outcomes] = [2_000, 18_000, 6];
    await runs(old, young);
    await database.sql(
      `INSERT INTO run_probes (run_id, key, probe, part, status, facts, started_at, duration_ms)
       SELECT id, 'probe ' || k, 'p', 'redis', 'healthy', '{"latencyMs": 12}', now(), 1
       FROM runs, generate_series(1, ${outcomes}) AS k`,
    );
    // Of another kind, and as old: it waits to be sent.
    await database.sql(
      `INSERT INTO outbox (id, kind, lane, payload, state, created_at)
       SELECT gen_random_uuid(), 'ephemeral', 'C1', '{}', 'pending', now() - interval '91 days' FROM generate_series(1, 1000)`,
    );
    const longest = await timed(0);

    expect(await (await sweeper()).sweep()).toBe(old);

    expect(await longest()).toBeLessThan(100);
    expect(await count("runs WHERE created_at < now() - interval '90 days'")).toBe(0);
    expect([await count('runs'), await count('run_probes'), await count('outbox')]).toEqual([
      young,
      outcomes * young,
      1000,
    ]);
  }, 180_000);

  it('is below 100 ms also where each row takes 10 ms: the server ends what is late, and the next batch is smaller', async () => {
    await runs(40, 1);
    const longest = await timed(10);

    expect(await (await sweeper()).sweep()).toBe(40);

    expect(await longest()).toBeLessThan(100);
    expect(await count('runs')).toBe(1);
  });
});
