import { all, any, defineDiagnosis, found, unlessExplained } from '../domain/diagnosis/diagnosis.ts';

const atLimit = found('REDIS_MEMORY_AT_LIMIT');
const keepsAll = found('REDIS_POLICY_NOEVICTION');
const unbounded = any(found('REDIS_MEMORY_UNBOUNDED'), found('REDIS_NO_LIMIT'));

/** Memory is short: writes fail, nothing ends the growth, or keys go almost as soon as they come. */
const pressed = any(atLimit, unbounded, found('REDIS_LIMIT_TOO_LOW'));
/** The limit is there and is reached; without one there is room. */
const reached = any(atLimit, found('REDIS_LIMIT_TOO_LOW'));

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
    { probe: 'redis.writes' },
  ],
  causes: [
    {
      id: 'D3.c',
      part: 'redis',
      symptom: reached,
      // First where it is there: D3.a and D3.b say what happens when the memory is full, this one what fills it.
      when: found('REDIS_USELESS_KEYS'),
      remedies: [{ remediation: 'redis.delete-keys' }, { instruction: 'delete-useless-keys' }],
    },
    {
      id: 'D3.a',
      part: 'redis',
      symptom: pressed,
      when: all(atLimit, keepsAll),
      remedies: [
        { remediation: 'redis.set-eviction-policy' },
        { remediation: 'redis.set-memory-limit' },
        { instruction: 'set-eviction-policy', by: 'redis.set-eviction-policy' },
        { instruction: 'raise-maxmemory', by: 'redis.set-memory-limit' },
      ],
    },
    {
      id: 'D3.b',
      part: 'redis',
      symptom: pressed,
      // Memory that nothing may leave is full under any limit: whether this limit is too low cannot be told.
      when: any(unbounded, found('REDIS_LIMIT_TOO_LOW'), unlessExplained(atLimit, keepsAll)),
      remedies: [{ remediation: 'redis.set-memory-limit' }, { instruction: 'raise-maxmemory' }],
    },
    {
      id: 'D3.d',
      part: 'redis',
      symptom: found('REDIS_MASTER_GONE'),
      when: found('REDIS_MASTER_GONE'),
      // Two that both take writes no longer agree: whether the master is gone for good, people have to know.
      remedies: [{ instruction: 'mend-replication' }],
    },
    {
      id: 'D3.e',
      part: 'redis',
      symptom: found('REDIS_SAVE_FAILED'),
      when: found('REDIS_SAVE_FAILED'),
      // Writes that are taken although they are not saved are lost when Redis ends.
      remedies: [{ instruction: 'mend-save' }],
    },
    {
      id: 'D3.f',
      part: 'redis',
      symptom: found('REDIS_REPLICAS_MISSING'),
      when: found('REDIS_REPLICAS_MISSING'),
      // Somebody wants each write in two places: whether one is enough is not for a button.
      remedies: [{ instruction: 'bring-replicas-back' }],
    },
  ],
  handOver: [],
});
