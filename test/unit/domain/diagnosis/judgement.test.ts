import { describe, expect, it } from 'vitest';
import {
  all,
  any,
  defineDiagnosis,
  found,
  foundApart,
  hint,
  not,
} from '../../../../src/domain/diagnosis/diagnosis.ts';
import { type Emitters, evaluate, faultsOf, judge } from '../../../../src/domain/diagnosis/judgement.ts';
import type { Finding } from '../../../../src/domain/probe/finding.ts';
import type { FindingCode } from '../../../../src/domain/probe/findings.ts';
import type { ProbeOutcome } from '../../../../src/domain/probe/probe.ts';

const emitters: Emitters = new Map([
  ['t.a', ['PG_SLOW']],
  ['t.b', ['REDIS_SLOW']],
  ['t.a-elsewhere', ['PG_SLOW']],
]);

const finding = (code: FindingCode, extra: Partial<Finding> = {}): Finding => ({
  code,
  severity: 'warning',
  part: 'redis',
  subject: 's',
  facts: {},
  ...extra,
});

const outcome = (probe: string, rest: Partial<ProbeOutcome>): ProbeOutcome => ({
  key: probe,
  probe,
  part: 'redis',
  status: 'healthy',
  findings: [],
  facts: {},
  startedAt: '2026-01-01T00:00:00.000Z',
  durationMs: 1,
  ...rest,
});

const bad = (probe: string, code: FindingCode) =>
  outcome(probe, { status: 'unhealthy', findings: [finding(code)] });
const blind = (probe: string) =>
  outcome(probe, { status: 'inconclusive', cause: { code: 'forbidden', detail: '', facts: {} } });
const good = (probe: string) => outcome(probe, {});

const table = {
  true: bad,
  false: (probe: string) => good(probe),
  unknown: (probe: string) => blind(probe),
} as const;
type Name = keyof typeof table;
const truthOf = (name: Name) => (name === 'unknown' ? undefined : name === 'true');

describe('three-valued judgement', () => {
  const names: readonly Name[] = ['true', 'false', 'unknown'];
  const and = (x: Name, y: Name): Name =>
    x === 'false' || y === 'false' ? 'false' : x === 'true' && y === 'true' ? 'true' : 'unknown';
  const or = (x: Name, y: Name): Name =>
    x === 'true' || y === 'true' ? 'true' : x === 'false' && y === 'false' ? 'false' : 'unknown';

  it.each(names.flatMap((x) => names.map((y) => [x, y] as const)))('follows Kleene for %s and %s', (x, y) => {
    const seen = [table[x]('t.a', 'PG_SLOW'), table[y]('t.b', 'REDIS_SLOW')];

    expect(evaluate(all(found('PG_SLOW'), found('REDIS_SLOW')), seen, emitters).truth).toBe(
      truthOf(and(x, y)),
    );
    expect(evaluate(any(found('PG_SLOW'), found('REDIS_SLOW')), seen, emitters).truth).toBe(
      truthOf(or(x, y)),
    );
    expect(evaluate(not(found('PG_SLOW')), seen, emitters).truth).toBe(
      x === 'unknown' ? undefined : x !== 'true',
    );
  });

  it('takes a fact as unknown while one of its two witnesses could not check and the other did not see it', () => {
    expect(evaluate(found('PG_SLOW'), [good('t.a'), blind('t.a-elsewhere')], emitters).truth).toBeUndefined();
    expect(evaluate(found('PG_SLOW'), [bad('t.a', 'PG_SLOW'), blind('t.a-elsewhere')], emitters).truth).toBe(
      true,
    );
  });

  it('gives a probe of the other runtime no say', () => {
    const other = outcome('t.a-elsewhere', { status: 'skipped', reason: 'not-applicable' });

    expect(evaluate(found('PG_SLOW'), [good('t.a'), other], emitters).truth).toBe(false);
  });

  it('takes a part that is not configured as unseen, not as fine', () => {
    const absent = outcome('t.a', { status: 'skipped', reason: 'not-configured' });

    expect(evaluate(found('PG_SLOW'), [absent], emitters).truth).toBeUndefined();
  });
});

