/** What is quiet when: the rule behind digests and alerts. */
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { knownLines } from '../../../../src/domain/mute/known-lines.ts';
import {
  causeNamed,
  endedBySight,
  type Mute,
  mostMuteMs,
  muteFault,
  quietCause,
  quietedBy,
  quietedOf,
  signsOf,
} from '../../../../src/domain/mute/mute.ts';
import type { Finding } from '../../../../src/domain/probe/finding.ts';
import type { ProbeOutcome } from '../../../../src/domain/probe/probe.ts';
import { Known } from '../../../../src/domain/settings/known.ts';

const now = new Date('2026-12-02T18:00:00Z');
const hour = 3_600_000;

const finding = (more: Partial<Finding> = {}): Finding => ({
  ...{ code: 'MEMORY_NEAR_LIMIT', severity: 'warning', part: 'redis', subject: 'redis-0', facts: {} },
  ...more,
});
const mute = (more: Partial<Mute> = {}): Mute => ({
  ...{ id: 'm1', environment: 'prod', part: 'redis', cause: 'MEMORY_NEAR_LIMIT', severity: 'warning' },
  ...{ kind: 'mute', until: new Date(now.getTime() + hour), whileThere: false, reason: 'planned' },
  ...{ by: { teamId: 'T1', userId: 'U1', via: 'slack' }, at: now },
  ...more,
});
const accepted = { part: 'redis', cause: 'MEMORY_NEAR_LIMIT', reason: 'small on purpose' } as const;
const only = (one: Mute) => ({ mutes: [one], known: [] });
const cause = (...evidence: readonly Finding[]) => ({ id: 'D3.a', part: 'redis', evidence }) as const;

describe('a mute', () => {
  it('covers its cause of its part until its time, whatever the subject, and not a moment longer', () => {
    expect(quietedBy(finding(), only(mute()), now)).toMatchObject({ id: 'm1' });
    expect(quietedBy(finding({ subject: 'redis-1' }), only(mute()), now)).toMatchObject({ id: 'm1' });
    expect(quietedBy(finding(), only(mute({ until: now })), now)).toBeUndefined();
  });

  it('covers no other cause, no other part and nothing that is worse', () => {
    const mutes = only(mute());
    expect(quietedBy(finding({ code: 'OOM_KILLED' }), mutes, now)).toBeUndefined();
    expect(quietedBy(finding({ part: 'nats' }), mutes, now)).toBeUndefined();
    expect(quietedBy(finding({ severity: 'critical' }), mutes, now)).toBeUndefined();
    expect(quietedBy(finding({ severity: 'info' }), mutes, now)).toBeDefined();
  });

  it('of what is critical needs an end, and none is longer than 30 days', () => {
    const critical = { severity: 'critical' } as const;
    expect(muteFault({ kind: 'mute', ...critical })).toBe('mute-critical');
    expect(muteFault({ kind: 'known', ...critical })).toBe('known-critical');
    expect(muteFault({ kind: 'mute', ...critical, forMs: hour })).toBeUndefined();
    expect(muteFault({ kind: 'mute', severity: 'warning' })).toBeUndefined();
    expect(muteFault({ kind: 'known', severity: 'warning' })).toBeUndefined();
    expect(muteFault({ kind: 'mute', severity: 'warning', forMs: mostMuteMs })).toBeUndefined();
    expect(muteFault({ kind: 'mute', severity: 'warning', forMs: mostMuteMs + 1 })).toBe('mute-too-long');
  });
});

describe('what is accepted for good', () => {
  it('in Slack or in the configuration is quiet without an end, unless it is critical', () => {
    const known = mute({ kind: 'known' });
    const { until: _end, ...endless } = known;
    const later = new Date(now.getTime() + 400 * 24 * hour);
    expect(quietedBy(finding(), only(endless), later)).toMatchObject({ kind: 'known' });
    expect(quietedBy(finding({ severity: 'critical' }), only(endless), later)).toBeUndefined();
    expect(quietedBy(finding(), { mutes: [], known: [accepted] }, now)).toEqual({
      kind: 'configured',
      ...accepted,
    });
    const critical = finding({ severity: 'critical' });
    expect(quietedBy(critical, { mutes: [], known: [accepted] }, now)).toBeUndefined();
  });

  it('is printed as lines that the configuration takes', () => {
    const one = mute({ kind: 'known', reason: 'a "quoted" reason: # with marks' });
    const lines = knownLines([one, mute({ id: 'm2', cause: 'OOM_KILLED' })]);
    const read = parse(lines.join('\n')) as { prod: { known: unknown } };

    expect(Known.parse(read.prod.known)).toEqual([
      { part: 'redis', cause: 'MEMORY_NEAR_LIMIT', reason: 'a "quoted" reason: # with marks' },
    ]);
    expect(Known.safeParse([{ ...accepted, cause: 'NO_SUCH' }]).success).toBe(false);
    expect(knownLines([mute()])).toEqual([]);
  });
});

