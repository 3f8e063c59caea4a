/** R-X17: the end of a change that its maker will put back, over a real PostgreSQL. */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RemediationRow } from '../../../src/domain/fix/rows.ts';
import type { PostgresStore } from '../../../src/platform/store/store.ts';
import { createKillSwitchService } from '../../../src/services/fix/decide/kill-switch.service.ts';
import { createHarness, type Harness, type HarnessOptions } from '../../support/approvals.ts';
import { type TestDatabase, usePostgres } from '../../support/postgres.ts';
import { endAgo, lookNow, saidOfEnd } from '../../support/temporary-changes.ts';

const postgres = usePostgres();
let database: TestDatabase;
let left: PostgresStore;
let right: PostgresStore;
let h: Harness;
let target = 0;

beforeAll(async () => {
  database = await postgres.migrated();
  left = database.store();
  right = database.store();
});
beforeEach(async () => {
  await database.sql('UPDATE temporary_changes SET closed_at = now(), outcome = $1 WHERE closed_at IS NULL', [
    'undone',
  ]);
  h = harness(left);
});

const harness = (store: PostgresStore, more: HarnessOptions = {}) =>
  createHarness(store, { action: { temporary: true }, ...more });
/** A fix that worked and will not last. */
async function succeeded(of = h): Promise<RemediationRow> {
  const { id } = await of.approved({ target: `temporary-${(target += 1)}` });
  await of.execute(id);
  const row = await of.row(id);
  expect(row.state).toBe('succeeded');
  return row;
}
const over = (row: RemediationRow, ago?: string) => endAgo(database, row.id, ago);
const due = (row: RemediationRow) => lookNow(database, row.id);
const said = (row: RemediationRow) => saidOfEnd(database, row.id);
const kept = async (row: RemediationRow) =>
  (await database.sql('SELECT * FROM temporary_changes WHERE remediation_id = $1', [row.id]))[0];

