import { beforeAll, describe, expect, it } from 'vitest';
import type { RemediationRow } from '../../../src/domain/fix/rows.ts';
import type { PostgresStore } from '../../../src/platform/store/store.ts';
import { createHarness, createWorld, type Harness } from '../../support/approvals.ts';
import { type TestDatabase, usePostgres } from '../../support/postgres.ts';

/** R-X2: a second approved fix on one object. Two stores are two sets of connections, as two workers have. */
const postgres = usePostgres();
let database: TestDatabase;
let left: PostgresStore;
let right: PostgresStore;
let target = 0;

beforeAll(async () => {
  database = await postgres.migrated();
  left = database.store();
  right = database.store();
});

/** A fix of the same object as every other one of this target; what it changes is its own. */
const fixOf = (store: PostgresStore, id: string, world = createWorld()): Harness =>
  createHarness(store, { world, action: { id } });

interface Two {
  readonly first: Harness;
  readonly second: Harness;
  readonly ahead: RemediationRow;
  readonly waits: RemediationRow;
}

/** One fix that is approved, and another one on the same object that was approved after it. */
async function two(world?: ReturnType<typeof createWorld>): Promise<Two> {
  const at = { target: `waits-${(target += 1)}` };
  const [first, second] = [fixOf(left, 'test.first', world), fixOf(right, 'test.second', world)];
  const [one, other] = [await first.requested(at), await second.requested(at)];
  await first.refresh();
  const ahead = (await first.service.approve(first.input(one.id, 'ULEAD'))).remediation;
  const waits = (await second.service.approve(second.input(other.id, 'UBOSS'))).remediation;
  return { first, second, ahead, waits };
}

/** Holds a fix inside of its step until it is let go. */
function held({ world }: Harness) {
  let release: () => void = () => undefined;
  let reached: () => void = () => undefined;
  const inside = new Promise<void>((resolve) => {
    reached = resolve;
  });
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  world.before = () => {
    reached();
    return released;
  };
  return { inside, release };
}

const locksOf = (id: string) =>
  database.sql('SELECT claim FROM target_locks WHERE remediation_id = $1 ORDER BY claim', [id]);
const movesOf = async (h: Harness, id: string) =>
  (await h.audit.list(id, 100)).map(({ action }) => action).filter((action) => !action.startsWith('step.'));
const said = async (id: string) =>
  (
    await database.sql(
      `SELECT payload->>'text' AS text FROM outbox JOIN messages ON messages.id = message_id
       WHERE remediation_id = $1 AND purpose = 'remediation-event' ORDER BY messages.created_at`,
      [id],
    )
  ).map(({ text }) => JSON.parse(String(text)) as { event: string; facts: Record<string, unknown> });

