import { present } from '../../domain/kernel/present.ts';
import { discover, type SeenWorkload } from '../../domain/platform/discovery.ts';
import { type PartId, serviceIds } from '../../domain/platform/part.ts';
import { asInGuide } from '../../domain/platform/platform.ts';
import { usual } from '../../domain/platform/table.ts';
import type { ComposeContainer, ComposeTarget } from '../../domain/probe/targets/compose.ts';
import type { KubeKind, KubeObject, KubernetesTarget } from '../../domain/probe/targets/kubernetes.ts';
import { composeWorkloads } from '../targets/discovery/compose-sight.ts';
import { kubernetesWorkloads } from '../targets/discovery/kubernetes-sight.ts';

/** One part as it was found. */
export interface FoundPart {
  readonly part: PartId;
  /** Workload, Service or container; more than one: which of them it is cannot be told. */
  readonly names: readonly string[];
  readonly address?: string;
  readonly configFile?: string;
  /** It answers nobody: no port, no check and no Service in its manifest. */
  readonly withoutHttp?: true;
}

/** What `init` found: the `runtime`, `services`, … of one environment, and the variables its secrets need. */
export interface Discovered {
  readonly parts: readonly string[];
  readonly found: readonly FoundPart[];
  readonly yaml: Readonly<Record<string, unknown>>;
  readonly variables: readonly { readonly name: string; readonly meaning: string }[];
}

/** A thing with a name under which it can be reached, and its ports. */
interface Found {
  readonly name: string;
  readonly host: string;
  readonly ports: readonly number[];
}

/** What was seen of the workloads, and under which name others reach the one of this name. */
interface Seen {
  readonly found: readonly Found[];
  readonly workloads: readonly SeenWorkload[];
  readonly runtime: 'kubernetes' | 'compose';
}

/** Compose and charts put the project's name first. */
const usualProject = usual.project;

/**
 * From the workloads and Services of the platform's namespaces; what may not be listed is as if it were not there.
 * Undefined when nothing of the platform is among it.
 */
export async function discoverKubernetes(
  target: Pick<KubernetesTarget, 'namespace' | 'agentNamespace' | 'list'>,
  settings: { readonly kubeconfig?: string; readonly context?: string },
): Promise<Discovered | undefined> {
  const { namespace, agentNamespace } = target;
  const services = await target.list('services', namespace);
  const list = async (kind: KubeKind) => {
    const namespaces = [...new Set([namespace, agentNamespace])];
    return (await Promise.all(namespaces.map((one) => target.list(kind, one).catch(() => [])))).flat();
  };
  const [deployments, statefulsets, daemonsets, configmaps] = await Promise.all([
    list('deployments'),
    list('statefulsets'),
    list('daemonsets'),
    list('configmaps'),
  ]);
  const workloads = kubernetesWorkloads({ deployments, statefulsets, daemonsets, services, configmaps });
  const found = services.map((service): Found => {
    const { name } = service.metadata;
    return { name, host: `${name}.${namespace}`, ports: servicePorts(service) };
  });
  const runtime = { kind: 'kubernetes', namespace, agentNamespace, ...settings };
  return describe(runtime, { found, workloads, runtime: 'kubernetes' });
}

function servicePorts(service: KubeObject): readonly number[] {
  const spec = service['spec'] as { ports?: readonly { port?: unknown }[] } | undefined;
  return (spec?.ports ?? []).flatMap(({ port }) => (typeof port === 'number' ? [port] : []));
}

/** From the containers of a Compose project: their names, images, ports, and what they are given. */
export async function discoverCompose(
  target: Pick<ComposeTarget, 'project' | 'containers' | 'files'>,
  socket: string,
): Promise<Discovered | undefined> {
  const containers = await target.containers();
  const names = [...new Set(containers.map((container) => container.service))].sort();
  const found = names.map((name): Found => {
    const own = containers.filter(({ service }) => service === name);
    return { name, host: name, ports: [...new Set(own.flatMap(({ ports = [] }) => ports))] };
  });
  const mounted = await Promise.all(
    containers.flatMap(({ id, mounts = [] }) =>
      mounts.map(async (path) => ({ id, files: (await target.files?.(id, path).catch(() => [])) ?? [] })),
    ),
  );
  const filesOf = ({ id }: ComposeContainer) => mounted.flatMap((one) => (one.id === id ? one.files : []));
  const workloads = composeWorkloads(containers, filesOf, []);
  const runtime = { kind: 'compose', project: target.project, socket };
  return describe(runtime, { found, workloads, runtime: 'compose' });
}

