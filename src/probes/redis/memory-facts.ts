import type { CallOptions } from '../../domain/kernel/call.ts';
import type { RedisNode } from '../../domain/probe/targets/redis.ts';
import { round } from '../support.ts';

export interface RedisMemory {
  readonly usedBytes: number;
  /** 0: no limit. */
  readonly maxBytes: number;
  /** Share of `maxmemory` in use; 0 without a limit. */
  readonly percent: number;
  readonly policy: string;
  readonly fragmentation: number;
  readonly systemBytes: number;
  readonly rssBytes: number;
}

/**
 * Redis counts replica buffers and the like out before it evicts (`mem_not_counted_for_evict`); without taking
 * them off, a server that is far from its limit may look full.
 */
export async function readMemory(redis: RedisNode, options: CallOptions): Promise<RedisMemory> {
  const info = await redis.info('memory', options);
  const number = (key: string) => Number(info[key] ?? 0);
  const maxBytes = number('maxmemory');
  const usedBytes = Math.max(0, number('used_memory') - number('mem_not_counted_for_evict'));
  return {
    usedBytes,
    maxBytes,
    percent: maxBytes === 0 ? 0 : round((100 * usedBytes) / maxBytes, 1),
    policy: info.maxmemory_policy ?? '',
    fragmentation: number('mem_fragmentation_ratio'),
    systemBytes: number('total_system_memory'),
    rssBytes: number('used_memory_rss'),
  };
}

const GiB = 1024 ** 3;
const MiB = 1024 ** 2;

/** The limit that helps, and the one of its container: half of that is room for copies while Redis saves. Bytes. */
export function wantedFacts(memory: Pick<RedisMemory, 'maxBytes' | 'usedBytes'>): {
  readonly wantedBytes: number;
  readonly containerBytes: number;
} {
  const bytes = wantedBytes(memory);
  return { wantedBytes: bytes, containerBytes: 2 * bytes };
}

/** A limit that helps, in bytes: the guide's 1 GiB; where that is reached already, twice as much; room for what is there. */
function wantedBytes({ maxBytes, usedBytes }: Pick<RedisMemory, 'maxBytes' | 'usedBytes'>): number {
  const wanted = maxBytes >= GiB ? 2 * maxBytes : Math.max(GiB, maxBytes === 0 ? 1.5 * usedBytes : 0);
  return Math.ceil(wanted / MiB) * MiB;
}
