import { describe, expect, it } from 'vitest';
import { ConfigFile } from '../../../../src/domain/settings/config.ts';
import { settingsWithoutEffect } from '../../../../src/domain/settings/effect.ts';
import { ProcessEnv, type Role } from '../../../../src/domain/settings/process-env.ts';

const runtime = { kind: 'none' };
const people = { approvers: { a: { users: ['U1', 'U2'] } }, tiers: { 1: { by: ['a'] } } };
const two = { ...people.tiers, 2: { by: ['a'] } };
const three = { ...two, 3: { by: ['a'] } };

const found = (
  file: object,
  env: Readonly<Record<string, string>> = {},
  role: Role = 'all',
  ignored: readonly string[] = [],
) => {
  const config = ConfigFile.parse({ environments: { prod: { runtime } }, ...file });
  return settingsWithoutEffect(config, ProcessEnv.parse(env), role, ignored).map(
    ({ setting, why, other }) => `${setting} ${why} ${other}`,
  );
};
const key = 'k'.repeat(32);

describe('settings without effect', () => {
  it('there are none in a configuration whose settings all work', () => {
    const file = {
      environments: { prod: { runtime, redis: { url: { env: 'R' } }, thresholds: { redisSlowMs: 1 } } },
      approvals: {
        ...{ ...people, tiers: three, limits: { tier3AtOnce: 2 } },
        breakGlass: { by: ['a'], notify: 'C0AUDIT', tiers: { 3: { alone: true } } },
        audit: { anchor: { file: '/anchors/a' } },
      },
      slack: { fallbackChannel: 'C0OTHER' },
    };
    expect(found(file, { CLI_PORT: '1', TOKEN_KEY: key, TOKEN_OLD_KEYS: key })).toEqual([]);
    expect(found({})).toEqual([]);
  });

  it('alerts that one process with all roles receives nowhere are one; another role has nothing to do with them', () => {
    const file = {
      environments: { prod: { runtime, alerts: { secret: { env: 'S' }, channel: 'C0INC' } } },
    };

    expect(found(file)).toEqual(['environments.prod.alerts needs ALERTS_PORT']);
    expect(found(file, { ALERTS_PORT: '9095' })).toEqual([]);
    expect(found(file, {}, 'bot')).toEqual([]);
  });

  it('a watch that is told of nowhere is one; any channel of its environment will do', () => {
    const watched = (more: object = {}) => ({
      environments: { prod: { runtime, watch: { every: '5m' }, ...more } },
    });

    expect(found(watched(), {}, 'worker')).toEqual([
      'environments.prod.watch needs environments.prod.watch.channel',
    ]);
    expect(found(watched({ watch: { every: '5m', channel: 'C0INC' } }), {}, 'worker')).toEqual([]);
    const alerts = { alerts: { secret: { env: 'S' }, channel: 'C0INC' } };
    expect(found(watched(alerts), {}, 'worker')).toEqual([]);
    expect(found(watched({ ...alerts, watch: { every: '5m', channel: 'C0OPS' } }), {}, 'worker')).toEqual([
      'environments.prod.watch.channel beside environments.prod.alerts.channel',
    ]);
    expect(
      found({ ...watched(), slack: { channels: { C0OPS: { environment: 'prod' } } } }, {}, 'worker'),
    ).toEqual([]);
  });

  it.each<[string, object]>([
    ['slack.fallbackChannel needs approvals', { slack: { fallbackChannel: 'C0OTHER' } }],
    [
      'approvals.breakGlass needs approvals.tiers.2',
      { approvals: { ...people, breakGlass: { by: ['a'], notify: 'C0AUDIT' } } },
    ],
    [
      'approvals.breakGlass.tiers.3 needs approvals.tiers.3',
      {
        approvals: {
          ...{ ...people, tiers: two },
          breakGlass: { by: ['a'], notify: 'C0AUDIT', tiers: { 3: { alone: true } } },
        },
      },
    ],
    [
      'approvals.tiers.2.escalate beside approvals.tiers.2.by',
      { approvals: { ...people, tiers: { 2: { by: ['a'], escalate: ['a'] } } } },
    ],
    [
      'approvals.limits.tier3AtOnce needs approvals.tiers.3',
      { approvals: { ...people, limits: { tier3AtOnce: 2 } } },
    ],
    [
      'approvals.audit.anchor needs approvals.audit.anchor.file',
      { approvals: { ...people, audit: { anchor: { every: '1m' } } } },
    ],
    ['retention.runs longer retention.messages', { retention: { runs: '30d' } }],
    ['retention.messages longer retention.outbox', { retention: { outbox: '100d' } }],
    [
      'environments.prod.thresholds.redisSlowMs needs environments.prod.redis',
      { environments: { prod: { runtime, thresholds: { redisSlowMs: 1 } } } },
    ],
    [
      'environments.prod.thresholds.podRestarts needs environments.prod.runtime (kubernetes)',
      { environments: { prod: { runtime, thresholds: { podRestarts: 1 } } } },
    ],
    [
      'environments.prod.thresholds.natsPendingBytes unused -',
      { environments: { prod: { runtime, thresholds: { natsPendingBytes: 1 } } } },
    ],
  ])('%s', (line, file) => {
    expect(found(file)).toContain(line);
  });

  it('an anchor has a place where the second PostgreSQL is one', () => {
    const file = { approvals: { ...people, audit: { anchor: { every: '1m' } } } };
    expect(found(file, { ANCHOR_DATABASE_URL: 'postgres://a' })).toEqual([]);
  });

  it.each<[string, Record<string, string>, Role]>([
    ['PAGE_WEBHOOK_URL needs approvals.notify.page', { PAGE_WEBHOOK_URL: 'https://p' }, 'bot'],
    ['TOKEN_KEY needs CLI_PORT', { TOKEN_KEY: key }, 'bot'],
    ['TOKEN_OLD_KEYS needs TOKEN_KEY', { TOKEN_OLD_KEYS: key }, 'bot'],
    ['SLACK_OLD_SIGNING_SECRET needs SLACK_SIGNING_SECRET', { SLACK_OLD_SIGNING_SECRET: 's' }, 'bot'],
    ['ANCHOR_S3_ACCESS_KEY_ID needs approvals.audit.anchor.s3', { ANCHOR_S3_ACCESS_KEY_ID: 'a' }, 'bot'],
    ['AETHERIUS_ENVIRONMENTS role scheduler', { AETHERIUS_ENVIRONMENTS: 'prod' }, 'scheduler'],
    ['AETHERIUS_URL role bot', { AETHERIUS_URL: 'http://b' }, 'bot'],
  ])('%s', (line, env, role) => {
    expect(found({}, env, role)).toEqual([line]);
  });

  it('a variable that a role does not read at all is one, and the shell of an operator may have all of them', () => {
    expect(found({}, {}, 'worker', ['SLACK_BOT_TOKEN'])).toEqual(['SLACK_BOT_TOKEN role worker']);
    const shell = { AETHERIUS_ENVIRONMENTS: 'prod', AETHERIUS_URL: 'http://b' };
    expect(found({}, shell, 'command-line')).toEqual([]);
  });
});
