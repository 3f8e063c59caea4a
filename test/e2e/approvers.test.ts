/** R-S14: those who may approve hear of a request, where they are. */

import { type Control, groups, people, places, type SlackMessage } from '@aetherius/slack-emulator';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Product, useStage } from '../support/slack-product.ts';
import { askForFix } from '../support/slack-steps.ts';

const stage = useStage();
const channel = places.incidents;

beforeEach(() => stage.fillTarget());
afterEach(() => stage.emptyTarget());

const approvals = `
approvals:
  approvers:
    oncall: { users: [${people.approver}, ${people.requester}] }
    leads: { usergroups: [${groups.sre}], users: [${people.admin}] }
  tiers:
    1: { by: [oncall] }
    2: { by: [oncall], escalate: [leads] }
`;
/** The conversation with a person, once the bot has opened it. */
const conversationWith = (control: Control, user: string): Promise<string> =>
  control.waitFor(() => {
    const opened = control.log.calls('conversations.open').find(({ args }) => args.users === user);
    return (opened?.result as { channel?: { id?: string } } | undefined)?.channel?.id;
  });
const hasButton = ({ blocks }: SlackMessage) => JSON.stringify(blocks).includes('"remediation.approve"');
/** Moves the request so far back that this part of its life is over. */
const age = (product: Product, part: number) =>
  product.database.sql(
    `UPDATE remediations SET requested_at = now - life * $1, request_expires_at = now + life * (1 - $1)
     FROM (SELECT clock_timestamp() AS now, interval '30 minutes' AS life) AS of WHERE state = 'requested'`,
    [part],
  );

describe('who may approve', () => {
  it('reads the request in their own language, whatever that of the channel is', async () => {
    const inChinese = approvals.replace(people.approver, people.chinese);
    const { control } = (await stage.start({ approvalsYaml: inChinese })).slack;
    const { card } = await askForFix(control);
    const direct = await conversationWith(control, people.chinese);
    const copy = await control.waitForMessage({ channel: direct, where: hasButton });

    expect(card.text).toContain('Waiting for approval');
    expect(copy.text).toMatch(/^\*原因：\* Redis /);
    expect(copy.text).toContain('等待他人批准');
  });

  it('gets the request as a direct message with its buttons, decides there, and every copy loses them', async () => {
    const product = await stage.start({ approvalsYaml: approvals });
    const { control } = product.slack;
    const { card } = await askForFix(control);
    const direct = await conversationWith(control, people.approver);
    const copy = await control.waitForMessage({ channel: direct, where: hasButton });
    const line = await control.waitForMessage({ channel, contains: 'Who may approve' });

    // The one who asked is on the list, and may not approve it.
    expect(line.text).toMatch(new RegExp(`Who may approve: <@${people.approver}>$`));
    expect(copy.text).toContain(`<#${channel}>`);
    // The reason first, and a way into the thread.
    expect(copy.text).toMatch(/^\*Because:\* Redis is at /);
    expect(copy.text).toMatch(/\(<http[^|]+\|open the thread>\)/);
    expect(JSON.stringify(copy.blocks)).not.toContain('remediation.cancel');
    // The one who asked reads in the card who was asked; nobody else was written to.
    expect(JSON.stringify(card.blocks)).toContain(`Asked to approve: <@${people.approver}>`);
    expect(control.log.calls('conversations.open').map(({ args }) => args.users)).toEqual([people.approver]);

    await control.click({
      user: people.approver,
      channel: direct,
      ts: copy.ts,
      actionId: 'remediation.approve',
      confirm: true,
    });
    await control.waitForMessage(
      { channel, where: ({ ts, text }) => ts === card.ts && text.includes('Fixed and verified') },
      { timeoutMs: 40_000 },
    );
    const ended = await control.waitForMessage({
      channel: direct,
      where: ({ ts, text }) => ts === copy.ts && text.includes('Fixed and verified'),
    });

    expect(hasButton(ended)).toBe(false);
    expect(JSON.stringify(ended.blocks)).not.toContain('remediation.undo');
    expect(control.messages({ channel: direct })).toHaveLength(1);
  });

  it('is reminded there once a third is over, and the next list is asked once two thirds are', async () => {
    const product = await stage.start({ approvalsYaml: approvals });
    const { control } = product.slack;
    await askForFix(control);
    const direct = await conversationWith(control, people.approver);
    await control.waitForMessage({ channel: direct, where: hasButton });
    const before = control.messages({ channel }).length;

    await age(product, 0.4);
    const reminder = await control.waitForMessage(
      { channel: direct, contains: 'still waits for a decision' },
      { timeoutMs: 20_000 },
    );
    expect(
      control
        .messages({ channel })
        .slice(before)
        .map(({ text }) => text)
        .join('\n'),
    ).not.toContain(groups.sre);
    await age(product, 0.7);
    const escalated = await control.waitForMessage(
      { channel, contains: 'you may approve it, too' },
      { timeoutMs: 20_000 },
    );

    expect(reminder.threadTs).not.toBeNull();
    expect(escalated.text).toContain(`<!subteam^${groups.sre}>`);
    expect(escalated.text).toContain(`<@${people.admin}>`);
    const [row] = await product.database.sql<{ handle: string }>(
      "SELECT handle FROM remediations WHERE state = 'requested'",
    );
    // Whom it was escalated to may approve it.
    await control.command({ user: people.admin, channel, text: `/aetherius approve ${row?.handle ?? ''}` });
    await control.waitForMessage({ channel, contains: 'Fixed and verified' }, { timeoutMs: 40_000 });
  });

  it('who takes no messages of apps is reminded in the thread instead', async () => {
    const product = await stage.start({ approvalsYaml: approvals });
    const { control } = product.slack;
    // Slack opens no conversation with somebody who has switched that off.
    control.faults.add({
      method: 'conversations.open',
      fault: { kind: 'error', error: 'user_not_found' },
      match: { users: people.approver },
    });
    const { card } = await askForFix(control);
    await expect
      .poll(
        () => product.database.sql("SELECT lost FROM messages WHERE purpose LIKE 'remediation-direct%'"),
        { timeout: 15_000 },
      )
      .toEqual([{ lost: 'user_not_found' }]);

    await age(product, 0.4);

    const reminder = await control.waitForMessage(
      { channel, contains: 'still waits for a decision' },
      { timeoutMs: 20_000 },
    );
    expect(reminder.threadTs).toBe(card.threadTs);
  });

  it('is not written to when the policy says so', async () => {
    const product = await stage.start({
      approvalsYaml: `${approvals}  notify: { mention: false, direct: false }\n`,
    });
    const { control } = product.slack;
    await askForFix(control);
    const line = await control.waitForMessage({ channel, contains: 'asks to apply' });

    expect(line.text).not.toContain('Who may approve');
    expect(control.log.calls('conversations.open')).toEqual([]);
    expect(
      await product.database.sql("SELECT FROM messages WHERE purpose LIKE 'remediation-direct%'"),
    ).toEqual([]);
  });
});
