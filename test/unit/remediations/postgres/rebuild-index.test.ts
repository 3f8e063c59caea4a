import { describe, expect, it } from 'vitest';
import type { With } from '../../../../src/domain/probe/targets/targets.ts';
import { rebuildIndex } from '../../../../src/remediations/postgres/rebuild-index.remediation.ts';
import { fixtures, unmarked } from '../../../support/remediation-fixtures.ts';

const context = (
  more: Readonly<Record<string, unknown>> = {},
  left: readonly string[] = [],
  running: readonly object[] = [],
) => {
  const fixture = fixtures['postgres.rebuild-index']();
  const { query, ...postgres } = (fixture.targets as With<'postgres'>).postgres;
  const asked = async (...args: Parameters<typeof query>) =>
    String(args[1]).includes('_cc(new|old)')
      ? left.map((name) => ({ name }))
      : String(args[1]).includes('FROM pg_stat_activity a')
        ? [...running]
        : (await query(...args)).map((row) => ('oid' in row ? { ...row, ...more } : row));
  const deps = { ...fixture.targets, postgres: { ...postgres, query: asked as typeof query } };
  return { deps, signal: new AbortController().signal, now: () => new Date(0), log: fixture.log };
};
const params = { database: 'agentManager', schema: 'public', index: 'a"b' } as const;

describe('postgres.rebuild-index', () => {
  it('drops what an earlier attempt left, and quotes names that mean something else', async () => {
    const there = context({}, ['a"b_ccnew']);
    const plan = await rebuildIndex.plan(params, there);
    await rebuildIndex.applyStep(plan.steps[0], plan, there);

    expect(there.log.map(unmarked).filter((sql) => / INDEX CONCURRENTLY/.test(sql))).toEqual([
      'DROP INDEX CONCURRENTLY IF EXISTS "public"."a""b_ccnew"',
      'REINDEX INDEX CONCURRENTLY "public"."a""b"',
    ]);
    expect(await rebuildIndex.settled?.(plan, there)).toBe(false);
  });

  it.each([
    ['it is of a partitioned table', { kind: 'I' }, 'index-not-rebuilt'],
    ['it holds an exclusion constraint', { exclusion: true }, 'index-not-rebuilt'],
    ['its table is too large', { bytes: 6e10 }, 'table-too-large'],
    ['it is not the role’s', { mine: false }, 'missing-right'],
  ])('is not offered where %s', async (_why, more, reason) => {
    await expect(rebuildIndex.plan(params, context(more))).rejects.toMatchObject({ facts: { reason } });
  });

  it.each(['pg_catalog', 'information_schema', 'pg_toast', 'pg_toast_temp_3'])(
    'is not offered for an index of %s, which is PostgreSQL’s own',
    async (schema) => {
      await expect(rebuildIndex.plan({ ...params, schema }, context())).rejects.toMatchObject({
        code: 'CONFLICT',
        facts: { reason: 'system-schema', schema },
      });
    },
  );

  it('takes its own rebuilding that ends between two looks for its own', async () => {
    const plan = await rebuildIndex.plan(params, context());
    const there = context();
    let now: object = { building: true };
    const { query, ...postgres } = there.deps.postgres;
    const ending = async (...args: Parameters<typeof query>) => {
      const rows = (await query(...args)).map((row) => ('oid' in row ? { ...row, ...now } : row));
      if (args[1].includes('FROM pg_stat_activity a')) now = { oid: '2' };
      return rows;
    };
    const again = {
      ...there,
      deps: { ...there.deps, postgres: { ...postgres, query: ending as typeof query } },
    };
    const [step] = plan.steps;

    expect(await rebuildIndex.observeStep(step, plan, again)).toBe('done');
    now = { building: true };
    expect(await rebuildIndex.applyStep(step, plan, again)).toMatchObject({ already: true });
    expect(there.log.some((sql) => sql.includes('REINDEX'))).toBe(false);
  });

  it('cannot tell while it is being built, or when there is another index of the name', async () => {
    const plan = await rebuildIndex.plan(params, context());
    const seen = (more: Readonly<Record<string, unknown>>) =>
      rebuildIndex.observeStep(plan.steps[0], plan, context(more));
    const building = context({ building: true }, [], [{ phase: 'initializing' }]);

    expect(await seen({})).toBe('not-done');
    expect(await seen({ building: true })).toBe('unknown');
    expect(await seen({ oid: '2', valid: false })).toBe('unknown');
    expect(await seen({ oid: '2' })).toBe('done');
    expect(await rebuildIndex.observeStep(plan.steps[0], plan, building)).toBe('under-way');
    // It was exchanged, and the former one is still kept up to date at every write.
    const left = context({ oid: '2' }, ['a"b_ccold']);
    expect(await rebuildIndex.observeStep(plan.steps[0], plan, left)).toBe('not-done');
    await rebuildIndex.applyStep(plan.steps[0], plan, left);
    expect(left.log.filter((sql) => sql.includes('INDEX CONCURRENTLY'))).toEqual([
      'DROP INDEX CONCURRENTLY IF EXISTS "public"."a""b_ccold"',
    ]);
  });
});
