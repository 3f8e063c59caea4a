import type { Control, SlackMessage } from '@aetherius/slack-emulator';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Product, people, places, useStage } from '../support/slack-product.ts';
import { askForFix } from '../support/slack-steps.ts';

const stage = useStage();
const channel = places.incidents;

beforeEach(() => stage.fillTarget());
afterEach(() => stage.emptyTarget());

const click = (control: Control, user: string, ts: string, actionId: string) =>
  control.click({ user, channel, ts, actionId, confirm: true });

const whisper = (control: Control, user: string, contains: string): Promise<SlackMessage> =>
  control.waitForMessage({
    channel,
    user,
    where: ({ ephemeralFor, text }) => ephemeralFor === user && text.includes(contains),
  });

async function stateOf(
  product: Product,
): Promise<{ state: string; handle: string; plan_hash: string } | undefined> {
  const rows = await product.database.sql<{ state: string; handle: string; plan_hash: string }>(
    "SELECT state, handle, plan_hash FROM remediations WHERE state <> 'proposed'",
  );
  return rows[0];
}

const refusals = (product: Product) =>
  product.database.sql<{ actor: string; reason: string }>(
    "SELECT actor, facts->>'reason' AS reason FROM audit_log WHERE action LIKE '%refused%' OR facts ? 'reason' ORDER BY seq",
  );

