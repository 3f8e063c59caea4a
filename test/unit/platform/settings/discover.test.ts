import { describe, expect, it } from 'vitest';
import { configurationText } from '../../../../src/cli/init.command.ts';
import type { ComposeContainer } from '../../../../src/domain/probe/targets/compose.ts';
import type { KubeObject } from '../../../../src/domain/probe/targets/kubernetes.ts';
import { parseConfig } from '../../../../src/platform/settings/config.ts';
import {
  type Discovered,
  discoverCompose,
  discoverKubernetes,
} from '../../../../src/platform/settings/discover.ts';

const service = (name: string, ...ports: readonly number[]): KubeObject => ({
  metadata: { name, namespace: 'aetherius', uid: name, resourceVersion: '1' },
  spec: { ports: ports.map((port) => ({ port })) },
});

function kubernetes(...services: readonly KubeObject[]) {
  return discoverKubernetes(
    { namespace: 'aetherius', agentNamespace: 'kube-system', list: () => Promise.resolve(services) },
    { context: 'prod' },
  );
}

function load(found: Discovered | undefined) {
  if (found === undefined) throw new Error('nothing found');
  const env = Object.fromEntries(found.variables.map(({ name }) => [name, 'redis://x']));
  return parseConfig(configurationText('prod', found), { role: 'worker', where: 'a', folder: '/', env })
    .environments['prod'];
}

describe('init in a cluster', () => {
  it('finds the platform by its Services, on the ports they have, and writes what can be loaded (R-PLAT6)', async () => {
    const found = await kubernetes(
      service('agent-manager', 8080),
      service('orchestrator-service', 80),
      service('postgresql', 5432),
      service('aetherius-redis', 6379),
      service('nats', 4222, 8222),
      service('neo4j', 7474, 7687),
      service('something-else', 1),
    );

    const config = load(found);

    expect(found?.parts).toEqual([
      'agent-manager',
      'orchestrator-service',
      'postgres',
      'redis',
      'nats',
      'neo4j',
    ]);
    expect(config?.runtime).toMatchObject({ kind: 'kubernetes', namespace: 'aetherius', context: 'prod' });
    expect(config?.services['agent-manager']?.url).toBe('http://agent-manager.aetherius:8080');
    expect(config?.services['orchestrator-service']?.url).toBe('http://orchestrator-service.aetherius:80');
    expect(config?.nats?.monitorUrl).toBe('http://nats.aetherius:8222');
    expect(config?.redis?.kind).toBe('single');
  });

  it('finds nothing where nothing of ours is', async () => {
    expect(await kubernetes(service('web', 80))).toBeUndefined();
  });
});

describe('init in a Compose project', () => {
  it('finds the platform by its service names (R-PLAT7)', async () => {
    const containers = ['redis', 'redis', 'reasoning-service'].map(
      (name) => ({ service: name }) as ComposeContainer,
    );

    const found = await discoverCompose(
      { project: 'aetherius', containers: () => Promise.resolve(containers) },
      '/run/docker.sock',
    );

    expect(found?.parts).toEqual(['reasoning-service', 'redis']);
    expect(load(found)?.runtime).toEqual({
      kind: 'compose',
      project: 'aetherius',
      socket: '/run/docker.sock',
    });
    expect(found?.variables).toEqual([
      { name: 'AETHERIUS_REDIS_URL', meaning: 'redis://:PASSWORD@redis:6379' },
    ]);
  });
});
