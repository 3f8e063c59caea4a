/** R-X18: the hour after a fix, over a real PostgreSQL. */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { LookedAgain } from '../../../src/domain/fix/looked-again.ts';
import type { RemediationRow } from '../../../src/domain/fix/rows.ts';
import type { PostgresStore } from '../../../src/platform/store/store.ts';
import { createKillSwitchService } from '../../../src/services/fix/decide/kill-switch.service.ts';
import { createHarness, type Harness, type HarnessOptions } from '../../support/approvals.ts';
import { hourOf, saidOfHour, workedEarlier } from '../../support/hour-after.ts';
import { type TestDatabase, usePostgres } from '../../support/postgres.ts';

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
  // The hours of the tests before this one are over.
  await database.sql("UPDATE remediations SET finished_at = finished_at - interval '3 hours'");
  h = createHarness(left);
});

const harness = (store: PostgresStore, more: HarnessOptions = {}) => createHarness(store, more);
/** A fix that worked. */
async function succeeded(of = h, name = `hour-${(target += 1)}`): Promise<RemediationRow> {
  const { id } = await of.approved({ target: name });
  await of.execute(id);
  const row = await of.row(id);
  expect(row.state).toBe('succeeded');
  return row;
}
const later = (row: RemediationRow, minutes: number) => workedEarlier(database, row.id, minutes);
const hour = (row: RemediationRow) => hourOf(database, row.id);
const said = (row: RemediationRow) => saidOfHour(database, row.id);
const minutesAfter = async (row: RemediationRow) => {
  const due = (await hour(row))?.due;
  return due === undefined
    ? undefined
    : Math.round((Date.parse(due) - ((await h.row(row.id)).finishedAt?.getTime() ?? 0)) / 60_000);
};
const answers = (again: LookedAgain['again']) => () => Promise.resolve({ again, before: [], after: [] });

