import { describe, expect, it } from 'vitest';
import type { With } from '../../../../src/domain/probe/targets/targets.ts';
import { rollbackWorkload } from '../../../../src/remediations/kubernetes/rollback-workload.remediation.ts';
import { simulatedDeployment, simulatedRevision } from '../../../support/remediation-fixtures.ts';

const part = 'agent-manager';
type Template = Parameters<typeof simulatedRevision>[1];
const template = (image: string, more: object = {}, spec: object = {}): Template => ({
  metadata: { labels: { app: part } },
  spec: { containers: [{ name: 'main', image, ...more }], ...spec },
});
const hours = (count: number) => new Date(count * 3_600_000);

/** The revisions in their order; the Deployment is of the last one. */
function fresh(revisions: readonly Template[], start: object = {}, at = hours(1)) {
  const fixture = simulatedDeployment(
    { ...start, spec: { ...(start as { spec?: object }).spec, template: revisions.at(-1) } } as never,
    { replicasets: revisions.map((one, index) => simulatedRevision(index + 1, one)) },
  );
  const deps = fixture.targets as With<'kubernetes'>;
  const context = { deps, signal: new AbortController().signal, now: () => at };
  return { fixture, context, plan: (more = {}) => rollbackWorkload.plan({ part, ...more }, context) };
}
const image = (name: string) => template(name);

describe('kubernetes.rollback-workload', () => {
  it('goes to the revision before, and shows what changes without the value of a variable', async () => {
    const env = (value: string) => ({
      env: [
        { name: 'LEVEL', value: 'info' },
        { name: 'TOKEN', value },
      ],
    });
    const { plan } = fresh([
      template('am:1', { ...env('hunter1'), resources: { limits: { memory: '1Gi' } } }),
      template('am:2', { ...env('hunter2'), readinessProbe: { periodSeconds: 5 } }),
    ]);
    const made = await plan();

    expect(made.steps[0]).toMatchObject({
      from: { revision: 2, 'main image': 'am:2', 'main resources': '{}' },
      to: { revision: 1, 'main image': 'am:1', 'main resources': '{"limits":{"memory":"1Gi"}}' },
    });
    expect(made.notes).toEqual(
      expect.arrayContaining([
        { key: 'variables-change', facts: { container: 'main', names: 'TOKEN' } },
        { key: 'probe-changes', facts: { container: 'main', probe: 'readinessProbe' } },
        { key: 'schema-stays', facts: {} },
      ]),
    );
    expect(JSON.stringify(made)).not.toContain('hunter');
  });

  it('goes to the revision that is named, and knows of no other', async () => {
    const { plan } = fresh([image('am:1'), image('am:2'), image('am:3')]);

    expect(await plan({ revision: 1 })).toMatchObject({ steps: [{ to: { revision: 1 } }] });
    await expect(plan({ revision: 7 })).rejects.toMatchObject({
      facts: { reason: 'no-such-revision', known: '3, 2, 1' },
    });
    await expect(plan({ revision: 3 })).rejects.toMatchObject({ facts: { reason: 'nothing-to-do' } });
  });

  it('takes a rollout of two days ago for the fault only where a person names the revision', async () => {
    const { plan } = fresh([image('am:1'), image('am:2')], {}, hours(48));

    await expect(plan()).rejects.toMatchObject({ facts: { reason: 'rollout-is-old', revision: 2 } });
    expect(await plan({ revision: 1 })).toMatchObject({ steps: [{ to: { revision: 1 } }] });
  });

  it.each([
    ['another repository', image('evil:1'), 'main.image'],
    ['another command', template('am:1', { command: ['sh'] }), 'main.command'],
    ['another volume', template('am:1', {}, { volumes: [{ name: 'v' }] }), 'volumes'],
    ['another account', template('am:1', {}, { serviceAccountName: 'admin' }), 'serviceAccountName'],
    ['another container', template('am:1', { name: 'other' }), 'containers'],
  ])('refuses a revision with %s', async (_what, former, fields) => {
    const { plan } = fresh([former, image('am:2')]);

    await expect(plan()).rejects.toMatchObject({ facts: { reason: 'rollback-changes-more', fields } });
  });

  it.each([
    ['no-earlier-revision', [image('am:1')], {}],
    ['rollout-paused', [image('am:1'), image('am:2')], { spec: { paused: true } }],
    ['scaled-to-zero', [image('am:1'), image('am:2')], { spec: { replicas: 0 } }],
  ] as const)('refuses with %s', async (reason, revisions, start) => {
    await expect(fresh(revisions, start).plan()).rejects.toMatchObject({ facts: { reason } });
  });

  it('refuses a data store, whose data an older version may not read', async () => {
    const { context } = fresh([image('redis:7'), image('redis:8')]);

    await expect(rollbackWorkload.plan({ part: 'redis' }, context)).rejects.toMatchObject({
      facts: { reason: 'rollback-of-data' },
    });
  });

  it('R-P3: does nothing once the revision to go back to is another', async () => {
    const { fixture, context, plan } = fresh([image('am:1'), image('am:2')]);
    const made = await plan();
    const kubernetes = { ...context.deps.kubernetes, list: () => Promise.resolve([]) };

    await expect(
      rollbackWorkload.applyStep(made.steps[0], made, {
        ...context,
        deps: { ...context.deps, kubernetes },
      }),
    ).rejects.toMatchObject({ facts: { reason: 'stale', differing: 'back_to, back_to_template' } });
    expect(fixture.changes()).toBe(0);
  });

  it('is offered for a Deployment of a known part alone', () => {
    const finding = (subject: string, of: 'agent-manager' | 'runtime') =>
      ({ code: 'POD_IMAGE_UNAVAILABLE', severity: 'critical', part: of, subject, facts: {} }) as const;

    expect(rollbackWorkload.paramsFor(finding('deployment/am', part))).toEqual({ part, workload: 'am' });
    expect(rollbackWorkload.paramsFor(finding('statefulset/am', part))).toBeUndefined();
    expect(rollbackWorkload.paramsFor(finding('deployment/x', 'runtime'))).toBeUndefined();
  });
});