describe('R-X17: a change that its maker will put back', () => {
  it('has an end that its plan names and that people approve, kept with the verdict', async () => {
    const row = await succeeded();

    expect(row.plan.endsAfterMs).toBe(4 * 3_600_000);
    expect(await kept(row)).toMatchObject({
      ends_at: new Date((row.finishedAt?.getTime() ?? 0) + 4 * 3_600_000),
      closed_at: null,
    });
    expect(await h.keeper()()).toBe(0);
    expect(await said(row)).toEqual([]);
  });

  it('has the end of the policy; what lasts, and an undo, have none', async () => {
    const longer = harness(left, {
      policy: {
        approvers: { leads: { users: ['ULEAD', 'UREQ'] } },
        tiers: { 2: { by: ['leads'] } },
        temporaryFor: '62h',
      },
    });
    const row = await succeeded(longer);
    expect(row.plan.endsAfterMs).toBe(62 * 3_600_000);

    const lasting = harness(left, { action: {} });
    const other = await lasting.approved({ target: `lasting-${(target += 1)}` });
    await lasting.execute(other.id);
    expect((await lasting.row(other.id)).plan.endsAfterMs).toBeUndefined();
    expect(await kept(other)).toBeUndefined();

    const { remediation: undo } = await longer.service.undo(longer.input(row.id, 'UREQ'));
    expect(undo.plan.endsAfterMs).toBeUndefined();
  });

  it('says once that it is over its time, to whoever asked for it and approved it, with the way to undo it', async () => {
    const row = await succeeded();
    await over(row);

    expect(await h.keeper()()).toBe(1);
    await due(row);
    expect(await h.keeper()()).toBe(0);

    const [only, ...more] = await said(row);
    expect(more).toEqual([]);
    expect(only).toMatchObject({
      event: 'temporary-over',
      facts: { askUsers: 'UREQ,ULEAD' },
      buttons: { undo: expect.any(String) },
    });
    const buttons = await database.sql<{ hours: number }>(
      `SELECT round(extract(epoch FROM expires_at - finished_at) / 3600)::int AS hours FROM buttons
       JOIN remediations ON remediations.id = remediation_id WHERE remediation_id = $1 AND purpose = 'undo'`,
      [row.id],
    );
    // A day after its end: of the verdict's card, of the message, and of the card that says so.
    expect(buttons).toEqual([28, 28, 28].map((hours) => ({ hours })));
    expect((await h.row(row.id)).outcome).toMatchObject({ temporary: 'over' });
    // R-A1: nobody has approved that it goes, so it stays.
    expect(h.world.effects).toHaveLength(1);
    expect(await left.tx((tx) => tx.temporaries.over('prod', 10))).toMatchObject([
      { handle: row.handle, actionId: row.actionId },
    ]);

    const { remediation: undo } = await h.service.undo(h.input(row.id, 'UREQ'));
    await h.service.approve(h.input(undo.id, 'ULEAD'));
    await h.execute(undo.id);

    expect((await h.row(undo.id)).state).toBe('succeeded');
    expect(h.world.cells.get('a')).toBe('old');
    expect(await kept(row)).toMatchObject({ outcome: 'undone' });
    // The same message without its button.
    expect((await said(row)).at(-1)).toMatchObject({ event: 'temporary-over', buttons: {} });
    expect((await h.row(row.id)).outcome).toMatchObject({ temporary: 'undone' });
    expect(await left.tx((tx) => tx.temporaries.over('prod', 10))).toEqual([]);
  });

  it('may be undone until a day after its end, and is not asked of anybody while that is under way', async () => {
    const row = await succeeded();
    await database.sql(
      "UPDATE remediations SET finished_at = finished_at - interval '27 hours' WHERE id = $1",
      [row.id],
    );
    await over(row, '23 hours');
    const { remediation: undo } = await h.service.undo(h.input(row.id, 'UREQ'));
    expect(undo.state).toBe('requested');

    expect(await h.keeper()()).toBe(0);
    expect(await said(row)).toEqual([]);

    await h.service.reject({ ...h.input(undo.id, 'ULEAD'), reason: 'not now' });
    await due(row);
    expect(await h.keeper()()).toBe(1);
    await database.sql(
      "UPDATE remediations SET finished_at = finished_at - interval '2 hours' WHERE id = $1",
      [row.id],
    );
    await expect(h.service.undo(h.input(row.id, 'UREQ'))).rejects.toMatchObject({
      facts: { reason: 'undo-expired' },
    });
  });

  it('says that it cannot be undone any more, and has no button then', async () => {
    const row = await succeeded();
    await database.sql(
      "UPDATE remediations SET finished_at = finished_at - interval '3 days' WHERE id = $1",
      [row.id],
    );
    await over(row);

    await h.keeper()();

    expect(await said(row)).toMatchObject([
      { event: 'temporary-over', facts: { reason: 'no-undo' }, buttons: {} },
    ]);
  });

  it('says that it was put back and by whose hand, and looks no more', async () => {
    const row = await succeeded();
    await over(row);
    h.world.cells.set('a', 'old');

    expect(await h.keeper()()).toBe(1);
    await due(row);
    expect(await h.keeper()()).toBe(0);

    expect(await said(row)).toMatchObject([
      { event: 'temporary-gone', facts: { field: 'value', by: 'argocd-controller' } },
    ]);
    expect(await kept(row)).toMatchObject({ outcome: 'gone' });
    expect((await h.row(row.id)).outcome).toMatchObject({ temporary: 'gone' });
  });

  it('lasts once its maker writes the same: it says so and takes the button away', async () => {
    const row = await succeeded();
    await over(row);
    await h.keeper()();
    h.world.file = 'new';
    await due(row);

    expect(await h.keeper()()).toBe(1);

    expect((await said(row)).map(({ event, buttons }) => [event, Object.keys(buttons ?? {})])).toEqual([
      ['temporary-over', ['undo']],
      ['temporary-kept', []],
      ['temporary-over', []],
    ]);
    expect(await kept(row)).toMatchObject({ outcome: 'kept' });
  });

  it('that cannot be looked at is never gone: it says so once, and tries again', async () => {
    const row = await succeeded();
    await over(row);
    h.world.observable = false;
    h.world.cells.set('a', 'old');

    expect(await h.keeper()()).toBe(1);
    await due(row);
    expect(await h.keeper()()).toBe(0);
    expect(await said(row)).toMatchObject([{ event: 'temporary-unseen' }]);
    expect(await kept(row)).toMatchObject({ closed_at: null, unseen_since: expect.any(Date) });
    expect(await left.tx((tx) => tx.temporaries.over('prod', 10))).toMatchObject([
      { handle: row.handle, unseenSince: expect.any(Date) },
    ]);

    h.world.observable = true;
    await due(row);
    expect(await h.keeper()()).toBe(1);
    expect((await said(row)).map(({ event }) => event)).toEqual(['temporary-unseen', 'temporary-gone']);
  });

  it('of an action that this version does not have any more cannot be looked at', async () => {
    const row = await succeeded();
    await over(row);

    await h.keeper({ remediations: [] })();

    expect(await said(row)).toMatchObject([{ event: 'temporary-unseen' }]);
  });

  it('is said once by two workers that look at the same moment', async () => {
    const row = await succeeded();
    await over(row);
    const other = harness(right, { world: h.world });

    const told = await Promise.all([h.keeper()(), other.keeper()(), h.keeper()(), other.keeper()()]);

    expect(told.toSorted()).toEqual([0, 0, 0, 1]);
    expect(await said(row)).toHaveLength(1);
  });

  it('is said by the next worker where one dies between its look and its word, and not by the first when it wakes up', async () => {
    const row = await succeeded();
    await over(row);
    let wake: () => void = () => undefined;
    let looked: () => void = () => undefined;
    const asleep = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const seen = new Promise<void>((resolve) => {
      looked = resolve;
    });
    const slow = h.keeper({
      whenLooked: () => {
        looked();
        return asleep;
      },
    })();
    await seen;
    const next = harness(right, { world: h.world });
    // The first one has it for a minute.
    expect(await next.keeper()()).toBe(0);
    await due(row);
    expect(await next.keeper()()).toBe(1);

    wake();
    expect(await slow).toBe(0);
    expect(await said(row)).toHaveLength(1);

    const again = harness(left);
    const killed = await succeeded(again);
    await over(killed);
    await expect(again.keeper({ whenLooked: () => Promise.reject(new Error('killed')) })()).rejects.toThrow(
      'killed',
    );
    expect(await said(killed)).toEqual([]);
    await due(killed);
    expect(await harness(right, { world: again.world }).keeper()()).toBe(1);
    expect(await said(killed)).toHaveLength(1);
  });

  it('is said though fixes are switched off and frozen', async () => {
    const row = await succeeded();
    await over(row);
    const frozen = harness(left, {
      world: h.world,
      policy: {
        approvers: { leads: { users: ['ULEAD'] } },
        tiers: { 2: { by: ['leads'] } },
        freezes: [{ cron: '0 0 * * *', duration: '24h' }],
      },
      nextCron: (_cron, _zone, after) => after,
    });
    const switches = createKillSwitchService({ ...h.common, actions: [{ id: h.action.id }] });
    const { id: _none, ...by } = h.input('', 'ULEAD');
    await switches.stop({ ...by, scope: '*', reason: 'a drill' });

    expect(await frozen.keeper()()).toBe(1);

    expect(await said(row)).toMatchObject([{ event: 'temporary-over' }]);
    await switches.release({ ...by, scope: '*', reason: 'over' });
  });

  it('is looked at by the workers of its environment alone', async () => {
    const row = await succeeded();
    await over(row);

    expect(await h.keeper({ environments: ['staging'] })()).toBe(0);
    expect(await left.tx((tx) => tx.temporaries.over('staging', 10))).toEqual([]);
    expect(await h.keeper()()).toBe(1);
    expect(await said(row)).toHaveLength(1);
  });

  it('keeps its end in the database, which nobody moves or opens again', async () => {
    const row = await succeeded();
    const move = (sql: string) =>
      database.sql(`UPDATE temporary_changes SET ${sql} WHERE remediation_id = '${row.id}'`);

    await expect(move("ends_at = ends_at + interval '1 day'")).rejects.toThrow('fixed, and closed once');
    await over(row);
    await h.keeper()();
    await expect(move('over_at = NULL')).rejects.toThrow('fixed, and closed once');
    await move("closed_at = now(), outcome = 'gone'");
    await expect(move('closed_at = NULL, outcome = NULL')).rejects.toThrow('fixed, and closed once');
    await expect(move("outcome = 'kept'")).rejects.toThrow('fixed, and closed once');
  });
});
