import { describe, expect, it } from 'vitest';
import type { HealthRules } from '../../../../src/domain/health/rules.ts';
import type { PartId } from '../../../../src/domain/platform/part.ts';
import { asInGuide } from '../../../../src/domain/platform/platform.ts';
import type { ProbeCall, ProbeOutcome } from '../../../../src/domain/probe/probe.ts';
import type { Targets } from '../../../../src/domain/probe/targets/targets.ts';
import { createSecondLook } from '../../../../src/services/health/second-look.service.ts';

const call: ProbeCall = { probe: 'redis.connection' };
const hung: ProbeOutcome = {
  ...{ key: 'redis.connection', probe: 'redis.connection', part: 'redis', status: 'unhealthy', findings: [] },
  ...{ facts: {}, startedAt: '2026-12-01T00:00:00.000Z', durationMs: 1 },
};

function bench(near: readonly PartId[] | undefined, answering: readonly PartId[]) {
  const log: string[] = [];
  const network = {
    knows: () => true,
    handshake: () => Promise.reject(new Error('not asked')),
    ...(near === undefined ? {} : { near: () => Promise.resolve(near) }),
  };
  const first: Targets = { environment: 'prod', platform: asInGuide, network };
  const anew: Targets = { ...first, release: () => Promise.resolve(void log.push('released')) };
  const rules: HealthRules = {
    calls: () => [call],
    judge: () => {
      throw new Error('not asked');
    },
    doubts: () => [{ part: 'redis', calls: [call], answering }],
  };
  const again = createSecondLook({
    rules,
    probes: {
      run: (calls, { targets }) => {
        log.push(
          `${calls.map(({ probe }) => probe).join()} by ${targets === anew ? 'new' : 'old'} connections`,
        );
        return Promise.resolve([hung]);
      },
    },
    targets: { forRun: () => Promise.resolve(anew), close: () => Promise.resolve() },
  });
  const { signal } = new AbortController();
  return {
    log,
    look: () => again({ environment: 'prod', calls: [call], outcomes: [hung], targets: first, signal }),
  };
}

describe('a second look', () => {
  it('is taken by connections of its own, which are closed, and names what answered beside it', async () => {
    const one = bench(['postgres', 'nats'], ['nats']);

    expect(await one.look()).toEqual([{ ...hung, key: 'redis.connection again', facts: { beside: 'nats' } }]);
    expect(one.log).toEqual(['redis.connection by new connections', 'released']);
  });

  it.each<[string, readonly PartId[] | undefined, readonly PartId[]]>([
    ['nothing near answers', ['postgres'], ['nats']],
    ['nothing is near', [], ['nats']],
    ['nobody can tell what is near', undefined, ['nats']],
  ])('is not taken where %s', async (_why, near, answering) => {
    const one = bench(near, answering);

    expect(await one.look()).toEqual([]);
    expect(one.log).toEqual([]);
  });
});
