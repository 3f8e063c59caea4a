import { describe, expect, it } from 'vitest';
import {
  destinationFor,
  destinationKeys,
  settingOfDestination,
} from '../../../../../src/domain/fix/destination-advice.ts';
import { AppError } from '../../../../../src/domain/kernel/errors.ts';
import { platformOf } from '../../../../../src/domain/platform/platform.ts';
import type { With } from '../../../../../src/domain/probe/targets/targets.ts';
import { setConfigText } from '../../../../../src/remediations/kubernetes/config/set-config-text.remediation.ts';
import {
  files,
  mapPath,
  passwords,
  textCluster,
  workloadPath,
  writtenAt,
} from '../../../../support/text-cluster.ts';

type Start = NonNullable<Parameters<typeof textCluster>[0]>;
const manager = 'agent-manager';
const own = files[manager];
const database = { part: manager, key: 'database.host' } as const;
const bus = { part: manager, key: 'nats.url' } as const;
const subject = { part: 'collect-agent', key: 'nats.subjects.registration', from: manager } as const;

function fresh(start: Start = {}) {
  const cluster = textCluster(start);
  const deps = cluster.targets as With<'kubernetes'>;
  const context = { deps, signal: new AbortController().signal, now: () => new Date(0) };
  const plan = (params: object = database) => setConfigText.plan(setConfigText.params.parse(params), context);
  return { cluster, deps, context, plan };
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
describe('kubernetes.set-config-text', () => {
  it.each([
    [
      database,
      'host: postgres-primary',
      'host: postgres',
      ['postgres-primary', 'postgres'],
      'orchestrator-service',
    ],
    [bus, '@nats-cluster:4222', '@nats:4222', ['nats-cluster:4222', 'nats:4222'], 'orchestrator-service'],
  ] as const)(
    'sets the host of %o as another part has it, and back',
    async (call, was, becomes, values, from) => {
      const { cluster, context, plan } = fresh();
      const made = await plan(call);
      const [before, value] = values;

      expect(made).toMatchObject({
        target: 'deployments/aetherius/agent-manager',
        params: { from },
        steps: [
          { from: { key: call.key, value: before }, to: { key: call.key, value } },
          { kind: 'kubernetes-rollout-restart', to: { restarted: 'generation 3' } },
        ],
        undo: [{ from: { value }, to: { value: before } }, { to: { restarted: 'generation 4' } }],
        blast: { facts: { before, value, from } },
      });
      const said: unknown[] = [made];
      for (const step of made.steps) said.push(await setConfigText.applyStep(step, made, context));
      expect(cluster.textNow(manager)).toBe(own.replace(was, becomes));
      expect(cluster.changes()).toBe(2);
      expect(await setConfigText.settled?.(made, context)).toBe(true);
      for (const step of made.undo ?? []) said.push(await setConfigText.applyStep(step, made, context));
      expect(cluster.textNow(manager)).toBe(own);
      expect(leaks(said)).toEqual([]);
    },
  );

  it('sets the subject of the agents as agent-manager has it, with the quotes that it needs', async () => {
    const { cluster, context, plan } = fresh();
    const made = await plan(subject);
    for (const step of made.steps) await setConfigText.applyStep(step, made, context);

    expect(made).toMatchObject({
      target: 'daemonsets/kube-system/collect-agent',
      steps: [{ target: 'configmaps/kube-system/collect-agent-config/config.yaml' }, {}],
      verifyWith: expect.arrayContaining([{ probe: 'runtime.registration-log' }]) as unknown,
    });
    expect(cluster.textNow('collect-agent')).toBe(
      files['collect-agent'].replace('aetherius.agents.', 'aetherius.agent.'),
    );
    expect(await setConfigText.settled?.(made, context)).toBe(true);
  });

  it('sets the subject of agent-manager where that side is the wrong one', async () => {
    const { cluster, context, plan } = fresh();
    const made = await plan({ part: manager, key: subject.key, from: 'collect-agent' });
    for (const step of made.steps) await setConfigText.applyStep(step, made, context);

    expect(cluster.textNow(manager)).toBe(
      own.replace('"aetherius.agent.{cluster_id}', '"aetherius.agents.{cluster_id}'),
    );
  });

  it('sets a variable of its own that a ConfigMap gives, and shows nothing of what stands beside it', async () => {
    const { cluster, context, plan } = fresh({
      container: { envFrom: [{ configMapRef: { name: 'addresses' } }] },
      objects: {
        'configmaps/aetherius/addresses': {
          data: { AETHERIUS_NATS_URL: `nats://u:${passwords[0]}@nats-cluster:4222` },
          metadata: { annotations: { 'meta.helm.sh/release-name': 'platform' } },
        },
      },
    });
    const made = await plan(bus);
    await setConfigText.applyStep(made.steps[0], made, context);

    expect(cluster.objects.get('configmaps/aetherius/addresses')?.data).toEqual({
      AETHERIUS_NATS_URL: `nats://u:${passwords[0]}@nats:4222`,
    });
    expect(made.notes).toContainEqual({ key: 'puts-back.helm', facts: { name: 'platform' } });
    expect(made.patch).toBeUndefined();
    expect(leaks(made)).toEqual([]);
  });

  it('follows the keys and the files of the installation (R-PLAT25)', async () => {
    const { context, deps } = fresh({
      files: {
        [manager]: 'db: { address: postgres-primary }\n',
        'orchestrator-service': 'db: { address: postgres.aetherius } # host: postgres\n',
      },
    });
    const platform = platformOf({ keys: { 'database.host': 'db.address' } });
    const made = await setConfigText.plan(database, { ...context, deps: { ...deps, platform } });

    expect(made.steps[0].to).toEqual({ key: 'db.address', value: 'postgres.aetherius' });
  });

  it('takes the address of the agents where they alone are connected, by the name that leads there', async () => {
    const { plan } = fresh({
      objects: { [workloadPath('orchestrator-service')]: undefined },
    });

    expect((await plan(bus)).steps[0].to.value).toBe('nats.aetherius.svc:4222');
  });

  it('corrects a port that no Service has', async () => {
    const { plan } = fresh({ files: { [manager]: own.replace('nats-cluster:4222', 'nats:4333') } });

    expect((await plan(bus)).steps[0]).toMatchObject({
      from: { value: 'nats:4333' },
      to: { value: 'nats:4222' },
    });
  });

  it('shows the line to keep, but for one with a password in it, where another tool puts the file back', async () => {
    const helm = { metadata: { annotations: { 'meta.helm.sh/release-name': 'platform' } } };
    const { cluster, plan } = fresh();
    cluster.set(mapPath(manager), helm);
    const [host, url] = [await plan(), await plan(bus)];

    expect(host.patch).toEqual(['# config.yaml', 'database:', '  host: postgres']);
    expect(host.notes).toContainEqual({ key: 'temporary', facts: {} });
    expect(url.patch).toBeUndefined();
    expect(url.notes?.map(({ key }) => key)).toEqual(['puts-back.helm', 'changed-by']);
    expect(leaks([host, url])).toEqual([]);
  });

  const hidden = (env: object) => ({ container: { env: [env] } });
  const refusals: readonly (readonly [reason: string, start: Start, call?: object])[] = [
    // What is right is not seen.
    ['text-unproved', { unseen: ['postgres'] }],
    ['text-unproved', { unseen: ['nats'] }, bus],
    ['text-unproved', { files: { 'orchestrator-service': 'database: { host: db-2 }\n' } }],
    ['text-unproved', { files: { 'orchestrator-service': 'database: { host: 10.0.0.9 }\n' } }],
    ['text-unproved', { files: { 'orchestrator-service': 'log: {}\n' } }],
    ['text-unproved', { objects: { [mapPath('orchestrator-service')]: undefined } }],
    ['text-unproved', { objects: { 'services/aetherius/postgres': undefined } }],
    ['text-unproved', { pods: [] }],
    ['text-not-in-effect', { unseen: ['postgres'] }, { ...database, from: 'orchestrator-service' }],
    ['text-unproved', {}, { ...database, from: 'reasoning-service' }],
    // What stands there may be meant.
    ['address-outside', { files: { [manager]: 'database: { host: db.corp.example }\n' } }],
    ['address-outside', { files: { [manager]: 'database: { host: 10.0.0.9 }\n' } }],
    ['address-outside', { files: { [manager]: 'database: { host: postgres-primary.shop }\n' } }],
    ['address-outside', { pod: { hostAliases: [{ ip: '10.0.0.9', hostnames: ['postgres-primary'] }] } }],
    // The Pod may find it by something else than the cluster's names.
    ['address-outside', { files: { [manager]: 'database: { host: localhost }\n' } }],
    ['address-outside', { pod: { dnsConfig: { searches: ['corp.example'] } } }],
    ['address-outside', { pod: { dnsPolicy: 'Default' } }],
    ['address-outside', { pod: { hostNetwork: true } }],
    ['address-leads-somewhere', { files: { [manager]: 'database: { host: postgres }\n' } }],
    [
      'address-leads-somewhere',
      { files: { [manager]: 'database: { host: postgres.aetherius.svc.cluster.local }\n' } },
    ],
    ['address-leads-somewhere', { objects: { 'services/aetherius/postgres-primary': { spec: {} } } }],
    ['address-leads-somewhere', { files: { [manager]: own.replace('nats-cluster:', 'nats:') } }, bus],
    // It cannot be set without touching something else, or would have no effect.
    ['text-not-plain', { files: { [manager]: `database: { host: "u:${passwords[0]}@postgres" }\n` } }],
    ['text-not-plain', { files: { [manager]: 'nats: { url: "nats://a:1,nats://b:1" }\n' } }, bus],
    ['setting-not-a-text', { files: { [manager]: 'database:\n  host: |\n    old\n' } }],
    ['setting-used-twice', { files: { [manager]: 'database: &d { host: old }\ncopy: *d\n' } }],
    ['setting-not-in-file', { files: { [manager]: 'database: {}\n' } }],
    ['setting-hidden', { container: { args: ['--database.host=db'] } }],
    ['setting-hidden', hidden({ name: 'DB_HOST', value: 'db' })],
    [
      'setting-hidden',
      hidden({ name: 'NATS_URL', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }),
      bus,
    ],
    ['config-not-in-map', { container: { volumeMounts: [] } }],
    [
      'config-immutable',
      { objects: { [mapPath(manager)]: { data: { 'config.yaml': own }, immutable: true } } },
    ],
    ['setting-of-another', {}, { ...database, part: 'reasoning-service' }],
    ['setting-of-another', {}, { ...database, from: manager }],
    // Of subjects.
    ['text-of-another-form', { files: { [manager]: own.replace('{cluster_id}', 'prod') } }, subject],
    ['text-of-another-form', { files: { [manager]: own.replace('{cluster_id}', '$(CLUSTER)') } }, subject],
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
      const { cluster, plan } = fresh(start);

      expect(await reasonOf(plan(call))).toBe(reason);
      expect(leaks(await plan(call).catch((error: AppError) => [error.message, error.facts]))).toEqual([]);
      expect(cluster.changes()).toBe(0);
    },
  );

  it.each([
    ['2026-01-01T00:00:10Z', 'text-unproved'],
    ['2026-01-01T00:00:09Z', 'a plan'],
  ])('takes no value that Pods of 00:00:09 have not read: written at %s, %s', async (at, outcome) => {
    const { cluster, plan } = fresh();
    cluster.set(mapPath('orchestrator-service'), { metadata: writtenAt(at) });

    expect(await reasonOf(plan())).toBe(outcome);
  });

  it('takes no value of which nobody has noted when it was written', async () => {
    const { cluster, plan } = fresh();
    cluster.set(mapPath('orchestrator-service'), { metadata: { managedFields: [] } });

    expect(await reasonOf(plan())).toBe('text-unproved');
  });

  it('is refused where the cluster would store another text, or does not let it be changed', async () => {
    const { cluster, context, deps, plan } = fresh();
    const kubernetes = {
      ...deps.kubernetes,
      patch: async (...args: Parameters<typeof deps.kubernetes.patch>) => {
        const object = await deps.kubernetes.patch(...args);
        return args[0] === 'configmaps' ? { ...object, data: { 'config.yaml': own } } : object;
      },
    };
    const otherwise = setConfigText.plan(database, { ...context, deps: { ...deps, kubernetes } });
    expect(await reasonOf(otherwise)).toBe('config-admitted-otherwise');
    cluster.refusing.add('patch configmaps');

    await expect(plan()).rejects.toMatchObject({ facts: { allowedBy: 'features.configmaps' } });
    await expect(plan(subject)).rejects.toMatchObject({ facts: { allowedBy: 'agentFeatures.configmaps' } });
  });

  it('does nothing once its own ConfigMap is another, or the value no longer stands where it comes from (R-P3)', async () => {
    for (const [path, differing] of [
      [mapPath(manager), 'resourceVersion'],
      [mapPath('orchestrator-service'), 'originValue'],
    ] as const) {
      const { cluster, context, plan } = fresh();
      const made = await plan();
      cluster.set(path, {
        data: path === mapPath(manager) ? { other: 'y' } : { 'config.yaml': 'database: { host: other }\n' },
      });

      await expect(setConfigText.applyStep(made.steps[0], made, context)).rejects.toMatchObject({
        facts: { reason: 'stale', differing },
      });
      expect(cluster.changes()).toBe(0);
    }
  });

  it('restarts nothing once another hand has set the value between the steps', async () => {
    const { cluster, context, plan } = fresh();
    const made = await plan();
    await setConfigText.applyStep(made.steps[0], made, context);
    cluster.set(mapPath(manager), { data: { 'config.yaml': own.replace('postgres-primary', 'db') } });
    const [, restart] = made.steps;
    if (restart === undefined) throw new Error('no restart');

    await expect(setConfigText.applyStep(restart, made, context)).rejects.toMatchObject({
      facts: { reason: 'stale', differing: 'value' },
    });
  });

  it('takes back its own value alone, with what others have written since left as it is', async () => {
    const { cluster, context, plan } = fresh();
    const made = await plan();
    for (const step of made.steps) await setConfigText.applyStep(step, made, context);
    const edited = cluster.textNow(manager).replace('as we found it', 'as we left it');
    cluster.set(mapPath(manager), { data: { 'config.yaml': edited } });
    const [back] = made.undo ?? [];
    if (back === undefined) throw new Error('no undo');

    await setConfigText.applyStep(back, made, context);

    expect(cluster.textNow(manager)).toBe(own.replace('as we found it', 'as we left it'));
    cluster.set(mapPath(manager), { data: { 'config.yaml': own.replace('postgres-primary', 'db') } });
    await expect(setConfigText.applyStep(back, made, context)).rejects.toMatchObject({
      facts: { reason: 'stale', differing: 'value' },
    });
  });

  it('is not done while the store sees none of its Pods, or one is older than the change', async () => {
    const { cluster, context, deps, plan } = fresh();
    const made = await plan();
    for (const step of made.steps) await setConfigText.applyStep(step, made, context);
    const { postgres: _, ...blind } = deps;

    expect(await setConfigText.settled?.(made, { ...context, deps: blind as typeof deps })).toBe(false);
    cluster.set(mapPath(manager), { metadata: writtenAt('2026-01-01T00:00:10Z') });
    expect(await setConfigText.settled?.(made, context)).toBe(false);
  });

  it('asks for the rights that it uses, of the agents’ ConfigMap in their namespace', async () => {
    const { context } = fresh();
    const rights = (await setConfigText.rights?.(subject, context)) ?? [];

    expect(rights).toContainEqual(
      expect.objectContaining({
        verb: 'patch',
        resource: 'configmaps',
        namespace: 'kube-system',
        name: 'collect-agent-config',
      }),
    );
    expect(rights).toContainEqual(
      expect.objectContaining({
        verb: 'get',
        resource: 'configmaps',
        namespace: 'aetherius',
        name: 'agent-manager-config',
      }),
    );
    expect(rights.filter(({ verb, name }) => verb === 'patch' && name === 'agent-manager-config')).toEqual(
      [],
    );
  });
});

