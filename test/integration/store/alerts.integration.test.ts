/** Alerts on a real PostgreSQL: what is stored, and what a bot makes of it. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { IncomingAlert } from '../../../src/domain/alert/body.ts';
import type { Symptom } from '../../../src/domain/diagnosis/symptom.ts';
import { AppError } from '../../../src/domain/kernel/errors.ts';
import { systemClock, systemIds } from '../../../src/platform/process/clock.ts';
import { createAlertSink } from '../../../src/platform/store/alert-sink.ts';
import { kindRole } from '../../../src/platform/store/connection.ts';
import { plainRedactor } from '../../../src/platform/store/gate.ts';
import { createIncidents, type IncidentsOptions } from '../../../src/services/alert/incidents.service.ts';
import { beginRun } from '../../../src/services/run/run.service.ts';
import { silentLogger } from '../../support/logger.ts';
import { type TestDatabase, usePostgres } from '../../support/postgres.ts';

const postgres = usePostgres();
let database: TestDatabase;
beforeEach(async () => {
  database = await postgres.migrated();
});

const alert = (name: string, more: Partial<IncomingAlert> = {}): IncomingAlert => ({
  ...{ fingerprint: `fp-${name}`, startsAt: new Date('2026-12-01T03:00:00Z'), status: 'firing', name },
  ...{ labels: { alertname: name }, notes: {} },
  ...more,
});
const over = (name: string, more: Partial<IncomingAlert> = {}): IncomingAlert =>
  alert(name, { status: 'resolved', endsAt: new Date('2026-12-01T03:12:00Z'), ...more });

async function add(alerts: readonly IncomingAlert[], environment = 'prod'): Promise<void> {
  const sink = createAlertSink({
    database: { url: await database.kindUrl('alerts') },
    ...{ logger: silentLogger, redactorOf: plainRedactor },
  });
  try {
    await sink.add(environment, alerts);
  } finally {
    await sink.close();
  }
}

/** What the words of an alert mean here: a symptom where its name has the id of one. */
const read = (text: string): Symptom => {
  const id = /([DK]\d)/.exec(text)?.[1];
  if (id !== undefined) return { kind: 'known', ids: [id] };
  return text.includes('Maybe') ? { kind: 'choose', ids: ['D1', 'D2'] } : { kind: 'unknown' };
};

const line = (text: string) => ({ text });

async function bot(more: Partial<IncidentsOptions> = {}) {
  const store = database.store({
    ...{ database: { url: await database.kindUrl('bot') }, role: kindRole('bot') },
  });
  const renderer = {
    diagnosis: () => line('looking'),
    evidenceFile: () => '',
    chooseSymptom: () => line('?'),
  };
  return createIncidents({
    ...{ store, ids: systemIds, logger: silentLogger, read },
    courier: { run: () => Promise.resolve('ok'), execution: () => Promise.resolve('ok') },
    begin: (tx, input) =>
      beginRun(tx, input, {
        ...{ clock: systemClock, ids: systemIds, diagnosis: renderer },
        renderer: {} as Parameters<typeof beginRun>[2]['renderer'],
      }),
    lookWhoReads: () => Promise.resolve(true),
    knowsSomething: () => false,
    placeOf: (environment) =>
      environment === 'nowhere' ? undefined : { teamId: 'T1', channel: `C-${environment}`, language: 'en' },
    words: {
      unknown: (alerts) => line(`unknown: ${alerts.map(({ name }) => name).join()}`),
      joined: ({ count, names, again }) => line(`${again ? 'again' : 'joined'} ${count}: ${names.join()}`),
      over: (ms) => line(`over after ${ms / 60_000} min`),
    },
    ...more,
  });
}

const texts = async (): Promise<readonly string[]> => {
  const rows = await database.sql<{ text: string; thread: boolean }>(
    `SELECT payload->>'text' AS text FROM outbox ORDER BY seq`,
  );
  return rows.map(({ text }) => text);
};
const count = async (of: string): Promise<number> =>
  (await database.sql<{ n: number }>(`SELECT count(*)::int AS n FROM ${of}`))[0]?.n ?? -1;
const heads = () =>
  database.store().tx(async (tx) => {
    const rows = await database.sql<{ message_id: string }>(
      'SELECT message_id FROM incidents ORDER BY opened_at',
    );
    const found: Awaited<ReturnType<typeof tx.alerts.headOf>>[] = [];
    for (const { message_id: id } of rows) found.push(await tx.alerts.headOf(id));
    return found;
  });

