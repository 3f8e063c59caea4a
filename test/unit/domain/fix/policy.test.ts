import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  Approvals,
  createPolicy,
  frozenBy,
  type Hours,
  policyVersion,
  withinHours,
} from '../../../../src/domain/fix/policy.ts';
import { AppError } from '../../../../src/domain/kernel/errors.ts';

const File = z.strictObject({ approvals: Approvals });
const parse = (approvals: unknown) => File.parse({ approvals }).approvals;
const faults = (approvals: unknown) =>
  (File.safeParse({ approvals }).error?.issues ?? []).map((issue) => issue.path.join('.'));

const section = {
  approvers: { oncall: { users: ['U1'], usergroups: ['S1'] }, leads: { users: ['U2', 'U3'] } },
  tiers: {
    1: { approvals: 0, by: ['oncall'] },
    2: { approvals: 1, by: ['oncall', 'leads'], expires: '30m' },
    3: {
      ...{ approvals: 2, by: ['leads'], expires: '60m', reason: 'required' },
      hours: 'Mon-Fri 09:00-18:00 Asia/Shanghai',
    },
  },
  breakGlass: { by: ['leads'], notify: 'C0AUDIT' },
  freezes: [
    { cron: '0 18 * * 5', duration: '62h', timezone: 'Asia/Shanghai', environments: ['prod'], kind: 'deny' },
  ],
  limits: { perTargetPerHour: 2, tier3AtOnce: 1 },
  audit: { anchor: { channel: 'C0AUDIT', every: '5m' } },
  commandLine: { people: { U1: { token: { env: 'U1_TOKEN' } } } },
};

describe('the approvals section', () => {
  it('takes the section of the contract as it is written there', () => {
    const policy = createPolicy(parse(section), [{ id: 'x', tier: 2 }]);

    expect(policy.rule(3)).toMatchObject({
      approvals: 2,
      expiresMs: 3_600_000,
      reason: 'required',
      byNames: ['leads'],
    });
    expect(policy.rule(2)).toMatchObject({ approvals: 1, expiresMs: 1_800_000 });
    expect(policy.limits).toEqual({ perTargetPerHour: 2, tier3AtOnce: 1 });
  });

  it.each([
    ['an unknown key', { ...section, quorum: 1 }, ''],
    [
      'fewer approvals for tier 2 than the contract',
      { ...section, tiers: { 2: { approvals: 0, by: ['leads'] } } },
      'tiers.2.approvals',
    ],
    [
      'fewer approvals for tier 3 than the contract',
      { ...section, tiers: { 3: { approvals: 1, by: ['leads'] } } },
      'tiers.3.approvals',
    ],
    [
      'a tier 3 without a reason',
      { ...section, tiers: { 3: { by: ['leads'], reason: 'finding' } } },
      'tiers.3.reason',
    ],
    ['a list that does not exist', { ...section, tiers: { 1: { by: ['nobody'] } } }, 'tiers.1.by.0'],
    [
      'an id that is none',
      { ...section, approvers: { ...section.approvers, oncall: { users: ['alice'] } } },
      'approvers.oncall.users.0',
    ],
    [
      'a token that is written down',
      { ...section, commandLine: { people: { U1: { token: 'secret' } } } },
      'commandLine.people.U1.token',
    ],
    [
      'hours that end before they begin',
      { ...section, tiers: { 1: { by: ['oncall'], hours: 'Mon 18:00-09:00 UTC' } } },
      'tiers.1.hours',
    ],
    [
      'hours in no zone',
      { ...section, tiers: { 1: { by: ['oncall'], hours: 'Mon 09:00-18:00 Mars/Base' } } },
      'tiers.1.hours',
    ],
    [
      'a duration without a unit',
      { ...section, tiers: { 1: { by: ['oncall'], expires: '30' } } },
      'tiers.1.expires',
    ],
  ])('refuses %s, and says where (R-T1)', (_what, given, path) => {
    expect(faults(given)).toEqual([path === '' ? 'approvals' : `approvals.${path}`]);
  });

  it('never shows a token, not even where it stands', () => {
    expect(JSON.stringify(parse(section))).not.toContain('U1_TOKEN');
  });
});

