import { describe, expect, it } from 'vitest';
import type { With } from '../../../../../src/domain/probe/targets/targets.ts';
import { setSelector } from '../../../../../src/remediations/kubernetes/network/set-selector.remediation.ts';
import { simulatedService } from '../../../../support/remediation-fixtures.ts';

const part = 'agent-manager';
type Start = Parameters<typeof simulatedService>[0];
const fresh = (start: Start = {}, lists: Parameters<typeof simulatedService>[1] = {}) => {
  const fixture = simulatedService(start, lists);
  const deps = fixture.targets as With<'kubernetes'>;
  const context = { deps, signal: new AbortController().signal, now: () => new Date(0) };
  return { fixture, context, plan: (params: object = {}) => setSelector.plan({ part, ...params }, context) };
};
const workload = (name: string, selector: object, more: object = {}) => ({
  metadata: { name, namespace: 'aetherius', uid: 'uid-1', generation: 1 },
  spec: {
    selector,
    template: { metadata: {}, spec: { containers: [{ name: 'main', image: `${name}:1`, ...more }] } },
  },
  status: {},
});
const pod = (name: string, labels: object, owner: string, ready = 'True') => ({
  metadata: { name, uid: name, labels, ownerReferences: [{ uid: owner }] },
  status: { phase: 'Running', podIP: '10.244.0.9', conditions: [{ type: 'Ready', status: ready }] },
});
const app = { app: part };

describe('kubernetes.set-selector', () => {
  it('takes the labels by which the workload knows its Pods, and no others stay', async () => {
    const { fixture, context, plan } = fresh({ spec: { selector: { app: null, name: 'x', tier: 'front' } } });
    const made = await plan();

    expect(made.steps[0]).toMatchObject({
      from: { selector: 'name=x,tier=front' },
      to: { selector: 'app=agent-manager' },
    });
    expect(made.undo?.[0]).toMatchObject({ from: made.steps[0].to, to: made.steps[0].from });
    await setSelector.applyStep(made.steps[0], made, context);
    expect(fixture.object().spec.selector).toEqual(app);
    const [undo] = made.undo ?? [];
    if (undo === undefined) throw new Error('no undo');
    await setSelector.applyStep(undo, made, context);
    expect(fixture.object().spec.selector).toEqual({ name: 'x', tier: 'front' });
  });

  it.each<readonly [string, Start, Parameters<typeof simulatedService>[1]]>([
    ['service-without-selector', { spec: { selector: null } }, {}],
    ['service-without-selector', { spec: { type: 'ExternalName' } }, {}],
    ['selects-pods', { spec: { selector: app } }, {}],
    ['no-target', {}, { deployments: [] }],
    [
      'ambiguous-target',
      {},
      { deployments: [workload(part, { matchLabels: app }), workload(`old-${part}`, { matchLabels: app })] },
    ],
    [
      'selector-not-labels',
      {},
      {
        deployments: [
          workload(part, { matchLabels: app, matchExpressions: [{ key: 'a', operator: 'Exists' }] }),
        ],
      },
    ],
    ['selector-not-labels', {}, { deployments: [workload(part, { matchLabels: {} })] }],
    ['selects-others', {}, { pods: [pod('am', app, 'rs-1'), pod('stranger', app, 'rs-9')] }],
    ['no-ready-pod', {}, { pods: [pod('am', app, 'rs-1', 'False')] }],
    ['no-ready-pod', {}, { pods: [] }],
    ['service-port-unknown', { spec: { ports: [{ targetPort: 'http' }] } }, {}],
  ])('refuses with %s', async (reason, start, lists) => {
    await expect(fresh(start, lists).plan()).rejects.toMatchObject({ facts: { reason } });
  });

  it('does not take a Service of another part for this one', async () => {
    await expect(fresh({ metadata: { name: 'redis' } }).plan({ service: 'redis' })).rejects.toMatchObject({
      facts: { reason: 'not-that-part', seen: 'redis' },
    });
    // What shows no part may be anybody's: more people are asked.
    expect(await fresh().plan({ service: 'front' })).toMatchObject({
      tier: 3,
      raised: { key: 'unknown-part', facts: { workload: 'front' } },
    });
  });

  it('R-P3: does nothing once a Pod has the labels, nor after another hand', async () => {
    const pods = [pod('am', app, 'rs-1')];
    const { fixture, context, plan } = fresh({}, { pods });
    const made = await plan();
    pods.push(pod('mended', { app: 'agent-mangaer' }, 'rs-9'));

    await expect(setSelector.applyStep(made.steps[0], made, context)).rejects.toMatchObject({
      facts: { reason: 'stale', 'observed.selected': 1 },
    });
    pods.pop();
    fixture.set({ spec: { selector: { app: 'third' } } });
    await expect(setSelector.applyStep(made.steps[0], made, context)).rejects.toMatchObject({
      facts: { reason: 'stale', 'observed.selector': 'app=third' },
    });
    expect(await setSelector.observeStep(made.steps[0], made, context)).toBe('unknown');
    expect(fixture.changes()).toBe(0);
  });

  it('says who will put it back, with the same change as a patch of a Service', async () => {
    const tracking = 'shop:/Service:aetherius/agent-manager';
    const made = await fresh({
      metadata: { annotations: { 'argocd.argoproj.io/tracking-id': tracking } },
    }).plan();

    expect(made.notes).toContainEqual({ key: 'puts-back.argocd', facts: { name: 'shop' } });
    expect(made.patch?.join('\n')).toContain('kind: Service');
    expect(made.patch?.join('\n')).toContain('app: agent-manager');
  });

  it.each([
    ['SERVICE_WITHOUT_ENDPOINTS', { service: part, reason: 'no-pods-match' }, { part }],
    [
      'SERVICE_WITHOUT_ENDPOINTS',
      { service: 'am-front', reason: 'no-pods-match' },
      { part, service: 'am-front' },
    ],
    ['SERVICE_WITHOUT_ENDPOINTS', { service: part, reason: 'pods-not-ready' }, undefined],
    ['SERVICE_SELECTS_NOTHING', { service: part }, { part }],
  ] as const)('for %s with %o it is asked for %o', (code, facts, params) => {
    const finding = { code, severity: 'critical', part, subject: 's', facts } as const;

    expect(setSelector.paramsFor(finding)).toEqual(params);
    expect(setSelector.paramsFor({ ...finding, part: 'runtime' })).toBeUndefined();
  });
});
