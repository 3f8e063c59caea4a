import type { Facts } from './facts.ts';

/** Who clicked, from the verified payload only (R-A2), or from a command-line token. */
export interface Person {
  /** `user.team_id`; never the workspace the message stands in. */
  readonly teamId: string;
  readonly userId: string;
  readonly enterpriseId?: string;
  /** How the identity was proved. */
  readonly via: 'slack' | 'command-line';
  /** Public id of the token that proved it, on the command line. */
  readonly token?: string;
}

/** How the identity was proved, as facts for the audit; a click needs no word. */
export function proofOf(person: Person | undefined): Facts {
  return person?.token === undefined ? {} : { via: person.via, token: person.token };
}
