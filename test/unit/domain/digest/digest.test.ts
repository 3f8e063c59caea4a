import { describe, expect, test } from 'vitest';
import {
  type DigestInput,
  digestDifference,
  isWorse,
  type StoredFinding,
} from '../../../../src/domain/digest/digest.ts';
import type { PartRow } from '../../../../src/domain/health/health.ts';
import { type PartId, partIds } from '../../../../src/domain/platform/part.ts';
import type { Finding } from '../../../../src/domain/probe/finding.ts';
import type { FindingCode } from '../../../../src/domain/probe/findings.ts';
import type { ProbeOutcome } from '../../../../src/domain/probe/probe.ts';

const finding = (code: string, more: Partial<Finding> = {}): Finding => ({
  code: code as FindingCode,
  severity: 'warning',
  part: 'redis',
  subject: 'redis',
  facts: {},
  ...more,
});

const stored = (code: string, more: Partial<StoredFinding> = {}): StoredFinding => ({
  ...finding(code, more),
  firstSeen: '2026-11-20T09:00:00.000Z',
  lastSeen: '2026-11-24',
  probe: 'redis.memory',
  ...more,
});

const row = (part: PartId, more: Partial<PartRow> = {}): PartRow => ({
  part,
  state: 'up',
  fact: { key: 'ok', facts: {} },
  witnesses: [],
  findings: [],
  pending: 0,
  ...more,
});

const outcome = (more: Partial<ProbeOutcome> = {}): ProbeOutcome => ({
  key: 'redis.memory',
  probe: 'redis.memory',
  part: 'redis',
  status: 'healthy',
  findings: [],
  facts: {},
  startedAt: '2026-11-25T09:00:00.000Z',
  durationMs: 1,
  ...more,
});

function compare(
  before: readonly StoredFinding[] | undefined,
  today: { readonly rows?: readonly PartRow[]; readonly outcomes?: readonly ProbeOutcome[] },
  more: Partial<DigestInput> = {},
) {
  const changed = today.rows ?? [];
  const rows = partIds.map((part) => changed.find((one) => one.part === part) ?? row(part));
  return digestDifference({
    environment: 'prod',
    localDate: '2026-11-25',
    now: new Date('2026-11-25T09:00:05Z'),
    report: { environment: 'prod', rows, overall: 'healthy', roots: [], complete: true },
    outcomes: today.outcomes ?? [outcome()],
    past: before === undefined ? [] : [{ localDate: '2026-11-24', findings: before }],
    ...(before === undefined ? {} : { since: new Date('2026-11-24T09:00:05Z') }),
    ...more,
  });
}

const withFinding = (...findings: readonly Finding[]) => ({
  rows: [row('redis', { state: 'degraded', findings })],
  outcomes: [outcome({ status: 'unhealthy', findings })],
});

