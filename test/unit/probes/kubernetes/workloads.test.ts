import { describe, expect, it } from 'vitest';
import { TargetError } from '../../../../src/domain/kernel/errors.ts';
import { asInGuide, type Platform, platformOf } from '../../../../src/domain/platform/platform.ts';
import type { KubeObject, KubernetesTarget } from '../../../../src/domain/probe/targets/kubernetes.ts';
import { kubernetesWorkloads } from '../../../../src/probes/kubernetes/workloads.probe.ts';
import { kubernetes, type Lists, meta } from '../../../support/cluster-objects.ts';
import { probeContext } from '../../../support/probe-context.ts';

type Part = Parameters<typeof kubernetesWorkloads.run>[0]['part'];
const deployment = (name: string, replicas: number | undefined, readyReplicas: number) => ({
  ...meta(name, 'aetherius'),
  spec: {
    ...(replicas === undefined ? {} : { replicas }),
    template: { spec: { containers: [{ name, image: `${name}:1` }] } },
  },
  status: { readyReplicas },
});
const running = (name: string, more: { readonly metadata?: object; readonly status?: object } = {}) => {
  const base = meta(`${name}-1`, 'aetherius', { app: name });
  return {
    metadata: {
      ...base.metadata,
      ownerReferences: [{ kind: 'StatefulSet', name, controller: true, uid: 'u' }],
      ...more.metadata,
    },
    spec: { containers: [] },
    status: { phase: 'Running', containerStatuses: [{ name, state: { running: {} } }], ...more.status },
  };
};
const look = (
  part: Part,
  lists: Lists,
  more: Partial<KubernetesTarget> = {},
  platform: Platform = asInGuide,
) =>
  kubernetesWorkloads.run(
    { part },
    probeContext({ kubernetes: { ...kubernetes(lists), ...more }, platform }),
  );

