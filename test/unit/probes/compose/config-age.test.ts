import { describe, expect, it } from 'vitest';
import type { ComposeContainer, ComposeTarget } from '../../../../src/domain/look/targets/compose.ts';
import { composeConfigAge } from '../../../../src/probes/compose/config-age.probe.ts';
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

describe('compose.config-age', () => {
  const look = (seconds: number, code = 0) =>
    composeConfigAge.run(
      { part: 'agent-manager' },
      probeContext({ compose: compose([container('agent-manager')], { code, stdout: `${seconds}\n` }) }),
    );
  const started = Date.parse('2026-03-01T10:00:00Z') / 1000;

  it('compares the file’s time with the start', async () => {
    expect(await look(started - 100)).toMatchObject({ status: 'healthy' });
    expect(await look(started + 100)).toMatchObject({
      findings: [{ code: 'CONTAINER_OLDER_THAN_CONFIG', facts: { behindSeconds: 100 } }],
    });
  });

  it('cannot look where the container has no tool', async () => {
    await expect(look(0, 127)).rejects.toMatchObject({ stage: 'protocol' });
  });
});
