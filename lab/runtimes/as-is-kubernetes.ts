/** The platform as it is, as its manifests say, on the lab's own Kubernetes node. */

import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { stringify } from 'yaml';
import { instance } from '../components/instance.ts';
import { type Cluster, cluster, missing, startCluster } from '../components/kubernetes.ts';
import { waitFor } from '../components/process.ts';
import { asIsStoreFiles } from '../platform/as-is/compose.ts';
import { asIsRecipes } from '../platform/as-is/images.ts';
import { asIsManifests, type Manifest } from '../platform/as-is/kubernetes.ts';
import { type AsIsForm, asIsDatabases, asIsKubernetes, asIsSecrets } from '../platform/as-is/names.ts';
import { asIsEnvironment, createDatabases } from './as-is.ts';
import { makeImages } from './images.ts';
import { manifestFile } from './kubernetes.ts';
import type { Progress } from './shared.ts';

const { namespace, agentNamespace } = asIsKubernetes;
const state = () => instance().kubernetes.STATE ?? '';

/** File with every object of the platform, as it was made. */
export const asIsManifestFile = () => join(state(), 'as-is.yaml');

export const asIsKubernetesUp = () => existsSync(asIsManifestFile());

async function kubectl(own: Cluster, args: readonly string[], stdin?: string): Promise<string> {
  const result = await own.kubectl(args, stdin === undefined ? {} : { stdin });
  if (result.code !== 0) throw new Error(`kubectl ${args.slice(0, 6).join(' ')}: ${result.stderr.trim()}`);
  return result.stdout;
}

const documents = (manifests: readonly Manifest[]) =>
  // Kubernetes reads YAML 1.1, where `yes` is no text.
  manifests.map((one) => stringify(one, { lineWidth: 0, version: '1.1' })).join('---\n');

/** Address of a Service of the platform. */
export async function asIsService(name: string): Promise<string> {
  const args = ['get', 'service', name, '-n', namespace, '-o', 'jsonpath={.spec.clusterIP}'];
  return kubectl(cluster(), args);
}

interface Pod {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly labels: Manifest };
  readonly status: {
    readonly phase: string;
    readonly containerStatuses?: readonly {
      readonly ready: boolean;
      readonly restartCount: number;
      readonly state: { readonly running?: object };
    }[];
  };
}

async function pods(own: Cluster): Promise<readonly Pod[]> {
  const list = await Promise.all(
    [namespace, agentNamespace].map((where) => kubectl(own, ['get', 'pods', '-n', where, '-o', 'json'])),
  );
  return list.flatMap((text) => (JSON.parse(text) as { items: readonly Pod[] }).items);
}

const runs = (pod: Pod) =>
  pod.status.containerStatuses?.every((one) => one.state.running !== undefined) === true;
const ready = (pod: Pod) => pod.status.containerStatuses?.every((one) => one.ready) === true;
const restarts = (pod: Pod) =>
  (pod.status.containerStatuses ?? []).reduce((sum, one) => sum + one.restartCount, 0);

/** Its port is probed and nothing listens on it. */
const neverReady = (pod: Pod) => pod.metadata.labels.app === 'orchestrator-service';

/** Brings the platform up. `started` is there when its processes stay up, `verbatim` when both Go services have ended by themselves. */
export async function upAsIsKubernetes(form: AsIsForm, progress: Progress): Promise<void> {
  const problem = missing();
  if (problem !== undefined) throw new Error(problem);
  if (process.env.AETHERIUS_LAB_KUBECONFIG !== undefined)
    throw new Error('the as-is platform needs the lab’s own node, for files on it');
  if (existsSync(manifestFile()) || existsSync(join(state(), 'generated-seed')))
    throw new Error('another platform is up on this cluster: `lab down kubernetes` first');
  const [images, own] = await Promise.all([makeImages(progress, asIsRecipes), startCluster(progress)]);
  progress('the cluster answers');
  const dataFolder = join(state(), 'data');
  for (const [name, text] of Object.entries(asIsStoreFiles())) {
    const file = join(dataFolder, 'files', name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  const fresh = !asIsKubernetesUp();
  const manifests = asIsManifests({ form, dataFolder });
  const apply = async (stage: keyof typeof manifests) => {
    if (fresh) await kubectl(own, ['apply', '-f', '-'], documents(manifests[stage]));
  };
  if (fresh) writeFileSync(asIsManifestFile(), documents(Object.values(manifests).flat()), { mode: 0o600 });
  for (const image of images) await own.load(image.tar);
  progress('images are loaded');
  await apply('settings');
  await apply('stores');
  const url = (name: string) => {
    const { user, password } = asIsSecrets.postgres;
    return `postgres://${user}:${password}@${host}:5432/${name}`;
  };
  const host = await asIsService('aetherius-postgres');
  const names =
    form === 'started' ? [asIsDatabases.program, ...asIsDatabases.scripts] : [asIsDatabases.program];
  await waitFor(() => createDatabases(url, names).then(() => true), {
    seconds: 120,
    what: 'PostgreSQL',
    every: 300,
  });
  progress('databases are there');
  await apply('services');
  if (form === 'started')
    await waitFor(
      async () => {
        const all = await pods(own);
        return all.length >= 14 && all.every((pod) => runs(pod) && (ready(pod) || neverReady(pod)));
      },
      { seconds: 180, what: 'every process to stay up' },
    );
  else
    await waitFor(
      async () => {
        const ended = (await pods(own))
          .filter((pod) => restarts(pod) > 0)
          .map((pod) => pod.metadata.labels.app);
        return ['agent-manager', 'orchestrator-service', 'nats'].every((app) => ended.includes(app));
      },
      { seconds: 120, what: 'the programs to end' },
    );
  for (const pod of (await pods(own)).toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1)))
    progress(
      `${pod.metadata.namespace}/${pod.metadata.name}: ${runs(pod) ? 'runs' : 'does not run'}, ${ready(pod) ? 'ready' : 'not ready'}, ${restarts(pod)} restarts`,
    );
  const at = await asIsService('agent-manager');
  progress(`the as-is platform is up, ${form}: agent-manager http://${at}:8080`);
  progress(`KUBECONFIG=${own.kubeconfig}`);
}

/** The `environments.<name>` block of the product's configuration for it. */
export async function asIsKubernetesEnvironment(): Promise<Readonly<Record<string, unknown>>> {
  const stores = ['postgres', 'redis', 'nats', 'neo4j'];
  const list = await kubectl(cluster(), ['get', 'services', '-n', namespace, '-o', 'json']);
  const { items } = JSON.parse(list) as {
    items: readonly { metadata: { name: string }; spec: { clusterIP: string } }[];
  };
  const runtime = { kind: 'kubernetes', namespace, agentNamespace, kubeconfig: cluster().kubeconfig };
  return asIsEnvironment(runtime, (part) => {
    const name = stores.includes(part) ? `aetherius-${part}` : part;
    return items.find((one) => one.metadata.name === name)?.spec.clusterIP ?? '0.0.0.0';
  });
}