function describe(
  runtime: Readonly<Record<string, unknown>>,
  { found, workloads, runtime: kind }: Seen,
): Discovered | undefined {
  const {
    parts: seen,
    platform,
    withoutHttp = [],
  } = discover({
    ...{ runtime: kind, workloads, configured: {}, platform: asInGuide },
  });
  const locate = (part: Exclude<PartId, 'collect-agent' | 'runtime'>): string | undefined => {
    const { aliases: others, port: usualPort, service: own } = asInGuide.parts[part];
    // What was recognised by its image or by what it is given may have any name.
    const row = platform.parts?.[part];
    const name = row?.service ?? row?.composeService;
    const aliases = [own, ...others];
    const one =
      found.find((candidate) => candidate.name === name) ??
      found.find((candidate) =>
        aliases.some((alias) => candidate.name === alias || candidate.name === `${usualProject}-${alias}`),
      );
    if (one === undefined) return undefined;
    const port = one.ports.length === 0 || one.ports.includes(usualPort) ? usualPort : one.ports[0];
    return `${one.host}:${port}`;
  };
  const services = serviceIds.flatMap((id) => {
    const address = withoutHttp.includes(id) ? undefined : locate(id);
    return address === undefined ? [] : [[id, { url: `http://${address}` }] as const];
  });
  const [postgres, redis, nats, neo4j] = [
    locate('postgres'),
    locate('redis'),
    locate('nats'),
    locate('neo4j'),
  ];
  const monitor = nats?.replace(/:\d+$/, `:${asInGuide.parts.nats.monitorPort}`);
  const yaml = {
    runtime,
    ...(services.length === 0 ? {} : { services: Object.fromEntries(services) }),
    ...(withoutHttp.length === 0 ? {} : { withoutHttp }),
    ...present({
      postgres: postgres === undefined ? undefined : { url: { env: 'AETHERIUS_PG_URL' } },
      redis: redis === undefined ? undefined : { url: { env: 'AETHERIUS_REDIS_URL' } },
      nats: nats === undefined ? undefined : { url: `nats://${nats}`, monitorUrl: `http://${monitor}` },
      neo4j:
        neo4j === undefined
          ? undefined
          : { url: `bolt://${neo4j}`, user: 'neo4j', password: { env: 'AETHERIUS_NEO4J_PASSWORD' } },
    }),
  };
  const variables = [
    ...(postgres === undefined
      ? []
      : [
          {
            name: 'AETHERIUS_PG_URL',
            meaning: `postgres://USER:PASSWORD@${postgres}/postgres, a role with pg_monitor`,
          },
        ]),
    ...(redis === undefined ? [] : [{ name: 'AETHERIUS_REDIS_URL', meaning: `redis://:PASSWORD@${redis}` }]),
    ...(neo4j === undefined
      ? []
      : [{ name: 'AETHERIUS_NEO4J_PASSWORD', meaning: 'password of the user neo4j' }]),
  ];
  const parts = [
    ...services.map(([id]) => id),
    ...Object.entries({ postgres, redis, nats, neo4j }).flatMap(([part, address]) =>
      address === undefined ? [] : [part],
    ),
  ];
  const addresses = new Map<string, string | undefined>([
    ...services.map(([id, { url }]) => [id, url] as const),
    ...Object.entries({ postgres, redis, nats, neo4j }),
  ]);
  const rows = seen.flatMap(({ part, candidates }): readonly FoundPart[] => {
    const address = addresses.get(part);
    const names =
      candidates.length > 0
        ? candidates
        : address === undefined
          ? []
          : [address.replace(/^.*\/\/|[.:].*$/g, '')];
    if (names.length === 0) return [];
    const row = platform.parts?.[part] as { readonly configFile?: string } | undefined;
    const mute = withoutHttp.some((id) => id === part) ? (true as const) : undefined;
    return [{ part, names, ...present({ address, configFile: row?.configFile, withoutHttp: mute }) }];
  });
  return parts.length === 0 ? undefined : { parts: [...parts, ...withoutHttp], found: rows, yaml, variables };
}
