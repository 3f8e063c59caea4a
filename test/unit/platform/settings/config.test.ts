import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Secret } from '../../../../src/domain/kernel/secret.ts';
import { asInGuide } from '../../../../src/domain/platform/platform.ts';
import type { Role } from '../../../../src/domain/settings/process-env.ts';
import {
  loadConfig,
  parseConfig,
  readProcessEnv,
  variablesNotRead,
} from '../../../../src/platform/settings/config.ts';
import { ConfigError } from '../../../../src/platform/settings/config-faults.ts';
import { redisFromUrl } from '../../../../src/platform/settings/redis-url.ts';
import { policy } from '../../../support/config.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'config-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const env = { PG: 'postgres://app:pw@db/x', OTHER: 'redis://:pw2@redis' };

function parse(
  yaml: string,
  options: {
    role?: Role;
    environments?: string[];
    env?: Record<string, string>;
    learn?: (secret: string) => void;
  } = {},
) {
  // A file that has its own policy keeps it.
  const text = /^approvals:/m.test(yaml) ? yaml : `${yaml.trim()}\n${policy}`;
  return parseConfig(text, { role: 'all', env, where: 'a.yaml', folder, ...options });
}

function faults(yaml: string, options: Parameters<typeof parse>[1] = {}): readonly string[] {
  try {
    parse(yaml, options);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.faults.map((fault) => `${fault.line}:${fault.column} ${fault.path}: ${fault.message}`);
  }
}

const minimal = `
environments:
  prod:
    runtime: { kind: none }`;

describe('a configuration file', () => {
  it('gets its defaults', () => {
    const config = parse(minimal);

    expect(config.environments.prod?.services).toEqual({});
    expect(config.environments.prod?.thresholds.redisMemoryPercent).toBe(90);
    expect(config.slack).toEqual({
      channels: {},
      startsPerMinute: { person: 20, channel: 60 },
      bundles: { mostMiB: 50 },
    });
  });

  it('reports every fault at once with path, line and column', () => {
    const yaml = `
environments:
  prod:
    runtime: { kind: kubernetes, namespac: aetherius }
    services:
      agent-manager: { url: "http://u:pw@agent-manager:8080" }
      bogus: { url: "http://x" }
    postgres: { url: { envv: PG }, databases: { agentManager: 3 } }
    redis: { sentinels: ["a:1", "b"], password: hunter2 }
    nats: { url: { env: MISSING }, monitorUrl: "htp://nats:8222" }
  Bad_name:
    runtime: { kind: vm }
slack:
  defaultEnvironment: prodd
  channels: { C0INC: { language: fr, digest: { at: "25:00", timezone: Mars/X } } }
  extra: 1`;

    expect(faults(yaml).map((fault) => fault.split(': ')[0])).toEqual([
      '3:34 environments.prod.runtime.namespac',
      '5:29 environments.prod.services.agent-manager.url',
      '6:7 environments.prod.services.bogus',
      '7:22 environments.prod.postgres.url',
      '7:63 environments.prod.postgres.databases.agentManager',
      '8:5 environments.prod.redis.name',
      '8:33 environments.prod.redis.sentinels.1',
      '8:49 environments.prod.redis.password',
      '9:18 environments.prod.nats.url',
      '9:48 environments.prod.nats.monitorUrl',
      '11:5 environments.Bad_name',
      '11:22 environments.Bad_name.runtime.kind',
      '13:23 slack.defaultEnvironment',
      '14:34 slack.channels.C0INC.language',
      '14:52 slack.channels.C0INC.digest.at',
      '14:71 slack.channels.C0INC.digest.timezone',
      '15:3 slack.extra',
    ]);
  });

  it('names every unknown key', () => {
    expect(faults(`${minimal}\nfoo: 1\nbar: 2`)).toEqual([
      '4:1 foo: is not a known setting',
      '5:1 bar: is not a known setting',
    ]);
  });

  it('says of the tokens of before what is to be done instead', () => {
    const approvals = `approvals:
  approvers: { oncall: { users: [U1] } }
  tiers: { 1: { by: [oncall] } }
  commandLine: { people: { U1: { token: { env: TOKEN } } } }`;
    const [fault = '', ...others] = faults(`${minimal}\n${approvals}`);

    expect(fault).toMatch(/^8:3 approvals\.commandLine: is not used any more/);
    expect(fault).toContain('/aetherius token');
    expect(others).toEqual([]);
  });

  it('is refused with a position when it is not YAML or names a key twice', () => {
    expect(faults('environments: { prod: { runtime: { kind: none }')[0]).toMatch(/^\d+:\d+ : is not YAML/);
    expect(faults(`${minimal}\n    runtime: { kind: none }`)[0]).toMatch(
      /^4:5 : is not YAML \(duplicate key\)/,
    );
  });

  it('is refused when it cannot be read', () => {
    expect(() => loadConfig(join(folder, 'none.yaml'), { role: 'all' })).toThrow(/cannot be read \(ENOENT\)/);
  });

  it('needs at least one environment', () => {
    expect(faults('environments: {}')).toEqual(['1:15 environments: needs at least one environment']);
  });

  it.each([
    ['url: { env: OTHER }', { kind: 'single' }],
    ['sentinels: ["s1:26379", "s2:26379"], name: mymaster', { kind: 'sentinel', name: 'mymaster' }],
    ['cluster: ["[::1]:7000"]', { kind: 'cluster', nodes: [{ host: '::1', port: 7000 }] }],
  ])('reaches a Redis by %s', (how, expected) => {
    const config = parse(`${minimal}\n    redis: { ${how} }`);

    expect(config.environments.prod?.redis).toMatchObject(expected);
  });

  it.each(['{}', '{ url: { env: OTHER }, cluster: ["a:1"] }'])(
    'refuses a Redis with none or two ways: %s',
    (redis) => {
      expect(faults(`${minimal}\n    redis: ${redis}`)).toEqual([
        '4:12 environments.prod.redis: needs exactly one of url, sentinels, cluster',
      ]);
    },
  );

  it('refuses a password that stands in it, in the URL or beside it', () => {
    const all = [
      ...faults(`${minimal}\n    postgres: { url: "postgres://app:pw@db" }`),
      ...faults(`${minimal}\n    nats: { url: "nats://n:4222?token=x" }`),
      ...faults(`${minimal}\n    neo4j: { url: "bolt://n:7687", password: pw }`),
    ];

    expect(all).toHaveLength(3);
  });
});

