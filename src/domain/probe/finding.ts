import type { Facts } from '../kernel/facts.ts';
import type { PartId } from '../platform/part.ts';
import type { FindingCode } from './findings.ts';

export const severities = ['info', 'warning', 'critical'] as const;
export type Severity = (typeof severities)[number];

/** Text taken from a target as evidence: log lines, a statement, a manifest excerpt. Redacted before it is kept. */
export interface Excerpt {
  readonly source: string;
  readonly lines: readonly string[];
}

/**
 * One bad fact with its evidence. `code` is UPPER_SNAKE and never reused; its words stand in the
 * catalogue under `finding.<CODE>`, with `facts` and `subject` as placeholders.
 */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: Severity;
  readonly part: PartId;
  /** The very thing: a Pod, a database, a key, a subject. */
  readonly subject: string;
  readonly facts: Facts;
  /** ISO time since when it is so, if the target knows. */
  readonly since?: string;
  readonly excerpts?: readonly Excerpt[];
}

/** Identity of a finding across runs: the digest, mutes and repeated offers compare by it. */
export function findingKey(finding: Pick<Finding, 'code' | 'part' | 'subject'>): string {
  return `${finding.code}|${finding.part}|${finding.subject}`;
}
