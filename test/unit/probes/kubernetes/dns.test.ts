import { describe, expect, it } from 'vitest';
import { kubernetesDns } from '../../../../src/probes/kubernetes/dns.probe.ts';
import { kubernetes, type Lists, meta } from '../../../support/cluster-objects.ts';
import { fakeRuntime } from '../../../support/fake-runtime.ts';
import { probeContext } from '../../../support/probe-context.ts';

describe('kubernetes.dns', () => {
  const dns = (ready: boolean) => ({
    ...meta('coredns-1', 'kube-system', { 'k8s-app': 'kube-dns' }),
    spec: { containers: [] },
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
  });
  const service = meta('kube-dns', 'kube-system');
  const look = (lists: Lists, runtime = fakeRuntime({})) =>
    kubernetesDns.run({ namespace: 'kube-system' }, probeContext({ kubernetes: kubernetes(lists), runtime }));
  const asking = (answer: { code: number; stderr?: string }) =>
    fakeRuntime({
      'agent-manager': [{ commands: { 'nslookup kubernetes.default.svc.cluster.local': answer } }],
    });

  it('wants one ready Pod, and has no say where the DNS is called otherwise or lives elsewhere', async () => {
    expect(await look({ pods: [dns(true)] })).toMatchObject({ status: 'healthy' });
    expect(await look({ pods: [dns(false)] })).toMatchObject({ findings: [{ code: 'DNS_NOT_RUNNING' }] });
    // As GKE leaves it where Cloud DNS answers.
    expect(await look({ pods: [], services: [service] })).toMatchObject({ status: 'skipped' });
    expect(await look({})).toMatchObject({ status: 'skipped', reason: 'no-data' });
  });

  it('blames no Pod where a service is told a name of the cluster', async () => {
    expect(await look({ pods: [dns(false)] }, asking({ code: 0 }))).toMatchObject({ status: 'healthy' });
    expect(
      await look({ pods: [dns(false)] }, asking({ code: 1, stderr: 'no servers could be reached' })),
    ).toMatchObject({ findings: [{ code: 'DNS_NOT_RUNNING' }] });
  });
});
