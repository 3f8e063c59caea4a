import { describe, expect, it } from 'vitest';
import type { KubeKind, KubernetesTarget } from '../../../../src/domain/probe/targets/kubernetes.ts';
import { kubernetesChanges } from '../../../../src/probes/kubernetes/changes.probe.ts';
import { probeContext } from '../../../support/probe-context.ts';

const now = '2026-03-01T10:05:00Z';

const write = (touches: readonly string[], time: string, manager = 'kubectl-edit', more: object = {}) => ({
  managedFields: [{ manager, operation: 'Update', time, touches, ...more }],
});

const replicaSet = (revision: number, image: string, creationTimestamp: string, more: object = {}) => ({
  metadata: {
    name: `agent-manager-${revision}`,
    namespace: 'aetherius',
    creationTimestamp,
    annotations: { 'deployment.kubernetes.io/revision': `${revision}`, ...more },
    ownerReferences: [{ kind: 'Deployment', name: 'agent-manager', controller: true }],
    ...write(['metadata', 'spec'], '2026-03-01T10:01:00Z', 'kube-controller-manager'),
  },
  spec: { template: { spec: { containers: [{ name: 'agent-manager', image }] } } },
});

type Lists = Readonly<Partial<Record<KubeKind, readonly object[] | Error>>>;

