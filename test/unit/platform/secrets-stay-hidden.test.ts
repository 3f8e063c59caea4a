import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Secret } from '../../../src/domain/kernel/secret.ts';
import { ExecuteJob, RunJob } from '../../../src/domain/run/jobs.ts';
import { ProcessEnv } from '../../../src/domain/settings/process-env.ts';
import { createLogger } from '../../../src/platform/process/logger.ts';
import { secretPaths } from '../../../src/platform/process/secret-paths.ts';
import { parseConfig, readProcessEnv } from '../../../src/platform/settings/config.ts';
import { ConfigError } from '../../../src/platform/settings/config-faults.ts';
import { redisFromUrl } from '../../../src/platform/settings/redis-url.ts';
import { leaked, plantedSecrets } from '../../support/planted-secrets.ts';

/** A configuration with every setting that can hold a secret, each given by `value`. */
function everySetting(value: string): string {
  return `
environments:
  prod:
    runtime: { kind: none }
    postgres: { url: ${value}, tls: { ca: ${value}, cert: ${value}, key: ${value} } }
    redis: { url: ${value}, password: ${value}, sentinelPassword: ${value}, tls: { ca: ${value}, cert: ${value}, key: ${value} } }
    nats: { url: ${value}, password: ${value}, token: ${value}, tls: { ca: ${value}, cert: ${value}, key: ${value} } }
    neo4j: { url: ${value}, password: ${value}, tls: { ca: ${value}, cert: ${value}, key: ${value} } }
    alerts: { secret: ${value}, oldSecret: ${value}, channel: C0ALERTS }
approvals:
  approvers: { oncall: { users: [U1] } }
  tiers: { 1: { by: [oncall] } }`;
}

const options = { role: 'all', where: 'a.yaml', folder: '/' } as const;

function load(planted: string) {
  return parseConfig(everySetting('{ env: PLANTED }'), { ...options, env: { PLANTED: planted } });
}

function capture(write: (log: ReturnType<typeof createLogger>) => void): string {
  const lines: string[] = [];
  write(createLogger({ level: 'debug', destination: { write: (line: string) => void lines.push(line) } }));
  return lines.join('');
}

const secretVariables = Object.entries(ProcessEnv.shape)
  .filter(([, schema]) => (z.toJSONSchema(schema, { io: 'input' }) as { secret?: boolean }).secret === true)
  .map(([name]) => name);

it('the configuration of this test has every setting that the schema calls secret', () => {
  const settings = secretPaths().filter((path) => /^(environments|approvals)\./.test(path));
  const raw = everySetting('x');

  expect(settings.length).toBeGreaterThan(20);
  for (const path of settings) {
    const names = path.split('.').filter((name) => name !== '*');
    const target = names[1] ?? '';
    const line = raw.split('\n').find((text) => text.trim().startsWith(`${target}:`));
    expect(line, path).toContain(`${names.at(-1)}: x`);
  }
  expect(secretVariables).toContain('DATABASE_URL');
});

describe.each(plantedSecrets)('a $kind', (planted) => {
  it('is given to whoever asks for it', async () => {
    expect(await load(planted.value).environments.prod?.postgres?.url.reveal()).toBe(planted.value);
  });

  it('is in no dump of the configuration', () => {
    const config = load(planted.value);
    const dumps = [
      JSON.stringify(config),
      inspect(config, { depth: 20, showHidden: true }),
      `${config.environments.prod?.postgres?.url}`,
      inspect(structuredCopy(config), { depth: 20 }),
    ];

    expect(leaked(dumps.join('\n'))).toEqual([]);
    expect(dumps[0]).toContain('"url":"[secret]"');
  });

  it('is in no log line, whether wrapped, bare, in a message or in an error', async () => {
    const config = load(planted.value);
    const env = readProcessEnv(
      'command-line',
      // A shorter key is refused.
      Object.fromEntries(
        secretVariables.map((name) => [
          name,
          /^(?:AUDIT|TOKEN)_KEY$/.test(name) ? planted.value.padEnd(32, '-') : planted.value,
        ]),
      ),
    );
    const bare = await config.environments.prod?.postgres?.url.reveal();

    const log = capture((logger) => {
      logger.info({ config, env }, 'wrapped');
      logger
        .child({ text: `got ${bare}`, env: { DATABASE_URL: bare } })
        .warn({ nested: [{ deep: { a: bare } }] }, 'bare');
      logger.error(
        { err: new Error(`cannot connect: ${bare}`, { cause: new Error(String(bare)) }) },
        'error',
      );
      logger.error({ err: new AggregateError([new Error(String(bare))], 'many') }, 'aggregate');
      logger.error(
        { err: Object.assign(new Error('driver'), { config: { password: bare } }) },
        'driver error',
      );
      logger.info({}, `message with ${bare}`);
    });

    expect(log.match(/\n/g)).toHaveLength(6);
    expect(leaked(log)).toEqual([]);
  });

  it('is in no fault when it stands in the file itself, in any setting, or breaks its syntax', () => {
    const quoted = JSON.stringify(planted.value);
    const sources = [
      everySetting(quoted),
      everySetting(`{ env: ${quoted} }`),
      everySetting(planted.value),
      everySetting(`*${planted.core}`),
      `${quoted}: [`,
      everySetting('{ env: A }').replace('kind: none', `kind: ${quoted}`),
      `slack: { defaultEnvironment: ${quoted}, channels: { C0INC: { language: ${quoted}, digest: { at: ${quoted}, timezone: ${quoted} } } } }`,
    ];

    for (const source of sources) {
      const fault = errorOf(() => parseConfig(source, { ...options, env: {} }));
      expect(fault).toBeInstanceOf(ConfigError);
      expect(leaked(`${inspect(fault, { depth: 9 })} ${JSON.stringify(fault)}`), source).toEqual([]);
    }
  });

  it('is in no fault of the process environment', () => {
    const fault = errorOf(() =>
      readProcessEnv(
        'all',
        Object.fromEntries(Object.keys(ProcessEnv.shape).map((name) => [name, planted.value])),
      ),
    );

    expect(fault).toBeInstanceOf(ConfigError);
    expect(leaked(inspect(fault, { depth: 9 }))).toEqual([]);
    expect(leaked(inspect(errorOf(() => redisFromUrl(new Secret(planted.value)))))).toEqual([]);
  });

  it('cannot enter a job payload', () => {
    const runId = '0190f1c2-7d3e-7a44-9b1e-2f6f8f4d9a10';
    const run = RunJob.safeParse({ runId, url: planted.value });
    const execute = ExecuteJob.safeParse({ remediationId: planted.value, attempt: 1 });

    expect([run.success, execute.success]).toEqual([false, false]);
    expect(leaked(inspect([run.error, execute.error], { depth: 9 }))).toEqual([]);
  });
});

function errorOf(work: () => unknown): unknown {
  try {
    work();
    return undefined;
  } catch (error) {
    return error;
  }
}

/** What a careless spread or clone sees: own enumerable fields only. */
function structuredCopy(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, structuredCopy(item)]));
}
