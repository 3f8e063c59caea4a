/**
 * Values as each system makes them, the same for the same seed. The well-known beginnings of tokens are put together
 * from parts, so that a scanner of repositories does not take this file for a leak.
 */
import { seeded } from '../visible.ts';

const lower = 'abcdefghijklmnopqrstuvwxyz';
const upper = lower.toUpperCase();
const digits = '0123456789';
const base32 = `${upper}234567`;

/** What a form draws its values from. */
export interface Draw {
  pick<T>(items: readonly T[]): T;
  from(alphabet: string, length: number): string;
  alnum(length: number): string;
  hex(length: number): string;
  digits(length: number): string;
  upper(length: number): string;
  base64(bytes: number): string;
  base64url(bytes: number): string;
  uuid(): string;
  jwt(): string;
  bytes(length: number): Buffer;
  /** A password as people and generators make them, without a character that a URL or a shell would have to escape. */
  password(): string;
  /** One with the signs that policies ask for. */
  strong(): string;
}

const words = [
  'Amber',
  'Falcon',
  'Winter',
  'Sommer',
  'Kestrel',
  'Bamboo',
  'Marlin',
  'Copper',
  'Thunder',
  'Yangtze',
];

export function drawFrom(seed: number): Draw {
  const random = seeded(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  const draw: Draw = {
    pick: (items) => {
      const item = items[below(items.length)];
      if (item === undefined) throw new RangeError('nothing to pick');
      return item;
    },
    from: (alphabet, length) => Array.from({ length }, () => alphabet[below(alphabet.length)]).join(''),
    alnum: (length) => draw.from(lower + upper + digits, length),
    hex: (length) => draw.from('0123456789abcdef', length),
    digits: (length) => draw.from('123456789', 1) + draw.from(digits, length - 1),
    upper: (length) => draw.from(upper + digits, length),
    bytes: (length) => Buffer.from(Array.from({ length }, () => below(256))),
    base64: (bytes) => draw.bytes(bytes).toString('base64'),
    base64url: (bytes) => draw.bytes(bytes).toString('base64url'),
    uuid: () =>
      [8, 4, 4, 4, 12].map((length, at) => (at === 2 ? `4${draw.hex(3)}` : draw.hex(length))).join('-'),
    jwt: () => {
      const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
      const head = part({ alg: 'HS256', typ: 'JWT' });
      const body = part({ sub: draw.uuid(), exp: 1_790_000_000 + below(1_000_000) });
      return `${head}.${body}.${draw.base64url(32)}`;
    },
    password: () =>
      [
        () => `${draw.pick(words)}${draw.pick(words)}${2000 + below(30)}`,
        () => draw.alnum(12 + below(10)),
        () => `${draw.pick(words)}-${draw.pick(words)}-${draw.digits(3)}`.toLowerCase(),
        () => `${draw.from(lower, 7)}${draw.digits(3)}`,
        () => `${draw.pick(words)}_${draw.alnum(6)}`,
      ][below(5)]!(),
    strong: () =>
      [
        () => `${draw.pick(words)}${2000 + below(30)}!`,
        () => `${draw.alnum(4)}$${draw.alnum(4)}*${draw.alnum(3)}`,
        () => `${draw.alnum(6)}+${draw.alnum(5)}=`,
        () => `${draw.pick(words)}*${draw.digits(4)}*`,
        () => draw.password(),
      ][below(5)]!(),
  };
  return draw;
}

/** CRC-16/XMODEM, as the keys of NATS carry it. */
function crc16(bytes: Buffer): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ 0x1021;
    crc &= 0xffff;
  }
  return crc;
}

function inBase32(bytes: Buffer): string {
  let out = '';
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    for (; bits >= 5; bits -= 5) out += base32[(held >> (bits - 5)) & 31];
    held &= (1 << bits) - 1;
  }
  return bits === 0 ? out : out + base32[(held << (5 - bits)) & 31];
}

const kinds = { user: 20, account: 0, server: 13, cluster: 2, operator: 14, curve: 23 } as const;
export type NatsKind = keyof typeof kinds;

const withSum = (head: Buffer): string => {
  const sum = Buffer.alloc(2);
  sum.writeUInt16LE(crc16(head));
  return inBase32(Buffer.concat([head, sum]));
};

/** A seed as `nk -gen` makes it: two letters for its kind, 32 bytes, and the sum. */
export function natsSeed(draw: Draw, kind: NatsKind): string {
  const type = kinds[kind] << 3;
  const head = Buffer.from([(18 << 3) | (type >> 5), (type & 31) << 3]);
  return withSum(Buffer.concat([head, draw.bytes(32)]));
}

/** The public half, which every server writes into its log. */
export function natsKey(draw: Draw, kind: NatsKind): string {
  return withSum(Buffer.concat([Buffer.from([kinds[kind] << 3]), draw.bytes(32)]));
}

/** Lines of 64 characters between two marks, as PEM has them. */
export function pem(draw: Draw, label: string, lines = 4): { text: string; lines: readonly string[] } {
  const body = Array.from({ length: lines }, () => draw.base64(48));
  return { text: [`-----BEGIN ${label}-----`, ...body, `-----END ${label}-----`].join('\n'), lines: body };
}

export const inBase64 = (text: string): string => Buffer.from(text).toString('base64');
