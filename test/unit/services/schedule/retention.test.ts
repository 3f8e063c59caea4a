import { describe, expect, it } from 'vitest';
import { unanchored } from '../../../../src/domain/audit/record.ts';
import { AppError } from '../../../../src/domain/kernel/errors.ts';
import {
  type Retention,
  type RetentionBatch,
  type RetentionKind,
  type RetentionResult,
  retentionKinds,
} from '../../../../src/domain/ports/retention.ts';
import type { StoreOf } from '../../../../src/domain/ports/store.ts';
import { createRetentionSweeper, nextLimit } from '../../../../src/services/schedule/retention.service.ts';
import { silentLogger } from '../../../support/logger.ts';

const keep = {
  inbox: 1,
  bundles: 1,
  inventories: 9,
  alerts: 10,
  uploads: 2,
  outbox: 3,
  buttons: 4,
  messages: 5,
  runs: 6,
  typed: 7 * 24 * 3_600_000,
};

function sweeper(
  answer: (kind: RetentionKind, batch: RetentionBatch, call: number) => RetentionResult,
  open: () => Promise<Date> = () => Promise.resolve(new Date(0)),
  {
    due = [],
    state = 'confirmed',
    late = false,
  }: { due?: { through: number; texts: number }[]; state?: 'confirmed' | 'held'; late?: boolean } = {},
) {
  const rows: unknown[] = [];
  const waiting = [...due];
  const calls: { kind: RetentionKind; batch: RetentionBatch; timeoutMs: number | undefined }[] = [];
  let now = 0;
  const store: StoreOf<'retention' | 'audit'> = {
    tx: async (work, { statementTimeoutMs } = {}) => {
      const retention: Retention = {
        remove: async (kind, batch) => {
          calls.push({ kind, batch, timeoutMs: statementTimeoutMs });
          return answer(kind, batch, calls.length);
        },
        typedDue: () => Promise.resolve(waiting[0]),
      };
      const append = async (row: unknown) => {
        if (late) throw new AppError('CONFLICT', 'it is said already');
        rows.push(row);
        waiting.shift();
      };
      return work({ retention, audit: { append }, now: open } as never);
    },
    single: () => Promise.reject(new Error('not used')),
  };
  const clock = { now: () => new Date(now), sleep: () => Promise.resolve() };
  const record = { check: async () => ({ ...(await unanchored.check()), state }) };
  return {
    ...{ calls, rows },
    ...createRetentionSweeper({ store, record, keep, clock, logger: silentLogger, budgetMs: 60_000 }),
    later: (ms: number) => {
      now += ms;
    },
  };
}

const nothing: RetentionResult = { looked: 0, removed: 0 };

