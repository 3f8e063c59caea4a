import { randomBytes } from 'node:crypto';
import { createRedactor } from '@aetherius/redact';
import { describe, expect, it } from 'vitest';
import {
  matchesDigest,
  newToken,
  tokenDigest,
  tokenId,
  tokenRandomBytes,
} from '../../../../src/domain/access/token.ts';

const made = () => newToken(randomBytes(tokenRandomBytes));
const owner = { teamId: 'T1', userId: 'U1' };
const expiresAt = new Date('2026-12-28T00:00:00Z');
const keys = ['a key that is long enough for this, 1', 'a key that is long enough for this, 2'];

describe('R-A14: a token', () => {
  it('is one word that says its id, and two are never the same', () => {
    const tokens = Array.from({ length: 100 }, made);

    for (const { id, text } of tokens) {
      expect(text).toMatch(/^aeb_[a-z2-7]{66}$/);
      expect(tokenId(text)).toBe(id);
    }
    expect(new Set(tokens.map(({ text }) => text)).size).toBe(tokens.length);
    expect(() => newToken(randomBytes(tokenRandomBytes - 1))).toThrow(RangeError);
  });

  it('with a slip in it is no token', () => {
    const { text } = made();
    const slipped = `${text.slice(0, 30)}${text[30] === 'a' ? 'b' : 'a'}${text.slice(31)}`;

    for (const wrong of [slipped, text.slice(0, -1), `${text}a`, text.toUpperCase(), ` ${text}`, '', 'z'])
      expect(tokenId(wrong)).toBeUndefined();
  });

  it('is a secret to every redactor, wherever it stands; its id is not', () => {
    const { id, text } = made();
    const redactor = createRedactor();

    for (const around of [
      text,
      `x ${text} y`,
      `Authorization: Bearer ${text}`,
      `{"a":"${text}"}`,
      `(${text})`,
    ])
      expect(redactor.text(around)).not.toContain(text.slice(12, 40));
    expect(redactor.leaves({ token: id })).toEqual({ token: id });
  });
});

describe('the digest of a token', () => {
  const { text } = made();
  const [key = ''] = keys;
  const digest = tokenDigest(key, text, { owner, expiresAt });
  const right = (claims: Parameters<typeof matchesDigest>[2], token = text, with_ = keys) =>
    matchesDigest(with_, token, claims, digest);

  it('fits its token, its owner and its end under its key alone', () => {
    expect(right({ owner, expiresAt })).toBe(true);
    // A key that signs no more still checks.
    expect(right({ owner, expiresAt }, text, keys.toReversed())).toBe(true);
    expect(right({ owner, expiresAt }, made().text)).toBe(false);
    expect(right({ owner: { ...owner, userId: 'U2' }, expiresAt })).toBe(false);
    expect(right({ owner: { ...owner, teamId: 'T2' }, expiresAt })).toBe(false);
    expect(right({ owner: { ...owner, enterpriseId: 'E1' }, expiresAt })).toBe(false);
    expect(right({ owner, expiresAt: new Date('2027-12-28T00:00:00Z') })).toBe(false);
    expect(right({ owner, expiresAt }, text, keys.slice(1))).toBe(false);
    expect(right({ owner, expiresAt }, text, [])).toBe(false);
    expect(matchesDigest(keys, text, { owner, expiresAt }, '')).toBe(false);
  });
});
