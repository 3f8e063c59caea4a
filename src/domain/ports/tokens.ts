import type { Person } from '../kernel/person.ts';

/** Whose it is, as the payload said it when the token was issued. */
export type TokenOwner = Pick<Person, 'teamId' | 'userId' | 'enterpriseId'>;

export interface StoredToken {
  readonly id: string;
  readonly digest: string;
  readonly owner: TokenOwner;
  readonly name: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly lastUsedAt?: Date;
  readonly revokedAt?: Date;
}

/** Personal tokens of the command line; what is stored proves no identity (ADR 0023). */
export interface Tokens {
  insert(token: Pick<StoredToken, 'id' | 'digest' | 'owner' | 'name' | 'expiresAt'>): Promise<void>;
  get(id: string): Promise<StoredToken | undefined>;
  /** Those of this person that are neither revoked nor expired, the newest first. */
  live(owner: TokenOwner): Promise<readonly StoredToken[]>;
  used(id: string): Promise<void>;
  /** False: it is not a live one of this person. */
  revoke(id: string, owner: TokenOwner): Promise<boolean>;
}
