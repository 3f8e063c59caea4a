import type { QueryResultRow } from 'pg';

/** One statement of the running transaction; errors are already translated. */
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

/** For `jsonb` parameters: node-postgres would write an array as a PostgreSQL array. */
export function json(value: unknown): string | null {
  return value === undefined || value === null ? null : JSON.stringify(value);
}

/** Milliseconds as an SQL interval parameter: `$n::double precision * interval '1 ms'`. */
export function ms(parameter: number): string {
  return `($${parameter}::double precision * interval '1 millisecond')`;
}
