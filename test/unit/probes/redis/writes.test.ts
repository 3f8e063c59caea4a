import { describe, expect, it } from 'vitest';
import { TargetError } from '../../../../src/domain/kernel/errors.ts';
import type { RedisNode } from '../../../../src/domain/probe/targets/redis.ts';
import { redisWrites } from '../../../../src/probes/redis/writes.probe.ts';
import { probeContext } from '../../../support/probe-context.ts';
import { cluster } from '../../../support/redis-cluster.ts';

const node = (
  replication: Readonly<Record<string, string>>,
  persistence: Readonly<Record<string, string>> = { rdb_last_bgsave_status: 'ok' },
  config: () => Promise<unknown> = () => Promise.resolve(['stop-writes-on-bgsave-error', 'yes']),
): RedisNode => ({
  call: config,
  info: (section) => Promise.resolve(section === 'replication' ? replication : persistence),
});
const seen = (one: RedisNode) =>
  redisWrites.run(redisWrites.params.parse({}), probeContext({ redis: cluster(one) }));
const master = { role: 'master' };

describe('redis.writes', () => {
  it('a replica whose master answers is no finding', async () => {
    const replica = { role: 'slave', master_link_status: 'up', master_host: '10.0.0.1', master_port: '6379' };

    expect(await seen(node(replica))).toMatchObject({ status: 'healthy', facts: { role: 'slave' } });
    expect(
      await seen(node({ ...replica, master_link_status: 'down', master_link_down_since_seconds: '-1' })),
    ).toEqual({
      status: 'unhealthy',
      findings: [
        {
          code: 'REDIS_MASTER_GONE',
          severity: 'critical',
          part: 'redis',
          subject: 'redis',
          facts: { master: '10.0.0.1:6379' },
        },
      ],
      facts: { role: 'slave' },
    });
  });

  it('a replica that copies from its master has one', async () => {
    const copying = { role: 'slave', master_link_status: 'down', master_sync_in_progress: '1' };

    expect(await seen(node(copying))).toMatchObject({ status: 'healthy' });
  });

  it('fewer replicas that keep up than the setting wants stop writes, also where the setting may not be read', async () => {
    const wants = (good: string, wanted: () => Promise<unknown>, role = 'master') =>
      seen(node({ role, min_slaves_good_slaves: good, master_link_status: 'up' }, undefined, wanted));
    const two = () => Promise.resolve(['min-replicas-to-write', '2']);
    const denied = () => Promise.reject(new TargetError('forbidden', 'NOPERM'));
    const missing = (good: number, wanted: number) => ({
      findings: [{ code: 'REDIS_REPLICAS_MISSING', severity: 'critical', facts: { good, wanted } }],
    });

    expect(await wants('1', two)).toMatchObject(missing(1, 2));
    expect(await wants('0', denied)).toMatchObject(missing(0, 1));
    expect(await wants('2', two)).toMatchObject({ status: 'healthy' });
    expect(await wants('1', denied)).toMatchObject({ status: 'healthy' });
    // A replica takes no writes of clients anyway.
    expect(await wants('0', two, 'slave')).toMatchObject({ status: 'healthy' });
  });

  it('a server that serves no key says so itself; a key that is not for us says nothing of it', async () => {
    const says = (stage: 'fault' | 'forbidden' | 'rejected' | 'no-answer', detail: string) =>
      seen(node(master, undefined, () => Promise.reject(new TargetError(stage, detail))));

    expect(await says('fault', 'CLUSTERDOWN Hash slot not served')).toMatchObject({
      findings: [{ code: 'ENDPOINT_FAULT', severity: 'critical', part: 'redis' }],
    });
    expect(await says('forbidden', 'NOPERM')).toMatchObject({ status: 'healthy' });
    expect(await says('rejected', 'MOVED 1 10.0.0.2:6379')).toMatchObject({ status: 'healthy' });
    await expect(says('no-answer', 'silent')).rejects.toThrow('silent');
  });

  it('a failed write of the AOF stops writes, whatever the setting about saves', async () => {
    const failed = node(master, { aof_last_write_status: 'err' }, () =>
      Promise.resolve(['stop-writes-on-bgsave-error', 'no']),
    );

    expect(await seen(failed)).toMatchObject({
      findings: [
        { code: 'REDIS_SAVE_FAILED', severity: 'critical', subject: 'AOF', facts: { stopsWrites: 'yes' } },
      ],
    });
  });

  it('a failed save counts as one that stops writes while the setting may not be read', async () => {
    const denied = node(master, { rdb_last_bgsave_status: 'err' }, () =>
      Promise.reject(new TargetError('forbidden', 'NOPERM')),
    );
    const broken = node(master, { rdb_last_bgsave_status: 'err' }, () => Promise.reject(new Error('a bug')));

    expect(await seen(denied)).toMatchObject({
      findings: [{ severity: 'critical', facts: { kind: 'RDB' } }],
    });
    await expect(seen(broken)).rejects.toThrow('a bug');
  });
});
