import { all, any, defineDiagnosis, found, not } from '../domain/diagnosis/diagnosis.ts';

const atLimit = found('REDIS_MEMORY_AT_LIMIT');
const keepsAll = found('REDIS_POLICY_NOEVICTION');
const unbounded = any(found('REDIS_MEMORY_UNBOUNDED'), found('REDIS_NO_LIMIT'));

export const redisMemory = defineDiagnosis({
  id: 'D3',
  slug: 'redis-memory',
  part: 'redis',
  evidence: [
    { probe: 'redis.connection' },
    { probe: 'redis.memory' },
    { probe: 'redis.memory-limit' },
    { probe: 'redis.eviction-policy' },
    { probe: 'redis.key-space' },
  ],
  causes: [
    {
      id: 'D3.a',
      part: 'redis',
      when: all(atLimit, keepsAll),
      remedies: [
        { remediation: 'redis.set-eviction-policy', with: { policy: 'allkeys-lru' } },
        { instruction: 'raise-maxmemory' },
      ],
    },
    {
      id: 'D3.b',
      part: 'redis',
      when: any(unbounded, found('REDIS_LIMIT_TOO_LOW'), all(atLimit, not(keepsAll))),
      remedies: [{ instruction: 'raise-maxmemory' }],
    },
    {
      id: 'D3.c',
      part: 'redis',
      when: all(found('REDIS_USELESS_KEYS'), not(atLimit), not(unbounded)),
      remedies: [{ instruction: 'delete-useless-keys' }],
    },
  ],
  handOver: [],
});
