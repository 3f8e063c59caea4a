import { type CauseId, type DiagnosisId, diagnoses as everyDiagnosis } from '../diagnoses/index.ts';
import type { Diagnosis } from '../domain/diagnosis/diagnosis.ts';
import type { HealthProbeId } from '../domain/health/health-calls.ts';
import type { FindingCode } from '../domain/look/findings.ts';
import type { ProbeId } from '../probes/index.ts';
import type { RemediationId, StandIn } from '../remediations/index.ts';
import type { TextKey } from '../text/words.ts';

/**
 * The registries, checked against each other by the compiler: a diagnosis that names a probe, a remediation, an
 * instruction or a diagnosis that does not exist is an error here, and so is a module without words.
 */
type After<Prefix extends string, Key = TextKey> = Key extends `${Prefix}.${infer Rest}` ? Rest : never;

interface Names {
  readonly probe: ProbeId;
  readonly remediation: RemediationId;
  readonly instruction: After<'remedy'>;
  readonly diagnosis: DiagnosisId;
}

export const diagnoses: readonly Diagnosis<Names>[] = everyDiagnosis;

/** What is named and does not exist; empty, or the next lines do not compile. */
type Missing =
  | Exclude<HealthProbeId, ProbeId>
  | Exclude<StandIn, Names['instruction']>
  | Exclude<
      | `finding.${FindingCode}`
      | `probe.${ProbeId}`
      | `remediation.${RemediationId}`
      | `diagnosis.${DiagnosisId}`
      | `cause.${CauseId}`,
      TextKey
    >;
const nothing = <Gaps extends never>(gaps: readonly Gaps[] = []): readonly Gaps[] => gaps;
nothing<Missing>();
