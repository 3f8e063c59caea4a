/** Many Pods beside the real node, and many agents. Fake nodes prove nothing of a fault: they are for numbers only. */

import { fileURLToPath } from 'node:url';
import type { V1Pod } from '@kubernetes/client-node';
import { AppsV1Api, CoreV1Api, KubeConfig, PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';
import { cacheDir } from '../components/cache.ts';
import { buildKubernetes } from '../components/kubernetes.ts';
import { waitFor } from '../components/process.ts';
import { isKubernetes, type KubernetesLab } from '../runtimes/kubernetes.ts';
import { liveAgents, type Progress } from '../runtimes/shared.ts';
import type { Lab } from '../types.ts';
import { type Breakage, breakages, extras, fakeNode, healthyDeployment } from './objects.ts';

const perDeployment = 100;
const fakeNodes = 10;

/** Runs jobs, at most `width` at a time. */
async function pool<T>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  const rest = items.values();
  await Promise.all(
    Array.from({ length: width }, async () => {
      for (const item of rest) await work(item);
    }),
  );
}

export const scaleNamespace = (count: number) => `scale-${count}`;

/** Share of Pods that are broken: 7 of 50, then one in twenty. */
export const brokenOf = (count: number) => Math.max(7, Math.round(count / 20));

/**
 * A namespace with `count` Pods on fake nodes, of which some are broken in seven ways, with two Services without
 * endpoints, a NetworkPolicy that blocks a healthy app and a StatefulSet that names a missing Service.
 * 0 removes every such namespace and the fake nodes.
 */
export async function scalePods(lab: Lab, count: number, progress: Progress): Promise<void> {
  if (!isKubernetes(lab)) throw new Error('Pods exist on Kubernetes only');
  if (count === 0) return removeScale(lab, progress);
  await startKwok(lab, progress);
  const config = new KubeConfig();
  config.loadFromFile(lab.kubeconfig);
  const core = config.makeApiClient(CoreV1Api);
  const apps = config.makeApiClient(AppsV1Api);
  const namespace = scaleNamespace(count);
  if ((await lab.object(`namespace/${namespace}`)) !== undefined) {
    progress(`${namespace} is there`);
    return;
  }
  const nodes = (await core.listNode()).items.map((one) => one.metadata?.name);
  for (let n = 0; n < fakeNodes; n += 1)
    if (!nodes.includes(`fake-${n}`)) await core.createNode({ body: fakeNode(n) });
  await core.createNamespace({
    body: { metadata: { name: namespace, labels: { 'lab.aetherius.io/scale': 'true' } } },
  });
  await lab.kubectl(['apply', '-n', namespace, '-f', '-'], JSON.stringify(extras));
  progress('fake nodes and namespace');

  const broken = brokenOf(count);
  const healthy = count - broken;
  const deployments = Array.from({ length: Math.ceil(healthy / perDeployment) }, (_, n) =>
    healthyDeployment(n, Math.min(perDeployment, healthy - n * perDeployment), n % fakeNodes),
  );
  const shares = breakages.map((one, n) => ({
    one,
    replicas: Math.floor(broken / breakages.length) + (n < broken % breakages.length ? 1 : 0),
  }));
  await pool(deployments, 8, (body) => apps.createNamespacedDeployment({ namespace, body }));
  await pool(shares, 7, ({ one, replicas }) =>
    apps.createNamespacedDeployment({ namespace, body: one.deployment(replicas) }),
  );
  const listed = () => core.listNamespacedPod({ namespace, resourceVersion: '0' });
  await waitFor(
    async () => {
      const { items } = await listed();
      return items.length >= count && items.every((pod) => placed(pod));
    },
    { seconds: 600, what: `${count} Pods`, every: 1000 },
  );
  progress(`${count} Pods exist`);
  for (const { one } of shares) await breakPods(core, namespace, one);
  progress(`${broken} of them are broken`);
  // The fake kubelet may have been on the way to "running" with some of them.
  await waitFor(
    async () => {
      const { items } = await listed();
      const wrong = items.filter((pod) => {
        const one = breakages.find(({ app }) => app === pod.metadata?.labels?.app);
        return one === undefined
          ? pod.status?.phase !== 'Running'
          : one.status !== undefined && !one.looks(pod);
      });
      for (const one of breakages)
        if (wrong.some((pod) => pod.metadata?.labels?.app === one.app)) await breakPods(core, namespace, one);
      return wrong.length === 0;
    },
    { seconds: 300, what: 'every Pod to look as it should', every: 1000 },
  );
  progress('every Pod looks as it should');
}

