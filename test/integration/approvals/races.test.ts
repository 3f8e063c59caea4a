import { beforeAll, describe, expect, it } from 'vitest';
import type { RemediationState } from '../../../src/domain/fix/approval.ts';
import type { PostgresStore } from '../../../src/platform/store/store.ts';
import { createHarness, createWorld, type Harness, idOf } from '../../support/approvals.ts';
import { type TestDatabase, usePostgres } from '../../support/postgres.ts';

/**
 * Two stores are two sets of connections, as two processes have. Both sides wait until the other is ready, and
 * then go; who wins is PostgreSQL's business, that there is one winner is ours.
 */
const postgres = usePostgres();
let database: TestDatabase;
let left: PostgresStore;
let right: PostgresStore;
let target = 0;
const fresh = () => ({ target: `world-${(target += 1)}` });

beforeAll(async () => {
  database = await postgres.migrated();
  left = database.store();
  right = database.store();
});

async function together<A, B>(a: () => Promise<A>, b: () => Promise<B>) {
  let open: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const both = Promise.allSettled([gate.then(a), gate.then(b)]);
  open();
  return both;
}

const stateOf = async (h: Harness, id: string): Promise<RemediationState> => (await h.row(id)).state;
const moves = async (h: Harness, id: string, action: string) =>
  (await h.audit.list(id, 100)).filter((entry) => entry.action === action).length;
const age = (id: string, column: string, ms: number) =>
  database.sql(
    `UPDATE remediations SET ${column} = clock_timestamp() + $2 * interval '1 millisecond' WHERE id = $1`,
    [id, ms],
  );

