import { describe, expect, it } from 'vitest';
import type { ComposeContainer, ComposeTarget } from '../../../../src/domain/look/targets/compose.ts';
import { composeContainers } from '../../../../src/probes/compose/containers.probe.ts';
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

describe('compose.containers', () => {
  it('says which images a part runs, each once', async () => {
    const containers = [
      container('redis', { image: 'redis:7' }),
      container('redis', { image: 'redis:7', name: 'aetherius-redis-2' }),
      container('nats'),
    ];

    const seen = await composeContainers.run(
      { part: 'redis' },
      probeContext({ compose: compose(containers) }),
    );

    expect(seen).toMatchObject({ status: 'healthy', facts: { running: 2, images: 'redis:7' } });
  });
});