describe('R-A7: a policy that lets nobody approve', () => {
  const reason = (given: unknown, tier: 1 | 2 | 3) => {
    try {
      createPolicy(parse(given), [{ id: 'redis.set-eviction-policy', tier }]);
      return undefined;
    } catch (error) {
      return error instanceof AppError ? error.message : error;
    }
  };

  it('is an error at start when the tier is missing', () => {
    expect(reason({ ...section, tiers: { 1: { by: ['oncall'] } } }, 2)).toContain(
      'approvals.tiers.2: is missing (needed by redis.set-eviction-policy)',
    );
  });

  it('is an error at start when its lists are empty', () => {
    expect(reason({ ...section, approvers: { oncall: {}, leads: {} } }, 2)).toContain('names no person');
  });

  it('is an error at start when fewer people are named than must approve', () => {
    const one = { ...section, approvers: { oncall: {}, leads: { users: ['U2'] } } };

    expect(reason(one, 3)).toContain('asks for 2 people and names 1');
  });

  it('is fine with a usergroup, which is expanded when it is asked for', () => {
    const group = { ...section, approvers: { oncall: {}, leads: { usergroups: ['S1'] } } };

    expect(reason(group, 3)).toBeUndefined();
  });

  it('lets nobody approve without any section, which is no error: then nothing is offered', () => {
    const policy = createPolicy(undefined, [{ id: 'x', tier: 2 }]);

    expect([policy.rule(1), policy.rule(2), policy.rule(3)]).toEqual([undefined, undefined, undefined]);
  });
});

describe('the version of a policy', () => {
  it('changes with every change that matters, and not with a token', () => {
    const version = (given: unknown) => policyVersion(parse(given));
    const other = { ...section, commandLine: { people: { U1: { token: { file: '/run/token' } } } } };

    expect(version(section)).toBe(version({ ...section }));
    expect(version(other)).toBe(version(section));
    expect(version({ ...section, limits: { perTargetPerHour: 3 } })).not.toBe(version(section));
    expect(version({ ...section, commandLine: { people: {} } })).not.toBe(version(section));
  });
});

describe('hours and freezes', () => {
  const hours: Hours = { days: ['Fri', 'Sat', 'Sun', 'Mon'], from: 540, to: 1080, timezone: 'Asia/Shanghai' };

  it.each([
    ['2026-11-27T01:00:00Z', true, 'Friday 09:00 there'],
    ['2026-11-27T00:59:59Z', false, 'a second earlier'],
    ['2026-11-27T09:59:59Z', true, 'Friday 17:59 there'],
    ['2026-11-27T10:00:00Z', false, 'Friday 18:00 there'],
    ['2026-11-24T03:00:00Z', false, 'Tuesday'],
    ['2026-11-30T03:00:00Z', true, 'Monday, over the end of the week'],
  ])('%s is within the hours: %s (%s)', (at, expected) => {
    expect(withinHours(hours, new Date(at))).toBe(expected);
  });

  it('reads days that run over the end of the week', () => {
    const policy = createPolicy(
      parse({ ...section, tiers: { 1: { by: ['oncall'], hours: 'Fri-Mon 09:00-18:00 Asia/Shanghai' } } }),
      [],
    );

    expect(policy.rule(1)?.hours).toEqual(hours);
  });

  it('R-X11: is frozen from when the expression fires for as long as it lasts, in the named environments', () => {
    const { freezes } = createPolicy(parse(section), []);
    const fires = new Date('2026-11-27T10:00:00Z');
    const next = (_cron: string, _zone: string, after: Date) => (after < fires ? fires : null);
    const at = (time: string, environment = 'prod') =>
      frozenBy(freezes, environment, new Date(time), next) !== undefined;

    expect(at('2026-11-27T09:59:59Z')).toBe(false);
    expect(at('2026-11-27T10:00:00Z')).toBe(true);
    expect(at('2026-11-29T23:59:59Z')).toBe(true);
    expect(at('2026-11-30T00:00:00Z')).toBe(false);
    expect(at('2026-11-28T10:00:00Z', 'staging')).toBe(false);
  });
});
