import { z } from 'zod';
import { defineRemediation, planSchema } from '../../domain/fix/remediation.ts';
import { TargetError } from '../../domain/kernel/errors.ts';
import type { Facts } from '../../domain/kernel/facts.ts';
import type { DatabaseId, PostgresTarget } from '../../domain/probe/targets/postgres.ts';
import { mustHold, refused } from '../shared/stale.ts';
import { postgresObject, systemIdentifier } from '../shared/store-behind.ts';
import {
  type Context,
  dropLeft,
  indexLimits,
  indexStepMs,
  minutesFor,
  mostBytes,
  watched,
  withOurs,
} from './index-work.ts';
import { mustBeSingle, mustHaveRoom, mustHaveTheWay } from './needs.ts';
import { databaseIdOf, databaseOf, identifier, mayChangeIn, missingRight, nameOf } from './server.ts';

const name = z.string().min(1).max(63);
const Params = z.strictObject({
  database: z
    .enum(['agentManager', 'orchestrator'])
    .default('agentManager')
    .meta({ description: 'Which of the two databases.' }),
  schema: name.default('public').meta({ description: 'Schema of the index.' }),
  index: name.meta({ description: 'Name of the index.' }),
});

export const rebuildIndex = defineRemediation({
  id: 'postgres.rebuild-index',
  version: 2,
  doc: `Builds one index anew by REINDEX INDEX CONCURRENTLY (T1.b).
It needs the role that owns the index.
Reads and writes go on meanwhile, with the old index until the new one is valid, and it ends as soon as another session waits behind it.
It may take two minutes for a small table and two hours for one of 50 GiB; the plan says how many minutes.
For older transactions it waits a tenth of that at most.
It shows how far it is and can be stopped; nothing is left of it then.
When its worker dies, PostgreSQL ends it within seconds, from version 14 on, and the next worker begins anew; before 14 the next one waits for its end.
What an attempt leaves behind is dropped, at once or by the next attempt.
A table larger than 50 GiB, and an index of PostgreSQL's own schemas, are refused.
A unique index is refused while rows are there twice, or, if it is invalid, where that cannot be told.
Refused, too, while a transaction is open for longer than it would wait, and where the disk of PostgreSQL is seen to have no room.
There is no undo: the content is the same.`,
  tier: 2,
  params: Params,
  needs: ['postgres'],
  helpsWith: [],
  helpsCause: ['INDEX_CORRUPT', 'INDEX_BLOATED', 'INDEX_INVALID'],
  paramsFor({ facts }) {
    const database = databaseIdOf(facts);
    const { schema, index } = facts;
    if (database === undefined || typeof index !== 'string') return undefined;
    return { database, ...(typeof schema === 'string' ? { schema } : {}), index };
  },
  instruction: 'reindex-concurrently',

  async plan(params, { deps, signal }: Context) {
    const { postgres, environment } = deps;
    const { database, schema, index } = params;
    mayChangeIn(schema);
    const found = await look(postgres, database, params, signal);
    if (found === undefined) throw refused('no-target');
    if (found.kind !== 'i' || found.exclusion) throw refused('index-not-rebuilt', { index });
    if (!found.mine) throw missingRight('REINDEX', `index ${index} of ${found.owner}`);
    if (found.bytes > mostBytes)
      throw refused('table-too-large', { table: found.table, bytes: found.bytes, most: mostBytes });
    await mustHaveTheWay(postgres, database, [found], signal);
    const single = await mustBeSingle(postgres, database, { oid: found.oid, name: index }, signal);
    const room = await mustHaveRoom(Math.round(found.index_bytes), database, deps, signal);
    const notes = [...single, ...room];
    const cluster = await systemIdentifier(postgres, signal);
    return {
      schemaVersion: planSchema,
      actionId: 'postgres.rebuild-index',
      actionVersion: 2,
      environment,
      part: 'postgres',
      target: `postgres/${cluster}/${nameOf(postgres, database)}/${schema}.${index}`,
      identity: { system_identifier: cluster },
      params,
      tier: 2,
      ...(notes.length === 0 ? {} : { notes }),
      steps: [
        {
          kind: 'postgres-reindex',
          target: `${schema}.${index}`,
          from: { index: found.oid },
          to: { index: 'rebuilt' },
          precondition: { index_oid: found.oid, table_oid: found.table_oid },
          safety: 'idempotent',
        },
      ],
      verifyWith: [{ probe: 'postgres.connection', with: { database } }],
      verifyWithinMs: 60_000,
      stableForMs: 1_000,
      blast: {
        key: 'postgres-reindex',
        facts: { index, table: found.table, bytes: found.index_bytes, minutes: minutesFor([found]) },
      },
      stepTimeoutMs: indexStepMs,
      objects: 1,
    };
  },

  async object(_plan, { deps, signal }: Context) {
    return postgresObject(deps.postgres, signal);
  },

  async applyStep(step, plan, context: Context): Promise<Facts> {
    const { postgres } = context.deps;
    const wanted = Params.parse(plan.params);
    const see = () => look(postgres, wanted.database, wanted, context.signal);
    const dropLeftovers = async (signal: AbortSignal) => {
      for (const left of await leftovers(postgres, wanted, signal))
        await dropLeft(postgres, wanted.database, full(wanted.schema, left), async () =>
          (await leftovers(postgres, wanted, signal)).includes(left),
        );
    };
    const asked = { database: wanted.database, sql: statementOf(wanted) };
    const { found: now, underWay } = await withOurs(see, isBuilt, () => asked, context);
    if (isRebuilt(step.precondition, now)) {
      await dropLeftovers(context.signal);
      return { index: wanted.index, already: true };
    }
    mustHold(step.precondition, { index_oid: now?.oid ?? null, table_oid: now?.table_oid ?? null });
    context.signal.throwIfAborted();
    const work = {
      ...asked,
      limits: indexLimits(now?.bytes ?? 0),
      rows: now?.rows ?? 0,
      cleanUp: () => dropLeftovers(AbortSignal.timeout(5_000)),
    };
    const again = async () => isRebuilt(step.precondition, await see());
    if (underWay) {
      await watched(work, context, true);
      if (await again()) return { index: wanted.index, already: true };
    }
    await dropLeftovers(context.signal);
    if (!(await watched(work, context)) && !(await again()))
      throw new TargetError('limit', 'its session ended before it', { facts: { gaveUp: 'was-ended' } });
    return { index: wanted.index };
  },

  async observeStep(step, plan, context: Context) {
    const { postgres } = context.deps;
    const wanted = Params.parse(plan.params);
    const { found: now, underWay } = await withOurs(
      () => look(postgres, databaseOf(plan.params), wanted, context.signal),
      isBuilt,
      () => ({ database: wanted.database, sql: statementOf(wanted) }),
      context,
    );
    if (underWay) return 'under-way';
    // It was exchanged, and the former one is still there: dropping it is part of the step.
    if (isRebuilt(step.precondition, now))
      return (await leftovers(postgres, wanted, context.signal)).length === 0 ? 'done' : 'not-done';
    // Another index, or none, by another hand; or it is being built right now.
    if (now === undefined || now.oid !== step.precondition.index_oid || now.building) return 'unknown';
    return 'not-done';
  },

  /** By the catalogue: the index is valid, and nothing of the attempt is left. */
  async settled(plan, { deps: { postgres }, signal }: Context) {
    const wanted = Params.parse(plan.params);
    const now = await look(postgres, wanted.database, wanted, signal);
    return now?.valid === true && (await leftovers(postgres, wanted, signal)).length === 0;
  },
});

