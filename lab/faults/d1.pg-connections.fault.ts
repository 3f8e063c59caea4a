/** D1: PostgreSQL runs out of connections. */

import type { Fault, Lab } from '../types.ts';
import { ask, untilAnswers } from './services.ts';
import { defineFault, pg, postgresUrl, startHolder, stopHolder } from './support.ts';

interface Sessions {
  readonly limit: number;
  readonly all: number;
  readonly idleInTransaction: number;
  /** Of the fullest application. */
  readonly largest: number;
}

async function sessions(lab: Lab): Promise<Sessions> {
  const [row] = await pg<{ limit: number; all: number; leaked: number; largest: number }>(
    lab,
    `SELECT current_setting('max_connections')::int AS limit, count(*)::int AS all,
       (count(*) FILTER (WHERE state = 'idle in transaction'))::int AS leaked,
       (SELECT coalesce(max(n), 0)::int FROM (SELECT count(*) AS n FROM pg_stat_activity
          WHERE backend_type = 'client backend' AND state <> 'idle in transaction' GROUP BY application_name, usename) one) AS largest
     FROM pg_stat_activity WHERE backend_type = 'client backend'`,
  );
  if (row === undefined) throw new Error('no answer');
  return { limit: row.limit, all: row.all, idleInTransaction: row.leaked, largest: row.largest };
}

const limits: Readonly<Record<string, number>> = { twelve: 12, ten: 10, eighty: 80 };
/** A pool that is all open, of a usual size: two of them leave ten of 80 for others, whom the fix needs. */
const allOpen = { 'database.max_open_conns': 33, 'database.max_idle_conns': 33 };

/** Whoever keeps a pool, of the parts that are there. */
const clientsOf = ({ names }: Lab) =>
  names.parts.filter((part) => part === 'agent-manager' || part === 'orchestrator-service');

const limitTooLow = defineFault({
  id: 'D1.a',
  title: 'max_connections is too low for ordinary pools',
  variants: ['twelve', 'ten', 'eighty'],
  runtimes: ['kubernetes', 'compose'],
  within: 40,
  async plant(lab, variant) {
    await lab.configure('postgres', { max_connections: limits[variant] });
    await lab.restart('postgres');
    if (variant === 'eighty') for (const part of clientsOf(lab)) await lab.configure(part, allOpen);
    // Both open their pools again, and find that not all of them fit.
    await Promise.all(clientsOf(lab).map(lab.restart));
  },
  async check(lab, variant) {
    const now = await sessions(lab).catch((error: unknown) => {
      // Not one is left, not even for us.
      if (error instanceof Error && 'code' in error && error.code === '53300') return undefined;
      throw error;
    });
    if (now === undefined) return true;
    return now.limit === limits[variant] && now.all >= now.limit * 0.8;
  },
  async clear(lab, variant) {
    // What a fix has written stands before the file.
    if (variant === 'eighty') await pg(lab, 'ALTER SYSTEM RESET max_connections');
    await lab.reset('postgres');
    await Promise.all(clientsOf(lab).map(variant === 'eighty' ? lab.reset : lab.restart));
  },
});

type Pools = Partial<Record<'agent-manager' | 'orchestrator-service', number>>;
const pools: Readonly<Record<string, Pools>> = {
  'agent-manager': { 'agent-manager': 85 },
  both: { 'orchestrator-service': 40, 'agent-manager': 45 },
};

const poolsTooLarge = defineFault({
  id: 'D1.b',
  title: 'the pools of the services take all connections',
  variants: ['agent-manager', 'both'],
  runtimes: ['kubernetes', 'compose', 'processes'],
  within: 40,
  async plant(lab, variant) {
    for (const [part, size] of Object.entries(pools[variant] ?? {}) as [keyof Pools, number][]) {
      await lab.configure(part, { 'database.max_open_conns': size * 2, 'database.max_idle_conns': size });
      await lab.restart(part);
    }
  },
  async check(lab) {
    const now = await sessions(lab);
    return now.limit === 100 && now.all >= 80 && now.largest >= 40 && now.idleInTransaction < 10;
  },
  async clear(lab, variant) {
    for (const part of Object.keys(pools[variant] ?? {}) as (keyof Pools)[]) await lab.reset(part);
  },
});

const leaked = defineFault({
  id: 'D1.c',
  title: 'sessions are left idle in transaction',
  variants: ['exports', 'reporting-client'],
  runtimes: ['kubernetes', 'compose', 'processes'],
  within: 40,
  async plant(lab, variant) {
    if (variant === 'exports') {
      await lab.configure('agent-manager', { 'database.max_open_conns': 90 });
      await lab.restart('agent-manager');
      await untilAnswers(lab, 'agent-manager');
      await Promise.all(
        Array.from({ length: 75 }, () => ask(lab, 'agent-manager', '/api/v1/events/export', {})),
      );
      return;
    }
    const url = await postgresUrl(lab);
    // Programs that keep no session leave more of them to take.
    const { limit, all } = await sessions(lab);
    const count = Math.max(78, Math.ceil(limit * 0.8) + 2 - all);
    await startHolder(lab, 'reporting', [
      'postgres',
      url,
      'monthly-report',
      String(count),
      'SELECT count(*) FROM agents',
    ]);
  },
  async check(lab) {
    const now = await sessions(lab);
    return now.idleInTransaction >= 60 && now.all >= now.limit * 0.8;
  },
  clear: (lab, variant) =>
    variant === 'exports' ? lab.reset('agent-manager') : stopHolder(lab, 'reporting'),
});

export const pgConnections: readonly Fault[] = [limitTooLow, poolsTooLarge, leaked];
