import { present } from '../../domain/kernel/present.ts';
import { discover, type SeenWorkload } from '../../domain/platform/discovery.ts';
import { configuredIds, type PartId, type ServiceId, serviceIds } from '../../domain/platform/part.ts';
import { asInGuide } from '../../domain/platform/platform.ts';
import { usual } from '../../domain/platform/table.ts';
import type { Unchecked } from '../../domain/platform/unchecked.ts';
import type { ComposeContainer, ComposeTarget } from '../../domain/probe/targets/compose.ts';
import type { KubeKind, KubeObject, KubernetesTarget } from '../../domain/probe/targets/kubernetes.ts';
import type { NamedContainer } from '../targets/compose/compose.ts';
import { composeWorkloads } from '../targets/discovery/compose-sight.ts';
import { kubernetesWorkloads } from '../targets/discovery/kubernetes-sight.ts';
import { type Listening, listeningOf, type Unseen } from '../targets/discovery/listening.ts';

/** One part as it was found. */
export interface FoundPart {
  readonly part: PartId;
  /** Workload, Service or container; more than one: which of them it is cannot be told. */
  readonly names: readonly string[];
  readonly address?: string;
  readonly configFile?: string;
  /** It answers no request: its manifest has no port, no check and no Service, or its process was seen to listen nowhere. */
  readonly withoutHttp?: 'by-manifest' | 'by-sockets';
  /** Ports that its container declares although nothing listens there. */
  readonly closed?: readonly number[];
  /** Why it was not seen that its address has a listener; `other-ports`: which of several it is cannot be told. */
  readonly unseen?: Unseen | 'other-ports';
}

/** What `init` found: the `runtime`, `services`, … of one environment, and the variables its secrets need. */
export interface Discovered {
  readonly parts: readonly string[];
  readonly found: readonly FoundPart[];
  readonly yaml: Readonly<Record<string, unknown>>;
  readonly variables: readonly { readonly name: string; readonly meaning: string }[];
  /** Compose networks outside of which the addresses lead nowhere. */
  readonly networks?: readonly string[];
  /** What runs there besides, or is used by a part, and is not checked. */
  readonly unchecked?: readonly Unchecked[];
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
  /** What listens in the containers of the workload of this name; on Kubernetes a command in a Pod may not be allowed. */
  readonly listening?: (name: string) => Promise<Listening>;
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
  const spec = service.spec as { ports?: readonly { port?: unknown }[] } | undefined;
  return (spec?.ports ?? []).flatMap(({ port }) => (typeof port === 'number' ? [port] : []));
}

/** A namespace or project in which parts of the platform run. */
export interface Elsewhere {
  readonly place: string;
  readonly parts: readonly PartId[];
}

const mostPlaces = 5;

/** Other namespaces with parts of the platform, by their names and images. Rejects where they may not be listed. */
export async function elsewhereOnKubernetes(
  target: Pick<KubernetesTarget, 'list'>,
): Promise<readonly Elsewhere[]> {
  const everywhere = '';
  const [deployments, statefulsets, daemonsets] = await Promise.all([
    target.list('deployments', everywhere),
    target.list('statefulsets', everywhere),
    target.list('daemonsets', everywhere),
  ]);
  const workloads = kubernetesWorkloads({
    deployments,
    statefulsets,
    daemonsets,
    services: [],
    configmaps: [],
  });
  return placesOf('kubernetes', workloads, ({ namespace = '' }) => namespace);
}

/** Other projects of the same engine with parts of the platform. */
export function elsewhereOnCompose(containers: readonly NamedContainer[]): readonly Elsewhere[] {
  const workloads = containers.map(({ project, service, image }) => ({
    ...{ name: service, project, image, addresses: [], hosts: [service], values: [], files: [] },
    ...{ configMaps: [], health: {}, secrets: new Map<string, string>() },
  }));
  return placesOf('compose', workloads, ({ project }) => project);
}

/** A store alone is anybody's: a place has a program of the platform. Those with the most parts first. */
function placesOf<Workload extends SeenWorkload>(
  runtime: 'kubernetes' | 'compose',
  workloads: readonly Workload[],
  placeOf: (workload: Workload) => string,
): readonly Elsewhere[] {
  const places = [...new Set(workloads.map(placeOf))].toSorted();
  return places
    .flatMap((place): readonly Elsewhere[] => {
      const own = workloads.filter((one) => placeOf(one) === place);
      const { parts: seen } = discover({ runtime, workloads: own, configured: {}, platform: asInGuide });
      const parts = seen.flatMap(({ part, candidates }) => (candidates.length === 0 ? [] : [part]));
      return parts.some((part) => configuredIds.some((id) => id === part)) ? [{ place, parts }] : [];
    })
    .toSorted((a, b) => b.parts.length - a.parts.length)
    .slice(0, mostPlaces);
}

