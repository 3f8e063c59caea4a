/** K1: a Pod does not run. */

import { waitFor } from '../components/process.ts';
import type { ContainerStatus, KubernetesLab, Pod } from '../runtimes/kubernetes.ts';
import type { Fault, Lab, LabPart } from '../types.ts';
import { defineFault, onKubernetes as kube, shellImage } from './support.ts';

type Spec = Readonly<Record<string, unknown>>;

/** Which part is broken, and what is merged into the specification of its Pod; `container` into its container. */
interface Breakage {
  readonly part: LabPart;
  readonly pod?: Spec;
  readonly container?: Spec | ((lab: KubernetesLab, part: LabPart) => Spec);
}

async function apply(lab: Lab, { part, pod = {}, container = {} }: Breakage): Promise<void> {
  const { kind, name, namespace } = kube(lab).names.workload(part);
  const own = typeof container === 'function' ? container(kube(lab), part) : container;
  const containers = [{ name: kube(lab).names.container(part), ...own }];
  const patch = { spec: { template: { spec: { ...pod, containers } } } };
  await kube(lab).kubectl(['patch', kind, name, '-n', namespace, '-p', JSON.stringify(patch)]);
}

/** A cause of K1: two breakages and what the newest Pod then looks like. */
function cause(
  id: string,
  title: string,
  breakages: Readonly<Record<string, Breakage>>,
  looks: (
    pod: Pod,
    container: ContainerStatus | undefined,
    lab: KubernetesLab,
    variant: string,
  ) => boolean | Promise<boolean>,
  before?: (lab: Lab, variant: string) => Promise<void>,
): Fault {
  const part = (variant: string): LabPart => breakages[variant]?.part ?? 'agent-manager';
  return defineFault({
    id,
    title,
    variants: Object.keys(breakages) as [string, string],
    runtimes: ['kubernetes'],
    within: 60,
    async plant(lab, variant) {
      const chosen = breakages[variant];
      if (chosen === undefined) throw new Error(`${id} has no variant ${variant}`);
      await before?.(lab, variant);
      await apply(lab, chosen);
    },
    async check(lab, variant) {
      const [pod] = await kube(lab).pods(part(variant));
      return pod !== undefined && looks(pod, pod.status.containerStatuses?.[0], kube(lab), variant);
    },
    clear: (lab, variant) => lab.reset(part(variant)),
  });
}

const pull = cause(
  'K1.a',
  'the image cannot be pulled',
  {
    'no-such-tag': { part: 'agent-manager', container: { image: 'lab.local/agent-manager:1.9.4' } },
    'no-such-registry': {
      part: 'orchestrator-service',
      container: { image: 'registry.example.com/aetherius/orchestrator-service:1' },
    },
    // A rollout that brings more than the image, which is to stay.
    'tag-and-setting': {
      part: 'agent-manager',
      container: { image: 'lab.local/agent-manager:1.9.4', env: [{ name: 'GOGC', value: '80' }] },
    },
  },
  (_pod, container) => ['ErrImagePull', 'ImagePullBackOff'].includes(container?.state.waiting?.reason ?? ''),
);

const crash = cause(
  'K1.b',
  'the program exits again and again',
  {
    'config-not-yaml': {
      part: 'orchestrator-service',
      container: ({ names }, part) => ({ args: [`--${names.key(part, 'log.level')}=info`] }),
    },
    'unknown-flag': {
      part: 'agent-manager',
      container: ({ names }, part) => ({ args: [`--${names.key(part, 'server.port')}t=8080`] }),
    },
  },
  (_pod, container) => {
    const ended = container?.lastState?.terminated ?? container?.state.terminated;
    return (
      (container?.restartCount ?? 0) >= 1 &&
      ended !== undefined &&
      ended.exitCode !== 0 &&
      ended.reason !== 'OOMKilled'
    );
  },
  async (lab, variant) => {
    if (variant !== 'config-not-yaml') return;
    const config = kube(lab).names.config('orchestrator-service');
    if (config === undefined) throw new Error('it has its settings from variables');
    const data = { [config.file]: 'server:\n  port: 8081\n log:\n  level: [info\n' };
    const patch = ['patch', 'configmap', config.map, '-n', lab.namespace, '--type=merge'];
    await kube(lab).kubectl([...patch, '-p', JSON.stringify({ data })]);
  },
);

const memory = (limit: string) => ({ resources: { limits: { memory: limit }, requests: { memory: limit } } });

const oom = cause(
  'K1.c',
  'the container is killed for its memory',
  {
    'reasoning-48mi': { part: 'reasoning-service', container: memory('48Mi') },
    'reasoning-60mi': { part: 'reasoning-service', container: memory('60Mi') },
  },
  (_pod, container) =>
    [container?.state.terminated?.reason, container?.lastState?.terminated?.reason].includes('OOMKilled'),
);

