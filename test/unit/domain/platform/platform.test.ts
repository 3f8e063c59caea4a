import { describe, expect, it } from 'vitest';
import {
  addressOf,
  asInGuide,
  factsOf,
  hostOf,
  keysOf,
  platformOf,
  workloadOf,
} from '../../../../src/domain/platform/platform.ts';
import { guide } from '../../../../src/domain/platform/table.ts';

describe('the platform of an installation (R-PLAT25)', () => {
  it('is as in the guide where nothing is said of it', () => {
    for (const group of ['keys', 'paths', 'files', 'secrets', 'subjects', 'tables', 'cache'] as const)
      expect(asInGuide[group]).toEqual(guide[group]);
    expect(factsOf(asInGuide, 'nats')).toMatchObject({ port: 4222, monitorPort: 8222, service: 'nats' });
    expect(factsOf(asInGuide, 'nats').name).toBeUndefined();
  });

  it('has what is said in the place of what is usual, and nothing else changes', () => {
    const here = platformOf({
      parts: { 'agent-manager': { port: 9080, workload: 'deployment/am', service: 'am-svc' } },
      keys: { 'event.workers': 'events.pool' },
      tables: { agents: 'cluster_agents' },
    });

    expect(here.parts['agent-manager']).toEqual({
      ...asInGuide.parts['agent-manager'],
      port: 9080,
      workload: 'deployment/am',
      service: 'am-svc',
    });
    expect(here.parts.redis).toEqual(asInGuide.parts.redis);
    expect(here.keys).toEqual({ ...guide.keys, 'event.workers': 'events.pool' });
    expect(here.tables).toEqual({ ...guide.tables, agents: 'cluster_agents' });
    expect(here.paths).toEqual(guide.paths);
  });

  it('knows more names of a part besides the usual ones', () => {
    expect(platformOf({ parts: { postgres: { aliases: ['pg-main'] } } }).parts.postgres.aliases).toEqual([
      ...guide.parts.postgres.aliases,
      'pg-main',
    ]);
  });

  it('gives addresses, workloads and keys as they are there', () => {
    const here = platformOf({
      parts: {
        'agent-manager': { workload: 'deployment/am', service: 'am', composeService: 'manager', port: 9080 },
      },
      cache: { agents: 'agents/' },
    });

    expect(workloadOf(here, 'agent-manager')).toBe('am');
    expect(workloadOf(here, 'redis')).toBe('redis');
    expect(workloadOf(here, 'runtime')).toBe('runtime');
    expect([hostOf(here, 'agent-manager', 'kubernetes'), hostOf(here, 'agent-manager', 'compose')]).toEqual([
      'am',
      'manager',
    ]);
    expect(addressOf(here, 'agent-manager', 'compose')).toBe('http://manager:9080');
    expect(keysOf(here, 'agents')).toBe('agents/*');
  });
});
