/** R-A11, R-A12: who may read and start, through Slack's front door with real Bolt. */

import type { Control } from '@aetherius/slack-emulator';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Product, people, places, useStage } from '../support/slack-product.ts';
import { askForFix, askForHealth, isRoot } from '../support/slack-steps.ts';

const stage = useStage();

beforeEach(() => stage.fillTarget());
afterEach(() => stage.emptyTarget());

const environments = (access: string) => `
  prod:
    runtime: { kind: none }
    redis: { url: { env: TARGET_REDIS_URL } }
    access: ${access}
`;
const refusal = (control: Control, user: string, contains: string, channel: string = places.ops) =>
  control.waitForMessage({
    channel,
    user,
    where: (message) => message.ephemeralFor === user && message.text.includes(contains),
  });
const runsOf = async (product: Product, user: string) =>
  product.database.sql("SELECT kind FROM runs WHERE requested_by->>'userId' = $1", [user]);

describe('a guest', () => {
  it('reads nothing, starts nothing, and is told whom to ask', async () => {
    const product = await stage.start({
      environmentsYaml: environments(`{ ask: { users: [${people.admin}] } }`),
    });
    const { control } = product.slack;
    const table = await askForHealth(control, { channel: places.ops });

    for (const text of [
      'health prod',
      'diagnose D3 prod',
      'history',
      'report',
      'approvals',
      'digest on',
      'fixes',
    ]) {
      const before = control.messages({ channel: places.ops, user: people.guest }).length;
      await control.command({ user: people.guest, channel: places.ops, text: `/aetherius ${text}` });
      const told = await control.waitFor(() =>
        control
          .messages({ channel: places.ops, user: people.guest })
          .slice(before)
          .find(({ text: said }) => said.includes('guests see')),
      );
      expect(told.ephemeralFor).toBe(people.guest);
      expect(told.text).toContain(`<@${people.admin}>`);
    }
    await control.waitForMessage({
      channel: places.ops,
      where: ({ ts, blocks }) => ts === table.ts && JSON.stringify(blocks).includes('"details"'),
    });
    await control.click({ user: people.guest, channel: places.ops, ts: table.ts, actionId: 'details' });
    await control.openHome({ user: people.guest });
    const home = await control.waitFor(() => control.home(people.guest));

    expect(JSON.stringify(home.content)).toContain('You may not see the platform here');
    expect(JSON.stringify(home.content)).not.toContain('prod');
    expect(control.modal(people.guest)).toBeUndefined();
    expect(await runsOf(product, people.guest)).toEqual([]);
    expect(await product.database.sql('SELECT FROM channel_settings')).toEqual([]);
  });

  it('who is named may read, and still may not start or set the digest', async () => {
    const product = await stage.start({
      environmentsYaml: environments(`{ read: { users: [${people.guest}, ${people.requester}] } }`),
    });
    const { control } = product.slack;
    await askForHealth(control, { channel: places.ops });

    await control.command({ user: people.guest, channel: places.ops, text: '/aetherius history prod' });
    const history = await refusal(control, people.guest, 'prod');
    await control.command({ user: people.guest, channel: places.ops, text: '/aetherius health prod' });
    await refusal(control, people.guest, 'guests see');
    // Somebody whom the rule does not name may start, which is open to members, but reads no history.
    await control.command({ user: people.approver, channel: places.ops, text: '/aetherius history prod' });
    const told = await refusal(control, people.approver, 'not on the list');

    expect(history.ephemeralFor).toBe(people.guest);
    expect(told.text).not.toContain('health');
    expect(await runsOf(product, people.guest)).toEqual([]);
  });
});

