import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../../../src/domain/probe/targets/kubernetes.ts';
import type { FieldPath } from '../../../../../src/remediations/kubernetes/object/ownership.ts';
import { isKept, standingOf } from '../../../../../src/remediations/kubernetes/object/standing.ts';

const limits = ['spec', 'template', 'spec', 'containers', 'name=main', 'resources', 'limits'];
const memory: FieldPath = [...limits, 'memory'];
const cpu: FieldPath = [...limits, 'cpu'];
const label: FieldPath = ['spec', 'template', 'spec', 'nodeSelector', 'disk'];

/** A Deployment of Argo CD with these limits, as its writers and the file of its maker say. */
function object({
  now = { memory: '2Gi' },
  writers = {},
  file,
  metadata = {},
}: {
  readonly now?: object;
  readonly writers?: Readonly<Record<string, readonly string[]>>;
  readonly file?: object;
  readonly metadata?: object;
}) {
  const of = (values: object) => ({
    spec: { template: { spec: { containers: [{ name: 'main', resources: { limits: values } }] } } },
  });
  return {
    metadata: {
      ...{ name: 'web', namespace: 'shop', uid: 'u', resourceVersion: '1' },
      annotations: {
        'argocd.argoproj.io/tracking-id': 'store:apps/Deployment:shop/web',
        ...(file === undefined
          ? {}
          : { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(of(file)) }),
      },
      managedFields: Object.entries(writers).map(([manager, names]) => ({
        manager,
        time: '2026-11-29T00:00:00Z',
        fieldsV1: {
          'f:spec': {
            'f:template': {
              'f:spec': {
                'f:containers': {
                  'k:{"name":"main"}': {
                    'f:resources': {
                      'f:limits': Object.fromEntries(names.map((name) => [`f:${name}`, {}])),
                    },
                  },
                },
              },
            },
          },
        },
      })),
      ...metadata,
    },
    ...of(now),
  } as unknown as KubeObject;
}

describe('R-X17: whether whatever makes an object writes its fields as they are', () => {
  it.each<[string, Parameters<typeof object>[0], readonly FieldPath[], boolean]>([
    ['nobody but us', { writers: { 'aetherius-bot': ['memory'] } }, [memory], false],
    [
      'its maker beside us, as one that applies on the server’s side does',
      { writers: { 'aetherius-bot': ['memory'], 'argocd-controller': ['memory'] } },
      [memory],
      true,
    ],
    [
      'its maker another field alone',
      { now: { memory: '2Gi', cpu: '1' }, writers: { 'argocd-controller': ['cpu'] } },
      [memory],
      false,
    ],
    [
      'its maker one of the two',
      { now: { memory: '2Gi', cpu: '1' }, writers: { 'argocd-controller': ['cpu'] } },
      [memory, cpu],
      false,
    ],
    ['somebody at a command line', { writers: { 'kubectl-edit': ['memory'] } }, [memory], false],
    ['who is not its maker', { writers: { 'kustomize-controller': ['memory'] } }, [memory], false],
    ['its file the same', { file: { memory: '2Gi' } }, [memory], true],
    ['its file the same in other words', { file: { memory: '2048Mi' } }, [memory], true],
    ['its file what was there before', { file: { memory: '512Mi' } }, [memory], false],
    ['its file nothing of it', { file: {} }, [memory], false],
    ['what was taken away, and its file lacks it', { file: {} }, [label], true],
    ['what was taken away, and no file says so', {}, [label], false],
    [
      'what owns it',
      {
        writers: { 'pg-operator': ['memory'] },
        metadata: {
          annotations: {},
          ownerReferences: [{ kind: 'Cluster', name: 'pg', uid: 'x', controller: true }],
        },
      },
      [memory],
      true,
    ],
    [
      'ours alone of what is owned',
      {
        writers: { 'aetherius-bot': ['memory'], 'kubectl-edit': ['memory'] },
        metadata: {
          annotations: {},
          ownerReferences: [{ kind: 'Cluster', name: 'pg', uid: 'x', controller: true }],
        },
      },
      [memory],
      false,
    ],
    ['no field at all', { file: { memory: '2Gi' } }, [], false],
  ])('where %s', (_who, of, fields, kept) => {
    expect(isKept(object(of), fields)).toBe(kept);
    expect(standingOf(object(of), fields, true)).toEqual({ is: kept ? 'kept' : 'ours' });
  });

  it.each([
    ['after ours', '2026-11-29T00:00:01Z', true],
    ['in the same second', '2026-11-29T00:00:00Z', false],
    ['before ours', '2026-11-28T23:59:59Z', false],
  ])('where Helm that merges has written something else %s', (_when, time, kept) => {
    const of = object({ writers: { 'aetherius-bot': ['memory'] } });
    const [ours] = (of.metadata as unknown as { managedFields: object[] }).managedFields;
    const labels = { 'f:metadata': { 'f:labels': { 'f:helm.sh/chart': {} } } };
    const helm = (operation: string) => ({
      ...of,
      metadata: {
        ...of.metadata,
        annotations: { 'meta.helm.sh/release-name': 'shop' },
        managedFields: [ours, { manager: 'helm', operation, time, fieldsV1: labels }],
      },
    });

    expect(isKept(helm('Update'), [memory])).toBe(kept);
    // One that applies on the server's side leaves alone what it does not set, and is refused where it does.
    expect(isKept(helm('Apply'), [memory])).toBe(false);
  });

  it('names the hand that has set another value, and not ours', () => {
    const other = { writers: { 'argocd-controller': ['memory'] }, file: { memory: '2Gi' } };

    expect(standingOf(object(other), [memory], false)).toEqual({
      is: 'gone',
      by: { field: 'memory', by: 'argocd-controller', at: '2026-11-29T00:00:00Z' },
    });
    expect(standingOf(object({ writers: { 'aetherius-bot': ['memory'] } }), [memory], false)).toEqual({
      is: 'gone',
    });
  });
});
