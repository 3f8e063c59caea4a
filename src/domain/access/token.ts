import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { canonicalJson } from '../kernel/canonical.ts';
import type { Person } from '../kernel/person.ts';

/**
 * A personal token of the command line: `aeb_`, eight characters of public id, 52 of secret (256 bits), six of checksum,
 * all `a-z2-7`. One word without signs: a double click takes it whole, and scanners know it by its start.
 */
export const tokenPrefix = 'aeb_';
const idLength = 8;
const secretLength = 52;
const checksumLength = 6;
const shape = /^aeb_([a-z2-7]{8})([a-z2-7]{52})([a-z2-7]{6})$/;
const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';

/** Bytes of randomness that `newToken` takes. */
export const tokenRandomBytes = idLength + secretLength;

export interface Token {
  /** Public: in lists and in the audit. */
  readonly id: string;
  /** What is shown once and kept nowhere. */
  readonly text: string;
}

/** @param random `tokenRandomBytes` bytes; of each, five bits are used. */
export function newToken(random: Uint8Array): Token {
  if (random.byteLength < tokenRandomBytes) throw new RangeError('too little randomness for a token');
  const body = letters(random.subarray(0, tokenRandomBytes));
  const [id = ''] = /^.{8}/.exec(body) ?? [];
  return { id, text: `${tokenPrefix}${body}${checksum(body)}` };
}

/** The public id of a token that may be one; a slip of the keyboard is seen without asking anybody. */
export function tokenId(text: string): string | undefined {
  const [, id, secret, sum] = shape.exec(text) ?? [];
  if (id === undefined || secret === undefined) return undefined;
  return checksum(id + secret) === sum ? id : undefined;
}

/** Whom a token speaks for, and until when: part of its digest, so that a changed row matches no token. */
export interface TokenClaims {
  readonly owner: Pick<Person, 'teamId' | 'userId' | 'enterpriseId'>;
  readonly expiresAt: Date;
}

/** HMAC-SHA256 in lower-case hexadecimal, over domain, token and claims. */
export function tokenDigest(key: string, text: string, { owner, expiresAt }: TokenClaims): string {
  const { teamId, userId, enterpriseId } = owner;
  const claims = canonicalJson({ teamId, userId, enterpriseId, expiresAt: expiresAt.toISOString() });
  return createHmac('sha256', key).update(`aetherius-token-v1\n${text}\n${claims}`).digest('hex');
}

/** In constant time, under each of the keys. */
export function matchesDigest(
  keys: readonly string[],
  text: string,
  claims: TokenClaims,
  stored: string,
): boolean {
  const given = Buffer.from(stored);
  // No key is left out after one has matched.
  return (
    keys.filter((key) => {
      const expected = Buffer.from(tokenDigest(key, text, claims));
      return expected.length === given.length && timingSafeEqual(expected, given);
    }).length > 0
  );
}

function letters(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => alphabet.charAt(byte & 31)).join('');
}

function checksum(body: string): string {
  return letters(createHash('sha256').update(`aetherius-token ${body}`).digest().subarray(0, checksumLength));
}
