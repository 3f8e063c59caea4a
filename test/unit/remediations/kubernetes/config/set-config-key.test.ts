import { describe, expect, it } from 'vitest';
import { platformOf } from '../../../../../src/domain/platform/platform.ts';
import type { With } from '../../../../../src/domain/probe/targets/targets.ts';
import { setConfigKey } from '../../../../../src/remediations/kubernetes/config/set-config-key.remediation.ts';
import { configText, simulatedConfig } from '../../../../support/remediation-fixtures.ts';

const part = 'agent-manager';
const call = { part, key: 'event.workers', value: 20 } as const;
const map = 'agent-manager-config';
type Start = Parameters<typeof simulatedConfig>[0];
const fresh = (start: Start = {}, lists: Parameters<typeof simulatedConfig>[1] = {}) => {
  const fixture = simulatedConfig(start, lists);
  const deps = fixture.targets as With<'kubernetes'>;
  const context = { deps, signal: new AbortController().signal, now: () => new Date(0) };
  const plan = (params: object = {}) => setConfigKey.plan({ ...call, ...params }, context);
  return { fixture, deps, context, plan };
};
const container = (more: object) => ({
  template: {
    spec: {
      containers: [
        {
          ...{ name: part, image: 'agent-manager:1' },
          volumeMounts: [{ name: 'config', mountPath: '/etc/aetherius' }],
          ...more,
        },
      ],
    },
  },
});
const volume = (mounts: readonly object[], volumes: readonly object[]) => ({
  template: {
    spec: { containers: [{ name: part, image: 'agent-manager:1', volumeMounts: mounts }], volumes },
  },
});
const reads = (name: string, kind: object = {}) => ({
  metadata: { name, uid: `uid of ${name}`, ...kind },
  spec: {
    template: { spec: { containers: [{ name, envFrom: [{ configMapRef: { name: map } }] }] } },
  },
});

