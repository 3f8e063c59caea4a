import { present } from '../kernel/present.ts';
import type { Discovered, SeenHealthPaths, SeenPart } from './discovered.ts';
import { configuredIds, type PartId, partIds, serviceIds } from './part.ts';
import { partOfWorkload } from './part-names.ts';
import { factsOf, type Platform, type PlatformChanges } from './platform.ts';
import { guide, type WorkloadName } from './table.ts';
import { imageName, uncheckedIn } from './unchecked.ts';

/** Where something is reached: `port` from outside, `targetPort` where its process listens. */
export interface SeenAddress {
  readonly host: string;
  readonly port: number;
  readonly targetPort: number;
  /** The Service that leads there. */
  readonly service?: string;
}

/** A configuration file that a container is given. */
export interface SeenFile {
  readonly path: string;
  /** Its scalars, without their keys. */
  readonly values: readonly string[];
  readonly configMap?: string;
  /** It has a list of steps, as the definition of a workflow has. */
  readonly steps?: true;
}

/** A workload or a Compose service, as the runtime describes it; values of Secrets are not among it. */
export interface SeenWorkload {
  readonly name: string;
  /** On Kubernetes. */
  readonly namespace?: string;
  /** On Kubernetes. */
  readonly kind?: 'deployment' | 'statefulset' | 'daemonset';
  readonly container?: string;
  readonly image: string;
  /** The engine's id of it, where its one container is seen to run well. */
  readonly ran?: string;
  readonly addresses: readonly SeenAddress[];
  /** Host names that lead to it, on whatever port. */
  readonly hosts: readonly string[];
  /** Values that its process is given: variables and arguments. */
  readonly values: readonly string[];
  readonly files: readonly SeenFile[];
  /** ConfigMaps that are mounted as files. */
  readonly configMaps: readonly string[];
  readonly health: SeenHealthPaths;
  /** Its manifest has no port and no check, and no Service leads to it: it answers no request. */
  readonly portless?: true;
  /** Variables that a Secret gives, by name, with the Secret and its key. */
  readonly secrets: ReadonlyMap<string, string>;
}

type Part = Exclude<PartId, 'runtime'>;

/** All that a look at an installation has to go by. */
export interface Sight {
  readonly runtime: 'kubernetes' | 'compose';
  readonly workloads: readonly SeenWorkload[];
  /** Addresses of parts in our configuration, `host:port`. */
  readonly configured: Readonly<Partial<Record<Part, string>>>;
  /** Of the second port of NATS. */
  readonly monitor?: string;
  /** What the configuration says; what it names is not looked for. */
  readonly platform: Platform;
  /** On Kubernetes, where the platform runs: of its neighbours there each is told. */
  readonly namespace?: string;
}

const stores = ['postgres', 'redis', 'nats', 'neo4j'] as const satisfies readonly PartId[];
type Store = (typeof stores)[number];
const parts = partIds.filter((id): id is Part => id !== 'runtime');

/** What the parts are called here, by what was seen: nothing is taken for a part that something else may be, too. */
export function discover(
  sight: Sight,
): Pick<Discovered, 'platform' | 'parts' | 'healthPaths' | 'withoutHttp' | 'images' | 'ran' | 'unchecked'> {
  const found = identify(sight);
  const unchecked = uncheckedIn({
    ...{ workloads: sight.workloads, found, pointsAt: pointers(sight, found) },
    dependsOn: (part) => guide.parts[part].dependsOn,
    ...present({ namespace: sight.namespace }),
  });
  const seen = [...found].flatMap(([part, candidates]) => {
    const [one, ...others] = candidates;
    return one === undefined || others.length > 0 ? [] : [[part, one] as const];
  });
  const hosts = new Set([
    ...sight.workloads.flatMap((one) => one.hosts),
    ...Object.values(sight.configured).flatMap((address) => addressOf(address).map(({ host }) => host)),
  ]);
  const rows = seen.map(([part, workload]) => [part, rowOf(sight, part, workload, hosts)] as const);
  const health = seen.flatMap(([part, { health: paths }]) =>
    serviceIds.some((id) => id === part) && Object.keys(paths).length > 0 ? [[part, paths] as const] : [],
  );
  const token = tokenVariable(new Map(seen));
  const workflows = workflowFolder(new Map<PartId, SeenWorkload>(seen).get('orchestrator-service'));
  return {
    platform: {
      parts: Object.fromEntries(rows) as NonNullable<PlatformChanges['parts']>,
      ...(token === undefined ? {} : { variables: { token } }),
      ...(workflows === undefined ? {} : { files: { workflows } }),
    },
    parts: parts.map((part): SeenPart => {
      const names = (found.get(part) ?? []).map(({ name }) => name);
      return { part, candidates: names, ...(names.length === 1 ? { found: names[0] ?? '' } : {}) };
    }),
    images: Object.fromEntries(seen.flatMap(([part, { image }]) => (image === '' ? [] : [[part, image]]))),
    ran: Object.fromEntries(seen.flatMap(([part, { ran }]) => (ran === undefined ? [] : [[part, ran]]))),
    healthPaths: Object.fromEntries(health),
    withoutHttp: serviceIds.filter((id) => new Map<PartId, SeenWorkload>(seen).get(id)?.portless === true),
    ...(unchecked.length === 0 ? {} : { unchecked }),
  };
}