describe('the difference', () => {
  test('what was not there yesterday is new and first seen now', () => {
    const { difference, remember } = compare([], withFinding(finding('A')));

    expect(difference.fresh).toMatchObject([{ code: 'A', firstSeen: '2026-11-25T09:00:05.000Z' }]);
    expect(difference.quiet).toBe(false);
    expect(remember).toMatchObject([{ code: 'A', probe: 'redis.memory', lastSeen: '2026-11-25' }]);
  });

  test('what says itself since when it is so is first seen then', () => {
    const since = '2026-11-25T06:30:00Z';
    const tomorrow = '2026-11-26T06:30:00Z';

    const { difference } = compare(
      [],
      withFinding(finding('A', { since }), finding('B', { since: tomorrow })),
    );

    expect(difference.fresh).toMatchObject([
      { code: 'A', firstSeen: '2026-11-25T06:30:00.000Z' },
      { code: 'B', firstSeen: '2026-11-25T09:00:05.000Z' },
    ]);
  });

  test('what is there again is still there, since when it was first seen', () => {
    const { difference } = compare([stored('A')], withFinding(finding('A')));

    expect(difference.still).toMatchObject([{ code: 'A', firstSeen: '2026-11-20T09:00:00.000Z' }]);
    expect(difference.quiet).toBe(true);
  });

  test('what is gone although its probe looked is fixed', () => {
    const { difference, remember } = compare([stored('A')], {});

    expect(difference.fixed).toMatchObject([{ code: 'A' }]);
    expect(remember).toEqual([]);
  });

  test('what is worse is listed as worse and not as still there', () => {
    const { difference } = compare([stored('A')], withFinding(finding('A', { severity: 'critical' })));

    expect(difference.worse).toMatchObject([
      { before: { severity: 'warning' }, now: { severity: 'critical' } },
    ]);
    expect(difference.still).toEqual([]);
  });

  test('another subject is another finding', () => {
    const { difference } = compare([stored('A')], withFinding(finding('A', { subject: 'replica' })));

    expect(difference.fresh).toHaveLength(1);
    expect(difference.fixed).toHaveLength(1);
  });

  test('the first digest has nothing to compare with and is never the quiet line', () => {
    const { difference } = compare(undefined, {});

    expect(difference.since).toBeUndefined();
    expect(difference.quiet).toBe(false);
  });

  test('excerpts are not kept', () => {
    const { remember } = compare(
      [],
      withFinding(finding('A', { excerpts: [{ source: 'log', lines: ['x'] }] })),
    );

    expect(remember[0]).not.toHaveProperty('excerpts');
  });
});

describe('what could not be checked', () => {
  test.each([
    ['its part could not be checked', { rows: [row('redis', { state: 'unknown' })], outcomes: [outcome()] }],
    [
      'its part only follows another one',
      { rows: [row('redis', { state: 'down', consequenceOf: 'postgres' })] },
    ],
    ['its probe could not check', { outcomes: [outcome({ status: 'inconclusive' })] }],
    ['its probe was skipped', { outcomes: [outcome({ status: 'skipped' })] }],
    ['its probe did not run', { outcomes: [] }],
  ] as const)('is neither fixed nor still there when %s', (_why, today) => {
    const { difference, remember } = compare([stored('A')], today);

    expect(difference.fixed).toEqual([]);
    expect(difference.still).toEqual([]);
    expect(difference.unseen).toEqual(['redis']);
    expect(remember).toEqual([stored('A')]);
  });

  test('counts as fixed on the day on which it can be seen again', () => {
    const carried = compare([stored('A')], { outcomes: [] }).remember;

    const { difference } = compare(carried, {});

    expect(difference.fixed).toMatchObject([{ code: 'A' }]);
  });

  test('is still there, and not new, when it is found again', () => {
    const carried = compare([stored('A')], { outcomes: [] }).remember;

    const { difference } = compare(carried, withFinding(finding('A')));

    expect(difference.fresh).toEqual([]);
    expect(difference.still).toHaveLength(1);
  });

  test('is not carried along for ever', () => {
    const { remember } = compare([stored('A', { lastSeen: '2026-10-01' })], { outcomes: [] });

    expect(remember).toEqual([]);
  });

  test('a part that is no longer configured fixes nothing and leaves nothing open', () => {
    const { difference, remember } = compare([stored('A')], {
      rows: [row('redis', { state: 'not-configured' })],
    });

    expect(difference.fixed).toEqual([]);
    expect(remember).toEqual([]);
  });

  test('the findings of a consequence are no alarms of their own', () => {
    const { difference } = compare([], {
      rows: [row('agent-manager', { state: 'down', consequenceOf: 'postgres', findings: [finding('A')] })],
    });

    expect(difference.fresh).toEqual([]);
  });
});