describe('kubernetes.set-config-key', () => {
  it('changes one number of the file, restarts the workload, and back', async () => {
    const { fixture, context, plan } = fresh();
    const made = await plan();

    expect(made).toMatchObject({
      target: 'deployments/aetherius/agent-manager',
      steps: [
        { from: { key: 'event.workers', value: 10 }, to: { key: 'event.workers', value: 20 } },
        { kind: 'kubernetes-rollout-restart', to: { restarted: 'generation 3' } },
      ],
      undo: [{ from: { value: 20 }, to: { value: 10 } }, { to: { restarted: 'generation 4' } }],
      blast: { facts: { before: 10, value: 20, pods: 2 } },
    });
    for (const step of made.steps) await setConfigKey.applyStep(step, made, context);
    expect(fixture.text()).toBe(configText.replace('10 # as', '20 # as'));
    expect(fixture.changes()).toBe(2);
    expect(await setConfigKey.settled?.(made, context)).toBe(true);
    for (const step of made.undo ?? []) await setConfigKey.applyStep(step, made, context);
    expect(fixture.text()).toBe(configText);
    expect(fixture.workload.object().spec.template).toMatchObject({
      metadata: { annotations: { 'aetherius.io/restarted-generation': 'generation 4' } },
    });
  });

  it('keeps a number in quotes, and shows nothing else of the file in its plan', async () => {
    const { fixture, context, plan } = fresh();
    const made = await plan({ key: 'event.buffer_size', value: 2_000 });
    await setConfigKey.applyStep(made.steps[0], made, context);

    expect(fixture.text()).toBe(configText.replace("'1000'", "'2000'"));
    expect(JSON.stringify(made)).not.toContain('not for eyes');
  });

  it('sends the version that it saw, and nothing but this file', async () => {
    const { fixture, context, plan } = fresh({ map: { data: { other: 'x' } } });
    const made = await plan();
    await setConfigKey.applyStep(made.steps[0], made, context);

    const [sent] = fixture.log.filter(({ dryRun }) => !dryRun);
    expect(sent?.body).toEqual({
      data: { 'config.yaml': configText.replace('10 # as', '20 # as') },
      metadata: { resourceVersion: '70' },
    });
    expect(fixture.data()).toMatchObject({ other: 'x' });
  });

  it('sets a variable of its own that a ConfigMap gives', async () => {
    const { fixture, context, plan } = fresh({
      map: { data: { AETHERIUS_EVENT_WORKERS: '12' } },
      spec: container({ envFrom: [{ configMapRef: { name: map } }] }),
    });
    const made = await plan();
    await setConfigKey.applyStep(made.steps[0], made, context);

    expect(made.steps[0]).toMatchObject({ from: { value: 12 }, to: { value: 20 } });
    expect(fixture.data()).toMatchObject({ AETHERIUS_EVENT_WORKERS: '20', 'config.yaml': configText });
  });

  describe('a time', () => {
    const time = { key: 'agent.command.default_timeout', value: 600 } as const;
    const file = (value: string) => `agent:\n  command:\n    default_timeout: ${value} # seconds\n`;
    const of = (value: string) => fresh({ map: { data: { 'config.yaml': file(value) } } });

    it.each<readonly [string, string | number, string | number]>([
      ['60', 60, 600],
      ['1.5', 1.5, 600],
      ['60s', '60s', '600s'],
      ['1m', '1m', '10m'],
      ['500ms', '500ms', '600000ms'],
    ])('keeps the form of the file: %s', async (text, from, to) => {
      const { fixture, context, plan } = of(text);
      const made = await plan({ ...time, sign: 'services.step-timeouts' });

      expect(made).toMatchObject({
        steps: [{ from: { value: from }, to: { value: to } }, {}],
        undo: [{ from: { value: to }, to: { value: from } }, {}],
        blast: { facts: { before: from, value: to } },
      });
      expect(made.verifyWith).toContainEqual({
        ...{ probe: 'services.step-timeouts', with: { ranOut: 'default-timeout' } },
      });
      for (const step of made.steps) {
        await setConfigKey.applyStep(step, made, context);
        expect(await setConfigKey.observeStep(step, made, context)).toBe('done');
      }
      expect(fixture.text()).toBe(file(String(to)));
      expect(await setConfigKey.settled?.(made, context)).toBe(true);
      for (const step of made.undo ?? []) await setConfigKey.applyStep(step, made, context);
      expect(fixture.text()).toBe(file(text));
    });

    it('is set in a variable of its own, too', async () => {
      const name = 'AETHERIUS_AGENT_COMMAND_DEFAULT_TIMEOUT';
      const { fixture, context, plan } = fresh({
        map: { data: { [name]: '90s' } },
        spec: container({ envFrom: [{ configMapRef: { name: map } }] }),
      });
      const made = await plan(time);
      await setConfigKey.applyStep(made.steps[0], made, context);

      expect(fixture.data()).toMatchObject({ [name]: '600s' });
    });

    it.each([
      ['600', 'setting-there-already'],
      ['10m', 'setting-there-already'],
      ['1h', 'setting-there-already'],
      ['0.1h', 'setting-unit-too-large'],
      ['1m30s', 'setting-not-a-time'],
      ['soon', 'setting-not-a-time'],
    ])('is refused where it is %s: %s', async (text, reason) => {
      const { fixture, plan } = of(text);

      await expect(plan(time)).rejects.toMatchObject({ facts: { reason } });
      expect(fixture.changes()).toBe(0);
    });
  });

  it('follows the keys, the file and the workload of the installation (R-PLAT25)', async () => {
    const { context, deps } = fresh({ map: { data: { 'am.yml': 'events: { pool: 4 }\n' } } });
    const platform = platformOf({
      parts: { 'agent-manager': { configFile: '/etc/aetherius/am.yml' } },
      keys: { 'event.workers': 'events.pool' },
    });
    const made = await setConfigKey.plan(call, { ...context, deps: { ...deps, platform } });

    expect(made.steps[0]).toMatchObject({
      target: `configmaps/aetherius/${map}/am.yml`,
      from: { key: 'events.pool', value: 4 },
    });
  });

  it.each<readonly [string, object, object]>([
    [
      'a folder of the ConfigMap with other names',
      { mountPath: '/etc/aetherius/' },
      { configMap: { name: map, items: [{ key: 'config.yaml', path: 'config.yaml' }] } },
    ],
    [
      'the file alone, which a new Pod gets anew',
      { mountPath: '/etc/aetherius/config.yaml', subPath: 'config.yaml' },
      { configMap: { name: map } },
    ],
    [
      'several sources in one folder',
      { mountPath: '/etc/aetherius' },
      { projected: { sources: [{ secret: { name: 's' } }, { configMap: { name: map } }] } },
    ],
  ])('finds the ConfigMap behind %s', async (_what, mount, source) => {
    const { plan } = fresh({
      spec: volume([{ name: 'v', ...mount }], [{ name: 'v', ...source }]),
    });

    expect((await plan()).steps[0]).toMatchObject({ target: `configmaps/aetherius/${map}/config.yaml` });
  });

  it.each<readonly [string, Start, object]>([
    ['setting-hidden', { spec: container({ args: ['--event.workers=5'] }) }, {}],
    ['setting-hidden', { spec: container({ command: ['am', '-event.workers', '5'] }) }, {}],
    ['setting-hidden', { spec: container({ env: [{ name: 'AETHERIUS_EVENT_WORKERS', value: '5' }] }) }, {}],
    ['setting-hidden', { spec: container({ env: [{ name: 'EVENT_WORKERS', value: '5' }] }) }, {}],
    ['setting-hidden', { spec: container({ env: [{ name: 'OWN_EVENT_WORKERS', value: '5' }] }) }, {}],
    [
      'setting-hidden',
      {
        spec: container({
          env: [
            { name: 'AETHERIUS_EVENT_WORKERS', valueFrom: { secretKeyRef: { name: 's', key: 'workers' } } },
          ],
        }),
      },
      {},
    ],
    [
      'setting-hidden',
      {
        map: { data: { EVENT_WORKERS: '5' } },
        spec: container({ envFrom: [{ configMapRef: { name: map } }] }),
      },
      {},
    ],
    ['config-elsewhere', { spec: container({ args: ['--config', '/tmp/other.yaml'] }) }, {}],
    ['config-not-in-map', { spec: container({ volumeMounts: [] }) }, {}],
    [
      'config-not-in-map',
      {
        spec: volume(
          [
            { name: 'config', mountPath: '/etc/aetherius' },
            { name: 'own', mountPath: '/etc/aetherius/config.yaml', subPath: 'config.yaml' },
          ],
          [
            { name: 'config', configMap: { name: map } },
            { name: 'own', emptyDir: {} },
          ],
        ),
      },
      {},
    ],
    ['config-not-in-map', { map: { data: { 'config.yaml': null } } }, {}],
    ['no-target', { map: { metadata: { name: 'another' } } }, {}],
    ['config-immutable', { map: { immutable: true } }, {}],
    ['setting-there-already', { map: { data: { 'config.yaml': 'event: { workers: 20 }' } } }, {}],
    ['setting-there-already', { map: { data: { 'config.yaml': 'event: { workers: 30 }' } } }, {}],
    ['setting-there-already', {}, { value: 5 }],
    ['setting-not-in-file', {}, { key: 'event.batch_size', value: 200 }],
    ['setting-out-of-range', {}, { value: 65 }],
    ['setting-of-another', {}, { key: 'executor.workers', value: 50 }],
    ['setting-not-a-number', { map: { data: { 'config.yaml': 'event: { workers: many }' } } }, {}],
    [
      'setting-not-a-number',
      {
        map: { data: { AETHERIUS_EVENT_WORKERS: '5 && rm' } },
        spec: container({ envFrom: [{ configMapRef: { name: map } }] }),
      },
      {},
    ],
    ['rollout-paused', { spec: { paused: true } }, {}],
    ['scaled-to-zero', { spec: { replicas: 0 } }, {}],
    ['restarts-itself', { metadata: { annotations: { 'reloader.stakater.com/auto': 'true' } } }, {}],
  ])('is refused: %s (%#)', async (reason, start, params) => {
    const { fixture, plan } = fresh(start);

    await expect(plan(params)).rejects.toMatchObject({ code: 'CONFLICT', facts: { reason } });
    expect(fixture.changes()).toBe(0);
  });

  it('is refused where the cluster would store another text than was asked for', async () => {
    const { context, deps } = fresh();
    const kubernetes = {
      ...deps.kubernetes,
      patch: async (...args: Parameters<typeof deps.kubernetes.patch>) => {
        const object = await deps.kubernetes.patch(...args);
        return args[0] === 'configmaps' ? { ...object, data: { 'config.yaml': configText } } : object;
      },
    };

    await expect(
      setConfigKey.plan(call, { ...context, deps: { ...deps, kubernetes } }),
    ).rejects.toMatchObject({ facts: { reason: 'config-admitted-otherwise' } });
  });

  it('names who else reads the ConfigMap, and takes them for what it changes', async () => {
    const pod = (name: string, kind: string) => ({
      metadata: { name, uid: `uid of ${name}`, ownerReferences: [{ uid: 'x', kind }] },
      spec: reads(name).spec.template.spec,
    });
    const { context, plan } = fresh(
      {},
      {
        statefulsets: [reads('mirror')],
        daemonsets: [reads('watcher'), { ...reads('stranger'), spec: { template: { spec: {} } } }],
        pods: [pod('nightly-1', 'Job'), pod('mirror-0', 'StatefulSet')],
      },
    );
    const made = await plan();

    expect(made.notes).toContainEqual({
      key: 'config-shared',
      facts: { map, workloads: 'mirror, nightly-1, watcher' },
    });
    expect((await setConfigKey.object(made, context)).claims).toEqual(
      expect.arrayContaining(['uid=map-1', 'uid=uid-1', 'uid=uid of mirror', 'uid=uid of nightly-1']),
    );
  });

  it('says that a Secret which is not read may hide it', async () => {
    const { plan } = fresh({ spec: container({ envFrom: [{ secretRef: { name: 'am-secrets' } }] }) });

    expect((await plan()).notes).toContainEqual({
      key: 'secret-may-hide',
      facts: { secret: 'am-secrets', key: 'event.workers' },
    });
  });

  it('shows the line to keep, and not the file, where another tool puts it back', async () => {
    const { plan } = fresh({
      map: { metadata: { annotations: { 'meta.helm.sh/release-name': 'platform' } } },
    });
    const made = await plan();

    expect(made.notes).toContainEqual({ key: 'puts-back.helm', facts: { name: 'platform' } });
    expect(made.notes).toContainEqual({ key: 'temporary', facts: {} });
    expect(made.patch).toEqual(['# config.yaml', 'event:', '  workers: 20']);
  });

  it('does nothing once anything of the ConfigMap is another (R-P3)', async () => {
    const { fixture, context, plan } = fresh();
    const made = await plan();
    fixture.set({ data: { 'config.yaml': configText.replace('8080', '9090') } });

    await expect(setConfigKey.applyStep(made.steps[0], made, context)).rejects.toMatchObject({
      facts: { reason: 'stale', differing: 'resourceVersion' },
    });
    expect(await setConfigKey.observeStep(made.steps[0], made, context)).toBe('unknown');
    expect(fixture.changes()).toBe(0);
  });

  it('takes back its own value alone, with what others have written since left as it is', async () => {
    const { fixture, context, plan } = fresh();
    const made = await plan();
    for (const step of made.steps) await setConfigKey.applyStep(step, made, context);
    fixture.set({ data: { 'config.yaml': fixture.text().replace('8080', '9090') } });
    const [back] = made.undo ?? [];
    if (back === undefined) throw new Error('no undo');

    await setConfigKey.applyStep(back, made, context);

    expect(fixture.text()).toBe(configText.replace('8080', '9090'));
    fixture.set({ data: { 'config.yaml': configText.replace('workers: 10', 'workers: 30') } });
    await expect(setConfigKey.applyStep(back, made, context)).rejects.toMatchObject({
      facts: { reason: 'stale', differing: 'value' },
    });
  });

  it('has no restart to take back where none came', async () => {
    const { fixture, context, plan } = fresh();
    const made = await plan();
    await setConfigKey.applyStep(made.steps[0], made, context);
    const restart = made.undo?.[1];
    if (restart === undefined) throw new Error('no undo');

    expect(await setConfigKey.observeStep(restart, made, context)).toBe('done');
    fixture.workload.set({ spec: { replicas: 3 } });
    expect(await setConfigKey.observeStep(restart, made, context)).toBe('unknown');
  });

  describe('is not done', () => {
    const done = async (more: Parameters<typeof fresh>[1] = {}) => {
      const one = fresh({}, more);
      const made = await one.plan();
      for (const step of made.steps) await setConfigKey.applyStep(step, made, one.context);
      return { ...one, made };
    };
    const metrics = (text: string) => ({
      find: () => ({ url: 'http://am', paths: { metrics: '/metrics' } }),
      request: () => Promise.resolve({ status: 200, text: () => text }),
    });

    it.each([
      ['event_workers 10\n', false],
      ['# HELP event_workers 20\nevent_workers{pod="a"} 10\n', false],
      ['event_workers{pod="a"} 20\n', true],
      ['event_workers 2e1\n', true],
      ['event_workers_busy 10\n', true],
    ])('while the service says %j: %s', async (text, expected) => {
      const { context, made } = await done();
      const deps = { ...context.deps, services: metrics(text) } as unknown as With<'kubernetes'>;

      expect(await setConfigKey.settled?.(made, { ...context, deps })).toBe(expected);
    });

    it.each([
      ['2026-01-01T00:00:00Z', false],
      ['2026-01-01T00:00:05Z', true],
    ])('while a Pod is older than the change: made %s, written at 00:00:05', async (made, expected) => {
      const pods = [
        {
          metadata: { name: 'p', uid: 'p', creationTimestamp: made, ownerReferences: [{ uid: 'rs-1' }] },
          status: { phase: 'Running', podIP: '10.244.0.1' },
        },
      ];
      const one = await done({ pods });
      one.fixture.set({
        metadata: {
          managedFields: [
            {
              ...{ manager: 'aetherius-bot', time: '2026-01-01T00:00:05Z' },
              fieldsV1: { 'f:data': { 'f:config.yaml': {} } },
            },
          ],
        },
      });

      expect(await setConfigKey.settled?.(one.made, one.context)).toBe(expected);
    });
  });

  it.each([
    { key: 'database.password', value: 1 },
    { key: 'event.workers', value: 'postgres://u:p@h' },
    { key: 'event.workers', value: 1.5 },
    { key: 'event.workers', value: 20, map: 'kube-root-ca.crt' },
    { key: '*', value: 20 },
    { part: 'postgres' },
    { part: 'collect-agent' },
  ])('takes no other key, text or object: %j', (params) => {
    expect(setConfigKey.params.safeParse({ ...call, ...params }).success).toBe(false);
  });
});
