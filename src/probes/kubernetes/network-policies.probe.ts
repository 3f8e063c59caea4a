import { z } from 'zod';
import type { Finding } from '../../domain/finding.ts';
import { type Endpoint, judgeConnection, NetworkPolicy } from '../../domain/network-policy.ts';
import { dependencies, type PartId } from '../../domain/part.ts';
import { partOfWorkload } from '../../domain/part-names.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe.ts';
import type { With } from '../../domain/targets.ts';
import { verdict } from '../support.ts';
import { type Parsed, Pod, parseAll, Service } from './schemas.ts';

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

/** Ports of the Pod behind a Service: a number as it stands, a name looked up in the Pod. */
function targetPorts(service: Parsed<z.output<typeof Service>>, pod: Parsed<Pod>): readonly number[] {
  return service.spec.ports.flatMap((port) => {
    const target = port.targetPort ?? port.port;
    if (typeof target === 'number') return [target];
    return pod.spec.containers.flatMap((container) =>
      container.ports.filter((own) => own.name === target).map((own) => own.containerPort),
    );
  });
}

export const kubernetesNetworkPolicies = defineProbe({
  id: 'kubernetes.network-policies',
  doc: `Does a NetworkPolicy block a connection that the platform needs?
Evaluates the policies exactly (types, selectors, ports, named ports, ranges, IP blocks) for every part and what it connects to. Nothing is tried; a live connection is another probe's.`,
  params,
  part: 'runtime',
  needs: ['kubernetes'],
  timeoutMs: 20_000,
  emits: ['POLICY_BLOCKS'],
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
    const pods = parseAll(Pod, [...rawPods, ...agents]).filter(
      (pod) => pod.metadata.deletionTimestamp === undefined && !pod.spec.hostNetwork,
    );
    const services = parseAll(Service, rawServices);
    const podsOf = (part: PartId) =>
      pods.filter((pod) => partOfWorkload(pod.metadata.labels?.['app'] ?? '') === part);
    const findings = new Map<string, Finding>();
    let judged = 0;
    for (const [from, to] of wantedConnections()) {
      const service = services.find((candidate) => partOfWorkload(candidate.metadata.name) === to);
      const [source] = podsOf(from);
      const [target] = podsOf(to);
      if (service === undefined || source === undefined || target === undefined) continue;
      for (const port of targetPorts(service, target)) {
        judged += 1;
        const { allowed, blockedBy } = judgeConnection(
          policies,
          endpointOf(source),
          endpointOf(target),
          port,
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
            port,
            policy: [...new Set(blockedBy.map((entry) => entry.policy))].join(', '),
            direction: blocker.direction,
            namespace,
          },
        });
      }
    }
    return verdict([...findings.values()], { policies: policies.length, connections: judged });
  },
});