describe('what differs about the platform (R-PLAT25)', () => {
  const of = (platform: string) => `
environments:
  prod:
    runtime: { kind: none }
    platform:
${platform}`;

  it('is put over the table, for that environment alone', () => {
    const config = parse(`${of('      parts: { agent-manager: { port: 9080, workload: deployment/am } }')}
  test:
    runtime: { kind: none }`);

    expect(config.environments.prod?.platform.parts['agent-manager']).toMatchObject({
      port: 9080,
      workload: 'deployment/am',
      service: 'agent-manager',
    });
    expect(config.environments.test?.platform).toEqual(asInGuide);
  });

  it('is refused with the nearest name where a name is unknown', () => {
    expect(faults(of('      part: {}'))).toEqual([
      '5:7 environments.prod.platform.part: is not a known setting; did you mean "parts"?',
    ]);
    expect(faults(of('      parts: { agent-manger: {} }'))).toEqual([
      '5:16 environments.prod.platform.parts.agent-manger: is not a known setting; did you mean "agent-manager"?',
    ]);
    expect(faults(of('      parts: { redis: { configfile: /a } }'))).toEqual([
      '5:25 environments.prod.platform.parts.redis.configfile: is not a known setting; did you mean "configMap"?',
    ]);
    expect(faults(of('      keys: { event.worker: a }'))).toEqual([
      '5:15 environments.prod.platform.keys.event.worker: is not a known setting; did you mean "event.workers"?',
    ]);
    expect(faults(of('      tables: { quite_another_thing: a }'))).toEqual([
      '5:17 environments.prod.platform.tables.quite_another_thing: is not a known setting',
    ]);
  });

  it.each([
    ['parts: { redis: { port: 0 } }', 'parts.redis.port'],
    ['parts: { redis: { port: "6379" } }', 'parts.redis.port'],
    ['parts: { redis: { workload: redis } }', 'parts.redis.workload'],
    ['parts: { redis: { workload: "statefulset/a b" } }', 'parts.redis.workload'],
    ['parts: { redis: { service: "redis; rm -rf /" } }', 'parts.redis.service'],
    ['parts: { agent-manager: { configFile: etc/config.yaml } }', 'parts.agent-manager.configFile'],
    ['parts: { redis: { name: "*Redis*" } }', 'parts.redis.name'],
    ['parts: { redis: { aliases: ["Key Value"] } }', 'parts.redis.aliases.0'],
    ['keys: { event.workers: "a b" }', 'keys.event.workers'],
    ['variables: { token: agent-token }', 'variables.token'],
    ['paths: { agents: api/agents }', 'paths.agents'],
    ['files: { models: "/app/$(id)" }', 'files.models'],
    ['subjects: { events: "a..b" }', 'subjects.events'],
    ['streams: { events: "A B" }', 'streams.events'],
    ['tables: { agents: "agents; DROP TABLE x" }', 'tables.agents'],
    ['cache: { agents: "" }', 'cache.agents'],
  ])('is refused where it is none: %s', (platform, path) => {
    const found = faults(of(`      ${platform}`));

    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(
      new RegExp(`^5:\\d+ environments\\.prod\\.platform\\.${path}: (must|Too small|Invalid|expected)`),
    );
  });

  it('is refused where two parts have one name', () => {
    expect(faults(of('      parts: { nats: { service: redis } }'))).toEqual([
      '5:22 environments.prod.platform.parts.nats: "redis" names redis and nats: a name may belong to one part only',
    ]);
  });
});

