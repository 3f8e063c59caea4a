import { describe, expect, it } from 'vitest';
import { LazySecret } from '../../../../src/domain/kernel/secret.ts';
import { asInGuide } from '../../../../src/domain/platform/platform.ts';
import { Environment } from '../../../../src/domain/settings/environment.ts';
import { databasesOf, healthPathsOf } from '../../../../src/domain/settings/installed.ts';
import { Redis, toRedisConnection } from '../../../../src/domain/settings/redis.ts';
import { SlackSettings } from '../../../../src/domain/settings/slack.ts';
import { plainUrl, Tls } from '../../../../src/domain/settings/urls.ts';

const none = { runtime: { kind: 'none' } };
const messages = (
  schema: { safeParse(value: unknown): { error?: { issues: readonly { message: string }[] } | undefined } },
  value: unknown,
) => (schema.safeParse(value).error?.issues ?? []).map(({ message }) => message);
const env = { env: 'SOME_SECRET' };

describe('an environment', () => {
  it('has the defaults of the reference', () => {
    const { services, thresholds, platform, access, ...rest } = Environment.parse(none);

    expect([services, rest]).toEqual([{}, { ...none, withoutHttp: [], known: [] }]);
    expect(platform).toEqual(asInGuide);
    // Without lists, full members read and start.
    expect(access).toEqual({ sharedChannels: [], ask: { users: [], usergroups: [] } });
    expect(thresholds).toEqual({
      ...{ httpSlowMs: 2_000, postgresSlowMs: 500, redisSlowMs: 200, natsSlowMs: 500, neo4jSlowMs: 2_000 },
      ...{ postgresConnectionsPercent: 80, idleInTransactionSeconds: 300, redisMemoryPercent: 90 },
      ...{ redisHitRatePercent: 50, natsPendingBytes: 8_388_608, agentHeartbeatSeconds: 120, podRestarts: 3 },
    });
  });

  it('W8 names a service that listens on no port, and refuses one that has a URL as well', () => {
    const withoutHttp = ['orchestrator-service'];
    const services = { 'orchestrator-service': { url: 'http://o:8081' } };

    expect(Environment.parse({ ...none, withoutHttp }).withoutHttp).toEqual(withoutHttp);
    expect(messages(Environment, { ...none, withoutHttp, services })).toEqual([
      '"orchestrator-service" has a URL under services: it either answers over HTTP or does not',
    ]);
    expect(messages(Environment, { ...none, withoutHttp: ['redis'] })).toHaveLength(1);
  });

  it('names the model of reasoning-service by an address that holds no secret, and its checksum', () => {
    const sha256 = 'ab12'.repeat(16);
    const named = (model: object) => ({ ...none, model });
    const url = 'https://models.example:8443/v1/isolation-forest.joblib';

    expect(Environment.parse(named({ url, sha256 })).model).toEqual({ url, sha256 });
    const plain = { url: 'http://10.0.0.7/m', sha256 };
    expect(Environment.parse(named({ ...plain, plainHttp: true })).model).toEqual(plain);
    expect(messages(Environment, named(plain))).toEqual([
      'must begin with https://, unless plainHttp is true',
    ]);
    for (const half of [{ url }, { sha256 }]) expect(messages(Environment, named(half))).toHaveLength(1);
    for (const wrong of [
      'https://user:secret@models.example/m',
      'https://user@models.example/m',
      'https://models.example/m?X-Amz-Signature=1',
      'https://models.example/m#x',
      'https://models.example',
      'ftp://models.example/m',
      'file:///etc/passwd',
      'https://models.example/a b',
      'https://models.example\\m',
      'https:///m',
    ])
      expect(messages(Environment, named({ url: wrong, sha256 })), wrong).not.toEqual([]);
    for (const wrong of ['ab12', 'AB12'.repeat(16), `${sha256}0`])
      expect(messages(Environment, named({ url, sha256: wrong })), wrong).toHaveLength(1);
  });

  it('of each runtime has the names that the platform gives itself', () => {
    const runtime = (given: object) => Environment.parse({ runtime: given }).runtime;

    expect(runtime({ kind: 'kubernetes' })).toEqual({
      ...{ kind: 'kubernetes', namespace: 'aetherius', agentNamespace: 'kube-system' },
    });
    expect(runtime({ kind: 'compose' })).toEqual({
      ...{ kind: 'compose', project: 'aetherius', socket: '/var/run/docker.sock' },
    });
  });

  it('takes folders of a Compose host by their whole path, under the same name where no other is given', () => {
    const files = (...given: readonly object[]) => ({ runtime: { kind: 'compose', files: given } });

    expect(
      Environment.parse(files({ host: '/srv/a b' }, { host: '/c', worker: '/x/.d' })).runtime,
    ).toMatchObject({
      files: [
        { host: '/srv/a b', worker: '/srv/a b' },
        { host: '/c', worker: '/x/.d' },
      ],
    });
    for (const host of ['', '/', 'srv', '/srv/', '/srv//a', '/srv/../etc', '/srv/.', '/srv\0'])
      expect(messages(Environment, files({ host })), host).toHaveLength(1);
    expect(messages(Environment, files())).toHaveLength(1);
  });

  it('takes no empty name, no image with a space and no limit of nothing', () => {
    const bad = [
      { runtime: { kind: 'kubernetes', namespace: '' } },
      { runtime: { kind: 'kubernetes', agentNamespace: '' } },
      { runtime: { kind: 'compose', project: '' } },
      { ...none, postgres: { url: env, databases: { agentManager: '' } } },
      { ...none, postgres: { url: env, databases: { orchestrator: '' } } },
      { ...none, thresholds: { redisSlowMs: 0 } },
      { ...none, services: { 'agent-manager': { url: 'http://a', healthPaths: [] } } },
    ];

    expect(bad.map((value) => Environment.safeParse(value).success)).toEqual(bad.map(() => false));
    expect(messages(Environment, { runtime: { kind: 'kubernetes', debugImage: 'a b' } })).toEqual([
      'must be the name of an image',
    ]);
  });

  it('has health paths and databases of the platform', () => {
    const parsed = Environment.parse({
      ...none,
      services: { 'agent-manager': { url: 'http://a:8080' } },
      postgres: { url: env },
      neo4j: { url: env },
    });

    expect(healthPathsOf(parsed, 'agent-manager')).toEqual({
      value: ['/health', '/health/live', '/health/ready', '/health/status'],
      source: 'documented',
    });
    expect(databasesOf(parsed)).toEqual({
      agentManager: { value: 'agent_manager', source: 'documented' },
      orchestrator: { value: 'orchestrator', source: 'documented' },
    });
    expect(parsed.neo4j?.user).toBe('neo4j');
    expect(
      messages(Environment, {
        ...none,
        services: { 'agent-manager': { url: 'http://a', healthPaths: ['x/'] } },
      }),
    ).toEqual(['must begin with /']);
  });

  it.each([
    ['nats', ['nats', 'tls', 'ws', 'wss']],
    ['neo4j', ['bolt', 'bolt+s', 'bolt+ssc', 'neo4j', 'neo4j+s', 'neo4j+ssc']],
    ['postgres', ['postgres', 'postgresql']],
    ['redis', ['redis', 'rediss']],
  ] as const)('reaches %s by %o, and by nothing else', (part, schemes) => {
    const takes = (scheme: string) =>
      Environment.safeParse({ ...none, [part]: { url: `${scheme}://host` } }).success;

    for (const scheme of schemes) expect(takes(scheme), scheme).toBe(true);
    for (const scheme of ['http', `x${schemes[0]}`, `${schemes[0]}x`, ''])
      expect(takes(scheme), scheme).toBe(false);
  });
});

