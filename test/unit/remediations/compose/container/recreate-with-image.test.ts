import { describe, expect, it } from 'vitest';
import type { Plan } from '../../../../../src/domain/fix/remediation.ts';
import type { Finding } from '../../../../../src/domain/probe/finding.ts';
import type { ComposeContainer } from '../../../../../src/domain/probe/targets/compose.ts';
import type { With } from '../../../../../src/domain/probe/targets/targets.ts';
import { recreateWithImage } from '../../../../../src/remediations/compose/container/recreate-with-image.remediation.ts';
import { images, replacedService } from '../../../../support/replaced-service.ts';

const old = 'c1'.padEnd(64, '0');
const name = 'aetherius-agent-manager-1';
const [before, beside] = [`${name}-before-c1000000`, `${name}-aetherius-c1000000`];

function fresh(more: Partial<ComposeContainer> = {}, by = 'fix-1') {
  const fixture = replacedService(more);
  const context = {
    ...{ deps: fixture.targets as With<'compose'>, signal: new AbortController().signal },
    ...{ now: () => new Date('2026-11-25T00:00:10Z'), operation: { id: by, age: () => Promise.resolve(0) } },
  };
  const plan = () => recreateWithImage.plan({ part: 'agent-manager' }, context);
  const refusal = () =>
    plan().then(
      () => 'planned',
      (error: unknown) => (error as { facts?: { reason?: string } }).facts?.reason ?? String(error),
    );
  const all = async (which: 'steps' | 'undo', planned: Plan, upTo = 99) => {
    for (const step of (planned[which] ?? []).slice(0, upTo))
      await recreateWithImage.applyStep(step, planned, context);
  };
  const seen = async (which: 'steps' | 'undo', planned: Plan) =>
    Promise.all((planned[which] ?? []).map((step) => recreateWithImage.observeStep(step, planned, context)));
  return { ...fixture, context, plan, refusal, all, seen };
}

const making = (more: Partial<NonNullable<ComposeContainer['making']>>) => ({
  making: { obstacles: [], leansOn: [], restart: 'unless-stopped', ...more },
});

