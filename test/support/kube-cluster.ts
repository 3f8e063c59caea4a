/** A real API server with the real controllers and scheduler, and a simulated node: no container runs anywhere. */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type KubeApi, kubeProgram, missing, startKubeApi } from '../../lab/components/kube-api.ts';
import { sha256 } from '../../src/domain/kernel/canonical.ts';
import { type KubeSeed, kubeSeed, runningStatus } from './kube.ts';

/** What is missing here, in one line; undefined when nothing is. */
export function missingCluster(): string | undefined {
  const absent = ['kube-controller-manager', 'kube-scheduler'].find(
    (name) => kubeProgram(name) === undefined,
  );
  return (
    missing() ?? (absent === undefined ? undefined : `Kubernetes: no ${absent}: run lab/kubernetes/build.sh`)
  );
}

interface Pod {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
  readonly spec: {
    readonly nodeName?: string;
    readonly containers: readonly { readonly name: string; readonly image: string }[];
  };
  readonly status: { readonly phase?: string; readonly containerStatuses?: readonly object[] };
}

const node = 'simulated-node';

/** What a kubelet says of an image that it has got: the name is its content here. */
const imageIdOf = (image: string, content = image) => `${image.split(':')[0]}@sha256:${sha256(content)}`;

export interface Cluster {
  readonly api: KubeApi;
  readonly seed: KubeSeed;
  /** Does this again and again until the cluster is stopped, as a controller would. */
  everySooften(work: () => Promise<unknown>): void;
  /** Lets new Pods find other content behind this image, or its own again. */
  retag(image: string, content?: string): void;
  stop(): Promise<void>;
}

/**
 * Every Pod of the namespace, and of `others` that are there already, that gets the simulated node is running and ready there at
 * once, unless its image has `broken` in it: that one is never pulled, and waits for it. `args`: of the API server.
 */
export async function startCluster(
  dir: string,
  namespace: string,
  others: readonly string[] = [],
  args: readonly string[] = [],
): Promise<Cluster> {
  const api = await startKubeApi({ dir: join(dir, 'kube'), args, controllers: true, scheduler: true });
  const seed = kubeSeed(api.kubeconfig);
  const stopped = new AbortController();
  const loops: Promise<void>[] = [];
  const everySooften = (work: () => Promise<unknown>) => {
    const loop = async () => {
      while (!stopped.signal.aborted) {
        // What somebody else changed in between is met again in the next round.
        await work().catch(() => undefined);
        await delay(100, undefined, { signal: stopped.signal }).catch(() => undefined);
      }
    };
    loops.push(loop());
  };
  await seed.post('/api/v1/namespaces', { metadata: { name: namespace } });
  await seed.post('/api/v1/nodes', { metadata: { name: node } });
  // A new node is kept free until a kubelet speaks for it, and there is none.
  await seed.merge(`/api/v1/nodes/${node}`, { spec: { taints: null } });
  const room = { cpu: '64', memory: '256Gi', pods: '200' };
  await seed.merge(`/api/v1/nodes/${node}/status`, { status: { capacity: room, allocatable: room } });
  const contents = new Map<string, string>();
  let address = 1;
  const simulated = async (pods: string) => {
    const { items } = (await seed.get(pods)) as { readonly items: readonly Pod[] };
    for (const { metadata, spec, status } of items) {
      const pod = `${pods}/${metadata.name}`;
      if (metadata.deletionTimestamp !== undefined) {
        await seed.remove(`${pod}?gracePeriodSeconds=0`);
        continue;
      }
      if (status.phase === 'Running') continue;
      // The scheduler has not found a node for it, or not yet.
      if (spec.nodeName === undefined) continue;
      const image = spec.containers[0]?.image ?? '';
      const broken = spec.containers.some(({ image }) => image.includes('broken'));
      if (broken && status.containerStatuses !== undefined) continue;
      const running = runningStatus(new Date().toISOString()).status;
      const containerStatuses = running.containerStatuses.map((state) => ({
        ...state,
        image,
        ...(broken
          ? { ready: false, started: false, state: { waiting: { reason: 'ImagePullBackOff' } } }
          : { imageID: imageIdOf(image, contents.get(image)) }),
      }));
      if (broken) {
        await seed.merge(`${pod}/status`, { status: { phase: 'Pending', containerStatuses } });
        continue;
      }
      address += 1;
      const ip = `10.244.${1 + Math.floor(address / 256)}.${address % 256}`;
      await seed.merge(`${pod}/status`, {
        status: { ...running, containerStatuses, podIP: ip, podIPs: [{ ip }] },
      });
    }
  };
  for (const one of [namespace, ...others]) everySooften(() => simulated(`/api/v1/namespaces/${one}/pods`));
  return {
    ...{ api, seed, everySooften },
    retag(image, content = image) {
      contents.set(image, content);
    },
    async stop() {
      stopped.abort();
      await Promise.all(loops);
      seed.close();
      await api.stop();
    },
  };
}
