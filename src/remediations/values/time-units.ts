import { stringify } from 'yaml';
import { refused } from '../shared/stale.ts';
import type { Sought, Written } from './number-in-yaml.ts';

const milliseconds = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;
const unitOf = (written: string) => /[a-z]+$/.exec(written)?.[0] as keyof typeof milliseconds;

/** A bare number as it is, a time with a unit in seconds. */
export function amountOf(written: Written): number {
  return typeof written === 'number'
    ? written
    : (Number.parseFloat(written) * milliseconds[unitOf(written)]) / milliseconds.s;
}

/** That much in the form of the value before: seconds in its unit, or a bare number. */
export function writtenLike(before: Written, amount: number, key: string): Written {
  if (typeof before === 'number') return amount;
  const unit = unitOf(before);
  const count = (amount * milliseconds.s) / milliseconds[unit];
  if (!Number.isInteger(count)) throw refused('setting-unit-too-large', { key, before });
  return `${count}${unit}`;
}

/** Lines for whoever keeps the change where the file is made: its name, and the value with the keys above it. */
export function linesFor(file: string, { way }: Pick<Sought, 'way'>, value: Written): readonly string[] {
  const nested = way.reduceRight<unknown>(
    (inner, step) => (typeof step === 'string' ? { [step]: inner } : [{ id: step.id, ...(inner as object) }]),
    value,
  );
  return [`# ${file}`, ...stringify(nested).trimEnd().split('\n')];
}
