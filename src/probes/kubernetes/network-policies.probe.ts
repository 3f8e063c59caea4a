import { z } from 'zod';
import { AppError } from '../../domain/kernel/errors.ts';
import { present } from '../../domain/kernel/present.ts';
import { wantedConnections } from '../../domain/platform/dependencies.ts';
import { type PartId, serviceIds } from '../../domain/platform/part.ts';
import { partOfWorkload } from '../../domain/platform/part-names.ts';
import type { Platform } from '../../domain/platform/platform.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import { connects } from '../../domain/probe/live-connection.ts';
import {
  asksForNamespaceLabels,
  closedToAll,
  closedToNames,
  type Direction,
  type Endpoint,
  judgeConnection,
  type Labels,
  NetworkPolicy,
} from '../../domain/probe/network-policy.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { KubernetesTarget } from '../../domain/probe/targets/kubernetes.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { partOfPod } from '../../domain/probe/workload.ts';
import { verdict } from '../support.ts';
import { isReady, matches, type Parsed, Pod, parseAll, Service } from './schemas.ts';

type Deps = Pick<With<'kubernetes' | 'runtime'>, 'kubernetes' | 'runtime' | 'platform'>;
const params = z.strictObject({});

/** What is known of the labels of namespaces; a namespace that is not in it was not asked for, or may not be read. */
type NamespaceLabels = ReadonlyMap<string, Labels>;

function endpointOf(pod: Parsed<Pod>, ofNamespaces: NamespaceLabels): Endpoint {
  const { namespace = '', labels = {} } = pod.metadata;
  const namespaceLabels = ofNamespaces.get(namespace);
  return {
    namespace,
    labels,
    ...present({ namespaceLabels, ip: pod.status.podIP }),
    namedPorts: pod.spec.containers.flatMap((container) =>
      container.ports.flatMap((port) =>
        port.name === undefined
          ? []
          : [{ name: port.name, port: port.containerPort, protocol: port.protocol }],
      ),
    ),
  };
}

interface TargetPort {
  readonly number: number;
  readonly protocol: string;
}

/** Ports of the Pod behind a Service: a number as it stands, a name looked up in the Pod. */
function targetPorts(service: Parsed<Service>, pod: Parsed<Pod>): readonly TargetPort[] {
  return service.spec.ports.flatMap(({ port, targetPort, protocol }) => {
    const target = targetPort ?? port;
    if (typeof target === 'number') return [{ number: target, protocol }];
    return pod.spec.containers.flatMap((container) =>
      container.ports
        .filter((own) => own.name === target)
        .map((own) => ({ number: own.containerPort, protocol })),
    );
  });
}

/** Services with ready Pods that no client may reach, because the policies of the namespace isolate them. */
function closedServices(
  policies: readonly NetworkPolicy[],
  services: readonly Parsed<Service>[],
  pods: readonly Parsed<Pod>[],
  platform: Platform,
): readonly Blocked[] {
  return services.flatMap((service): Blocked[] => {
    const { name, namespace = '' } = service.metadata;
    const { selector } = service.spec;
    if (selector === null || selector === undefined) return [];
    const ready = pods.filter(
      (pod) => pod.metadata.namespace === namespace && matches(selector, pod.metadata.labels) && isReady(pod),
    );
    const [pod] = ready;
    if (pod === undefined) return [];
    for (const port of targetPorts(service, pod)) {
      const closing = closedToAll(policies, endpointOf(pod, new Map()), port.number, port.protocol);
      if (closing.length === 0) continue;
      const finding: Finding = {
        code: 'POLICY_ISOLATES',
        severity: 'warning',
        part: partOfWorkload(name, platform) ?? 'runtime',
        subject: `service/${name}`,
        facts: {
          service: name,
          port: port.number,
          policy: closing.join(', '),
          pods: ready.length,
          namespace,
        },
      };
      // Whoever asks may not be the one that is closed off.
      const from = partOfPod(pod, platform) === 'agent-manager' ? 'orchestrator-service' : 'agent-manager';
      return [{ finding, direction: 'Ingress', try: tryOf(from, pod, port) }];
    }
    return [];
  });
}

/** Services whose Pods may ask no name server. It says what a failed lookup comes from, and is nothing by itself. */
function withoutNames(policies: readonly NetworkPolicy[], firstOf: FirstOf): readonly Finding[] {
  return serviceIds.flatMap((part): Finding[] => {
    const pod = firstOf.get(part);
    const closing = pod === undefined ? [] : closedToNames(policies, endpointOf(pod, new Map()));
    if (pod === undefined || closing.length === 0) return [];
    const facts = { from: part, policy: closing.join(', '), namespace: pod.metadata.namespace ?? '' };
    return [{ code: 'POLICY_BLOCKS_DNS', severity: 'warning', part, subject: `${part}→dns`, facts }];
  });
}

