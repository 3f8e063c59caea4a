import { describe, expect, it } from 'vitest';
import { asInGuide } from '../../../../src/domain/platform/platform.ts';
import { partOfPod } from '../../../../src/domain/probe/workload.ts';

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
