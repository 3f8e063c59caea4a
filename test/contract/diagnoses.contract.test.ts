import { describe, expect, it } from 'vitest';
import { catalogue } from '../../scripts/docs/catalogue.ts';
import { diagnoses } from '../../src/diagnoses/index.ts';
import { unreachable } from '../../src/diagnoses/unreachable.diagnosis.ts';
import { symptomWords } from '../../src/diagnoses/vocabulary.ts';
import { type Condition, codesOf, type Diagnosis } from '../../src/domain/diagnosis/diagnosis.ts';
import { evaluate, faultsOf, judge } from '../../src/domain/diagnosis/judgement.ts';
import { type PartId, partIds } from '../../src/domain/platform/part.ts';
import type { FindingCode } from '../../src/domain/probe/findings.ts';
import { leftOpen } from '../../src/domain/probe/open.ts';
import { callKey, type ProbeOutcome } from '../../src/domain/probe/probe.ts';
import { probes } from '../../src/probes/index.ts';
import { remediations } from '../../src/remediations/index.ts';
import { wordsIn } from '../../src/text/words.ts';
import { emitters, everyCall, partOf } from '../support/diagnosis.ts';
import { registered } from '../support/remediation-fixtures.ts';

const registries = {
  emitters,
  remediations: new Set<string>(remediations.map(({ id }) => id)),
  diagnoses: new Set(diagnoses.map(({ id }) => id)),
};
const everyDiagnosis: readonly Diagnosis[] = [
  ...diagnoses.filter(({ id }) => id !== 'H2'),
  ...partIds.filter((part) => part !== 'runtime').map(unreachable),
];
const fixesOf = (diagnosis: Diagnosis) =>
  diagnosis.causes.flatMap((cause) =>
    cause.remedies.flatMap((fix) =>
      'remediation' in fix ? [{ title: `${fix.remediation} of ${cause.id}`, cause, fix }] : [],
    ),
  );
const name = (diagnosis: Diagnosis) =>
  diagnosis.id === 'H2' ? `H2 of ${diagnosis.part}` : `${diagnosis.id} ${diagnosis.slug}`;

interface Leaf {
  readonly code: FindingCode;
  readonly part?: PartId;
}

/** Outcomes in which exactly these findings were made. */
function outcomesWith(diagnosis: Diagnosis, leaves: readonly Leaf[]): ProbeOutcome[] {
  return everyCall(diagnosis).map((call): ProbeOutcome => {
    const own = partOf(call);
    const findings = leaves
      .filter(({ code }) => emitters.get(call.probe)?.includes(code) === true)
      .filter(({ part }) => part === undefined || own === 'runtime' || own === part)
      .map(({ code, part }) => ({
        code,
        severity: 'warning' as const,
        part: part ?? own,
        subject: 'x',
        facts: {},
      }));
    return {
      key: callKey(call),
      probe: call.probe,
      part: own,
      status: findings.length === 0 ? 'healthy' : 'unhealthy',
      findings,
      facts: {},
      startedAt: '2026-01-01T00:00:00.000Z',
      durationMs: 1,
    };
  });
}

function unseen(diagnosis: Diagnosis): ProbeOutcome[] {
  return outcomesWith(diagnosis, []).map((outcome) => ({
    ...outcome,
    status: 'inconclusive',
    cause: { code: 'forbidden', detail: '', facts: {} },
  }));
}

function distinct(condition: Condition): readonly Leaf[] {
  const byKey = new Map(codesOf(condition).map((leaf) => [`${leaf.code}/${leaf.part ?? ''}`, leaf]));
  return [...byKey.values()];
}

/** Every choice of at most two findings, and all of them: conditions here need no more. */
function choices(leaves: readonly Leaf[]): readonly (readonly Leaf[])[] {
  const pairs = leaves.flatMap((one, index) => leaves.slice(index + 1).map((other) => [one, other]));
  return [[], ...leaves.map((leaf) => [leaf]), ...pairs, leaves];
}