describe('R-X2: a second approved fix on one object', () => {
  it('waits, says for what, holds nothing, and begins when the first has ended', async () => {
    const { first, second, ahead, waits } = await two();
    const { inside, release } = held(first);
    const running = first.execute(ahead.id, 'left');
    await inside;

    await second.execute(waits.id, 'right');
    await second.execute(waits.id, 'right');

    expect(await second.row(waits.id)).toMatchObject({
      ...{ state: 'approved', waitsFor: ahead.id, attempt: 0 },
      outcome: { waiting: 'target', other: ahead.handle },
    });
    expect(await locksOf(waits.id)).toEqual([{ claim: `asked test.second uid=uid-1/${ahead.target}` }]);
    expect(second.world.effects).toEqual([]);
    expect((await said(waits.id)).at(-1)).toMatchObject({ event: 'waits', facts: { other: ahead.handle } });
    // It was said with the approval; that it still waits is no news.
    expect(await movesOf(second, waits.id)).not.toContain('remediation.claim-held');

    const woken: string[] = [];
    const listening = await right.listen('remediations', (id) => woken.push(id));
    release();
    await running;
    await expect.poll(() => woken.includes(waits.id), { timeout: 10_000 }).toBe(true);
    await listening.stop();
    await second.execute(waits.id, 'right');

    expect([(await first.row(ahead.id)).state, (await second.row(waits.id)).state]).toEqual([
      'succeeded',
      'succeeded',
    ]);
    expect([first.world.effects, second.world.effects].map(({ length }) => length)).toEqual([1, 1]);
    expect(await locksOf(waits.id)).toEqual([]);
  });

  it('is told that it is stale when the first has changed what it was made for', async () => {
    const { first, second, ahead, waits } = await two(createWorld());
    await first.execute(ahead.id);

    await second.execute(waits.id);

    expect((await second.row(waits.id)).state).toBe('stale');
    expect(second.world.effects).toHaveLength(1);
  });

  it('lets what was approved before it go first, and waits for that then', async () => {
    const { first, second, ahead, waits } = await two();
    const third = fixOf(right, 'test.third');
    await first.execute(ahead.id);
    const last = await third.requested({ target: ahead.target });
    await third.service.approve(third.input(last.id, 'ULEAD'));

    await third.execute(last.id);
    expect(await third.row(last.id)).toMatchObject({ waitsFor: waits.id, outcome: { other: waits.handle } });
    const { inside, release } = held(second);
    const running = second.execute(waits.id);
    await inside;
    await third.execute(last.id);
    expect(third.world.effects).toEqual([]);
    release();
    await running;
    await third.execute(last.id);

    expect([(await second.row(waits.id)).state, (await third.row(last.id)).state]).toEqual([
      'succeeded',
      'succeeded',
    ]);
  });

  it('waits on while the worker of the first is dead, until another one has taken that over', async () => {
    const { first, second, ahead, waits } = await two();
    const dead = first.execute(ahead.id, 'left', {
      atKillPoint: (point) => (point === 'R-K4' ? Promise.reject(new Error('killed')) : Promise.resolve()),
    });
    await expect(dead).rejects.toThrow('killed');
    await second.execute(waits.id, 'right');
    expect(second.world.effects).toEqual([]);

    await database.sql('UPDATE remediations SET lease_until = clock_timestamp() WHERE id = $1', [ahead.id]);
    await first.execute(ahead.id, 'again');
    expect((await first.row(ahead.id)).state).toBe('succeeded');
    // The second one's worker dies as well, right after it took the object.
    const alsoDead = second.execute(waits.id, 'right', {
      atKillPoint: (point) => (point === 'R-K2' ? Promise.reject(new Error('killed')) : Promise.resolve()),
    });
    await expect(alsoDead).rejects.toThrow('killed');
    expect((await locksOf(waits.id)).map(({ claim }) => claim)).toContain(`uid=uid-1/${ahead.target}`);
    await database.sql('UPDATE remediations SET lease_until = clock_timestamp() WHERE id = $1', [waits.id]);
    await second.execute(waits.id, 'again');

    expect((await second.row(waits.id)).state).toBe('succeeded');
    expect([first.world.effects, second.world.effects].map(({ length }) => length)).toEqual([1, 1]);
  });

  it('expires with its approval, and says for what it has waited', async () => {
    const { first, second, ahead, waits } = await two();
    await database.sql('UPDATE remediations SET approval_expires_at = clock_timestamp() WHERE id = $1', [
      waits.id,
    ]);

    await second.sweeper.sweep();
    await first.execute(ahead.id);
    await second.execute(waits.id);

    expect((await second.row(waits.id)).state).toBe('expired');
    expect((await said(waits.id)).at(-1)).toMatchObject({
      event: 'expired',
      facts: { reason: 'waited', other: ahead.handle },
    });
    expect(second.world.effects).toEqual([]);
  });

  it('can be cancelled while it waits', async () => {
    const { first, second, ahead, waits } = await two();

    await second.service.cancel(second.input(waits.id, 'UREQ'));
    await first.execute(ahead.id);
    await second.execute(waits.id);

    expect((await second.row(waits.id)).state).toBe('cancelled');
    expect(second.world.effects).toEqual([]);
  });

  it('is not approved behind an outcome that nobody knows; one that waits by then says that it is so', async () => {
    const { first, second, ahead, waits } = await two();
    const third = fixOf(right, 'test.third');
    first.world.observable = false;
    first.world.after = () => Promise.reject(new Error('lost'));
    await first.execute(ahead.id);
    expect((await first.row(ahead.id)).state).toBe('indeterminate');

    await second.execute(waits.id);
    expect(await third.propose({ target: ahead.target })).toMatchObject({ reason: 'target-unknown' });

    expect(await second.row(waits.id)).toMatchObject({
      state: 'approved',
      outcome: { waiting: 'target-unknown', other: ahead.handle },
    });
    expect(second.world.effects).toEqual([]);
  });

  it('cannot begin beside the first, whoever says so', async () => {
    const { ahead, waits } = await two();

    const forced = database.sql("UPDATE remediations SET state = 'executing' WHERE id = $1", [waits.id]);
    await expect(forced).rejects.toThrow(/target_locks_pkey|remediations_open_target/);
    // Nor does the first one let go of the object by waiting for something itself.
    const freed = database.sql('UPDATE remediations SET waits_for = $2 WHERE id = $1', [ahead.id, waits.id]);
    await expect(freed).rejects.toThrow('fixed with its approval');
  });
});
