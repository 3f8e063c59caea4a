import { describe, expect, it } from 'vitest';
import { TargetError } from '../../../../src/domain/kernel/errors.ts';
import type { KubeKind, KubernetesTarget } from '../../../../src/domain/probe/targets/kubernetes.ts';
import { kubernetesRefusedPods } from '../../../../src/probes/kubernetes/refused-pods.probe.ts';
import { probeContext } from '../../../support/probe-context.ts';

const full =
  'pods "x" is forbidden: exceeded quota: team-a, requested: pods=1, used: pods=9, limited: pods=9';

const workload = (name: string, spec: object, status: object) => ({
  metadata: { name, namespace: 'aetherius', uid: name, resourceVersion: '1' },
  spec,
  status,
});
const failure = (message: string, more: object = {}) => ({
  ...{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message },
  lastTransitionTime: '2026-03-01T10:00:00Z',
  ...more,
});
const event = (uid: string, message: string, lastTimestamp: string) => ({
  metadata: { name: `${uid}.1`, uid: `${uid}.1`, resourceVersion: '1' },
  ...{ reason: 'FailedCreate', message, lastTimestamp, involvedObject: { uid } },
});
const podOf = (uid: string, creationTimestamp: string) => ({
  metadata: {
    ...{ name: `${uid}-0`, uid: `${uid}-0`, resourceVersion: '1', creationTimestamp },
    ownerReferences: [{ kind: 'StatefulSet', name: uid, uid, controller: true }],
  },
  spec: { containers: [] },
});

async function look(lists: Readonly<Partial<Record<KubeKind, readonly object[] | Error>>>) {
  const asked: string[] = [];
  const kubernetes = {
    namespace: 'aetherius',
    list(kind: KubeKind, _namespace: string, { fieldSelector = '' }: { fieldSelector?: string } = {}) {
      asked.push(fieldSelector === '' ? kind : `${kind} ${fieldSelector}`);
      const answer = lists[kind] ?? [];
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
  } as unknown as KubernetesTarget;
  const result = await kubernetesRefusedPods.run({}, probeContext({ kubernetes }));
  return { asked, result };
}

describe('kubernetes.refused-pods', () => {
  const toldRs = event('rs', 'Error creating: no', '2026-03-01T10:03:00Z');

  it('tells what keeps a Deployment from its Pods, and that the ones from before still serve', async () => {
    const { asked, result } = await look({
      events: [toldRs],
      deployments: [
        workload('agent-manager', { replicas: 2 }, { conditions: [failure(full)] }),
        workload('shop', { replicas: 2 }, { replicas: 1, readyReplicas: 1, conditions: [failure('no')] }),
      ],
    });

    expect(result).toMatchObject({
      status: 'unhealthy',
      findings: [
        {
          ...{ code: 'POD_REFUSED', severity: 'critical', part: 'agent-manager' },
          ...{ subject: 'deployment/agent-manager', since: '2026-03-01T10:00:00Z' },
          facts: { desired: 2, made: 0, ready: 0, quota: 'team-a', message: full },
        },
        { severity: 'warning', part: 'runtime', facts: { made: 1, ready: 1, unknown: '–' } },
      ],
    });
    expect(asked).toEqual(['events type=Warning', 'pods', 'deployments', 'statefulsets']);
  });

  it('asks for no workload where no controller was refused', async () => {
    const { asked, result } = await look({
      events: [{ ...toldRs, reason: 'Unhealthy' }],
      deployments: [workload('agent-manager', { replicas: 2 }, { conditions: [failure(full)] })],
    });

    expect(result).toEqual({ status: 'healthy', facts: { refused: 0 } });
    expect(asked).toEqual(['events type=Warning', 'pods']);
  });

  it.each([
    ['a rollout that goes on', { replicas: 1, conditions: [failure(full, { status: 'False' })] }],
    [
      'a Pod that could not be deleted',
      { replicas: 3, conditions: [failure(full, { reason: 'FailedDelete' })] },
    ],
    ['one without conditions', { replicas: 0 }],
  ])('says nothing of %s', async (_title, status) => {
    const deployments = [workload('agent-manager', { replicas: 2 }, status)];

    expect(await look({ events: [toldRs], deployments })).toMatchObject({
      result: { status: 'healthy', facts: { refused: 1 } },
    });
  });

  it('says nothing of one that is scaled to zero', async () => {
    const stopped = workload('agent-manager', { replicas: 0 }, { conditions: [failure(full)] });
    const { result } = await look({ events: [toldRs], deployments: [stopped] });

    expect(result).toMatchObject({ status: 'healthy', facts: { refused: 1 } });
  });

  const set = (replicas: number) => workload('redis', { replicas: 1 }, { replicas });
  const told = event(
    'redis',
    `create Pod redis-0 in StatefulSet redis failed error: ${full}`,
    '2026-03-01T10:03:00Z',
  );

  it('tells it of a StatefulSet by its newest event', async () => {
    const before = event('redis', 'create Pod redis-0 failed: no', '2026-03-01T10:01:00Z');
    const other = event('another', 'create Pod another-0 failed: no', '2026-03-01T10:04:00Z');
    const pods = [podOf('redis', '2026-03-01T10:02:00Z')];
    const { result } = await look({ statefulsets: [set(0)], events: [told, before, other], pods });

    expect(result).toMatchObject({
      findings: [{ subject: 'statefulset/redis', part: 'redis', facts: { quota: 'team-a' } }],
    });
  });

  it.each([
    ['has its Pods', set(1), [told], []],
    ['got one after the refusal', set(0), [told], [podOf('redis', '2026-03-01T10:03:30Z')]],
    ['was refused long ago', set(0), [event('redis', full, '2026-03-01T09:00:00Z')], []],
  ])('says nothing of a StatefulSet that %s', async (_title, one, events, pods) => {
    expect((await look({ statefulsets: [one], events, pods })).result.status).toBe('healthy');
  });

  it('does not say that all is well where it could not look', async () => {
    const events = new TargetError('forbidden', 'no');

    await expect(look({ statefulsets: [set(0)], events })).rejects.toBe(events);
  });
});
