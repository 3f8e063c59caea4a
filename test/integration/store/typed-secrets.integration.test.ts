import { KnownSecrets } from '@aetherius/redact';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../../src/domain/kernel/secret.ts';
import { Redaction } from '../../../src/domain/settings/redaction.ts';
import { systemClock, systemIds } from '../../../src/platform/process/clock.ts';
import { createProcessRedaction } from '../../../src/platform/redact/process-redactor.ts';
import { createSlackGate } from '../../../src/platform/slack/gate.ts';
import { createDeliveryInbox } from '../../../src/platform/slack/inbox.ts';
import type { PostgresStore } from '../../../src/platform/store/store.ts';
import { createRunExecutor } from '../../../src/services/run/run-executor.service.ts';
import { silentLogger } from '../../support/logger.ts';
import { type TestDatabase, usePostgres } from '../../support/postgres.ts';
import { plainRenderer } from '../../support/workbench.ts';

const postgres = usePostgres();

/** Of the environment: the worker knows it, the bot does not, and no rule sees that it is one. */
const password = 'Quartz Lagoon thirty one';
const env = { AUDIT_KEY: new Secret('an audit key of the tests that is long enough') };
const settings = Redaction.parse({});
const redactionOf = (...secrets: readonly string[]) => {
  const known = new KnownSecrets();
  for (const secret of secrets) known.learn(secret);
  return createProcessRedaction({ env, known, settings });
};
const [ofBot, ofWorker] = [redactionOf(), redactionOf(password)];
const responseUrl = 'https://hooks.slack.test/commands/1';

async function open() {
  const database = await postgres.migrated();
  const bot = database.store({ redactorOf: ofBot.redactorOf });
  const inbox = createDeliveryInbox({
    token: new Secret('xoxb-of-the-tests'),
    database: { url: database.url },
    logger: silentLogger,
    redactorOf: ofBot.redactorOf,
  });
  return { database, bot, inbox };
}

/** As the bot stores a typed command: first the delivery, then its run. */
async function typed({ bot, inbox }: Awaited<ReturnType<typeof open>>, key: string, symptom: string) {
  const id = systemIds.uuid();
  const body = {
    command: '/aetherius',
    text: `diagnose ${symptom}`,
    user_id: 'U1',
    response_url: responseUrl,
  };
  expect(await inbox.accept({ key, kind: 'command', digest: 'd', body }, 1500)).toBe(true);
  await bot.tx((tx) =>
    tx.runs.insert({
      ...{ id, kind: 'diagnose', environment: 'prod', params: { symptom }, source: 'slash' },
      dedupeKey: key,
    }),
  );
  return id;
}

/** All that stands in the database, as an owner of it reads it. */
async function everything(database: TestDatabase): Promise<string> {
  const tables = await database.sql<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'`,
  );
  const rows = await Promise.all(
    tables.map(({ name }) =>
      database.sql<{ row: string }>(`SELECT to_jsonb(t)::text AS row FROM "${name}" t`),
    ),
  );
  return rows
    .flat()
    .map(({ row }) => row)
    .join('\n');
}

async function execute(store: PostgresStore, runId: string, look: (params: object) => Promise<void>) {
  const executor = createRunExecutor({
    ...{ store, renderer: plainRenderer, clock: systemClock, ids: systemIds, logger: silentLogger },
    ...{ worker: 'worker', environments: ['prod'], redactorOf: ofWorker.redactorOf },
    handlers: {
      diagnose: {
        handle: async (lease) => {
          await look(lease.run.params);
          await lease.finish({}, () => Promise.resolve());
        },
      },
    },
  });
  await executor.execute({ runId, signal: new AbortController().signal });
}

