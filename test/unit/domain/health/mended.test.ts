import { describe, expect, it } from 'vitest';
import { areCausesMended, isReportMended, stillOpen } from '../../../../src/domain/health/mended.ts';
import { findingKey } from '../../../../src/domain/probe/finding.ts';
import type { ProbeOutcome } from '../../../../src/domain/probe/probe.ts';
import { aFinding, aReport, aRow } from '../../../support/slack-views.ts';

const found = aFinding();
const redisFull = aRow({ part: 'redis', state: 'degraded', findings: [found] });
const behind = aRow({ part: 'agent-manager', state: 'down', consequenceOf: 'redis' });
const before = aReport({ overall: 'findings', roots: ['redis'], rows: [redisFull, behind] });
const up = [aRow({ part: 'redis' }), aRow({ part: 'agent-manager' })];
const outcome = (more: Partial<ProbeOutcome>): ProbeOutcome => ({
  ...{
    key: 'redis.memory',
    probe: 'redis.memory',
    part: 'redis',
    status: 'healthy',
    findings: [],
    facts: {},
  },
  ...{ startedAt: '2026-11-25T03:00:00Z', durationMs: 1 },
  ...more,
});

const seen = [outcome({ status: 'unhealthy', findings: [found] })];
const looked = (rows = up, more = {}, outcomes: readonly ProbeOutcome[] = [outcome({})]) => ({
  report: aReport({ rows, ...more }),
  outcomes,
});
const began = aFinding({ code: 'SERVICE_SLOW', severity: 'info' });

describe('a report of before', () => {
  it.each([
    ['all is up', looked(), true],
    [
      'what only informs is there',
      looked([aRow({ part: 'redis', findings: [began] }), ...up.slice(1)]),
      true,
    ],
    ['it is found again', looked([redisFull, ...up.slice(1)]), false],
    [
      'a warning of another kind is there',
      looked([
        aRow({ part: 'redis', findings: [aFinding({ code: 'SERVICE_SLOW', severity: 'warning' })] }),
        ...up.slice(1),
      ]),
      false,
    ],
    ['it could not be checked', looked([aRow({ part: 'redis', state: 'unknown' }), ...up.slice(1)]), false],
    ['what followed from it is still down', looked([...up.slice(0, 1), behind]), false],
    ['nobody looked at that part', looked(up.slice(0, 1)), false],
    ['what had found it could not look', looked(up, {}, [outcome({ status: 'inconclusive' })]), false],
    ['what had found it was not asked', looked(up, {}, []), false],
    ['the look is not complete', looked(up, { complete: false }), false],
    ['it was no health check', { outcomes: [] }, false],
  ])('is mended when %s: %#', (_what, look, mended) => {
    expect(isReportMended(before, seen, look)).toBe(mended);
  });

  it('that found nothing is never called mended', () => {
    expect(isReportMended(aReport({ rows: up }), seen, looked())).toBe(false);
  });

  it('is open where a part of its own is not repaired', () => {
    expect(stillOpen(before, new Set()).map(({ part }) => part)).toEqual(['redis']);
    expect(stillOpen(before, new Set(['redis']))).toEqual([]);
  });
});

const answer = {
  causes: [
    { id: 'D3.a', part: 'redis', verdict: 'confirmed', for: [findingKey(found)] },
    { id: 'D3.b', part: 'redis', verdict: 'possible' },
  ],
  outcomes: [outcome({ status: 'unhealthy', findings: [found] })],
};

describe('a confirmed cause', () => {
  it.each([
    [
      'a newer diagnosis ruled it out',
      { outcomes: [], causes: [{ id: 'D3.a', part: 'redis', verdict: 'ruled-out' }] },
      true,
    ],
    [
      'a newer diagnosis left it open',
      { outcomes: [], causes: [{ id: 'D3.a', part: 'redis', verdict: 'possible' }] },
      false,
    ],
    [
      'another part is meant',
      { outcomes: [], causes: [{ id: 'D3.a', part: 'nats', verdict: 'ruled-out' }] },
      false,
    ],
    ['the same probe finds nothing and the part is well', { ...looked(), outcomes: [outcome({})] }, true],
    ['the same probe finds it again', { ...looked(), outcomes: answer.outcomes }, false],
    [
      'the same probe could not check',
      { ...looked(), outcomes: [outcome({ status: 'inconclusive' })] },
      false,
    ],
    [
      'only another probe was asked',
      { ...looked(), outcomes: [outcome({ key: 'redis.connection' })] },
      false,
    ],
    ['the part is not well', { ...looked([redisFull]), outcomes: [outcome({})] }, false],
  ])('is mended when %s: %#', (_what, look, mended) => {
    expect(areCausesMended(answer, look)).toBe(mended);
  });

  it('that nothing spoke for needs a diagnosis', () => {
    const causes = [{ id: 'D3.a', part: 'redis', verdict: 'confirmed' }];
    expect(areCausesMended({ causes, outcomes: [] }, { ...looked(), outcomes: [outcome({})] })).toBe(false);
    expect(areCausesMended({ causes: [], outcomes: [] }, looked())).toBe(false);
  });
});
