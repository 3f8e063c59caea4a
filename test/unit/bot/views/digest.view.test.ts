import { describe, expect, it } from 'vitest';
import { digestMessage } from '../../../../src/bot/views/digest.view.ts';
import type { DigestDifference } from '../../../../src/domain/digest/digest.ts';
import type { RemediationRow } from '../../../../src/domain/fix/rows.ts';
import type { Quiet } from '../../../../src/domain/mute/mute.ts';
import type { Finding } from '../../../../src/domain/probe/finding.ts';
import { wordsIn } from '../../../../src/text/words.ts';

const words = wordsIn('en');
const quiet: DigestDifference = {
  ...{ environment: 'prod', localDate: '2026-11-25', since: '2026-11-24T09:00:00.000Z', quiet: true },
  ...{ fresh: [], worse: [], fixed: [], still: [], flapping: [], unseen: [] },
  strip: [{ localDate: '2026-11-25', critical: 0, warning: 0 }],
};
const nothing = { followUps: [], overdue: [], fixes: [] };
const told = (difference: DigestDifference, open: Parameters<typeof digestMessage>[1] = nothing) =>
  digestMessage(difference, open, { runId: 'r', words });
const approver = { teamId: 'T1', userId: 'U0APPROVE', via: 'slack' } as const;
const fix = {
  ...{ handle: 'k7-2f9q', environment: 'prod', actionId: 'redis.set-eviction-policy', state: 'succeeded' },
  plan: { params: {} },
} as unknown as RemediationRow;

describe('the digest', () => {
  it('of a day with nothing to report is one line', () => {
    const { blocks, text } = told(quiet);

    expect(blocks).toHaveLength(1);
    expect(text.split('\n')).toHaveLength(1);
    expect(text).toContain('nothing is wrong');
  });

  it('tells what was approved and done, by whom, also on a day without news', () => {
    const text = JSON.stringify(
      told(quiet, { ...nothing, fixes: [{ remediation: fix, approvedBy: [approver] }] }),
    );

    expect(text).toContain('Fixes since the digest before');
    expect(text).toContain(
      '`k7-2f9q` Let Redis evict old keys · prod · succeeded · approved by <@U0APPROVE>',
    );
  });

  it('names what is muted in one line, and calls nothing healthy beside it', () => {
    const finding: Finding = {
      ...{ code: 'MEMORY_NEAR_LIMIT', severity: 'warning', part: 'redis', subject: 'redis', facts: {} },
    };
    const by: Quiet = {
      ...{ id: 'm', environment: 'prod', part: 'redis', cause: 'MEMORY_NEAR_LIMIT', severity: 'warning' },
      ...{ kind: 'mute', until: new Date('2026-11-25T18:00:00Z'), whileThere: false },
      ...{ reason: 'planned <!channel>', by: approver, at: new Date(0) },
    };
    const { blocks, text } = told({ ...quiet, muted: [{ finding, by }] });

    expect(text).toContain(':white_circle:');
    expect(text).not.toContain('nothing is wrong');
    const line = JSON.stringify(blocks);
    expect(line).toContain('1 more is there and is muted: `MEMORY_NEAR_LIMIT` of Redis (until <!date^');
    expect(line).toContain('by <@U0APPROVE>: planned &lt;!channel&gt;)');
    expect(JSON.stringify(told({ ...quiet, quiet: false, muted: [{ finding, by }] }))).toContain('is muted');
  });

  it('says once that it is the first one', () => {
    const { since: _since, ...unknown } = { ...quiet, quiet: false };
    const says = (difference: DigestDifference) =>
      JSON.stringify(told(difference)).includes('the first digest here');

    expect(says({ ...unknown, first: true })).toBe(true);
    // One that was asked for by hand is kept nowhere, and the next one is not the first.
    expect(says(unknown)).toBe(false);
  });
});