describe('worse', () => {
  const was = (facts: Finding['facts'], severity: Finding['severity'] = 'warning') =>
    finding('A', { facts, severity });

  test.each([
    ['severity rose', was({}, 'warning'), was({}, 'critical'), true],
    [
      'severity fell although a number rose',
      was({ pending: 1 }, 'critical'),
      was({ pending: 9 }, 'warning'),
      false,
    ],
    ['a count became half as bad again', was({ pending: 10 }), was({ pending: 15 }), true],
    ['a count rose a little', was({ pending: 10 }), was({ pending: 14 }), false],
    ['a percentage rose by ten points', was({ memoryPercent: 80 }), was({ memoryPercent: 90 }), true],
    ['a percentage rose by nine points', was({ memoryPercent: 80 }), was({ memoryPercent: 89 }), false],
    ['a hit rate fell', was({ hitPercent: 60 }), was({ hitPercent: 40 }), true],
    ['a hit rate rose', was({ hitPercent: 40 }), was({ hitPercent: 60 }), false],
    ['fewer agents are registered', was({ agents: 30 }), was({ agents: 10 }), true],
    ['time went by', was({ ageSeconds: 100 }), was({ ageSeconds: 86_500 }), false],
    ['a limit was raised', was({ maxConnections: 100 }), was({ maxConnections: 400 }), false],
    ['a text changed', was({ policy: 'a' }), was({ policy: 'b' }), false],
    ['a number is new', was({}), was({ pending: 10 }), false],
  ] as const)('%s: %#', (_name, before, now, worse) => {
    expect(isWorse(before, now)).toBe(worse);
  });
});

describe('the last seven days', () => {
  const day = (localDate: string, ...codes: readonly string[]) => ({
    localDate,
    findings: codes.map((code) => stored(code, { lastSeen: localDate })),
  });

  test('the strip counts each day, oldest first, and knows the days without a digest', () => {
    const { difference } = compare(undefined, withFinding(finding('A', { severity: 'critical' })), {
      past: [day('2026-11-24', 'A', 'B'), day('2026-11-22')],
    });

    expect(difference.strip).toEqual([
      { localDate: '2026-11-19', critical: null, warning: null },
      { localDate: '2026-11-20', critical: null, warning: null },
      { localDate: '2026-11-21', critical: null, warning: null },
      { localDate: '2026-11-22', critical: 0, warning: 0 },
      { localDate: '2026-11-23', critical: null, warning: null },
      { localDate: '2026-11-24', critical: 0, warning: 2 },
      { localDate: '2026-11-25', critical: 1, warning: 0 },
    ]);
  });

  test('a finding that came twice and went twice is flapping; once is not', () => {
    const { difference } = compare(
      undefined,
      {},
      {
        past: [
          day('2026-11-24', 'FLAPS', 'ONCE'),
          day('2026-11-23'),
          day('2026-11-22', 'FLAPS'),
          day('2026-11-21'),
        ],
      },
    );

    expect(difference.flapping).toEqual(['FLAPS|redis|redis']);
  });

  test('a day on which it could not be checked is no going', () => {
    const unseenDay = { localDate: '2026-11-23', findings: [stored('A', { lastSeen: '2026-11-22' })] };
    const { difference } = compare(
      undefined,
      {},
      {
        past: [day('2026-11-24', 'A'), unseenDay, day('2026-11-22', 'A'), day('2026-11-21')],
      },
    );

    expect(difference.flapping).toEqual([]);
  });

  test('the strip crosses the end of a month', () => {
    const { difference } = compare(undefined, {}, { localDate: '2026-03-02' });

    expect(difference.strip.map(({ localDate }) => localDate)).toEqual([
      '2026-02-24',
      '2026-02-25',
      '2026-02-26',
      '2026-02-27',
      '2026-02-28',
      '2026-03-01',
      '2026-03-02',
    ]);
  });
});

