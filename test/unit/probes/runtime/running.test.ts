import { describe, expect, it } from 'vitest';
import type { PartId } from '../../../../src/domain/platform/part.ts';
import { runtimeRunning } from '../../../../src/probes/runtime/running.probe.ts';
import { type FakePart, fakeRuntime } from '../../../support/fake-runtime.ts';
import { fakeServices, probeContext } from '../../../support/probe-context.ts';

type Parts = Readonly<Partial<Record<PartId, readonly FakePart[]>>>;

const on = (parts: Parts) => probeContext({ runtime: fakeRuntime(parts), services: fakeServices({}) });

describe('runtime.running', () => {
  it('says which images a part runs, each once, whether it is well or not', async () => {
    const well = await runtimeRunning.run({ part: 'redis' }, on({ redis: [{}, {}, { image: 'redis:7' }] }));
    const bad = await runtimeRunning.run(
      { part: 'redis' },
      on({ redis: [{ phase: 'pending', ready: false }] }),
    );
    const none = await runtimeRunning.run({ part: 'redis' }, on({}));

    expect(well).toMatchObject({
      status: 'healthy',
      facts: { running: 3, images: 'registry.example/redis:1, redis:7' },
    });
    expect(bad).toMatchObject({ status: 'unhealthy', facts: { images: 'registry.example/redis:1' } });
    expect(none.facts).toEqual({ instances: 0, running: 0 });
    // It may live elsewhere: that is another finding than one that was stopped.
    expect(none).toMatchObject({ findings: [{ code: 'PART_ABSENT' }] });
  });
});
