import { describe, expect, it } from 'vitest';
import type { Incident } from '../../../../src/domain/alert/incident.ts';
import type { AuditRow } from '../../../../src/domain/audit/rows.ts';
import type { RemediationRow, StepRow } from '../../../../src/domain/fix/rows.ts';
import type { Mute } from '../../../../src/domain/mute/mute.ts';
import type { RunWithOutcomes } from '../../../../src/domain/run/run.ts';
import {
  mostTelling,
  placesOf,
  shownOf,
  type TimelineFact,
  type TimelineSources,
  timelineOf,
} from '../../../../src/domain/timeline/timeline.ts';

const at = (minute: number) => new Date(Date.UTC(2026, 11, 2, 10, minute));
const none: TimelineSources = { incidents: [], alerts: [], runs: [], fixes: [], mutes: [], pinned: [] };
const incident = { openedAt: at(1), resolvedAt: at(50), channel: 'C0INC' } as unknown as Incident;
const by = { teamId: 'T1', userId: 'U0REQ', via: 'slack' } as const;

const run = {
  ...{ id: 'run-1', kind: 'diagnose', createdAt: at(2), finishedAt: at(3), mendedAt: at(30) },
  surface: { channel: 'C0INC' },
  summary: {
    overall: 'cause-found',
    causes: [
      { id: 'D3.a', part: 'redis', verdict: 'confirmed' },
      { id: 'D3.b', part: 'redis', verdict: 'ruled-out' },
    ],
  },
  outcomes: [
    {
      findings: [
        { code: 'REDIS_POLICY_NOEVICTION', part: 'redis', subject: 'redis', severity: 'critical', facts: {} },
        { code: 'REDIS_POLICY_NOEVICTION', part: 'redis', subject: 'redis', severity: 'critical', facts: {} },
        { code: 'NO_MEMORY_LIMIT', part: 'redis', subject: 'redis', severity: 'info', facts: {} },
      ],
    },
  ],
} as unknown as RunWithOutcomes;

const entry = (minute: number, action: string, actor?: string) =>
  ({
    ts: at(minute),
    action,
    actor: actor ?? 'system',
    actorTeam: actor === undefined ? '-' : 'T1',
  }) as AuditRow;
const row = {
  ...{ id: 'f1', handle: 'r-1', state: 'succeeded', finishedAt: at(12), reason: 'it is full' },
  surface: { channel: 'C0INC' },
  outcome: { watched: JSON.stringify({ turn: 4, gone: true, came: { what: 'cause', at: at(40) } }) },
} as unknown as RemediationRow;
const fix = {
  row,
  approvals: [{ personId: 'T1:ULEAD', reason: 'go' }] as never,
  steps: [
    { direction: 'apply', idx: 0, outcome: 'done', outcomeAt: at(11) },
    { direction: 'apply', idx: 1 },
  ] as unknown as StepRow[],
  audit: [
    entry(4, 'remediation.proposed'),
    entry(5, 'remediation.requested', 'T1:U0REQ'),
    entry(6, 'remediation.refused', 'T1:UNOBODY'),
    entry(7, 'remediation.approved', 'T1:ULEAD'),
    entry(10, 'remediation.executing'),
    entry(12, 'remediation.succeeded'),
  ],
};
const mute = { cause: 'X', part: 'redis', kind: 'mute', reason: 'planned', by, at: at(8) } as unknown as Mute;
const alert = (minute: number, status: 'firing' | 'resolved') => ({
  ...{ name: 'RedisMemoryHigh', status, startsAt: at(0), receivedAt: at(minute) },
});

const all: TimelineSources = {
  incidents: [incident],
  alerts: [alert(1, 'firing'), alert(49, 'resolved')],
  runs: [run],
  fixes: [fix],
  mutes: [{ ...mute, endedAt: at(9), ended: 'lifted' }],
  pinned: [{ at: at(45), text: 'We tell the customers.', by: 'U0REQ' }],
};
const named = (facts: readonly TimelineFact[]) =>
  facts.map((fact) => `${fact.at.getUTCMinutes()} ${fact.kind}${fact.kind === 'fix' ? `.${fact.what}` : ''}`);

