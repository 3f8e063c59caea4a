import { describe, expect, it } from 'vitest';
import type { Plan } from '../../../../../src/domain/fix/remediation.ts';
import type { ComposeContainer } from '../../../../../src/domain/probe/targets/compose.ts';
import type { With } from '../../../../../src/domain/probe/targets/targets.ts';
import { removeOverrideAnew as fix } from '../../../../../src/remediations/compose/container/remove-override.remediation.ts';
import { images, overridingName as name, overriddenService } from '../../../../support/replaced-service.ts';

const old = 'c1'.padEnd(64, '0');
const container = 'aetherius-agent-manager-1';
const beside = `${container}-aetherius-c1000000`;
const call = { part: 'agent-manager', key: 'event.workers', name } as const;

function fresh(more: Partial<ComposeContainer> = {}) {
  const fixture = overriddenService(more);
  const context = {
    ...{ deps: fixture.targets as With<'compose'>, signal: new AbortController().signal },
    ...{
      now: () => new Date('2026-11-25T02:00:00Z'),
      operation: { id: 'fix-1', age: () => Promise.resolve(0) },
    },
  };
  const plan = (params: object = {}) => fix.plan({ ...call, ...params }, context);
  const refusal = (params: object = {}) =>
    plan(params).then(
      () => 'planned',
      (error: unknown) => (error as { facts?: { reason?: string } }).facts?.reason ?? String(error),
    );
  const all = async (which: 'steps' | 'undo', planned: Plan, upTo = 99) => {
    for (const step of (planned[which] ?? []).slice(0, upTo)) await fix.applyStep(step, planned, context);
  };
  const serving = () => fixture.engine.containers.find((one) => one.name === container);
  return { ...fixture, context, plan, refusal, all, serving };
}
const flag = (...command: readonly string[]) => ({ env: {}, entrypoint: ['/bin/manager'], command });
const ofFlag = { key: 'event.workers', name: '--event.workers' };

