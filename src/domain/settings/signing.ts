import { z } from 'zod';
import { publicKeyForm } from '../kernel/signing.ts';

const keys = (whose: string) =>
  z
    .array(
      z
        .string()
        .regex(
          publicKeyForm,
          'must be a public key (aetherius-verify-…) that `aetherius-bot --make-signing-key` has printed',
        ),
    )
    .min(1)
    .meta({
      description: `Public keys of ${whose}; two while one is being replaced, and former ones for as long as their rows are kept.`,
    });

/** Whose signatures count. */
export const Signing = z
  .strictObject({
    bot: keys('the bot'),
    worker: keys('the workers'),
    scheduler: keys('the scheduler'),
  })
  .exactOptional()
  .meta({
    description:
      'With it each process signs what it writes with SIGNING_KEY, and a worker carries out only what the bot has signed.',
  });
