import { type DiagnosisId, diagnoses as everyDiagnosis } from '../diagnoses/index.ts';
import type { Diagnosis } from '../domain/diagnosis/diagnosis.ts';
import type { HealthProbeId } from '../domain/health/health-calls.ts';
import type { ProbeId } from '../probes/index.ts';
import type { RemediationId, StandIn } from '../remediations/index.ts';
import type { TextKey } from '../text/words.ts';

/**
 * The registries, checked against each other by the compiler: a diagnosis that names a probe, a remediation, an
 * instruction or a diagnosis that does not exist is an error here.
 */
type After<Prefix extends string, Key = TextKey> = Key extends `${Prefix}.${infer Rest}` ? Rest : never;

interface Names {
  readonly probe: ProbeId;
  readonly remediation: RemediationId;
  readonly instruction: After<'remedy'>;
  readonly diagnosis: DiagnosisId;
}

export const diagnoses: readonly Diagnosis<Names>[] = everyDiagnosis;

/** The other references between registries; one without a counterpart does not compile. */
void ([] as readonly HealthProbeId[] satisfies readonly ProbeId[]);
void ([] as readonly StandIn[] satisfies readonly Names['instruction'][]);
