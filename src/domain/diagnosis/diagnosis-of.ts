import { partIds } from '../platform/part.ts';
import type { Finding } from '../probe/finding.ts';
import { codesOf, type Diagnosis, isWay } from './diagnosis.ts';
import { asTyped } from './symptom.ts';

/**
 * What to ask about a finding: the diagnosis with a cause that it would confirm (one about the finding's own part
 * first), else the way to the part. As it is typed: `D3`, `H2 redis`. Undefined: nothing asks for it.
 */
export function diagnosisOf(finding: Finding, diagnoses: readonly Diagnosis[]): string | undefined {
  const asking = diagnoses.filter(
    (diagnosis) =>
      !isWay(diagnosis) &&
      diagnosis.causes.some((cause) =>
        codesOf(cause.when).some(
          ({ code, part }) => code === finding.code && (part === undefined || part === finding.part),
        ),
      ),
  );
  const own = asking.find((diagnosis) => diagnosis.part === finding.part) ?? asking[0];
  if (own !== undefined) return own.id;
  const known = partIds.includes(finding.part) && finding.part !== 'runtime';
  const way = diagnoses.find(isWay);
  return known && way !== undefined ? asTyped(way, finding.part) : undefined;
}
