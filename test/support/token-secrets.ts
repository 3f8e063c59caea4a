/** A simulated API server with the Secrets of both sides, the agents' DaemonSet, and what a fix makes beside them. */
import { AppError, TargetError } from '../../src/domain/kernel/errors.ts';
import { asInGuide } from '../../src/domain/platform/platform.ts';
import type { KubeObject, KubernetesTarget } from '../../src/domain/probe/targets/kubernetes.ts';
import type { ObjectKey, RuntimeTarget } from '../../src/domain/probe/targets/runtime.ts';
import type { Targets } from '../../src/domain/probe/targets/targets.ts';
import { fakeKubernetes } from './fake-kubernetes.ts';
import { fakeRuntime } from './fake-runtime.ts';

export const inBase64 = (text: string): string => Buffer.from(text).toString('base64');
export const tokens = { manager: 'lab-agent-token-2', agents: 'lab-agent-token-1' } as const;
export const manager = 'secrets/aetherius/agent-auth-token';
export const agents = 'secrets/kube-system/agent-auth-token';
export const kept = 'secrets/kube-system/aetherius-kept-registration-token';

type Loose = Record<string, unknown>;
type Stored = Loose & { metadata: Loose };

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

export const secretOf = (token: string | undefined, more: Loose = {}): Loose => ({
  ...{ type: 'Opaque', data: token === undefined ? {} : { token: inBase64(token) } },
  ...more,
});

const daemon = {
  metadata: { name: 'collect-agent', generation: 3, labels: { app: 'collect-agent' } },
  spec: {
    updateStrategy: { type: 'RollingUpdate' },
    template: {
      metadata: { labels: { app: 'collect-agent' } },
      spec: { containers: [{ name: 'collect-agent', image: 'collect-agent:1' }] },
    },
  },
  status: {},
};
const podOf = (name: string, more: Loose = {}): Loose => ({
  metadata: { name, uid: `pod-${name}`, ownerReferences: [{ uid: 'uid-agents', name: 'collect-agent' }] },
  spec: { containers: [{ name: 'collect-agent' }] },
  status: { phase: 'Running', podIP: '10.244.0.7' },
  ...more,
});

/** Where each side has its token from, as its Pods say. */
export interface Sources {
  readonly manager?: ObjectKey | string;
  readonly agents?: ObjectKey | string;
}
const usual: ObjectKey = { kind: 'Secret', name: 'agent-auth-token', key: 'token' };

export function tokenSecrets(
  start: { readonly [path: string]: Loose | undefined } = {},
  sources: Sources = {},
  pods: readonly Loose[] = [],
) {
  const objects = new Map<string, Stored>();
  /** What was asked for, without values. */
  const log: string[] = [];
  let changes = 0;
  let version = 100;
  const put = (path: string, object: Loose) => {
    const [, namespace, name] = path.split('/');
    version += 1;
    const metadata = { name, namespace, uid: `uid-${version}`, ...(object['metadata'] as Loose | undefined) };
    objects.set(path, { ...object, metadata: { ...metadata, resourceVersion: `${version}` } });
  };
  put('daemonsets/kube-system/collect-agent', {
    ...daemon,
    metadata: { ...daemon.metadata, uid: 'uid-agents' },
  });
  for (const [path, object] of Object.entries({
    [manager]: secretOf(tokens.manager),
    [agents]: secretOf(tokens.agents),
    ...start,
  }))
    if (object !== undefined) put(path, object);

  const shown = (stored: Stored): KubeObject => {
    const counts = {
      desiredNumberScheduled: 1,
      numberReady: 1,
      numberAvailable: 1,
      updatedNumberScheduled: 1,
    };
    const status = { observedGeneration: stored.metadata['generation'], ...counts };
    return structuredClone(
      stored['status'] === daemon.status ? { ...stored, status } : stored,
    ) as unknown as KubeObject;
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
          ? ([podOf('collect-agent-1'), ...pods] as unknown as readonly KubeObject[])
          : [...objects]
              .filter(([path]) => path.startsWith(`${kind}/${namespace}/`))
              .map(([, one]) => shown(one)),
      ),
    get: async (kind, namespace, name) => shown(stored(`${kind}/${namespace}/${name}`)),
    async create(kind, namespace, body, { dryRun = false } = {}) {
      const object = structuredClone(body) as Stored;
      const path = `${kind}/${namespace}/${object.metadata['name']}`;
      if (refusing.has(`create ${kind}`)) throw new TargetError('forbidden', 'denied');
      if (objects.has(path)) throw new AppError('CONFLICT', 'there', { facts: { reason: 'stale' } });
      counted('create', path, dryRun);
      if (!dryRun) put(path, object);
      return dryRun ? (object as unknown as KubeObject) : shown(stored(path));
    },
    async patch(kind, namespace, name, body, { dryRun = false } = {}) {
      const path = `${kind}/${namespace}/${name}`;
      const before = stored(path);
      const { resourceVersion } = (body as { metadata?: Loose }).metadata ?? {};
      if (refusing.has(`patch ${kind}`)) throw new TargetError('forbidden', 'denied');
      if (!dryRun && resourceVersion !== before.metadata['resourceVersion'])
        throw new AppError('CONFLICT', 'changed', { facts: { reason: 'stale' } });
      const next = merged(before, body) as Stored;
      counted('patch', path, dryRun);
      if (dryRun) return shown(next);
      if (JSON.stringify(next['spec']) !== JSON.stringify(before['spec']))
        next.metadata['generation'] = Number(before.metadata['generation']) + 1;
      put(path, next);
      return shown(stored(path));
    },
    async remove(kind, namespace, name, { uid }) {
      const path = `${kind}/${namespace}/${name}`;
      if (stored(path).metadata['uid'] !== uid) throw new AppError('CONFLICT', 'another one');
      counted('delete', path);
      objects.delete(path);
      // The garbage collector of the cluster.
      for (const [other, { metadata }] of objects)
        if ((metadata['ownerReferences'] as readonly { uid: string }[] | undefined)?.[0]?.uid === uid) {
          objects.delete(other);
          changes += 1;
        }
    },
  });
  const said = (from: ObjectKey | string, side: string) => {
    const source = typeof from === 'string' ? from : `${from.kind} ${from.name}/${from.key}`;
    return { digest: side, source, ...(typeof from === 'string' ? {} : { from }) };
  };
  const runtime: RuntimeTarget = {
    ...fakeRuntime({}),
    token: (part) =>
      Promise.resolve(
        part === 'agent-manager' ? said(sources.manager ?? usual, 'm') : said(sources.agents ?? usual, 'a'),
      ),
  };
  return {
    targets: { environment: 'prod', platform: asInGuide, kubernetes, runtime } as Targets,
    ...{ log, objects, refusing },
    changes: () => changes,
    /** By another hand; undefined: deleted. */
    set(path: string, patch: Loose | undefined) {
      if (patch === undefined) objects.delete(path);
      else put(path, merged(objects.get(path), patch) as Loose);
    },
    token(path: string): string | undefined {
      const { token } = (objects.get(path)?.['data'] ?? {}) as { token?: string };
      return token === undefined ? undefined : Buffer.from(token, 'base64').toString();
    },
  };
}
