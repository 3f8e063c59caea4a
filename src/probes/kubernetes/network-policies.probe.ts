import { z } from 'zod';
import type { Finding } from '../../domain/finding.ts';
import { closedToAll, type Endpoint, judgeConnection, NetworkPolicy } from '../../domain/network-policy.ts';
import { dependencies, type PartId } from '../../domain/part.ts';
import { partOfWorkload } from '../../domain/part-names.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe.ts';
import type { With } from '../../domain/targets.ts';
import { verdict } from '../support.ts';
import { isReady, matches, type Parsed, Pod, parseAll, Service } from './schemas.ts';

type Deps = Pick<With<'kubernetes'>, 'kubernetes'>;
const params = z.strictObject({});

/** Besides what each part stands on: connections that the platform's requests take the other way. */
const alsoConnects: readonly (readonly [PartId, PartId])[] = [
  ['agent-manager', 'orchestrator-service'],
  ['orchestrator-service', 'reasoning-service'],
  ['orchestrator-service', 'nats'],
];

function wantedConnections(): readonly (readonly [PartId, PartId])[] {
  const direct = (Object.entries(dependencies) as [PartId, readonly PartId[]][]).flatMap(([from, needs]) =>
    needs.map((to) => [from, to] as const),
  );
  return [...direct, ...alsoConnects];
}

function endpointOf(pod: Parsed<Pod>): Endpoint {
  return {
    namespace: pod.metadata.namespace ?? '',
    labels: pod.metadata.labels ?? {},
    ...(pod.status.podIP === undefined ? {} : { ip: pod.status.podIP }),
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

/** Services whose Pods are ready and which nobody may reach: the policies of the namespace close them off. */
function closedServices(
  policies: readonly NetworkPolicy[],
  services: readonly Parsed<Service>[],
  pods: readonly Parsed<Pod>[],
): readonly Finding[] {
  return services.flatMap((service): Finding[] => {
    const { name, namespace = '' } = service.metadata;
    const { selector } = service.spec;
    if (selector === null || selector === undefined) return [];
    const ready = pods.filter(
      (pod) => pod.metadata.namespace === namespace && matches(selector, pod.metadata.labels) && isReady(pod),
    );
    const [pod] = ready;
    if (pod === undefined) return [];
    for (const port of targetPorts(service, pod)) {
      const closing = closedToAll(policies, endpointOf(pod), port.number, port.protocol);
      if (closing.length === 0) continue;
      return [
        {
          code: 'POLICY_ISOLATES',
          severity: 'warning',
          part: partOfWorkload(name) ?? 'runtime',
          subject: `service/${name}`,
          facts: {
            service: name,
            port: port.number,
            policy: closing.join(', '),
            pods: ready.length,
            namespace,
          },
        },
      ];
    }
    return [];
  });
}

export const kubernetesNetworkPolicies = defineProbe({
  id: 'kubernetes.network-policies',
  doc: `Does a NetworkPolicy block a connection that the platform needs?
Evaluates the policies exactly (types, selectors, ports, named ports, ranges, IP blocks) for every part and what it connects to, and finds Services with ready Pods that no rule lets anybody reach. Nothing is tried; a live connection is another probe's.`,
  params,
  part: 'runtime',
  needs: ['kubernetes'],
  timeoutMs: 20_000,
  emits: ['POLICY_BLOCKS', 'POLICY_ISOLATES'],
  async run(_params: z.output<typeof params>, { deps, signal }: ProbeContext<Deps>) {
    const { kubernetes } = deps;
    const { namespace, agentNamespace } = kubernetes;
    const list = (kind: 'networkpolicies' | 'pods' | 'services', where = namespace) =>
      kubernetes.list(kind, where, { signal });
    const [rawPolicies, rawPods, rawServices] = await Promise.all([
      list('networkpolicies'),
      list('pods'),
      list('services'),
    ]);
    const policies = rawPolicies.map((raw) => NetworkPolicy.parse(raw));
    if (policies.length === 0) return verdict([], { policies: 0 });
    const agents = agentNamespace === namespace ? [] : await list('pods', agentNamespace);
    const pods = [...parseAll(Pod, rawPods), ...parseAll(Pod, agents)].filter(
      (pod) => pod.metadata.deletionTimestamp === undefined && !pod.spec.hostNetwork,
    );
    const services = parseAll(Service, rawServices);
    const firstOf = new Map<PartId, Parsed<Pod>>();
    for (const pod of pods) {
      const part = partOfWorkload(pod.metadata.labels?.['app'] ?? '');
      if (part !== undefined && !firstOf.has(part)) firstOf.set(part, pod);
    }
    const findings = new Map<string, Finding>();
    let judged = 0;
    for (const [from, to] of wantedConnections()) {
      const service = services.find((candidate) => partOfWorkload(candidate.metadata.name) === to);
      const source = firstOf.get(from);
      const target = firstOf.get(to);
      if (service === undefined || source === undefined || target === undefined) continue;
      for (const port of targetPorts(service, target)) {
        judged += 1;
        const { allowed, blockedBy } = judgeConnection(
          policies,
          endpointOf(source),
          endpointOf(target),
          port.number,
        );
        const [blocker] = blockedBy;
        const key = `${from}→${to}`;
        if (allowed || blocker === undefined || findings.has(key)) continue;
        findings.set(key, {
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
            namespace,
          },
        });
      }
    }
    // A part that is named above, as what another one cannot reach, is not named again.
    const named = new Set([...findings.values()].map(({ facts }) => facts['to']));
    const closed = closedServices(policies, services, pods).filter(({ part }) => !named.has(part));
    return verdict([...findings.values(), ...closed], { policies: policies.length, connections: judged });
  },
});