describe('references to secrets', () => {
  const yaml = `${minimal}
    postgres: { url: { env: PG }, tls: { ca: { file: ca.pem } } }
    redis: { url: { secret: { namespace: a, name: b, key: c } } }
  other:
    runtime: { kind: none }
    redis: { url: { env: OTHER } }`;

  beforeAll(() => writeFileSync(join(folder, 'ca.pem'), 'PEM\n'));

  it('are read when they are asked for: variable, file beside the configuration, Kubernetes Secret', async () => {
    const asked: unknown[] = [];
    const config = parseConfig(`${yaml.trim()}\n${policy}`, {
      role: 'worker',
      env,
      where: 'a.yaml',
      folder,
      readKubernetes: async (reference) => {
        asked.push(reference);
        return 'redis://:k8s@r';
      },
    });
    const prod = config.environments.prod;

    expect(asked).toEqual([]);
    expect(await prod?.postgres?.url.reveal()).toBe(env.PG);
    expect(await prod?.postgres?.tls?.ca?.reveal()).toBe('PEM');
    expect(prod?.redis?.kind === 'single' && (await prod.redis.url.reveal())).toBe('redis://:k8s@r');
    expect(asked).toEqual([{ kind: 'kubernetes', namespace: 'a', name: 'b', key: 'c' }]);
  });

  it('are faults when the variable or the file is not there', () => {
    expect(
      faults(`${minimal}\n    postgres: { url: { env: NOPE }, tls: { ca: { file: nope.pem } } }`),
    ).toEqual([
      '4:22 environments.prod.postgres.url: environment variable NOPE is not set',
      '4:48 environments.prod.postgres.tls.ca: file nope.pem cannot be read',
    ]);
  });

  it.each(['bot', 'scheduler'] as const)('are neither needed nor readable in role %s', async (role) => {
    const config = parse(yaml, { role, env: {} });

    await expect(config.environments.prod?.postgres?.url.reveal()).rejects.toMatchObject({
      code: 'NOT_ALLOWED',
    });
    await expect(config.environments.prod?.postgres?.tls?.ca?.reveal()).rejects.toMatchObject({
      code: 'NOT_ALLOWED',
    });
  });

  it('of alerts are for whoever receives them: a worker needs and reads none, and who receives reads no other', async () => {
    const file = `${minimal}\n    postgres: { url: { env: PG } }\n    alerts: { secret: { env: ALERTS }, channel: C0INC }`;
    const worker = parse(file, { role: 'worker', env: { PG: 'x' } });
    const receiver = parse(file, { role: 'alerts', env: { ALERTS: 'the secret' } });

    await expect(worker.environments.prod?.alerts?.secret.reveal()).rejects.toMatchObject({
      code: 'NOT_ALLOWED',
    });
    expect(await receiver.environments.prod?.alerts?.secret.reveal()).toBe('the secret');
    await expect(receiver.environments.prod?.postgres?.url.reveal()).rejects.toMatchObject({
      code: 'NOT_ALLOWED',
    });
    expect(faults(file, { role: 'alerts', env: {} })).toEqual([
      expect.stringContaining('alerts.secret: environment variable ALERTS is not set'),
    ]);
  });

  it('of another environment are unknown to a worker', () => {
    const config = parse(yaml, { role: 'worker', environments: ['prod'], env: { PG: 'x' } });

    expect(Object.keys(config.environments)).toEqual(['prod']);
  });

  it('of an environment that does not exist are a fault', () => {
    expect(faults(minimal, { role: 'worker', environments: ['stage'] })[0]).toContain('has no "stage"');
  });
});

