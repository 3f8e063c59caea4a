import { describe, expect, it } from 'vitest';
import {
  all,
  any,
  type Diagnosis,
  defineDiagnosis,
  found,
  foundApart,
  foundWith,
  hint,
  not,
  unlessExplained,
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

describe('a finding that gives a fact', () => {
  const truth = (facts: Finding['facts'], part: Finding['part'] = 'redis') =>
    evaluate(
      foundWith('dependencies', 'PG_SLOW', 'redis'),
      [outcome('t.a', { status: 'unhealthy', findings: [finding('PG_SLOW', { facts, part })] })],
      emitters,
    ).truth;

  it('is there only with that fact', () => {
    expect(truth({ dependencies: 'nats' })).toBe(true);
    expect(truth({ dependencies: null })).toBe(false);
    expect(truth({ reason: 'nats' })).toBe(false);
    expect(truth({ dependencies: 'nats' }, 'nats')).toBe(false);
  });
});

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

describe('a condition that something else explains as well', () => {
  const slow = unlessExplained(found('PG_SLOW'), found('REDIS_SLOW'));
  const truth = (...outcomes: readonly ProbeOutcome[]) => evaluate(slow, outcomes, emitters).truth;

  it('is open while that is there, with what was found (R-PLAT28)', () => {
    const both = [bad('t.a', 'PG_SLOW'), bad('t.b', 'REDIS_SLOW')];

    expect(truth(...both)).toBeUndefined();
    expect(evaluate(slow, both, emitters).for.map(({ code }) => code)).toEqual(['PG_SLOW']);
  });

  it('holds without it, is open where nobody could look, and is nothing by the other one alone', () => {
    expect(truth(bad('t.a', 'PG_SLOW'), good('t.b'))).toBe(true);
    expect(truth(bad('t.a', 'PG_SLOW'), blind('t.b'))).toBeUndefined();
    expect(truth(good('t.a'), bad('t.b', 'REDIS_SLOW'))).toBe(false);
  });
});

const diagnosis = defineDiagnosis({
  id: 'D3',
  slug: 'redis-memory',
  part: 'redis',
  evidence: [{ probe: 't.a' }, { probe: 't.b' }],
  causes: [
    {
      id: 'D3.a',
      part: 'agent-manager',
      symptom: found('PG_SLOW'),
      when: found('PG_SLOW'),
      remedies: [{ instruction: 'x' }],
    },
    {
      id: 'D3.b',
      part: 'redis',
      symptom: found('REDIS_SLOW'),
      when: found('REDIS_SLOW'),
      remedies: [{ instruction: 'y' }],
    },
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

describe('a cause and the symptom that it explains (R-PLAT27)', () => {
  const one = defineDiagnosis({
    ...diagnosis,
    causes: [
      {
        ...{ id: 'D3.a', part: 'redis', remedies: [] },
        symptom: found('REDIS_SLOW'),
        when: found('PG_SLOW'),
      },
    ],
    handOver: [],
  });
  const of = (...outcomes: readonly ProbeOutcome[]) => {
    const [cause] = judge(one, outcomes, emitters).causes;
    const keys = (some: readonly ProbeOutcome[] = []) => some.map(({ key }) => key);
    return [cause?.verdict, cause?.for.map(({ code }) => code), keys(cause?.against), keys(cause?.missing)];
  };

  it('is confirmed with both, and both are its evidence', () => {
    expect(of(bad('t.a', 'PG_SLOW'), bad('t.b', 'REDIS_SLOW'))).toEqual([
      ...['confirmed', ['PG_SLOW', 'REDIS_SLOW'], [], []],
    ]);
  });

  it('is ruled out where the symptom is absent, and what was found speaks for nothing', () => {
    expect(of(bad('t.a', 'PG_SLOW'), good('t.b'))).toEqual(['ruled-out', [], ['t.b'], []]);
    expect(of(blind('t.a'), good('t.b'))).toEqual(['ruled-out', [], ['t.b'], []]);
  });

  it('is possible where the symptom, or the cause, could not be seen', () => {
    expect(of(bad('t.a', 'PG_SLOW'), blind('t.b'))).toEqual(['possible', ['PG_SLOW'], [], ['t.b']]);
    expect(of(blind('t.a'), bad('t.b', 'REDIS_SLOW'))).toEqual(['possible', ['REDIS_SLOW'], [], ['t.a']]);
  });

  it('is ruled out where the symptom has another cause', () => {
    expect(of(good('t.a'), bad('t.b', 'REDIS_SLOW'))).toEqual(['ruled-out', [], ['t.a'], []]);
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
          symptom: found('NATS_SLOW'),
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

describe('evidence about one part', () => {
  const about = (part: Finding['part'], rest: Partial<ProbeOutcome> = {}) =>
    outcome('t.a', {
      ...{ part, status: 'unhealthy', findings: [finding('PG_SLOW', { part })] },
      ...rest,
    });

  it('counts what was found about it, by whichever probe', () => {
    expect(evaluate(found('PG_SLOW', 'redis'), [about('redis')], emitters).truth).toBe(true);
    expect(
      evaluate(found('PG_SLOW', 'redis'), [about('redis', { part: 'nats' })], emitters).for.map(
        ({ part }) => part,
      ),
    ).toEqual(['redis']);
  });

  it('is not what was found about another part, even by a probe of the runtime', () => {
    const seen = evaluate(found('PG_SLOW', 'redis'), [about('nats', { part: 'runtime' })], emitters);

    expect(seen.truth).toBe(false);
    expect(seen.for).toEqual([]);
  });

  it('is unknown while a probe of the part or of the runtime could not check, not one of another part', () => {
    const asked = (part: Finding['part']) =>
      evaluate(found('PG_SLOW', 'redis'), [{ ...blind('t.a'), part }], emitters);

    expect(asked('redis').truth).toBeUndefined();
    expect(asked('runtime').truth).toBeUndefined();
    expect(asked('nats').truth).toBe(false);
    expect(asked('nats').missing).toEqual([]);
  });
});

describe('who speaks for and against', () => {
  const keys = (outcomes: readonly ProbeOutcome[]) => outcomes.map(({ key }) => key);
  const codes = (findings: readonly Finding[]) => findings.map(({ code }) => code);

  it('against a finding are the probes that looked and did not make it, healthy or not', () => {
    const sick = outcome('t.a', { status: 'unhealthy', findings: [finding('NATS_SLOW')] });
    const seen = evaluate(found('PG_SLOW'), [sick, good('t.a-elsewhere'), good('t.b')], emitters);

    expect(seen).toMatchObject({ truth: false, for: [], missing: [] });
    expect(keys(seen.against)).toEqual(['t.a', 't.a-elsewhere']);
  });

  it('a probe that could not check is missing and speaks neither for nor against', () => {
    const absent = outcome('t.a-elsewhere', { status: 'skipped', reason: 'no-data' });
    const seen = evaluate(found('PG_SLOW'), [blind('t.a'), absent], emitters);

    expect(keys(seen.missing)).toEqual(['t.a', 't.a-elsewhere']);
    expect(seen.against).toEqual([]);
  });

  it('once something is found nothing is missing for it', () => {
    const seen = evaluate(found('PG_SLOW'), [bad('t.a', 'PG_SLOW'), blind('t.a-elsewhere')], emitters);

    expect(seen).toMatchObject({ missing: [], against: [] });
    expect(codes(seen.for)).toEqual(['PG_SLOW']);
  });

  it('all of several: what was found stays, with who denies the rest', () => {
    const both = all(found('PG_SLOW'), found('REDIS_SLOW'));
    const denied = evaluate(both, [bad('t.a', 'PG_SLOW'), good('t.b')], emitters);
    const open = evaluate(both, [bad('t.a', 'PG_SLOW'), blind('t.b')], emitters);
    const half = evaluate(both, [blind('t.a'), good('t.b')], emitters);

    expect([codes(denied.for), keys(denied.against), keys(denied.missing)]).toEqual([
      ['PG_SLOW'],
      ['t.b'],
      [],
    ]);
    expect([codes(open.for), keys(open.against), keys(open.missing)]).toEqual([['PG_SLOW'], [], ['t.b']]);
    expect([half.truth, keys(half.against), keys(half.missing)]).toEqual([false, ['t.b'], []]);
  });

  it('any of several: only what is true speaks for it, else all deny it or are missing', () => {
    const either = any(found('PG_SLOW'), found('REDIS_SLOW'));
    const one = evaluate(either, [bad('t.a', 'PG_SLOW'), good('t.b')], emitters);
    const none = evaluate(either, [good('t.a'), good('t.b')], emitters);
    const open = evaluate(either, [good('t.a'), blind('t.b')], emitters);

    expect([codes(one.for), keys(one.against), keys(one.missing)]).toEqual([['PG_SLOW'], [], []]);
    expect([codes(none.for), keys(none.against), keys(none.missing)]).toEqual([[], ['t.a', 't.b'], []]);
    expect([open.truth, keys(open.against), keys(open.missing)]).toEqual([undefined, ['t.a'], ['t.b']]);
  });

  it('keeps a hint in what stays open, though nothing else was found', () => {
    const either = any(found('REDIS_SLOW'), hint('PG_SLOW'));
    const seen = evaluate(either, [bad('t.a', 'PG_SLOW'), good('t.b')], emitters);

    expect([seen.truth, codes(seen.for)]).toEqual([undefined, ['PG_SLOW']]);
  });

  it('not: who found it is against it, and nobody for it', () => {
    const absent = not(found('PG_SLOW'));
    const there = evaluate(absent, [bad('t.a', 'PG_SLOW'), good('t.a-elsewhere')], emitters);
    const gone = evaluate(absent, [good('t.a')], emitters);
    const open = evaluate(absent, [blind('t.a')], emitters);

    expect([there.truth, codes(there.for), keys(there.against)]).toEqual([false, [], ['t.a']]);
    expect([gone.truth, gone.for, gone.against]).toEqual([true, [], []]);
    expect([open.truth, keys(open.against), keys(open.missing)]).toEqual([undefined, [], ['t.a']]);
  });

  it('apart: what is left is found although who saw the rest is missing', () => {
    const seen = [bad('t.a', 'PG_SLOW'), blind('t.b')];
    const judged = evaluate(foundApart('PG_SLOW', 'REDIS_SLOW'), seen, emitters);

    expect([codes(judged.for), keys(judged.missing), judged.against]).toEqual([['PG_SLOW'], ['t.b'], []]);
  });

  it('apart: who saw the other finding elsewhere is not against it', () => {
    const elsewhere = outcome('t.b', {
      ...{ key: 't.b(elsewhere)', status: 'unhealthy' },
      findings: [finding('REDIS_SLOW', { subject: 'elsewhere' })],
    });
    const seen = [bad('t.a', 'PG_SLOW'), bad('t.b', 'REDIS_SLOW'), elsewhere];
    const judged = evaluate(foundApart('PG_SLOW', 'REDIS_SLOW'), seen, emitters);

    expect([judged.truth, codes(judged.for), keys(judged.against)]).toEqual([false, ['PG_SLOW'], ['t.b']]);
  });
});

describe('the order of causes that are as sure and as deep', () => {
  const four: Emitters = new Map([['t.all', ['PG_SLOW', 'REDIS_SLOW', 'NATS_SLOW', 'NEO4J_SLOW']]]);
  const seen = (...findings: readonly Finding[]) =>
    outcome('t.all', { status: findings.length > 0 ? 'unhealthy' : 'healthy', findings });
  const order = (whens: readonly Parameters<typeof evaluate>[0][], ...outcomes: readonly ProbeOutcome[]) =>
    judge(
      defineDiagnosis({
        ...diagnosis,
        causes: whens.map((when, index) => ({
          ...{ id: `D3.${'abcd'[index]}`, part: 'redis' as const, symptom: when, when, remedies: [] },
        })),
        handOver: [],
      }),
      outcomes,
      four,
    ).causes.map(({ cause }) => cause.id);

  it('is by the worst finding of each: critical, warning, info, then none', () => {
    const whens = [
      not(found('NEO4J_SLOW')),
      found('PG_SLOW'),
      found('REDIS_SLOW'),
      found('NATS_SLOW'),
    ] as const;
    const all = seen(
      finding('PG_SLOW', { severity: 'info' }),
      finding('REDIS_SLOW', { severity: 'warning' }),
      finding('NATS_SLOW', { severity: 'critical' }),
    );

    expect(order(whens, all)).toEqual(['D3.d', 'D3.c', 'D3.b', 'D3.a']);
  });

  it('is by the worst of several findings, not by the first', () => {
    const all = seen(
      finding('PG_SLOW', { severity: 'warning' }),
      finding('REDIS_SLOW', { severity: 'info' }),
      finding('REDIS_SLOW', { severity: 'critical', subject: 'other' }),
    );

    expect(order([found('PG_SLOW'), found('REDIS_SLOW')], all)).toEqual(['D3.b', 'D3.a']);
  });

  it('is by how much speaks for each, then as they are written down', () => {
    const all = seen(finding('PG_SLOW'), finding('REDIS_SLOW'), finding('REDIS_SLOW', { subject: 'other' }));

    expect(order([found('PG_SLOW'), found('REDIS_SLOW')], all)).toEqual(['D3.b', 'D3.a']);
    expect(order([found('PG_SLOW'), found('PG_SLOW')], all)).toEqual(['D3.a', 'D3.b']);
    expect(order([found('NATS_SLOW'), found('NEO4J_SLOW')], all)).toEqual(['D3.a', 'D3.b']);
  });
});

describe('a judgement', () => {
  it('names each finding and probe once, however often its condition asks', () => {
    const twice = defineDiagnosis({
      ...diagnosis,
      causes: [
        {
          id: 'D3.a',
          part: 'redis',
          symptom: all(found('PG_SLOW'), found('PG_SLOW')),
          when: all(found('PG_SLOW'), found('PG_SLOW')),
          remedies: [],
        },
        {
          id: 'D3.b',
          part: 'redis',
          symptom: any(found('REDIS_SLOW'), found('REDIS_SLOW')),
          when: any(found('REDIS_SLOW'), found('REDIS_SLOW')),
          remedies: [],
        },
        {
          id: 'D3.c',
          part: 'redis',
          symptom: any(hint('NATS_SLOW'), found('NATS_SLOW')),
          when: any(hint('NATS_SLOW'), found('NATS_SLOW')),
          remedies: [],
        },
      ],
      handOver: [
        { when: found('PG_SLOW'), to: 'H2' },
        { when: found('PG_SLOW'), to: 'H2' },
        { when: found('REDIS_SLOW'), to: 'D1' },
        { when: found('NATS_SLOW'), to: 'D4' },
      ],
    });
    const more: Emitters = new Map([...emitters, ['t.c', ['NATS_SLOW']]]);
    const { causes, handOver } = judge(twice, [bad('t.a', 'PG_SLOW'), good('t.b'), blind('t.c')], more);

    expect(
      causes.map((one) => [one.verdict, one.for.length, one.against.length, one.missing.length]),
    ).toEqual([
      ['confirmed', 1, 0, 0],
      ['possible', 0, 0, 1],
      ['ruled-out', 0, 1, 0],
    ]);
    expect(handOver).toEqual(['H2']);
  });

  it('of a diagnosis without causes finds none', () => {
    expect(judge(defineDiagnosis({ ...diagnosis, causes: [] }), [], emitters).overall).toBe('no-cause');
  });
});

describe('faults of a diagnosis, further', () => {
  const registries = { emitters, remediations: new Set(['r.known']), diagnoses: new Set(['H2']) };

  it('count what is gathered afterwards as evidence, with its probes', () => {
    const later = defineDiagnosis({ ...diagnosis, evidence: [{ probe: 't.a' }] });

    expect(faultsOf(later, registries)).toEqual([
      'D3.b: no listed probe emits REDIS_SLOW',
      'D3 → H2: no listed probe emits REDIS_SLOW',
    ]);
    expect(faultsOf({ ...later, afterwards: [{ probe: 't.b' }] }, registries)).toEqual([]);
    expect(faultsOf({ ...diagnosis, afterwards: [{ probe: 't.gone' }] }, registries)).toEqual([
      'D3: no probe t.gone',
    ]);
  });

  it('name a cause without a remedy, and take a remediation that there is', () => {
    const causes: Diagnosis['causes'] = [
      { id: 'D3.a', part: 'redis', symptom: found('PG_SLOW'), when: found('PG_SLOW'), remedies: [] },
      {
        ...{ id: 'D3.b', part: 'redis', symptom: found('PG_SLOW'), when: found('PG_SLOW') },
        remedies: [{ remediation: 'r.known' }],
      },
      {
        id: 'D33.a',
        part: 'redis',
        symptom: found('PG_SLOW'),
        when: found('PG_SLOW'),
        remedies: [{ instruction: 'x' }],
      },
    ];

    expect(faultsOf({ ...diagnosis, causes }, registries)).toEqual([
      'D3.a: no remedy',
      'D33.a is not a cause of D3',
    ]);
  });
});
