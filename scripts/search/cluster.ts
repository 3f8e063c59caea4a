/** A small API server of Kubernetes: the platform's workloads, with Pods in the states that a kubelet and a scheduler know. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { statusReasons } from '../../test/support/driver-errors.ts';
import { http, type Small } from './wire.ts';

const namespace = 'aetherius';
const agentNamespace = 'kube-system';
const hourAgo = () => new Date(Date.now() - 3_600_000).toISOString().replace(/\.\d+Z$/, 'Z');
const minuteAgo = () => new Date(Date.now() - 60_000).toISOString().replace(/\.\d+Z$/, 'Z');

type Status = Readonly<Record<string, unknown>>;
const container = (state: Status, more: Status = {}): Status => ({
  ...{ name: 'main', ready: false, restartCount: 0, image: 'x:1', imageID: '', state },
  ...more,
});
const pending = (reason: string, message = ''): Status => ({
  phase: 'Pending',
  conditions: [
    { type: 'PodScheduled', status: 'True' },
    { type: 'Ready', status: 'False' },
  ],
  containerStatuses: [container({ waiting: { reason, message } })],
});
const ended = (reason: string, exitCode: number): Status => ({
  terminated: { reason, exitCode, startedAt: minuteAgo(), finishedAt: minuteAgo() },
});
const crashing = (reason: string, exitCode: number): Status => ({
  phase: 'Running',
  conditions: [{ type: 'Ready', status: 'False' }],
  containerStatuses: [
    container(
      { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 5m0s restarting failed container' } },
      { restartCount: 9, lastState: ended(reason, exitCode) },
    ),
  ],
});
const failed = (reason: string, message: string): Status => ({
  ...{ phase: 'Failed', reason, message },
  conditions: [{ type: 'Ready', status: 'False' }],
  containerStatuses: [],
});
const unschedulable = (message: string): Status => ({
  phase: 'Pending',
  conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }],
});
const running = (): Status => ({
  phase: 'Running',
  conditions: [{ type: 'Ready', status: 'True' }],
  containerStatuses: [container({ running: { startedAt: hourAgo() } }, { ready: true, started: true })],
});

/** States of a Pod that does not run, by the words of kubelet (pkg/kubelet/images, kuberuntime, eviction) and scheduler (framework/plugins). */
const reasons: Readonly<Record<string, () => Status>> = {
  ...Object.fromEntries(
    [
      ...['ErrImagePull', 'ImagePullBackOff', 'InvalidImageName', 'ErrImageNeverPull', 'ImageInspectError'],
      ...['RegistryUnavailable', 'CreateContainerError', 'RunContainerError', 'PostStartHookError'],
      ...['ContainerCreating', 'PodInitializing', 'CreatePodSandboxError'],
    ].map((reason) => [reason, () => pending(reason)]),
  ),
  'config-map-missing': () =>
    pending('CreateContainerConfigError', 'configmap "agent-manager-config" not found'),
  'secret-missing': () => pending('CreateContainerConfigError', 'secret "database-credentials" not found'),
  'key-missing': () =>
    pending(
      'CreateContainerConfigError',
      "couldn't find key password in Secret aetherius/database-credentials",
    ),
  ...Object.fromEntries(
    (
      [
        ...[
          ['Error', 1],
          ['Error', 2],
          ['Error', 126],
          ['Error', 127],
          ['Error', 139],
          ['Error', 143],
        ],
        ...[
          ['Completed', 0],
          ['OOMKilled', 137],
          ['ContainerCannotRun', 128],
          ['StartError', 128],
        ],
      ] as const
    ).map(([reason, code]) => [`crashes-${reason}-${code}`, () => crashing(String(reason), Number(code))]),
  ),
  ...Object.fromEntries(
    (
      [
        ['Evicted', 'The node was low on resource: ephemeral-storage.'],
        ['NodeLost', 'Node node-1 which was running pod is unresponsive'],
        ['NodeShutdown', 'Pod was terminated in response to imminent node shutdown.'],
        ['Preempting', 'Preempted in order to admit critical pod'],
        ['UnexpectedAdmissionError', 'Allocate failed due to no devices'],
        ['OutOfcpu', 'Pod Node didn’t have enough resource: cpu'],
        ['DeadlineExceeded', 'Pod was active on the node longer than the specified deadline'],
      ] as const
    ).map(([reason, message]) => [reason, () => failed(reason, message)]),
  ),
  ...Object.fromEntries(
    [
      '0/1 nodes are available: 1 Insufficient cpu.',
      '0/1 nodes are available: 1 Insufficient memory.',
      "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.",
      '0/1 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/disk-pressure: }.',
      "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports.",
      '0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims.',
      '0/1 nodes are available: 1 node(s) were unschedulable.',
      '0/1 nodes are available: persistentvolumeclaim "models" not found.',
      'no nodes available to schedule pods',
    ].map((message, index) => [`unschedulable-${index}`, () => unschedulable(message)]),
  ),
};

