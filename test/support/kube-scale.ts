import { randomBytes } from 'node:crypto';
import type { V1Pod } from '@kubernetes/client-node';
import { type Breakage, breakages, extras, healthyDeployment } from '../../lab/scale/objects.ts';
import { inParallel, type KubeSeed } from './kube.ts';

/** A cause that was planted, as it must be named: once, about this very thing. */
export interface Planted {
  readonly cause: string;
  readonly code: string;
  readonly subject: string;
}

/** Everything that is wrong in a namespace of `seedScale`; whatever else is named there is a false alarm. */
export const plantedInPods: readonly Planted[] = [
  { cause: 'K1.a', code: 'POD_IMAGE_UNAVAILABLE', subject: 'deployment/broken-pull' },
  { cause: 'K1.b', code: 'POD_CRASH_LOOPING', subject: 'deployment/broken-crash' },
  { cause: 'K1.c', code: 'POD_OOM_KILLED', subject: 'deployment/broken-oom' },
  { cause: 'K1.d', code: 'POD_UNSCHEDULABLE', subject: 'deployment/broken-pending' },
  { cause: 'K1.e', code: 'POD_CONFIG_MISSING', subject: 'deployment/broken-key' },
  { cause: 'K1.e', code: 'POD_CONFIG_MISSING', subject: 'deployment/broken-secret' },
  { cause: 'K1.f', code: 'POD_PROBE_FAILS', subject: 'deployment/broken-probe' },
];
export const plantedBesides: readonly Planted[] = [
  { cause: 'N1.a', code: 'SERVICE_WITHOUT_ENDPOINTS', subject: 'service/billing' },
  { cause: 'N1.a', code: 'SERVICE_WITHOUT_ENDPOINTS', subject: 'service/orders' },
  { cause: 'N1.c', code: 'POLICY_ISOLATES', subject: 'service/app-0' },
];

const perDeployment = 100;
/** Parts of the platform itself, one healthy Pod each, so that probes about parts have something to ask. */
const platform = ['agent-manager', 'orchestrator-service', 'reasoning-service', 'redis', 'nats'] as const;

/** 7 of 50, then one in twenty, in seven kinds. */
const brokenOf = (count: number) => Math.max(breakages.length, Math.round(count / 20));
const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString().replace(/\.\d+Z$/, 'Z');

export interface SeedOptions {
  /** Also the events of healthy Pods, two each; without them seeding takes half the time. Default true. */
  readonly chatter?: boolean;
}

interface Plan {
  readonly app: string;
  readonly replicas: number;
  readonly spec: Readonly<Record<string, unknown>>;
  readonly breakage?: Breakage;
}

/**
 * Fills a namespace of a bare API server, which has no kubelet and no controllers, with what they would have
 * written: `count` Pods, one in twenty broken in one of seven ways, their Deployments and events, two Services
 * without endpoints, and a NetworkPolicy that closes a healthy app off.
 */
export async function seedScale(
  seed: KubeSeed,
  namespace: string,
  count: number,
  { chatter = true }: SeedOptions = {},
): Promise<void> {
  const core = `/api/v1/namespaces/${namespace}`;
  await seed.post('/api/v1/namespaces', { metadata: { name: namespace } });
  for (const item of extras.items) await seed.post(collectionOf(item, namespace), item);
  const all = plans(count);
  await inParallel(all, 8, ({ app, replicas, spec, breakage }) =>
    deployment(seed, namespace, app, replicas, spec, breakage === undefined ? replicas : 0),
  );
  for (const app of platform)
    await seed.post(`${core}/services`, {
      metadata: { name: app },
      spec: { selector: { app }, ports: [{ port: 8080 }] },
    });
  for (const app of ['app-0', ...platform])
    await seed.post(`/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`, {
      metadata: { name: `${app}-x`, labels: { 'kubernetes.io/service-name': app } },
      addressType: 'IPv4',
      endpoints: [{ addresses: ['10.250.0.1'], conditions: { ready: true } }],
      ports: [{ port: 80 }],
    });
  const pods = all.flatMap((plan) => Array.from({ length: plan.replicas }, () => plan));
  await inParallel(
    pods.map((plan, at) => ({ plan, at })),
    16,
    ({ plan, at }) => onePod(seed, core, plan, at, chatter),
  );
}

function plans(count: number): readonly Plan[] {
  const broken = brokenOf(count);
  const healthy = count - broken - platform.length;
  const template = (of: { spec?: { template: { spec?: object | undefined } } | undefined }) =>
    (of.spec?.template.spec ?? {}) as Readonly<Record<string, unknown>>;
  const apps = Array.from({ length: Math.ceil(healthy / perDeployment) }, (_, at): Plan => {
    const replicas = Math.min(perDeployment, healthy - at * perDeployment);
    return {
      app: `app-${at}`,
      replicas,
      spec: withSecret(template(healthyDeployment(at, replicas, at % 10))),
    };
  });
  const ill = breakages.map((breakage, at): Plan => {
    const replicas = Math.floor(broken / breakages.length) + (at < broken % breakages.length ? 1 : 0);
    return { app: breakage.app, replicas, spec: template(breakage.deployment(replicas)), breakage };
  });
  const parts = platform.map(
    (app): Plan => ({ app, replicas: 1, spec: template(healthyDeployment(0, 1, 1)) }),
  );
  return [...apps, ...ill, ...parts];
}

/** Names the Secret that exists: what a misspelt name elsewhere is likely to have meant. */
function withSecret(spec: Plan['spec']): Plan['spec'] {
  const containers = spec.containers as readonly object[];
  const env = [
    { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'app-credentials', key: 'password' } } },
  ];
  return { ...spec, containers: containers.map((container) => ({ ...container, env })) };
}

