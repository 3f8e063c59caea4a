import { z } from 'zod';
import { AppError } from '../../domain/kernel/errors.ts';
import { type PartId, serviceIds } from '../../domain/platform/part.ts';
import { partOfWorkload } from '../../domain/platform/part-names.ts';
import { factsOf, type Platform } from '../../domain/platform/platform.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import { defineProbe, type ProbeContext, type ProbeResult } from '../../domain/probe/probe.ts';
import type { Sockets } from '../../domain/probe/sockets.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { openAfterSeconds } from '../support/open-after.ts';
import { socketsOf } from '../support/sockets.ts';
import { verdict } from '../support.ts';
import { isReady, matches, ownerOf, type Parsed, Pod, parseAll, Service } from './schemas.ts';

const reached = [...serviceIds, 'postgres', 'redis', 'nats', 'neo4j'] as const;

const params = z.strictObject({
  part: z.enum(reached).meta({ description: 'The part whose Service is compared with its Pods.' }),
  openAfterSeconds,
});
type Deps = Pick<With<'kubernetes' | 'runtime'>, 'kubernetes' | 'runtime' | 'platform'>;

export const kubernetesServiceTargets = defineProbe({
  id: 'kubernetes.service-targets',
  doc: `Does the Service of a part lead to its Pods, to them alone, and to a port on which they listen?

A ready Pod of another image behind the Service is a stranger: it takes a share of the calls.
A target port that no container of its Pods declares is looked for among the sockets of a running one (/proc/net/tcp).
A container that has just started may still open its port, so its closed ports are no finding.
Where Pods of the part run and declare ports, and no Service selects one of them, the Service is missing.`,
  params,
  part: ({ part }: z.output<typeof params>) => part,
  needs: ['kubernetes', 'runtime'],
  ofHttp: true,
  timeoutMs: 20_000,
  emits: ['SERVICE_FOREIGN_PODS', 'SERVICE_PORT_NOT_LISTENED', 'SERVICE_MISSING'],
  async run(
    { part, openAfterSeconds }: z.output<typeof params>,
    { deps, signal, now }: ProbeContext<Deps>,
  ): Promise<ProbeResult> {
    const { kubernetes, runtime, platform } = deps;
    const list = <K extends 'services' | 'pods'>(kind: K) =>
      kubernetes.list(kind, kubernetes.namespace, { signal });
    const [rawPods, rawServices] = await Promise.all([list('pods'), list('services')]);
    const pods = parseAll(Pod, rawPods).filter(
      ({ metadata, status }) => metadata.deletionTimestamp === undefined && status.phase === 'Running',
    );
    const own = pods.filter((pod) => partOfWorkload(ownerOf(pod).name, platform) === part);
    if (own.length === 0) return { status: 'skipped', reason: 'no-data' };
    const selecting = parseAll(Service, rawServices).flatMap((service) => {
      const { selector, type } = service.spec;
      if (type === 'ExternalName' || selector === null || selector === undefined) return [];
      const behind = pods.filter((pod) => matches(selector, pod.metadata.labels));
      const named = partOfWorkload(service.metadata.name, platform) === part;
      return named || behind.some((pod) => own.includes(pod)) ? [{ service, behind, named }] : [];
    });
    const services = selecting.map(({ service }) => service.metadata.name).join(', ');
    if (selecting.length === 0) {
      const ports = own.flatMap(({ spec }) => spec.containers.flatMap((one) => one.ports));
      // What declares no port needs no Service.
      if (ports.length === 0) return { status: 'skipped', reason: 'no-data' };
      return verdict([missing(part, own, kubernetes.namespace)]);
    }
    const strangers = selecting.flatMap((one) => foreign(part, one, own));
    const targets = selecting.flatMap(({ service, behind }) =>
      behind.some((pod) => own.includes(pod)) ? portsOf(service, own, part, platform) : [],
    );
    if (targets.length === 0) return verdict(strangers, { services });
    const instances = await runtime.instances(part, { signal });
    const instance = instances
      .filter(({ phase }) => phase === 'running')
      .toSorted((a, b) => (a.startedAt ?? '').localeCompare(b.startedAt ?? ''))[0];
    const sockets = instance === undefined ? {} : await socketsOf(runtime, instance, signal);
    if (instance === undefined || !('listening' in sockets)) {
      if (strangers.length > 0) return verdict(strangers, { services });
      return unread(instance?.name ?? part, sockets);
    }
    const closed = targets.filter(({ port }) => !sockets.listening.has(port));
    const young = now().getTime() - Date.parse(instance.startedAt ?? '') < openAfterSeconds * 1_000;
    if (closed.length > 0 && young && strangers.length === 0) return unread(instance.name, {});
    const found = young ? [] : closed.map((one) => notListened(part, one, sockets, instance.name));
    return verdict([...strangers, ...found], { services });
  },
});