describe('removing what is old', () => {
  it('asks for each kind with its age, in statements that end before they have held a lock for 100 ms', async () => {
    const one = sweeper(() => nothing);
    expect(await one.sweep()).toBe(0);
    expect(one.calls.map(({ kind }) => kind)).toEqual([...retentionKinds]);
    expect(one.calls.map(({ batch }) => batch.olderThanMs)).toEqual(
      // An incident stays as long as its alerts.
      retentionKinds.map((kind) => keep[kind === 'incidents' ? 'alerts' : kind === 'mutes' ? 'typed' : kind]),
    );
    expect(Math.max(...one.calls.map(({ timeoutMs = 1e9 }) => timeoutMs))).toBeLessThan(100);
  });

  it('goes on behind what it has looked at, also when all of that is still needed', async () => {
    const one = sweeper((kind, { after, limit }) => {
      if (kind !== 'runs') return nothing;
      if (after === undefined) return { looked: limit, removed: 0, last: 'a' };
      return after === 'a' ? { looked: limit, removed: 7, last: 'b' } : nothing;
    });
    expect(await one.sweep()).toBe(7);
    expect(one.calls.filter(({ kind }) => kind === 'runs').map(({ batch }) => batch.after)).toEqual([
      undefined,
      'a',
      'b',
    ]);
  });

  it('looks at everything once an hour', async () => {
    const one = sweeper(() => nothing);
    await one.sweep();
    await one.sweep();
    one.later(60 * 60_000 - 1);
    await one.sweep();
    expect(one.calls).toHaveLength(retentionKinds.length);
    one.later(1);
    await one.sweep();
    expect(one.calls).toHaveLength(2 * retentionKinds.length);
  });

  it('takes fewer rows when the server is slow, and lets the next kind have its turn', async () => {
    const one = sweeper((kind) => {
      if (kind === 'outbox') throw new AppError('TIMED_OUT', 'too long');
      return nothing;
    });
    expect(await one.sweep()).toBe(0);
    const limits = one.calls.filter(({ kind }) => kind === 'outbox').map(({ batch }) => batch.limit);
    expect(limits.slice(0, 4)).toEqual([50, 12, 3, 1]);
    expect(limits.length).toBeLessThan(12);
    expect(one.calls.at(-1)?.kind).toBe('typed');
  });

  it('R-L7: writes down which typed texts go before they go, until no more are old', async () => {
    const due = [
      { through: 7, texts: 3 },
      { through: 9, texts: 1 },
    ];
    const order: string[] = [];
    const one = sweeper(
      (kind, { limit }) => {
        if (kind !== 'typed') return nothing;
        const now = `after ${one.rows.length} rows`;
        const again = order.includes(now);
        order.push(now);
        return again || one.rows.length === 0 ? nothing : { looked: limit, removed: 3, last: '' };
      },
      undefined,
      { due },
    );
    expect(await one.sweep()).toBe(6);
    expect(one.rows).toEqual([
      {
        ...{ actor: 'system', actorTeam: '-', action: 'audit.texts-removed' },
        facts: { through: 7, texts: 3, days: 7 },
      },
      expect.objectContaining({ facts: { through: 9, texts: 1, days: 7 } }),
    ]);
    expect(order).toEqual(['after 0 rows', 'after 1 rows', 'after 1 rows', 'after 2 rows', 'after 2 rows']);
  });

  it('R-L7: leaves it to the scheduler that was quicker to say so', async () => {
    const one = sweeper(() => nothing, undefined, { due: [{ through: 7, texts: 3 }], late: true });
    expect(await one.sweep()).toBe(0);
    expect(one.calls.map(({ kind }) => kind)).toEqual([...retentionKinds]);
  });

  it('R-L5, R-L7: removes no text while anchors contradict the record', async () => {
    const one = sweeper(() => nothing, undefined, { due: [{ through: 7, texts: 3 }], state: 'held' });
    await one.sweep();
    expect(one.rows).toEqual([]);
  });

  it('tells that PostgreSQL is away, before it asks for a batch', async () => {
    const one = sweeper(
      () => nothing,
      () => Promise.reject(new AppError('DEPENDENCY_UNAVAILABLE', 'away')),
    );
    await expect(one.sweep()).rejects.toThrow('away');
    expect(one.calls).toEqual([]);
  });

  it('waits for its turn where no connection is free in the time of a batch, and tells what is a fault of ours', async () => {
    const one = sweeper((_kind, _batch, call) => {
      if (call === 1) throw new AppError('DEPENDENCY_UNAVAILABLE', 'no connection in time');
      return nothing;
    });
    expect(await one.sweep()).toBe(0);
    expect(one.calls).toHaveLength(retentionKinds.length + 1);
    const broken = sweeper(() => {
      throw new AppError('BUG', 'ours');
    });
    await expect(broken.sweep()).rejects.toThrow('ours');
  });

  it.each([
    [50, 30, 50],
    [50, 60, 25],
    [50, 1, 100],
    [500, 1, 500],
    [1, 1000, 1],
  ])('after %i rows in %i ms come %i', (limit, took, next) => {
    expect(nextLimit(limit, took)).toBe(next);
  });
});
