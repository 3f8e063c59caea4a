import { describe, expect, it } from 'vitest';
import type { EnvironmentConfig } from '../../../../../src/domain/settings/environment.ts';
import { createNetworkTarget } from '../../../../../src/platform/targets/network/network.ts';
import { environment, literal } from '../../../../support/targets.ts';

const at = (more: Partial<EnvironmentConfig>) => createNetworkTarget(environment(more));
const service = (url: string) => ({ url, healthPaths: ['/health'] });

describe('parts near another one', () => {
  it('are those at the same host, or in the same network, by address and not by port or name', async () => {
    const network = at({
      redis: { kind: 'single', url: literal('redis://:secret@10.1.2.3:6379') },
      nats: { url: literal('nats://10.1.2.77:4222') },
      neo4j: { url: literal('bolt+s://10.1.3.3:7687'), user: 'neo4j' },
      services: {
        'agent-manager': service('http://10.1.2.3:8080'),
        'reasoning-service': service('http://localhost:8082'),
        'orchestrator-service': service('http://127.0.0.1:8081'),
      },
    });

    expect(await network.near?.('redis')).toEqual(['agent-manager', 'nats']);
    expect(await network.near?.('neo4j')).toEqual([]);
    expect(await network.near?.('reasoning-service')).toEqual(['orchestrator-service']);
    // What is not configured is nowhere.
    expect(await network.near?.('postgres')).toEqual([]);
  });

  it('of an address of version 6 are in its first half', async () => {
    const network = at({
      redis: { kind: 'single', url: literal('redis://[fd00:1:2:3::5]:6379') },
      nats: { url: literal('nats://[fd00:1:2:3:ffff::1]:4222') },
      neo4j: { url: literal('bolt://[fd00:1:2:4::5]:7687'), user: 'neo4j' },
    });

    expect(await network.near?.('redis')).toEqual(['nats']);
  });

  it('are none where a name leads nowhere', async () => {
    const network = at({
      redis: { kind: 'single', url: literal('redis://nowhere.invalid:6379') },
      nats: { url: literal('nats://127.0.0.1:4222') },
    });

    expect(await network.near?.('redis')).toEqual([]);
  });
});