/**
 * From the containers of a Compose project: their names, images, ports, what they are given, and on which ports the
 * processes of the services listen. A declared port is only what somebody wrote.
 */
export async function discoverCompose(
  target: Pick<ComposeTarget, 'project' | 'containers' | 'files' | 'exec'>,
  socket: string,
  now: Date,
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
  const listening = (name: string) =>
    listeningOf(
      target,
      containers.filter((one) => (one.service || one.name) === name),
      now,
    );
  const described = await describe(runtime, { found, workloads, runtime: 'compose', listening });
  const networks = [...new Set(containers.flatMap((one) => one.networks))].toSorted();
  return described === undefined ? undefined : { ...described, networks };
}

async function describe(
  runtime: Readonly<Record<string, unknown>>,
  { found, workloads, runtime: kind, listening }: Seen,
): Promise<Discovered | undefined> {
  const {
    parts: seen,
    platform,
    withoutHttp: undeclared = [],
    unchecked,
  } = discover({
    ...{ runtime: kind, workloads, configured: {}, platform: asInGuide },
    ...present({ namespace: typeof runtime.namespace === 'string' ? runtime.namespace : undefined }),
  });
  const open = new Map<string, Listening>();
  await Promise.all(
    seen.map(async ({ part, found: name }) => {
      if (listening === undefined || name === undefined || !isService(part)) return;
      open.set(part, await listening(name));
    }),
  );
  const isClosed = (id: string) => {
    const sockets = open.get(id);
    return sockets !== undefined && 'ports' in sockets && sockets.ports.size === 0;
  };
  const withoutHttp = serviceIds.filter((id) => undeclared.includes(id) || isClosed(id));
  const find = (part: Exclude<PartId, 'collect-agent' | 'runtime'>): Found | undefined => {
    const { aliases: others, service: own } = asInGuide.parts[part];
    // What was recognised by its image or by what it is given may have any name.
    const row = platform.parts?.[part];
    const name = row?.service ?? row?.composeService;
    const aliases = [own, ...others];
    return (
      found.find((candidate) => candidate.name === name) ??
      found.find((candidate) =>
        aliases.some((alias) => candidate.name === alias || candidate.name === `${usualProject}-${alias}`),
      )
    );
  };
  const locate = (part: Exclude<PartId, 'collect-agent' | 'runtime'>): string | undefined => {
    const one = find(part);
    return one === undefined ? undefined : `${one.host}:${portOf(one, part, open.get(part))}`;
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
    const shown = { part, names, ...present({ address, configFile: row?.configFile }) };
    if (!isService(part)) return [shown];
    const declared = find(part)?.ports ?? [];
    if (isClosed(part)) return [{ ...shown, withoutHttp: 'by-sockets', closed: declared }];
    if (undeclared.includes(part)) return [{ ...shown, withoutHttp: 'by-manifest' }];
    return [{ ...shown, ...present({ unseen: unseenOf(address, open.get(part)) }) }];
  });
  const nothing = parts.length + withoutHttp.length === 0;
  return nothing
    ? undefined
    : { parts: [...parts, ...withoutHttp], found: rows, yaml, variables, ...present({ unchecked }) };
}

const isService = (part: PartId): part is ServiceId => serviceIds.some((id) => id === part);

/** Where it listens, as far as that was seen and leaves no choice; else what is declared, and what is usual before that. */
function portOf(
  { ports }: Found,
  part: Exclude<PartId, 'collect-agent' | 'runtime'>,
  open: Listening | undefined,
): number | undefined {
  const { port: usualPort } = asInGuide.parts[part];
  const declared = ports.length === 0 || ports.includes(usualPort) ? usualPort : ports[0];
  if (open === undefined || 'unseen' in open) return declared;
  const [only, ...more] = open.ports;
  return (
    [declared, ...ports].find((port) => port !== undefined && open.ports.has(port)) ??
    (more.length === 0 ? (only ?? declared) : declared)
  );
}

/** Why it was not seen that something listens at the address; undefined where it was, or without a look. */
function unseenOf(address: string | undefined, open: Listening | undefined): FoundPart['unseen'] {
  if (address === undefined || open === undefined) return undefined;
  if ('unseen' in open) return open.unseen;
  return open.ports.has(Number(new URL(address).port)) ? undefined : 'other-ports';
}
