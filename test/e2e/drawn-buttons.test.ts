/**
 * R-A10: somebody with the login of a worker or of the scheduler, and no key, writes messages and buttons of their own. The bot
 * posts the words; nobody decides by them.
 */
import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMemoryLogger } from '../support/logger.ts';
import { type Product, people, places, useStage } from '../support/slack-product.ts';
import { askForFix } from '../support/slack-steps.ts';
import { until } from '../support/until.ts';

const stage = useStage();
beforeEach(() => stage.fillTarget());
afterEach(() => stage.emptyTarget());

const team = 'T0AETHER1';
const policyOf = () => stage.targetCall('CONFIG', 'GET', 'maxmemory-policy');

async function start() {
  const logger = createMemoryLogger();
  const product = await stage.start({ roles: ['bot', 'worker', 'scheduler'], logger });
  const alarms = () => logger.lines.filter(({ level }) => level === 'error').map(({ message }) => message);
  return { product, alarms };
}

/** As this login, all in one transaction. */
async function as(
  product: Product,
  kind: 'worker' | 'scheduler',
  ...texts: readonly string[]
): Promise<void> {
  const client = new Client({ connectionString: await product.database.kindUrl(kind) });
  await client.connect();
  try {
    await client.query(['BEGIN', ...texts, 'COMMIT'].join(';\n'));
  } finally {
    await client.end();
  }
}

const literal = (value: unknown): string =>
  `'${(typeof value === 'string' ? value : JSON.stringify(value)).replaceAll("'", "''")}'`;

const lie = 'Pizza at noon? <!channel> <!here|here> <!subteam^S0ELSE|@everyone>';
const yes = (action: string, value: string) => ({
  type: 'button',
  action_id: action,
  value,
  text: { type: 'plain_text', text: 'Yes, please' },
});
const drawn = (...buttons: readonly object[]) => ({
  text: lie,
  blocks: [
    { type: 'section', text: { type: 'mrkdwn', text: lie } },
    {
      type: 'rich_text',
      elements: [
        {
          type: 'rich_text_section',
          elements: [
            { type: 'broadcast', range: 'channel' },
            { type: 'text', text: '!' },
          ],
        },
      ],
    },
    ...buttons.map((element) => ({ type: 'actions', elements: [element] })),
  ],
});

/** A message of one's own, with its row of the outbox. */
const message = (rendered: object, { id = randomUUID(), purpose = 'note', fix = 'NULL' } = {}) =>
  [
    `INSERT INTO messages (id, purpose, channel, remediation_id, version) VALUES ('${id}', '${purpose}', '${places.incidents}', ${fix}, 1)`,
    `INSERT INTO outbox (id, kind, message_id, lane, priority, version, payload)
       VALUES ('${randomUUID()}', 'render', '${id}', '${places.incidents}', 0, 1, ${literal(rendered)})`,
    `SELECT pg_notify('aetherius_outbox', '${places.incidents}')`,
  ] as const;

/** A button of one's own for the open request. */
const ownButton = (id: string, purpose: string) =>
  `INSERT INTO buttons (id, purpose, remediation_id, plan_hash, expires_at)
     SELECT '${id}', '${purpose}', id, plan_hash, clock_timestamp() + interval '1 hour' FROM remediations WHERE state = 'requested'`;

/** What the button of this action carries. */
function buttonIdIn(value: unknown, action: string): string {
  if (typeof value !== 'object' || value === null) return '';
  const own = value as { readonly action_id?: unknown; readonly value?: unknown };
  if (own.action_id === action) return String(own.value);
  return Object.values(value)
    .map((item) => buttonIdIn(item, action))
    .join('');
}

const statesOf = (product: Product) =>
  product.database.sql<{ state: string }>("SELECT state FROM remediations WHERE state <> 'proposed'");

