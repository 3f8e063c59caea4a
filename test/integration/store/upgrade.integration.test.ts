/** Databases of earlier versions, upgraded by this one: what was true stays true, and what was open goes on. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { people, places } from '@aetherius/slack-emulator';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { migrate, migrationsFolder } from '../../../src/platform/store/migrate.ts';
import { silentLogger } from '../../support/logger.ts';
import { type OldEnvironment, oldEnvironments } from '../../support/old-database.ts';
import { type TestDatabase, usePostgres } from '../../support/postgres.ts';
import { useRedis } from '../../support/redis.ts';
import { until } from '../../support/until.ts';
import {
  askUpgraded,
  clickOld,
  newest,
  startUpgraded,
  type UpgradedProduct,
} from '../../support/upgraded-product.ts';

const folder = join(import.meta.dirname, 'old');
const versions = readdirSync(folder).toSorted();
const postgres = usePostgres();
const redis = useRedis();
const dir = mkdtempSync(join(tmpdir(), 'aetherius-upgrade-'));
let product: UpgradedProduct | undefined;

afterEach(async () => {
  await product?.stop();
  product = undefined;
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** The database as it was written down, as if that had been a moment ago. */
async function restored(version: string): Promise<TestDatabase> {
  const database = await postgres.database();
  const state = readFileSync(join(folder, version, 'state.sql'), 'utf8');
  // As the login that owns it, or no upgrade could change it.
  const schema = readFileSync(join(folder, version, 'schema.sql'), 'utf8');
  await database.sql(`SET ROLE aetherius_bot; ${schema}`);
  await database.sql(state);
  const taken = /^-- Taken (\S+)$/m.exec(state)?.[1];
  // Deadlines and leases run by the clock. The audit log keeps its times: they are signed.
  const columns = await database.sql<{ table: string; column: string }>(
    `SELECT table_name AS table, column_name AS column FROM information_schema.columns
     WHERE table_schema = 'public' AND data_type = 'timestamp with time zone' AND table_name NOT LIKE 'audit%'`,
  );
  await database.sql(
    `SET session_replication_role = replica;
     ${columns.map(({ table, column }) => `UPDATE ${table} SET ${column} = ${column} + (clock_timestamp() - '${taken}');`).join('\n')}`,
  );
  return database;
}

/** A lease of a run that was cut off ends by itself within this, on a busy machine too. */
const patienceMs = 90_000;

const upgrade = ({ loginUrl: url }: TestDatabase) => migrate({ database: { url }, logger: silentLogger });

/** What can be asked of a schema: columns, indexes, constraints, triggers, functions, grants. */
const shapeOf = (database: TestDatabase) =>
  database.sql(
    `SELECT 'column' AS kind, table_name || '.' || column_name AS name,
       concat_ws(' ', data_type, is_nullable, column_default) AS what
     FROM information_schema.columns WHERE table_schema = 'public'
     UNION ALL SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
     UNION ALL SELECT 'constraint', conrelid::regclass || '.' || conname, pg_get_constraintdef(oid)
     FROM pg_constraint WHERE connamespace = 'public'::regnamespace
     UNION ALL SELECT 'trigger', tgrelid::regclass || '.' || tgname, pg_get_triggerdef(oid)
     FROM pg_trigger WHERE NOT tgisinternal
     UNION ALL SELECT 'function', proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace
     UNION ALL SELECT 'grant', table_name || ' to ' || grantee, privilege_type
     FROM information_schema.table_privileges WHERE table_schema = 'public'
     ORDER BY 1, 2, 3`,
  );

const ask = (database: TestDatabase, ...args: readonly string[]) =>
  askUpgraded({ database, dir, signing: product?.signing }, ...args);

it('has a database to upgrade', () => {
  expect(versions.length).toBeGreaterThan(0);
});

