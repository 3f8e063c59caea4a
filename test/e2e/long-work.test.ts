/** R-X16 in Slack: the one card of a fix that takes long, its Stop button, and how it goes on. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SlackMessage } from '@aetherius/slack-emulator';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type PostgresServer, startPostgres } from '../../lab/components/postgres.ts';
import { people, places, useStage } from '../support/slack-product.ts';

const stage = useStage();
const channel = places.incidents;
const dir = mkdtempSync(join(tmpdir(), 'aetherius-long-work-'));
let server: PostgresServer;
const clients: Client[] = [];
const rows = 10_000;

async function connect(): Promise<Client> {
  const client = new Client({ connectionString: server.url('agent_manager') });
  client.on('error', () => undefined);
  await client.connect();
  clients.push(client);
  return client;
}

beforeAll(async () => {
  server = await startPostgres({ dir, databases: ['agent_manager'] });
});
afterAll(async () => {
  await Promise.allSettled(clients.map((client) => client.end()));
  await server?.stop();
  rmSync(dir, { recursive: true, force: true });
});

it('R-X16: shows how far it is and why it waits, is stopped by its button or a word, and goes on when it is asked for again', async () => {
  const platform = await connect();
  await platform.query(
    `CREATE TABLE events (id int PRIMARY KEY, severity text, timestamp timestamptz); CREATE TABLE other ();
     INSERT INTO events SELECT i, 'low', now() - interval '40 days' FROM generate_series(1, ${rows}) i`,
  );
  const product = await stage.start({
    environmentsYaml: `  prod:
    runtime: { kind: none }
    postgres: { url: { env: TARGET_PG_URL }, databases: { agentManager: agent_manager } }
`,
    env: { TARGET_PG_URL: server.url() },
  });
  const { control } = product.slack;
  /** Asks for the fix and has it approved; its card. */
  const started = async (): Promise<SlackMessage> => {
    await control.command({
      user: people.requester,
      channel,
      text: '/aetherius fix postgres.archive-old-rows prod',
    });
    const offer = await control.waitForMessage(
      { channel, contains: 'remediation.request' },
      { timeoutMs: 15_000 },
    );
    const press = (user: string, actionId: string) =>
      control.click({ user, channel, ts: offer.ts, actionId, confirm: true });
    await press(people.requester, 'remediation.request');
    await cardShows(offer, 'remediation.approve');
    await press(people.approver, 'remediation.approve');
    return offer;
  };
  const cardShows = (card: SlackMessage, text: string) =>
    control.waitForMessage(
      { channel, where: ({ ts, blocks }) => ts === card.ts && JSON.stringify(blocks).includes(text) },
      { timeoutMs: 20_000 },
    );
  // Somebody waits for a lock of somebody else, so that it waits before its first batch.
  const [holder, waiter] = [await connect(), await connect()];
  await holder.query('BEGIN; LOCK TABLE other');
  const waits = waiter.query('SELECT FROM other');

  const card = await started();
  await cardShows(card, `0 of ${rows} (0 %). Waiting: another session waits for a lock.`);
  const stopped = await control.click({
    ...{ user: people.approver, channel, ts: card.ts, actionId: 'remediation.stop', confirm: true },
  });
  await control.waitForMessage(
    { channel, contains: `was stopped after 0 of ${rows}` },
    { timeoutMs: 20_000 },
  );
  await holder.query('ROLLBACK');
  await waits;

  expect(stopped.ok).toBe(true);
  expect((await platform.query('SELECT FROM events')).rowCount).toBe(rows);
  expect(
    await product.database.sql("SELECT 1 FROM audit_log WHERE action = 'remediation.stop'"),
  ).toHaveLength(1);

  await holder.query('BEGIN; LOCK TABLE other');
  const waitsAgain = waiter.query('SELECT FROM other');
  const typed = await started();
  await cardShows(typed, 'Waiting: another session');
  const [{ handle } = { handle: '' }] = await product.database.sql<{ handle: string }>(
    "SELECT handle FROM remediations WHERE state = 'executing'",
  );
  await control.command({ user: people.approver, channel, text: `/aetherius fixes stop ${handle}` });
  await control.waitForMessage(
    { channel, contains: `\`${handle}\` was stopped after 0 of ${rows}` },
    { timeoutMs: 20_000 },
  );
  await holder.query('ROLLBACK');
  await waitsAgain;
  // More than twice an hour is refused (R-X9).
  await product.database.sql("UPDATE remediations SET approved_at = approved_at - interval '2 hours'");

  const again = await started();
  const done = await cardShows(again, 'remediation.undo');

  expect(done.text).toContain('Done, and the checks of its plan are healthy');
  expect((await platform.query('SELECT FROM events')).rowCount).toBe(0);
  expect((await platform.query('SELECT FROM events_archive')).rowCount).toBe(rows);
}, 90_000);
