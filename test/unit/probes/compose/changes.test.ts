import { describe, expect, it } from 'vitest';
import { composeChanges } from '../../../../src/probes/compose/changes.probe.ts';
import { compose, container } from '../../../support/fake-compose.ts';
import { probeContext } from '../../../support/probe-context.ts';

const now = '2026-03-01T10:05:00Z';

describe('compose.changes', () => {
  const params = composeChanges.params.parse({});
  const look = (...made: readonly (readonly [service: string, createdAt: string])[]) =>
    composeChanges.run(
      params,
      probeContext(
        {
          compose: compose(
            made.map(([service, createdAt]) => container(service, { createdAt, image: 'i:2' })),
          ),
        },
        now,
      ),
    );

  it('names containers that were made anew in the time asked for', async () => {
    expect(
      await look(['redis', '2026-03-01T08:00:00Z'], ['agent-manager', '2026-03-01T10:00:00Z']),
    ).toMatchObject({
      findings: [
        {
          ...{ code: 'CHANGED_CONTAINER', subject: 'aetherius-agent-manager', part: 'agent-manager' },
          ...{ severity: 'info', since: '2026-03-01T10:00:00.000Z', facts: { image: 'i:2' } },
        },
      ],
      facts: { minutes: 60, changes: 1 },
    });
  });

  it.each([
    ['2026-03-01T09:04:59.999Z', 0],
    ['2026-03-01T09:05:00.000Z', 1],
    ['2026-03-01T09:05:00.001Z', 1],
  ])('looks back an hour: %s', async (createdAt, changes) => {
    expect(await look(['redis', createdAt])).toMatchObject({ facts: { changes } });
  });

  it('names the newest first, and what is of no part under the runtime', async () => {
    const outcome = await look(['redis', '2026-03-01T10:00:00Z'], ['backup', '2026-03-01T10:04:00Z']);

    expect(outcome).toMatchObject({
      findings: [
        { subject: 'aetherius-backup', part: 'runtime' },
        { subject: 'aetherius-redis', part: 'redis' },
      ],
    });
  });

  it.each([
    [0, false],
    [1, true],
    [1440, true],
    [1441, false],
  ])('can look back a day: %i minutes', (minutes, success) => {
    expect(composeChanges.params.safeParse({ minutes }).success).toBe(success);
  });
});