describe('the login that receives', () => {
  it('stores an alert once, however often it comes, and its end beside it', async () => {
    await add([alert('A'), alert('A')]);
    await add([alert('A'), over('A')]);
    await add([alert('A', { startsAt: new Date('2026-12-01T04:00:00Z') })], 'prod');
    await add([alert('A')], 'stage');

    expect(await count('alerts')).toBe(4);
    expect(await count("alerts WHERE status = 'firing'")).toBe(3);
  });

  it('stores all of a body or nothing', async () => {
    await expect(add([alert('A'), alert('B', { status: 'pending' as 'firing' })])).rejects.toBeInstanceOf(
      AppError,
    );
    expect(await count('alerts')).toBe(0);
  });

  it('takes secrets out of texts, and leaves alone what an alert is told by', async () => {
    const fingerprint = 'c6eadffa33fcdf37';
    await add([alert('A', { fingerprint, notes: { summary: 'login with password=hunter2secret' } })]);

    const [row] = await database.sql<{ fingerprint: string; notes: { summary: string } }>(
      'SELECT fingerprint, notes FROM alerts',
    );
    expect(row?.fingerprint).toBe(fingerprint);
    expect(row?.notes.summary).toContain('login with password=');
    expect(row?.notes.summary).not.toContain('hunter2secret');
  });

  it('says so when PostgreSQL is away: nothing is answered with 200 then', async () => {
    const away = new URL(await database.kindUrl('alerts'));
    away.port = '1';
    const sink = createAlertSink({
      ...{ database: { url: away.href }, logger: silentLogger, redactorOf: plainRedactor },
    });

    await expect(sink.add('prod', [alert('A')])).rejects.toMatchObject({ code: 'DEPENDENCY_UNAVAILABLE' });
    await sink.close();
  });
});

