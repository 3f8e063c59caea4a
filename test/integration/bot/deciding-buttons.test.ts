/** R-A10: which click decides, by the button's seal, the message in which it was pressed, and what wrote the row. */
import { Client } from 'pg';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../../src/domain/kernel/secret.ts';
import { remediationButtons } from '../../../src/domain/message/remediation-view.ts';
import { systemClock, systemIds } from '../../../src/platform/process/clock.ts';
import { createSeal } from '../../../src/platform/slack/seal.ts';
import { kindRole } from '../../../src/platform/store/connection.ts';
import type { PostgresStore } from '../../../src/platform/store/store.ts';
import { createCardKeeper } from '../../../src/services/fix/decide/card-keeper.service.ts';
import { createRemediationMessages } from '../../../src/services/fix/decide/remediation-messages.service.ts';
import { createButtons } from '../../../src/services/message/buttons.service.ts';
import type { DecidingClick } from '../../../src/services/message/contract.ts';
import { createHarness, type Harness, person, plainRenderer } from '../../support/approvals.ts';
import { createMemoryLogger } from '../../support/logger.ts';
import { type TestDatabase, usePostgres } from '../../support/postgres.ts';

const postgres = usePostgres();
const sealOf = (token: string) => createSeal(new Secret(token));
let database: TestDatabase;
let store: PostgresStore;
let h: Harness;
let next = 0;

beforeAll(async () => {
  database = await postgres.migrated();
  store = database.store({ seal: sealOf('xoxb-1') });
});
beforeEach(() => {
  h = createHarness(store);
});

/** A bot's buttons, with what it has alarmed. */
function bot(with_: PostgresStore = store) {
  const logger = createMemoryLogger();
  const redrawn: string[] = [];
  let forged = 0;
  const buttons = createButtons({
    ...{ store: with_, ids: systemIds, clock: systemClock, logger },
    redraw: (id) => Promise.resolve(void redrawn.push(id)),
    onForged: () => void (forged += 1),
  });
  const press = (id: string, place: DecidingClick['place'], purpose = 'approve') =>
    buttons
      .deciding({
        ...{ id, place, purposes: [purpose], by: person('ULEAD') },
        requestId: 'q',
        payloadDigest: 'd',
      })
      .then(
        ({ planHash }) => planHash,
        (error: { facts?: { reason?: string } }) => error.facts?.reason ?? String(error),
      );
  return {
    press,
    redrawn,
    forged: () => forged,
    errors: () => logger.lines.filter(({ level }) => level === 'error'),
  };
}

/** The newest one of the card; copies for one person have buttons of their own. */
const newest = async (remediationId: string, purpose = 'approve') => {
  const [row] = await database.sql<{ id: string; places: string[] }>(
    `SELECT b.id, places FROM buttons b JOIN messages m ON m.id::text = ANY (b.places)
     WHERE b.remediation_id = '${remediationId}' AND b.purpose = '${purpose}' AND m.purpose = 'remediation'
     ORDER BY b.created_at DESC LIMIT 1`,
  );
  if (row === undefined) throw new Error(`no button ${purpose}`);
  return row;
};

/** Everything that waits is sent; where each message stands. */
async function sent(): Promise<void> {
  for (;;) {
    const items = await store.outbox.claim('p', { limit: 50, leaseMs: 60_000 });
    if (items.length === 0) return;
    for (const item of items) {
      const ts = item.message?.ts ?? `${(next += 1)}.000100`;
      await store.outbox.sent(item.id, 'p', item.kind === 'render' ? { ts } : {});
    }
  }
}

/** An open request, its card, and what the card's button carries. */
async function requested() {
  const row = await h.requested({ target: `t${(next += 1)}` });
  await sent();
  const [card] = await store.tx((tx) => tx.messages.find({ remediationId: row.id, purpose: 'remediation' }));
  if (card?.ts === undefined) throw new Error('no card');
  return { row, card: { channel: card.channel, ts: card.ts }, button: (await newest(row.id)).id };
}

