import { auditHash } from '../../../domain/audit/audit.ts';
import type { AuditRow } from '../../../domain/audit/rows.ts';
import { isSigned, type SigningStart, startHolds } from '../../../domain/audit/signature.ts';
import { isSealed, signedVotes } from '../../../domain/fix/decision-proof.ts';
import type { ApprovalRow, RemediationRow } from '../../../domain/fix/rows.ts';
import type { Logger } from '../../../domain/kernel/clock.ts';
import type { Trust } from '../../../domain/kernel/signing.ts';
import type { TxOf } from '../../../domain/ports/store.ts';
import { system } from './remediation-deps.ts';

/** Why a decision is not believed. `not-begun`: it cannot be told yet, because no bot has signed where signing begins. */
export type ProofFault =
  | 'not-begun'
  | 'start'
  | 'audit'
  | 'no-request'
  | 'no-approval'
  | 'chain'
  | 'seal'
  | 'vote';

export interface ProofDeps {
  /** Whose signatures count; without it nobody signs, and nothing is asked. */
  readonly trust?: Trust | undefined;
  readonly logger: Logger;
  /** Counts them. */
  readonly onForged?: (() => void) | undefined;
}

/**
 * R-A16: whether the bot itself has written that this fix was asked for, and approved if it is: by its signatures over the
 * row, the votes and the rows of the audit. What is of before signing began hangs on the chain that the bot signed then.
 */
export async function decisionFault(
  tx: TxOf<'audit' | 'remediations'>,
  { trust }: Pick<ProofDeps, 'trust'>,
  row: RemediationRow,
): Promise<ProofFault | undefined> {
  if (trust === undefined) return undefined;
  const start = await tx.audit.signingStart();
  if (start !== undefined && !startHolds(start, trust)) return 'start';
  const rows = await tx.audit.of(row.id);
  const isOld = ({ seq }: AuditRow): boolean => start !== undefined && seq <= start.seq;
  const signed = rows.filter((one) => !isOld(one));
  if (start === undefined && signed.some(({ signature }) => signature === undefined)) return 'not-begun';
  if (!signed.every((one) => isSigned(one, trust))) return 'audit';

  const ofPlan = (action: string) =>
    rows.findLast((one) => one.action === action && one.planHash === row.planHash);
  const requested = ofPlan('remediation.requested');
  if (requested === undefined || requested.actor !== row.requesterId) return 'no-request';
  const decided = row.approvedAt === undefined ? requested : ofPlan('remediation.approved');
  if (decided === undefined) return 'no-approval';
  if (!isOld(decided) && !isSealed(row, trust)) return 'seal';

  const votes = (await tx.remediations.approvals(row.id)).filter(({ decision }) => decision !== 'reject');
  const ours = signedVotes(row.id, votes, trust);
  const byOldRow = (vote: ApprovalRow): AuditRow | undefined =>
    rows.find(
      (one) =>
        isOld(one) &&
        votings.has(one.action) &&
        one.actor === vote.personId &&
        one.planHash === vote.planHash,
    );
  const others = votes.filter((vote) => !ours.includes(vote)).map(byOldRow);
  if (others.includes(undefined)) return 'vote';

  const old = rows.filter(isOld);
  if (start === undefined || old[0] === undefined) return undefined;
  return (await reaches(tx, old, start)) ? undefined : 'chain';
}

const votings: ReadonlySet<string> = new Set(['remediation.approval', 'remediation.approved']);
const page = 500;

/** Whether these rows stand in the chain that ends where signing began, each as its columns say. */
async function reaches(tx: TxOf<'audit'>, old: readonly AuditRow[], start: SigningStart): Promise<boolean> {
  const [first] = old;
  if (first === undefined) return true;
  let { seq } = first;
  let before = first.prevHash;
  while (seq <= start.seq) {
    const rows = await tx.audit.rows(seq, Math.min(page, start.seq - seq + 1));
    if (rows.length === 0) return false;
    for (const row of rows) {
      if (row.seq !== seq || row.prevHash !== before) return false;
      before = auditHash(row, before);
      seq += 1;
    }
  }
  return before === start.hash;
}

/** Somebody with rights in the database wrote a decision that no bot has made: said loudly, and written down. */
export async function alarmForged(
  tx: TxOf<'audit'>,
  { logger, onForged }: Pick<ProofDeps, 'logger' | 'onForged'>,
  row: RemediationRow,
  why: ProofFault,
): Promise<void> {
  logger.error(
    { remediation: row.id, handle: row.handle, why },
    'a decision that no bot has made is not carried out',
  );
  onForged?.();
  await tx.audit.append({
    ...system,
    action: 'decision.forged',
    remediationId: row.id,
    planHash: row.planHash,
    from: row.state,
    facts: { why },
  });
}
