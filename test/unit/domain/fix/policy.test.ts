import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  Approvals,
  approvalValidMs,
  createPolicy,
  directoryMaxAgeMs,
  frozenBy,
  type Hours,
  offerValidMs,
  policyVersion,
  undoValidMs,
  withinHours,
} from '../../../../src/domain/fix/policy.ts';
import { sha256 } from '../../../../src/domain/kernel/canonical.ts';
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
    ['people with tokens of before', { ...section, commandLine: { people: {} } }, ''],
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
  it('changes with every change that matters, and stays what it was without command-line tokens', () => {
    const version = (given: unknown) => policyVersion(parse(given));
    const small = { approvers: { oncall: { users: ['U1'] } }, tiers: { 1: { by: ['oncall'] } } };

    expect(version(section)).toBe(version({ ...section }));
    expect(version({ ...section, limits: { perTargetPerHour: 3 } })).not.toBe(version(section));
    // Recorded with the decisions of installations before.
    expect(version(small)).toBe('10187f912611c0b9ef20cfaeb1916bac5d09e4e8cb5deedd05d95bbfc66dd038');
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

const tier1 = (more: object) => ({ ...section, tiers: { 1: { by: ['oncall'], ...more } } });
const hoursOf = (text: string) => createPolicy(parse(tier1({ hours: text })), []).rule(1)?.hours;
const expiresOf = (text: string) => createPolicy(parse(tier1({ expires: text })), []).rule(1)?.expiresMs;
const messages = (given: unknown) =>
  (File.safeParse({ approvals: given }).error?.issues ?? []).map(({ message }) => message);

describe('a duration', () => {
  it.each([
    ['1s', 1_000],
    ['30m', 1_800_000],
    ['62h', 223_200_000],
    ['2d', 172_800_000],
    ['99999s', 99_999_000],
  ])('%s is %i milliseconds', (text, ms) => {
    expect(expiresOf(text)).toBe(ms);
  });

  it.each(['0m', '05m', '100000s', '5', 'm', '5 m', '5w', '-5m', '1.5h', 'x5m', '5mm'])(
    '"%s" is none',
    (text) => {
      expect(messages(tier1({ expires: text }))).toEqual(['must be a duration, such as 30m or 62h']);
    },
  );
});

describe('hours', () => {
  it.each([
    ['Mon 00:00-23:59 UTC', { days: ['Mon'], from: 0, to: 1439, timezone: 'UTC' }],
    ['Wed-Wed 09:30-09:31 UTC', { days: ['Wed'], from: 570, to: 571, timezone: 'UTC' }],
    [
      'Sat-Sun 08:05-20:00 Europe/Berlin',
      { days: ['Sat', 'Sun'], from: 485, to: 1200, timezone: 'Europe/Berlin' },
    ],
    [
      'Sun-Sat 10:00-11:00 UTC',
      { days: ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'], from: 600, to: 660, timezone: 'UTC' },
    ],
  ])('%s are read', (text, hours) => {
    expect(hoursOf(text)).toEqual(hours);
  });

  it.each([
    ['Mon 09:00-09:00 UTC', 'must begin before it ends, on one day'],
    ['Mon 09:01-09:00 UTC', 'must begin before it ends, on one day'],
    ['Mon 09:00-10:00 Nowhere/At', 'must end with an IANA time zone'],
    ['Mon 24:00-10:00 UTC', 'must be days, times and a zone, such as "Mon-Fri 09:00-18:00 Asia/Shanghai"'],
    ['Mon 09:60-10:00 UTC', 'must be days, times and a zone, such as "Mon-Fri 09:00-18:00 Asia/Shanghai"'],
    ['Mond 09:00-10:00 UTC', 'must be days, times and a zone, such as "Mon-Fri 09:00-18:00 Asia/Shanghai"'],
    ['09:00-10:00 UTC', 'must be days, times and a zone, such as "Mon-Fri 09:00-18:00 Asia/Shanghai"'],
    ['x Mon 09:00-10:00 UTC', 'must be days, times and a zone, such as "Mon-Fri 09:00-18:00 Asia/Shanghai"'],
    ['Mon 09:00-10:00 UTC x', 'must be days, times and a zone, such as "Mon-Fri 09:00-18:00 Asia/Shanghai"'],
  ])('"%s" are refused: %s', (text, message) => {
    expect(messages(tier1({ hours: text }))).toEqual([message]);
  });

  it('count the minutes of an hour as well, and the end is not in them', () => {
    const window: Hours = { days: ['Thu'], from: 570, to: 571, timezone: 'UTC' };
    const at = (time: string) => withinHours(window, new Date(`2026-11-26T${time}Z`));

    expect([at('09:29:59'), at('09:30:00'), at('09:30:59'), at('09:31:00')]).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect(withinHours({ ...window, from: 0, to: 1 }, new Date('2026-11-26T00:00:30Z'))).toBe(true);
  });
});

describe('the defaults of a section', () => {
  it('are the contract’s: how many, how long, how often', () => {
    const by = ['leads'];
    const { rule, limits, freezes, everyList, onCall } = createPolicy(
      parse({ approvers: section.approvers, tiers: { 1: { by }, 2: { by }, 3: { by } } }),
      [],
    );

    expect(rule(1)).toEqual({
      ...{ tier: 1, approvals: 0, expiresMs: 900_000, reason: 'none', byNames: by },
      by: [{ users: ['U2', 'U3'], usergroups: [] }],
      asked: [{ users: ['U2', 'U3'], usergroups: [] }],
      escalate: [],
    });
    expect(rule(0)).toEqual({ ...rule(1), tier: 0 });
    expect(rule(2)).toMatchObject({ tier: 2, approvals: 1, expiresMs: 1_800_000, reason: 'finding' });
    expect(rule(3)).toMatchObject({ tier: 3, approvals: 2, expiresMs: 3_600_000, reason: 'required' });
    expect(limits).toEqual({ perTargetPerHour: 2, tier3AtOnce: 1 });
    expect(freezes).toEqual([]);
    expect(everyList).toHaveLength(2);
    expect(onCall).toEqual([{ users: ['U2', 'U3'], usergroups: [] }]);
  });

  it('of a request: those who may approve are mentioned and written to, and it is escalated to nobody', () => {
    const { approvers } = section;
    const plain = createPolicy(parse({ approvers, tiers: { 2: { by: ['leads'] } } }), []);
    const tiers = { 2: { by: ['oncall'], escalate: ['leads'] } };
    const rule = createPolicy(parse({ approvers, tiers }), []).rule(2);

    expect(plain.notify).toEqual({ mention: true, direct: true, page: false });
    // Whoever it is escalated to may approve from the beginning on, but is asked later.
    expect(rule).toMatchObject({ byNames: ['oncall', 'leads'] });
    expect(rule?.asked).toHaveLength(1);
    expect(rule?.escalate).toEqual([{ users: ['U2', 'U3'], usergroups: [] }]);
    expect(faults({ approvers, tiers: { 2: { by: ['leads'], escalate: ['nobody'] } } })).toEqual([
      'approvals.tiers.2.escalate.0',
    ]);
  });

  it('of a freeze are UTC and deny, in every environment', () => {
    const freeze = { cron: '0 18 * * 5', duration: '1h' };

    expect(createPolicy(parse({ ...section, freezes: [freeze] }), []).freezes).toEqual([
      { cron: '0 18 * * 5', duration: 3_600_000, timezone: 'UTC', kind: 'deny' },
    ]);
  });

  it.each([
    ['30m', false],
    ['59m', false],
    ['1h', true],
    ['62h', true],
    ['7d', true],
    ['169h', false],
    ['4', false],
  ])('let a temporary change stay for %s: %s', (temporaryFor, allowed) => {
    expect(faults({ ...section, temporaryFor })).toEqual(allowed ? [] : ['approvals.temporaryFor']);
  });

  it('let it stay for four hours without a word of it, and have the same hash then', () => {
    const hours = (given: unknown) => createPolicy(parse(given), []).temporaryForMs / 3_600_000;

    expect([hours(section), hours({ ...section, temporaryFor: '62h' })]).toEqual([4, 62]);
    expect(createPolicy(undefined, []).temporaryForMs / 3_600_000).toBe(4);
    // That of a policy before there was such a setting, which stands in older records.
    const { temporaryFor: _, ...before } = parse(section) as Record<string, unknown>;
    expect(policyVersion(parse(section))).toBe(sha256({ ...before, commandLine: [] }));
    expect(policyVersion(parse({ ...section, temporaryFor: '62h' }))).not.toBe(policyVersion(parse(section)));
  });

  it('of no section offer nothing to anybody', () => {
    const policy = createPolicy(undefined, []);

    expect(policy).toMatchObject({ onCall: [], freezes: [], everyList: [] });
    expect(policy.limits).toEqual({ perTargetPerHour: 0, tier3AtOnce: 0 });
    expect(policy.version).not.toBe(policyVersion(parse(section)));
  });

  it('may ask for up to ten people, and no more', () => {
    const ask = (approvals: number) => faults({ ...section, tiers: { 2: { approvals, by: ['leads'] } } });

    expect(ask(10)).toEqual([]);
    expect(ask(11)).toEqual(['approvals.tiers.2.approvals']);
    expect(faults(tier1({ approvals: 0, by: [] }))).toEqual(['approvals.tiers.1.by']);
  });

  it('hold for a time that is told: an approval, an offer, an undo, what is known of people', () => {
    const minute = 60_000;

    expect([approvalValidMs, offerValidMs, undoValidMs, directoryMaxAgeMs].map((ms) => ms / minute)).toEqual([
      15, 60, 60, 5,
    ]);
  });
});

describe('what a section may not name', () => {
  it.each([
    ['a user', { approvers: { oncall: { users: ['u1'] } } }, 'must be a Slack user id, such as U07HB2VC94N'],
    ['a user', { approvers: { oncall: { users: ['U'] } } }, 'must be a Slack user id, such as U07HB2VC94N'],
    ['a user', { approvers: { oncall: { users: ['xU1'] } } }, 'must be a Slack user id, such as U07HB2VC94N'],
    ['a user', { approvers: { oncall: { users: ['U1-'] } } }, 'must be a Slack user id, such as U07HB2VC94N'],
    [
      'a usergroup',
      { approvers: { oncall: { usergroups: ['U1'] } } },
      'must be a Slack usergroup id, such as S06LM1XR7DA',
    ],
    [
      'a usergroup',
      { approvers: { oncall: { usergroups: ['S1 '] } } },
      'must be a Slack usergroup id, such as S06LM1XR7DA',
    ],
    [
      'a channel',
      { breakGlass: { by: ['leads'], notify: 'U0AUDIT' } },
      'must be a channel id, such as C07QKZ3M8TW',
    ],
    [
      'a channel',
      { breakGlass: { by: ['leads'], notify: 'C0' } },
      'must be a channel id, such as C07QKZ3M8TW',
    ],
    [
      'a cron expression',
      { freezes: [{ cron: '0 18 * *', duration: '1h' }] },
      'must be a cron expression of five fields',
    ],
    [
      'a cron expression',
      { freezes: [{ cron: '0 0 18 * * 5', duration: '1h' }] },
      'must be a cron expression of five fields',
    ],
    [
      'a zone',
      { freezes: [{ cron: '0 18 * * 5', duration: '1h', timezone: 'Mars' }] },
      'must be an IANA time zone',
    ],
  ])('%s that is none: %o', (_what, change, message) => {
    expect(
      messages({ approvers: section.approvers, tiers: {}, ...change }).filter((one) => one === message),
    ).toEqual([message]);
  });

  it('lists that do not exist, each at its place, with those that do', () => {
    const given = {
      ...section,
      tiers: { 2: { by: ['leads', 'gone'] }, 3: { by: ['lost'] } },
      breakGlass: { by: ['none'], notify: 'C0AUDIT' },
    };

    expect(faults(given)).toEqual([
      'approvals.tiers.2.by.1',
      'approvals.tiers.3.by.0',
      'approvals.breakGlass.by.0',
    ]);
    expect(new Set(messages(given))).toEqual(
      new Set(['names no list under approvers (known: oncall, leads)']),
    );
  });
});

describe('R-A9: who may break the glass', () => {
  const policyOf = (breakGlass: unknown, offered: readonly { id: string; tier: 2 | 3 }[] = []) =>
    createPolicy(parse({ ...section, breakGlass }), offered);

  it('is nobody without the setting, and nobody where one person is enough anyway', () => {
    const { breakGlass: _off, ...without } = section;
    expect(createPolicy(parse(without), []).glass(2)).toBeUndefined();
    expect(policyOf({ by: ['leads'], notify: 'C0AUDIT' }).glass(1)).toBeUndefined();
  });

  it('is one for tier 2 and two for tier 3, unless the policy says that one is enough', () => {
    const plain = policyOf({ by: ['leads'], notify: 'C0AUDIT' });
    expect([plain.glass(2)?.people, plain.glass(3)?.people]).toEqual([1, 2]);
    const alone = policyOf({ by: ['leads'], notify: 'C0AUDIT', tiers: { 3: { alone: true } } });
    expect([alone.glass(2)?.people, alone.glass(3)?.people]).toEqual([1, 1]);
  });

  it('is another list where the tier names one', () => {
    const own = policyOf({ by: ['leads'], notify: 'C0AUDIT', tiers: { 2: { by: ['oncall'] } } });
    expect(own.glass(2)?.by).toEqual([section.approvers.oncall].map((list) => expect.objectContaining(list)));
    expect(own.glass(3)?.by).not.toEqual(own.glass(2)?.by);
  });

  it('that nobody can do is a fault at the start', () => {
    const lonely = { ...section, approvers: { ...section.approvers, one: { users: ['U9'] } } };
    expect(() =>
      createPolicy(parse({ ...lonely, breakGlass: { by: ['one'], notify: 'C0AUDIT' } }), []),
    ).toThrow('approvals.breakGlass: needs 2 people and names 1 (tier 3)');
  });
});

describe('R-A7: fixes without an approver', () => {
  const error = (given: unknown, ...offered: Parameters<typeof createPolicy>[1]) => {
    try {
      createPolicy(parse(given), offered);
    } catch (thrown) {
      if (thrown instanceof AppError) return thrown;
      throw thrown;
    }
    return undefined;
  };

  it('are all named, tier 0 by the tier that decides it', () => {
    const thrown = error({ ...section, tiers: {} }, { id: 'a', tier: 0 }, { id: 'b', tier: 3 });

    expect(thrown).toMatchObject({
      code: 'INVALID_INPUT',
      facts: {
        reason: 'no-approver',
        faults: 'approvals.tiers.1: is missing (needed by a); approvals.tiers.3: is missing (needed by b)',
      },
    });
  });

  it('are none when exactly as many are named as must approve, each counted once', () => {
    const lists = (...users: string[]) => ({ approvers: { oncall: { users }, leads: { users } } });
    const three = { by: ['oncall', 'leads'], approvals: 2 };

    expect(error({ ...lists('U1', 'U2'), tiers: { 3: three } }, { id: 'a', tier: 3 })).toBeUndefined();
    expect(error({ ...lists('U1'), tiers: { 3: three } }, { id: 'a', tier: 3 })?.message).toContain(
      'asks for 2 people and names 1',
    );
  });
});

describe('R-X11: a freeze', () => {
  const freeze = { cron: 'c', duration: 1_000, timezone: 'Z', kind: 'deny' } as const;
  const at = new Date(10_000);

  it('is asked about from its length before now, by its expression and zone', () => {
    const asked: unknown[] = [];
    frozenBy([freeze], 'prod', at, (...given) => {
      asked.push(given);
      return null;
    });

    expect(asked).toEqual([['c', 'Z', new Date(9_000)]]);
  });

  it('covers the moment at which it begins, every environment it does not leave out, and not what comes later', () => {
    const covered = (next: number | null, environments?: string[]) =>
      frozenBy([{ ...freeze, ...(environments && { environments }) }], 'prod', at, () =>
        next === null ? null : new Date(next),
      ) !== undefined;

    expect([covered(9_001), covered(10_000), covered(10_001), covered(null)]).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect([covered(10_000, ['prod']), covered(10_000, ['dev'])]).toEqual([true, false]);
  });
});
