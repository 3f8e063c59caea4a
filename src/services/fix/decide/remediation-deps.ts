import type { AccessRules } from '../../../domain/access/access.ts';
import type { RecordGuard } from '../../../domain/audit/record.ts';
import type { Directory } from '../../../domain/fix/eligibility.ts';
import type { NextCron, Policy } from '../../../domain/fix/policy.ts';
import type { RemediationRow } from '../../../domain/fix/rows.ts';
import type { Ids, Logger } from '../../../domain/kernel/clock.ts';
import type { Trust } from '../../../domain/kernel/signing.ts';
import type { StoreOf, TxOf } from '../../../domain/ports/store.ts';
import type { RemediationMessages } from './remediation-messages.service.ts';

/** What an answer is edited with after a verdict. */
type VerdictRepository = 'buttons' | 'killSwitches' | 'messages' | 'remediations' | 'runs';
/** What a move of a fix is written with: its row, its audit row, its messages, and the answer that it turns green. */
export type MoveRepository = VerdictRepository | 'audit';
/** A decision moves a fix, and looks up who may decide. */
export type DecisionRepository = MoveRepository | 'directory';

/** What deciding about remediations needs, in whichever process it happens. */
export interface DecisionDeps {
  readonly store: StoreOf<DecisionRepository>;
  readonly policy: Policy;
  /** Live in the bot, the snapshot on the command line. */
  readonly directory: Directory;
  readonly messages: RemediationMessages;
  readonly ids: Ids;
  readonly logger: Logger;
  readonly nextCron: NextCron;
  /** Whether decisions may stand on this database (R-L5). */
  readonly record: RecordGuard;
  /** Who may ask for fixes in an environment, beyond what the approval policy says (R-A11). */
  readonly accessOf?: (environment: string) => AccessRules | undefined;
  /** R-A16: whose signatures count; without it nobody signs. */
  readonly trust?: Trust | undefined;
  /** Counts decisions that no bot has made. */
  readonly onForged?: (() => void) | undefined;
  /** Called in the transaction of a verdict, so that other messages can turn green with it. */
  readonly onVerdict?: (tx: TxOf<VerdictRepository>, row: RemediationRow) => Promise<void>;
}

/** R-S1: a decision is stored within the budget of an acknowledgement, or it is not stored. */
export const decisionTimeoutMs = 1_500;

/** Actor of moves that the bot makes by itself. */
export const system = { actor: 'system', actorTeam: '-' } as const;
