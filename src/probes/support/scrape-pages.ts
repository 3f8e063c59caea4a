import { z } from 'zod';
import { TargetError } from '../../domain/kernel/errors.ts';
import { type PartId, serviceIds } from '../../domain/platform/part.ts';
import { partOfWorkload } from '../../domain/platform/part-names.ts';
import { factsOf } from '../../domain/platform/platform.ts';
import { prometheus } from '../../domain/platform/table.ts';
import type { KubeObject } from '../../domain/probe/targets/kubernetes.ts';
import type { Instance } from '../../domain/probe/targets/runtime.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { ownerOf, partOfPod } from '../../domain/probe/workload.ts';
import { asMeta, type PodSearch, type ScrapeJob, type ServiceSearch } from './monitoring.ts';
import { socketsOf } from './sockets.ts';

const PodStatus = z.object({
  status: z.object({ phase: z.string().optional(), startTime: z.string().nullish() }).prefault({}),
});
const ServicePorts = z.object({
  spec: z
    .object({
      ports: z
        .array(
          z.object({
            name: z.string().optional(),
            port: z.number(),
            targetPort: z.union([z.number(), z.string()]).optional(),
          }),
        )
        .default([]),
    })
    .prefault({}),
});

/** What is behind a target of a scrape configuration. */
export type Scraped = { readonly job: ScrapeJob; readonly target: string } & (
  | { readonly kind: 'page'; readonly metrics: ReadonlySet<string> }
  /** Prometheus itself. */
  | { readonly kind: 'self' }
  /** A program runs there, and no process listens on the port. */
  | { readonly kind: 'closed'; readonly container: string; readonly part: PartId; readonly open: string }
  /** It answers, and its answer has no metrics. */
  | {
      readonly kind: 'no-page';
      readonly container: string;
      readonly part: PartId;
      readonly path: string;
      readonly status: number;
    }
  /** No Pod or Service of this kind is there, although the list of them could be read. */
  | { readonly kind: 'no-object'; readonly wanted: string; readonly near: string }
  | { readonly kind: 'unknown' }
);

interface Look {
  readonly deps: With<'runtime'>;
  readonly signal: AbortSignal;
  readonly now: number;
  readonly openAfterMs: number;
}

/** The answer of each target of these jobs, from here and by the sockets of the containers. */
export async function scraped(jobs: readonly ScrapeJob[], look: Look): Promise<readonly Scraped[]> {
  const all = await Promise.all(jobs.map((job) => ofJob(job, look)));
  return all.flat();
}

async function ofJob(job: ScrapeJob, look: Look): Promise<readonly Scraped[]> {
  const fixed = await Promise.all(job.targets.map((target) => ofTarget(job, target, look)));
  if (job.opaque) return [...fixed, { job, target: job.name, kind: 'unknown' }];
  if (job.services !== undefined) return [...fixed, ...(await ofServices(job, job.services, look))];
  return job.pods === undefined ? fixed : [...fixed, ...(await ofPods(job, job.pods, look))];
}

async function ofTarget(job: ScrapeJob, target: string, look: Look): Promise<Scraped> {
  const base = { job, target };
  const [, host, digits] = /^([\w.-]+):(\d{1,5})$/.exec(target) ?? [];
  if (host === undefined) return { ...base, kind: 'unknown' };
  if (/^(?:localhost|127\.0\.0\.1)$/.test(host))
    return { ...base, kind: Number(digits) === prometheus.port ? 'self' : 'unknown' };
  const port = Number(digits);
  const { compose, kubernetes } = look.deps;
  if (compose !== undefined) return ofContainer(base, host, port, look);
  return kubernetes === undefined ? { ...base, kind: 'unknown' } : ofService(base, host, port, look);
}

type Base = Pick<Scraped, 'job' | 'target'>;

async function ofContainer(base: Base, host: string, port: number, look: Look): Promise<Scraped> {
  const { runtime, compose, platform } = look.deps;
  const containers = (await compose?.containers({ signal: look.signal })) ?? [];
  const named = containers.filter(
    ({ hosts = [], service, name }) => hosts.includes(host) || service === host || name === host,
  );
  const container = named.find(({ state }) => state === 'running');
  const part = container && partOfWorkload(container.service || container.name, platform);
  if (container === undefined || part === undefined) return { ...base, kind: 'unknown' };
  const instances = await runtime.instances(part, { signal: look.signal });
  const instance = instances.find(({ id }) => id === container.id);
  const [address] = container.addresses ?? [];
  return instance === undefined
    ? { ...base, kind: 'unknown' }
    : ofInstance(base, instance, { port, address }, look);
}

