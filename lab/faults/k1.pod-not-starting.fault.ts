/** K1: a Pod does not run. */

import { type ContainerStatus, isKubernetes, type KubernetesLab, type Pod } from '../runtimes/kubernetes.ts';
import type { Fault, Lab, LabPart } from '../types.ts';
import { defineFault } from './support.ts';

type Spec = Readonly<Record<string, unknown>>;

/** Which part is broken, and what is merged into the specification of its Pod; `container` into its container. */
interface Breakage {
  readonly part: LabPart;
  readonly pod?: Spec;
  readonly container?: Spec | ((lab: KubernetesLab, part: LabPart) => Spec);
}

const kube = (lab: Lab): KubernetesLab => {
  if (!isKubernetes(lab)) throw new Error('Pods exist on Kubernetes only');
  return lab;
};

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
    return items.some(({ message }) => /statuscode: 404|:8090/.test(message));
  },
);

export const podNotStarting: readonly Fault[] = [pull, crash, oom, unschedulable, missing, probes];
