import { createHash } from 'node:crypto';
import type { Ids } from '../../domain/kernel/clock.ts';

/** Without 0, 1, i, l, o, u: nothing that is misread or misheard. */
const letters = '23456789abcdefghjkmnpqrstvwxyz';

/** `r-7k2fqx`: short enough to type on a phone; 30^6 of them. */
export function newHandle(ids: Ids): string {
  const bytes = createHash('sha256').update(ids.token()).digest();
  return `r-${[...bytes.subarray(0, 6)].map((byte) => letters[byte % letters.length]).join('')}`;
}
