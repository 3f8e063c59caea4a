import { describe, expect, it } from 'vitest';
import type { ComposeContainer } from '../../../../src/domain/probe/targets/compose.ts';
import type { With } from '../../../../src/domain/probe/targets/targets.ts';
import { restartService } from '../../../../src/remediations/compose/restart-service.remediation.ts';
import { fixtures } from '../../../support/remediation-fixtures.ts';

const fresh = (change: (container: ComposeContainer) => readonly ComposeContainer[] = (one) => [one]) => {
  const fixture = fixtures['compose.restart-service']();
  const { compose } = fixture.targets as With<'compose'>;
  const changed = {
    ...compose,
    containers: async () => change((await compose.containers())[0]!),
    inspect: async (id: string) =>
      change(await compose.inspect(id)).find((item) => item.id === id) ?? (await compose.inspect(id)),
  };
  const deps = { ...fixture.targets, compose: changed } as With<'compose'>;
  const context = { deps, signal: new AbortController().signal, now: () => new Date(0) };
  return { fixture, context, plan: () => restartService.plan({ part: 'agent-manager' }, context) };
};

describe('compose.restart-service', () => {
  it('names each container by id and start time, one step each', async () => {
    const { plan } = fresh((one) => [one, { ...one, id: 'c2', name: 'aetherius-agent-manager-2' }]);

    expect(await plan()).toMatchObject({
      ...{ tier: 1, objects: 2, target: 'compose/aetherius/agent-manager' },
      identity: { 'container_id.0': 'c1', 'container_id.1': 'c2' },
      steps: [
        { safety: 'observable', precondition: { container_id: 'c1', started_at: '2026-11-25T00:00:00Z' } },
        { safety: 'observable', precondition: { container_id: 'c2' } },
      ],
    });
  });

  it('is tier 2 when only one container runs', async () => {
    expect((await fresh().plan()).tier).toBe(2);
  });

  it('R-P7: refuses a service that is not there, and two that could be meant', async () => {
    await expect(fresh(() => []).plan()).rejects.toMatchObject({ facts: { reason: 'no-target' } });
    const two = fresh((one) => [one, { ...one, id: 'c2', service: 'aetherius-agent-manager' }]);
    await expect(two.plan()).rejects.toMatchObject({ facts: { reason: 'ambiguous-target' } });
  });

  it('has come to rest when the container runs and its own check is good', async () => {
    const made = await fresh().plan();
    const settled = (more: Partial<ComposeContainer>) =>
      restartService.settled?.(made, fresh((one) => [{ ...one, ...more }]).context);

    expect(await settled({})).toBe(true);
    expect(await settled({ health: 'healthy' })).toBe(true);
    expect(await settled({ health: 'starting' })).toBe(false);
    expect(await settled({ state: 'exited' })).toBe(false);
  });

  it('cannot tell whether a container that started anew and ended again was restarted by it', async () => {
    const made = await fresh().plan();
    const ended = fresh((one) => [{ ...one, startedAt: 'later', state: 'exited' }]);

    expect(await restartService.observeStep(made.steps[0], made, ended.context)).toBe('unknown');
  });
});
