import { describe, expect, it } from 'vitest';
import { TargetError } from '../../../../src/domain/kernel/errors.ts';
import type { With } from '../../../../src/domain/probe/targets/targets.ts';
import { createIndexes } from '../../../../src/remediations/postgres/create-indexes.remediation.ts';
import { fixtures, unmarked } from '../../../support/remediation-fixtures.ts';

const fresh = (more: Readonly<Record<string, unknown>> = {}, running: readonly object[] = []) => {
  const fixture = fixtures['postgres.create-indexes']();
  const { query, ...postgres } = (fixture.targets as With<'postgres'>).postgres;
  const asked = async (...args: Parameters<typeof query>) =>
    args[1].includes('FROM pg_stat_activity a')
      ? [...running]
      : (await query(...args)).map((row) => ('table_oid' in row ? { ...row, ...more } : row));
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

    expect(fixture.log.map(unmarked).filter((sql) => / INDEX CONCURRENTLY/.test(sql))).toEqual([
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
    ['the table is too large', { bytes: 6e10 }, 'table-too-large'],
    ['the table is not the role’s', { mine: false }, 'missing-right'],
    ['another index has the name', { state: 'other' }, 'index-name-taken'],
    ['the table is PostgreSQL’s own', { schema: 'pg_catalog' }, 'system-schema'],
    ['one is being built', { state: 'building' }, 'index-name-taken'],
  ])('is not offered where %s', async (_why, more, reason) => {
    await expect(createIndexes.plan(params, fresh(more).context)).rejects.toMatchObject({
      facts: { reason },
    });
  });

  it('says how long it may take: longer for a larger table, and for each index', async () => {
    const blast = async (bytes: number) =>
      (await createIndexes.plan(params, fresh({ bytes }).context)).blast.facts.minutes;

    expect(await blast(8_192)).toBe(6);
    expect(await blast(8 * 1024 ** 3)).toBe(57);
  });

  it('goes on with what a statement of this very fix does, and cannot tell where another builds', async () => {
    const { context } = fresh();
    const plan = await createIndexes.plan(params, context);
    const building = (running: readonly object[]) =>
      createIndexes.observeStep(plan.steps[0], plan, fresh({ state: 'building' }, running).context);

    expect(await building([{ phase: 'building index', waits: false, blocks: false }])).toBe('under-way');
    expect(await building([])).toBe('unknown');
  });

  it('takes its own index that gets whole between two looks for its own', async () => {
    const { fixture, context } = fresh();
    const plan = await createIndexes.plan(params, context);
    let state = 'building';
    const { query, ...postgres } = context.deps.postgres;
    const ending = async (...args: Parameters<typeof query>) => {
      const rows = (await query(...args)).map((row) => ('table_oid' in row ? { ...row, state } : row));
      if (args[1].includes('FROM pg_stat_activity a')) state = 'valid';
      return rows;
    };
    const deps = { ...context.deps, postgres: { ...postgres, query: ending as typeof query } };
    const again = { ...context, deps };
    const [step] = plan.steps;

    expect(await createIndexes.observeStep(step, plan, again)).toBe('done');
    state = 'building';
    expect(await createIndexes.applyStep(step, plan, again)).toMatchObject({ already: true });
    expect(fixture.log.some((sql) => sql.includes(' INDEX CONCURRENTLY'))).toBe(false);
  });

  it.each([
    ['building', ['its name is taken'], false],
    ['valid', ['its name is taken'], false],
    ['invalid', ['its name is taken'], true],
  ] as const)(
    'leaves an index alone that another hand has made meanwhile: %s',
    async (state, [why], dropped) => {
      const { fixture, context } = fresh();
      const plan = await createIndexes.plan(params, context);
      let now = {};
      const { query, execute, ...postgres } = context.deps.postgres;
      const meanwhile: typeof execute = async (database, sql, ...rest) => {
        if (!sql.includes(' CREATE INDEX')) return execute(database, sql, ...rest);
        now = { state };
        throw new TargetError('protocol', why, { facts: { sqlstate: '42P07' } });
      };
      const seen = async (...args: Parameters<typeof query>) =>
        (await query(...args)).map((row) => ('table_oid' in row ? { ...row, ...now } : row));
      const changed = { ...postgres, query: seen as typeof query, execute: meanwhile };
      const deps = { ...context.deps, postgres: changed };

      await expect(createIndexes.applyStep(plan.steps[0], plan, { ...context, deps })).rejects.toThrow(why);
      expect(fixture.log.some((sql) => sql.includes('DROP INDEX'))).toBe(dropped);
    },
  );

  it('cannot tell while the server builds it, nor on another table', async () => {
    const { context } = fresh();
    const plan = await createIndexes.plan(params, context);
    const [step] = plan.steps;

    expect(await createIndexes.observeStep(step, plan, fresh({ state: 'building' }).context)).toBe('unknown');
    expect(await createIndexes.observeStep(step, plan, fresh({ table_oid: '1' }).context)).toBe('unknown');
    expect(await createIndexes.observeStep(step, plan, fresh({ state: 'invalid' }).context)).toBe('not-done');
  });
});
