import { z } from 'zod';
import { AppError } from '../../domain/kernel/errors.ts';
import { present } from '../../domain/kernel/present.ts';
import { type PartId, partIds, serviceIds } from '../../domain/platform/part.ts';
import { partOfWorkload } from '../../domain/platform/part-names.ts';
import { factsOf, type Platform, workloadOf } from '../../domain/platform/platform.ts';
import { imageName } from '../../domain/platform/unchecked.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { KubernetesTarget } from '../../domain/probe/targets/kubernetes.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { strangersAmong } from '../../domain/probe/workload.ts';
import { imageFacts, notRecognised, verdict } from '../support.ts';
import { ownerOf, type Parsed, Pod, parseAll, Workload } from './schemas.ts';

const params = z.strictObject({
  part: z
    .enum(partIds)
    .meta({ description: 'The part whose Deployment, StatefulSet or DaemonSet is checked.' }),
  takenUp: z.literal(true).exactOptional().meta({
    description:
      'Only whether its controller has taken up what stands in the workload now, and not whether its Pods are ready.',
  }),
});
type Params = z.output<typeof params>;
type Deps = Pick<With<'kubernetes'>, 'kubernetes' | 'platform'>;

export const kubernetesWorkloads = defineProbe({
  id: 'kubernetes.workloads',
  doc: `Checks the Deployment, StatefulSet or DaemonSet that runs a part.
A workload belongs to a part by its name (agent-manager, or with a prefix: aetherius-redis).
Agents that are not in their namespace are looked for in all others, also by image and labels.
Compares the ready replicas with the wanted ones.`,
  params,
  part: (given: Params) => given.part,
  needs: ['kubernetes'],
  timeoutMs: 20_000,
  emits: ['WORKLOAD_MISSING', 'WORKLOAD_SCALED_TO_ZERO', 'WORKLOAD_NOT_READY'],
  async run({ part, takenUp }: Params, { deps, signal }: ProbeContext<Deps>) {
    const { kubernetes, platform } = deps;
    const all = await candidates({ kubernetes, platform }, part, signal);
    const here = all.filter((workload) => partOfWorkload(workload.name, platform) === part);
    const elsewhere =
      part === 'collect-agent' && here.length === 0 ? await agentsElsewhere(deps, signal) : [];
    const known = [kubernetes.namespace, kubernetes.agentNamespace];
    const near = elsewhere.filter(({ namespace }) => known.includes(namespace));
    // In a namespace that nobody named they may be those of another installation.
    if (elsewhere.length > 0 && near.length === 0)
      return {
        ...{ status: 'skipped', reason: 'not-applicable' },
        facts: { elsewhere: elsewhere.slice(0, mostNamed).map(placeOf).join(', ') },
      };
    const workloads = here.length > 0 ? here : near;
    if (workloads.length === 0) {
      // A database may well live outside of the cluster; the platform's own programs do not.
      if (part !== 'collect-agent' && !serviceIds.some((id) => id === part))
        return { status: 'skipped', reason: 'not-applicable' };
      const others = all.flatMap(({ name, ofCluster }) => (ofCluster ? [] : [name]));
      const unknown = notRecognised({ part, field: 'workload', platform }, strangersAmong(others, platform));
      if (unknown !== undefined) return unknown;
      return verdict([
        {
          code: 'WORKLOAD_MISSING',
          severity: 'critical',
          part,
          subject: workloadOf(platform, part),
          facts: { namespace: part === 'collect-agent' ? kubernetes.agentNamespace : kubernetes.namespace },
        },
      ]);
    }
    if (takenUp === true) {
      const behind = workloads.filter((workload) => workload.observed < workload.generation);
      const names = behind.map(({ name }) => name).join(', ');
      if (behind.length === 0) return { status: 'healthy', facts: { workloads: workloads.length } };
      const cause = new AppError('DEPENDENCY_UNAVAILABLE', 'a controller has not taken up a change', {
        facts: { reason: 'controller-behind', workloads: names },
      });
      return { status: 'inconclusive', cause };
    }
    const running = await runningPods(deps, part, signal);
    const findings = workloads.flatMap((workload): Finding[] => {
      const subject = `${workload.kind.toLowerCase()}/${workload.name}`;
      const facts = {
        kind: workload.kind,
        name: workload.name,
        namespace: workload.namespace,
        desired: workload.desired,
        ready: workload.ready,
        ...present({ running }),
      };
      if (workload.desired === 0)
        return [{ code: 'WORKLOAD_SCALED_TO_ZERO', severity: 'critical', part, subject, facts }];
      if (workload.ready >= workload.desired) return [];
      const severity = workload.ready === 0 ? 'critical' : 'warning';
      return [{ code: 'WORKLOAD_NOT_READY', severity, part, subject, facts }];
    });
    const sum = (pick: (workload: Seen) => number) => workloads.reduce((total, one) => total + pick(one), 0);
    return verdict(findings, {
      desired: sum((one) => one.desired),
      ready: sum((one) => one.ready),
      ...present({
        running,
        elsewhere: near.length === 0 ? undefined : near.slice(0, mostNamed).map(placeOf).join(', '),
      }),
      ...imageFacts(workloads.flatMap((one) => one.images)),
    });
  },
});

