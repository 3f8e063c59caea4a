import { describe, expect, it } from 'vitest';
import { AppError, TargetError } from '../../../../src/domain/kernel/errors.ts';
import type { PartId } from '../../../../src/domain/platform/part.ts';
import { runtimeCpuLimit } from '../../../../src/probes/runtime/cpu-limit.probe.ts';
import { wordsIn } from '../../../../src/text/words.ts';
import { type FakePart, fakeRuntime } from '../../../support/fake-runtime.ts';
import { fakeServices, probeContext } from '../../../support/probe-context.ts';
import { pages } from '../../../support/service-pages.ts';

type Parts = Readonly<Partial<Record<PartId, readonly FakePart[]>>>;

const on = (parts: Parts) => probeContext({ runtime: fakeRuntime(parts), services: fakeServices({}) });

describe('runtime.cpu-limit', () => {
  const look = (cpuMillicores: number, more: FakePart = {}) =>
    runtimeCpuLimit.run(
      { part: 'agent-manager', seconds: 2 },
      on({
        'agent-manager': [{ cpuLimitMillicores: 200, usage: { cpuMillicores, memoryBytes: 1 }, ...more }],
      }),
    );
  const unknown = { status: 'inconclusive', cause: { facts: { reason: 'throttling-unknown', limit: 200 } } };

  it('sees a part at its limit from nine tenths of it on', async () => {
    expect(await look(180)).toMatchObject({
      findings: [{ code: 'CPU_AT_LIMIT', facts: { limitMillicores: 200 } }],
    });
    expect(await look(179, { throttled: 0 })).toMatchObject({ status: 'healthy' });
    expect(await look(40)).toMatchObject({ status: 'healthy' });
  });

  it('sees a part that is held back in bursts, far from its limit on average', async () => {
    expect(await look(110, { throttled: 0.31 })).toMatchObject({
      findings: [{ code: 'CPU_THROTTLED', facts: { percent: 31, limitMillicores: 200 } }],
    });
    expect(await look(150, { throttled: 0.1 })).toMatchObject({ status: 'healthy' });
    expect(await look(90, { throttled: 0.9 })).toMatchObject({ status: 'healthy' });
  });

  it('R-X15: says what would allow it to see the kernel’s count', async () => {
    const usage = { cpuMillicores: 150, memoryBytes: 1 };
    const context = on({ 'agent-manager': [{ cpuLimitMillicores: 200, usage }] });
    const facts = { allowedBy: 'features.exec' };
    const throttled = () => Promise.reject(new TargetError('forbidden', 'no', { facts }));
    const runtime = { ...context.deps.runtime, throttled };

    expect(
      await runtimeCpuLimit.run(
        { part: 'agent-manager', seconds: 2 },
        { ...context, deps: { ...context.deps, runtime } },
      ),
    ).toMatchObject({ status: 'inconclusive', cause: { facts: { reason: 'throttling-unknown', ...facts } } });
  });

  it('cannot tell near the limit where nobody counts how often a part is held back', async () => {
    expect(await look(140)).toMatchObject(unknown);
    expect(await look(139)).toMatchObject({ status: 'healthy' });
    for (const language of ['en', 'zh-CN'] as const)
      expect(wordsIn(language).lookup('cause.throttling-unknown')).toBeDefined();
  });

  it('judges by the kernel alone where nothing measures the CPU in use', async () => {
    const unmeasured = (throttled?: number) => {
      const runtime = fakeRuntime({
        'agent-manager': [{ cpuLimitMillicores: 200, ...(throttled === undefined ? {} : { throttled }) }],
      });
      return runtimeCpuLimit.run(
        { part: 'agent-manager', seconds: 2 },
        probeContext({
          runtime: { ...runtime, usage: () => Promise.reject(new AppError('NOT_FOUND', 'no metrics API')) },
        }),
      );
    };

    expect(await unmeasured(0.5)).toMatchObject({
      findings: [{ code: 'CPU_THROTTLED', facts: { usedMillicores: null } }],
    });
    await expect(unmeasured(0)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(unmeasured()).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('finds the one that is held back beside one of which nothing is known', async () => {
    const part = { cpuLimitMillicores: 200 };
    const runtime = fakeRuntime({
      'agent-manager': [
        { ...part, throttled: 0.05 },
        { ...part, throttled: 0.5 },
      ],
    });

    expect(
      await runtimeCpuLimit.run(
        { part: 'agent-manager', seconds: 2 },
        probeContext({
          runtime: { ...runtime, usage: () => Promise.reject(new AppError('NOT_FOUND', 'no metrics API')) },
        }),
      ),
    ).toMatchObject({ findings: [{ code: 'CPU_THROTTLED', subject: 'agent-manager-1' }] });
  });

  it('asks a few of many containers how often they are held back', async () => {
    const one = { cpuLimitMillicores: 200, usage: { cpuMillicores: 120, memoryBytes: 1 } };
    const runtime = fakeRuntime({ 'collect-agent': Array.from({ length: 200 }, () => one) });
    let asked = 0;
    const throttled = async () => {
      asked += 1;
      return 0;
    };

    expect(
      await runtimeCpuLimit.run(
        { part: 'collect-agent', seconds: 2 },
        probeContext({ runtime: { ...runtime, throttled } }),
      ),
    ).toMatchObject({ status: 'healthy' });
    expect(asked).toBe(3);
  });

  it('says that a limit is tiny only of a part that is held back by it', async () => {
    expect(await look(38, { cpuLimitMillicores: 40 })).toMatchObject({
      findings: [{ code: 'CPU_AT_LIMIT' }, { code: 'CPU_LIMIT_TINY' }],
    });
    expect(await look(98, { cpuLimitMillicores: 100 })).toMatchObject({
      findings: [{ code: 'CPU_AT_LIMIT' }, { code: 'CPU_LIMIT_TINY' }],
    });
    expect(await look(98, { cpuLimitMillicores: 101 })).toMatchObject({
      findings: [{ code: 'CPU_AT_LIMIT' }],
    });
    expect(await look(25, { cpuLimitMillicores: 40, throttled: 0.4 })).toMatchObject({
      findings: [{ code: 'CPU_THROTTLED' }, { code: 'CPU_LIMIT_TINY' }],
    });
    expect(await look(5, { cpuLimitMillicores: 40 })).toMatchObject({ status: 'healthy' });
  });
});

describe('runtime.cpu-limit, at its thresholds', () => {
  const params = runtimeCpuLimit.params.parse({ part: 'agent-manager' });
  const look = (...parts: readonly FakePart[]) => runtimeCpuLimit.run(params, on({ 'agent-manager': parts }));
  const using = (cpuMillicores: number, more: FakePart = { cpuLimitMillicores: 200 }): FakePart => ({
    usage: { cpuMillicores, memoryBytes: 1 },
    ...more,
  });
  const codeOf = async (...parts: readonly FakePart[]) => {
    const outcome = await look(...parts);
    return outcome.status === 'unhealthy' ? outcome.findings[0]?.code : outcome.status;
  };

  it.each([
    [179.9, 'healthy'],
    [180, 'CPU_AT_LIMIT'],
    [180.1, 'CPU_AT_LIMIT'],
  ])('is at its limit from nine tenths of it on: %f of 200', async (used, code) => {
    expect(await codeOf(using(used, { cpuLimitMillicores: 200, throttled: 0 }))).toBe(code);
  });

  it.each([
    [99.9, 'healthy'],
    [100, 'CPU_THROTTLED'],
    [100.1, 'CPU_THROTTLED'],
  ])('may be held back from one half of it on: %f of 200', async (used, code) => {
    expect(await codeOf(using(used, { cpuLimitMillicores: 200, throttled: 1 }))).toBe(code);
  });

  it.each([
    [0.19, 'healthy'],
    [0.2, 'CPU_THROTTLED'],
    [0.21, 'CPU_THROTTLED'],
  ])('is held back from a fifth of the periods on: %f', async (throttled, code) => {
    expect(await codeOf(using(150, { cpuLimitMillicores: 200, throttled }))).toBe(code);
  });

  it.each([
    [139.9, 'healthy'],
    [140, 'inconclusive'],
    [140.1, 'inconclusive'],
  ])('cannot tell from 70 %% on where nothing counts it: %f of 200', async (used, status) => {
    expect(await codeOf(using(used))).toBe(status);
  });

  it.each([
    [699, 'healthy'],
    [700, 'CPU_BUSY_WITHOUT_LIMIT'],
    [701, 'CPU_BUSY_WITHOUT_LIMIT'],
  ])('is busy without a limit from seven tenths of a core on: %i', async (used, code) => {
    expect(await codeOf(using(used, {}))).toBe(code);
  });

  it('asks the kernel about four seconds, in three containers', async () => {
    const asked: unknown[] = [];
    const part = using(150);
    const runtime = fakeRuntime({ 'agent-manager': [part, part, part, part] });
    const throttled: typeof runtime.throttled = (instance, seconds) => {
      asked.push([instance.id, seconds]);
      return Promise.resolve(0);
    };

    await runtimeCpuLimit.run(params, probeContext({ runtime: { ...runtime, throttled } }));

    expect(asked).toEqual([0, 1, 2].map((nth) => [`agent-manager-${nth}`, 4]));
  });

  it('believes what one service says itself, over five seconds', async () => {
    const services = (from: number, to: number) =>
      pages({ process_cpu_seconds_total: from }, { process_cpu_seconds_total: to });
    const run = async (parts: readonly FakePart[], part: 'agent-manager' | 'redis' = 'agent-manager') => {
      const context = probeContext({ runtime: fakeRuntime({ [part]: parts }), services: services(10, 10.9) });
      const start = context.now().getTime();
      const outcome = await runtimeCpuLimit.run({ ...params, part }, context);
      return { outcome, waited: context.now().getTime() - start };
    };
    const one = using(5, { cpuLimitMillicores: 200 });

    expect(await run([one])).toMatchObject({
      waited: 5_000,
      outcome: { findings: [{ code: 'CPU_AT_LIMIT', facts: { usedMillicores: 180 } }] },
    });
    // Two answer at one address, and Redis at none.
    expect(await run([one, one])).toMatchObject({ waited: 0, outcome: { status: 'healthy' } });
    expect(await run([one], 'redis')).toMatchObject({ waited: 0, outcome: { status: 'healthy' } });
  });

  it('looks at what is measured elsewhere when a service does not say it twice', async () => {
    for (const services of [
      pages({ up: 1 }),
      pages({ process_cpu_seconds_total: 5 }, { up: 1 }),
      fakeServices({}),
    ])
      expect(
        await runtimeCpuLimit.run(
          params,
          probeContext({ runtime: fakeRuntime({ 'agent-manager': [using(190)] }), services }),
        ),
      ).toMatchObject({ facts: { usedMillicores: 190 } });
  });

  it('says what it has measured, and has no say where nothing runs', async () => {
    expect(
      await look(using(185, { cpuLimitMillicores: 200, cpuRequestMillicores: 50 }), using(20)),
    ).toMatchObject({
      findings: [{ subject: 'agent-manager-0', facts: { requestMillicores: 50, usedMillicores: 185 } }],
      facts: { usedMillicores: 185 },
    });
    expect(await look({ phase: 'waiting' })).toMatchObject({ status: 'skipped', reason: 'no-data' });
  });

  it('waits half a minute at most, and passes another failure on', async () => {
    const fits = (seconds: number) => runtimeCpuLimit.params.safeParse({ part: 'redis', seconds }).success;
    expect([30, 31].map(fits)).toEqual([true, false]);
    const runtime = { ...fakeRuntime({ redis: [{}] }), usage: () => Promise.reject(new Error('other')) };
    await expect(
      runtimeCpuLimit.run({ part: 'redis', seconds: 1 }, probeContext({ runtime })),
    ).rejects.toThrow('other');
  });
});
