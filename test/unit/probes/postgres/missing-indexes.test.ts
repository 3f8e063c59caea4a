import { describe, expect, it } from 'vitest';
import { postgresMissingIndexes } from '../../../../src/probes/postgres/missing-indexes.probe.ts';
import { fakePostgres, probeContext } from '../../../support/probe-context.ts';

const withPg = (answers: Parameters<typeof fakePostgres>[0]) =>
  probeContext({ postgres: fakePostgres(answers) });

describe('postgres.missing-indexes', () => {
  const sizes = [{ table: 'events', rows: 1_000_000, mib: 200 }];
  const columns = (...names: readonly string[]) => names.map((column) => ({ table: 'events', column }));
  const look = (present: readonly object[]) =>
    postgresMissingIndexes.run(
      { database: 'agentManager' },
      withPg({ 'FROM pg_index': present, 'FROM pg_class': sizes }),
    );

  it('looks at columns, not at names', async () => {
    expect(await look(columns('cluster_id', 'severity', 'timestamp'))).toMatchObject({ status: 'healthy' });
    expect(await look(columns('cluster_id', 'severity'))).toMatchObject({
      findings: [{ code: 'PG_INDEX_MISSING', subject: 'events(timestamp)', facts: { rows: 1_000_000 } }],
    });
  });
});
