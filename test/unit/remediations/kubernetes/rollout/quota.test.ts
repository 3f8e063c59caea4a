import { describe, expect, it } from 'vitest';
import { TargetError } from '../../../../../src/domain/kernel/errors.ts';
import type { KubernetesTarget } from '../../../../../src/domain/probe/targets/kubernetes.ts';
import type { With } from '../../../../../src/domain/probe/targets/targets.ts';
import {
  isBesideOld,
  moreThan,
  mustFitQuota,
  neededByPod,
  times,
} from '../../../../../src/remediations/kubernetes/rollout/quota.ts';
import { setResources } from '../../../../../src/remediations/kubernetes/rollout/set-resources.remediation.ts';
import { startWorkload } from '../../../../../src/remediations/kubernetes/rollout/start-workload.remediation.ts';
import { fixtures } from '../../../../support/remediation-fixtures.ts';

const quota = (hard: object, used: object, spec: object = {}) => ({
  metadata: { name: 'team', namespace: 'aetherius', uid: 'q' },
  spec,
  status: { hard, used },
});
/** The fixture's cluster, with these quotas in its namespace. */
function planned(
  id: 'kubernetes.set-resources' | 'kubernetes.start-workload',
  quotas: readonly object[] | 'forbidden',
) {
  const { targets, params } = fixtures[id]();
  const { kubernetes } = targets as With<'kubernetes'>;
  const list = (kind: string, ...rest: readonly unknown[]) =>
    kind === 'resourcequotas'
      ? quotas === 'forbidden'
        ? Promise.reject(new TargetError('forbidden', 'not allowed'))
        : Promise.resolve(quotas)
      : (kubernetes.list as (...all: readonly unknown[]) => unknown)(kind, ...rest);
  // What the target is made of stays behind it.
  const asked = new Proxy(kubernetes, {
    get: (target, name) => (name === 'list' ? list : Reflect.get(target, name)),
  });
  const deps = { ...targets, kubernetes: asked } as With<'kubernetes'>;
  const context = { deps, signal: new AbortController().signal, now: () => new Date(0) };
  return id === 'kubernetes.set-resources'
    ? setResources.plan(setResources.params.parse(params), context)
    : startWorkload.plan(startWorkload.params.parse(params), context);
}

describe('R-P10: what a quota has left', () => {
  it.each(['kubernetes.set-resources', 'kubernetes.start-workload'] as const)(
    'is enough, or %s is refused with the quota’s own figures; where it may not be read, the card says so',
    async (id) => {
      const room = quota({ pods: '50', 'limits.memory': '64Gi' }, { pods: '3', 'limits.memory': '2Gi' });
      const full = quota({ pods: '3', 'limits.memory': '2100Mi' }, { pods: '3', 'limits.memory': '2Gi' });
      const notes = async (of: Parameters<typeof planned>[1]) =>
        ((await planned(id, of)).notes ?? []).map(({ key }) => key);

      expect(await notes([room])).not.toContain('quota-unseen');
      expect(await notes('forbidden')).toContain('quota-unseen');
      await expect(planned(id, [room, full])).rejects.toMatchObject({
        facts: { reason: 'quota-too-small', quota: 'team' },
      });
    },
  );

  it('counts what a Pod takes by its limits and requests, and a limit alone as both', () => {
    const pod = neededByPod([
      { memory: '1Gi', memoryRequest: '512Mi', cpu: '2', cpuRequest: null },
      { memory: null, memoryRequest: null, cpu: null, cpuRequest: '250m' },
    ]);

    expect(pod).toEqual({
      ...{ 'limits.memory': 1024 ** 3, 'requests.memory': 512 * 1024 ** 2 },
      ...{ 'limits.cpu': 2, 'requests.cpu': 2.25 },
    });
    expect(moreThan(times(3, pod), times(3, pod))).toEqual({
      ...{ 'limits.memory': 0, 'requests.memory': 0, 'limits.cpu': 0, 'requests.cpu': 0, pods: 0 },
    });
  });

  it.each<readonly [string, object, Readonly<Record<string, number>>, boolean]>([
    [
      'memory alone means the request',
      quota({ memory: '1Gi' }, { memory: '1Gi' }),
      { 'requests.memory': 1 },
      false,
    ],
    ['count/pods are Pods', quota({ 'count/pods': '1' }, { 'count/pods': '1' }), { pods: 1 }, false],
    ['what it does not limit is free', quota({ services: '1' }, { services: '1' }), { pods: 1 }, true],
    ['nothing more is asked for', quota({ pods: '1' }, { pods: '2' }), { pods: 0 }, true],
    [
      'it is for some Pods alone',
      quota({ pods: '1' }, { pods: '1' }, { scopes: ['BestEffort'] }),
      { pods: 1 },
      true,
    ],
    ['it has not been counted yet', { metadata: { name: 'new' } }, { pods: 1 }, true],
  ])('where %s', async (_what, object, needed, fits) => {
    const kubernetes = { list: () => Promise.resolve([object]) } as unknown as KubernetesTarget;
    const said = mustFitQuota('aetherius', needed, kubernetes, new AbortController().signal);

    await (fits
      ? expect(said).resolves.toEqual([])
      : expect(said).rejects.toMatchObject({ facts: { reason: 'quota-too-small' } }));
  });

  it.each<readonly [string, string, object, number, boolean]>([
    ['of few a quarter is none', 'deployments', {}, 3, true],
    ['of many a quarter is one', 'deployments', {}, 4, false],
    ['one may be away', 'deployments', { rollingUpdate: { maxUnavailable: 1 } }, 1, false],
    ['none may be away', 'deployments', { rollingUpdate: { maxUnavailable: '0%' } }, 9, true],
    ['all go first', 'deployments', { type: 'Recreate' }, 1, false],
    ['a StatefulSet replaces in place', 'statefulsets', {}, 1, false],
  ])('a new Pod stands beside the old ones where %s', (_what, kind, strategy, pods, beside) => {
    const object = { metadata: { name: 'a' }, spec: { strategy } } as never;

    expect(isBesideOld(kind, object, pods)).toBe(beside);
  });
});
