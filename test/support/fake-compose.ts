import type { ComposeContainer, ComposeTarget } from '../../src/domain/probe/targets/compose.ts';

/** A container that runs well, with what is said of it. */
export const container = (service: string, more: Partial<ComposeContainer> = {}): ComposeContainer => ({
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

/** A Compose project of these containers, in each of which a command ends as told. */
export function compose(
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
    start: refuse,
    update: refuse,
    connectNetwork: refuse,
    disconnectNetwork: refuse,
    neighbours: refuse,
    networks: refuse,
  };
}
