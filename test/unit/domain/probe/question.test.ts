import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { diagnoses } from '../../../../src/diagnoses/index.ts';
import { healthCalls } from '../../../../src/domain/health/health-calls.ts';
import { callKey, type ProbeCall } from '../../../../src/domain/probe/probe.ts';
import { questionsOf } from '../../../../src/domain/probe/question.ts';
import { Thresholds } from '../../../../src/domain/settings/thresholds.ts';
import { probes } from '../../../../src/probes/index.ts';

const questionOf = questionsOf([
  {
    id: 'redis.memory',
    params: z.strictObject({ percent: z.number().default(90), part: z.string().optional() }),
  },
]);
const asked = (call: ProbeCall) => questionOf({ probe: call.probe, key: callKey(call) });

describe('what a probe was asked', () => {
  it.each([
    ['a limit that is the probe’s own is named', { percent: 90 }, true],
    ['the limit is another one', { percent: 95 }, false],
    ['another part is meant', { part: 'redis' }, false],
    ['the same part and the own limit are named', {}, true],
  ])('when %s: %#', (_what, named, same) => {
    expect(asked({ probe: 'redis.memory', with: named }) === asked({ probe: 'redis.memory' })).toBe(same);
  });

  it('is the call itself where the probe takes nothing, or is unknown', () => {
    expect(questionOf({ probe: 'redis.gone', key: 'redis.gone(part=redis)' })).toBe('redis.gone(part=redis)');
    expect(questionOf({ probe: 'redis.gone', key: 'redis.gone' })).toBe('redis.gone');
  });

  it('is the same in a health check of an environment with the limits of always, and in D3', () => {
    const ask = questionsOf(probes);
    const keys = (calls: readonly ProbeCall[]) =>
      calls.map((call) => ask({ probe: call.probe, key: callKey(call) }));
    const health = healthCalls({
      ...{ runtime: 'none', services: [], withoutHttp: [], databases: [], nats: false, natsMonitor: false },
      ...{ redis: true, neo4j: false, thresholds: Thresholds.parse({}) },
    });
    const d3 = diagnoses.find(({ id }) => id === 'D3')?.evidence ?? [];
    const both = keys(d3).filter((key) => keys(health).includes(key));
    expect(both).toEqual(
      keys(d3.filter(({ probe }) => /connection|memory$|eviction-policy|writes/.test(probe))),
    );
  });
});