async function ofService(base: Base, host: string, port: number, look: Look): Promise<Scraped> {
  const { runtime, kubernetes, platform } = look.deps;
  const [name = '', namespace = base.job.namespace, kind, ...rest] = host.split('.');
  // Any other name is that of a machine.
  const isService = kind === undefined || (kind === 'svc' && /^(?:cluster\.local)?$/.test(rest.join('.')));
  if (kubernetes === undefined || namespace === undefined || !isService) return { ...base, kind: 'unknown' };
  const listed = await kubernetes.list('services', namespace, { signal: look.signal }).catch(() => undefined);
  if (listed === undefined) return { ...base, kind: 'unknown' };
  const service = listed.find(({ metadata }) => metadata.name === name);
  if (service === undefined) {
    const near = listed
      .map(({ metadata }) => metadata.name)
      .filter((other) => other.split('-').includes(name));
    return {
      ...base,
      kind: 'no-object',
      wanted: `Service ${namespace}/${name}`,
      near: near.join(', ') || '–',
    };
  }
  const part = partOfWorkload(name, platform);
  const own = ServicePorts.parse(service).spec.ports.find((one) => one.port === port);
  const targetPort = own?.targetPort ?? own?.port;
  if (part === undefined || typeof targetPort !== 'number') return { ...base, kind: 'unknown' };
  const instance = oldest(await runtime.instances(part, { signal: look.signal }));
  if (instance === undefined) return { ...base, kind: 'unknown' };
  return ofInstance(base, instance, { port: targetPort, address: instance.address?.host }, look);
}

const oldest = (instances: readonly Instance[]): Instance | undefined =>
  instances
    .filter(({ phase }) => phase === 'running')
    .toSorted((a, b) => (a.startedAt ?? '').localeCompare(b.startedAt ?? ''))[0];

function fits({ labels }: PodSearch, own: Readonly<Record<string, string>> = {}): boolean {
  const meta = new Map(Object.entries(own).map(([name, value]) => [asMeta(name), value]));
  return Object.entries(labels).every(([name, value]) => meta.get(name) === value);
}

/** The Services that a monitor selects by their labels, each at its port of that name. */
async function ofServices(job: ScrapeJob, search: ServiceSearch, look: Look): Promise<readonly Scraped[]> {
  const { kubernetes, platform } = look.deps;
  const base = { job, target: job.name };
  if (kubernetes === undefined) return [{ ...base, kind: 'unknown' }];
  const { namespaces, labels, portName } = search;
  const lists = await Promise.all(
    namespaces.map((one) => kubernetes.list('services', one, { signal: look.signal }).catch(() => undefined)),
  );
  if (lists.includes(undefined)) return [{ ...base, kind: 'unknown' }];
  const all = lists.flatMap((services) => services ?? []);
  const own = all.filter(({ metadata }) =>
    Object.entries(labels).every(([name, value]) => metadata.labels?.[name] === value),
  );
  const asked = Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ');
  if (own.length === 0) {
    const parts = new Set(Object.values(labels).map((value) => partOfWorkload(value, platform)));
    const near = all.find(({ metadata: { name } }) => {
      const part = partOfWorkload(name, platform);
      return part !== undefined && parts.has(part);
    });
    const wanted = `Service ${namespaces.join(', ')} ${asked}`;
    return [{ ...base, kind: 'no-object', wanted, near: near?.metadata.name ?? '–' }];
  }
  const seen = await Promise.all(
    own.map(async (service): Promise<Scraped> => {
      const { name, namespace = '' } = service.metadata;
      const { ports } = ServicePorts.parse(service).spec;
      const port = ports.find((one) => one.name === portName)?.port;
      if (port !== undefined)
        return ofService({ job, target: `${name}:${port}` }, `${name}.${namespace}`, port, look);
      const named = ports.flatMap((one) => one.name ?? `${one.port}`).join(', ') || '–';
      return {
        job,
        target: name,
        kind: 'no-object',
        wanted: `port ${portName} of Service ${name}`,
        near: named,
      };
    }),
  );
  return seen;
}

const PodPorts = z.object({
  spec: z
    .object({
      containers: z
        .array(
          z.object({
            ports: z.array(z.object({ name: z.string().optional(), containerPort: z.number() })).default([]),
          }),
        )
        .default([]),
    })
    .prefault({}),
});

