import { readFile } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { TargetError } from '../../../../src/domain/kernel/errors.ts';
import { asInGuide } from '../../../../src/domain/platform/platform.ts';
import type { FindingCode } from '../../../../src/domain/probe/findings.ts';
import type { Probe, ProbeResult } from '../../../../src/domain/probe/probe.ts';
import { defineProbe } from '../../../../src/domain/probe/probe.ts';
import { eventLoopQuiet, watchEventLoopDelay } from '../../../../src/platform/process/event-loop-delay.ts';
import { createProbeRunner } from '../../../../src/services/run/probe-runner.service.ts';
import { silentLogger } from '../../../support/logger.ts';

const finding = (code: string) =>
  ({ code: code as FindingCode, severity: 'critical', part: 'redis', subject: 's', facts: {} }) as const;
const probe = (code: string): Probe =>
  defineProbe({
    id: 'redis.connection',
    doc: 'For this test.',
    params: z.strictObject({}),
    part: 'redis',
    needs: [],
    timeoutMs: 1_000,
    emits: [code as FindingCode],
    run: () => Promise.resolve({ status: 'unhealthy', findings: [finding(code)] } as const),
  }) as unknown as Probe;

const clock = { now: () => new Date(0), sleep: () => Promise.resolve() };

async function outcomeOf(code: string, lagMs: number) {
  const runner = createProbeRunner({
    probes: [probe(code)],
    clock,
    logger: silentLogger,
    eventLoopDelay: () => () => lagMs,
  });
  const signal = new AbortController().signal;
  const [outcome] = await runner.run([{ probe: 'redis.connection' }], {
    targets: { environment: 't', platform: asInGuide },
    signal,
  });
  return outcome;
}

describe('a starved worker', () => {
  it.each(['ENDPOINT_HUNG', 'REDIS_SLOW', 'SERVICE_SLOW'])('does not call anything %s', async (code) => {
    expect(await outcomeOf(code, 900)).toMatchObject({
      status: 'inconclusive',
      cause: { code: 'worker-busy', facts: { lagMs: 900 } },
    });
    expect(await outcomeOf(code, 40)).toMatchObject({ status: 'unhealthy' });
  });

  it.each(['ENDPOINT_REFUSED', 'EVENT_WRITES_SLOW'])(
    'still says what does not depend on its clock: %s',
    async (code) => {
      expect(await outcomeOf(code, 900)).toMatchObject({ status: 'unhealthy', findings: [{ code }] });
    },
  );

  it('knows that it was late', async () => {
    const lateBy = watchEventLoopDelay();
    await new Promise((resolve) => setTimeout(resolve, 30));
    const until = performance.now() + 400;
    while (performance.now() < until);
    await new Promise((resolve) => setTimeout(resolve, 30));

    expect(await lateBy()).toBeGreaterThan(250);
  });

  it('knows it also where it was late from the first moment on', async () => {
    const lateBy = watchEventLoopDelay();
    const until = performance.now() + 400;
    while (performance.now() < until);

    expect(await lateBy()).toBeGreaterThan(250);
  });

  it('adds up what it was late by where each turn came late', async () => {
    const lateBy = watchEventLoopDelay();
    for (let turns = 0; turns < 5; turns += 1) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      const until = performance.now() + 120;
      while (performance.now() < until);
    }

    expect(await lateBy()).toBeGreaterThan(300);
  });

  it('knows it also when the answer was told before the timers had their turn', async () => {
    const lateBy = watchEventLoopDelay();
    await new Promise((resolve) => setTimeout(resolve, 30));
    // As a handshake that ended while this process packed a bundle: both are heard in one phase of the loop.
    await new Promise<void>((resolve) => {
      readFile(new URL(import.meta.url), () => {
        const until = performance.now() + 400;
        while (performance.now() < until);
        resolve();
      });
    });

    expect(await lateBy()).toBeGreaterThan(250);
  });
});