describe('compose.recreate-with-image', () => {
  it('makes the new one beside the old, and gives it the name once the old one has stopped', async () => {
    const { plan, all, log } = fresh();
    const planned = await plan();

    await all('steps', planned);
    const forth = log.splice(0);
    await all('undo', planned);

    expect(forth).toEqual([
      `create ${beside} ${images.good.name}`,
      ...[`stop ${name}`, `restart=no ${name}`, `rename ${name}`, `rename ${beside}`, `start ${name}`],
    ]);
    expect(log).toEqual([
      ...[`stop ${name}`, `rename ${name}`, `rename ${before}`, `restart=unless-stopped ${name}`],
      ...[`start ${name}`, `remove ${beside}`],
    ]);
  });

  it('leaves out what need not be done: one that has ended is not stopped, and not started by the undo', async () => {
    const { plan } = fresh({ state: 'exited', ...making({ restart: 'no' }) });

    const { steps, undo = [] } = await plan();

    expect(steps.map(({ kind }) => kind)).toEqual([
      ...['compose-create', 'compose-rename', 'compose-rename', 'compose-start'],
    ]);
    expect(undo.map(({ kind }) => kind)).toEqual([
      ...['compose-stop', 'compose-rename', 'compose-rename', 'compose-remove'],
    ]);
  });

  it('says that it will not last, what to write, and which container is kept', async () => {
    const { tier, notes, patch, undo } = await fresh({ files: ['/srv/compose.yaml'] }).plan();

    expect(tier).toBe(3);
    expect(notes?.map(({ key }) => key)).toEqual([
      'image-ran',
      'schema-stays',
      'container-kept',
      'lost-image',
    ]);
    expect(notes?.[2]?.facts).toEqual({ container: before });
    expect(patch).toEqual([
      ...['# /srv/compose.override.yml', 'services:', '  "agent-manager":'],
      `    image: "${images.good.name}"`,
    ]);
    expect(undo).toBeDefined();
  });

  it('goes by the id where the tag leads elsewhere, and gives the image a name of its own', async () => {
    const { plan, all, engine, log } = fresh();
    engine.images.set(images.good.name, { id: images.bad.id, volumes: [], env: {}, command: [] });
    const planned = await plan();

    await all('steps', planned, 1);

    expect(planned.patch?.[0]).toBe(
      `docker tag ${images.good.id} lab.local/agent-manager:before-${'a'.repeat(12)}`,
    );
    expect(log).toEqual([`create ${beside} ${images.good.id}`]);
  });

  it('takes away what it has made where the tag was moved in the last moment', async () => {
    const { plan, context, engine, log } = fresh();
    const planned = await plan();
    engine.images.set(images.good.name, { id: images.bad.id, volumes: [], env: {}, command: [] });

    await expect(recreateWithImage.applyStep(planned.steps[0], planned, context)).rejects.toMatchObject({
      facts: { reason: 'stale' },
    });

    expect(log).toEqual([`create ${beside} ${images.good.name}`, `remove ${beside}`]);
  });

  it('is under way while a network is missing, and goes on with that alone', async () => {
    const both = { networks: ['aetherius', 'side'], networkIds: ['id of aetherius', 'id of side'] };
    const { plan, context, engine, log } = fresh(both);
    const planned = await plan();
    const target = context.deps.compose;
    await target.anew?.create(old, {
      ...{ name: beside, image: images.good.name, imageId: images.good.id, fix: 'fix-1' },
    });
    log.splice(0);

    expect(await recreateWithImage.observeStep(planned.steps[0], planned, context)).toBe('under-way');
    await recreateWithImage.applyStep(planned.steps[0], planned, context);

    expect(log).toEqual([`join side ${beside}`]);
    expect(await recreateWithImage.observeStep(planned.steps[0], planned, context)).toBe('done');
    expect(engine.containers).toHaveLength(2);
  });

  it('touches nothing that another fix has made in its place', async () => {
    const { plan, context, seen } = fresh();
    const planned = await plan();
    await context.deps.compose.anew?.create(old, {
      ...{ name: beside, image: images.good.name, imageId: images.good.id, fix: 'another' },
    });

    expect(new Set(await seen('steps', planned))).toEqual(new Set(['unknown']));
  });

  it('says of each step of the way back that it is done, where the way forth ended after its first', async () => {
    const { plan, all, seen, log } = fresh();
    const planned = await plan();
    await all('steps', planned, 1);

    // The old one runs on, so nothing but the new one is to be taken away.
    expect(await seen('undo', planned)).toEqual(['done', 'done', 'done', 'done', 'done', 'not-done']);
    log.splice(0);
    await all('undo', planned);
    expect(log).toEqual([`remove ${beside}`]);
  });

  it('does not know where somebody has removed the new one, and leaves the old one', async () => {
    const { plan, all, seen, meddle } = fresh();
    const planned = await plan();
    await all('steps', planned);
    meddle();

    expect(new Set(await seen('undo', planned))).toEqual(new Set(['unknown']));
  });

  it('does not begin where the old one has come to run well', async () => {
    const { plan, context, engine } = fresh();
    const planned = await plan();
    engine.containers[0] = {
      ...(engine.containers[0] as ComposeContainer),
      state: 'running',
      health: 'healthy',
    };

    expect(await recreateWithImage.observeStep(planned.steps[0], planned, context)).toBe('unknown');
  });

  it.each([
    ['anew-privileged', making({ obstacles: ['privileged'] })],
    ['anew-runs', { state: 'running', health: 'healthy' }],
    ['anew-stopped', { state: 'exited', exitCode: 143 }],
    ['anew-stopped', { state: 'restarting', oomKilled: true }],
    ['anew-volume', { mounted: [] }],
    ['image-elsewhere', { image: 'lab.local/other:2' }],
    ['anew-image-ran', { imageId: images.good.id }],
  ] as const)('is refused with %s for a container with %j', async (reason, more) => {
    expect(await fresh(more as Partial<ComposeContainer>).refusal()).toBe(reason);
  });

  it.each([
    ['anew-nothing-ran', (at: ReturnType<typeof fresh>) => (at.engine.ran = [])],
    ['anew-image-gone', (at: ReturnType<typeof fresh>) => at.engine.images.delete(images.good.id)],
    ['anew-present-gone', (at: ReturnType<typeof fresh>) => at.engine.images.delete(images.bad.id)],
    ['recreate-off', (at: ReturnType<typeof fresh>) => Reflect.deleteProperty(at.targets.compose, 'anew')],
    [
      'several-containers',
      (at: ReturnType<typeof fresh>) =>
        at.engine.containers.push({
          ...(at.engine.containers[0] as ComposeContainer),
          id: 'c2',
          name: 'second',
        }),
    ],
    [
      'anew-leaned-on',
      (at: ReturnType<typeof fresh>) =>
        at.engine.containers.push({
          ...(at.engine.containers[0] as ComposeContainer),
          ...{ id: 'c3', name: 'peer', service: 'peer', ...making({ leansOn: [old] }) },
        }),
    ],
  ])('is refused with %s', async (reason, change) => {
    const at = fresh();
    change(at);

    expect(await at.refusal()).toBe(reason);
  });

  it.each([
    ['agent-manager', { imageBefore: 'x:1' }, { part: 'agent-manager' }],
    ['collect-agent', { imageBefore: 'x:1' }, { part: 'collect-agent' }],
    ['agent-manager', {}, undefined],
    ['redis', { imageBefore: 'x:1' }, undefined],
    ['runtime', { imageBefore: 'x:1' }, undefined],
  ] as const)('of a finding at %s with %j it makes %j', (part, facts, params) => {
    const finding = { ...{ code: 'CONTAINER_RESTARTING', severity: 'critical', subject: name }, part, facts };

    expect(recreateWithImage.paramsFor(finding as Finding)).toEqual(params);
  });

  it('lasts once Compose has made a container from that image', async () => {
    const { plan, all, engine, context } = fresh();
    const planned = await plan();
    await all('steps', planned);
    const standing = () => recreateWithImage.standing?.(planned, context);
    const ours = await standing();
    const [first] = engine.containers.splice(0);
    const byCompose = { ...(first as ComposeContainer), id: 'c9', name, ...making({}) };

    engine.containers.push({ ...byCompose, imageId: images.good.id });
    const kept = await standing();
    engine.containers[0] = { ...byCompose, imageId: images.bad.id };

    expect([ours, kept, await standing()]).toEqual([{ is: 'ours' }, { is: 'kept' }, { is: 'gone' }]);
  });
});