describe('what a bot makes of alerts', () => {
  it('one incident and one run for one symptom of an environment, whatever the names and however many', async () => {
    const one = await bot();
    await add([...Array.from({ length: 450 }, (_, index) => alert(`Redis D3 ${index}`)), alert('Slow D2')]);
    await add([alert('Redis D3 0')], 'stage');
    expect(await one.round()).toBe(452);
    expect(await one.round()).toBe(0);

    expect(await count('incidents')).toBe(3);
    expect(await count('runs')).toBe(3);
    expect(await count('alerts WHERE incident_id IS NULL OR taken_at IS NULL')).toBe(0);
    expect((await heads()).map((head) => head?.alerts).toSorted()).toEqual([1, 1, 450]);
    const started = await database.sql<{
      params: { symptom: string };
      source: string;
      requested_by: unknown;
    }>('SELECT params, source, requested_by FROM runs ORDER BY params');
    expect(started.map(({ params }) => params.symptom)).toEqual(['D2', 'D3', 'D3']);
    expect(started[0]).toMatchObject({ source: 'webhook', requested_by: null });
  });

  it('what joins, ends and comes back is told in the thread of the first message', async () => {
    const one = await bot();
    await add([alert('Redis D3')]);
    await one.round();
    await add([alert('Cache D3')]);
    await one.round();
    await add([over('Redis D3')]);
    await one.round();
    expect((await heads())[0]).toMatchObject({ alerts: 2, open: 1, names: ['Redis D3', 'Cache D3'] });
    expect((await heads())[0]?.until).toBeUndefined();
    await add([over('Cache D3', { endsAt: new Date('2026-12-01T03:20:00Z') })]);
    await one.round();
    expect((await heads())[0]).toMatchObject({ open: 0, until: new Date('2026-12-01T03:20:00Z') });
    await add([alert('Redis D3', { startsAt: new Date('2026-12-01T03:21:00Z') })]);
    await one.round();
    expect((await heads())[0]).toMatchObject({ alerts: 3, open: 1 });
    expect((await heads())[0]?.until).toBeUndefined();

    expect(await count('runs')).toBe(1);
    const told = await database.sql<{ text: string; parent: boolean }>(
      `SELECT payload->>'text' AS text, m.parent_id = i.message_id AS parent FROM outbox
       JOIN messages m ON m.id = outbox.message_id, incidents i WHERE m.purpose = 'alert-line' ORDER BY seq`,
    );
    expect(told).toEqual([
      { text: 'joined 1: Cache D3', parent: true },
      { text: 'over after 20 min', parent: true },
      { text: 'again 1: Redis D3', parent: true },
    ]);
  });

  it('a storm is one line in the thread, and the next one when a quarter of a minute is over', async () => {
    const one = await bot();
    await add([alert('Redis D3')]);
    await one.round();
    for (let index = 0; index < 5; index += 1) {
      await add([alert(`Cache D3 ${index}`)]);
      await one.round();
    }
    expect((await texts()).filter((text) => text.startsWith('joined'))).toEqual(['joined 1: Cache D3 0']);
    await database.sql("UPDATE incidents SET line_at = clock_timestamp() - interval '16 seconds'");
    await one.round();

    expect((await texts()).filter((text) => text.startsWith('joined'))).toEqual([
      'joined 1: Cache D3 0',
      'joined 4: Cache D3 1,Cache D3 2,Cache D3 3,Cache D3 4',
    ]);
  });

  it('an incident that is over for ten minutes takes nothing more', async () => {
    const one = await bot();
    await add([alert('Redis D3'), over('Redis D3')]);
    await one.round();
    await database.sql("UPDATE incidents SET resolved_at = clock_timestamp() - interval '10 minutes'");
    await add([alert('Redis D3', { startsAt: new Date('2026-12-01T05:00:00Z') })]);
    await one.round();

    expect(await count('incidents')).toBe(2);
    expect(await count('runs')).toBe(2);
  });

  it('alerts without a diagnosis get three messages, and the rest stands in one', async () => {
    const one = await bot();
    await add(['One', 'Two', 'Three', 'Four', 'Five'].map((name) => alert(name)));
    await add([alert('Six')]);
    await one.round();
    await add([alert('Seven')]);
    await one.round();

    expect(await count('incidents')).toBe(4);
    expect(await count('runs')).toBe(0);
    expect(await count("messages WHERE purpose = 'alert'")).toBe(4);
    expect((await heads()).at(-1)).toMatchObject({ alerts: 4, names: ['Four', 'Five', 'Six', 'Seven'] });
  });

  it('a heartbeat, an environment without a channel, and an end without a beginning are told to nobody', async () => {
    const one = await bot();
    await add([alert('Watchdog'), over('Never D3')]);
    await add([alert('Redis D3')], 'nowhere');
    expect(await one.round()).toBe(3);

    expect(await texts()).toEqual([]);
    expect(await count('alerts WHERE taken_at IS NULL')).toBe(0);
  });

  it('one that cannot be told of does not keep the others waiting', async () => {
    const one = await bot({
      read(text) {
        if (text.includes('Poison')) throw new Error('no words for this');
        return read(text);
      },
    });
    await add([alert('Poison'), alert('Redis D3')]);
    await one.round();
    await one.round();

    expect(await count('incidents')).toBe(1);
    expect(await count('alerts WHERE taken_at IS NULL')).toBe(0);
  });

  it('nothing is told before it is known who reads there, also not what arrives between the two looks', async () => {
    await add([alert('Early')]);
    expect(await (await bot({ lookWhoReads: () => Promise.resolve(false) })).round()).toBe(0);
    expect(await (await bot()).round()).toBe(1);

    const store = database.store();
    let transactions = 0;
    const late: typeof store = {
      ...store,
      async tx(work) {
        const result = await store.tx(work);
        transactions += 1;
        if (transactions === 1) await add([alert('Late')]);
        return result;
      },
    };
    let looks = 0;
    const lookWhoReads = () => Promise.resolve((looks += 1) > 0);
    const service = await bot({ store: late, lookWhoReads });
    expect([await service.round(), looks]).toEqual([0, 0]);
    expect([await service.round(), looks]).toEqual([1, 1]);
  });

  it('two bots at once tell of each alert once', async () => {
    const [one, two] = [await bot({ batch: 3 }), await bot({ batch: 3 })];
    await add(Array.from({ length: 30 }, (_, index) => alert(`Redis D3 ${index}`)));
    while ((await count('alerts WHERE taken_at IS NULL')) > 0) await Promise.all([one.round(), two.round()]);

    expect(await count('incidents')).toBe(1);
    expect(await count('runs')).toBe(1);
    expect((await heads())[0]?.alerts).toBe(30);
  });

  it('the newest render is what is sent again, also when an answer comes at the same time', async () => {
    const one = await bot();
    await add([alert('Redis D3')]);
    await one.round();
    const store = database.store();
    const [row] = await database.sql<{ message_id: string }>('SELECT message_id FROM incidents');
    const id = row?.message_id ?? '';
    let again: Promise<unknown> | undefined;
    await store.tx(async (tx) => {
      await tx.messages.update(id, line('the answer'), 'answer');
      again = store.tx((other) => other.messages.again(id, 'progress'));
      // It waits for this transaction, and sees its render.
      await tx.now();
    });
    await again;
    const [last] = await database.sql<{ text: string; mac: string | null; state: string }>(
      `SELECT payload->>'text' AS text, mac, state FROM outbox WHERE message_id = $1 ORDER BY version DESC LIMIT 1`,
      [id],
    );

    expect(last).toEqual({ text: 'the answer', mac: null, state: 'pending' });
  });
});

