import { z } from 'zod';
import type { LongWork, PlanStep } from '../../domain/fix/remediation.ts';
import { AppError, TargetError } from '../../domain/kernel/errors.ts';
import type { Facts } from '../../domain/kernel/facts.ts';
import type { Platform } from '../../domain/platform/platform.ts';
import { guideRetention } from '../../domain/platform/table.ts';
import type { DatabaseId, PostgresTarget } from '../../domain/probe/targets/postgres.ts';
import type { Targets, With } from '../../domain/probe/targets/targets.ts';
import { mustHold, refused } from '../shared/stale.ts';
import { identifier, mayRepeat, missingRight } from './server.ts';

export type Context = {
  readonly deps: With<'postgres'> & Pick<Targets, 'runtime'>;
  readonly signal: AbortSignal;
  readonly now: () => Date;
  readonly work?: LongWork | undefined;
};

/** Rows younger than this are never old, whatever is typed (days). */
const leastDays = 7;
const mostDays = 3_650;

/** Bounds of what one batch may do, and of how long it may hold the locks of its rows (milliseconds, blocks). */
export const batchLimits = {
  timeoutMs: 2_000,
  lockTimeoutMs: 200,
  firstBlocks: 16,
  mostBlocks: 512,
  /** A batch that takes longer is made smaller, and one that takes less than half of it larger. */
  aimMs: 2,
  /** How long it rests after a batch, for each moment that the batch took with its session and its commit. */
  rests: 4,
} as const;

/** When it waits for others. Replay lag: bytes of WAL, seconds. */
const paceLimits = {
  lagBytes: 64 * 1024 ** 2,
  lagSeconds: 10,
  /** Milliseconds: between two looks while it waits, and at most after each batch where the lag cannot be seen. */
  lookEveryMs: 1_000,
  unseenMs: 1_000,
  /** It gives up after so long without a batch (milliseconds). */
  waitsAtMostMs: 600_000,
} as const;

/** Batches that fail in a row, and times that the whole table is walked for rows that others held. */
const mostFailures = 5;
const mostPasses = 3;
/** What a count may take for a plan, and a look for one row that is left, past all that are gone (milliseconds). */
const countMs = 8_000;
const leftMs = 25_000;
/** Of a step, and of its verification: such a look goes into each (milliseconds). */
export const stepMs = { timeout: 45_000, verify: 300_000 } as const;

const age = {
  olderThanDays: z
    .int()
    .min(leastDays)
    .max(mostDays)
    .optional()
    .meta({ description: 'Age in days from which a row is old. Default: that of the guide.' }),
  before: z.iso
    .date()
    .optional()
    .meta({ description: 'Rows from before this day (UTC) are old; instead of an age.' }),
};
export const ArchiveParams = z.strictObject({
  database: z
    .enum(['agentManager', 'orchestrator'])
    .default('agentManager')
    .meta({ description: 'Whose rows: events of agentManager, executions of orchestrator.' }),
  ...age,
});
export const DeleteParams = z.strictObject(age);

/** Which rows of which table; the same for the plan, each batch and each look. */
export interface OldRows {
  readonly database: DatabaseId;
  /** Name of the table here. */
  readonly table: string;
  readonly at: string;
  readonly kept: { readonly column: string; readonly values: readonly string[] } | undefined;
  /** ISO date; rows from before its first moment in UTC. */
  readonly before: string;
}

/**
 * Pure. The rows that typed parameters mean. AppError CONFLICT `too-young` where the day is within the last week: a
 * typed day is held to the same bounds as a typed age.
 */
export function oldRowsOf(given: z.output<typeof ArchiveParams>, { tables }: Platform, now: Date): OldRows {
  const rule = guideRetention[given.database];
  const day = (days: number) => new Date(now.getTime() - days * 86_400_000).toISOString().slice(0, 10);
  const before = given.before ?? day(given.olderThanDays ?? rule.days);
  if (before > day(leastDays)) throw refused('too-young', { before, days: leastDays });
  return { database: given.database, table: tables[rule.table], at: rule.at, kept: rule.kept, before };
}

