/** The facts of an incident, asked in its thread and in its channel, through the whole product with real Bolt. */
import { fileURLToPath } from 'node:url';
import type { SlackMessage } from '@aetherius/slack-emulator';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readManifest } from '../../tools/playground/start/manifest.ts';
import { alertBody, type PostedAlert, postAlerts } from '../support/alerts.ts';
import { type Product, people, places, useStage } from '../support/slack-product.ts';
import { until } from '../support/until.ts';

const stage = useStage();
const manifest = readManifest(fileURLToPath(new URL('../../manifest.yml', import.meta.url)));
const scopes = manifest.oauth_config?.scopes?.bot ?? [];

beforeEach(() => stage.fillTarget());
afterEach(() => stage.emptyTarget());

const channel = places.incidents;
const secret = 'a secret of alerts that is long enough';
const environmentsYaml = `  prod:
    runtime: { kind: none }
    redis: { url: { env: TARGET_REDIS_URL } }
    alerts: { secret: { env: ALERTS_SECRET }, channel: ${channel} }
`;
const slow = { timeoutMs: 30_000 };
const shown = ({ text, blocks }: SlackMessage): string => `${text} ${JSON.stringify(blocks)}`;

async function alerted({ processes }: Product, more: Partial<PostedAlert> = {}): Promise<void> {
  const port = processes.find(({ alertsPort }) => alertsPort !== undefined)?.alertsPort;
  if (port === undefined) throw new Error('nobody receives alerts');
  const alert = { name: 'RedisMemoryHigh', labels: { job: 'redis' }, fingerprint: 'fp-1' };
  const body = alertBody([{ ...alert, startsAt: '2026-12-01T03:02:00Z', ...more }]);
  expect((await postAlerts({ port, environment: 'prod', secret, body })).status).toBe(200);
}

/** An alert about Redis that is answered with its cause, and whose fix somebody has asked for. */
async function incident(product: Product): Promise<SlackMessage> {
  const { slack, database } = product;
  const { control } = slack;
  await alerted(product);
  const root = await control.waitForMessage(
    { channel, where: (message) => shown(message).includes('D3.a') },
    slow,
  );
  const offer = await control.waitForMessage({
    ...{ channel, threadTs: root.ts },
    where: (message) => shown(message).includes('remediation.request'),
  });
  const place = { user: people.requester, channel, ts: offer.ts };
  expect((await control.click({ ...place, actionId: 'remediation.request', confirm: true })).ok).toBe(true);
  await until(
    async () => (await database.sql('SELECT FROM remediations WHERE requester_id IS NOT NULL')).length > 0,
  );
  return root;
}

const whisper = ({ slack: { control } }: Product, user: string, contains: string) =>
  control.waitForMessage(
    { channel, user, where: (one) => one.ephemeralFor === user && shown(one).includes(contains) },
    slow,
  );

