import type { LongWork, Operation, WorkProgress } from '../../domain/fix/remediation.ts';
import { TargetError } from '../../domain/kernel/errors.ts';
import type { Facts } from '../../domain/kernel/facts.ts';
import type { DatabaseId, PostgresTarget } from '../../domain/probe/targets/postgres.ts';
import type { Targets, With } from '../../domain/probe/targets/targets.ts';
import { mayRepeat } from './server.ts';

/** An index of a larger table is left to people (bytes). */
export const mostBytes = 50 * 1024 ** 3;

/** Work on an index reads its table at least this fast (bytes a second), and has this long besides (milliseconds). */
const slowest = 8 * 1024 ** 2;
const leastMs = 60_000;
const mostMs = 2 * 3_600_000;

/** How often it is looked at (milliseconds): whoever waits behind it waits no longer than a second in all. */
const lookEveryMs = 250;
/** How long the end of a statement that was cancelled is waited for. */
const endsWithinMs = 5_000;
/** Looks at a server that does not answer, a second each, until the work is given up. */
const mostUnseen = 300;

/** Of a step: between two looks it gets the whole of it again. */
export const indexStepMs = 45_000;

/** To drop an index: it waits for others alone. */
export const dropping = { timeoutMs: 30_000, lockTimeoutMs: 5_000 } as const;

/** The same without anybody to look at it: it lets go before a second is over, and tries again. */
const cleanUp = { timeoutMs: 5_000, lockTimeoutMs: 900, tries: 5 } as const;

export interface IndexLimits {
  readonly timeoutMs: number;
  readonly lockTimeoutMs: number;
}

/**
 * Pure. How long work on an index of so large a table may take: whole minutes, two hours at most. For transactions that
 * are older than it, it waits a tenth of that at most: the longer it has worked, the more would be lost.
 */
export function indexLimits(bytes: number): IndexLimits {
  const minutes = Math.ceil((leastMs + (bytes / slowest) * 1_000) / 60_000);
  const timeoutMs = Math.min(mostMs, minutes * 60_000);
  return { timeoutMs, lockTimeoutMs: Math.min(600_000, timeoutMs / 10) };
}

/** Pure. The same for the indexes of all these tables, one after the other, as a plan says it. */
export function minutesFor(tables: readonly { readonly bytes: number }[]): number {
  return tables.reduce((sum, { bytes }) => sum + indexLimits(bytes).timeoutMs / 60_000, 0);
}

/** A row of pg_stat_progress_create_index. */
export interface IndexPhase {
  readonly phase: string | null;
  readonly blocks_done: number;
  readonly blocks_total: number;
  readonly tuples_done: number;
  readonly tuples_total: number;
}

/** Where each phase begins, as a share of the whole (PostgreSQL manual, 27.4.4); the last one that fits counts. */
const phases: readonly (readonly [phase: string, from: number, to: number])[] = [
  ['initializing', 0, 0],
  ['waiting for writers before build', 0, 0],
  ['building index', 0, 0.65],
  ['building index: scanning table', 0, 0.35],
  ['building index: sorting live tuples', 0.35, 0.45],
  ['building index: loading tuples in tree', 0.45, 0.65],
  ['waiting for writers before validation', 0.65, 0.65],
  ['index validation: scanning index', 0.65, 0.75],
  ['index validation: sorting tuples', 0.75, 0.8],
  ['index validation: scanning table', 0.8, 0.97],
  ['waiting for old snapshots', 0.97, 0.97],
  ['waiting for readers before marking dead', 0.98, 0.98],
  ['waiting for readers before dropping', 0.99, 0.99],
];

/** Pure. How much of its work the server has done; 0 where it does not say. */
export function shareOf(seen: IndexPhase): number {
  const [, from, to] = phases.find(([phase]) => phase === seen.phase) ?? ['', 0, 0];
  const part = (done: number, total: number) => (total > 0 ? Math.min(1, done / total) : 0);
  const within = Math.max(
    part(seen.blocks_done, seen.blocks_total),
    part(seen.tuples_done, seen.tuples_total),
  );
  return from + (to - from) * within;
}

export type Context = {
  readonly deps: With<'postgres'> & Pick<Targets, 'runtime'>;
  readonly signal: AbortSignal;
  readonly work?: LongWork | undefined;
  readonly operation?: Operation | undefined;
};

