import { describe, expect, test } from 'vitest';
import type { OutboxItem } from '../../../src/domain/message/outbox.ts';
import type { Urgency } from '../../../src/domain/message/sending.ts';
import type { Store } from '../../../src/domain/ports/store.ts';
import { systemIds } from '../../../src/platform/process/clock.ts';
import type { PostgresStore } from '../../../src/platform/store/store.ts';
import { type TestDatabase, usePostgres } from '../../support/postgres.ts';

const postgres = usePostgres();
const id = () => systemIds.uuid();

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('expected a value');
  return value;
}

interface Posting {
  readonly parentId?: string;
  readonly urgency?: Urgency;
  readonly holdMs?: number;
  readonly text?: string;
}

const post = (store: Store, channel: string, { urgency = 'answer', text = 'first', ...more }: Posting = {}) =>
  store.tx((tx) =>
    tx.messages.post({ id: id(), purpose: 'root', channel, rendered: { text }, urgency, ...more }),
  );
const update = (store: Store, message: string, text: string, urgency: Urgency = 'answer') =>
  store.tx((tx) => tx.messages.update(message, { text }, urgency));
const claim = (store: PostgresStore, more: Partial<Parameters<PostgresStore['outbox']['claim']>[1]> = {}) =>
  store.outbox.claim('p', { limit: 10, leaseMs: 60_000, ...more });
const texts = (items: readonly OutboxItem[]) =>
  items.map((item) => (item.kind === 'render' ? item.payload.text : item.kind));
/** Claims and sends until nothing is left that is due; the texts in the order in which they went. */
const sendAll = async (store: PostgresStore): Promise<readonly string[]> => {
  const all: string[] = [];
  for (let items = await claim(store); items.length > 0; items = await claim(store))
    for (const item of items) {
      all.push(...texts([item]));
      const ts = item.message?.ts ?? `${all.length}.0`;
      await store.outbox.sent(item.id, 'p', item.kind === 'render' ? { ts } : {});
    }
  return all;
};
/** Time is the database's: what is due in so many milliseconds is made due now. */
const pass = (database: TestDatabase, forMs: number) =>
  database.sql(`UPDATE outbox SET due_at = due_at - $1 * interval '1 millisecond' WHERE state = 'pending'`, [
    forMs,
  ]);

