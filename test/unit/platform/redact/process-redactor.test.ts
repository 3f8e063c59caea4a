import { describe, expect, it } from 'vitest';
import { Secret } from '../../../../src/domain/kernel/secret.ts';
import { ProcessEnv } from '../../../../src/domain/settings/process-env.ts';
import { Redaction } from '../../../../src/domain/settings/redaction.ts';
import { createProcessRedaction, secretsOf } from '../../../../src/platform/redact/process-redactor.ts';

const variables = {
  DATABASE_URL: 'postgres://app:Orchard-Zeppelin@db/app',
  REDIS_URL: 'redis://:Meadow-Lantern@cache:6379',
  AUDIT_KEY: 'an audit key that is long enough to be one',
  AUDIT_OLD_KEYS: 'k0=Former-Harbour,k00=Older-Harbour',
  SLACK_BOT_TOKEN: 'bot-token-Willow',
  SLACK_APP_TOKEN: 'app-token-Willow',
  SLACK_SIGNING_SECRET: 'signing-Willow-1',
  AETHERIUS_TOKEN: 'personal-Willow-1',
};
const open = (redaction = {}) => {
  const env = ProcessEnv.parse(variables);
  return createProcessRedaction({ env, known: secretsOf(env), settings: Redaction.parse(redaction) });
};

describe('a process', () => {
  it('knows every secret of its environment, and of an address only what is secret in it', () => {
    const { redactor } = open();
    const text = `${Object.values(variables).join(' and ')}; db, app, cache:6379, k0`;
    const shown = redactor.text(text);

    for (const secret of ['Orchard', 'Lantern', 'Harbour', 'Willow', 'audit key'])
      expect(shown, secret).not.toContain(secret);
    expect(shown).toContain('@db/app');
    expect(shown).toContain('db, app, cache:6379, k0');
  });

  it('has a secret for each variable that is one', () => {
    const secrets = Object.entries(ProcessEnv.parse(variables)).filter(
      ([, value]) => value instanceof Secret,
    );

    expect(secrets.map(([name]) => name).toSorted()).toEqual(Object.keys(variables).toSorted());
  });

  it('learns what it reads later, and counts what it replaced in whichever answer', () => {
    const redaction = open();
    redaction.learn('Pasture-Compass');

    expect(redaction.redactorOf('run-1').text('x Pasture-Compass y')).toMatch(/^x \[secret:\w{4}\] y$/);
    redaction.redactor.text('password=hunter2x');
    expect(redaction.counts()).toEqual({ known: 1, password: 1 });
  });

  it('gives the same stand-in in one answer, another in the next one, and the same in another process', () => {
    const [one, other] = [open(), open()];
    const text = 'password=hunter2x';

    expect(one.redactorOf('run-1').text(text)).toBe(one.redactorOf('run-1').text(text));
    expect(one.redactorOf('run-1').text(text)).toBe(other.redactorOf('run-1').text(text));
    expect(one.redactorOf('run-1').text(text)).not.toBe(one.redactorOf('run-2').text(text));
  });

  it('removes what the settings ask for beside secrets', () => {
    const text = 'bob@example.com at 10.1.2.3 with badge EMP-1234';

    expect(open().redactor.text(text)).toBe(text);
    expect(
      open({
        emails: true,
        addresses: true,
        patterns: [{ name: 'badge', pattern: '\\bEMP-\\d{4}\\b' }],
      }).redactor.text(text),
    ).toBe('[email] at [address] with badge [secret]');
  });
});
