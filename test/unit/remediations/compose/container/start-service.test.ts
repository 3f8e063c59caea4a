import { describe, expect, it } from 'vitest';
import type { ComposeContainer } from '../../../../../src/domain/probe/targets/compose.ts';
import type { With } from '../../../../../src/domain/probe/targets/targets.ts';
import { startService } from '../../../../../src/remediations/compose/container/start-service.remediation.ts';
import { stoppedService } from '../../../../support/remediation-fixtures.ts';

const fresh = (others: readonly Partial<ComposeContainer>[] = []) => {
  const fixture = stoppedService();
  const { compose } = fixture.targets as With<'compose'>;
  const containers = async () => {
    const one = (await compose.containers())[0]!;
    return [one, ...others.map((more) => ({ ...one, ...more }))];
  };
  const inspect = async (id: string) => (await containers()).find((one) => one.id === id)!;
  const deps = { ...fixture.targets, compose: { ...compose, containers, inspect } } as With<'compose'>;
  const context = { deps, signal: new AbortController().signal, now: () => new Date(0) };
  return { fixture, context, plan: () => startService.plan({ part: 'agent-manager' }, context) };
};

describe('compose.start-service', () => {
  it('starts what is stopped, and leaves what runs alone', async () => {
    const { plan } = fresh([{ id: 'c2', name: 'am-2', state: 'running' }]);

    expect(await plan()).toMatchObject({
      objects: 1,
      steps: [{ from: { state: 'exited' }, to: { state: 'running' }, precondition: { container_id: 'c1' } }],
      blast: { facts: { containers: 1, running: 1 } },
    });
    expect((await plan()).steps).toHaveLength(1);
  });

  it('refuses where everything runs, and where nothing is there', async () => {
    const { fixture, plan, context } = fresh();
    fixture.set({ state: 'running' });

    await expect(plan()).rejects.toMatchObject({ facts: { reason: 'nothing-stopped' } });
    const compose = { ...context.deps.compose, containers: () => Promise.resolve([]) };
    await expect(
      startService.plan({ part: 'agent-manager' }, { ...context, deps: { ...context.deps, compose } }),
    ).rejects.toMatchObject({ facts: { reason: 'no-target' } });
  });

  it('cannot tell whether it was started, where it was and has ended again', async () => {
    const { fixture, plan, context } = fresh();
    const made = await plan();
    fixture.set({ startedAt: '2026-11-26T00:00:00Z' });

    expect(await startService.observeStep(made.steps[0], made, context)).toBe('unknown');
  });
});
