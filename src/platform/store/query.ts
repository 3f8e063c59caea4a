import type { QueryResultRow } from 'pg';
import { wellFormed } from '../../domain/kernel/text.ts';

export type { QueryResultRow };

/** One statement of the running transaction: its parameters pass the gate, its errors are already translated. */
export type Query = <Row extends QueryResultRow>(
  text: string,
  values?: readonly unknown[],
) => Promise<{ readonly rows: readonly Row[]; readonly count: number }>;

type Nullable<T> = { [K in keyof T]: T[K] | null | undefined };

/** Leaves out what the database has no value for, so that optional members are absent instead of null. */
export function withoutNulls<T extends object>(value: Nullable<T>): T {
  return Object.fromEntries(
    Object.entries(value).filter(([, member]) => member !== null && member !== undefined),
  ) as T;
}

/** Milliseconds as an SQL interval parameter: `$n::double precision * interval '1 ms'`. */
export function ms(parameter: number): string {
  return `($${parameter}::double precision * interval '1 millisecond')`;
}

/** What goes to our own PostgreSQL: it refuses a whole statement for one NUL in one text. */
export function parameters(values: readonly unknown[]): unknown[] {
  return values.map((value) => {
    if (typeof value === 'string') return wellFormed(value);
    return Array.isArray(value) ? parameters(value) : value;
  });
}