describe('what a finding says of a text', () => {
  it.each([
    ['REGISTRATION_SUBJECTS_DIFFER', 'collect-agent', { wrong: 'collect-agent' }, subject],
    [
      'REGISTRATION_SUBJECTS_DIFFER',
      'collect-agent',
      { wrong: manager },
      { part: manager, key: subject.key, from: 'collect-agent' },
    ],
    ['REGISTRATION_SUBJECTS_DIFFER', 'collect-agent', {}, undefined],
    ['REGISTRATION_SUBJECTS_DIFFER', 'collect-agent', { wrong: 'nats' }, undefined],
    ['STARTUP_DATABASE_UNREACHABLE', manager, {}, database],
    [
      'STARTUP_NATS_UNREACHABLE',
      'orchestrator-service',
      {},
      { part: 'orchestrator-service', key: 'nats.url' },
    ],
    ['STARTUP_NATS_UNREACHABLE', 'reasoning-service', {}, undefined],
    ['STARTUP_REDIS_UNREACHABLE', manager, {}, undefined],
  ] as const)('%s at %s with %j', (code, part, facts, wanted) => {
    expect(destinationFor({ code, part, facts })).toEqual(wanted);
  });

  it('is taken from another part than the wrong one', () => {
    for (const key of destinationKeys)
      for (const part of settingOfDestination(key).parts)
        expect(settingOfDestination(key).shownBy.filter((one) => one !== part)).not.toEqual([]);
  });
});
