import { describe, expect, it } from 'vitest';
import { composeNetworks } from '../../../../src/probes/compose/networks.probe.ts';
import { compose, container } from '../../../support/fake-compose.ts';
import { probeContext } from '../../../support/probe-context.ts';

describe('compose.networks', () => {
  it('names the container that is not on the network of the others', async () => {
    const others = [container('agent-manager'), container('redis')];
    const look = (networks: readonly string[]) =>
      composeNetworks.run(
        {},
        probeContext({ compose: compose([...others, container('orchestrator-service', { networks })]) }),
      );

    expect(await look(['aetherius'])).toMatchObject({ status: 'healthy' });
    expect(await look(['backup'])).toMatchObject({
      findings: [
        {
          code: 'CONTAINER_OFF_NETWORK',
          part: 'orchestrator-service',
          // What the command that mends it needs.
          facts: { service: 'orchestrator-service', container: 'aetherius-orchestrator-service' },
        },
      ],
    });
  });

  const look = (...networks: readonly (readonly string[])[]) =>
    composeNetworks.run(
      {},
      probeContext({ compose: compose(networks.map((own, at) => container(`c${at}`, { networks: own }))) }),
    );

  it.each([
    [1, 'skipped'],
    [2, 'healthy'],
    [3, 'healthy'],
  ])('compares two containers at least: %i', async (count, status) => {
    expect(await look(...Array.from({ length: count }, () => ['own']))).toMatchObject({ status });
  });

  it('takes the network that most are on for the project’s', async () => {
    expect(await look(['a'], ['b', 'a'], ['b'], ['b'])).toMatchObject({
      findings: [{ part: 'runtime', facts: { network: 'b', own: 'a', members: 3 } }],
      facts: { containers: 4 },
    });
    expect(await look(['b'], ['b'], [])).toMatchObject({ findings: [{ facts: { own: '–' } }] });
  });

  it('leaves the host’s own network and what does not run alone', async () => {
    expect(await look(['b'], ['b'], ['host'])).toMatchObject({ status: 'healthy' });
    expect(await look([], [])).toMatchObject({ status: 'skipped', reason: 'no-data' });
    const stopped = container('off', { networks: [], state: 'exited' });
    expect(
      await composeNetworks.run(
        {},
        probeContext({ compose: compose([container('a'), container('b'), stopped]) }),
      ),
    ).toMatchObject({ status: 'healthy', facts: { containers: 2 } });
  });
});
