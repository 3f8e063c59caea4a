import { z } from 'zod';
import type { CallOptions } from '../../domain/kernel/call.ts';
import { TargetError } from '../../domain/kernel/errors.ts';
import { present } from '../../domain/kernel/present.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import { defineProbe, type ProbeContext, type ProbeResult } from '../../domain/probe/probe.ts';
import type { RedisNode } from '../../domain/probe/targets/redis.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { endpointFinding, verdict } from '../support.ts';
import { onEveryNode } from './nodes.ts';

const params = z.strictObject({});
type Params = z.output<typeof params>;
type Deps = Pick<With<'redis'>, 'redis'>;

export const redisWrites = defineProbe({
  id: 'redis.writes',
  doc: `Does Redis take writes?
It reads whether a key is there, which a server refuses that serves no keys.
Looks whether it is a replica whose master cannot be reached, whether fewer replicas keep up than its setting wants, and whether its last save failed: then it refuses writes.
It writes nothing.`,
  params,
  part: 'redis',
  needs: ['redis'],
  timeoutMs: 8_000,
  emits: ['ENDPOINT_FAULT', 'REDIS_MASTER_GONE', 'REDIS_REPLICAS_MISSING', 'REDIS_SAVE_FAILED'],
  run: (_params: Params, { deps, signal }: ProbeContext<Deps>) =>
    onEveryNode(deps.redis, { signal }, (node) => look(node, { signal })),
});

/** Fields of INFO: https://redis.io/docs/latest/commands/info/ */
async function look(redis: RedisNode, options: CallOptions): Promise<ProbeResult> {
  const replication = await redis.info('replication', options);
  const persistence = await redis.info('persistence', options);
  const facts = present({ role: replication.role });
  const findings: Finding[] = [];
  // While it copies from its master, which answers then, the link counts as down, too.
  const copies = replication.master_sync_in_progress === '1';
  if (replication.role === 'slave' && replication.master_link_status === 'down' && !copies)
    findings.push({
      code: 'REDIS_MASTER_GONE',
      severity: 'critical',
      part: 'redis',
      subject: 'redis',
      facts: {
        master: `${replication.master_host ?? '?'}:${replication.master_port ?? '?'}`,
        ...present({ downSeconds: numberOf(replication.master_link_down_since_seconds) }),
      },
    });
  // It is told only where a number of replicas is wanted; one that serves no writes wants none.
  const good = numberOf(replication.min_slaves_good_slaves);
  if (good !== undefined && replication.role === 'master') {
    // Where the setting may not be read: at least one.
    const wanted = numberOf(await setting(redis, 'min-replicas-to-write', options)) ?? 1;
    if (good < wanted)
      findings.push({
        code: 'REDIS_REPLICAS_MISSING',
        severity: 'critical',
        part: 'redis',
        subject: 'redis',
        facts: { good, wanted },
      });
  }
  const failed =
    persistence.rdb_last_bgsave_status === 'err'
      ? 'RDB'
      : persistence.aof_last_write_status === 'err'
        ? 'AOF'
        : undefined;
  if (failed !== undefined) {
    // A failed write of the AOF always stops writes; a failed save does where the setting says so, as it does by default.
    const stops = failed === 'AOF' ? 'yes' : await stopsWrites(redis, options);
    findings.push({
      code: 'REDIS_SAVE_FAILED',
      severity: stops === 'no' ? 'warning' : 'critical',
      part: 'redis',
      subject: failed,
      facts: { kind: failed, ...present({ stopsWrites: stops }) },
    });
  }
  // What is told of a server by its name is told once.
  const refused = findings.length > 0 ? undefined : await refusesKeys(redis, options);
  return verdict(refused === undefined ? findings : [refused], facts);
}

/** It answers PING and serves no key: the slots of a cluster that are nobody's, a replica that may not show old data. */
async function refusesKeys(redis: RedisNode, options: CallOptions): Promise<Finding | undefined> {
  try {
    await redis.call('EXISTS', ['aetherius'], options);
    return undefined;
  } catch (error) {
    options.signal?.throwIfAborted();
    // No right to this key, or another node has it: neither says anything of the server.
    if (!(error instanceof TargetError)) throw error;
    if (error.stage === 'forbidden' || error.stage === 'rejected') return undefined;
    if (error.stage === 'fault') return endpointFinding(error, 'redis');
    throw error;
  }
}

/** Undefined where it may not be asked. Without points at which it saves, a failed save stops nothing. */
async function stopsWrites(redis: RedisNode, options: CallOptions): Promise<'yes' | 'no' | undefined> {
  const value = await setting(redis, 'stop-writes-on-bgsave-error', options);
  if (value === 'no') return 'no';
  if (value !== 'yes') return undefined;
  const points = await setting(redis, 'save', options);
  return points === undefined ? undefined : points === '' ? 'no' : 'yes';
}

/** Undefined where it may not be asked. */
async function setting(redis: RedisNode, name: string, options: CallOptions): Promise<string | undefined> {
  try {
    const reply = await redis.call('CONFIG', ['GET', name], options);
    const value: unknown = Array.isArray(reply) ? reply[1] : undefined;
    return typeof value === 'string' ? value : undefined;
  } catch (error) {
    options.signal?.throwIfAborted();
    if (error instanceof TargetError) return undefined;
    throw error;
  }
}

const numberOf = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
