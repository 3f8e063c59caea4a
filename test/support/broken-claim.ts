/** A simulated cluster whose reasoning-service has a broken model in a claim; Jobs on it do at once what the real program does. */
import { asInGuide } from '../../src/domain/platform/platform.ts';
import type { KubeObject, KubernetesTarget } from '../../src/domain/probe/targets/kubernetes.ts';
import type { ModelOffer } from '../../src/domain/probe/targets/model.ts';
import type { Targets } from '../../src/domain/probe/targets/targets.ts';
import { kubeObjects, type Loose } from './kube-objects.ts';

const namespace = 'aetherius';
const part = 'reasoning-service';
export const modelFile = 'isolation-forest.joblib';
export const claimSource = {
  url: 'https://files.example/models/isolation-forest.joblib',
  sha256: 'ab'.repeat(32),
} as const;
const size = 5_000;

interface JobBody {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly containers: readonly { readonly env: readonly { name: string; value: string }[] }[];
      };
    };
  };
}

export const servicePod = (more: { spec?: Loose; container?: Loose; uid?: string } = {}): Loose => ({
  metadata: {
    ...{ name: `${part}-1`, namespace, uid: more.uid ?? 'pod-1', labels: { app: part } },
    ownerReferences: [{ kind: 'ReplicaSet', name: `${part}-rs`, uid: 'rs-1', controller: true }],
  },
  spec: {
    nodeName: 'node-1',
    containers: [
      {
        ...{ name: part, image: `${part}:1`, imagePullPolicy: 'IfNotPresent' },
        volumeMounts: [{ name: 'models', mountPath: '/app/models' }],
        ...more.container,
      },
    ],
    volumes: [{ name: 'models', persistentVolumeClaim: { claimName: 'models' } }],
    ...more.spec,
  },
  status: { phase: 'Running', podIP: '10.244.0.7', conditions: [{ type: 'Ready', status: 'True' }] },
});

/** `was`: state of the file; undefined: there is none. */
export function brokenClaim({ was = '9-100' as string | undefined, pods = [servicePod()] } = {}) {
  const place = `deployments/${namespace}/${part}`;
  const cluster = kubeObjects(
    {
      [place]: {
        metadata: { name: part, namespace, uid: 'uid-1', generation: 1, labels: { app: part } },
        spec: {
          replicas: 1,
          selector: { matchLabels: { app: part } },
          template: {
            metadata: { labels: { app: part } },
            spec: { containers: [{ name: part, image: `${part}:1` }] },
          },
        },
      },
      [`replicasets/${namespace}/${part}-rs`]: {
        metadata: { uid: 'rs-1', ownerReferences: [{ uid: 'uid-1' }] },
      },
      [`persistentvolumeclaims/${namespace}/models`]: {
        metadata: { uid: 'claim-1' },
        spec: { accessModes: ['ReadWriteOnce'] },
      },
    },
    pods,
  );
  /** What the address gives: `ending` is that of the program. */
  const offer: { bytes: number; error?: Error; ending: string } = { bytes: size, ending: 'done' };
  /** How the service's own container can be looked into. */
  const inside: { code: number; error?: Error; ready: boolean } = { code: 0, ready: true };
  const config = { text: `model:\n  path: /app/models/${modelFile}\n` };
  let state = was;
  let written = 100;
  const kept = new Map<string, string>();
  /** What the Pod of each Job has said. */
  const said = new Map<string, object>();
  const isNamed = () => state?.startsWith(`${size}-`) === true;
  const put = (next: string | undefined) => {
    state = next;
  };
  /** As the program does it, all at once. */
  const run = ({ metadata: { name }, spec }: JobBody) => {
    const env = Object.fromEntries(
      (spec.template.spec.containers[0]?.env ?? []).map((one) => [one.name, one.value]),
    );
    const fix = env.AETHERIUS_FIX ?? '';
    const before = env.AETHERIUS_WAS;
    const end = (ending: string, more: object = {}) => said.set(name, { ending, ...more });
    if (env.AETHERIUS_DO === 'back') {
      const old = kept.get(fix);
      if (old === undefined) return end(state === before ? 'done' : 'no-former');
      if (!isNamed()) return end('changed');
      cluster.count();
      kept.delete(fix);
      put(old);
      return end('done', { state: old });
    }
    if (isNamed()) return end('done', { state });
    if (before !== 'unseen' && before !== (state ?? 'none')) return end('changed');
    if (offer.ending !== 'done') return end(offer.ending);
    cluster.count();
    if (state !== undefined) kept.set(fix, state);
    written += 1;
    put(`${size}-${written}`);
    return end('done', { state, kept: kept.has(fix) });
  };
  const kubernetes: KubernetesTarget = {
    ...cluster.kubernetes,
    namespace,
    async create(kind, where, body, options) {
      const made = await cluster.kubernetes.create(kind, where, body, options);
      if (kind === 'jobs' && options?.dryRun !== true) run(body as unknown as JobBody);
      return made;
    },
    jobPods: (_namespace, job) => {
      const words = said.get(job);
      const terminated = { exitCode: 0, reason: 'Completed', message: JSON.stringify(words) };
      return Promise.resolve(
        words === undefined
          ? []
          : [
              {
                metadata: { name: `${job}-x`, uid: `pod-${job}` },
                status: { phase: 'Succeeded', containerStatuses: [{ state: { terminated } }] },
              } as unknown as KubeObject,
            ],
      );
    },
  };
  const instances = () =>
    Promise.resolve(
      pods.map((pod) => {
        const { name, uid } = pod.metadata as { name: string; uid: string };
        return {
          ...{ part, id: uid, name, namespace, container: part, image: `${part}:1`, phase: 'running' },
          ...{ ready: inside.ready, readinessChecked: true, restarts: 0, command: [], env: {} },
        };
      }),
    );
  const exec = (_instance: unknown, command: readonly string[]) => {
    if (inside.error !== undefined) return Promise.reject(inside.error);
    const [path, sha256] = command.slice(-3);
    const seen =
      path !== `/app/models/${modelFile}` || state === undefined
        ? { state: 'none' }
        : {
            ...{ state, bytes: Number(state.split('-')[0]) },
            ...(sha256 === '' ? {} : { named: sha256 === claimSource.sha256 && isNamed() }),
          };
    return Promise.resolve({ code: inside.code, stdout: JSON.stringify(seen), stderr: '' });
  };
  const modelOffer: ModelOffer = {
    source: { ...claimSource },
    offered: () => (offer.error === undefined ? Promise.resolve(offer.bytes) : Promise.reject(offer.error)),
  };
  const runtime = {
    ...{ kind: 'kubernetes', instances, exec },
    file: () => Promise.resolve({ text: config.text, from: 'configmap' }),
    referred: () => Promise.resolve(new Map()),
  };
  const targets = {
    environment: 'prod',
    platform: asInGuide,
    kubernetes,
    runtime,
    modelOffer,
    services: { find: () => undefined },
  };
  return {
    ...{ cluster, offer, inside, config, kept, said, put },
    state: () => state,
    targets: targets as unknown as Targets,
    source: modelOffer.source as { url: string; sha256: string },
    params: {},
    changes: cluster.changes,
    log: cluster.log,
    replace: () => {
      cluster.set(place, { metadata: { uid: 'another' } });
      put('7-7');
    },
    meddle: () => put('7-8'),
  };
}
