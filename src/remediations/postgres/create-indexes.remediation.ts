import { z } from 'zod';
import { defineRemediation, type PlanStep, planSchema } from '../../domain/fix/remediation.ts';
import { TargetError } from '../../domain/kernel/errors.ts';
import type { Facts } from '../../domain/kernel/facts.ts';
import type { Platform } from '../../domain/platform/platform.ts';
import { guideIndexes } from '../../domain/platform/table.ts';
import type { DatabaseId, PostgresTarget } from '../../domain/probe/targets/postgres.ts';
import { mustHold, refused } from '../shared/stale.ts';
import { postgresObject, systemIdentifier } from '../shared/store-behind.ts';
import {
  type Context,
  dropLeft,
  dropping,
  indexLimits,
  indexStepMs,
  isUnderWay,
  minutesFor,
  mostBytes,
  watched,
  withOurs,
} from './index-work.ts';
import { mustHaveRoom, mustHaveTheWay } from './needs.ts';
import { databaseIdOf, databaseOf, identifier, mayChangeIn, missingRight, nameOf } from './server.ts';

/** What an entry of such an index takes, generously: a short text with its head and its place, in pages that are not full. */
const entryBytes = 64;

const Params = z.strictObject({
  database: z
    .enum(['agentManager', 'orchestrator'])
    .default('agentManager')
    .meta({ description: 'Which of the two databases.' }),
});

