import { present } from '../kernel/present.ts';
import type { PartId } from '../platform/part.ts';
import type { FindingCode } from '../probe/findings.ts';
import type { ProbeCall } from '../probe/probe.ts';

/**
 * A diagnosis is data: evidence to gather, causes with the condition that confirms each, remedies, and
 * hand-overs. It holds no functions; arithmetic belongs into a probe (ADR 0002).
 */
export type Condition =
  | { readonly op: 'found'; readonly code: FindingCode; readonly part?: PartId; readonly fact?: string }
  | { readonly op: 'found-apart'; readonly code: FindingCode; readonly from: readonly FindingCode[] }
  | { readonly op: 'hint'; readonly of: Condition }
  | { readonly op: 'unless-answered'; readonly of: Condition; readonly probes: readonly string[] }
  | { readonly op: 'unless-found'; readonly of: Condition; readonly codes: readonly FindingCode[] }
  | { readonly op: 'all' | 'any'; readonly of: readonly Condition[] }
  | { readonly op: 'not'; readonly of: Condition };

/** True when a finding with this code was made (about `part`, when given). */
export function found(code: FindingCode, part?: PartId): Condition {
  return part === undefined ? { op: 'found', code } : { op: 'found', code, part };
}
/** True when a finding with this code was made about `part` that gives this fact. */
export function foundWith(fact: string, code: FindingCode, part: PartId): Condition {
  return { op: 'found', code, part, fact };
}
/** True when a finding with this code was made, whatever it is about, that gives this fact. */
export function foundFact(fact: string, code: FindingCode): Condition {
  return { op: 'found', code, fact };
}
/**
 * True when a finding with this code has a subject without findings of the other codes: a Pod that
 * crashes because memory ran out does not hide another one that crashes by itself.
 */
export function foundApart(code: FindingCode, ...from: readonly [FindingCode, ...FindingCode[]]): Condition {
  return { op: 'found-apart', code, from };
}
/**
 * Never true: unknown when a finding with this code was made, which speaks for the cause as it does for others. A program
 * that says it is not ready may be asked in the wrong place, or wait for another part.
 */
export function hint(code: FindingCode, part?: PartId): Condition {
  return { op: 'hint', of: found(code, part) };
}
/**
 * The condition, but unknown where the other one holds too: that explains the same evidence, and whether this is there
 * as well cannot be told (two faults at once).
 */
export function unlessExplained(of: Condition, by: Condition): Condition {
  return all(of, not({ op: 'hint', of: by }));
}
/**
 * The condition; where it could not be seen, false when one of these probes got an answer from the part: what answers
 * runs, whether or not anybody can see its Pod or container.
 */
export function unlessAnswered(of: Condition, ...probes: readonly string[]): Condition {
  return { op: 'unless-answered', of, probes };
}
/**
 * The condition, but false where one of these findings was made: they explain it by something that can be corrected. Where
 * they could not be looked for, what was observed stands.
 */
export function unlessFound(of: Condition, ...codes: readonly [FindingCode, ...FindingCode[]]): Condition {
  return { op: 'unless-found', of, codes };
}
export function all(...of: readonly [Condition, ...Condition[]]): Condition {
  return { op: 'all', of };
}
export function any(...of: readonly [Condition, ...Condition[]]): Condition {
  return { op: 'any', of };
}
export function not(of: Condition): Condition {
  return { op: 'not', of };
}

/**
 * What a diagnosis refers to by name. The registries narrow these to the names that exist (`main/registries.ts`), so that
 * a typo does not compile; the engine takes any.
 */
export interface Names {
  readonly probe: string;
  readonly remediation: string;
  readonly instruction: string;
  readonly diagnosis: string;
}

/**
 * What to do about a cause. `remediation` is offered as a button where it can be carried out: the first one is
 * recommended. With which values, the remediation says of the finding that it helps with; `at` is the part to mend
 * where that is not the one that the finding is about. `instruction` is a catalogue key (`remedy.<key>`) whose text is
 * filled with the finding's facts.
 */
