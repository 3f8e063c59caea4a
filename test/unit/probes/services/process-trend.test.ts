import { describe, expect, it } from 'vitest';
import type { ServiceId } from '../../../../src/domain/platform/part.ts';
import { servicesProcessTrend } from '../../../../src/probes/services/process-trend.probe.ts';
import { probeContext } from '../../../support/probe-context.ts';
import { pages, replica } from '../../../support/service-pages.ts';

const MIB = 1024 * 1024;

describe('services.process-trend, whose samples reach different replicas', () => {
  it('makes no growth of the memory of several processes', async () => {
    const of = (start: number, mib: number) => replica(start, { process_resident_memory_bytes: mib * MIB });
    const trend = (...samples: readonly Readonly<Record<string, number>>[]) =>
      servicesProcessTrend.run(
        { service: 'agent-manager', seconds: 9 },
        probeContext({ services: pages(...samples) }),
      );

    expect(
      await trend(of(1, 100), of(2, 200), of(1, 100), of(2, 300), of(1, 100), of(2, 400), of(1, 100)),
    ).toMatchObject({ status: 'healthy', facts: { memoryMiB: 100 } });
    await expect(trend(of(1, 100), of(2, 200), of(3, 300), of(4, 400))).rejects.toMatchObject({
      facts: { reason: 'another-replica' },
    });
  });
});

describe('services.process-trend', () => {
  const look = (
    memory: readonly number[],
    cpu: readonly number[],
    startedBefore?: number,
    service: ServiceId = 'agent-manager',
  ) =>
    servicesProcessTrend.run(
      { service, seconds: 9 },
      probeContext({
        services: pages(
          ...memory.map((mib, index) => ({
            process_resident_memory_bytes: mib * MIB,
            process_cpu_seconds_total: cpu[index] ?? 0,
            ...(startedBefore === undefined
              ? {}
              : { process_start_time_seconds: Date.parse('2026-03-01T10:05:00Z') / 1000 - startedBefore }),
          })),
        ),
      }),
    );

  it('calls steady growth growth, and a single step not', async () => {
    expect(await look([100, 110, 120, 130], [0, 0, 0, 0])).toMatchObject({
      findings: [{ code: 'MEMORY_GROWS', facts: { memoryFromMiB: 100, memoryMiB: 130 } }],
    });
    expect(await look([100, 115, 115, 130], [0, 0, 0, 0])).toMatchObject({
      findings: [{ code: 'MEMORY_GROWS' }],
    });
    expect(await look([100, 130, 130, 130], [0, 0, 0, 0])).toMatchObject({ status: 'healthy' });
    // One step within nine seconds, as a process gets its memory in pieces, and the next one after.
    expect(await look([60, 60, 71, 71, 71, 84], [])).toMatchObject({
      findings: [{ code: 'MEMORY_GROWS', facts: { memoryFromMiB: 60, memoryMiB: 84 } }],
    });
    // A collection of garbage in between.
    expect(await look([46, 58, 70, 63], [0, 0, 0, 0])).toMatchObject({
      findings: [{ code: 'MEMORY_GROWS' }],
    });
    expect(await look([100, 130, 110, 131], [0, 0, 0, 0])).toMatchObject({ status: 'healthy' });
  });

  it('takes the warm-up of a process that was started moments ago for no leak, but a flood for one', async () => {
    expect(await look([16, 17, 18, 19], [], 20)).toMatchObject({ status: 'healthy' });
    expect(await look([16, 17, 18, 19], [], 900)).toMatchObject({ findings: [{ code: 'MEMORY_GROWS' }] });
    expect(await look([20, 35, 50, 65], [], 20)).toMatchObject({ findings: [{ code: 'MEMORY_GROWS' }] });
  });

  it('takes less than a tenth for no growth of reasoning-service, whose heap no profile shows', async () => {
    expect(await look([1000, 1030, 1060, 1099], [], 900, 'reasoning-service')).toMatchObject({
      status: 'healthy',
    });
    expect(await look([1000, 1030, 1060, 1101], [], 900, 'reasoning-service')).toMatchObject({
      findings: [{ code: 'MEMORY_GROWS', part: 'reasoning-service' }],
    });
    expect(await look([1000, 1030, 1060, 1099], [], 900)).toMatchObject({
      findings: [{ code: 'MEMORY_GROWS', part: 'agent-manager' }],
    });
  });

  it('turns CPU seconds into cores', async () => {
    expect(await look([100, 100, 100, 100], [0, 3, 6, 9])).toMatchObject({
      findings: [{ code: 'CPU_HIGH', facts: { cores: 1 } }],
    });
  });
});

