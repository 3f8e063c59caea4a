import { describe, expect, it } from 'vitest';
import type { Targets, With } from '../../../../src/domain/probe/targets/targets.ts';
import { setMemoryLimit } from '../../../../src/remediations/redis/set-memory-limit.remediation.ts';
import { fixtures } from '../../../support/remediation-fixtures.ts';

const gib = 1024 ** 3;
const context = (more: { readonly limit?: number; readonly role?: string; readonly nodes?: number } = {}) => {
  const { targets } = fixtures['redis.set-memory-limit']();
  const { redis } = targets as With<'redis'>;
  const deps = {
    ...(targets as With<'redis'>),
    redis: {
      ...redis,
      info: async (section: string) => ({ ...(await redis.info(section)), role: more.role ?? 'master' }),
      nodes: async () => Array.from({ length: more.nodes ?? 1 }, () => ({ ...redis, name: 'redis:6379' })),
    },
    ...(more.limit === undefined
      ? {}
      : {
          runtime: {
            instances: () => Promise.resolve([{ memoryLimitBytes: more.limit }]),
          } as unknown as NonNullable<Targets['runtime']>,
        }),
  };
  return { deps, signal: new AbortController().signal, now: () => new Date(0) };
};

describe('redis.set-memory-limit', () => {
  it('sets the limit of this server run, and undo the former one', async () => {
    const plan = await setMemoryLimit.plan({ bytes: gib }, context({ limit: 2 * gib }));

    expect(plan).toMatchObject({
      steps: [{ from: { maxmemory: 1_048_576 }, to: { maxmemory: gib } }],
      undo: [{ from: { maxmemory: gib }, to: { maxmemory: 1_048_576 } }],
    });
  });

  it.each([
    ['its container would be ended for it', gib, { limit: gib }, 'too-little-memory'],
    ['its machine has no room', 15 * gib, {}, 'too-little-memory'],
    ['more is in use', 1_000_000, {}, 'below-what-is-used'],
    ['it is so already', 1_048_576, {}, 'nothing-to-do'],
    ['it is a copy', gib, { role: 'slave' }, 'not-master'],
    ['it is a cluster', gib, { nodes: 3 }, 'redis-cluster'],
  ])('is not offered where %s', async (_why, bytes, more, reason) => {
    await expect(setMemoryLimit.plan({ bytes }, context(more))).rejects.toMatchObject({ facts: { reason } });
  });
});
