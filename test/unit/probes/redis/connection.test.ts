import { describe, expect, it } from 'vitest';
import { TargetError } from '../../../../src/domain/kernel/errors.ts';
import { redisConnection } from '../../../../src/probes/redis/connection.probe.ts';
import { fakeRedis, probeContext } from '../../../support/probe-context.ts';
import { taking } from '../../../support/taking.ts';

describe('redis.connection', () => {
  const look = (answer: () => unknown = () => 'PONG') =>
    redisConnection.run(redisConnection.params.parse({}), probeContext({ redis: fakeRedis(answer) }));

  it.each([
    [[200], 'healthy'],
    [[201, 200], 'healthy'],
    [[201, 201], 'unhealthy'],
  ])('is slow above a fifth of a second, twice: %o', async (ms, status) => {
    expect(await taking(ms, () => look())).toMatchObject({ status });
  });

  it('says how slow', async () => {
    expect(await taking([300, 260], () => look())).toMatchObject({
      findings: [{ code: 'REDIS_SLOW', subject: 'redis', facts: { latencyMs: 260, thresholdMs: 200 } }],
      facts: { latencyMs: 260 },
    });
  });

  it('names what the connection fails of, and fails itself where it cannot look', async () => {
    const fails = (error: Error) =>
      redisConnection.run(
        redisConnection.params.parse({}),
        probeContext({ redis: { ...fakeRedis(() => ''), call: () => Promise.reject(error) } }),
      );

    expect(await fails(new TargetError('limit', 'OOM'))).toMatchObject({
      findings: [{ code: 'ENDPOINT_AT_LIMIT', part: 'redis' }],
    });
    await expect(fails(new TargetError('auth', 'WRONGPASS'))).rejects.toMatchObject({ stage: 'auth' });
    await expect(fails(new TargetError('dns', 'no'))).rejects.toMatchObject({ stage: 'dns' });
  });
});
