import { describe, expect, it } from 'vitest';
import { platformOf } from '../../../../../src/domain/platform/platform.ts';
import type { With } from '../../../../../src/domain/probe/targets/targets.ts';
import { removeOverride } from '../../../../../src/remediations/kubernetes/config/remove-override.remediation.ts';
import { configText, simulatedOverride } from '../../../../support/remediation-fixtures.ts';

const part = 'agent-manager';
const name = 'AETHERIUS_EVENT_WORKERS';
const call = { part, key: 'event.workers', name } as const;
type Fixture = ReturnType<typeof simulatedOverride>;
const fresh = (...of: Parameters<typeof simulatedOverride>) => {
  const fixture = simulatedOverride(...of);
  const deps = fixture.targets as With<'kubernetes'>;
  const context = { deps, signal: new AbortController().signal, now: () => new Date(0) };
  const plan = (params: object = {}) => removeOverride.plan({ ...call, ...params }, context);
  return { fixture, deps, context, plan };
};
const containers = ({ workload }: Fixture) =>
  (workload.object().spec.template as { spec: { containers: Record<string, unknown>[] } }).spec.containers;
const main = (fixture: Fixture) => containers(fixture)[1] ?? {};
const mark = ({ workload }: Fixture) =>
  (workload.object().metadata.annotations as Record<string, string> | undefined)?.[
    'aetherius.io/uncovered-generation'
  ];
const variable = (value: string) => ({ env: [{ name, value }] });

