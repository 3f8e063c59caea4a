import { describe, expect, it } from 'vitest';
import type { WorkProgress } from '../../../../src/domain/fix/remediation.ts';
import { TargetError } from '../../../../src/domain/kernel/errors.ts';
import {
  type Context,
  indexLimits,
  minutesFor,
  mostBytes,
  shareOf,
  watched,
} from '../../../../src/remediations/postgres/index-work.ts';

const gib = 1024 ** 3;
const phase = (name: string | null, more: object = {}) => ({
  ...{ phase: name, blocks_done: 0, blocks_total: 0, tuples_done: 0, tuples_total: 0 },
  ...more,
});
const seen = (name: string, more: object = {}) => [{ ...phase(name), waits: false, blocks: false, ...more }];

describe('how long work on an index may take', () => {
  it.each([
    [0, 60_000, 6_000],
    [2 * gib, 360_000, 36_000],
    [mostBytes, 6_480_000, 600_000],
    [1_000 * gib, 7_200_000, 600_000],
  ])('of a table of %i bytes grows with it, with an upper bound', (bytes, timeoutMs, lockTimeoutMs) => {
    expect(indexLimits(bytes)).toEqual({ timeoutMs, lockTimeoutMs });
  });

  it('is said in minutes for all of them', () => {
    expect(minutesFor([{ bytes: 0 }, { bytes: 2 * gib }])).toBe(7);
  });
});

it('shows how far the server is, in the order of its phases, and nothing where it does not say', () => {
  const shares = [
    phase('waiting for writers before build'),
    phase('building index: scanning table', { blocks_done: 5, blocks_total: 10 }),
    phase('building index: sorting live tuples'),
    phase('building index: loading tuples in tree', { tuples_done: 9, tuples_total: 10 }),
    phase('index validation: scanning index', { blocks_done: 1, blocks_total: 2 }),
    phase('index validation: scanning table', { blocks_done: 20, blocks_total: 10 }),
    phase('waiting for old snapshots'),
  ].map(shareOf);

  expect(shares).toEqual(shares.toSorted((a, b) => a - b));
  expect(new Set(shares).size).toBe(shares.length - 1);
  expect(shares.at(-1)).toBeLessThan(1);
  expect(shareOf(phase(null))).toBe(0);
  expect(shareOf(phase('a phase of a later version', { blocks_done: 1, blocks_total: 2 }))).toBe(0);
});

