import { describe, expect, it } from 'vitest';
import type { WorkProgress } from '../../../../src/domain/fix/remediation.ts';
import { TargetError } from '../../../../src/domain/kernel/errors.ts';
import { asInGuide } from '../../../../src/domain/platform/platform.ts';
import type { With } from '../../../../src/domain/probe/targets/targets.ts';
import { archiveOldRows } from '../../../../src/remediations/postgres/archive-old-rows.remediation.ts';
import {
  batchLimits,
  nextSize,
  oldRowsOf,
  waitsFor,
} from '../../../../src/remediations/postgres/old-rows.ts';
import { fixtures } from '../../../support/remediation-fixtures.ts';

type Postgres = With<'postgres'>['postgres'];
const now = () => new Date('2026-03-31T12:00:00Z');
const signal = new AbortController().signal;
/** `more` overrides what is seen of the table of this name; null: there is none. */
const fresh = (more: Readonly<Record<string, Readonly<Record<string, unknown>> | null>> = {}) => {
  const fixture = fixtures['postgres.archive-old-rows']();
  const { postgres } = fixture.targets as With<'postgres'>;
  const query = (async (...args: Parameters<Postgres['query']>) =>
    (await postgres.query(...args)).flatMap((row) => {
      const other = more[String((row as { name?: string }).name)];
      return other === null ? [] : [{ ...row, ...other }];
    })) as Postgres['query'];
  const deps = { ...fixture.targets, postgres: { ...postgres, query } };
  return { fixture, context: { deps, signal, now } };
};
const params = { database: 'agentManager' } as const;

