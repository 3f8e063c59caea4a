/** The real one-node Kubernetes of `lab/kubernetes`, or the cluster that `AETHERIUS_LAB_KUBECONFIG` names. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Output } from '../types.ts';
import { acquire, cacheDir, missingDebTools, type Progress, which } from './cache.ts';
import { instance } from './instance.ts';
import { kubeProgram } from './kube-api.ts';
import { type KubeGet, kubeGet } from './kube-get.ts';
import { must, type RunOptions, run } from './process.ts';

const scripts = fileURLToPath(new URL('../kubernetes/', import.meta.url));
const programs = [
  ...[
    'etcd',
    'kube-apiserver',
    'kube-controller-manager',
    'kube-scheduler',
    'kubelet',
    'kube-proxy',
    'kubectl',
  ],
  ...['coredns', 'kube-network-policies', 'metrics-server', 'probe', 'delay', 'chart', 'helm'],
];

/** What is missing for a Kubernetes with a node, in one line; undefined when nothing is. */
export function missing(): string | undefined {
  if (process.env.AETHERIUS_LAB_KUBECONFIG !== undefined)
    return kubeProgram('kubectl') === undefined ? 'Kubernetes: needs kubectl' : undefined;
  if (process.getuid?.() !== 0)
    return 'Kubernetes: a node of our own needs root, or AETHERIUS_LAB_KUBECONFIG=/path/of/kubeconfig';
  const tools = ['unshare', 'nsenter', 'ip', 'sysctl', 'python3', 'flock'].filter(
    (tool) => which(tool) === undefined,
  );
  if (tools.length > 0)
    return `Kubernetes: needs ${tools.join(', ')} (Debian: util-linux, iproute2, procps, python3)`;
  if (built()) return undefined;
  if (which('go') === undefined) return 'Kubernetes: needs Go 1.26.4 or newer to build it once';
  const debs = missingDebTools();
  return debs && `Kubernetes: ${debs}`;
}

function built(): boolean {
  return (
    programs.every((name) => existsSync(cacheDir('bin', name))) &&
    existsSync(cacheDir('deb/usr/bin/containerd'))
  );
}

/** Builds whatever is not in the cache (25 min on 2 cores from nothing, seconds from a warm Go cache). */
export async function buildKubernetes(progress?: Progress, names: readonly string[] = []): Promise<void> {
  if (names.length === 0 && built()) return;
  if (names.length > 0 && names.every((name) => existsSync(cacheDir('bin', name)))) return;
  const release = await acquire(cacheDir('build.lock'));
  try {
    progress?.('building Kubernetes and its helpers (once)');
    await must('nice', [join(scripts, 'build.sh'), ...names], { env: settings(), seconds: 5400 });
  } finally {
    release();
  }
}

const settings = (): Record<string, string> => ({
  ...instance().kubernetes,
  CACHE: cacheDir(),
  METRICS: process.env.METRICS ?? '1',
});

export interface Cluster {
  readonly kubeconfig: string;
  /** True when node and control plane are ours to enter and to break. */
  readonly own: boolean;
  /** Where our API server writes down who changed what, one JSON object a line. */
  readonly audit?: string;
  /** Parent of every Pod's cgroup on our node. */
  readonly cgroup?: string;
  kubectl(args: readonly string[], options?: RunOptions): Promise<Output>;
  /** GET of a path of the API; undefined: there is no such object. */
  get(path: string): Promise<unknown>;
  /** Runs a command in the node's network, mounts and processes. */
  node(args: readonly string[], options?: RunOptions): Promise<Output>;
  /** `stop` or `start` of a component: etcd apiserver kcm scheduler containerd kubelet kube-proxy. */
  component(action: 'stop' | 'start', name: string): Promise<void>;
  /** Makes an image known to the node. */
  load(tar: string): Promise<void>;
}

/** Handle on the cluster that is up, or that was given. */
export function cluster(): Cluster {
  const given = process.env.AETHERIUS_LAB_KUBECONFIG;
  const kubeconfig = given ?? join(settings().STATE ?? '', 'admin.kubeconfig');
  const own = given === undefined;
  const control = (args: readonly string[], options: RunOptions = {}) =>
    own
      ? run(join(scripts, 'ctl.sh'), args, { ...options, env: { ...settings(), ...options.env } })
      : Promise.reject(new Error('this cluster was given: its node is not ours to enter'));
  let known: { readonly config: string; readonly get: KubeGet } | undefined;
  const kubectl: Cluster['kubectl'] = (args, options) =>
    run(kubeProgram('kubectl') ?? 'kubectl', ['--kubeconfig', kubeconfig, ...args], options);
  return {
    kubeconfig,
    own,
    ...(own ? { cgroup: settings().CGROUP ?? '', audit: join(settings().STATE ?? '', 'audit.log') } : {}),
    kubectl,
    async get(path) {
      // A cluster that was given may have another kind of login, which kubectl knows.
      if (own) {
        // A cluster that comes up again has other certificates.
        const config = readFileSync(kubeconfig, 'utf8');
        if (known?.config !== config) known = { config, get: kubeGet(kubeconfig) };
        return known.get(path);
      }
      const { code, stdout, stderr } = await kubectl(['get', '--raw', path]);
      if (code === 0) return JSON.parse(stdout) as unknown;
      if (stderr.includes('(NotFound)')) return undefined;
      throw new Error(`kubectl get --raw ${path}: ${stderr.trim()}`);
    },
    node: (args, options) => control(['exec', ...args], options),
    async component(action, name) {
      const result = await control([action, name]);
      if (result.code !== 0) throw new Error(`${action} ${name}: ${result.stderr}`);
    },
    async load(tar) {
      const loader = process.env.AETHERIUS_LAB_IMAGE_LOADER;
      if (!own && loader === undefined)
        throw new Error(
          'set AETHERIUS_LAB_IMAGE_LOADER to a command that loads an image archive into the cluster',
        );
      const result = own ? await control(['load', tar]) : await run(loader ?? '', [tar], { seconds: 600 });
      if (result.code !== 0) throw new Error(`load ${tar}: ${result.stderr}`);
    },
  };
}

/** Builds what is missing and brings the cluster up; does nothing to one that is up. */
export async function startCluster(progress?: Progress): Promise<Cluster> {
  if (process.env.AETHERIUS_LAB_KUBECONFIG === undefined) {
    await buildKubernetes(progress);
    const first = await run(join(scripts, 'up.sh'), [], { env: settings(), seconds: 300 });
    if (first.code !== 0 && /half up/.test(first.stderr)) {
      await stopCluster();
      await must(join(scripts, 'up.sh'), [], { env: settings(), seconds: 300 });
    } else if (first.code !== 0) throw new Error(first.stderr.trim());
  }
  return cluster();
}

/** Whether the cluster answers. */
export async function clusterRunning(): Promise<boolean> {
  if (!existsSync(cluster().kubeconfig)) return false;
  return (
    (await cluster().kubectl(['get', '--raw=/readyz', '--request-timeout=5s'], { seconds: 10 })).code === 0
  );
}

/** Ends our cluster and everything in it; a given one is left alone. */
export async function stopCluster(): Promise<void> {
  if (process.env.AETHERIUS_LAB_KUBECONFIG !== undefined) return;
  await must(join(scripts, 'down.sh'), [], { env: settings(), seconds: 120 });
}
