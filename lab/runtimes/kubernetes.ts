/** The platform as Pods on a real Kubernetes node. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseAllDocuments } from 'yaml';
import { instance } from '../components/instance.ts';
import { pathOf } from '../components/kube-get.ts';
import { type Cluster, cluster } from '../components/kubernetes.ts';
import { waitFor } from '../components/process.ts';
import { guidedNames } from '../platform/names.ts';
import type { Endpoints, Lab, LabPart, Names, Output } from '../types.ts';
import { asVariables, cgroupPids, configFile, editConfig, signalAll, waitHealthy } from './shared.ts';

export const namespace = 'aetherius';
export const agentNamespace = 'kube-system';

/** The workload that carries a part. */
export interface Workload {
  readonly kind: 'deployment' | 'statefulset' | 'daemonset';
  readonly name: string;
  readonly namespace: string;
  readonly replicas: number;
}

/** What a platform's parts are called on Kubernetes. */
export interface KubernetesNames extends Names {
  readonly namespace: string;
  readonly agentNamespace: string;
  workload(part: LabPart): Workload;
  /** By which its Service finds its Pods. */
  labels(part: LabPart): Readonly<Record<string, string>>;
  container(part: LabPart): string;
  /** In the namespace of its workload. */
  service(part: LabPart): string;
  /** ConfigMap and file that `configure` changes; undefined when the program has its settings from variables. */
  config(part: LabPart): { readonly map: string; readonly file: string } | undefined;
  readonly workflows: string;
  /** Secret and key of a store's password, or of the token of the agents. */
  secret(of: 'neo4j' | 'token'): { readonly name: string; readonly key: string };
  /** Secret that Neo4j has its first password from, where it is another than that of who logs in. */
  readonly firstLogin?: string;
  /** ConfigMaps and Secrets of a part, in the namespace of its workload. */
  belongings(part: LabPart): readonly string[];
  /** File with every object of the platform, as it was made. */
  originals(): string;
  /** Its Deployments keep an old Pod until a new one is ready: a change that breaks the new one would not reach the old. */
  readonly rollingUpdates?: true;
  /** Whose Pods are never Ready, though they work as far as they ever do. */
  readonly neverReady?: readonly LabPart[];
  /** What does not work now, one line each; undefined: the check of the guide's platform. */
  readonly unhealthy?: (at: Endpoints) => Promise<string[]>;
}

function guidedWorkload(part: LabPart): Workload {
  if (part === 'collect-agent')
    return { kind: 'daemonset', name: part, namespace: agentNamespace, replicas: 1 };
  const stateful: readonly LabPart[] = ['postgres', 'redis', 'nats', 'neo4j'];
  return { kind: stateful.includes(part) ? 'statefulset' : 'deployment', name: part, namespace, replicas: 1 };
}

function guidedBelongings(part: LabPart): readonly string[] {
  const credentials: Partial<Record<LabPart, string>> = {
    postgres: 'database-credentials',
    redis: 'redis-credentials',
    nats: 'nats-credentials',
    neo4j: 'neo4j-auth',
    'reasoning-service': 'neo4j-credentials',
  };
  return [
    `${part}-config`,
    credentials[part] ?? '',
    ...(part === 'orchestrator-service' ? ['orchestrator-workflows'] : []),
    ...(part === 'agent-manager' || part === 'collect-agent' ? ['agent-auth-token'] : []),
  ];
}

/** The names of the guide's platform. */
export const guidedKubernetesNames: KubernetesNames = {
  ...guidedNames,
  namespace,
  agentNamespace,
  workload: guidedWorkload,
  labels: (part) => ({ app: part }),
  container: (part) => part,
  service: (part) => part,
  config: (part) => ({ map: `${part}-config`, file: configFile[part] }),
  workflows: 'orchestrator-workflows',
  secret: (of) =>
    of === 'token'
      ? { name: 'agent-auth-token', key: 'token' }
      : { name: 'neo4j-credentials', key: 'password' },
  firstLogin: 'neo4j-auth',
  belongings: guidedBelongings,
  originals: () => manifestFile(),
};

export interface Pod {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly creationTimestamp: string;
    readonly deletionTimestamp?: string;
  };
  readonly status: {
    readonly phase: string;
    readonly reason?: string;
    readonly podIP?: string;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
    }[];
    readonly containerStatuses?: readonly ContainerStatus[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
  };
}

