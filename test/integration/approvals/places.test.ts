import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { PostgresStore } from '../../../src/platform/store/store.ts';
import { createPlaceService } from '../../../src/services/fix/decide/place.service.ts';
import { createHarness, type Harness } from '../../support/approvals.ts';
import { type TestDatabase, usePostgres } from '../../support/postgres.ts';

/** One fix that is offered in several places: a click answers where it was made, and all places tell the truth. */
const postgres = usePostgres();
let database: TestDatabase;
let store: PostgresStore;
let h: Harness;
let target = 0;
const fresh = () => ({ target: `world-${(target += 1)}` });

beforeAll(async () => {
  database = await postgres.migrated();
  store = database.store();
});
beforeEach(() => {
  h = createHarness(store);
});

/** What the card of a fix shows last, and where it stands. */
async function card(id: string, channel?: string): Promise<Record<string, unknown>> {
  const [last] = await database.sql<{ channel: string; payload: { text: string } }>(
    `SELECT m.channel, o.payload FROM messages m JOIN outbox o ON o.message_id = m.id
     WHERE m.remediation_id = $1 AND m.purpose = 'remediation' AND ($2::text IS NULL OR m.channel = $2) ORDER BY o.seq DESC LIMIT 1`,
    [id, channel],
  );
  if (last === undefined) throw new Error('no card');
  return { channel: last.channel, ...(JSON.parse(last.payload.text) as Record<string, unknown>) };
}

/** An offer whose card is shown, as a run shows it. */
async function offeredIn(channel: string, at: { target: string; value?: string }, by = 'UREQ') {
  const row = await h.offered(at, { channel, by });
  await store.tx((tx) => h.messages.card(tx, row));
  return row;
}

const ask = (id: string, channel: string, by = 'UREQ') =>
  h.service.request(h.input(id, by, { reason: 'because', channel }));

