import { describe, expect, it } from 'vitest';
import { postgresIndexHealth } from '../../../../src/probes/postgres/index-health.probe.ts';
import { fakePostgres, probeContext } from '../../../support/probe-context.ts';

const withPg = (answers: Parameters<typeof fakePostgres>[0]) =>
  probeContext({ postgres: fakePostgres(answers) });

describe('postgres.index-health', () => {
  it('names an invalid index without any extension, and cannot tell the rest without them', async () => {
    const index = { oid: '1', schema: 'public', name: 'idx', table: 'events', bytes: '1000', valid: true };
    const look = (valid: boolean) =>
      postgresIndexHealth.run(
        { database: 'agentManager' },
        withPg({ pg_extension: [], 'FROM pg_index': [{ ...index, valid }] }),
      );

    expect(await look(false)).toMatchObject({ findings: [{ code: 'INDEX_INVALID', subject: 'public.idx' }] });
    expect(await look(true)).toMatchObject({ status: 'skipped', reason: 'not-installed' });
  });
});
