import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../src/domain/kernel/secret.ts';
import { readProcessEnv } from '../../src/platform/settings/config.ts';
import { createDeliveryInbox } from '../../src/platform/slack/inbox.ts';
import { silentLogger } from '../support/logger.ts';
import { people, places, useStage } from '../support/slack-product.ts';
import { askForFix, askForHealth, isAnswered, isRoot } from '../support/slack-steps.ts';
import { until } from '../support/until.ts';

const stage = useStage();

beforeEach(() => stage.fillTarget());
afterEach(() => stage.emptyTarget());

describe('what must not happen', () => {
  it('no fix is asked for or approved in a channel that is shared with another organisation (R-S7)', async () => {
    const product = await stage.start({
      environmentsYaml: `
  prod:
    runtime: { kind: none }
    redis: { url: { env: TARGET_REDIS_URL } }
    access: { sharedChannels: [${places.shared}] }
`,
    });
    const { control } = product.slack;
    const table = await askForHealth(control, { channel: places.shared });
    const finding = await control.waitForMessage(
      { channel: places.shared, threadTs: table.ts, contains: 'remediation.request' },
      { timeoutMs: 15_000 },
    );

    await control.click({
      user: people.requester,
      channel: places.shared,
      ts: finding.ts,
      actionId: 'remediation.request',
      confirm: true,
    });
    const told = await control.waitForMessage({
      channel: places.shared,
      user: people.requester,
      contains: 'shared with another organisation',
    });

    expect(told.ephemeralFor).toBe(people.requester);
    expect(await product.database.sql('SELECT DISTINCT state FROM remediations')).toEqual([
      { state: 'proposed' },
    ]);
  });

  it('no decision is taken when Slack cannot say who somebody is (R-A3)', async () => {
    const product = await stage.start();
    const { control } = product.slack;
    const { card } = await askForFix(control);
    const give = control.faults.add({
      method: 'users.info',
      fault: { kind: 'error', error: 'internal_error' },
    });

    // What was read within the last second may still be believed.
    const lastRead = (): number => control.log.calls('users.info').at(-1)?.at ?? 0;
    await until(() => Date.now() - lastRead() > 1100);
    await control.click({
      user: people.approver,
      channel: places.incidents,
      ts: card.ts,
      actionId: 'remediation.approve',
      confirm: true,
    });
    const told = await control.waitForMessage({
      channel: places.incidents,
      user: people.approver,
      contains: 'Slack cannot tell me right now',
    });
    give();

    expect(told.ephemeralFor).toBe(people.approver);
    expect(await product.database.sql("SELECT state FROM remediations WHERE state <> 'proposed'")).toEqual([
      { state: 'requested' },
    ]);
  });

  it('a command whose process died after the acknowledgement is carried out by another one, once', async () => {
    const product = await stage.start({ roles: ['worker', 'scheduler'] });
    const { control } = product.slack;
    const body = {
      command: '/aetherius',
      text: 'health prod',
      team_id: 'T0AETHER1',
      user_id: people.requester,
      channel_id: places.incidents,
      api_app_id: 'A0AETHER1',
      trigger_id: 'trigger.of.a.dead.process',
      is_enterprise_install: 'false',
    };
    const dead = createDeliveryInbox({
      database: { url: product.database.url },
      logger: silentLogger,
      token: new Secret(product.slack.botToken),
    });
    const key = 'trigger:A0AETHER1:trigger.of.a.dead.process';
    await dead.accept({ key, kind: 'command', digest: 'x', body }, 1500);
    await dead.close();
    await product.database.sql("UPDATE inbox SET leased_until = clock_timestamp() - interval '1 second'");

    await Promise.all([product.add('bot'), product.add('bot')]);
    const table = await control.waitForMessage(
      { channel: places.incidents, where: (message) => isRoot(message) && isAnswered(message) },
      { timeoutMs: 20_000 },
    );

    expect(table.text).toContain('prod');
    expect(control.messages({ channel: places.incidents, where: isRoot })).toHaveLength(1);
    const rows = await product.database.sql<{ handled: boolean }>(
      "SELECT handled_at IS NOT NULL AS handled FROM inbox WHERE kind = 'command'",
    );
    expect(rows).toEqual([{ handled: true }]);
  });

  it('a worker does not read Slack tokens, and a bot does not read the credentials of a target (R-X15)', async () => {
    const variables = {
      DATABASE_URL: 'postgres://a:b@localhost/c',
      REDIS_URL: 'redis://localhost',
      AUDIT_KEY: 'k'.repeat(40),
      SLACK_BOT_TOKEN: 'xoxb-secret',
      SLACK_APP_TOKEN: 'xapp-secret',
    };
    const worker = readProcessEnv('worker', variables);
    const bot = readProcessEnv('bot', variables);

    expect(worker).not.toHaveProperty('SLACK_BOT_TOKEN');
    expect(worker).not.toHaveProperty('SLACK_APP_TOKEN');
    expect(bot.SLACK_BOT_TOKEN?.reveal()).toBe('xoxb-secret');
    // The target's credential exists only in the worker: the product runs with a bot that cannot see it.
    const product = await stage.start({ roles: ['worker', 'scheduler'] });
    await product.add('bot', { TARGET_REDIS_URL: undefined });
    const table = await askForHealth(product.slack.control);
    expect(table.text).toContain('Redis');
  });
});