export const createIndexes = defineRemediation({
  id: 'postgres.create-indexes',
  version: 2,
  doc: `Creates those of the guide's five indexes that a database lacks, each by CREATE INDEX CONCURRENTLY (D2.a).
Reads and writes go on meanwhile, and it ends as soon as another session waits behind it.
It needs the role that owns the table.
It may take two minutes for a small table and two hours for one of 50 GiB; the plan says how many minutes.
For older transactions it waits a tenth of that at most.
It shows how far it is and can be stopped; nothing is left of it then.
When its worker dies, PostgreSQL ends it within seconds, from version 14 on, and the next worker begins anew; before 14 the next one waits for its end.
An index that an attempt left invalid is dropped, at once or by the next attempt.
A table larger than 50 GiB and a partitioned table are refused.
Refused, too, while a transaction is open for longer than it would wait, and where the disk of PostgreSQL is seen to have no room.
Undo drops what was created, concurrently.`,
  tier: 2,
  params: Params,
  needs: ['postgres'],
  helpsWith: [],
  helpsCause: ['PG_INDEX_MISSING'],
  paramsFor({ facts }) {
    const database = databaseIdOf(facts);
    return database === undefined ? undefined : { database };
  },
  instruction: 'create-index',

  async plan(params, { deps, signal }: Context) {
    const { postgres, platform, environment } = deps;
    const wanted = guideIndexes[params.database];
    const seen: Seen[] = [];
    for (const { name, table, column } of wanted) {
      const found = await look(
        postgres,
        params.database,
        { index: name, table: platform.tables[table], column },
        signal,
      );
      if (found !== undefined && !found.covered) seen.push(found);
    }
    for (const found of seen) mayBuild(found);
    const [first, ...rest] = seen.map((found) => stepOf(found, 'valid'));
    if (first === undefined) throw refused('nothing-to-do', { database: params.database });
    await mustHaveTheWay(postgres, params.database, seen, signal);
    const bytes = Math.round(seen.reduce((sum, { rows }) => sum + rows * entryBytes, 0));
    const notes = await mustHaveRoom(bytes, params.database, deps, signal);
    const [firstUndo, ...restUndo] = seen.map((found) => undoOf(found)).toReversed();
    const cluster = await systemIdentifier(postgres, signal);
    return {
      schemaVersion: planSchema,
      actionId: 'postgres.create-indexes',
      actionVersion: 2,
      environment,
      part: 'postgres',
      target: `postgres/${cluster}/${nameOf(postgres, params.database)}/indexes`,
      identity: { system_identifier: cluster },
      params,
      tier: 2,
      ...(notes.length === 0 ? {} : { notes }),
      steps: [first, ...rest],
      ...(firstUndo === undefined ? {} : { undo: [firstUndo, ...restUndo] as const }),
      verifyWith: [{ probe: 'postgres.connection', with: { database: params.database } }],
      verifyWithinMs: 60_000,
      stableForMs: 1_000,
      blast: {
        key: 'postgres-create-indexes',
        facts: {
          indexes: seen.length,
          database: nameOf(postgres, params.database),
          rows: Math.round(seen.reduce((sum, { rows }) => Math.max(sum, rows), 0)),
          minutes: minutesFor(seen),
        },
      },
      undoBlast: { key: 'postgres-drop-indexes', facts: { indexes: seen.length } },
      stepTimeoutMs: indexStepMs,
      objects: seen.length,
    };
  },

  async object(_plan, { deps, signal }: Context) {
    return postgresObject(deps.postgres, signal);
  },

  async applyStep(step, plan, context: Context): Promise<Facts> {
    const { postgres, platform } = context.deps;
    const database = databaseOf(plan.params);
    const wanted = wantedOf(step, database, platform);
    const index = wanted.index;
    const toValid = step.to.index === 'valid';
    const see = () => look(postgres, database, wanted, context.signal);
    const { found, underWay } = await withOurs(
      see,
      (one) => toValid && one?.state === 'building',
      (one) => ({ database, sql: statementOf(step, one, wanted) }),
      context,
    );
    let now = found;
    if (now?.table_oid === step.precondition.table_oid && now?.state === step.to.index)
      return { index, already: true };
    const name = full(now?.schema ?? '', index);
    const work = {
      database,
      sql: statementOf(step, now, wanted),
      limits: toValid ? indexLimits(now?.bytes ?? 0) : dropping,
      rows: now?.rows ?? 0,
      // An invalid index is kept up to date at every write and helps no query.
      cleanUp: () => (toValid ? dropInvalid(AbortSignal.timeout(5_000)) : Promise.resolve()),
    };
    const dropInvalid = (signal: AbortSignal) =>
      dropLeft(postgres, database, name, async () => {
        // Before the index is looked at: what ends in between is invalid by then, and what is built is another hand's.
        const ours = await isUnderWay(work, { ...context, signal });
        const state = (await look(postgres, database, wanted, signal))?.state;
        return state === 'invalid' || (state === 'building' && ours);
      });
    // What an attempt of ours left behind is no other hand's work.
    const left = toValid && (now?.state === 'invalid' || underWay);
    mustHold(step.precondition, {
      table_oid: now?.table_oid ?? null,
      index: left ? (step.precondition.index ?? null) : (now?.state ?? null),
    });
    if (now === undefined) throw refused('no-target');
    context.signal.throwIfAborted();
    if (underWay) {
      await watched(work, context, true);
      now = await see();
      if (now?.state === 'valid') return { index, already: true };
    }
    if (now?.state === 'invalid' && toValid) await dropInvalid(context.signal);
    if (!(await watched(work, context)) && (await see())?.state !== step.to.index)
      throw new TargetError('limit', 'its session ended before it', { facts: { gaveUp: 'was-ended' } });
    return toValid ? { index, rows: Math.round(work.rows) } : { index, dropped: true };
  },

  async observeStep(step, plan, context: Context) {
    const { postgres, platform } = context.deps;
    const database = databaseOf(plan.params);
    const wanted = wantedOf(step, database, platform);
    const { found: now, underWay } = await withOurs(
      () => look(postgres, database, wanted, context.signal),
      (one) => one?.state === 'building',
      (one) => ({ database, sql: statementOf(step, one, wanted) }),
      context,
    );
    if (now === undefined || now.table_oid !== step.precondition.table_oid) return 'unknown';
    if (now.state === step.to.index) return 'done';
    if (underWay) return 'under-way';
    // Another builds it, or has made one of that name.
    return now.state === 'building' || now.state === 'other' ? 'unknown' : 'not-done';
  },

  /** By the catalogue, not by the name: a valid index leads with the column, or none of ours is left. */
  async settled(plan, { deps: { postgres, platform }, signal }: Context) {
    const database = databaseOf(plan.params);
    for (const step of plan.steps) {
      const now = await look(postgres, database, wantedOf(step, database, platform), signal);
      if (now === undefined) return false;
      if (step.to.index === 'valid' ? !now.covered : now.state !== 'absent') return false;
    }
    return true;
  },
});

interface Wanted {
  readonly index: string;
  readonly table: string;
  readonly column: string;
}

interface Row {
  readonly table_oid: string;
  readonly schema: string;
  readonly partitioned: boolean;
  readonly rows: number;
  readonly bytes: number;
  readonly owner: string;
  readonly mine: boolean;
  /** A valid index leads with the column, whatever its name. */
  readonly covered: boolean;
  readonly state: 'absent' | 'invalid' | 'valid' | 'building' | 'other';
}
type Seen = Row & Wanted;

