import { describe, expect, it } from 'vitest';
import type { AppError } from '../../../../../src/domain/kernel/errors.ts';
import { TargetError } from '../../../../../src/domain/kernel/errors.ts';
import { platformOf } from '../../../../../src/domain/platform/platform.ts';
import type { KubeObject } from '../../../../../src/domain/probe/targets/kubernetes.ts';
import type { With } from '../../../../../src/domain/probe/targets/targets.ts';
import { restartWorkload } from '../../../../../src/remediations/kubernetes/rollout/restart-workload.remediation.ts';
import { fixtures } from '../../../../support/remediation-fixtures.ts';

const fresh = (change: (object: KubeObject) => object = (object) => object) => {
  const fixture = fixtures['kubernetes.restart-workload']();
  const { kubernetes } = fixture.targets as With<'kubernetes'>;
  const get = kubernetes.get.bind(kubernetes);
  const changed = {
    ...kubernetes,
    get: async (...args: Parameters<typeof get>) => change(await get(...args)),
  };
  const deps = { ...fixture.targets, kubernetes: changed } as With<'kubernetes'>;
  const context = { deps, signal: new AbortController().signal, now: () => new Date(0) };
  return { fixture, context, plan: () => restartWorkload.plan({ part: 'agent-manager' }, context) };
};
const with_ = (part: 'spec' | 'status', more: object) => (object: KubeObject) => ({
  ...object,
  [part]: { ...(object[part] as object), ...more },
});

const named =
  (name: string, image: string, labels: Record<string, string> = {}, ports: readonly number[] = []) =>
  (object: KubeObject) => {
    const spec = object.spec as { template: { metadata: object } };
    const containers = [{ image, ports: ports.map((containerPort) => ({ containerPort })) }];
    return {
      ...object,
      metadata: { ...object.metadata, name },
      spec: { ...spec, template: { metadata: { labels }, spec: { containers } } },
    };
  };

