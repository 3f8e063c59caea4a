import { describe, expect, it } from 'vitest';
import { asInGuide } from '../../../../src/domain/platform/platform.ts';
import type { RedisTarget } from '../../../../src/domain/probe/targets/redis.ts';
import type { With } from '../../../../src/domain/probe/targets/targets.ts';
import { setEvictionPolicy } from '../../../../src/remediations/redis/set-eviction-policy.remediation.ts';
import { probeContext } from '../../../support/probe-context.ts';
import { cluster, memory } from '../../../support/redis-cluster.ts';
import { fixtures } from '../../../support/remediation-fixtures.ts';

const fresh = () => {
  const fixture = fixtures['redis.set-eviction-policy']();
  const context = {
    deps: fixture.targets as With<'redis'>,
    signal: new AbortController().signal,
    now: () => new Date(0),
  };
  return { fixture, context };
};

describe('redis.set-eviction-policy', () => {
  it('plans from the policy there is to the one that is wanted, bound to this server run, and back', async () => {
    const { context } = fresh();

    const plan = await setEvictionPolicy.plan({ policy: 'allkeys-lru', persist: false }, context);

    expect(plan).toMatchObject({
      tier: 2,
      target: `redis/${'a'.repeat(40)}`,
      steps: [
        {
          from: { policy: 'noeviction' },
          to: { policy: 'allkeys-lru' },
          precondition: { run_id: 'a'.repeat(40) },
        },
      ],
      undo: [{ from: { policy: 'allkeys-lru' }, to: { policy: 'noeviction' } }],
    });
  });

  it('has nothing to do when the policy is that already', async () => {
    const { context } = fresh();

    await expect(
      setEvictionPolicy.plan({ policy: 'noeviction', persist: false }, context),
    ).rejects.toMatchObject({
      code: 'CONFLICT',
      facts: { reason: 'nothing-to-do' },
    });
  });

  it('says that it was not persisted when CONFIG REWRITE did not work', async () => {
    const { context, fixture } = fresh();
    const plan = await setEvictionPolicy.plan({ policy: 'allkeys-lru', persist: true }, context);

    const facts = await setEvictionPolicy.applyStep(plan.steps[0], plan, context);

    expect(facts).toEqual({ policy: 'allkeys-lru', persisted: false, rewrite: 'protocol' });
    expect(fixture.log).toContain('CONFIG REWRITE');
  });

  it('does not rewrite the file unless it was approved with the plan', async () => {
    const { context, fixture } = fresh();
    const plan = await setEvictionPolicy.plan({ policy: 'allkeys-lru', persist: false }, context);

    await setEvictionPolicy.applyStep(plan.steps[0], plan, context);

    expect(fixture.log).not.toContain('CONFIG REWRITE');
  });

  it('R-X12: has come to rest when writes are accepted, which the setting alone does not show', async () => {
    const { context } = fresh();
    const plan = await setEvictionPolicy.plan({ policy: 'allkeys-lru', persist: false }, context);

    expect(await setEvictionPolicy.settled?.(plan, context)).toBe(false);
    await setEvictionPolicy.applyStep(plan.steps[0], plan, context);
    expect(await setEvictionPolicy.settled?.(plan, context)).toBe(true);
  });

  it('cannot tell what happened once the server was restarted', async () => {
    const { context, fixture } = fresh();
    const plan = await setEvictionPolicy.plan({ policy: 'allkeys-lru', persist: false }, context);
    fixture.replace();

    expect(await setEvictionPolicy.observeStep(plan.steps[0], plan, context)).toBe('unknown');
  });
});

describe('redis.set-eviction-policy, of a cluster', () => {
  it('is refused: it would reach only one of the servers', async () => {
    const redis: RedisTarget = { ...cluster(memory(990), memory(990)), ...memory(990) };
    const asked = { ...redis, call: () => Promise.resolve(['maxmemory-policy', 'noeviction']) };

    await expect(
      setEvictionPolicy.plan(
        { policy: 'allkeys-lru', persist: false },
        {
          ...probeContext({ redis: asked }),
          deps: { environment: 'test', platform: asInGuide, redis: asked },
        },
      ),
    ).rejects.toMatchObject({ facts: { reason: 'redis-cluster', nodes: 2 } });
  });
});
