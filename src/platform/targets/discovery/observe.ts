import { present } from '../../../domain/kernel/present.ts';
import { within } from '../../../domain/kernel/within.ts';
import type { Discovered } from '../../../domain/platform/discovered.ts';
import { discover, type Sight } from '../../../domain/platform/discovery.ts';
import { serviceIds } from '../../../domain/platform/part.ts';
import { protocolPorts } from '../../../domain/platform/table.ts';
import type { ComposeTarget } from '../../../domain/probe/targets/compose.ts';
import type { KubeKind, KubeObject, KubernetesTarget } from '../../../domain/probe/targets/kubernetes.ts';
import type { EnvironmentConfig } from '../../../domain/settings/environment.ts';
import { createComposeTarget } from '../compose/compose.ts';
import type { Timeouts } from '../failure.ts';
import type { KubeLogins } from '../kubernetes/kube-config.ts';
import { createKubernetesTarget } from '../kubernetes/kubernetes.ts';
import { type ContainerFile, composeWorkloads } from './compose-sight.ts';
import { findDatabases } from './databases.ts';
import { kubernetesWorkloads } from './kubernetes-sight.ts';

/** A look is a help for what comes after it, which must not wait long for it. */
const lookMs = 3_000;
const filesMs = 2_500;

export interface ObserveOptions {
  readonly logins: KubeLogins;
  readonly timeouts: Timeouts;
  readonly now: () => Date;
}

/**
 * Looks at what is there of an environment: the objects of its runtime, and the databases of its server. What cannot be
 * looked at within some seconds is left out; nothing throws. No command runs in any container, and values of Secrets are
 * not read.
 */
export async function observe(config: EnvironmentConfig, options: ObserveOptions): Promise<Discovered> {
  const [runtime, found] = await Promise.all([
    orNothing(() => sightOf(config, options)),
    orNothing(() => findDatabases(config, options.timeouts)),
  ]);
  const unseen = [
    ...(runtime === undefined ? ['runtime'] : runtime.unseen),
    ...(found === undefined ? ['databases'] : found.refused.map((name) => `database ${name}`)),
  ];
  return {
    at: options.now().toISOString(),
    ...(runtime === undefined ? { platform: {}, parts: [], healthPaths: {} } : discover(runtime.sight)),
    ...present({ databases: found?.databases }),
    ...(unseen.length === 0 ? {} : { unseen }),
  };
}

async function orNothing<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await within(lookMs, work, { late: () => undefined });
  } catch {
    return undefined;
  }
}

async function sightOf(
  config: EnvironmentConfig,
  { logins, timeouts, now }: ObserveOptions,
): Promise<{ readonly sight: Sight; readonly unseen: readonly string[] } | undefined> {
  const { runtime, platform } = config;
  const addresses = await configuredAddresses(config);
  switch (runtime.kind) {
    case 'none':
      return undefined;
    case 'compose': {
      const target = createComposeTarget({ project: runtime.project, socket: runtime.socket });
      const { workloads, unseen } = await ofCompose(target, addresses, now());
      return { sight: { runtime: 'compose', platform, ...addresses, workloads }, unseen };
    }
    case 'kubernetes': {
      const { namespace, agentNamespace, kubeconfig, context } = runtime;
      const access = present({ kubeconfig, context });
      const target = createKubernetesTarget({ namespace, agentNamespace, ...access }, timeouts, logins);
      const { workloads, unseen } = await ofKubernetes(target);
      return { sight: { runtime: 'kubernetes', platform, namespace, ...addresses, workloads }, unseen };
    }
  }
}

async function ofCompose(target: ComposeTarget, { configured, monitor }: Addresses, now: Date) {
  const containers = await target.containers();
  const files = new Map<string, readonly ContainerFile[]>();
  const unseen = new Set<string>();
  await Promise.all(
    containers.flatMap(({ id, mounts = [] }) =>
      mounts.map(async (path) => {
        const some = await target.files?.(id, path, { timeoutMs: filesMs }).catch(() => {
          unseen.add('files');
          return [];
        });
        files.set(id, [...(files.get(id) ?? []), ...(some ?? [])]);
      }),
    ),
  );
  const reached = [...Object.values(configured), ...(monitor === undefined ? [] : [monitor])];
  const hosts = [...new Set(reached.map((address) => address.replace(/:\d+$/, '')))];
  const workloads = composeWorkloads(containers, ({ id }) => files.get(id) ?? [], hosts, now);
  return { workloads, unseen: [...unseen] };
}

/** What may not be listed is as if it were not there: fewer parts are found. */
async function ofKubernetes(target: KubernetesTarget) {
  const namespaces = [...new Set([target.namespace, target.agentNamespace])];
  const unseen = new Set<string>();
  const list = async (kind: KubeKind, among = namespaces): Promise<readonly KubeObject[]> =>
    (
      await Promise.all(
        among.map((one) =>
          target.list(kind, one).catch(() => {
            unseen.add(`${kind} in ${one}`);
            return [];
          }),
        ),
      )
    ).flat();
  const [deployments, statefulsets, daemonsets, services, configmaps] = await Promise.all([
    list('deployments'),
    list('statefulsets'),
    list('daemonsets'),
    // No part connects to an agent.
    list('services', [target.namespace]),
    list('configmaps'),
  ]);
  const workloads = kubernetesWorkloads({ deployments, statefulsets, daemonsets, services, configmaps });
  return { workloads, unseen: [...unseen] };
}

type Addresses = Pick<Sight, 'configured' | 'monitor'>;

/** Where our configuration says that the parts are. */
async function configuredAddresses(config: EnvironmentConfig): Promise<Addresses> {
  const { services, postgres, redis, nats, neo4j } = config;
  const [postgresUrl, redisUrl, natsUrl, neo4jUrl] = await Promise.all([
    revealed(postgres?.url),
    revealed(redis?.kind === 'single' ? redis.url : undefined),
    revealed(nats?.url),
    revealed(neo4j?.url),
  ]);
  return {
    configured: present({
      ...Object.fromEntries(serviceIds.map((id) => [id, addressOf(services[id]?.url)])),
      postgres: addressOf(postgresUrl, protocolPorts.postgres),
      redis: addressOf(redisUrl, protocolPorts.redis),
      nats: addressOf(natsUrl, protocolPorts.nats),
      neo4j: addressOf(neo4jUrl, protocolPorts.bolt),
    }),
    ...present({ monitor: addressOf(nats?.monitorUrl) }),
  };
}

const revealed = (secret: { reveal(): Promise<string> } | undefined): Promise<string | undefined> =>
  secret === undefined ? Promise.resolve(undefined) : secret.reveal().catch(() => undefined);

function addressOf(text: string | undefined, usualPort?: number): string | undefined {
  if (text === undefined || !URL.canParse(text)) return undefined;
  const { hostname, port, protocol } = new URL(text);
  const usual = usualPort ?? (protocol === 'https:' ? protocolPorts.https : protocolPorts.http);
  return `${hostname}:${port === '' ? usual : port}`;
}
