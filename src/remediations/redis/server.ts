import { type Stage, TargetError } from '../../domain/kernel/errors.ts';
import type { RedisNode } from '../../domain/probe/targets/redis.ts';

/** TargetError `protocol` where the server does not say; `forbidden` where the login may not ask. */
export async function setting(redis: RedisNode, name: string, signal: AbortSignal): Promise<string> {
  const reply = await redis.call('CONFIG', ['GET', name], { signal });
  const value: unknown = Array.isArray(reply) ? reply[1] : undefined;
  if (typeof value !== 'string') throw new TargetError('protocol', `CONFIG GET ${name} gave no value`);
  return value;
}

/** Full, or it takes no writes; `limit` is what an older version called full. */
const writesRefused: ReadonlySet<Stage> = new Set<Stage>(['full', 'read-only', 'limit']);

/**
 * Are writes accepted? SETRANGE with an empty value on a key that does not exist writes nothing, and is refused like
 * every write while Redis is full.
 */
export async function takesWrites(redis: RedisNode, signal: AbortSignal): Promise<boolean> {
  try {
    await redis.call('SETRANGE', ['aetherius:write-check', 0, ''], { signal });
    return true;
  } catch (error) {
    if (error instanceof TargetError && writesRefused.has(error.stage)) return false;
    throw error;
  }
}
