import { describe, expect, it } from 'vitest';
import type { With } from '../../../../../src/domain/probe/targets/targets.ts';
import { setResources } from '../../../../../src/remediations/kubernetes/rollout/set-resources.remediation.ts';
import { simulatedDeployment } from '../../../../support/remediation-fixtures.ts';

const part = 'agent-manager';
const fresh = (resources: object, more: readonly object[] = [], start: object = {}) => {
  const containers = [{ name: 'main', image: 'am:1', env: [{ name: 'A', value: 'b' }], resources }, ...more];
  const template = { metadata: { labels: { app: part } }, spec: { containers } };
  const fixture = simulatedDeployment({ spec: { template, ...start } });
  const deps = fixture.targets as With<'kubernetes'>;
  const context = { deps, signal: new AbortController().signal, now: () => new Date(0) };
  return { fixture, context, plan: (params: object) => setResources.plan({ part, ...params }, context) };
};
const has = (limits: object, requests: object = {}) => ({ limits, requests });

describe('kubernetes.set-resources', () => {
  it.each([
    [
      'a limit that is there',
      has({ memory: '512Mi' }, { memory: '256Mi' }),
      { memoryMiB: 2048 },
      { memory: '512Mi' },
      { memory: '2Gi' },
    ],
    [
      'a limit, and the request that it was in effect',
      has({ memory: '512Mi' }),
      { memoryMiB: 1536 },
      { memory: '512Mi' },
      { memory: '1536Mi', memoryRequest: '512Mi' },
    ],
    [
      'a limit where there is none, and no more of the node',
      has({}),
      { memoryMiB: 2048 },
      {},
      { memory: '2Gi', memoryRequest: '0' },
    ],
    ['a CPU limit', has({ cpu: '100m' }, { cpu: '50m' }), { cpus: 1.5 }, { cpu: '100m' }, { cpu: '1500m' }],
    [
      'a request that no node can meet',
      has({}, { memory: '900Gi' }),
      { memoryRequestMiB: 512 },
      { memoryRequest: '900Gi' },
      { memoryRequest: '512Mi' },
    ],
  ])('sets %s, and shows what differs alone', async (_what, resources, params, from, to) => {
    const made = await fresh(resources).plan(params);

    expect(made.steps[0].from).toEqual(from);
    expect(made.steps[0].to).toEqual(to);
    expect(made.undo?.[0]).toMatchObject({ from: to, to: from });
  });

  it.each([
    ['limit-not-raised', has({ memory: '4Gi' }), { memoryMiB: 2048 }, {}],
    ['limit-not-raised', has({ memory: '2Gi' }), { memoryMiB: 2048 }, {}],
    ['limit-not-raised', has({ cpu: '3' }), { cpus: 2 }, {}],
    ['request-above-limit', has({ memory: '1Gi' }), { memoryRequestMiB: 2048 }, {}],
    ['nothing-to-do', has({}), {}, {}],
    ['rollout-paused', has({}), { cpus: 2 }, { paused: true }],
    ['scaled-to-zero', has({}), { cpus: 2 }, { replicas: 0 }],
    ['on-delete-strategy', has({}), { cpus: 2 }, { strategy: { type: 'OnDelete' } }],
  ])('refuses with %s', async (reason, resources, params, start) => {
    await expect(fresh(resources, [], start).plan(params)).rejects.toMatchObject({ facts: { reason } });
  });

  it('wants to know which of several containers is meant', async () => {
    const { plan, fixture, context } = fresh(has({}), [{ name: 'proxy', image: 'envoy:1' }]);

    await expect(plan({ cpus: 2 })).rejects.toMatchObject({
      facts: { reason: 'several-containers', containers: 'main, proxy' },
    });
    const made = await plan({ cpus: 2, container: 'proxy' });
    await setResources.applyStep(made.steps[0], made, context);
    // The other one and all else of this one stay as they were.
    const { spec } = fixture.object().spec.template as { spec: { containers: unknown } };
    expect(spec.containers).toEqual([
      { name: 'main', image: 'am:1', env: [{ name: 'A', value: 'b' }], resources: has({}) },
      { name: 'proxy', image: 'envoy:1', resources: { limits: { cpu: '2' }, requests: { cpu: '0' } } },
    ]);
  });

  it('R-P3: does nothing once somebody has set another limit', async () => {
    const { fixture, context, plan } = fresh(has({ memory: '512Mi' }, { memory: '64Mi' }));
    const made = await plan({ memoryMiB: 2048 });
    const template = {
      spec: { containers: [{ name: 'main', image: 'am:1', resources: has({ memory: '1Gi' }) }] },
    };
    fixture.set({ spec: { template } });

    await expect(setResources.applyStep(made.steps[0], made, context)).rejects.toMatchObject({
      facts: { reason: 'stale', 'expected.memory': '512Mi', 'observed.memory': '1Gi' },
    });
    expect(fixture.changes()).toBe(0);
  });

  it.each([
    [
      'POD_OOM_KILLED',
      'statefulset/am',
      { container: 'c' },
      { part, workload: 'am', kind: 'StatefulSet', container: 'c', memoryMiB: 2048 },
    ],
    ['OOM_KILLED', 'am-5d9c-x', {}, { part, memoryMiB: 2048 }],
    ['CPU_THROTTLED', 'am-5d9c-x', {}, { part, cpus: 2 }],
  ] as const)('takes the guide’s values for %s', (code, subject, facts, params) => {
    const finding = { code, severity: 'critical', part, subject, facts } as const;

    expect(setResources.paramsFor(finding)).toEqual(params);
    expect(setResources.paramsFor({ ...finding, part: 'collect-agent' })).toBeUndefined();
  });
});