describe.each(everyDiagnosis.map((diagnosis) => ({ title: name(diagnosis), diagnosis })))(
  '$title',
  ({ diagnosis }) => {
    it('names only probes, codes, remediations and diagnoses that there are', () => {
      expect(faultsOf(diagnosis, registries)).toEqual([]);
    });

    it('gives probes parameters that they take', () => {
      for (const call of everyCall(diagnosis)) {
        const probe = probes.find(({ id }) => id === call.probe);

        expect(probe?.params.safeParse(call.with ?? {}).success, callKey(call)).toBe(true);
      }
    });

    it.each(diagnosis.causes.map((cause) => ({ id: cause.id, cause })))(
      '$id can be confirmed, ruled out, and left open',
      ({ cause }) => {
        const truthOf = (outcomes: readonly ProbeOutcome[]) => evaluate(cause.when, outcomes, emitters).truth;

        expect(
          choices(distinct(cause.when)).some((set) => truthOf(outcomesWith(diagnosis, set)) === true),
        ).toBe(true);
        expect(truthOf(outcomesWith(diagnosis, []))).toBe(false);
        expect(truthOf(unseen(diagnosis))).toBeUndefined();
      },
    );

    it.each(diagnosis.causes.map((cause) => ({ id: cause.id, cause })))(
      '$id is ruled out only by a look that could have seen it',
      ({ cause }) => {
        const verdictOf = (outcomes: readonly ProbeOutcome[]) =>
          judge(diagnosis, outcomes, emitters).causes.find((one) => one.cause.id === cause.id);
        const nothing = outcomesWith(diagnosis, []);
        const out = verdictOf(nothing);

        // What each names against it was seen, and not only not found.
        expect(out?.verdict).toBe('ruled-out');
        expect(out?.against).not.toEqual([]);
        for (const outcome of out?.against ?? []) expect(['healthy', 'unhealthy']).toContain(outcome.status);
        // A look that could not have seen it rules nothing out, whichever of them it was.
        const codes = [...distinct(cause.when), ...distinct(cause.symptom)].map(({ code }) => code);
        const leavesOpen = (outcome: ProbeOutcome): ProbeOutcome => {
          const own = codes.filter((code) => emitters.get(outcome.probe)?.includes(code) === true);
          const [first, ...rest] = own;
          return first === undefined ? outcome : { ...outcome, facts: leftOpen('few-bytes', first, ...rest) };
        };
        // But that the part itself has answered shows that it runs, whoever could look at it.
        const answered = cause.when.op === 'unless-answered';
        expect(verdictOf(nothing.map(leavesOpen))?.verdict).toBe(answered ? 'ruled-out' : 'possible');
      },
    );

    it.each(diagnosis.causes.map((cause) => ({ id: cause.id, cause })))(
      '$id is never confirmed without the symptom that it explains',
      ({ cause }) => {
        const leaves = [...distinct(cause.when), ...distinct(cause.symptom)];
        const complaints = new Set(distinct(cause.symptom).map(({ code }) => code));
        // The verdict of a cause does not depend on the others of its diagnosis.
        const alone = { ...diagnosis, causes: [cause] };
        const verdictOf = (outcomes: readonly ProbeOutcome[]) =>
          judge(alone, outcomes, emitters).causes[0]?.verdict;
        const confirming = choices(leaves).filter(
          (set) => verdictOf(outcomesWith(diagnosis, set)) === 'confirmed',
        );

        expect(confirming).not.toEqual([]);
        for (const set of confirming) {
          expect(set.some(({ code }) => complaints.has(code))).toBe(true);
          const without = set.filter(({ code }) => !complaints.has(code));
          expect(verdictOf(outcomesWith(diagnosis, without))).not.toBe('confirmed');
        }
      },
    );

    it('has words for its symptom, causes and instructions in both languages', () => {
      const instructions = diagnosis.causes.flatMap(({ remedies }) =>
        remedies.flatMap((remedy) => ('instruction' in remedy ? [`remedy.${remedy.instruction}`] : [])),
      );
      const keys = [
        `diagnosis.${diagnosis.id}`,
        `diagnosis.${diagnosis.id}.meaning`,
        `diagnosis.${diagnosis.id}.impact`,
        ...diagnosis.causes.map(({ id }) => `cause.${id}`),
        ...instructions,
      ];
      for (const language of ['en', 'zh-CN'] as const) {
        const words = wordsIn(language);

        expect(keys.filter((key) => words.lookup(key) === undefined)).toEqual([]);
      }
    });

    it.each(fixesOf(diagnosis))(
      '$title helps with what confirms the cause, and runs there',
      ({ cause, fix }) => {
        const remediation = registered.find(({ id }) => id === fix.remediation);
        const known = [...(remediation?.helpsWith ?? []), ...(remediation?.helpsCause ?? [])];

        // What says why is among the evidence as well.
        const told = [cause.when, ...(cause.why === undefined ? [] : [cause.why])].flatMap(codesOf);
        expect(told.filter(({ code }) => known.includes(code))).not.toEqual([]);
        expect(fix.on).toBe(remediation?.on);
      },
    );

    it('has a sentence in both languages for each finding it asks for', () => {
      const codes = diagnosis.causes.flatMap(({ when, symptom }) =>
        [...codesOf(when), ...codesOf(symptom)].map(({ code }) => `finding.${code}`),
      );
      for (const language of ['en', 'zh-CN'] as const) {
        const words = wordsIn(language);

        expect(codes.filter((key) => words.lookup(key) === undefined)).toEqual([]);
      }
    });
  },
);

describe('the registry of diagnoses', () => {
  it('has every symptom of the catalogue once', () => {
    const ids = catalogue.filter(({ command }) => command === undefined).map(({ id }) => id);

    expect(diagnoses.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
  });

  it('has vocabulary for each of them', () => {
    expect(
      diagnoses.map(({ id }) => id).filter((id) => !symptomWords.some((words) => words.id === id)),
    ).toEqual([]);
  });
});
