import { createHmac } from 'node:crypto';

/** Stands for a whole text that could not be checked; views say it in words. */
export const withheld = '[withheld]';

/** What stands where a secret stood; `identity` is the secret. */
export type StandIn = (kind: string, identity: string) => string;

const labels: Readonly<Record<string, string>> = { email: 'email', address: 'address' };
const labelOf = (kind: string): string => labels[kind] ?? 'secret';

/** `[secret]` for all of them. */
export const plainStandIn: StandIn = (kind) => `[${labelOf(kind)}]`;

/**
 * `[secret:3f2a]`: the same secret gets the same stand-in under one key, however it was escaped, so that lines can
 * be compared; without the key nothing can be tried out. Two secrets never share one: the later gets a longer one.
 */
export function keyedStandIn(key: string | Uint8Array): StandIn {
  const bySecret = new Map<string, string>();
  const taken = new Map<string, string>();
  return (kind, identity) => {
    const secret = plainForm(identity);
    const known = bySecret.get(secret);
    if (known !== undefined) return `[${labelOf(kind)}:${known}]`;
    const mac = createHmac('sha256', key).update(secret).digest('hex');
    let length = 4;
    while (length < mac.length && taken.has(mac.slice(0, length))) length += 2;
    const tag = mac.slice(0, length);
    taken.set(tag, secret);
    bySecret.set(secret, tag);
    return `[${labelOf(kind)}:${tag}]`;
  };
}

/** The secret without the escapes of the place where it stood. */
function plainForm(identity: string): string {
  if (identity.length > 4096) return identity;
  let text = identity;
  if (/%[0-9A-Fa-f]{2}/.test(text)) {
    try {
      text = decodeURIComponent(text);
    } catch {
      // A percent sign of its own.
    }
  }
  if (!text.includes('\\')) return text;
  try {
    const plain: unknown = JSON.parse(`"${text}"`);
    return typeof plain === 'string' ? plain : text;
  } catch {
    return text;
  }
}
