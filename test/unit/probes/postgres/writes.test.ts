import { describe, expect, it } from 'vitest';
import { postgresWrites } from '../../../../src/probes/postgres/writes.probe.ts';
import { postgresInTurn, probeContext } from '../../../support/probe-context.ts';

const look = (readOnly: readonly object[], denied: readonly object[]) =>
  postgresWrites.run(
    postgresWrites.params.parse({}),
    probeContext({ postgres: postgresInTurn(readOnly, denied) }),
  );

describe('postgres.writes', () => {
  it('names the widest setting, and all tables in one finding', async () => {
    expect(
      await look(
        [{ set_by: 'ALTER SYSTEM' }, { set_by: 'ALTER ROLE a' }],
        [
          { table: 'commands', role: 'a' },
          { table: 'events', role: 'a' },
        ],
      ),
    ).toMatchObject({
      findings: [
        { code: 'PG_READ_ONLY', facts: { setBy: 'ALTER SYSTEM' } },
        { code: 'PG_WRITE_DENIED', facts: { role: 'a', tables: 'commands, events', count: 2 } },
      ],
    });
    expect(await look([], [])).toMatchObject({ status: 'healthy' });
  });

  it('has no say about a database that is not configured', async () => {
    const postgres = { ...postgresInTurn(), databaseName: () => undefined };

    expect(await postgresWrites.run({ database: 'orchestrator' }, probeContext({ postgres }))).toEqual({
      status: 'skipped',
      reason: 'not-configured',
    });
  });
});
