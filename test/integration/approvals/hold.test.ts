import { beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../../src/domain/kernel/errors.ts';
import { asInGuide } from '../../../src/domain/platform/platform.ts';
import type { Store } from '../../../src/domain/ports/store.ts';
import { systemClock } from '../../../src/platform/process/clock.ts';
import type { PostgresStore } from '../../../src/platform/store/store.ts';
import { claim } from '../../../src/services/fix/execute/executor-claim.service.ts';
import type { ExecutorDeps } from '../../../src/services/fix/execute/executor-deps.ts';
import { FenceLost, type HeldRow, type Hold } from '../../../src/services/fix/execute/hold.ts';
import { createHarness, createWorld, type Harness } from '../../support/approvals.ts';
import { type TestDatabase, usePostgres } from '../../support/postgres.ts';

const postgres = usePostgres();
let database: TestDatabase;
let store: PostgresStore;
beforeAll(async () => {
  database = await postgres.migrated();
  store = database.store();
});

const leaseMs = 60_000;
let target = 0;

const depsOf = (h: Harness, more: Partial<ExecutorDeps> = {}): ExecutorDeps => ({
  ...h.common,
  targets: {
    forRun: () => Promise.resolve({ environment: 'prod', platform: asInGuide }),
    close: () => Promise.resolve(),
  },
  remediations: [h.action],
  probes: { run: () => Promise.resolve([]) },
  askAgain: () => Promise.resolve({ again: 'gone', before: [], after: [] }),
  self: () => Promise.resolve(new Set<string>()),
  clock: systemClock,
  workerId: 'one',
  imageVersion: 'test',
  monotonic: () => performance.now(),
  leaseMs,
  ...more,
});

/** An approved remediation that a worker has claimed. */
async function claimed(more: Partial<ExecutorDeps> = {}): Promise<{ h: Harness; hold: Hold }> {
  const h = createHarness(store, { world: createWorld(['a', 'b']) });
  const row = await h.approved({ target: `hold-${(target += 1)}` });
  const hold = await claim(depsOf(h, more), row, new AbortController().signal);
  if (hold === undefined) throw new Error('not claimed');
  return { h, hold };
}

/** Everything that an attempt can have written, but for the row's version. */
async function written(id: string): Promise<unknown> {
  const [row] = await database.sql(
    `SELECT state, lease_owner, lease_until, outcome, verify_until,
       (SELECT count(*)::int FROM audit_log WHERE remediation_id = r.id) AS audit,
       (SELECT json_agg(s ORDER BY direction, idx, attempt) FROM remediation_steps s WHERE s.remediation_id = r.id) AS steps
     FROM remediations r WHERE id = $1`,
    [id],
  );
  return row;
}

/** What another worker does that takes over. */
const takeFence = (id: string) =>
  database.sql('UPDATE remediations SET fence = fence + 1, version = version + 1 WHERE id = $1', [id]);

const first = { direction: 'apply', idx: 0 } as const;
const writes: readonly [string, (own: HeldRow) => Promise<unknown>][] = [
  ['a new lease', (own) => own.extend()],
  ['the lease that is given back', (own) => own.release()],
  ['an intent', (own) => own.intend(first)],
  ['an outcome', (own) => own.conclude({ ...first, attempt: 1 }, 'done', {})],
  ['a step that finds nothing to take back', (own) => own.untouched(0)],
  ['a move', (own) => own.move('failed', { facts: {}, change: { outcome: { reason: 'test' } } })],
];

describe('a hold', () => {
  it.each(writes)('writes %s while the fence is its own', async (_what, write) => {
    const { hold } = await claimed();
    await hold.write((own) => own.intend(first));
    const before = await written(hold.id);

    const done = hold.write(write);

    // The same step is not intended twice in one attempt: that would be two effects.
    if (_what === 'an intent') await expect(done).rejects.toBeInstanceOf(FenceLost);
    else {
      await done;
      expect(await written(hold.id)).not.toEqual(before);
    }
  });

  it.each(writes)('does not write %s once the fence is another one', async (_what, write) => {
    const { hold } = await claimed();
    await hold.write((own) => own.intend(first));
    await takeFence(hold.id);
    const before = await written(hold.id);

    await expect(hold.write(write)).rejects.toMatchObject({ name: 'FenceLost', fence: hold.fence });

    expect(await written(hold.id)).toEqual(before);
  });

  it.each(writes)(
    'stops, and keeps nothing of its transaction, when %s hits no row',
    async (_what, write) => {
      const { hold } = await claimed();
      await hold.write((own) => own.intend(first));
      const before = await written(hold.id);

      const ended = hold.write(async (own) => {
        await own.tx.audit.append({ actor: 'x', actorTeam: '-', action: 'test', remediationId: hold.id });
        // As if the lock had not held: the fence moves between it and the write.
        const { row } = own;
        const fence = (row.fence ?? 0) + 1;
        if (!(await own.tx.remediations.change(row, { fence }))) throw new Error('not moved');
        await write(own);
      });

      await expect(ended).rejects.toBeInstanceOf(FenceLost);
      expect(await written(hold.id)).toEqual(before);
    },
  );

  it('names the fence in every change of the row', async () => {
    const { h, hold } = await claimed();
    const row = await h.row(hold.id);
    const stale = { ...row, fence: hold.fence - 1 };

    const hits = await store.tx(async (tx) => [
      await tx.remediations.change(stale, { outcome: {} }),
      await tx.remediations.move(stale, 'failed', {}),
      await tx.remediations.change({ ...row, fence: undefined as never }, { outcome: {} }),
      await tx.remediations.change(row, { outcome: {} }),
    ]);

    expect(hits).toEqual([false, false, false, true]);
  });

  it('does not begin an effect after its lease, by its own clock', async () => {
    let now = 1_000;
    const { hold } = await claimed({ monotonic: () => now });
    now += leaseMs - 1;
    expect(() => hold.mustBeOurs()).not.toThrow();
    await hold.write((own) => own.extend());
    now += leaseMs - 1;
    expect(() => hold.mustBeOurs()).not.toThrow();

    now += 1;

    expect(() => hold.mustBeOurs()).toThrow(FenceLost);
  });

  it('insists on an outcome while PostgreSQL is away, and not beyond its lease', async () => {
    let now = 0;
    let away = 0;
    const slept: number[] = [];
    const flaky: Store = {
      ...store,
      tx: (work, options) => {
        if (away === 0) return store.tx(work, options);
        away -= 1;
        return Promise.reject(new AppError('DEPENDENCY_UNAVAILABLE', 'PostgreSQL cannot be reached'));
      },
    };
    const { hold } = await claimed({
      store: flaky,
      monotonic: () => now,
      clock: {
        now: () => new Date(),
        sleep: (ms) => {
          slept.push(ms);
          now += ms;
          return Promise.resolve();
        },
      },
    });
    await hold.write((own) => own.intend(first));
    const outcome = (own: HeldRow) => own.conclude({ ...first, attempt: 1 }, 'done', {});

    away = 3;
    await hold.insist(outcome);
    expect(slept).toEqual([250, 250, 250]);

    await hold.write((own) => own.intend({ ...first, idx: 1 }));
    away = 1_000_000;
    now += leaseMs - 600;
    await expect(hold.insist(outcome)).rejects.toMatchObject({ code: 'DEPENDENCY_UNAVAILABLE' });
    expect(slept).toHaveLength(5);
  });

  it('does not insist on what is no outage', async () => {
    const { hold } = await claimed();
    let tries = 0;

    const ended = hold.insist(() => {
      tries += 1;
      return Promise.reject(new AppError('BUG', 'no'));
    });

    await expect(ended).rejects.toMatchObject({ code: 'BUG' });
    expect(tries).toBe(1);
  });
});
