import { describe, expect, it } from 'vitest';
import { AppError, TargetError } from '../../../../../src/domain/kernel/errors.ts';
import { asInGuide } from '../../../../../src/domain/platform/platform.ts';
import type { KubeObject } from '../../../../../src/domain/probe/targets/kubernetes.ts';
import { runtimeOnKubernetes } from '../../../../../src/platform/targets/runtime/runtime.ts';
import { fakeKubernetes } from '../../../../support/fake-kubernetes.ts';

type Loose = Readonly<Record<string, unknown>>;
type Objects = Readonly<Record<string, Readonly<Record<string, string>> | null>>;
const meta = (name: string) => ({ name, namespace: 'aetherius', uid: name, resourceVersion: '1' });

/** What a Pod's container takes from these ConfigMaps and Secrets; `null`: it may not be read. */
async function referred(
  container: Loose,
  objects: Objects,
  against: Readonly<Record<string, string | undefined>>,
  listed = false,
  learn?: (secret: string) => void,
) {
  const asked: string[] = [];
  const objectOf = (kind: string, name: string): KubeObject | undefined => {
    const found = objects[`${kind}/${name}`];
    if (found === undefined) return undefined;
    if (found === null)
      throw new TargetError('forbidden', 'not allowed', { facts: { verb: 'get', resource: kind } });
    const encode = (value: string) => (kind === 'secrets' ? Buffer.from(value).toString('base64') : value);
    const data = Object.entries(found).map(([key, value]) => [key, encode(value)]);
    return { metadata: meta(name), data: Object.fromEntries(data) };
  };
  const pod: KubeObject = {
    metadata: { ...meta('one'), labels: { app: 'agent-manager' } },
    spec: { containers: [{ name: 'agent-manager', ...container }] },
  };
  const kubernetes = fakeKubernetes({
    hasListed: () => listed,
    list: async (kind) =>
      kind === 'pods'
        ? [pod]
        : Object.keys(objects).flatMap((key) => {
            const [of = '', name = ''] = key.split('/');
            return of === kind ? [objectOf(of, name)].filter((one) => one !== undefined) : [];
          }),
    async get(kind, _namespace, name) {
      asked.push(`${kind}/${name}`);
      const found = objectOf(kind, name);
      if (found === undefined) throw new AppError('NOT_FOUND', 'no such object');
      return found;
    },
  });
  const runtime = runtimeOnKubernetes(kubernetes, asInGuide, undefined, learn);
  const [instance] = await runtime.instances('agent-manager');
  if (instance === undefined) throw new Error('no instance');
  const found = await runtime.referred(instance, new Map(Object.entries(against)));
  return {
    found: Object.fromEntries(found),
    asked: [...asked],
    names: await runtime.referredNames(instance),
    instance,
  };
}

const mapKey = (name: string, map: string, key: string) => ({
  name,
  valueFrom: { configMapKeyRef: { name: map, key } },
});

