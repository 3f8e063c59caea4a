import { safeName } from '../../domain/bundle/manifest.ts';
import { AppError, TargetError } from '../../domain/kernel/errors.ts';
import { present } from '../../domain/kernel/present.ts';
import { configuredIds, type PartId, partIds } from '../../domain/platform/part.ts';
import { changesOf, seenOf } from '../../domain/platform/platform.ts';
import { type KubeKind, kubeKinds, operatorKinds } from '../../domain/probe/targets/kubernetes.ts';
import type { Instance } from '../../domain/probe/targets/runtime.ts';
import type { Targets } from '../../domain/probe/targets/targets.ts';

/** One file of a bundle, and how to get what stands in it. */
export interface BundleSource {
  readonly path: string;
  /** Sources of one lane wait for each other: a target that hangs holds up its own lane alone. */
  readonly lane: string;
  readonly timeoutMs: number;
  read(signal: AbortSignal): Promise<unknown>;
}

const SHORT_MS = 10_000;
const LIST_MS = 20_000;

/** Everything but logs, health and diagnoses. */
export function plainSources(targets: Targets, bot: string): readonly BundleSource[] {
  return [
    ...objectSources(targets),
    ...containerSources(targets),
    ...configurationSources(targets),
    ...storeSources(targets),
    {
      path: 'versions.json',
      lane: 'runtime',
      timeoutMs: LIST_MS,
      read: async (signal) => ({ bot, node: process.version, parts: await imagesOf(targets, signal) }),
    },
  ];
}

/** Parts that run somewhere: each but what carries them. */
export const runningParts = partIds.filter((part) => part !== 'runtime');

const ofAgents: readonly KubeKind[] = ['pods', 'daemonsets', 'configmaps', 'events'];

function objectSources({ kubernetes }: Targets): readonly BundleSource[] {
  if (kubernetes === undefined) return [];
  const { namespace, agentNamespace } = kubernetes;
  const list = (kind: KubeKind, at: string): BundleSource => ({
    path: `kubernetes/${safeName(at)}/${kind}.json`,
    lane: 'kubernetes',
    timeoutMs: LIST_MS,
    read: (signal) =>
      kubernetes.list(kind, at, { signal }).catch((error: unknown) => {
        // A cluster without the Prometheus operator has none of its objects, and lacks nothing.
        if (operatorKinds.has(kind) && error instanceof AppError && error.code === 'NOT_FOUND') return [];
        throw error;
      }),
  });
  return [
    ...kubeKinds.map((kind) => list(kind, namespace)),
    ...(agentNamespace === namespace ? [] : ofAgents.map((kind) => list(kind, agentNamespace))),
  ];
}

function containerSources({ compose }: Targets): readonly BundleSource[] {
  if (compose === undefined) return [];
  const source = (name: string, read: BundleSource['read']): BundleSource => ({
    path: `compose/${name}.json`,
    lane: 'compose',
    timeoutMs: LIST_MS,
    read,
  });
  return [
    source('containers', (signal) => compose.containers({ signal })),
    source('networks', (signal) => compose.networks({ signal })),
    source('usage', async (signal) => {
      const running = (await compose.containers({ signal })).filter(({ state }) => state === 'running');
      return Promise.all(
        running.map(async ({ id, name }) => ({
          name,
          usage: await compose
            .stats(id, { signal })
            .catch((error: unknown) => ({ unread: error instanceof Error ? error.message : 'unknown' })),
        })),
      );
    }),
  ];
}

/** What each layer gives, as it gives it: flags, variables, the file; and what the bot itself was told. */
function configurationSources(targets: Targets): readonly BundleSource[] {
  const { runtime, platform } = targets;
  const own: BundleSource = {
    path: 'configuration/bot.json',
    lane: 'bot',
    timeoutMs: SHORT_MS,
    read: () =>
      Promise.resolve({
        configured: [...(targets.configured ?? [])],
        withoutHttp: targets.withoutHttp ?? [],
        platform: { configured: changesOf(platform), seen: seenOf(platform) },
      }),
  };
  if (runtime === undefined) return [own];
  const parts = configuredIds.map(
    (part): BundleSource => ({
      path: `configuration/${part}.json`,
      lane: 'runtime',
      timeoutMs: LIST_MS,
      async read(signal) {
        const instance = (await runtime.instances(part, { signal })).at(-1);
        // Its logs say that there is none.
        if (instance === undefined) return undefined;
        const path = platform.parts[part].configFile;
        const file = await runtime
          .file(instance, path, { signal })
          .catch((error: unknown) => ({ unread: error instanceof Error ? error.message : 'unknown' }));
        const { name, command, env } = instance;
        return {
          instance: name,
          flags: command,
          variables: env,
          file: { path, ...(file ?? { absent: true }) },
        };
      },
    }),
  );
  return [own, ...parts];
}

