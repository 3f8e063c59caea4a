import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../../../src/domain/probe/finding.ts';
import type { ComposeContainer, ComposeTarget } from '../../../../../src/domain/probe/targets/compose.ts';
import type { With } from '../../../../../src/domain/probe/targets/targets.ts';
import { connectNetwork } from '../../../../../src/remediations/compose/container/connect-network.remediation.ts';
import { cutOff } from '../../../../support/remediation-fixtures.ts';

type Networks = Awaited<ReturnType<ComposeTarget['networks']>>;

function fresh(more: { networks?: Networks; others?: readonly Partial<ComposeContainer>[] } = {}) {
  const fixture = cutOff();
  const { compose } = fixture.targets as With<'compose'>;
  const deps = {
    ...fixture.targets,
    compose: {
      ...compose,
      ...(more.networks === undefined ? {} : { networks: () => Promise.resolve(more.networks) }),
      containers: async () => {
        const [own, ...rest] = await compose.containers();
        return [own!, ...rest, ...(more.others ?? []).map((other) => ({ ...rest[0]!, ...other }))];
      },
    },
  } as With<'compose'>;
  const context = { deps, signal: new AbortController().signal, now: () => new Date(0) };
  return {
    fixture,
    context,
    plan: () => connectNetwork.plan({ part: 'agent-manager', network: 'aetherius' }, context),
  };
}
const network = (more: Partial<Networks[number]> = {}) => ({
  ...{ id: 'id of aetherius', name: 'aetherius', driver: 'bridge', containers: ['redis-1'] },
  ...more,
});

describe('compose.connect-network', () => {
  it('connects with the name of the service and the names it has elsewhere, and not by its own id', async () => {
    const { fixture, plan, context } = fresh();
    fixture.set({ networks: ['other'], networkIds: ['id of other'], hosts: ['c1', 'manager', 'am'] });
    const made = await plan();
    const { service } = (await context.deps.compose.containers())[0]!;

    expect(made).toMatchObject({
      steps: [{ from: { networks: 'other' }, to: { networks: 'aetherius, other' } }],
      undo: [{ kind: 'compose-disconnect-network', to: { networks: 'other' } }],
    });
    await connectNetwork.applyStep(made.steps[0], made, context);
    expect(fixture.log).toEqual([`connect ${[...new Set([service, 'am', 'manager'])].toSorted().join(' ')}`]);
  });

  it('R-X17: says that it is lost when the container is made anew, unless that was made on the network', async () => {
    const more = { key: 'backend', containers: ['redis-1'] };
    const { fixture, plan } = fresh({
      networks: [network(more), network({ id: 'o', name: 'other', key: 'default' })],
    });
    fixture.set({ files: ['/srv/compose.yaml'], madeOn: 'other' });

    expect(await plan()).toMatchObject({
      notes: [
        { key: 'lost-network', facts: { service: 'agent-manager', network: 'aetherius' } },
        { key: 'lost-network-patch' },
      ],
      // A service whose networks are named is on no other one.
      patch: [
        '# /srv/compose.override.yml',
        'services:',
        '  "agent-manager":',
        '    networks:',
        '      "default": {}',
        '      "backend": {}',
      ],
    });
    for (const madeOn of ['aetherius', 'id of aetherius']) {
      fixture.set({ madeOn });
      expect(await plan()).not.toMatchObject({ notes: expect.anything() });
    }
  });

  it('connects nothing twice, and tells when somebody else has changed the networks', async () => {
    const { fixture, plan, context } = fresh();
    const made = await plan();

    expect(await connectNetwork.observeStep(made.steps[0], made, context)).toBe('not-done');
    await connectNetwork.applyStep(made.steps[0], made, context);
    expect(await connectNetwork.observeStep(made.steps[0], made, context)).toBe('done');
    expect(await connectNetwork.applyStep(made.steps[0], made, context)).toEqual({ already: true });
    expect(fixture.log).toHaveLength(1);
    await expect(plan()).rejects.toMatchObject({ facts: { reason: 'nothing-to-do' } });

    fixture.set({ networks: ['third'], networkIds: ['id of third'] });
    expect(await connectNetwork.observeStep(made.steps[0], made, context)).toBe('unknown');
    await expect(connectNetwork.applyStep(made.steps[0], made, context)).rejects.toMatchObject({
      facts: { reason: 'stale' },
    });
  });

  it.each<[string, Parameters<typeof fresh>[0], string]>([
    ['there is none of that name', { networks: [] }, 'network-not-one'],
    ['there are two', { networks: [network(), network({ id: 'second' })] }, 'network-not-one'],
    ['it is that of another project', { networks: [network({ project: 'somebody' })] }, 'network-of-another'],
    ['nobody is on it', { networks: [network({ containers: [] })] }, 'network-not-shared'],
    [
      'most of the others are elsewhere',
      {
        others: [
          { name: 'a', service: 'a' },
          { name: 'b', service: 'b' },
        ],
      },
      'network-not-shared',
    ],
  ])('refuses where %s', async (_what, more, reason) => {
    await expect(fresh(more).plan()).rejects.toMatchObject({ facts: { reason } });
  });

  it('leaves one that has no network of its own, or does not run', async () => {
    const { fixture, plan } = fresh();

    fixture.set({ sharedNetwork: 'shared' });
    await expect(plan()).rejects.toMatchObject({ facts: { reason: 'nothing-to-do' } });
    const stopped = fresh();
    stopped.fixture.set({ state: 'exited' });
    await expect(stopped.plan()).rejects.toMatchObject({ facts: { reason: 'nothing-to-do' } });
  });

  it('takes part, service and network from the finding, and no container that is no part', () => {
    const finding: Finding = {
      ...{ code: 'CONTAINER_OFF_NETWORK', severity: 'critical', part: 'redis', subject: 'r' },
      facts: { service: 'cache', network: 'aetherius' },
    };

    expect(connectNetwork.paramsFor(finding)).toEqual({
      part: 'redis',
      service: 'cache',
      network: 'aetherius',
    });
    expect(connectNetwork.paramsFor({ ...finding, part: 'runtime' })).toBeUndefined();
  });

  it('settles by the list of the network, and not by what was written', async () => {
    const { plan, context } = fresh();
    const made = await plan();
    await connectNetwork.applyStep(made.steps[0], made, context);
    const lost = {
      ...context,
      deps: {
        ...context.deps,
        compose: { ...context.deps.compose, networks: () => Promise.resolve([network({ containers: [] })]) },
      },
    };

    expect(await connectNetwork.settled?.(made, context)).toBe(true);
    expect(await connectNetwork.settled?.(made, lost)).toBe(false);
  });

  it('compares one that is on no network by its id alone, since nothing reaches it', async () => {
    const { fixture, plan, context } = fresh();
    const made = await plan();
    fixture.set({ networks: [], addresses: [] });

    expect(await connectNetwork.object(made, context)).toMatchObject({ comparable: true });
    fixture.set({ networks: ['host'], sharedNetwork: 'shared' });
    expect(await connectNetwork.object(made, context)).toMatchObject({ comparable: false });
  });
});
