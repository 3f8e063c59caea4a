import { describe, expect, it } from 'vitest';
import { TargetError } from '../../../../src/domain/kernel/errors.ts';
import type { PostgresTarget } from '../../../../src/domain/probe/targets/postgres.ts';
import { postgresUnprocessedEvents } from '../../../../src/probes/postgres/unprocessed-events.probe.ts';
import { wordsIn } from '../../../../src/text/words.ts';
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

  it('asks the database of agent-manager, and needs that alone', async () => {
    const asked: string[] = [];
    const postgres = {
      databaseName: (id: string) => (id === 'agentManager' ? 'agents' : undefined),
      query: (database: string) => {
        asked.push(database);
        return Promise.resolve([{ count: '0', oldest: null }]);
      },
    } as unknown as PostgresTarget;

    await postgresUnprocessedEvents.run({ olderThanSeconds: 1 }, probeContext({ postgres }));
    expect(asked).toEqual(['agentManager']);
  });

  it('has no say where the database is not configured', async () => {
    const postgres = { ...postgresInTurn(), databaseName: () => undefined };

    expect(
      await postgresUnprocessedEvents.run({ olderThanSeconds: 1 }, probeContext({ postgres })),
    ).toMatchObject({ status: 'skipped', reason: 'not-configured' });
  });
});

it('W16 names the column that the table has in place of the one that is not there', async () => {
  const postgres = {
    databaseName: () => 'aetherius',
    query: async (_database: string, statement: string) => {
      if (!statement.includes('pg_attribute'))
        throw new TargetError('protocol', 'refused', { facts: { sqlstate: '42703' } });
      return [{ name: 'id' }, { name: 'processed_at' }];
    },
  } as unknown as PostgresTarget;
  const facts = { table: 'events', column: 'processed', similar: 'processed_at' };

  await expect(
    postgresUnprocessedEvents.run({ olderThanSeconds: 60 }, probeContext({ postgres })),
  ).rejects.toMatchObject({ facts: { reason: 'column-missing', ...facts } });
  expect(wordsIn('en').lookupPlain('cause.column-missing', facts)).toBe(
    'table events has no column processed here; the nearest is processed_at',
  );
});
