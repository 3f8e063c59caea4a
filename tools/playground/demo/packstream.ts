/** PackStream 1, as much of it as Bolt's handshake and a count need (neo4j.com/docs/bolt/current/packstream). */

export type Value =
  | null
  | boolean
  | number
  | string
  | readonly Value[]
  | { readonly [key: string]: Value }
  | Structure;

export class Structure {
  readonly tag: number;
  readonly fields: readonly Value[];
  constructor(tag: number, fields: readonly Value[]) {
    this.tag = tag;
    this.fields = fields;
  }
}

function head(tiny: number, sizes: readonly [number, number, number], length: number): Buffer {
  if (length < 16 && tiny !== 0) return Buffer.from([tiny | length]);
  if (length < 0x100) return Buffer.from([sizes[0], length]);
  const wide = Buffer.alloc(length < 0x1_0000 ? 3 : 5);
  wide[0] = length < 0x1_0000 ? sizes[1] : sizes[2];
  if (length < 0x1_0000) wide.writeUInt16BE(length, 1);
  else wide.writeUInt32BE(length, 1);
  return wide;
}

function packNumber(value: number): Buffer {
  if (Number.isInteger(value) && value >= -16 && value <= 127) return Buffer.from([value & 0xff]);
  const out = Buffer.alloc(9);
  out[0] = Number.isInteger(value) ? 0xcb : 0xc1;
  if (Number.isInteger(value)) out.writeBigInt64BE(BigInt(value), 1);
  else out.writeDoubleBE(value, 1);
  return out;
}

export function pack(value: Value): Buffer {
  if (value === null) return Buffer.from([0xc0]);
  if (typeof value === 'boolean') return Buffer.from([value ? 0xc3 : 0xc2]);
  if (typeof value === 'number') return packNumber(value);
  if (typeof value === 'string') {
    const bytes = Buffer.from(value, 'utf8');
    return Buffer.concat([head(0x80, [0xd0, 0xd1, 0xd2], bytes.length), bytes]);
  }
  if (value instanceof Structure) {
    return Buffer.concat([Buffer.from([0xb0 | value.fields.length, value.tag]), ...value.fields.map(pack)]);
  }
  if (Array.isArray(value))
    return Buffer.concat([head(0x90, [0xd4, 0xd5, 0xd6], value.length), ...value.map(pack)]);
  const entries = Object.entries(value);
  return Buffer.concat([
    head(0xa0, [0xd8, 0xd9, 0xda], entries.length),
    ...entries.flatMap(([k, v]) => [pack(k), pack(v)]),
  ]);
}

/** Reads one value; throws on a marker it does not know. */
export function unpack(bytes: Buffer): Value {
  let at = 0;
  const size = (wide: 1 | 2 | 4): number => {
    const value =
      wide === 1 ? bytes.readUInt8(at) : wide === 2 ? bytes.readUInt16BE(at) : bytes.readUInt32BE(at);
    at += wide;
    return value;
  };
  const text = (length: number): string => bytes.toString('utf8', at, (at += length));
  const list = (length: number): Value[] => Array.from({ length }, () => read());
  const map = (length: number): Value =>
    Object.fromEntries(Array.from({ length }, () => [String(read()), read()] as const));
  const widths = [1, 2, 4] as const;

  function read(): Value {
    const marker = bytes.readUInt8(at);
    at += 1;
    if (marker < 0x80) return marker;
    if (marker >= 0xf0) return marker - 0x100;
    const low = marker & 0x0f;
    switch (marker & 0xf0) {
      case 0x80:
        return text(low);
      case 0x90:
        return list(low);
      case 0xa0:
        return map(low);
      case 0xb0: {
        const tag = size(1);
        return new Structure(tag, list(low));
      }
    }
    const wide = widths[(marker - 0xd0) % 4];
    if (marker >= 0xd0 && marker <= 0xd2 && wide !== undefined) return text(size(wide));
    if (marker >= 0xd4 && marker <= 0xd6 && wide !== undefined) return list(size(wide));
    if (marker >= 0xd8 && marker <= 0xda && wide !== undefined) return map(size(wide));
    switch (marker) {
      case 0xc0:
        return null;
      case 0xc1:
        at += 8;
        return bytes.readDoubleBE(at - 8);
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xc8:
        at += 1;
        return bytes.readInt8(at - 1);
      case 0xc9:
        at += 2;
        return bytes.readInt16BE(at - 2);
      case 0xca:
        at += 4;
        return bytes.readInt32BE(at - 4);
      case 0xcb:
        at += 8;
        return Number(bytes.readBigInt64BE(at - 8));
      default:
        throw new Error(`PackStream marker 0x${marker.toString(16)} is not known here`);
    }
  }
  return read();
}
