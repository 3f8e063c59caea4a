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
  /** Resolves when the place has it for good. */
  write(anchor: AuditAnchor, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}
