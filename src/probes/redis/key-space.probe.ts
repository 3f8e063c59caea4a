import { z } from 'zod';
import { shortened } from '../../domain/kernel/text.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import { leftOpen } from '../../domain/probe/open.ts';
import { defineProbe, type ProbeContext, type ProbeResult } from '../../domain/probe/probe.ts';
import type { RedisNode } from '../../domain/probe/targets/redis.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { round, verdict } from '../support.ts';
import { onEveryNode } from './nodes.ts';

const params = z.strictObject({
  prefix: z.string().min(1).exactOptional().meta({
    description: 'Prefix of keys that may be deleted; default: that of the platform.',
  }),
  keys: z.number().int().positive().default(20_000).meta({ description: 'Number of keys checked, at most.' }),
});
type Deps = Pick<With<'redis'>, 'redis' | 'platform'>;

const SCAN_COUNT = 1_000;
const MEASURED = 200;
/** Share of the memory in throw-away keys that never expire from which a clean-up helps. */
const WORTH_SHARE = 0.5;
const WORTH_BYTES = 8 * 1024 * 1024;

export const redisKeySpace = defineProbe({
  id: 'redis.key-space',
  doc: `What fills Redis, and how much of it could be deleted?
Walks the key space by SCAN (never KEYS) up to a bound and measures a sample with MEMORY USAGE.
Reports how much of the memory is in disposable keys that never expire, with the largest keys seen.`,
  params,
  part: 'redis',
  needs: ['redis'],
  timeoutMs: 15_000,
  emits: ['REDIS_USELESS_KEYS'],
  run: (given: z.output<typeof params>, { deps, signal }: ProbeContext<Deps>) =>
    onEveryNode(deps.redis, { signal }, (node) =>
      look(node, { prefix: deps.platform.cache.disposable, ...given }, signal),
    ),
});

async function look(
  redis: RedisNode,
  { prefix, keys: most }: Required<z.output<typeof params>>,
  signal: AbortSignal,
): Promise<ProbeResult> {
  const [memory, total] = await Promise.all([
    redis.info('memory', { signal }),
    redis.call('DBSIZE', [], { signal }).then(Number),
  ]);
  const used = Number(memory.used_memory ?? 0);
  const seen: string[] = [];
  let cursor = '0';
  do {
    const [next, batch] = (await redis.call('SCAN', [cursor, 'COUNT', SCAN_COUNT], { signal })) as [
      string,
      string[],
    ];
    cursor = next;
    seen.push(...batch);
  } while (cursor !== '0' && seen.length < most);
  const facts = { keys: total, lookedAt: seen.length, usedBytes: used };
  if (seen.length === 0) return verdict([], facts);

  const step = Math.max(1, Math.floor(seen.length / MEASURED));
  const sample = seen.filter((_, index) => index % step === 0).slice(0, MEASURED);
  const measured = await Promise.all(
    sample.map(async (key) => {
      const [bytes, ttl] = await Promise.all([
        redis.call('MEMORY', ['USAGE', key], { signal }),
        redis.call('PTTL', [key], { signal }),
      ]);
      return { key, bytes: Number(bytes ?? 0), eternal: Number(ttl) === -1 };
    }),
  );
  const useless = measured.filter((entry) => entry.key.startsWith(prefix) && entry.eternal);
  const perKey = total / sample.length;
  const uselessBytes = useless.reduce((sum, entry) => sum + entry.bytes, 0) * perKey;
  const largest = measured.toSorted((a, b) => b.bytes - a.bytes).slice(0, 3);
  const found = {
    ...facts,
    prefix: `${prefix}*`,
    uselessKeys: Math.round(useless.length * perKey),
    uselessBytes: Math.round(uselessBytes),
    percent: round(Math.min(100, (100 * uselessBytes) / Math.max(1, used))),
    largest: largest.map((entry) => `${shortened(entry.key, 60)} ${inUnits(entry.bytes)}`).join(', '),
  };
  if (uselessBytes < used * WORTH_SHARE) return verdict([], found);
  // They fill it, and so few bytes are not worth a clean-up: whether they are the reason of anything stays open.
  if (uselessBytes < WORTH_BYTES)
    return verdict([], { ...found, ...leftOpen('few-bytes', 'REDIS_USELESS_KEYS') });
  const finding: Finding = {
    code: 'REDIS_USELESS_KEYS',
    severity: 'warning',
    part: 'redis',
    subject: `${prefix}*`,
    facts: found,
  };
  return verdict([finding], found);
}

/** As a person reads it: 81992 is 80 KiB. */
function inUnits(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const kib = Math.round(bytes / 1024);
  return kib < 1024 ? `${kib} KiB` : `${round(kib / 1024)} MiB`;
}