export type Remedy<N extends Names = Names> = (
  | { readonly remediation: N['remediation']; readonly at?: PartId }
  | {
      readonly instruction: N['instruction'];
      /**
       * The fix of this cause that it does by hand. Of all with one, that of the recommended fix alone is told; where no fix
       * is offered, the last.
       */
      readonly by?: N['remediation'];
    }
) & {
  readonly on?: 'kubernetes' | 'compose';
  /** It helps only where this was seen; when that could not be looked at, it is not offered. */
  readonly where?: Condition;
  /** It cannot help where this was seen. */
  readonly unless?: Condition;
};

export interface DiagnosisCause<N extends Names = Names> {
  /** Stable id of the catalogue: `D3.a`. */
  readonly id: string;
  /** Where the cause lies; ranks causes near the root of the dependency graph first. */
  readonly part: PartId;
  /**
   * What a person sees of it: the symptom that the cause explains. Without it observed nothing is confirmed, and where it
   * is seen to be absent the cause is ruled out (R-PLAT27).
   */
  readonly symptom: Condition;
  readonly when: Condition;
  /** What says why it is so: where it was found it is shown with the cause, which it does not decide. */
  readonly why?: Condition;
  readonly remedies: readonly Remedy<N>[];
  /** It may be the consequence of a part below that fails: unhealthy, or slow, because of what it stands on. */
  readonly maybeConsequence?: true;
  /** It says that a part fails, and not why: what the part itself said is shown beside it. */
  readonly leavesWhyOpen?: true;
  /**
   * For a cause of the way to a part: when it answers a symptom that ran into that part. `seen-stopped`: the runtime says
   * so, or a service misses the part. `not-ours-alone`: it cannot be our own configuration, or a service misses the
   * part. `missed`: a service misses the part.
   */
  readonly answersBelow?: 'seen-stopped' | 'not-ours-alone' | 'missed';
}

export interface Diagnosis<N extends Names = Names> {
  /** Stable id of the catalogue: `D3`. */
  readonly id: N['diagnosis'];
  /** The symptom as an operator says it; equals the file name. */
  readonly slug: string;
  readonly part: PartId;
  /** `way`: the questions on the way to one part (H2), asked of whichever part is named. */
  readonly kind?: 'way';
  readonly evidence: readonly ProbeCall<N['probe']>[];
  /**
   * Gathered after the rest, from a fresh look: what only shows once the rest was done (a real request may be
   * what makes a process run out of memory).
   */
  readonly afterwards?: readonly ProbeCall<N['probe']>[];
  readonly causes: readonly DiagnosisCause<N>[];
  readonly handOver: readonly { readonly when: Condition; readonly to: N['diagnosis'] }[];
}

export function defineDiagnosis<const D extends Diagnosis>(diagnosis: D): D {
  return diagnosis;
}

/** Every code a condition asks for, with the part and the fact that it has to be about. */
export function codesOf(
  condition: Condition,
): readonly { readonly code: FindingCode; readonly part?: PartId; readonly fact?: string }[] {
  switch (condition.op) {
    case 'found': {
      const { code, part, fact } = condition;
      return [{ code, ...present({ part, fact }) }];
    }
    case 'found-apart':
      return [{ code: condition.code }, ...condition.from.map((code) => ({ code }))];
    case 'unless-found':
      return [...codesOf(condition.of), ...condition.codes.map((code) => ({ code }))];
    case 'unless-answered':
    case 'hint':
    case 'not':
      return codesOf(condition.of);
    case 'all':
    case 'any':
      return condition.of.flatMap(codesOf);
  }
}

/** The way to a part, wherever it stands among the diagnoses. */
export function isWay(diagnosis: Pick<Diagnosis, 'kind'>): boolean {
  return diagnosis.kind === 'way';
}
