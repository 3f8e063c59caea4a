import { describe, expect, it } from 'vitest';
import type { With } from '../../../../../src/domain/probe/targets/targets.ts';
import { removeNodeSelector } from '../../../../../src/remediations/kubernetes/rollout/remove-node-selector.remediation.ts';
import {
  noNodeMatches,
  simulatedDeployment,
  simulatedWaiting,
} from '../../../../support/remediation-fixtures.ts';

const part = 'agent-manager';
const disk = { disk: 'ssd' };
const waiting = (nodeSelector: Record<string, string> = disk, more: Record<string, unknown> = {}) =>
  simulatedWaiting(nodeSelector, noNodeMatches, more);
const fresh = (nodeSelector: object = disk, pods: readonly object[] = [waiting()], spec: object = {}) => {
  const template = {
    metadata: { labels: { app: part } },
    spec: { containers: [{ name: 'main', image: 'am:1' }], nodeSelector, ...spec },
  };
  const fixture = simulatedDeployment({ spec: { template } }, { pods });
  const deps = fixture.targets as With<'kubernetes'>;
  const context = { deps, signal: new AbortController().signal, now: () => new Date(0) };
  const plan = (params: object = {}) => removeNodeSelector.plan({ part, ...params } as never, context);
  return { fixture, context, plan };
};
const selectorOf = ({ fixture }: ReturnType<typeof fresh>) =>
  (fixture.object().spec.template as { spec: { nodeSelector?: object } }).spec.nodeSelector;

describe('kubernetes.remove-node-selector', () => {
  it('takes the one label away, leaves those of the platform, and puts it back as it was', async () => {
    const both = { ...disk, 'kubernetes.io/os': 'linux' };
    const all = fresh(both, [waiting(both)]);
    const made = await all.plan();

    expect(made.steps[0]).toMatchObject({ from: { nodeLabel: 'disk=ssd' }, to: {} });
    expect(made.blast.facts).toMatchObject({ waiting: 1 });
    await removeNodeSelector.applyStep(made.steps[0], made, all.context);
    expect(selectorOf(all)).toEqual({ 'kubernetes.io/os': 'linux' });
    const [undo] = made.undo ?? [];
    if (undo === undefined) throw new Error('no undo');
    await removeNodeSelector.applyStep(undo, made, all.context);
    expect(selectorOf(all)).toEqual(both);
    expect(all.fixture.object().metadata.annotations).toEqual({});
  });

  it.each([
    ['no-single-node-label', fresh({})],
    ['no-single-node-label', fresh({ 'kubernetes.io/arch': 'arm64' })],
    ['no-single-node-label', fresh({ ...disk, zone: 'a' })],
    [
      'node-affinity-too',
      fresh(disk, [waiting()], {
        affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: {} } },
      }),
    ],
    // Another Pod of the same choice runs: some node has the label.
    ['node-has-label', fresh(disk, [waiting(), waiting(disk, { nodeName: 'n' })])],
    [
      'not-for-its-label',
      fresh(disk, [simulatedWaiting(disk, '0/3 nodes are available: 3 Insufficient cpu.')]),
    ],
    ['not-for-its-label', fresh(disk, [])],
    // It waits for what the template wanted before.
    ['not-for-its-label', fresh(disk, [waiting({ disk: 'nvme' })])],
  ] as const)('refuses with %s', async (reason, { plan }) => {
    await expect(plan()).rejects.toMatchObject({ facts: { reason } });
  });

  it('does not move what keeps data', async () => {
    await expect(fresh().plan({ part: 'redis', workload: 'redis' })).rejects.toMatchObject({
      facts: { reason: 'node-of-data' },
    });
  });

  it('R-P3: does nothing, and puts nothing back, once another hand was there', async () => {
    const all = fresh();
    const made = await all.plan();
    all.fixture.set({ spec: { template: { spec: { nodeSelector: { disk: 'nvme' } } } } });

    await expect(removeNodeSelector.applyStep(made.steps[0], made, all.context)).rejects.toMatchObject({
      facts: { reason: 'stale', 'observed.nodeLabel': 'disk=nvme' },
    });
    expect(all.fixture.changes()).toBe(0);

    // Taken away by somebody else: that is not this step's doing, and not this undo's business.
    all.fixture.set({ spec: { template: { spec: { nodeSelector: null } } } });
    expect(await removeNodeSelector.observeStep(made.steps[0], made, all.context)).toBe('unknown');
    await expect(removeNodeSelector.applyStep(made.steps[0], made, all.context)).rejects.toMatchObject({
      facts: { reason: 'stale', 'observed.nodeLabel': null },
    });

    const other = fresh();
    const plan = await other.plan();
    await removeNodeSelector.applyStep(plan.steps[0], plan, other.context);
    other.fixture.set({ spec: { minReadySeconds: 1 } });
    const [undo] = plan.undo ?? [];
    if (undo === undefined) throw new Error('no undo');
    await expect(removeNodeSelector.applyStep(undo, plan, other.context)).rejects.toMatchObject({
      facts: { reason: 'stale' },
    });
  });

  it.each([
    ['deployment/agent-manager', { nodeLabel: 'disk=ssd' }, { part }],
    ['deployment/am', { nodeLabel: 'disk=ssd' }, { part, workload: 'am' }],
    ['statefulset/agent-manager', { nodeLabel: 'disk=ssd' }, undefined],
    ['deployment/agent-manager', {}, undefined],
  ])('for %s with %o it is asked for %o', (subject, facts, params) => {
    const finding = { code: 'POD_UNSCHEDULABLE', severity: 'critical', part, subject, facts } as const;

    expect(removeNodeSelector.paramsFor(finding)).toEqual(params);
  });
});
