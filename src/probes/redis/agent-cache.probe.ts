import { z } from 'zod';
import { AppError } from '../../domain/kernel/errors.ts';
import { present } from '../../domain/kernel/present.ts';
import { keysOf } from '../../domain/platform/platform.ts';
import { guide } from '../../domain/platform/table.ts';
import { defineProbe, type ProbeResult } from '../../domain/probe/probe.ts';
import type { With } from '../../domain/probe/targets/targets.ts';

/** Enough keys to judge by, and a bound on what one run costs Redis. */
const MOST_KEYS = 5_000;
const SCAN_COUNT = 500;
/** Rows registered or changed this recently may not have reached the cache yet. */
const SETTLE_SECONDS = 60;
/** Keys read one by one: so many with a row, and so many without one. */
const MOST_READ = 500;
/** A key that is soon gone by itself is how a cache forgets. */
const STAYS_SECONDS = 3_600;
/** Ids of agents carry a number, as node names and UUIDs do; `agent:index` is bookkeeping of the cache. */
const ID_SHAPE = /^(?=.*\d)[\w.-]+$/;

interface AgentRow {
  readonly id: string;
  readonly cluster_id: string;
  readonly status: string;
}

/** `agent:<id>`, or `agent:<id>:...` for more about the same agent. */
interface AgentKey {
  readonly key: string;
  readonly id: string;
  /** From the second colon on: which of an agent's keys it is. */
  readonly suffix: string;
}
function parseKey(key: string, prefix: string): AgentKey {
  const [id = '', ...more] = key.slice(prefix.length).split(':');
  return { key, id, suffix: more.join(':') };
}

export const redisAgentCache = defineProbe({
  id: 'redis.agent-cache',
  doc: `Does the agent cache in Redis agree with the table of agents?

Walks \`${guide.cache.agents}*\` by SCAN (never KEYS) and compares each key with its row.
A key without a row that stays for over an hour is stale, and so is one with another cluster or status than its row.
Keys that are missing from the cache are no fault: a cache may forget.
Where rows exist and no key matches any of them, the naming of keys is unknown, and it reports that.`,
  params: z.strictObject({}),
  part: 'redis',
  needs: ['redis', 'postgres'],
  timeoutMs: 12_000,
  emits: ['STALE_CACHE'],
  async run(_params, { deps, signal }: { deps: With<'redis' | 'postgres'>; signal: AbortSignal }) {
    const { redis, postgres, platform } = deps;
    const pattern = keysOf(platform, 'agents');
    if (postgres.databaseName('agentManager') === undefined)
      return { status: 'skipped', reason: 'not-configured' };
    const names: string[] = [];
    // A cursor is of one server, which knows only its own keys.
    for (const node of await redis.nodes({ signal })) {
      let cursor = '0';
      do {
        const reply = (await node.call('SCAN', [cursor, 'MATCH', pattern, 'COUNT', SCAN_COUNT], {
          signal,
        })) as [string, string[]];
        cursor = reply[0];
        names.push(...reply[1]);
      } while (cursor !== '0' && names.length < MOST_KEYS);
    }
    // SCAN may return a key twice.
    const keys = [...new Set(names)].map((key) => parseKey(key, platform.cache.agents));
    // Read after the keys: an agent that registers in between has its row by now.
    const rows = await postgres.query<AgentRow>(
      'agentManager',
      `SELECT id, cluster_id, CASE WHEN last_heartbeat > now() - make_interval(secs => $1) THEN 'settling' ELSE status END AS status
         FROM ${platform.tables.agents}`,
      [SETTLE_SECONDS],
      { signal },
    );
    const byId = new Map(rows.map((row) => [row.id, row]));
    const known = keys.filter(({ id }) => byId.has(id));
    if (keys.length > 0 && rows.length > 0 && known.length === 0)
      return schemeUnknown(keys.length, rows.length);
    const suffixes = new Set(known.map(({ suffix }) => suffix)).add('');

    const orphans: string[] = [];
    const without = keys.filter(
      ({ id, suffix }) => !byId.has(id) && suffixes.has(suffix) && ID_SHAPE.test(id),
    );
    for (const { key } of without.slice(0, MOST_READ)) {
      // Seconds; -1 never expires, -2 is gone.
      const ttl = Number(await redis.call('TTL', [key], { signal }));
      if (ttl === -1 || ttl > STAYS_SECONDS) orphans.push(key);
    }
    const different: string[] = [];
    for (const { key, id } of known.filter(({ suffix }) => suffix === '').slice(0, MOST_READ)) {
      const row = byId.get(id);
      if (row === undefined) continue;
      const cached = await cachedAgent(redis, key, signal);
      const otherCluster = cached.cluster_id !== undefined && cached.cluster_id !== row.cluster_id;
      // agent-manager writes "offline" into its table alone: of a dead agent that is the usual difference.
      const dead = row.status === 'offline' && cached.status === 'online';
      const otherStatus =
        row.status !== 'settling' && cached.status !== undefined && cached.status !== row.status && !dead;
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
          subject: pattern,
          facts: { ...facts, sample: stale.slice(0, 5).join(', ') },
        },
      ],
    };
  },
});

function schemeUnknown(keys: number, rows: number): ProbeResult {
  return {
    status: 'inconclusive',
    cause: new AppError('NOT_FOUND', 'no key of the agent cache matches an agent in the table', {
      facts: { reason: 'cache-keys-unknown', keys, rows },
    }),
    facts: { keys, rows },
  };
}

/** The cached agent, stored as a hash or as JSON; empty for any other form. */
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
    return present({ cluster_id: cluster ?? undefined, status: status ?? undefined });
  }
  if (type !== 'string') return {};
  try {
    const parsed = z
      .object({ cluster_id: z.string().optional(), status: z.string().optional() })
      .safeParse(JSON.parse(String(await redis.call('GET', [key], { signal }))));
    if (!parsed.success) return {};
    const { cluster_id, status } = parsed.data;
    return present({ cluster_id, status });
  } catch {
    return {};
  }
}
