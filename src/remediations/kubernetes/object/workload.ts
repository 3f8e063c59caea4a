import { z } from 'zod';
import type { Plan } from '../../../domain/fix/remediation.ts';
import { AppError } from '../../../domain/kernel/errors.ts';
import type { Facts } from '../../../domain/kernel/facts.ts';
import { present } from '../../../domain/kernel/present.ts';
import { type PartId, partIds } from '../../../domain/platform/part.ts';
import { partOfWorkload } from '../../../domain/platform/part-names.ts';
import { bareName } from '../../../domain/platform/platform.ts';
import type { KubeObject } from '../../../domain/probe/targets/kubernetes.ts';
import type { With } from '../../../domain/probe/targets/targets.ts';
import { refused } from '../../shared/stale.ts';
import { type Change, type Context, dryRunAt, patchOnceAt } from './patch.ts';
import { objectOf } from './workload-object.ts';

export const kinds = {
  Deployment: 'deployments',
  StatefulSet: 'statefulsets',
  DaemonSet: 'daemonsets',
} as const;
type Kind = keyof typeof kinds;
export type WorkloadKind = (typeof kinds)[Kind];

export interface Place {
  readonly kind: WorkloadKind;
  readonly namespace: string;
  readonly name: string;
}
export type { Context };

/** How a workload is named by whoever asks for a fix of it. */
export interface Named {
  readonly part: Exclude<PartId, 'runtime'>;
  readonly workload?: string;
  readonly kind?: Kind;
}

export const workloadName = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/)
  .exactOptional()
  .meta({ description: 'Name of the workload, when it is not the name of the part.' });

/** A DNS label (RFC 1123), as the API server takes it for a container. */
export const containerName = z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);

/** Parts whose workload may be changed beyond a restart: the agents live in the cluster's own namespace. */
export const changeableParts = z
  .enum(partIds)
  .exclude(['runtime', 'collect-agent'])
  .meta({ description: 'Part of the platform whose workload it is.' });

const Container = z.object({
  name: z.string().default(''),
  image: z.string(),
  resources: z
    .object({
      limits: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
      requests: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
    })
    .prefault({}),
});
const Workload = z.object({
  spec: z.object({
    replicas: z.number().exactOptional(),
    paused: z.boolean().exactOptional(),
    template: z.object({
      metadata: z.object({ annotations: z.record(z.string(), z.string()).exactOptional() }).exactOptional(),
      spec: z.object({
        containers: z.array(Container),
        volumes: z.array(z.object({ persistentVolumeClaim: z.unknown().exactOptional() })).exactOptional(),
      }),
    }),
    strategy: z.object({ type: z.string() }).exactOptional(),
    updateStrategy: z.object({ type: z.string() }).exactOptional(),
    podManagementPolicy: z.string().exactOptional(),
  }),
  status: z.object({
    observedGeneration: z.number().default(0),
    replicas: z.number().default(0),
    readyReplicas: z.number().default(0),
    availableReplicas: z.number().default(0),
    updatedReplicas: z.number().default(0),
    desiredNumberScheduled: z.number().default(0),
    numberReady: z.number().default(0),
    numberAvailable: z.number().default(0),
    updatedNumberScheduled: z.number().default(0),
  }),
});

/** Only the two namespaces of the environment, only by name: never a selector (R-P7). */
export function placeOf(params: Named, deps: With<'kubernetes'>): Place {
  const agent = params.part === 'collect-agent';
  const { workload } = deps.platform.parts[params.part];
  const usual = workload.startsWith('daemonset/')
    ? 'DaemonSet'
    : workload.startsWith('statefulset/')
      ? 'StatefulSet'
      : 'Deployment';
  return {
    kind: kinds[params.kind ?? usual],
    namespace: agent ? deps.kubernetes.agentNamespace : deps.kubernetes.namespace,
    name: params.workload ?? bareName(workload),
  };
}

/** For what a StatefulSet would not carry out: a Pod of it that never gets ready is not replaced by its controller. */
export const asDeployment = ({
  part,
  workload,
}: Pick<Named, 'part'> & { readonly workload?: string | undefined }) =>
  ({ part, kind: 'Deployment', ...present({ workload }) }) as const;

/** AppError CONFLICT where a change of the template would replace no Pod. */
export function mustRollOut({ name }: Place, { paused, desired }: Seen): void {
  if (paused) throw refused('rollout-paused', { workload: name });
  if (desired === 0) throw refused('scaled-to-zero', { workload: name });
}

export const targetOf = ({ kind, namespace, name }: Place): string => `${kind}/${namespace}/${name}`;

/** `aetherius-redis` is Redis as well. Two candidates are refused: a person cannot have meant both (R-P7). */
export async function named(
  place: Place,
  params: Named,
  deps: With<'kubernetes'>,
  signal: AbortSignal,
): Promise<Place> {
  if (params.workload !== undefined) return place;
  const objects = await deps.kubernetes.list(place.kind, place.namespace, { signal });
  const names = objects
    .map((object) => object.metadata.name)
    .filter((name) => partOfWorkload(name, deps.platform) === params.part);
  const [name] = names;
  if (name === undefined) throw refused('no-target', { workload: targetOf(place) });
  if (names.length > 1) throw refused('ambiguous-target', { workloads: names.join(', ') });
  return { ...place, name };
}