type Found = ReadonlyMap<Part, readonly SeenWorkload[]>;

/** Each step looks only for what the steps before have left open, among what they have left unclaimed. */
function identify(sight: Sight): Found {
  const found = new Map<Part, readonly SeenWorkload[]>();
  const claimed = new Set<SeenWorkload>();
  const claim = (part: Part, candidates: readonly SeenWorkload[]) => {
    if (candidates.length === 0) return;
    found.set(part, candidates);
    for (const one of candidates) claimed.add(one);
  };
  const left = () => sight.workloads.filter((one) => !claimed.has(one));
  const open = <P extends Part>(some: readonly P[]) => some.filter((part) => !found.has(part));

  for (const part of parts)
    claim(
      part,
      sight.workloads.filter(({ name }) => partOfWorkload(name, sight.platform) === part),
    );
  const byAddress = new Map(
    open(parts).map((part) => [part, left().filter((one) => leadsTo(one, sight.configured[part]))]),
  );
  for (const [part, candidates] of byAddress)
    claim(
      part,
      candidates.filter((one) => !contradicts(one, part)),
    );
  for (const part of open(stores))
    claim(
      part,
      left().filter(({ image }) => storeOfImage(image) === part),
    );
  const points = pointers(sight, found);
  // The manager first: an orchestrator is known by pointing at it.
  for (const part of open(configuredIds))
    claim(
      part,
      left().filter((one) => storeOfImage(one.image) === undefined && programs[part](points(one))),
    );
  return found;
}

const leadsTo = ({ addresses }: SeenWorkload, address: string | undefined) =>
  address !== undefined && addresses.some(({ host, port }) => `${host}:${port}` === address);

/** The image of one store under the address of another: the address is of some other machine. */
function contradicts({ image }: SeenWorkload, part: Part): boolean {
  const store = storeOfImage(image);
  return store !== undefined && store !== part;
}

/** `postgres` of `registry.example/library/postgres:17`: the server's own name, no matter who built the image. */
function storeOfImage(image: string): Store | undefined {
  const name = imageName(image);
  return stores.find((store) => name === store || guide.parts[store].aliases.some((alias) => name === alias));
}

/** What each program is given addresses of, and no other program is. */
const programs: Readonly<Record<(typeof configuredIds)[number], (pointsAt: ReadonlySet<PartId>) => boolean>> =
  {
    'agent-manager': (at) => at.has('postgres') && at.has('redis') && at.has('nats'),
    'orchestrator-service': (at) => at.has('postgres') && at.has('agent-manager') && !at.has('redis'),
    'reasoning-service': (at) => at.has('neo4j') && !at.has('postgres'),
    'collect-agent': (at) => at.has('nats') && !at.has('postgres') && !at.has('redis') && !at.has('neo4j'),
  };

interface Place {
  readonly part: Part;
  readonly hosts: readonly string[];
  readonly ports: readonly number[];
}

