import { describe, expect, it } from 'vitest';
import { kubernetesServiceTargets } from '../../../../src/probes/kubernetes/service-targets.probe.ts';
import { kubernetes, meta } from '../../../support/cluster-objects.ts';
import { fakeRuntime } from '../../../support/fake-runtime.ts';
import { probeContext } from '../../../support/probe-context.ts';

const sockets = (...ports: readonly number[]) =>
  [
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt',
    ...ports.map((port, index) => {
      const hex = port.toString(16).toUpperCase().padStart(4, '0');
      return `   ${index}: 00000000:${hex} 00000000:0000 0A 00000000:00000000 00:00000000 00000000`;
    }),
  ].join('\n');
const read = 'cat /proc/net/tcp /proc/net/tcp6';

const service = (name: string, app: string, targetPort: number | string = 8080, more: object[] = []) => ({
  ...meta(name, 'aetherius'),
  spec: { selector: { app }, ports: [{ name: 'http', port: 8080, targetPort }, ...more] },
});
const pod = (owner: string, app: string, image: string, ready = true) => ({
  ...meta(`${owner}-1`, 'aetherius', { app }),
  metadata: {
    ...meta(`${owner}-1`, 'aetherius', { app }).metadata,
    ownerReferences: [{ kind: 'ReplicaSet', name: `${owner}-7f9`, uid: `rs-${owner}`, controller: true }],
  },
  spec: { containers: [{ name: owner, image, ports: [{ name: 'http', containerPort: 8080 }] }] },
  status: { phase: 'Running', conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
});
const manager = pod('agent-manager', 'agent-manager', 'registry.example/agent-manager:1.2');

const look = (
  services: readonly object[],
  pods: readonly object[],
  listening: readonly number[] | null = [8080],
  startedAt = '2026-03-01T09:00:00Z',
) => {
  const commands = listening === null ? {} : { [read]: { code: 0, stdout: sockets(...listening) } };
  return kubernetesServiceTargets.run(
    { part: 'agent-manager', openAfterSeconds: 60 },
    probeContext({
      kubernetes: kubernetes({ services, pods }),
      runtime: fakeRuntime({ 'agent-manager': [{ commands, startedAt }] }),
    }),
  );
};
const found = (result: Awaited<ReturnType<typeof look>>) =>
  result.status === 'unhealthy' ? result.findings.map(({ code, facts }) => [code, facts]) : result.status;

describe('kubernetes.service-targets', () => {
  it('is content with a Service that leads to the part alone, on an open port', async () => {
    expect(found(await look([service('agent-manager', 'agent-manager')], [manager]))).toBe('healthy');
    expect(found(await look([service('agent-manager', 'agent-manager', 'http')], [manager]))).toBe('healthy');
  });

  it('names a target port on which nothing listens', async () => {
    // One that listens and is not declared is right all the same.
    expect(found(await look([service('agent-manager', 'agent-manager', 9999)], [manager], [9999]))).toBe(
      'healthy',
    );
    expect(found(await look([service('agent-manager', 'agent-manager', 9999)], [manager]))).toEqual([
      ['SERVICE_PORT_NOT_LISTENED', expect.objectContaining({ port: 9999, from: 8080, open: '8080' })],
    ]);
  });

  it('asks for the port of the part alone where a Service has several', async () => {
    const metrics = { name: 'metrics', port: 9100, targetPort: 9100 };

    expect(found(await look([service('agent-manager', 'agent-manager', 8080, [metrics])], [manager]))).toBe(
      'healthy',
    );
  });

  it.each([
    ['whose sockets cannot be read', null, '2026-03-01T09:00:00Z'],
    ['that has just started', [], '2026-03-01T10:04:50Z'],
  ] as const)('cannot check the port of a container %s', async (_title, listening, startedAt) => {
    const services = [service('agent-manager', 'agent-manager', 9999)];
    const result = await look(services, [manager], listening, startedAt);

    expect(result).toMatchObject({ status: 'inconclusive', cause: { facts: { reason: 'sockets-unread' } } });
  });

  it('names ready Pods of another image behind it, and takes a canary for none', async () => {
    const stranger = pod('reports', 'agent-manager', 'registry.example/reports:3');
    const canary = pod('agent-manager-canary', 'agent-manager', 'registry.example/agent-manager:1.3');
    const services = [service('agent-manager', 'agent-manager')];

    expect(found(await look(services, [manager, stranger, canary]))).toEqual([
      ['SERVICE_FOREIGN_PODS', { service: 'agent-manager', pods: 'reports-1', strangers: 1, own: 1 }],
    ]);
    expect(found(await look(services, [manager, canary]))).toBe('healthy');
    // One that is not ready gets no calls.
    expect(
      found(
        await look(services, [manager, pod('reports', 'agent-manager', 'registry.example/reports:3', false)]),
      ),
    ).toBe('healthy');
  });

  it('says that there is no Service only where Pods of the part declare a port', async () => {
    const portless = { ...manager, spec: { containers: [{ name: 'a', image: 'registry.example/a:1' }] } };
    const other = service('reports', 'reports');

    expect(found(await look([other], [manager]))).toEqual([
      ['SERVICE_MISSING', { namespace: 'aetherius', pods: 'agent-manager-1' }],
    ]);
    expect(found(await look([other], [portless]))).toBe('skipped');
    expect(found(await look([other], []))).toBe('skipped');
    // One that selects no Pod is there, and does not fit (`kubernetes.selectors`).
    expect(found(await look([service('agent-manager', 'manager')], [manager]))).toBe('healthy');
  });
});