describe('services.process-trend, at its thresholds', () => {
  const params = servicesProcessTrend.params.parse({ service: 'agent-manager' });
  const now = Date.parse('2026-03-01T10:05:00Z') / 1000;
  interface Process {
    readonly mib: readonly number[];
    readonly cpu?: readonly number[];
    /** Seconds since its start at the last of four samples. */
    readonly age?: number;
  }
  const look = async ({ mib, cpu = [], age }: Process) => {
    const samples = mib.map((value, index) => ({
      process_resident_memory_bytes: value * MIB,
      ...(cpu[index] === undefined ? {} : { process_cpu_seconds_total: cpu[index] }),
      ...(age === undefined ? {} : { process_start_time_seconds: now + 9 - age }),
    }));
    const context = probeContext({ services: pages(...samples) });
    const start = context.now().getTime();
    const outcome = await servicesProcessTrend.run(params, context);
    return { outcome, waited: context.now().getTime() - start };
  };
  /** Memory that rises evenly by so much in a minute: samples are three seconds apart. */
  const rising = (perMinute: number, from = 100) => [0, 1, 2, 3].map((nth) => from + (nth * perMinute) / 20);

  it.each([
    [5.99, 'healthy'],
    [6, 'unhealthy'],
    [6.01, 'unhealthy'],
  ])('takes 6 MiB a minute for growth: %f', async (perMinute, status) => {
    expect(await look({ mib: rising(perMinute) })).toMatchObject({ outcome: { status }, waited: 9_000 });
  });

  it.each([
    [39.9, 'healthy'],
    [40, 'unhealthy'],
    [40.1, 'unhealthy'],
  ])('and 40 MiB a minute within three minutes of the start: %f', async (perMinute, status) => {
    expect(await look({ mib: rising(perMinute), age: 60 })).toMatchObject({ outcome: { status } });
  });

  it.each([
    [179, 'healthy'],
    [180, 'healthy'],
    [181, 'unhealthy'],
    [-1, 'unhealthy'],
    [0, 'healthy'],
  ])('which is as long as a process warms up: %i s', async (age, status) => {
    expect(await look({ mib: rising(20), age })).toMatchObject({ outcome: { status } });
  });

  it.each([
    [3.59, 'healthy'],
    [3.6, 'unhealthy'],
    [3.61, 'unhealthy'],
  ])('calls two fifths of a core busy: %f s of CPU in nine', async (used, status) => {
    expect(await look({ mib: [100, 100, 100, 100], cpu: [0, 0, 0, used] })).toMatchObject({
      outcome: { status },
    });
  });

  it.each([
    [[100, 110, 120, 115], 'unhealthy'],
    // Ten of the twenty that it came up.
    [[100, 115, 130, 120], 'unhealthy'],
    [[100, 115, 130, 119.9], 'healthy'],
  ])('forgives a fall by half of the way: %o', async (mib, status) => {
    expect(await look({ mib })).toMatchObject({ outcome: { status } });
  });

  it.each([
    [[100, 100, 100, 100], 3],
    [[100, 110, 120, 130], 3],
    // One step up that is more than a leak's pace is watched for ten samples.
    [[100, 100, 100, 130], 9],
    [[100, 100, 100, 100.1], 3],
    [[100, 100, 100, 130, 140], 4],
  ])('watches a single step for longer: %o', async (mib, waits) => {
    expect(await look({ mib })).toMatchObject({ waited: waits * 3_000 });
  });

  it('watches two minutes at most', () => {
    const fits = (seconds: number) =>
      servicesProcessTrend.params.safeParse({ service: 'agent-manager', seconds }).success;

    expect([120, 121].map(fits)).toEqual([true, false]);
  });

  it('says what it has measured', async () => {
    expect((await look({ mib: rising(12, 100.4), cpu: [0, 1, 2, 3] })).outcome).toMatchObject({
      facts: {
        seconds: 9,
        cores: 0.33,
        memoryMiB: 102,
        memoryFromMiB: 100,
        growthMiBPerMinute: 12,
        goroutines: null,
      },
    });
    expect((await look({ mib: [1, 1, 1, 1] })).outcome).toMatchObject({ facts: { cores: null } });
  });

  it('has no say where the metrics are absent', async () => {
    expect(
      await servicesProcessTrend.run(params, probeContext({ services: pages({ up: 1 }) })),
    ).toMatchObject({
      reason: 'not-installed',
    });
    const services = { ...pages({}), find: () => undefined };
    expect(await servicesProcessTrend.run(params, probeContext({ services }))).toMatchObject({
      reason: 'no-data',
    });
  });
});