describe('the timeline of an incident', () => {
  it('is told to whoever asks in its thread, in their language, and stands there as a file', async () => {
    const product = await stage.start({ environmentsYaml, env: { ALERTS_SECRET: secret, ALERTS_PORT: '0' } });
    const { control } = product.slack;
    const root = await incident(product);
    await control.say({
      ...{ user: people.chinese, channel, threadTs: root.ts, text: '@aetherius timeline' },
    });
    const answer = await whisper(product, people.chinese, '时间线');

    expect(answer.threadTs).toBe(root.ts);
    for (const fact of ['RedisMemoryHigh', 'D3.a', '已申请', `<@${people.requester}>`, '<!date^'])
      expect(shown(answer)).toContain(fact);
    const file = await control.waitFor(
      () =>
        [...control.world.files.values()].find(
          ({ name, completed }) => completed && name === 'timeline-prod.md',
        ),
      slow,
    );
    await control.waitForMessage(
      { channel, threadTs: root.ts, where: ({ files }) => files.includes(file.id) },
      slow,
    );
    const text = Buffer.from(file.content ?? []).toString('utf8');
    expect(text).toMatch(/^\| \d{4}-\d\d-\d\dT.*RedisMemoryHigh/m);
    expect(text).toMatch(new RegExp(`已申请.*\\| ${people.requester} \\|`));
  });

  it('has what people have pinned in the thread, and nothing else that is pinned', async () => {
    const product = await stage.start({ environmentsYaml, env: { ALERTS_SECRET: secret, ALERTS_PORT: '0' } });
    const { control } = product.slack;
    const root = await incident(product);
    const pin = (ts: string | null) => {
      if (ts === null) throw new Error('nothing was said');
      const pins = control.world.pins.get(channel) ?? new Set<string>();
      control.world.pins.set(channel, pins.add(ts));
    };
    const { ts } = await control.say({
      ...{ user: people.requester, channel, threadTs: root.ts },
      text: 'Orders & billing wait: <!channel> password=hunter2secret',
    });
    const beside = await control.say({ user: people.requester, channel, text: 'Lunch is at noon.' });
    for (const one of [ts, beside.ts, root.ts]) pin(one);
    await control.say({
      ...{ user: people.requester, channel, threadTs: root.ts, text: '@aetherius timeline' },
    });
    const text = shown(await whisper(product, people.requester, '*Timeline*'));

    expect(text).toContain('Pinned message: “Orders &amp; billing wait:');
    expect(text).not.toMatch(/Lunch|hunter2|<!channel>|Pinned messages are missing/);
    expect(text.match(/Pinned message:/g)).toHaveLength(1);
  });

  it('is told by a button when the incident ends, to whoever presses it', async () => {
    const product = await stage.start({ environmentsYaml, env: { ALERTS_SECRET: secret, ALERTS_PORT: '0' } });
    const { control } = product.slack;
    const root = await incident(product);
    await alerted(product, { status: 'resolved', endsAt: '2026-12-01T03:14:00Z' });
    const over = await control.waitForMessage(
      { channel, threadTs: root.ts, where: (message) => shown(message).includes('"action_id":"timeline"') },
      slow,
    );
    const click = { user: people.chinese, channel, ts: over.ts, actionId: 'timeline' };
    expect((await control.click(click)).ok).toBe(true);
    const answer = await whisper(product, people.chinese, '时间线');

    expect(answer.threadTs).toBe(root.ts);
    expect(shown(answer)).toContain('事件已结束');
  });

  it('says that pinned messages are missing where the app was installed without their scope', async () => {
    const before = {
      ...manifest,
      oauth_config: { scopes: { bot: scopes.filter((one) => one !== 'pins:read') } },
    };
    const product = await stage.start({
      ...{ environmentsYaml, env: { ALERTS_SECRET: secret, ALERTS_PORT: '0' } },
      emulator: { manifest: before },
    });
    const root = await incident(product);
    await product.slack.control.say({
      ...{ user: people.requester, channel, threadTs: root.ts, text: '@aetherius timeline' },
    });
    const text = shown(await whisper(product, people.requester, '*Timeline*'));

    expect(text).toContain('the app lacks the scope `pins:read`');
    expect(text).toContain('RedisMemoryHigh');
  });

  it('is of the newest incident where none is meant, and one sentence where nothing is recorded', async () => {
    const product = await stage.start({ environmentsYaml, env: { ALERTS_SECRET: secret, ALERTS_PORT: '0' } });
    const { control } = product.slack;
    const ask = () => control.command({ user: people.requester, channel, text: '/aetherius timeline prod' });
    await ask();
    await whisper(product, people.requester, 'Nothing is recorded for a timeline of *prod*');
    await incident(product);
    await ask();
    const answer = await whisper(product, people.requester, '*Timeline*');

    expect(shown(answer)).toContain('The alert RedisMemoryHigh arrived; it has been firing since');
    expect(shown(answer)).toContain(`asked for. · <@${people.requester}>`);
  });
});
