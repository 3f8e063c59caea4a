import type { Person } from '../../domain/kernel/person.ts';
import type { Button } from '../../domain/ports/buttons.ts';

/** Rows behind buttons: what a click may name, never what it may do. */
export interface Buttons {
  get(id: string): Promise<Button | undefined>;
  /** Writes down that somebody pressed a button that is too old, never was, or is of another kind (R-L1). */
  refused(click: {
    readonly by: Person;
    readonly purposes: readonly string[];
    readonly requestId: string;
    readonly payloadDigest: string;
  }): Promise<void>;
  /** A button of the same kind for the same thing is made once and used again while it lives. */
  make(button: {
    readonly purpose: string;
    readonly remediationId?: string;
    readonly planHash?: string;
    readonly environment?: string;
  }): Promise<string>;
}
