import { type Diagnosis, isWay } from '../../domain/diagnosis/diagnosis.ts';
import { asTyped, type Matcher, symptomOf } from '../../domain/diagnosis/symptom.ts';
import { AppError } from '../../domain/kernel/errors.ts';
import { present } from '../../domain/kernel/present.ts';
import type { PartId } from '../../domain/platform/part.ts';
import type { Platform } from '../../domain/platform/platform.ts';
import type { DiagnoseHere } from './contract.ts';
import { diagnose, type GatherOptions } from './diagnose.service.ts';

/** The diagnosis behind an id: the one of the registry, or the way to the part that was named. */
export function diagnosisById(
  options: Pick<GatherOptions, 'diagnoses' | 'unreachable'>,
  id: string,
  part: PartId | undefined,
): Diagnosis | undefined {
  const known = options.diagnoses.find((diagnosis) => diagnosis.id === id);
  return known !== undefined && isWay(known) && part !== undefined ? options.unreachable(part) : known;
}

/**
 * What the words ask for. AppError INVALID_INPUT with the reason `unknown-symptom` when no symptom fits them, or
 * `other-command` with the command that answers them.
 */
export function symptomAsked(
  text: string,
  diagnoses: readonly Diagnosis[],
  matcher: Matcher,
  platform: Platform,
) {
  const symptom = symptomOf(text, diagnoses, matcher, platform);
  if (symptom.kind === 'unknown') {
    throw new AppError('INVALID_INPUT', 'no symptom fits these words', {
      facts: { reason: 'unknown-symptom' },
    });
  }
  if (symptom.kind === 'command') {
    throw new AppError('INVALID_INPUT', 'these words ask for another command', {
      facts: { reason: 'other-command', command: symptom.command },
    });
  }
  return symptom;
}

/** What to choose from, each as somebody would type it (`D3`, `H2 redis`). */
export function choicesOf(
  { ids, part }: { readonly ids: readonly string[]; readonly part?: PartId },
  diagnoses: readonly Diagnosis[],
): readonly { readonly id: string; readonly typed: string }[] {
  return ids.map((id) => ({ id, typed: asTyped(diagnoses.find((one) => one.id === id) ?? { id }, part) }));
}

/** A diagnosis made by this process: no Redis, no PostgreSQL of ours, no Slack. */
export function createDiagnoseHere(options: GatherOptions & { readonly matcher: Matcher }): DiagnoseHere {
  return {
    async run({ environment, text, signal }) {
      const targets = await options.targets.forRun(environment, signal);
      const symptom = symptomAsked(text, options.diagnoses, options.matcher, targets.platform);
      if (symptom.kind === 'choose')
        return { kind: 'choose', choices: choicesOf(symptom, options.diagnoses) };
      const { ids, part } = symptom;
      const { judgements, outcomes } = await diagnose(options, {
        diagnoses: ids.flatMap((id) => diagnosisById(options, id, part) ?? []),
        environment,
        targets,
        signal,
        ...present({ part }),
      });
      return { kind: 'judged', judgements, outcomes, platform: targets.platform };
    },
  };
}
