/** Alerts as Alertmanager and Grafana send them, through the whole product with real Bolt, PostgreSQL and Redis. */
import { fileURLToPath } from 'node:url';
import type { SlackMessage } from '@aetherius/slack-emulator';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readManifest } from '../../tools/playground/start/manifest.ts';
import { alertBody, type PostedAlert, postAlerts } from '../support/alerts.ts';
import { type Product, type ProductOptions, people, places, useStage } from '../support/slack-product.ts';
import { until } from '../support/until.ts';

const stage = useStage();
const manifest = readManifest(fileURLToPath(new URL('../../manifest.yml', import.meta.url)));

beforeEach(() => stage.fillTarget());
afterEach(() => stage.emptyTarget());

const secret = 'a secret of alerts that is long enough';
const former = 'the secret of alerts that was before it';

const environment = (name: string, channel: string, more = '') => `  ${name}:
    runtime: { kind: none }
    redis: { url: { env: TARGET_REDIS_URL } }
    alerts: { secret: { env: ALERTS_SECRET }, channel: ${channel}${more} }
`;

const withAlerts = (more: Partial<ProductOptions> = {}): ProductOptions => ({
  environmentsYaml: environment('prod', places.incidents, ', oldSecret: { env: OLD_ALERTS_SECRET }'),
  env: { ALERTS_SECRET: secret, OLD_ALERTS_SECRET: former, ALERTS_PORT: '0' },
  ...more,
});

const portOf = ({ processes }: Product): number => {
  const port = processes.find(({ alertsPort }) => alertsPort !== undefined)?.alertsPort;
  if (port === undefined) throw new Error('nobody receives alerts');
  return port;
};

const sends =
  (product: Product, to = 'prod') =>
  (body: string, as = secret) =>
    postAlerts({ port: portOf(product), environment: to, secret: as, body });

const memory = (pod: string, more: Partial<PostedAlert> = {}): PostedAlert => ({
  name: 'RedisMemoryHigh',
  labels: { job: 'redis', pod },
  fingerprint: `fp-${pod}`,
  startsAt: '2026-12-01T03:02:00Z',
  ...more,
});

const shown = ({ text, blocks }: SlackMessage): string => `${text} ${JSON.stringify(blocks)}`;
const inChannel = (contains: string, channel: string = places.incidents) => ({
  channel,
  where: (message: SlackMessage) =>
    (message.threadTs ?? message.ts) === message.ts && shown(message).includes(contains),
});
const timeout = { timeoutMs: 30_000 };

