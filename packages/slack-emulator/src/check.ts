import type { JsonObject } from './types.ts';

/** One thing Slack would refuse (or, as a warning, only grumble about). */
export interface Problem {
  readonly severity: 'error' | 'warning';
  /** Slack's error code, e.g. `invalid_blocks`, `msg_too_long`. */
  readonly code: string;
  /** JSON pointer into the payload. */
  readonly pointer: string;
  readonly message: string;
}

export type Surface = 'message' | 'modal' | 'home';

/** What a rule may look at and add to while one payload is walked. */
export interface Walk {
  readonly surface: Surface;
  readonly problems: Problem[];
  /** Sums over the whole payload, e.g. characters in table cells. */
  readonly totals: Map<string, number>;
}

export type Rule = (value: unknown, pointer: string, walk: Walk) => void;

export const createWalk = (surface: Surface): Walk => ({ surface, problems: [], totals: new Map() });

/** Slack counts characters, not UTF-16 units: one emoji of the astral planes is one. */
export function characters(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value when it is a string, else the fallback. */
export const stringOr = (value: unknown, fallback: string): string =>
  typeof value === 'string' ? value : fallback;

export function refuse(walk: Walk, pointer: string, message: string, code = 'invalid_blocks'): void {
  walk.problems.push({ severity: 'error', code, pointer, message });
}

/** Adds to a sum over the payload and returns the new sum. */
export function addTo(walk: Walk, name: string, amount: number): number {
  const sum = (walk.totals.get(name) ?? 0) + amount;
  walk.totals.set(name, sum);
  return sum;
}

export const text =
  ({ min = 1, max }: { readonly min?: number; readonly max: number }): Rule =>
  (value, pointer, walk) => {
    if (typeof value !== 'string') return refuse(walk, pointer, 'must provide a string');
    const length = characters(value);
    if (length < min) refuse(walk, pointer, `must be more than ${min - 1} characters`);
    if (length > max) refuse(walk, pointer, `must be less than ${max + 1} characters`);
  };

export const oneOf =
  (...allowed: readonly (string | number)[]): Rule =>
  (value, pointer, walk) => {
    if (!allowed.includes(value as string | number)) {
      refuse(walk, pointer, `must be a valid enum value: ${allowed.join(', ')}`);
    }
  };

export const bool: Rule = (value, pointer, walk) => {
  if (typeof value !== 'boolean') refuse(walk, pointer, 'must provide a boolean');
};

export const number =
  ({ min = -Infinity, max = Infinity, whole = false } = {}): Rule =>
  (value, pointer, walk) => {
    if (typeof value !== 'number' || !Number.isFinite(value) || (whole && !Number.isInteger(value))) {
      return refuse(walk, pointer, whole ? 'must provide an integer' : 'must provide a number');
    }
    if (value < min || value > max) refuse(walk, pointer, `must be between ${min} and ${max}`);
  };

export const list =
  (item: Rule, { min = 1, max }: { readonly min?: number; readonly max: number }): Rule =>
  (value, pointer, walk) => {
    if (!Array.isArray(value)) return refuse(walk, pointer, 'must provide an array');
    if (value.length < min) refuse(walk, pointer, `no fewer than ${min} items allowed`);
    if (value.length > max) refuse(walk, pointer, `no more than ${max} items allowed`);
    value.forEach((entry, index) => item(entry, `${pointer}/${index}`, walk));
  };

/**
 * An object with exactly these fields. `type` is always accepted: `byType` has looked at it.
 * A field set to null or undefined counts as absent, as in Slack's form encoding.
 */
export const object =
  (
    required: Readonly<Record<string, Rule>>,
    optional: Readonly<Record<string, Rule>> = {},
    also?: (value: JsonObject, pointer: string, walk: Walk) => void,
  ): Rule =>
  (value, pointer, walk) => {
    if (!isObject(value)) return refuse(walk, pointer, 'must provide an object');
    for (const [field, rule] of Object.entries(required)) {
      if (value[field] === undefined || value[field] === null) {
        refuse(walk, pointer, `missing required field: ${field}`);
      } else rule(value[field], `${pointer}/${field}`, walk);
    }
    for (const [field, entry] of Object.entries(value)) {
      if (field === 'type' || field in required || entry === undefined || entry === null) continue;
      const rule = optional[field];
      if (rule) rule(entry, `${pointer}/${field}`, walk);
      else refuse(walk, pointer, `invalid additional property: ${field}`);
    }
    also?.(value, pointer, walk);
  };

/** Chooses the rule by the object's `type`; a type outside the table is refused. */
export const byType =
  (rules: () => Readonly<Record<string, Rule>>): Rule =>
  (value, pointer, walk) => {
    if (!isObject(value)) return refuse(walk, pointer, 'must provide an object');
    if (value.type === undefined) return refuse(walk, pointer, 'missing required field: type');
    const type = stringOr(value.type, '?');
    const rule = rules()[type];
    if (!rule) return refuse(walk, `${pointer}/type`, `unsupported type: ${type}`);
    rule(value, pointer, walk);
  };

/** Refuses the second of two equal ids, e.g. action_ids within a block. */
export function refuseDuplicates(
  walk: Walk,
  entries: readonly { readonly id: unknown; readonly pointer: string }[],
  what: string,
): void {
  const seen = new Set<string>();
  for (const { id, pointer } of entries) {
    if (typeof id !== 'string') continue;
    if (seen.has(id)) refuse(walk, pointer, `${what} "${id}" already exists`);
    seen.add(id);
  }
}