/** Of a workload that may not be listed the usual name stands, for the right to list it is among those asked for. */
async function namedOrUsual(params: Named, deps: With<'kubernetes'>, signal: AbortSignal) {
  const usual = placeOf(params, deps);
  return named(usual, params, deps, signal).catch((error: unknown) => {
    if (error instanceof AppError && error.code === 'CONFLICT') throw error;
    return usual;
  });
}

/**
 * What it takes to change a workload: itself by name, so that no other one can be changed; whose Pods they are; and
 * `more`, pairs of an API group and a resource that is listed. `feature` is the chart value that gives it.
 */
export async function rightsToChange(
  params: Named,
  { deps, signal }: Context,
  more: readonly (readonly [group: string, resource: string])[] = [],
  feature?: 'workloads' | 'restart',
) {
  const { kind, namespace, name } = await namedOrUsual(params, deps, signal);
  const right = (verb: string, group: string, resource: string) => ({
    ...{ verb, group, resource, namespace },
    ...present({ feature }),
  });
  return [
    right('list', 'apps', kind),
    ...(['get', 'patch'] as const).map((verb) => ({ ...right(verb, 'apps', kind), name })),
    right('list', '', 'pods'),
    ...more.map(([group, resource]) => right('list', group, resource)),
    ...(kind === 'deployments' ? [right('list', 'apps', 'replicasets')] : []),
  ];
}

/** Reads past every cache. */
export async function look(place: Place, deps: With<'kubernetes'>, signal: AbortSignal) {
  const object = await deps.kubernetes
    .get(place.kind, place.namespace, place.name, { signal })
    .catch((error: unknown) => {
      if (error instanceof AppError && error.code === 'NOT_FOUND')
        throw refused('no-target', { workload: targetOf(place) });
      throw error;
    });
  return seenIn(object, place);
}

export const containersIn = (object: KubeObject) => Workload.parse(object).spec.template.spec.containers;

function seenIn(object: KubeObject, place: Place) {
  const { spec, status } = Workload.parse(object);
  const daemon = place.kind === 'daemonsets';
  const strategy = (spec.strategy ?? spec.updateStrategy)?.type ?? 'RollingUpdate';
  const volumes = spec.template.spec.volumes ?? [];
  return {
    object,
    uid: object.metadata.uid,
    resourceVersion: object.metadata.resourceVersion,
    generation: object.metadata.generation ?? 0,
    observed: status.observedGeneration,
    containers: spec.template.spec.containers,
    images: spec.template.spec.containers.map((container) => container.image).join(' '),
    templateAnnotations: spec.template.metadata?.annotations ?? {},
    paused: spec.paused === true,
    strategy,
    /** It replaces a Pod only while every Pod before it is ready. */
    inOrder: place.kind === 'statefulsets' && spec.podManagementPolicy !== 'Parallel',
    stateless:
      place.kind !== 'statefulsets' &&
      strategy === 'RollingUpdate' &&
      volumes.every((volume) => volume.persistentVolumeClaim === undefined),
    desired: daemon ? status.desiredNumberScheduled : (spec.replicas ?? 1),
    total: daemon ? status.desiredNumberScheduled : status.replicas,
    ready: daemon ? status.numberReady : status.readyReplicas,
    available: daemon ? status.numberAvailable : status.availableReplicas,
    updated: daemon ? status.updatedNumberScheduled : status.updatedReplicas,
  };
}
export type Seen = ReturnType<typeof seenIn>;

/** The controller has rolled out the newest template, and every Pod is of it and available. */
export function rolledOut({ observed, generation, desired, updated, available, total }: Seen): boolean {
  return observed >= generation && updated === desired && available === desired && total === desired;
}

/**
 * What a plan says where the controller will not replace a Pod that is not ready: "it's possible to get into a broken
 * state that requires manual intervention" (Kubernetes, StatefulSets, forced rollback).
 */
export function waitsForReady(place: Place, { inOrder, ready, desired }: Seen): NonNullable<Plan['notes']> {
  if (!inOrder || ready >= desired) return [];
  return [{ key: 'waits-for-ready', facts: { workload: place.name, pods: desired - ready } }];
}

export function objectAt(place: Place, seen: Seen, { kubernetes }: With<'kubernetes'>, signal: AbortSignal) {
  return objectOf(place.kind, place.namespace, seen.object, seen.ready, kubernetes, signal);
}

/** R-P3: what must not have changed between approval and effect. */
export function identityOf(seen: Seen): Facts {
  return { uid: seen.uid, generation: seen.generation, replicas: seen.desired, images: seen.images };
}

const whereOf = (place: Place) => ({ ...place, group: 'apps' }) as const;

/** `dryRunAt` of a workload. */
export function dryRun(place: Place, body: object, context: Context, allowedBy?: string): Promise<string> {
  return dryRunAt(whereOf(place), body, context, allowedBy);
}

/** `patchOnceAt` of a workload. */
export function patchOnce(place: Place, context: Context, step: Omit<Change<Seen>, 'look'>): Promise<Facts> {
  const seen = () => look(place, context.deps, context.signal);
  return patchOnceAt(whereOf(place), context, { ...step, look: seen });
}
