import type { Finding } from '../look/finding.ts';
import { partIds } from '../platform/part.ts';
import { codesOf, type Diagnosis } from './diagnosis.ts';

/**
 * What to ask about a finding: the diagnosis with a cause that it would confirm (one about the finding's own part
 * first), else the way to the part (H2). As it is typed: `D3`, `H2 redis`. Undefined: nothing asks for it.
 */
export function diagnosisOf(finding: Finding, diagnoses: readonly Diagnosis[]): string | undefined {
  const asking = diagnoses.filter(
    (diagnosis) =>
      diagnosis.id !== 'H2' &&
      diagnosis.causes.some((cause) =>
        codesOf(cause.when).some(
          ({ code, part }) => code === finding.code && (part === undefined || part === finding.part),
        ),
      ),
  );
  const own = asking.find((diagnosis) => diagnosis.part === finding.part) ?? asking[0];
  if (own !== undefined) return own.id;
  const known = partIds.includes(finding.part) && finding.part !== 'runtime';
  return known && diagnoses.some((diagnosis) => diagnosis.id === 'H2') ? `H2 ${finding.part}` : undefined;
}
