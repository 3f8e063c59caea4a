import type { RemediationState } from '../fix/approval.ts';
import type { Facts } from '../kernel/facts.ts';

export interface AuditEntry {
  readonly actor: string;
  readonly actorTeam: string;
  /** `remediation.approve`, `remediation.refused`, `step.intent`, … */
  readonly action: string;
  readonly remediationId?: string;
  readonly planHash?: string;
  readonly from?: RemediationState;
  readonly to?: RemediationState;
  readonly policyVersion?: string;
  readonly reason?: string;
  readonly requestIds?: readonly string[];
  readonly payloadDigest?: string;
  readonly facts?: Facts;
}

export interface AuditRow extends AuditEntry {
  readonly seq: number;
  readonly prevHash: string;
  readonly hash: string;
  readonly mac: string;
  readonly keyId: string;
  readonly ts: Date;
  /** Of the process that wrote it, and the id of its key (R-L9). */
  readonly signature?: string;
  readonly signedBy?: string;
}
