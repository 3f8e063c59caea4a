/** Objects of the scaled namespace: healthy Deployments, seven kinds of broken ones, and what is wrong beside Pods. */

import type { V1Deployment, V1Node, V1Pod, V1PodSpec } from '@kubernetes/client-node';

export function fakeNode(n: number): V1Node {
  const capacity = { cpu: '64', memory: '256Gi', pods: '1000' };
  return {
    metadata: {
      name: `fake-${n}`,
      annotations: { 'kwok.x-k8s.io/node': 'fake', 'node.alpha.kubernetes.io/ttl': '0' },
      labels: { type: 'kwok', 'kubernetes.io/hostname': `fake-${n}`, 'kubernetes.io/os': 'linux' },
    },
    // Nothing of the platform may land here.
    spec: { taints: [{ key: 'kwok.x-k8s.io/node', value: 'fake', effect: 'NoSchedule' }] },
    status: { capacity, allocatable: capacity, nodeInfo: undefined as never },
  };
}

const onNode = (n: number): Partial<V1PodSpec> => ({
  // Bound at birth: the scheduler would take two minutes for 5,000.
  nodeName: `fake-${n}`,
  tolerations: [{ operator: 'Exists' }],
});

function deployment(app: string, replicas: number, spec: Partial<V1PodSpec>): V1Deployment {
  const labels = { app };
  return {
    metadata: { name: app, labels },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: 'app', image: 'registry.example.com/team/app:1.4.2' }], ...spec },
      },
    },
  };
}

export const healthyDeployment = (n: number, replicas: number, node: number): V1Deployment =>
  deployment(`app-${n}`, replicas, onNode(node));

type State = Readonly<Record<string, unknown>>;

/** A kind of broken Pod: how it is made, its status as a kubelet would write it (absent: real), how to know it. */
export interface Breakage {
  readonly app: string;
  deployment(replicas: number): V1Deployment;
  readonly status?: (pod: V1Pod) => object;
  looks(pod: V1Pod): boolean;
}

const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();

function statusOf(pod: V1Pod, ready: boolean, state: State, lastState: State = {}, restartCount = 0): object {
  const no = ready ? 'True' : 'False';
  const because = ready
    ? {}
    : { reason: 'ContainersNotReady', message: 'containers with unready status: [app]' };
  const name = pod.spec?.containers[0]?.name ?? 'app';
  const image = pod.spec?.containers[0]?.image ?? '';
  return {
    phase: 'waiting' in state && restartCount === 0 ? 'Pending' : 'Running',
    conditions: [
      { type: 'PodScheduled', status: 'True', lastTransitionTime: ago(600) },
      { type: 'Initialized', status: 'True', lastTransitionTime: ago(600) },
      { type: 'Ready', status: no, lastTransitionTime: ago(300), ...because },
      { type: 'ContainersReady', status: no, lastTransitionTime: ago(300), ...because },
    ],
    containerStatuses: [{ name, image, imageID: '', ready, started: ready, restartCount, state, lastState }],
  };
}

const waiting = (reason: string, message: string): State => ({ waiting: { reason, message } });
const terminated = (reason: string, exitCode: number): State => ({
  terminated: { reason, exitCode, startedAt: ago(120), finishedAt: ago(60), containerID: '' },
});
const waitsFor = (reason: string) => (pod: V1Pod) =>
  pod.status?.containerStatuses?.[0]?.state?.waiting?.reason === reason;

const container = (more: State) => ({
  containers: [{ name: 'app', image: 'registry.example.com/team/app:1.4.2', ...more }],
});