describe('a timeline', () => {
  it('has every fact in order, an offer and what was ruled out are none', () => {
    expect(named(timelineOf(all))).toEqual([
      '1 alert-fires',
      '1 incident-began',
      '2 run-asked',
      '3 run-ended',
      '3 cause',
      '3 finding',
      '5 fix.requested',
      '6 fix.refused',
      '7 fix.approved',
      '8 muted',
      '9 mute-ended',
      '10 fix.executing',
      '11 step',
      '12 fix.succeeded',
      '30 run-mended',
      '40 came-back',
      '45 pinned',
      '49 alert-over',
      '50 incident-over',
    ]);
  });

  it('says who decided and why, and nobody where the bot did it by itself', () => {
    const fixes = timelineOf({ ...none, fixes: [fix] }).filter(({ kind }) => kind === 'fix');
    expect(fixes).toMatchObject([
      { what: 'requested', by: 'T1:U0REQ', reason: 'it is full' },
      { what: 'refused', by: 'T1:UNOBODY' },
      { what: 'approved', by: 'T1:ULEAD', reason: 'go' },
      { what: 'executing' },
      { what: 'succeeded' },
    ]);
    expect(fixes.map((fact) => 'by' in fact)).toEqual([true, true, true, false, false]);
    expect(fixes[1]).not.toHaveProperty('reason');
  });

  it('takes the key of a finding for no reason', () => {
    const pressed = { ...fix, row: { ...row, reason: 'X|redis|a', findingKey: 'X|redis|a' } };
    expect(timelineOf({ ...none, fixes: [pressed] })[0]).not.toHaveProperty('reason');
  });

  it('has nothing of a fix that was only offered, and only the question of a run that is not over', () => {
    const offered = { ...fix, audit: [entry(4, 'remediation.proposed'), entry(5, 'remediation.expired')] };
    const { finishedAt: _end, ...open } = run;
    expect(named(timelineOf({ ...none, fixes: [offered], runs: [open] }))).toEqual(['2 run-asked']);
  });

  it('leaves out what stands in a place that may not be shown, and says that it did', () => {
    expect(placesOf(all)).toEqual(['C0INC']);
    const { sources, left } = shownOf(all, () => false);
    expect({ runs: sources.runs, fixes: sources.fixes, left }).toEqual({ runs: [], fixes: [], left: true });
    expect(shownOf(all, () => true)).toEqual({ sources: all, left: false });
    const { surface: _place, ...shell } = run;
    expect(shownOf({ ...none, runs: [shell] }, () => false).left).toBe(false);
  });
});

describe('where not all has room', () => {
  const storm = Array.from({ length: 500 }, (_none, index) => ({
    ...alert(1, 'firing'),
    name: `A${index}`,
    receivedAt: new Date(at(1).getTime() + index),
  }));
  const facts = timelineOf({ ...all, alerts: [...storm, alert(49, 'resolved')] });

  it('the first alert, the last end, decisions and verdicts stay, in their order', () => {
    const shown = mostTelling(facts, 16);
    expect(shown).toHaveLength(16);
    expect(named(shown)).toEqual(
      expect.arrayContaining(['1 alert-fires', '5 fix.requested', '7 fix.approved', '12 fix.succeeded']),
    );
    expect(named(shown).filter((one) => one.endsWith('alert-fires'))).toHaveLength(1);
    expect(named(shown)).toContain('49 alert-over');
    expect(shown.map(({ at: time }) => time.getTime())).toEqual(
      shown.map(({ at: time }) => time.getTime()).toSorted((a, b) => a - b),
    );
  });

  it('and where all has, nothing is left out', () => {
    expect(mostTelling(facts, facts.length)).toBe(facts);
  });
});