const unschedulable = cause(
  'K1.d',
  'no node can take the Pod',
  {
    'too-much-memory': {
      part: 'agent-manager',
      container: { resources: { requests: { memory: '900Gi' }, limits: { memory: '900Gi' } } },
    },
    'no-such-node': { part: 'reasoning-service', pod: { nodeSelector: { disk: 'ssd' } } },
  },
  (pod) =>
    pod.status.conditions?.some((one) => one.type === 'PodScheduled' && one.reason === 'Unschedulable') ===
    true,
);

const missing = cause(
  'K1.e',
  'a ConfigMap or Secret that the Pod names does not exist',
  {
    'secret-key': {
      part: 'agent-manager',
      container: ({ names }, part) => ({
        env: [
          {
            name: names.variable(part, 'DATABASE_PASSWORD'),
            valueFrom: { secretKeyRef: { name: 'database-credential', key: 'password' } },
          },
        ],
      }),
    },
    configmap: {
      part: 'orchestrator-service',
      container: { envFrom: [{ configMapRef: { name: 'orchestrator-service-settings' } }] },
    },
  },
  (_pod, container) => container?.state.waiting?.reason === 'CreateContainerConfigError',
);

const probes = cause(
  'K1.f',
  'a probe fails although the program is well',
  {
    'readiness-path': {
      part: 'orchestrator-service',
      container: ({ names }, part) => ({
        readinessProbe: {
          httpGet: { path: '/healthz-2', port: names.port(part) },
          periodSeconds: 1,
          failureThreshold: 1,
        },
      }),
    },
    'liveness-port': {
      part: 'agent-manager',
      container: ({ names }) => ({
        livenessProbe: {
          httpGet: { path: names.path('/health/live'), port: 8090 },
          periodSeconds: 1,
          failureThreshold: 1,
        },
      }),
    },
    // Its image has no such program, so that the kubelet cannot even ask.
    'readiness-command': {
      part: 'agent-manager',
      container: {
        readinessProbe: {
          httpGet: null,
          exec: { command: ['/bin/grpc_health_probe', '-addr=:8080'] },
          periodSeconds: 1,
          failureThreshold: 1,
        },
      },
    },
    // It runs for half a minute each time, in which its other probe passes, and a fix is asked for and begins.
    'slow-liveness-port': {
      part: 'agent-manager',
      container: ({ names }) => ({
        livenessProbe: {
          httpGet: { path: names.path('/health/live'), port: 8090 },
          periodSeconds: 30,
          failureThreshold: 1,
        },
      }),
    },
  },
  async (pod, container, lab, variant) => {
    // What passes its other probe is seen while it runs; in between it starts anew, and nothing proves a port.
    if (variant === 'slow-liveness-port' && container?.ready !== true) return false;
    const text = await lab.kubectl([
      ...['get', 'events', '-n', lab.namespace, '-o', 'json'],
      ...['--field-selector', `involvedObject.uid=${pod.metadata.uid},reason=Unhealthy`],
    ]);
    const { items } = JSON.parse(text) as { items: { message: string }[] };
    // A connection that is refused while the program starts is no such failure.
    return items.some(({ message }) => /statuscode: 404|:8090|probe errored/.test(message));
  },
);

const refusing = 'lab-refuses';

/** What is made beside the workload, or set on its namespace, so that no Pod may be made there. */
interface Wall {
  readonly part: LabPart;
  readonly put: (lab: KubernetesLab) => Promise<unknown>;
  readonly take: (lab: KubernetesLab) => Promise<unknown>;
}

const create = (lab: KubernetesLab, object: object) =>
  lab.kubectl(['create', '-n', lab.namespace, '-f', '-'], JSON.stringify(object));
const remove = (lab: KubernetesLab, ...kinds: readonly string[]) =>
  Promise.all(
    kinds.map((kind) => lab.kubectl(['delete', kind, refusing, '-n', lab.namespace, '--ignore-not-found'])),
  );

/** A quota binds once its controller has counted. */
async function quota(lab: KubernetesLab, hard: Spec): Promise<void> {
  await create(lab, {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: refusing },
    spec: { hard },
  });
  await waitFor(
    async () => {
      const made = await lab.object<{ status?: { hard?: Spec } }>(`resourcequota/${refusing}`, lab.namespace);
      return made?.status?.hard !== undefined;
    },
    { seconds: 20, what: 'the quota to bind' },
  );
}

