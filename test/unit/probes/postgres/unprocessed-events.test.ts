import { describe, expect, it } from 'vitest';
import { postgresUnprocessedEvents } from '../../../../src/probes/postgres/unprocessed-events.probe.ts';
import { fakePostgres, probeContext } from '../../../support/probe-context.ts';

const withPg = (answers: Parameters<typeof fakePostgres>[0]) =>
  probeContext({ postgres: fakePostgres(answers) });

describe('postgres.unprocessed-events', () => {
  it('counts events that were never processed', async () => {
    const look = (count: string) =>
      postgresUnprocessedEvents.run(
        { olderThanSeconds: 120 },
        withPg({ 'AS count': [{ count, oldest: null }] }),
      );

    expect(await look('0')).toMatchObject({ status: 'healthy' });
    expect(await look('7')).toMatchObject({
      findings: [{ code: 'UNPROCESSED_EVENTS', facts: { unprocessed: 7 } }],
    });
  });
});
