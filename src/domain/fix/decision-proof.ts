import { canonicalJson } from '../kernel/canonical.ts';
import type { Trust } from '../kernel/signing.ts';
import type { ApprovalRow, RemediationRow } from './rows.ts';

/** What the bot signs of a vote (R-A16). Its reason stands in the audit, which is signed as well. */
export const voteText = (
  remediationId: string,
  vote: Pick<ApprovalRow, 'personId' | 'person' | 'decision' | 'planHash' | 'policyVersion'>,
): string => {
  const { personId, person, decision, planHash, policyVersion } = vote;
  return `aetherius-vote-v1\n${canonicalJson({ remediationId, personId, person, decision, planHash, policyVersion })}`;
};

/**
 * What the bot signs of a fix when it is asked for and when it is approved: who asked, who could approve, of which plan,
 * and until when. Neither changes afterwards.
 */
export const sealText = (row: RemediationRow): string =>
  `aetherius-decision-v1\n${canonicalJson({
    id: row.id,
    environment: row.environment,
    target: row.target,
    actionId: row.actionId,
    actionVersion: row.actionVersion,
    tier: row.tier,
    planHash: row.planHash,
    undoOf: row.undoOf,
    requesterId: row.requesterId,
    requester: row.requester,
    eligible: row.eligible,
    glass: row.glass,
    policyVersion: row.policyVersion,
    requestedAt: row.requestedAt?.toISOString(),
    requestExpiresAt: row.requestExpiresAt?.toISOString(),
    approvedAt: row.approvedAt?.toISOString(),
    approvalExpiresAt: row.approvalExpiresAt?.toISOString(),
  })}`;

export const isSealed = (row: RemediationRow, trust: Trust): boolean =>
  row.seal !== undefined && trust.signedBy('bot', sealText(row), row.seal);

/** Votes that the bot has signed, as they stand. */
export const signedVotes = (
  remediationId: string,
  votes: readonly ApprovalRow[],
  trust: Trust,
): readonly ApprovalRow[] =>
  votes.filter((vote) => trust.signedBy('bot', voteText(remediationId, vote), vote));
