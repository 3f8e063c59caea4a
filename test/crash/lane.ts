/**
 * Everything that one execution needs, of its own: a PostgreSQL that may be stopped, a target that counts its effects,
 * and the Redis that carries jobs. Lanes share nothing, so that they run side by side.
 */
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { startPgbouncer } from '../../lab/components/pgbouncer.ts';
import { type PostgresServer, query, startPostgres } from '../../lab/components/postgres.ts';
import { type RedisServer, startRedis } from '../../lab/components/redis.ts';
import { migrate } from '../../src/platform/store/migrate.ts';
import { createStore, type PostgresStore } from '../../src/platform/store/store.ts';
import { createHarness, type Harness } from '../support/approvals.ts';
import { silentLogger } from '../support/logger.ts';
import { auditKey } from '../support/postgres.ts';
import {
  type ActionName,
  actionNamed,
  effectCounter,
  isKind,
  realProbes,
  realTargets,
  resetCounter,
} from './actions.ts';
import { type KindAction, openKind, type Places } from './kinds.ts';

/** What the target itself has counted since the last `reset`. */
export interface Effects {
  /** Changes, as the fix makes them. */
  readonly there: number;
  /** The change back that a rollback makes, if the last one was that. */
  readonly back: number;
}

/** The way to the bot's own PostgreSQL. */
export interface Way {
  readonly url: string;
  readonly store: PostgresStore;
}

export interface Lane {
  readonly postgres: PostgresServer;
  readonly direct: Way;
  /** Through a PgBouncer that pools transactions. */
  readonly pooled: Way;
  /** As the owner of the tables of the bot. */
  sql(text: string, values?: readonly unknown[]): Promise<readonly Record<string, unknown>[]>;
  /** What the fixes change. */
  readonly places: Places;
  /** The bot's own Redis. */
  readonly courier: RedisServer;
  harness(way: Way, action: ActionName, health: 'real' | 'unhealthy', leaseMs: number): Harness;
  /** Puts the target back, and closes what an earlier run left open: it must not hold the target of the next one. */
  reset(): Promise<void>;
  effects(action: ActionName): Promise<Effects>;
  stop(): Promise<void>;
}

const before = 'noeviction';

/** `kind`: beside Redis also the target of this action. */
export async function openLane(dir: string, kind?: KindAction): Promise<Lane> {
  mkdirSync(dir, { recursive: true });
  chmodSync(dir, 0o755);
  const [postgres, target, courier] = await Promise.all([
    startPostgres({ dir: join(dir, 'postgres'), databases: ['own'] }),
    startRedis({ dir: join(dir, 'target'), args: ['--maxmemory', '50mb', '--maxmemory-policy', before] }),
    startRedis({ dir: join(dir, 'courier'), args: ['--maxmemory-policy', 'noeviction'] }),
  ]);
  const pgbouncer = await startPgbouncer({
    ...{ dir: join(dir, 'pgbouncer'), behind: postgres, mode: 'transaction', poolSize: 4 },
  });
  const databaseUrl = postgres.url('own');
  await migrate({ database: { url: databaseUrl }, logger: silentLogger });
  const wayOf = (url: string): Way => ({
    url,
    store: createStore({ database: { url }, auditKey, logger: silentLogger }),
  });
  const [direct, pooled] = [wayOf(databaseUrl), wayOf(pgbouncer.url('own'))];
  const client = new Redis(target.url);
  const other = kind === undefined ? undefined : await openKind(kind, join(dir, 'kind'));
  const places: Places = { redis: target.url, postgres: databaseUrl, ...other?.places };
  return {
    ...{ postgres, direct, pooled, places, courier },
    async sql(text, values = []) {
      const owner = new Client({ connectionString: databaseUrl });
      await owner.connect();
      try {
        return (await owner.query(text, [...values])).rows as Record<string, unknown>[];
      } finally {
        await owner.end();
      }
    },
    harness: (way, action, health, leaseMs) =>
      createHarness(way.store, {
        leaseMs,
        real: {
          remediation: actionNamed(action, places, health),
          targets: realTargets(places),
          probes: realProbes(isKind(action) ? 'real' : health),
        },
      }),
    async reset() {
      await client.config('SET', 'maxmemory-policy', before);
      await resetCounter(target.url);
      await client.config('RESETSTAT');
      await other?.reset();
      await query(
        databaseUrl,
        `UPDATE remediations SET state = 'failed'
         WHERE state IN ('executing', 'verifying', 'rolling_back', 'indeterminate', 'approved', 'requested')`,
      );
      // The same action on the same server, many times an hour: here that is what is wanted (R-X9).
      await query(
        databaseUrl,
        `UPDATE remediations SET approved_at = approved_at - interval '2 hours' WHERE approved_at > now() - interval '2 hours'`,
      );
    },
    async effects(action) {
      if (other !== undefined && isKind(action)) return other.effects();
      if (action === 'counter') return { there: Number(await client.get(effectCounter)), back: 0 };
      const [, value] = (await client.config('GET', 'maxmemory-policy')) as string[];
      // MONITOR leaves out what administers Redis, so that only their number is known, and where the last one led.
      const calls = Number(
        /cmdstat_config\|set:calls=(\d+)/.exec(await client.info('commandstats'))?.[1] ?? 0,
      );
      const back = value === before && calls > 0 ? 1 : 0;
      return { there: calls - back, back };
    },
    async stop() {
      client.disconnect();
      await other?.stop();
      await Promise.all([direct.store.close(), pooled.store.close()]);
      await pgbouncer.stop();
      await Promise.all([postgres.stop(), target.stop(), courier.stop()]);
    },
  };
}