/** The parts whose addresses a workload is given. A host that several parts have counts only together with the port. */
function pointers(sight: Sight, found: Found): (workload: SeenWorkload) => ReadonlySet<PartId> {
  const places = (): readonly Place[] =>
    parts.flatMap((part) => {
      const own = found.get(part) ?? [];
      const configured = addressOf(sight.configured[part]);
      const hosts = new Set([...own.flatMap((one) => one.hosts), ...configured.map(({ host }) => host)]);
      const ports = [
        ...own.flatMap(({ addresses }) => addresses.map(({ port }) => port)),
        ...configured.map(({ port }) => port),
      ];
      return hosts.size === 0 ? [] : [{ part, hosts: [...hosts], ports: [...new Set(ports)] }];
    });
  return (workload) => {
    const all = places();
    const shared = (host: string) => all.filter(({ hosts }) => hosts.includes(host)).length > 1;
    const words = wordsOf([...workload.values, ...workload.files.flatMap(({ values }) => values)]);
    const points = ({ hosts, ports }: Place) =>
      hosts.some((host) =>
        shared(host)
          ? ports.some((port) => words.has(`${host}:${port}`) || (words.has(host) && words.has(`${port}`)))
          : words.has(host),
      );
    return new Set(all.filter(points).map(({ part }) => part));
  };
}

function addressOf(text: string | undefined): readonly { readonly host: string; readonly port: number }[] {
  const match = /^(.+):(\d+)$/.exec(text ?? '');
  return match?.[1] === undefined ? [] : [{ host: match[1], port: Number(match[2]) }];
}

/** Hosts, ports and `host:port` in what a process is given, each as a word. */
function wordsOf(texts: readonly string[]): ReadonlySet<string> {
  const words = new Set<string>();
  for (const text of texts)
    for (const [word] of text.matchAll(/[\w.-]+(?::\d+)?/g)) {
      words.add(word);
      const [host = '', port] = word.split(':');
      if (port === undefined) continue;
      words.add(host);
      words.add(port);
    }
  return words;
}

/** The one file that tells its program where another part is; a workflow or a table of rules does not. */
function configFile(workload: SeenWorkload, hosts: ReadonlySet<string>): SeenFile | undefined {
  const files = workload.files.filter(({ steps }) => steps !== true);
  const [only, ...more] = files;
  if (more.length === 0) return only;
  return onlyOne(files.filter(({ values }) => [...wordsOf(values)].some((word) => hosts.has(word))));
}

/** The one folder in which its workflows lie. */
function workflowFolder(orchestrator: SeenWorkload | undefined): string | undefined {
  const files = orchestrator?.files.filter(({ steps }) => steps === true) ?? [];
  return onlyOne([...new Set(files.map(({ path }) => path.replace(/\/[^/]*$/, '')))]);
}

function rowOf(
  sight: Sight,
  part: Part,
  workload: SeenWorkload,
  hosts: ReadonlySet<string>,
): Readonly<Record<string, unknown>> {
  const has = factsOf(sight.platform, part);
  const onKubernetes = sight.runtime === 'kubernetes';
  const reached = workload.addresses.find(({ host, port }) => `${host}:${port}` === sight.configured[part]);
  const services = [...new Set(workload.addresses.flatMap(({ service }) => service ?? []))];
  const monitor = workload.addresses.find(({ host, port }) => `${host}:${port}` === sight.monitor);
  const file = configFile(workload, hosts);
  const program = configuredIds.some((id) => id === part);
  const workloadName: WorkloadName | undefined =
    workload.kind === undefined ? undefined : `${workload.kind}/${workload.name}`;
  return present({
    workload: onKubernetes ? workloadName : undefined,
    composeService: onKubernetes ? undefined : workload.name,
    container: onKubernetes ? workload.container : undefined,
    service: onKubernetes && has.service !== undefined ? (reached?.service ?? onlyOne(services)) : undefined,
    port: has.port === undefined ? undefined : reached?.targetPort,
    servicePort:
      reached === undefined || reached.service === undefined || reached.port === reached.targetPort
        ? undefined
        : reached.port,
    monitorPort: part === 'nats' ? monitor?.targetPort : undefined,
    configFile: program ? file?.path : undefined,
    configMap: onKubernetes && !program ? onlyOne(workload.configMaps) : file?.configMap,
  });
}

const onlyOne = <T>(list: readonly T[]): T | undefined => (list.length === 1 ? list[0] : undefined);

/** The variable of a Secret that both sides of the registration share, and no store has. */
function tokenVariable(seen: ReadonlyMap<Part, SeenWorkload>): string | undefined {
  const [manager, agent] = [seen.get('agent-manager'), seen.get('collect-agent')];
  if (manager === undefined || agent === undefined) return undefined;
  const ofStores = new Set(stores.flatMap((store) => [...(seen.get(store)?.secrets.values() ?? [])]));
  const shared = [...manager.secrets].flatMap(([name, secret]) =>
    agent.secrets.get(name) === secret && !ofStores.has(secret) ? [name] : [],
  );
  return onlyOne(shared);
}