describe('kubernetes.remove-override', () => {
  it('takes one variable from one container, and puts the very entry back at its place', async () => {
    const { fixture, context, plan } = fresh();
    const [side, before] = structuredClone(containers(fixture));
    const made = await plan();

    expect(made).toMatchObject({
      target: 'deployments/aetherius/agent-manager',
      steps: [
        {
          from: { key: 'event.workers', value: '5', by: name },
          to: { key: 'event.workers', value: '10', by: 'configmap/agent-manager-config' },
        },
      ],
      blast: { facts: { before: '5', value: '10', map: 'agent-manager-config', pods: 2 } },
    });
    expect(made.verifyWith).toContainEqual({
      probe: 'runtime.config-overrides',
      with: { part, key: 'event.workers' },
    });
    await removeOverride.applyStep(made.steps[0], made, context);
    expect(containers(fixture)).toEqual([
      side,
      {
        ...before,
        env: [
          { name: 'LEVEL', value: 'debug' },
          { name: 'ZONE', value: 'a' },
        ],
      },
    ]);
    expect(mark(fixture)).toBe('generation 3');
    expect(await removeOverride.settled?.(made, context)).toBe(true);
    const [undo] = made.undo ?? [];
    if (undo === undefined) throw new Error('no undo');
    await removeOverride.applyStep(undo, made, context);
    expect(containers(fixture)).toEqual([side, before]);
    expect(mark(fixture)).toBeUndefined();
  });

  it.each<readonly [string, string, readonly string[], readonly string[]]>([
    ['in one element', '--event.workers', ['serve', '--event.workers=5', '-v'], ['serve', '-v']],
    ['in two elements', '-event.workers', ['-v', '-event.workers', '5', 'serve'], ['-v', 'serve']],
    ['with dashes', '--event-workers', ['--event-workers=5'], []],
  ])('takes one flag %s from the arguments, and back', async (_what, flag, args, left) => {
    const { fixture, context, plan } = fresh({ args });
    const made = await plan({ name: flag });

    expect(made.steps[0]).toMatchObject({ from: { value: '5', by: flag }, to: { value: '10' } });
    await removeOverride.applyStep(made.steps[0], made, context);
    expect(main(fixture).args).toEqual(left);
    for (const undo of made.undo ?? []) await removeOverride.applyStep(undo, made, context);
    expect(main(fixture).args).toEqual(args);
  });

  it('follows the prefix and the keys of the installation (R-PLAT25)', async () => {
    const { context, deps } = fresh(
      { env: [{ name: 'OWN_EVENTS_POOL', value: '5' }] },
      { map: { data: { 'config.yaml': 'events: { pool: 4 }\n' } } },
    );
    const platform = platformOf({
      keys: { 'event.workers': 'events.pool' },
      variables: { prefix: 'OWN_' },
    });
    const made = await removeOverride.plan(
      { part, key: 'events.pool', name: 'OWN_EVENTS_POOL' },
      { ...context, deps: { ...deps, platform } },
    );

    expect(made.steps[0]).toMatchObject({ from: { value: '5' }, to: { value: '4' } });
  });

  const own = { name, valueFrom: { configMapKeyRef: { name: 'm', key: 'workers' } } };
  it.each<readonly [string, object, object]>([
    ['override-gone', {}, {}],
    ['override-gone', { env: [{ name: 'LEVEL', value: '5' }] }, { name: 'LEVEL' }],
    ['override-gone', { args: ['--config.level=5'] }, { name: '--config.level' }],
    ['override-gone', { args: ['--event.workers=5'] }, { name: '--event-workers' }],
    ['override-from-elsewhere', { env: [own] }, {}],
    ['override-from-elsewhere', { envFrom: [{ configMapRef: { name: 'm' } }] }, {}],
    ['override-twice', { env: [variable('5').env[0], variable('6').env[0]] }, {}],
    ['override-twice', { args: ['-event.workers', '5', '-event.workers=6'] }, { name: '-event.workers' }],
    ['override-in-command', { command: ['am', '--event.workers=5'] }, { name: '--event.workers' }],
    [
      'override-in-command',
      { command: ['/bin/sh', '-c', 'am "$@"', 'am'], args: ['--event.workers=5'] },
      { name: '--event.workers' },
    ],
    ['override-used', { env: [...variable('5').env, { name: 'B', value: `$(${name})` }] }, {}],
    ['override-used', { ...variable('5'), args: [`--level=$(${name})`] }, {}],
    [
      'override-used',
      { ...variable('5'), livenessProbe: { exec: { command: ['sh', '-c', `test $${name} = 5`] } } },
      {},
    ],
    ['override-not-plain', variable('5\n6'), {}],
    ['override-not-plain', variable('5'.repeat(201)), {}],
    ['override-not-plain', variable('5\u202e'), {}],
    ['override-not-plain', { args: ['--event.workers', '--verbose'] }, { name: '--event.workers' }],
    ['override-not-plain', { args: ['--event.workers'] }, { name: '--event.workers' }],
    ['override-behind', { ...variable('5'), args: ['--event.workers=6'] }, {}],
    ['override-behind', { env: [...variable('5').env, { name: 'EVENT_WORKERS', value: '6' }] }, {}],
    ['override-behind', { env: [...variable('5').env, { name: 'OWN_EVENT_WORKERS', value: '6' }] }, {}],
    ['override-says-the-same', variable('10'), {}],
    ['config-elsewhere', { ...variable('5'), args: ['--config=/tmp/x.yaml'] }, {}],
    ['config-not-in-map', { ...variable('5'), volumeMounts: [] }, {}],
  ])('is refused: %s %j', async (reason, container, params) => {
    const { fixture, plan } = fresh(container as never);

    await expect(plan(params)).rejects.toMatchObject({ code: 'CONFLICT', facts: { reason } });
    expect(fixture.changes()).toBe(0);
  });

  it.each<readonly [string, string, string]>([
    ['override-behind', 'AETHERIUS_EVENT_WORKERS: "6"', 'event.workers'],
    ['setting-not-in-file', 'event: {}', 'event.workers'],
    ['setting-not-in-file', 'event: { workers: [1] }', 'event.workers'],
    ['setting-not-in-file', 'event: 5', 'event.workers'],
    ['config-unreadable', 'event: {', 'event.workers'],
    ['config-not-one-document', 'event: {}\n---\n', 'event.workers'],
  ])('is refused: %s for what stands behind it', async (reason, text) => {
    const behind = reason === 'override-behind';
    const { plan } = fresh(
      {
        ...variable('5'),
        ...(behind ? { envFrom: [{ configMapRef: { name: 'agent-manager-config' } }] } : {}),
      },
      { map: { data: behind ? { [name]: '6' } : { 'config.yaml': text } } },
    );

    await expect(plan()).rejects.toMatchObject({ code: 'CONFLICT', facts: { reason } });
  });

  it('knows that a switch takes no element of its own after it', async () => {
    const flag = { args: ['--server.debug', 'serve'] };
    const file = (debug: string) => ({ map: { data: { 'config.yaml': `server: { debug: ${debug} }` } } });
    const ask = { key: 'server.debug', name: '--server.debug' };

    await expect(fresh(flag, file('false')).plan(ask)).rejects.toMatchObject({
      facts: { reason: 'override-not-plain' },
    });
    // What stands behind it is no switch; only nothing shows that the program would run with it.
    await expect(fresh(flag, file('"no"')).plan(ask)).rejects.toMatchObject({
      facts: { reason: 'override-unproved', value: 'serve' },
    });
  });

  it.each<readonly [string, string, string, string]>([
    ['database.password', 'AETHERIUS_DATABASE_PASSWORD', 'hunter-2', 'from-the-file'],
    ['database.url', 'AETHERIUS_DATABASE_URL', 'postgres://u:hunter-2@h/d', 'postgres://h/d'],
    ['database.url', 'AETHERIUS_DATABASE_URL', 'postgres://h/d', 'postgres://u:hunter-2@h/d'],
  ])('never shows what may be a secret (%s, %s)', async (key, one, value, inFile) => {
    const [group = '', last = ''] = key.split('.');
    const text = `${group}: { ${last}: "${inFile}" }`;
    const { plan } = fresh({ env: [{ name: one, value }] }, { map: { data: { 'config.yaml': text } } });
    const refusal: unknown = await plan({ key, name: one }).catch((error: unknown) => error);

    expect(refusal).toMatchObject({ facts: { reason: 'override-may-be-secret', name: one } });
    expect(JSON.stringify(refusal) + String(refusal)).not.toMatch(/hunter|from-the-file/);
  });

  it.each<readonly [string, (fixture: Fixture) => void, string]>([
    [
      'another value',
      ({ workload }) =>
        workload.set({ spec: { template: { spec: { containers: [{ name: part, image: 'x' }] } } } }),
      'generation',
    ],
    ['another label', ({ workload }) => workload.set({ spec: { minReadySeconds: 3 } }), 'generation'],
    [
      'another value in the file',
      (fixture) => fixture.set({ data: { 'config.yaml': configText.replace('10 # as', '11 # as') } }),
      'below',
    ],
  ])('does nothing once somebody has set %s', async (_what, meddle, differing) => {
    const { fixture, context, plan } = fresh();
    const made = await plan();
    meddle(fixture);

    await expect(removeOverride.applyStep(made.steps[0], made, context)).rejects.toMatchObject({
      facts: { reason: 'stale', differing: expect.stringContaining(differing) },
    });
    expect(fixture.changes()).toBe(0);
  });

  it('goes on where the file changed in another key', async () => {
    const { fixture, context, plan } = fresh();
    const made = await plan();
    fixture.set({ data: { 'config.yaml': configText.replace('8080', '9090') } });

    await removeOverride.applyStep(made.steps[0], made, context);
    expect(await removeOverride.observeStep(made.steps[0], made, context)).toBe('done');
  });

  it('takes what another hand has taken away for nothing of its own', async () => {
    const { fixture, context, plan } = fresh();
    const made = await plan();
    const bare = containers(fixture).map((one) => ({ ...one, env: [] }));
    fixture.workload.set({ spec: { template: { spec: { containers: bare } } } });

    expect(await removeOverride.observeStep(made.steps[0], made, context)).toBe('unknown');
  });

  it('is not undone once somebody has changed the workload', async () => {
    const { fixture, context, plan } = fresh();
    const made = await plan();
    await removeOverride.applyStep(made.steps[0], made, context);
    fixture.workload.set({ spec: { minReadySeconds: 3 } });
    const [undo] = made.undo ?? [];
    if (undo === undefined) throw new Error('no undo');

    await expect(removeOverride.applyStep(undo, made, context)).rejects.toMatchObject({
      facts: { reason: 'stale' },
    });
    expect(await removeOverride.observeStep(undo, made, context)).toBe('unknown');
  });

  it('says what else the new Pods read, and what a Secret may hide', async () => {
    const written = {
      metadata: {
        managedFields: [
          {
            manager: 'kubectl-edit',
            time: '2026-11-29T08:00:00Z',
            fieldsV1: { 'f:data': { 'f:config.yaml': {} } },
          },
        ],
      },
    };
    const pod = (creationTimestamp: string) => ({
      pods: [{ metadata: { name: 'p', uid: 'p', creationTimestamp, ownerReferences: [{ uid: 'rs-1' }] } }],
    });
    const keys = async (...of: Parameters<typeof fresh>) =>
      (await fresh(...of).plan()).notes?.map(({ key }) => key);

    expect(await keys(variable('5'), { map: written }, pod('2026-11-29T07:00:00Z'))).toEqual([
      'config-read-anew',
    ]);
    expect(await keys(variable('5'), { map: written }, pod('2026-11-29T09:00:00Z'))).toEqual([]);
    const secret = { ...variable('5'), envFrom: [{ secretRef: { name: 's' } }] };
    expect(await keys(secret)).toEqual(['secret-may-hide']);
    expect((await fresh(secret).plan()).verifyWith.map(({ probe }) => probe)).not.toContain(
      'runtime.config-overrides',
    );
  });

  it('says who puts it back, with the lines to keep, which repeat no secret', async () => {
    const argo = {
      metadata: {
        annotations: { 'argocd.argoproj.io/tracking-id': 'shop:apps/Deployment:aetherius/agent-manager' },
      },
    };
    const lines = async (container: object, params: object = {}) => {
      const { notes, patch } = await fresh(container as never, argo).plan(params);
      return [notes?.map(({ key }) => key), patch?.join('\n')];
    };
    const flag = { name: '--event.workers' };

    expect(await lines(variable('5'))).toEqual([
      ['puts-back.argocd', 'temporary'],
      expect.stringMatching(/- name: AETHERIUS_EVENT_WORKERS\n +\$patch: delete/),
    ]);
    expect(await lines({ args: ['serve', '--event.workers=5'] }, flag)).toEqual([
      ['puts-back.argocd', 'temporary'],
      expect.stringMatching(/args:\n +- serve\n*$/),
    ]);
    expect(await lines({ args: ['--token=hunter-2', '--event.workers=5'] }, flag)).toEqual([
      ['puts-back.argocd'],
      undefined,
    ]);
  });

  it('makes its parameters of what was found, and nothing of a name that is none', () => {
    const of = (facts: Record<string, string | boolean>) =>
      removeOverride.paramsFor({
        ...{ code: 'CONFIG_OVERRIDDEN', severity: 'warning', part, subject: 'x' },
        facts: { fileRuns: true, ...facts },
      });

    expect(of({ key: 'event.workers', name })).toEqual(call);
    expect(of({ key: 'event.workers', name, fileRuns: false })).toBeUndefined();
    // Its plan says why it is left to people.
    expect(of({ key: 'event.workers', name: `${name} (ConfigMap m/workers)` })).toEqual(call);
    expect(of({ key: 'event.workers', name: '<!channel>' })).toBeUndefined();
    expect(of({ key: 'event.workers', name: `${name}\n` })).toBeUndefined();
    expect(of({ key: 'event workers', name })).toBeUndefined();
  });
});
