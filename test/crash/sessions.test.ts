import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitFor } from '../../lab/components/process.ts';
import { type RedisServer, startRedis } from '../../lab/components/redis.ts';
import { createHarness } from '../support/approvals.ts';
import { type TestDatabase, usePostgres } from '../support/postgres.ts';
import { actionNamed, realProbes, realTargets, serviceRole } from './actions.ts';
import { buildWorker, startWorkerProcess, type WorkerProgram } from './worker.ts';

const dir = mkdtempSync(join(tmpdir(), 'aetherius-crash-'));
let program: WorkerProgram;
beforeAll(async () => {
  program = await buildWorker();
});
afterAll(() => {
  program?.remove();
  rmSync(dir, { recursive: true, force: true });
});

describe('a worker killed while it ends sessions', () => {
  const leaseMs = 3_000;
  const postgres = usePostgres();
  let database: TestDatabase;
  let target: TestDatabase;
  let redis: RedisServer;
  const sessions: Client[] = [];

  beforeAll(async () => {
    redis = await startRedis({ dir });
    database = await postgres.migrated();
    target = await postgres.database();
    await target.sql(`CREATE ROLE ${serviceRole} LOGIN PASSWORD '${serviceRole}'`);
    for (const name of ['agent_manager', 'orchestrator']) {
      await target.sql(`CREATE DATABASE ${name}`);
      await leak(name, `leaked-${name}`);
    }
  });
  afterAll(async () => {
    await Promise.allSettled(sessions.map((session) => session.end()));
    await redis?.stop();
  });

  /** A program that opened a transaction and forgot it. */
  async function leak(name: string, application: string): Promise<void> {
    const url = new URL(target.url);
    url.pathname = `/${name}`;
    [url.username, url.password] = [serviceRole, serviceRole];
    const session = new Client({ connectionString: url.toString(), application_name: application });
    session.on('error', () => undefined);
    await session.connect();
    await session.query('BEGIN');
    await session.query('SELECT 1');
    sessions.push(session);
  }

  it.each([
    ['R-K3', 'agentManager', 'agent_manager'],
    ['R-K4', 'orchestrator', 'orchestrator'],
  ] as const)('%s: a leaked session is ended, and one that came later is not', async (point, of, name) => {
    const store = database.store();
    const urls = { redis: redis.url, postgres: target.url };
    const backends = (application: string) =>
      target.sql('SELECT 1 FROM pg_stat_activity WHERE application_name = $1', [application]);
    const h = createHarness(store, {
      leaseMs,
      real: {
        remediation: actionNamed('sessions', urls),
        targets: realTargets(urls),
        probes: realProbes('real'),
      },
    });
    const params = { database: of, olderThanSeconds: 30 };
    // It leaked when this began: the shortest age the action allows is soon reached.
    await expect
      .poll(async () => (await h.propose(params)).kind, { timeout: 45_000, interval: 1_000 })
      .toBe('offered');
    const { id } = await h.approved(params);
    const worker = startWorkerProcess({
      ...{ program, databaseUrl: database.url, places: urls, id, action: 'sessions', health: 'real' },
      ...{ point, harm: 'SIGKILL', leaseMs },
    });
    expect(await worker.ended).toBe('SIGKILL');
    await leak(name, `later-${name}`);

    await waitFor(
      async () => {
        const due = await store.tx((tx) => tx.remediations.dispatchable(['prod'], 0, 50));
        if (due.some((row) => row.id === id)) await h.execute(id, 'recoverer');
        return (await h.row(id)).state === 'succeeded';
      },
      { seconds: 60, what: 'the end of the fix' },
    );
    expect(await backends(`leaked-${name}`)).toHaveLength(0);
    expect(await backends(`later-${name}`)).toHaveLength(1);
  });
});
