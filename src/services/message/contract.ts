import type { Person } from '../../domain/kernel/person.ts';
import type { Button } from '../../domain/ports/buttons.ts';

export interface DecidingClick {
  readonly id: string;
  readonly purposes: readonly string[];
  /** Where it was pressed, by the verified payload. */
  readonly place: { readonly home: true } | { readonly channel?: string; readonly ts?: string };
  readonly by: Person;
  readonly requestId: string;
  readonly payloadDigest: string;
}

/** Rows behind buttons: what a click may name, never what it may do. */
export interface Buttons {
  get(id: string): Promise<Button | undefined>;
  /** Writes down that somebody pressed a button that is too old, never was, or is of another kind (R-L1). */
  refused(click: {
    readonly by: Person;
    readonly purposes: readonly string[];
    readonly requestId: string;
    readonly payloadDigest: string;
    /** Default `old-button`. */
    readonly reason?: string;
  }): Promise<void>;
  /**
   * The button behind a click that decides: one that the bot made for this very message and one plan (R-A10). AppError
   * NOT_FOUND for any other, after it was written down: `old-button`, `newer-card`, `card-not-yet`, and `button-forged`,
   * which is alarmed.
   */
  deciding(click: DecidingClick): Promise<Button & { readonly remediationId: string }>;
  /** Buttons of the fixes that are offered in a thread and that nobody has asked for yet, each with the message of its card. */
  offeredIn(thread: {
    readonly channel: string;
    readonly threadTs: string;
  }): Promise<readonly { readonly id: string; readonly ts: string }[]>;
  /** For App Home. A button of the same kind for the same thing is made once and used again while it lives. */
  make(button: {
    readonly purpose: string;
    readonly remediationId?: string;
    readonly planHash?: string;
    readonly environment?: string;
    /** Of one that lifts a mute: its id. */
    readonly mute?: string;
  }): Promise<string>;
}