interface Selecting {
  readonly service: Parsed<Service>;
  readonly behind: readonly Parsed<Pod>[];
}

/** The image without its tag or digest: a canary of a part has the part's own. */
const imagesOf = ({ spec }: Pod): readonly string[] =>
  spec.containers.map(({ image }) => image.replace(/@.*$/, '').replace(/:[^/:]*$/, ''));

/** Ready Pods behind it that have no image in common with those of the part. */
function foreign(part: PartId, { service, behind }: Selecting, own: readonly Parsed<Pod>[]): Finding[] {
  const images = new Set(own.flatMap(imagesOf));
  const strangers = behind.filter(
    (pod) => !own.includes(pod) && isReady(pod) && imagesOf(pod).every((image) => !images.has(image)),
  );
  if (strangers.length === 0) return [];
  const { name } = service.metadata;
  return [
    {
      code: 'SERVICE_FOREIGN_PODS',
      severity: 'critical',
      part,
      subject: `service/${name}`,
      facts: {
        service: name,
        pods: strangers.map(({ metadata }) => metadata.name).join(', '),
        strangers: strangers.length,
        own: behind.filter((pod) => own.includes(pod)).length,
      },
    },
  ];
}

interface Target {
  readonly service: string;
  readonly port: number;
  readonly from: number;
}

/** The target of the port that clients of the part use: the only one, or the one with the part's number. */
function portsOf(
  { metadata, spec }: Parsed<Service>,
  own: readonly Parsed<Pod>[],
  part: PartId,
  platform: Platform,
): readonly Target[] {
  const tcp = spec.ports.filter(({ protocol }) => protocol === 'TCP');
  const usual = factsOf(platform, part).port;
  const asked = tcp.length === 1 ? tcp : tcp.filter(({ port }) => port === usual);
  return asked.flatMap(({ port, targetPort = port }) => {
    const declared = own.flatMap((pod) => pod.spec.containers.flatMap((one) => one.ports));
    const number = typeof targetPort === 'number' ? targetPort : undefined;
    // A name that no container has, and a port that one declares, are for other probes (`kubernetes.selectors`, `runtime.ports`).
    return number === undefined || declared.some(({ containerPort }) => containerPort === number)
      ? []
      : [{ service: metadata.name, port: number, from: port }];
  });
}

const notListened = (
  part: PartId,
  { service, port, from }: Target,
  { listening }: Sockets,
  container: string,
): Finding => ({
  code: 'SERVICE_PORT_NOT_LISTENED',
  severity: 'critical',
  part,
  subject: `service/${service}`,
  facts: {
    service,
    port,
    from,
    container,
    open: [...listening].toSorted((a, b) => a - b).join(', ') || '–',
  },
});

const missing = (part: PartId, own: readonly Parsed<Pod>[], namespace: string): Finding => ({
  code: 'SERVICE_MISSING',
  severity: 'critical',
  part,
  subject: part,
  facts: { namespace, pods: own.map(({ metadata }) => metadata.name).join(', ') },
});

const unread = (instances: string, allowed: object): ProbeResult => ({
  status: 'inconclusive',
  cause: new AppError('NOT_FOUND', 'sockets cannot be read', {
    facts: { reason: 'sockets-unread', instances, ...allowed },
  }),
});
