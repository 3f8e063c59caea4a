import { z } from 'zod';
import type { Plan } from '../../domain/fix/remediation.ts';
import { AppError } from '../../domain/kernel/errors.ts';
import type { Facts } from '../../domain/kernel/facts.ts';
import type { PartId } from '../../domain/platform/part.ts';
import { isTool } from '../../domain/probe/session-owner.ts';
import type { NatsTarget } from '../../domain/probe/targets/nats.ts';
import type { Neo4jTarget } from '../../domain/probe/targets/neo4j.ts';
import type { DatabaseId, PostgresTarget } from '../../domain/probe/targets/postgres.ts';
import type { RedisTarget } from '../../domain/probe/targets/redis.ts';
import type { Targets } from '../../domain/probe/targets/targets.ts';
import { applicationsOf } from './postgres-sessions.ts';
import { refused } from './stale.ts';

type Deps = Pick<Targets, 'postgres' | 'redis' | 'nats' | 'neo4j'>;
/** Why it is tier 3. */
type Raised = NonNullable<Plan['raised']>;

/** Parts that may be one of several that must agree, or that others copy. */
const members: ReadonlySet<PartId> = new Set<PartId>(['nats', 'neo4j', 'postgres', 'redis']);

/** Whether its restart takes something away from others, or from its own data, beyond the time that it is away. */
export const isMember = (part: PartId): boolean => members.has(part);

/**
 * What the restart of one member takes from the others (R-P8), asked of the member itself. AppError CONFLICT with the
 * reason where a majority, or the only copy of data, would be lost; otherwise why more people are asked, if so.
 * What does not answer is not assumed to be alone.
 */
export async function quorumRisk(part: PartId, deps: Deps, signal: AbortSignal): Promise<Raised | undefined> {
  try {
    if (part === 'nats' && deps.nats !== undefined) return await natsRisk(deps.nats, signal);
    if (part === 'neo4j' && deps.neo4j !== undefined) return await neo4jRisk(deps.neo4j, signal);
    if (part === 'postgres' && deps.postgres !== undefined) return await postgresRisk(deps.postgres, signal);
    if (part === 'redis' && deps.redis !== undefined) return await redisRisk(deps.redis, signal);
  } catch (error) {
    if (error instanceof AppError && error.code === 'CONFLICT') throw error;
    return { key: 'peers-unknown', facts: { part } };
  }
  return isMember(part) ? { key: 'peers-unknown', facts: { part } } : undefined;
}

/** Of `size` that vote, `well` are there: what one less does. */
function oneLess(part: PartId, size: number, well: number): Raised | undefined {
  if (size <= 1) return undefined;
  const majority = Math.floor(size / 2) + 1;
  if (well < size && well - 1 < majority) throw refused('no-majority', { part, size, well, majority });
  return size - 1 < majority ? { key: 'no-majority', facts: { part, size } } : undefined;
}

const Jsz = z.object({
  meta_cluster: z
    .object({
      leader: z.string().default(''),
      cluster_size: z.number(),
      replicas: z
        .array(z.object({ current: z.boolean(), offline: z.boolean().default(false) }))
        .exactOptional(),
    })
    .exactOptional(),
});
const Routez = z.object({ routes: z.array(z.object({ remote_id: z.string() })).default([]) });

/**
 * The group of all servers with JetStream (`/jsz`, NATS 2.9): its leader tells who is current; the others only know the
 * size, and to whom they are connected.
 */
async function natsRisk(nats: NatsTarget, signal: AbortSignal): Promise<Raised | undefined> {
  const { meta_cluster: group } = Jsz.parse(await nats.monitor('/jsz', { signal }));
  if (group === undefined) return undefined;
  const { leader, cluster_size: size, replicas } = group;
  if (leader === '') throw refused('no-leader', { part: 'nats', size });
  const { routes } = Routez.parse(await nats.monitor('/routez', { signal }));
  const connected = new Set(routes.map((route) => route.remote_id)).size;
  const current = replicas?.filter((peer) => peer.current && !peer.offline).length ?? connected;
  return oneLess('nats', size, 1 + Math.min(current, connected));
}

/** Servers that vote on a database: `primary`, or `leader` and `follower` before Neo4j 5. */
const voters: ReadonlySet<string> = new Set(['primary', 'leader', 'follower']);