/** A finding of the static evaluation, and the connection that would prove it wrong. */
interface Blocked {
  readonly finding: Finding;
  readonly direction: Direction;
  readonly try?: { readonly from: PartId; readonly ip: string; readonly port: number } | undefined;
}

function tryOf(from: PartId, to: Parsed<Pod>, port: TargetPort): Blocked['try'] {
  const { podIP } = to.status;
  // A request without an answer says nothing over UDP.
  return podIP === undefined || port.protocol !== 'TCP' ? undefined : { from, ip: podIP, port: port.number };
}

/**
 * Some network plugins do not enforce policies, and the others do so with a delay. One blocked connection of each
 * direction is tried: when it works, that direction is not enforced, and its policies cause no fault.
 */
async function enforced(
  blocked: readonly Blocked[],
  { deps: { runtime }, signal }: ProbeContext<Deps>,
): Promise<readonly Finding[]> {
  const tried = new Map<Direction, true | undefined>();
  for (const direction of ['Ingress', 'Egress'] as const) {
    const one = blocked.find((candidate) => candidate.direction === direction && candidate.try !== undefined);
    if (one?.try !== undefined) tried.set(direction, await connects(runtime, one.try.from, one.try, signal));
  }
  return blocked.flatMap(({ finding, direction }, at) => {
    if (tried.get(direction) !== true) return [finding];
    const first = blocked.findIndex((candidate) => candidate.direction === direction) === at;
    return first ? [{ ...finding, code: 'POLICY_NOT_ENFORCED', severity: 'info' } satisfies Finding] : [];
  });
}

/** Namespaces whose labels some connection hangs on; most are decided without. */
function namespacesThatDecide(
  policies: readonly NetworkPolicy[],
  connections: readonly Wanted[],
): readonly string[] {
  if (!asksForNamespaceLabels(policies)) return [];
  const none = new Map<string, Labels>();
  const open = connections.filter(({ source, target, port }) => {
    const ends = [endpointOf(source, none), endpointOf(target, none)] as const;
    return judgeConnection(policies, ...ends, port.number).allowed === undefined;
  });
  return [
    ...new Set(
      open.flatMap(({ source, target }) => [source, target]).flatMap((pod) => pod.metadata.namespace ?? []),
    ),
  ];
}

/** Labels of these namespaces, and why some are not known. */
async function readNamespaces(
  kubernetes: KubernetesTarget,
  names: readonly string[],
  signal: AbortSignal,
): Promise<{ readonly labels: NamespaceLabels; readonly failure?: Error }> {
  const answers = await Promise.allSettled(
    names.map(
      async (name) => [name, (await kubernetes.get('namespaces', name, name, { signal })).metadata] as const,
    ),
  );
  const labels = new Map<string, Labels>();
  let failure: Error | undefined;
  for (const answer of answers) {
    if (answer.status === 'fulfilled') labels.set(answer.value[0], answer.value[1].labels ?? {});
    else if (answer.reason instanceof Error) failure = answer.reason;
  }
  return { labels, ...present({ failure }) };
}

/** Why nothing can be said of these connections. */
function undecided(failure: Error | undefined, connections: string): Error {
  return (
    failure ??
    new AppError('NOT_FOUND', 'a Pod has no address yet', { facts: { reason: 'no-data', connections } })
  );
}

