import { describe, expect, it } from 'vitest';
import { TargetError } from '../../../../../src/domain/kernel/errors.ts';
import type { With } from '../../../../../src/domain/probe/targets/targets.ts';
import { startWorkload } from '../../../../../src/remediations/kubernetes/rollout/start-workload.remediation.ts';
import { simulatedDeployment } from '../../../../support/remediation-fixtures.ts';

const part = 'agent-manager';
const fresh = (
  start: Parameters<typeof simulatedDeployment>[0] = {},
  lists: Parameters<typeof simulatedDeployment>[1] = {},
) => {
  const fixture = simulatedDeployment({ ...start, spec: { replicas: 0, ...start.spec } }, lists);
  const deps = fixture.targets as With<'kubernetes'>;
  const context = { deps, signal: new AbortController().signal, now: () => new Date(0) };
  return { fixture, context, plan: (params = {}) => startWorkload.plan({ part, ...params }, context) };
};
const scaledDown = (message: string, at: string, uid = 'uid-1') => ({
  metadata: { name: at, uid: at },
  involvedObject: { kind: 'Deployment', name: part, uid },
  message,
  lastTimestamp: at,
});
const applied = (replicas: number) => ({
  annotations: {
    'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({ spec: { replicas } }),
  },
});
const autoscaler = (min: number, max: number) => ({
  metadata: { name: 'am', uid: 'h' },
  spec: { scaleTargetRef: { kind: 'Deployment', name: part }, minReplicas: min, maxReplicas: max },
});

describe('kubernetes.start-workload', () => {
  it.each([
    ['as many as the last event says', {}, [2, 3], undefined, 3],
    ['as many as its manifest says, where there is no event', applied(4), [], undefined, 4],
    ['the least that its autoscaler wants, where nothing else is known', {}, [], autoscaler(2, 6), 2],
    ['one, where nothing is known', {}, [], undefined, 1],
    ['no more than its autoscaler allows', applied(9), [], autoscaler(2, 6), 6],
  ] as const)('starts %s', async (_what, metadata, events, hpa, replicas) => {
    const { plan } = fresh(
      { metadata },
      {
        events: [
          ...events.map((pods, index) =>
            scaledDown(
              `Scaled down replica set agent-manager-1 to 0 from ${pods}`,
              `2026-11-2${index}T00:00:00Z`,
            ),
          ),
          // Of a workload of the same name before this one.
          scaledDown('Scaled down replica set agent-manager-1 to 0 from 7', '2026-11-29T00:00:00Z', 'former'),
        ],
        horizontalpodautoscalers: hpa === undefined ? [] : [hpa],
      },
    );

    expect(await plan()).toMatchObject({
      params: { replicas },
      steps: [{ from: { replicas: 0 }, to: { replicas } }],
      undo: [{ from: { replicas }, to: { replicas: 0 } }],
    });
  });

  it.each([
    ['not-scaled-to-zero', { spec: { replicas: 1 } }, {}],
    ['rollout-paused', { spec: { paused: true } }, {}],
    ['outside-autoscaler', {}, { replicas: 9 }],
  ] as const)('refuses with %s', async (reason, start, params) => {
    const { plan } = fresh(start, { horizontalpodautoscalers: [autoscaler(1, 3)] });

    await expect(plan(params)).rejects.toMatchObject({ code: 'CONFLICT', facts: { reason } });
  });

  it('says the number before, the autoscaler, who scaled it last and who will put it back, with the patch', async () => {
    const { plan } = fresh(
      {
        metadata: {
          annotations: { 'argocd.argoproj.io/tracking-id': 'shop:apps/Deployment:aetherius/agent-manager' },
          managedFields: [
            {
              manager: 'argocd-controller',
              time: '2026-11-01T00:00:00Z',
              fieldsV1: { 'f:spec': { 'f:replicas': {} } },
            },
            {
              manager: 'kubectl',
              subresource: 'scale',
              time: '2026-11-28T02:00:00Z',
              fieldsV1: { 'f:spec': { 'f:replicas': {} } },
            },
          ],
        },
      },
      { horizontalpodautoscalers: [autoscaler(1, 3)] },
    );
    const made = await plan();

    expect(made.notes).toEqual([
      { key: 'replicas-unknown', facts: {} },
      { key: 'autoscaler', facts: { name: 'am', min: 1, max: 3 } },
      { key: 'puts-back.argocd', facts: { name: 'shop' } },
      { key: 'changed-by', facts: { field: 'replicas', by: 'kubectl', at: '2026-11-28T02:00:00Z' } },
      { key: 'temporary', facts: {} },
    ]);
    expect(made.patch?.join('\n')).toContain('replicas: 1');
  });

  it.each([
    ['within its bounds is its choice', autoscaler(1, 3), 3, 'done'],
    ['beyond its bounds is another hand’s', autoscaler(1, 3), 4, 'unknown'],
    ['without one is another hand’s', undefined, 3, 'unknown'],
  ] as const)('another number of an autoscaler %s', async (_what, hpa, replicas, seen) => {
    const { fixture, context, plan } = fresh(
      {},
      { horizontalpodautoscalers: hpa === undefined ? [] : [hpa] },
    );
    const made = await plan({ replicas: 2 });
    await startWorkload.applyStep(made.steps[0], made, context);
    fixture.set({ spec: { replicas } });

    expect(await startWorkload.observeStep(made.steps[0], made, context)).toBe(seen);
  });

  it('R-X13: stops only what it has started, and what nobody has changed since', async () => {
    const { fixture, context, plan } = fresh();
    const made = await plan({ replicas: 2 });
    const [undo] = made.undo ?? [];
    if (undo === undefined) throw new Error('no undo');
    await startWorkload.applyStep(made.steps[0], made, context);
    fixture.set({ spec: { paused: true } });

    await expect(startWorkload.applyStep(undo, made, context)).rejects.toMatchObject({
      facts: { reason: 'stale', differing: 'generation' },
    });
    expect(fixture.object().spec.replicas).toBe(2);
  });

  it('R-P6: names the chart’s value where the admission policy denies it', async () => {
    const { context } = fresh();
    const kubernetes = {
      ...context.deps.kubernetes,
      patch: () => Promise.reject(new TargetError('forbidden', 'denied')),
    };

    await expect(
      startWorkload.plan({ part }, { ...context, deps: { ...context.deps, kubernetes } }),
    ).rejects.toMatchObject({ facts: { reason: 'missing-right', allowedBy: 'features.workloads' } });
  });

  it('asks for its rights by the feature that gives them', async () => {
    const { context } = fresh();

    expect(await startWorkload.rights?.({ part }, context)).toEqual(
      expect.arrayContaining([
        {
          verb: 'patch',
          group: 'apps',
          resource: 'deployments',
          namespace: 'aetherius',
          name: part,
          feature: 'workloads',
        },
      ]),
    );
  });
});