describe('postgres.archive-old-rows', () => {
  it('plans the guide’s rows from before a day that stays the same, with their count and span alone', async () => {
    const plan = await archiveOldRows.plan(params, fresh().context);

    expect(plan.params).toEqual({ database: 'agentManager', before: '2026-03-01' });
    expect(plan.steps[0]).toMatchObject({
      to: { rows: 'events_archive', before: '2026-03-01' },
      precondition: {
        table_oid: '16400',
        columns: 'id uuid, timestamp timestamp with time zone, severity text',
      },
    });
    expect(plan.blast.facts).toEqual({
      ...{ table: 'events', archive: 'events_archive', before: '2026-03-01', rows: 40 },
      ...{ oldest: '1969-01-02T00:00:00.000000Z', newest: '1969-06-02T00:00:00.000000Z' },
    });
  });

  it.each([
    ['90 days for executions', { database: 'orchestrator' as const }, '2025-12-31'],
    ['a typed age', { ...params, olderThanDays: 7 }, '2026-03-24'],
    ['a typed day', { ...params, before: '2025-01-01' }, '2025-01-01'],
  ])('takes %s', (_what, given, before) => {
    expect(oldRowsOf(given, asInGuide, now()).before).toBe(before);
  });

  it('refuses a typed day within the last week, and an age below it', () => {
    expect(() => oldRowsOf({ ...params, before: '2026-03-25' }, asInGuide, now())).toThrow('too-young');
    expect(archiveOldRows.params.safeParse({ olderThanDays: 6 }).success).toBe(false);
  });

  it.each([
    ['it is partitioned', { kind: 'p' }, 'rows-partitioned'],
    ['blocks cannot be walked', { version: 130_000 }, 'server-too-old'],
    ['the server is a copy', { standby: true }, 'rows-on-copy'],
    ['a trigger or a reference hangs on its rows', { follows: ['notify_deleted'] }, 'more-than-rows'],
    ['there is no such time', { columns: ['id', 'severity'], types: ['uuid', 'text'] }, 'column-missing'],
    ['the role may not delete', { rights: ['SELECT', 'UPDATE'] }, 'missing-right'],
  ])('is not offered where %s', async (_why, more, reason) => {
    await expect(archiveOldRows.plan(params, fresh({ events: more }).context)).rejects.toMatchObject({
      facts: { reason },
    });
  });

  it.each([
    ['lacks a column', { columns: ['id'], types: ['uuid'] }, 'archive-differs'],
    ['has it in another type', { types: ['uuid', 'date', 'text'] }, 'archive-differs'],
    ['takes no rows of this role', { rights: ['SELECT'] }, 'missing-right'],
  ])('is not offered where the archive %s', async (_why, more, reason) => {
    await expect(archiveOldRows.plan(params, fresh({ events_archive: more }).context)).rejects.toMatchObject({
      facts: { reason },
    });
  });

  it('says that it makes the archive, or refuses where it may not', async () => {
    const made = await archiveOldRows.plan(params, fresh({ events_archive: null }).context);
    expect(made.notes).toEqual([
      { key: 'archive-made', facts: { archive: 'events_archive' } },
      // Nothing runs PostgreSQL here that could be asked.
      { key: 'room-unseen', facts: {} },
    ]);

    const barred = fresh({ events_archive: null, events: { creates: false } });
    await expect(archiveOldRows.plan(params, barred.context)).rejects.toMatchObject({
      facts: { reason: 'missing-right', verb: 'CREATE' },
    });
  });

  it('has no undo where the way back is closed', async () => {
    const closed = fresh({ events_archive: { rights: ['INSERT'] } });

    expect((await archiveOldRows.plan(params, closed.context)).undo).toBeUndefined();
    expect((await archiveOldRows.plan(params, fresh().context)).undo).toHaveLength(1);
  });

  it('R-X16: goes on from where another attempt came to, and says how far it is after each batch', async () => {
    const { fixture, context } = fresh();
    const plan = await archiveOldRows.plan(params, context);
    const said: WorkProgress[] = [];
    const work = {
      before: { done: 7, total: 47, cursor: 4 },
      next: (progress: WorkProgress) => Promise.resolve(void said.push(progress)),
      stopped: () => false,
    };

    await archiveOldRows.applyStep(plan.steps[0], plan, { ...context, work });

    expect(said).toEqual([{ done: 47, total: 40, cursor: 10 }]);
    expect(fixture.changes()).toBe(1);
  });

  it('is sized by what the server was at it, and rests four times as long as all of it took', async () => {
    const { context } = fresh();
    const plan = await archiveOldRows.plan(params, context);
    const { execute, ...postgres } = (context.deps as With<'postgres'>).postgres;
    const blocks: number[] = [];
    const rests: (number | undefined)[] = [];
    let now = 0;
    const slow: typeof execute = async (database, sql, values, options) => {
      const [from, to] = (values ?? []).slice(0, 2).map((tid) => Number(/\d+/.exec(String(tid))?.[0]));
      blocks.push(Number(to) - Number(from));
      // Of 100 ms the server was at the rows for half a millisecond; the others went to the session and the commit.
      now += 100;
      const rows = await execute(database, sql, values, options);
      return rows.map((row) => ({ ...row, ms: 0.5 })) as never;
    };
    const query: typeof postgres.query = async (...args) =>
      args[1].includes('pg_relation_size')
        ? ([{ blocks: 100 }] as never)
        : (postgres.query(...args) as never);
    const work = {
      before: undefined,
      next: (_progress: WorkProgress, pauseMs?: number) => Promise.resolve(void rests.push(pauseMs)),
      stopped: () => false,
    };

    await archiveOldRows.applyStep(plan.steps[0], plan, {
      ...context,
      ...{ deps: { ...context.deps, postgres: { ...postgres, execute: slow, query } }, work },
      now: () => new Date(Date.parse('2026-03-31T12:00:00Z') + now),
    } as typeof context);

    expect(blocks.slice(0, 3)).toEqual([16, 32, 52]);
    expect(rests.slice(0, 3)).toEqual([400, 400, 400]);
  });

  it('R-X16: a batch whose answer was lost, or that met its limit, is made again and smaller; a right is no such thing', async () => {
    const ranges: unknown[] = [];
    const failing = (errors: Error[]) => {
      const { context, fixture } = fresh();
      const execute = ((id, sql, values = [], options = {}) => {
        if (sql.includes('picked')) ranges.push(values[1]);
        const error = sql.includes('picked') ? errors.shift() : undefined;
        return error === undefined
          ? (fixture.targets as With<'postgres'>).postgres.execute(id, sql, values, options)
          : Promise.reject(error);
      }) as Postgres['execute'];
      return { ...context, deps: { ...context.deps, postgres: { ...context.deps.postgres, execute } } };
    };
    const run = async (errors: Error[]) => {
      const context = failing(errors);
      const plan = await archiveOldRows.plan(params, context);
      return archiveOldRows.applyStep(plan.steps[0], plan, context);
    };

    await expect(
      run([new TargetError('no-answer', 'limit'), new TargetError('closed', 'gone')]),
    ).resolves.toEqual({
      rows: 40,
    });
    expect(ranges.slice(0, 3)).toEqual(['(10,0)', '(4,0)', '(1,0)']);
    await expect(run([new TargetError('forbidden', 'no')])).rejects.toMatchObject({ stage: 'forbidden' });
    const always = Array.from({ length: 9 }, () => new TargetError('no-answer', 'limit'));
    await expect(run(always)).rejects.toMatchObject({ stage: 'no-answer' });
    expect(always).toHaveLength(4);
  });

  it('looks again where the last look past all that is gone takes too long', async () => {
    const { context, fixture } = fresh();
    const plan = await archiveOldRows.plan(params, context);
    const { postgres } = context.deps;
    let slow = 3;
    const query = ((id, sql, ...more) => {
      if (fixture.changes() > 0 && sql.includes('EXISTS') && slow > 0) {
        slow -= 1;
        return Promise.reject(new TargetError('no-answer', 'statement_timeout'));
      }
      return postgres.query(id, sql, ...more);
    }) as Postgres['query'];
    const there = { ...context, deps: { ...context.deps, postgres: { ...postgres, query } } };

    expect(await archiveOldRows.applyStep(plan.steps[0], plan, there)).toEqual({ rows: 40 });
    expect(slow).toBe(0);
  });

  it('waits while a copy is behind or a session waits for a lock', () => {
    const calm = { copies: 1, seen: 1, lag_bytes: 0, lag_seconds: 0, waiting: 0 };

    expect(waitsFor(calm)).toBeUndefined();
    expect(waitsFor({ ...calm, lag_bytes: 1e9 })).toBe('lag');
    expect(waitsFor({ ...calm, lag_seconds: 60 })).toBe('lag');
    expect(waitsFor({ ...calm, waiting: 1 })).toBe('locks');
  });

  it('makes batches that took too long smaller, and short ones larger, within bounds', () => {
    expect(nextSize(64, batchLimits.aimMs + 1)).toBe(32);
    expect(nextSize(64, batchLimits.aimMs / 2 - 0.1)).toBe(128);
    expect(nextSize(64, batchLimits.aimMs)).toBe(64);
    expect(nextSize(1, 9_999)).toBe(1);
    expect(nextSize(batchLimits.mostBlocks, 0.1)).toBe(batchLimits.mostBlocks);
  });
});