export const kubernetesNetworkPolicies = defineProbe({
  id: 'kubernetes.network-policies',
  doc: `Does a NetworkPolicy block a connection that the platform needs?
Evaluates the policies exactly: types, selectors of Pods and namespaces, ports, named ports, ranges, IP blocks.
It does so for every part and its dependencies, in the platform's namespace and in that of the agents.
It also finds Services with ready Pods that no rule allows any client to reach.
It tries one connection that should be blocked: where that works, the network does not enforce the policies, and they cause no fault.
A policy that blocks a service from every name server has its own finding.
The answer is inconclusive when a rule needs labels of a namespace that the worker may not read.`,
  params,
  part: 'runtime',
  needs: ['kubernetes', 'runtime'],
  timeoutMs: 20_000,
  emits: ['POLICY_BLOCKS', 'POLICY_ISOLATES', 'POLICY_BLOCKS_DNS', 'POLICY_NOT_ENFORCED'],
  async run(_params: z.output<typeof params>, context: ProbeContext<Deps>) {
    const { signal } = context;
    const { kubernetes, platform } = context.deps;
    const { namespace, agentNamespace } = kubernetes;
    const list = (kind: 'networkpolicies' | 'pods' | 'services', where: string) =>
      kubernetes.list(kind, where, { signal });
    const policyLists = Promise.all([
      list('networkpolicies', namespace),
      // What may not be read there leaves open only what the agents may do.
      list('networkpolicies', agentNamespace).catch((error: unknown) => error as Error),
    ]);
    const [rawServices, [ownPolicies, agentPolicies], ownPods, agentPods] = await Promise.all([
      list('services', namespace),
      policyLists,
      list('pods', namespace),
      // Only rules can say that an agent is cut off. Asked while the platform's own Pods, which take longer, arrive.
      policyLists.then(([own, agents]) =>
        agentNamespace === namespace || (own.length === 0 && Array.isArray(agents) && agents.length === 0)
          ? []
          : list('pods', agentNamespace),
      ),
    ]);
    const unseen = agentPolicies instanceof Error ? agentPolicies : undefined;
    const policies = [
      ...ownPolicies,
      ...(agentPolicies instanceof Error || agentNamespace === namespace ? [] : agentPolicies),
    ].map((raw) => NetworkPolicy.parse(raw));
    if (policies.length === 0 && unseen === undefined) return verdict([], { policies: 0 });
    const pods = [ownPods, agentPods].flatMap((raw) => parseAll(Pod, raw)).filter(takesPart);
    const services = parseAll(Service, rawServices);
    const firstOf = firstOfParts(pods, platform);
    const connections = connectionsOf(services, firstOf, platform);
    const known = await readNamespaces(kubernetes, namespacesThatDecide(policies, connections), signal);
    const blocked = new Map<string, Blocked>();
    const open = new Set<string>();
    let judged = 0;
    for (const { from, to, source, target, port } of connections) {
      judged += 1;
      const { allowed, blockedBy } = judgeConnection(
        policies,
        endpointOf(source, known.labels),
        endpointOf(target, known.labels),
        port.number,
      );
      const [blocker] = blockedBy;
      const key = `${from}→${to}`;
      const agents = source.metadata.namespace !== namespace || target.metadata.namespace !== namespace;
      if (allowed === undefined || (allowed && agents && unseen !== undefined)) open.add(key);
      if (blocker === undefined || blocked.has(key)) continue;
      const finding: Finding = {
        code: 'POLICY_BLOCKS',
        severity: 'critical',
        part: from,
        subject: key,
        facts: {
          from,
          to,
          port: port.number,
          policy: [...new Set(blockedBy.map((entry) => entry.policy))].join(', '),
          direction: blocker.direction,
          namespace: source.metadata.namespace ?? namespace,
        },
      };
      blocked.set(key, { finding, direction: blocker.direction, try: tryOf(from, target, port) });
    }
    // A part that is named above, as what another one cannot reach, is not named again.
    const named = new Set([...blocked.values()].map(({ finding }) => finding.facts.to));
    const closed = closedServices(policies, services, pods, platform).filter(
      ({ finding }) => !named.has(finding.part),
    );
    const findings = await enforced([...blocked.values(), ...closed], context);
    if (findings.length === 0 && open.size > 0)
      return { status: 'inconclusive', cause: undecided(known.failure ?? unseen, [...open].join(', ')) };
    const names = findings.some(
      ({ code, facts }) => code === 'POLICY_NOT_ENFORCED' && facts.direction !== 'Ingress',
    )
      ? []
      : withoutNames(policies, firstOf);
    return verdict([...findings, ...names], { policies: policies.length, connections: judged });
  },
});

/** Whether policies speak of this Pod: one that is going, has ended, or lives in its node's network is not meant. */
function takesPart({ metadata, spec, status }: Parsed<Pod>): boolean {
  if (metadata.deletionTimestamp !== undefined || spec.hostNetwork) return false;
  return status.phase !== 'Succeeded' && status.phase !== 'Failed';
}

interface Wanted {
  readonly from: PartId;
  readonly to: PartId;
  readonly source: Parsed<Pod>;
  readonly target: Parsed<Pod>;
  readonly port: TargetPort;
}

/** One Pod of each part. */
type FirstOf = ReadonlyMap<PartId, Parsed<Pod>>;

function firstOfParts(pods: readonly Parsed<Pod>[], platform: Platform): FirstOf {
  const firstOf = new Map<PartId, Parsed<Pod>>();
  for (const pod of pods) {
    const part = partOfPod(pod, platform);
    if (part !== undefined && !firstOf.has(part)) firstOf.set(part, pod);
  }
  return firstOf;
}

/** Each connection the platform needs whose two ends are there, by the ports of the Service in between. */
function connectionsOf(
  services: readonly Parsed<Service>[],
  firstOf: FirstOf,
  platform: Platform,
): readonly Wanted[] {
  return wantedConnections.flatMap(([from, to]) => {
    const service = services.find((candidate) => partOfWorkload(candidate.metadata.name, platform) === to);
    const source = firstOf.get(from);
    const target = firstOf.get(to);
    if (service === undefined || source === undefined || target === undefined) return [];
    return targetPorts(service, target).map((port) => ({ from, to, source, target, port }));
  });
}
