import { AppError, type ErrorCode, errorCodes, type Stage, stages, TargetError } from '../kernel/errors.ts';
import type { Facts } from '../kernel/facts.ts';
import { isPlainObject } from '../kernel/text.ts';

/** Values of targets as JSON: what JSON has no form for stands as `{"$": kind, "v": …}`. */
export type Coded = string | number | boolean | null | readonly Coded[] | { readonly [name: string]: Coded };

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Functions are left out; bytes that are no text become a mark that cannot be decoded (`Unkept`). */
export function encode(value: unknown): Coded {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0) ? value : { $: 'number', v: String(value) };
    case 'bigint':
      return { $: 'bigint', v: String(value) };
    case 'undefined':
    case 'function':
    case 'symbol':
      return { $: 'undefined' };
    case 'object':
      return value === null ? null : encodeObject(value);
  }
}

function encodeObject(value: object): Coded {
  if (Array.isArray(value)) return value.map(encode);
  if (value instanceof Date)
    return { $: 'date', v: Number.isNaN(value.getTime()) ? '' : value.toISOString() };
  if (value instanceof Map)
    return { $: 'map', v: fromEntries([...value].map(([name, item]) => [String(name), encode(item)])) };
  if (value instanceof Set) return { $: 'set', v: [...value].map(encode) };
  if (value instanceof Uint8Array) return encodeBytes(value);
  if (value instanceof Error) return { $: 'error', v: encodeError(value) };
  const plain = fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined && typeof item !== 'function')
      .map(([name, item]) => [name, encode(item)]),
  );
  return '$' in plain || !isPlainObject(value) ? { $: 'object', v: plain } : plain;
}

/** A JSON document is taken apart: a secret is then cut out of its own text, and what is left is one still. */
function encodeBytes(bytes: Uint8Array): Coded {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    return { $: 'binary' };
  }
  const document = /^\s*[[{]/.test(text) ? documentIn(text) : undefined;
  return document === undefined ? { $: 'text', v: text } : { $: 'json', v: encode(document) };
}

function documentIn(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** What was seen and is not in the recording. */
export class Unkept extends Error {
  constructor() {
    super('not kept');
    this.name = 'Unkept';
  }
}

/** The value again; throws `Unkept` for what was not kept. */
export function decode(coded: Coded): unknown {
  if (typeof coded !== 'object' || coded === null) return coded;
  if (isList(coded)) return coded.map(decode);
  const { $: kind, v } = coded;
  if (typeof kind !== 'string') return decodeMembers(coded);
  switch (kind) {
    case 'undefined':
      return undefined;
    case 'number':
      return Number(v);
    case 'bigint':
      return BigInt(String(v));
    case 'date':
      return new Date(v === '' ? Number.NaN : String(v));
    case 'map':
      return new Map(Object.entries(decodeMembers(v)));
    case 'set':
      return new Set(isList(v) ? v.map(decode) : []);
    case 'text':
      return new TextEncoder().encode(String(v));
    case 'json':
      return new TextEncoder().encode(JSON.stringify(decode(v ?? null)));
    case 'error':
      return decodeError(v);
    case 'object':
      return decodeMembers(v);
    default:
      throw new Unkept();
  }
}

function isList(coded: Coded | undefined): coded is readonly Coded[] {
  return Array.isArray(coded);
}

function decodeMembers(coded: Coded | undefined): Record<string, unknown> {
  if (typeof coded !== 'object' || coded === null || isList(coded)) return {};
  return fromEntries(Object.entries(coded).map(([name, item]) => [name, decode(item)]));
}

/** `__proto__` is a name like any other. */
function fromEntries<T>(entries: readonly (readonly [string, T])[]): Record<string, T> {
  return Object.fromEntries(entries) as Record<string, T>;
}

/** Errors of ours with all that tells them apart; of another one its name alone, as for an outcome. */
export function encodeError(error: unknown): Coded {
  if (error instanceof TargetError)
    return { stage: error.stage, message: error.message, facts: encode(error.facts) };
  if (error instanceof AppError)
    return { code: error.code, message: error.message, facts: encode(error.facts) };
  return { name: error instanceof Error ? error.name : 'Error' };
}

export function decodeError(coded: Coded | undefined): Error {
  const { stage, code, message, facts, name } = decodeMembers(coded);
  const known = { facts: (facts ?? {}) as Facts };
  const said = typeof message === 'string' ? message : '';
  const at = stages.find((one): one is Stage => one === stage);
  if (at !== undefined) return new TargetError(at, said, known);
  const kind = errorCodes.find((one): one is ErrorCode => one === code);
  if (kind !== undefined) return new AppError(kind, said, known);
  const other = new Error('recorded');
  other.name = typeof name === 'string' ? name : 'Error';
  return other;
}
