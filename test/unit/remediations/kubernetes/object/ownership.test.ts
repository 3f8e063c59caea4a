import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../../../src/domain/probe/targets/kubernetes.ts';
import { isPutBack, ownershipNotes } from '../../../../../src/remediations/kubernetes/object/ownership.ts';

const replicas = ['spec', 'replicas'];
const memory = ['spec', 'template', 'spec', 'containers', 'name=main', 'resources', 'limits', 'memory'];
const owns = (manager: string, fields: object, more: object = {}) => ({
  manager,
  time: '2026-11-28T00:00:00Z',
  fieldsV1: fields,
  ...more,
});
const ofReplicas = { 'f:spec': { 'f:replicas': {} } };
const ofMemory = {
  'f:spec': {
    'f:template': {
      'f:spec': {
        'f:containers': { 'k:{"name":"main"}': { 'f:resources': { 'f:limits': { 'f:memory': {} } } } },
      },
    },
  },
};
const object = (metadata: object) =>
  ({
    metadata: { name: 'web', namespace: 'shop', uid: 'u', resourceVersion: '1', ...metadata },
  }) as KubeObject;
const argo = (place: string) => ({ 'argocd.argoproj.io/tracking-id': `store:apps/Deployment:${place}` });
const backBy = (metadata: object, field = replicas) =>
  ownershipNotes(object(metadata), [field])
    .filter(({ key }) => key.startsWith('puts-back.'))
    .map(({ key, facts }) => `${key.slice('puts-back.'.length)} ${String(facts.name)}`);

describe('who puts a field back', () => {
  it.each([
    [
      'Argo CD, by its tracking id',
      { annotations: argo('shop/web'), managedFields: [owns('argocd-controller', ofReplicas)] },
      ['argocd store'],
    ],
    ['Argo CD, by its own label', { labels: { 'argocd.argoproj.io/instance': 'store' } }, ['argocd store']],
    [
      'Argo CD, by the usual label where it writes the object',
      {
        labels: { 'app.kubernetes.io/instance': 'store' },
        managedFields: [owns('argocd-controller', ofReplicas)],
      },
      ['argocd store'],
    ],
    ['a Kustomization of Flux', { labels: { 'kustomize.toolkit.fluxcd.io/name': 'apps' } }, ['flux apps']],
    [
      'a HelmRelease of Flux, and not Helm beside it',
      {
        labels: { 'helm.toolkit.fluxcd.io/name': 'web' },
        annotations: { 'meta.helm.sh/release-name': 'web' },
      },
      ['flux-helm web'],
    ],
    [
      'Helm',
      { annotations: { 'meta.helm.sh/release-name': 'web' }, managedFields: [owns('helm', ofReplicas)] },
      ['helm web'],
    ],
    [
      'Helm that applies on the server’s side',
      {
        annotations: { 'meta.helm.sh/release-name': 'web' },
        managedFields: [owns('helm', ofReplicas, { operation: 'Apply' })],
      },
      ['helm-applies web'],
    ],
    [
      'what owns it',
      { ownerReferences: [{ kind: 'Cluster', name: 'pg', uid: 'x', controller: true }] },
      ['owner pg'],
    ],
    [
      'another tool',
      { labels: { 'app.kubernetes.io/managed-by': 'werf' } },
      ['werf'].map((name) => `tool ${name}`),
    ],
  ])('%s', (_who, metadata, expected) => {
    expect(backBy(metadata)).toEqual(expected);
  });

  it.each([
    ['nobody is known', {}],
    [
      'Argo CD does not write that field',
      { annotations: argo('shop/web'), managedFields: [owns('argocd-controller', ofMemory)] },
    ],
    ['the tracking id is a copy of another object’s', { annotations: argo('shop/other') }],
    ['the usual label stands there alone', { labels: { 'app.kubernetes.io/instance': 'store' } }],
    ['it is made by hand', { labels: { 'app.kubernetes.io/managed-by': 'kubectl' } }],
    ['it is owned and not controlled', { ownerReferences: [{ kind: 'A', name: 'a', uid: 'x' }] }],
  ])('nobody, where %s', (_where, metadata) => {
    expect(backBy(metadata)).toEqual([]);
    expect(isPutBack(ownershipNotes(object(metadata), [replicas]))).toBe('no');
  });

  it('finds a field of a container by its name', () => {
    expect(
      backBy({ annotations: argo('shop/web'), managedFields: [owns('argocd-controller', ofMemory)] }, memory),
    ).toEqual(['argocd store']);
  });

  it('takes what was applied last for what is applied again, whoever wrote it since', () => {
    const annotations = {
      ...argo('shop/web'),
      'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({ spec: { replicas: 2 } }),
    };
    const managedFields = [
      owns('kubectl', ofReplicas, { subresource: 'scale' }),
      owns('argocd-controller', ofMemory),
    ];

    expect(backBy({ annotations, managedFields })).toEqual(['argocd store']);
  });
});

describe('a field that another hand has set since', () => {
  const set = { time: '2026-11-28T01:00:00Z' };
  const release = { 'meta.helm.sh/release-name': 'web' };

  it.each([
    ['Helm', { annotations: release }, 'helm', 'web'],
    ['Argo CD', { annotations: argo('shop/web') }, 'argocd-controller', 'store'],
    ['Flux', { labels: { 'kustomize.toolkit.fluxcd.io/name': 'apps' } }, 'kustomize-controller', 'apps'],
    ['werf', { labels: { 'app.kubernetes.io/managed-by': 'werf' } }, 'werf', 'werf'],
  ])('may be put back by %s, which is not seen any more', (tool, metadata, manager, name) => {
    const managedFields = [owns(manager, ofMemory), owns('kubectl', ofReplicas, set)];
    const notes = ownershipNotes(object({ ...metadata, managedFields }), [replicas]);

    expect(notes).toEqual([
      { key: 'may-put-back', facts: { tool, name, field: 'replicas' } },
      { key: 'changed-by', facts: { field: 'replicas', by: 'kubectl', at: set.time } },
    ]);
    expect(isPutBack(notes)).toBe('maybe');
  });

  it('is not put back where what was applied last does not have it', () => {
    const annotations = {
      ...argo('shop/web'),
      'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({ spec: {} }),
    };
    const managedFields = [owns('argocd-controller', ofMemory), owns('kubectl', ofReplicas, set)];

    expect(isPutBack(ownershipNotes(object({ annotations, managedFields }), [replicas]))).toBe('no');
  });
});

it('says who set the scale of an object, of which no time is kept', () => {
  const managedFields = [owns('kubectl', ofReplicas, { subresource: 'scale', time: undefined })];

  expect(ownershipNotes(object({ managedFields }), [replicas])).toEqual([
    { key: 'set-by', facts: { field: 'replicas', by: 'kubectl' } },
  ]);
});

it('says who set the field last, and not who wrote the status', () => {
  const managedFields = [
    owns('helm', ofReplicas),
    owns('kubectl', ofReplicas, { subresource: 'scale', time: '2026-11-28T01:00:00Z' }),
    owns('kube-controller-manager', ofReplicas, { subresource: 'status', time: '2026-11-28T02:00:00Z' }),
    owns('someone', ofMemory, { time: '2026-11-28T03:00:00Z' }),
  ];

  expect(ownershipNotes(object({ managedFields }), [replicas])).toEqual([
    { key: 'changed-by', facts: { field: 'replicas', by: 'kubectl', at: '2026-11-28T01:00:00Z' } },
  ]);
});