/** All states, and what can be wrong with a workload itself. */
export const podStates: readonly string[] = [
  ...Object.keys(reasons),
  'terminating',
  'not-ready',
  'scaled-to-zero',
];

export interface ClusterDrawn {
  /** State of the Pod of a part; the others run. */
  readonly pods: Readonly<Record<string, string>>;
  /** Kinds that the API server does not list, and the reason it gives. */
  readonly refuses: Readonly<Record<string, string>>;
}
export const refusable = [
  'pods',
  'deployments',
  'services',
  'endpointslices',
  'events',
  'configmaps',
  'nodes',
];
export const refusals: readonly string[] = statusReasons;

const codes: Readonly<Record<string, number>> = {
  ...{ Unauthorized: 401, Forbidden: 403, NotFound: 404, Gone: 410, TooManyRequests: 429, Timeout: 504 },
  ...{ ServerTimeout: 500, InternalError: 500, ServiceUnavailable: 503, BadRequest: 400, Expired: 410 },
};

/** `ports`: where each part listens on this machine. */
export async function startCluster(
  drawn: ClusterDrawn,
  ports: Readonly<Record<string, number>>,
): Promise<Small> {
  const lists = objectsOf(drawn, ports);
  return http((request, response) => answer(lists, drawn, request, response));
}

type Lists = Readonly<Record<string, readonly object[]>>;

function objectsOf({ pods }: ClusterDrawn, ports: Readonly<Record<string, number>>): Lists {
  const made = Object.entries({ ...ports, 'collect-agent': 0 }).map(([app, port]) => {
    const space = app === 'collect-agent' ? agentNamespace : namespace;
    const state = pods[app];
    const meta = (name: string, more: object = {}) => ({
      ...{ name, namespace: space, uid: `uid-${name}`, resourceVersion: '1', generation: 1 },
      ...{ labels: { app }, creationTimestamp: hourAgo() },
      ...more,
    });
    const kind =
      app === 'collect-agent'
        ? 'daemonsets'
        : ['postgres', 'redis', 'nats'].includes(app)
          ? 'statefulsets'
          : 'deployments';
    const spec = {
      containers: [
        {
          name: 'main',
          image: 'x:1',
          resources: { limits: { memory: '512Mi', cpu: '1' } },
          ports: port === 0 ? [] : [{ containerPort: port }],
        },
      ],
    };
    const status =
      state === 'not-ready'
        ? {
            ...running(),
            conditions: [{ type: 'Ready', status: 'False' }],
            containerStatuses: [container({ running: { startedAt: hourAgo() } }, { started: true })],
          }
        : (reasons[state ?? '']?.() ?? running());
    const isReady = state === undefined;
    const wants = state === 'scaled-to-zero' ? 0 : 1;
    const owner =
      kind === 'deployments'
        ? { kind: 'ReplicaSet', name: `${app}-5d9f8b7c6d`, uid: `uid-${app}-5d9f8b7c6d` }
        : { kind: kind === 'daemonsets' ? 'DaemonSet' : 'StatefulSet', name: app, uid: `uid-${app}` };
    const pod = {
      metadata: meta(kind === 'deployments' ? `${app}-5d9f8b7c6d-x2x4z` : `${app}-0`, {
        ownerReferences: [{ ...owner, controller: true }],
        ...(state === 'terminating' ? { deletionTimestamp: hourAgo(), deletionGracePeriodSeconds: 30 } : {}),
      }),
      spec: { ...spec, nodeName: 'node-1' },
      status: { podIP: '127.0.0.1', hostIP: '127.0.0.1', startTime: hourAgo(), ...status },
    };
    const counts = {
      replicas: wants,
      readyReplicas: isReady ? 1 : 0,
      availableReplicas: isReady ? 1 : 0,
      updatedReplicas: wants,
    };
    const workload = {
      metadata: meta(app),
      spec: {
        replicas: wants,
        selector: { matchLabels: { app } },
        template: { metadata: { labels: { app } }, spec },
      },
      status: {
        observedGeneration: 1,
        ...counts,
        desiredNumberScheduled: 1,
        numberReady: isReady ? 1 : 0,
        numberAvailable: isReady ? 1 : 0,
        updatedNumberScheduled: 1,
      },
    };
    const isThere = wants > 0;
    return {
      [kind]: workload,
      ...(isThere ? { pods: pod } : {}),
      ...(kind === 'deployments'
        ? {
            replicasets: {
              metadata: meta(`${app}-5d9f8b7c6d`, {
                ownerReferences: [{ kind: 'Deployment', name: app, uid: `uid-${app}`, controller: true }],
              }),
              spec: workload.spec,
              status: { replicas: wants, readyReplicas: counts.readyReplicas },
            },
          }
        : {}),
      ...(port === 0
        ? {}
        : {
            services: {
              metadata: meta(app),
              spec: {
                clusterIP: '127.0.0.1',
                selector: { app },
                ports: [{ port, targetPort: port, protocol: 'TCP' }],
              },
            },
            endpointslices: {
              metadata: meta(`${app}-abcde`, { labels: { app, 'kubernetes.io/service-name': app } }),
              addressType: 'IPv4',
              ports: [{ port, protocol: 'TCP' }],
              endpoints: isThere
                ? [
                    {
                      addresses: ['127.0.0.1'],
                      conditions: { ready: isReady },
                      targetRef: { kind: 'Pod', name: pod.metadata.name, namespace: space },
                    },
                  ]
                : [],
            },
          }),
    } as Readonly<Record<string, { readonly metadata: { readonly namespace: string } }>>;
  });
  const kinds = [...new Set(made.flatMap((one) => Object.keys(one)))];
  const lists = Object.fromEntries(kinds.map((kind) => [kind, made.flatMap((one) => one[kind] ?? [])]));
  const ready = [{ type: 'Ready', status: 'True' }];
  return {
    ...lists,
    nodes: [
      {
        metadata: { name: 'node-1', uid: 'n', resourceVersion: '1' },
        spec: {},
        status: { conditions: ready, allocatable: { cpu: '4', memory: '8Gi' } },
      },
    ],
  };
}