describe('a look that the own lag has spoiled', () => {
  const slow = { status: 'unhealthy', findings: [finding('REDIS_SLOW')] } as const;
  const well = { status: 'healthy', facts: { latencyMs: 2 } } as const;
  const late = () => Promise.reject(new TargetError('no-answer', 'it was silent'));

  /** What comes of looks with these answers, while the process is so late at each of them. */
  async function looks(
    answers: readonly (ProbeResult | (() => Promise<ProbeResult>))[],
    lags: readonly number[],
    more: Partial<Probe> = {},
    stop = new AbortController(),
  ) {
    let [looked, calm] = [0, 0];
    const run = () => {
      const answer = answers[looked];
      looked += 1;
      if (answer === undefined) stop.abort();
      return typeof answer === 'function' ? answer() : Promise.resolve(answer ?? slow);
    };
    const runner = createProbeRunner({
      ...{ clock, logger: silentLogger },
      probes: [{ ...probe('REDIS_SLOW'), ...more, run } as Probe],
      eventLoopDelay: () => {
        const lag = lags[looked] ?? 0;
        return () => lag;
      },
      quiet: () => Promise.resolve().then(() => void (calm += 1)),
    });
    const given = { targets: { environment: 't', platform: asInGuide }, signal: stop.signal };
    const [outcome] = await runner.run([{ probe: 'redis.connection' }], given);
    return { status: outcome?.status, code: outcome?.cause?.code, looked, waited: calm - 1 };
  }

  it.each([
    ['slow', slow],
    ['silent', late],
  ])('is taken once more when this process has time: %s', async (_what, first) => {
    expect(await looks([first, well], [900, 10])).toEqual({ status: 'healthy', looked: 2, waited: 1 });
    expect(await looks([first, slow], [900, 10])).toEqual({ status: 'unhealthy', looked: 2, waited: 1 });
  });

  it('is taken no third time, and then proves nothing', async () => {
    expect(await looks([slow, slow], [900, 900])).toMatchObject({
      ...{ status: 'inconclusive', code: 'worker-busy', looked: 2 },
    });
    expect(await looks([late, late], [900, 900])).toMatchObject({ code: 'no-answer', looked: 2 });
  });

  it('stands where this process was in time, and where another look would give work again', async () => {
    expect(await looks([slow], [249])).toMatchObject({ status: 'unhealthy', looked: 1 });
    expect(await looks([late], [249])).toMatchObject({ code: 'no-answer', looked: 1 });
    expect(await looks([slow], [250], { givesWork: true })).toMatchObject({ code: 'worker-busy', looked: 1 });
    const dns = () => Promise.reject(new TargetError('dns', 'no such name'));
    expect(await looks([dns], [900])).toMatchObject({ code: 'dns', looked: 1 });
  });

  it.each([
    // Seen on a machine with a load of nine: a Redis that was well was called slow.
    [221, 60, 'worker-busy'],
    [221, 21, undefined],
    [1_200, 249, undefined],
  ])(
    'is one that would be in time without it: %i ms where 200 are allowed, %i ms late',
    async (latencyMs, lag, code) => {
      const measured = {
        status: 'unhealthy',
        findings: [{ ...finding('REDIS_SLOW'), facts: { latencyMs, thresholdMs: 200 } }],
      } as const;

      expect((await looks([measured, measured], [lag, lag])).code).toBe(code);
    },
  );

  it('is the answer where the time for all of it ends meanwhile', async () => {
    expect(await looks([slow], [900])).toMatchObject({ code: 'worker-busy', looked: 2 });
  });
});

describe('W14 the lag of the own start', () => {
  const busyUntil = (end: number) => {
    const turn = () => {
      const until = Math.min(end, performance.now() + 120);
      while (performance.now() < until);
      if (performance.now() < end) setImmediate(turn);
    };
    setImmediate(turn);
  };

  it('is waited out', async () => {
    const end = performance.now() + 500;
    busyUntil(end);

    await eventLoopQuiet();

    expect(performance.now()).toBeGreaterThan(end);
  });

  it('is waited out once, before the first probe of a process', async () => {
    const told: string[] = [];
    const { run, ...rest } = probe('ENDPOINT_HUNG');
    const runner = createProbeRunner({
      probes: [{ ...rest, run: (...given) => (told.push('probe'), run(...given)) } as Probe],
      clock,
      logger: silentLogger,
      quiet: () => Promise.resolve().then(() => void told.push('quiet')),
    });
    const given = {
      targets: { environment: 't', platform: asInGuide },
      signal: new AbortController().signal,
    };
    await runner.run([{ probe: 'redis.connection' }], given);
    await runner.run([{ probe: 'redis.connection' }], given);

    expect(told).toEqual(['quiet', 'probe', 'probe']);
  });
});