/** Runs, is bound and waits for its broken status, or cannot be placed at all. */
const placed = (pod: V1Pod) =>
  pod.status?.podIP !== undefined ||
  (pod.metadata?.labels?.app?.startsWith('broken-') === true && pod.spec?.nodeName !== undefined) ||
  pod.status?.conditions?.some((one) => one.reason === 'Unschedulable') === true;

async function breakPods(core: CoreV1Api, namespace: string, one: Breakage): Promise<void> {
  const { status } = one;
  if (status === undefined) return;
  const { items } = await core.listNamespacedPod({ namespace, labelSelector: `app=${one.app}` });
  const options = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);
  await pool(items, 12, (pod) =>
    core.patchNamespacedPodStatus(
      { name: pod.metadata?.name ?? '', namespace, body: { status: status(pod) } },
      options,
    ),
  );
}

/** kwok inside the node: it ends with it, and keeps the fake nodes and their Pods alive. */
async function startKwok(lab: KubernetesLab, progress: Progress): Promise<void> {
  await buildKubernetes(progress, ['kwok']);
  if (!lab.cluster.own) throw new Error('fake nodes are for a cluster of our own');
  const running = await lab.cluster.node([
    'sh',
    '-c',
    'tr "\\0" " " </proc/[0-9]*/cmdline 2>/dev/null; cat /proc/[0-9]*/comm',
  ]);
  if (/^kwok$/m.test(running.stdout)) return;
  const log = lab.kubeconfig.replace(/admin\.kubeconfig$/, 'kwok.log');
  const words = [
    ...[cacheDir('bin/kwok'), '--kubeconfig', lab.kubeconfig],
    ...['--config', fileURLToPath(new URL('stages.yaml', import.meta.url))],
    ...[
      '--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake',
      '--cidr=10.250.0.0/16',
      '--node-ip=10.251.0.1',
    ],
  ];
  const script = `exec "$@" >${log} 2>&1 </dev/null`;
  await lab.cluster.node(['setsid', '--fork', 'bash', '-c', script, 'kwok', ...words]);
}

async function removeScale(lab: KubernetesLab, progress: Progress): Promise<void> {
  const labelled = ['-l', 'lab.aetherius.io/scale=true'];
  const names = (await lab.kubectl(['get', 'namespaces', ...labelled, '-o', 'name'])).split('\n');
  await lab.kubectl(['delete', 'namespaces', ...labelled, '--wait=false']);
  const config = new KubeConfig();
  config.loadFromFile(lab.kubeconfig);
  const core = config.makeApiClient(CoreV1Api);
  // Nobody makes new ones in a namespace that ends, and no container has to be stopped first.
  for (const name of names.filter((one) => one !== ''))
    await core.deleteCollectionNamespacedPod({
      namespace: name.replace('namespace/', ''),
      gracePeriodSeconds: 0,
    });
  await waitFor(
    async () =>
      (await lab.kubectl(['get', 'namespaces', '-l', 'lab.aetherius.io/scale=true', '-o', 'name'])).trim() ===
      '',
    { seconds: 300, what: 'the namespaces to go', every: 1000 },
  );
  await lab.kubectl(['delete', 'nodes', '-l', 'type=kwok']);
  await lab.cluster.node([
    'sh',
    '-c',
    'for p in /proc/[0-9]*; do [ "$(cat $p/comm 2>/dev/null)" = kwok ] && kill -KILL "${p#/proc/}"; done; true',
  ]);
  progress('fake nodes and their Pods are gone');
}

/** Sets how many agents there are (one process, a connection and an identity each); 0 or 1 puts it back. */
export async function scaleAgents(lab: Lab, count: number, progress: Progress): Promise<void> {
  if (count <= 1) {
    await lab.reset('collect-agent');
    await lab.healthy(60);
    progress('one agent');
    return;
  }
  // Two hundred agents at the usual rate would be a load test of agent-manager.
  await lab.configure('collect-agent', { 'agent.count': count, 'event.rate': Math.max(0.05, 20 / count) });
  await lab.restart('collect-agent');
  const { agentManager } = await lab.endpoints();
  await waitFor(async () => (await liveAgents(agentManager, 15)) >= count, {
    seconds: 120,
    what: `${count} agents to register`,
    every: 500,
  });
  progress(`${count} agents are registered and send`);
}