describe('a secret that only the worker knows, typed by a person', () => {
  it('is gone from the run and from its delivery before the worker does anything with it', async () => {
    const all = await open();
    const { database, inbox } = all;
    const id = await typed(all, 'one', `D3 it says ${password} is wrong`);
    expect(await everything(database)).toContain(password);

    let seen: object = {};
    let stored = password;
    await execute(database.store({ redactorOf: ofWorker.redactorOf }), id, async (params) => {
      seen = params;
      stored = await everything(database);
    });

    expect(seen).toEqual({
      symptom: expect.stringMatching(/^D3 it says \[secret:\w{4}\] is wrong$/) as string,
    });
    expect(stored).not.toContain(password);
    expect(stored).toContain((seen as { readonly symptom: string }).symptom);
    // Who asked can still be answered, and nobody handles the emptied delivery again.
    expect(await inbox.responseUrlOf(id)).toEqual({ url: responseUrl, userId: 'U1' });
    await database.sql(`UPDATE inbox SET leased_until = clock_timestamp() - interval '1 second'`);
    expect(await inbox.abandoned(10)).toEqual([]);
    await inbox.close();
  });

  it('leaves what holds none as it was typed', async () => {
    const all = await open();
    const { database, inbox } = all;
    const id = await typed(all, 'one', 'D3 since ten');

    let seen: object = {};
    await execute(database.store({ redactorOf: ofWorker.redactorOf }), id, async (params) => {
      seen = params;
    });

    expect(seen).toEqual({ symptom: 'D3 since ten' });
    await database.sql(`UPDATE inbox SET leased_until = clock_timestamp() - interval '1 second'`);
    expect((await inbox.abandoned(10)).map(({ key }) => key)).toEqual(['one']);
    await inbox.close();
  });

  it('is cleaned again by the next worker when the first one died before it was stored', async () => {
    const all = await open();
    const { database, bot, inbox } = all;
    const id = await typed(all, 'one', `D3 ${password}`);
    await bot.tx((tx) => tx.runs.claim(id, 'dead', 1));
    await expect.poll(() => bot.tx((tx) => tx.runs.waiting(['prod'], 0, 10))).toHaveLength(1);

    await execute(database.store({ redactorOf: ofWorker.redactorOf }), id, () => Promise.resolve());

    expect(await everything(database)).not.toContain(password);
    // A worker that has lost the run writes nothing.
    expect(await bot.tx((tx) => tx.runs.clean(id, 'dead', { symptom: 'x' }))).toBe(false);
    await inbox.close();
  });

  it('stands in a delivery no longer than until it is handled', async () => {
    const all = await open();
    const { database, inbox } = all;
    const body = {
      command: '/aetherius',
      text: `history ${password}`,
      user_id: 'U1',
      response_url: responseUrl,
    };
    await inbox.accept({ key: 'one', kind: 'command', digest: 'd', body }, 1500);
    expect(await everything(database)).toContain(password);

    await inbox.handled('one');

    expect(await everything(database)).not.toContain(password);
    expect(await everything(database)).toContain(responseUrl);
    await inbox.close();
  });

  it.each([
    ['is too old', `received_at = clock_timestamp() - interval '16 minutes'`],
    ['has ended three processes', 'attempts = 3'],
  ])('goes with a delivery that %s', async (_why, state) => {
    const all = await open();
    const { database, inbox } = all;
    const body = { type: 'view_submission', user: { id: 'U1' }, view: { state: password } };
    await inbox.accept({ key: 'one', kind: 'view_submission', digest: 'd', body }, 1500);
    await inbox.accept(
      { key: 'two', kind: 'view_submission', digest: 'd', body: { user: { id: 'U2' } } },
      1500,
    );
    await database.sql(
      `UPDATE inbox SET leased_until = clock_timestamp() - interval '1 second', ${state} WHERE key = 'one'`,
    );

    expect(await inbox.abandoned(10)).toEqual([]);

    expect(await everything(database)).not.toContain(password);
    // One that is being handled keeps its body.
    expect(await everything(database)).toContain('"U2"');
    await inbox.close();
  });

  it('goes with a run that no worker took in time', async () => {
    const all = await open();
    const { database, bot, inbox } = all;
    const id = await typed(all, 'one', `D3 ${password}`);
    const other = await typed(all, 'two', 'D4');
    await inbox.handled('one');
    await bot.tx((tx) => tx.runs.claim(other, 'dead', 1));
    await expect.poll(() => bot.tx((tx) => tx.runs.waiting(['prod'], 0, 10))).toHaveLength(2);

    const expired = await bot.tx((tx) => tx.runs.expire(0, 10));

    expect(new Map(expired.map((run) => [run.id, run.params]))).toEqual(
      new Map<string, object>([
        [id, {}],
        [other, { symptom: 'D4' }],
      ]),
    );
    expect(await everything(database)).not.toContain(password);
    await inbox.close();
  });
});

describe('the stand-ins of one run', () => {
  it('are the same in its first post, in an edit, in a file, and at the gate to Slack', async () => {
    const { database, bot, inbox } = await open();
    const text = 'dial postgres://app:Falcon9Qx7Kd2Wz@db:5432/x';
    const [runId, id] = [systemIds.uuid(), systemIds.uuid()];
    const rendered = { text, blocks: [] };
    await bot.tx(async (tx) => {
      await tx.runs.insert({ id: runId, kind: 'health', environment: 'prod', params: {}, source: 'slash' });
      await tx.messages.post({ id, purpose: 'root', channel: 'C1', runId, rendered, urgency: 'answer' });
      await tx.messages.upload({
        ...{ channel: 'C1', parentId: id, runId, filename: 'a.md', title: 'a', content: text },
        encoding: 'utf8',
      });
    });
    await bot.tx((tx) => tx.messages.update(id, rendered, 'answer'));

    const rows = await database.sql<{ said: string }>(
      `SELECT coalesce(payload->>'text', payload->>'content') AS said FROM outbox ORDER BY seq`,
    );
    const said = ofBot.redactorOf(runId).text(text);
    expect(said).toMatch(/app:\[secret:\w{4}\]@db/);
    expect(rows.map((row) => row.said)).toEqual([said, said, said]);

    const [taken] = await bot.outbox.claim('sender', { limit: 1, leaseMs: 1000 });
    expect(taken?.message?.runId).toBe(runId);
    const gate = createSlackGate({ redactor: ofBot.redactor, redactorOf: ofBot.redactorOf });
    expect(gate.clean({ text }, 'C1', taken?.message?.runId)).toEqual({ text: said });
    await inbox.close();
  });
});
