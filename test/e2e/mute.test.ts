/** Muting by button and by word, through the whole product with real Bolt, PostgreSQL and Redis. */

import type { SlackMessage } from '@aetherius/slack-emulator';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { alertBody, postAlerts } from '../support/alerts.ts';
import { type Product, people, places, useStage } from '../support/slack-product.ts';
import { askForHealth } from '../support/slack-steps.ts';
import { until } from '../support/until.ts';

const stage = useStage();

beforeEach(() => stage.fillTarget());
afterEach(() => stage.emptyTarget());

const channel = places.incidents;
const slow = { timeoutMs: 30_000 };
const refused = 'you are not on the list of those who may decide this';
const secret = 'a secret of alerts that is long enough';
const shown = ({ text, blocks }: SlackMessage): string => `${text} ${JSON.stringify(blocks)}`;

const said = (product: Product, user: string, text: string) =>
  product.slack.control.command({ user, channel, text: `/aetherius ${text}` });
const whisper = (product: Product, user: string, contains: string): Promise<SlackMessage> =>
  product.slack.control.waitForMessage({
    channel,
    user,
    where: (message) => message.ephemeralFor === user && shown(message).includes(contains),
  });
const stored = (product: Product) =>
  product.database.sql<{ finding_code: string; reason: string; ended: string | null }>(
    'SELECT finding_code, reason, ended FROM mutes ORDER BY created_at, finding_code',
  );

/** The window that opens below the finding of the policy, filled in. */
async function muteBelow(product: Product, user: string, finding: SlackMessage): Promise<void> {
  const { control } = product.slack;
  await control.click({ user, channel, ts: finding.ts, actionId: 'mute' });
  const modal = await control.waitFor(() => control.modal(user));
  // Critical: it has an end.
  expect(JSON.stringify(modal.content)).not.toContain('Until it is gone');
  await control.submit({ user, viewId: modal.id, values: { span: '4h', reason: 'planned upgrade' } });
}

const policyFinding = (product: Product, root: SlackMessage) =>
  product.slack.control.waitForMessage({
    ...{ channel, threadTs: root.ts },
    where: (message) =>
      shown(message).includes('REDIS_POLICY_NOEVICTION') && shown(message).includes('"mute"'),
  });

async function digestNow(product: Product): Promise<string> {
  await said(product, people.requester, 'digest now');
  const message = await product.slack.control.waitForMessage({ channel, contains: 'Daily digest' }, slow);
  return shown(message);
}

describe('a finding that people know of', () => {
  it('is muted from its own message by who may, told in the thread, left out of the digest, kept over a restart, and lifted', async () => {
    const product = await stage.start();
    const { control } = product.slack;
    const root = await askForHealth(control);
    const finding = await policyFinding(product, root);

    await muteBelow(product, people.admin, finding);
    // A window belongs to no channel, so a direct message says it.
    await control.waitForMessage({ contains: refused });
    expect(await stored(product)).toEqual([]);
    await muteBelow(product, people.approver, finding);
    const line = await control.waitForMessage({
      ...{ channel, threadTs: root.ts },
      where: (message) => shown(message).includes('Muted until') && shown(message).includes('mute.lift'),
    });
    expect(shown(line)).toContain(`by <@${people.approver}>: planned upgrade`);
    expect(await stored(product)).toEqual([
      { finding_code: 'REDIS_POLICY_NOEVICTION', reason: 'planned upgrade', ended: null },
    ]);

    await Promise.all(product.processes.map((process) => process.stop(5000)));
    await product.add('all');
    const digest = await digestNow(product);
    expect(digest).toContain('muted: `REDIS_POLICY_NOEVICTION` of Redis');
    expect(digest.split('REDIS_POLICY_NOEVICTION')).toHaveLength(2);
    expect(digest).not.toContain('evicts nothing');

    // Whoever asks is told, with the button that lifts it.
    const again = await askForHealth(control, { channel: places.general });
    expect(shown(again)).toContain('Muted, and counted all the same');
    const still = await control.waitForMessage({
      ...{ channel: places.general, threadTs: again.ts },
      where: (message) => shown(message).includes('mute.lift'),
    });
    await control.click({
      ...{ user: people.approver, channel: places.general, ts: still.ts, actionId: 'mute.lift' },
    });
    await control.waitForMessage({
      channel: places.general,
      threadTs: again.ts,
      contains: 'lifted the mute',
    });
    expect((await stored(product)).map(({ ended }) => ended)).toEqual(['lifted']);
    const actions = await product.database.sql<{ action: string }>(
      "SELECT action FROM audit_log WHERE action LIKE 'mute%' ORDER BY seq",
    );
    expect(actions.map(({ action }) => action)).toEqual(['mute.refused', 'mute.set', 'mute.lifted']);
  });

  it('is muted and lifted by word, in Chinese too, and shown in Home and in a shell', async () => {
    const product = await stage.start();
    const { control } = product.slack;
    await said(product, people.requester, 'mute redis NO_SUCH_CODE because');
    await whisper(product, people.requester, 'no finding with the code');
    await said(product, people.admin, 'mute redis NO_MEMORY_LIMIT small on purpose');
    await whisper(product, people.admin, refused);
    await said(product, people.requester, 'mute redis no_memory_limit small on purpose');
    await whisper(product, people.requester, '`NO_MEMORY_LIMIT` of Redis is muted now.');
    expect(await stored(product)).toMatchObject([{ finding_code: 'NO_MEMORY_LIMIT', ended: null }]);
    await said(product, people.chinese, 'mute');
    await whisper(product, people.chinese, '已静音，直到问题消失');

    await control.openHome({ user: people.requester });
    await control.waitFor(() => {
      const home = JSON.stringify(control.home(people.requester)?.content ?? '');
      return home.includes('`NO_MEMORY_LIMIT` of Redis in *prod*') && home.includes('mute.lift')
        ? home
        : undefined;
    });

    await said(product, people.requester, 'mute known redis NO_MEMORY_LIMIT small on purpose');
    await until(async () => (await stored(product)).length === 2);
    const shell = product.shell(await product.issueToken(people.requester));
    const exported = await shell('mute', 'export');
    expect(exported.out).toContain('{ part: redis, cause: NO_MEMORY_LIMIT, reason: "small on purpose" }');
    expect((await shell('mute', 'lift', 'redis', 'NO_MEMORY_LIMIT')).exit).toBe(0);
    expect((await shell('mute')).out).toContain('Nothing is muted.');
    expect((await stored(product)).map(({ ended }) => ended)).toEqual(['replaced', 'lifted']);
  });
});