describe('an incident of which all is muted', () => {
  const by = { teamId: 'T1', userId: 'U1', via: 'slack' } as const;
  const mute = { environment: 'prod', part: 'redis', cause: 'REDIS_MEMORY_AT_LIMIT' } as const;
  const muteIt = async (): Promise<string> => {
    const id = systemIds.uuid();
    const more = { severity: 'critical', kind: 'mute', whileThere: false, reason: 'planned' } as const;
    await database.store().tx((tx) => tx.mutes.add({ ...mute, ...more, id, by, forMs: 3_600_000 }));
    return id;
  };
  /** As the worker ends a diagnosis of which all is muted. */
  const answered = async (muted: readonly string[]): Promise<boolean> => {
    const [row] = await database.sql<{ message_id: string; run_id: string }>(
      'SELECT message_id, run_id FROM incidents ORDER BY opened_at DESC LIMIT 1',
    );
    const withheld = await database.store().tx((tx) => tx.messages.withhold(row?.message_id ?? ''));
    await database.sql("UPDATE runs SET state = 'complete', summary = $2 WHERE id = $1", [
      row?.run_id,
      JSON.stringify({ muted }),
    ]);
    return withheld;
  };
  const pending = () => count("outbox o JOIN messages m ON m.id = o.message_id WHERE o.state = 'pending'");

  it('waits for its diagnosis, and is told to nobody: not what joins, not its end', async () => {
    const one = await bot();
    const id = await muteIt();
    await add([alert('Redis D3')]);
    await one.round();
    const [held] = await database.sql<{ held: boolean }>(
      "SELECT due_at > clock_timestamp() + interval '1 minute' AS held FROM outbox",
    );
    expect(held?.held).toBe(true);
    await add([alert('Cache D3')]);
    await one.round();
    expect(await answered([id])).toBe(true);
    expect(await pending()).toBe(0);

    await add([alert('More D3')]);
    await one.round();
    await add([over('Redis D3'), over('Cache D3'), over('More D3')]);
    await one.round();
    expect(await pending()).toBe(0);
    expect(await count('incidents WHERE resolved_at IS NOT NULL AND alerts = 3')).toBe(1);
    expect(await count('runs')).toBe(1);
    // What comes back is another one, and is looked at.
    await add([alert('Redis D3', { startsAt: new Date('2026-12-01T05:00:00Z') })]);
    await one.round();
    expect(await count('incidents')).toBe(2);
    expect(await count('runs')).toBe(2);
  });

  it('is looked at again when its mute is lifted, now and then, and after more has joined', async () => {
    const one = await bot();
    const id = await muteIt();
    await add([alert('Redis D3')]);
    await one.round();
    await answered([id]);
    await one.round();
    expect(await count('runs')).toBe(1);
    const earlier = (minutes: number) =>
      database.sql(
        `UPDATE incidents SET opened_at = clock_timestamp() - interval '${minutes} minutes', line_at = NULL`,
      );
    await earlier(6);
    await one.round();
    expect(await count('runs')).toBe(1);
    await add([alert('Cache D3')]);
    await one.round();
    expect(await count('runs')).toBe(2);
    await answered([id]);
    await earlier(31);
    await one.round();
    expect(await count('runs')).toBe(3);
    await answered([id]);
    await database.store().tx((tx) => tx.mutes.end(id, 'lifted'));
    await one.round();

    expect(await count('runs')).toBe(4);
    expect(await count('incidents')).toBe(1);
    const [last] = await database.sql<{ params: unknown; source: string; held: boolean }>(
      `SELECT r.params, r.source, o.due_at > clock_timestamp() + interval '1 minute' AS held FROM incidents i
       JOIN runs r ON r.id = i.run_id JOIN outbox o ON o.message_id = i.message_id`,
    );
    expect(last).toEqual({ params: { symptom: 'D3' }, source: 'webhook', held: false });
  });

  it('is answered like any other where its message stands in Slack already', async () => {
    const one = await bot();
    await muteIt();
    await add([alert('Redis D3')]);
    await one.round();
    await database.sql("UPDATE outbox SET state = 'sending', attempts = 1");
    const [row] = await database.sql<{ message_id: string }>('SELECT message_id FROM incidents');
    const withhold = () => database.store().tx((tx) => tx.messages.withhold(row?.message_id ?? ''));
    expect(await withhold()).toBe(false);
    await database.sql("UPDATE outbox SET state = 'sent'");
    await database.sql("UPDATE messages SET ts = '1.2'");
    expect(await withhold()).toBe(false);
  });
});