describe('what is found apart from something else', () => {
  const about = (code: FindingCode, ...subjects: readonly string[]) =>
    subjects.map((subject) => finding(code, { subject }));
  const seen = (probe: string, findings: readonly Finding[]) =>
    outcome(probe, { status: 'unhealthy', findings });
  const crash = foundApart('PG_SLOW', 'REDIS_SLOW');

  it('is what has no other finding about the same thing', () => {
    const both = [
      seen('t.a', about('PG_SLOW', 'one', 'two')),
      seen('t.b', about('REDIS_SLOW', 'two', 'three')),
    ];
    const judged = evaluate(crash, both, emitters);

    expect(judged.truth).toBe(true);
    expect(judged.for.map(({ subject }) => subject)).toEqual(['one']);
  });

  it('is nothing when the other finding explains all of it, and says who saw that', () => {
    const explained = [seen('t.a', about('PG_SLOW', 'one')), seen('t.b', about('REDIS_SLOW', 'one'))];
    const judged = evaluate(crash, explained, emitters);

    expect(judged.truth).toBe(false);
    expect(judged.against.map(({ key }) => key)).toEqual(['t.b']);
  });

  it('is not known while whoever would see the other one could not check', () => {
    expect(
      evaluate(crash, [seen('t.a', about('PG_SLOW', 'one')), blind('t.b')], emitters).truth,
    ).toBeUndefined();
    expect(evaluate(crash, [good('t.a'), blind('t.b')], emitters).truth).toBe(false);
    expect(evaluate(crash, [blind('t.a'), good('t.b')], emitters).truth).toBeUndefined();
  });
});

describe('a hint', () => {
  it('leaves a cause open that nothing else decides, with what was found, and is nothing where it is not found', () => {
    const open = evaluate(hint('PG_SLOW'), [bad('t.a', 'PG_SLOW')], emitters);

    expect(open.truth).toBeUndefined();
    expect(open.for.map(({ code }) => code)).toEqual(['PG_SLOW']);
    expect(open.missing).toEqual([]);
    expect(evaluate(hint('PG_SLOW'), [good('t.a')], emitters).truth).toBe(false);
    expect(evaluate(hint('PG_SLOW'), [blind('t.a')], emitters).truth).toBeUndefined();
    expect(
      evaluate(
        any(found('REDIS_SLOW'), hint('PG_SLOW')),
        [bad('t.a', 'PG_SLOW'), bad('t.b', 'REDIS_SLOW')],
        emitters,
      ).truth,
    ).toBe(true);
  });
});

const diagnosis = defineDiagnosis({
  id: 'D3',
  slug: 'redis-memory',
  part: 'redis',
  evidence: [{ probe: 't.a' }, { probe: 't.b' }],
  causes: [
    { id: 'D3.a', part: 'agent-manager', when: found('PG_SLOW'), remedies: [{ instruction: 'x' }] },
    { id: 'D3.b', part: 'redis', when: found('REDIS_SLOW'), remedies: [{ instruction: 'y' }] },
  ],
  handOver: [{ when: found('REDIS_SLOW'), to: 'H2' }],
});

describe('judging a diagnosis', () => {
  it('ranks the cause nearer the root of the dependency graph first', () => {
    const judged = judge(diagnosis, [bad('t.a', 'PG_SLOW'), bad('t.b', 'REDIS_SLOW')], emitters);

    expect(judged.causes.map((cause) => [cause.cause.id, cause.verdict])).toEqual([
      ['D3.b', 'confirmed'],
      ['D3.a', 'confirmed'],
    ]);
    expect(judged.handOver).toEqual(['H2']);
  });

  it('ranks confirmed before possible before ruled out, whatever the graph says', () => {
    const judged = judge(diagnosis, [bad('t.a', 'PG_SLOW'), blind('t.b')], emitters);

    expect(judged.causes.map((cause) => [cause.cause.id, cause.verdict])).toEqual([
      ['D3.a', 'confirmed'],
      ['D3.b', 'possible'],
    ]);
    expect(judged.causes[1]?.missing.map((o) => o.key)).toEqual(['t.b']);
    expect(judged.overall).toBe('cause-found');
  });

  it('says unknown when nothing is confirmed and something could not be seen', () => {
    expect(judge(diagnosis, [good('t.a'), blind('t.b')], emitters).overall).toBe('unknown');
    expect(judge(diagnosis, [good('t.a'), good('t.b')], emitters).overall).toBe('no-cause');
  });
});

describe('faults of a diagnosis', () => {
  const registries = { emitters, remediations: new Set<string>(), diagnoses: new Set(['H2']) };

  it('are none when every reference resolves', () => {
    expect(faultsOf(diagnosis, registries)).toEqual([]);
  });

  it('name a missing probe, a code nobody emits, a missing remediation and a missing hand-over', () => {
    const broken = defineDiagnosis({
      ...diagnosis,
      evidence: [{ probe: 't.a' }, { probe: 't.none' }],
      causes: [
        {
          id: 'D4.a',
          part: 'redis',
          when: found('NATS_SLOW'),
          remedies: [{ remediation: 'r.none', with: {} }],
        },
      ],
      handOver: [{ when: found('PG_SLOW'), to: 'X9' }],
    });

    expect(faultsOf(broken, registries)).toEqual([
      'D3: no probe t.none',
      'D4.a: no listed probe emits NATS_SLOW',
      'D4.a is not a cause of D3',
      'D4.a: no remediation r.none',
      'D3: hands over to unknown X9',
    ]);
  });
});