/** The rows that the parameters of a stored plan mean: its day is fixed. */
export function rowsOfPlan({ params }: { readonly params: Facts }, platform: Platform, now: Date): OldRows {
  const { database = 'agentManager', ...more } = params;
  return oldRowsOf(ArchiveParams.parse({ database, ...more }), platform, now);
}

/** A table as the server knows it. */
export interface SeenTable {
  readonly oid: string;
  readonly schema: string;
  readonly name: string;
  /** Those that are stored and not generated, in order, and the type of each. */
  readonly columns: readonly string[];
  readonly types: readonly string[];
  readonly primary: readonly string[];
  readonly kind: string;
  /** What would happen besides, were a row deleted: names of triggers, of tables that refer to it, and the like. */
  readonly follows: readonly string[];
  readonly rights: readonly string[];
  /** It may make tables in that schema. */
  readonly creates: boolean;
  readonly version: number;
  readonly standby: boolean;
}

/** Undefined where there is no table of that name on the search path, or in `schema` where one is given. */
export async function seeTable(
  postgres: PostgresTarget,
  database: DatabaseId,
  name: string,
  signal: AbortSignal,
  schema?: string,
): Promise<SeenTable | undefined> {
  const [row] = await postgres.query<SeenTable>(
    database,
    `SELECT t.oid::text AS oid, n.nspname AS schema, t.relname AS name, t.relkind::text AS kind,
       ARRAY(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attnum > 0
         AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY a.attnum) AS columns,
       ARRAY(SELECT format_type(a.atttypid, a.atttypmod) FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attnum > 0
         AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY a.attnum) AS types,
       ARRAY(SELECT a.attname::text FROM pg_index i JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = ANY(i.indkey)
         WHERE i.indrelid = t.oid AND i.indisprimary ORDER BY a.attnum) AS primary,
       ARRAY(SELECT tgname::text FROM pg_trigger WHERE tgrelid = t.oid AND NOT tgisinternal AND tgenabled <> 'D'
         UNION ALL SELECT conrelid::regclass::text FROM pg_constraint WHERE contype = 'f' AND confrelid = t.oid
         UNION ALL SELECT rulename::text FROM pg_rewrite WHERE ev_class = t.oid
         UNION ALL SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = t.oid
         UNION ALL SELECT 'row security' WHERE row_security_active(t.oid)) AS follows,
       ARRAY(SELECT verb FROM unnest('{SELECT,INSERT,UPDATE,DELETE}'::text[]) verb
         WHERE has_table_privilege(t.oid, verb)) AS rights,
       has_schema_privilege(n.oid, 'CREATE') AS creates,
       current_setting('server_version_num')::int AS version, pg_is_in_recovery() AS standby
     FROM pg_class t JOIN pg_namespace n ON n.oid = t.relnamespace
     WHERE t.oid = CASE WHEN $2::text IS NULL THEN to_regclass(quote_ident($1))
       ELSE to_regclass(quote_ident($2) || '.' || quote_ident($1)) END`,
    [name, schema ?? null],
    { signal },
  );
  return row;
}

/**
 * Refuses a table whose rows cannot be taken out one batch at a time and alone. Walking by blocks needs PostgreSQL 14
 * (TID range scans, release notes 14), and `FOR UPDATE` the right to update (PostgreSQL manual, SELECT).
 */
export function mayTakeFrom(table: SeenTable, { at, kept }: OldRows): void {
  if (table.kind === 'p') throw refused('rows-partitioned', { table: table.name });
  if (table.kind !== 'r') throw refused('no-target');
  if (table.version < 140_000) throw refused('server-too-old', { least: 14 });
  if (table.standby) throw refused('rows-on-copy');
  if (table.follows.length > 0)
    throw refused('more-than-rows', { table: table.name, what: table.follows.slice(0, 3).join(', ') });
  for (const column of [at, ...(kept === undefined ? [] : [kept.column])])
    if (!table.columns.includes(column)) throw refused('column-missing', { table: table.name, column });
  for (const right of ['SELECT', 'UPDATE', 'DELETE'])
    if (!table.rights.includes(right)) throw missingRight(right, `table ${table.name}`);
}

/** `from`: rows before it are left out, too; as the server wrote it. */
export interface Span {
  readonly rows: OldRows;
  readonly from?: string | undefined;
}

