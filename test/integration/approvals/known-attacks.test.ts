/**
 * Attacks that were tried on the product, each under the name that it had. Those that go through Slack or the command
 * line are in `e2e/known-attacks`.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Clock } from '../../../src/domain/kernel/clock.ts';
import { systemClock } from '../../../src/platform/process/clock.ts';
import type { PostgresStore } from '../../../src/platform/store/store.ts';
import { approvalsConfig, createHarness, createWorld, member } from '../../support/approvals.ts';
import { type TestDatabase, usePostgres } from '../../support/postgres.ts';

const postgres = usePostgres();
let database: TestDatabase;
let store: PostgresStore;
let target = 0;
const fresh = () => ({ target: `attacked-${(target += 1)}` });

beforeAll(async () => {
  database = await postgres.migrated();
  store = database.store();
});

describe('attack: two requests while A becomes B', () => {
  it('of two changes that start from A, both approved, the second one finds B and changes nothing', async () => {
    const h = createHarness(store, { world: createWorld(['a']) });
    const at = fresh();
    const offers = [
      await h.offered({ ...at, value: 'B' }, { channel: 'C0ONE', by: 'UREQ' }),
      await h.offered({ ...at, value: 'C' }, { channel: 'C0TWO', by: 'UMEMBER' }),
    ];
    await h.refresh();
    await Promise.all(
      offers.map(({ id }, n) =>
        h.service.request(h.input(id, n === 0 ? 'UREQ' : 'UMEMBER', { reason: 'because' })),
      ),
    );
    for (const { id } of offers) await h.service.approve(h.input(id, 'ULEAD'));

    await Promise.all(offers.map(({ id }, n) => h.execute(id, `worker-${n}`)));
    for (const { id } of offers) await h.execute(id);

    const states = await Promise.all(offers.map(async ({ id }) => (await h.row(id)).state));
    expect(states.filter((state) => state === 'succeeded')).toHaveLength(1);
    expect(states.filter((state) => state === 'stale' || state === 'superseded')).toHaveLength(1);
    expect(h.world.effects).toHaveLength(1);
  });

  it('a target that becomes B between the request and the approval is not changed as if it were A', async () => {
    const h = createHarness(store, { world: createWorld(['a']) });
    const row = await h.requested(fresh());
    h.world.cells.set('a', 'B');
    await h.refresh();
    await h.service.approve(h.input(row.id, 'ULEAD'));

    await h.execute(row.id);

    expect((await h.row(row.id)).state).toBe('stale');
    expect(h.world.effects).toEqual([]);
    expect(h.world.cells.get('a')).toBe('B');
  });
});

describe('attack: a changed policy', () => {
  const withLeads = (users: readonly string[]) => ({
    ...approvalsConfig,
    approvers: { ...approvalsConfig.approvers, leads: { users } },
  });

  it('that names somebody after the request does not let them approve it', async () => {
    const before = createHarness(store);
    const row = await before.requested(fresh());
    const after = createHarness(store, { policy: withLeads(['ULEAD', 'UNEW']) });
    after.directory.people.set('UNEW', member('UNEW'));
    await after.refresh();

    await expect(after.service.approve(after.input(row.id, 'UNEW'))).rejects.toMatchObject({
      code: 'NOT_ALLOWED',
      facts: { reason: 'joined-after-request' },
    });
    expect((await after.row(row.id)).state).toBe('requested');
  });

  it('that no longer names who approved lets nobody carry it out', async () => {
    const before = createHarness(store);
    const row = await before.approved(fresh());
    const after = createHarness(store, { policy: withLeads(['UBOSS']), world: before.world });
    await after.refresh();

    await after.execute(row.id);

    expect(await after.row(row.id)).toMatchObject({
      state: 'stale',
      outcome: { differing: 'approver', approver: 'ULEAD' },
    });
    expect(before.world.effects).toEqual([]);
  });

  it('that asks for more people than have approved lets nobody carry it out', async () => {
    const before = createHarness(store);
    const row = await before.approved(fresh());
    const tiers = { ...approvalsConfig.tiers, 2: { ...approvalsConfig.tiers[2], approvals: 2 } };
    const after = createHarness(store, { policy: { ...approvalsConfig, tiers }, world: before.world });

    await after.execute(row.id);

    expect(await after.row(row.id)).toMatchObject({
      state: 'stale',
      outcome: { differing: 'approvals', expected: 2, observed: 1 },
    });
    expect(before.world.effects).toEqual([]);
  });

  it('that asks for fewer people than the tier does not start', () => {
    const tiers = { ...approvalsConfig.tiers, 3: { ...approvalsConfig.tiers[3], approvals: 1 } };

    expect(() => createHarness(store, { policy: { ...approvalsConfig, tiers } })).toThrow();
  });
});

describe('attack: the clock', () => {
  const off = (minutes: number): Clock => ({
    ...systemClock,
    now: () => new Date(systemClock.now().getTime() + minutes * 60_000),
  });

  it.each([-600, -10, 10, 600])(
    'of a process %d minutes off neither keeps an approval alive nor ends one early',
    async (minutes) => {
      const h = createHarness(store, { clock: off(minutes) });
      const [late, inTime] = [await h.approved(fresh()), await h.approved(fresh())];
      await database.sql(
        "UPDATE remediations SET approval_expires_at = clock_timestamp() - interval '1 second' WHERE id = $1",
        [late.id],
      );

      await h.execute(late.id);
      await h.execute(inTime.id);

      expect((await h.row(late.id)).state).toBe('expired');
      expect((await h.row(inTime.id)).state).toBe('succeeded');
    },
  );

  it('of the database that is put back opens nothing again that has ended', async () => {
    // A database of its own: its clock stands still from here on.
    const own = await postgres.migrated();
    const h = createHarness(own.store());
    const row = await h.approved(fresh());
    // What the record has seen is later than what the clock says now.
    await own.sql(
      `ALTER TABLE audit_head DISABLE TRIGGER USER;
       UPDATE audit_head SET ts = date_trunc('milliseconds', clock_timestamp()) + interval '1 hour';
       ALTER TABLE audit_head ENABLE TRIGGER USER`,
    );

    await h.execute(row.id);

    expect((await h.row(row.id)).state).toBe('expired');
    expect(h.world.effects).toEqual([]);
  });
});

describe('attack: two versions at once', () => {
  it('the older one leaves a plan alone that it cannot read, and the newer one does it once', async () => {
    const world = createWorld();
    const h = createHarness(store, { world });
    const row = await h.approved(fresh());
    const { schemaVersion } = row.plan;
    const plan = JSON.stringify({ ...row.plan, schemaVersion: schemaVersion + 1 });
    const write = async (text: string) => {
      await database.sql('ALTER TABLE remediations DISABLE TRIGGER remediation_plan_is_immutable');
      await database.sql('UPDATE remediations SET plan = $2 WHERE id = $1', [row.id, text]);
      await database.sql('ALTER TABLE remediations ENABLE TRIGGER remediation_plan_is_immutable');
    };
    await write(plan);

    await h.execute(row.id, 'the older one');

    expect((await h.row(row.id)).state).toBe('approved');
    expect(world.effects).toEqual([]);
    // To the newer one it is a plan of its own schema, which is what this one has.
    await write(JSON.stringify(row.plan));
    await Promise.all([h.execute(row.id, 'the newer one'), h.execute(row.id, 'another newer one')]);
    expect((await h.row(row.id)).state).toBe('succeeded');
    expect(world.effects).toHaveLength(1);
  });

  it('neither does what the other version of a remediation planned', async () => {
    const world = createWorld();
    const [older, newer] = [1, 2].map((version) => createHarness(store, { world, action: { version } }));
    if (older === undefined || newer === undefined) throw new Error('two versions');
    const [byOld, byNew] = [await older.approved(fresh()), await newer.approved(fresh())];

    await newer.execute(byOld.id);
    await older.execute(byNew.id);

    for (const { id } of [byOld, byNew])
      expect(await older.row(id)).toMatchObject({ state: 'stale', outcome: { differing: 'action version' } });
    expect(world.effects).toEqual([]);
  });
});

describe('attack: a faked verification', () => {
  it('a target that says yes and changes nothing is no success, although each probe is well', async () => {
    const world = createWorld();
    const h = createHarness(store, { world, action: { undo: 'none', verifyWithinMs: 300 } });
    const row = await h.approved(fresh());
    // The call is answered well, and what it wrote is gone a moment later.
    world.after = (step) => {
      world.cells.set(step.target, 'old');
      return Promise.resolve();
    };

    await h.execute(row.id);

    expect(await h.row(row.id)).toMatchObject({ state: 'failed' });
  });

  it('a verdict that somebody writes into the row with an old fence is refused, and the true one stands', async () => {
    const world = createWorld();
    const h = createHarness(store, { world, action: { undo: 'none', verifyWithinMs: 300 } });
    world.healthy = false;
    const row = await h.approved(fresh());
    let forged: boolean | undefined;

    await h.execute(row.id, 'worker-1', {
      atKillPoint: async (point) => {
        if (point !== 'R-K5') return;
        const seen = await h.row(row.id);
        forged = await store.tx((tx) =>
          tx.remediations.move({ ...seen, fence: (seen.fence ?? 1) - 1 }, 'succeeded', {}),
        );
      },
    });

    expect(forged).toBe(false);
    expect(await h.row(row.id)).toMatchObject({ state: 'failed', outcome: { reason: 'not-verified' } });
    const ends = (await h.audit.list(row.id, 50)).filter(({ action }) => action === 'remediation.succeeded');
    expect(ends).toEqual([]);
  });
});

describe('attack: equal names', () => {
  it('another object of the same name, put in the place of the one that was approved, is not changed', async () => {
    const h = createHarness(store, { world: createWorld(['redis']) });
    const row = await h.approved(fresh());
    h.world.uid = 'another one called redis';

    await h.execute(row.id);

    expect(await h.row(row.id)).toMatchObject({ state: 'stale', outcome: { differing: 'identity' } });
    expect(h.world.effects).toEqual([]);
  });

  it('two objects of one name in two environments do not pass for each other', async () => {
    const at = fresh();
    const prod = createHarness(store, { world: createWorld(['redis']) });
    const stage = createHarness(store, { world: { ...createWorld(['redis']), uid: 'uid-of-stage' } });
    const row = await prod.approved(at);

    await stage.execute(row.id);

    expect(await stage.row(row.id)).toMatchObject({ state: 'stale', outcome: { differing: 'identity' } });
    expect(stage.world.effects).toEqual([]);
    expect(prod.world.effects).toEqual([]);
  });

  it('somebody who calls themselves as an approver does is not that approver', async () => {
    const h = createHarness(store);
    const row = await h.requested(fresh());
    h.directory.people.set('UEVIL', member('UEVIL'));
    await h.refresh();
    const named = { ...h.input(row.id, 'UEVIL').by, name: 'ULEAD', username: 'ULEAD' };

    await expect(h.service.approve({ ...h.input(row.id, 'UEVIL'), by: named })).rejects.toMatchObject({
      facts: { reason: 'not-in-policy' },
    });
    // Nor is somebody of another workspace with the very same id.
    const elsewhere = { ...h.input(row.id, 'ULEAD').by, teamId: 'T0OTHER' };
    await expect(h.service.approve({ ...h.input(row.id, 'ULEAD'), by: elsewhere })).rejects.toMatchObject({
      facts: { reason: 'not-installed' },
    });
    expect((await h.row(row.id)).state).toBe('requested');
  });
});