export interface IndexWork {
  readonly database: DatabaseId;
  /** Takes no parameters, and no lock that reads or writes wait for. */
  readonly sql: string;
  readonly limits: IndexLimits;
  /** Of the table, for what is shown. */
  readonly rows: number;
  /** What an attempt that ended leaves behind goes; called where no other worker goes on. */
  cleanUp(): Promise<void>;
}

/** So that the next worker knows a statement of this very fix. */
const marked = (sql: string, { operation }: Pick<Context, 'operation'>) =>
  `/* aetherius-bot ${(operation?.id ?? '-').replaceAll(/[^\w-]/g, '')} */ ${sql}`;

interface Seen extends IndexPhase {
  /** It waits for a lock itself. */
  readonly waits: boolean;
  /** A session waits for a lock that it holds; autovacuum may, where the role may see what it is: nobody waits behind it. */
  readonly blocks: boolean;
}

/** Who runs this very statement: the beginning of it, as the server shows it. */
const ours = `a.datname = current_database() AND a.state = 'active' AND a.backend_type = 'client backend'
  AND left(a.query, 500) = left($1, 500) AND a.pid <> pg_backend_pid()`;

async function see(
  postgres: PostgresTarget,
  { database, sql }: Pick<IndexWork, 'database' | 'sql'>,
  context: Pick<Context, 'operation' | 'signal'>,
): Promise<Seen | undefined> {
  const [row] = await postgres.query<Seen>(
    database,
    `SELECT p.phase, coalesce(p.blocks_done, 0)::float8 AS blocks_done, coalesce(p.blocks_total, 0)::float8 AS blocks_total,
       coalesce(p.tuples_done, 0)::float8 AS tuples_done, coalesce(p.tuples_total, 0)::float8 AS tuples_total,
       a.wait_event_type IS NOT DISTINCT FROM 'Lock' AS waits,
       EXISTS (SELECT 1 FROM pg_locks l JOIN pg_stat_activity o ON o.pid = l.pid
         WHERE NOT l.granted AND l.locktype = 'relation' AND o.backend_type IS DISTINCT FROM 'autovacuum worker'
           AND a.pid = ANY(pg_blocking_pids(l.pid))) AS blocks
     FROM pg_stat_activity a LEFT JOIN pg_stat_progress_create_index p ON p.pid = a.pid WHERE ${ours}`,
    [marked(sql, context)],
    { signal: context.signal },
  );
  return row;
}

/** Whether the server is at this very statement of this very fix, whoever began it. */
export async function isUnderWay(
  work: Pick<IndexWork, 'database' | 'sql'>,
  context: Context,
): Promise<boolean> {
  return (await see(context.deps.postgres, work, context)) !== undefined;
}

/**
 * Waits until the server is no more at this statement: a cancel is only asked for, and until it is followed what the
 * statement leaves is still its work. Rejects after `endsWithinMs`.
 */
async function whenEnded(
  postgres: PostgresTarget,
  work: Pick<IndexWork, 'database' | 'sql'>,
  { operation }: Pick<Context, 'operation'>,
): Promise<void> {
  const signal = AbortSignal.timeout(endsWithinMs);
  while ((await see(postgres, work, { operation, signal })) !== undefined)
    await postgres.query(work.database, 'SELECT pg_sleep(0.02)', [], { signal });
}

/**
 * An index as it is, and whether this very fix is at it. What ends between these two looks is looked at again: it would
 * pass for the work of another hand.
 */
export async function withOurs<Found>(
  see: () => Promise<Found>,
  isBuilding: (found: Found) => boolean,
  workOn: (found: Found) => Pick<IndexWork, 'database' | 'sql'>,
  context: Context,
): Promise<{ readonly found: Found; readonly underWay: boolean }> {
  const found = await see();
  if (!isBuilding(found)) return { found, underWay: false };
  return (await isUnderWay(workOn(found), context))
    ? { found, underWay: true }
    : { found: await see(), underWay: false };
}

/**
 * One statement that takes long, looked at while it runs: how far it is is stored and shown, it ends when people stop it
 * or when a session waits behind it, and what it leaves is cleaned up. Where another worker goes on it is left alone.
 * `begun`: another worker has sent it, and it is only watched. Gives whether it is known to have done its work; where
 * not, nobody works at it any more. TargetError `limit` where the server gave up, with why in `gaveUp`.
 */