describe('a button that decides', () => {
  it('counts in the message that the bot made it for, and for the plan of that card', async () => {
    const { row, card, button } = await requested();
    const { press, forged } = bot();

    expect(await press(button, card)).toBe(row.planHash);
    expect(await press(button, card, 'reject')).toBe('old-button');
    expect(forged()).toBe(0);
  });

  it.each([
    [
      'another message of the same channel',
      (card: { channel: string; ts: string }) => ({ ...card, ts: '9.9' }),
    ],
    [
      'the same moment in another channel',
      (card: { channel: string; ts: string }) => ({ ...card, channel: 'C9' }),
    ],
    ['App Home', () => ({ home: true }) as const],
    ['nowhere', () => ({})],
  ])('counts not in %s, and is alarmed', async (_where, place) => {
    const { row, card, button } = await requested();
    const { press, forged, errors } = bot();

    expect(await press(button, place(card))).toBe('button-forged');
    expect(forged()).toBe(1);
    expect(errors()).toHaveLength(1);
    const [last] = await h.audit.list(row.id, 1);
    expect(last).toMatchObject({
      ...{ action: 'slack.button-forged', actor: 'T0HOME:ULEAD', planHash: row.planHash },
      facts: { purpose: 'approve', sealed: true },
    });
  });

  it.each([
    ['the plan', `plan_hash = 'another'`],
    ['the fix', `remediation_id = (SELECT id FROM remediations ORDER BY proposed_at LIMIT 1)`],
    ['what it does', `purpose = 'approve', id = id || 'x'`],
    ['its messages', `places = places || 'home'::text`],
    ['its seal', `mac = repeat('a', 64)`],
  ])('counts not when %s was changed in the database', async (_what, change) => {
    await h.requested({ target: `first${(next += 1)}` });
    const { row, card } = await requested();
    const { id } = await newest(row.id, 'approve');
    await database.sql(
      `SET session_replication_role = replica; UPDATE buttons SET ${change} WHERE id = '${id}'`,
    );
    const { press } = bot();

    for (const one of [id, `${id}x`]) expect(await press(one, card)).not.toBe(row.planHash);
    expect(await press(id, { home: true })).not.toBe(row.planHash);
  });

  it.each(remediationButtons)(
    'of one’s own making counts nowhere: %s, with the login of a worker',
    async (purpose) => {
      const { row, card } = await requested();
      const worker = database.store({
        ...{ database: { url: await database.kindUrl('worker') }, role: kindRole('worker') },
      });
      const id = systemIds.token();
      await worker.tx((tx) =>
        tx.buttons.create({
          ...{ id, purpose, remediationId: row.id, planHash: row.planHash, places: ['home'], ttlMs: 60_000 },
        }),
      );
      const { press, forged, redrawn } = bot();

      expect(await press(id, { channel: card.channel, ts: '9.9' }, purpose)).toBe('button-forged');
      expect(await press(id, card, purpose)).toBe('newer-card');
      expect(await press(id, { home: true }, purpose)).toBe('newer-card');
      expect(forged()).toBe(1);
      expect(redrawn).toEqual([row.id, row.id]);
    },
  );

  it('without a plan counts nowhere', async () => {
    const { row, card } = await requested();
    const id = systemIds.token();
    await store.tx((tx) =>
      tx.buttons.create({ id, purpose: 'approve', remediationId: row.id, places: ['home'], ttlMs: 60_000 }),
    );

    expect(await bot().press(id, { home: true })).toBe('button-forged');
    expect(await bot().press(id, card)).toBe('button-forged');
  });

  it('is waited for where its message was posted and is not written down yet', async () => {
    const row = await h.requested({ target: `t${(next += 1)}` });
    const { id } = await newest(row.id);
    const [card] = await store.tx((tx) =>
      tx.messages.find({ remediationId: row.id, purpose: 'remediation' }),
    );
    const { press, forged } = bot();

    const early = press(id, { channel: card?.channel ?? '', ts: '77.7' });
    await database.sql(`UPDATE messages SET ts = '77.7' WHERE id = '${card?.id}'`);
    expect(await early).toBe(row.planHash);

    await database.sql(`UPDATE messages SET ts = NULL WHERE id = '${card?.id}'`);
    expect(await press(id, { channel: card?.channel ?? '', ts: '77.7' })).toBe('card-not-yet');
    expect(forged()).toBe(0);
  });

  it('of before goes on to count in its card, and nobody can make one look like it', async () => {
    const { row, card } = await requested();
    const insert = (id: string) =>
      `INSERT INTO buttons (id, purpose, remediation_id, plan_hash, of_before, expires_at)
         VALUES ('${id}', 'approve', '${row.id}', '${row.planHash}', true, 'infinity')`;
    await database.sql(`SET session_replication_role = replica; ${insert('before')}`);
    await database.sql(insert('made-up'));
    const { press } = bot();

    expect(await press('before', card)).toBe(row.planHash);
    expect(await press('before', { channel: card.channel, ts: '9.9' })).toBe('newer-card');
    expect(await press('made-up', card)).toBe('newer-card');
  });
});