describe('what got worse', () => {
  const was = (facts: Finding['facts']) => finding('A', { facts });

  test.each([
    ['a number became half as bad again from nothing', { pending: 0 }, { pending: 1 }, true],
    ['a number stayed', { pending: 0 }, { pending: 0 }, false],
    ['a negative number stayed', { pending: -2 }, { pending: -2 }, false],
    ['free space fell by a third', { freeBytes: 15 }, { freeBytes: 10 }, true],
    ['free space rose', { freeBytes: 10 }, { freeBytes: 20 }, false],
    ['a ratio moved by ten', { usedRatio: 10 }, { usedRatio: 20 }, true],
    ['a percentage doubled by less than ten points', { usedPct: 4 }, { usedPct: 12 }, false],
    ['one of several numbers', { a: 1, b: 10 }, { a: 1, b: 20 }, true],
    [
      'a number beside one that only counts time',
      { uptimeSeconds: 1, b: 10 },
      { uptimeSeconds: 9, b: 10 },
      false,
    ],
    ...[
      'age',
      'since',
      'seconds',
      'limit',
      'max',
      'threshold',
      'expected',
      'port',
      'version',
      'pid',
      'id',
    ].map((word) => [`what is named by ${word}`, { [`${word}Of`]: 1 }, { [`${word}Of`]: 9 }, false] as const),
    ...['hit', 'hits', 'available', 'ready', 'registered'].map(
      (word) => [`fewer of what is ${word}`, { [word]: 9 }, { [word]: 1 }, true] as const,
    ),
    ['a word within another word', { maximal: 1 }, { maximal: 9 }, true],
    ['a name with dots', { 'queue.max': 1 }, { 'queue.max': 9 }, false],
  ] as const)('%s', (_name, before, now, worse) => {
    expect(isWorse(was(before), was(now))).toBe(worse);
  });
});

describe('what could not be looked at', () => {
  const carried = (lastSeen: string) =>
    compare([stored('A', { lastSeen })], { rows: [row('redis', { state: 'unknown' })] });

  test('is carried along for thirty days', () => {
    expect(carried('2026-10-26').remember).toHaveLength(1);
    expect(carried('2026-10-25').remember).toHaveLength(0);
  });

  test('is said with its parts, in the order of the alphabet and once', () => {
    const { difference } = compare([stored('A'), stored('B', { part: 'nats', probe: 'nats.gone' })], {
      rows: [row('redis', { state: 'unknown' }), row('agent-manager', { pending: 1 })],
    });

    expect(difference.unseen).toEqual(['agent-manager', 'nats', 'redis']);
    expect(difference.fixed).toEqual([]);
  });

  test.each(['skipped', 'inconclusive'] as const)('is what its probe did not answer: %s', (status) => {
    expect(compare([stored('A')], { outcomes: [outcome({ status })] }).difference.fixed).toEqual([]);
  });

  test('is not what no probe reported', () => {
    const concluded = { ...stored('A') };
    delete (concluded as { probe?: string }).probe;

    expect(compare([concluded], { outcomes: [] }).difference.fixed).toHaveLength(1);
  });
});

test('a digest with something fixed or worse is not the quiet line', () => {
  const worse = compare([stored('A')], withFinding(finding('A', { severity: 'critical' }))).difference;
  const both = compare(
    [stored('A')],
    withFinding(finding('A', { severity: 'critical' }), finding('C')),
  ).difference;

  expect([worse.quiet, compare([stored('A')], {}).difference.quiet, both.quiet]).toEqual([
    false,
    false,
    false,
  ]);
});

test('a finding that came twice and went once is not flapping, nor one that went twice and came once', () => {
  const day = (localDate: string, ...codes: readonly string[]) => ({
    localDate,
    findings: codes.map((code) => stored(code, { lastSeen: localDate })),
  });
  const flapping = (today: readonly Finding[], ...past: ReturnType<typeof day>[]) =>
    compare(undefined, today.length === 0 ? {} : withFinding(...today), { past }).difference.flapping;

  expect(flapping([finding('A')], day('2026-11-24'), day('2026-11-23', 'A'))).toEqual([]);
  expect(flapping([], day('2026-11-24', 'A'), day('2026-11-23'), day('2026-11-22', 'A'))).toHaveLength(1);
  expect(flapping([], day('2026-11-24', 'A'), day('2026-11-23', 'A'), day('2026-11-22'))).toEqual([]);
});

