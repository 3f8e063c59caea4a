import { canonicalJson } from '../kernel/canonical.ts';
import type { OutboxKind } from './outbox.ts';

/**
 * R-A10: what only the bot can make, under a key that no other process and no database has (ADR 0067). A button that decides,
 * and what goes to Slack as it stands, carry it; what does not has no power, no matter who wrote it.
 */
export interface Seal {
  make(text: string): string;
  /** Whether we have made it. */
  holds(text: string, made: string | undefined): boolean;
}

/** In App Home there is no message. */
export const homePlace = 'home';

/** What is sealed of a button: what it decides, of which plan, and in which messages of ours it stands. */
export const buttonText = ({
  id,
  purpose,
  remediationId,
  planHash,
  places,
}: {
  readonly id: string;
  readonly purpose: string;
  readonly places: readonly string[];
  readonly remediationId?: string | undefined;
  readonly planHash?: string | undefined;
}): string => `button\n${canonicalJson([id, purpose, remediationId ?? null, planHash ?? null, places])}`;

/** What is sealed of a row of the outbox, as it is stored. */
export const outboxText = (row: {
  readonly id: string;
  readonly kind: OutboxKind;
  readonly messageId: string | undefined;
  readonly version: number | undefined;
  readonly payload: unknown;
}): string =>
  `outbox\n${canonicalJson([row.id, row.kind, row.messageId ?? null, row.version ?? null, row.payload])}`;
