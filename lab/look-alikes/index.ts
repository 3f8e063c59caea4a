/** What looks like a fault and is none: work that ends, goes on or was planned. Whoever calls it broken is wrong. */

import { waitFor } from '../components/process.ts';
import { onKubernetes, shellImage } from '../faults/support.ts';
import type { Pod } from '../runtimes/kubernetes.ts';
import type { Lab, Runtime } from '../types.ts';

/** A healthy state of the platform, brought about and taken away again. */
export interface LookAlike {
  readonly id: string;
  readonly title: string;
  readonly runtimes: readonly Runtime[];
  /** Resolves once it shows. */
  plant(lab: Lab): Promise<void>;
  clear(lab: Lab): Promise<void>;
}

const name = 'lab-looks-broken';
const strangers = 'lab-strangers';

interface Counted {
  readonly status?: Readonly<Record<string, unknown>>;
}

const make = (lab: Lab, namespace: string, object: object) =>
  onKubernetes(lab).kubectl(['create', '-n', namespace, '-f', '-'], JSON.stringify(object));

const remove = async (lab: Lab, namespace: string, kind: string): Promise<void> => {
  await onKubernetes(lab).kubectl(['delete', kind, name, '-n', namespace, '--ignore-not-found']);
};

/** Waits until an object's status says this. */
const until = (lab: Lab, reference: string, namespace: string, is: (status: Counted['status']) => boolean) =>
  waitFor(async () => is((await onKubernetes(lab).object<Counted>(reference, namespace))?.status), {
    ...{ seconds: 90, every: 300 },
    what: `${reference} to look as it should`,
  });

/** A Pod's template whose only container runs this script. */
const running = async (lab: Lab, script: string) => ({
  containers: [
    {
      ...{ name: 'work', image: await shellImage(lab), imagePullPolicy: 'IfNotPresent' },
      ...{ command: ['/bin/sh', '-c', script], resources: { limits: { memory: '32Mi', cpu: '100m' } } },
    },
  ],
});

const deployment = async (lab: Lab, script: string, replicas: number) => ({
  ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name } },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: await running(lab, script) },
  },
});

const finishedJob: LookAlike = {
  id: 'finished-job',
  title: 'a Job has ended well, and its Pod is still listed',
  runtimes: ['kubernetes'],
  async plant(lab) {
    const template = {
      spec: { ...(await running(lab, 'echo 41 rows were moved')), restartPolicy: 'Never' },
    };
    await make(lab, lab.namespace, {
      ...{ apiVersion: 'batch/v1', kind: 'Job', metadata: { name } },
      spec: { template },
    });
    await until(lab, `job/${name}`, lab.namespace, (status) => status?.['succeeded'] === 1);
  },
  clear: (lab) => remove(lab, lab.namespace, 'job'),
};

const plannedStop: LookAlike = {
  id: 'planned-stop',
  title: 'a workload that is no part of the platform was scaled to zero on purpose',
  runtimes: ['kubernetes'],
  async plant(lab) {
    await make(lab, lab.namespace, await deployment(lab, 'sleep 3600', 0));
    await until(
      lab,
      `deployment/${name}`,
      lab.namespace,
      (status) => status?.['observedGeneration'] !== undefined,
    );
  },
  clear: (lab) => remove(lab, lab.namespace, 'deployment'),
};

const rollout: LookAlike = {
  id: 'rollout-in-progress',
  title: 'a rollout goes on: the new Pod is ready, and the old one stays until it has been so for a while',
  runtimes: ['kubernetes'],
  async plant(lab) {
    const { kind, name: workload, namespace } = onKubernetes(lab).names.workload('orchestrator-service');
    const annotations = { 'kubectl.kubernetes.io/restartedAt': new Date().toISOString() };
    const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } };
    const patch = { spec: { strategy, minReadySeconds: 120, template: { metadata: { annotations } } } };
    await onKubernetes(lab).kubectl(['patch', kind, workload, '-n', namespace, '-p', JSON.stringify(patch)]);
    await until(
      lab,
      `${kind}/${workload}`,
      namespace,
      (status) => status?.['readyReplicas'] === 2 && status['updatedReplicas'] === 1,
    );
  },
  clear: (lab) => lab.reset('orchestrator-service'),
};

const autoscaler: LookAlike = {
  id: 'autoscaler-at-work',
  title: 'an autoscaler has started a second Pod',
  runtimes: ['kubernetes'],
  async plant(lab) {
    const { kind, name: workload, namespace } = onKubernetes(lab).names.workload('orchestrator-service');
    const target = { type: 'Utilization', averageUtilization: 80 };
    await make(lab, namespace, {
      ...{ apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata: { name } },
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: workload },
        ...{ minReplicas: 2, maxReplicas: 3 },
        metrics: [{ type: 'Resource', resource: { name: 'cpu', target } }],
      },
    });
    await until(lab, `${kind}/${workload}`, namespace, (status) => status?.['readyReplicas'] === 2);
  },
  async clear(lab) {
    await remove(lab, onKubernetes(lab).names.workload('orchestrator-service').namespace, 'hpa');
    await lab.reset('orchestrator-service');
  },
};

const replaced: LookAlike = {
  id: 'pod-replaced',
  title: 'a Pod was evicted, and another has taken its place',
  runtimes: ['kubernetes'],
  async plant(lab) {
    const [pod] = await onKubernetes(lab).pods('reasoning-service');
    if (pod === undefined) throw new Error('reasoning-service has no Pod');
    const { namespace } = onKubernetes(lab).names.workload('reasoning-service');
    const at = pod.metadata.name;
    const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: at, namespace } };
    await onKubernetes(lab).kubectl(
      ['create', '--raw', `/api/v1/namespaces/${namespace}/pods/${at}/eviction`, '-f', '-'],
      JSON.stringify(eviction),
    );
    const isAnother = ({ metadata, status }: Pod) =>
      metadata.uid !== pod.metadata.uid && status.containerStatuses?.every(({ ready }) => ready) === true;
    await waitFor(async () => (await onKubernetes(lab).pods('reasoning-service')).some(isAnother), {
      ...{ seconds: 90, what: 'another Pod to be ready' },
    });
    await lab.healthy(90);
  },
  clear: () => Promise.resolve(),
};

const stranger: LookAlike = {
  id: 'stranger-crashes',
  title: 'a Pod of another team, in its own namespace, ends again and again',
  runtimes: ['kubernetes'],
  async plant(lab) {
    await onKubernetes(lab).kubectl(['create', 'namespace', strangers]);
    await make(lab, strangers, await deployment(lab, 'echo connection refused; exit 1', 1));
    const restarted = async () => {
      const text = await onKubernetes(lab).kubectl(['get', 'pods', '-n', strangers, '-o', 'json']);
      const { items } = JSON.parse(text) as { readonly items: readonly Pod[] };
      return items.some(({ status }) => (status.containerStatuses?.[0]?.restartCount ?? 0) >= 2);
    };
    await waitFor(restarted, { seconds: 120, what: 'the stranger to have restarted twice' });
  },
  async clear(lab) {
    await onKubernetes(lab).kubectl(['delete', 'namespace', strangers, '--ignore-not-found', '--wait=true']);
  },
};

/** Every look-alike of the lab. */
export const lookAlikes: readonly LookAlike[] = [
  ...[finishedJob, plannedStop, rollout, autoscaler, replaced, stranger],
];