function collectionOf(
  item: { readonly apiVersion: string; readonly kind: string },
  namespace: string,
): string {
  const root = item.apiVersion === 'v1' ? '/api/v1' : `/apis/${item.apiVersion}`;
  const plural = item.kind === 'NetworkPolicy' ? 'networkpolicies' : `${item.kind.toLowerCase()}s`;
  return `${root}/namespaces/${namespace}/${plural}`;
}

const hash = '5d9f8c7b6';

async function deployment(
  seed: KubeSeed,
  namespace: string,
  app: string,
  replicas: number,
  spec: object,
  readyReplicas: number,
): Promise<void> {
  const path = `/apis/apps/v1/namespaces/${namespace}/deployments`;
  const labels = { app };
  await seed.post(path, {
    metadata: { name: app, labels },
    spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  });
  await seed.merge(`${path}/${app}/status`, {
    status: { replicas, updatedReplicas: replicas, readyReplicas, availableReplicas: readyReplicas },
  });
}

async function onePod(seed: KubeSeed, core: string, plan: Plan, at: number, chatter: boolean): Promise<void> {
  const { app, breakage } = plan;
  const account = `kube-api-access-${randomBytes(3).toString('hex').slice(0, 5)}`;
  const containers = plan.spec.containers as readonly object[];
  const name = `${app}-${hash}-${at.toString(36).padStart(5, '0')}`;
  const pod = (await seed.post(`${core}/pods`, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      labels: { app, 'pod-template-hash': hash },
      ownerReferences: [
        {
          ...{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: `${app}-${hash}`, controller: true },
          ...{ uid: '00000000-0000-4000-8000-000000000001', blockOwnerDeletion: true },
        },
      ],
    },
    spec: {
      ...plan.spec,
      // What the admission plugin, which is off here, adds to every Pod.
      serviceAccountName: 'default',
      containers: containers.map((container) => ({
        ...container,
        volumeMounts: [
          { name: account, readOnly: true, mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' },
        ],
      })),
      volumes: [serviceAccountVolume(account)],
    },
  })) as V1Pod;
  await seed.put(`${core}/pods/${name}/status`, { ...pod, status: statusOf(pod, at, breakage) });
  for (const [reason, message] of breakage !== undefined || chatter ? eventsOf(app, name) : [])
    await seed.post(`${core}/events`, {
      metadata: { name: `${name}.${randomBytes(8).toString('hex')}` },
      involvedObject: { kind: 'Pod', namespace: core.split('/').at(-1), name, uid: pod.metadata?.uid },
      ...{ reason, message, type: breakage === undefined ? 'Normal' : 'Warning', count: 1 },
      ...{ firstTimestamp: ago(5), lastTimestamp: ago(0), source: { component: 'kubelet', host: 'fake-1' } },
    });
}

function serviceAccountVolume(name: string): object {
  return {
    name,
    projected: {
      defaultMode: 420,
      sources: [
        { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        {
          downwardAPI: {
            items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
          },
        },
      ],
    },
  };
}

function statusOf(pod: V1Pod, at: number, breakage: Breakage | undefined): object {
  if (breakage?.status !== undefined) return breakage.status(pod);
  // The one kind that the scheduler speaks about.
  if (breakage !== undefined)
    return {
      phase: 'Pending',
      conditions: [
        {
          ...{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', lastTransitionTime: ago(300) },
          message: '0/10 nodes are available: 10 Insufficient memory.',
        },
      ],
    };
  const [container] = pod.spec?.containers ?? [];
  // Pods did not all start in one second: what is alike in reality must be all that is alike here.
  const age = 900 + ((at * 7) % 3_000);
  const since = { lastProbeTime: null, lastTransitionTime: ago(age), observedGeneration: 1, status: 'True' };
  const podIP = `10.250.${Math.floor(at / 250)}.${(at % 250) + 1}`;
  return {
    phase: 'Running',
    ...{ hostIP: '10.251.0.1', hostIPs: [{ ip: '10.251.0.1' }], podIP, podIPs: [{ ip: podIP }] },
    ...{ qosClass: 'BestEffort', startTime: ago(age) },
    conditions: ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map(
      (type) => ({ type, ...since }),
    ),
    containerStatuses: [
      {
        ...{ name: container?.name, image: container?.image, ready: true, started: true, restartCount: 0 },
        imageID: `registry.example.com/team/app@sha256:${'5f'.repeat(32)}`,
        containerID: `containerd://${randomBytes(32).toString('hex')}`,
        ...{ state: { running: { startedAt: ago(age - 2) } }, lastState: {}, resources: {} },
      },
    ],
  };
}

/** Two events a Pod, as a start leaves them; a broken one says why. */
function eventsOf(app: string, pod: string): readonly (readonly [string, string])[] {
  switch (app) {
    case 'broken-probe':
      return [
        ['Started', 'Started container app'],
        ['Unhealthy', 'Readiness probe failed: HTTP probe failed with statuscode: 503'],
      ];
    case 'broken-pending':
      return [['FailedScheduling', '0/10 nodes are available: 10 Insufficient memory.']];
    case 'broken-crash':
      return [['BackOff', `Back-off restarting failed container app in pod ${pod}`]];
    case 'broken-pull':
      return [['Failed', 'Failed to pull image: not found']];
    default:
      return [
        ['Created', 'Created container app'],
        ['Started', 'Started container app'],
      ];
  }
}