const here = (lab: KubernetesLab) => ({
  matchLabels: { 'kubernetes.io/metadata.name': lab.namespace },
});
const level = (lab: KubernetesLab, value: string) =>
  lab.kubectl([
    'label',
    'namespace',
    lab.namespace,
    '--overwrite',
    `pod-security.kubernetes.io/enforce${value}`,
  ]);
const admission = 'admissionregistration.k8s.io/v1';
const podsMade = { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] };

const walls: Readonly<Record<string, Wall>> = {
  'quota-full': {
    part: 'reasoning-service',
    put: (lab) => quota(lab, { pods: '1' }),
    take: (lab) => remove(lab, 'resourcequota'),
  },
  'quota-wants-limits': {
    part: 'orchestrator-service',
    put: (lab) => quota(lab, { 'limits.ephemeral-storage': '20Gi' }),
    take: (lab) => remove(lab, 'resourcequota'),
  },
  'pod-security': {
    part: 'agent-manager',
    put: (lab) => level(lab, '=restricted'),
    take: (lab) => level(lab, '-'),
  },
  'webhook-dead': {
    part: 'neo4j',
    put: (lab) =>
      create(lab, {
        ...{ apiVersion: admission, kind: 'ValidatingWebhookConfiguration', metadata: { name: refusing } },
        webhooks: [
          {
            ...{ name: 'pods.policy.example.com', failurePolicy: 'Fail', sideEffects: 'None' },
            ...{ admissionReviewVersions: ['v1'], namespaceSelector: here(lab), rules: [podsMade] },
            ...{ clientConfig: { url: 'https://127.0.0.1:9/pods' }, timeoutSeconds: 5 },
          },
        ],
      }),
    take: (lab) => remove(lab, 'validatingwebhookconfiguration'),
  },
  'policy-denies': {
    part: 'agent-manager',
    async put(lab) {
      await create(lab, {
        ...{ apiVersion: admission, kind: 'ValidatingAdmissionPolicy', metadata: { name: refusing } },
        spec: {
          failurePolicy: 'Fail',
          matchConstraints: { namespaceSelector: here(lab), resourceRules: [podsMade] },
          validations: [
            {
              expression: "'cost-center' in object.metadata.labels",
              message: 'a label cost-center is missing',
            },
          ],
        },
      });
      await create(lab, {
        ...{ apiVersion: admission, kind: 'ValidatingAdmissionPolicyBinding', metadata: { name: refusing } },
        spec: { policyName: refusing, validationActions: ['Deny'] },
      });
    },
    take: (lab) => remove(lab, 'validatingadmissionpolicybinding', 'validatingadmissionpolicy'),
  },
};

const noAccount: Breakage = { part: 'agent-manager', pod: { serviceAccountName: 'agent-manager-runner' } };
const refusedPart = (variant: string): LabPart => (walls[variant] ?? noAccount).part;

/** Whether a controller has been told lately that it may not make a Pod of this part. */
async function isRefused(lab: KubernetesLab, part: LabPart): Promise<boolean> {
  if ((await lab.pods(part)).length > 0) return false;
  const { name, namespace } = lab.names.workload(part);
  const text = await lab.kubectl([
    ...['get', 'events', '-n', namespace, '-o', 'json', '--field-selector', 'reason=FailedCreate'],
  ]);
  const { items } = JSON.parse(text) as { items: { involvedObject: { name: string } }[] };
  return items.some(({ involvedObject }) => involvedObject.name.startsWith(name));
}

const refused = defineFault({
  id: 'K1.g',
  title: 'the API server makes no Pod',
  variants: ['no-account', ...Object.keys(walls)] as [string, string],
  runtimes: ['kubernetes'],
  within: 60,
  async plant(lab, variant) {
    const wall = walls[variant];
    if (wall === undefined) {
      await apply(lab, noAccount);
      return;
    }
    await wall.put(kube(lab));
    // The API server takes a moment to know of a new rule: what is made in it is ended again.
    await waitFor(
      async () => {
        for (const { metadata } of await kube(lab).pods(wall.part))
          await lab.control([
            ...['delete', 'pod', metadata.name, '-n', kube(lab).names.workload(wall.part).namespace],
            ...['--grace-period=1', '--wait=false', '--ignore-not-found'],
          ]);
        return isRefused(kube(lab), wall.part);
      },
      { seconds: 40, what: `no Pod of ${wall.part} to be made` },
    );
  },
  check: (lab, variant) => isRefused(kube(lab), refusedPart(variant)),
  async clear(lab, variant) {
    const part = refusedPart(variant);
    const wall = walls[variant];
    if (wall !== undefined) {
      // A controller that was refused waits longer each time; a new number of replicas has it try at once.
      await lab.stop(part);
      await wall.take(kube(lab));
      await lab.start(part);
    }
    await lab.reset(part);
  },
});

