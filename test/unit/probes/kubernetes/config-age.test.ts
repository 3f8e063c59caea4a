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