describe('the process environment', () => {
  it('of role alerts has its database and its port, and no secret of anybody else', () => {
    const set = {
      ...{
        DATABASE_URL: 'postgres://a@b/c',
        ALERTS_PORT: '9095',
        REDIS_URL: 'redis://r',
        AUDIT_KEY: 'k'.repeat(32),
      },
      ...{ SLACK_BOT_TOKEN: 'xoxb-1', SIGNING_KEY: 'x', DATABASE_MIGRATION_URL: 'postgres://o@b/c' },
    };

    expect(readProcessEnv('alerts', set)).toMatchObject({ ALERTS_PORT: 9095 });
    expect(Object.keys(readProcessEnv('alerts', set))).not.toContain('REDIS_URL');
    expect(variablesNotRead('alerts', set).toSorted()).toEqual(
      ['AUDIT_KEY', 'DATABASE_MIGRATION_URL', 'REDIS_URL', 'SIGNING_KEY', 'SLACK_BOT_TOKEN'].toSorted(),
    );
    expect(() => readProcessEnv('alerts', {})).toThrow(/DATABASE_URL.*\n.*ALERTS_PORT/);
  });

  const base = { DATABASE_URL: 'postgres://x', REDIS_URL: 'redis://x', AUDIT_KEY: 'k'.repeat(32) };

  it('hides Slack’s tokens from a worker, even when they are set', () => {
    const read = readProcessEnv('worker', { ...base, SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1' });

    expect(read.SLACK_BOT_TOKEN).toBeUndefined();
    expect(read.SLACK_APP_TOKEN).toBeUndefined();
    expect(read.DATABASE_URL?.reveal()).toBe('postgres://x');
  });

  it('reports everything that is missing or wrong at once', () => {
    expect(() => readProcessEnv('bot', { PORT: 'x', LOG_LEVEL: 'loud', DATABASE_URL: '' })).toThrow(
      /PORT[\s\S]*LOG_LEVEL[\s\S]*DATABASE_URL[\s\S]*REDIS_URL[\s\S]*AUDIT_KEY[\s\S]*SLACK_BOT_TOKEN[\s\S]*SLACK_APP_TOKEN/,
    );
  });

  it('wants one transport of Slack, not both', () => {
    const both = { ...base, SLACK_BOT_TOKEN: 'x', SLACK_APP_TOKEN: 'x', SLACK_SIGNING_SECRET: 'x' };

    expect(() => readProcessEnv('all', both)).toThrow(/not both/);
    expect(readProcessEnv('all', { ...both, SLACK_APP_TOKEN: '' }).SLACK_SIGNING_SECRET?.reveal()).toBe('x');
  });

  it('refuses a key of the audit that can be guessed by trying', () => {
    const env = { ...base, SLACK_BOT_TOKEN: 'x', SLACK_APP_TOKEN: 'x' };

    expect(() => readProcessEnv('all', { ...env, AUDIT_KEY: 'k'.repeat(31) })).toThrow(/AUDIT_KEY.*32 bytes/);
    expect(() => readProcessEnv('all', { ...env, AUDIT_KEY: 'ä'.repeat(16) })).not.toThrow();
  });

  it('asks nothing of the command line', () => {
    expect(readProcessEnv('command-line', {}).LOG_LEVEL).toBe('info');
  });
});

describe('REDIS_URL', () => {
  it.each([
    ['redis://:pw@h:6379/1', { kind: 'single' }],
    [
      'redis+sentinel://u:p%40w@h1:26379,h2:26379/mymaster?db=2',
      {
        kind: 'sentinel',
        sentinels: [
          { host: 'h1', port: 26379 },
          { host: 'h2', port: 26379 },
        ],
        name: 'mymaster',
        username: 'u',
        db: 2,
      },
    ],
    [
      'rediss+cluster://:pw@h1:7000,[::1]:7001',
      {
        kind: 'cluster',
        nodes: [
          { host: 'h1', port: 7000 },
          { host: '::1', port: 7001 },
        ],
        tls: { mode: 'verify-full' },
      },
    ],
  ])('may be %s', (url, expected) => {
    expect(redisFromUrl(new Secret(url))).toMatchObject(expected);
  });

  it('decodes the password of Sentinel and Cluster', async () => {
    const read = redisFromUrl(new Secret('redis+sentinel://u:p%40w@h1:26379/m'));

    expect(read.kind === 'sentinel' && (await read.password?.reveal())).toBe('p@w');
  });

  it.each(['http://x', 'redis+sentinel://h:1', 'redis+cluster://h'])(
    'is refused without being quoted: %s',
    (url) => {
      expect(() => redisFromUrl(new Secret(url))).toThrow(/does not have a known form/);
    },
  );
});

describe('freezes', () => {
  const frozen = (cron: string) => `environments: { prod: { runtime: { kind: none } } }
approvals:
  approvers: { leads: { users: [U1, U2, U3] } }
  tiers: { 1: { by: [leads] }, 2: { by: [leads] }, 3: { by: [leads] } }
  freezes:
    - { cron: '0 18 * * 5', duration: 62h }
    - { cron: '${cron}', duration: 1h }`;

  it.each([
    ['99 * * * *', /^\d+:\d+ approvals\.freezes\.1\.cron: is no cron expression: .+/],
    ['0 9 * * mo-fr', /^\d+:\d+ approvals\.freezes\.1\.cron: is no cron expression: .+/],
    ['0 0 31 2 *', /^\d+:\d+ approvals\.freezes\.1\.cron: never comes$/],
  ])('%s is a fault where it stands, in the words of the library that runs it', (cron, said) => {
    expect(faults(frozen(cron))).toEqual([expect.stringMatching(said)]);
  });

  it.each(['0 18 * * 5', '*/5 0-6 1,15 * mon-fri'])('%s is taken', (cron) => {
    expect(parse(frozen(cron)).approvals?.freezes).toHaveLength(2);
  });
});

describe('what is redacted', () => {
  it('is secrets alone by default', () => {
    expect(parse(minimal).redaction).toEqual({ emails: false, addresses: false, patterns: [] });
  });

  it('can have patterns of its own, each checked where it stands', () => {
    const yaml = `${minimal}
redaction:
  emails: true
  patterns:
    - { name: badge, pattern: 'EMP-\\d{4}' }
    - { name: ahead, pattern: 'a(?=b)' }
    - { name: nothing, pattern: 'a*' }
    - { name: 'a b', pattern: 'x' }`;
    const found = faults(yaml);

    // A name that is none is a fault of its own; the patterns are looked at once all have their shape.
    expect(found).toEqual(['10:15 redaction.patterns.3.name: must be letters, digits, - and _, at most 40']);
    expect(faults(yaml.replace("'a b'", 'word'))).toEqual([
      expect.stringMatching(/^8:31 redaction\.patterns\.1\.pattern: is no RE2 pattern \(.+\)$/),
      '9:33 redaction.patterns.2.pattern: matches empty text',
    ]);
  });
});

describe('whoever keeps secrets out of sight', () => {
  it('is told each one as it is read', async () => {
    const told: string[] = [];
    const { environments } = parse(
      `
environments:
  prod:
    runtime: { kind: none }
    postgres: { url: { env: PG } }
    redis: { url: { env: OTHER } }`,
      { learn: (secret) => void told.push(secret) },
    );

    expect(told).toEqual([]);
    await environments.prod?.postgres?.url.reveal();
    expect(told).toEqual([env.PG]);
  });
});