describe('a channel that is shared with another organisation', () => {
  it('gets no answer with internals, and who asked is told; a private answer is given there', async () => {
    const product = await stage.start();
    const { control } = product.slack;
    await control.command({ user: people.requester, channel: places.shared, text: '/aetherius health prod' });
    const told = await refusal(control, people.requester, 'another organisation reads', places.shared);
    await control.command({ user: people.requester, channel: places.shared, text: '/aetherius digest on' });
    await control.command({ user: people.requester, channel: places.shared, text: '/aetherius history' });
    await refusal(control, people.requester, 'No runs yet', places.shared);

    expect(told.ephemeralFor).toBe(people.requester);
    expect(
      control.messages({ channel: places.shared, where: ({ ephemeralFor }) => ephemeralFor === null }),
    ).toEqual([]);
    expect(await product.database.sql('SELECT FROM runs')).toEqual([]);
    expect(await product.database.sql('SELECT FROM channel_settings')).toEqual([]);
  });
});

describe('somebody who starts more than is allowed within a minute', () => {
  it('is told how long to wait, and others are not kept waiting (R-A13)', async () => {
    const product = await stage.start({ slackYaml: '  startsPerMinute: { person: 2, channel: 60 }' });
    const { control } = product.slack;
    const health = (user: string) =>
      control.command({ user, channel: places.incidents, text: '/aetherius health prod' });

    for (let count = 0; count < 4; count += 1) await health(people.requester);
    const told = await refusal(control, people.requester, 'Try again in', places.incidents);
    await health(people.approver);
    await expect.poll(() => runsOf(product, people.approver), { timeout: 15_000 }).toHaveLength(1);

    expect(told.text).toMatch(/Try again in \d+ seconds?\./);
    expect(await runsOf(product, people.requester)).toHaveLength(2);
  });
});

describe('an app that posts in a person’s name', () => {
  it('starts nothing and approves nothing; the same words of the person do', async () => {
    const product = await stage.start();
    const { control } = product.slack;
    const { card } = await askForFix(control);
    const [row] = await product.database.sql<{ handle: string }>(
      "SELECT handle FROM remediations WHERE state = 'requested'",
    );
    const say = (text: string, throughBot?: string) =>
      control.say({
        user: people.approver,
        channel: places.incidents,
        text: `@aetherius ${text}`,
        threadTs: card.threadTs ?? card.ts,
        ...(throughBot === undefined ? {} : { throughBot }),
      });

    await say('health prod', 'B0OTHER01');
    await say(`approve ${row?.handle ?? ''}`, 'B0OTHER01');
    // What came after them has been handled, so they have been, too.
    await control.command({ user: people.approver, channel: places.incidents, text: '/aetherius whoami' });
    await refusal(control, people.approver, people.approver, places.incidents);
    const runs = await runsOf(product, people.approver);
    const states = await product.database.sql("SELECT state FROM remediations WHERE state <> 'proposed'");
    const inbox = await product.database.sql(
      "SELECT FROM inbox WHERE kind = 'event' AND payload::text LIKE '%app_mention%'",
    );
    await say(`approve ${row?.handle ?? ''}`);
    await control.waitForMessage(
      {
        channel: places.incidents,
        where: ({ ts, text }) => ts === card.ts && text.includes('Fixed and verified'),
      },
      { timeoutMs: 40_000 },
    );

    expect(runs).toEqual([]);
    expect(states).toEqual([{ state: 'requested' }]);
    expect(inbox).toEqual([]);
  });
});

describe('the digest of a channel', () => {
  it('says in the channel who changed it, and the change stands in the audit', async () => {
    const product = await stage.start();
    const { control } = product.slack;
    await control.command({ user: people.requester, channel: places.ops, text: '/aetherius digest at 9:30' });
    const said = await control.waitForMessage({
      channel: places.ops,
      where: isRoot,
      contains: 'daily at 09:30',
    });

    expect(said.ephemeralFor).toBeNull();
    expect(said.text).toContain(`<@${people.requester}> switched the digest of this channel on`);
    expect(
      await product.database.sql("SELECT actor, facts FROM audit_log WHERE action = 'channel.digest'"),
    ).toEqual([
      {
        actor: expect.stringContaining(people.requester),
        facts: { channel: places.ops, enabled: true, at: '09:30', timezone: 'UTC' },
      },
    ]);
  });
});
