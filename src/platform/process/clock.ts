import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock, Ids } from '../../domain/kernel/clock.ts';

/** The machine's clock. `sleep` rejects with the signal's own reason. */
export const systemClock: Clock = {
  now: () => new Date(),
  async sleep(ms, signal) {
    try {
      await delay(ms, undefined, signal === undefined ? {} : { signal });
    } catch (error) {
      throw signal?.aborted === true ? signal.reason : error;
    }
  },
};

/**
 * UUID v7 (RFC 9562): 48 bits of Unix milliseconds, a 12 bit counter, 62 random bits. Ids made by one
 * process in one millisecond still sort in the order in which they were made.
 */
export function createIds(
  now: () => number = Date.now,
  random: (bytes: number) => Buffer = randomBytes,
): Ids {
  let last = -1;
  let counter = 0;
  return {
    uuid() {
      const time = now();
      if (time > last) {
        last = time;
        counter = random(2).readUInt16BE() & 0x7ff;
      } else {
        counter += 1;
        if (counter > 0xfff) {
          last += 1;
          counter = 0;
        }
      }
      return format(last, counter, random(8));
    },
    token: () => random(16).toString('base64url'),
  };
}

function format(time: number, counter: number, tail: Buffer): string {
  const bytes = Buffer.alloc(16);
  bytes.writeUIntBE(time, 0, 6);
  bytes.writeUInt16BE(0x7000 | counter, 6);
  tail.copy(bytes, 8);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

export const systemIds: Ids = createIds();
