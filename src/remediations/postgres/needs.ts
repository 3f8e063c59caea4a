import type { Plan } from '../../domain/fix/remediation.ts';
import { AppError, TargetError } from '../../domain/kernel/errors.ts';
import type { DatabaseId, PostgresTarget } from '../../domain/probe/targets/postgres.ts';
import type { Targets, With } from '../../domain/probe/targets/targets.ts';
import { refused } from '../shared/stale.ts';
import { indexLimits } from './index-work.ts';
import { identifier } from './server.ts';

/** How long the rows of a table are looked at, to see whether some are there twice (milliseconds). */
const lookMs = 10_000;
/** Values that are there twice are counted up to this. */
const mostTwice = 100;

interface UniqueRow {
  readonly schema: string;
  readonly table: string;
  readonly unique: boolean;
  readonly valid: boolean;
  /** Null is a value like any other there (PostgreSQL 15). */
  readonly nulls: boolean;
  /** Names of the columns; null where one of them is an expression. */
  readonly columns: readonly string[] | null;
  readonly condition: string | null;
  /** Its condition calls a function, which would run with the rights of the bot. */
  readonly calls: boolean;
}

/**
 * A unique index whose rows are there twice cannot be built, however often that is tried. Reads the table itself, never an
 * index: a broken one hides what it does not know. Where that cannot be told it is refused, unless the index is whole: it
 * has kept the rows single itself.
 */
export async function mustBeSingle(
  postgres: PostgresTarget,
  database: DatabaseId,
  index: { readonly oid: string; readonly name: string },
  signal: AbortSignal,
): Promise<NonNullable<Plan['notes']>> {
  const [found] = await postgres.query<UniqueRow>(
    database,
    `SELECT n.nspname AS schema, t.relname AS table, x.indisunique AS unique, x.indisvalid AS valid,
       coalesce((to_jsonb(x) ->> 'indnullsnotdistinct')::boolean, false) AS nulls,
       CASE WHEN x.indexprs IS NOT NULL THEN NULL ELSE ARRAY(
         SELECT a.attname::text FROM unnest(x.indkey[0:x.indnkeyatts - 1]) WITH ORDINALITY AS k(attnum, at)
         JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = k.attnum ORDER BY k.at) END AS columns,
       pg_get_expr(x.indpred, x.indrelid) AS condition, coalesce(x.indpred::text LIKE '%FUNCEXPR%', false) AS calls
     FROM pg_index x JOIN pg_class t ON t.oid = x.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace
     WHERE x.indexrelid = $1::oid`,
    [index.oid],
    { signal },
  );
  if (found?.unique !== true) return [];
  const { table } = found;
  const values = await twice(postgres, database, found, signal);
  if (values === undefined && !found.valid) throw refused('rows-twice-unknown', { index: index.name, table });
  if (values === undefined) return [{ key: 'rows-twice-unseen', facts: { index: index.name, table } }];
  if (values > 0) throw refused('rows-twice', { index: index.name, table, values });
  return [];
}

/** Values that more than one row has; undefined where that cannot be told in time. */
async function twice(
  postgres: PostgresTarget,
  database: DatabaseId,
  { schema, table, columns, condition, calls, nulls }: UniqueRow,
  signal: AbortSignal,
): Promise<number | undefined> {
  if (columns === null || columns.length === 0 || calls) return undefined;
  const keys = columns.map(identifier);
  const where = [
    ...(condition === null ? [] : [`(${condition})`]),
    ...(nulls ? [] : keys.map((key) => `${key} IS NOT NULL`)),
  ];
  try {
    // A sample of all its pages is read from the table, by no index.
    const [row] = await postgres.query<{ count: number }>(
      database,
      `SELECT count(*)::int AS count FROM (SELECT 1 FROM ONLY ${identifier(schema)}.${identifier(table)} TABLESAMPLE SYSTEM (100)
         ${where.length === 0 ? '' : `WHERE ${where.join(' AND ')}`}
         GROUP BY ${keys.join(', ')} HAVING count(*) > 1 LIMIT ${mostTwice}) twice`,
      [],
      { signal, timeoutMs: lookMs },
    );
    return row?.count;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof TargetError) return undefined;
    throw error;
  }
}

