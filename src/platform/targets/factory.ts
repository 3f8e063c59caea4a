import { configuredParts, shapeOf } from '../../domain/health/health-calls.ts';
import { AppError } from '../../domain/kernel/errors.ts';
import { present } from '../../domain/kernel/present.ts';
import { serviceIds } from '../../domain/platform/part.ts';
import type { RanImages } from '../../domain/platform/ran-image.ts';
import type { EndedUnder } from '../../domain/probe/targets/compose.ts';
import type { Targets, TargetsFactory } from '../../domain/probe/targets/targets.ts';
import type { EnvironmentConfig } from '../../domain/settings/environment.ts';
import { databasesOf, healthPathsOf } from '../../domain/settings/installed.ts';
import type { RedisConnection } from '../../domain/settings/redis.ts';
import { createComposeTarget } from './compose/compose.ts';
import { createHostFiles } from './compose/host-files.ts';
import { withRanImages } from './compose/image-before.ts';
import { createModelOffer, createModelTarget } from './compose/model-files.ts';
import { defaultTimeouts, type Timeouts } from './failure.ts';
import { createServicesTarget, type ServicesSettings } from './http/services.ts';
import { KubeLogins } from './kubernetes/kube-config.ts';
import { createKubernetesTarget } from './kubernetes/kubernetes.ts';
import { createManifestsTarget } from './manifests.ts';
import { createNetworkTarget } from './network/network.ts';
import { tlsOptions } from './network/tls.ts';
import { runtimeOnCompose, runtimeOnKubernetes } from './runtime/runtime.ts';
import { createNatsTarget, natsUrl } from './stores/nats.ts';
import { createNeo4jTarget } from './stores/neo4j.ts';
import { createPostgresTarget, loadPostgresDriver } from './stores/postgres.ts';
import { createRedisTarget, type RedisSettings, redisUrl } from './stores/redis.ts';
import { SharedConnections } from './stores/shared-connection.ts';

/** What the bot itself has kept of earlier looks and fixes, for what no target remembers. */
export interface KeptRecord {
  readonly endedUnder?: EndedUnder;
  readonly ran?: RanImages;
}

/**
 * Targets of the configured environments. Each run gets its own: today's credentials, its own LIST answers and
 * its own memory of what is dead. Connections close by themselves when idle; `close` ends what is still open.
 */
export function createTargetsFactory(
  environments: Readonly<Record<string, EnvironmentConfig>>,
  timeouts: Timeouts = defaultTimeouts,
  logins = new KubeLogins(),
  record: KeptRecord = {},
): TargetsFactory {
  const all = new SharedConnections();
  const operatorOf = keptOperators(timeouts, logins);
  return {
    async forRun(environment) {
      const config = environments[environment];
      if (config === undefined)
        throw new AppError('NOT_FOUND', 'no such environment', { facts: { environment } });
      await loadDrivers(config);
      const book = all.ofRun();
      const [postgres, redis, nats, neo4j] = await Promise.all([
        unlessUnreadable(() => postgresOf(config, book, timeouts)),
        unlessUnreadable(() => redisOf(config, book, timeouts)),
        unlessUnreadable(() => natsOf(config, book, timeouts)),
        unlessUnreadable(() => neo4jOf(config, book, timeouts)),
      ]);
      return {
        environment,
        platform: config.platform,
        configured: configuredParts(shapeOf(config)),
        withoutHttp: config.withoutHttp,
        ...(Object.keys(config.services).length === 0
          ? {}
          : { services: createServicesTarget(servicesOf(config), config.platform.paths, timeouts) }),
        ...present({ postgres, redis, nats, neo4j }),
        ...runtimeOf(environment, config, timeouts, logins, record),
        ...operatorOf(environment, config),
        network: createNetworkTarget(config),
        ...(config.manifests === undefined ? {} : { manifests: createManifestsTarget(config.manifests) }),
        release: () => book.closeAll(),
      } satisfies Targets;
    },
    close: () => all.closeAll(),
  };
}

/** For how long what the Prometheus operator has is not asked for again. */
const operatorMs = 2 * 60_000;

/** Lists of the Prometheus operator's objects, by a target of their own that keeps its answers. */
function keptOperators(
  timeouts: Timeouts,
  logins: KubeLogins,
): (environment: string, config: EnvironmentConfig) => Pick<Targets, 'operator'> {
  const kept = new Map<
    string,
    { readonly at: number; readonly operator: NonNullable<Targets['operator']> }
  >();
  return (environment, { runtime }) => {
    if (runtime.kind !== 'kubernetes') return {};
    const last = kept.get(environment);
    if (last !== undefined && performance.now() - last.at < operatorMs) return { operator: last.operator };
    const { namespace, agentNamespace, kubeconfig, context } = runtime;
    const access = present({ kubeconfig, context });
    const operator = createKubernetesTarget({ namespace, agentNamespace, ...access }, timeouts, logins);
    kept.set(environment, { at: performance.now(), operator });
    return { operator };
  };
}

function servicesOf(config: EnvironmentConfig): ServicesSettings {
  const services = serviceIds.flatMap((id) => {
    const service = config.services[id];
    if (service === undefined) return [];
    const { value, source } = healthPathsOf(config, id);
    const paths = present({ ...config.discovered?.healthPaths[id] });
    return [[id, { url: service.url, healthPaths: value, healthPathsSource: source, paths }] as const];
  });
  return Object.fromEntries(services);
}

/** The drivers are loaded before anything is measured with them: to load one keeps this process from its turn. */
async function loadDrivers({ postgres, redis, nats, neo4j }: EnvironmentConfig): Promise<void> {
  await Promise.all([
    postgres === undefined ? undefined : loadPostgresDriver(),
    redis === undefined ? undefined : import('ioredis'),
    nats === undefined ? undefined : import('nats'),
    neo4j === undefined ? undefined : import('neo4j-driver'),
  ]);
}

