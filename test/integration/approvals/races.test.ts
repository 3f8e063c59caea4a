import { beforeAll, describe, expect, it } from 'vitest';
import type { RemediationState } from '../../../src/domain/fix/approval.ts';
import type { PostgresStore } from '../../../src/platform/store/store.ts';
import { createHarness, createWorld, type Harness } from '../../support/approvals.ts';
import { type TestDatabase, usePostgres } from '../../support/postgres.ts';

/**
 * Those of `race-table.test.ts` are left to chance; these are held at the moment that matters. Two stores are two sets of connections, as two processes have. Both sides wait until the other is ready, and
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
describe('transitions shown with two connections (R-M3), each at one moment', () => {
  it('stop ‖ last step: the flag is honoured or comes too late, and the state says which', async () => {
    for (let round = 0; round < 10; round += 1) {
      const world = createWorld(['a', 'b']);
      const [a, b] = [createHarness(left, { world }), createHarness(right, { world })];
      const { id } = await a.approved(fresh());
      let stopping: Promise<unknown> = Promise.resolve();
      world.before = (step) => {
        if (step.target === 'b' && step.to.value === 'new') stopping = b.service.stop(b.input(id, 'UREQ'));
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

  it('R-A1 ‖ R-X2: two requests for one target, approved at once: both are, and one waits for the other', async () => {
    for (let round = 0; round < 10; round += 1) {
      const at = fresh();
      const [a, b] = [createHarness(left), createHarness(right, { action: { id: 'test.other' } })];
      const one = await a.requested(at);
      const two = await b.requested(at);
      await together(
        () => a.service.approve(a.input(one.id, 'ULEAD')),
        () => b.service.approve(b.input(two.id, 'UBOSS')),
      );

      const rows = [await a.row(one.id), await b.row(two.id)];
      expect(rows.map(({ state }) => state)).toEqual(['approved', 'approved']);
      const waits = rows.filter(({ waitsFor }) => waitsFor !== undefined);
      expect(waits).toHaveLength(1);
      expect(waits[0]?.waitsFor).toBe(rows.find(({ waitsFor }) => waitsFor === undefined)?.id);
    }
  });

  it('claim ‖ claim (R-X2): of two that waited for one object one begins and ends before the other one begins', async () => {
    for (let round = 0; round < 10; round += 1) {
      const at = fresh();
      const first = createHarness(left);
      const [a, b] = [
        createHarness(left, { action: { id: 'test.a' } }),
        createHarness(right, { action: { id: 'test.b' } }),
      ];
      const ahead = await first.requested(at);
      const [one, two] = [await a.requested(at), await b.requested(at)];
      await first.refresh();
      await first.service.approve(first.input(ahead.id, 'ULEAD'));
      await a.service.approve(a.input(one.id, 'ULEAD'));
      await b.service.approve(b.input(two.id, 'ULEAD'));
      await first.execute(ahead.id);
      let inside = 0;
      let most = 0;
      for (const { world } of [a, b]) {
        world.before = () => {
          inside += 1;
          most = Math.max(most, inside);
          return Promise.resolve();
        };
        world.after = async () => {
          await database.sql('SELECT 1');
          inside -= 1;
        };
      }
      await together(
        () => a.execute(one.id),
        () => b.execute(two.id),
      );
      for (const [h, { id }] of [
        [a, one],
        [b, two],
      ] as const) {
        await h.execute(id);
        expect([await stateOf(h, id), h.world.effects.length]).toEqual(['succeeded', 1]);
      }
      expect(most).toBe(1);
    }
  });
});
