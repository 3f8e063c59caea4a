import { describe, expect, it } from 'vitest';
import type { HostFile } from '../../../../../src/domain/probe/targets/host-files.ts';
import type { With } from '../../../../../src/domain/probe/targets/targets.ts';
import { setStepTimeoutInFile as fix } from '../../../../../src/remediations/compose/file/set-step-timeout.remediation.ts';
import { hurriedOnHost, workflowText } from '../../../../support/remediation-fixtures.ts';

const call = { workflow: 'diagnose-oom', step: 'collect_logs', value: 300 } as const;
const file = '/srv/config/workflows/diagnose-oom.yaml';
const raised = workflowText.replace('120', '300');
const fresh = (own: Partial<HostFile> = {}, beside: Readonly<Record<string, string>> = {}) => {
  const fixture = hurriedOnHost(own, beside);
  const deps = fixture.targets as With<'compose'>;
  const context = { deps, signal: new AbortController().signal, now: () => new Date(0) };
  const plan = (params: object = {}) => fix.plan({ ...call, ...params }, context);
  return { fixture, context, plan };
};

describe('compose.set-step-timeout', () => {
  it('changes the time of one step, restarts the container, and back', async () => {
    const { fixture, context, plan } = fresh();
    const made = await plan();

    expect(made).toMatchObject({
      ...{ part: 'orchestrator-service', target: 'compose/aetherius/orchestrator-service', tier: 2 },
      steps: [
        {
          ...{ target: file, precondition: { version: 'v1' } },
          ...{ from: { step: 'collect_logs', value: 120 }, to: { step: 'collect_logs', value: 300 } },
        },
        { kind: 'compose-restart' },
      ],
      undo: [{ from: { value: 300 }, to: { value: 120 } }, { kind: 'compose-restart' }],
      blast: { facts: { before: 120, value: 300, running: 2, containers: 1 } },
    });
    expect(made.verifyWith.at(-1)).toEqual({
      probe: 'services.step-timeouts',
      with: { subject: 'diagnose-oom/collect_logs', ranOut: 'step-limit' },
    });
    expect(JSON.stringify(made)).not.toContain('not for eyes');
    for (const step of made.steps) await fix.applyStep(step, made, context);
    expect(fixture.text()).toBe(raised);
    expect(fixture.changes()).toBe(2);
    expect(await fix.settled?.(made, context)).toBe(true);
    for (const step of made.undo ?? []) await fix.applyStep(step, made, context);
    expect(fixture.text()).toBe(workflowText);
  });

  it('is not done while the container has not started since, or the service says another time, or none', async () => {
    const { fixture, context, plan } = fresh();
    const made = await plan();
    const [write, restart] = made.steps;
    await fix.applyStep(write, made, context);
    expect(await fix.settled?.(made, context)).toBe(false);
    await fix.applyStep(restart!, made, context);
    const { workflows } = context.deps.platform.paths;

    const steps = [{ id: 'collect_logs', config: { timeout: 120 } }];
    fixture.answers[workflows] = () => ({ workflows: [{ id: 'diagnose-oom', steps }] });
    expect(await fix.settled?.(made, context)).toBe(false);
    delete fixture.answers[workflows];
    expect(await fix.settled?.(made, context)).toBe(false);
  });

  it.each<readonly [string, Partial<HostFile>, Readonly<Record<string, string>>, object]>([
    ['setting-there-already', { text: raised }, {}, {}],
    ['setting-not-in-file', {}, {}, { step: 'no_such' }],
    ['setting-not-a-number', { text: workflowText.replace('timeout: 120', 'timeout: 120s') }, {}, {}],
    ['step-ambiguous', { text: workflowText.replace('describe_pod', 'collect_logs') }, {}, {}],
    ['workflow-not-in-map', { text: workflowText.replace('id: diagnose-oom', 'id: other') }, {}, {}],
    ['workflow-twice', {}, { 'old.yml': workflowText }, {}],
    ['workflow-twice', {}, { 'old/kept.yaml': workflowText }, {}],
    ['file-unread', {}, {}, { workflow: 'no-such' }],
  ])('is refused as %s', async (reason, own, beside, params) => {
    await expect(fresh(own, beside).plan(params)).rejects.toMatchObject({ facts: { reason } });
  });

  it('is refused where the service does not say the time of the file', async () => {
    const { fixture, context, plan } = fresh();
    const { workflows } = context.deps.platform.paths;
    const steps = [{ id: 'collect_logs', config: { timeout: 60 } }];

    fixture.answers[workflows] = () => ({ workflows: [{ id: 'diagnose-oom', steps }] });
    await expect(plan()).rejects.toMatchObject({ facts: { reason: 'step-limit-differs' } });
    delete fixture.answers[workflows];
    await expect(plan()).rejects.toMatchObject({ facts: { reason: 'step-limit-unsaid' } });
  });

  it('of a file under version control gives the lines of the one step', async () => {
    const { fixture, plan } = fresh();
    fixture.inTree();

    expect((await plan()).patch).toEqual([
      ...['# workflows/diagnose-oom.yaml', 'steps:', '  - id: collect_logs', '    config:'],
      '      timeout: 300',
    ]);
  });
});