describe('compose.remove-override', () => {
  it('makes the container anew without one variable, while the old one runs, and gives it back', async () => {
    const { plan, all, log, serving, context } = fresh();
    const planned = await plan();

    expect(planned).toMatchObject({
      tier: 3,
      target: 'compose/aetherius/agent-manager',
      blast: { facts: { before: '6', value: '20', file: '/etc/aetherius/config.yaml' } },
    });
    expect(planned.steps[0]).toMatchObject({
      kind: 'compose-create-without',
      from: { key: 'event.workers', value: '6', by: name },
      to: { value: '20', by: '/etc/aetherius/config.yaml', container: beside },
    });
    expect(planned.verifyWith).toContainEqual({
      probe: 'runtime.config-overrides',
      with: { part: 'agent-manager', key: 'event.workers' },
    });
    await all('steps', planned);
    expect(log.splice(0)).toEqual([
      `create ${beside} ${images.good.name}`,
      ...[`stop ${container}`, `restart=no ${container}`, `rename ${container}`],
      ...[`rename ${beside}`, `start ${container}`],
    ]);
    expect(serving()).toMatchObject({ env: { LEVEL: 'debug' }, imageId: images.good.id, state: 'running' });
    expect(serving()?.env).not.toHaveProperty(name);
    expect(await fix.settled?.(planned, context)).toBe(true);
    await all('undo', planned);
    expect(serving()).toMatchObject({ id: old, state: 'running', env: { [name]: '6' } });
    expect(log.at(-1)).toBe(`remove ${beside}`);
  });

  it.each([
    ['in one element', ['--a=1', '--event.workers=6', '--b=2'], ['--a=1', '--b=2']],
    ['in two', ['--event.workers', '6', '--b=2'], ['--b=2']],
    ['alone', ['-event.workers=6'], []],
  ] as const)('takes a flag away that stands %s', async (_how, command, left) => {
    const { plan, all, serving } = fresh(flag(...command));
    const planned = await plan({ name: command.find((word) => word.includes('workers'))?.split('=')[0] });
    await all('steps', planned);

    expect(serving()?.command).toEqual(left);
    expect(planned.patch?.at(-1)).toBe(
      left.length === 0 ? '    command: !reset null' : `    command: ${JSON.stringify(left)}`,
    );
  });

  it('says that it will not last, what to write, and which container is kept', async () => {
    const { notes, patch } = await fresh({ files: ['/srv/compose.yaml'] }).plan();

    expect(notes?.map(({ key }) => key)).toEqual([
      ...['container-kept', 'file-read-anew', 'lost-override', 'lost-override-patch'],
    ]);
    expect(patch).toEqual([
      ...['# /srv/compose.override.yml', 'services:', '  "agent-manager":'],
      ...['    environment:', `      "${name}": !reset null`],
    ]);
  });

  it('gives no lines that would repeat a secret of the other arguments', async () => {
    const { plan } = fresh(flag('--event.workers=6', '--password=hunter-2-horse'));
    const planned = await plan(ofFlag);

    expect(planned.patch).toBeUndefined();
    expect(JSON.stringify(planned)).not.toContain('hunter');
  });

  const refusals: readonly (readonly [reason: string, more: Partial<ComposeContainer>, params?: object])[] = [
    ['override-not-running', { state: 'exited' }],
    ['override-gone', { env: {} }],
    ['override-gone', {}, { key: 'executor.workers' }],
    ['override-used', { env: { [name]: '6', OTHER: `$(${name})` } }],
    ['override-used', { check: ['CMD-SHELL', `test $${name} = 6`] }],
    ['override-behind', { env: { [name]: '6', EVENT_WORKERS: '7' } }],
    ['override-behind', { command: ['--event.workers=7'] }],
    ['config-elsewhere', { command: ['--config=/other.yaml'] }],
    ['override-in-command', { ...flag('--event.workers=6'), entrypoint: ['/bin/sh', '-c'] }, ofFlag],
    ['override-in-command', { env: {}, entrypoint: ['/bin/x', '--event.workers=6'] }, ofFlag],
    ['override-twice', flag('--event.workers=6', '--event.workers=7'), ofFlag],
    ['override-not-plain', flag('--event.workers', '--x'), ofFlag],
    ['override-may-be-secret', { env: { [name]: 'ghp_0123456789abcdefghijABCDEFGHIJ012345' } }],
    ['override-says-the-same', { env: { [name]: '20' } }],
    ['override-file-inside', { mounted: [] }],
    ['override-file-inside', { mounted: [{ kind: 'tmpfs', source: '', destination: '/etc/aetherius' }] }],
    ['anew-privileged', { making: { obstacles: ['privileged'], leansOn: [], restart: 'no' } }],
  ];
  it.each(refusals.map(([reason, more, params = {}]) => ({ reason, more, params })))(
    'is refused: $reason (%#)',
    async ({ reason, more, params }) => {
      const { refusal, log } = fresh(more);

      expect(await refusal(params)).toBe(reason);
      expect(log).toEqual([]);
    },
  );

  it.each<readonly [string, (at: ReturnType<typeof fresh>) => void]>([
    [
      'override-of-image',
      (at) =>
        at.engine.images.set(images.good.id, {
          ...{ id: images.good.id, volumes: [], command: [] },
          env: { [name]: '5' },
        }),
    ],
    ['anew-present-gone', (at) => at.engine.images.delete(images.good.id)],
    ['recreate-off', (at) => Reflect.deleteProperty(at.targets.compose, 'anew')],
    ['override-file-unread', (at) => Reflect.deleteProperty(at.targets.compose, 'files')],
    [
      'setting-not-in-file',
      (at) => {
        at.engine.file = 'event: {}\n';
      },
    ],
  ])('is refused with %s', async (reason, change) => {
    const at = fresh();
    change(at);

    expect(await at.refusal()).toBe(reason);
  });

  it('is refused where the image would start something else, or has the flag itself', async () => {
    for (const [command, reason] of [
      [['serve'], 'override-before-image'],
      [['--event.workers=6'], 'override-of-image'],
    ] as const) {
      const at = fresh(flag('--event.workers=6'));
      at.engine.images.set(images.good.id, { id: images.good.id, volumes: [], env: {}, command });
      expect(await at.refusal(ofFlag)).toBe(reason);
    }
  });

  it.each([
    ['before the container is made', 0],
    ['before it is started', 5],
  ])('R-P3: does nothing more where the file says another value %s', async (_when, done) => {
    const { plan, all, context, engine, log } = fresh();
    const planned = await plan();
    await all('steps', planned, done);
    log.splice(0);
    engine.file = 'event:\n  workers: 30\n';

    await expect(fix.applyStep(planned.steps[done]!, planned, context)).rejects.toMatchObject({
      facts: { reason: 'stale', differing: 'below' },
    });
    expect(log).toEqual([]);
  });

  it('R-P3: makes none in the place of one that somebody has stopped', async () => {
    const { plan, context, engine, log } = fresh();
    const planned = await plan();
    engine.containers[0] = { ...(engine.containers[0] as ComposeContainer), state: 'exited' };

    await expect(fix.applyStep(planned.steps[0], planned, context)).rejects.toMatchObject({
      facts: { reason: 'stale' },
    });
    expect(log).toEqual([]);
  });

  it('lasts once Compose has made a container without it', async () => {
    const { plan, all, engine, context } = fresh();
    const planned = await plan();
    await all('steps', planned);
    const ours = await fix.standing?.(planned, context);
    const [first] = engine.containers.splice(0);
    const byCompose = {
      ...{ ...(first as ComposeContainer), id: 'c9', name: container },
      making: { obstacles: [], leansOn: [], restart: 'no' },
    };
    engine.containers.push({ ...byCompose, env: {} });
    const kept = await fix.standing?.(planned, context);
    engine.containers[0] = byCompose;

    expect([ours, kept, await fix.standing?.(planned, context)]).toEqual([
      ...[{ is: 'ours' }, { is: 'kept' }, { is: 'gone' }],
    ]);
  });

  it.each([
    [{ key: 'event.workers', name, fileRuns: true }, { ...call }],
    [{ key: 'event.workers', name: `${name} (ConfigMap x/y)`, fileRuns: true }, { ...call }],
    [{ key: 'a key', name, fileRuns: true }, undefined],
    // Where nothing shows that the file's value is the right one, and of a finding from before that was asked.
    [{ key: 'event.workers', name, fileRuns: false }, undefined],
    [{ key: 'event.workers', name }, undefined],
  ])('of a finding with %j it makes %j', (facts, params) => {
    const finding = {
      code: 'CONFIG_OVERRIDDEN',
      severity: 'warning',
      subject: 's',
      part: call.part,
      facts,
    } as const;

    expect(fix.paramsFor(finding)).toEqual(params);
  });
});
