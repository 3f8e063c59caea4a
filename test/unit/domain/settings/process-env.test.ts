import { describe, expect, it } from 'vitest';
import { Secret } from '../../../../src/domain/kernel/secret.ts';
import {
  mayReadAlerts,
  mayReadSlack,
  mayReadTargets,
  ProcessEnv,
  port,
  roles,
} from '../../../../src/domain/settings/process-env.ts';

describe('credentials that a process may read', () => {
  it('are those of the systems for whoever looks at them', () => {
    expect(roles.filter(mayReadTargets)).toEqual(['all', 'worker', 'command-line']);
  });

  it('are those of Slack for whoever speaks there', () => {
    expect(roles.filter(mayReadSlack)).toEqual(['all', 'bot', 'command-line']);
  });

  it('are those of alerts for whoever receives them', () => {
    expect(roles.filter(mayReadAlerts)).toEqual(['all', 'alerts']);
  });
});

describe('the process environment', () => {
  it('has defaults for what need not be said', () => {
    expect(ProcessEnv.parse({})).toEqual({
      ...{ AETHERIUS_CONFIG: 'aetherius.yaml', AETHERIUS_ROLE: 'all', HOST: '127.0.0.1', PORT: 3000 },
      ...{ STATUS_PORT: 9090, LOG_LEVEL: 'info', SHUTDOWN_GRACE_MS: 20_000, AUDIT_KEY_ID: 'k1' },
    });
  });

  it('reads lists with commas, without spaces and empty places', () => {
    const { AETHERIUS_ENVIRONMENTS: environments } = ProcessEnv.parse({
      AETHERIUS_ENVIRONMENTS: ' prod, ,staging,,dev ',
    });

    expect(environments).toEqual(['prod', 'staging', 'dev']);
    expect(ProcessEnv.parse({ AETHERIUS_SELF_UIDS: '' }).AETHERIUS_SELF_UIDS).toEqual([]);
  });

  it.each([
    ['AETHERIUS_ROLE', ['all', 'bot', 'worker', 'scheduler', 'alerts']],
    ['DATABASE_TLS_MODE', ['disable', 'require', 'verify-ca', 'verify-full']],
    ['LOG_LEVEL', ['trace', 'debug', 'info', 'warn', 'error', 'silent']],
  ] as const)('%s is one of %o', (name, values) => {
    for (const value of values) expect(ProcessEnv.parse({ [name]: value })[name]).toBe(value);
    expect(ProcessEnv.safeParse({ [name]: '' }).success).toBe(false);
    expect(ProcessEnv.safeParse({ [name]: 'command-line' }).success).toBe(false);
  });

  it.each([
    ...['AETHERIUS_TOKEN', 'DATABASE_URL', 'DATABASE_MIGRATION_URL', 'REDIS_URL', 'SLACK_BOT_TOKEN'],
    ...[
      'SLACK_APP_TOKEN',
      'SLACK_SIGNING_SECRET',
      'SLACK_OLD_SIGNING_SECRET',
      'AUDIT_OLD_KEYS',
      'METRICS_TOKEN',
    ],
  ] as const)('%s is a secret, and is not empty', (name) => {
    const value = (ProcessEnv.parse({ [name]: 'x' }) as Record<string, unknown>)[name];

    expect(value).toBeInstanceOf(Secret);
    expect((value as Secret).reveal()).toBe('x');
    expect(ProcessEnv.safeParse({ [name]: '' }).success).toBe(false);
  });

  it('AUDIT_KEY is a secret of at least 32 bytes', () => {
    const value = ProcessEnv.parse({ AUDIT_KEY: 'k'.repeat(32) }).AUDIT_KEY;

    expect(value).toBeInstanceOf(Secret);
    for (const short of ['', 'k'.repeat(31)])
      expect(ProcessEnv.safeParse({ AUDIT_KEY: short }).success).toBe(false);
  });

  it('takes ports that there are, 0 for a free one', () => {
    expect(['0', '65535'].map((text) => port.parse(text))).toEqual([0, 65_535]);
    for (const text of ['-1', '65536', '1.5', 'x']) expect(port.safeParse(text).success).toBe(false);
    expect(ProcessEnv.safeParse({ SHUTDOWN_GRACE_MS: '0' }).success).toBe(false);
    expect(ProcessEnv.parse({ SHUTDOWN_GRACE_MS: '1' }).SHUTDOWN_GRACE_MS).toBe(1);
  });
});
