import { describe, expect, it } from 'vitest';
import type { PlanStep } from '../../../../../src/domain/fix/remediation.ts';
import type { Finding } from '../../../../../src/domain/probe/finding.ts';
import type { KubeKind } from '../../../../../src/domain/probe/targets/kubernetes.ts';
import type { With } from '../../../../../src/domain/probe/targets/targets.ts';
import { allowConnection } from '../../../../../src/remediations/kubernetes/network/allow-connection.remediation.ts';
import {
  blockedConnection,
  egressBlocked,
  ingressBlocked,
  podOf,
  policyOf,
  serviceOf,
  workloadOf,
} from '../../../../support/blocked-connection.ts';

const wanted = { from: 'agent-manager', to: 'orchestrator-service', port: 8081, seconds: 300 } as const;
const names = { podSelector: {}, policyTypes: ['Egress'] };
const open = policyOf('open', { podSelector: {}, policyTypes: ['Ingress'], ingress: [{}] });

function fresh(
  lists: Partial<Record<KubeKind, readonly object[]>> = {},
  groups?: readonly string[],
  age = 0,
) {
  const cluster = blockedConnection(lists, groups);
  const context = {
    deps: cluster.targets as With<'kubernetes' | 'runtime'>,
    signal: new AbortController().signal,
    now: () => new Date(0),
    operation: { id: 'op', age: () => Promise.resolve(age) },
  };
  const plan = (more: object = {}) => allowConnection.plan({ ...wanted, ...more }, context);
  return { cluster, context, plan };
}

interface Given {
  readonly lists?: Parameters<typeof fresh>[0];
  readonly groups?: readonly string[];
  readonly params?: object;
}
type Refusal = readonly [reason: string, given: Given];
const stranger = {
  ...{ name: 'stranger', namespace: 'aetherius', uid: 'pod-stranger' },
  labels: { app: 'orchestrator-service' },
};

const finding: Finding = {
  ...{ code: 'POLICY_BLOCKS', severity: 'critical', part: 'agent-manager' },
  subject: 'agent-manager→orchestrator-service',
  facts: { from: 'agent-manager', to: 'orchestrator-service', port: 8081, direction: 'Ingress' },
};

