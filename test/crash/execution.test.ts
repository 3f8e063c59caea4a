import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type RedisServer, startRedis } from '../../lab/components/redis.ts';
import type { RemediationState } from '../../src/domain/fix/approval.ts';
import type { PostgresStore } from '../../src/platform/store/store.ts';
import type { KillPoint } from '../../src/services/fix/execute/executor-deps.ts';
import { createHarness, type Harness } from '../support/approvals.ts';
import { type TestDatabase, usePostgres } from '../support/postgres.ts';
import {
  type ActionName,
  actionNamed,
  effectCounter,
  realProbes,
  realTargets,
  resetCounter,
} from './actions.ts';

/** Rounds of each point; the nightly run asks for more. */
const rounds = Number(process.env['CRASH_ROUNDS'] ?? '2');
const leaseMs = 3_000;

const postgres = usePostgres();
let database: TestDatabase;
let target: TestDatabase;
let store: PostgresStore;
let redis: RedisServer;
let client: Redis;
let dir: string;
const children = new Set<ChildProcess>();

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'aetherius-crash-'));
  redis = await startRedis({ dir, args: ['--maxmemory', '50mb', '--maxmemory-policy', 'noeviction'] });
  client = new Redis(redis.url);
  database = await postgres.migrated();
  target = await postgres.database();
  for (const name of ['agent_manager', 'orchestrator']) {
    await target.sql(`CREATE DATABASE ${name}`);
    await leak(name, `leaked-${name}`);
  }
  store = database.store();
});

const sessions: Client[] = [];
/** A program that opened a transaction and forgot it. */
async function leak(name: string, application: string): Promise<void> {
  const url = new URL(target.url);
  url.pathname = `/${name}`;
  const session = new Client({ connectionString: url.toString(), application_name: application });
  session.on('error', () => undefined);
  await session.connect();
  await session.query('BEGIN');
  await session.query('SELECT 1');
  sessions.push(session);
}

afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  children.clear();
});
afterAll(async () => {
  await Promise.allSettled(sessions.map((session) => session.end()));
  client?.disconnect();
  await redis?.stop();
  rmSync(dir, { recursive: true, force: true });
});

const urls = () => ({ redis: redis.url, postgres: target.url });

function harnessOf(action: ActionName, health: 'real' | 'unhealthy' = 'real'): Harness {
  return createHarness(store, {
    leaseMs,
    real: {
      remediation: actionNamed(action, urls()),
      targets: realTargets(urls()),
      probes: realProbes(health),
    },
  });
}

/** Starts a worker that ends itself at `point`; resolves with what ended it. */
function startWorker(
  id: string,
  action: ActionName,
  point: KillPoint,
  more: Readonly<Record<string, string>> = {},
): { readonly child: ChildProcess; readonly ended: Promise<string> } {
  const child = spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'executor-child.ts')], {
    env: {
      PATH: process.env['PATH'],
      DATABASE_URL: database.url,
      TARGET_REDIS_URL: redis.url,
      TARGET_POSTGRES_URL: target.url,
      REMEDIATION_ID: id,
      ACTION: action,
      KILL_POINT: point,
      LEASE_MS: `${leaseMs}`,
      ...more,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  children.add(child);
  let errors = '';
  child.stderr?.on('data', (data: Buffer) => {
    errors += data.toString();
  });
  const ended = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ?? `status ${code} ${errors}`));
  });
  return { child, ended };
}

/** What a dispatcher does: looks in PostgreSQL for what waits or was left, and lets a worker at it. */
async function recover(
  h: Harness,
  id: string,
  until: readonly RemediationState[],
): Promise<RemediationState> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const { state } = await h.row(id);
    if (until.includes(state)) return state;
    if (Date.now() > deadline) throw new Error(`still ${state}`);
    const due = await store.tx((tx) => tx.remediations.dispatchable(['prod'], 0, 50));
    if (due.some((row) => row.id === id)) await h.execute(id, 'recoverer');
    else await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const over: readonly RemediationState[] = [
  ...([
    'succeeded',
    'failed',
    'rolled_back',
    'rollback_failed',
    'stale',
    'expired',
    'indeterminate',
  ] as const),
];

/** CONFIG SET commands that Redis itself has counted since the round began. */
async function policyChanges(): Promise<number> {
  const stats = await client.info('commandstats');
  return Number(/cmdstat_config\|set:calls=(\d+)/.exec(stats)?.[1] ?? 0);
}

async function resetPolicy(): Promise<void> {
  await client.config('SET', 'maxmemory-policy', 'noeviction');
  await client.config('RESETSTAT');
  // What an earlier round left open must not hold the target of this one.
  await database.sql(
    "UPDATE remediations SET state = 'failed' WHERE state IN ('executing', 'verifying', 'rolling_back', 'indeterminate', 'approved')",
  );
  // The same action on the same server, many times an hour: here that is what is wanted (R-X9).
  await database.sql(
    "UPDATE remediations SET approved_at = approved_at - interval '2 hours' WHERE state <> 'approved'",
  );
}

