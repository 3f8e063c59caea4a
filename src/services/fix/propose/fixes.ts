import type { RemedyCall } from '../../../domain/fix/remediation.ts';
import type { Finding } from '../../../domain/probe/finding.ts';

/** A call of a remediation, and the finding that it is for. */
export interface Fix {
  readonly call: RemedyCall;
  readonly finding: Finding | undefined;
}

/** What the cause of a diagnosis asks for: a remediation by its id, with parameters that stand where no finding says them. */
export interface WantedFix {
  readonly remediation: string;
  readonly with: Readonly<
    Record<
      string,
      RemedyCall['with'][string] | { readonly fact: string } | { readonly field: 'subject' | 'part' }
    >
  >;
}

/**
 * The one way from what was found to what may be offered. Without `wanted` all that is known to help each finding; with
 * it what the cause asks for, with the parameters of the finding that it helps. So a health check and a diagnosis
 * offer the same plan for the same finding, and one never supersedes the other's. Each call comes once.
 */
export function fixesFor(
  findings: readonly Finding[],
  helps: (finding: Finding) => readonly RemedyCall[],
  wanted?: readonly WantedFix[],
): readonly Fix[] {
  const known = findings.flatMap((finding) => helps(finding).map((call): Fix => ({ call, finding })));
  const fixes = wanted === undefined ? known : wanted.flatMap((one) => asked(one, known, findings[0]));
  const once = new Map<string, Fix>();
  for (const fix of fixes) {
    const key = JSON.stringify(fix.call);
    if (!once.has(key)) once.set(key, fix);
  }
  return [...once.values()];
}

function asked(wanted: WantedFix, known: readonly Fix[], first: Finding | undefined): readonly Fix[] {
  const { part } = wanted.with;
  // A cause may rest on what was found at another part, which is not the one that it wants to mend.
  const own = known.filter(
    ({ call, finding }) =>
      call.remediation === wanted.remediation && (typeof part !== 'string' || finding?.part === part),
  );
  return own.length > 0 ? own : asWritten(wanted, first);
}

/** The parameters of the diagnosis itself, with what it takes from the finding; nothing when that is not there. */
function asWritten(wanted: WantedFix, finding: Finding | undefined): readonly Fix[] {
  const filled: Record<string, RemedyCall['with'][string]> = {};
  for (const [name, value] of Object.entries(wanted.with)) {
    const found =
      typeof value !== 'object'
        ? value
        : 'fact' in value
          ? finding?.facts[value.fact]
          : finding?.[value.field];
    if (found === undefined || found === null) return [];
    filled[name] = found;
  }
  return [{ call: { remediation: wanted.remediation, with: filled }, finding }];
}
