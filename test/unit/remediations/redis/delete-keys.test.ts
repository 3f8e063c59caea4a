import { describe, expect, it } from 'vitest';
import type { RedisNode } from '../../../../src/domain/probe/targets/redis.ts';
import type { With } from '../../../../src/domain/probe/targets/targets.ts';
import { deleteKeys } from '../../../../src/remediations/redis/delete-keys.remediation.ts';
import { cluster } from '../../../support/redis-cluster.ts';
import { fixtures } from '../../../support/remediation-fixtures.ts';

const fresh = () => {
  const fixture = fixtures['redis.delete-keys']();
  const deps = fixture.targets as With<'redis'>;
  return { fixture, context: { deps, signal: new AbortController().signal, now: () => new Date(0) } };
};

describe('redis.delete-keys', () => {
  it('says how many keys of which size go, and takes no other key', async () => {
    const { fixture, context } = fresh();
    const plan = await deleteKeys.plan({ prefix: 'cache:' }, context);

    expect(plan.blast.facts).toMatchObject({ prefix: 'cache:*', keys: 120, bytes: 12_000 });
    expect(await deleteKeys.applyStep(plan.steps[0], plan, context)).toEqual({ deleted: 120 });
    expect(fixture.log.filter((line) => line.startsWith('UNLINK')).join()).not.toContain('shop:1');
    expect(fixture.log.join()).not.toMatch(/KEYS |FLUSH/);
  });

  it('R-X16: says how far it is, and goes on where an attempt has deleted most of them', async () => {
    const { context } = fresh();
    const plan = await deleteKeys.plan({ prefix: 'cache:' }, context);
    const gone = Array.from({ length: 61 }, (_, index) => `cache:${index}`);
    const left = 120 - Number(await context.deps.redis.call('UNLINK', gone));
    const said: object[] = [];
    const next = (progress: object) => Promise.resolve(void said.push(progress));

    await expect(deleteKeys.applyStep(plan.steps[0], plan, context)).rejects.toMatchObject({
      facts: { reason: 'stale' },
    });
    const work = { before: { done: 120 - left, total: 120 }, next, stopped: () => false };
    await deleteKeys.applyStep(plan.steps[0], plan, { ...context, work });

    expect(said.at(-1)).toEqual({ done: left, total: left });
  });

  it.each(['shop:', 'c', '*', 'cache', 'cache:*'])(
    'refuses %s, which is no cache of the platform',
    async (prefix) => {
      await expect(deleteKeys.plan({ prefix }, fresh().context)).rejects.toMatchObject({
        facts: { reason: 'not-a-cache' },
      });
    },
  );

  it('has the same plan while the count moves a little, and another when it is another kind of number', async () => {
    const { fixture, context } = fresh();
    const step = async () => (await deleteKeys.plan({ prefix: 'cache:' }, context)).steps[0];
    const before = await step();
    const { redis } = context.deps;
    await redis.call('UNLINK', ['cache:1', 'cache:2']);

    expect(await step()).toEqual(before);
    await redis.call(
      'UNLINK',
      Array.from({ length: 60 }, (_, key) => `cache:${key}`),
    );
    expect(await step()).not.toEqual(before);
    expect(fixture.changes()).toBe(2);
  });

  it('is done when fewer than half are left of a few keys, too: those in use are written again', async () => {
    const { context } = fresh();
    const { redis } = context.deps;
    const name = (index: number) => `cache:${index}`;
    await redis.call(
      'UNLINK',
      Array.from({ length: 116 }, (_, index) => name(index)),
    );
    const plan = await deleteKeys.plan({ prefix: 'cache:' }, context);
    const seen = () => deleteKeys.observeStep(plan.steps[0], plan, context);
    const left: string[] = [];
    for (const index of [116, 117, 118, 119]) {
      left.push(await seen());
      await redis.call('UNLINK', [name(index)]);
    }

    expect(plan.blast.facts).toMatchObject({ keys: 4 });
    expect([...left, await seen()]).toEqual(['not-done', 'not-done', 'not-done', 'done', 'done']);
  });

  it('works on every master of a cluster by itself, one key a command', async () => {
    const log: string[] = [];
    const node = (id: string, keys: Set<string>): RedisNode => ({
      info: () => Promise.resolve({ run_id: id }),
      call: (command, args = []) => {
        if (command === 'DBSIZE') return Promise.resolve(keys.size);
        if (command === 'SCAN') return Promise.resolve(['0', [...keys]]);
        if (command === 'MEMORY') return Promise.resolve(10);
        log.push([id, command, ...args].join(' '));
        return Promise.resolve(args.filter((key) => keys.delete(String(key))).length);
      },
    });
    const redis = cluster(
      node('one', new Set(['cache:a', 'cache:b'])),
      node('two', new Set(['other'])),
      node('three', new Set(['cache:c'])),
    );
    const { context } = fresh();
    const there = { ...context, deps: { ...context.deps, redis } };
    const plan = await deleteKeys.plan({ prefix: 'cache:' }, there);
    for (const step of plan.steps) await deleteKeys.applyStep(step, plan, there);

    expect(plan.steps.map(({ target }) => target)).toEqual(['10.0.0.1:6379', '10.0.0.3:6379']);
    expect(log).toEqual(['one UNLINK cache:a', 'one UNLINK cache:b', 'three UNLINK cache:c']);
    expect((await deleteKeys.object(plan, there)).claims).toEqual([
      'run_id=one',
      'run_id=two',
      'run_id=three',
    ]);
  });

  it('cannot tell once the server was restarted', async () => {
    const { fixture, context } = fresh();
    const plan = await deleteKeys.plan({ prefix: 'cache:' }, context);
    fixture.replace();

    expect(await deleteKeys.observeStep(plan.steps[0], plan, context)).toBe('unknown');
  });
});