const secondsOfInit = 63;

/** An init container that waits for what does not come. */
async function waitFirst(lab: Lab, part: LabPart, name: string, script: string): Promise<void> {
  const image = await shellImage(lab);
  const command = ['/bin/sh', '-c', script];
  const resources = { requests: { memory: '16Mi' }, limits: { memory: '64Mi' } };
  await apply(lab, {
    part,
    pod: { initContainers: [{ name, image, imagePullPolicy: 'IfNotPresent', command, resources }] },
  });
}

const waits: Readonly<Record<string, readonly [part: LabPart, container: string, script: string]>> = {
  'name-unknown': [
    'agent-manager',
    'wait-for-cache',
    'until nslookup redis-cache >/dev/null 2>&1; do echo waiting for redis-cache; sleep 1; done',
  ],
  'port-closed': [
    'orchestrator-service',
    'wait-for-queue',
    'until nc -z -w 1 127.0.0.1 4333; do echo "$(date +%H:%M:%S) port 4333 of the queue is closed"; sleep 1; done',
  ],
};

const init = defineFault({
  id: 'K1.h',
  title: 'an init container waits for ever',
  variants: Object.keys(waits) as [string, string],
  runtimes: ['kubernetes'],
  within: 120,
  async plant(lab, variant) {
    const [part, container, script] = waits[variant] ?? [];
    if (part === undefined || container === undefined || script === undefined)
      throw new Error(`K1.h has no variant ${variant}`);
    await waitFirst(lab, part, container, script);
  },
  async check(lab, variant) {
    const [pod] = await kube(lab).pods(waits[variant]?.[0] ?? 'agent-manager');
    const since = pod?.status.initContainerStatuses?.[0]?.state.running?.startedAt;
    return since !== undefined && Date.now() - Date.parse(since) > secondsOfInit * 1000;
  },
  clear: (lab, variant) => lab.reset(waits[variant]?.[0] ?? 'agent-manager'),
});

const command = cause(
  'K1.i',
  'the command of a container is not there',
  {
    'no-such-file': { part: 'agent-manager', container: { command: ['/opt/aetherius/bin/agent-managerd'] } },
    'not-in-path': { part: 'orchestrator-service', container: { command: ['orchestratord', '--serve'] } },
  },
  (_pod, container) =>
    [container?.state.terminated?.reason, container?.lastState?.terminated?.reason].includes('StartError'),
);

/** A container beside the program that fills a volume until the kubelet ends the Pod, each time anew. */
const filling: Readonly<Record<string, readonly [part: LabPart, limit: Spec, volume: Spec]>> = {
  'volume-full': ['reasoning-service', {}, { emptyDir: { sizeLimit: '8Mi' } }],
  'storage-limit': ['orchestrator-service', { limits: { 'ephemeral-storage': '8Mi' } }, { emptyDir: {} }],
};
const evictionsSeen = 3;

const evict = defineFault({
  id: 'K1.j',
  title: 'the kubelet evicts each Pod of a workload',
  variants: Object.keys(filling) as [string, string],
  runtimes: ['kubernetes'],
  // Three Pods, each of which the kubelet measures every ten seconds or more.
  within: 150,
  async plant(lab, variant) {
    const [part, resources, volume] = filling[variant] ?? [];
    if (part === undefined) throw new Error(`K1.j has no variant ${variant}`);
    const { kind, name, namespace } = kube(lab).names.workload(part);
    const script = 'dd if=/dev/zero of=/spool/x bs=1M count=32; while true; do sleep 5; done';
    const spooler = {
      ...{ name: 'spooler', image: await shellImage(lab), imagePullPolicy: 'IfNotPresent' },
      ...{ command: ['/bin/sh', '-c', script], resources },
      volumeMounts: [{ name: 'spool', mountPath: '/spool' }],
    };
    const pod = { containers: [spooler], volumes: [{ name: 'spool', ...volume }] };
    const patch = JSON.stringify({ spec: { template: { spec: pod } } });
    await kube(lab).kubectl(['patch', kind, name, '-n', namespace, '-p', patch]);
  },
  async check(lab, variant) {
    const pods = await kube(lab).pods(filling[variant]?.[0] ?? 'reasoning-service');
    return pods.filter(({ status }) => status.reason === 'Evicted').length >= evictionsSeen;
  },
  clear: (lab, variant) => lab.reset(filling[variant]?.[0] ?? 'reasoning-service'),
});

export const podNotStarting: readonly Fault[] = [
  ...[pull, crash, oom, unschedulable, missing, probes],
  ...[refused, init, command, evict],
];