describe('a URL that stands in the configuration', () => {
  const url = plainUrl(['http', 'https']);

  it.each([
    'http://h',
    'https://h:1/p?q=1',
    'http://user@h',
    'http://h/a@b',
    'http://h?x=a:b@c',
    'http://h/t:x@y',
  ])('%s is taken', (text) => {
    expect(url.safeParse(text).success).toBe(true);
  });

  it.each([
    ...['http://user:pw@h', 'https://:pw@h', 'http://h?password=x', 'http://h?a=b&pwd=x', 'http://h?TOKEN=x'],
    ...['http://h?passwd=x', 'http://h?secret=x', 'http://h?api_key=x', 'http://h?apikey=x'],
    ...['http://h?accesskey=x', 'http://h?access_key=x', 'http://h?sslpassword=x', 'http://h?authtoken=x'],
  ])('%s carries a secret', (text) => {
    expect(messages(url, text)).toEqual([
      'must not carry a password; use {env: NAME}, {file: path} or {secret: {namespace, name, key}} for the whole URL',
    ]);
  });

  it.each(['ftp://h', 'http://', 'http://h h', 'xhttp://h', 'h'])('"%s" is none', (text) => {
    expect(messages(url, text)).toEqual(['must be a URL that begins with http:// or https://']);
  });
});

