import { describe, expect, it } from 'vitest';
import { AppError } from '../../../../src/domain/kernel/errors.ts';
import type { KubeObject, KubernetesTarget } from '../../../../src/domain/probe/targets/kubernetes.ts';
import { createReferenceCheck, referencesOf } from '../../../../src/probes/kubernetes/references.ts';
import { Pod, parseAll } from '../../../../src/probes/kubernetes/schemas.ts';
import { meta } from '../../../support/cluster-objects.ts';
import { fakeKubernetes } from '../../../support/fake-kubernetes.ts';

const podOf = (container: object, volumes: readonly object[] = [], phase = 'Pending') => {
  const [pod] = parseAll(Pod, [
    {
      ...meta('a', 'aetherius'),
      spec: { containers: [{ name: 'main', ...container }], volumes },
      status: { phase },
    },
  ]);
  if (pod === undefined) throw new Error('no Pod');
  return pod;
};
const secretEnv = (name: string, key: string) => ({ name: 'E', valueFrom: { secretKeyRef: { name, key } } });
const mapEnv = (name: string, key: string) => ({ name: 'E', valueFrom: { configMapKeyRef: { name, key } } });

describe('what a Pod names and must have', () => {
  it('stands in its environment and its volumes', () => {
    const container = {
      env: [secretEnv('s1', 'k'), mapEnv('m1', 'k'), { name: 'plain' }],
      envFrom: [{ configMapRef: { name: 'm2' } }, { secretRef: { name: 's2' } }],
    };
    const volumes = [
      { name: 'v1', configMap: { name: 'm3' } },
      { name: 'v2', secret: { secretName: 's3' } },
      { name: 'v3' },
    ];

    expect(referencesOf(podOf(container, volumes))).toEqual([
      { kind: 'Secret', name: 's1', key: 'k' },
      { kind: 'ConfigMap', name: 'm1', key: 'k' },
      { kind: 'ConfigMap', name: 'm2' },
      { kind: 'Secret', name: 's2' },
      { kind: 'ConfigMap', name: 'm3' },
      { kind: 'Secret', name: 's3' },
    ]);
  });

  it('is not what is optional', () => {
    const optional = { optional: true };
    const container = {
      env: [{ name: 'E', valueFrom: { secretKeyRef: { name: 's1', key: 'k', ...optional } } }],
      envFrom: [{ configMapRef: { name: 'm2', ...optional } }],
    };

    expect(
      referencesOf(podOf(container, [{ name: 'v', secret: { secretName: 's3', ...optional } }])),
    ).toEqual([]);
  });
});

describe('the first thing that is missing', () => {
  interface World {
    readonly maps?: Readonly<Record<string, object>>;
    readonly secrets?: Readonly<Record<string, object | Error>>;
    readonly others?: readonly ReturnType<typeof podOf>[];
  }
  const checking = ({ maps = {}, secrets = {}, others = [] }: World) => {
    const asked: string[] = [];
    const get: KubernetesTarget['get'] = (_kind, _namespace, name) => {
      asked.push(name);
      const answer = secrets[name] ?? new AppError('NOT_FOUND', 'no');
      return answer instanceof Error
        ? Promise.reject(answer)
        : Promise.resolve({ ...meta(name, 'n'), ...answer });
    };
    const objects = Object.entries(maps).map(([name, more]): KubeObject => ({ ...meta(name, 'n'), ...more }));
    const check = createReferenceCheck(
      others,
      objects,
      fakeKubernetes({ get }),
      new AbortController().signal,
    );
    return { asked, check };
  };

  it('is a ConfigMap, or a key of it', async () => {
    const { check } = checking({ maps: { settings: { data: { port: '1' }, binaryData: { cert: 'x' } } } });
    const missing = (name: string, key: string) => check(podOf({ env: [mapEnv(name, key)] }), '');

    expect(await missing('setting', 'port')).toEqual({
      kind: 'ConfigMap',
      name: 'setting',
      similar: 'settings',
    });
    expect(await missing('settings', 'prt')).toEqual({
      kind: 'ConfigMap',
      name: 'settings',
      key: 'prt',
      similar: 'port',
    });
    expect(await missing('settings', 'port')).toBeUndefined();
    expect(await missing('settings', 'cert')).toBeUndefined();
  });

  it('is a Secret, or a key of it, which is asked for once', async () => {
    const { asked, check } = checking({ secrets: { db: { data: { password: 'x' } } } });
    const missing = (name: string, key: string) => check(podOf({ env: [secretEnv(name, key)] }), '');

    expect(await missing('db', 'password')).toBeUndefined();
    expect(await missing('db', 'pasword')).toEqual({
      kind: 'Secret',
      name: 'db',
      key: 'pasword',
      similar: 'password',
    });
    expect(await missing('gone', 'k')).toEqual({ kind: 'Secret', name: 'gone' });
    expect(asked).toEqual(['db', 'gone']);
  });

  it('is compared with names of Secrets, not with those of ConfigMaps that Pods use', async () => {
    const others = [podOf({ env: [mapEnv('database-credentials', 'k')] }, [], 'Running')];
    const { check } = checking({ others });

    expect(await check(podOf({ env: [secretEnv('database-credential', 'k')] }), '')).toEqual({
      ...{ kind: 'Secret', name: 'database-credential' },
    });
  });

  it('is none where all that a Pod names is there', async () => {
    const { check } = checking({ maps: { m: { data: { k: '' } } }, secrets: { s: { data: { k: '' } } } });

    expect(await check(podOf({ env: [mapEnv('m', 'k'), secretEnv('s', 'k')] }), '')).toBeUndefined();
    // What is missing of a second one is found although the first is whole.
    expect(await check(podOf({ env: [mapEnv('m', 'k'), mapEnv('gone', 'k')] }), '')).toMatchObject({
      ...{ kind: 'ConfigMap', name: 'gone' },
    });
    expect(await check(podOf({ env: [secretEnv('s', 'k'), secretEnv('gone', 'k')] }), '')).toMatchObject({
      ...{ kind: 'Secret', name: 'gone' },
    });
  });

  it('is not known of a third Secret, nor of one that may not be read', async () => {
    const { asked, check } = checking({
      secrets: { a: { data: { k: '' } }, b: new AppError('NOT_ALLOWED', 'no') },
    });
    const missing = (name: string) => check(podOf({ env: [secretEnv(name, 'k')] }), '');

    expect(await missing('a')).toBeUndefined();
    expect(await missing('b')).toBeUndefined();
    expect(await missing('c')).toBeUndefined();
    expect(asked).toEqual(['a', 'b']);
  });

  it('is what the kubelet says, compared with the names that running Pods use', async () => {
    const others = [
      podOf({ env: [secretEnv('database-credentials', 'k')] }, [], 'Running'),
      podOf({ env: [secretEnv('database-credentialx', 'k')] }, [], 'Pending'),
    ];
    const { asked, check } = checking({ others });

    expect(
      await check(
        podOf({ env: [secretEnv('database-credential', 'k')] }),
        'secret "database-credential" not found',
      ),
    ).toEqual({ kind: 'Secret', name: 'database-credential', similar: 'database-credentials' });
    expect(asked).toEqual([]);
  });
});
