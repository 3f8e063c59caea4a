import type { Finding } from '../probe/finding.ts';
import type { ProbeOutcome } from '../probe/probe.ts';
import { codesOf, type Diagnosis, type DiagnosisCause } from './diagnosis.ts';
import { type CauseJudgement, type Emitters, judge } from './judgement.ts';

export interface TurningLook {
  readonly look: ProbeOutcome;
  /** Its other reading is enough; else the complaint, which cannot be seen now, would have to be seen as well. */
  readonly alone: boolean;
}

/**
 * Pure. The one look whose other reading would change what is said of a cause: of one that is open a look that saw
 * nothing, of one that is ruled out the first that would bring it back. Undefined for one that is confirmed.
 */
export function turningLook(
  diagnosis: Diagnosis,
  { cause, verdict, against, missing }: CauseJudgement,
  outcomes: readonly ProbeOutcome[],
  emitters: Emitters,
): TurningLook | undefined {
  const [first] = verdict === 'possible' ? missing : against;
  if (verdict === 'confirmed' || first === undefined) return undefined;
  if (verdict === 'possible') return { look: first, alone: true };
  const bringsBack = (look: ProbeOutcome, judged: DiagnosisCause) =>
    otherReadings(look, cause, emitters).some((other) => {
      const seen = outcomes.map((one) => (one === look ? other : one));
      return judge({ ...diagnosis, causes: [judged] }, seen, emitters).causes[0]?.verdict !== 'ruled-out';
    });
  const alone = against.find((look) => bringsBack(look, cause));
  if (alone !== undefined) return { look: alone, alone: true };
  const itself = against.find((look) => bringsBack(look, { ...cause, symptom: cause.when }));
  return { look: itself ?? first, alone: false };
}

/** What a look might have read instead, one finding more or none at all. */
function otherReadings(
  look: ProbeOutcome,
  { when, symptom, part: about }: DiagnosisCause,
  emitters: Emitters,
): readonly ProbeOutcome[] {
  const emitted = emitters.get(look.probe) ?? [];
  const more = [...codesOf(when), ...codesOf(symptom)].flatMap(({ code, part, fact }) => {
    if (!emitted.includes(code)) return [];
    const facts = fact === undefined ? {} : { [fact]: true };
    const finding: Finding = {
      ...{ code, part: part ?? (look.part === 'runtime' ? about : look.part), subject: about },
      ...{ severity: 'warning', facts },
    };
    return [{ ...look, status: 'unhealthy' as const, findings: [...look.findings, finding] }];
  });
  return [...more, { ...look, status: 'healthy', findings: [] }];
}