function condition({ rows: { at, kept, before }, from }: Span, first: number) {
  const values: unknown[] = [`${before} 00:00:00+00`];
  const parts = [`${identifier(at)} < $${first}::timestamptz`];
  if (kept !== undefined) {
    values.push([...kept.values]);
    parts.push(`${identifier(kept.column)} <> ALL($${first + values.length - 1}::text[])`);
  }
  if (from !== undefined) {
    values.push(from);
    parts.push(`${identifier(at)} >= $${first + values.length - 1}::timestamptz`);
  }
  return { sql: parts.join(' AND '), values };
}

const full = ({ schema, name }: Pick<SeenTable, 'schema' | 'name'>) =>
  `${identifier(schema)}.${identifier(name)}`;

export interface Counted {
  readonly rows: number;
  /** ISO, to the microsecond; null where there is none. */
  readonly oldest: string | null;
  readonly newest: string | null;
}

/** How many rows, and from when to when; never what is in them. */
export async function count(
  postgres: PostgresTarget,
  table: Pick<SeenTable, 'schema' | 'name'>,
  span: Span,
  signal: AbortSignal,
): Promise<Counted> {
  const where = condition(span, 1);
  const at = identifier(span.rows.at);
  const iso = (of: string) =>
    `to_char(${of}::timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
  const [row] = await postgres.query<Counted>(
    span.rows.database,
    `SELECT count(*)::float8 AS rows, ${iso(`min(${at})`)} AS oldest, ${iso(`max(${at})`)} AS newest
     FROM ONLY ${full(table)} WHERE ${where.sql}`,
    where.values,
    { signal, timeoutMs: countMs },
  );
  if (row === undefined) throw new AppError('BUG', 'count(*) gave no row');
  return row;
}

/** Whether there is one at all; ends at the first. */
export async function anyLeft(
  postgres: PostgresTarget,
  table: Pick<SeenTable, 'schema' | 'name'>,
  span: Span,
  signal: AbortSignal,
): Promise<boolean> {
  const where = condition(span, 1);
  const [row] = await postgres.query<{ left: boolean }>(
    span.rows.database,
    `SELECT EXISTS (SELECT FROM ONLY ${full(table)} WHERE ${where.sql}) AS left`,
    where.values,
    { signal, timeoutMs: leftMs },
  );
  return row?.left === true;
}

/** The same before the work: where that cannot be told in time, there may be one. */
export async function maybeLeft(...look: Parameters<typeof anyLeft>): Promise<boolean> {
  return anyLeft(...look).catch((error: unknown) => {
    if (!mayRepeat(error)) throw error;
    return true;
  });
}

/** Takes rows out of a table, and puts them into another where one is given, block by block. */
export interface Taking {
  readonly from: SeenTable;
  readonly into?: SeenTable | undefined;
  readonly span: Span;
  /** As it was counted for the plan. */
  readonly total: number;
}

/**
 * One statement is one batch: the server itself ends it at its limits, and either all of it happened or nothing. It
 * locks only rows that are old and that nobody else holds. The blocks are walked in order, so no batch looks again at
 * what a former one has taken, no index is needed, and each costs about the same. Gives what became of it as facts.
 * TargetError `limit` where rows stay held by others, or others have to be waited for too long.
 */
export async function takeOut(taking: Taking, context: Context): Promise<Facts> {
  const { signal, work } = context;
  const { postgres } = context.deps;
  const { from, span, total } = taking;
  const { database } = span.rows;
  const statement = statementOf(taking);
  let done = work?.before?.done ?? 0;
  let cursor = work?.before?.cursor ?? 0;
  let blocks: number = batchLimits.firstBlocks;
  let failures = 0;
  for (let pass = 1; ; pass += 1) {
    const end = await blocksOf(postgres, database, from, signal);
    while (cursor < end) {
      await yieldToOthers(database, { done, total, cursor }, context);
      signal.throwIfAborted();
      const began = context.now().getTime();
      const upTo = Math.min(end, cursor + blocks);
      let servedMs: number | undefined;
      try {
        const [row] = await postgres.execute<{ n: number; ms?: number }>(
          database,
          statement.sql,
          [`(${cursor},0)`, `(${upTo},0)`, ...statement.values],
          { ...batchLimits, keepsSession: true, signal },
        );
        done += row?.n ?? 0;
        servedMs = row?.ms;
        cursor = upTo;
        failures = 0;
      } catch (error) {
        failures += 1;
        if (!mayRepeat(error) || failures >= mostFailures) throw error;
        blocks = Math.max(1, Math.floor(blocks / 4));
      }
      const tookMs = context.now().getTime() - began;
      if (failures === 0) blocks = nextSize(blocks, servedMs ?? tookMs);
      // At most a fifth of the time is its own; where commits wait, so does it.
      const restMs = failures === 0 ? batchLimits.rests * tookMs : paceLimits.lookEveryMs * failures;
      await work?.next({ done, total, cursor }, Math.min(paceLimits.unseenMs, Math.ceil(restMs)));
    }
    // Of another table of that name nothing was taken: this one is not done.
    await mustBeSame(postgres, database, from, signal);
    if (!(await leftAfterAll({ done, total, cursor }, taking, context))) return { rows: done };
    if (pass >= mostPasses) throw new TargetError('limit', 'other sessions hold rows of it');
    cursor = 0;
    await work?.next({ done, total, cursor }, paceLimits.lookEveryMs);
  }
}

/** Past many rows that are gone a first look takes long; the server remembers what it passed, so the next is faster. */
async function leftAfterAll(
  progress: { readonly done: number; readonly total: number; readonly cursor: number },
  { from, span }: Taking,
  { deps: { postgres }, signal, work }: Context,
): Promise<boolean> {
  for (let look = 1; ; look += 1) {
    try {
      return await anyLeft(postgres, from, span, signal);
    } catch (error) {
      if (!mayRepeat(error) || look >= mostFailures) throw error;
    }
    await work?.next(progress, paceLimits.lookEveryMs);
  }
}

/** Pure. Blocks of the next batch, after one of so many that took so long. */
export function nextSize(blocks: number, tookMs: number): number {
  if (tookMs > batchLimits.aimMs) return Math.max(1, Math.floor(blocks / 2));
  return tookMs < batchLimits.aimMs / 2 ? Math.min(batchLimits.mostBlocks, blocks * 2) : blocks;
}

async function mustBeSame(
  postgres: PostgresTarget,
  database: DatabaseId,
  { name, schema, oid }: SeenTable,
  signal: AbortSignal,
): Promise<void> {
  const now = await seeTable(postgres, database, name, signal, schema);
  mustHold({ table_oid: oid }, { table_oid: now?.oid ?? null });
}

/** How many rows, and how long the server was at it: the session and its commit do not count. */
const result = `count(*)::int AS n,
     (extract(epoch FROM clock_timestamp() - statement_timestamp()) * 1000)::float8 AS ms`;

/** R-P4: the statement itself takes nothing where one of its tables is another one of that name by now. */
function statementOf({ from, into, span }: Taking) {
  const where = condition(span, 3);
  const values: unknown[] = [...where.values];
  const same = [from, ...(into === undefined ? [] : [into])].map((table) => {
    values.push(full(table), table.oid);
    return `to_regclass($${values.length + 1}) = $${values.length + 2}::oid`;
  });
  const picked = `picked AS MATERIALIZED (SELECT ctid FROM ONLY ${full(from)}
     WHERE ctid >= $1::tid AND ctid < $2::tid AND ${[where.sql, ...same].join(' AND ')} FOR UPDATE SKIP LOCKED)`;
  const gone = `DELETE FROM ONLY ${full(from)} WHERE ctid = ANY(ARRAY(SELECT ctid FROM picked))`;
  if (into === undefined)
    return {
      sql: `WITH ${picked}, gone AS (${gone} RETURNING 1) SELECT ${result} FROM gone`,
      values,
    };
  const columns = from.columns
    .filter((column) => into.columns.includes(column))
    .map(identifier)
    .join(', ');
  return {
    sql: `WITH ${picked}, gone AS (${gone} RETURNING ${columns}),
       put AS (INSERT INTO ${full(into)} (${columns}) OVERRIDING SYSTEM VALUE SELECT ${columns} FROM gone RETURNING 1)
     SELECT ${result} FROM put`,
    values,
  };
}

async function blocksOf(
  postgres: PostgresTarget,
  database: DatabaseId,
  { oid }: SeenTable,
  signal: AbortSignal,
): Promise<number> {
  const [row] = await postgres.query<{ blocks: number }>(
    database,
    "SELECT (pg_relation_size($1::oid) / current_setting('block_size')::int)::float8 AS blocks",
    [oid],
    { signal },
  );
  return row?.blocks ?? 0;
}

interface Others {
  /** Copies, and those whose lag this role may see. */
  readonly copies: number;
  readonly seen: number;
  readonly lag_bytes: number;
  readonly lag_seconds: number;
  readonly waiting: number;
}

/** What else goes on there, by which the pace is set. `pg_locks` shows everybody's, `pg_stat_replication` not. */
async function seeOthers(
  postgres: PostgresTarget,
  database: DatabaseId,
  signal: AbortSignal,
): Promise<Others | undefined> {
  const [row] = await postgres.query<Others>(
    database,
    `SELECT count(*)::int AS copies, count(replay_lsn)::int AS seen,
       coalesce(max(pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)), 0)::float8 AS lag_bytes,
       coalesce(max(extract(epoch FROM replay_lag)), 0)::float8 AS lag_seconds,
       (SELECT count(*) FROM pg_locks WHERE NOT granted
         AND (database IS NULL OR database = (SELECT oid FROM pg_database WHERE datname = current_database())))::int AS waiting
     FROM pg_stat_replication`,
    [],
    { signal },
  );
  return row;
}

/** Pure. Why it has to wait; undefined: nothing is in the way. */
export function waitsFor(others: Others): 'lag' | 'locks' | undefined {
  if (others.lag_bytes > paceLimits.lagBytes || others.lag_seconds > paceLimits.lagSeconds) return 'lag';
  return others.waiting > 0 ? 'locks' : undefined;
}

/** Waits until no copy is behind and no session waits for a lock. Outside of an execution there is no pace. */
async function yieldToOthers(
  database: DatabaseId,
  progress: { readonly done: number; readonly total: number; readonly cursor: number },
  { deps: { postgres }, signal, work, now }: Context,
): Promise<void> {
  if (work === undefined) return;
  const began = now().getTime();
  for (;;) {
    const others = await seeOthers(postgres, database, signal).catch((error: unknown) => {
      if (!mayRepeat(error)) throw error;
      return undefined;
    });
    // What cannot be seen now is waited for; that a copy's lag may not be seen at all, is known from the plan.
    const waits = others === undefined ? 'unseen' : waitsFor(others);
    if (waits === undefined) {
      if (others !== undefined && others.seen < others.copies) await work.next(progress, paceLimits.unseenMs);
      return;
    }
    if (now().getTime() - began > paceLimits.waitsAtMostMs)
      throw new TargetError('limit', 'others had to be waited for too long', { facts: { waits } });
    await work.next({ ...progress, waits }, paceLimits.lookEveryMs);
  }
}

/** For the plan: whether a copy follows whose lag this role may not see. */
export async function lagUnseen(
  postgres: PostgresTarget,
  database: DatabaseId,
  signal: AbortSignal,
): Promise<boolean> {
  const others = await seeOthers(postgres, database, signal);
  return others === undefined || others.seen < others.copies;
}

/** Each column with its type. */
export function shapeOf({ columns, types }: Pick<SeenTable, 'columns' | 'types'>): readonly string[] {
  return columns.map((column, index) => `${column} ${types[index] ?? ''}`);
}

/** R-P3: the very table, by its oid and its columns. */
export function identityOf(table: SeenTable | undefined): Facts {
  return { table_oid: table?.oid ?? null, columns: table === undefined ? null : shapeOf(table).join(', ') };
}

/** The table of a step, as it was planned; AppError CONFLICT `stale` where it is another one now. */
export async function planned(
  postgres: PostgresTarget,
  { database, table }: Pick<OldRows, 'database' | 'table'>,
  step: PlanStep,
  signal: AbortSignal,
): Promise<SeenTable> {
  const now = await seeTable(postgres, database, table, signal);
  mustHold(step.precondition, identityOf(now));
  if (now === undefined) throw refused('no-target');
  return now;
}
