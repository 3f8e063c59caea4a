/** T1: the databases disagree. */

import { createHmac } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Fault, Lab } from '../types.ts';
import { defineFault, nats, pg, redis } from './support.ts';

/** Registers an agent as `internal/wire` of the services does, so that the service itself makes row and key. */
async function registerAgent(lab: Lab, id: string, cluster: string): Promise<void> {
  // Go prints times of RFC 3339 without trailing zeros.
  const sent = new Date().toISOString().replace(/\.?0*Z$/, 'Z');
  const proof = createHmac('sha256', lab.names.token).update(`${id}|${cluster}|${sent}`).digest('hex');
  const body = { agent_id: id, cluster_id: cluster, node: id, version: '1.3.0', sent, proof };
  const answer = await nats(lab, (connection) =>
    connection.request(lab.names.subject('registration', cluster), JSON.stringify(body), { timeout: 5000 }),
  );
  const { ok, error } = answer.json<{ ok: boolean; error?: string }>();
  if (!ok) throw new Error(`registering ${id}: ${error}`);
}

const ghosts = {
  'retired-agents': { cluster: 'prod-cluster', ids: ['node-a07', 'node-a08', 'node-a11'] },
  'removed-cluster': {
    cluster: 'legacy-cluster',
    ids: ['legacy-1', 'legacy-2', 'legacy-3', 'legacy-4', 'legacy-5', 'legacy-6'],
  },
} as const;

/** Ids of `agent:*` keys without a row. */
async function orphans(lab: Lab): Promise<string[]> {
  const keys = await redis(lab, async (client) => {
    const found: string[] = [];
    for await (const page of client.scanStream({ match: 'agent:*', count: 500 }))
      found.push(...(page as string[]));
    return found;
  });
  const known = new Set((await pg<{ id: string }>(lab, 'SELECT id FROM agents')).map((row) => row.id));
  return keys.map((key) => key.slice('agent:'.length)).filter((id) => !known.has(id));
}

const staleCache = defineFault({
  id: 'T1.a',
  title: 'Redis still has agents that the database no longer knows',
  variants: ['retired-agents', 'removed-cluster'],
  runtimes: ['kubernetes', 'compose', 'processes'],
  within: 60,
  async plant(lab, variant) {
    const { cluster, ids } = ghosts[variant as keyof typeof ghosts];
    for (const id of ids) await registerAgent(lab, id, cluster);
    const list = ids.map((id) => `'${id}'`).join(', ');
    await pg(lab, `DELETE FROM agents WHERE id IN (${list})`);
    await pg(lab, `DELETE FROM clusters WHERE id = 'legacy-cluster'`);
  },
  async check(lab, variant) {
    const found = await orphans(lab);
    return ghosts[variant as keyof typeof ghosts].ids.every((id) => found.includes(id));
  },
  async clear(lab, variant) {
    const keys = ghosts[variant as keyof typeof ghosts].ids.map((id) => `agent:${id}`);
    await redis(lab, (client) => client.unlink(...keys));
  },
});

const bloated = 'idx_events_cluster_id';
const filler = 'lab-bloat';

/** Many rows with values all over the index, most of them deleted: the pages stay, nearly empty. */
async function bloat(lab: Lab): Promise<void> {
  await pg(lab, [
    `INSERT INTO events (id, cluster_id, agent_id, severity, timestamp, processed)
     SELECT gen_random_uuid(), md5(n::text), '${filler}', 'low', now() - interval '3 days', true FROM generate_series(1, 80000) n`,
    `DELETE FROM events WHERE agent_id = '${filler}' AND cluster_id NOT LIKE '%0'`,
  ]);
  // A session that still sees the deleted rows keeps VACUUM from removing them.
  for (let attempt = 0; attempt < 20 && !(await isBloated(lab)); attempt += 1) {
    await pg(lab, 'VACUUM events');
    await delay(250);
  }
}

async function isBloated(lab: Lab): Promise<boolean> {
  const now = await density(lab);
  return now !== undefined && now.leaf_pages > 300 && now.avg_leaf_density < 30;
}

/** An index over a function that was changed after the index was made: its entries are no longer right. */
async function corrupt(lab: Lab): Promise<void> {
  const define = (body: string) =>
    `CREATE OR REPLACE FUNCTION event_object_key(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT ${body} $$`;
  await pg(lab, [
    `INSERT INTO events (id, cluster_id, agent_id, severity, object, processed)
     SELECT gen_random_uuid(), 'prod-cluster', '${filler}', 'low', 'Pod/Web-' || n, true FROM generate_series(1, 200) n`,
    define('lower($1)'),
    'CREATE INDEX idx_events_object_key ON events (event_object_key(object))',
    define('upper($1)'),
  ]);
}

async function isCorrupt(lab: Lab): Promise<boolean> {
  const rows = await pg(lab, "SELECT 1 FROM pg_class WHERE relname = 'idx_events_object_key'");
  if (rows.length === 0) return false;
  try {
    await pg(lab, "SELECT bt_index_check('idx_events_object_key', heapallindexed => true)");
    return false;
  } catch (error) {
    return /lacks matching index tuple/.test(error instanceof Error ? error.message : '');
  }
}

async function density(
  lab: Lab,
): Promise<{ readonly avg_leaf_density: number; readonly leaf_pages: number } | undefined> {
  const [row] = await pg<{ avg_leaf_density: number; leaf_pages: number }>(
    lab,
    `SELECT avg_leaf_density, leaf_pages::int FROM pgstatindex('${bloated}')`,
  );
  return row;
}

const indexDamage = defineFault({
  id: 'T1.b',
  title: 'an index of events is bloated or does not match its table',
  variants: ['bloat', 'corruption'],
  runtimes: ['kubernetes', 'compose', 'processes'],
  within: 60,
  plant: (lab, variant) => (variant === 'bloat' ? bloat(lab) : corrupt(lab)),
  async check(lab, variant) {
    return variant === 'corruption' ? isCorrupt(lab) : isBloated(lab);
  },
  async clear(lab, variant) {
    if (variant === 'corruption')
      await pg(lab, [
        'DROP INDEX IF EXISTS idx_events_object_key',
        'DROP FUNCTION IF EXISTS event_object_key',
      ]);
    await pg(lab, [
      `DELETE FROM events WHERE agent_id = '${filler}'`,
      'VACUUM events',
      'REINDEX TABLE CONCURRENTLY events',
    ]);
  },
});

export const dataInconsistent: readonly Fault[] = [staleCache, indexDamage];
