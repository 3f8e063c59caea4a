import { z } from 'zod';
import { present } from '../../../domain/kernel/present.ts';
import type { ServiceId } from '../../../domain/platform/part.ts';
import { connects } from '../../../domain/probe/live-connection.ts';
import {
  asksForNamespaceLabels,
  closedToNames,
  type Direction,
  type Endpoint,
  judgeConnection,
  NetworkPolicy,
} from '../../../domain/probe/network-policy.ts';
import type { KubeObject } from '../../../domain/probe/targets/kubernetes.ts';
import type { With } from '../../../domain/probe/targets/targets.ts';
import { refused } from '../../shared/stale.ts';
import type { Named, Place } from '../object/workload.ts';
import { objectOf, podsOf } from '../object/workload-object.ts';
import { connectionPrefix } from './connection-objects.ts';
import { type Labels, labelsText, podsWith, workloadOfPart } from './service-object.ts';

export interface Context {
  readonly deps: With<'kubernetes' | 'runtime'>;
  readonly signal: AbortSignal;
}

/** A connection as it is asked for: `port` is that of the Pods it leads to. */
export interface Connection {
  readonly from: ServiceId;
  readonly to: Named['part'];
  readonly port: number;
}

const Workload = z.object({
  spec: z.object({
    selector: z.object({
      matchLabels: z.record(z.string(), z.string()).default({}),
      matchExpressions: z.array(z.unknown()).default([]),
    }),
    template: z.object({
      metadata: z.object({ labels: z.record(z.string(), z.string()).default({}) }).prefault({}),
    }),
  }),
  status: z.object({ readyReplicas: z.number().default(0), numberReady: z.number().default(0) }).prefault({}),
});
const Port = z.object({
  name: z.string().exactOptional(),
  containerPort: z.number(),
  protocol: z.string().default('TCP'),
});
const Pod = z.object({
  spec: z.object({
    hostNetwork: z.boolean().default(false),
    containers: z.array(z.object({ ports: z.array(Port).default([]) })).default([]),
  }),
  status: z
    .object({
      phase: z.string().default('Unknown'),
      podIP: z.string().exactOptional(),
      conditions: z.array(z.object({ type: z.string(), status: z.string() })).default([]),
    })
    .prefault({}),
});
const Service = z.object({
  spec: z.object({
    selector: z.record(z.string(), z.string()).nullish(),
    ports: z
      .array(
        z.object({
          port: z.number(),
          targetPort: z.union([z.number(), z.string()]).exactOptional(),
          protocol: z.string().default('TCP'),
        }),
      )
      .default([]),
  }),
});

/** One end: a workload with the labels by which it knows its Pods, and those Pods. */
export interface End {
  readonly place: Place;
  readonly object: KubeObject;
  readonly labels: Labels;
  readonly pods: readonly Endpoint[];
  /** Address of a Pod that is ready. */
  readonly readyIp?: string;
}

const over: ReadonlySet<string> = new Set(['Succeeded', 'Failed']);

/**
 * The labels of an end must fit its own Pods and no other, since a rule knows Pods by labels alone. Pods in the network
 * of their node are left alone by policies.
 */
async function endOf(
  part: Named['part'],
  namespaceLabels: Labels | undefined,
  context: Context,
): Promise<End> {
  const { deps, signal } = context;
  const { namespace } = deps.kubernetes;
  const { place, object } = await workloadOfPart(part, namespace, context);
  const workload = place.name;
  const { selector, template } = Workload.parse(object).spec;
  const labels = selector.matchLabels;
  if (selector.matchExpressions.length > 0 || Object.keys(labels).length === 0)
    throw refused('known-by-more-than-labels', { workload });
  const own = await podsOf(place.kind, namespace, object.metadata.uid, deps.kubernetes, signal);
  const uids = new Set(own.map(({ metadata }) => metadata.uid));
  const fitting = await podsWith(labels, namespace, context);
  const others = fitting.filter(({ metadata }) => !uids.has(metadata.uid));
  if (others.length > 0)
    throw refused('selects-others', {
      workload,
      labels: labelsText(labels),
      pods: others.map(({ metadata }) => metadata.name).join(', '),
    });
  const alive = fitting
    .map((pod) => ({ pod, ...Pod.parse(pod) }))
    .filter(({ status }) => !over.has(status.phase));
  if (alive.length === 0) throw refused('no-pod', { workload });
  if (alive.some(({ spec }) => spec.hostNetwork)) throw refused('host-network', { workload });
  const ready = alive.find(({ status }) =>
    status.conditions.some(({ type, status: holds }) => type === 'Ready' && holds === 'True'),
  )?.status.podIP;
  const pods = alive.map(({ pod, spec, status }) => ({
    namespace,
    labels: pod.metadata.labels ?? {},
    ...present({ namespaceLabels, ip: status.podIP }),
    namedPorts: spec.containers.flatMap(({ ports }) =>
      ports.flatMap(({ name, containerPort, protocol }) =>
        name === undefined ? [] : [{ name, port: containerPort, protocol }],
      ),
    ),
  }));
  // A Pod that is made meanwhile is one of these, too.
  const next = pods.slice(0, 1).map((one) => ({ ...one, labels: template.metadata.labels }));
  return { place, object, labels, pods: [...pods, ...next], ...present({ readyIp: ready }) };
}

