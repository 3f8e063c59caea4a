import { describe, expect, it } from 'vitest';
import type { AppError } from '../../../../../src/domain/kernel/errors.ts';
import type { ComposeContainer } from '../../../../../src/domain/probe/targets/compose.ts';
import type { With } from '../../../../../src/domain/probe/targets/targets.ts';
import { restartService } from '../../../../../src/remediations/compose/container/restart-service.remediation.ts';
import { fixtures } from '../../../../support/remediation-fixtures.ts';

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

/** A project with these containers beside the agent-manager, and a Redis that sees itself at `redisAt`. */
const project = (others: readonly Partial<ComposeContainer>[], redisAt = '172.18.0.7') => {
  const { context } = fresh((one) => [
    one,
    ...others.map((more) => ({ ...one, id: `id of ${more.service}`, image: 'x:1', ...more })),
  ]);
  const node = {
    info: () => Promise.resolve({ run_id: 'a'.repeat(40), role: 'master' }),
    call: (command: string) =>
      Promise.resolve(
        command === 'CONFIG' ? ['save', '3600 1'] : `id=3 addr=172.18.0.1:5000 laddr=${redisAt}:6379 fd=8`,
      ),
  };
  const redis = { ...node, nodes: () => Promise.resolve([{ ...node, name: 'redis' }]) };
  return { ...context, deps: { ...context.deps, redis } };
};
const planOf = async (
  params: Parameters<typeof restartService.plan>[0],
  context: ReturnType<typeof project>,
) => {
  const plan = await restartService.plan(params, context);
  return { plan, object: await restartService.object(plan, context) };
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

  it('R-P10: is refused where only the health check is wrong, which it would not change', async () => {
    const asks = (checkOutput: string, state: ComposeContainer['state'] = 'running') =>
      fresh((one) => [{ ...one, state, health: 'unhealthy', checkOutput }])
        .plan()
        .then(
          () => 'a plan',
          (error: unknown) => (error as AppError).facts.reason,
        );

    expect(await asks('exec: "curl": executable file not found in $PATH')).toBe('restart-check-fails');
    expect(await asks('connect: connection refused')).toBe('a plan');
    expect(await asks('exec: "curl": executable file not found in $PATH', 'exited')).toBe('a plan');
    // One of two may be mended by it.
    const two = fresh((one) => [
      { ...one, health: 'unhealthy', checkOutput: 'executable file not found' },
      { ...one, id: 'c2', name: 'two', health: 'unhealthy', checkOutput: 'timeout' },
    ]);
    expect(await two.plan()).toMatchObject({ objects: 2 });
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

  it('R-X12: is watched by its start times: one that starts anew in between is not at rest', async () => {
    const made = await fresh().plan();
    const mark = (startedAt: string) =>
      restartService.mark?.(made, fresh((one) => [{ ...one, startedAt }]).context);

    expect(await mark('10:00')).toBe(await mark('10:00'));
    expect(await mark('10:01')).not.toBe(await mark('10:00'));
  });

  it('cannot tell whether a container that started anew and ended again was restarted by it', async () => {
    const made = await fresh().plan();
    const ended = fresh((one) => [{ ...one, startedAt: 'later', state: 'exited' }]);

    expect(await restartService.observeStep(made.steps[0], made, ended.context)).toBe('unknown');
  });

  it.each([
    ['bot-postgres', 'postgres:17', 'postgres'],
    ['redis', 'redis:7', 'redis'],
    ['cache', 'redis:7', 'redis'],
  ])('R-X14: refuses %s of the image %s as the agent-manager', async (service, image, seen) => {
    const context = project([{ service, image }]);

    await expect(restartService.plan({ part: 'agent-manager', service }, context)).rejects.toMatchObject({
      code: 'CONFLICT',
      facts: { reason: 'not-that-part', workload: service, part: 'agent-manager', seen },
    });
  });

  it('R-X14: is tier 3, and says why, for a service of no known part', async () => {
    const { plan, object } = await planOf(
      { part: 'agent-manager', service: 'web' },
      project([{ service: 'web', addresses: ['172.18.0.9'] }]),
    );

    expect(plan).toMatchObject({ tier: 3, raised: { key: 'unknown-part', facts: { workload: 'web' } } });
    expect(object).toEqual({
      claims: ['compose_project=aetherius', 'container_id=id of web', 'address=172.18.0.9'],
      comparable: true,
    });
  });

  it('R-X14: is a store that nobody named where the environment’s own connection ends elsewhere', async () => {
    const params = { part: 'redis', service: 'bot-redis' } as const;
    const other = await planOf(params, project([{ service: 'bot-redis', addresses: ['172.18.0.9'] }]));
    const same = await planOf(params, project([{ service: 'bot-redis', addresses: ['172.18.0.7'] }]));

    expect(other.plan).toMatchObject({ tier: 3, identity: { 'container_id.0': 'id of bot-redis' } });
    expect(other.plan.identity).not.toHaveProperty('run_id');
    expect(same.plan).toMatchObject({ tier: 2, identity: { run_id: 'a'.repeat(40) } });
  });

  it('R-P8: asks a store what its restart takes from others, and restarts no two of them', async () => {
    const params = { part: 'redis', service: 'redis' } as const;
    const one = { service: 'redis', addresses: ['172.18.0.7'] };

    expect((await planOf(params, project([one]))).plan).not.toHaveProperty('raised');
    await expect(restartService.plan(params, project([one, { ...one, id: 'second' }]))).rejects.toMatchObject(
      { facts: { reason: 'several-members', found: 2 } },
    );
    await expect(
      restartService.plan({ part: 'nats', service: 'nats' }, project([{ service: 'nats' }])),
    ).resolves.toMatchObject({ tier: 3, raised: { key: 'peers-unknown', facts: { part: 'nats' } } });
  });

  it.each([
    ['its own address', {}, true],
    ['a port of the host', { hostPorts: [15_432] }, true],
    ['no address while it runs', { addresses: [] }, false],
    ['the network of another', { addresses: [], sharedNetwork: 'shared' }, false],
    ['no network at all', { addresses: [], sharedNetwork: 'none' }, true],
    ['no address because it has ended', { addresses: [], state: 'exited' }, true],
  ] as const)('R-X14: says whether it can be compared, with %s', async (_what, more, comparable) => {
    const { object } = await planOf(
      { part: 'agent-manager', service: 'web' },
      project([{ service: 'web', ...more }]),
    );

    expect(object.comparable).toBe(comparable);
    for (const port of ('hostPorts' in more && more.hostPorts) || [])
      expect(object.claims).toContain(`host_port=${port}`);
  });
});