describe('outbox', () => {
  test('a newer render replaces the pending one (R-S4)', async () => {
    const store = (await postgres.migrated()).store();
    const message = await post(store, 'C1');
    await update(store, message, 'second');

    const items = await claim(store);

    expect(items.map(({ payload, version, method }) => ({ payload, version, method }))).toEqual([
      { payload: { text: 'second' }, version: 2, method: 'post' },
    ]);
  });

  test('the senders of a lane are told, by a post, an edit and an answer to one person', async () => {
    const store = (await postgres.migrated()).store();
    const heard: string[] = [];
    await store.listen('outbox', (payload) => heard.push(payload));
    await expect.poll(() => heard).toEqual(['']);

    const message = await post(store, 'C1');
    await update(store, message, 'second');
    await store.tx((tx) => tx.messages.ephemeral({ channel: 'C2', userId: 'U1' }, { text: 'psst' }));

    await expect.poll(() => heard).toEqual(['', 'C1', 'C1', 'C2']);
  });

  test('a render that replaces a decision keeps its place before progress', async () => {
    const store = (await postgres.migrated()).store();
    const message = await post(store, 'C1', { urgency: 'decision' });
    await post(store, 'C1', { urgency: 'progress' });
    await update(store, message, 'second', 'progress');

    const [first] = await claim(store);

    expect(first).toMatchObject({ payload: { text: 'second' }, urgency: 'decision' });
  });

  test('twenty edits at once leave one to send, the newest', async () => {
    const store = (await postgres.migrated()).store();
    const message = await post(store, 'C1');
    await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        update(store, message, `${n}`, n % 2 === 0 ? 'decision' : 'progress'),
      ),
    );

    const items = await claim(store);

    expect(items.map(({ version }) => version)).toEqual([21]);
    expect(await store.outbox.depth()).toBe(1);
  });

  test('one item of a lane is in flight, whoever asks, and lanes do not wait for each other', async () => {
    const store = (await postgres.migrated()).store();
    await post(store, 'C1');
    await post(store, 'C1');
    await post(store, 'C2');

    const claims = await Promise.all(
      ['a', 'b', 'c'].map((owner) => store.outbox.claim(owner, { limit: 10, leaseMs: 60_000 })),
    );

    expect(
      claims
        .flat()
        .map((item) => item.lane)
        .toSorted(),
    ).toEqual(['C1', 'C2']);
  });

  test('a reply waits for its parent and then stands in its thread', async () => {
    const store = (await postgres.migrated()).store();
    const parentId = await post(store, 'C1', { urgency: 'progress' });
    await post(store, 'C1', { parentId });
    const [parent] = await claim(store, { limit: 1 });
    expect(parent?.message?.id).toBe(parentId);
    await store.outbox.sent(required(parent).id, 'p', { ts: '7.7' });

    const [reply] = await claim(store, { limit: 1 });

    expect(reply?.message?.threadTs).toBe('7.7');
  });

  test('an item whose sender died is due again when the lease ends, and its late answer counts no more', async () => {
    const store = (await postgres.migrated()).store();
    await post(store, 'C1');
    const [first] = await store.outbox.claim('dead', { limit: 1, leaseMs: 0 });

    const [again] = await store.outbox.claim('alive', { limit: 1, leaseMs: 60_000 });

    expect(again).toMatchObject({ id: first?.id, attempts: 2 });
    expect(await store.outbox.sent(required(first).id, 'dead', { ts: '1' })).toBe(false);
    expect(await store.outbox.sent(required(again).id, 'alive', { ts: '2' })).toBe(true);
  });

  test('a closed method or lane is left alone, from its urgency on', async () => {
    const store = (await postgres.migrated()).store();
    await post(store, 'C1');
    await post(store, 'C2', { urgency: 'decision' });

    const none = await claim(store, { closed: [{ method: 'post', from: 'decision' }] });
    const decision = await claim(store, { closed: [{ method: 'post', from: 'answer' }] });
    const notThere = await claim(store, { closed: [{ method: 'post', lane: 'C1', from: 'progress' }] });

    expect(none).toEqual([]);
    expect(decision.map((item) => item.lane)).toEqual(['C2']);
    expect(notThere.map((item) => item.lane)).toEqual(['C1']);
  });

  test('a closed lane is closed for posts alone', async () => {
    const store = (await postgres.migrated()).store();
    const message = await post(store, 'C1');
    await sendAll(store);
    await update(store, message, 'edited', 'decision');
    await post(store, 'C1', { text: 'posted', urgency: 'decision' });
    await post(store, 'C2', { text: 'elsewhere' });

    const items = await claim(store, { closed: [{ method: 'post', lane: 'C1', from: 'decision' }] });

    expect(texts(items).toSorted()).toEqual(['edited', 'elsewhere']);
  });

  test('an item put off is due later, and replaced when a newer render was made meanwhile', async () => {
    const store = (await postgres.migrated()).store();
    const message = await post(store, 'C1');
    const [first] = await claim(store, { limit: 1 });
    await update(store, message, 'newer');
    await store.outbox.retry(required(first).id, 'p', { afterMs: 0, error: 'ratelimited' });

    const items = await claim(store);

    expect(items.map((item) => item.version)).toEqual([2]);
  });

  test('an attempt that surely did not reach Slack does not count as one', async () => {
    const store = (await postgres.migrated()).store();
    const message = await post(store, 'C1');
    const attempts: (number | undefined)[] = [];
    for (const unsent of [true, true, false]) {
      const [item] = await claim(store);
      attempts.push(item?.attempts);
      const again = { afterMs: 0, error: 'again', ...(unsent ? { unsent: true as const } : {}) };
      await store.outbox.retry(required(item).id, 'p', again);
    }
    await update(store, message, 'newer');

    const [newer] = await claim(store);

    expect(attempts).toEqual([1, 1, 1]);
    expect(newer).toMatchObject({ attempts: 1, triedBefore: true });
  });
});

