/** A simulated API server with two workloads and a policy between them; it makes Jobs and policies, and deletes as the real one does. */
import { AppError } from '../../src/domain/kernel/errors.ts';
import { asInGuide } from '../../src/domain/platform/platform.ts';
import type { KubeKind, KubeObject, KubernetesTarget } from '../../src/domain/probe/targets/kubernetes.ts';
import type { Targets } from '../../src/domain/probe/targets/targets.ts';
import { fakeKubernetes } from './fake-kubernetes.ts';
import { policedRuntime } from './policed-network.ts';

const namespace = 'aetherius';
type Made = KubeObject & { readonly spec: Readonly<Record<string, unknown>> };

/** A policy of the platform's namespace. */
export const policyOf = (name: string, spec: object): object => ({
  metadata: { name, namespace, uid: `uid-${name}`, resourceVersion: '1', generation: 1 },
  spec,
});
/** Nobody but a front end reaches the orchestrator. */
export const ingressBlocked = policyOf('ingress-from-nobody', {
  podSelector: { matchLabels: { app: 'orchestrator-service' } },
  policyTypes: ['Ingress'],
  ingress: [{ from: [{ podSelector: { matchLabels: { role: 'frontend' } } }] }],
});
/** agent-manager reaches name servers and nothing else. */
export const egressBlocked = policyOf('egress-to-names-only', {
  podSelector: { matchLabels: { app: 'agent-manager' } },
  policyTypes: ['Egress'],
  egress: [{ ports: [{ port: 53, protocol: 'UDP' }] }],
});

export const workloadOf = (
  name: string,
  more: { readonly selector?: object; readonly uid?: string; readonly labels?: object } = {},
): object => ({
  metadata: { name, namespace, uid: more.uid ?? `uid-${name}`, generation: 1 },
  spec: {
    replicas: 1,
    selector: more.selector ?? { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name, ...more.labels } },
      spec: { containers: [{ name: 'main', image: `${name}:1` }] },
    },
  },
  status: { readyReplicas: 1 },
});
const addresses: Readonly<Record<string, string>> = {
  'agent-manager': '10.244.0.8',
  'orchestrator-service': '10.244.0.9',
};
export const podOf = (
  app: string,
  more: { readonly spec?: object; readonly name?: string } = {},
): object => ({
  metadata: {
    ...{ name: more.name ?? `${app}-1`, namespace, uid: `pod-${more.name ?? app}`, labels: { app } },
    ownerReferences: [{ kind: 'ReplicaSet', name: `${app}-rs`, uid: `rs-${app}`, controller: true }],
  },
  spec: { containers: [{ name: 'main', ports: [] }], ...more.spec },
  status: {
    phase: 'Running',
    podIP: addresses[app] ?? '10.244.0.7',
    conditions: [{ type: 'Ready', status: 'True' }],
  },
});
export const setOf = (app: string, owner = `uid-${app}`): object => ({
  metadata: { name: `${app}-rs`, namespace, uid: `rs-${app}`, ownerReferences: [{ uid: owner }] },
});
export const serviceOf = (app: string, port: number, selector: object = { app }): object => ({
  metadata: { name: app, namespace, uid: `service-${app}` },
  spec: { selector, ports: [{ port, protocol: 'TCP' }] },
});

type Lists = Partial<Record<KubeKind, readonly object[]>>;

export function blockedConnection(given: Lists = {}, groups: readonly string[] = ['apps', 'batch']) {
  const lists: Record<string, readonly object[]> = {
    deployments: [workloadOf('agent-manager'), workloadOf('orchestrator-service')],
    replicasets: [setOf('agent-manager'), setOf('orchestrator-service')],
    pods: [podOf('agent-manager'), podOf('orchestrator-service')],
    services: [serviceOf('agent-manager', 8080), serviceOf('orchestrator-service', 8081)],
    networkpolicies: [ingressBlocked],
    ...given,
  };
  const jobs = new Map<string, Made>();
  const policies = new Map<string, Made>();
  const log: string[] = [];
  let changes = 0;
  const madeIn = (kind: string) => (kind === 'jobs' ? jobs : policies);
  const target: KubernetesTarget = fakeKubernetes({
    namespace,
    groups: () => Promise.resolve(groups),
    list: (kind) =>
      Promise.resolve([
        ...((lists[kind] ?? []) as readonly KubeObject[]),
        ...(kind === 'networkpolicies' ? policies.values() : []),
      ]),
    get(kind, _namespace, name) {
      const one = madeIn(kind).get(name);
      return one === undefined ? Promise.reject(new AppError('NOT_FOUND', 'no')) : Promise.resolve(one);
    },
    create(kind, _namespace, body, { dryRun = false } = {}) {
      const object = structuredClone(body) as Made;
      const { name } = object.metadata;
      log.push(`${dryRun ? 'try' : 'create'} ${kind} ${name}`);
      if (dryRun) return Promise.resolve(object);
      changes += 1;
      const made = { ...object, metadata: { ...object.metadata, uid: `${kind}-${changes}` } };
      madeIn(kind).set(name, made);
      return Promise.resolve(made);
    },
    remove(_kind, _namespace, name, { uid }) {
      log.push(`delete ${name}`);
      if (jobs.get(name)?.metadata.uid !== uid) return Promise.reject(new AppError('CONFLICT', 'another'));
      changes += 1;
      expire(name);
      return Promise.resolve();
    },
  });
  /** The garbage collector of the cluster. */
  const expire = (name: string) => {
    const uid = jobs.get(name)?.metadata.uid;
    jobs.delete(name);
    for (const [key, { metadata }] of policies)
      if (metadata.ownerReferences?.[0]?.uid === uid) policies.delete(key);
  };
  const targets = {
    environment: 'prod',
    platform: asInGuide,
    kubernetes: target,
    runtime: policedRuntime(target),
  } as Targets;
  return {
    ...{ targets, log, jobs, policies, expire },
    changes: () => changes,
    /** By another hand. */
    set(kind: KubeKind, objects: readonly object[]) {
      lists[kind] = objects;
    },
  };
}