async function neo4jRisk(neo4j: Neo4jTarget, signal: AbortSignal): Promise<Raised | undefined> {
  const rows = await neo4j.run<{ name: string; role: string; currentStatus: string }>(
    'SHOW DATABASES YIELD name, address, role, currentStatus',
    {},
    { signal },
  );
  let raised: Raised | undefined;
  for (const name of new Set(rows.map((row) => row.name))) {
    const votes = rows.filter((row) => row.name === name && voters.has(row.role));
    raised ??= oneLess('neo4j', votes.length, votes.filter((row) => row.currentStatus === 'online').length);
  }
  return raised;
}

/** A restart of a primary makes whatever watches it promote a standby, which must have everything. */
async function postgresRisk(postgres: PostgresTarget, signal: AbortSignal): Promise<Raised | undefined> {
  const database = (['agentManager', 'orchestrator'] as const).find(
    (id) => postgres.databaseName(id) !== undefined,
  );
  if (database === undefined) return { key: 'peers-unknown', facts: { part: 'postgres' } };
  await mustWaitForTools(postgres, database, signal);
  // Without the role pg_monitor the state of a standby is null.
  const rows = await postgres.query<{ state: string | null }>(
    database,
    'SELECT state FROM pg_stat_replication',
    [],
    { signal },
  );
  return primaryRisk(
    'postgres',
    rows.map(({ state }) => state),
    'streaming',
  );
}

/**
 * A restart ends every session. The services connect again; a dump, a copy or a migration is lost with all that it has
 * done. One that is idle and holds no transaction loses nothing.
 */
async function mustWaitForTools(
  postgres: PostgresTarget,
  database: DatabaseId,
  signal: AbortSignal,
): Promise<void> {
  const rows = await postgres.query<{ application: string }>(
    database,
    `SELECT coalesce(application_name, '') AS application FROM pg_stat_activity
     WHERE pid <> pg_backend_pid() AND (backend_type = 'client backend' AND xact_start IS NOT NULL
       OR backend_type = 'walsender' AND application_name ~* 'backup')`,
    [],
    { signal },
  );
  const tools = rows.filter(({ application }) => isTool(application));
  if (tools.length > 0) throw refused('tools-at-work', { others: applicationsOf(tools) });
}

function primaryRisk(part: PartId, states: readonly (string | null)[], well: string): Raised | undefined {
  const behind = states.filter((state) => state !== null && state !== well).length;
  if (behind > 0) throw refused('copy-behind', { part, copies: states.length, behind });
  return states.length === 0 ? undefined : { key: 'primary', facts: { part, copies: states.length } };
}

/**
 * A master that keeps nothing comes back empty: alone it has lost its keys, and copies take its emptiness over (Redis
 * documentation, "Safety of replication when master has persistence turned off").
 */
async function redisRisk(redis: RedisTarget, signal: AbortSignal): Promise<Raised | undefined> {
  let raised: Raised | undefined;
  for (const node of await redis.nodes({ signal })) {
    const { role, ...info }: Facts = await node.info('replication', { signal });
    if (role === 'slave') continue;
    if (role !== 'master') throw new AppError('DEPENDENCY_UNAVAILABLE', 'Redis does not tell its role');
    const copies = Object.entries(info).filter(([key]) => /^slave\d+$/.test(key));
    const risk = primaryRisk(
      'redis',
      copies.map(([, value]) => /(?:^|,)state=([^,]*)/.exec(String(value))?.[1] ?? null),
      'online',
    );
    const kept = [await settingOf(node, 'save', signal), await settingOf(node, 'appendonly', signal)];
    const keeps = kept[0] !== '' || kept[1] === 'yes';
    if (!keeps && copies.length > 0)
      throw refused('copies-would-empty', { part: 'redis', copies: copies.length });
    raised ??= keeps ? risk : { key: 'keeps-nothing', facts: { part: 'redis' } };
  }
  return raised;
}

async function settingOf(
  node: Pick<RedisTarget, 'call'>,
  name: string,
  signal: AbortSignal,
): Promise<string> {
  const reply = await node.call('CONFIG', ['GET', name], { signal });
  const value: unknown = Array.isArray(reply) ? reply[1] : undefined;
  if (typeof value !== 'string')
    throw new AppError('DEPENDENCY_UNAVAILABLE', `CONFIG GET ${name} gave no value`);
  return value;
}