describe('an alert whose cause is muted', () => {
  const environmentsYaml = `  prod:
    runtime: { kind: none }
    redis: { url: { env: TARGET_REDIS_URL } }
    alerts: { secret: { env: ALERTS_SECRET }, channel: ${channel} }
`;
  const withAlerts = () =>
    stage.start({ environmentsYaml, env: { ALERTS_SECRET: secret, ALERTS_PORT: '0' } });
  const isOfAlert = (message: SlackMessage) => shown(message).includes('RedisMemoryHigh');

  /** Sends an alert about Redis, and waits until its diagnosis has ended without a word. */
  async function alertQuietly(product: Product): Promise<void> {
    const { control } = product.slack;
    const port = product.processes.find(({ alertsPort }) => alertsPort !== undefined)?.alertsPort ?? 0;
    const startsAt = '2026-12-01T03:02:00Z';
    const labels = { job: 'redis' };
    const body = alertBody([{ name: 'RedisMemoryHigh', labels, fingerprint: 'f', startsAt }]);
    await postAlerts({ port, environment: 'prod', secret, body });
    const muted = () =>
      product.database.sql("SELECT FROM runs WHERE source = 'webhook' AND summary ? 'muted'");
    await until(async () => (await muted()).length === 1, slow.timeoutMs);
    expect(control.messages({ channel }).filter(isOfAlert)).toEqual([]);
    const toSend = await product.database.sql(
      `SELECT FROM outbox JOIN messages ON messages.id = message_id JOIN runs ON runs.id = run_id
       WHERE source = 'webhook' AND outbox.state <> 'superseded'`,
    );
    expect(toSend).toEqual([]);
    expect(
      await product.database.sql(
        "SELECT FROM remediations JOIN runs ON runs.id = run_id WHERE source = 'webhook'",
      ),
    ).toEqual([]);
  }

  it('by the codes of its findings is told to nobody while it is, and answered when the mute is lifted', async () => {
    const product = await withAlerts();
    const { control } = product.slack;
    for (const code of ['REDIS_MEMORY_AT_LIMIT', 'REDIS_POLICY_NOEVICTION'])
      await said(product, people.approver, `mute redis ${code} for=2h planned`);
    await until(async () => (await stored(product)).length === 2);
    await alertQuietly(product);

    await said(product, people.approver, 'mute lift redis REDIS_MEMORY_AT_LIMIT');
    const first = await control.waitForMessage({ channel, where: isOfAlert }, slow);
    expect(shown(first)).toContain('fires since');
    await control.waitForMessage({ channel, where: (message) => shown(message).includes('D3.a') }, slow);
  });

  it('by its id, from the menu of a diagnosis and by word, is quiet too, shown in the answer, and told when it is lifted', async () => {
    const product = await withAlerts();
    const { control } = product.slack;
    await said(product, people.approver, 'mute redis D3.a for=2h planned');
    await whisper(product, people.approver, '`/aetherius diagnose D3 redis`');
    await said(product, people.requester, 'diagnose D3 redis');
    const isAnswer = (message: SlackMessage) => shown(message).includes('D3.a ·');
    const answer = await control.waitForMessage({ channel, where: isAnswer }, slow);
    await control.click({ user: people.approver, channel, ts: answer.ts, actionId: 'mute' });
    const modal = await control.waitFor(() => control.modal(people.approver));
    expect(JSON.stringify(modal.content)).toContain('`D3.a` of Redis');
    await control.submit({
      ...{ user: people.approver, viewId: modal.id, values: { span: '1h', reason: 'planned' } },
    });
    await until(async () => (await stored(product)).length === 1);
    await said(product, people.approver, 'mute redis d3.a for=2h planned longer');
    await whisper(product, people.approver, '`D3.a` of Redis is muted now.');
    expect(await stored(product)).toMatchObject([
      { finding_code: 'D3.a', ended: 'replaced' },
      { finding_code: 'D3.a', reason: 'planned longer', ended: null },
    ]);
    await alertQuietly(product);

    await said(product, people.requester, 'diagnose D3 redis');
    await control.waitForMessage(
      {
        channel,
        where: (message) => isAnswer(message) && shown(message).includes(': planned longer'),
      },
      slow,
    );
    await said(product, people.approver, 'mute lift redis D3.a');
    await control.waitForMessage(
      { channel, where: (message) => isOfAlert(message) && isAnswer(message) },
      slow,
    );
  });
});
