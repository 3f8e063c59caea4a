import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { AppError } from './errors.ts';
import { type ProcessKind, processKinds } from './process-kind.ts';

/** Signs as one process; what it signs says nothing of its kind: its key does. */
export interface Signer {
  readonly keyId: string;
  /** Base64url. */
  sign(text: string): string;
}

/** Whose signatures count, by kind. */
export interface Trust {
  /** Kinds for which this key is listed; several in one process that does everything. */
  kindsOf(keyId: string): readonly ProcessKind[];
  /** Whether a key that is listed for this kind has signed the text. */
  signedBy(kind: ProcessKind, text: string, by: Signature): boolean;
}

/** As it stands beside what is signed. */
export interface Signature {
  readonly signature?: string | undefined;
  readonly signedBy?: string | undefined;
}

/** Public keys by kind, as `publicKeyOf` writes them; each kind may have several while one is being replaced. */
export type PublicKeys = Readonly<Record<ProcessKind, readonly string[]>>;

/** 32 bytes of Ed25519 (RFC 8032) behind a word that says what they are, so that the two are not mixed up. */
export const privateKeyForm = /^aetherius-sign-([\w-]{43})$/;
export const publicKeyForm = /^aetherius-verify-([\w-]{43})$/;

/** What stands before the raw key in its DER form (RFC 8410). */
const pkcs8 = Buffer.from('302e020100300506032b657004220420', 'hex');
const spki = Buffer.from('302a300506032b6570032100', 'hex');

const raw = (form: RegExp, text: string): Buffer => {
  const bytes = Buffer.from(form.exec(text)?.[1] ?? '', 'base64url');
  if (bytes.length !== 32)
    throw new AppError('INVALID_INPUT', 'this is no signing key', { facts: { reason: 'configuration' } });
  return bytes;
};

const privateIn = (text: string): KeyObject =>
  createPrivateKey({
    key: Buffer.concat([pkcs8, raw(privateKeyForm, text)]),
    format: 'der',
    type: 'pkcs8',
  });

/** The last 32 bytes of its DER form. */
const rawOf = (key: KeyObject): Buffer => key.export({ format: 'der', type: 'spki' }).subarray(-32);

const idOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex').slice(0, 16);

/** The public half of a private key. AppError INVALID_INPUT for what is no private key. */
export function publicKeyOf(privateKey: string): string {
  return `aetherius-verify-${rawOf(createPublicKey(privateIn(privateKey))).toString('base64url')}`;
}

export function signerOf(privateKey: string): Signer {
  const key = privateIn(privateKey);
  return {
    keyId: idOf(rawOf(createPublicKey(key))),
    sign: (text) => sign(null, Buffer.from(text), key).toString('base64url'),
  };
}

/** AppError INVALID_INPUT for what is no public key. */
export function trustIn(keys: PublicKeys): Trust {
  const known = processKinds.flatMap((kind) =>
    keys[kind].map((text) => {
      const bytes = raw(publicKeyForm, text);
      const key = createPublicKey({ key: Buffer.concat([spki, bytes]), format: 'der', type: 'spki' });
      return { kind, id: idOf(bytes), key };
    }),
  );
  return {
    kindsOf: (keyId) => known.filter(({ id }) => id === keyId).map(({ kind }) => kind),
    signedBy(kind, text, { signature, signedBy }) {
      if (signature === undefined || signedBy === undefined) return false;
      const found = known.find((one) => one.kind === kind && one.id === signedBy);
      return (
        found !== undefined && verify(null, Buffer.from(text), found.key, Buffer.from(signature, 'base64url'))
      );
    },
  };
}

/** A new pair, as `aetherius-bot --make-signing-key` prints it. */
export function newSigningKey(): { readonly privateKey: string; readonly publicKey: string } {
  const { privateKey } = generateKeyPairSync('ed25519');
  const seed = privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-32);
  const text = `aetherius-sign-${seed.toString('base64url')}`;
  return { privateKey: text, publicKey: publicKeyOf(text) };
}
