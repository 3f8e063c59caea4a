import { AppError } from '../domain/kernel/errors.ts';
import { type ProcessKind, processKinds } from '../domain/kernel/process-kind.ts';
import { publicKeyOf, type Signer, signerOf, type Trust, trustIn } from '../domain/kernel/signing.ts';
import type { Config } from '../domain/settings/config.ts';
import type { FullRole, ProcessEnv } from '../domain/settings/process-env.ts';

/** With which key this process signs, and whose signatures it believes; undefined without signing. */
export interface Signing {
  readonly signer: Signer;
  readonly trust: Trust;
}

const fault = (message: string) =>
  new AppError('INVALID_INPUT', message, { facts: { reason: 'configuration' } });

/**
 * R-A16: a process signs as its own kind and as no other, so its key must be listed there, and nowhere else. AppError
 * INVALID_INPUT says what to do, in one sentence.
 */
export function signingOf(
  role: FullRole,
  { SIGNING_KEY }: Pick<ProcessEnv, 'SIGNING_KEY'>,
  { signing }: Pick<Config, 'signing'>,
): Signing | undefined {
  if (SIGNING_KEY === undefined && signing === undefined) return undefined;
  if (SIGNING_KEY === undefined)
    throw fault(
      'SIGNING_KEY: is needed, since the configuration has signing; aetherius-bot --make-signing-key makes one',
    );
  const publicKey = publicKeyOf(SIGNING_KEY.reveal());
  if (signing === undefined)
    throw fault(`signing: is needed with SIGNING_KEY, whose public key is ${publicKey}`);
  const own: readonly ProcessKind[] = role === 'all' ? processKinds : [role];
  const unlisted = own.filter((kind) => !signing[kind].includes(publicKey));
  if (unlisted.length > 0)
    throw fault(
      `SIGNING_KEY: its public key ${publicKey} is not listed under signing.${unlisted.join(', signing.')}`,
    );
  const others = processKinds.filter((kind) => !own.includes(kind) && signing[kind].includes(publicKey));
  if (others.length > 0)
    throw fault(
      `SIGNING_KEY: its public key is also listed under signing.${others.join(', signing.')}; each kind of process has a key of its own`,
    );
  return { signer: signerOf(SIGNING_KEY.reveal()), trust: trustIn(signing) };
}
