import { z } from 'zod';
import { AppError } from '../../../domain/kernel/errors.ts';
import { partOfWorkload } from '../../../domain/platform/part-names.ts';
import type { KubeObject } from '../../../domain/probe/targets/kubernetes.ts';
import { refused } from '../../shared/stale.ts';
import { type Context, kinds, type Named, type Place } from '../object/workload.ts';
import { podsOf } from '../object/workload-object.ts';

const Service = z.object({
  spec: z.object({
    type: z.string().default('ClusterIP'),
    clusterIP: z.string().exactOptional(),
    clusterIPs: z.array(z.string()).exactOptional(),
    selector: z.record(z.string(), z.string()).default({}),
    ports: z.array(z.object({ targetPort: z.union([z.number(), z.string()]).exactOptional() })).default([]),
  }),
});
const Workload = z.object({
  spec: z.object({
    selector: z.object({
      matchLabels: z.record(z.string(), z.string()).default({}),
      matchExpressions: z.array(z.unknown()).default([]),
    }),
    template: z.object({
      spec: z.object({
        containers: z.array(
          z.object({ ports: z.array(z.object({ name: z.string().exactOptional() })).default([]) }),
        ),
      }),
    }),
  }),
});
const Pod = z.object({
  status: z
    .object({ conditions: z.array(z.object({ type: z.string(), status: z.string() })).default([]) })
    .prefault({}),
});

export type Labels = Readonly<Record<string, string>>;

/** `app=redis,tier=store`, by key: neither a key nor a value of a label can have one of these two signs in it. */
export const labelsText = (labels: Labels): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .toSorted()
    .join(',');

export const labelsIn = (text: string): Labels =>
  Object.fromEntries(
    text.split(',').map((pair) => {
      const [key = '', value = ''] = pair.split('=');
      return [key, value];
    }),
  );

/** A Service as it is now, past every cache. AppError CONFLICT `no-target` where there is none of that name. */
export async function lookAtService(namespace: string, name: string, { deps, signal }: Context) {
  const object = await deps.kubernetes
    .get('services', namespace, name, { signal })
    .catch((error: unknown) => {
      if (error instanceof AppError && error.code === 'NOT_FOUND')
        throw refused('no-target', { workload: `services/${namespace}/${name}` });
      throw error;
    });
  const { spec } = Service.parse(object);
  const addresses = [...(spec.clusterIPs ?? []), spec.clusterIP ?? ''];
  return {
    object,
    uid: object.metadata.uid,
    resourceVersion: object.metadata.resourceVersion,
    // Of a Service it is not counted.
    generation: 0,
    selector: spec.selector,
    selectorText: labelsText(spec.selector),
    // Where the endpoints are somebody else's, a selector would take them away.
    selects: spec.type !== 'ExternalName' && Object.keys(spec.selector).length > 0,
    addresses: [...new Set(addresses)].filter((address) => address !== '' && address !== 'None'),
    namedPorts: spec.ports.flatMap(({ targetPort }) => (typeof targetPort === 'string' ? [targetPort] : [])),
  };
}
export type SeenService = Awaited<ReturnType<typeof lookAtService>>;

const has = (object: KubeObject, labels: Labels) =>
  Object.entries(labels).every(([key, value]) => object.metadata.labels?.[key] === value);

/** Pods that have these labels and are not on their way out. */
export async function podsWith(
  labels: Labels,
  namespace: string,
  { deps, signal }: Context,
): Promise<readonly KubeObject[]> {
  const pods = await deps.kubernetes.list('pods', namespace, { signal });
  return pods.filter((pod) => pod.metadata.deletionTimestamp === undefined && has(pod, labels));
}

/** The one workload that a part is, by its name. AppError CONFLICT where there is none, or more than one (R-P7). */
export async function workloadOfPart(
  part: Named['part'],
  namespace: string,
  { deps, signal }: Context,
): Promise<{ readonly place: Place; readonly object: KubeObject }> {
  const all = await Promise.all(
    Object.values(kinds).map(async (kind) =>
      (await deps.kubernetes.list(kind, namespace, { signal })).map((object) => ({ kind, object })),
    ),
  );
  const found = all
    .flat()
    .filter(({ object }) => partOfWorkload(object.metadata.name, deps.platform) === part);
  const [one] = found;
  if (one === undefined) throw refused('no-target', { workload: part });
  if (found.length > 1)
    throw refused('ambiguous-target', {
      workloads: found.map(({ kind, object }) => `${kind}/${object.metadata.name}`).join(', '),
    });
  const { kind, object } = one;
  return { place: { kind, namespace, name: object.metadata.name }, object };
}

/**
 * The labels by which a workload knows its Pods, as far as a Service can ask for them: it has no expressions. They must
 * fit at least one ready Pod, and no Pod of anything else.
 */
export async function labelsOfPods(
  { place, object }: Awaited<ReturnType<typeof workloadOfPart>>,
  context: Context,
): Promise<{ readonly labels: Labels; readonly pods: number; readonly ready: number }> {
  const { deps, signal } = context;
  const { matchLabels, matchExpressions } = Workload.parse(object).spec.selector;
  const workload = place.name;
  if (matchExpressions.length > 0 || Object.keys(matchLabels).length === 0)
    throw refused('selector-not-labels', { workload });
  const own = await podsOf(place.kind, place.namespace, object.metadata.uid, deps.kubernetes, signal);
  const uids = new Set(own.map(({ metadata }) => metadata.uid));
  const fitting = await podsWith(matchLabels, place.namespace, context);
  const others = fitting.filter(({ metadata }) => !uids.has(metadata.uid));
  if (others.length > 0)
    throw refused('selects-others', {
      workload,
      labels: labelsText(matchLabels),
      pods: others.map(({ metadata }) => metadata.name).join(', '),
    });
  const ready = fitting.filter((pod) =>
    Pod.parse(pod).status.conditions.some(({ type, status }) => type === 'Ready' && status === 'True'),
  );
  if (ready.length === 0) throw refused('no-ready-pod', { workload });
  return { labels: matchLabels, pods: fitting.length, ready: ready.length };
}

/** Ports that a Service names and no container of the workload has. */
export function portsUnknown({ namedPorts }: SeenService, workload: KubeObject): readonly string[] {
  const { containers } = Workload.parse(workload).spec.template.spec;
  const names = new Set(containers.flatMap(({ ports }) => ports.flatMap(({ name }) => name ?? [])));
  return namedPorts.filter((port) => !names.has(port));
}