describe('kubernetes.restart-workload', () => {
  it('is tier 1 for a stateless workload of which two Pods are ready', async () => {
    expect(await fresh().plan()).toMatchObject({ tier: 1, target: 'deployments/aetherius/agent-manager' });
  });

  it('restarts the workload that the part has in this installation (R-PLAT25)', async () => {
    const { context } = fresh();
    const listed: string[] = [];
    const kubernetes = {
      ...context.deps.kubernetes,
      list: async (kind: string) => {
        listed.push(kind);
        return [{ metadata: { name: 'am' } }] as unknown as readonly KubeObject[];
      },
    };
    const platform = platformOf({ parts: { 'agent-manager': { workload: 'statefulset/am' } } });
    const deps = { ...context.deps, platform, kubernetes };

    expect(await restartWorkload.plan({ part: 'agent-manager' }, { ...context, deps })).toMatchObject({
      target: 'statefulsets/aetherius/am',
    });
    expect(listed[0]).toBe('statefulsets');
  });

  it.each([
    ['one ready Pod', with_('status', { readyReplicas: 1 })],
    ['all Pods replaced at once', with_('spec', { strategy: { type: 'Recreate' } })],
  ])('is tier 2 with %s', async (_what, change) => {
    expect(await fresh(change).plan()).toMatchObject({ tier: 2 });
  });

  it.each([
    { what: 'a Pod is not ready', ready: 1, policy: 'OrderedReady', outcome: 'pods-wait-in-order' },
    { what: 'all are ready', ready: 2, policy: 'OrderedReady', outcome: 'a plan' },
    { what: 'Pods do not wait for each other', ready: 1, policy: 'Parallel', outcome: 'a plan' },
  ])(
    'is refused where the controller of a StatefulSet would wait without end: $what',
    async ({ ready, policy, outcome }) => {
      const { context } = fresh((object) =>
        with_('status', { replicas: 2, readyReplicas: ready })(
          with_('spec', { replicas: 2, podManagementPolicy: policy })(object),
        ),
      );
      const platform = platformOf({ parts: { 'agent-manager': { workload: 'statefulset/am' } } });
      const listed = [{ metadata: { name: 'am' } }] as unknown as readonly KubeObject[];
      const kubernetes = { ...context.deps.kubernetes, list: () => Promise.resolve(listed) };
      const deps = { ...context.deps, platform, kubernetes };
      const planned = restartWorkload.plan({ part: 'agent-manager' }, { ...context, deps }).then(
        () => 'a plan',
        (error: unknown) => (error as AppError).facts.reason,
      );

      expect(await planned).toBe(outcome);
    },
  );

  it('restarts no StatefulSet whose Pod has ceased to be ready since the plan', async () => {
    let ready = 2;
    const { context, fixture } = fresh((object) =>
      with_('status', { replicas: 2, readyReplicas: ready })(
        with_('spec', { replicas: 2, podManagementPolicy: 'OrderedReady' })(object),
      ),
    );
    const platform = platformOf({ parts: { 'agent-manager': { workload: 'statefulset/am' } } });
    const listed = [{ metadata: { name: 'am' } }] as unknown as readonly KubeObject[];
    const kubernetes = { ...context.deps.kubernetes, list: () => Promise.resolve(listed) };
    const there = { ...context, deps: { ...context.deps, platform, kubernetes } };
    const plan = await restartWorkload.plan({ part: 'agent-manager' }, there);
    ready = 1;

    await expect(restartWorkload.applyStep(plan.steps[0], plan, there)).rejects.toMatchObject({
      facts: { reason: 'pods-wait-in-order' },
    });
    expect(fixture.changes()).toBe(0);
  });

  it('is tier 2 with a volume of its own', async () => {
    const change = (object: KubeObject) => {
      const spec = object.spec as { template: { spec: object } };
      const pod = { ...spec.template.spec, volumes: [{ persistentVolumeClaim: { claimName: 'data' } }] };
      return { ...object, spec: { ...spec, template: { ...spec.template, spec: pod } } };
    };

    expect(await fresh(change).plan()).toMatchObject({ tier: 2 });
  });

  it.each([
    ['rollout-paused', with_('spec', { paused: true })],
    ['on-delete-strategy', with_('spec', { strategy: { type: 'OnDelete' } })],
    ['no-target', with_('spec', { replicas: 0 })],
  ])('refuses with %s', async (reason, change) => {
    await expect(fresh(change).plan()).rejects.toMatchObject({ code: 'CONFLICT', facts: { reason } });
  });

  it('R-P4: sends the resource version it has looked at with the patch', async () => {
    const { context, fixture, plan } = fresh();
    const made = await plan();

    await restartWorkload.applyStep(made.steps[0], made, context);

    const sent = fixture.log.map((line) => JSON.parse(line) as { dryRun: boolean; metadata?: object });
    expect(sent.filter((patch) => !patch.dryRun)).toMatchObject([{ metadata: { resourceVersion: '10' } }]);
  });

  it('R-P5: asks the API server for a dry run before it offers anything', async () => {
    const { fixture, plan } = fresh();

    const made = await plan();

    expect(fixture.log).toHaveLength(1);
    expect(JSON.parse(fixture.log[0] ?? '{}')).toMatchObject({ dryRun: true });
    expect(made.steps[0].precondition.admitted).toMatch(/^[0-9a-f]{16}$/);
  });

  it('has come to rest only when every Pod is of the new template and available', async () => {
    const made = await fresh().plan();
    const settled = (change: (object: KubeObject) => object) => {
      const { context } = fresh(change);
      return restartWorkload.settled?.(made, context);
    };

    expect(await settled((object) => object)).toBe(true);
    expect(await settled(with_('status', { observedGeneration: 2 }))).toBe(false);
    expect(await settled(with_('status', { updatedReplicas: 1 }))).toBe(false);
    expect(await settled(with_('status', { availableReplicas: 1 }))).toBe(false);
    expect(await settled(with_('status', { replicas: 3 }))).toBe(false);
    expect(await settled(named('agent-manager', 'agent-manager:2'))).toBe(false);
  });

  it('R-X14: does not plan over a data store that runs and cannot say who it is', async () => {
    const { context } = fresh(named('postgres', 'postgres:17'));

    await expect(
      restartWorkload.plan({ part: 'postgres', workload: 'postgres', kind: 'StatefulSet' }, context),
    ).rejects.toMatchObject({ facts: { reason: 'self-target-unknown' } });
  });

  it.each([
    ['nats', named('bot-postgres', 'postgres:17'), 'postgres'],
    ['nats', named('agent-manager', 'x:1'), 'agent-manager'],
    ['agent-manager', named('web', 'x:1', { 'app.kubernetes.io/name': 'redis' }), 'redis'],
    ['agent-manager', named('web', 'x:1', {}, [5432]), 'postgres'],
  ] as const)('R-X14: refuses as %s what shows itself as another part', async (part, change, seen) => {
    const { context } = fresh(change);

    await expect(
      restartWorkload.plan({ part, workload: 'typed', kind: 'Deployment' }, context),
    ).rejects.toMatchObject({ facts: { reason: 'not-that-part', part, seen } });
  });

  it('R-X14: is tier 3, and says why, for a workload of no known part', async () => {
    const { context } = fresh(named('web', 'web:1'));

    expect(await restartWorkload.plan({ part: 'agent-manager', workload: 'web' }, context)).toMatchObject({
      tier: 3,
      raised: { key: 'unknown-part', facts: { workload: 'web' } },
    });
  });

  it('R-X14: knows it by its uid, its owners, its Pods by their owners, their addresses and its release', async () => {
    const { context, plan } = fresh((object) => ({
      ...object,
      metadata: {
        ...object.metadata,
        labels: { 'app.kubernetes.io/instance': 'platform' },
        ownerReferences: [{ kind: 'Cluster', name: 'c', uid: 'of the operator' }],
      },
    }));

    expect(await restartWorkload.object(await plan(), context)).toEqual({
      claims: [
        ...['uid=uid-1', 'uid=of the operator', 'uid=pod-1', 'uid=pod-2', 'release=aetherius/platform'],
        ...['address=10.244.0.1', 'address=10.244.0.2'],
      ],
      comparable: true,
    });
  });

  it('R-X14: cannot be compared while the workload counts Pods that nobody lists', async () => {
    const { context, plan } = fresh(with_('status', { readyReplicas: 3 }));

    expect(await restartWorkload.object(await plan(), context)).toMatchObject({ comparable: false });
  });

  it.each([
    ['member-away', with_('status', { readyReplicas: 1 })],
    ['all-at-once', with_('spec', { strategy: { type: 'Recreate' } })],
  ] as const)('R-P8: refuses the restart of a member with %s', async (reason, change) => {
    const { context } = fresh((object) => change(named('nats', 'nats:2')(object)));

    await expect(
      restartWorkload.plan({ part: 'nats', workload: 'nats', kind: 'Deployment' }, context),
    ).rejects.toMatchObject({ facts: { reason, part: 'nats' } });
  });

  it('R-P8: is tier 3, and says why, for a member that does not tell of its peers', async () => {
    const { context } = fresh(named('nats', 'nats:2'));

    expect(
      await restartWorkload.plan({ part: 'nats', workload: 'nats', kind: 'Deployment' }, context),
    ).toMatchObject({ tier: 3, raised: { key: 'peers-unknown', facts: { part: 'nats' } } });
    const rights = await restartWorkload.rights?.({ part: 'nats', workload: 'nats' }, context);
    expect(rights?.some(({ group }) => group === 'policy')).toBe(true);
  });

  it('R-X15: asks for the right to read and patch this very workload, found by its part', async () => {
    const { context } = fresh();
    const listed = { ...context.deps.kubernetes, list: () => Promise.resolve([]) };
    const refuses = {
      ...context.deps.kubernetes,
      list: () => Promise.reject(new TargetError('forbidden', 'no right')),
    };
    const asked = (
      params: { part: 'collect-agent' | 'agent-manager' },
      kubernetes = context.deps.kubernetes,
    ) => restartWorkload.rights?.(params, { ...context, deps: { ...context.deps, kubernetes } });

    // Which one it is cannot be seen: the usual one, and the right that is lacking is among those asked for.
    expect(await asked({ part: 'collect-agent' }, refuses)).toEqual(
      expect.arrayContaining(
        [
          { verb: 'list' },
          { verb: 'get', name: 'collect-agent' },
          { verb: 'patch', name: 'collect-agent' },
        ].map((right) => ({ group: 'apps', resource: 'daemonsets', namespace: 'kube-system', ...right })),
      ),
    );
    await expect(asked({ part: 'collect-agent' }, listed)).rejects.toMatchObject({
      facts: { reason: 'no-target' },
    });
    expect(await asked({ part: 'agent-manager' })).toEqual(
      expect.arrayContaining([
        {
          verb: 'patch',
          group: 'apps',
          resource: 'deployments',
          namespace: 'aetherius',
          name: 'agent-manager',
        },
        { verb: 'list', group: '', resource: 'pods', namespace: 'aetherius' },
        { verb: 'list', group: 'apps', resource: 'replicasets', namespace: 'aetherius' },
      ]),
    );
  });

  describe('R-P10: is for what it mends', () => {
    const running = { state: { running: { startedAt: '2026-03-01T10:00:00Z' } } };
    const pod = (index: number, status: object, spec: object = {}) => ({
      metadata: { name: `agent-manager-1-${index}`, uid: `pod-${index}`, ownerReferences: [{ uid: 'rs-1' }] },
      spec,
      status: { phase: 'Running', podIP: `10.244.0.${index}`, ...status },
    });
    const well = pod(1, { containerStatuses: [{ name: 'main', ready: true, ...running }] });
    const unready = (index = 2, ports: readonly object[] = [{ containerPort: 8080 }]) =>
      pod(
        index,
        { containerStatuses: [{ name: 'main', ready: false, ...running }] },
        { containers: [{ name: 'main', ports }] },
      );
    const failed = (message: string, uid = 'pod-2', lastTimestamp = '2026-03-01T10:00:00Z') => ({
      ...{ metadata: { name: 'e', uid: 'e' }, involvedObject: { uid }, message, lastTimestamp },
    });
    /** What is planned with these Pods; a list that may not be read is `undefined`. */
    const planned = (
      pods: readonly object[],
      events: readonly object[] | undefined = [],
      change: (object: KubeObject) => object = (object) => object,
    ) => {
      const { context } = fresh(change);
      const { kubernetes } = context.deps;
      const list = (kind: string, ...rest: readonly unknown[]) =>
        kind === 'pods'
          ? Promise.resolve(pods)
          : kind === 'events'
            ? events === undefined
              ? Promise.reject(new TargetError('forbidden', 'no right'))
              : Promise.resolve(events)
            : (kubernetes.list as (...all: readonly unknown[]) => unknown)(kind, ...rest);
      const deps = { ...context.deps, kubernetes: { ...kubernetes, list } } as With<'kubernetes'>;
      return restartWorkload.plan({ part: 'agent-manager' }, { ...context, deps }).then(
        () => 'a plan',
        (error: unknown) => (error as AppError).facts.reason,
      );
    };
    const waiting = (reason: string) => [{ name: 'main', ready: false, state: { waiting: { reason } } }];

    it.each([
      ['no image', { containerStatuses: waiting('ImagePullBackOff') }, 'restart-no-image'],
      ['no configuration', { containerStatuses: waiting('CreateContainerConfigError') }, 'restart-no-config'],
      [
        'no node',
        { conditions: [{ type: 'PodScheduled', status: 'False', message: '0/1 nodes' }] },
        'restart-unscheduled',
      ],
      [
        'an init container that waits',
        { initContainerStatuses: [{ name: 'wait-for-db', state: { running: {} } }] },
        'restart-init-waits',
      ],
      [
        'an init container that ends with an error',
        { initContainerStatuses: [{ name: 'wait', state: { terminated: { exitCode: 1 } } }] },
        'restart-init-waits',
      ],
    ])('and not where one of its Pods has %s, whoever else is well', async (_what, status, reason) => {
      expect(await planned([well, pod(2, { phase: 'Pending', ...status })])).toBe(reason);
      // Its controller replaces it already.
      const going = pod(2, { phase: 'Pending', ...status });
      const deleted = { ...going, metadata: { ...going.metadata, deletionTimestamp: 'x' } };
      expect(await planned([well, deleted])).toBe('a plan');
    });

    it('and not where no Pod can be made, once the controller has tried', async () => {
      const none = with_('status', { replicas: 0, readyReplicas: 0, availableReplicas: 0 });

      expect(await planned([], [], none)).toBe('restart-no-pod');
      const unseen = with_('status', { replicas: 0, readyReplicas: 0, observedGeneration: 0 });
      expect(await planned([], [], unseen)).toBe('a plan');
    });

    it.each([
      ['HTTP probe failed with statuscode: 404', 'restart-probe-fails'],
      ['dial tcp 10.244.0.2:9999: connect: connection refused', 'restart-probe-fails'],
      // Its own port: the program is ill.
      ['dial tcp 10.244.0.2:8080: connect: connection refused', 'a plan'],
      ['HTTP probe failed with statuscode: 503', 'a plan'],
      ['context deadline exceeded', 'a plan'],
    ])('and not where the probe of all its Pods asks in vain: %s', async (message, expected) => {
      const all = [failed(`Readiness probe failed: ${message}`)];

      expect(await planned([unready()], all)).toBe(expected);
      // Where nobody may read it, nothing is refused for it; an older word counts no more.
      expect(await planned([unready()], undefined)).toBe('a plan');
      const newer = failed('context deadline exceeded', 'pod-2', '2026-03-01T10:05:00Z');
      expect(await planned([unready()], [newer, ...all])).toBe('a plan');
    });

    it.each([
      ['one is ready', [well, unready()]],
      ['another one fails otherwise', [unready(), unready(3)]],
      ['a crash', [pod(2, { containerStatuses: waiting('CrashLoopBackOff') })]],
      [
        'a sidecar beside it',
        [
          pod(
            2,
            {
              initContainerStatuses: [{ name: 'proxy', state: { running: {} } }],
              containerStatuses: [{ name: 'main', ready: true, ...running }],
            },
            { initContainers: [{ name: 'proxy', restartPolicy: 'Always' }] },
          ),
        ],
      ],
      [
        'its init container has ended',
        [
          pod(2, {
            initContainerStatuses: [{ name: 'init', state: { terminated: { exitCode: 0 } } }],
            containerStatuses: [{ name: 'main', ready: true, ...running }],
          }),
        ],
      ],
    ])('and is offered where it may help: %s', async (_what, pods) => {
      expect(
        await planned(pods, [failed('Readiness probe failed: HTTP probe failed with statuscode: 404')]),
      ).toBe('a plan');
    });
  });
});