describe('transitions shown with two connections (R-M3)', () => {
  it('approve ‖ approve (R-A1): 200 rounds of a quorum of two, each finalised exactly once', async () => {
    const a = createHarness(left, { action: { tier: 3 }, surface: 'none' });
    const b = createHarness(right, { action: { tier: 3 }, surface: 'none' });
    const ids: string[] = [];
    for (let round = 0; round < 200; round += 1) {
      const { id } = await a.requested(fresh());
      ids.push(id);
      const results = await together(
        () => a.service.approve(a.input(id, 'ULEAD')),
        () => b.service.approve(b.input(id, 'UBOSS')),
      );
      expect(results.map((result) => result.status)).toEqual(['fulfilled', 'fulfilled']);
    }

    const finals = await database.sql<{ state: string; approvals: number; finalised: number }>(
      `SELECT state, (SELECT count(*)::int FROM approvals WHERE remediation_id = r.id) AS approvals,
         (SELECT count(*)::int FROM audit_log WHERE remediation_id = r.id AND to_state = 'approved') AS finalised
       FROM remediations r WHERE id = ANY($1)`,
      [ids],
    );
    expect(finals).toHaveLength(200);
    expect(new Set(finals.map((row) => `${row.state} ${row.approvals} ${row.finalised}`))).toEqual(
      new Set(['approved 2 1']),
    );
    expect((await a.audit.verify()).verdict).toBe('intact');
  }, 120_000);

  it('approve ‖ reject: exactly one wins, and the other is told the real state', async () => {
    const [a, b] = [createHarness(left), createHarness(right)];
    const winners = new Set<string>();
    for (let round = 0; round < 20; round += 1) {
      const { id } = await a.requested(fresh());
      const [approve, reject] = await together(
        () => a.service.approve(a.input(id, 'ULEAD')),
        () => b.service.reject({ ...b.input(id, 'UBOSS'), reason: 'no' }),
      );

      const state = await stateOf(a, id);
      expect(['approved', 'rejected']).toContain(state);
      const loser = state === 'approved' ? reject : approve;
      const winner = state === 'approved' ? approve : reject;
      expect(winner).toMatchObject({ status: 'fulfilled', value: { moved: true } });
      expect(loser).toMatchObject({
        status: 'fulfilled',
        value: { moved: false, note: 'too-late', remediation: { state } },
      });
      winners.add(state);
    }
    expect(winners.size).toBeGreaterThan(0);
  });

  it('approve ‖ expire: one of them, never both', async () => {
    const [a, b] = [createHarness(left), createHarness(right)];
    for (let round = 0; round < 20; round += 1) {
      const { id } = await a.requested(fresh());
      await age(id, 'request_expires_at', 8);
      await together(
        () => a.service.approve(a.input(id, 'ULEAD')),
        async () => {
          while ((await stateOf(b, id)) === 'requested') await b.sweeper.sweep();
        },
      );

      const ends = (await moves(a, id, 'remediation.approved')) + (await moves(a, id, 'remediation.expired'));
      expect(ends).toBe(1);
    }
  });

  it('cancel ‖ claim: cancelled without effect, or carried out and the canceller told', async () => {
    for (let round = 0; round < 10; round += 1) {
      const world = createWorld();
      const [a, b] = [createHarness(left, { world }), createHarness(right, { world })];
      const { id } = await a.approved(fresh());
      const [cancel] = await together(
        () => a.service.cancel(a.input(id, 'UREQ')),
        () => b.execute(id),
      );

      const state = await stateOf(a, id);
      if (state === 'cancelled') expect(world.effects).toEqual([]);
      else {
        expect(state).toBe('succeeded');
        expect(world.effects).toHaveLength(1);
        expect(cancel).toMatchObject({ status: 'fulfilled', value: { moved: false, note: 'too-late' } });
      }
    }
  });

  it('claim ‖ claim: one attempt, one effect', async () => {
    for (let round = 0; round < 10; round += 1) {
      const world = createWorld();
      const [a, b] = [createHarness(left, { world }), createHarness(right, { world })];
      const { id } = await a.approved(fresh());
      await together(
        () => a.execute(id, 'worker-a'),
        () => b.execute(id, 'worker-b'),
      );

      expect(world.effects).toHaveLength(1);
      expect(await moves(a, id, 'remediation.executing')).toBe(1);
      expect(await a.row(id)).toMatchObject({ state: 'succeeded', attempt: 1 });
    }
  });

  it('supersede ‖ approve: approved and the newer plan refused or left waiting, or superseded and the approver told', async () => {
    for (let round = 0; round < 20; round += 1) {
      const at = fresh();
      const [a, b] = [createHarness(left), createHarness(right)];
      const { id } = await a.requested(at);
      const [approve] = await together(
        () => a.service.approve(a.input(id, 'ULEAD')),
        () => b.propose({ ...at, value: 'newer' }),
      );

      const state = await stateOf(a, id);
      const moved = approve.status === 'fulfilled' && approve.value.moved;
      expect(state).toBe(moved ? 'approved' : 'superseded');
      const open = await left.tx((tx) =>
        tx.remediations.list({ target: at.target, states: ['approved'], limit: 10 }),
      );
      expect(open).toHaveLength(moved ? 1 : 0);
    }
  });

  it('stop ‖ last step: the flag is honoured or comes too late, and the state says which', async () => {
    for (let round = 0; round < 10; round += 1) {
      const world = createWorld(['a', 'b']);
      const [a, b] = [createHarness(left, { world }), createHarness(right, { world })];
      const { id } = await a.approved(fresh());
      let stopping: Promise<unknown> = Promise.resolve();
      world.before = (step) => {
        if (step.target === 'b' && step.to['value'] === 'new') stopping = b.service.stop(b.input(id, 'UREQ'));
        return Promise.resolve();
      };
      await a.execute(id);
      await stopping;

      // The last step had begun: there is nothing between steps any more at which to stop.
      expect(await stateOf(a, id)).toBe('succeeded');
      expect(world.effects.map((effect) => effect.value)).toEqual(['new', 'new']);
    }
  });

  it('group removal ‖ claim: a removal that comes first is obeyed, one that comes later waits for the claim', async () => {
    const world = createWorld();
    const [a, b] = [createHarness(left, { world }), createHarness(right, { world })];
    const row = await a.requested(fresh());
    await a.service.approve(a.input(row.id, 'UMEMBER'));
    await a.refresh();
    const readAt = await left.tx((tx) => tx.now());
    let release: () => void = () => undefined;
    let holding: () => void = () => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const written = new Promise<void>((resolve) => {
      holding = resolve;
    });
    const removal = right.tx(async (tx) => {
      await tx.directory.save('group', 'SLEADS', [], readAt);
      holding();
      await released;
    });
    await written;

    const claim = a.execute(row.id);
    // The claim has reached the entry and waits for whoever changes it.
    await expect
      .poll(
        async () =>
          (
            await database.sql(
              "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%directory_snapshot%'",
            )
          ).length,
        { timeout: 10_000 },
      )
      .toBeGreaterThan(0);
    expect(world.effects).toEqual([]);
    release();
    await Promise.all([removal, claim]);

    expect(await a.row(row.id)).toMatchObject({
      state: 'stale',
      outcome: { approver: 'UMEMBER', observed: 'not-in-policy' },
    });
    expect(world.effects).toEqual([]);
    await b.refresh();
  });

  it('R-A1 ‖ R-X2: two requests for one target, approved at once: one is approved, the other refused as busy', async () => {
    for (let round = 0; round < 10; round += 1) {
      const at = fresh();
      const [a, b] = [createHarness(left), createHarness(right)];
      const one = await a.requested(at);
      const two = await a.requested({ target: `other-${round}` });
      await database.sql('ALTER TABLE remediations DISABLE TRIGGER remediation_plan_is_immutable');
      await database.sql('UPDATE remediations SET target = $1 WHERE id = $2', [at.target, two.id]);
      await database.sql('ALTER TABLE remediations ENABLE TRIGGER remediation_plan_is_immutable');
      const results = await together(
        () => a.service.approve(a.input(one.id, 'ULEAD')),
        () => b.service.approve(b.input(two.id, 'UBOSS')),
      );

      const states = [await stateOf(a, one.id), await stateOf(a, two.id)].toSorted();
      expect(states).toEqual(['approved', 'requested']);
      const lost = results.find((result) => result.status === 'rejected');
      expect(lost).toMatchObject({ reason: { code: 'NOT_ALLOWED', facts: { reason: 'target-busy' } } });
    }
  });

  it('20 clicks of one person at once are one approval', async () => {
    const a = createHarness(left, { action: { tier: 3 } });
    const { id } = await a.requested(fresh());

    const clicks = await Promise.all(
      Array.from({ length: 20 }, () => a.service.approve(a.input(id, 'ULEAD'))),
    );

    expect(clicks.filter((click) => click.moved)).toHaveLength(1);
    const approvals = await left.tx((tx) => tx.remediations.approvals(id));
    expect(approvals).toMatchObject([{ personId: idOf('ULEAD'), version: 1 }]);
  });
});