describe('a cause with several findings', () => {
  it('is quiet only where all that speaks for it is; without evidence nothing is', () => {
    const other = finding({ code: 'OOM_KILLED' });
    const inform = finding({ code: 'NO_MEMORY_LIMIT', severity: 'info' });
    expect(quietCause(cause(finding(), inform), only(mute()), now)).toHaveLength(1);
    expect(quietCause(cause(finding(), other), only(mute()), now)).toBeUndefined();
    expect(quietCause(cause(inform), only(mute()), now)).toBeUndefined();
    expect(quietCause(cause(), only(mute()), now)).toBeUndefined();
    expect(quietedOf([finding(), other], only(mute()), now).map((one) => one.finding)).toEqual([finding()]);
  });
});

describe('a mute of a cause of a diagnosis', () => {
  const full = finding({ code: 'REDIS_MEMORY_AT_LIMIT', severity: 'critical' });
  const policy = finding({ code: 'REDIS_POLICY_NOEVICTION' });
  const inform = finding({ code: 'NO_MEMORY_LIMIT', severity: 'info' });
  const d3a = mute({ cause: 'D3.a', ...signsOf([full, policy, inform]) });

  it('covers what spoke for it at its worst, and nothing that only informs', () => {
    expect(d3a).toMatchObject({
      severity: 'critical',
      evidence: [
        { code: 'REDIS_MEMORY_AT_LIMIT', part: 'redis' },
        { code: 'REDIS_POLICY_NOEVICTION', part: 'redis' },
      ],
    });
    expect(signsOf([inform])).toBeUndefined();
    expect(signsOf([])).toBeUndefined();
  });

  it('keeps that cause quiet, and no other one that rests on the same findings', () => {
    const quiet = only(d3a);
    expect(quietCause(cause(full, policy), quiet, now)).toHaveLength(2);
    expect(quietCause(cause(full, policy, inform), quiet, now)).toHaveLength(2);
    expect(quietCause({ ...cause(full), id: 'D3.b' }, quiet, now)).toBeUndefined();
    expect(quietCause({ ...cause(full, policy), id: 'D3.b' }, quiet, now)).toBeUndefined();
    expect(quietCause({ ...cause(full, policy), part: 'nats' }, quiet, now)).toBeUndefined();
  });

  it('wakes when something new speaks for it, when it is worse, and when its time is over', () => {
    const other = finding({ code: 'OOM_KILLED' });
    expect(quietCause(cause(full, policy, other), only(d3a), now)).toBeUndefined();
    expect(quietCause(cause(full, policy), only({ ...d3a, severity: 'warning' }), now)).toBeUndefined();
    expect(quietCause(cause(full, policy), only({ ...d3a, until: now }), now)).toBeUndefined();
  });

  it('covers its findings in digests until one of them is seen to be gone, for then the cause is another', () => {
    const emitters = new Map([['redis.eviction-policy', ['REDIS_POLICY_NOEVICTION']]]);
    const looked = (status: ProbeOutcome['status'], part: ProbeOutcome['part'] = 'redis'): ProbeOutcome => ({
      ...{ key: 'p', probe: 'redis.eviction-policy', part, status, findings: [], facts: {} },
      ...{ startedAt: now.toISOString(), durationMs: 1 },
    });
    const { mutes, known } = only(d3a);
    const quieted = (findings: readonly Finding[], ...outcomes: readonly ProbeOutcome[]) =>
      quietedOf(findings, { mutes, known, look: { findings, outcomes, emitters } }, now).map(
        (one) => one.finding,
      );
    expect(quieted([full, policy], looked('unhealthy'))).toEqual([full, policy]);
    // Nobody could see the other one: nothing says that the cause has changed.
    for (const outcomes of [[], [looked('inconclusive')], [looked('healthy', 'nats')]])
      expect(quieted([full], ...outcomes)).toEqual([full]);
    expect(quieted([full], looked('healthy'))).toEqual([]);
    expect(quieted([finding({ code: 'OOM_KILLED' }), policy], looked('unhealthy'))).toEqual([policy]);
    expect(quietedOf([full, policy], only(d3a), now)).toEqual([]);
  });

  it('is never for good', () => {
    expect(muteFault({ kind: 'known', severity: 'warning', isCause: true })).toBe('known-cause');
    expect(muteFault({ kind: 'mute', severity: 'warning', isCause: true })).toBeUndefined();
  });

  it('is named as people type it', () => {
    for (const typed of ['D3.a', 'd3.a', 'D3.A'])
      expect(causeNamed(typed)).toEqual({ kind: 'cause', name: 'D3.a' });
    for (const typed of ['no_memory_limit', 'NO_MEMORY_LIMIT'])
      expect(causeNamed(typed)).toEqual({ kind: 'finding', name: 'NO_MEMORY_LIMIT' });
  });
});

