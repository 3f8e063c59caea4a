import { describe, expect, it } from 'vitest';
import { kubernetesServicesEndpoints } from '../../../../src/probes/kubernetes/services-endpoints.probe.ts';
import { kubernetes, meta, pod } from '../../../support/cluster-objects.ts';
import { probeContext } from '../../../support/probe-context.ts';

describe('kubernetes.services-endpoints', () => {
  const service = {
    ...meta('neo4j', 'aetherius'),
    spec: { type: 'ClusterIP', selector: { app: 'neo4j' }, ports: [{ port: 7687 }] },
  };
  const look = async (pods: readonly object[]) => {
    const lists = { services: [service], pods, endpointslices: [] };
    const result = await kubernetesServicesEndpoints.run({}, probeContext({ kubernetes: kubernetes(lists) }));
    const findings = result.status === 'unhealthy' ? result.findings : [];
    return findings.map(({ code, part, facts }) => [code, part, facts.reason]);
  };

  it('looks at one Service alone where it is named, and says nothing of one that is not there', async () => {
    const other = { ...service, ...meta('nats', 'aetherius') };
    const lists = { services: [service, other], pods: [], endpointslices: [] };
    const of = (name: string) =>
      kubernetesServicesEndpoints.run({ service: name }, probeContext({ kubernetes: kubernetes(lists) }));

    expect(await of('nats')).toMatchObject({ findings: [{ subject: 'service/nats' }] });
    expect(await of('gone')).toEqual({ status: 'skipped', reason: 'not-applicable' });
  });

  it('tells a selector that matches nothing from a part that has no Pods', async () => {
    expect(await look([pod('redis')])).toEqual([['SERVICE_WITHOUT_PODS', 'neo4j', 'no-pods-match']]);
    const other = { ...pod('graph'), ...meta('neo4j', 'aetherius', { app: 'graph' }) };
    expect(await look([other])).toEqual([['SERVICE_WITHOUT_ENDPOINTS', 'neo4j', 'no-pods-match']]);
    const starting = { ...pod('neo4j'), ...meta('neo4j', 'aetherius', { app: 'neo4j' }) };
    expect(await look([starting])).toEqual([['SERVICE_WITHOUT_ENDPOINTS', 'neo4j', 'pods-not-ready']]);
  });
});