interface Seen {
  readonly kind: 'Deployment' | 'StatefulSet' | 'DaemonSet';
  readonly name: string;
  readonly namespace: string;
  readonly desired: number;
  readonly ready: number;
  /** Version of what is wanted of it, and the one that its controller acts upon. */
  readonly generation: number;
  readonly observed: number;
  readonly images: readonly string[];
  /** Of its Pods. */
  readonly labels: Readonly<Record<string, string>>;
  /** By its priority it is one of those without which the cluster does not work. */
  readonly ofCluster: boolean;
}

const mostNamed = 3;
const placeOf = ({ kind, name, namespace }: Seen) => `${namespace}/${kind.toLowerCase()}/${name}`;

const clusterPriority = /^system-(?:node|cluster)-critical$/;

const seen = (kind: Seen['kind'], workload: Parsed<z.output<typeof Workload>>): Seen => ({
  kind,
  name: workload.metadata.name,
  namespace: workload.metadata.namespace ?? '',
  desired:
    kind === 'DaemonSet' ? (workload.status.desiredNumberScheduled ?? 0) : (workload.spec.replicas ?? 1),
  ready: kind === 'DaemonSet' ? workload.status.numberReady : workload.status.readyReplicas,
  generation: workload.metadata.generation ?? 0,
  observed: workload.status.observedGeneration,
  images: workload.spec.template?.spec.containers.map(({ image }) => image) ?? [],
  labels: workload.spec.template?.metadata.labels ?? {},
  ofCluster: clusterPriority.test(workload.spec.template?.spec.priorityClassName ?? ''),
});

/**
 * Agents under another name or in another namespace: by its name, its image, or what its Pods are labelled. Where the
 * whole cluster may not be listed, in the namespaces that we know.
 */
async function agentsElsewhere(
  { kubernetes, platform }: { kubernetes: KubernetesTarget; platform: Platform },
  signal: AbortSignal,
): Promise<Seen[]> {
  const kinds = { daemonsets: 'DaemonSet', deployments: 'Deployment', statefulsets: 'StatefulSet' } as const;
  const known = [...new Set([kubernetes.agentNamespace, kubernetes.namespace])];
  const nothing = () => [];
  const list = async (kind: keyof typeof kinds) => {
    const everywhere = await kubernetes.list(kind, '', { signal }).catch(() => undefined);
    const objects =
      everywhere ??
      (await Promise.all(known.map((one) => kubernetes.list(kind, one, { signal }).catch(nothing)))).flat();
    return parseAll(Workload, objects).map((one) => seen(kinds[kind], one));
  };
  const all = await Promise.all([list('daemonsets'), list('deployments'), list('statefulsets')]);
  return all.flat().filter((one) => isAgent(one, platform));
}

function isAgent({ name, images, labels }: Seen, platform: Platform): boolean {
  const isOne = (text: string | undefined) =>
    text !== undefined && partOfWorkload(text, platform) === 'collect-agent';
  if (isOne(name)) return true;
  if (partOfWorkload(name, platform) !== undefined || strangersAmong([name], platform).length === 0)
    return false;
  const labelled = ['app', 'app.kubernetes.io/name', 'app.kubernetes.io/component'].map((key) => labels[key]);
  return labelled.some(isOne) || images.some((image) => isOne(imageName(image)));
}

async function candidates(
  { kubernetes, platform }: { kubernetes: KubernetesTarget; platform: Platform },
  part: PartId,
  signal: AbortSignal,
): Promise<Seen[]> {
  if (part === 'collect-agent') {
    const kinds = { deployment: 'Deployment', statefulset: 'StatefulSet', daemonset: 'DaemonSet' } as const;
    const [kind = 'daemonset'] = factsOf(platform, part).workload?.split('/') ?? [];
    const own = kind === 'deployment' || kind === 'statefulset' ? kind : 'daemonset';
    const sets = await kubernetes.list(`${own}s`, kubernetes.agentNamespace, { signal });
    return parseAll(Workload, sets).map((set) => seen(kinds[own], set));
  }
  const [deployments, sets] = await Promise.all([
    kubernetes.list('deployments', kubernetes.namespace, { signal }),
    kubernetes.list('statefulsets', kubernetes.namespace, { signal }),
  ]);
  return [
    ...parseAll(Workload, deployments).map((one) => seen('Deployment', one)),
    ...parseAll(Workload, sets).map((one) => seen('StatefulSet', one)),
  ];
}

/** Pods of the part whose containers run, ready or not; undefined where Pods are not looked at or not to be had. */
async function runningPods(
  { kubernetes, platform }: Deps,
  part: PartId,
  signal: AbortSignal,
): Promise<number | undefined> {
  if (part === 'collect-agent') return undefined;
  let pods: readonly Parsed<Pod>[];
  try {
    pods = parseAll(Pod, await kubernetes.list('pods', kubernetes.namespace, { signal }));
  } catch {
    // The workload's own numbers stand without them.
    return undefined;
  }
  return pods.filter(
    (pod) =>
      pod.metadata.deletionTimestamp === undefined &&
      pod.status.phase === 'Running' &&
      pod.status.containerStatuses.every((container) => container.state.running !== undefined) &&
      partOfWorkload(ownerOf(pod).name, platform) === part,
  ).length;
}