/**
 * Concurrent work on an index waits for older transactions, so long at most as its limit says. One that has been open
 * for longer than that already would make it wait for nothing.
 */
export async function mustHaveTheWay(
  postgres: PostgresTarget,
  database: DatabaseId,
  tables: readonly { readonly table_oid: string; readonly bytes: number }[],
  signal: AbortSignal,
): Promise<void> {
  const seconds = Math.max(0, ...tables.map(({ bytes }) => indexLimits(bytes).lockTimeoutMs)) / 1_000;
  const [row] = await postgres.query<{ application: string; pid: number; open: number }>(
    database,
    `SELECT coalesce(nullif(a.application_name, ''), '–') AS application, a.pid,
       extract(epoch FROM clock_timestamp() - a.xact_start)::int AS open
     FROM pg_stat_activity a
     WHERE a.datname = current_database() AND a.pid <> pg_backend_pid() AND a.backend_type = 'client backend'
       AND a.xact_start < clock_timestamp() - make_interval(secs => $1)
       AND a.query !~* '^(/\\*.*\\*/ )?(create|reindex|drop) .*concurrently'
       AND (a.backend_xmin IS NOT NULL OR EXISTS (SELECT 1 FROM pg_locks l WHERE l.pid = a.pid AND l.granted
         AND l.relation = ANY($2::oid[]) AND l.mode NOT IN ('AccessShareLock', 'RowShareLock')))
     ORDER BY a.xact_start LIMIT 1`,
    [seconds, tables.map((one) => one.table_oid)],
    { signal },
  );
  if (row !== undefined)
    throw refused('transaction-in-the-way', {
      ...{ application: row.application, pid: row.pid },
      ...{ openSeconds: row.open, waitSeconds: seconds },
    });
}

/** What so many rows of a table take, by what all of them take (bytes). */
export async function bytesOf(
  postgres: PostgresTarget,
  database: DatabaseId,
  table: string,
  rows: number,
  signal: AbortSignal,
): Promise<number> {
  const [size] = await postgres.query<{ bytes: number; all: number }>(
    database,
    `SELECT pg_table_size(oid)::float8 AS bytes, greatest(reltuples, 1)::float8 AS "all" FROM pg_class WHERE oid = $1::oid`,
    [table],
    { signal },
  );
  return size === undefined ? 0 : Math.round(size.bytes * Math.min(1, rows / size.all));
}

type Deps = With<'postgres'> & Pick<Targets, 'runtime'>;

/** Refused where the disk of PostgreSQL has not so much room; a note where nobody could look. */
export async function mustHaveRoom(
  bytes: number,
  database: DatabaseId,
  deps: Deps,
  signal: AbortSignal,
): Promise<NonNullable<Plan['notes']>> {
  const free = await freeBytes(database, deps, signal);
  if (free === undefined) return [{ key: 'room-unseen', facts: {} }];
  if (free < bytes) throw refused('too-little-disk', { free, bytes });
  return [];
}

/** By `df` in the one container of PostgreSQL; undefined where there are several, or where that may not be asked. */
async function freeBytes(
  database: DatabaseId,
  { postgres, runtime }: Deps,
  signal: AbortSignal,
): Promise<number | undefined> {
  if (runtime === undefined) return undefined;
  try {
    const [instance, ...more] = await runtime.instances('postgres', { signal });
    if (instance === undefined || more.length > 0 || instance.phase !== 'running') return undefined;
    const [row] = await postgres.query<{ data_directory: string }>(database, 'SHOW data_directory', [], {
      signal,
    });
    if (row === undefined) return undefined;
    const { code, stdout } = await runtime.exec(instance, ['df', '-Pk', row.data_directory], { signal });
    // POSIX, df -P: one line of headings, one of figures; the fourth is what is free, in blocks of 1024 bytes.
    const figure = /^\S+\s+\d+\s+\d+\s+(\d+)\s+\d+%\s/m.exec(stdout)?.[1];
    return code === 0 && figure !== undefined ? Number(figure) * 1_024 : undefined;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof AppError && error.code !== 'BUG') return undefined;
    throw error;
  }
}
