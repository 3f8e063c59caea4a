import { describe, expect, it } from 'vitest';
import { postgresUnprocessedEvents } from '../../../../src/probes/postgres/unprocessed-events.probe.ts';
import { postgresInTurn, probeContext } from '../../../support/probe-context.ts';

describe('postgres.unprocessed-events', () => {
  const look = (count: string, oldest: Date | null = null) =>
    postgresUnprocessedEvents.run(
      postgresUnprocessedEvents.params.parse({}),
      probeContext({ postgres: postgresInTurn([{ count, oldest }]) }),
    );

  it('counts events that were never processed', async () => {
    expect(await look('0')).toMatchObject({ status: 'healthy' });
    expect(await look('7')).toMatchObject({
      findings: [{ code: 'UNPROCESSED_EVENTS', facts: { unprocessed: 7 } }],
    });
  });

  it('is a finding from the first event on, and says how old they are', async () => {
    expect(await look('1', new Date('2026-03-01T09:00:00Z'))).toMatchObject({
      findings: [{ since: '2026-03-01T09:00:00.000Z', facts: { unprocessed: 1, olderThanSeconds: 120 } }],
    });
    expect(JSON.stringify(await look('1'))).not.toContain('since');
  });

  it('has no say where the database is not configured', async () => {
    const postgres = { ...postgresInTurn(), databaseName: () => undefined };

    expect(
      await postgresUnprocessedEvents.run({ olderThanSeconds: 1 }, probeContext({ postgres })),
    ).toMatchObject({ status: 'skipped', reason: 'not-configured' });
  });
});
