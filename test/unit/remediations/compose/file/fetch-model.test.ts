import { describe, expect, it } from 'vitest';
import type { ComposeContainer } from '../../../../../src/domain/probe/targets/compose.ts';
import type { With } from '../../../../../src/domain/probe/targets/targets.ts';
import { fetchModel as fix } from '../../../../../src/remediations/compose/file/fetch-model.remediation.ts';
import { refused } from '../../../../../src/remediations/shared/stale.ts';
import { brokenModel, modelPath, modelSource } from '../../../../support/remediation-fixtures.ts';

const fresh = (start: Partial<ComposeContainer> = {}, was = 'broken') => {
  const fixture = brokenModel(start, was);
  const deps = fixture.targets as With<'compose' | 'services'>;
  const context = {
    ...{ deps, signal: new AbortController().signal, now: () => new Date(0) },
    operation: { id: '6f1d', age: () => Promise.resolve(0) },
  };
  return { fixture, deps, context, plan: () => fix.plan({}, context) };
};
const bind = (source: string, destination: string) => ({ kind: 'bind', source, destination });

describe('compose.fetch-model', () => {
  it('puts the named file in the place of the broken one, restarts the container, and back', async () => {
    const { fixture, context, plan } = fresh();
    const made = await plan();

    expect(made).toMatchObject({
      target: 'compose/aetherius/reasoning-service',
      tier: 3,
      raised: { key: 'model-is-code' },
      steps: [
        {
          target: modelPath,
          from: { bytes: 9 },
          to: { bytes: 5_000, sha256: 'ab12ab12ab12' },
          precondition: { ...modelSource, bytes: 5_000, was: 'broken' },
        },
        { kind: 'compose-restart', target: 'aetherius-reasoning-service-1' },
      ],
      undo: [{ kind: 'compose-put-model-back', to: { bytes: 9 } }, { kind: 'compose-restart' }],
      notes: [{ key: 'model-source' }, { key: 'model-kept' }],
      objects: 2,
    });
    for (const step of made.steps) await fix.applyStep(step, made, context);
    expect(fixture.state()).toBe('good');
    expect(fixture.log).toEqual(['fetch 6f1d 5000']);
    expect(await fix.settled?.(made, context)).toBe(true);
    for (const step of made.undo ?? []) await fix.applyStep(step, made, context);
    expect(fixture.state()).toBe('broken');
    expect(fixture.changes()).toBe(4);
  });

  it('is undone by nothing where there was no file', async () => {
    const { fixture, context, plan } = fresh({}, 'missing');
    const made = await plan();

    expect(made.undo).toBeUndefined();
    expect(made.steps[0]).toMatchObject({ from: { bytes: 0 }, precondition: { was: 'none' } });
    expect(made.notes).toContainEqual({ key: 'model-was-missing', facts: {} });
    for (const step of made.steps) await fix.applyStep(step, made, context);
    expect(fixture.state()).toBe('good');
  });

  it('asks for a real analysis afterwards', async () => {
    const { plan } = fresh();

    expect((await plan()).verifyWith).toContainEqual({ probe: 'services.root-cause-call' });
  });

  it('is not done while the container has not started since', async () => {
    const { fixture, context, plan } = fresh();
    const made = await plan();
    await fix.applyStep(made.steps[0], made, context);

    expect(await fix.settled?.(made, context)).toBe(false);
    await fix.applyStep(made.steps[1]!, made, context);
    expect(await fix.settled?.(made, context)).toBe(true);
    fixture.set({ health: 'starting' });
    expect(await fix.settled?.(made, context)).toBe(false);
  });

  it('finds the file where a flag, a variable or the file of another path says it is', async () => {
    const own = (more: Partial<ComposeContainer>) =>
      fresh({ mounted: [bind('/srv/models', '/other')], ...more });
    const inside = '/other/isolation-forest.joblib';
    for (const more of [
      { command: [`--model.path=${inside}`] },
      { entrypoint: ['x', '--model.path', inside] },
      { env: { AETHERIUS_MODEL_PATH: inside } },
    ]) {
      const { fixture, plan } = own(more);
      const compose = fixture.targets.compose as unknown as { stat: (id: string, path: string) => unknown };
      const stat = compose.stat.bind(compose);
      compose.stat = (id, path) => stat(id, path.replace('/other', '/app/models'));
      expect((await plan()).steps[0].target).toBe(modelPath);
    }
  });

  it.each<
    readonly [string, Partial<ComposeContainer>, (fixture: ReturnType<typeof brokenModel>) => void, string]
  >([
    ['no file of the host', { mounted: [] }, () => undefined, 'file-not-mounted'],
    [
      'a volume',
      { mounted: [{ kind: 'volume', source: '/var/lib/x', destination: '/app/models' }] },
      () => undefined,
      'file-not-mounted',
    ],
    [
      'a folder that is not given',
      { mounted: [bind('/srv/x', '/app/models')] },
      () => undefined,
      'file-not-given',
    ],
    ['nothing that runs', { state: 'exited' }, () => undefined, 'no-target'],
    ['no path', {}, ({ config }) => Object.assign(config, { text: 'model: {}' }), 'model-path-unseen'],
    ['no YAML', {}, ({ config }) => Object.assign(config, { text: '{' }), 'model-path-unseen'],
    [
      'a folder alone',
      {},
      ({ config }) => Object.assign(config, { text: 'model: { path: /app/models/ }' }),
      'model-path-unseen',
    ],
    [
      'a way out',
      {},
      ({ config }) => Object.assign(config, { text: 'model: { path: /app/models/../x }' }),
      'model-path-unseen',
    ],
    ['another folder', {}, ({ folder }) => Object.assign(folder, { modifiedNs: '2' }), 'model-differs'],
    [
      'no right in the folder',
      {},
      ({ folder }) => Object.assign(folder, { unwritable: 'folder' }),
      'file-unwritable-folder',
    ],
    [
      'a file of another owner',
      {},
      ({ folder }) => Object.assign(folder, { unwritable: 'owner' }),
      'file-unwritable-owner',
    ],
    ['no room', {}, ({ folder }) => Object.assign(folder, { freeBytes: 4_999 }), 'model-no-room'],
    ['the right file already', {}, ({ put }) => put('good'), 'model-there-already'],
    [
      'a redirect',
      {},
      ({ offer }) => Object.assign(offer, { error: refused('model-redirected') }),
      'model-redirected',
    ],
  ])('is refused where there is %s', async (_what, start, change, reason) => {
    const { fixture, plan } = fresh(start);
    change(fixture);

    await expect(plan()).rejects.toMatchObject({ facts: { reason } });
  });

  it('is refused where the configuration names no model, and where the engine shows another file', async () => {
    const { fixture, context, plan } = fresh();
    const { model: _model, ...without } = context.deps;
    await expect(fix.plan({}, { ...context, deps: without as typeof context.deps })).rejects.toMatchObject({
      facts: { reason: 'model-not-named' },
    });
    const compose = fixture.targets.compose as unknown as { stat: (id: string, path: string) => unknown };
    const stat = compose.stat.bind(compose);
    compose.stat = (id, path) =>
      path.endsWith('.joblib') ? Promise.resolve({ bytes: 9, modifiedNs: '7' }) : stat(id, path);
    await expect(plan()).rejects.toMatchObject({ facts: { reason: 'model-differs' } });
  });

  it.each([
    ['the address', { url: 'https://models.example/other' }],
    ['the checksum', { sha256: 'cd34'.repeat(16) }],
  ])('R-P3: fetches nothing once the configuration names another one: %s', async (_what, other) => {
    const { fixture, context, plan } = fresh();
    const made = await plan();
    Object.assign(fixture.source, other);

    await expect(fix.applyStep(made.steps[0], made, context)).rejects.toMatchObject({
      facts: { reason: 'stale', differing: Object.keys(other)[0] },
    });
    expect(fixture.changes()).toBe(0);
  });

  it('R-P3: restarts nothing where another file is there between the steps', async () => {
    const { fixture, context, plan } = fresh();
    const made = await plan();
    await fix.applyStep(made.steps[0], made, context);
    fixture.put('other');

    await expect(fix.applyStep(made.steps[1]!, made, context)).rejects.toMatchObject({
      facts: { reason: 'stale' },
    });
    expect(await fix.observeStep(made.steps[0], made, context)).toBe('unknown');
    expect(fixture.changes()).toBe(1);
  });

  it('does not undo over what another hand has put there, or without the file that was kept', async () => {
    const { fixture, context, plan } = fresh();
    const made = await plan();
    const [back] = made.undo ?? [];
    for (const step of made.steps) await fix.applyStep(step, made, context);
    fixture.kept.clear();

    await expect(fix.applyStep(back!, made, context)).rejects.toMatchObject({ facts: { reason: 'stale' } });
    expect(await fix.observeStep(back!, made, context)).toBe('unknown');
    expect(fixture.state()).toBe('good');
  });

  it('tells how many bytes of all it has, as work that leaves nothing when it is stopped', async () => {
    const { context, plan } = fresh();
    const made = await plan();
    const told: object[] = [];
    const work = {
      before: undefined,
      stopped: () => false,
      next: (progress: object) => Promise.resolve(void told.push(progress)),
    };
    await fix.applyStep(made.steps[0], made, { ...context, work });

    expect(told).toEqual([{ done: 5_000, total: 5_000, unit: 'bytes', whole: true }]);
  });
});
