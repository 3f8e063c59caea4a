/** The platform as it is, on Kubernetes, as a `Lab`: what faults and the campaign reach it by. */

import { waitFor } from '../components/process.ts';
import { asIsNames } from '../platform/as-is/installed.ts';
import { asIsDatabases, asIsKubernetes } from '../platform/as-is/names.ts';
import type { LabPart } from '../types.ts';
import { asIsKubernetesEnvironment, asIsManifestFile } from './as-is-kubernetes.ts';
import { asIsEndpoints, unhealthyAsIs } from './as-is-lab.ts';
import { type KubernetesLab, type KubernetesNames, kubernetesLab, type Pod } from './kubernetes.ts';

const { namespace, agentNamespace, replicas } = asIsKubernetes;
/** The agent calls its cluster by the name of its Pod, which begins so. */
const agent = 'aetherius-agent';
const stateful: readonly LabPart[] = ['postgres', 'nats', 'neo4j'];
/** Of NATS. */
const clients = [
  'agent-manager',
  'orchestrator-service',
  'collect-agent',
] as const satisfies readonly LabPart[];
const isStore = (part: LabPart) => stateful.includes(part) || part === 'redis';

/** What differs from the part's own name. */
const containers: Partial<Record<LabPart, string>> = {
  ...{ 'orchestrator-service': 'orchestrator', 'reasoning-service': 'reasoning', 'collect-agent': 'agent' },
};
const configs: Partial<Record<LabPart, string>> = {
  ...{ 'agent-manager': 'agent-manager-config', 'orchestrator-service': 'orchestrator-config' },
  ...{ 'reasoning-service': 'reasoning-config', 'collect-agent': 'agent-config' },
};
const secretOf = (part: LabPart) =>
  part === 'neo4j' || part === 'reasoning-service' ? 'reasoning-secrets' : 'agent-manager-secrets';
const serviceOf = (part: LabPart) =>
  part === 'collect-agent' ? agent : isStore(part) ? `aetherius-${part}` : part;
const replicasOf = (part: LabPart) => (replicas as Partial<Record<LabPart, number>>)[part] ?? 1;

const names: KubernetesNames = {
  ...asIsNames({
    cluster: agent,
    heartbeatSeconds: 30,
    agentManagerDatabase: asIsDatabases.scripts[0],
    host: serviceOf,
  }),
  namespace,
  agentNamespace,
  workload: (part) => ({
    kind: stateful.includes(part) ? 'statefulset' : 'deployment',
    name: part === 'collect-agent' ? agent : part,
    namespace: part === 'collect-agent' ? agentNamespace : namespace,
    replicas: replicasOf(part),
  }),
  labels: (part) =>
    part === 'collect-agent'
      ? { 'app.kubernetes.io/name': agent, 'app.kubernetes.io/component': 'agent' }
      : { app: part },
  container: (part) => containers[part] ?? part,
  service: serviceOf,
  config: (part) => {
    const map = configs[part];
    return map === undefined ? undefined : { map, file: 'config.yaml' };
  },
  workflows: '',
  secret: () => ({ name: 'reasoning-secrets', key: 'neo4j-password' }),
  belongings: (part) => [configs[part] ?? '', secretOf(part)],
  originals: asIsManifestFile,
  rollingUpdates: true,
  neverReady: ['orchestrator-service'],
  unhealthy: (at) => unhealthyAsIs(at, asIsDatabases.scripts[0], `agent-${agent}`),
};

interface Clients {
  readonly connections: readonly { readonly ip: string }[];
}

/** Programs that have lost NATS for good: the key of the ConfigMap for their reconnects is none that they know (F12). */
async function lost(lab: KubernetesLab): Promise<readonly LabPart[]> {
  const { servers = [] } = (await lab.endpoints()).nats;
  const connected = await Promise.all(
    servers.map(async ({ monitorUrl }) => {
      const response = await fetch(`${monitorUrl}/connz`, { signal: AbortSignal.timeout(3000) });
      return ((await response.json()) as Clients).connections.map(({ ip }) => ip);
    }),
  );
  const addresses = new Set(connected.flat());
  const isLost = ({ status: { podIP = '', containerStatuses = [] } }: Pod) =>
    containerStatuses.some(
      ({ state: { running } }) => Date.now() - Date.parse(running?.startedAt ?? '') > 5_000,
    ) && !addresses.has(podIP);
  const found = await Promise.all(
    clients.map(async (part) => ((await lab.pods(part)).some(isLost) ? [part] : [])),
  );
  return found.flat();
}

/** Handle on the platform that is up, *started*. */
export function connectAsIsKubernetes(): KubernetesLab {
  const lab: KubernetesLab = kubernetesLab({
    seed: async () => undefined,
    seedAll: async () => undefined,
    names,
    async endpoints(clusterIp) {
      const at = asIsEndpoints(clusterIp);
      const pods = await lab.pods('nats');
      const servers = pods.flatMap(({ status: { podIP } }) =>
        podIP === undefined ? [] : { url: `nats://${podIP}:4222`, monitorUrl: `http://${podIP}:8222` },
      );
      return { ...at, nats: { ...at.nats, servers } };
    },
    environmentConfig: () => asIsKubernetesEnvironment(),
  });
  return {
    ...lab,
    async healthy(seconds = 90) {
      const answer = async () => {
        const parts = await lost(lab).catch(() => undefined);
        return parts !== undefined && (await lab.pods('nats')).length === replicas.nats
          ? { parts }
          : undefined;
      };
      const { parts } = await waitFor(answer, { seconds, what: 'every server of NATS', every: 500 });
      await Promise.all(parts.map((part) => lab.restart(part)));
      await lab.healthy(seconds);
    },
  };
}
