import { describe, expect, it } from 'vitest';
import type { With } from '../../../../src/domain/probe/targets/targets.ts';
import { createIndexes } from '../../../../src/remediations/postgres/create-indexes.remediation.ts';
import { fixtures } from '../../../support/remediation-fixtures.ts';

const fresh = (more: Readonly<Record<string, unknown>> = {}) => {
  const fixture = fixtures['postgres.create-indexes']();
  const { query, ...postgres } = (fixture.targets as With<'postgres'>).postgres;
  const asked = async (...args: Parameters<typeof query>) =>
    (await query(...args)).map((row) => ('table_oid' in row ? { ...row, ...more } : row));
  const deps = { ...fixture.targets, postgres: { ...postgres, query: asked as typeof query } };
  return { fixture, context: { deps, signal: new AbortController().signal, now: () => new Date(0) } };
};
const params = { database: 'agentManager' } as const;

describe('postgres.create-indexes', () => {
  it('creates each missing index concurrently, and undo drops them in the other order', async () => {
    const { fixture, context } = fresh();
    const plan = await createIndexes.plan(params, context);
    for (const step of [...plan.steps, ...(plan.undo ?? [])])
      await createIndexes.applyStep(step, plan, context);

    expect(fixture.log.filter((sql) => sql.includes('INDEX CONCURRENTLY'))).toEqual([
      'CREATE INDEX CONCURRENTLY "idx_events_cluster_id" ON "public"."events" ("cluster_id")',
      'CREATE INDEX CONCURRENTLY "idx_events_severity" ON "public"."events" ("severity")',
      'CREATE INDEX CONCURRENTLY "idx_events_timestamp" ON "public"."events" ("timestamp")',
      'DROP INDEX CONCURRENTLY IF EXISTS "public"."idx_events_timestamp"',
      'DROP INDEX CONCURRENTLY IF EXISTS "public"."idx_events_severity"',
      'DROP INDEX CONCURRENTLY IF EXISTS "public"."idx_events_cluster_id"',
    ]);
  });

  it.each([
    ['every column has one', { covered: true }, 'nothing-to-do'],
    ['the table is partitioned', { partitioned: true }, 'partitioned-table'],
    ['the table is too large for a step', { bytes: 3e9 }, 'table-too-large'],
    ['the table is not the role’s', { mine: false }, 'missing-right'],
    ['another index has the name', { state: 'other' }, 'index-name-taken'],
    ['one is being built', { state: 'building' }, 'index-name-taken'],
  ])('is not offered where %s', async (_why, more, reason) => {
    await expect(createIndexes.plan(params, fresh(more).context)).rejects.toMatchObject({
      facts: { reason },
    });
  });

  it('cannot tell while the server builds it, nor on another table', async () => {
    const { context } = fresh();
    const plan = await createIndexes.plan(params, context);
    const [step] = plan.steps;

    expect(await createIndexes.observeStep(step, plan, fresh({ state: 'building' }).context)).toBe('unknown');
    expect(await createIndexes.observeStep(step, plan, fresh({ table_oid: '1' }).context)).toBe('unknown');
    expect(await createIndexes.observeStep(step, plan, fresh({ state: 'invalid' }).context)).toBe('not-done');
  });
});
