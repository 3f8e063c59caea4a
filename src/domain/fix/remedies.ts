import { foundations } from '../platform/dependencies.ts';
import type { PartId } from '../platform/part.ts';
import type { Finding } from '../probe/finding.ts';
import type { Targets } from '../probe/targets/targets.ts';
import type { Remediation, RemedyCall } from './remediation.ts';

type Helper = Pick<Remediation, 'id' | 'helpsWith' | 'helpsCause' | 'paramsFor' | 'on'>;
type Runtime = Pick<Targets, 'kubernetes' | 'compose'>;

/** A call of a remediation, and the finding that it is for. */
export interface Fix {
  readonly call: RemedyCall;
  readonly finding: Finding;
}

/** What a cause names: a remediation, and the part that it is to mend where the finding is about another. */
export interface WantedFix {
  readonly remediation: string;
  readonly at?: PartId;
}

const runsOn = ({ on }: Helper, runtime: Runtime) => on === undefined || runtime[on] !== undefined;

/** A finding of this kind speaks for the remediation by itself. */
const helps = ({ helpsWith }: Helper, { code }: Finding) => helpsWith.includes(code);

function fixOf(helper: Helper, finding: Finding, at?: PartId): readonly Fix[] {
  const params = helper.paramsFor(finding, at);
  return params === undefined ? [] : [{ call: { remediation: helper.id, with: params }, finding }];
}

/**
 * What may be offered for a finding without a cause, in the order of the registry: each that declares to help with it
 * and can run on this runtime. Its plan decides whether it applies here.
 */
export function remediesFor(
  finding: Finding,
  remediations: readonly Helper[],
  runtime: Runtime,
): readonly Fix[] {
  return remediations.flatMap((helper) =>
    helps(helper, finding) && runsOn(helper, runtime) ? fixOf(helper, finding) : [],
  );
}

/**
 * What a cause asks for, in its order, with the parameters of the findings that confirm it. One that speaks for the fix
 * by itself is taken as in a health check, so that both offer the same plan and neither supersedes the other's; only
 * where there is none, the first that speaks for it because the cause names it.
 */
export function remediesOfCause(
  findings: readonly Finding[],
  wanted: readonly WantedFix[],
  remediations: readonly Helper[],
  runtime: Runtime,
): readonly Fix[] {
  return wanted.flatMap(({ remediation, at }) => {
    const helper = remediations.find(({ id }) => id === remediation);
    if (helper === undefined || !runsOn(helper, runtime)) return [];
    // A cause may rest on what was found at another part, which is not the one that it wants to mend.
    const own = findings.flatMap((finding) =>
      helps(helper, finding) && (at === undefined || finding.part === at) ? fixOf(helper, finding) : [],
    );
    if (own.length > 0) return own;
    const known = [...helper.helpsWith, ...(helper.helpsCause ?? [])];
    const named = findings
      .filter(({ code }) => known.includes(code))
      .flatMap((finding) => fixOf(helper, finding, at ?? finding.part));
    return at === undefined ? named : named.slice(0, 1);
  });
}

/**
 * What is to be mended first comes first: a part before all that stand on it, directly or not. Of those that do not need
 * each other the order stays.
 */
export function inDependencyOrder<T>(
  items: readonly T[],
  partsOf: (item: T) => readonly PartId[],
): readonly T[] {
  const left = items.map((item) => ({ item, parts: partsOf(item) }));
  const ordered: T[] = [];
  while (left.length > 0) {
    const others = (at: number) => left.flatMap(({ parts }, index) => (index === at ? [] : parts));
    const free = left.findIndex(({ parts }, at) => {
      const below = parts.flatMap((part) => foundations(part)).filter((part) => !parts.includes(part));
      return !others(at).some((part) => below.includes(part));
    });
    // Parts that need each other: the first one stays first.
    ordered.push(...left.splice(Math.max(free, 0), 1).map(({ item }) => item));
  }
  return ordered;
}

/**
 * Of these, in their order, the first one that mends a part on which `part` stands: it is done first, for the other fix
 * may not hold, or not be needed, without it.
 */
export function toDoFirst<T>(
  part: PartId,
  others: readonly T[],
  partOf: (other: T) => PartId,
): T | undefined {
  const below = foundations(part).filter((one) => one !== part);
  return others.find((other) => below.includes(partOf(other)));
}

/** Each call once, in its first place. */
export function once(fixes: readonly Fix[]): readonly Fix[] {
  const seen = new Map<string, Fix>();
  for (const fix of fixes) {
    const key = JSON.stringify(fix.call);
    if (!seen.has(key)) seen.set(key, fix);
  }
  return [...seen.values()];
}