export async function watched(work: IndexWork, context: Context, begun = false): Promise<boolean> {
  const { deps, signal, work: batches } = context;
  const { postgres } = deps;
  const { database, limits } = work;
  let answer: { readonly error?: unknown } | undefined;
  const leave = new AbortController();
  const sent = begun
    ? undefined
    : postgres
        .execute(database, marked(work.sql, context), [], {
          ...{ ...limits, endsWithClient: true },
          signal: AbortSignal.any([signal, leave.signal]),
        })
        .then(
          () => {
            answer = {};
          },
          (error: unknown) => {
            answer = { error };
          },
        );
  const end = async (): Promise<void> => {
    await postgres
      .execute(database, `SELECT pg_cancel_backend(a.pid) FROM pg_stat_activity a WHERE ${ours}`, [
        marked(work.sql, context),
      ])
      .catch(() => undefined);
    leave.abort(new Error('it was ended'));
    await whenEnded(postgres, work, context).catch(() => undefined);
    await work.cleanUp().catch(() => undefined);
  };
  if (batches === undefined) await sent;
  let progress: WorkProgress = { done: 0, total: work.rows > 0 ? Math.round(work.rows) : 100, whole: true };
  let unseen = 0;
  for (let pauseMs = 10; !isFinal(answer); pauseMs = Math.min(lookEveryMs, pauseMs * 2)) {
    const seen = await see(postgres, work, context).catch((error: unknown) => {
      unseen += 1;
      if (!mayRepeat(error) || unseen >= mostUnseen) throw error;
      return 'unseen' as const;
    });
    if (seen === undefined && (begun || answer !== undefined)) break;
    if (seen !== 'unseen') unseen = 0;
    if (seen !== undefined && seen !== 'unseen' && seen.blocks) {
      await end();
      throw new TargetError('limit', 'a session waited behind it', { facts: { gaveUp: 'gave-way' } });
    }
    progress = progressFrom(progress, seen);
    try {
      await batches?.next(progress, seen === 'unseen' ? 1_000 : pauseMs);
    } catch (error) {
      if (batches?.stopped() === true) await end();
      throw error;
    }
  }
  if (answer !== undefined && answer.error === undefined) return true;
  await work.cleanUp().catch(() => undefined);
  if (isFinal(answer)) throw gaveUp(answer?.error);
  return false;
}

/** The server has answered; silence is none: it may still be at it. */
const isFinal = (answer: { readonly error?: unknown } | undefined): boolean =>
  answer !== undefined && (answer.error === undefined || !isSilence(answer.error));

const isSilence = (error: unknown): boolean => endOf(error) === undefined && mayRepeat(error);

/** Pure. What is shown of a look; `seen` undefined: it has not begun yet. */
function progressFrom(last: WorkProgress, seen: Seen | 'unseen' | undefined): WorkProgress {
  const { waits: _waits, ...rest } = last;
  if (seen === undefined) return rest;
  if (seen === 'unseen') return { ...rest, waits: 'unseen' };
  const done = Math.round(shareOf(seen) * last.total);
  return { ...rest, done, ...(seen.waits ? { waits: 'transactions' } : {}) };
}

/** SQLSTATE of what the server itself ended: lock_timeout, statement_timeout or a cancel, and unique_violation. */
const ended: Readonly<Record<string, string>> = {
  '55P03': 'waited-too-long',
  '57014': 'was-ended',
  '23505': 'rows-twice',
};

const endOf = (error: unknown): string | undefined =>
  error instanceof TargetError ? ended[String(error.facts.sqlstate)] : undefined;

/** An answer, and no silence: the server gave up, so nothing of it took effect. Other errors stay as they are. */
function gaveUp(error: unknown): unknown {
  const why = endOf(error);
  if (why === undefined || !(error instanceof TargetError)) return error;
  const facts: Facts = { ...error.facts, gaveUp: why };
  return new TargetError('limit', 'the server gave up waiting for a lock, or took too long', {
    cause: error,
    facts,
  });
}

/**
 * Drops an index that nobody looks after, and lets others pass before they have waited for a second. `isLeft` is asked
 * before each attempt: meanwhile another hand may have built one under that name.
 */
export async function dropLeft(
  postgres: PostgresTarget,
  database: DatabaseId,
  name: string,
  isLeft: () => Promise<boolean>,
): Promise<void> {
  for (let attempt = 1; await isLeft(); attempt += 1) {
    try {
      await postgres.execute(database, `DROP INDEX CONCURRENTLY IF EXISTS ${name}`, [], cleanUp);
      return;
    } catch (error) {
      if (endOf(error) !== 'waited-too-long' || attempt >= cleanUp.tries) throw error;
    }
  }
}