const full = (schema: string, name: string) => `${identifier(schema)}.${identifier(name)}`;

/** The index that a step is about: only those of the guide, on the tables of this installation. */
function wantedOf({ target }: PlanStep, database: DatabaseId, { tables }: Platform): Wanted {
  const found = guideIndexes[database].find(({ name }) => name === target);
  if (found === undefined) throw refused('no-target');
  return { index: found.name, table: tables[found.table], column: found.column };
}

function statementOf({ to }: PlanStep, now: Row | undefined, { index, table, column }: Wanted): string {
  const schema = now?.schema ?? '';
  return to.index === 'valid'
    ? `CREATE INDEX CONCURRENTLY ${identifier(index)} ON ${full(schema, table)} (${identifier(column)})`
    : `DROP INDEX CONCURRENTLY IF EXISTS ${full(schema, index)}`;
}

function mayBuild(found: Seen): void {
  const { table, index, owner, bytes } = found;
  mayChangeIn(found.schema);
  if (found.partitioned) throw refused('partitioned-table', { table });
  if (!found.mine) throw missingRight('CREATE INDEX', `table ${table} of ${owner}`);
  if (bytes > mostBytes) throw refused('table-too-large', { table, bytes, most: mostBytes });
  if (found.state === 'other' || found.state === 'building' || found.state === 'valid')
    throw refused('index-name-taken', { index, table });
}

function stepOf(found: Seen, to: 'valid'): PlanStep {
  return {
    kind: 'postgres-create-index',
    target: found.index,
    from: { index: found.state },
    to: { index: to, table: found.table, column: found.column },
    precondition: { table_oid: found.table_oid, index: found.state },
    safety: 'idempotent',
  };
}

function undoOf(found: Seen): PlanStep {
  return {
    kind: 'postgres-drop-index',
    target: found.index,
    from: { index: 'valid' },
    to: { index: 'absent', table: found.table },
    precondition: { table_oid: found.table_oid, index: 'valid' },
    safety: 'idempotent',
  };
}

/** Undefined where there is no such table, or where it has no such column. */
async function look(
  postgres: PostgresTarget,
  database: DatabaseId,
  wanted: Wanted,
  signal: AbortSignal,
): Promise<Seen | undefined> {
  const [row] = await postgres.query<Row>(
    database,
    `SELECT t.oid::text AS table_oid, n.nspname AS schema, t.relkind = 'p' AS partitioned,
       greatest(t.reltuples, 0)::float8 AS rows, pg_table_size(t.oid)::float8 AS bytes,
       pg_get_userbyid(t.relowner) AS owner, pg_has_role(current_user, t.relowner, 'USAGE') AS mine,
       EXISTS (SELECT 1 FROM pg_index k JOIN pg_attribute a ON a.attrelid = k.indrelid AND a.attnum = k.indkey[0]
         WHERE k.indrelid = t.oid AND k.indisvalid AND k.indpred IS NULL AND a.attname = $3) AS covered,
       CASE WHEN i.oid IS NULL THEN 'absent'
         WHEN x.indrelid IS DISTINCT FROM t.oid OR x.indnatts <> 1 OR x.indisunique OR x.indpred IS NOT NULL
           OR c.attname IS DISTINCT FROM $3 THEN 'other'
         WHEN x.indisvalid THEN 'valid'
         WHEN EXISTS (SELECT 1 FROM pg_stat_progress_create_index p WHERE p.relid = t.oid) THEN 'building'
         ELSE 'invalid' END AS state
     FROM pg_class t JOIN pg_namespace n ON n.oid = t.relnamespace
     LEFT JOIN pg_class i ON i.relnamespace = t.relnamespace AND i.relname = $2
     LEFT JOIN pg_index x ON x.indexrelid = i.oid
     LEFT JOIN pg_attribute c ON c.attrelid = x.indrelid AND c.attnum = x.indkey[0]
     WHERE t.oid = to_regclass(quote_ident($1)) AND t.relkind IN ('r', 'p') AND EXISTS (
       SELECT 1 FROM pg_attribute w WHERE w.attrelid = t.oid AND w.attname = $3 AND NOT w.attisdropped)`,
    [wanted.table, wanted.index, wanted.column],
    { signal },
  );
  return row === undefined ? undefined : { ...row, ...wanted };
}
