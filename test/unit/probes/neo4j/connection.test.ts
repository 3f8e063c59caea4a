import { describe, expect, it } from 'vitest';
import { TargetError } from '../../../../src/domain/kernel/errors.ts';
import type { Neo4jTarget } from '../../../../src/domain/probe/targets/neo4j.ts';
import { neo4jConnection } from '../../../../src/probes/neo4j/connection.probe.ts';
import { probeContext } from '../../../support/probe-context.ts';

describe('neo4j.connection', () => {
  const look = (...took: readonly (number | Error)[]) => {
    const left = [...took];
    const verify = () => {
      const next = left.shift() ?? new Error('one look more than expected');
      return next instanceof Error
        ? Promise.reject(next)
        : Promise.resolve({ latencyMs: next, version: '5.20', address: 'neo4j:7687' });
    };
    return neo4jConnection.run(
      neo4jConnection.params.parse({}),
      probeContext({ neo4j: { verify } as unknown as Neo4jTarget }),
    );
  };

  it.each([
    [[2_000], 'healthy'],
    [[2_001, 2_000], 'healthy'],
    [[2_001, 2_001], 'unhealthy'],
    [[2_001, new Error('gone')], 'unhealthy'],
  ])('is slow above two seconds, twice: %o', async (took, status) => {
    expect(await look(...took)).toMatchObject({ status });
  });

  it('says how slow, and what answered', async () => {
    expect(await look(3_000, 2_500)).toMatchObject({
      findings: [{ code: 'NEO4J_SLOW', subject: 'neo4j', facts: { latencyMs: 2_500, thresholdMs: 2_000 } }],
      facts: { version: '5.20', address: 'neo4j:7687' },
    });
  });

  it('names what the connection fails of, and fails itself where it cannot look', async () => {
    expect(await look(new TargetError('refused', 'no'))).toMatchObject({
      findings: [{ code: 'ENDPOINT_REFUSED', part: 'neo4j' }],
    });
    await expect(look(new TargetError('auth', 'no'))).rejects.toMatchObject({ stage: 'auth' });
    await expect(look(new TargetError('dns', 'no such name'))).rejects.toMatchObject({ stage: 'dns' });
  });
});
