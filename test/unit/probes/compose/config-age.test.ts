import { describe, expect, it } from 'vitest';
import { composeConfigAge } from '../../../../src/probes/compose/config-age.probe.ts';
import { compose, container } from '../../../support/fake-compose.ts';
import { probeContext } from '../../../support/probe-context.ts';

describe('compose.config-age', () => {
  const look = (seconds: number, code = 0) =>
    composeConfigAge.run(
      { part: 'agent-manager' },
      probeContext({ compose: compose([container('agent-manager')], { code, stdout: `${seconds}\n` }) }),
    );
  const started = Date.parse('2026-03-01T10:00:00Z') / 1000;

  it('compares the file’s time with the start', async () => {
    expect(await look(started - 100)).toMatchObject({ status: 'healthy' });
    expect(await look(started + 100)).toMatchObject({
      findings: [{ code: 'CONTAINER_OLDER_THAN_CONFIG', facts: { behindSeconds: 100 } }],
    });
  });

  it('cannot look where the container has no tool', async () => {
    await expect(look(0, 127)).rejects.toMatchObject({ stage: 'protocol' });
  });
});