describe('R-X18: the hour after a fix that worked', () => {
  it('is three looks and silence where it stays well', async () => {
    const row = await succeeded();
    expect(await h.hourAfter()()).toBe(0);
    expect((await h.row(row.id)).outcome).toEqual(row.outcome);

    for (const [minutes, next] of [
      [5, 20],
      [15, 60],
      [40, undefined],
    ] as const) {
      await later(row, minutes);
      expect(await h.hourAfter()()).toBe(0);
      expect(await minutesAfter(row)).toBe(next);
    }

    expect(await hour(row)).toEqual({ turn: 3, gone: true });
    expect(await said(row)).toEqual([]);
    expect((await h.row(row.id)).outcome).toMatchObject(row.outcome ?? {});
  });

  it('says a cause that two looks have seen again, once, to whoever asked for the fix', async () => {
    const row = await succeeded();
    const round = h.hourAfter({ askAgain: answers('still') });
    await later(row, 5);

    expect(await round()).toBe(0);
    expect(await said(row)).toEqual([]);
    expect(await hour(row)).toMatchObject({ back: 'cause' });
    await later(row, 2);
    expect(await round()).toBe(1);

    const { finishedAt } = await h.row(row.id);
    expect(await said(row)).toMatchObject([
      { facts: { askUsers: 'UREQ', again: 'still', worked: finishedAt?.toISOString() } },
    ]);
    expect((await said(row))[0]?.facts).not.toHaveProperty('reason');
    // It changes nothing, and says it once.
    await later(row, 50);
    expect(await round()).toBe(0);
    expect(await said(row)).toHaveLength(1);
    expect(h.world.effects).toHaveLength(1);
    expect((await h.row(row.id)).state).toBe('succeeded');
  });

  it('tells a check of its own that is not well any more from the cause', async () => {
    const row = await succeeded();
    h.world.healthy = false;
    await later(row, 5);
    await h.hourAfter()();
    await later(row, 2);

    expect(await h.hourAfter()()).toBe(1);

    const [only] = await said(row);
    expect(only).toMatchObject({ facts: { askUsers: 'UREQ', reason: 'check' } });
    expect(only?.facts.unwell).toContain('TEST_BAD');
  });

  it('says nothing of what was back for one look', async () => {
    const row = await succeeded();
    h.world.healthy = false;
    await later(row, 5);
    await h.hourAfter()();
    h.world.healthy = true;
    await later(row, 2);
    await h.hourAfter()();

    expect(await said(row)).toEqual([]);
    expect(await hour(row)).not.toHaveProperty('back');
    expect(await minutesAfter(row)).toBe(20);
  });

  it.each([
    ['the target is away', { askAgain: () => Promise.reject(new Error('away')) }],
    ['this version does not know the action any more', { remediations: [] }],
    ['the question could not be asked', { askAgain: answers('unseen') }],
  ])('says nothing certain where %s', async (_why, deps) => {
    const row = await succeeded();
    for (const minutes of [5, 15, 40]) {
      await later(row, minutes);
      expect(await h.hourAfter(deps)()).toBe(0);
    }

    expect(await said(row)).toEqual([]);
    expect(await hour(row)).toEqual({ turn: 3, gone: true });
  });

  it('goes on where it could see nothing between two looks', async () => {
    const row = await succeeded();
    await later(row, 5);
    await h.hourAfter({ askAgain: answers('still') })();
    await later(row, 2);
    expect(await h.hourAfter({ remediations: [] })()).toBe(0);
    await later(row, 2);

    expect(await h.hourAfter({ askAgain: answers('still') })()).toBe(1);
  });

  it('waits while an undo is asked for, goes on when it is refused, and ends with it', async () => {
    const row = await succeeded();
    const round = h.hourAfter({ askAgain: answers('still') });
    const { remediation: refused } = await h.service.undo(h.input(row.id, 'UREQ'));
    await later(row, 5);
    expect(await round()).toBe(0);
    expect(await hour(row)).toMatchObject({ turn: 0 });

    await h.service.reject({ ...h.input(refused.id, 'ULEAD'), reason: 'not now' });
    expect(await round()).toBe(0);
    expect(await hour(row)).toMatchObject({ turn: 1, back: 'cause' });

    const { remediation: undo } = await h.service.undo(h.input(row.id, 'UREQ'));
    await h.service.approve(h.input(undo.id, 'ULEAD'));
    await h.execute(undo.id);
    expect((await h.row(undo.id)).state).toBe('succeeded');
    await later(row, 2);
    expect(await round()).toBe(0);
    expect(await said(row)).toEqual([]);
    expect(await hour(row)).toEqual({ turn: 1, gone: true });
    // An undo has no hour of its own.
    await later(undo, 5);
    expect(await round()).toBe(0);
    expect(await said(undo)).toEqual([]);
  });

  it('ends with a newer fix of the same object, which has an hour of its own', async () => {
    const name = `hour-${(target += 1)}`;
    const row = await succeeded(h, name);
    await later(row, 10);
    h.world.cells.set('a', 'old');
    const newer = await succeeded(h, name);
    const round = h.hourAfter({ askAgain: answers('still') });

    expect(await round()).toBe(0);
    expect(await hour(row)).toEqual({ turn: 0, gone: true });
    await later(newer, 5);
    await round();
    await later(newer, 2);
    expect(await round()).toBe(1);

    expect(await said(row)).toEqual([]);
    expect(await said(newer)).toHaveLength(1);
  });

  it('is not silenced by an older fix of the same object, nor by one of another', async () => {
    const name = `hour-${(target += 1)}`;
    const older = await succeeded(h, name);
    await later(older, 30);
    h.world.cells.set('a', 'old');
    const row = await succeeded(h, name);
    h.world.cells.set('a', 'old');
    await succeeded();
    const round = h.hourAfter({ askAgain: answers('still') });
    await later(row, 5);
    await round();
    await later(row, 2);

    expect(await round()).toBe(1);
    expect(await said(row)).toHaveLength(1);
  });

  it('says nothing of a fix that is taken back between the look and the word', async () => {
    const row = await succeeded();
    await later(row, 5);
    await h.hourAfter({ askAgain: answers('still') })();
    await later(row, 2);
    const round = h.hourAfter({
      askAgain: answers('still'),
      whenLooked: async () => {
        await h.service.undo(h.input(row.id, 'UREQ'));
      },
    });

    expect(await round()).toBe(0);
    expect(await said(row)).toEqual([]);
  });

  it('is said once by two workers that look at the same moment', async () => {
    const row = await succeeded();
    const other = harness(right, { world: h.world });
    const rounds = () =>
      Promise.all([h, other, h, other].map((one) => one.hourAfter({ askAgain: answers('still') })()));
    await later(row, 5);
    expect(await rounds()).toEqual([0, 0, 0, 0]);
    expect(await hour(row)).toMatchObject({ turn: 1, back: 'cause' });
    await later(row, 2);

    expect((await rounds()).toSorted()).toEqual([0, 0, 0, 1]);

    expect(await said(row)).toHaveLength(1);
    const came = { what: 'cause', at: expect.any(String) };
    expect(await hour(row)).toEqual({ turn: 2, gone: true, came });
  });

  it('is said by the next worker where one dies between its look and its word, and not by the first when it wakes up', async () => {
    const askAgain = answers('still');
    const row = await succeeded();
    await later(row, 5);
    await h.hourAfter({ askAgain })();
    await later(row, 2);
    let wake: () => void = () => undefined;
    let looked: () => void = () => undefined;
    const asleep = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const seen = new Promise<void>((resolve) => {
      looked = resolve;
    });
    const whenLooked = () => {
      looked();
      return asleep;
    };
    const slow = h.hourAfter({ askAgain, whenLooked })();
    await seen;
    const next = harness(right, { world: h.world });
    // The first one has it for a minute and a half.
    expect(await next.hourAfter({ askAgain })()).toBe(0);
    await later(row, 2);
    expect(await next.hourAfter({ askAgain })()).toBe(1);

    wake();
    expect(await slow).toBe(0);
    expect(await said(row)).toHaveLength(1);
    // Its look was overtaken: it plans no other one.
    const came = { what: 'cause', at: expect.any(String) };
    expect(await hour(row)).toEqual({ turn: 3, gone: true, came });

    const killed = await succeeded(harness(left));
    await later(killed, 5);
    await h.hourAfter({ askAgain })();
    await later(killed, 2);
    const dies = () => Promise.reject(new Error('killed'));
    await expect(h.hourAfter({ askAgain, whenLooked: dies })()).rejects.toThrow('killed');
    expect(await said(killed)).toEqual([]);
    await later(killed, 2);
    expect(await harness(right, { world: h.world }).hourAfter({ askAgain })()).toBe(1);
    expect(await said(killed)).toHaveLength(1);
  });

  it('is left to another worker by one that is told to stop while it looks', async () => {
    const row = await succeeded();
    await later(row, 5);
    const stopping = new AbortController();
    const askAgain = (): Promise<LookedAgain> => {
      stopping.abort();
      return answers('still')();
    };

    expect(await h.hourAfter({ askAgain })(stopping.signal)).toBe(0);

    expect(await hour(row)).not.toHaveProperty('back');
    await later(row, 2);
    await h.hourAfter({ askAgain: answers('still') })();
    expect(await hour(row)).toMatchObject({ turn: 2, back: 'cause' });
  });

  it('is said though fixes are switched off', async () => {
    const row = await succeeded();
    const switches = createKillSwitchService({ ...h.common, actions: [{ id: h.action.id }] });
    const { id: _none, ...by } = h.input('', 'ULEAD');
    await switches.stop({ ...by, scope: '*', reason: 'a drill' });
    await later(row, 5);
    await h.hourAfter({ askAgain: answers('still') })();
    await later(row, 2);

    expect(await h.hourAfter({ askAgain: answers('still') })()).toBe(1);

    await switches.release({ ...by, scope: '*', reason: 'over' });
  });

  it('is looked at by the workers of its environment alone', async () => {
    const row = await succeeded();
    await later(row, 5);

    await h.hourAfter({ environments: ['staging'] })();
    expect(await hour(row)).toMatchObject({ turn: 0 });
    await h.hourAfter()();
    expect(await hour(row)).toMatchObject({ turn: 1 });
  });

  it('does not begin for a fix that worked long ago', async () => {
    const row = await succeeded();
    await later(row, 80);

    expect(await h.hourAfter({ askAgain: answers('still') })()).toBe(0);
    expect(await hour(row)).toMatchObject({ turn: 0 });
  });
});