describe('kubernetes.allow-connection', () => {
  it('adds one policy for the direction that is blocked, owned by a Job that runs nothing and ends', async () => {
    const { cluster, context, plan } = fresh();
    const made = await plan();

    for (const step of made.steps) await allowConnection.applyStep(step, made, context);

    expect(made).toMatchObject({ tier: 2, objects: 2, part: 'agent-manager' });
    expect([...cluster.jobs.values()]).toMatchObject([
      {
        metadata: { name: 'aetherius-connection-op', uid: 'jobs-1' },
        spec: { parallelism: 0, activeDeadlineSeconds: 300, ttlSecondsAfterFinished: 0 },
      },
    ]);
    const [policy, ...more] = cluster.policies.values();
    expect(more).toEqual([]);
    expect(policy?.metadata).not.toHaveProperty('labels');
    expect(policy).toMatchObject({
      metadata: {
        name: 'aetherius-connection-op-in',
        ownerReferences: [{ kind: 'Job', name: 'aetherius-connection-op', uid: 'jobs-1' }],
      },
      spec: {
        podSelector: { matchLabels: { app: 'orchestrator-service' } },
        policyTypes: ['Ingress'],
        ingress: [
          {
            from: [{ podSelector: { matchLabels: { app: 'agent-manager' } } }],
            ports: [{ protocol: 'TCP', port: 8081 }],
          },
        ],
      },
    });
    expect(await allowConnection.settled?.(made, context)).toBe(true);
  });

  it('says when it ends, what must not be deleted meanwhile, and the rule to keep', async () => {
    const { notes, patch } = await fresh().plan({ seconds: 60 });

    expect(notes).toEqual([
      { key: 'ends-by-itself', facts: { seconds: 60 } },
      { key: 'stays-while-policy', facts: { policy: 'ingress-from-nobody' } },
      { key: 'nobodys-object', facts: {} },
      { key: 'keep-connection', facts: {} },
    ]);
    expect(patch?.slice(0, 6)).toEqual([
      '# networkpolicy.yaml',
      'apiVersion: networking.k8s.io/v1',
      'kind: NetworkPolicy',
      'metadata:',
      '  name: agent-manager-to-orchestrator-service-in',
      '  namespace: aetherius',
    ]);
  });

  it('adds a policy in each direction where both are blocked, and only then it works', async () => {
    const { cluster, context, plan } = fresh({ networkpolicies: [ingressBlocked, egressBlocked] });
    const made = await plan();
    const [job, ingress, egress] = made.steps as readonly PlanStep[];
    if (job === undefined || ingress === undefined || egress === undefined) throw new Error('three steps');

    await allowConnection.applyStep(job, made, context);
    await allowConnection.applyStep(ingress, made, context);
    expect(await allowConnection.settled?.(made, context)).toBe(false);
    await allowConnection.applyStep(egress, made, context);

    expect(made.objects).toBe(3);
    expect(egress.to).toEqual({ pods: 'app=agent-manager', peer: 'app=orchestrator-service', port: 8081 });
    expect(await allowConnection.settled?.(made, context)).toBe(true);
    expect([...cluster.policies.keys()]).toEqual([
      'aetherius-connection-op-in',
      'aetherius-connection-op-out',
    ]);
  });

  const both = [podOf('agent-manager'), podOf('orchestrator-service')] as const;
  const [client, other] = both;
  it.each<Refusal>([
    ['deny-rules', { groups: ['apps', 'cilium.io'] }],
    ['deny-rules', { groups: ['crd.projectcalico.org'] }],
    ['deny-rules', { groups: ['policy.networking.k8s.io'] }],
    ['no-policy-blocks', { lists: { networkpolicies: [open] } }],
    ['no-such-port', { params: { port: 22 } }],
    ['no-such-port', { lists: { services: [serviceOf('orchestrator-service', 8081, { app: 'x' })] } }],
    ['names-blocked', { lists: { networkpolicies: [ingressBlocked, policyOf('no-names', names)] } }],
    ['no-pod', { lists: { pods: [client] } }],
    ['no-target', { lists: { deployments: [workloadOf('agent-manager')] } }],
    ['connection-to-itself', { params: { to: 'agent-manager' } }],
    ['selects-others', { lists: { pods: [...both, { ...other, metadata: stranger }] } }],
    ['host-network', { lists: { pods: [podOf('agent-manager', { spec: { hostNetwork: true } }), other] } }],
    [
      'known-by-more-than-labels',
      {
        lists: {
          deployments: [
            workloadOf('agent-manager', { selector: { matchLabels: {} } }),
            workloadOf('orchestrator-service'),
          ],
        },
      },
    ],
    [
      'not-all-isolated',
      {
        lists: {
          networkpolicies: [
            policyOf('one-of-them', {
              podSelector: { matchLabels: { app: 'orchestrator-service', slot: 'a' } },
              policyTypes: ['Ingress'],
            }),
          ],
          pods: [...both, withLabel(podOf('orchestrator-service', { name: 'second' }), { slot: 'a' })],
        },
      },
    ],
  ])('is refused with %s, and makes nothing', async (reason, { lists, groups, params = {} }) => {
    const { cluster, plan } = fresh(lists, groups);

    await expect(plan(params)).rejects.toMatchObject({ code: 'CONFLICT', facts: { reason } });
    expect(cluster.changes()).toBe(0);
  });

  it('is refused where the connection works, because nothing enforces the policies', async () => {
    const { cluster, context } = fresh();
    const { runtime } = context.deps;
    const deps = {
      ...context.deps,
      runtime: { ...runtime, exec: () => Promise.resolve({ code: 0, stdout: '', stderr: '' }) },
    };

    await expect(allowConnection.plan(wanted, { ...context, deps })).rejects.toMatchObject({
      facts: { reason: 'connection-works' },
    });
    expect(cluster.changes()).toBe(0);
  });

  it('does nothing once the policy that blocks is another one (R-P3)', async () => {
    const { cluster, context, plan } = fresh();
    const made = await plan();
    cluster.set('networkpolicies', [
      { ...ingressBlocked, metadata: { name: 'ingress-from-nobody', namespace: 'aetherius', uid: 'other' } },
    ]);

    await expect(allowConnection.applyStep(made.steps[0], made, context)).rejects.toMatchObject({
      facts: { reason: 'stale', differing: 'blocked' },
    });
    expect(cluster.changes()).toBe(0);
  });

  it('is not well once the policy is gone: ours alone would isolate those Pods', async () => {
    const { cluster, context, plan } = fresh();
    const made = await plan();
    for (const step of made.steps) await allowConnection.applyStep(step, made, context);
    cluster.set('networkpolicies', []);

    expect(await allowConnection.settled?.(made, context)).toBe(false);
  });

  it('makes no second Job once its time is over, and no policy without its Job', async () => {
    const { cluster, context, plan } = fresh({}, undefined, 300_000);
    const made = await plan();
    const [job, policy] = made.steps as readonly PlanStep[];
    if (job === undefined || policy === undefined) throw new Error('two steps');

    expect(await allowConnection.observeStep(job, made, context)).toBe('not-done');
    await expect(allowConnection.applyStep(job, made, context)).rejects.toMatchObject({
      facts: { reason: 'stale', differing: 'begun' },
    });
    await expect(allowConnection.applyStep(policy, made, context)).rejects.toMatchObject({
      facts: { reason: 'stale', differing: 'job' },
    });
    expect(cluster.changes()).toBe(0);
  });

  it('has nothing to take back once the cluster has ended it', async () => {
    const { cluster, context, plan } = fresh();
    const made = await plan();
    for (const step of made.steps) await allowConnection.applyStep(step, made, context);
    cluster.expire('aetherius-connection-op');
    const [undo] = made.undo ?? [];
    if (undo === undefined) throw new Error('no undo');

    expect(await allowConnection.observeStep(made.steps[0], made, context)).toBe('not-done');
    expect(await allowConnection.observeStep(undo, made, context)).toBe('done');
    expect(await allowConnection.applyStep(undo, made, context)).toEqual({ already: true });
  });

  it('undoes nothing of another operation', async () => {
    const { cluster, context, plan } = fresh();
    const made = await plan();
    for (const step of made.steps) await allowConnection.applyStep(step, made, context);
    const [undo] = made.undo ?? [];
    if (undo === undefined) throw new Error('no undo');

    await allowConnection.applyStep(undo, made, {
      ...context,
      operation: { ...context.operation, id: 'other' },
    });

    expect(cluster.jobs.size).toBe(1);
  });

  it('verifies with a request by name where the other end is a service', async () => {
    expect((await fresh().plan()).verifyWith).toEqual([
      { probe: 'runtime.running', with: { part: 'agent-manager' } },
      { probe: 'runtime.connection', with: { from: 'agent-manager', to: 'orchestrator-service' } },
    ]);
  });

  it('helps with a policy that blocks a service, and takes the finding’s own ends and port', () => {
    const { seconds: _, ...params } = wanted;

    expect(allowConnection.paramsFor(finding)).toEqual(params);
    for (const facts of [
      { ...finding.facts, from: 'collect-agent' },
      { ...finding.facts, to: 'collect-agent' },
      { ...finding.facts, to: 'agent-manager' },
      { ...finding.facts, port: '8081; rm -rf ~' },
    ])
      expect(allowConnection.paramsFor({ ...finding, facts })).toBeUndefined();
  });

  it.each([14, 301, 60.5])('is never for %s seconds', (seconds) => {
    expect(allowConnection.params.safeParse({ ...wanted, seconds }).success).toBe(false);
  });

  it('keeps a label of any name as data', async () => {
    const odd = { constructor: 'a.b_c-d', '__proto__.x/y': '1' };
    const labels = { app: 'orchestrator-service', ...odd };
    const { context, plan, cluster } = fresh({
      deployments: [
        workloadOf('agent-manager'),
        workloadOf('orchestrator-service', { selector: { matchLabels: labels }, labels: odd }),
      ],
      pods: [podOf('agent-manager'), withLabel(podOf('orchestrator-service'), odd)],
    });
    const made = await plan();
    for (const step of made.steps) await allowConnection.applyStep(step, made, context);

    expect([...cluster.policies.values()][0]?.spec.podSelector).toEqual({ matchLabels: labels });
    expect(await allowConnection.settled?.(made, context)).toBe(true);
  });
});

function withLabel(pod: object, labels: object): object {
  const { metadata } = pod as { metadata: { labels: object } };
  return { ...pod, metadata: { ...metadata, labels: { ...metadata.labels, ...labels } } };
}