const look = (
  lists: Lists,
  params: Partial<Parameters<typeof kubernetesChanges.run>[0]> = {},
  listed: readonly KubeKind[] = [],
) => {
  const asked: string[] = [];
  const kubernetes = {
    namespace: 'aetherius',
    agentNamespace: 'kube-system',
    hasListed: (kind: KubeKind) => listed.includes(kind),
    list(kind: KubeKind, namespace: string) {
      asked.push(`${namespace}/${kind}`);
      const answer = lists[kind] ?? [];
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
  } as unknown as KubernetesTarget;
  return kubernetesChanges
    .run({ minutes: 60, lists: 6, ...params }, probeContext({ kubernetes }, now))
    .then((result) => ({ result, asked }));
};

const changesIn = async (...args: Parameters<typeof look>) => {
  const { result } = await look(...args);
  return result.status === 'unhealthy' ? result.findings : [];
};

describe('kubernetes.changes', () => {
  it('counts no list that the run has asked for already', async () => {
    const policy = {
      metadata: { name: 'lockdown', namespace: 'aetherius', ...write(['spec'], '2026-03-01T10:00:00Z') },
    };
    const free = await look({ networkpolicies: [policy] }, { lists: 0 }, ['networkpolicies']);
    const one = await look({}, { lists: 1 }, ['networkpolicies', 'daemonsets']);

    expect(free).toMatchObject({
      asked: ['aetherius/networkpolicies'],
      result: { findings: [{ code: 'CHANGED_POLICY', subject: 'networkpolicy/lockdown' }] },
    });
    expect(one.asked).toEqual([
      'aetherius/replicasets',
      'aetherius/networkpolicies',
      'kube-system/daemonsets',
    ]);
    expect(await look({}, { lists: 0 })).toEqual({
      asked: [],
      result: { status: 'skipped', reason: 'no-data' },
    });
  });

  it('tells a new image from a restart, with the image before', async () => {
    const old = replicaSet(3, 'registry.example/agent-manager:1.4', '2026-02-01T00:00:00Z');

    expect(
      await changesIn({
        replicasets: [replicaSet(4, 'registry.example/agent-manager:1.5', '2026-03-01T10:00:00Z'), old],
      }),
    ).toMatchObject([
      {
        code: 'CHANGED_IMAGE',
        severity: 'info',
        part: 'agent-manager',
        subject: 'deployment/agent-manager',
        since: '2026-03-01T10:00:00.000Z',
        facts: {
          image: 'registry.example/agent-manager:1.5',
          imageBefore: 'registry.example/agent-manager:1.4',
          revision: 4,
        },
      },
    ]);
    expect(
      await changesIn({
        replicasets: [old, replicaSet(4, 'registry.example/agent-manager:1.4', '2026-03-01T10:00:00Z')],
      }),
    ).toMatchObject([{ code: 'CHANGED_ROLLOUT' }]);
  });

  it('sees a roll-back, whose ReplicaSet is older than itself', async () => {
    const back = replicaSet(5, 'a:1', '2026-02-01T00:00:00Z', {
      'deployment.kubernetes.io/revision-history': '3',
    });

    expect(
      await changesIn({ replicasets: [replicaSet(4, 'a:2', '2026-02-20T00:00:00Z'), back] }),
    ).toMatchObject([
      {
        code: 'CHANGED_IMAGE',
        since: '2026-03-01T10:01:00.000Z',
        facts: { image: 'a:1', imageBefore: 'a:2' },
      },
    ]);
  });

  it('says nothing of what is older than asked for, nor of labels, status and what the cluster rotates', async () => {
    const map = (name: string, managed: object) => ({
      metadata: { name, namespace: 'aetherius', ...managed },
    });

    expect(
      await changesIn({
        replicasets: [
          replicaSet(4, 'a:2', '2026-03-01T08:00:00Z'),
          replicaSet(3, 'a:1', '2026-02-01T00:00:00Z'),
        ],
        configmaps: [
          map('agent-manager-config', write(['metadata'], '2026-03-01T10:00:00Z')),
          map('kube-root-ca.crt', write(['data'], '2026-03-01T10:00:00Z')),
          map('old', write(['data'], '2026-03-01T09:00:00Z')),
        ],
        statefulsets: [
          map(
            'neo4j',
            write(['spec.template'], '2026-03-01T10:00:00Z', 'kubelet', { subresource: 'status' }),
          ),
        ],
      }),
    ).toEqual([]);
  });

  it('names who edited a ConfigMap and a policy, and what happened to a node, newest first', async () => {
    const found = await changesIn({
      configmaps: [
        { metadata: { name: 'agent-manager-config', ...write(['data'], '2026-03-01T10:02:00Z', 'helm') } },
      ],
      networkpolicies: [{ metadata: { name: 'deny-all', ...write(['spec'], '2026-03-01T10:03:00Z') } }],
      daemonsets: [
        { metadata: { name: 'collect-agent', ...write(['spec.template'], '2026-03-01T10:01:00Z') } },
      ],
      events: [
        {
          metadata: { name: 'e', creationTimestamp: '2026-03-01T10:04:00Z' },
          reason: 'NodeNotReady',
          involvedObject: { kind: 'Node', name: 'node-4' },
        },
        {
          metadata: { name: 'f', creationTimestamp: '2026-03-01T10:04:00Z' },
          reason: 'Starting',
          involvedObject: { kind: 'Node', name: 'node-4' },
        },
      ],
    });

    expect(
      found.map(({ code, subject, part, facts }) => [code, subject, part, facts.by ?? facts.reason]),
    ).toEqual([
      ['CHANGED_NODE', 'node/node-4', 'runtime', 'NodeNotReady'],
      ['CHANGED_POLICY', 'networkpolicy/deny-all', 'runtime', 'kubectl-edit'],
      ['CHANGED_CONFIG', 'configmap/agent-manager-config', 'agent-manager', 'helm'],
      ['CHANGED_ROLLOUT', 'daemonset/collect-agent', 'collect-agent', 'kubectl-edit'],
    ]);
  });

  it('leaves out what it may not read, and could not check when it may read nothing', async () => {
    const forbidden = new Error('forbidden');
    const { result } = await look({ events: forbidden, networkpolicies: forbidden });

    expect(result).toMatchObject({ status: 'healthy', facts: { unreadable: 2, changes: 0 } });
    await expect(look({ replicasets: forbidden, configmaps: forbidden }, { lists: 2 })).rejects.toThrow(
      'forbidden',
    );
  });

  it('asks for two lists only where requests are scarce', async () => {
    expect((await look({}, { lists: 2 })).asked).toEqual(['aetherius/replicasets', 'aetherius/configmaps']);
    expect((await look({})).asked).toContain('default/events');
  });
});

describe('kubernetes.changes, at its thresholds', () => {
  const policy = (name: string, time: string) => ({
    metadata: { name, namespace: 'aetherius', ...write(['spec'], time) },
  });
  const defaults = () => kubernetesChanges.params.parse({});

  it.each([
    ['2026-03-01T09:04:59.999Z', 0],
    ['2026-03-01T09:05:00.000Z', 1],
    ['2026-03-01T09:05:00.001Z', 1],
  ])('looks back an hour: %s', async (time, changes) => {
    const { result } = await look({ networkpolicies: [policy('p', time)] }, defaults());

    expect(result).toMatchObject({ facts: { changes, minutes: 60 } });
  });

  it.each([
    [19, 19],
    [20, 20],
    [21, 20],
  ])('names twenty at most: %i', async (count, named) => {
    const policies = Array.from({ length: count }, (_, nth) => policy(`p${nth}`, '2026-03-01T10:00:00Z'));
    const { result } = await look({ networkpolicies: policies }, defaults());

    expect(result.status === 'unhealthy' && result.findings.length).toBe(named);
    expect(result).toMatchObject({ facts: { changes: count } });
  });

  it.each([
    [{ minutes: 1440 }, true],
    [{ minutes: 1441 }, false],
    [{ lists: 0 }, true],
    [{ lists: -1 }, false],
    [{ lists: 6 }, true],
    [{ lists: 7 }, false],
  ])('looks back a day at most, and asks for six lists: %o', (given, success) => {
    expect(kubernetesChanges.params.safeParse(given).success).toBe(success);
  });

  it('asks for the events of nodes alone', async () => {
    const asked: unknown[] = [];
    const kubernetes = {
      ...{ namespace: 'aetherius', agentNamespace: 'kube-system', hasListed: () => false },
      list(kind: KubeKind, _namespace: string, options?: { readonly fieldSelector?: string }) {
        asked.push([kind, options?.fieldSelector]);
        return Promise.resolve([]);
      },
    } as unknown as KubernetesTarget;

    await kubernetesChanges.run(defaults(), probeContext({ kubernetes }, now));

    expect(asked).toContainEqual(['events', 'involvedObject.kind=Node']);
    expect(asked).toContainEqual(['configmaps', undefined]);
  });
});