describe('what was seen', () => {
  const emitters = new Map([['redis.memory', ['MEMORY_NEAR_LIMIT']]]);
  const outcome = (status: ProbeOutcome['status']): ProbeOutcome => ({
    ...{ key: 'redis.memory', probe: 'redis.memory', part: 'redis', status, findings: [], facts: {} },
    ...{ startedAt: now.toISOString(), durationMs: 1 },
  });
  const seen = (findings: readonly Finding[], ...outcomes: readonly ProbeOutcome[]) => ({
    ...{ findings, outcomes, emitters },
  });
  const whileThere = mute({ whileThere: true });

  it('ends a mute when its cause is worse, in every kind of them', () => {
    const worse = seen([finding({ severity: 'critical' })], outcome('unhealthy'));
    for (const one of [mute(), whileThere, mute({ kind: 'known' })])
      expect(endedBySight([one], worse)).toEqual([{ mute: one, why: 'rose' }]);
    expect(endedBySight([mute()], seen([finding()], outcome('unhealthy')))).toEqual([]);
  });

  it('ends one that lasts until the cause is gone, when whoever could see it has looked', () => {
    expect(endedBySight([whileThere], seen([], outcome('healthy')))).toEqual([
      { mute: whileThere, why: 'gone' },
    ]);
    expect(endedBySight([whileThere], seen([finding()], outcome('unhealthy')))).toEqual([]);
    for (const status of ['inconclusive', 'skipped'] as const)
      expect(endedBySight([whileThere], seen([], outcome(status)))).toEqual([]);
    expect(endedBySight([whileThere], seen([], outcome('healthy'), outcome('inconclusive')))).toEqual([]);
    expect(endedBySight([whileThere], seen([]))).toEqual([]);
    // One with a time of its own lasts for it, however it comes and goes.
    expect(endedBySight([mute()], seen([], outcome('healthy')))).toEqual([]);
  });

  it('does not end one by a look at another part, which says nothing of this one', () => {
    const elsewhere = { ...outcome('healthy'), part: 'nats' } as const;
    expect(endedBySight([whileThere], seen([], elsewhere))).toEqual([]);
    const all = { ...outcome('healthy'), part: 'runtime' } as const;
    expect(endedBySight([whileThere], seen([], all))).toHaveLength(1);
  });

  it('ends one of a cause when something of it is gone, and when all of it is there and worse', () => {
    const policy = finding({ code: 'REDIS_POLICY_NOEVICTION' });
    const both = { ...whileThere, cause: 'D3.a', ...signsOf([finding(), policy]) };
    expect(endedBySight([both], seen([finding(), policy], outcome('unhealthy')))).toEqual([]);
    expect(endedBySight([both], seen([policy], outcome('healthy')))).toEqual([{ mute: both, why: 'gone' }]);
    const worse = finding({ severity: 'critical' });
    expect(endedBySight([both], seen([worse, policy]))).toEqual([{ mute: both, why: 'rose' }]);
    // Whether the rest of it is there nobody could see: then it is worse, as far as anybody knows.
    expect(endedBySight([both], seen([worse]))).toEqual([{ mute: both, why: 'rose' }]);
    const emits = new Map([['redis.memory', ['REDIS_POLICY_NOEVICTION']]]);
    const another = { findings: [worse], outcomes: [outcome('healthy')], emitters: emits };
    expect(endedBySight([{ ...both, whileThere: false }], another)).toEqual([]);
  });
});
