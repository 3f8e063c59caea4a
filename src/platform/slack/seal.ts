import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Secret } from '../../domain/kernel/secret.ts';
import { wellFormed } from '../../domain/kernel/text.ts';
import type { Seal } from '../../domain/message/seal.ts';

/** Under a key of the bot's token, which no other process has; with another token, what was sealed before is drawn again. */
export function createSeal(token: Secret): Seal {
  const key = createHmac('sha256', token.reveal()).update('decisions').digest();
  const make = (text: string): string => createHmac('sha256', key).update(wellFormed(text)).digest('hex');
  return {
    make,
    holds(text, made = '') {
      const [own, given] = [Buffer.from(make(text)), Buffer.from(made)];
      return own.length === given.length && timingSafeEqual(own, given);
    },
  };
}