describe('kubernetes.workloads', () => {
  it.each([
    [3, 3, undefined, undefined],
    [3, 4, undefined, undefined],
    [3, 2, 'WORKLOAD_NOT_READY', 'warning'],
    [3, 1, 'WORKLOAD_NOT_READY', 'warning'],
    [3, 0, 'WORKLOAD_NOT_READY', 'critical'],
    [0, 0, 'WORKLOAD_SCALED_TO_ZERO', 'critical'],
    [1, 0, 'WORKLOAD_NOT_READY', 'critical'],
    [undefined, 0, 'WORKLOAD_NOT_READY', 'critical'],
    [undefined, 1, undefined, undefined],
  ])('wants %o replicas and has %i', async (wanted, ready, code, severity) => {
    const outcome = await look('agent-manager', {
      deployments: [deployment('agent-manager', wanted, ready)],
    });
    const [finding] = outcome.status === 'unhealthy' ? outcome.findings : [];

    expect([finding?.code, finding?.severity]).toEqual([code, severity]);
  });

  it('knows a workload by its name, of either kind, and adds them up', async () => {
    const lists = {
      deployments: [deployment('aetherius-redis', 2, 2), deployment('shop', 1, 0)],
      statefulsets: [deployment('redis', 1, 0)],
      pods: [
        running('redis'),
        running('shop'),
        running('redis', { metadata: { deletionTimestamp: '2026-03-01T10:00:00Z' } }),
        running('redis', { status: { phase: 'Pending' } }),
        running('redis', { status: { containerStatuses: [{ name: 'redis', state: { waiting: {} } }] } }),
      ],
    };

    expect(await look('redis', lists)).toMatchObject({
      findings: [
        {
          ...{ code: 'WORKLOAD_NOT_READY', subject: 'statefulset/redis', part: 'redis' },
          facts: {
            kind: 'StatefulSet',
            name: 'redis',
            namespace: 'aetherius',
            desired: 1,
            ready: 0,
            running: 1,
          },
        },
      ],
      facts: { desired: 3, ready: 2, running: 1, images: 'aetherius-redis:1, redis:1' },
    });
  });

  it('judges agents by their DaemonSet, in their own namespace', async () => {
    const set = (ready: number, wanted?: number) => ({
      ...meta('collect-agent', 'kube-system'),
      spec: {},
      status: { numberReady: ready, ...(wanted === undefined ? {} : { desiredNumberScheduled: wanted }) },
    });

    expect(await look('collect-agent', { daemonsets: [set(2, 3)] })).toMatchObject({
      findings: [
        { code: 'WORKLOAD_NOT_READY', subject: 'daemonset/collect-agent', facts: { desired: 3, ready: 2 } },
      ],
    });
    const unscheduled = await look('collect-agent', { daemonsets: [set(0)] });
    expect(unscheduled).toMatchObject({ findings: [{ code: 'WORKLOAD_SCALED_TO_ZERO' }] });
    expect(JSON.stringify(unscheduled)).not.toContain('running');
    expect(await look('collect-agent', {})).toMatchObject({
      findings: [{ code: 'WORKLOAD_MISSING', facts: { namespace: 'kube-system' } }],
    });
  });

  it('looks for agents that are not in their namespace by name, image and labels, and says where', async () => {
    const set = (name: string, namespace: string, image: string, labels: object = {}) => ({
      ...meta(name, namespace),
      spec: { template: { metadata: { labels }, spec: { containers: [{ image }] } } },
      status: { numberReady: 2, desiredNumberScheduled: 3 },
    });
    const agents = (one: object, mayListAll = true) => {
      const target = kubernetes({ daemonsets: [one] });
      return look(
        'collect-agent',
        {},
        {
          ...target,
          list: (kind, namespace) => {
            if (namespace !== '') return target.list(kind, namespace);
            if (!mayListAll) return Promise.reject(new TargetError('forbidden', 'no'));
            return Promise.resolve(kind === 'daemonsets' ? [one as KubeObject] : []);
          },
        },
      );
    };
    const elsewhere = (namespace: string) => ({
      ...{
        status: 'skipped',
        reason: 'not-applicable',
        facts: { elsewhere: `${namespace}/daemonset/fleet` },
      },
    });

    // Perhaps those of another installation: nothing is said of their state.
    expect(await agents(set('fleet', 'edge', 'registry.example/collect-agent:2'))).toMatchObject(
      elsewhere('edge'),
    );
    expect(await agents(set('fleet', 'edge', 'x', { app: 'collect-agent' }))).toMatchObject(
      elsewhere('edge'),
    );
    expect(await agents(set('collect-agent', 'edge', 'x'))).toMatchObject({
      facts: { elsewhere: 'edge/daemonset/collect-agent' },
    });
    // In our own namespaces they are ours.
    for (const mayListAll of [true, false])
      expect(await agents(set('fleet', 'kube-system', 'x/collect-agent:2'), mayListAll)).toMatchObject({
        findings: [{ code: 'WORKLOAD_NOT_READY', subject: 'daemonset/fleet', facts: { ready: 2 } }],
        facts: { elsewhere: 'kube-system/daemonset/fleet' },
      });
    for (const other of [
      set('shop', 'edge', 'x/shop:1'),
      set('collect-agent-exporter', 'edge', 'x/collect-agent:1'),
      set('nats', 'edge', 'x', { app: 'collect-agent' }),
    ])
      expect(await agents(other)).toMatchObject({ findings: [{ code: 'WORKLOAD_MISSING' }] });
    expect(await agents(set('fleet', 'edge', 'x/collect-agent:2'), false)).toMatchObject({
      findings: [{ code: 'WORKLOAD_MISSING' }],
    });
  });

  it('misses only what the platform itself runs', async () => {
    expect(await look('agent-manager', { deployments: [deployment('nats', 1, 1)] })).toMatchObject({
      findings: [{ code: 'WORKLOAD_MISSING', severity: 'critical', facts: { namespace: 'aetherius' } }],
    });
    expect(await look('postgres', {})).toMatchObject({ status: 'skipped', reason: 'not-applicable' });
  });

  it('does not call a part missing that may run under a name which only the guide leaves out', async () => {
    const shop = [deployment('shop', 1, 1)];

    expect(await look('agent-manager', { deployments: shop })).toMatchObject({
      status: 'inconclusive',
      cause: { facts: { reason: 'part-not-recognised', strangers: 'shop', count: 1 } },
    });
    const named = platformOf({ parts: { 'agent-manager': { workload: 'deployment/registry' } } });
    expect(await look('agent-manager', { deployments: shop }, {}, named)).toMatchObject({
      findings: [{ code: 'WORKLOAD_MISSING' }],
    });
    const seen = platformOf({}, { parts: { 'agent-manager': { workload: 'deployment/registry' } } });
    expect(await look('agent-manager', { deployments: shop }, {}, seen)).toMatchObject({
      findings: [{ code: 'WORKLOAD_MISSING' }],
    });
    expect(await look('agent-manager', { deployments: [deployment('redis-exporter', 1, 1)] })).toMatchObject({
      findings: [{ code: 'WORKLOAD_MISSING' }],
    });
  });

  it('takes what the cluster itself needs for no part', async () => {
    const proxy = {
      ...meta('cluster-proxy', 'kube-system'),
      spec: { template: { spec: { priorityClassName: 'system-node-critical' } } },
      status: {},
    };

    expect(await look('collect-agent', { daemonsets: [proxy] })).toMatchObject({
      findings: [{ code: 'WORKLOAD_MISSING' }],
    });
  });

  it('looks for agents among workloads of the kind that is named', async () => {
    const named = platformOf({}, { parts: { 'collect-agent': { workload: 'deployment/scout' } } });
    const scout = { ...deployment('scout', 2, 2), ...meta('scout', 'kube-system') };

    expect(await look('collect-agent', { deployments: [scout] }, {}, named)).toMatchObject({
      status: 'healthy',
      facts: { desired: 2, ready: 2 },
    });
  });

  it('does without Pods where they may not be read', async () => {
    const target = kubernetes({ deployments: [deployment('redis', 1, 1)] });
    const list: KubernetesTarget['list'] = (kind, ...rest) =>
      kind === 'pods' ? Promise.reject(new Error('forbidden')) : target.list(kind, ...rest);
    const outcome = await look('redis', {}, { list });

    expect(outcome).toMatchObject({ status: 'healthy', facts: { desired: 1 } });
    expect(outcome.facts).not.toHaveProperty('running');
  });
});
