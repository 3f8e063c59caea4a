import { describe, expect, it } from 'vitest';
import type { ComposeContainer } from '../../../../../src/domain/probe/targets/compose.ts';
import type { HostFile } from '../../../../../src/domain/probe/targets/host-files.ts';
import type { With } from '../../../../../src/domain/probe/targets/targets.ts';
import { setConfigKeyInFile as fix } from '../../../../../src/remediations/compose/file/set-config-key.remediation.ts';
import { container } from '../../../../support/fake-compose.ts';
import { configText, configuredOnHost, hostFile } from '../../../../support/remediation-fixtures.ts';

const call = { part: 'agent-manager', key: 'event.workers', value: 20 } as const;
const fresh = (
  start: Partial<ComposeContainer> = {},
  file: Partial<HostFile> = {},
  others: readonly ComposeContainer[] = [],
) => {
  const fixture = configuredOnHost(start, file, others);
  const deps = fixture.targets as With<'compose'>;
  const context = { deps, signal: new AbortController().signal, now: () => new Date(0) };
  const plan = (params: object = {}) => fix.plan({ ...call, ...params }, context);
  return { fixture, deps, context, plan };
};
const bind = (source: string, destination: string) => ({ kind: 'bind', source, destination });

describe('compose.set-config-key', () => {
  it('changes one number of the file, restarts the container, and back', async () => {
    const { fixture, context, plan } = fresh();
    const made = await plan();

    expect(made).toMatchObject({
      target: 'compose/aetherius/agent-manager',
      steps: [
        {
          target: hostFile,
          from: { key: 'event.workers', value: 10 },
          to: { key: 'event.workers', value: 20 },
          precondition: { version: 'v1', value: 10 },
        },
        { kind: 'compose-restart', target: 'aetherius-agent-manager-1' },
      ],
      undo: [{ from: { value: 20 }, to: { value: 10 } }, { kind: 'compose-restart' }],
      notes: [],
      blast: { facts: { before: 10, value: 20, containers: 1 } },
    });
    expect(made.patch).toBeUndefined();
    for (const step of made.steps) await fix.applyStep(step, made, context);
    expect(fixture.text()).toBe(configText.replace('10 # as', '20 # as'));
    expect(fixture.changes()).toBe(2);
    expect(await fix.settled?.(made, context)).toBe(true);
    for (const step of made.undo ?? []) await fix.applyStep(step, made, context);
    expect(fixture.text()).toBe(configText);
    expect(fixture.changes()).toBe(4);
  });

  it('shows nothing else of the file in its plan, and no digest of it', async () => {
    const { plan } = fresh();
    const made = JSON.stringify(await plan({ key: 'event.buffer_size', value: 2_000 }));

    expect(made).not.toContain('not for eyes');
    expect(made).not.toMatch(/[0-9a-f]{32}/);
  });

  it('keeps the rest of the file, whatever its form', async () => {
    const text = `\uFEFF${configText.replaceAll('\n', '\r\n')}`;
    const { fixture, context, plan } = fresh({}, { text });
    const made = await plan({ key: 'event.buffer_size', value: 2_000 });
    await fix.applyStep(made.steps[0], made, context);

    expect(fixture.text()).toBe(text.replace("'1000'", "'2000'"));
  });

  it('asks the probe that found it, and the service itself for the value that it runs with', async () => {
    const { context, plan } = fresh();
    const made = await plan({ sign: 'services.event-pipeline' });
    const said = (workers: number) => ({
      ...context,
      deps: {
        ...context.deps,
        services: {
          find: () => ({ url: 'http://manager', paths: { metrics: '/metrics' } }),
          request: () => Promise.resolve({ status: 200, text: () => `event_workers ${workers}\n` }),
        },
      } as unknown as With<'compose'>,
    });
    for (const step of made.steps) await fix.applyStep(step, made, context);

    expect(made.verifyWith).toContainEqual({ probe: 'services.event-pipeline' });
    expect(await fix.settled?.(made, said(20))).toBe(true);
    expect(await fix.settled?.(made, said(10))).toBe(false);
  });

  it('is not done while the container has not started since, or is not well', async () => {
    const { fixture, context, plan } = fresh();
    const made = await plan();
    await fix.applyStep(made.steps[0], made, context);

    expect(await fix.settled?.(made, context)).toBe(false);
    await fix.applyStep(made.steps[1]!, made, context);
    expect(await fix.settled?.(made, context)).toBe(true);
    fixture.set({ health: 'starting' });
    expect(await fix.settled?.(made, context)).toBe(false);
  });

  it.each<readonly [string, Partial<ComposeContainer>, string, object]>([
    ['no file of the host', { mounted: [] }, 'file-not-mounted', { file: '/etc/aetherius/config.yaml' }],
    [
      'a volume',
      { mounted: [{ kind: 'volume', source: '/var/lib/docker/x', destination: '/etc/aetherius' }] },
      'file-not-mounted',
      {},
    ],
    [
      'a volume inside of the folder that is mounted',
      {
        mounted: [
          bind('/srv/config', '/etc'),
          { kind: 'volume', source: '/var/lib/docker/x', destination: '/etc/aetherius' },
        ],
      },
      'file-not-mounted',
      {},
    ],
    ['another file', { mounted: [bind('/srv/other', '/etc/aetherius')] }, 'file-unread', {}],
    ['a folder beside it', { mounted: [bind('/srv/config', '/etc/aether')] }, 'file-not-mounted', {}],
    ['a flag', { command: ['--event.workers=5'] }, 'setting-hidden', { name: '--event.workers' }],
    ['a flag of its image', { entrypoint: ['x', '--event.workers=5'] }, 'setting-hidden', {}],
    [
      'another file by a flag',
      { command: ['--config', '/other.yaml'] },
      'config-elsewhere',
      { file: '/other.yaml' },
    ],
    [
      'a variable',
      { env: { AETHERIUS_EVENT_WORKERS: '10' } },
      'setting-hidden',
      { name: 'AETHERIUS_EVENT_WORKERS' },
    ],
    ['one of another prefix', { env: { OWN_EVENT_WORKERS: '10' } }, 'setting-hidden', {}],
    ['nothing that runs', { state: 'exited' }, 'no-target', {}],
    ['a file of somebody else', { image: 'orchestrator-service:1', service: 'x' }, 'no-target', {}],
  ])('is refused where there is %s', async (_what, start, reason, facts) => {
    await expect(fresh(start).plan()).rejects.toMatchObject({ facts: { reason, ...facts } });
  });

  it.each<readonly [string, Partial<HostFile>, string]>([
    ['the folder may not be written', { unwritable: 'folder' }, 'file-unwritable-folder'],
    ['the file belongs to somebody else', { unwritable: 'owner' }, 'file-unwritable-owner'],
    ['the file does not set the key', { text: 'event: {}\n' }, 'setting-not-in-file'],
    ['the value is no number', { text: 'event:\n  workers: many\n' }, 'setting-not-a-number'],
    ['an anchor gives it to others', { text: 'event: &e\n  workers: 10\nx: *e\n' }, 'setting-used-twice'],
    ['it is there already', { text: 'event:\n  workers: 20\n' }, 'setting-there-already'],
    ['it is no YAML', { text: 'event: [\n' }, 'config-unreadable'],
  ])('is refused where %s', async (_what, file, reason) => {
    await expect(fresh({}, file).plan()).rejects.toMatchObject({ facts: { reason } });
  });

  it('is refused, with what is missing, where the worker is given no file', async () => {
    const { deps, context } = fresh();
    const { hostFiles: _, ...bare } = deps;

    await expect(fix.plan(call, { ...context, deps: bare })).rejects.toMatchObject({
      facts: { reason: 'file-not-given', file: hostFile },
    });
  });

  it('is refused where the engine gives another text from the container than the worker sees', async () => {
    const { deps, context } = fresh();
    const files = () => Promise.resolve([{ path: '/etc/aetherius/config.yaml', text: 'event: {}\n' }]);

    for (const one of [files, () => Promise.resolve([]), undefined])
      await expect(
        fix.plan(call, { ...context, deps: { ...deps, compose: { ...deps.compose, files: one! } } }),
      ).rejects.toMatchObject({ facts: { reason: 'file-differs', container: 'aetherius-agent-manager-1' } });
  });

  it('is refused for a key of another part, and for a value out of its bounds', async () => {
    const { plan } = fresh();

    await expect(plan({ key: 'executor.workers' })).rejects.toMatchObject({
      facts: { reason: 'setting-of-another' },
    });
    await expect(plan({ value: 65 })).rejects.toMatchObject({ facts: { reason: 'setting-out-of-range' } });
  });

  it('finds a file that is mounted by itself', async () => {
    const { plan } = fresh({ mounted: [bind(hostFile, '/etc/aetherius/config.yaml')] });

    expect((await plan()).steps[0].target).toBe(hostFile);
  });

  it('names who else has the file, whatever they are called', async () => {
    const mounted = [bind('/srv/config', '/all')];
    const others = [
      container('<!channel>', { id: 'x', mounted }),
      container('redis', { id: 'r', mounted: [bind('/srv/config-2', '/etc/redis')] }),
      container('reads', { id: 'y', mounted: [bind(hostFile, '/file')], state: 'exited' }),
    ];

    expect((await fresh({}, {}, others).plan()).notes).toEqual([
      { key: 'file-shared', facts: { services: '<!channel>, reads' } },
    ]);
  });

  it('of a file under version control says so, with the lines to keep, and is temporary', async () => {
    const { fixture, context, plan } = fresh();
    fixture.inTree();
    const made = await plan();

    expect(made.notes?.map(({ key }) => key)).toEqual(['puts-back.git', 'temporary-file']);
    expect(made.patch).toEqual(['# agent-manager/config.yaml', 'event:', '  workers: 20']);
    await fix.applyStep(made.steps[0], made, context);
    expect(await fix.standing?.(made, context)).toEqual({ is: 'ours' });
    fixture.inTree({ same: true });
    expect(await fix.standing?.(made, context)).toEqual({ is: 'kept' });
    fixture.write(configText);
    expect(await fix.standing?.(made, context)).toEqual({ is: 'gone' });
  });

  describe('another hand', () => {
    it('R-P3: that wrote the file since the plan, even the very same, makes it stale', async () => {
      const { fixture, context, plan } = fresh();
      const made = await plan();
      fixture.write(configText);

      await expect(fix.applyStep(made.steps[0], made, context)).rejects.toMatchObject({
        facts: { reason: 'stale', differing: 'version' },
      });
      expect(fixture.changes()).toBe(0);
    });

    it.each([
      ['the value', (text: string) => text.replace('20 # as', '25 # as')],
      ['more of the file', (text: string) => `${text}# a line\n`],
    ])('R-P3: that wrote %s between the steps gets no restart', async (_what, edit) => {
      const { fixture, context, plan } = fresh();
      const made = await plan();
      await fix.applyStep(made.steps[0], made, context);
      fixture.write(edit(fixture.text()));

      await expect(fix.applyStep(made.steps[1]!, made, context)).rejects.toMatchObject({
        facts: { reason: 'stale' },
      });
      expect(fixture.changes()).toBe(1);
    });

    it('keeps what it wrote when the fix is undone, and is not undone with another value', async () => {
      const { fixture, context, plan } = fresh();
      const made = await plan();
      for (const step of made.steps) await fix.applyStep(step, made, context);
      fixture.write(`${fixture.text()}# a line\n`);
      for (const step of made.undo ?? []) await fix.applyStep(step, made, context);
      expect(fixture.text()).toBe(`${configText}# a line\n`);

      fixture.write(configText.replace('10 # as', '30 # as'));
      await expect(fix.applyStep(made.undo![0], made, context)).rejects.toMatchObject({
        facts: { reason: 'stale' },
      });
    });

    it('that made the container anew meanwhile stops every step', async () => {
      const { fixture, context, plan } = fresh();
      const made = await plan();
      fixture.set({ image: 'agent-manager:2' });

      for (const step of made.steps)
        await expect(fix.applyStep(step, made, context)).rejects.toMatchObject({
          facts: { reason: 'stale' },
        });
      expect(fixture.changes()).toBe(0);
    });
  });

  describe('after a crash', () => {
    it('R-X5: a restart is told by the start of the container after the file was written', async () => {
      const { fixture, context, plan } = fresh();
      const made = await plan();
      const [write, restart] = made.steps;
      const look = (step: (typeof made.steps)[number]) => fix.observeStep(step, made, context);

      expect(await look(write)).toBe('not-done');
      expect(await look(restart!)).toBe('unknown');
      await fix.applyStep(write, made, context);
      expect(await look(write)).toBe('done');
      expect(await look(restart!)).toBe('not-done');
      await fix.applyStep(restart!, made, context);
      expect(await look(restart!)).toBe('done');
      expect(await fix.applyStep(restart!, made, context)).toEqual({ already: true });
      expect(fixture.changes()).toBe(2);
      fixture.set({ state: 'exited' });
      expect(await look(restart!)).toBe('unknown');
    });

    it('an undo restarts nothing that never read the new value', async () => {
      const { context, plan } = fresh();
      const made = await plan();
      await fix.applyStep(made.steps[0], made, context);
      await fix.applyStep(made.undo![0], made, context);

      expect(await fix.observeStep(made.undo![1]!, made, context)).toBe('done');
    });
  });
});
