import { describe, expect, it } from 'vitest';
import type { ComposeContainer, ComposeTarget } from '../../../../src/domain/look/targets/compose.ts';
import { composeNetworks } from '../../../../src/probes/compose/networks.probe.ts';
import { probeContext } from '../../../support/probe-context.ts';

const container = (service: string, more: Partial<ComposeContainer> = {}): ComposeContainer => ({
  id: service,
  name: `aetherius-${service}`,
  service,
  image: 'i',
  state: 'running',
  createdAt: '2026-03-01T09:00:00Z',
  startedAt: '2026-03-01T10:00:00Z',
  exitCode: 0,
  oomKilled: false,
  restartCount: 0,
  networks: ['aetherius'],
  memoryLimitBytes: 0,
  nanoCpus: 0,
  env: {},
  command: [],
  ...more,
});

function compose(
  containers: readonly ComposeContainer[],
  exec: { readonly code: number; readonly stdout: string } = { code: 0, stdout: '' },
): ComposeTarget {
  const refuse = () => Promise.reject(new Error('not asked'));
  return {
    project: 'aetherius',
    containers: () => Promise.resolve(containers),
    inspect: (id) => Promise.resolve(containers.find((one) => one.id === id) ?? container(id)),
    exec: () => Promise.resolve({ ...exec, stderr: '' }),
    logs: refuse,
    stats: refuse,
    restart: refuse,
    networks: refuse,
  };
}

describe('compose.networks', () => {
  it('names the container that is not on the network of the others', async () => {
    const others = [container('agent-manager'), container('redis')];
    const look = (networks: readonly string[]) =>
      composeNetworks.run(
        {},
        probeContext({ compose: compose([...others, container('orchestrator-service', { networks })]) }),
      );

    expect(await look(['aetherius'])).toMatchObject({ status: 'healthy' });
    expect(await look(['backup'])).toMatchObject({
      findings: [
        {
          code: 'CONTAINER_OFF_NETWORK',
          part: 'orchestrator-service',
          // What the command that mends it needs.
          facts: { service: 'orchestrator-service', container: 'aetherius-orchestrator-service' },
        },
      ],
    });
  });
});
