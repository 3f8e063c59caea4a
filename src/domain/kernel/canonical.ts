import { createHash } from 'node:crypto';
import { AppError } from './errors.ts';
import { isPlainObject, wellFormed } from './text.ts';

/** JSON values as they are hashed and stored. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/**
 * Canonical JSON after RFC 8785 for the values we use: keys sorted by code unit, no white space, numbers as ECMAScript
 * prints them (so `-0` is `0`). Undefined members are left out, as `JSON.stringify` does. What would be stored
 * otherwise than it is hashed is refused with an AppError: text that is not well formed or holds NUL, numbers that
 * are not finite, gaps and `undefined` in lists, and every object that is not plain (a `Date`, a `Map`, a `toJSON`).
 */
export function canonicalJson(value: unknown): string {
  return canonical(value, 0);
}

/** Also ends the walk through a value that holds itself. */
const deepest = 1000;

function canonical(value: unknown, depth: number): string {
  if (depth > deepest) throw refused('a value that is nested so deep');
  switch (typeof value) {
    case 'string':
      return canonicalText(value);
    case 'boolean':
      return String(value);
    case 'number':
      if (!Number.isFinite(value)) throw refused('a number that is not finite');
      return JSON.stringify(value);
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? canonicalList(value, depth) : canonicalObject(value, depth);
    default:
      throw refused(typeof value);
  }
}

function canonicalText(text: string): string {
  if (wellFormed(text) !== text) throw refused('a text that cannot be stored as it is');
  return JSON.stringify(text);
}

function canonicalList(list: readonly unknown[], depth: number): string {
  // `Array.from` sees gaps, which `map` leaves out.
  if ('toJSON' in list) throw refused('a list that says itself what its JSON is');
  return `[${Array.from(list, (item) => canonical(item, depth + 1)).join(',')}]`;
}

function canonicalObject(value: object, depth: number): string {
  if (!isPlainObject(value)) throw refused('an object that is not plain');
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const members = entries.map(([key, item]) => `${canonicalText(key)}:${canonical(item, depth + 1)}`);
  return `{${members.join(',')}}`;
}

function refused(what: string): AppError {
  return new AppError('BUG', `canonical JSON has no place for ${what}`);
}

/** Lower-case hexadecimal SHA-256 of a text or of the canonical form of a value; halves of a character are refused. */
export function sha256(value: unknown): string {
  if (typeof value === 'string' && !value.isWellFormed()) throw refused('half a character');
  return createHash('sha256')
    .update(typeof value === 'string' ? value : canonicalJson(value))
    .digest('hex');
}
