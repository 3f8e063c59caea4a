import type { Finding } from '../probe/finding.ts';
import type { Targets } from '../probe/targets/targets.ts';
import type { Remediation, RemedyCall } from './remediation.ts';

type Helper = Pick<Remediation, 'id' | 'helpsWith' | 'paramsFor' | 'on'>;

/**
 * What may be offered for a finding, by remediation and parameters, in the order of the registry: each that declares to
 * help with it and can run on this runtime. Its plan decides whether it applies here.
 */
export function remediesFor(
  finding: Finding,
  remediations: readonly Helper[],
  runtime: Pick<Targets, 'kubernetes' | 'compose'>,
): readonly RemedyCall[] {
  return remediations.flatMap(({ id, helpsWith, paramsFor, on }) => {
    if (!helpsWith.includes(finding.code) || (on !== undefined && runtime[on] === undefined)) return [];
    const params = paramsFor(finding);
    return params === undefined ? [] : [{ remediation: id, with: params }];
  });
}
