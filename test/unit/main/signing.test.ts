/** R-A16: with which keys a process starts, and with which it does not. */
import { describe, expect, it } from 'vitest';
import { newSigningKey, publicKeyOf, signerOf, trustIn } from '../../../src/domain/kernel/signing.ts';
import { signingOf } from '../../../src/main/signing.ts';
import { parseConfig, readProcessEnv } from '../../../src/platform/settings/config.ts';

const [bot, worker, scheduler] = [newSigningKey(), newSigningKey(), newSigningKey()];
const listed = {
  bot: [bot.publicKey],
  worker: [worker.publicKey],
  scheduler: [scheduler.publicKey],
};
const base = { DATABASE_URL: 'postgres://x', REDIS_URL: 'redis://x', AUDIT_KEY: 'k'.repeat(32) };
const start = (role: 'worker' | 'scheduler', key: string | undefined, signing: unknown) => {
  const env = { ...base, ...(key === undefined ? {} : { SIGNING_KEY: key }) };
  const text = JSON.stringify({
    environments: { prod: { runtime: { kind: 'none' } } },
    ...(signing === undefined ? {} : { signing }),
  });
  const config = parseConfig(text, { role, env, where: 'a.yaml', folder: '/' });
  return signingOf(role, readProcessEnv(role, env), config);
};

describe('a process', () => {
  it('signs as its own kind, and believes each kind its own keys', () => {
    const made = start('worker', worker.privateKey, listed);
    const signature = { signature: made?.signer.sign('text'), signedBy: made?.signer.keyId };

    expect(made?.trust.signedBy('worker', 'text', signature)).toBe(true);
    expect(made?.trust.signedBy('bot', 'text', signature)).toBe(false);
    expect(made?.trust.signedBy('worker', 'another', signature)).toBe(false);
    expect(
      made?.trust.signedBy('worker', 'text', { ...signature, signedBy: signerOf(bot.privateKey).keyId }),
    ).toBe(false);
    expect(made?.trust.signedBy('worker', 'text', {})).toBe(false);
    expect(made?.trust.kindsOf(signature.signedBy ?? '')).toEqual(['worker']);
  });

  it('signs nothing where nobody does', () => {
    expect(start('worker', undefined, undefined)).toBeUndefined();
  });

  it.each([
    ['no key where others sign', undefined, listed, /^SIGNING_KEY: is needed, .*--make-signing-key/],
    ['a key where nobody else signs', worker.privateKey, undefined, /^signing: is needed with SIGNING_KEY/],
    [
      'the key of another kind',
      bot.privateKey,
      listed,
      /^SIGNING_KEY: .* is not listed under signing\.worker$/,
    ],
    [
      'a key that is also another kind’s',
      worker.privateKey,
      { ...listed, bot: [bot.publicKey, worker.publicKey] },
      /^SIGNING_KEY: .*also listed under signing\.bot/,
    ],
    [
      'a key that is too short',
      'aetherius-sign-short',
      listed,
      /SIGNING_KEY — must be a private key \(aetherius-sign-…\)/,
    ],
    ['the public key', worker.publicKey, listed, /SIGNING_KEY — must be a private key/],
    [
      'a private key among the public ones',
      worker.privateKey,
      { ...listed, worker: [worker.privateKey] },
      /must be a public key \(aetherius-verify-…\)/,
    ],
    ['an empty list', worker.privateKey, { ...listed, scheduler: [] }, /signing\.scheduler/],
  ])('does not start with %s, and says so in one sentence', (_what, key, signing, message) => {
    const begin = () => start('worker', key, signing);

    expect(begin).toThrow(message);
    expect(begin).not.toThrow(/aetherius-sign-[\w-]{43}/);
  });
});

it('a pair is 32 bytes each, belongs together, and is another one each time', () => {
  const pair = newSigningKey();

  expect(pair.privateKey).toMatch(/^aetherius-sign-[\w-]{43}$/);
  expect(publicKeyOf(pair.privateKey)).toBe(pair.publicKey);
  expect(newSigningKey().privateKey).not.toBe(pair.privateKey);
  expect(() => trustIn({ ...listed, bot: ['aetherius-verify-x'] })).toThrow('no signing key');
});
