import { describe, expect, it } from 'vitest';
import type { RemediationState } from '../../src/domain/fix/approval.ts';
import type { PostgresStore } from '../../src/platform/store/store.ts';
import { createHarness, createWorld, type Harness } from '../support/approvals.ts';
import { usePostgres } from '../support/postgres.ts';

const postgres = usePostgres();

async function recover(h: Harness, store: PostgresStore, id: string): Promise<RemediationState> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const { state } = await h.row(id);
    if (state !== 'executing' && state !== 'verifying') return state;
    if (Date.now() > deadline) throw new Error(`still ${state}`);
    const due = await store.tx((tx) => tx.remediations.dispatchable(['prod'], 0, 50));
    if (due.some((row) => row.id === id)) await h.execute(id, 'recoverer');
    else await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('PostgreSQL goes away in the middle of an execution', () => {
  it('between effect and outcome, for a moment: the outcome is written when it is back, and nothing twice', async () => {
    const store = (await postgres.migrated()).store();
    const world = createWorld(['a', 'b']);
    const h = createHarness(store, { world });
    const row = await h.approved();
    let restarting: Promise<void> = Promise.resolve();
    let first = true;

    await h.execute(row.id, 'worker-1', {
      atKillPoint: (point) => {
        if (point === 'R-K4' && first) {
          first = false;
          restarting = postgres.server.restart();
        }
        return Promise.resolve();
      },
    });
    await restarting;

    expect((await h.row(row.id)).state).toBe('succeeded');
    expect(world.effects.map((effect) => effect.cell)).toEqual(['a', 'b']);
    const steps = await store.tx((tx) => tx.remediations.steps(row.id));
    expect(steps.map((step) => [step.idx, step.attempt, step.outcome])).toEqual([
      [0, 1, 'done'],
      [1, 1, 'done'],
    ]);
  });

  it('for longer than the lease: no other effect is begun, and whoever takes over observes the first', async () => {
    const store = (await postgres.migrated()).store();
    const world = createWorld(['a', 'b']);
    const h = createHarness(store, { world, leaseMs: 3_000 });
    const row = await h.approved();
    let first = true;
    const executing = h.execute(row.id, 'worker-1', {
      atKillPoint: async (point) => {
        if (point !== 'R-K4' || !first) return;
        first = false;
        await postgres.server.stop();
      },
    });

    await expect(executing).rejects.toMatchObject({ code: 'DEPENDENCY_UNAVAILABLE' });
    expect(world.effects.map((effect) => effect.cell)).toEqual(['a']);
    await postgres.server.restart();

    expect(await recover(h, store, row.id)).toBe('succeeded');
    expect(world.effects.map((effect) => effect.cell)).toEqual(['a', 'b']);
    const [observed] = await store.tx((tx) => tx.remediations.steps(row.id));
    expect(observed).toMatchObject({ idx: 0, outcome: 'observed-done' });
  });

  it('R-X10: an effect is not begun when the kill switch cannot be read', async () => {
    const store = (await postgres.migrated()).store();
    const world = createWorld();
    const h = createHarness(store, { world, leaseMs: 3_000 });
    const row = await h.approved();
    const executing = h.execute(row.id, 'worker-1', {
      atKillPoint: async (point) => {
        if (point === 'R-K2') await postgres.server.stop();
      },
    });

    await expect(executing).rejects.toMatchObject({ code: 'DEPENDENCY_UNAVAILABLE' });
    expect(world.effects).toEqual([]);
    await postgres.server.restart();
    expect(await recover(h, store, row.id)).toBe('succeeded');
    expect(world.effects).toHaveLength(1);
  });

  it('at a decision: nothing is recorded, and the same decision works later', async () => {
    const store = (await postgres.migrated()).store();
    const h = createHarness(store);
    const row = await h.requested();
    await postgres.server.stop();

    await expect(h.service.approve(h.input(row.id, 'ULEAD'))).rejects.toMatchObject({
      code: 'DEPENDENCY_UNAVAILABLE',
    });

    await postgres.server.restart();
    expect((await h.row(row.id)).state).toBe('requested');
    expect((await h.service.approve(h.input(row.id, 'ULEAD'))).remediation.state).toBe('approved');
  });
});
