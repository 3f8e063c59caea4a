import { describe, expect, it } from 'vitest';
import { type Stage, TargetError } from '../../../src/domain/kernel/errors.ts';
import {
  confirmedLatency,
  count,
  endpointFinding,
  imageFacts,
  round,
  sessionFacts,
  verdict,
} from '../../../src/probes/support.ts';

describe('a latency', () => {
  const look = async (first: number, second: number | Error) => {
    let again = 0;
    const seen = await confirmedLatency(first, 500, () => {
      again += 1;
      return second instanceof Error ? Promise.reject(second) : Promise.resolve(second);
    });
    return { ...seen, again };
  };

  it.each([
    [499, 1, { latencyMs: 499, slow: false, again: 0 }],
    [500, 1, { latencyMs: 500, slow: false, again: 0 }],
    [501, 499, { latencyMs: 499, slow: false, again: 1 }],
    [501, 500, { latencyMs: 500, slow: false, again: 1 }],
    [501, 501, { latencyMs: 501, slow: true, again: 1 }],
    [501, 900, { latencyMs: 501, slow: true, again: 1 }],
  ])('above the threshold is measured again: %i, then %i', async (first, second, seen) => {
    expect(await look(first, second)).toEqual(seen);
  });

  it('stays slow when the second look comes to nothing', async () => {
    expect(await look(700, new Error('gone'))).toEqual({ latencyMs: 700, slow: true, again: 1 });
  });
});

describe('a connection that fails', () => {
  it.each([
    ['refused', 'ENDPOINT_REFUSED'],
    ['no-answer', 'ENDPOINT_HUNG'],
    ['closed', 'ENDPOINT_CLOSED'],
    ['limit', 'ENDPOINT_AT_LIMIT'],
  ] as const)('at the stage %s is the target’s own', (stage, code) => {
    const error = new TargetError(stage, 'no', { facts: { host: 'h', port: 1 } });

    expect(endpointFinding(error, 'redis', { more: 2 })).toEqual({
      ...{ code, severity: 'critical', part: 'redis', subject: 'h:1' },
      facts: { stage, host: 'h', port: 1, more: 2 },
    });
    expect(endpointFinding(new TargetError(stage, 'no'), 'redis').subject).toBe('redis');
  });

  it.each(['dns', 'tls', 'auth', 'forbidden', 'protocol', 'aborted'] as const satisfies readonly Stage[])(
    'at the stage %s says nothing of it',
    (stage) => {
      expect(() => endpointFinding(new TargetError(stage, 'no'), 'redis')).toThrow('no');
    },
  );

  it('for another reason is thrown on', () => {
    expect(() => endpointFinding(new Error('other'), 'redis')).toThrow('other');
  });
});

describe('what probes say', () => {
  it('is healthy without findings', () => {
    const finding = { code: 'REDIS_SLOW', severity: 'info', part: 'redis', subject: 's', facts: {} } as const;

    expect(verdict([])).toEqual({ status: 'healthy', facts: {} });
    expect(verdict([finding, finding], { a: 1 })).toEqual({
      ...{ status: 'unhealthy', findings: [finding, finding], facts: { a: 1 } },
    });
  });

  it('rounds to whole numbers, or to digits', () => {
    expect([round(1.5), round(1.49), round(12.345, 1), round(12.355, 2)]).toEqual([2, 1, 12.3, 12.36]);
  });

  it('names each image once', () => {
    expect(imageFacts(['a', '', 'b', 'a'])).toEqual({ images: 'a, b' });
    expect(imageFacts([''])).toEqual({});
  });

  it('counts sessions by part, and those that must be said', () => {
    const counts = new Map<Parameters<typeof count>[1] & string, number>();
    count(counts, 'redis');
    count(counts, 'redis', 2);
    count(counts, undefined);

    expect(sessionFacts(counts, ['nats'])).toEqual({ 'sessions.nats': 0, 'sessions.redis': 3 });
    expect(sessionFacts(counts)).toEqual({ 'sessions.redis': 3 });
  });
});