function answer(
  lists: Lists,
  { refuses }: ClusterDrawn,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const json = (status: number, body: object) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  const refuse = (reason: string) => {
    const code = codes[reason] ?? 422;
    json(code, {
      kind: 'Status',
      apiVersion: 'v1',
      status: 'Failure',
      reason,
      code,
      message: `the server says ${reason}`,
    });
  };
  const { pathname } = new URL(request.url ?? '/', 'http://x');
  request.resume();
  if (pathname.endsWith('selfsubjectaccessreviews')) return json(201, { status: { allowed: true } });
  if (pathname === '/apis')
    return json(200, {
      groups: ['apps', 'batch', 'discovery.k8s.io', 'networking.k8s.io', 'policy', 'autoscaling'].map(
        (name) => ({ name }),
      ),
    });
  if (pathname.endsWith('/log'))
    return void response.writeHead(200, { 'content-type': 'text/plain' }).end('');
  const asked = /^\/apis?\/(?:[^/]+\/)?v\w+\/(?:namespaces\/([^/]+)\/)?([a-z]+)(?:\/([^/]+))?$/.exec(
    pathname,
  );
  if (asked === null || pathname.includes('metrics.k8s.io') || pathname.includes('monitoring.coreos'))
    return refuse('NotFound');
  const [, space, kind = '', name] = asked;
  const reason = refuses[kind];
  if (reason !== undefined) return refuse(reason);
  const items = (lists[kind] ?? []) as readonly {
    readonly metadata: { readonly name: string; readonly namespace?: string };
  }[];
  const here = items.filter(({ metadata }) => space === undefined || metadata.namespace === space);
  if (name === undefined)
    return json(200, { kind: 'List', apiVersion: 'v1', metadata: { resourceVersion: '1' }, items: here });
  const one = here.find(({ metadata }) => metadata.name === name);
  return one === undefined ? refuse('NotFound') : json(200, one);
}

/** A kubeconfig for it. */
export const kubeconfigOf = ({ port }: Small): string =>
  JSON.stringify({
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'here' },
    clusters: [{ name: 'here', cluster: { server: `http://127.0.0.1:${port}` } }],
    users: [{ name: 'here', user: { token: 'search-token' } }],
    contexts: [{ name: 'here', context: { cluster: 'here', user: 'here' } }],
  });
