/** Just enough of pprof's profile format (protocol buffers, `profile.proto`) to know where the time went. */

import { gunzipSync } from 'node:zlib';

interface Field {
  readonly number: number;
  readonly value: number;
  readonly bytes: Buffer;
}

/** Reads one variable-length number; profiles hold none beyond 2^53. */
function varint(data: Buffer, at: number): readonly [value: number, next: number] {
  let value = 0;
  let scale = 1;
  for (let index = at; index < data.length; index += 1) {
    const byte = data[index] ?? 0;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return [value, index + 1];
    scale *= 128;
  }
  throw new Error('the profile is cut off');
}

/** Fields of a message; profiles use numbers (wire type 0) and byte strings (2) only. */
function fields(data: Buffer): Field[] {
  const found: Field[] = [];
  for (let at = 0; at < data.length; ) {
    const [key, start] = varint(data, at);
    const [value, next] = varint(data, start);
    const text = (key & 7) === 2;
    found.push({
      number: Math.floor(key / 8),
      value,
      bytes: text ? data.subarray(next, next + value) : Buffer.alloc(0),
    });
    at = text ? next + value : next;
  }
  return found;
}

function packed(field: Field): number[] {
  if (field.bytes.length === 0) return [field.value];
  const values: number[] = [];
  for (let at = 0; at < field.bytes.length; ) {
    const [value, next] = varint(field.bytes, at);
    values.push(value);
    at = next;
  }
  return values;
}

const only = (list: readonly Field[], number: number) => list.filter((field) => field.number === number);
const first = (list: readonly Field[], number: number) => only(list, number)[0]?.value ?? 0;

export interface Share {
  /** Part of the profile's last value (CPU time, bytes in use) on stacks with the function, 0 to 1. */
  readonly share: number;
  /** The whole of it: nanoseconds or bytes. */
  readonly total: number;
}

/** How much of a gzipped profile is spent in functions whose name ends so, themselves and what they call. */
export function shareOf(profile: Buffer, functionName: string): Share {
  const all = fields(gunzipSync(profile));
  const strings = only(all, 6).map((field) => field.bytes.toString('utf8'));
  const wanted = new Set<number>();
  for (const { bytes } of only(all, 5)) {
    const one = fields(bytes);
    if (strings[first(one, 2)]?.endsWith(functionName) === true) wanted.add(first(one, 1));
  }
  const locations = new Set<number>();
  for (const { bytes } of only(all, 4)) {
    const one = fields(bytes);
    if (only(one, 4).some((line) => wanted.has(first(fields(line.bytes), 1)))) locations.add(first(one, 1));
  }
  let total = 0;
  let inside = 0;
  for (const { bytes } of only(all, 2)) {
    const sample = fields(bytes);
    const value = only(sample, 2).flatMap(packed).at(-1) ?? 0;
    total += value;
    if (
      only(sample, 1)
        .flatMap(packed)
        .some((id) => locations.has(id))
    )
      inside += value;
  }
  return { share: total === 0 ? 0 : inside / total, total };
}
