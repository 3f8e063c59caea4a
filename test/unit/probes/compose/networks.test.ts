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
});
