import type { Logger } from '../../domain/kernel/clock.ts';
import type { Facts } from '../../domain/kernel/facts.ts';
import { present } from '../../domain/kernel/present.ts';
import { within } from '../../domain/kernel/within.ts';
import { queueKinds, queueName, unfetchedNote, unfetchedNotedSeconds } from '../../domain/run/jobs.ts';
import type { Check, CheckState } from '../../domain/settings/doctor.ts';
import type { RedisConnection } from '../../domain/settings/redis.ts';
import { openRedis, queuePrefix, type RedisClient } from '../queue/bullmq.ts';
import { parseInfo } from '../targets/stores/redis.ts';

const check = (key: string, state: CheckState, facts: Facts = {}, remedy?: string): Check => ({
  area: 'redis',
  key: `redis.${key}`,
  state,
  facts,
  ...present({ remedy }),
});

/**
 * Looks at the courier: reachable, `noeviction`, append-only file, by INFO alone, which ACLs rarely forbid; and whether
 * somebody fetches the jobs of these environments.
 */
export async function examineRedis(
  connection: RedisConnection,
  logger: Logger,
  environments: readonly string[],
): Promise<readonly Check[]> {
  const connections = await openRedis({ connection, logger, timeoutMs: 3000 });
  const client = connections.worker();
  try {
    const info = await within(4000, client.info(), { late: silent });
    return [
      ...judge(parseInfo(info)),
      ...(await within(4000, fetched(client, environments), { late: silent })),
    ];
  } catch (error) {
    return [check('unreachable', 'failed', { reason: reasonOf(error) })];
  } finally {
    connections.close();
  }
}

function judge(info: Readonly<Record<string, string>>): readonly Check[] {
  const version = info.redis_version ?? '?';
  const policy = info.maxmemory_policy;
  const appendOnly = info.aof_enabled;
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

/** A worker hands a job over twice, and does it itself then. */
const liesMs = 10_000;

/** Jobs that lie there while no worker is at one, and what workers have said of such jobs within a day. */
async function fetched(client: RedisClient, environments: readonly string[]): Promise<readonly Check[]> {
  const queues = environments.flatMap((name) => queueKinds.map((kind) => queueName(kind, name)));
  const [seconds = 0] = (await client.time()).map(Number);
  const found = await Promise.all(
    queues.map(async (queue): Promise<Check | undefined> => {
      const key = `${queuePrefix}:${queue}`;
      const [waiting, active, [oldest]] = await Promise.all([
        client.llen(`${key}:wait`),
        client.llen(`${key}:active`),
        client.lrange(`${key}:wait`, -1, -1),
      ]);
      const since =
        oldest === undefined ? Number.NaN : Number(await client.hget(`${key}:${oldest}`, 'timestamp'));
      const ms = seconds * 1000 - since;
      if (active === 0 && ms > liesMs) return check('unfetched', 'failed', { queue, waiting, ms });
      const left = await client.ttl(`${queuePrefix}:${unfetchedNote}:${queue}`);
      return left < 0
        ? undefined
        : check('unfetched-before', 'warning', { queue, ms: (unfetchedNotedSeconds - left) * 1000 });
    }),
  );
  const bad = found.filter((item) => item !== undefined);
  return queues.length === 0 || bad.length > 0 ? bad : [check('fetched', 'ok')];
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