export const notHere = (part: PartId): AppError =>
  new AppError('NOT_FOUND', `no instance of ${part}`, { facts: { reason: 'log-no-instance', part } });

async function imagesOf({ runtime }: Targets, signal: AbortSignal) {
  if (runtime === undefined) return [];
  const all = await Promise.all(
    runningParts.map(async (part) => [part, await runtime.instances(part, { signal })] as const),
  );
  return all.flatMap(([part, instances]) =>
    instances.map(({ name, image, phase, restarts, startedAt, ready }: Instance) => ({
      ...{ part, name, image, phase, ready, restarts },
      ...present({ startedAt }),
    })),
  );
}

function storeSources(targets: Targets): readonly BundleSource[] {
  const { postgres, redis, nats, neo4j } = targets;
  const of = (store: string, read: BundleSource['read'], name = store): BundleSource => ({
    path: `statistics/${name}.json`,
    lane: store,
    timeoutMs: SHORT_MS,
    read,
  });
  const sources: BundleSource[] = [];
  if (postgres !== undefined)
    for (const database of ['agentManager', 'orchestrator'] as const)
      if (postgres.databaseName(database) !== undefined)
        sources.push(
          of(
            'postgres',
            async (signal) => {
              const rows: Record<string, unknown> = {};
              for (const [name, sql] of Object.entries(postgresStatistics))
                rows[name] = await postgres.query(database, sql, [], { signal }).catch(unlessAnswered);
              return rows;
            },
            `postgres-${database}`,
          ),
        );
  if (redis !== undefined)
    sources.push(
      of('redis', async (signal) => {
        const nodes = await redis.nodes({ signal });
        return Promise.all(
          nodes.map(async (node) => ({ node: node.name, info: await node.info('all', { signal }) })),
        );
      }),
    );
  if (nats?.hasMonitor === true)
    for (const page of ['varz', 'connz', 'jsz', 'subsz'] as const)
      sources.push(of('nats', (signal) => nats.monitor(natsPages[page], { signal }), `nats-${page}`));
  if (nats !== undefined) sources.push(of('nats', (signal) => nats.connect({ signal }), 'nats-server'));
  if (neo4j !== undefined)
    sources.push(
      of('neo4j', async (signal) => ({
        server: await neo4j.verify({ signal }),
        components: await neo4j.run(
          'CALL dbms.components() YIELD name, versions, edition RETURN name, versions, edition',
          {},
          { signal },
        ),
        connections: await neo4j.run(
          'CALL dbms.listConnections() YIELD connector, clientAddress, userAgent RETURN connector, clientAddress, userAgent, count(*) AS count',
          {},
          { signal },
        ),
      })),
    );
  return sources;
}

const natsPages = {
  varz: '/varz',
  connz: '/connz?subs=1&limit=256',
  jsz: '/jsz?streams=1&consumers=1&limit=256',
  subsz: '/subsz?subs=1&limit=256',
} as const;

/** One view that the server does not give, for a lock, its time or a missing right, does not cost the others. */
function unlessAnswered(error: unknown): { readonly unread: string } {
  if (error instanceof TargetError && /^(?:42|55|57014)/.test(String(error.facts.sqlstate)))
    return { unread: error.message };
  throw error;
}

/** Views of PostgreSQL 13 and later; no row of a table of the platform is read. */
const postgresStatistics = {
  version: 'SELECT version() AS version, pg_postmaster_start_time() AS started_at',
  settings:
    "SELECT name, setting, unit, source FROM pg_settings WHERE source NOT IN ('default', 'override') ORDER BY name",
  database: 'SELECT * FROM pg_stat_database WHERE datname = current_database()',
  sessions:
    'SELECT pid, usename, application_name, client_addr::text AS client, state, wait_event_type, wait_event, backend_start, xact_start, query_start, state_change, left(query, 500) AS query FROM pg_stat_activity ORDER BY backend_start LIMIT 500',
  tables:
    'SELECT s.*, pg_total_relation_size(s.relid) AS bytes FROM pg_stat_user_tables s ORDER BY pg_total_relation_size(s.relid) DESC LIMIT 200',
  indexes:
    'SELECT s.*, pg_relation_size(s.indexrelid) AS bytes FROM pg_stat_user_indexes s ORDER BY pg_relation_size(s.indexrelid) DESC LIMIT 300',
  locks:
    'SELECT pid, locktype, mode, granted, relation::regclass::text AS relation FROM pg_locks WHERE NOT granted OR relation IS NOT NULL LIMIT 500',
} as const;