describe('a button that somebody else than the bot has drawn', () => {
  it.each(['worker', 'scheduler'] as const)(
    'R-A10: decides nothing, whether its row is one’s own or that of the card: the %s’s login',
    async (kind) => {
      const { product, alarms } = await start();
      const { control } = product.slack;
      const { card } = await askForFix(control);
      const own = `own-${randomUUID()}`;
      const real = buttonIdIn(card.blocks, 'remediation.approve');
      expect(real).not.toBe('');

      await as(
        product,
        kind,
        ownButton(own, 'approve'),
        ...message(drawn(yes('remediation.approve', own), yes('remediation.approve', real))),
      );
      const pizza = await control.waitForMessage({ channel: places.incidents, contains: 'Pizza' });
      for (const value of [own, real])
        await control.click({
          ...{
            user: people.approver,
            channel: places.incidents,
            ts: pizza.ts,
            actionId: 'remediation.approve',
          },
          stale: { blockId: 'b', element: yes('remediation.approve', value) },
        });

      await until(
        async () =>
          (await product.database.sql("SELECT FROM audit_log WHERE action = 'slack.button-forged'"))
            .length === 2,
      );
      const told = () =>
        control.messages({
          ...{
            channel: places.incidents,
            user: people.approver,
            contains: 'I did not put this button there',
          },
          where: ({ ephemeralFor }) => ephemeralFor === people.approver,
        });
      await until(() => told().length === 2);
      expect(await statesOf(product)).toEqual([{ state: 'requested' }]);
      expect(await product.database.sql('SELECT FROM approvals')).toEqual([]);
      expect(await policyOf()).toEqual(['maxmemory-policy', 'noeviction']);
      // The bot posts the words, and calls nobody.
      const shown = JSON.stringify([pizza.text, pizza.blocks]);
      expect(shown).toContain('&lt;!channel&gt;');
      expect(shown).not.toMatch(/<!|"broadcast"|"actions"|"button"/);
      expect(alarms()).toEqual(
        expect.arrayContaining([
          'controls that no bot has put into a message were taken off before it was sent',
          'a button that the bot has not put there was pressed: nothing is decided by it',
        ]),
      );
      const bot = product.processes[0];
      const metrics = await (await fetch(`http://127.0.0.1:${bot?.statusPort}/metrics`)).text();
      expect(metrics).toContain('aetherius_forged_buttons{role="bot"} 3');

      // The true card goes on to work.
      await control.click({
        ...{ user: people.approver, channel: places.incidents, ts: card.ts, actionId: 'remediation.approve' },
        confirm: true,
      });
      await until(async () => (await statesOf(product))[0]?.state === 'succeeded', 30_000);
    },
  );

  it.each(['worker', 'scheduler'] as const)(
    'R-A10: the card says what will run, also where the %s’s login writes another one over it or beside it',
    async (kind) => {
      const { product } = await start();
      const { control } = product.slack;
      const { card } = await askForFix(control);
      const real = buttonIdIn(card.blocks, 'remediation.approve');
      const [{ id, fix } = { id: '', fix: '' }] = await product.database.sql<{ id: string; fix: string }>(
        `SELECT id, remediation_id AS fix FROM messages WHERE ts = '${card.ts}'`,
      );
      const beside = randomUUID();

      await as(
        product,
        kind,
        `UPDATE messages SET version = version + 1 WHERE id = '${id}'`,
        `INSERT INTO outbox (id, kind, message_id, lane, priority, version, payload)
           SELECT gen_random_uuid(), 'render', id, channel, 0, version, ${literal(drawn(yes('remediation.approve', real)))}
           FROM messages WHERE id = '${id}'`,
        ...message(drawn(yes('remediation.approve', real)), {
          ...{ id: beside, purpose: 'remediation', fix: `'${fix}'` },
        }),
      );
      await until(
        async () =>
          (
            await product.database.sql(
              `SELECT FROM outbox WHERE message_id IN ('${id}', '${beside}') AND state IN ('pending', 'sending')`,
            )
          ).length === 0,
      );

      const [one] = await product.database.sql<{ ts: string }>(
        `SELECT ts FROM messages WHERE id = '${beside}'`,
      );
      const cards = control.messages({
        channel: places.incidents,
        where: ({ ts }) => ts === card.ts || ts === one?.ts,
      });
      expect(cards).toHaveLength(2);
      for (const shown of cards) {
        const all = JSON.stringify([shown.text, shown.blocks]);
        expect(all).not.toContain('Pizza');
        expect(all).toContain('noeviction → allkeys-lru');
      }
    },
  );

  it('R-A10: in App Home or in an answer to one person it is not shown at all', async () => {
    const { product } = await start();
    const { control } = product.slack;
    const { card } = await askForFix(control);
    const real = buttonIdIn(card.blocks, 'remediation.approve');
    const button = yes('remediation.approve', real);
    const { text: _text, ...view } = drawn(button);
    const to = { channel: places.incidents, userId: people.approver };

    await as(
      product,
      'worker',
      `INSERT INTO outbox (id, kind, lane, payload) VALUES
         (gen_random_uuid(), 'home', 'home:x', ${literal({ userId: people.approver, view: { type: 'home', ...view } })}),
         (gen_random_uuid(), 'ephemeral', 'x', ${literal({ ...to, rendered: drawn(button) })})`,
    );
    const told = await control.waitForMessage({
      ...{ channel: places.incidents, user: people.approver, contains: 'Pizza' },
    });
    const home = await control.waitFor(() => control.home(people.approver));

    expect(JSON.stringify(told.blocks)).not.toContain('"button"');
    const shown = JSON.stringify(home);
    expect(shown).not.toContain('Pizza');
    // The bot's own, with the plan above it.
    expect(shown).toContain('remediation.approve');
    expect(shown).toContain('noeviction → allkeys-lru');
    await control.click({
      ...{ user: people.approver, home: true, actionId: 'remediation.approve' },
      stale: { blockId: 'b', element: button },
    });
    await until(
      async () =>
        (await product.database.sql("SELECT FROM audit_log WHERE action = 'slack.button-forged'")).length ===
        1,
    );
    expect(await statesOf(product)).toEqual([{ state: 'requested' }]);
  });

  it('sends nothing to an address that a row names', async () => {
    const { product } = await start();
    const url = `http://127.0.0.1:1/${team}`;

    for (const kind of ['worker', 'scheduler'] as const)
      await expect(
        as(
          product,
          kind,
          `INSERT INTO outbox (id, kind, lane, payload) VALUES (gen_random_uuid(), 'respond', 'x', ${literal({ url, rendered: { text: 'x' } })})`,
        ),
      ).rejects.toMatchObject({ code: '23514' });
  });
});
