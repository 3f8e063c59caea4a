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