describe('the version before, beside this one', () => {
  it.each(['worker', 'scheduler'] as const)(
    'writes its cards and buttons as it did, with the login of a %s',
    async (kind) => {
      const { row, card } = await requested();
      const client = new Client({ connectionString: await database.kindUrl(kind) });
      await client.connect();
      const id = systemIds.token();
      const [message] = await store.tx((tx) =>
        tx.messages.find({ remediationId: row.id, purpose: 'remediation' }),
      );

      // Word for word.
      await client.query(
        `INSERT INTO buttons (id, purpose, run_id, remediation_id, plan_hash, data, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, clock_timestamp() + ($7::double precision * interval '1 millisecond'))`,
        [id, 'approve', null, row.id, row.planHash, '{}', 60_000],
      );
      const { rows } = await client.query<{ version: string }>(
        'UPDATE messages SET version = version + 1 WHERE id = $1 RETURNING version, run_id',
        [message?.id],
      );
      const sentRow = await client.query(
        `WITH older AS (
           UPDATE outbox SET state = 'superseded'
           WHERE message_id = $1 AND kind = 'render' AND state = 'pending' RETURNING priority, due_at
         ), added AS (
           INSERT INTO outbox (id, kind, message_id, lane, priority, version, payload, due_at)
           SELECT $2, 'render', id, channel, least($3::smallint, (SELECT min(priority) FROM older)), $4, $5,
             greatest(clock_timestamp(), (SELECT max(due_at) FROM older WHERE $7))
           FROM messages WHERE id = $1 RETURNING lane)
         SELECT pg_notify($6, lane) FROM added`,
        [
          message?.id,
          systemIds.uuid(),
          0,
          rows[0]?.version,
          JSON.stringify({ text: 'a card' }),
          'aetherius_outbox',
          false,
        ],
      );
      await client.end();

      expect(sentRow.rowCount).toBe(1);
      const { press, forged, redrawn } = bot();
      expect(await press(id, card)).toBe('newer-card');
      expect(redrawn).toEqual([row.id]);
      expect(forged()).toBe(0);
      await sent();
    },
  );
});

describe('cards whose buttons nobody of this token has made', () => {
  const keeperOf = (with_: PostgresStore) => {
    const renderer = { ...plainRenderer };
    const messages = createRemediationMessages({ renderer, policy: h.policy, ids: systemIds });
    return createCardKeeper({ store: with_, messages });
  };

  it('are drawn anew once, with buttons that count', async () => {
    const { row, card, button } = await requested();
    const other = database.store({ seal: sealOf('xoxb-2') });
    expect(await bot(other).press(button, card)).toBe('newer-card');
    const keeper = keeperOf(other);

    expect(await keeper.sweep()).toBeGreaterThan(0);
    const { id } = await newest(row.id);
    expect(await bot(other).press(id, card)).toBe(row.planHash);
    expect(await keeper.sweep()).toBe(0);
    expect(await keeperOf(store).sweep()).toBeGreaterThan(0);
  });

  it('are drawn by whoever sends them, where another process wrote them; the version before writes as it did', async () => {
    const { row } = await requested();
    const worker = database.store({
      ...{ database: { url: await database.kindUrl('worker') }, role: kindRole('worker') },
    });
    const [card] = await store.tx((tx) =>
      tx.messages.find({ remediationId: row.id, purpose: 'remediation' }),
    );
    if (card === undefined) throw new Error('no card');
    await worker.tx(async (tx) => {
      // As the version before has it: a button of its own, in a card of its own.
      await tx.buttons.create({
        ...{
          id: systemIds.token(),
          purpose: 'approve',
          remediationId: row.id,
          planHash: row.planHash,
          ttlMs: 60_000,
        },
      });
      await tx.messages.update(card.id, { text: 'Pizza at noon?' }, 'decision');
    });

    const [item] = await store.outbox.claim('p', { limit: 1, leaseMs: 60_000 });
    expect(item).toMatchObject({ sealed: false, message: { id: card.id, remediationId: row.id } });
    const drawn = await keeperOf(store).draw(item?.message ?? ({} as never));

    expect(JSON.parse(drawn?.text ?? '{}')).toMatchObject({
      ...{ card: row.handle, state: 'requested', plan: row.planHash },
      buttons: ['approve', 'reject', 'cancel'],
    });
    const { id, places } = await newest(row.id);
    expect(places).toEqual([card.id]);
    expect(await bot().press(id, { channel: card.channel, ts: card.ts ?? '' })).toBe(row.planHash);
  });
});

it('R-A10: what the bot writes into the outbox is known again, and no other row and no changed one', async () => {
  const own = (await postgres.migrated()).store({ seal: sealOf('xoxb-1') });
  const id = systemIds.uuid();
  const rendered = {
    text: 'ünïcode 🚀 \u2028',
    blocks: [{ type: 'x', n: 1.5e-7, none: null, list: [1, 'a'] }],
  };
  await own.tx((tx) => tx.messages.post({ id, purpose: 'root', channel: 'C1', rendered, urgency: 'answer' }));
  const take = async () => (await own.outbox.claim('p', { limit: 1, leaseMs: 0 }))[0]?.sealed;

  expect(await take()).toBe(true);
  await own.tx((tx) => tx.messages.update(id, { text: 'newer' }, 'decision'));
  expect(await take()).toBe(true);
});
