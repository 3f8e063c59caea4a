import { describe, expect, it } from 'vitest';
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
