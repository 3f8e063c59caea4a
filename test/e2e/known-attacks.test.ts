/**
 * Attacks that were tried on the product, each under the name that it had, as far as they go through Slack or the command
 * line; the others are in `integration/approvals/known-attacks`.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSockets } from '../../src/bot/receive/sockets.ts';
import { Secret } from '../../src/domain/kernel/secret.ts';
import { systemClock } from '../../src/platform/process/clock.ts';
import { silentLogger } from '../support/logger.ts';
import { type Product, people, places, useStage } from '../support/slack-product.ts';
import { askForFix } from '../support/slack-steps.ts';
import { until } from '../support/until.ts';

const stage = useStage();
const channel = places.incidents;
const closers: (() => Promise<unknown>)[] = [];

beforeEach(() => stage.fillTarget());
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
  await stage.emptyTarget();
});

const policyOf = () => stage.targetCall('CONFIG', 'GET', 'maxmemory-policy');
const untouched = ['maxmemory-policy', 'noeviction'];
const stateOf = async ({ database }: Product) =>
  (await database.sql<{ state: string }>('SELECT state FROM remediations WHERE requested_at IS NOT NULL'))[0]
    ?.state;
/** What Slack said of a person or a channel counts for one decision, which is a second at most. */
const askedAnew = async () => {
  const at = performance.now();
  await until(() => Promise.resolve(performance.now() - at > 1_100));
};
const approve = ({ slack }: Product, ts: string, place: string = channel) =>
  slack.control.click({
    ...{ user: people.approver, channel: place, ts },
    ...{ actionId: 'remediation.approve', confirm: true },
  });

describe('attack: a stranger’s socket', () => {
  it('gets a share of the clicks, acknowledges them, and decides nothing; the next click counts', async () => {
    const product = await stage.start();
    const { card } = await askForFix(product.slack.control);
    const stolen: unknown[] = [];
    const stranger = createSockets({
      ...{ appToken: new Secret(product.slack.appToken), apiUrl: product.slack.apiUrl, count: 1 },
      gate: {
        async processEvent(event) {
          stolen.push(event.body);
          await event.ack();
        },
      },
      ...{ clock: systemClock, logger: silentLogger },
    });
    await stranger.start();
    closers.push(() => Promise.resolve(stranger.stop()));

    // A socket in turn: the bot has two, and the stranger one.
    for (let click = 0; click < 6 && stolen.length === 0; click += 1) {
      expect(await stateOf(product)).toBe('requested');
      // Clicks that reach the bot must not decide yet: somebody who may not approve presses.
      await product.slack.control.click({
        ...{ user: people.requester, channel, ts: card.ts },
        ...{ actionId: 'remediation.approve', confirm: true },
      });
    }
    expect(stolen).toHaveLength(1);
    // That one counts stands in the database: a slow answer to it may bring another click, which then finds no button.
    await approve(product, card.ts);
    for (let more = 0; more < 6 && (await stateOf(product)) === 'requested'; more += 1) {
      expect(await policyOf()).toEqual(untouched);
      await approve(product, card.ts);
    }

    await until(async () => (await stateOf(product)) === 'succeeded', 40_000);
    const [count] = await product.database.sql(
      `SELECT (SELECT count(*)::int FROM approvals) AS votes,
              (SELECT count(*)::int FROM audit_log WHERE action = 'step.intent') AS intents`,
    );
    expect(count).toEqual({ votes: 1, intents: 1 });
  });
});

describe('attack: an archived channel', () => {
  it('of which no event came lets nobody approve what was asked for there, from whatever place', async () => {
    const product = await stage.start();
    const { control } = product.slack;
    await askForFix(control);
    const opened = await control.waitFor(
      () =>
        control.log.calls('conversations.open').find(({ args }) => args.users === people.approver)?.result,
    );
    const direct = (opened as { readonly channel: { readonly id: string } }).channel.id;
    const copy = await control.waitForMessage({ channel: direct, contains: 'remediation.approve' });
    const [fix] = await product.database.sql<{ handle: string; plan_hash: string }>(
      'SELECT handle, plan_hash FROM remediations',
    );
    const shell = product.shell(await product.issueToken(people.approver));
    // As where the event was lost: Slack knows it, and has told nobody.
    control.updateChannel(channel, { isArchived: true });
    await askedAnew();

    await approve(product, copy.ts, direct);
    await control.command({
      ...{ user: people.approver, channel: places.ops },
      text: `/aetherius approve ${fix?.handle ?? ''} because`,
    });
    const typed = await shell('approvals', 'approve', fix?.handle ?? '', '--plan', fix?.plan_hash ?? '');

    expect(typed.exit).toBe(1);
    await expect
      .poll(
        () =>
          product.database.sql(
            "SELECT DISTINCT facts->>'reason' AS reason FROM audit_log WHERE action = 'remediation.refused'",
          ),
        {
          timeout: 15_000,
        },
      )
      .toHaveLength(1);
    expect(await stateOf(product)).toBe('requested');
    expect(await product.database.sql('SELECT FROM approvals')).toEqual([]);
    expect(await policyOf()).toEqual(untouched);
  });
});

describe('attack: a token revoked meanwhile', () => {
  it('of a person decides nothing after that, whatever they have seen before', async () => {
    const product = await stage.start();
    const { control } = product.slack;
    await askForFix(control);
    const token = await product.issueToken(people.approver);
    const shell = product.shell(token);
    const [fix] = await product.database.sql<{ handle: string; plan_hash: string }>(
      'SELECT handle, plan_hash FROM remediations',
    );
    const seen = await shell('approvals', 'show', fix?.handle ?? '');
    await control.command({
      ...{ user: people.approver, channel },
      text: `/aetherius token revoke ${token.slice(4, 12)}`,
    });
    await control.waitForMessage({ user: people.approver, contains: 'is revoked' });

    const late = await shell('approvals', 'approve', fix?.handle ?? '', '--plan', fix?.plan_hash ?? '');

    expect(seen.exit).toBe(0);
    expect(late).toMatchObject({ exit: 1, err: expect.stringContaining('was revoked') });
    expect(await stateOf(product)).toBe('requested');
    expect(await policyOf()).toEqual(untouched);
  });

  it('of the bot in Slack lets nobody decide by a click', async () => {
    const product = await stage.start();
    const { control } = product.slack;
    const { card } = await askForFix(control);
    // From here on Slack takes nothing from the bot, and does not say who anybody is.
    control.setToken('bot', 'token_revoked');
    await askedAnew();

    await approve(product, card.ts);

    await expect
      .poll(
        () =>
          product.database.sql(
            "SELECT facts->>'reason' AS reason FROM audit_log WHERE action = 'remediation.refused'",
          ),
        { timeout: 15_000 },
      )
      .toEqual([{ reason: 'channel-unknown' }]);
    expect(await stateOf(product)).toBe('requested');
    expect(await policyOf()).toEqual(untouched);
  });

  it('of the bot in Slack does not stop midway what has begun', async () => {
    const product = await stage.start();
    const { control } = product.slack;
    const { card } = await askForFix(control);
    await approve(product, card.ts);
    await until(async () => /executing|verifying/.test((await stateOf(product)) ?? ''), 20_000);
    control.setToken('bot', 'token_revoked');

    await until(async () => (await stateOf(product)) === 'succeeded', 40_000);

    expect(await policyOf()).toEqual(['maxmemory-policy', 'allkeys-lru']);
  });
});
