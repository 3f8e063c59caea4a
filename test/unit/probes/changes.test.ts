import { describe, expect, it } from 'vitest';
import { diagnosisRenderer } from '../../../src/bot/views/diagnosis.view.ts';
import { redisMemory } from '../../../src/diagnoses/redis-memory.diagnosis.ts';
import { changeCalls, changesOf } from '../../../src/domain/diagnosis/changes.ts';
import { judge } from '../../../src/domain/diagnosis/judgement.ts';
import type { Finding } from '../../../src/domain/look/finding.ts';
import type { ProbeOutcome } from '../../../src/domain/look/probe.ts';
import type { ComposeTarget } from '../../../src/domain/look/targets/compose.ts';
import type { KubeKind, KubernetesTarget } from '../../../src/domain/look/targets/kubernetes.ts';
import type { Run } from '../../../src/domain/run/run.ts';
import { composeChanges } from '../../../src/probes/compose/changes.probe.ts';
import { kubernetesChanges } from '../../../src/probes/kubernetes/changes.probe.ts';
import { emitters, outcomesOf } from '../../support/diagnosis.ts';
import { probeContext } from '../../support/probe-context.ts';

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
      found.map(({ code, subject, part, facts }) => [code, subject, part, facts['by'] ?? facts['reason']]),
    ).toEqual([
      ['CHANGED_NODE', 'node/node-4', 'runtime', 'NodeNotReady'],
      ['CHANGED_POLICY', 'networkpolicy/deny-all', 'runtime', 'kubectl-edit'],
      ['CHANGED_CONFIG', 'configmap/agent-manager-config', 'agent-manager', 'helm'],
      ['CHANGED_ROLLOUT', 'daemonset/collect-agent', 'collect-agent', 'kubectl-edit'],
    ]);
  });

  it('leaves out what it may not read, and could not look when it may read nothing', async () => {
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

describe('compose.changes', () => {
  it('names containers that were made anew in the time asked for', async () => {
    const container = (service: string, createdAt: string) => ({
      name: `aetherius-${service}`,
      service,
      image: 'i:2',
      createdAt,
    });
    const compose = {
      containers: () =>
        Promise.resolve([
          container('redis', '2026-03-01T08:00:00Z'),
          container('agent-manager', '2026-03-01T10:00:00Z'),
        ]),
    } as unknown as ComposeTarget;

    expect(await composeChanges.run({ minutes: 60 }, probeContext({ compose }, now))).toMatchObject({
      findings: [{ code: 'CHANGED_CONTAINER', subject: 'aetherius-agent-manager', part: 'agent-manager' }],
    });
  });
});

describe('what changed shortly before', () => {
  const at = new Date(now);
  const change = (subject: string, part: Finding['part'], since: string): Finding => ({
    code: 'CHANGED_CONFIG',
    severity: 'info',
    part,
    subject,
    since,
    facts: { name: subject, by: 'helm' },
  });
  const changes: ProbeOutcome = {
    key: 'kubernetes.changes',
    probe: 'kubernetes.changes',
    part: 'runtime',
    status: 'unhealthy',
    findings: [
      change('configmap/a', 'neo4j', '2026-03-01T09:50:00.000Z'),
      change('configmap/b', 'nats', '2026-03-01T10:00:00.000Z'),
      change('configmap/c', 'runtime', '2026-03-01T09:40:00.000Z'),
      change('configmap/d', 'runtime', '2026-03-01T09:39:00.000Z'),
      {
        ...change('configmap/redis-config', 'redis', '2026-03-01T09:30:00.000Z'),
        facts: { name: 'redis-config', by: '<!channel> <@U1>' },
      },
    ],
    facts: {},
    startedAt: now,
    durationMs: 1,
  };
  const message = (unseen: readonly string[], language: 'en' | 'zh-CN') => {
    const outcomes = [...outcomesOf(redisMemory, [], unseen), changes];
    const judgements = [judge(redisMemory, outcomes, emitters)];
    const run = { id: 'run-1', environment: 'prod', createdAt: at } as Run;
    const seen = outcomes.length;
    const view = { run, judgements, instructions: [], seen, asked: seen, outcomes, complete: true, now: at };
    return JSON.stringify(diagnosisRenderer.diagnosis(view, language).blocks);
  };

  it('stands beside a cause that is there or may be: its own part first, the rest by age, four in all', () => {
    const text = message(['redis.memory'], 'en');

    expect(text).toContain('Changed in the hour before:');
    expect(text.indexOf('redis-config')).toBeLessThan(text.indexOf('configmap/b'));
    expect(text.indexOf('configmap/b')).toBeLessThan(text.indexOf('configmap/a'));
    expect(text).not.toContain('configmap/d');
    expect(text).toContain('1 more is in the evidence');
    expect(message(['redis.memory'], 'zh-CN')).toContain('此前一小时内的变更');
  });

  it('is read in full after cheap evidence, in part after dear evidence, and from what is there after dearer', () => {
    const lists = (requests: number) =>
      changeCalls(requests).map((call) => call.with?.['lists'] ?? call.probe);

    expect(lists(0)).toEqual([6, 'compose.changes']);
    expect(lists(10)).toEqual([2, 'compose.changes']);
    expect(lists(13)).toEqual([0, 'compose.changes']);
  });

  it('mentions nobody, whatever a tool calls itself', () => {
    expect(message(['redis.memory'], 'en')).toContain('&lt;!channel&gt; &lt;@U1&gt;');
    expect(message(['redis.memory'], 'en')).not.toContain('<!channel>');
  });

  it('is not said of a healthy answer', () => {
    expect(message([], 'en')).not.toContain('Changed in the hour before');
  });

  it('is listed newest first', () => {
    expect(changesOf([changes]).map(({ subject }) => subject)[0]).toBe('configmap/b');
  });
});