describe('the order in which the outbox is sent', () => {
  test('decisions before answers before progress, and a whole answer before the replies under another', async () => {
    const store = (await postgres.migrated()).store();
    const parentId = await post(store, 'C1', { text: 'table 1' });
    await sendAll(store);
    await post(store, 'C1', { text: 'progress', urgency: 'progress' });
    await post(store, 'C1', { text: 'finding 1', parentId });
    await post(store, 'C1', { text: 'finding 2', parentId });
    await post(store, 'C1', { text: 'table 2' });
    await post(store, 'C1', { text: 'card', urgency: 'decision', parentId });
    await post(store, 'C1', { text: 'refusal', urgency: 'decision' });

    expect(await sendAll(store)).toEqual([
      'card',
      'refusal',
      'table 2',
      'finding 1',
      'finding 2',
      'progress',
    ]);
  });

  test('over all channels too, when more are due than are taken at once', async () => {
    const store = (await postgres.migrated()).store();
    for (let lane = 0; lane < 9; lane += 1) await post(store, `C${lane}`, { urgency: 'progress' });
    await post(store, 'CX', { text: 'answer' });
    await post(store, 'CY', { text: 'decision', urgency: 'decision' });

    const items = await claim(store, { limit: 3 });

    expect(texts(items)).toEqual(['decision', 'answer', 'first']);
  });
});

describe('what is kept back', () => {
  /** Longer than the product keeps anything back, so that no test depends on how fast it is. */
  const holdMs = 20_000;
  const held = { urgency: 'progress', holdMs, text: 'waiting' } as const;

  test('is not sent before its time, and then as it was last rendered', async () => {
    const database = await postgres.migrated();
    const store = database.store();
    const message = await post(store, 'C1', held);
    expect(await claim(store)).toEqual([]);
    expect(await store.outbox.nextDue()).toBeGreaterThan(holdMs / 2);
    expect(await store.outbox.nextDue()).toBeLessThanOrEqual(holdMs);

    await update(store, message, 'looking', 'progress');
    const tooSoon = await claim(store);
    await pass(database, holdMs);

    expect(tooSoon).toEqual([]);
    expect(texts(await claim(store))).toEqual(['looking']);
  });

  test('gives way to the answer at once: one post, and its replies after it', async () => {
    const store = (await postgres.migrated()).store();
    const message = await post(store, 'C1', held);
    await update(store, message, 'looking', 'progress');
    await store.tx(async (tx) => {
      await tx.messages.update(message, { text: 'table' }, 'answer');
      const reply = { purpose: 'finding', channel: 'C1', urgency: 'answer' } as const;
      await tx.messages.post({ ...reply, id: id(), parentId: message, rendered: { text: 'finding' } });
    });

    const [table] = await claim(store);
    expect(table).toMatchObject({ method: 'post', attempts: 1, triedBefore: false, movable: false });
    await store.outbox.sent(required(table).id, 'p', { ts: '1.1' });
    const [finding] = await claim(store);

    expect(texts([required(table), required(finding)])).toEqual(['table', 'finding']);
    expect(finding?.message?.threadTs).toBe('1.1');
  });

  test('is sent by another process when the one that kept it back is gone, and its answer finds it', async () => {
    const database = await postgres.migrated();
    const message = await post(database.store(), 'C1', held);
    await pass(database, holdMs);
    const another = database.store();

    expect(await sendAll(another)).toEqual(['waiting']);
    await update(another, message, 'table');
    const [answer] = await claim(another);

    expect(answer).toMatchObject({ method: 'update', movable: true, message: { id: message, ts: '1.0' } });
  });
});

