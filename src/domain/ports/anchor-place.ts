import type { AnchorPlaceName, AuditAnchor } from '../audit/audit-anchor.ts';

/**
 * A place outside of the bot's own PostgreSQL that keeps heads of the audit log (R-L5). Its errors are AppErrors:
 * DEPENDENCY_UNAVAILABLE when it cannot be read or written now.
 */
export interface AnchorPlace {
  readonly name: AnchorPlaceName;
  /** The last ones in the order in which they were written, oldest first; at least 50 where there are so many. */
  recent(signal: AbortSignal): Promise<readonly AuditAnchor[]>;
  /** All that the place still has, in that order. */
  all(signal: AbortSignal): AsyncIterable<AuditAnchor>;
  /**
   * Resolves when the place has it for good; where `handsOn` is set, when it is sure to be sent there. `turn` is the
   * same for all processes whose turn it is at once: a place may take only the first.
   */
  write(anchor: AuditAnchor, signal: AbortSignal, turn: string): Promise<void>;
  /** What was written stands there only once it is read there. */
  readonly handsOn?: true;
  close(): Promise<void>;
}
