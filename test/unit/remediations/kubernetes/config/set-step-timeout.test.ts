import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../../../src/domain/probe/finding.ts';
import type { With } from '../../../../../src/domain/probe/targets/targets.ts';
import { setStepTimeout } from '../../../../../src/remediations/kubernetes/config/set-step-timeout.remediation.ts';
import { simulatedSteps, workflowText } from '../../../../support/remediation-fixtures.ts';

const call = { workflow: 'diagnose-oom', step: 'collect_logs', value: 300 } as const;
const map = 'orchestrator-flows';
const file = 'diagnose-oom.yaml';
const raised = workflowText.replace('120', '300');
type Start = Parameters<typeof simulatedSteps>[0];
const fresh = (start: Start = {}) => {
  const fixture = simulatedSteps(start);
  const deps = fixture.targets as With<'kubernetes'>;
  const context = { deps, signal: new AbortController().signal, now: () => new Date(0) };
  const plan = (params: object = {}) => setStepTimeout.plan({ ...call, ...params }, context);
  return { fixture, deps, context, plan };
};
const written = (text: string) => ({ map: { data: { [file]: text } } });

describe('kubernetes.set-step-timeout', () => {
  it('changes the time of one step, restarts the service, and back', async () => {
    const { fixture, context, plan } = fresh();
    const made = await plan();

    expect(made).toMatchObject({
      ...{ part: 'orchestrator-service', target: 'deployments/aetherius/orchestrator-service', tier: 2 },
      steps: [
        {
          target: `configmaps/aetherius/${map}/${file}`,
          ...{ from: { step: 'collect_logs', value: 120 }, to: { step: 'collect_logs', value: 300 } },
          precondition: { resourceVersion: '70' },
        },
        { kind: 'kubernetes-rollout-restart', to: { restarted: 'generation 3' } },
      ],
      undo: [{ from: { value: 300 }, to: { value: 120 } }, { to: { restarted: 'generation 4' } }],
      verifyWith: [
        { probe: 'kubernetes.workloads' },
        { probe: 'http.service-health' },
        {
          probe: 'services.step-timeouts',
          with: { subject: 'diagnose-oom/collect_logs', ranOut: 'step-limit' },
        },
      ],
      blast: { facts: { before: 120, value: 300, running: 2, pods: 2 } },
    });
    expect(JSON.stringify(made)).not.toContain('not for eyes');
    for (const step of made.steps) await setStepTimeout.applyStep(step, made, context);
    expect(fixture.text()).toBe(raised);
    expect(fixture.changes()).toBe(2);
    expect(await setStepTimeout.settled?.(made, context)).toBe(true);
    for (const step of made.undo ?? []) await setStepTimeout.applyStep(step, made, context);
    expect(fixture.text()).toBe(workflowText);
  });

  it('is not done while the service says another time, or none', async () => {
    const { fixture, context, plan } = fresh();
    const made = await plan();
    for (const step of made.steps) await setStepTimeout.applyStep(step, made, context);
    const { workflows } = context.deps.platform.paths;

    const steps = [{ id: 'collect_logs', config: { timeout: 120 } }];
    fixture.answers[workflows] = () => ({ workflows: [{ id: 'diagnose-oom', steps }] });
    expect(await setStepTimeout.settled?.(made, context)).toBe(false);
    delete fixture.answers[workflows];
    expect(await setStepTimeout.settled?.(made, context)).toBe(false);
  });

  it.each<readonly [string, Start, object]>([
    ['setting-there-already', written(raised), {}],
    ['setting-there-already', {}, { value: 120 }],
    ['setting-not-in-file', {}, { step: 'no_such' }],
    ['setting-not-in-file', written(workflowText.replace('timeout: 120', 'within: 120')), {}],
    ['setting-not-a-number', written(workflowText.replace('timeout: 120', 'timeout: 120s')), {}],
    ['step-ambiguous', written(workflowText.replace('describe_pod', 'collect_logs')), {}],
    ['setting-used-twice', written(`${workflowText.replace('config:\n', 'config: &c\n')}more: *c\n`), {}],
    ['workflow-not-in-map', written(workflowText.replace('id: diagnose-oom', 'id: other')), {}],
    ['workflow-not-in-map', {}, { workflow: 'no-such' }],
    ['workflow-twice', { map: { data: { 'old.yml': workflowText } } }, {}],
    ['config-immutable', { map: { immutable: true } }, {}],
    ['no-target', { map: { metadata: { name: 'another' } } }, {}],
    ['config-not-in-map', { spec: { template: { spec: { volumes: [] } } } }, {}],
    ['rollout-paused', { spec: { paused: true } }, {}],
    ['scaled-to-zero', { spec: { replicas: 0 } }, {}],
    ['restarts-itself', { metadata: { annotations: { 'reloader.stakater.com/auto': 'true' } } }, {}],
  ])('is refused: %s (%#)', async (reason, start, params) => {
    const { fixture, plan } = fresh(start);

    await expect(plan(params)).rejects.toMatchObject({ code: 'CONFLICT', facts: { reason } });
    expect(fixture.changes()).toBe(0);
  });

  it.each([
    ['step-limit-differs', [{ id: 'collect_logs', config: { timeout: 300 } }]],
    ['step-limit-unsaid', [{ id: 'collect_logs' }]],
    ['step-limit-unsaid', []],
  ])('is refused where the service could not prove it: %s (%#)', async (reason, steps) => {
    const { fixture, context, plan } = fresh();
    fixture.answers[context.deps.platform.paths.workflows] = () => ({
      workflows: [{ id: 'diagnose-oom', steps }],
    });

    await expect(plan()).rejects.toMatchObject({ facts: { reason } });
  });

  it('makes no plan where nobody knows what would be broken off', async () => {
    const { fixture, context, plan } = fresh();
    delete fixture.answers[context.deps.platform.paths.executions];

    await expect(plan()).rejects.toMatchObject({ stage: 'protocol' });
  });

  it('asks for the right to its own ConfigMap, and shows the lines to keep', async () => {
    const { context, plan } = fresh({
      map: { metadata: { annotations: { 'meta.helm.sh/release-name': 'platform' } } },
    });

    expect(await setStepTimeout.rights?.(call, context)).toContainEqual(
      expect.objectContaining({ verb: 'patch', resource: 'configmaps', name: map, feature: 'configmaps' }),
    );
    expect((await plan()).patch).toEqual([
      ...[`# ${file}`, 'steps:', '  - id: collect_logs', '    config:', '      timeout: 300'],
    ]);
  });

  it('does nothing once anything of the ConfigMap is another (R-P3)', async () => {
    const { fixture, context, plan } = fresh();
    const made = await plan();
    fixture.set({ data: { more: 'x' } });

    await expect(setStepTimeout.applyStep(made.steps[0], made, context)).rejects.toMatchObject({
      facts: { reason: 'stale', differing: 'resourceVersion' },
    });
    expect(await setStepTimeout.observeStep(made.steps[0], made, context)).toBe('unknown');
    expect(fixture.changes()).toBe(0);
  });

  describe('gives', () => {
    const finding = (facts: object, code = 'STEP_TIMED_OUT') =>
      ({
        ...{ code, severity: 'warning', part: 'orchestrator-service', subject: 'w/s' },
        facts: { workflow: 'w', step: 's', timeoutSeconds: 120, tookSeconds: 120.1, ...facts },
      }) as Finding;

    it.each([
      [120, 120.1, 300],
      [121, 121, 303],
      [2, 2.1, 300],
      [null, null, 300],
      [300, 300, 750],
      [null, 410.5, 1_027],
      [1_000, 1_000, 1_800],
    ])('a step with %s s that took %s s: %s s', (timeoutSeconds, tookSeconds, value) => {
      expect(setStepTimeout.paramsFor(finding({ timeoutSeconds, tookSeconds }))).toEqual({
        ...{ workflow: 'w', step: 's', value },
      });
    });

    it.each([
      finding({ timeoutSeconds: 1_800, tookSeconds: 1_800 }),
      finding({ workflow: '../../etc/passwd' }),
      finding({ workflow: '' }),
      finding({ step: 'a\nb' }),
      finding({ step: null }),
      finding({}, 'STEP_COMMAND_TIMED_OUT'),
    ])('nothing for %j', (one) => {
      expect(setStepTimeout.paramsFor(one)).toBeUndefined();
    });
  });

  it.each([
    { workflow: 'a/b' },
    { workflow: '..' },
    { step: '<!channel>' },
    { value: 1_801 },
    { value: 0 },
    { value: 1.5 },
    { map: 'kube-root-ca.crt' },
  ])('takes no other text, object or time: %j', (params) => {
    expect(setStepTimeout.params.safeParse({ ...call, ...params }).success).toBe(false);
  });
});