type Wanted = z.output<typeof Params>;

const full = (schema: string, index: string) => `${identifier(schema)}.${identifier(index)}`;
const statementOf = ({ schema, index }: Wanted) => `REINDEX INDEX CONCURRENTLY ${full(schema, index)}`;

interface Row {
  /** REINDEX CONCURRENTLY makes another index under the same name, with another oid. */
  readonly oid: string;
  readonly table_oid: string;
  readonly table: string;
  readonly kind: string;
  readonly exclusion: boolean;
  readonly valid: boolean;
  readonly building: boolean;
  readonly rows: number;
  readonly bytes: number;
  readonly index_bytes: number;
  readonly owner: string;
  readonly mine: boolean;
}

const isBuilt = (found: { readonly building: boolean } | undefined) => found?.building === true;

function isRebuilt(before: Facts, now: Row | undefined): boolean {
  if (now === undefined || now.table_oid !== before.table_oid) return false;
  return now.oid !== before.index_oid && now.valid;
}

async function look(
  postgres: PostgresTarget,
  database: DatabaseId,
  { schema, index }: Pick<Wanted, 'schema' | 'index'>,
  signal: AbortSignal,
): Promise<Row | undefined> {
  const [row] = await postgres.query<Row>(
    database,
    `SELECT i.oid::text AS oid, t.oid::text AS table_oid, t.relname AS table, i.relkind AS kind,
       x.indisexclusion AS exclusion, x.indisvalid AS valid,
       EXISTS (SELECT 1 FROM pg_stat_progress_create_index p WHERE p.relid = t.oid) AS building,
       greatest(t.reltuples, 0)::float8 AS rows, pg_table_size(t.oid)::float8 AS bytes, pg_relation_size(i.oid)::float8 AS index_bytes,
       pg_get_userbyid(i.relowner) AS owner, pg_has_role(current_user, i.relowner, 'USAGE') AS mine
     FROM pg_class i JOIN pg_namespace n ON n.oid = i.relnamespace
     JOIN pg_index x ON x.indexrelid = i.oid JOIN pg_class t ON t.oid = x.indrelid
     WHERE n.nspname = $1 AND i.relname = $2`,
    [schema, index],
    { signal },
  );
  return row;
}

/** Invalid indexes that a failed REINDEX CONCURRENTLY leaves: `<name>_ccnew` and `<name>_ccold`, with a number if need be. */
async function leftovers(
  postgres: PostgresTarget,
  { database, schema, index }: Wanted,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const rows = await postgres.query<{ readonly name: string }>(
    database,
    `SELECT i.relname AS name FROM pg_class i JOIN pg_namespace n ON n.oid = i.relnamespace
       JOIN pg_index x ON x.indexrelid = i.oid
     WHERE n.nspname = $1 AND NOT x.indisvalid AND i.relname ~ '_cc(new|old)[0-9]*$'
       AND regexp_replace(i.relname, '_cc(new|old)[0-9]*$', '') = $2
       AND NOT EXISTS (SELECT 1 FROM pg_stat_progress_create_index p WHERE p.relid = x.indrelid)`,
    [schema, index],
    { signal },
  );
  return rows.map((row) => row.name);
}
