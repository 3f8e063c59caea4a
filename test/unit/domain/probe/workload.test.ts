import { describe, expect, it } from 'vitest';
import { asInGuide } from '../../../../src/domain/platform/platform.ts';
import { ownerOf, partOfPod } from '../../../../src/domain/probe/workload.ts';

const pod = (owner: readonly [kind: string, name: string] | undefined, labels: object = {}) => ({
  metadata: {
    name: 'x-0',
    uid: 'u',
    resourceVersion: '1',
    labels: labels as Record<string, string>,
    ...(owner === undefined
      ? {}
      : { ownerReferences: [{ kind: owner[0], name: owner[1], uid: 'o', controller: true }] }),
  },
});

describe('the part that a Pod belongs to', () => {
  it.each([
    ['agent-manager', ['ReplicaSet', 'agent-manager-5d9f8c7b6'], {}],
    ['agent-manager', ['ReplicaSet', 'aetherius-agent-manager-5d9f8c7b6'], {}],
    ['agent-manager', ['ReplicaSet', 'agent-manager-canary-5d9f8c7b6'], {}],
    ['collect-agent', ['DaemonSet', 'aetherius-collect-agent'], { app: 'aetherius-collect-agent' }],
    ['postgres', ['StatefulSet', 'aetherius-postgresql'], { 'app.kubernetes.io/name': 'postgresql' }],
    ['redis', ['StatefulSet', 'cache'], { 'app.kubernetes.io/name': 'redis' }],
    ['neo4j', ['StatefulSet', 'graph'], { app: 'neo4j' }],
  ] as const)('is %s for %s with %o', (part, owner, labels) => {
    expect(partOfPod(pod(owner, labels), asInGuide)).toBe(part);
  });

  it.each([
    [['Job', 'agent-manager-migrate'], { app: 'agent-manager' }],
    [['Job', 'postgres-backup-29301'], {}],
    [['ReplicaSet', 'nats-box-5d9f8c7b6'], { 'app.kubernetes.io/name': 'nats' }],
    [['ReplicaSet', 'redis-exporter-5d9f8c7b6'], { 'app.kubernetes.io/name': 'redis' }],
    [['ReplicaSet', 'aetherius-postgres-exporter-5d9f8c7b6'], {}],
    [['ReplicaSet', 'shop-5d9f8c7b6'], { app: 'shop' }],
  ] as const)('is none for %s with %o', (owner, labels) => {
    expect(partOfPod(pod(owner, labels), asInGuide)).toBeUndefined();
  });

  it('is told by its own name when nothing controls it', () => {
    expect(partOfPod({ metadata: { ...pod(undefined).metadata, name: 'redis-0' } }, asInGuide)).toBe('redis');
  });
});

describe('what controls a Pod', () => {
  const owned = (kind: string, name: string, labels: object = {}) => ownerOf(pod([kind, name], labels));

  it('is itself where nothing does', () => {
    expect(ownerOf(pod(undefined))).toEqual({ kind: 'Pod', name: 'x-0' });
    const kept = pod(['StatefulSet', 's']).metadata;
    const ownerReferences = kept.ownerReferences?.map((one) => ({ ...one, controller: false })) ?? [];

    expect(ownerOf({ metadata: { ...kept, ownerReferences } })).toEqual({ kind: 'Pod', name: 'x-0' });
  });

  it('is the Deployment behind its ReplicaSet, whose name ends with the hash of the template', () => {
    expect(owned('StatefulSet', 'a-b')).toEqual({ kind: 'StatefulSet', name: 'a-b' });
    expect(owned('ReplicaSet', 'a-5d9f8c7b6')).toEqual({ kind: 'Deployment', name: 'a' });
    expect(owned('ReplicaSet', 'a-b-c-d', { 'pod-template-hash': 'c-d' })).toEqual({
      ...{ kind: 'Deployment', name: 'a-b' },
    });
    expect(owned('ReplicaSet', 'a-b-c', { 'pod-template-hash': 'x' })).toEqual({
      kind: 'Deployment',
      name: 'a-b',
    });
  });
});

describe('what stands beside a part', () => {
  it.each([
    ...['box', 'exporter', 'metrics', 'backup', 'backups', 'restore', 'ui', 'console', 'browser', 'admin'],
    ...[
      'proxy',
      'pooler',
      'pgbouncer',
      'init',
      'migrate',
      'migration',
      'migrations',
      'setup',
      'seed',
      'test',
    ],
    ...['tests', 'cli', 'tools', 'cron', 'job', 'jobs', 'operator', 'surveyor', 'insight', 'commander'],
  ])('is not the part, by its name or its labels: -%s', (word) => {
    for (const name of [`redis-${word}`, `redis-${word}-2`])
      expect(partOfPod(pod(['StatefulSet', name], { app: 'redis' }), asInGuide), name).toBeUndefined();
  });

  it.each(['redis-uisomething', 'redis-testing', 'box-redis-x'])('is not "%s"', (name) => {
    expect(partOfPod(pod(['StatefulSet', name], { app: 'redis' }), asInGuide)).toBe('redis');
  });

  it.each(['app', 'app.kubernetes.io/name', 'app.kubernetes.io/component'])(
    'is told by the label %s',
    (label) => {
      expect(partOfPod(pod(['StatefulSet', 'store'], { [label]: 'redis' }), asInGuide)).toBe('redis');
      expect(partOfPod(pod(['StatefulSet', 'store'], { [label]: 'shop' }), asInGuide)).toBeUndefined();
    },
  );
});
