import type { ProcessKind } from '../kernel/process-kind.ts';
import { processKinds } from '../kernel/process-kind.ts';
import type { Trust } from '../kernel/signing.ts';
import { type AuditFinding, auditDomain, auditHash } from './audit.ts';
import type { AuditRow } from './rows.ts';

/** R-L9: where signing began. What is before needs no signature; the bot has signed where that ends. */
export interface SigningStart {
  readonly seq: number;
  readonly hash: string;
  readonly signedBy: string;
  readonly signature: string;
}

/** What is signed of a row: its hash, which stands for the row and all before it. */
export const auditSignatureText = (signedBy: string, hash: string): string =>
  `${auditDomain}-signature\n${signedBy}\n${hash}`;

export const signingStartText = ({ seq, hash }: Pick<SigningStart, 'seq' | 'hash'>): string =>
  `${auditDomain}-signing-began\n${seq}\n${hash}`;

const decisions: ReadonlySet<string> = new Set([
  ...[
    'requested',
    'approval',
    'approved',
    'rejected',
    'cancelled',
    'stop',
    'refused',
    'moved-place',
    'break-glass',
    'follow-up-closed',
  ].map((what) => `remediation.${what}`),
  'delivery.forged',
  'signing.began',
]);
const execution: ReadonlySet<string> = new Set([
  ...[
    'superseded',
    'stale',
    'executing',
    'verifying',
    'succeeded',
    'failed',
    'rolling_back',
    'rolled_back',
  ].map((what) => `remediation.${what}`),
  ...['rollback_failed', 'indeterminate', 'claim-held', 'taken-over'].map((what) => `remediation.${what}`),
  'step.intent',
  'step.outcome',
]);

/** What a person's word ends that is under way: an unknown outcome, and what an older record has as open (R-L5). */
const byPerson: ReadonlySet<string> = new Set([
  'remediation.verifying indeterminate',
  'remediation.failed indeterminate',
  'remediation.failed executing',
  'remediation.failed verifying',
  'remediation.rollback_failed rolling_back',
]);

/** R-L8: which kinds of processes write such a row. The database says the same (`may_append`). */
export function writersOf({ action, from }: Pick<AuditRow, 'action' | 'from'>): readonly ProcessKind[] {
  if (/^audit\.(confirmed|export)/.test(action)) return ['bot'];
  if (action.startsWith('audit.texts')) return ['scheduler'];
  if (action === 'mute.ended') return ['worker'];
  if (action.startsWith('audit.') || action === 'remediation.expired') return processKinds;
  if (action === 'remediation.proposed' || action === 'decision.forged') return ['bot', 'worker'];
  if (decisions.has(action) || /^(kill-switch|token|channel|slack|mute)\./.test(action)) return ['bot'];
  if (byPerson.has(`${action} ${from}`)) return ['bot', 'worker'];
  return execution.has(action) ? ['worker'] : [];
}

/** Whether the bot has signed where signing began. */
export const startHolds = (start: SigningStart, trust: Trust): boolean =>
  trust.signedBy('bot', signingStartText(start), start);

/** What is wrong with the signature of a row whose hash has been checked; undefined: nothing. */
export function checkSignature(
  row: AuditRow,
  trust: Trust,
  start: SigningStart | undefined,
): AuditFinding | undefined {
  if (start !== undefined && row.seq <= start.seq) return undefined;
  const fault = (verdict: AuditFinding['verdict'], detail: string) => ({ verdict, seq: row.seq, detail });
  if (row.signature === undefined || row.signedBy === undefined)
    return fault('signature-missing', `no process has signed row ${row.seq}`);
  const kinds = trust.kindsOf(row.signedBy);
  if (kinds.length === 0)
    return fault('signer-unknown', `row ${row.seq} is signed with key ${row.signedBy}, which is not listed`);
  const text = auditSignatureText(row.signedBy, row.hash);
  if (!kinds.some((kind) => trust.signedBy(kind, text, row)))
    return fault('signature-invalid', `row ${row.seq} was not signed with key ${row.signedBy}`);
  if (!writersOf(row).some((kind) => kinds.includes(kind)))
    return fault('signer-wrong', `row ${row.seq} (${row.action}) was signed by ${kinds.join(', ')}`);
  return undefined;
}

/** The same for a row by itself: its hash is computed from its columns and the one before it, as it names that. */
export const isSigned = (row: AuditRow, trust: Trust): boolean =>
  auditHash(row, row.prevHash) === row.hash && checkSignature(row, trust, undefined) === undefined;