async function ofPods(job: ScrapeJob, search: PodSearch, look: Look): Promise<readonly Scraped[]> {
  const { kubernetes, runtime, platform } = look.deps;
  const base = { job, target: job.name };
  if (kubernetes === undefined) return [{ ...base, kind: 'unknown' }];
  const list = async (namespaces: readonly string[]) => {
    const all = await Promise.all(
      namespaces.map((one) => kubernetes.list('pods', one, { signal: look.signal }).catch(() => undefined)),
    );
    return all.includes(undefined) ? undefined : all.flatMap((pods) => pods ?? []);
  };
  const pods = await list(search.namespaces);
  if (pods === undefined) return [{ ...base, kind: 'unknown' }];
  const own = pods.filter(({ metadata }) => fits(search, metadata.labels));
  const wanted = `Pod ${search.namespaces.join(', ')} ${Object.entries(search.labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ')}`;
  if (own.length === 0) {
    const here = (await list([kubernetes.namespace, kubernetes.agentNamespace])) ?? [];
    return [{ ...base, kind: 'no-object', wanted, near: nearTo(search, here, look) }];
  }
  const running = own
    .map((pod) => ({ ...pod, ...PodStatus.parse(pod) }))
    .filter(({ status }) => status.phase === 'Running');
  const [pod] = running.toSorted((a, b) =>
    (a.status.startTime ?? '').localeCompare(b.status.startTime ?? ''),
  );
  const part = pod && partOfPod(pod, platform);
  const instances = part === undefined ? [] : await runtime.instances(part, { signal: look.signal });
  const instance = instances.find(({ id }) => id === pod?.metadata.uid);
  const { portName } = search;
  if (portName !== undefined && pod !== undefined) {
    const declared = PodPorts.parse(pod).spec.containers.flatMap(({ ports }) => ports);
    const port = declared.find(({ name }) => name === portName)?.containerPort;
    if (port === undefined) {
      const near = declared.map((one) => one.name ?? `${one.containerPort}`).join(', ') || '–';
      const missing = `port ${portName} of Pod ${pod.metadata.name}`;
      return [{ ...base, kind: 'no-object', wanted: missing, near }];
    }
    return instance === undefined
      ? [{ ...base, kind: 'unknown' }]
      : [await ofInstance(base, instance, { port, address: instance.address?.host }, look)];
  }
  // Without a port of its own the job asks each that the Pod declares.
  const ports = search.port === undefined ? (instance?.address?.ports ?? []) : [search.port];
  if (instance === undefined || ports.length === 0) return [{ ...base, kind: 'unknown' }];
  return Promise.all(
    ports.map((port) => ofInstance(base, instance, { port, address: instance.address?.host }, look)),
  );
}

/** The Pod of a part that the labels speak of, with its namespace. */
function nearTo({ labels }: PodSearch, pods: readonly KubeObject[], { deps }: Look): string {
  const parts = new Set(Object.values(labels).map((value) => partOfWorkload(value, deps.platform)));
  const near = pods.find((pod) => {
    const part = partOfPod(pod, deps.platform);
    return part !== undefined && parts.has(part);
  });
  return near === undefined ? '–' : `${near.metadata.namespace ?? '–'}/${ownerOf(near).name}`;
}

async function ofInstance(
  base: Base,
  instance: Instance,
  { port, address }: { readonly port: number; readonly address: string | undefined },
  { deps, signal, now, openAfterMs }: Look,
): Promise<Scraped> {
  const { part, name: container } = instance;
  if (instance.phase !== 'running') return { ...base, kind: 'unknown' };
  const sockets = await socketsOf(deps.runtime, instance, signal);
  if ('listening' in sockets && !sockets.listening.has(port)) {
    // What is closed may still open where the program has just started.
    if (now - Date.parse(instance.startedAt ?? '') < openAfterMs) return { ...base, kind: 'unknown' };
    const open = [...sockets.listening].toSorted((a, b) => a - b).join(', ') || '–';
    return { ...base, kind: 'closed', container, part, open };
  }
  const { path = prometheus.path } = base.job;
  const answer = await pageAt(path, { part, port, address }, deps, signal);
  if (answer === undefined) return { ...base, kind: 'unknown' };
  if (answer.metrics.size > 0) return { ...base, kind: 'page', metrics: answer.metrics };
  const isNoPage = answer.status === 200 || noSuchPage.has(answer.status);
  return isNoPage
    ? { ...base, kind: 'no-page', container, part, path, status: answer.status }
    : { ...base, kind: 'unknown' };
}

/** Answers that stay: no such path, or none for such a question. Others may be of the moment, or for want of a password. */
const noSuchPage: ReadonlySet<number> = new Set([404, 405, 410]);

const mostBytes = 8 << 20;

async function pageAt(
  path: string,
  {
    part,
    port,
    address,
  }: { readonly part: PartId; readonly port: number; readonly address: string | undefined },
  { services, platform }: With<'runtime'>,
  signal: AbortSignal,
) {
  if (services === undefined) return undefined;
  const id = serviceIds.find((one) => one === part);
  const configured =
    id === undefined || factsOf(platform, id).port !== port ? undefined : services.find(id)?.url;
  const root = configured ?? (address === undefined ? undefined : `http://${address}:${port}`);
  if (root === undefined) return undefined;
  try {
    const answer = await services.request(`${root}${path}`, { signal, maxBytes: mostBytes });
    const metrics = answer.status === 200 ? samplesIn(answer.text()) : new Set<string>();
    return { status: answer.status, metrics };
  } catch (error) {
    if (error instanceof TargetError) return undefined;
    throw error;
  }
}

/** Names of the samples of a page in the text format of Prometheus; none where it is another page. */
export function samplesIn(page: string): ReadonlySet<string> {
  const names = new Set<string>();
  for (const line of page.split('\n')) {
    const [, name] = /^([a-zA-Z_:][\w:]*)(?:\{.*\})? +[-+]?(?:\d|Inf|NaN)/.exec(line) ?? [];
    if (name !== undefined) names.add(name);
  }
  return names;
}