describe('Redis', () => {
  const connection = (given: object) => toRedisConnection(Redis.parse(given));

  it('is one server, with TLS or without', () => {
    const single = connection({ url: 'redis://h', tls: {} });

    expect(single).toMatchObject({ kind: 'single', tls: { mode: 'verify-full' } });
    expect(single.kind === 'single' && single.url).toBeInstanceOf(LazySecret);
    expect(connection({ url: 'redis://h' })).not.toHaveProperty('tls');
  });

  it('is Sentinels with the name of their master, the login and the database', () => {
    expect(
      connection({
        ...{
          sentinels: ['a:26379', '[fe80::1]:1'],
          name: 'm',
          username: 'u',
          password: env,
          sentinelPassword: env,
        },
        db: 2,
      }),
    ).toEqual({
      ...{ kind: 'sentinel', name: 'm', username: 'u', db: 2 },
      sentinels: [
        { host: 'a', port: 26_379 },
        { host: 'fe80::1', port: 1 },
      ],
      ...{ password: expect.any(LazySecret), sentinelPassword: expect.any(LazySecret) },
    });
  });

  it('is nodes of a cluster, which has no database to choose', () => {
    expect(connection({ cluster: ['n:7000'], username: 'u', password: env, db: 0 })).toEqual({
      ...{ kind: 'cluster', nodes: [{ host: 'n', port: 7_000 }], username: 'u' },
      password: expect.any(LazySecret),
    });
  });

  it.each(['n', 'n:', ':1', 'n:x', 'n:123456', 'n:1x', 'n n:1', 'u@n:1', 'a:b:1', '[]:1', 'http://n:1'])(
    'refuses "%s" as a node',
    (node) => {
      expect(messages(Redis, { cluster: [node] })).toEqual(['must be host:port']);
    },
  );

  it('refuses empty lists and a negative database', () => {
    for (const given of [{ cluster: [] }, { sentinels: [] }, { name: '' }, { db: -1 }])
      expect(Redis.safeParse(given).success, JSON.stringify(given)).toBe(false);
  });
});

describe('TLS', () => {
  it('verifies everything unless another mode is named', () => {
    expect(Tls.parse({})).toEqual({ mode: 'verify-full' });
    for (const mode of ['disable', 'require', 'verify-ca']) expect(Tls.parse({ mode }).mode).toBe(mode);
    expect(Tls.safeParse({ mode: '' }).success).toBe(false);
  });
});

describe('Slack', () => {
  const channel = (id: string, given: object = {}) => ({ channels: { [id]: given } });

  it('speaks English where nothing else is said', () => {
    expect(SlackSettings.parse(channel('C0A'))).toEqual({
      channels: { C0A: { language: 'en' } },
      startsPerMinute: { person: 20, channel: 60 },
      bundles: { mostMiB: 50 },
    });
    expect(SlackSettings.safeParse(channel('C0A', { language: 'zh-CN' })).success).toBe(true);
    expect(SlackSettings.safeParse(channel('C0A', { language: '' })).success).toBe(false);
  });

  it.each(['C0A', 'G0A', 'D0A', 'C07QKZ3M8TW'])('%s is a channel', (id) => {
    expect(SlackSettings.safeParse(channel(id)).success).toBe(true);
  });

  it.each(['C0', 'U0A', 'xC0A', 'C0A-', 'c0a'])('%s is none', (id) => {
    expect(SlackSettings.safeParse(channel(id)).success).toBe(false);
  });

  it.each([
    ['00:00', 'UTC', []],
    ['23:59', 'Asia/Shanghai', []],
    ['24:00', 'UTC', ['must be a time of day, HH:MM']],
    ['9:00', 'UTC', ['must be a time of day, HH:MM']],
    ['x09:00', 'UTC', ['must be a time of day, HH:MM']],
    ['09:000', 'UTC', ['must be a time of day, HH:MM']],
    ['09:00', 'Mars/Base', ['must be an IANA time zone, such as Asia/Shanghai']],
  ])('has a digest at %s in %s: %o', (at, timezone, expected) => {
    expect(messages(SlackSettings, channel('C0A', { digest: { at, timezone } }))).toEqual(expected);
  });
});