describe('an alert that arrives', () => {
  it('is answered in the channel of its environment by nobody asking, with what fires, the cause and the fix', async () => {
    const product = await stage.start(withAlerts());
    const { control } = product.slack;
    const answer = await sends(product)(alertBody([memory('redis-0')]));
    expect(answer).toEqual({ status: 200, body: { stored: 1 } });

    const first = await control.waitForMessage(inChannel('D3.a'), timeout);
    expect(first.text).toContain('*RedisMemoryHigh* fires since');
    expect(shown(first)).toContain(':rotating_light:');
    expect(shown(first)).toContain('noeviction');
    // The button of the fix waits for a person: nothing is asked for by the alert.
    const offer = await control.waitForMessage({
      channel: places.incidents,
      threadTs: first.ts,
      where: ({ blocks }) => JSON.stringify(blocks).includes('remediation.request'),
    });
    const requester = () =>
      product.database.sql<{ state: string; requester_id: string | null }>(
        'SELECT state, requester_id FROM remediations WHERE requester_id IS NOT NULL',
      );
    expect(await requester()).toEqual([]);
    const clicked = await control.click({
      ...{ user: people.requester, channel: places.incidents, ts: offer.ts },
      ...{ actionId: 'remediation.request', confirm: true },
    });
    expect(clicked.ok).toBe(true);
    await until(async () => (await requester()).length > 0);
    expect((await requester())[0]?.requester_id).toContain(people.requester);
  });

  it('joins the incident that is open: once in the thread, no second run; when all is over the first message is green', async () => {
    const product = await stage.start(withAlerts());
    const { control } = product.slack;
    const send = sends(product);
    await send(alertBody([memory('redis-0')]));
    const first = await control.waitForMessage(inChannel('D3.a'), timeout);
    // Alertmanager repeats what fires; the second is another Pod.
    await send(alertBody([memory('redis-0'), memory('redis-1', { startsAt: '2026-12-01T03:04:00Z' })]));
    const joined = await control.waitForMessage({
      ...{ channel: places.incidents, threadTs: first.ts, contains: '1 more alert joined' },
    });
    expect(shown(joined)).toContain('RedisMemoryHigh');
    await control.waitForMessage(inChannel('2 alerts since'), timeout);
    expect(await product.database.sql('SELECT FROM runs')).toHaveLength(1);
    expect(await product.database.sql('SELECT FROM alerts')).toHaveLength(2);

    const ends = { status: 'resolved', endsAt: '2026-12-01T03:14:00Z' } as const;
    await send(alertBody([memory('redis-0', ends)]));
    await control.waitForMessage(inChannel('1 fires now'), timeout);
    await send(alertBody([memory('redis-1', { startsAt: '2026-12-01T03:04:00Z', ...ends })]));
    const green = await control.waitForMessage(inChannel(':large_green_circle:'), timeout);
    expect(green.ts).toBe(first.ts);
    expect(green.text).toContain('is over. It lasted 12 min (2 alerts)');
    expect(shown(green)).toContain('D3.a');
    expect(shown(green)).not.toContain(':rotating_light:');
    await control.waitForMessage({
      ...{ channel: places.incidents, threadTs: first.ts, contains: 'It is over. It lasted 12 min.' },
    });
  });

  it('of the same name in two environments is two incidents, each in its own channel; its labels choose neither', async () => {
    const product = await stage.start(
      withAlerts({
        environmentsYaml: `${environment('prod', places.incidents)}${environment('stage', places.general)}`,
      }),
    );
    const { control } = product.slack;
    const labels = { environment: 'stage', channel: places.general, cluster: 'stage' };
    await sends(product)(alertBody([memory('redis-0', { labels })]));
    await sends(product, 'stage')(alertBody([memory('redis-0', { labels: { environment: 'prod' } })]));

    expect(shown(await control.waitForMessage(inChannel('D3.a'), timeout))).toContain('*prod*');
    const other = await control.waitForMessage(inChannel('D3.a', places.general), timeout);
    expect(shown(other)).toContain('*stage*');
    expect(await product.database.sql('SELECT FROM incidents')).toHaveLength(2);
  });

  it('that no diagnosis goes with is shown in its own words, which ping nobody and hold no password', async () => {
    const product = await stage.start(withAlerts());
    const annotations = {
      summary: 'Kafka of <!channel> lags, see <https://evil.example|here> password=hunter2secret',
    };
    await sends(product)(
      alertBody([{ ...memory('x'), name: 'KafkaConsumerLag', labels: { topic: '`<@U1>`' }, annotations }]),
    );
    const message = await product.slack.control.waitForMessage(inChannel('KafkaConsumerLag'), timeout);
    const text = shown(message);

    expect(text).toContain('Kafka of &lt;!channel&gt; lags');
    expect(text).toContain('/aetherius diagnose');
    expect(text).not.toMatch(/hunter2|<!channel>|<https:\/\/evil|<@U1>/);
    expect(await product.database.sql('SELECT FROM runs')).toEqual([]);
    expect(JSON.stringify(await product.database.sql('SELECT labels, notes FROM alerts'))).not.toContain(
      'hunter2',
    );
  });

  it('R-A11: is not told where people of another organisation read, but in the channel for that', async () => {
    const lines: string[] = [];
    const product = await stage.start(
      withAlerts({
        slackYaml: `  fallbackChannel: ${places.general}`,
        // Without it Slack tells of no channel that is shared.
        emulator: { manifest },
        logLines: (line) => void lines.push(line),
      }),
    );
    const { control } = product.slack;
    const send = sends(product);
    const named = (name: string) => alertBody([{ ...memory('x'), name, fingerprint: name, labels: {} }]);
    // Who reads there is known from now on, and kept for a minute.
    await send(named('KafkaConsumerLag'));
    await control.waitForMessage(inChannel('KafkaConsumerLag'), timeout);
    control.places.share(places.incidents, 'T0OTHER01');
    await until(() => lines.some((line) => line.includes('a channel is closed to decisions')));
    await send(named('MySqlSlaveLag'));
    await control.waitForMessage(inChannel('MySqlSlaveLag', places.general), timeout);

    expect(JSON.stringify(control.messages({ channel: places.incidents }))).not.toContain('MySqlSlaveLag');
  });

  it('speaks the language of its channel', async () => {
    const product = await stage.start(
      withAlerts({ slackYaml: `  channels: { ${places.incidents}: { language: zh-CN } }` }),
    );
    await sends(product)(alertBody([memory('redis-0')]));
    const first = await product.slack.control.waitForMessage(inChannel('D3.a'), timeout);

    expect(first.text).toContain('*RedisMemoryHigh* 自');
  });

  it('comes from Grafana, too', async () => {
    const product = await stage.start(withAlerts());
    const grafana = alertBody([{ ...memory('redis-0'), name: 'Redis memory high' }], {
      ...{ version: '1', orgId: 1, title: '[FIRING:1]', state: 'alerting' },
    });
    expect((await sends(product)(grafana)).status).toBe(200);
    const first = await product.slack.control.waitForMessage(inChannel('D3.a'), timeout);

    expect(first.text).toContain('*Redis memory high* fires since');
  });
});

