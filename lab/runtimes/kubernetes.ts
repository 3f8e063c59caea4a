/** The platform as Pods on a real Kubernetes node. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { instance } from '../components/instance.ts';
import { type Cluster, cluster } from '../components/kubernetes.ts';
import { waitFor } from '../components/process.ts';
import type { Endpoints, Lab, LabPart, Output } from '../types.ts';
import { cgroupPids, configFile, editConfig, signalAll, waitHealthy } from './shared.ts';

export const namespace = 'aetherius';
export const agentNamespace = 'kube-system';

type WorkloadKind = 'deployment' | 'statefulset' | 'daemonset';

/** The workload that carries a part. */
export function workload(part: LabPart): { kind: WorkloadKind; name: string; namespace: string } {
  if (part === 'collect-agent') return { kind: 'daemonset', name: part, namespace: agentNamespace };
  const stateful: readonly LabPart[] = ['postgres', 'redis', 'nats', 'neo4j'];
  return { kind: stateful.includes(part) ? 'statefulset' : 'deployment', name: part, namespace };
}

export interface Pod {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly creationTimestamp: string;
    readonly deletionTimestamp?: string;
  };
  readonly status: {
    readonly phase: string;
    readonly podIP?: string;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
    }[];
    readonly containerStatuses?: readonly ContainerStatus[];
  };
}

export interface ContainerStatus {
  readonly name: string;
  readonly restartCount: number;
  readonly ready: boolean;
  readonly containerID?: string;
  readonly state: {
    readonly running?: object;
    readonly waiting?: { readonly reason?: string; readonly message?: string };
    readonly terminated?: { readonly reason?: string; readonly exitCode: number };
  };
  readonly lastState?: { readonly terminated?: { readonly reason?: string; readonly exitCode: number } };
}

/** What faults may use beyond `Lab` on this runtime. */
export interface KubernetesLab extends Lab {
  readonly runtime: 'kubernetes';
  readonly kubeconfig: string;
  readonly cluster: Cluster;
  /** `kubectl -n <namespace of the part> …`; throws when it fails. */
  kubectl(args: readonly string[], stdin?: string): Promise<string>;
  /** Pods of a part that are not being deleted, newest first. */
  pods(part: LabPart): Promise<readonly Pod[]>;
  /** Makes an object what it was when the platform came up, whether it was changed or deleted. */
  restore(kind: string, name: string, inNamespace?: string): Promise<void>;
  /** Parsed object, or undefined if there is none. */
  object<T>(reference: string, inNamespace?: string): Promise<T | undefined>;
}

export function isKubernetes(lab: Lab): lab is KubernetesLab {
  return lab.runtime === 'kubernetes';
}

export interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/** File with every object of the platform, as it was made. */
export const manifestFile = () => join(instance().kubernetes['STATE'] ?? '', 'platform.yaml');

function originals(): readonly Manifest[] {
  return parseAllDocuments(readFileSync(manifestFile(), 'utf8'))
    .map((document) => document.toJS() as Manifest | null)
    .filter((one) => one !== null);
}

/** ConfigMaps and Secrets of a part. */
function belongings(part: LabPart): Manifest[] {
  const credentials: Partial<Record<LabPart, string>> = {
    postgres: 'database-credentials',
    redis: 'redis-credentials',
    nats: 'nats-credentials',
    neo4j: 'neo4j-credentials',
  };
  const names = [
    `${part}-config`,
    credentials[part] ?? '',
    ...(part === 'orchestrator-service' ? ['orchestrator-workflows'] : []),
  ];
  const tokens = part === 'agent-manager' || part === 'collect-agent' ? ['agent-auth-token'] : [];
  const where = workload(part).namespace;
  return originals().filter(
    (one) =>
      ['ConfigMap', 'Secret'].includes(one.kind) &&
      [...names, ...tokens].includes(one.metadata.name) &&
      (one.metadata.namespace ?? namespace) === where,
  );
}

const selector = (part: LabPart) => ['-n', workload(part).namespace, '-l', `app=${part}`];