describe('one fix in several places (R-S12)', () => {
  it('is asked for where it was pressed, in that place’s language; the other place says so and has no button', async () => {
    const at = fresh();
    const first = await offeredIn('C0INC', at);
    const second = await offeredIn('C0ZH', at);

    await ask(second.id, 'C0ZH');

    expect(await card(second.id)).toMatchObject({ channel: 'C0ZH', state: 'requested' });
    expect(await card(first.id)).toMatchObject({
      channel: 'C0INC',
      state: 'proposed',
      buttons: [],
      language: 'en',
      elsewhere: { state: 'requested', place: { channel: 'C0ZH', handle: second.handle } },
    });
  });

  it('does not name a private channel to another', async () => {
    h.directory.closed.add('C0ZH');
    const at = fresh();
    const first = await offeredIn('C0INC', at);
    const second = await offeredIn('C0ZH', at);

    await ask(second.id, 'C0ZH');

    expect((await card(first.id)).elsewhere).toEqual({ state: 'requested' });
  });

  it('can be pressed here again when the other request ends without an effect', async () => {
    const at = fresh();
    const first = await offeredIn('C0INC', at);
    const second = await offeredIn('C0ZH', at);
    await ask(second.id, 'C0ZH');

    await h.service.cancel(h.input(second.id, 'UREQ'));

    expect(await card(first.id)).toMatchObject({ buttons: ['request'] });
    expect((await ask(first.id, 'C0INC')).remediation.state).toBe('requested');
  });

  it('is done in all places when it is done in one, and an old button has no power', async () => {
    const at = fresh();
    const first = await offeredIn('C0INC', at);
    const second = await offeredIn('C0ZH', at);
    await ask(second.id, 'C0ZH');
    await h.refresh();
    await h.service.approve(h.input(second.id, 'ULEAD'));

    await h.execute(second.id);

    expect(await card(first.id)).toMatchObject({
      state: 'superseded',
      buttons: [],
      elsewhere: { state: 'succeeded', place: { channel: 'C0ZH' } },
    });
    expect((await ask(first.id, 'C0INC')).note).toBe('too-late');
    expect(h.world.effects).toHaveLength(1);
  });

  it('says of an older plan that a newer one was done, and not that it can be asked for', async () => {
    const at = fresh();
    const old = await offeredIn('C0INC', at);
    const next = await offeredIn('C0ZH', { ...at, value: 'other' });
    await ask(next.id, 'C0ZH');
    await h.refresh();
    await h.service.approve(h.input(next.id, 'ULEAD'));

    await h.execute(next.id);
    await store.tx(async (tx) => h.messages.card(tx, await h.row(old.id)));

    const shown = await card(old.id);
    expect(shown).toMatchObject({ state: 'superseded', elsewhere: { state: 'succeeded' } });
    expect(shown.elsewhere).not.toHaveProperty('another');
  });

  it('says of another value for the same that it is overtaken once the first one is done', async () => {
    const at = fresh();
    const first = await offeredIn('C0INC', at);
    await ask(first.id, 'C0INC');
    const other = await offeredIn('C0ZH', { ...at, value: 'other' }, 'UMEMBER');
    expect(await card(other.id)).toMatchObject({ buttons: [], elsewhere: { another: true } });
    await h.refresh();
    await h.service.approve(h.input(first.id, 'ULEAD'));

    await h.execute(first.id);

    expect(await card(other.id)).toMatchObject({
      state: 'superseded',
      buttons: [],
      elsewhere: { state: 'succeeded', overtook: true, place: { channel: 'C0INC', handle: first.handle } },
    });
    expect((await ask(other.id, 'C0ZH', 'UMEMBER')).note).toBe('too-late');
    expect(h.world.effects).toHaveLength(1);
  });

  it('gives another value its button back when the first one has ended without an effect', async () => {
    const at = fresh();
    const first = await offeredIn('C0INC', at);
    await ask(first.id, 'C0INC');
    const other = await offeredIn('C0ZH', { ...at, value: 'other' }, 'UMEMBER');

    await h.service.cancel(h.input(first.id, 'UREQ'));

    expect(await card(other.id)).toMatchObject({ state: 'proposed', buttons: ['request'] });
  });

  it('shows a look that comes later the request of before, in its own place', async () => {
    const at = fresh();
    const first = await offeredIn('C0INC', at);
    await ask(first.id, 'C0INC');

    const later = await offeredIn('C0ZH', at, 'UMEMBER');

    expect(await card(later.id)).toMatchObject({
      channel: 'C0ZH',
      buttons: [],
      elsewhere: { state: 'requested', place: { channel: 'C0INC', handle: first.handle } },
    });
  });

  it('two people who press in two places at the same moment ask for it once', async () => {
    for (let round = 0; round < 20; round += 1) {
      const at = fresh();
      const first = await offeredIn('C0INC', at);
      const second = await offeredIn('C0ZH', at);

      const results = await Promise.allSettled([ask(first.id, 'C0INC'), ask(second.id, 'C0ZH', 'UBOSS')]);

      const states = [(await h.row(first.id)).state, (await h.row(second.id)).state].toSorted();
      expect(states).toEqual(['proposed', 'requested']);
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    }
  });
});

describe('one object in two environments (R-X2)', () => {
  it('has one approved fix, whatever the environments call it', async () => {
    const at = fresh();
    const row = await h.approved(at);
    const same = await h.offered({ ...at, value: 'other' });
    // The environment is part of a plan, so its row is put into another one by hand.
    await database.sql('ALTER TABLE remediations DISABLE TRIGGER remediation_plan_is_immutable');
    await database.sql("UPDATE remediations SET environment = 'staging', target = 'x' WHERE id = $1", [
      same.id,
    ]);

    const forced = database.sql("UPDATE remediations SET state = 'approved' WHERE id = $1", [same.id]);

    await expect(forced).rejects.toThrow('target_locks_pkey');
    await database.sql('ALTER TABLE remediations ENABLE TRIGGER remediation_plan_is_immutable');
    expect((await h.row(row.id)).state).toBe('approved');
  });

  it('is free again when the fix is over, and the application cannot free it before', async () => {
    const at = fresh();
    const row = await h.approved(at);
    const locks = () =>
      database.sql('SELECT claim FROM target_locks WHERE remediation_id = $1 ORDER BY claim', [row.id]);
    const held = await locks();
    await expect(
      store.tx((tx) => tx.remediations.holder(row.plan).then((holder) => holder?.id)),
    ).resolves.toBe(row.id);

    await h.execute(row.id);

    expect(held).toEqual([
      { claim: `asked test.write-cells uid=uid-1/${at.target}` },
      { claim: `uid=uid-1/${at.target}` },
    ]);
    expect(await locks()).toEqual([]);
  });
});

