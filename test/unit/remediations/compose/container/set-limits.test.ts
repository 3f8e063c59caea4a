import { describe, expect, it } from 'vitest';
import { endedUnder } from '../../../../../src/domain/fix/ended-under.ts';
import type { StepRow } from '../../../../../src/domain/fix/rows.ts';
import type { ComposeContainer } from '../../../../../src/domain/probe/targets/compose.ts';
import type { With } from '../../../../../src/domain/probe/targets/targets.ts';
import { setLimits } from '../../../../../src/remediations/compose/container/set-limits.remediation.ts';
import { limitedService } from '../../../../support/remediation-fixtures.ts';

const mib = 1024 ** 2;
const fresh = (start: Partial<ComposeContainer> = {}) => {
  const fixture = limitedService(start);
  const deps = fixture.targets as With<'compose'>;
  const context = { deps, signal: new AbortController().signal, now: () => new Date(0) };
  return {
    fixture,
    context,
    plan: (more: object) => setLimits.plan({ part: 'agent-manager', ...more }, context),
  };
};

describe('compose.set-limits', () => {
  it('raises the memory limit and keeps the amount of swap, and takes both back', async () => {
    const { fixture, context, plan } = fresh();
    const made = await plan({ memoryMiB: 2048 });
    expect(made.steps[0]).toMatchObject({ from: { memory: '128 MiB' }, to: { memory: '2048 MiB' } });

    await setLimits.applyStep(made.steps[0], made, context);
    await setLimits.applyStep(made.undo![0], made, context);

    expect(fixture.log.map((line) => JSON.parse(line) as object)).toEqual([
      { memoryBytes: 2048 * mib, memorySwapBytes: (2048 + 128) * mib },
      { memoryBytes: 128 * mib, memorySwapBytes: 256 * mib },
    ]);
  });

  it('remembers which life had ended last, and under which limit', async () => {
    const finishedAt = '2026-03-01T10:04:00Z';
    const { context, plan } = fresh({ finishedAt });
    const made = await plan({ memoryMiB: 2048 });
    const done: Pick<StepRow, 'direction' | 'outcome'> = { direction: 'apply', outcome: 'done' };
    const step = { ...done, idx: 0, attempt: 1, fence: 1, intentAt: new Date(0) };
    const facts = await setLimits.applyStep(made.steps[0], made, context);
    const { id } = await context.deps.compose.inspect('');

    expect(endedUnder({ id, finishedAt }, [{ ...step, facts }])).toBe(128 * mib);
    // Of what ends from now on it says nothing.
    expect(endedUnder({ id, finishedAt: '2026-03-01T10:05:00Z' }, [{ ...step, facts }])).toBeUndefined();
  });

  it('leaves unlimited swap unlimited, and the CPU limit as it is', async () => {
    const { fixture, context, plan } = fresh({ memorySwapBytes: -1, nanoCpus: 5e8 });
    const made = await plan({ memoryMiB: 2048 });
    await setLimits.applyStep(made.steps[0], made, context);

    expect(fixture.log.map((line) => JSON.parse(line) as object)).toEqual([{ memoryBytes: 2048 * mib }]);
  });

  it('sets a CPU limit of a part of a core', async () => {
    const { fixture, context, plan } = fresh({ nanoCpus: 1e8 });
    const made = await plan({ cpus: 1.5 });
    await setLimits.applyStep(made.steps[0], made, context);

    expect(made.steps[0]).toMatchObject({ from: { cpus: 0.1 }, to: { cpus: 1.5 } });
    expect(fixture.log).toEqual(['{"nanoCpus":1500000000}']);
  });

  it.each([
    [['/srv/shop/compose.yaml'], '/srv/shop/compose.override.yml'],
    [['/srv/shop/docker-compose.yml'], '/srv/shop/docker-compose.override.yml'],
    [['/srv/shop/compose.yaml', '/srv/shop/prod.yaml'], '/srv/shop/prod.yaml'],
    [['/srv/shop/platform.yaml'], '/srv/shop/platform.yaml'],
    [['/srv/a\nservices: {}/compose.yaml'], '/srv/a services: {}/compose.override.yml'],
  ])('names the files it is made from, %j, and the one to keep the limit in', async (files, kept) => {
    const made = await fresh({ files }).plan({ memoryMiB: 2048 });

    expect(made.notes).toEqual([
      { key: 'lost-to-files', facts: { service: 'agent-manager', files: files.join(', ') } },
    ]);
    expect(made.patch?.[0]).toBe(`# ${kept}`);
  });

  it('has no undo where there was no limit, and says what loses it and how it is kept', async () => {
    const made = await fresh({ memoryLimitBytes: 0, memorySwapBytes: 0 }).plan({ memoryMiB: 2048 });

    expect(made.undo).toBeUndefined();
    expect(made.steps[0].from).toEqual({});
    expect(made.notes).toEqual([{ key: 'lost-when-made-anew', facts: { service: 'agent-manager' } }]);
    expect(made.patch).toEqual([
      '# compose.override.yaml',
      'services:',
      '  "agent-manager":',
      '    mem_limit: 2048m',
    ]);
  });

  it.each([
    ['limit-not-raised', { memoryLimitBytes: 4096 * mib }, { memoryMiB: 2048 }],
    ['limit-not-raised', { nanoCpus: 2e9 }, { cpus: 2 }],
    ['nothing-to-do', {}, {}],
  ])('refuses with %s', async (reason, start, params) => {
    await expect(fresh(start).plan(params)).rejects.toMatchObject({ facts: { reason } });
  });

  it('R-P3: does nothing once somebody has set another limit, and is not hindered by another start', async () => {
    const { fixture, context, plan } = fresh();
    const made = await plan({ memoryMiB: 2048 });
    fixture.set({ startedAt: '2026-11-26T00:00:00Z' });
    expect(await setLimits.observeStep(made.steps[0], made, context)).toBe('not-done');
    fixture.set({ memoryLimitBytes: 512 * mib });

    await expect(setLimits.applyStep(made.steps[0], made, context)).rejects.toMatchObject({
      facts: { reason: 'stale', differing: 'memory_bytes' },
    });
  });
});