function runtimeOf(
  environment: string,
  config: EnvironmentConfig,
  timeouts: Timeouts,
  logins: KubeLogins,
  { endedUnder, ran }: KeptRecord,
): Pick<Targets, 'kubernetes' | 'compose' | 'hostFiles' | 'model' | 'modelOffer' | 'runtime'> {
  const { runtime, model } = config;
  switch (runtime.kind) {
    case 'none':
      return {};
    case 'compose': {
      const engine = createComposeTarget(runtime);
      const compose = ran === undefined ? engine : withRanImages(engine, environment, config.platform, ran);
      return {
        compose,
        ...(runtime.files === undefined ? {} : { hostFiles: createHostFiles(runtime.files) }),
        ...(model === undefined ? {} : { model: createModelTarget(model, runtime.files ?? []) }),
        runtime: runtimeOnCompose(compose, config.platform, logins.around.learn, endedUnder),
      };
    }
    case 'kubernetes': {
      const kubernetes = createKubernetesTarget(
        {
          namespace: runtime.namespace,
          agentNamespace: runtime.agentNamespace,
          ...present({ kubeconfig: runtime.kubeconfig, context: runtime.context }),
        },
        timeouts,
        logins,
      );
      const debug = runtime.debugImage === undefined ? undefined : { image: runtime.debugImage };
      return {
        kubernetes,
        ...(model === undefined ? {} : { modelOffer: createModelOffer(model) }),
        runtime: runtimeOnKubernetes(kubernetes, config.platform, debug, logins.around.learn),
      };
    }
  }
}

/**
 * A secret that cannot be read is "could not check", not "not configured": the target is there and every call
 * of it says why.
 */
async function unlessUnreadable<T extends object>(
  make: () => Promise<T | undefined>,
): Promise<T | undefined> {
  try {
    return await make();
  } catch (error) {
    const failure =
      error instanceof AppError
        ? new AppError(error.code, error.message, {
            facts: { reason: 'secret-unreadable', ...error.facts },
            cause: error,
          })
        : // A URL that does not parse would show itself, and its password, in the message.
          new AppError('INVALID_INPUT', 'connection settings are not usable', {
            facts: { reason: 'settings-invalid' },
          });
    return new Proxy({} as T, {
      get(_, property) {
        if (property === 'then') return undefined;
        if (property === 'hasMonitor') return false;
        if (property === 'databaseName') return (id: string) => id;
        return () => Promise.reject(failure);
      },
    });
  }
}

async function postgresOf(config: EnvironmentConfig, book: SharedConnections, timeouts: Timeouts) {
  if (config.postgres === undefined) return undefined;
  const [url, tls] = await Promise.all([config.postgres.url.reveal(), tlsOptions(config.postgres.tls)]);
  const named = Object.entries(databasesOf(config));
  const settings = {
    databases: Object.fromEntries(named.map(([id, { value }]) => [id, value])),
    sources: Object.fromEntries(named.map(([id, { source }]) => [id, source])),
  };
  return createPostgresTarget({ url, ...settings, ...present({ tls }) }, book, timeouts);
}

async function redisOf(config: EnvironmentConfig, book: SharedConnections, timeouts: Timeouts) {
  if (config.redis === undefined) return undefined;
  return createRedisTarget(await redisSettings(config.redis), book, timeouts);
}

async function redisSettings(redis: RedisConnection): Promise<RedisSettings> {
  const tls = await tlsOptions(redis.tls);
  if (redis.kind === 'single') return redisUrl(await redis.url.reveal(), tls);
  const password = await redis.password?.reveal();
  const login = present({ username: redis.username, password, tls });
  if (redis.kind === 'cluster') return { kind: 'cluster', nodes: redis.nodes, ...login };
  const sentinelPassword = await redis.sentinelPassword?.reveal();
  return {
    kind: 'sentinel',
    sentinels: redis.sentinels,
    name: redis.name,
    ...login,
    ...present({ sentinelPassword, db: redis.db }),
  };
}

async function natsOf(config: EnvironmentConfig, book: SharedConnections, timeouts: Timeouts) {
  const { nats } = config;
  if (nats === undefined) return undefined;
  const [url, password, token, tls] = await Promise.all([
    nats.url.reveal(),
    nats.password?.reveal(),
    nats.token?.reveal(),
    tlsOptions(nats.tls),
  ]);
  return createNatsTarget(
    {
      ...natsUrl(url),
      ...present({ user: nats.user, password, token, tls, monitorUrl: nats.monitorUrl }),
    },
    book,
    timeouts,
  );
}

async function neo4jOf(config: EnvironmentConfig, book: SharedConnections, timeouts: Timeouts) {
  const { neo4j } = config;
  if (neo4j === undefined) return undefined;
  const [url, password] = await Promise.all([neo4j.url.reveal(), neo4j.password?.reveal()]);
  return createNeo4jTarget(
    {
      url,
      user: neo4j.user,
      ...present({ password, database: neo4j.database }),
      ...(/^(bolt|neo4j):/.test(url) ? encryptionOf(neo4j) : {}),
    },
    book,
    timeouts,
  );
}

/** The driver takes certificate authorities only from the system (`NODE_EXTRA_CA_CERTS` adds to it). */
function encryptionOf(neo4j: NonNullable<EnvironmentConfig['neo4j']>): {
  encryption?: 'system-ca' | 'trust-all';
} {
  if (neo4j.tls === undefined || neo4j.tls.mode === 'disable') return {};
  return { encryption: neo4j.tls.mode === 'require' ? 'trust-all' : 'system-ca' };
}
