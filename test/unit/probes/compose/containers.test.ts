import { describe, expect, it } from 'vitest';
import { composeContainers } from '../../../../src/probes/compose/containers.probe.ts';
import { compose, container } from '../../../support/fake-compose.ts';
import { probeContext } from '../../../support/probe-context.ts';

describe('compose.containers', () => {
  it('says which images a part runs, each once', async () => {
    const containers = [
      container('redis', { image: 'redis:7' }),
      container('redis', { image: 'redis:7', name: 'aetherius-redis-2' }),
      container('nats'),
    ];

    const seen = await composeContainers.run(
      { part: 'redis' },
      probeContext({ compose: compose(containers) }),
    );

    expect(seen).toMatchObject({ status: 'healthy', facts: { running: 2, images: 'redis:7' } });
  });
});
