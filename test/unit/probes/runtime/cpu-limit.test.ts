import { describe, expect, it } from 'vitest';
import { AppError } from '../../../../src/domain/kernel/errors.ts';
import type { PartId } from '../../../../src/domain/platform/part.ts';
import { runtimeCpuLimit } from '../../../../src/probes/runtime/cpu-limit.probe.ts';
import { wordsIn } from '../../../../src/text/words.ts';
import { type FakePart, fakeRuntime } from '../../../support/fake-runtime.ts';
import { fakeServices, probeContext } from '../../../support/probe-context.ts';

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