describe('who may decide', () => {
  it('refuses the requester, a guest, a stale plan and a button that never was, in private, and writes each down', async () => {
    const product = await stage.start();
    const { control } = product.slack;
    control.join(channel, people.guest);
    const { card } = await askForFix(control);
    const before = await stateOf(product);

    await click(control, people.requester, card.ts, 'remediation.approve');
    await whisper(control, people.requester, 'you asked for it yourself');
    await click(control, people.guest, card.ts, 'remediation.approve');
    await whisper(control, people.guest, 'guests do not decide');
    await control.command({
      user: people.approver,
      channel,
      text: `/aetherius approve ${before?.handle} 00000000`,
    });
    await whisper(control, people.approver, 'the plan you saw is not the plan that would run');
    const old = {
      blockId: 'b',
      element: { type: 'button', action_id: 'remediation.approve', value: 'AAAAAAAAAAAAAAAAAAAAAA' },
    };
    await control.click({ user: people.approver, channel, ts: card.ts, stale: old, confirm: true });
    await whisper(control, people.approver, 'no longer valid');
    await product.database.sql("UPDATE buttons SET expires_at = clock_timestamp() - interval '1 second'");
    await click(control, people.requester, card.ts, 'remediation.approve');
    await whisper(control, people.requester, 'no longer valid');

    expect((await stateOf(product))?.state).toBe('requested');
    // R-L1: the one that never was and the one that is too old, each with who pressed it and what.
    const refused = { action: 'slack.button-refused', purpose: 'approve', digest: 64 };
    expect(
      await product.database.sql(
        `SELECT actor, action, facts ->> 'purpose' AS purpose, length(payload_digest) AS digest FROM audit_log
         WHERE action = 'slack.button-refused' ORDER BY seq`,
      ),
    ).toEqual([
      { ...refused, actor: `T0AETHER1:${people.approver}` },
      { ...refused, actor: `T0AETHER1:${people.requester}` },
    ]);
    const reasons = (await refusals(product)).map(({ reason }) => reason);
    expect(reasons).toEqual(expect.arrayContaining(['own-request', 'guest', 'plan-mismatch', 'old-button']));
  });

  it('believes the ids of the payload alone: another workspace decides nothing, whatever the message says', async () => {
    const product = await stage.start();
    const { control } = product.slack;
    const { card } = await askForFix(control);
    const sent = control.log
      .all()
      .filter((entry) => entry.kind === 'delivery' && entry.type === 'interactive')
      .at(-1);
    if (sent?.kind !== 'delivery') throw new Error('no click was delivered');
    const value = valueOf(card, 'remediation.approve');

    const payload = (user: Record<string, unknown>) => ({
      ...sent.payload,
      trigger_id: `forged.${Math.random()}`,
      user,
      actions: [{ type: 'button', action_id: 'remediation.approve', block_id: 'b', value, action_ts: '1.1' }],
    });
    await control.deliver(
      'interactive',
      payload({ id: people.approver, team_id: 'TEXTERNAL', name: 'adam' }),
    );
    await control.deliver(
      'interactive',
      payload({ id: people.stranger, team_id: 'T0PARTNER', name: 'adam' }),
    );
    await control.deliver('interactive', {
      ...payload({ id: people.approver, team_id: 'T0AETHER1' }),
      api_app_id: 'A0AETHER1',
      team: { id: 'TEXTERNAL' },
    });
    const two = payload({ id: people.approver, team_id: 'T0AETHER1' });
    await control.deliver('interactive', { ...two, actions: [...two.actions, ...two.actions] });
    await control.waitFor(() =>
      control.log
        .all()
        .some(
          (entry) => entry.kind === 'response_url' && JSON.stringify(entry.body).includes('not understood'),
        ),
    );

    expect((await stateOf(product))?.state).toBe('requested');
    expect(await product.database.sql('SELECT count(*)::int AS n FROM approvals')).toEqual([{ n: 0 }]);
    const reasons = (await refusals(product)).map(({ reason }) => reason);
    expect(reasons).toEqual(expect.arrayContaining(['not-installed']));
    // R-L1: what was refused before anybody saw it stands in the audit too, and so do the settings of each process.
    const rows = (action: string) =>
      product.database.sql(
        `SELECT facts FROM audit_log WHERE action = '${action}' AND payload_digest ~ '^[0-9a-f]{64}$'`,
      );
    await expect
      .poll(() => rows('slack.foreign-delivery'))
      .toEqual([{ facts: { kind: 'block_actions', app: 'A0AETHER1', teams: 'TEXTERNAL' } }]);
    expect((await rows('audit.configuration')).length).toBeGreaterThan(0);
  });

  it('R-L1: who changes a switch or a setting from Slack stands in the record, and who may not does too', async () => {
    const product = await stage.start();
    const { control } = product.slack;
    const rows = () =>
      product.database.sql<{ action: string }>(
        `SELECT action, actor, (SELECT text FROM audit_texts t WHERE t.seq = audit_log.seq) AS reason, facts ->> 'scope' AS scope, facts ->> 'enabled' AS enabled, facts ->> 'at' AS at,
           facts ->> 'refused' AS refused, length(payload_digest) AS digest FROM audit_log
         WHERE action LIKE 'kill-switch.%' OR action LIKE 'channel.%' ORDER BY seq`,
      );
    const typed: readonly (readonly [user: string, text: string])[] = [
      [people.chinese, 'fixes off nothing may change'],
      [people.approver, 'fixes off we look first'],
      [people.approver, 'fixes on it is over'],
      [people.requester, 'digest on'],
      [people.requester, 'digest at 10:30'],
    ];
    for (const [index, [user, text]] of typed.entries()) {
      await control.command({ user, channel, text: `/aetherius ${text}` });
      await expect.poll(async () => (await rows()).length, { timeout: 15_000 }).toBe(index + 1);
    }

    const none = { reason: null, scope: null, enabled: null, at: null, refused: null, digest: 64 };
    const of = (user: string) => ({ ...none, actor: `T0AETHER1:${user}` });
    const all = { scope: '*' };
    expect(await rows()).toEqual([
      {
        ...of(people.chinese),
        ...all,
        action: 'kill-switch.refused',
        reason: 'nothing may change',
        refused: 'not-in-policy',
      },
      { ...of(people.approver), ...all, action: 'kill-switch.stop', reason: 'we look first' },
      { ...of(people.approver), ...all, action: 'kill-switch.release', reason: 'it is over' },
      { ...of(people.requester), action: 'channel.digest', enabled: 'true', at: '09:00' },
      { ...of(people.requester), action: 'channel.digest', enabled: 'true', at: '10:30' },
    ]);
  });

  it('takes one approval for twenty clicks and a redelivered one, and runs the fix once', async () => {
    const product = await stage.start();
    const { control } = product.slack;
    const { table, card } = await askForFix(control);

    const clicks = await Promise.all(
      Array.from({ length: 20 }, () => click(control, people.approver, card.ts, 'remediation.approve')),
    );
    const again = await control.redeliver(clicks[0]?.deliveryId ?? '');
    await control.waitForMessage(
      { channel, threadTs: table.ts, contains: 'worked: asked again' },
      { timeoutMs: 40_000 },
    );

    expect(again.outcome).toBe('acked');
    expect(clicks.filter(({ ok }) => ok)).toHaveLength(20);
    expect(await product.database.sql('SELECT count(*)::int AS n FROM approvals')).toEqual([{ n: 1 }]);
    expect(
      await product.database.sql(
        "SELECT count(*)::int AS n FROM remediation_steps WHERE direction = 'apply'",
      ),
    ).toEqual([{ n: 1 }]);
    expect(control.messages({ channel, threadTs: table.ts, contains: 'approved `' })).toHaveLength(1);
  });

  it('can be approved by a typed command, and is undone by the Undo button after another approval', async () => {
    const product = await stage.start();
    const { control } = product.slack;
    const { table, card } = await askForFix(control);
    const handle = (await stateOf(product))?.handle ?? '';

    await control.command({ user: people.approver, channel, text: '/aetherius approvals' });
    const list = await whisper(control, people.approver, handle);
    await control.command({ user: people.approver, channel, text: `/aetherius approve ${handle}` });
    await control.waitForMessage(
      { channel, threadTs: table.ts, contains: 'worked: asked again' },
      { timeoutMs: 40_000 },
    );
    const done = await control.waitForMessage({
      channel,
      where: ({ ts, blocks }) => ts === card.ts && JSON.stringify(blocks).includes('remediation.undo'),
    });
    await click(control, people.requester, done.ts, 'remediation.undo');
    const undo = await control.waitForMessage(
      {
        channel,
        where: ({ ts, blocks }) => ts !== card.ts && JSON.stringify(blocks).includes('remediation.approve'),
      },
      { timeoutMs: 15_000 },
    );
    await click(control, people.approver, undo.ts, 'remediation.approve');
    await control.waitForMessage(
      { channel, threadTs: table.ts, contains: 'taken back. Redis is as it was before the fix' },
      { timeoutMs: 40_000 },
    );
    const red = await control.waitForMessage({
      channel,
      where: ({ ts, text }) => ts === table.ts && !text.includes('Mended at'),
    });
    const verdict = control.messages({ channel }).find(({ ts }) => ts === undo.ts);

    expect(red.text).not.toContain('large_green_circle');
    expect(undo.text).toContain('Undo: Let Redis evict old keys');
    expect(verdict?.text).toContain('Taken back: Redis is as it was before the fix');
    expect(JSON.stringify(list.blocks)).toContain('noeviction → allkeys-lru');
    expect(await stage.targetCall('CONFIG', 'GET', 'maxmemory-policy')).toEqual([
      'maxmemory-policy',
      'noeviction',
    ]);
  });

  it('is rejected with a reason that stands in the thread', async () => {
    const product = await stage.start();
    const { control } = product.slack;
    const { table, card } = await askForFix(control);

    await click(control, people.approver, card.ts, 'remediation.reject');
    const modal = await control.waitFor(() => control.modal(people.approver));
    await control.submit({
      user: people.approver,
      viewId: modal.id,
      values: { reason: 'not during the <!channel> sale' },
    });
    const line = await control.waitForMessage({ channel, threadTs: table.ts, contains: 'rejected `' });

    expect(line.text).toContain('not during the &lt;!channel&gt; sale');
    expect((await stateOf(product))?.state).toBe('rejected');
  });
});

function valueOf(message: SlackMessage, actionId: string): string {
  for (const block of message.blocks as readonly {
    elements?: readonly { action_id?: string; value?: string }[];
  }[])
    for (const element of block.elements ?? [])
      if (element.action_id === actionId) return element.value ?? '';
  throw new Error(`no ${actionId}`);
}
