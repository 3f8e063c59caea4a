import { describe, expect, it } from 'vitest';
import { AppError } from '../../../../../src/domain/kernel/errors.ts';
import { platformOf } from '../../../../../src/domain/platform/platform.ts';
import type { ComposeContainer } from '../../../../../src/domain/probe/targets/compose.ts';
import type { With } from '../../../../../src/domain/probe/targets/targets.ts';
import { setConfigTextInFile as fix } from '../../../../../src/remediations/compose/file/set-config-text.remediation.ts';
import { files, passwords } from '../../../../support/text-cluster.ts';
import { filePath, textProject } from '../../../../support/text-project.ts';

type Start = NonNullable<Parameters<typeof textProject>[0]>;
const manager = 'agent-manager';
const own = files[manager];
const database = { part: manager, key: 'database.host' } as const;
const bus = { part: manager, key: 'nats.url' } as const;
const subject = { part: 'collect-agent', key: 'nats.subjects.registration', from: manager } as const;

function fresh(start: Start = {}) {
  const project = textProject(start);
  const deps = project.targets as With<'compose'>;
  const context = { deps, signal: new AbortController().signal, now: () => new Date(0) };
  const plan = (params: object = database) => fix.plan(fix.params.parse(params), context);
  return { project, deps, context, plan };
}
const reasonOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'a plan',
    (error: unknown) => (error instanceof AppError ? error.facts.reason : error),
  );
/** Any six characters in a row of a password, in whatever is shown or kept. */
const leaks = (said: unknown) => {
  const text = JSON.stringify(said);
  return passwords.flatMap((password) =>
    [...password.slice(5)].flatMap((_one, at) => {
      const piece = password.slice(at, at + 6);
      return text.includes(piece) ? [piece] : [];
    }),
  );
};