describe('a request that is no alert of ours', () => {
  it('without the secret of its environment is refused, and nothing is stored; both secrets count while one is changed', async () => {
    const product = await stage.start(withAlerts());
    const send = sends(product);
    const body = alertBody([memory('redis-0')]);

    expect((await send(body, 'another secret of somebody else')).status).toBe(401);
    expect((await send(body, '')).status).toBe(401);
    expect(await product.database.sql('SELECT FROM alerts')).toEqual([]);
    expect((await send(body, former)).status).toBe(200);
    expect((await send(body, secret)).status).toBe(200);
    expect(await product.database.sql('SELECT FROM alerts')).toHaveLength(1);
  });

  it('of another version, another form or another size is refused by name, and nothing is stored', async () => {
    const product = await stage.start(withAlerts());
    const send = sends(product);

    expect(await send(alertBody([memory('a')], { version: '5' }))).toEqual({
      status: 400,
      body: expect.objectContaining({ error: 'unsupported-version', version: '5' }),
    });
    expect((await send('{')).body).toEqual({ error: 'not-json' });
    expect((await send(JSON.stringify({ version: '4', alerts: [{}] }))).body).toMatchObject({
      error: 'malformed',
    });
    expect((await send(' '.repeat(1024 * 1024 + 1))).status).toBe(413);
    expect((await sends(product, 'nowhere')(alertBody([memory('a')]))).status).toBe(404);
    expect(await product.database.sql('SELECT FROM alerts')).toEqual([]);
  });
});

describe('many alerts at once', () => {
  it('1,000 of one symptom start one run, and the message counts them', async () => {
    const product = await stage.start(withAlerts());
    const { control } = product.slack;
    const send = sends(product);
    for (let from = 0; from < 1000; from += 100)
      await send(alertBody(Array.from({ length: 100 }, (_, index) => memory(`redis-${from + index}`))));
    await control.waitForMessage(inChannel('1000 alerts since'), timeout);
    await control.waitForMessage(inChannel('D3.a'), timeout);

    expect(await product.database.sql('SELECT FROM runs')).toHaveLength(1);
    expect(await product.database.sql('SELECT FROM alerts WHERE incident_id IS NULL')).toEqual([]);
    const lines = await product.database.sql("SELECT FROM messages WHERE purpose = 'alert-line'");
    expect(lines.length).toBeLessThan(5);
  });
});

describe('separate processes', () => {
  it('receive with a login that only adds alerts, and answer as one does', async () => {
    const product = await stage.start(withAlerts({ roles: ['bot', 'worker', 'scheduler', 'alerts'] }));
    await sends(product)(alertBody([memory('redis-0')]));
    const first = await product.slack.control.waitForMessage(inChannel('D3.a'), timeout);

    expect(first.text).toContain('*RedisMemoryHigh* fires since');
  });
});