describe('drift', () => {
  const checked = (...findings: readonly Finding[]) => [
    outcome({ key: 'nats.subjects', status: findings.length === 0 ? 'healthy' : 'unhealthy', findings }),
  ];
  const known = { ...stored('A'), drift: true as const, probe: 'nats.subjects' };

  test('is compared with its like, and counts as nothing else', () => {
    const { difference, remember } = compare([known], {}, { drift: checked(finding('A'), finding('B')) });

    expect(difference).toMatchObject({
      ...{ fresh: [], still: [], fixed: [], quiet: false },
      drift: {
        fresh: [{ code: 'B' }],
        still: [{ code: 'A', firstSeen: '2026-11-20T09:00:00.000Z' }],
        gone: [],
      },
    });
    expect(difference.strip.at(-1)).toMatchObject({ critical: 0, warning: 0 });
    expect(remember).toMatchObject([
      { code: 'A', drift: true },
      { code: 'B', drift: true },
    ]);
  });

  test('that is the same as yesterday leaves a digest quiet', () => {
    expect(compare([known], {}, { drift: checked(finding('A')) }).difference.quiet).toBe(true);
  });

  test('is gone only where its check answered, and is kept otherwise', () => {
    const silent = [outcome({ key: 'nats.subjects', status: 'inconclusive' })];

    expect(compare([known], {}, { drift: checked() }).difference.drift).toMatchObject({
      gone: [{ code: 'A' }],
    });
    const { difference, remember } = compare([known], {}, { drift: silent });
    expect(difference).toMatchObject({ quiet: true, drift: { gone: [], unseen: 1 } });
    expect(remember).toMatchObject([{ code: 'A', drift: true }]);
    expect(compare([known], {}).remember).toMatchObject([{ code: 'A', drift: true }]);
  });
});

describe('what is muted', () => {
  const known = [
    { part: 'redis', cause: 'MEMORY_NEAR_LIMIT' as FindingCode, reason: 'small on purpose' },
  ] as const;
  const quieting = { mutes: [], known };
  const near = finding('MEMORY_NEAR_LIMIT');

  test('is in a list of its own and is no news; it is remembered as ever', () => {
    const { difference, remember } = compare([], withFinding(near), { quieting });

    expect(difference).toMatchObject({ quiet: true, fresh: [], still: [], worse: [] });
    expect(difference.muted).toMatchObject([{ finding: near, by: { kind: 'configured', ...known[0] } }]);
    expect(remember).toMatchObject([near]);
    expect(difference.strip.at(-1)).toMatchObject({ warning: 1 });
  });

  test('hides nothing else, and nothing that is worse', () => {
    const other = compare([], withFinding(near, finding('OOM_KILLED')), { quieting });
    expect(other.difference).toMatchObject({ quiet: false, fresh: [{ code: 'OOM_KILLED' }] });
    const worse = compare(
      [stored('MEMORY_NEAR_LIMIT')],
      withFinding(finding('MEMORY_NEAR_LIMIT', { severity: 'critical' })),
      { quieting },
    );
    expect(worse.difference).toMatchObject({ quiet: false, worse: [{ now: { severity: 'critical' } }] });
    expect(worse.difference.muted).toBeUndefined();
  });

  test('that lasts is left out of what is still there; a first digest is no quiet one', () => {
    const still = compare([stored('MEMORY_NEAR_LIMIT')], withFinding(near), { quieting });
    expect(still.difference).toMatchObject({ quiet: true, still: [], muted: [{ finding: near }] });
    expect(compare(undefined, withFinding(near), { quieting }).difference.quiet).toBe(false);
  });

  test('counts for drift, too', () => {
    const drift = [outcome({ status: 'unhealthy', findings: [near] })];
    const { difference } = compare([], {}, { quieting, drift });
    expect(difference).toMatchObject({ quiet: true, drift: { fresh: [] }, muted: [{ finding: near }] });
  });
});
