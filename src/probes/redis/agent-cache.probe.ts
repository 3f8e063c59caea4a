import { z } from 'zod';
import { defineProbe } from '../../domain/probe.ts';
import type { With } from '../../domain/targets.ts';

const PATTERN = 'agent:*';
/** Enough keys to judge by, and a bound on what one run costs Redis. */
const MOST_KEYS = 5_000;
const SCAN_COUNT = 500;
/** Rows registered or changed this recently may not have reached the cache yet. */
const SETTLE_SECONDS = 60;

interface AgentRow {
  readonly id: string;
  readonly cluster_id: string;
  readonly status: string;
}

export const redisAgentCache = defineProbe({
  id: 'redis.agent-cache',
  doc: `Does the agent cache in Redis agree with the table of agents?

Walks \`agent:*\` by SCAN (never KEYS) and compares each key with its row: a key without a row, or one that names another
cluster or status, is stale. Keys that are missing from the cache are no fault: a cache may forget.`,
  params: z.strictObject({}),
  part: 'redis',
  needs: ['redis', 'postgres'],
  timeoutMs: 12_000,
  emits: ['STALE_CACHE'],
  async run(_params, { deps, signal }: { deps: With<'redis' | 'postgres'>; signal: AbortSignal }) {
    const { redis, postgres } = deps;
    if (postgres.databaseName('agentManager') === undefined)
      return { status: 'skipped', reason: 'not-configured' };
    const rows = await postgres.query<AgentRow>(
      'agentManager',
      `SELECT id, cluster_id, CASE WHEN last_heartbeat > now() - make_interval(secs => $1) THEN 'settling' ELSE status END AS status
         FROM agents`,
      [SETTLE_SECONDS],
      { signal },
    );
    const byId = new Map(rows.map((row) => [row.id, row]));
    const keys: string[] = [];
    let cursor = '0';
    do {
      const reply = (await redis.call('SCAN', [cursor, 'MATCH', PATTERN, 'COUNT', SCAN_COUNT], {
        signal,
      })) as [string, string[]];
      cursor = reply[0];
      keys.push(...reply[1]);
    } while (cursor !== '0' && keys.length < MOST_KEYS);

    const orphans = keys.filter((key) => !byId.has(key.slice('agent:'.length)));
    const different: string[] = [];
    for (const key of keys.slice(0, 500)) {
      const row = byId.get(key.slice('agent:'.length));
      if (row === undefined) continue;
      const cached = await cachedAgent(redis, key, signal);
      const otherCluster = cached.cluster_id !== undefined && cached.cluster_id !== row.cluster_id;
      const otherStatus =
        row.status !== 'settling' && cached.status !== undefined && cached.status !== row.status;
      if (otherCluster || otherStatus) different.push(key);
    }
    const facts = {
      keys: keys.length,
      rows: rows.length,
      orphans: orphans.length,
      different: different.length,
    };
    const stale = [...orphans, ...different];
    if (stale.length === 0) return { status: 'healthy', facts };
    return {
      status: 'unhealthy',
      facts,
      findings: [
        {
          code: 'STALE_CACHE',
          severity: 'warning',
          part: 'redis',
          subject: PATTERN,
          facts: { ...facts, sample: stale.slice(0, 5).join(', ') },
        },
      ],
    };
  },
});

/** The cached agent, whether it is stored as a hash or as JSON; empty when it is neither. */
async function cachedAgent(
  redis: With<'redis'>['redis'],
  key: string,
  signal: AbortSignal,
): Promise<{ readonly cluster_id?: string; readonly status?: string }> {
  const type = await redis.call('TYPE', [key], { signal });
  if (type === 'hash') {
    const [cluster, status] = (await redis.call('HMGET', [key, 'cluster_id', 'status'], { signal })) as (
      | string
      | null
    )[];
    return { ...(cluster == null ? {} : { cluster_id: cluster }), ...(status == null ? {} : { status }) };
  }
  if (type !== 'string') return {};
  try {
    const parsed = z
      .object({ cluster_id: z.string().optional(), status: z.string().optional() })
      .safeParse(JSON.parse(String(await redis.call('GET', [key], { signal }))));
    if (!parsed.success) return {};
    const { cluster_id, status } = parsed.data;
    return {
      ...(cluster_id === undefined ? {} : { cluster_id }),
      ...(status === undefined ? {} : { status }),
    };
  } catch {
    return {};
  }
}
