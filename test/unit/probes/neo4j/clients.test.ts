import { describe, expect, it } from 'vitest';
import { TargetError } from '../../../../src/domain/kernel/errors.ts';
import type { Neo4jTarget } from '../../../../src/domain/probe/targets/neo4j.ts';
import { neo4jClients } from '../../../../src/probes/neo4j/clients.probe.ts';
import { probeContext } from '../../../support/probe-context.ts';

describe('neo4j.clients', () => {
  const look = (run: () => Promise<readonly object[]>) =>
    neo4jClients.run({}, probeContext({ neo4j: { run } as unknown as Neo4jTarget }));

  it('counts connections but its own', async () => {
    const agents = ['aetherius-bot', 'neo4j-python/5', null].map((agent) => ({ agent }));

    expect(await look(() => Promise.resolve(agents))).toMatchObject({
      status: 'healthy',
      facts: { total: 2, 'sessions.reasoning-service': 2 },
    });
  });

  it('has no say where the procedure is not there, and fails where it cannot look', async () => {
    expect(await look(() => Promise.reject(new TargetError('protocol', 'no such procedure')))).toMatchObject({
      status: 'skipped',
      reason: 'not-installed',
    });
    await expect(look(() => Promise.reject(new TargetError('refused', 'no')))).rejects.toMatchObject({
      stage: 'refused',
    });
    await expect(look(() => Promise.reject(new Error('other')))).rejects.toThrow('other');
  });
});