describe('a worker killed at any point of an execution', () => {
  const points: readonly KillPoint[] = ['R-K1', 'R-K2', 'R-K3', 'R-K4', 'R-K5', 'R-K7'];
  it.each(points)('%s: the policy is set once, and the fix ends in success', async (point) => {
    for (let round = 0; round < rounds; round += 1) {
      await resetPolicy();
      const h = harnessOf('policy');
      const { id } = await h.approved();
      const worker = startWorker(id, 'policy', point);
      expect(await worker.ended).toBe('SIGKILL');

      const state = await recover(h, id, over);

      expect(state).toBe('succeeded');
      expect(await policyChanges()).toBe(1);
      expect(await h.audit.verify()).toMatchObject({ verdict: 'intact' });
      const verdicts = (await h.audit.list(id, 100)).filter(
        (entry) => entry.action === 'remediation.succeeded',
      );
      expect(verdicts).toHaveLength(1);
    }
  });

  it('R-K0: approved, and everybody who knew of it is gone: it is found in PostgreSQL', async () => {
    await resetPolicy();
    const h = harnessOf('policy');
    const { id } = await h.approved();

    expect(await recover(h, id, over)).toBe('succeeded');
    expect(await policyChanges()).toBe(1);
  });

  const rollbacks: readonly KillPoint[] = ['R-K6-intent', 'R-K6-effect'];
  it.each(rollbacks)('%s: what was changed is taken back once', async (point) => {
    for (let round = 0; round < rounds; round += 1) {
      await resetPolicy();
      const h = harnessOf('policy', 'unhealthy');
      const { id } = await h.approved();
      const worker = startWorker(id, 'policy', point, { UNHEALTHY: '1' });
      expect(await worker.ended).toBe('SIGKILL');

      const state = await recover(h, id, over);

      expect(state).toBe('rolled_back');
      expect(await policyChanges()).toBe(2);
      expect(await client.config('GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction']);
    }
  });

  it('R-K3: what may not be repeated and has not been seen to happen is indeterminate, with no effect', async () => {
    for (let round = 0; round < rounds; round += 1) {
      await resetCounter(redis.url);
      await resetPolicy();
      const h = harnessOf('counter');
      const { id } = await h.approved();
      const worker = startWorker(id, 'counter', 'R-K3');
      expect(await worker.ended).toBe('SIGKILL');

      const state = await recover(h, id, over);

      expect(state).toBe('indeterminate');
      expect(await client.get(effectCounter)).toBe('0');
      expect(await h.row(id)).toMatchObject({ outcome: { step: 1, observed: 'not-done' } });
      await h.service.resolve({
        ...h.input(id, 'UONCALL'),
        to: 'failed',
        reason: 'looked: it did not happen',
      });
    }
  });

  it('R-K4: what may not be repeated and has happened is observed, not done again', async () => {
    for (let round = 0; round < rounds; round += 1) {
      await resetCounter(redis.url);
      await resetPolicy();
      const h = harnessOf('counter');
      const { id } = await h.approved();
      const worker = startWorker(id, 'counter', 'R-K4');
      expect(await worker.ended).toBe('SIGKILL');

      expect(await recover(h, id, over)).toBe('succeeded');
      expect(await client.get(effectCounter)).toBe('1');
    }
  });

  it.each([
    ['R-K3', 'agentManager', 'agent_manager'],
    ['R-K4', 'orchestrator', 'orchestrator'],
  ] as const)('%s: a leaked session is ended, and one that came later is not', async (point, id, name) => {
    await resetPolicy();
    const backends = (application: string) =>
      target.sql('SELECT 1 FROM pg_stat_activity WHERE application_name = $1', [application]);
    const h = harnessOf('sessions');
    const params = { database: id, olderThanSeconds: 30 };
    // It leaked when this file began: the shortest age the action allows is soon reached.
    await expect
      .poll(async () => (await h.propose(params)).kind, { timeout: 45_000, interval: 1_000 })
      .toBe('offered');
    const row = await h.approved(params);
    const worker = startWorker(row.id, 'sessions', point);
    expect(await worker.ended).toBe('SIGKILL');
    await leak(name, `later-${name}`);

    expect(await recover(h, row.id, over)).toBe('succeeded');
    expect(await backends(`leaked-${name}`)).toHaveLength(0);
    expect(await backends(`later-${name}`)).toHaveLength(1);
  });
});

describe('a worker that is stopped for longer than its lease, and wakes', () => {
  const stopped = async (child: ChildProcess) =>
    expect
      .poll(
        () => {
          const stat = readFileSync(`/proc/${child.pid}/stat`, 'utf8');
          return stat.slice(stat.lastIndexOf(')') + 2)[0];
        },
        { timeout: 120_000 },
      )
      .toBe('T');

  const points: readonly KillPoint[] = ['R-K2', 'R-K3', 'R-K4', 'R-K5'];
  it.each(points)('%s: has no second effect', async (point) => {
    await resetPolicy();
    await resetCounter(redis.url);
    const action: ActionName = point === 'R-K3' ? 'policy' : 'counter';
    const h = harnessOf(action);
    const { id } = await h.approved();
    const worker = startWorker(id, action, point, { END_BY: 'SIGSTOP' });
    await stopped(worker.child);
    const first = (await h.row(id)).fence;

    const state = await recover(h, id, over);
    worker.child.kill('SIGCONT');
    const end = await worker.ended;

    expect(end).toBe('status 0 ');
    expect(state).toBe('succeeded');
    expect(action === 'policy' ? await policyChanges() : Number(await client.get(effectCounter))).toBe(1);
    const after = await h.row(id);
    expect(after.state).toBe('succeeded');
    expect(after.fence).toBeGreaterThan(first ?? Number.POSITIVE_INFINITY);
    expect(await h.audit.verify()).toMatchObject({ verdict: 'intact' });
  });
});