describe('variables that a Pod takes from elsewhere', () => {
  it('come from the key of a ConfigMap, or a whole one under its prefix', async () => {
    const { found } = await referred(
      {
        env: [mapKey('A', 'first', 'a-key'), { name: 'B', value: 'own' }],
        envFrom: [{ prefix: 'X_', configMapRef: { name: 'second' } }],
      },
      { 'configmaps/first': { 'a-key': '1' }, 'configmaps/second': { C: '3', B: 'no' } },
      { A: undefined, B: undefined, X_C: undefined, C: undefined },
    );

    expect(found).toEqual({
      A: { from: { kind: 'ConfigMap', name: 'first', key: 'a-key' }, value: '1' },
      X_C: { from: { kind: 'ConfigMap', name: 'second', key: 'C' }, value: '3' },
    });
  });

  it('never tell the value of a Secret, but whether it is the one at hand', async () => {
    const { found } = await referred(
      { envFrom: [{ secretRef: { name: 'all' } }] },
      { 'secrets/all': { USER: 'neo4j', PASSWORD: 'hunter2' } },
      { USER: 'neo4j', PASSWORD: 'changed' },
    );

    expect(found).toMatchObject({ USER: { equal: true }, PASSWORD: { equal: false } });
    expect(JSON.stringify(found)).not.toContain('hunter2');
  });

  it('make what is secret in a Secret known, and of a ConfigMap nothing', async () => {
    const told: string[] = [];
    await referred(
      { envFrom: [{ secretRef: { name: 'all' } }, { configMapRef: { name: 'plain' } }] },
      {
        'secrets/all': { USER: 'neo4j', HOST: 'graph', PASSWORD: 'hunter2', PG_URL: 'postgres://a:b@db/x' },
        'configmaps/plain': { PASSWORD: 'in-plain-sight' },
      },
      { USER: 'neo4j', PASSWORD: 'changed' },
      false,
      (secret) => void told.push(secret),
    );

    expect(told).toEqual(['hunter2', 'postgres://a:b@db/x']);
  });

  it('cost one request an object, and none for ConfigMaps that the run has listed', async () => {
    const container = {
      env: [mapKey('A', 'first', 'a'), mapKey('B', 'first', 'b')],
      envFrom: [{ secretRef: { name: 'all' } }],
    };
    const objects = { 'configmaps/first': { a: '1', b: '2' }, 'secrets/all': { C: '3' } };
    const names = { A: undefined, B: undefined, C: undefined, D: undefined };

    expect((await referred(container, objects, names)).asked).toEqual(['configmaps/first', 'secrets/all']);
    expect((await referred(container, objects, names, true)).asked).toEqual(['secrets/all']);
    expect((await referred(container, objects, { A: undefined })).asked).toEqual(['configmaps/first']);
  });

  it('may come from what cannot be read or is gone; what is optional may be absent', async () => {
    const { found } = await referred(
      {
        env: [
          mapKey('A', 'gone', 'a'),
          { name: 'B', valueFrom: { configMapKeyRef: { name: 'gone', key: 'b', optional: true } } },
        ],
        envFrom: [{ secretRef: { name: 'closed' } }, { configMapRef: { name: 'none', optional: true } }],
      },
      { 'secrets/closed': null },
      { A: undefined, B: undefined, C: undefined },
    );

    expect(found).toMatchObject({
      A: { unread: { facts: { reason: 'reference-gone', kind: 'ConfigMap', name: 'gone' } } },
      C: { from: { name: 'closed' }, unread: { facts: { resource: 'secrets/closed' } } },
    });
    expect(found.B).toBeUndefined();
  });

  it('are not asked for again, name by name, where a whole object may not be read', async () => {
    const container = { envFrom: [{ secretRef: { name: 'closed' } }, { configMapRef: { name: 'map' } }] };
    const objects = { 'secrets/closed': null, 'configmaps/map': { E: '1' } };
    const names = Object.fromEntries(['A', 'B', 'C', 'D', 'E'].map((name) => [name, undefined]));
    const { found, asked } = await referred(container, objects, names);

    expect(asked).toEqual(['configmaps/map', 'secrets/closed']);
    expect(found).toMatchObject({ A: { whole: true }, D: { whole: true }, E: { value: '1' } });
  });

  it('are known to come from a Secret that an entry names, though it may not be read', async () => {
    const env = [{ name: 'A', valueFrom: { secretKeyRef: { name: 'closed', key: 'a' } } }];
    const { found } = await referred({ env }, { 'secrets/closed': null }, { A: undefined });

    expect(found.A).not.toHaveProperty('whole');
    expect(found.A).toMatchObject({ unread: { stage: 'forbidden' } });
  });
});

describe('names of the variables that a container takes from elsewhere', () => {
  it('are those of its entries and the keys of whole objects, with their prefix', async () => {
    const container = {
      env: [
        { name: 'PLAIN', value: 'x' },
        { name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
        mapKey('OWN_EVENT_WORKERS', 'numbers', 'workers'),
        { name: 'OWN_TOKEN', valueFrom: { secretKeyRef: { name: 'closed', key: 'token' } } },
      ],
      envFrom: [
        { prefix: 'OWN_', configMapRef: { name: 'whole' } },
        { secretRef: { name: 'open' } },
        { secretRef: { name: 'closed' } },
        { configMapRef: { name: 'absent', optional: true } },
      ],
    };
    const { names, instance } = await referred(
      container,
      {
        'configmaps/whole': { EVENT_BATCH_SIZE: '5' },
        'secrets/open': { OWN_REDIS_PASSWORD: 'x' },
        'secrets/closed': null,
      },
      {},
    );

    expect(names).toEqual(['OWN_EVENT_WORKERS', 'OWN_TOKEN', 'OWN_EVENT_BATCH_SIZE', 'OWN_REDIS_PASSWORD']);
    expect(instance.refers).toBe(true);
    // Its own fields are no reference, and nothing is asked for then.
    const plain = await referred({ env: container.env.slice(0, 2) }, {}, {});
    expect([plain.names, plain.instance.refers]).toEqual([[], undefined]);
  });
});