describe('a statement that takes long', () => {
  /** The server answers each look with the next of these, and the statement when `answer` is called. */
  function server(looks: readonly (readonly object[] | Error)[], stop?: 'stopped' | 'lost') {
    const log: string[] = [];
    const said: WorkProgress[] = [];
    const left = [...looks];
    let settle: { resolve: () => void; reject: (error: Error) => void } | undefined;
    let aborted = false;
    const postgres = {
      databaseName: () => 'agent_manager',
      query: (_id: string, sql: string) => {
        if (sql.includes('pg_sleep')) {
          log.push('still at it');
          return Promise.resolve([]);
        }
        const next = left.shift() ?? [];
        if (left.length === 0) settle?.resolve();
        return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
      },
      execute: (_id: string, sql: string, _values: unknown, options?: { signal?: AbortSignal }) => {
        log.push(sql.replace(/FROM .*/s, ''));
        if (!sql.includes('CREATE')) return Promise.resolve([]);
        return new Promise<readonly object[]>((resolve, reject) => {
          settle = { resolve: () => resolve([]), reject };
          options?.signal?.addEventListener('abort', () => {
            aborted = true;
            reject(new TargetError('aborted', 'stopped waiting'));
          });
        });
      },
    };
    const context = {
      deps: { postgres },
      signal: new AbortController().signal,
      operation: { id: 'one', age: () => Promise.resolve(0) },
      work: {
        before: undefined,
        next: (progress: WorkProgress) => {
          said.push(progress);
          return stop !== undefined && progress.done > 0
            ? Promise.reject(new Error('the step ends'))
            : Promise.resolve();
        },
        stopped: () => stop === 'stopped',
      },
    } as unknown as Context;
    const work = {
      ...({ database: 'agentManager', sql: 'CREATE INDEX', limits: indexLimits(0), rows: 1_000 } as const),
      cleanUp: () => Promise.resolve(void log.push('cleaned up')),
    };
    return {
      log,
      said,
      context,
      work,
      fail: (error: Error) => settle?.reject(error),
      aborted: () => aborted,
    };
  }
  const half = seen('building index: scanning table', { blocks_done: 5, blocks_total: 10 });

  it('is shown while it runs, also that it waits, and is done when the server says so', async () => {
    const { log, said, context, work } = server([
      half,
      seen('waiting for old snapshots', { waits: true }),
      half,
    ]);

    expect(await watched(work, context)).toBe(true);

    expect(said[0]).toEqual({ done: 175, total: 1_000, whole: true });
    expect(said[1]).toEqual({ done: 970, total: 1_000, whole: true, waits: 'transactions' });
    expect(log).toEqual(['/* aetherius-bot one */ CREATE INDEX']);
  });

  it('gives way to a session that waits behind it, and cleans up', async () => {
    const { log, context, work, aborted } = server([half, seen('building index', { blocks: true }), half]);

    await expect(watched(work, context)).rejects.toMatchObject({
      ...{ stage: 'limit', facts: { gaveUp: 'gave-way' } },
    });

    expect(log.slice(1)).toEqual(['SELECT pg_cancel_backend(a.pid) ', 'still at it', 'cleaned up']);
    expect(aborted()).toBe(true);
  });

  it('is cleaned up once the server is no more at it: a cancel is only asked for', async () => {
    const { log, context, work } = server([half, half, half, half, []], 'stopped');

    await expect(watched(work, context)).rejects.toThrow('the step ends');

    const waits = ['still at it', 'still at it', 'still at it'];
    expect(log.slice(1)).toEqual(['SELECT pg_cancel_backend(a.pid) ', ...waits, 'cleaned up']);
  });

  it('ends when people stop it, and is left alone where another worker goes on', async () => {
    const stopped = server([half, half], 'stopped');
    await expect(watched(stopped.work, stopped.context)).rejects.toThrow('the step ends');
    expect(stopped.log.slice(1)).toEqual(['SELECT pg_cancel_backend(a.pid) ', 'still at it', 'cleaned up']);

    const lost = server([half, half], 'lost');
    await expect(watched(lost.work, lost.context)).rejects.toThrow('the step ends');
    expect(lost.log).toHaveLength(1);
    expect(lost.aborted()).toBe(false);
  });

  it('is watched on when a look finds no answer, and when its own answer was lost', async () => {
    const { said, context, work, log, fail } = server([
      new TargetError('no-answer', 'silent'),
      half,
      ...[half, half],
      [],
    ]);
    const end = watched(work, context);
    fail(new TargetError('closed', 'its session broke'));

    // Nobody is at it any more, and it has not said what came of it: whoever called looks at the index.
    expect(await end).toBe(false);
    expect(said[0]).toMatchObject({ waits: 'unseen' });
    expect(said.at(-1)).toMatchObject({ done: 175 });
    expect(log.at(-1)).toBe('cleaned up');
  });

  it('of another worker is watched to its end, and not sent again', async () => {
    const { log, said, context, work } = server([half, half, []]);

    expect(await watched(work, context, true)).toBe(false);

    expect(said).toHaveLength(2);
    expect(log).toEqual(['cleaned up']);
  });

  it.each([
    ['55P03', 'waited-too-long'],
    ['57014', 'was-ended'],
  ])('says why the server gave up (%s)', async (sqlstate, gaveUp) => {
    const { log, context, work, fail } = server([half, half, half, half]);
    const end = watched(work, context);
    fail(new TargetError('no-answer', 'given up', { facts: { sqlstate } }));

    await expect(end).rejects.toMatchObject({ stage: 'limit', facts: { gaveUp, sqlstate } });
    expect(log.at(-1)).toBe('cleaned up');
  });
});