/** Handle on the platform that is up. */
export function kubernetesLab(source: {
  /** Puts tables and streams back where a part lost them with its data. */
  seed: (part: LabPart, at: Endpoints) => Promise<void>;
  endpoints: (clusterIp: (service: string) => string) => Endpoints;
  environmentConfig: (at: Endpoints, kubeconfig: string) => Readonly<Record<string, unknown>>;
}): KubernetesLab {
  const own = cluster();
  // A Service keeps its address until it is deleted, and asking takes a process each time.
  let ips: ReadonlyMap<string, string> | undefined;
  const control = (args: readonly string[], stdin?: string): Promise<Output> =>
    own.kubectl(args, stdin === undefined ? {} : { stdin });
  const kubectl = async (args: readonly string[], stdin?: string) => {
    const result = await control(args, stdin);
    if (result.code !== 0) throw new Error(`kubectl ${args.slice(0, 6).join(' ')}: ${result.stderr.trim()}`);
    return result.stdout;
  };
  const allPods = async (part: LabPart): Promise<Pod[]> => {
    const list = JSON.parse(await kubectl(['get', 'pods', ...selector(part), '-o', 'json'])) as {
      items: Pod[];
    };
    return list.items.toSorted((a, b) =>
      b.metadata.creationTimestamp.localeCompare(a.metadata.creationTimestamp),
    );
  };
  const pods = async (part: LabPart) =>
    (await allPods(part)).filter((pod) => pod.metadata.deletionTimestamp === undefined);
  const object = async <T>(reference: string, inNamespace = namespace): Promise<T | undefined> => {
    const text = await kubectl(['get', reference, '-n', inNamespace, '--ignore-not-found', '-o', 'json']);
    return text.trim() === '' ? undefined : (JSON.parse(text) as T);
  };
  const podName = async (part: LabPart) => {
    const [first] = await pods(part);
    if (first === undefined) throw new Error(`${part}: no Pod`);
    return first.metadata.name;
  };
  const replaced = (part: LabPart, old: ReadonlySet<string>) =>
    waitFor(
      async () => {
        const now = await allPods(part);
        return (
          now.every((pod) => !old.has(pod.metadata.uid)) &&
          now.some((pod) => pod.metadata.deletionTimestamp === undefined && begun(pod))
        );
      },
      { seconds: 60, what: `${part} to be replaced`, every: 100 },
    );
  const uids = async (part: LabPart) => new Set((await allPods(part)).map((pod) => pod.metadata.uid));
  const gone = (part: LabPart) =>
    waitFor(async () => (await allPods(part)).length === 0, {
      seconds: 60,
      what: `${part} to stop`,
      every: 100,
    });
  const remove = (part: LabPart) =>
    kubectl(['delete', 'pods', ...selector(part), '--grace-period=1', '--wait=false']);
  const pids = async (part: LabPart) =>
    cgroupPids(
      own.cgroup ?? '',
      (await pods(part)).flatMap((pod) =>
        (pod.status.containerStatuses ?? []).map((one) => one.containerID?.replace(/^.*:\/\//, '') ?? 'none'),
      ),
    );
  const scale = async (part: LabPart, up: boolean) => {
    const { kind, name, namespace: where } = workload(part);
    if (kind === 'daemonset') {
      const value = up ? null : { 'lab.aetherius.io/nowhere': 'true' };
      const patch = { spec: { template: { spec: { nodeSelector: value } } } };
      await kubectl(['patch', kind, name, '-n', where, '--type=merge', '-p', JSON.stringify(patch)]);
    } else await kubectl(['scale', `${kind}/${name}`, '-n', where, `--replicas=${up ? 1 : 0}`]);
  };
  const restore = async (kind: string, name: string, where = namespace) => {
    if (kind.toLowerCase() === 'service') ips = undefined;
    const found = originals().find(
      (one) =>
        one.kind.toLowerCase() === kind.toLowerCase() &&
        one.metadata.name === name &&
        (one.metadata.namespace ?? namespace) === where,
    );
    if (found === undefined) throw new Error(`the platform was made without ${kind} ${name} in ${where}`);
    const text = JSON.stringify(found);
    let result = await control(['replace', '-n', where, '-f', '-'], text);
    // A controller that writes the status between kubectl's look and its write is no reason to leave a fault there.
    for (let more = 5; more > 0 && result.code !== 0 && result.stderr.includes('(Conflict)'); more -= 1)
      result = await control(['replace', '-n', where, '-f', '-'], text);
    if (result.code !== 0 && /not found/i.test(result.stderr))
      await kubectl(['create', '-n', where, '-f', '-'], text);
    else if (result.code !== 0) throw new Error(`replace ${kind} ${name}: ${result.stderr.trim()}`);
  };
  const lab: KubernetesLab = {
    runtime: 'kubernetes',
    kubeconfig: own.kubeconfig,
    cluster: own,
    namespace,
    agentNamespace,
    kubectl,
    pods,
    object,
    restore,
    control,
    pids,
    async endpoints() {
      ips ??= await clusterIps(kubectl);
      const known = ips;
      return source.endpoints((service) => known.get(service) ?? '0.0.0.0');
    },
    async environmentConfig() {
      return source.environmentConfig(await lab.endpoints(), own.kubeconfig);
    },
    async exec(part, command) {
      const where = ['-n', workload(part).namespace, await podName(part), '-c', part];
      return control(['exec', ...where, '--', ...command]);
    },
    async logs(part, options = {}) {
      const result = await control([
        ...['logs', '-n', workload(part).namespace, await podName(part), '-c', part],
        `--tail=${options.lines ?? -1}`,
        ...(options.previous === true ? ['--previous'] : []),
      ]);
      return result.stdout;
    },
    async configure(part, changes) {
      const where = workload(part).namespace;
      const name = `${part}-config`;
      const map = await object<{ data: Record<string, string> }>(`configmap/${name}`, where);
      if (map === undefined) throw new Error(`no ConfigMap ${name}`);
      const file = configFile[part];
      const data = { [file]: editConfig(part, map.data[file] ?? '', changes) };
      await kubectl([
        'patch',
        'configmap',
        name,
        '-n',
        where,
        '--type=merge',
        '-p',
        JSON.stringify({ data }),
      ]);
      // Brings the kubelet's next look at the Pod forward: the mounted file changes now, not within a minute.
      await control([
        'annotate',
        'pods',
        ...selector(part),
        '--overwrite',
        `lab.aetherius.io/config=${Date.now()}`,
      ]);
    },
    async setEnv(part, changes) {
      const { kind, name, namespace: where } = workload(part);
      const old = await uids(part);
      const words = Object.entries(changes).map(([key, value]) =>
        value === null ? `${key}-` : `${key}=${value}`,
      );
      const result = await kubectl(['set', 'env', `${kind}/${name}`, '-n', where, ...words]);
      if (result.trim() === '') return;
      await replaced(part, old);
    },
    async restart(part) {
      const old = await uids(part);
      if (old.size === 0) await scale(part, true);
      else await remove(part);
      await replaced(part, old);
      await source.seed(part, await lab.endpoints());
    },
    async stop(part) {
      await scale(part, false);
      await remove(part);
      await gone(part);
    },
    async start(part) {
      if ((await pods(part)).length > 0) return;
      await scale(part, true);
      await replaced(part, new Set());
      await source.seed(part, await lab.endpoints());
    },
    async reset(part) {
      const { kind, name, namespace: where } = workload(part);
      const old = await uids(part);
      for (const one of belongings(part)) await restore(one.kind, one.metadata.name, one.metadata.namespace);
      await restore(kind, name, where);
      await remove(part);
      await replaced(part, old);
      await source.seed(part, await lab.endpoints());
    },
    async pause(part) {
      signalAll(part, await pids(part), 'SIGSTOP');
    },
    async resume(part) {
      signalAll(part, await pids(part), 'SIGCONT');
    },
    healthy: (seconds = 90) => waitHealthy(lab, seconds, () => notReady(lab)),
  };
  return lab;
}

async function clusterIps(
  kubectl: (args: readonly string[]) => Promise<string>,
): Promise<ReadonlyMap<string, string>> {
  const list = JSON.parse(await kubectl(['get', 'services', '-n', namespace, '-o', 'json'])) as {
    items: { metadata: { name: string }; spec: { clusterIP: string } }[];
  };
  return new Map(list.items.map((one) => [one.metadata.name, one.spec.clusterIP]));
}

/** A container of it has run, or says why it cannot. */
function begun(pod: Pod): boolean {
  if (pod.status.conditions?.some((one) => one.reason === 'Unschedulable') === true) return true;
  const states = pod.status.containerStatuses ?? [];
  return states.some(({ state, restartCount }) => {
    const reason = state.waiting?.reason ?? '';
    return (
      restartCount > 0 ||
      state.running !== undefined ||
      state.terminated !== undefined ||
      !['', 'ContainerCreating', 'PodInitializing'].includes(reason)
    );
  });
}

/** Workloads of the platform whose Pods are not all there and Ready. */
async function notReady(lab: KubernetesLab): Promise<string[]> {
  interface Workload {
    kind: string;
    metadata: { name: string; generation: number };
    spec: { replicas?: number };
    status: {
      observedGeneration?: number;
      replicas?: number;
      readyReplicas?: number;
      updatedReplicas?: number;
      numberReady?: number;
      updatedNumberScheduled?: number;
      desiredNumberScheduled?: number;
    };
  }
  const read = async (kinds: string, where: string) =>
    (JSON.parse(await lab.kubectl(['get', kinds, '-n', where, '-o', 'json'])) as { items: Workload[] }).items;
  const [main, agents] = await Promise.all([
    read('deployments,statefulsets', namespace),
    read('daemonsets', agentNamespace),
  ]);
  const found: string[] = [];
  for (const part of [
    'agent-manager',
    'orchestrator-service',
    'reasoning-service',
    'postgres',
    'redis',
    'nats',
    'neo4j',
  ]) {
    const one = main.find((item) => item.metadata.name === part);
    const status: Workload['status'] = one?.status ?? {};
    if (one === undefined) found.push(`${part} is not deployed`);
    else if (
      status.observedGeneration !== one.metadata.generation ||
      (one.spec.replicas ?? 0) < 1 ||
      status.readyReplicas !== one.spec.replicas ||
      status.replicas !== one.spec.replicas ||
      status.updatedReplicas !== one.spec.replicas
    )
      found.push(`${part} is not rolled out`);
  }
  const agent = agents.find((item) => item.metadata.name === 'collect-agent');
  const wanted = agent?.status.desiredNumberScheduled ?? 0;
  if (wanted < 1 || agent?.status.numberReady !== wanted || agent.status.updatedNumberScheduled !== wanted)
    found.push('collect-agent is not rolled out');
  return found;
}
