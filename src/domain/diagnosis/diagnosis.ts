import type { ProbeCall } from '../look/probe.ts';
import type { PartId } from '../platform/part.ts';

/**
 * A diagnosis is data: evidence to gather, causes with the condition that confirms each, remedies, and
 * hand-overs. It holds no functions; arithmetic belongs into a probe (ADR 0002).
 */
export type Condition =
  | { readonly op: 'found'; readonly code: string; readonly part?: PartId }
  | { readonly op: 'found-apart'; readonly code: string; readonly from: readonly string[] }
  | { readonly op: 'hint'; readonly code: string }
  | { readonly op: 'all' | 'any'; readonly of: readonly Condition[] }
  | { readonly op: 'not'; readonly of: Condition };

/** True when a finding with this code was made (about `part`, when given). */
export function found(code: string, part?: PartId): Condition {
  return part === undefined ? { op: 'found', code } : { op: 'found', code, part };
}
/**
 * True when a finding with this code was made about something about which none of the others was: a Pod that
 * crashes because memory ran out does not hide another one that crashes by itself.
 */
export function foundApart(code: string, ...from: readonly [string, ...string[]]): Condition {
  return { op: 'found-apart', code, from };
}
/**
 * Never true: unknown when a finding with this code was made, which speaks for the cause as it does for others. A program
 * that says it is not ready may be asked in the wrong place, or wait for another part.
 */
export function hint(code: string): Condition {
  return { op: 'hint', code };
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

/** A value of a remedy's parameters: fixed, or read from the finding that confirmed the cause. */
export type RemedyValue =
  | string
  | number
  | boolean
  | { readonly fact: string }
  | { readonly field: 'subject' | 'part' };

/**
 * What to do about a cause. `remediation` is offered as a button when it is registered and applicable;
 * `instruction` is a catalogue key (`remedy.<key>`) whose text is filled with the finding's facts.
 */
export type Remedy =
  | {
      readonly remediation: string;
      readonly with: Readonly<Record<string, RemedyValue>>;
      readonly on?: 'kubernetes' | 'compose';
    }
  | { readonly instruction: string; readonly on?: 'kubernetes' | 'compose' };

export interface DiagnosisCause {
  /** Stable id of the catalogue: `D3.a`. */
  readonly id: string;
  /** Where the cause lies; ranks causes near the root of the dependency graph first. */
  readonly part: PartId;
  readonly when: Condition;
  readonly remedies: readonly Remedy[];
}

export interface Diagnosis {
  /** Stable id of the catalogue: `D3`. */
  readonly id: string;
  /** The symptom as an operator says it; equals the file name. */
  readonly slug: string;
  readonly part: PartId;
  readonly evidence: readonly ProbeCall[];
  /**
   * Gathered after the rest, from a fresh look: what only shows once the rest was done (a real request may be
   * what makes a process run out of memory).
   */
  readonly afterwards?: readonly ProbeCall[];
  readonly causes: readonly DiagnosisCause[];
  readonly handOver: readonly { readonly when: Condition; readonly to: string }[];
}

export function defineDiagnosis<const D extends Diagnosis>(diagnosis: D): D {
  return diagnosis;
}

/** Every code a condition asks for. */
export function codesOf(condition: Condition): readonly { readonly code: string; readonly part?: PartId }[] {
  switch (condition.op) {
    case 'found':
      return [
        condition.part === undefined
          ? { code: condition.code }
          : { code: condition.code, part: condition.part },
      ];
    case 'found-apart':
      return [{ code: condition.code }, ...condition.from.map((code) => ({ code }))];
    case 'hint':
      return [{ code: condition.code }];
    case 'not':
      return codesOf(condition.of);
    case 'all':
    case 'any':
      return condition.of.flatMap(codesOf);
  }
}
