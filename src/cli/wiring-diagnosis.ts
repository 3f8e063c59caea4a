import { diagnoses } from '../diagnoses/index.ts';
import { ownProbes, pathSteps, unreachable } from '../diagnoses/unreachable.diagnosis.ts';
import { symptomWords } from '../diagnoses/vocabulary.ts';
import { symptomOf } from '../domain/diagnosis/symptom.ts';
import { AppError } from '../domain/kernel/errors.ts';
import type { ProbeRunner } from '../domain/look/probe-runner.ts';
import type { TargetsFactory } from '../domain/look/targets/targets.ts';
import type { PartId } from '../domain/platform/part.ts';
import { probes } from '../probes/index.ts';
import { diagnose } from '../services/diagnosis/diagnose.service.ts';
import { createSymptomMatcher } from '../services/diagnosis/symptom-match.service.ts';
import type { DiagnoseFromHere } from './context.ts';

/** What `diagnose` needs to look from this process: no Redis, no PostgreSQL of ours, no Slack. */
export function openDiagnosis(health: {
  readonly runner: ProbeRunner;
  readonly targets: TargetsFactory;
}): DiagnoseFromHere {
  const matcher = createSymptomMatcher(symptomWords);
  const options = {
    targets: health.targets,
    probes: health.runner,
    emitters: new Map(probes.map(({ id, emits }) => [id, emits])),
    diagnoses,
    unreachable,
    pathSteps,
    ownProbes,
  };
  const find = (id: string, part: PartId | undefined) =>
    id === 'H2' && part !== undefined
      ? [unreachable(part)]
      : diagnoses.filter((diagnosis) => diagnosis.id === id);
  return {
    async run({ environment, text, signal }) {
      const symptom = symptomOf(text, diagnoses, matcher);
      if (symptom.kind === 'unknown') {
        throw new AppError('INVALID_INPUT', 'no symptom fits these words', {
          facts: { reason: 'unknown-symptom' },
        });
      }
      if (symptom.kind === 'choose') return symptom;
      const result = await diagnose(options, {
        diagnoses: symptom.ids.flatMap((id) => find(id, symptom.part)),
        environment,
        targets: await health.targets.forRun(environment),
        signal,
        ...(symptom.part === undefined ? {} : { part: symptom.part }),
      });
      return { kind: 'judged', judgements: result.judgements, outcomes: result.outcomes };
    },
  };
}