describe('an undo (R-S13)', () => {
  it('succeeds when the old state is back, though the symptom is back with it, and says so in the audit', async () => {
    const row = await h.approved(fresh());
    await h.execute(row.id);
    const { remediation: undo } = await h.service.undo(h.input(row.id, 'UREQ'));
    await h.service.approve(h.input(undo.id, 'ULEAD'));
    h.world.healthy = false;

    await h.execute(undo.id);

    expect((await h.row(undo.id)).state).toBe('succeeded');
    const log = await h.audit.list(undo.id, 100);
    const moves = log.filter(({ action }) => action.startsWith('remediation.'));
    expect(moves.map(({ facts }) => facts?.undoOf)).toEqual(moves.map(() => row.id));
  });
});

describe('a channel that is closed to decisions (R-S7)', () => {
  const event = { requestId: 'event:1', payloadDigest: 'd' } as const;
  const places = (channel?: string) =>
    createPlaceService({
      ...h.common,
      ...(channel === undefined ? {} : { fallback: { channel, language: 'en' } }),
    });
  const requestedIn = async (channel: string) => {
    const row = await offeredIn(channel, fresh());
    await ask(row.id, channel);
    return row;
  };

  it('of which only members know, gives its requests to no channel that everybody reads', async () => {
    h.directory.closed.add('C1PRIV');
    const secret = await requestedIn('C1PRIV');
    const open = await requestedIn('C1INC');

    const first = await places('C0OPEN').closed({ channel: 'C1PRIV', why: 'archived', ...event });
    const second = await places('C0OPEN').closed({ channel: 'C1INC', why: 'archived', ...event });

    expect([first, second]).toEqual([
      { moved: 0, cancelled: 1 },
      { moved: 1, cancelled: 0 },
    ]);
    expect((await h.row(secret.id)).state).toBe('cancelled');
    expect(await h.row(open.id)).toMatchObject({ state: 'requested', surface: { channel: 'C0OPEN' } });
    expect(await card(open.id, 'C0OPEN')).toMatchObject({ buttons: ['approve', 'reject', 'cancel'] });
    expect(await card(open.id, 'C1INC')).toMatchObject({ buttons: [], elsewhere: { state: 'requested' } });
  });

  it('does not move them into a channel that is closed itself', async () => {
    h.directory.shared.add('C0OPEN');
    const row = await requestedIn('C1INC');

    await places('C0OPEN').closed({ channel: 'C1INC', why: 'deleted', ...event });

    expect((await h.row(row.id)).state).toBe('cancelled');
  });

  it('leaves alone what ended while it was looked for', async () => {
    const row = await requestedIn('C1RACE');
    let looked = false;
    const racing: typeof store = {
      ...store,
      async tx(work, options) {
        const found = await store.tx(work, options);
        if (!looked) {
          looked = true;
          await h.service.cancel(h.input(row.id, 'UREQ'));
        }
        return found;
      },
    };
    const fallback = { channel: 'C0SAFE', language: 'en' } as const;

    const done = await createPlaceService({ ...h.common, store: racing, fallback }).closed({
      channel: 'C1RACE',
      why: 'archived',
      ...event,
    });

    expect(done).toEqual({ moved: 0, cancelled: 0 });
    expect(await h.row(row.id)).toMatchObject({ state: 'cancelled', surface: { channel: 'C1RACE' } });
  });

  it('ends what waits and offers, leaves alone what runs, and does it once however often Slack says so', async () => {
    const offer = await offeredIn('C0ALL', fresh());
    const waits = await requestedIn('C0ALL');
    const runs = await requestedIn('C0ALL');
    await database.sql("UPDATE remediations SET state = 'executing' WHERE id = $1", [runs.id]);
    const other = await requestedIn('C0OTHER');
    const place = { channel: 'C0ALL', why: 'left', ...event } as const;

    expect(await places().closed(place)).toEqual({ moved: 0, cancelled: 2 });
    expect(await places().closed(place)).toEqual({ moved: 0, cancelled: 0 });

    const states = await Promise.all(
      [offer, waits, runs, other].map(async ({ id }) => (await h.row(id)).state),
    );
    expect(states).toEqual(['cancelled', 'cancelled', 'executing', 'requested']);
    // Nobody can decide it in Slack any more; what is done by then stays as it is.
    await places().gone({ why: 'uninstalled', ...event });
    expect((await h.row(other.id)).state).toBe('cancelled');
  });
});
