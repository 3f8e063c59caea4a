/** A generated installation on the lab's own Kubernetes node: up, healthy, and what an operator writes of it. */

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { cacheDir } from '../components/cache.ts';
import { instance } from '../components/instance.ts';
import { type Cluster, cluster, missing, startCluster } from '../components/kubernetes.ts';
import { waitFor } from '../components/process.ts';
import { workflowFiles } from '../platform/config.ts';
import { isProgram, settingsName, storesOf } from '../platform/generated/compose.ts';
import { environmentOfInstallation } from '../platform/generated/environment.ts';
import { generatedRecipes } from '../platform/generated/images.ts';
import { type Installation, installationOf, partsOf, rowOf } from '../platform/generated/installation.ts';
import { installedNames } from '../platform/generated/installed.ts';
import {
  clusterAddresses,
  flowsOf,
  type GeneratedKubernetesOptions,
  generatedManifests,
  type Manifest,
  namespaceOf,
} from '../platform/generated/kubernetes.ts';
import type { LabPart } from '../types.ts';
import { asIsKubernetesUp } from './as-is-kubernetes.ts';
import { certificateOf, endpointsOf, forget, seedInstallation, unhealthyParts } from './generated.ts';
import { makeImages } from './images.ts';
import { type KubernetesLab, type KubernetesNames, kubernetesLab, manifestFile } from './kubernetes.ts';
import { configFile, type Progress } from './shared.ts';

const state = () => instance().kubernetes.STATE ?? '';
const nodeAddress = () => instance().kubernetes.NODE_IP ?? '';
const seedFile = () => join(state(), 'generated-seed');
export const generatedManifestFile = () => join(state(), 'generated.yaml');

/** Seed of the installation that is up on the cluster. */
export function generatedKubernetesSeed(): number | undefined {
  return existsSync(seedFile()) ? Number(readFileSync(seedFile(), 'utf8')) : undefined;
}

export function forgetGeneratedKubernetes(): void {
  rmSync(seedFile(), { force: true });
  rmSync(generatedManifestFile(), { force: true });
}

async function kubectl(own: Cluster, args: readonly string[], stdin?: string): Promise<string> {
  const result = await own.kubectl(args, stdin === undefined ? {} : { stdin });
  if (result.code !== 0) throw new Error(`kubectl ${args.slice(0, 6).join(' ')}: ${result.stderr.trim()}`);
  return result.stdout;
}

type At = (part: LabPart) => { readonly host: string; readonly port: number; readonly monitorPort: number };

/** Where this machine reaches each part: a Service's address, or the node. */
async function reachedFrom(own: Cluster, one: Installation): Promise<At> {
  const list = JSON.parse(await kubectl(own, ['get', 'services', '-A', '-o', 'json'])) as {
    items: readonly {
      metadata: { name: string; namespace: string };
      spec: { clusterIP: string };
    }[];
  };
  return (part) => {
    const row = rowOf(one, part);
    if (row.outside) return { host: nodeAddress(), port: row.port, monitorPort: row.monitorPort };
    const service = list.items.find(
      ({ metadata }) => metadata.name === row.service && metadata.namespace === namespaceOf(one, part),
    );
    return {
      host: service?.spec.clusterIP ?? '0.0.0.0',
      port: row.servicePort,
      monitorPort: row.monitorPort,
    };
  };
}

/** Workloads whose Pods are not all there and ready. */
async function notReady(own: Cluster, one: Installation): Promise<string[]> {
  interface Status {
    readonly readyReplicas?: number;
    readonly numberReady?: number;
    readonly desiredNumberScheduled?: number;
  }
  const found = await Promise.all(
    partsOf(one).map(async (part) => {
      const row = rowOf(one, part);
      const path = `/apis/apps/v1/namespaces/${namespaceOf(one, part)}/${row.kind}s/${row.name}`;
      const { status } = ((await own.get(path)) ?? { status: {} }) as { status: Status };
      const ready =
        row.kind === 'daemonset'
          ? (status.numberReady ?? 0) > 0 && status.numberReady === status.desiredNumberScheduled
          : status.readyReplicas === row.replicas;
      return ready ? [] : [`${part} (${row.kind}/${row.name}) is not ready`];
    }),
  );
  return found.flat();
}

