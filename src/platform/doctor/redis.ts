import type { Logger } from '../../domain/kernel/clock.ts';
import type { Facts } from '../../domain/kernel/facts.ts';
import { present } from '../../domain/kernel/present.ts';
import { within } from '../../domain/kernel/within.ts';
import type { Check, CheckState } from '../../domain/settings/doctor.ts';
import type { RedisConnection } from '../../domain/settings/redis.ts';
import { openRedis } from '../queue/bullmq.ts';
import { parseInfo } from '../targets/stores/redis.ts';

const check = (key: string, state: CheckState, facts: Facts = {}, remedy?: string): Check => ({
  area: 'redis',
  key: `redis.${key}`,
  state,
  facts,
  ...present({ remedy }),
});

/** Looks at the courier: reachable, `noeviction`, append-only file. INFO alone, which ACLs rarely forbid. */
export async function examineRedis(connection: RedisConnection, logger: Logger): Promise<readonly Check[]> {
  const connections = await openRedis({ connection, logger, timeoutMs: 3000 });
  const client = connections.worker();
  try {
    const info = await within(4000, client.info(), { late: silent });
    return judge(parseInfo(info));
  } catch (error) {
    return [check('unreachable', 'failed', { reason: reasonOf(error) })];
  } finally {
    connections.close();
  }
}

function judge(info: Readonly<Record<string, string>>): readonly Check[] {
  const version = info['redis_version'] ?? '?';
  const policy = info['maxmemory_policy'];
  const appendOnly = info['aof_enabled'];
  return [
    check('reach', 'ok', { version }),
    Number.parseFloat(version) < 6.2 ? check('version', 'failed', { version }) : undefined,
    policy === undefined
      ? check('policy-unknown', 'unknown')
      : check(
          'policy',
          policy === 'noeviction' ? 'ok' : 'failed',
          { policy },
          policy === 'noeviction'
            ? undefined
            : 'redis-cli CONFIG SET maxmemory-policy noeviction && redis-cli CONFIG REWRITE',
        ),
    appendOnly === undefined
      ? check('append-only-unknown', 'unknown')
      : check(
          'append-only',
          appendOnly === '1' ? 'ok' : 'warning',
          { enabled: appendOnly === '1' },
          appendOnly === '1' ? undefined : 'redis-cli CONFIG SET appendonly yes && redis-cli CONFIG REWRITE',
        ),
  ].filter((item) => item !== undefined);
}

function silent(): never {
  throw Object.assign(new Error('no answer'), { code: 'no-answer' });
}

function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : '';
  // The driver gives these as text alone.
  if (/^(NOAUTH|WRONGPASS|NOPERM)/.test(text)) return 'auth';
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : 'error';
}