describe('compose.set-config-text', () => {
  it.each([
    [database, 'host: postgres-primary', 'host: postgres', ['postgres-primary', 'postgres']],
    [bus, '@nats-cluster:4222', '@nats:4222', ['nats-cluster:4222', 'nats:4222']],
  ] as const)('sets the host of %o as another part has it, and back', async (call, was, becomes, values) => {
    const { project, context, plan } = fresh();
    const made = await plan(call);
    const [before, value] = values;

    expect(made).toMatchObject({
      target: 'compose/aetherius/agent-manager',
      params: { from: 'orchestrator-service' },
      steps: [
        {
          target: filePath(manager),
          from: { key: call.key, value: before },
          to: { key: call.key, value },
          precondition: { origin: filePath('orchestrator-service'), originValue: value },
        },
        { kind: 'compose-restart', target: 'aetherius-agent-manager' },
      ],
      undo: [{ from: { value }, to: { value: before } }, { kind: 'compose-restart' }],
      blast: { facts: { before, value, from: 'orchestrator-service' } },
    });
    const said: unknown[] = [made];
    for (const step of made.steps) said.push(await fix.applyStep(step, made, context));
    expect(project.textNow(manager)).toBe(own.replace(was, becomes));
    expect(project.changes()).toBe(2);
    expect(await fix.settled?.(made, context)).toBe(true);
    for (const step of made.undo ?? []) said.push(await fix.applyStep(step, made, context));
    expect(project.textNow(manager)).toBe(own);
    expect(leaks(said)).toEqual([]);
  });

  it.each([
    ['collect-agent', manager, 'aetherius.agents.', 'aetherius.agent.'],
    [manager, 'collect-agent', 'aetherius.agent.', 'aetherius.agents.'],
  ] as const)('sets the subject of %s as %s has it', async (part, from, was, becomes) => {
    const { project, context, plan } = fresh();
    const made = await plan({ ...subject, part, from });
    for (const step of made.steps) await fix.applyStep(step, made, context);

    expect(made.verifyWith).toContainEqual({ probe: 'runtime.registration-log' });
    expect(project.textNow(part)).toBe(files[part].replace(was, becomes));
    expect(await fix.settled?.(made, context)).toBe(true);
  });

  it('follows the keys of the installation, and a name with its network behind it (R-PLAT25)', async () => {
    const { context, deps } = fresh({
      files: {
        [manager]: 'db: { address: postgres-primary }\n',
        'orchestrator-service': 'db: { address: postgres.aetherius } # host: postgres\n',
      },
    });
    const platform = platformOf({ keys: { 'database.host': 'db.address' } });
    const made = await fix.plan(database, { ...context, deps: { ...deps, platform } });

    expect(made.steps[0].to).toEqual({ key: 'db.address', value: 'postgres.aetherius' });
  });

  it('shows the line to keep, but for one with a password in it, of a file in a work tree', async () => {
    const { project, plan } = fresh();
    project.inTree();
    const [host, url] = [await plan(), await plan(bus)];

    expect(host.patch).toEqual(['# agent-manager/config.yaml', 'database:', '  host: postgres']);
    expect(host.notes?.map(({ key }) => key)).toEqual(['puts-back.git', 'temporary-file']);
    expect(url.patch).toBeUndefined();
    expect(url.notes?.map(({ key }) => key)).toEqual(['puts-back.git']);
    expect(leaks([host, url])).toEqual([]);
  });

  const ownsNames = (more: Partial<ComposeContainer>): Start => ({ containers: { [manager]: more } });
  const other = (more: Partial<ComposeContainer>): Start => ({
    containers: { 'orchestrator-service': more },
  });
  const somebody = { id: 'x', name: 'x', addresses: [] };
  const refusals: readonly (readonly [reason: string, start: Start, call?: object])[] = [
    // What is right is not seen.
    ['text-unproved', { unseen: ['postgres'] }],
    ['text-unproved', { unseen: ['nats'] }, bus],
    ['text-unproved', { server: '172.18.0.99' }],
    ['text-unproved', { server: null }],
    ['text-unproved', { files: { 'orchestrator-service': 'database: { host: db-2 }\n' } }],
    ['text-unproved', { files: { 'orchestrator-service': 'log: {}\n' } }],
    ['text-unproved', other({ startedAt: '2026-03-01T08:00:00Z' })],
    ['text-unproved', other({ state: 'exited' })],
    ['text-unproved', other({ ownHosts: ['postgres'] })],
    ['text-unproved', { neighbours: [{ ...somebody, hosts: ['postgres'], id: 'x' }], server: '172.18.0.1' }],
    // The two are on different networks.
    ['text-unproved', ownsNames({ networks: ['side'], networkIds: ['id of side'] })],
    ['text-not-in-effect', { unseen: ['postgres'] }, { ...database, from: 'orchestrator-service' }],
    ['text-unproved', {}, { ...database, from: 'reasoning-service' }],
    // What stands there may be meant.
    ['host-outside', { files: { [manager]: 'database: { host: db.corp.example }\n' } }],
    ['host-outside', { files: { [manager]: 'database: { host: 10.0.0.9 }\n' } }],
    ['host-outside', { files: { [manager]: 'database: { host: localhost }\n' } }],
    ['host-outside', ownsNames({ ownHosts: ['postgres-primary'] })],
    ['host-outside', ownsNames({ ownResolver: true })],
    ['host-outside', ownsNames({ sharedNetwork: 'shared' })],
    ['host-outside', ownsNames({ networks: ['bridge'], networkIds: ['id of bridge'] })],
    [
      'host-outside',
      ownsNames({
        mounted: [
          { kind: 'bind', source: '/srv/config/agent-manager', destination: '/etc/aetherius' },
          { kind: 'bind', source: '/srv/hosts', destination: '/etc/hosts' },
        ],
      }),
    ],
    ['host-leads-somewhere', { files: { [manager]: 'database: { host: postgres }\n' } }],
    ['host-leads-somewhere', { files: { [manager]: 'database: { host: Postgres }\n' } }],
    ['host-leads-somewhere', { neighbours: [{ ...somebody, hosts: ['postgres-primary'] }] }],
    ['host-leads-somewhere', { files: { [manager]: own.replace('nats-cluster:4222', 'nats:4333') } }, bus],
    // It cannot be set without touching something else, or would have no effect.
    ['text-not-plain', { files: { [manager]: `database: { host: "u:${passwords[0]}@postgres" }\n` } }],
    ['text-not-plain', { files: { [manager]: 'nats: { url: "nats://a:1,nats://b:1" }\n' } }, bus],
    ['setting-not-a-text', { files: { [manager]: 'database:\n  host: |\n    old\n' } }],
    ['setting-used-twice', { files: { [manager]: 'database: &d { host: old }\ncopy: *d\n' } }],
    ['setting-hidden', ownsNames({ command: ['--database.host=db'] })],
    ['setting-hidden', ownsNames({ env: { DB_HOST: 'db' } })],
    ['file-unwritable-folder', { file: { [manager]: { unwritable: 'folder' } } }],
    ['setting-of-another', {}, { ...database, part: 'reasoning-service' }],
    ['setting-of-another', {}, { ...database, from: manager }],
    // Of subjects.
    ['text-of-another-form', { files: { [manager]: own.replace('{cluster_id}', 'prod') } }, subject],
    ['text-not-plain', { files: { [manager]: own.replace('{cluster_id}', '*') } }, subject],
    [
      'text-there-already',
      { files: { 'collect-agent': files['collect-agent'].replace('agents', 'agent') } },
      subject,
    ],
  ];
  it.each(refusals.map(([reason, start, call = database]) => ({ reason, start, call })))(
    'is refused: $reason (%#)',
    async ({ reason, start, call }) => {
      const { project, plan } = fresh(start);

      expect(await reasonOf(plan(call))).toBe(reason);
      expect(leaks(await plan(call).catch((error: AppError) => [error.message, error.facts]))).toEqual([]);
      expect(project.changes()).toBe(0);
    },
  );

  it('copies from a file that the worker may read and not write', async () => {
    const { plan } = fresh({ file: { 'orchestrator-service': { unwritable: 'owner' } } });

    expect((await plan()).steps[0].to.value).toBe('postgres');
  });

  it.each([
    [manager, 'version'],
    ['orchestrator-service', 'originValue'],
  ] as const)('R-P3: does nothing once another hand has written the file of %s', async (part, differing) => {
    const { project, context, plan } = fresh();
    const made = await plan();
    project.write(part, part === manager ? own : 'database: { host: other }\n');

    await expect(fix.applyStep(made.steps[0], made, context)).rejects.toMatchObject({
      facts: { reason: 'stale', differing },
    });
    expect(project.changes()).toBe(0);
  });

  it('is not done while the store sees no connection of it', async () => {
    const { context, deps, plan } = fresh();
    const made = await plan();
    for (const step of made.steps) await fix.applyStep(step, made, context);
    const { postgres: _, ...blind } = deps;

    expect(await fix.settled?.(made, { ...context, deps: blind as typeof deps })).toBe(false);
    expect(await fix.settled?.(made, context)).toBe(true);
  });

  it('an undo is done though its container ends again and again, as before the fix', async () => {
    const { project, context, plan } = fresh();
    const made = await plan();
    for (const step of [...made.steps, ...(made.undo ?? [])]) await fix.applyStep(step, made, context);
    project.set(manager, { state: 'restarting' });

    expect(await Promise.all((made.undo ?? []).map((step) => fix.observeStep(step, made, context)))).toEqual([
      'done',
      'done',
    ]);
  });

  it('asks the engine that answers, and not the part, after an undo', async () => {
    const { undoVerifyWith } = await fresh().plan();

    expect(undoVerifyWith).toEqual([{ probe: 'compose.containers', with: { part: 'runtime' } }]);
  });
});