describe.each(versions)('a database of %s', (version) => {
  it('gets the schema of a new one', async () => {
    const [old, fresh] = [await restored(version), await postgres.migrated()];

    const applied = await upgrade(old);

    const all = readdirSync(migrationsFolder)
      .map((name) => name.replace('.sql', ''))
      .toSorted();
    expect(applied).toEqual(all.filter((name) => name > version));
    expect(await shapeOf(old)).toEqual(await shapeOf(fresh));
  });

  it('ends with a reason what waits to be sent to an address of its own, and takes no such row any more', async () => {
    const database = await restored(version);
    const row = (state: string) =>
      `(gen_random_uuid(), 'respond', 'x', '{"url": "http://192.0.2.1/", "rendered": {"text": "x"}}', '${state}')`;
    const rows = (...states: readonly string[]) =>
      `INSERT INTO outbox (id, kind, lane, payload, state) VALUES ${states.map(row).join(', ')}`;
    await database.sql(rows('pending', 'sending', 'sent'));

    await upgrade(database);

    expect(
      await database.sql(
        `SELECT state, error, leased_by FROM outbox WHERE kind = 'respond' ORDER BY state, seq`,
      ),
    ).toEqual([
      { state: 'failed', error: 'kind-dropped', leased_by: null },
      { state: 'failed', error: 'kind-dropped', leased_by: null },
      { state: 'sent', error: null, leased_by: null },
    ]);
    await expect(database.sql(rows('pending'))).rejects.toMatchObject({ code: '23514' });
  });

  it('keeps its runs with what they saw, and its audit log as it was signed', async () => {
    const database = await restored(version);
    const runs = await database.sql<{ id: string; kind: string; state: string; environment: string }>(
      'SELECT id, kind, state, environment FROM runs ORDER BY created_at DESC',
    );
    const outcomes = await database.sql(
      'SELECT run_id, key, status, findings, facts FROM run_probes ORDER BY 1, 2',
    );
    const signed = await database.sql('SELECT seq, hash, mac FROM audit_log ORDER BY seq');

    await upgrade(database);

    const verified = await ask(database, 'audit', 'verify');
    const kept = await database.sql('SELECT seq, hash, mac FROM audit_log ORDER BY seq');
    // What follows is written down: a token is issued and used.
    const history = await ask(database, 'history', '--limit', '50');
    const report = await ask(database, 'report', runs.find(({ kind }) => kind === 'diagnose')?.id ?? '');
    expect(runs.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['health', 'diagnose', 'digest']));
    expect(history.json).toMatchObject({
      runs: runs.map(({ id, state, environment }) => ({ id, state, environment })),
    });
    expect(JSON.stringify(report.json)).toContain('REDIS_');
    expect(outcomes.length).toBeGreaterThan(20);
    expect(
      await database.sql('SELECT run_id, key, status, findings, facts FROM run_probes ORDER BY 1, 2'),
    ).toEqual(outcomes);
    expect(verified).toMatchObject({ exit: 0, json: { verdict: 'intact', rows: signed.length } });
    expect(kept).toEqual(signed);
  });

  it.each([
    ['one process', false],
    ['bot, worker and scheduler with logins and keys of their own (R-A15, R-A16)', true],
  ])(
    'goes on with every request that was open, in the state in which it stood: %s',
    {
      timeout: 240_000,
    },
    async (_processes, split) => {
      const database = await restored(version);
      const before = Object.fromEntries(
        await Promise.all(
          oldEnvironments.map(async (name) => [name, (await newest(database, name)).state] as const),
        ),
      );
      const unfinished = await database.sql(`SELECT FROM runs WHERE state IN ('queued', 'running')`);
      product = await startUpgraded(database, { dir, redisUrl: redis.server.url, split });
      const { slack, policy } = product;
      const reaches = (name: OldEnvironment, state: string) =>
        until(async () => (await newest(database, name)).state === state, patienceMs).catch(async () => {
          throw new Error(`${name} is ${(await newest(database, name)).state} instead of ${state}`);
        });

      const waiting = await newest(database, 'requested');
      const approved = await ask(
        database,
        ...['approvals', 'approve', waiting.handle, '--plan', waiting.plan_hash],
      );
      const offered = await newest(database, 'proposed');
      // R-A10: a button of before goes on to count in the message in which it stood.
      const clicked = await clickOld(database, slack, 'request', offered.id);
      await reaches('proposed', 'requested');
      await slack.control.command({
        user: people.approver,
        channel: places.incidents,
        text: `/aetherius approve ${offered.handle}`,
      });

      const ends: Readonly<Record<OldEnvironment, string>> = {
        finished: 'succeeded',
        proposed: 'succeeded',
        requested: 'succeeded',
        approved: 'succeeded',
        executing: 'succeeded',
        verifying: 'succeeded',
        'rolling-back': 'rolled_back',
        // Its command never reached Redis, which is certain now.
        indeterminate: 'failed',
      };
      await Promise.all(oldEnvironments.map((name) => reaches(name, ends[name])));
      await until(
        async () =>
          (await database.sql(`SELECT FROM runs WHERE state IN ('queued', 'running')`)).length === 0,
        patienceMs,
      );
      expect(before).toEqual({
        ...Object.fromEntries(oldEnvironments.map((name) => [name, name.replace('-', '_')])),
        finished: 'succeeded',
      });
      expect(unfinished).toHaveLength(2);
      expect(approved).toMatchObject({ exit: 0, err: '' });
      expect(clicked.outcome).toBe('acked');
      for (const [name, state] of Object.entries(ends) as [OldEnvironment, string][])
        expect([name, await policy(name)]).toEqual([
          name,
          state === 'succeeded' ? 'allkeys-lru' : 'noeviction',
        ]);
      expect(await ask(database, 'audit', 'verify')).toMatchObject({ exit: 0, json: { verdict: 'intact' } });
    },
  );
});