export const breakages: readonly Breakage[] = [
  {
    app: 'broken-oom',
    deployment: (replicas) =>
      deployment('broken-oom', replicas, {
        ...onNode(0),
        ...container({ resources: { limits: { memory: '64Mi' } } }),
      }),
    status: (pod) =>
      statusOf(pod, true, { running: { startedAt: ago(60) } }, terminated('OOMKilled', 137), 6),
    looks: (pod) => pod.status?.containerStatuses?.[0]?.lastState?.terminated?.reason === 'OOMKilled',
  },
  {
    app: 'broken-crash',
    deployment: (replicas) => deployment('broken-crash', replicas, onNode(1)),
    status: (pod) =>
      statusOf(
        pod,
        false,
        waiting('CrashLoopBackOff', 'back-off 5m0s restarting failed container'),
        terminated('Error', 2),
        14,
      ),
    looks: waitsFor('CrashLoopBackOff'),
  },
  {
    app: 'broken-pull',
    deployment: (replicas) =>
      deployment('broken-pull', replicas, {
        ...onNode(2),
        containers: [{ name: 'app', image: 'registry.example.com/team/app:1.4.3-typo' }],
      }),
    status: (pod) =>
      statusOf(
        pod,
        false,
        waiting('ImagePullBackOff', 'Back-off pulling image "registry.example.com/team/app:1.4.3-typo"'),
      ),
    looks: waitsFor('ImagePullBackOff'),
  },
  {
    app: 'broken-pending',
    // The real scheduler says so.
    deployment: (replicas) =>
      deployment('broken-pending', replicas, container({ resources: { requests: { memory: '900Gi' } } })),
    looks: (pod) => pod.status?.conditions?.some((one) => one.reason === 'Unschedulable') === true,
  },
  {
    app: 'broken-secret',
    deployment: (replicas) =>
      deployment('broken-secret', replicas, {
        ...onNode(3),
        ...container({
          env: [
            { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'app-credential', key: 'password' } } },
          ],
        }),
      }),
    status: (pod) =>
      statusOf(pod, false, waiting('CreateContainerConfigError', 'secret "app-credential" not found')),
    looks: waitsFor('CreateContainerConfigError'),
  },
  {
    app: 'broken-key',
    deployment: (replicas) =>
      deployment('broken-key', replicas, {
        ...onNode(4),
        ...container({
          env: [
            { name: 'LEVEL', valueFrom: { configMapKeyRef: { name: 'app-settings', key: 'log_level' } } },
          ],
        }),
      }),
    status: (pod) =>
      statusOf(
        pod,
        false,
        waiting('CreateContainerConfigError', "couldn't find key log_level in ConfigMap app-settings"),
      ),
    looks: waitsFor('CreateContainerConfigError'),
  },
  {
    app: 'broken-probe',
    deployment: (replicas) =>
      deployment('broken-probe', replicas, {
        ...onNode(5),
        ...container({ readinessProbe: { httpGet: { path: '/readyz', port: 8080 } } }),
      }),
    status: (pod) => statusOf(pod, false, { running: { startedAt: ago(900) } }),
    looks: (pod) => pod.status?.containerStatuses?.[0]?.ready === false,
  },
];

/** What is wrong beside Pods, and the near matches of what the broken ones name. */
export const extras = {
  apiVersion: 'v1',
  kind: 'List',
  items: [
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'app-credentials' },
      stringData: { password: 'scale' },
    },
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'app-settings' },
      data: { 'log-level': 'info' },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'app-0' },
      spec: { selector: { app: 'app-0' }, ports: [{ port: 80 }] },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'orders' },
      spec: { selector: { app: 'order' }, ports: [{ port: 80 }] },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'billing' },
      spec: { selector: { app: 'billing', tier: 'api' }, ports: [{ port: 80 }] },
    },
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'app-0-deny' },
      spec: { podSelector: { matchLabels: { app: 'app-0' } }, policyTypes: ['Ingress'] },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 'ledger' },
      spec: {
        serviceName: 'ledger-headless',
        replicas: 0,
        selector: { matchLabels: { app: 'ledger' } },
        template: {
          metadata: { labels: { app: 'ledger' } },
          spec: { containers: [{ name: 'app', image: 'registry.example.com/team/ledger:2.0.0' }] },
        },
      },
    },
  ],
} as const;
