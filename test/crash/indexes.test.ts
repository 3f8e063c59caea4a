import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { waitFor } from '../../lab/components/process.ts';
import { type RedisServer, startRedis } from '../../lab/components/redis.ts';
import { createHarness } from '../support/approvals.ts';
import { type TestDatabase, usePostgres } from '../support/postgres.ts';
import { actionNamed, realProbes, realTargets } from './actions.ts';
import { buildWorker, startWorkerProcess, type WorkerProgram } from './worker.ts';

const leaseMs = 3_000;
const dir = mkdtempSync(join(tmpdir(), 'aetherius-crash-'));
const postgres = usePostgres();
let program: WorkerProgram;
let redis: RedisServer;
let database: TestDatabase;
let target: TestDatabase;
let platform: Client;
let holder: Client;
/** A session of the server that is stopped. */
let asleep: number | undefined;

function stopped(pid: number): void {
  process.kill(pid, 'SIGSTOP');
  asleep = pid;
}

function goOn(): void {
  if (asleep !== undefined) process.kill(asleep, 'SIGCONT');
  asleep = undefined;
}

async function connect(): Promise<Client> {
  const url = new URL(target.url);
  url.pathname = '/agent_manager';
  const client = new Client({ connectionString: url.href });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

interface Index {
  readonly name: string;
  readonly oid: string;
  readonly valid: boolean;
}

const indexes = async () =>
  (
    await platform.query<Index>(
      `SELECT relname AS name, indexrelid::text AS oid, indisvalid AS valid FROM pg_index JOIN pg_class ON oid = indexrelid
       WHERE indrelid = 'events'::regclass AND NOT indisprimary ORDER BY 1`,
    )
  ).rows;
/** Sessions that build an index now, or wait until they may. */
const builds = async () =>
  (
    await platform.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND state = 'active'
         AND query LIKE '%CREATE INDEX%' AND backend_type = 'client backend' AND pid <> pg_backend_pid()`,
    )
  ).rows.map(({ pid }) => pid);

describe('a worker killed while the server builds an index', () => {
  beforeAll(async () => {
    [program, redis, database, target] = await Promise.all([
      buildWorker(),
      startRedis({ dir }),
      postgres.migrated(),
      postgres.database(),
    ]);
    for (const name of ['agent_manager', 'orchestrator']) await target.sql(`CREATE DATABASE ${name}`);
    platform = await connect();
  });
  beforeEach(async () => {
    await platform.query(
      `DROP TABLE IF EXISTS events;
       CREATE TABLE events (id int PRIMARY KEY, cluster_id text, severity text, timestamp timestamptz);
       INSERT INTO events SELECT i, 'c' || i % 9, 'high', now() FROM generate_series(1, 5000) i`,
    );
    holder = await connect();
  });
  afterEach(async () => {
    goOn();
    await holder.end();
  });
  afterAll(async () => {
    await platform?.end();
    await redis?.stop();
    program?.remove();
    rmSync(dir, { recursive: true, force: true });
  });

  it.each([
    ['ended by the server with its client: what is left is dropped and built anew', 'ended'],
    ['free to go on the moment its client is gone: what is whole stays, what is not is built anew', 'freed'],
    ['still at it when the next worker comes: nothing is built beside it', 'waiting'],
  ] as const)('%s', async (_title, way) => {
    const store = database.store();
    const urls = { redis: redis.url, postgres: target.url };
    const h = createHarness(store, {
      leaseMs,
      real: {
        remediation: actionNamed('indexes', urls),
        targets: realTargets(urls),
        probes: realProbes('real'),
      },
    });
    const { id } = await h.approved({ database: 'agentManager' });
    const worker = startWorkerProcess({
      ...{ program, databaseUrl: database.url, places: urls, id, action: 'indexes', health: 'real' },
      ...{ point: 'R-K3', harm: 'servers', leaseMs },
    });
    // The build waits for this transaction. It begins after the worker has looked at the table: by then an older one than
    // the build would wait for is a reason not to begin.
    await worker.reached;
    await holder.query("BEGIN; INSERT INTO events VALUES (0, 'c', 'high', now())");
    worker.say('go');
    const first = await Promise.race([
      waitFor(async () => ((await indexes()).length > 0 ? (await builds())[0] : undefined), {
        ...{ seconds: 60, what: 'the build', every: 10 },
      }),
      worker.early,
    ]);
    const firstIsOver = () =>
      waitFor(async () => !(await builds()).includes(first), {
        ...{ seconds: 30, what: 'the end of the first build', every: 10 },
      });
    const steps = () => store.tx((tx) => tx.remediations.steps(id));
    // A server that has not seen yet that its client is gone.
    if (way === 'waiting') stopped(first);
    await worker.kill();
    expect(await worker.ended).toBe('SIGKILL');
    if (way === 'freed') await holder.query('ROLLBACK');
    if (way !== 'waiting') await firstIsOver();
    const [left] = await indexes();
    expect(left).toMatchObject({
      name: 'idx_events_cluster_id',
      ...(way === 'freed' ? {} : { valid: false }),
    });
    if (way === 'ended') await holder.query('ROLLBACK');

    let most = 0;
    let recovered = false;
    const counting = (async () => {
      while (!recovered) most = Math.max(most, (await builds()).length);
    })();
    const letGoOn = async () => {
      // It has looked how far the build is.
      await waitFor(async () => (await steps()).some(({ attempt, facts }) => attempt === 2 && facts?.total), {
        ...{ seconds: 60, what: 'the next worker', every: 10 },
      });
      expect(await builds()).toEqual([first]);
      goOn();
      await firstIsOver();
      await holder.query('ROLLBACK');
    };
    const recover = () =>
      waitFor(
        async () => {
          const due = await store.tx((tx) => tx.remediations.dispatchable(['prod'], 0, 50));
          if (due.some((row) => row.id === id)) await h.execute(id, 'recoverer');
          return !['executing', 'verifying'].includes((await h.row(id)).state);
        },
        { seconds: 90, what: 'the end of the fix' },
      );
    await Promise.all([recover(), ...(way === 'waiting' ? [letGoOn()] : [])]).finally(() => {
      recovered = true;
    });
    await counting;

    expect(await h.row(id)).toMatchObject({ state: 'succeeded', attempt: 2, outcome: { settled: true } });
    const built = await indexes();
    expect(built.map(({ name, valid }) => [name, valid])).toEqual([
      ['idx_events_cluster_id', true],
      ['idx_events_severity', true],
      ['idx_events_timestamp', true],
    ]);
    expect(built[0]?.oid === left?.oid).toBe(left?.valid);
    expect(most).toBeLessThanOrEqual(1);
    const done = (await steps()).filter(({ outcome }) => outcome === 'done' || outcome === 'observed-done');
    expect(done.map(({ idx }) => idx).toSorted()).toEqual([0, 1, 2]);
    expect((await h.audit.verify()).verdict).toBe('intact');
    await database.sql("UPDATE remediations SET approved_at = approved_at - interval '2 hours'");
  });
});
