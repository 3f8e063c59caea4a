/** R-X10 in Slack: all fixes switched off at once, what it says where, and over a restart. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Control, SlackMessage } from '@aetherius/slack-emulator';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type PostgresServer, startPostgres } from '../../lab/components/postgres.ts';
import { people, places, useStage } from '../support/slack-product.ts';
import { askForFix } from '../support/slack-steps.ts';

const stage = useStage();
const channel = places.incidents;
const soon = { timeoutMs: 20_000 };

const typed = (control: Control, user: string, text: string) =>
  control.command({ user, channel, text: `/aetherius ${text}` });
const whisper = (control: Control, user: string, contains: string): Promise<SlackMessage> =>
  control.waitForMessage(
    {
      channel,
      user,
      where: ({ ephemeralFor, text }) => ephemeralFor === user && text.includes(contains),
    },
    soon,
  );
const press = (control: Control, user: string, ts: string, actionId: string) =>
  control.click({ user, channel, ts, actionId, confirm: true });
const cardShows = (control: Control, card: SlackMessage, text: string, shown = true) =>
  control.waitForMessage(
    {
      channel,
      where: ({ ts, blocks }) => ts === card.ts && JSON.stringify(blocks).includes(text) === shown,
    },
    soon,
  );

describe('fixes off', () => {
  beforeEach(() => stage.fillTarget());
  afterEach(() => stage.emptyTarget());

  const approvals = `
approvals:
  approvers:
    oncall: { users: [${people.approver}, ${people.chinese}] }
  tiers:
    1: { by: [oncall] }
    2: { by: [oncall], reason: finding }
`;

  it('is on the card, in App Home and in each refusal, in the reader’s language, until somebody switches them on', async () => {
    const product = await stage.start({ approvalsYaml: approvals });
    const { control } = product.slack;
    const { card, table } = await askForFix(control);
    const approved = () => product.database.sql('SELECT 1 FROM approvals');

    await typed(control, people.approver, 'fixes off the sale is on');
    const answer = await whisper(control, people.approver, 'All fixes are switched off');
    expect(answer.text).toContain('No fix is under way.');
    expect(answer.text).toContain(`<@${people.approver}>`);
    const shown = await cardShows(control, card, 'the sale is on');
    expect(JSON.stringify(shown.blocks)).toContain(`<@${people.approver}>`);

    await press(control, people.approver, card.ts, 'remediation.approve');
    const refused = await whisper(control, people.approver, 'such fixes have been off since');
    expect(refused.text).toContain(`(<@${people.approver}>): the sale is on`);
    await press(control, people.chinese, card.ts, 'remediation.approve');
    const inChinese = await whisper(control, people.chinese, '此类修复自');
    expect(inChinese.text).toContain(`（<@${people.approver}>）：the sale is on`);

    // It is in PostgreSQL: another process knows it, and no new answer offers anything.
    await product.processes[0]?.stop();
    await product.add('all');
    await typed(control, people.requester, 'health prod');
    const known = 'A fix is known. Such fixes have been off since';
    const again = await control.waitForMessage(
      { channel, where: ({ blocks }) => JSON.stringify(blocks).includes(known) },
      soon,
    );
    const finding = await control.waitForMessage(
      {
        channel,
        where: ({ threadTs, blocks }) =>
          threadTs === again.ts &&
          JSON.stringify(blocks).includes('not offered here. Such fixes have been off since'),
      },
      soon,
    );
    expect(again.ts).not.toBe(table.ts);
    expect(JSON.stringify(finding.blocks)).not.toContain('"remediation.request"');
    await control.openHome({ user: people.requester });
    await control.waitFor(() =>
      JSON.stringify(control.home(people.requester)?.content ?? '').includes('the sale is on'),
    );
    expect(await approved()).toEqual([]);

    await typed(control, people.chinese, 'fixes on 可以了');
    await whisper(control, people.chinese, '没有修复被关闭');
    await cardShows(control, card, 'the sale is on', false);
    await press(control, people.approver, card.ts, 'remediation.approve');
    await control.waitForMessage(
      { channel, threadTs: table.ts, contains: 'worked: asked again' },
      { timeoutMs: 40_000 },
    );
  });
});

describe('fixes off while one runs', () => {
  const dir = mkdtempSync(join(tmpdir(), 'aetherius-fixes-off-'));
  const clients: Client[] = [];
  let server: PostgresServer;
  const connect = async (): Promise<Client> => {
    const client = new Client({ connectionString: server.url('agent_manager') });
    client.on('error', () => undefined);
    await client.connect();
    clients.push(client);
    return client;
  };
  beforeAll(async () => {
    server = await startPostgres({ dir, databases: ['agent_manager'] });
  });
  afterAll(async () => {
    await Promise.allSettled(clients.map((client) => client.end()));
    await server?.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  it('names it in the answer, and it ends where it is', async () => {
    const platform = await connect();
    await platform.query(
      `CREATE TABLE events (id int PRIMARY KEY, severity text, timestamp timestamptz); CREATE TABLE other ();
       INSERT INTO events SELECT i, 'low', now() - interval '40 days' FROM generate_series(1, 10000) i`,
    );
    const product = await stage.start({
      environmentsYaml: `  prod:
    runtime: { kind: none }
    postgres: { url: { env: TARGET_PG_URL }, databases: { agentManager: agent_manager } }
`,
      env: { TARGET_PG_URL: server.url() },
    });
    const { control } = product.slack;
    // Somebody waits for a lock of somebody else, so that it waits before its first batch.
    const [holder, waiter] = [await connect(), await connect()];
    await holder.query('BEGIN; LOCK TABLE other');
    const waits = waiter.query('SELECT FROM other');
    await typed(control, people.requester, 'fix postgres.archive-old-rows prod');
    const card = await control.waitForMessage({ channel, contains: 'remediation.request' }, soon);
    await press(control, people.requester, card.ts, 'remediation.request');
    await cardShows(control, card, 'remediation.approve');
    await press(control, people.approver, card.ts, 'remediation.approve');
    await cardShows(control, card, 'Waiting: another session waits for a lock.');
    const [{ handle } = { handle: '' }] = await product.database.sql<{ handle: string }>(
      "SELECT handle FROM remediations WHERE state = 'executing'",
    );

    await typed(control, people.approver, 'fixes off the sale is on');
    const answer = await whisper(control, people.approver, 'Under way now (1):');
    expect(answer.text).toContain(`• \`${handle}\` `);
    await expect
      .poll(
        () =>
          product.database.sql<object>(
            "SELECT outcome ->> 'reason' AS reason FROM remediations WHERE state = 'failed'",
          ),
        { timeout: 20_000 },
      )
      .toEqual([{ reason: 'kill-switch' }]);
    await holder.query('ROLLBACK');
    await waits;
    expect((await platform.query('SELECT FROM events')).rowCount).toBe(10_000);
  });
});