/** What blocks a connection in one direction. */
export interface Blocked {
  readonly direction: Direction;
  /** Names of the policies that select the Pods of that end, and none of which lets it through. */
  readonly policies: readonly string[];
  /** The same as the very objects that they are, each in its generation. */
  readonly exact: string;
}

export interface SeenConnection {
  readonly from: End;
  readonly to: End;
  readonly policies: readonly NetworkPolicy[];
  readonly blocked: readonly Blocked[];
}

/**
 * A connection as the policies of today judge it; those that a fix has made for a while are not counted, since they go
 * by themselves. AppError CONFLICT where it cannot be told, or a rule for it would reach further.
 */
export async function lookAtConnection(connection: Connection, context: Context): Promise<SeenConnection> {
  const { deps, signal } = context;
  const { kubernetes } = deps;
  const { namespace } = kubernetes;
  const raw = (await kubernetes.list('networkpolicies', namespace, { signal })).filter(
    ({ metadata }) => !metadata.name.startsWith(connectionPrefix),
  );
  const policies = raw.map((one) => NetworkPolicy.parse(one));
  const namespaceLabels = asksForNamespaceLabels(policies)
    ? (await kubernetes.get('namespaces', namespace, namespace, { signal })).metadata.labels
    : undefined;
  const [from, to] = await Promise.all([
    endOf(connection.from, namespaceLabels, context),
    endOf(connection.to, namespaceLabels, context),
  ]);
  await isPortOf(connection, to, context);
  return { from, to, policies, blocked: blockedIn(from, to, connection, policies, raw) };
}

/** Only ports to which a Service of that part leads: no other is opened for anybody. */
async function isPortOf({ port, to }: Connection, end: End, { deps, signal }: Context): Promise<void> {
  const services = await deps.kubernetes.list('services', deps.kubernetes.namespace, { signal });
  const leads = services.some((service) => {
    const { selector, ports } = Service.parse(service).spec;
    const wanted = Object.entries(selector ?? {});
    return ports.some(
      ({ port: own, targetPort = own, protocol }) =>
        protocol === 'TCP' &&
        wanted.length > 0 &&
        end.pods.some(
          ({ labels, namedPorts = [] }) =>
            wanted.every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value) &&
            (targetPort === port || namedPorts.some((one) => one.name === targetPort && one.port === port)),
        ),
    );
  });
  if (!leads) throw refused('no-such-port', { to, port });
}

function blockedIn(
  from: End,
  to: End,
  { port }: Connection,
  policies: readonly NetworkPolicy[],
  raw: readonly KubeObject[],
): readonly Blocked[] {
  const pairs = from.pods.flatMap((source) => to.pods.map((target) => [source, target] as const));
  const verdicts = pairs.map(([source, target]) => judgeConnection(policies, source, target, port));
  return (['Ingress', 'Egress'] as const).flatMap((direction) => {
    const by = verdicts.map(({ blockedBy }) => blockedBy.filter((one) => one.direction === direction));
    const names = [...new Set(by.flat().map(({ policy }) => policy))].toSorted();
    if (names.length === 0) return [];
    // A Pod that no policy selects would lose all its other connections by being selected by ours.
    const free = by.some((one) => one.length === 0);
    if (free) throw refused('not-all-isolated', { policy: names.join(', '), direction });
    const exact = raw
      .filter(({ metadata }) => names.includes(metadata.name))
      .map(({ metadata }) => `${metadata.name} ${metadata.uid} ${metadata.generation ?? 0}`);
    return [{ direction, policies: names, exact: exact.toSorted().join(', ') }];
  });
}

/** Whether what a fix adds lets the connection through for every Pod; it is never assumed. */
export function wouldAllow(
  { from, to, policies }: SeenConnection,
  port: number,
  added: readonly object[],
): boolean {
  const all = [...policies, ...added.map((one) => NetworkPolicy.parse(one))];
  return from.pods.every((source) =>
    to.pods.every((target) => judgeConnection(all, source, target, port).allowed === true),
  );
}

/** Policies that keep the client from every name server: then the port alone helps nobody who asks by name. */
export const withoutNames = ({ from, policies }: SeenConnection): readonly string[] => [
  ...new Set(from.pods.flatMap((pod) => closedToNames(policies, pod))),
];

/** A connection from the client's own container to a ready Pod of the other end: true after any answer. */
export function tryConnection(
  { from, port }: Connection,
  { to }: SeenConnection,
  { deps, signal }: Context,
): Promise<true | undefined> {
  if (to.readyIp === undefined) return Promise.resolve(undefined);
  return connects(deps.runtime, from, { ip: to.readyIp, port }, signal);
}

/** What both ends are, with their Pods. */
export async function claimsOf(connection: Connection, context: Context) {
  const { kubernetes } = context.deps;
  const both = await Promise.all(
    [connection.from, connection.to].map(async (part) => {
      const { place, object } = await workloadOfPart(part, kubernetes.namespace, context);
      const { status } = Workload.parse(object);
      const ready = Math.max(status.readyReplicas, status.numberReady);
      return objectOf(place.kind, place.namespace, object, ready, kubernetes, context.signal);
    }),
  );
  return {
    claims: [...new Set(both.flatMap(({ claims }) => claims))],
    comparable: both.every(({ comparable }) => comparable),
  };
}