export async function healthyGeneratedKubernetes(seed: number, seconds: number): Promise<void> {
  const [one, own] = [installationOf(seed), cluster()];
  let problems: string[] = [];
  try {
    await waitFor(
      async () => {
        problems = await notReady(own, one);
        if (problems.length === 0)
          problems = await unhealthyParts(one, endpointsOf(one, await reachedFrom(own, one)));
        return problems.length === 0;
      },
      { seconds, what: 'the installation to be healthy', every: 500 },
    );
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : ''}: ${problems.join('; ')}`, {
      cause: error,
    });
  }
}

const namesOf = (one: Installation): KubernetesNames => ({
  ...installedNames(one, clusterAddresses(one, nodeAddress())),
  namespace: one.namespace,
  agentNamespace: one.agentNamespace,
  workload: (part) => {
    const { kind, name, replicas } = rowOf(one, part);
    return { kind, name, replicas, namespace: namespaceOf(one, part) };
  },
  labels: (part) => ({ [one.label]: rowOf(one, part).name }),
  container: (part) => rowOf(one, part).container,
  service: (part) => rowOf(one, part).service,
  config: (part) => {
    const { configMap: map } = rowOf(one, part);
    if (!isProgram(part)) return { map, file: configFile[part] };
    return one.settings === 'file' ? { map, file: settingsName(one) } : undefined;
  },
  workflows: one.parts['orchestrator-service'] === undefined ? '' : flowsOf(one),
  secret: (of) => {
    const { secret: name, secretKey: key } = rowOf(one, of === 'token' ? 'agent-manager' : of);
    return { name, key };
  },
  belongings: (part) => [
    rowOf(one, part).configMap,
    rowOf(one, part).secret,
    ...(part === 'orchestrator-service' ? [flowsOf(one)] : []),
    ...(part === 'collect-agent' ? [rowOf(one, 'agent-manager').secret] : []),
  ],
  originals: generatedManifestFile,
  unhealthy: (at) => unhealthyParts(one, at),
});

/** Handle on the installation that is up. */
export function connectGeneratedKubernetes(seed: number): KubernetesLab {
  const one = installationOf(seed);
  return kubernetesLab({
    seed: async () => undefined,
    seedAll: (at) => seedInstallation(one, at),
    names: namesOf(one),
    endpoints: (clusterIp) =>
      endpointsOf(one, (part) => {
        const { outside, port, servicePort, monitorPort } = rowOf(one, part);
        return outside
          ? { host: nodeAddress(), port, monitorPort }
          : { host: clusterIp(part), port: servicePort, monitorPort };
      }),
    environmentConfig: () => generatedKubernetesEnvironment(seed, false),
  });
}

/** The block for the product's configuration. */
export async function generatedKubernetesEnvironment(
  seed: number,
  overridden: boolean,
): Promise<Readonly<Record<string, unknown>>> {
  const [one, own] = [installationOf(seed), cluster()];
  const at = await reachedFrom(own, one);
  const runtime = {
    kind: 'kubernetes',
    namespace: one.namespace,
    agentNamespace: one.agentNamespace,
    kubeconfig: own.kubeconfig,
  };
  const { host, monitorPort } = at('nats');
  return environmentOfInstallation(
    one,
    runtime,
    { at, natsMonitor: `http://${host}:${monitorPort}` },
    overridden,
  );
}

async function optionsOf(one: Installation): Promise<GeneratedKubernetesOptions> {
  const folder = mkdtempSync(join(tmpdir(), 'aetherius-lab-tls-'));
  try {
    const pairs = await Promise.all(
      (one.tls ? storesOf(one) : []).map(async (part) => {
        const own = join(folder, part);
        mkdirSync(own);
        await certificateOf(own, rowOf(one, part).name);
        const text = (name: string) => readFileSync(join(own, name), 'utf8');
        return [part, { crt: text('tls.crt'), key: text('tls.key') }] as const;
      }),
    );
    return {
      dataFolder: join(state(), 'data'),
      nodeAddress: nodeAddress(),
      workflows: workflowFiles(),
      certificates: Object.fromEntries(pairs),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

// Kubernetes reads YAML 1.1, where `yes` is no text.
const documents = (manifests: readonly Manifest[]) =>
  manifests.map((one) => stringify(one, { lineWidth: 0, version: '1.1' })).join('---\n');

/** Brings the installation of a seed up and waits until all of it works. */
export async function upGeneratedKubernetes(seed: number, progress: Progress): Promise<KubernetesLab> {
  const problem = missing();
  if (problem !== undefined) throw new Error(problem);
  if (process.env.AETHERIUS_LAB_KUBECONFIG !== undefined)
    throw new Error('a generated installation needs the lab’s own node: what is outside runs on it');
  const running = generatedKubernetesSeed();
  if (existsSync(manifestFile()) || asIsKubernetesUp() || (running !== undefined && running !== seed))
    throw new Error('another platform is up on this cluster: `lab down kubernetes` first');
  const one = installationOf(seed);
  const recipes = generatedRecipes(one, cacheDir('generated', String(seed)));
  const [images, own] = await Promise.all([makeImages(progress, recipes), startCluster(progress)]);
  progress('the cluster answers');
  if (running === undefined) {
    const manifests = generatedManifests(one, await optionsOf(one));
    writeFileSync(generatedManifestFile(), documents(Object.values(manifests).flat()), { mode: 0o600 });
    writeFileSync(seedFile(), String(seed));
    for (const image of images) await own.load(image.tar);
    progress('images are loaded');
    await kubectl(own, ['apply', '-f', '-'], documents(manifests.settings));
    await kubectl(own, ['apply', '-f', '-'], documents(manifests.stores));
    const at = endpointsOf(one, await reachedFrom(own, one));
    await waitFor(() => seedInstallation(one, at).then(() => true), {
      seconds: 180,
      what: 'databases and streams',
      every: 500,
    });
    progress('databases and streams are there');
    await kubectl(own, ['apply', '-f', '-'], documents(manifests.services));
  }
  forget(one, images);
  await healthyGeneratedKubernetes(seed, 240);
  progress(`the installation of seed ${seed} is healthy: namespace ${one.namespace}`);
  progress(`KUBECONFIG=${own.kubeconfig}`);
  return connectGeneratedKubernetes(seed);
}