describe('an answer for which no edit is left', () => {
  const closed = [{ method: 'update', from: 'decision' }] as const;
  const left = { text: 'further down' };

  /** A message that has shown progress, with an answer and a reply under it waiting. */
  async function waiting(more: { readonly threadTs?: string } = {}) {
    const database = await postgres.migrated();
    const store = database.store();
    const message = id();
    await store.tx((tx) =>
      tx.messages.post({
        ...more,
        id: message,
        purpose: 'root',
        channel: 'C1',
        rendered: { text: 'looking' },
        urgency: 'progress',
      }),
    );
    await sendAll(store);
    await update(store, message, 'table');
    await post(store, 'C1', { parentId: message, text: 'finding' });
    return { database, store, message };
  }

  test('is given as one that may be posted, unless posts are closed too', async () => {
    const { store } = await waiting();

    const none = await claim(store, { closed: [...closed, { method: 'post', lane: 'C1', from: 'answer' }] });
    const [answer] = await claim(store, { closed });

    expect(none).toEqual([]);
    expect(answer).toMatchObject({ method: 'update', movable: true, payload: { text: 'table' } });
  });

  test('is posted, its replies stand under it, and what showed progress is edited after that', async () => {
    const { database, store, message } = await waiting();
    const [answer] = await claim(store, { closed });

    expect(await store.outbox.move(required(answer).id, 'p', left)).toBe(true);
    await pass(database, 60_000);
    expect(await claim(store, { closed })).toEqual([]);
    await store.outbox.sent(required(answer).id, 'p', { ts: '9.9' });

    const [finding] = await claim(store, { closed });
    expect(finding).toMatchObject({ payload: { text: 'finding' }, message: { threadTs: '9.9' } });
    await store.outbox.sent(required(finding).id, 'p', { ts: '9.95' });
    expect(await claim(store, { closed })).toEqual([]);
    const [stays] = await claim(store);
    expect(stays).toMatchObject({
      payload: left,
      method: 'update',
      urgency: 'progress',
      message: { purpose: 'moved', ts: '1.0', parentTs: '9.9' },
    });
    const rows = await database.sql('SELECT ts, moved_from FROM messages WHERE id = $1', [message]);
    expect(rows).toEqual([{ ts: '9.9', moved_from: '1.0' }]);
  });

  test('is looked for by whoever takes it up when its sender died after it was moved', async () => {
    const { store, message } = await waiting();
    const [answer] = await store.outbox.claim('dead', { limit: 1, leaseMs: 0, closed });
    await store.outbox.move(required(answer).id, 'dead', left);

    const [again] = await claim(store, { closed });

    expect(again).toMatchObject({ id: answer?.id, method: 'post', attempts: 2, movable: false });
    expect(again?.message).toMatchObject({ id: message, movedFrom: '1.0' });
    expect(again?.message?.ts).toBeUndefined();
    expect(await store.outbox.move(required(again).id, 'p', left)).toBe(false);
    expect(await store.outbox.move(required(again).id, 'dead', left)).toBe(false);
  });

  test('stays in the thread in which it was asked for', async () => {
    const { store } = await waiting({ threadTs: '5.5' });
    const [answer] = await claim(store, { closed });
    await store.outbox.move(required(answer).id, 'p', left);
    await store.outbox.retry(required(answer).id, 'p', { afterMs: 0, error: 'again' });

    const [again] = await claim(store, { closed });

    expect(again?.message?.threadTs).toBe('5.5');
  });

  test('is the only thing that moves: not progress, not a decision, not what has an answer already', async () => {
    const { store, message } = await waiting();
    expect(await sendAll(store)).toEqual(['table', 'finding']);
    await update(store, message, 'repaired', 'answer');
    const decided = await post(store, 'C2', { urgency: 'decision', text: 'card' });
    const looking = await post(store, 'C3', { urgency: 'progress', text: 'looking' });
    await sendAll(store);
    await update(store, message, 'repaired again', 'answer');
    await update(store, decided, 'approved', 'decision');
    await update(store, looking, 'still looking', 'progress');

    const none = await claim(store, { closed });
    const all = await claim(store);

    expect(none).toEqual([]);
    expect(all.map((item) => [item.message?.channel, item.movable])).toEqual([
      ['C2', false],
      ['C1', false],
      ['C3', false],
    ]);
    expect(await store.outbox.move(required(all[1]).id, 'p', left)).toBe(false);
  });
});

describe('when something can be sent again', () => {
  test('is not told by what waits for a limit, a parent or its lane', async () => {
    const store = (await postgres.migrated()).store();
    expect(await store.outbox.nextDue()).toBeUndefined();
    const parentId = await post(store, 'C1', { holdMs: 20_000 });
    await post(store, 'C1', { parentId });
    await post(store, 'C2');
    const [busy] = await claim(store, { leaseMs: 10_000 });
    await post(store, 'C2');
    await post(store, 'C3');

    const all = await store.outbox.nextDue();
    const closed = await store.outbox.nextDue({ closed: [{ method: 'post', lane: 'C3', from: 'answer' }] });
    await store.outbox.sent(required(busy).id, 'p', { ts: '1.0' });
    const free = await store.outbox.nextDue({ closed: [{ method: 'post', lane: 'C3', from: 'answer' }] });

    expect(all).toBe(0);
    expect(closed).toBeGreaterThan(5000);
    expect(closed).toBeLessThanOrEqual(10_000);
    expect(free).toBe(0);
  });
});
