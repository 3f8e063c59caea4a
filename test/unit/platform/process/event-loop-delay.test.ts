import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { asInGuide } from '../../../../src/domain/platform/platform.ts';
import type { FindingCode } from '../../../../src/domain/probe/findings.ts';
import type { Probe } from '../../../../src/domain/probe/probe.ts';
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

    expect(lateBy()).toBeGreaterThan(250);
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
