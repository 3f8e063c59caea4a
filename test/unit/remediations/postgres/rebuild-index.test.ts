import { describe, expect, it } from 'vitest';
import type { With } from '../../../../src/domain/probe/targets/targets.ts';
import { rebuildIndex } from '../../../../src/remediations/postgres/rebuild-index.remediation.ts';
import { fixtures } from '../../../support/remediation-fixtures.ts';

const context = (more: Readonly<Record<string, unknown>> = {}, left: readonly string[] = []) => {
  const fixture = fixtures['postgres.rebuild-index']();
  const { query, ...postgres } = (fixture.targets as With<'postgres'>).postgres;
  const asked = async (...args: Parameters<typeof query>) =>
    String(args[1]).includes('_cc(new|old)')
      ? left.map((name) => ({ name }))
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

    expect(there.log.filter((sql) => sql.includes('INDEX CONCURRENTLY'))).toEqual([
      'DROP INDEX CONCURRENTLY IF EXISTS "public"."a""b_ccnew"',
      'REINDEX INDEX CONCURRENTLY "public"."a""b"',
    ]);
    expect(await rebuildIndex.settled?.(plan, there)).toBe(false);
  });

  it.each([
    ['it is of a partitioned table', { kind: 'I' }, 'index-not-rebuilt'],
    ['it holds an exclusion constraint', { exclusion: true }, 'index-not-rebuilt'],
    ['its table is too large for a step', { bytes: 3e9 }, 'table-too-large'],
    ['it is not the role’s', { mine: false }, 'missing-right'],
  ])('is not offered where %s', async (_why, more, reason) => {
    await expect(rebuildIndex.plan(params, context(more))).rejects.toMatchObject({ facts: { reason } });
  });

  it('cannot tell while it is being built, or when there is another index of the name', async () => {
    const plan = await rebuildIndex.plan(params, context());
    const seen = (more: Readonly<Record<string, unknown>>) =>
      rebuildIndex.observeStep(plan.steps[0], plan, context(more));

    expect(await seen({})).toBe('not-done');
    expect(await seen({ building: true })).toBe('unknown');
    expect(await seen({ oid: '2', valid: false })).toBe('unknown');
    expect(await seen({ oid: '2' })).toBe('done');
  });
});
