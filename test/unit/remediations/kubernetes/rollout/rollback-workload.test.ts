import { describe, expect, it } from 'vitest';
import { AppError, TargetError } from '../../../../../src/domain/kernel/errors.ts';
import type { With } from '../../../../../src/domain/probe/targets/targets.ts';
import { rollbackWorkload } from '../../../../../src/remediations/kubernetes/rollout/rollback-workload.remediation.ts';
import { simulatedDeployment, simulatedRevision } from '../../../../support/remediation-fixtures.ts';

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

  describe('with ConfigMaps of other names', () => {
    const mounts = (map: string, more: object = {}) => ({
      volumes: [
        { name: 'config', configMap: { name: map, ...more } },
        { name: 'tmp', emptyDir: {} },
      ],
    });
    /** `written`: when its data were, in hours; the first revision ran at 0. */
    const map = (name: string, data: object, written: number | null = -1, more: object = {}) => ({
      metadata: {
        ...{ name, uid: `uid of ${name}`, resourceVersion: '7' },
        managedFields: [
          {
            ...{ manager: 'kustomize', time: hours(written ?? 0).toISOString() },
            fieldsV1: written === null ? {} : { 'f:data': { 'f:config.yaml': {} } },
          },
        ],
      },
      data,
      ...more,
    });
    const file = (text: string) => ({ 'config.yaml': text });
    const good = file(
      'event: { workers: 10 }\ndatabase: { password: hunter-1, url: "postgres://u:hunter-3@h/d" }',
    );
    const bad = file(
      'event: { workers: many }\ndatabase: { password: hunter-2, url: "postgres://u:hunter-4@h/d" }',
    );
    const usual = [map('config-1', good), map('config-2', bad, 1)];
    function mounted(
      maps: readonly ReturnType<typeof map>[] = usual,
      revisions: readonly Template[] = [
        template('am:1', {}, mounts('config-1')),
        template('am:1', {}, mounts('config-2')),
      ],
    ) {
      const one = fresh(revisions);
      const { deps } = one.context;
      const there = [...maps];
      const kubernetes = {
        ...deps.kubernetes,
        get: (kind: string, ...rest: never[]) => {
          if (kind !== 'configmaps')
            return (deps.kubernetes.get as (...of: unknown[]) => unknown)(kind, ...rest);
          const found = there.find(({ metadata }) => metadata.name === rest[1]);
          if (found === undefined) return Promise.reject(new AppError('NOT_FOUND', 'no such ConfigMap'));
          return Promise.resolve(found);
        },
      };
      const context = { ...one.context, deps: { ...deps, kubernetes } as never };
      const plan = (more = {}) => rollbackWorkload.plan({ part, ...more }, context);
      const volumes = () =>
        (one.fixture.object().spec.template as { spec: { volumes: object[] } }).spec.volumes;
      return { ...one, context, plan, there, volumes };
    }

    it('brings their values back, shows each key without a secret, and the other ones again', async () => {
      const { context, plan, volumes } = mounted();
      const made = await plan();

      expect(made.steps[0]).toMatchObject({
        from: { revision: 2, 'config ConfigMap': 'config-2', 'config.yaml event.workers': 'many' },
        to: { revision: 1, 'config ConfigMap': 'config-1', 'config.yaml event.workers': '10' },
      });
      expect(made.notes).toEqual(
        expect.arrayContaining([
          { key: 'map-of-revision', facts: { map: 'config-1', revision: 1, at: '1970-01-01T00:00:00Z' } },
          {
            key: 'map-secrets-change',
            facts: { keys: 'config.yaml database.password, config.yaml database.url' },
          },
        ]),
      );
      expect(made.notes?.map(({ key }) => key)).not.toContain('labels-change');
      expect(JSON.stringify(made)).not.toContain('hunter');
      await rollbackWorkload.applyStep(made.steps[0], made, context);
      expect(volumes()).toEqual(mounts('config-1').volumes);
      for (const undo of made.undo ?? []) await rollbackWorkload.applyStep(undo, made, context);
      expect(volumes()).toEqual(mounts('config-2').volumes);
    });

    it('compares what has no keys by its line, or names it', async () => {
      const { plan } = mounted([
        map('config-1', { LEVEL: 'info', 'run.sh': 'a\nb', gone: 'x' }),
        map('config-2', { LEVEL: 'debug', 'run.sh': 'a\nc', 'config.yaml': 'a: 1' }),
      ]);
      const { steps, notes } = await plan();

      expect(steps[0]).toMatchObject({
        from: { LEVEL: 'debug', gone: '–', 'config.yaml a': '1' },
        to: { LEVEL: 'info', gone: 'x', 'config.yaml a': '–' },
      });
      expect(notes).toContainEqual({ key: 'map-entries-change', facts: { entries: 'run.sh' } });
    });

    it('shows so many keys as a phone has room for, and counts the rest', async () => {
      const many = (value: number) =>
        file(Array.from({ length: 11 }, (_, index) => `k${index}: ${value}`).join('\n'));
      const { steps, notes } = await mounted([map('config-1', many(1)), map('config-2', many(2))]).plan();

      expect(Object.keys(steps[0].to).filter((name) => name.startsWith('config.yaml'))).toHaveLength(8);
      expect(notes).toContainEqual({ key: 'map-more-changes', facts: { more: 3 } });
    });

    it('goes back where the ConfigMap of now is missing, which may be the trouble', async () => {
      const { steps, undo } = await mounted([map('config-1', good)]).plan();

      expect(steps[0].to).toMatchObject({ 'config ConfigMap': 'config-1' });
      expect(undo?.[0].precondition).toMatchObject({ 'map config-2': 'none' });
    });

    it.each<readonly [string, string, readonly ReturnType<typeof map>[]]>([
      ['map-of-revision-gone', 'it does not exist', [map('config-2', bad)]],
      ['map-of-revision-written', 'it was written since', [map('config-1', good, 0.5), map('config-2', bad)]],
      [
        'map-of-revision-written',
        'nobody knows when it was written',
        [map('config-1', good, null), map('config-2', bad)],
      ],
    ])('is refused (%s) where %s', async (reason, _why, maps) => {
      await expect(mounted(maps).plan()).rejects.toMatchObject({ code: 'CONFLICT', facts: { reason } });
    });

    it('trusts one that cannot change, whenever it was written', async () => {
      const maps = [map('config-1', good, 0.5, { immutable: true }), map('config-2', bad)];

      expect((await mounted(maps).plan()).steps[0].to).toMatchObject({ 'config ConfigMap': 'config-1' });
    });

    it.each<readonly [string, object]>([
      ['a volume more', { volumes: [...mounts('config-2').volumes, { name: 'x', emptyDir: {} }] }],
      ['another mode', mounts('config-2', { defaultMode: 256 })],
      [
        'a Secret in its place',
        { volumes: [{ name: 'config', secret: { secretName: 's' } }, mounts('x').volumes[1]] },
      ],
      ['another order', { volumes: mounts('config-2').volumes.toReversed() }],
    ])('is refused for %s', async (_what, volumes) => {
      const { plan } = mounted(usual, [
        template('am:1', {}, mounts('config-1')),
        template('am:1', {}, volumes),
      ]);

      await expect(plan()).rejects.toMatchObject({
        facts: { reason: 'rollback-changes-more', fields: 'volumes' },
      });
    });

    it('says which right is missing to compare them', async () => {
      const { context } = mounted();
      const get = (kind: string, ...rest: unknown[]) =>
        kind === 'configmaps'
          ? Promise.reject(new TargetError('forbidden', 'not allowed'))
          : (context.deps as With<'kubernetes'>).kubernetes.get(
              ...([kind, ...rest] as never as Parameters<With<'kubernetes'>['kubernetes']['get']>),
            );
      const deps = context.deps as With<'kubernetes'>;
      const blind = { ...context, deps: { ...deps, kubernetes: { ...deps.kubernetes, get } } as never };

      await expect(rollbackWorkload.plan({ part }, blind)).rejects.toMatchObject({
        facts: { reason: 'missing-right', resource: expect.stringContaining('configmaps/config-') },
      });
    });

    it.each(['config-1', 'another'])('does nothing once %s takes its place', async (name) => {
      const { fixture, context, plan, there } = mounted();
      const made = await plan();
      there.splice(0, 1, map(name, good, -1, {}));
      if (name === 'config-1') Object.assign(there[0]?.metadata ?? {}, { resourceVersion: '8' });

      await expect(rollbackWorkload.applyStep(made.steps[0], made, context)).rejects.toMatchObject({
        facts: { reason: 'stale', differing: 'map config-1' },
      });
      expect(fixture.changes()).toBe(0);
    });
  });

  describe('R-P10: goes back to what is better', () => {
    const podOf = (revision: number, status: object) => ({
      metadata: { name: `p-${revision}`, uid: `p-${revision}`, ownerReferences: [{ uid: `rs-${revision}` }] },
      status,
    });
    const planned = (former: Template, now: Template, ...pods: readonly object[]) => {
      const fixture = simulatedDeployment({ spec: { template: now } } as never, {
        replicasets: [simulatedRevision(1, former), simulatedRevision(2, now)],
        pods,
      });
      const context = {
        ...{ deps: fixture.targets as With<'kubernetes'>, signal: new AbortController().signal },
        now: () => hours(1),
      };
      return rollbackWorkload.plan({ part }, context).then(
        () => 'a plan',
        (error: unknown) => (error as AppError).facts.reason,
      );
    };
    const needs = (cpu: string) => template('am:1', { resources: { requests: { cpu } } });
    const unscheduled = (message: string) =>
      podOf(2, { conditions: [{ type: 'PodScheduled', status: 'False', message }] });
    const waits = (reason: string) =>
      podOf(2, { containerStatuses: [{ name: 'main', state: { waiting: { reason } } }] });
    const noRoom = '0/3 nodes are available: 3 Insufficient cpu.';

    it.each([
      ['asks for less of what is short', needs('500m'), needs('2'), unscheduled(noRoom), 'a plan'],
      ['asks for more of it', needs('4'), needs('2'), unscheduled(noRoom), 'rollback-not-better'],
      [
        'stands before the same taint',
        needs('500m'),
        needs('2'),
        unscheduled('0/3 nodes are available: 3 node(s) had untolerated taint {dedicated: gpu}.'),
        'rollback-not-better',
      ],
      [
        'has the same claim',
        image('am:1'),
        image('am:2'),
        unscheduled('0/3 nodes are available: persistentvolumeclaim "data" not found.'),
        'rollback-not-better',
      ],
      ['has another image', image('am:1'), image('am:2'), waits('ImagePullBackOff'), 'a plan'],
      [
        'has the same image',
        template('am:2', { env: [] }),
        template('am:2', { env: [{ name: 'A', value: 'b' }] }),
        waits('ErrImagePull'),
        'rollback-not-better',
      ],
      [
        'has the same variables',
        template('am:2', { readinessProbe: { periodSeconds: 5 } }),
        image('am:2'),
        waits('CreateContainerConfigError'),
        'rollback-not-better',
      ],
      [
        'has other variables',
        template('am:2', { env: [{ name: 'A', value: 'b' }] }),
        image('am:2'),
        waits('CreateContainerConfigError'),
        'a plan',
      ],
      ['may be better', image('am:1'), image('am:2'), waits('CrashLoopBackOff'), 'a plan'],
    ])('the revision before %s', async (_what, former, now, pod, expected) => {
      expect(await planned(former, now, pod)).toBe(expected);
    });

    it('and not to one whose own Pods stand there and are not well', async () => {
      const before = (status: string) => podOf(1, { conditions: [{ type: 'Ready', status }] });

      expect(await planned(image('am:1'), image('am:2'), before('False'))).toBe('rollback-as-ill');
      expect(await planned(image('am:1'), image('am:2'), before('True'))).toBe('a plan');
    });
  });
});
