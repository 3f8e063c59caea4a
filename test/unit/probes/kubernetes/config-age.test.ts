import { describe, expect, it } from 'vitest';
import { kubernetesConfigAge } from '../../../../src/probes/kubernetes/config-age.probe.ts';
import { kubernetes, meta } from '../../../support/cluster-objects.ts';
import { probeContext } from '../../../support/probe-context.ts';

describe('kubernetes.config-age', () => {
  const look = async (app: string, map: string, labels: Readonly<Record<string, string>> = {}) => {
    const { metadata } = meta(map, 'aetherius');
    const changed = { metadata: { ...metadata, creationTimestamp: '2026-03-01T10:02:00Z' } };
    const mounting = {
      ...meta(app, 'aetherius', labels),
      spec: {
        containers: [{ name: 'main', volumeMounts: [{ name: 'config' }] }],
        volumes: [{ name: 'config', configMap: { name: map } }],
      },
      status: {
        phase: 'Running',
        containerStatuses: [{ name: 'main', state: { running: { startedAt: '2026-03-01T10:00:00Z' } } }],
      },
    };
    const lists = { pods: [mounting], configmaps: [changed] };
    const outcome = await kubernetesConfigAge.run(
      { graceSeconds: 5 },
      probeContext({ kubernetes: kubernetes(lists) }),
    );
    return outcome.status === 'unhealthy' ? outcome.findings.map(({ part }) => part) : [];
  };

  it('counts what a part of the platform mounts, known by its workload or its labels, and nothing of others', async () => {
    expect(await look('agent-manager', 'config')).toEqual(['agent-manager']);
    expect(await look('am', 'config', { 'app.kubernetes.io/name': 'agent-manager' })).toEqual([
      'agent-manager',
    ]);
    expect(await look('grafana', 'config', { app: 'grafana' })).toEqual([]);
  });

  it.each([
    'kube-root-ca.crt',
    'openshift-service-ca.crt',
    'istio-ca-root-cert',
    'linkerd-identity-trust-roots',
    'trusted-ca-bundle',
    'internal-ca-cert',
    'cacerts',
  ])('takes %s for a CA bundle that is read anew', async (map) => {
    expect(await look('agent-manager', map)).toEqual([]);
  });

  it('takes no other name for a CA bundle', async () => {
    for (const map of ['agent-manager-config', 'root-cache', 'cluster-service-catalog'])
      expect(await look('agent-manager', map)).toEqual(['agent-manager']);
  });
});

describe('kubernetes.config-age, at its thresholds', () => {
  const changedAt = Date.parse('2026-03-01T10:02:00.000Z');
  const at = (ms: number) => new Date(ms).toISOString();
  const look = (
    startedBeforeMs: number,
    map: object = { creationTimestamp: at(changedAt) },
    more: object = {},
  ) => {
    const pods = ['agent-manager-1', 'agent-manager-2'].map((name) => ({
      metadata: {
        ...meta(name, 'aetherius').metadata,
        ownerReferences: [{ kind: 'StatefulSet', name: 'agent-manager', controller: true, uid: 'u' }],
      },
      spec: {
        containers: [{ name: 'main', volumeMounts: [{ name: 'config' }] }],
        volumes: [{ name: 'config', configMap: { name: 'settings' } }],
      },
      status: {
        phase: 'Running',
        containerStatuses: [
          { name: 'main', state: { running: { startedAt: at(changedAt - startedBeforeMs) } } },
        ],
        ...more,
      },
    }));
    const configmaps = [{ metadata: { ...meta('settings', 'aetherius').metadata, ...map } }];
    return kubernetesConfigAge.run(
      kubernetesConfigAge.params.parse({}),
      probeContext({ kubernetes: kubernetes({ pods, configmaps }) }),
    );
  };

  it.each([
    [4_999, 'healthy'],
    [5_000, 'healthy'],
    [5_001, 'unhealthy'],
  ])('allows for five seconds between a start and a change: %i ms', async (before, status) => {
    expect(await look(before)).toMatchObject({ status });
  });

  it('says by how much, and of how many Pods', async () => {
    expect(await look(90_000)).toMatchObject({
      findings: [
        { code: 'POD_OLDER_THAN_CONFIG', part: 'agent-manager', facts: { behindSeconds: 90, pods: 2 } },
      ],
    });
    expect(await look(90_000, undefined, { phase: 'Pending' })).toMatchObject({ status: 'healthy' });
  });

  it.each([
    [['data'], 'unhealthy'],
    [['binaryData'], 'unhealthy'],
    [['metadata'], 'healthy'],
    [undefined, 'healthy'],
  ])('takes only a change of what it holds for one: %o', async (touches, status) => {
    const map = {
      creationTimestamp: at(changedAt - 3_600_000),
      managedFields: [
        {
          manager: 'm',
          operation: 'Update',
          time: at(changedAt),
          ...(touches === undefined ? {} : { touches }),
        },
      ],
    };

    expect(await look(90_000, map)).toMatchObject({ status });
  });
});
