import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../../src/domain/probe/finding.ts';
import type { ProbeResult } from '../../../../src/domain/probe/probe.ts';
import type { RedisNode, RedisTarget } from '../../../../src/domain/probe/targets/redis.ts';
import { onEveryNode } from '../../../../src/probes/redis/nodes.ts';

/** Looks at servers of these names; a result that is an error is thrown. */
const look = (results: Readonly<Record<string, ProbeResult | Error | string>>) => {
  const nodes = Object.keys(results).map((name) => ({ name }));
  const redis = { name: 'whole', nodes: () => Promise.resolve(nodes) } as unknown as RedisTarget;
  return onEveryNode(redis, {}, async (node: RedisNode) => {
    const { name = '' } = node as { readonly name?: string };
    const result = results[name] ?? { status: 'healthy', facts: { name } };
    // What is thrown need not be an error.
    if (result instanceof Error || typeof result === 'string') throw result as Error;
    return result;
  });
};
const finding = (facts: Finding['facts'] = {}): Finding => ({
  ...{ code: 'REDIS_MEMORY_AT_LIMIT', severity: 'critical', part: 'redis', subject: 'memory', facts },
});
const bad = (facts: Finding['facts'] = {}): ProbeResult => ({
  ...{ status: 'unhealthy', findings: [finding(facts)], facts },
});
const well = (percent: number): ProbeResult => ({ status: 'healthy', facts: { percent } });
const skipped: ProbeResult = { status: 'skipped', reason: 'no-data', facts: { hits: 0 } };

describe('one server', () => {
  it('says what it says, by itself', async () => {
    expect(await look({ a: bad({ percent: 99 }) })).toEqual(bad({ percent: 99 }));
    expect(await look({ a: skipped })).toEqual(skipped);
    await expect(look({ a: new Error('away') })).rejects.toThrow('away');
  });

  it('is asked itself where it names no servers', async () => {
    expect(await look({})).toEqual({ status: 'healthy', facts: { name: 'whole' } });
  });
});

describe('each server of a cluster', () => {
  it('is named in its finding, and the numbers are those of the fullest', async () => {
    expect(await look({ a: well(10), b: bad({ percent: 99 }), c: well(50) })).toEqual({
      status: 'unhealthy',
      findings: [{ ...finding({ percent: 99, redisNode: 'b' }), subject: 'memory b' }],
      facts: { percent: 99, nodes: 3 },
    });
    expect(await look({ a: well(10), b: well(50), c: { status: 'healthy' } })).toEqual({
      ...{ status: 'healthy', facts: { percent: 50, nodes: 3 } },
    });
  });

  it('that could not be checked leaves the cluster unchecked, but hides no finding of another', async () => {
    const cause = new Error('away');

    expect(await look({ a: well(1), b: cause })).toEqual({ status: 'inconclusive', cause });
    expect(await look({ a: skipped, b: cause })).toEqual({ status: 'inconclusive', cause });
    expect(await look({ a: 'odd', b: well(1) })).toMatchObject({
      ...{ status: 'inconclusive', cause: { message: 'odd' } },
    });
    expect(await look({ a: cause, b: bad() })).toMatchObject({
      ...{ status: 'unhealthy', findings: [{ subject: 'memory b' }] },
    });
  });

  it('has nothing to say only where none has', async () => {
    expect(await look({ a: skipped, b: skipped })).toEqual(skipped);
    expect(await look({ a: skipped, b: well(5) })).toEqual({
      ...{ status: 'healthy', facts: { percent: 5, nodes: 2 } },
    });
  });
});