export interface ContainerStatus {
  readonly name: string;
  readonly restartCount: number;
  readonly ready: boolean;
  readonly containerID?: string;
  readonly state: {
    readonly running?: { readonly startedAt?: string };
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
  readonly names: KubernetesNames;
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
export const manifestFile = () => join(instance().kubernetes.STATE ?? '', 'platform.yaml');

function originalsIn(file: string): readonly Manifest[] {
  return parseAllDocuments(readFileSync(file, 'utf8'), { version: '1.1' })
    .map((document) => document.toJS() as Manifest | null)
    .filter((one) => one !== null);
}

/** Handle on the platform that is up. */
export function kubernetesLab(source: {
  /** Puts tables and streams back where a part lost them with its data. */
  seed: (part: LabPart, at: Endpoints) => Promise<void>;
  /** Makes all of them that are missing. */
  seedAll: (at: Endpoints) => Promise<void>;
  endpoints: (clusterIp: (part: LabPart) => string) => Endpoints | Promise<Endpoints>;
  environmentConfig: (at: Endpoints, kubeconfig: string) => Promise<Readonly<Record<string, unknown>>>;
  readonly names?: KubernetesNames;
}): KubernetesLab {
  const own = cluster();
  const names = source.names ?? guidedKubernetesNames;
  const { workload } = names;
  const labelsOf = (part: LabPart) =>
    Object.entries(names.labels(part))
      .map(([key, value]) => `${key}=${value}`)
      .join(',');
  const selector = (part: LabPart) => ['-n', workload(part).namespace, '-l', labelsOf(part)];
  const originals = () => originalsIn(names.originals());
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
    const { namespace: where } = workload(part);
    const path = `/api/v1/namespaces/${where}/pods?labelSelector=${encodeURIComponent(labelsOf(part))}`;
    const list = (await own.get(path)) as { items: Pod[] };
    return list.items.toSorted((a, b) =>
      b.metadata.creationTimestamp.localeCompare(a.metadata.creationTimestamp),
    );
  };
  const pods = async (part: LabPart) =>
    (await allPods(part)).filter((pod) => pod.metadata.deletionTimestamp === undefined);
  const object = async <T>(reference: string, inNamespace = names.namespace): Promise<T | undefined> => {
    const path = pathOf(reference, inNamespace);
    if (path !== undefined) return (await own.get(path)) as T | undefined;
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
    const { kind, name, namespace: where, replicas } = workload(part);
    if (kind === 'daemonset') {
      const value = up ? null : { 'lab.aetherius.io/nowhere': 'true' };
      const patch = { spec: { template: { spec: { nodeSelector: value } } } };
      await kubectl(['patch', kind, name, '-n', where, '--type=merge', '-p', JSON.stringify(patch)]);
    } else await kubectl(['scale', `${kind}/${name}`, '-n', where, `--replicas=${up ? replicas : 0}`]);
  };
  /** Ends every Pod of it and starts new ones, whatever becomes of these. */
  const recycle = async (part: LabPart) => {
    await scale(part, false);
    await remove(part);
    await gone(part);
    await scale(part, true);
    await replaced(part, new Set());
  };
  const isRolling = (part: LabPart) => names.rollingUpdates === true && workload(part).kind === 'deployment';
  const restore = async (kind: string, name: string, where = names.namespace) => {
    if (kind.toLowerCase() === 'service') ips = undefined;
    const found = originals().find(
      (one) =>
        one.kind.toLowerCase() === kind.toLowerCase() &&
        one.metadata.name === name &&
        (one.metadata.namespace ?? names.namespace) === where,
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
  /**
   * Waits for the second after the last change of these ConfigMaps. Kubernetes keeps whole seconds, so of a Pod that is
   * made in the second of a change nobody can say whether it has read that.
   */
  const secondAfter = async (maps: readonly string[], where: string) => {
    if (maps.length === 0) return;
    const list = await kubectl(['get', 'configmaps', '-n', where, '-o', 'json', '--show-managed-fields']);
    const { items } = JSON.parse(list) as { items: readonly Managed[] };
    const changes = items
      .filter(({ metadata }) => maps.includes(metadata.name))
      .flatMap(({ metadata }) => metadata.managedFields.map(({ time }) => Date.parse(time)));
    await delay(Math.max(0, Math.max(...changes) + 1000 - Date.now()));
  };
  const lab: KubernetesLab = {
    runtime: 'kubernetes',
    kubeconfig: own.kubeconfig,
    cluster: own,
    names,
    namespace: names.namespace,
    agentNamespace: names.agentNamespace,
    kubectl,
    pods,
    object,
    restore,
    control,
    pids,
    async endpoints() {
      ips ??= await clusterIps(own);
      const known = ips;
      return source.endpoints(
        (part) => known.get(`${workload(part).namespace}/${names.service(part)}`) ?? '0.0.0.0',
      );
    },
    seed: async () => source.seedAll(await lab.endpoints()),
    async environmentConfig() {
      return source.environmentConfig(await lab.endpoints(), own.kubeconfig);
    },
    async exec(part, command) {
      const where = ['-n', workload(part).namespace, await podName(part), '-c', names.container(part)];
      return control(['exec', ...where, '--', ...command]);
    },
    async logs(part, options = {}) {
      const result = await control([
        ...['logs', '-n', workload(part).namespace, await podName(part), '-c', names.container(part)],
        `--tail=${options.lines ?? -1}`,
        ...(options.previous === true ? ['--previous'] : []),
      ]);
      return result.stdout;
    },
    async configure(part, changes) {
      const where = workload(part).namespace;
      const config = names.config(part);
      if (config === undefined) {
        await lab.setEnv(part, asVariables(names, part, changes));
        return;
      }
      const { map: name, file } = config;
      const map = await object<{ data: Record<string, string> }>(`configmap/${name}`, where);
      if (map === undefined) throw new Error(`no ConfigMap ${name}`);
      const installed = Object.fromEntries(
        Object.entries(changes).map(([key, value]) => [names.key(part, key), value]),
      );
      const data = { [file]: editConfig(part, map.data[file] ?? '', installed) };
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
      const words = Object.entries(changes).map(([guides, value]) => {
        const key = names.variable(part, guides);
        return value === null ? `${key}-` : `${key}=${value}`;
      });
      const result = await kubectl(['set', 'env', `${kind}/${name}`, '-n', where, ...words]);
      if (result.trim() === '') return;
      await (isRolling(part) ? recycle(part) : replaced(part, old));
    },
    async restart(part) {
      const old = await uids(part);
      if (isRolling(part)) await recycle(part);
      else {
        if (old.size === 0) await scale(part, true);
        else await remove(part);
        await replaced(part, old);
      }
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
      const belongings = originals().filter(
        (one) =>
          ['ConfigMap', 'Secret'].includes(one.kind) &&
          names.belongings(part).includes(one.metadata.name) &&
          (one.metadata.namespace ?? names.namespace) === where,
      );
      for (const one of belongings) await restore(one.kind, one.metadata.name, one.metadata.namespace);
      await secondAfter(
        belongings.filter((one) => one.kind === 'ConfigMap').map((one) => one.metadata.name),
        where,
      );
      await restore(kind, name, where);
      if (isRolling(part)) await recycle(part);
      else {
        await remove(part);
        await replaced(part, old);
      }
      await source.seed(part, await lab.endpoints());
    },
    async pause(part) {
      signalAll(part, await pids(part), 'SIGSTOP');
    },
    async resume(part) {
      signalAll(part, await pids(part), 'SIGCONT');
    },
    healthy: (seconds = 90) => waitHealthy(lab, seconds, () => notReady(lab), names.unhealthy),
  };
  return lab;
}

interface Managed {
  readonly metadata: { readonly name: string; readonly managedFields: readonly { readonly time: string }[] };
}

async function clusterIps(own: Cluster): Promise<ReadonlyMap<string, string>> {
  const list = (await own.get('/api/v1/services')) as {
    items: { metadata: { name: string; namespace: string }; spec: { clusterIP: string } }[];
  };
  return new Map(
    list.items.map(({ metadata, spec }) => [`${metadata.namespace}/${metadata.name}`, spec.clusterIP]),
  );
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
  interface Found {
    kind: string;
    metadata: { name: string; namespace: string; generation: number };
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
  const kinds = ['deployment', 'statefulset', 'daemonset'];
  const lists = await Promise.all(
    kinds.map(async (kind) => {
      const list = (await lab.cluster.get(`/apis/apps/v1/${kind}s`)) as { items: Omit<Found, 'kind'>[] };
      // Objects of a list do not say their kind.
      return list.items.map((item): Found => ({ ...item, kind }));
    }),
  );
  const items = lists.flat();
  return lab.names.parts.flatMap((part) => {
    const { kind, name, namespace: where } = lab.names.workload(part);
    const one = items.find(
      (item) =>
        item.kind.toLowerCase() === kind && item.metadata.name === name && item.metadata.namespace === where,
    );
    if (one === undefined) return [`${part} is not deployed`];
    const { status, spec, metadata } = one;
    const isReady = status.readyReplicas === spec.replicas || lab.names.neverReady?.includes(part) === true;
    const wanted = status.desiredNumberScheduled ?? 0;
    const rolledOut =
      kind === 'daemonset'
        ? wanted >= 1 && status.numberReady === wanted && status.updatedNumberScheduled === wanted
        : status.observedGeneration === metadata.generation &&
          (spec.replicas ?? 0) >= 1 &&
          isReady &&
          status.replicas === spec.replicas &&
          status.updatedReplicas === spec.replicas;
    return rolledOut ? [] : [`${part} is not rolled out`];
  });
}
