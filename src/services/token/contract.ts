import type { Person } from '../../domain/kernel/person.ts';
import type { Secret } from '../../domain/kernel/secret.ts';

/** A token as lists show it; what it is made of is not kept. */
export interface TokenLine {
  readonly id: string;
  readonly name: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly lastUsedAt?: Date;
}

export interface IssuedToken extends TokenLine {
  /** To be shown once, to its owner alone. */
  readonly text: Secret;
}

/** Of the delivery, for the audit. */
export interface AskedBy {
  readonly by: Person;
  readonly requestId: string;
  readonly payloadDigest: string;
}

/**
 * Personal tokens of the command line (R-A14). Refusals are AppErrors: NOT_ALLOWED for whoever is no full member, and
 * where this installation issues none; CONFLICT beyond the most tokens of one person; each is audited.
 */
export interface TokenService {
  /** @param days until it ends, 1 to 90. */
  issue(input: AskedBy & { readonly name: string; readonly days: number }): Promise<IssuedToken>;
  /** The person's own that are neither revoked nor expired. */
  list(by: Person): Promise<readonly TokenLine[]>;
  /** One's own; AppError NOT_FOUND for any other. */
  revoke(input: AskedBy & { readonly id: string }): Promise<TokenLine>;
}

/** The other end: whom a token speaks for. */
export interface TokenCheck {
  /**
   * The person, when the token is right, alive, and its owner is a full member now. AppError NOT_ALLOWED otherwise,
   * audited; `NOT_ALLOWED` with `seconds` when too many wrong ones came within a minute.
   */
  check(input: {
    readonly token: string;
    /** What is asked for, for the audit: `approvals approve`. */
    readonly command: string;
    readonly requestId: string;
  }): Promise<Person>;
}
