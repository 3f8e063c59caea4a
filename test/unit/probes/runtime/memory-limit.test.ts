import { describe, expect, it } from 'vitest';
import { AppError } from '../../../../src/domain/kernel/errors.ts';
import type { PartId } from '../../../../src/domain/platform/part.ts';
import { runtimeMemoryLimit } from '../../../../src/probes/runtime/memory-limit.probe.ts';
import { type FakePart, fakeRuntime } from '../../../support/fake-runtime.ts';
import { fakeServices, probeContext } from '../../../support/probe-context.ts';

const MIB = 1024 * 1024;

type Parts = Readonly<Partial<Record<PartId, readonly FakePart[]>>>;

const on = (parts: Parts) => probeContext({ runtime: fakeRuntime(parts), services: fakeServices({}) });

describe('runtime.memory-limit', () => {
  const look = (part: FakePart) =>
    runtimeMemoryLimit.run({ part: 'reasoning-service' }, on({ 'reasoning-service': [part] }));
  const limited = { memoryLimitBytes: 512 * MIB };

  it('sees a kill for memory, memory near the limit and the absence of a limit', async () => {
    const killed = {
      ...limited,
      last: { exitCode: 137, reason: 'OOMKilled', finishedAt: '2026-03-01T10:03:00Z' },
    };

    expect(await look({ ...killed, usage: { cpuMillicores: 1, memoryBytes: 1 } })).toMatchObject({
      findings: [{ code: 'OOM_KILLED' }],
    });
    expect(await look({ ...limited, usage: { cpuMillicores: 1, memoryBytes: 500 * MIB } })).toMatchObject({
      findings: [{ code: 'MEMORY_NEAR_LIMIT', facts: { usedMiB: 500, limitMiB: 512 } }],
    });
    expect(await look({ usage: { cpuMillicores: 1, memoryBytes: 1 } })).toMatchObject({
      findings: [{ code: 'NO_MEMORY_LIMIT' }],
    });
    expect(await look({ ...limited, usage: { cpuMillicores: 1, memoryBytes: 100 * MIB } })).toMatchObject({
      status: 'healthy',
    });
  });

  it('takes a kill of long ago for history', async () => {
    const old = { exitCode: 137, reason: 'OOMKilled', finishedAt: '2026-02-27T10:03:00Z' };

    expect(
      await look({ ...limited, last: old, usage: { cpuMillicores: 1, memoryBytes: 100 * MIB } }),
    ).toMatchObject({ status: 'healthy' });
  });
});

describe('runtime.memory-limit, at its thresholds', () => {
  const look = (part: FakePart) =>
    runtimeMemoryLimit.run({ part: 'reasoning-service' }, on({ 'reasoning-service': [part] }));
  const using = (memoryBytes: number, more: FakePart = {}): FakePart => ({
    ...{ memoryLimitBytes: 1000, usage: { cpuMillicores: 1, memoryBytes }, ...more },
  });

  it.each([
    [899, 'healthy'],
    [900, 'unhealthy'],
    [901, 'unhealthy'],
  ])('is near its limit from nine tenths on: %i of 1000', async (used, status) => {
    expect(await look(using(used))).toMatchObject({ status });
  });

  it.each([
    ['2026-03-01T09:05:00.001Z', 'unhealthy'],
    ['2026-03-01T09:05:00.000Z', 'healthy'],
    ['2026-03-01T09:04:59.999Z', 'healthy'],
  ])('takes a kill for history after an hour: %s', async (finishedAt, status) => {
    const killed = { exitCode: 137, reason: 'OOMKilled', finishedAt };

    for (const part of [{ last: killed }, { terminated: killed, phase: 'terminated' as const }])
      expect(await look(using(1, part))).toMatchObject({ status });
  });

  it('says of a kill when it was, if that is known', async () => {
    const killed = { exitCode: 137, reason: 'OOMKilled' };

    expect(await look(using(1, { last: { ...killed, finishedAt: '2026-03-01T10:00:00Z' } }))).toMatchObject({
      findings: [{ code: 'OOM_KILLED', since: '2026-03-01T10:00:00Z', facts: { exitCode: 137 } }],
    });
    const undated = await look(using(1, { last: killed }));
    expect(undated).toMatchObject({ findings: [{ code: 'OOM_KILLED' }] });
    expect(JSON.stringify(undated)).not.toContain('since');
    expect(await look(using(1, { last: { exitCode: 137, reason: 'Error' } }))).toMatchObject({
      status: 'healthy',
    });
  });

  it.each([
    [{ memoryLimitBytes: 1000 }, 999, 'healthy'],
    [{ memoryLimitBytes: 1000 }, 1000, 'unhealthy'],
    [{ memoryLimitBytes: 1000 }, 1001, 'unhealthy'],
    [{ memoryLimitBytes: 1000 }, undefined, 'unhealthy'],
  ])(
    'takes a kill for history that came under a smaller limit than now: %j, then %s',
    async (now, then, status) => {
      const killed = { exitCode: 137, reason: 'OOMKilled', finishedAt: '2026-03-01T10:04:00Z' };
      const ended = then === undefined ? killed : { ...killed, memoryLimitBytes: then };

      for (const part of [{ last: ended }, { terminated: ended, phase: 'terminated' as const }])
        expect(await look(using(1, { ...part, ...now }))).toMatchObject({ status });
    },
  );

  it('still says that the memory is near the limit which was raised', async () => {
    const killed = { reason: 'OOMKilled', finishedAt: '2026-03-01T10:04:00Z', memoryLimitBytes: 500 };

    expect(await look(using(950, { last: killed }))).toMatchObject({
      findings: [{ code: 'MEMORY_NEAR_LIMIT' }],
    });
  });

  it('says limit, request and use in mebibytes', async () => {
    const part = { memoryLimitBytes: 100 * MIB, memoryRequestBytes: 50 * MIB, restarts: 2 };

    expect(await look(using(95 * MIB, part))).toMatchObject({
      findings: [{ severity: 'warning', facts: { limitMiB: 100, requestMiB: 50, usedMiB: 95, restarts: 2 } }],
    });
    expect(await look(using(95 * MIB, { memoryLimitBytes: 100 * MIB }))).toMatchObject({
      findings: [{ facts: { requestMiB: null } }],
    });
  });

  it('judges by kills alone where nothing measures the memory, and not at all where nothing is', async () => {
    const runtime = (error: Error) => ({
      ...fakeRuntime({ redis: [{ memoryLimitBytes: 5 }] }),
      usage: () => Promise.reject(error),
    });
    const run = (error: Error) =>
      runtimeMemoryLimit.run({ part: 'redis' }, probeContext({ runtime: runtime(error) }));

    expect(await run(new AppError('NOT_FOUND', 'no metrics API'))).toMatchObject({ status: 'healthy' });
    await expect(run(new AppError('NOT_ALLOWED', 'no'))).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
    await expect(run(new Error('other'))).rejects.toThrow('other');
    expect(await runtimeMemoryLimit.run({ part: 'redis' }, on({}))).toMatchObject({ status: 'skipped' });
    expect(await look({ memoryLimitBytes: 5, phase: 'waiting' })).toMatchObject({ facts: { instances: 1 } });
  });
});
