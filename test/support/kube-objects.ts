/** A simulated API server with a few objects, and a garbage collector. */
import { AppError, TargetError } from '../../src/domain/kernel/errors.ts';
import type { KubeObject, KubernetesTarget } from '../../src/domain/probe/targets/kubernetes.ts';
import { fakeKubernetes } from './fake-kubernetes.ts';

export type Loose = Record<string, unknown>;
type Stored = Loose & { metadata: Loose };

export const inBase64 = (text: string): string => Buffer.from(text).toString('base64');
export const asText = (value: unknown): string => Buffer.from(String(value), 'base64').toString();

const isLoose = (value: unknown): value is Loose =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
function merged(object: unknown, patch: unknown): unknown {
  if (!isLoose(patch)) return patch;
  const made: Loose = { ...(isLoose(object) ? object : {}) };
  for (const [key, value] of Object.entries(patch))
    if (value === null) delete made[key];
    else made[key] = merged(made[key], value);
  return made;
}

/** All Pods of a workload are there, of its newest template. */
const statusOf: Readonly<Record<string, Loose>> = {
  daemonsets: {
    desiredNumberScheduled: 1,
    numberReady: 1,
    numberAvailable: 1,
    updatedNumberScheduled: 1,
  },
  deployments: { replicas: 1, readyReplicas: 1, availableReplicas: 1, updatedReplicas: 1 },
  statefulsets: { replicas: 1, readyReplicas: 1, availableReplicas: 1, updatedReplicas: 1 },
};

/** `start`: objects by `kind/namespace/name`. */
export function kubeObjects(start: { readonly [path: string]: Loose | undefined }, pods: readonly Loose[]) {
  const objects = new Map<string, Stored>();
  /** What was asked for, without values. */
  const log: string[] = [];
  let changes = 0;
  let version = 100;
  const put = (path: string, object: Loose) => {
    const [, namespace, name] = path.split('/');
    version += 1;
    const metadata = { name, namespace, uid: `uid-${version}`, ...(object.metadata as Loose | undefined) };
    objects.set(path, { ...object, metadata: { ...metadata, resourceVersion: `${version}` } });
  };
  for (const [path, object] of Object.entries(start)) if (object !== undefined) put(path, object);

  const shown = (path: string, object: Stored): KubeObject => {
    const counts = statusOf[path.split('/')[0] ?? ''];
    const status = { observedGeneration: object.metadata.generation, ...counts };
    return structuredClone(counts === undefined ? object : { ...object, status }) as unknown as KubeObject;
  };
  const stored = (path: string) => {
    const one = objects.get(path);
    if (one === undefined) throw new AppError('NOT_FOUND', 'no such object');
    return one;
  };
  const counted = (verb: string, path: string, dryRun = false) => {
    log.push(`${dryRun ? 'try ' : ''}${verb} ${path}`);
    // The Job is no part of the target.
    if (!dryRun && !path.startsWith('jobs/')) changes += 1;
  };
  const refusing = new Set<string>();
  const kubernetes: KubernetesTarget = fakeKubernetes({
    can: () => Promise.resolve(true),
    list: (kind, namespace) =>
      Promise.resolve(
        kind === 'pods'
          ? (pods as unknown as readonly KubeObject[])
          : [...objects]
              .filter(([path]) => path.startsWith(`${kind}/${namespace}/`))
              .map(([path, one]) => shown(path, one)),
      ),
    get: async (kind, namespace, name) => {
      const path = `${kind}/${namespace}/${name}`;
      return shown(path, stored(path));
    },
    async create(kind, namespace, body, { dryRun = false } = {}) {
      const object = structuredClone(body) as Stored;
      const path = `${kind}/${namespace}/${object.metadata.name}`;
      if (refusing.has(`create ${kind}`)) throw new TargetError('forbidden', 'denied');
      if (objects.has(path)) throw new AppError('CONFLICT', 'there', { facts: { reason: 'stale' } });
      counted('create', path, dryRun);
      if (!dryRun) put(path, object);
      return dryRun ? (object as unknown as KubeObject) : shown(path, stored(path));
    },
    async patch(kind, namespace, name, body, { dryRun = false } = {}) {
      const path = `${kind}/${namespace}/${name}`;
      const before = stored(path);
      const { resourceVersion } = (body as { metadata?: Loose }).metadata ?? {};
      if (refusing.has(`patch ${kind}`)) throw new TargetError('forbidden', 'denied');
      if (!dryRun && resourceVersion !== before.metadata.resourceVersion)
        throw new AppError('CONFLICT', 'changed', { facts: { reason: 'stale' } });
      const next = merged(before, body) as Stored;
      counted('patch', path, dryRun);
      if (dryRun) return shown(path, next);
      if (JSON.stringify(next.spec) !== JSON.stringify(before.spec))
        next.metadata.generation = Number(before.metadata.generation) + 1;
      put(path, next);
      return shown(path, stored(path));
    },
    async remove(kind, namespace, name, { uid }) {
      const path = `${kind}/${namespace}/${name}`;
      if (stored(path).metadata.uid !== uid) throw new AppError('CONFLICT', 'another one');
      counted('delete', path);
      objects.delete(path);
      // The garbage collector of the cluster.
      for (const [other, { metadata }] of objects)
        if ((metadata.ownerReferences as readonly { uid: string }[] | undefined)?.[0]?.uid === uid) {
          objects.delete(other);
          changes += 1;
        }
    },
  });
  return {
    ...{ kubernetes, log, objects, refusing },
    /** Somebody changes something else that counts. */
    count: () => {
      changes += 1;
    },
    changes: () => changes,
    /** By another hand; undefined: deleted. */
    set(path: string, patch: Loose | undefined) {
      if (patch === undefined) objects.delete(path);
      else put(path, merged(objects.get(path), patch) as Loose);
    },
    /** The text of a key of a Secret. */
    text(path: string, key: string): string | undefined {
      const value = ((objects.get(path)?.data ?? {}) as Loose)[key];
      return value === undefined ? undefined : asText(value);
    },
  };
}
