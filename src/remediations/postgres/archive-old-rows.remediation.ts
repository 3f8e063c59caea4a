import { defineRemediation, type PlanStep, planSchema } from '../../domain/fix/remediation.ts';
import type { Facts } from '../../domain/kernel/facts.ts';
import { refused } from '../shared/stale.ts';
import { postgresObject, systemIdentifier } from '../shared/store-behind.ts';
import { bytesOf, mustHaveRoom } from './needs.ts';
import {
  ArchiveParams,
  anyLeft,
  type Context,
  count,
  identityOf,
  lagUnseen,
  maybeLeft,
  mayTakeFrom,
  oldRowsOf,
  planned,
  rowsOfPlan,
  type SeenTable,
  seeTable,
  shapeOf,
  stepMs,
  takeOut,
} from './old-rows.ts';
import { databaseIdOf, identifier, missingRight, nameOf } from './server.ts';

/** The guide's name for it. */
const archiveOf = (table: string) => `${table}_archive`;
/** A table is made without waiting; no row is in it yet (milliseconds). */
const making = { timeoutMs: 5_000, lockTimeoutMs: 1_000 } as const;

export const archiveOldRows = defineRemediation({
  id: 'postgres.archive-old-rows',
  version: 1,
  doc: `Moves old events or executions into an archive table beside theirs, in batches (D2.b).
Old is what the guide calls so: events of 30 days, executions of 90; critical and high events stay.
The plan counts them first, and says from when to when they are.
The archive has the guide's name, such as workflow_executions_archive, and is made where it is missing.
One statement moves one batch: a row is in one of the two tables at every moment.
A batch is a stretch of blocks of the table, and ends by itself after 2 seconds; it locks no row that another session holds.
It rests four times as long as it works.
It waits while a copy is behind by more than 64 MiB or 10 seconds, or a session waits for a lock.
It shows how far it is, can be stopped between batches, and goes on after a crash; after a stop, ask for it again.
Refuses where the disk of PostgreSQL is seen to have no room for the archive.
Refuses tables with partitions, triggers, rules, row security or references to them, and PostgreSQL before 14.
Undo moves back what the archive holds of that span of time, also what an earlier archiving has put there.
Nothing is taken back by itself: what was moved is good where it is.`,
  tier: 2,
  params: ArchiveParams,
  needs: ['postgres'],
  helpsWith: [],
  helpsCause: ['PG_OLD_ROWS'],
  paramsFor({ facts }) {
    const database = databaseIdOf(facts);
    return database === undefined ? undefined : { database };
  },
  instruction: 'remove-old-rows',

  async plan(params, { deps, signal, now }: Context) {
    const { postgres, platform, environment } = deps;
    const rows = oldRowsOf(params, platform, now());
    const { database, before } = rows;
    const table = await seeTable(postgres, database, rows.table, signal);
    if (table === undefined) throw refused('no-target');
    mayTakeFrom(table, rows);
    const archive = await seeTable(postgres, database, archiveOf(table.name), signal, table.schema);
    mayPutInto(table, archive);
    const counted = await count(postgres, table, { rows }, signal);
    if (counted.rows === 0 || counted.oldest === null) throw refused('nothing-to-do', { table: table.name });
    const bytes = await bytesOf(postgres, database, table.oid, counted.rows, signal);
    const room = await mustHaveRoom(bytes, database, deps, signal);
    const cluster = await systemIdentifier(postgres, signal);
    const name = archiveOf(table.name);
    const facts = { table: table.name, archive: name, before };
    const undo: PlanStep = {
      kind: 'postgres-restore-rows',
      target: table.name,
      from: { rows: name, ...facts, from: counted.oldest },
      to: { rows: table.name, ...facts, from: counted.oldest },
      precondition: identityOf(table),
      safety: 'idempotent',
    };
    return {
      schemaVersion: planSchema,
      actionId: 'postgres.archive-old-rows',
      actionVersion: 1,
      environment,
      part: 'postgres',
      target: `postgres/${cluster}/${nameOf(postgres, database)}/${table.name}`,
      identity: { system_identifier: cluster },
      params: { database, before },
      tier: 2,
      notes: [
        ...(archive === undefined ? [{ key: 'archive-made', facts: { archive: name } }] : []),
        ...((await lagUnseen(postgres, database, signal)) ? [{ key: 'lag-unseen', facts: {} }] : []),
        ...room,
      ],
      steps: [
        {
          kind: 'postgres-archive-rows',
          target: table.name,
          from: { rows: table.name, ...facts },
          to: { rows: name, ...facts },
          precondition: identityOf(table),
          safety: 'idempotent',
        },
      ],
      ...(mayRestore(table, archive) ? { undo: [undo] as const } : {}),
      undoWhen: 'asked',
      verifyWith: [{ probe: 'postgres.connection', with: { database } }],
      verifyWithinMs: stepMs.verify,
      stableForMs: 1_000,
      blast: { key: 'postgres-archive-rows', facts: { ...facts, ...counted } },
      undoBlast: {
        key: 'postgres-restore-rows',
        facts: { ...facts, rows: counted.rows, oldest: counted.oldest },
      },
      stepTimeoutMs: stepMs.timeout,
      objects: 1,
    };
  },

  async object(_plan, { deps, signal }: Context) {
    return postgresObject(deps.postgres, signal);
  },

  async applyStep(step, plan, context: Context): Promise<Facts> {
    const { deps, signal, now } = context;
    const rows = rowsOfPlan(plan, deps.platform, now());
    const table = await planned(deps.postgres, rows, step, signal);
    const back = isUndo(step);
    const span = { rows, ...(back ? { from: String(step.to.from) } : {}) };
    const name = archiveOf(table.name);
    const known = await seeTable(deps.postgres, rows.database, name, signal, table.schema);
    mayPutInto(table, known);
    const source = back ? known : table;
    if (source === undefined || !(await maybeLeft(deps.postgres, source, span, signal)))
      return { already: true };
    signal.throwIfAborted();
    const archive = known ?? (await make(table, rows.database, context));
    const total = Number(plan.blast.facts.rows ?? 0);
    return takeOut(
      back ? { from: archive, into: table, span, total } : { from: table, into: archive, span, total },
      context,
    );
  },

  async observeStep(step, plan, { deps, signal, now }: Context) {
    const rows = rowsOfPlan(plan, deps.platform, now());
    const table = await seeTable(deps.postgres, rows.database, rows.table, signal);
    if (table === undefined || table.oid !== step.precondition.table_oid) return 'unknown';
    if (!isUndo(step)) return (await anyLeft(deps.postgres, table, { rows }, signal)) ? 'not-done' : 'done';
    const archive = await seeTable(deps.postgres, rows.database, archiveOf(table.name), signal, table.schema);
    const span = { rows, from: String(step.to.from) };
    return archive !== undefined && (await anyLeft(deps.postgres, archive, span, signal))
      ? 'not-done'
      : 'done';
  },

  /** Another signal than the table: what was taken out of it is in the other one. */
  async settled(plan, { deps, signal, now }: Context) {
    const rows = rowsOfPlan(plan, deps.platform, now());
    const table = await seeTable(deps.postgres, rows.database, rows.table, signal);
    if (table === undefined) return false;
    const archive = await seeTable(deps.postgres, rows.database, archiveOf(table.name), signal, table.schema);
    return archive !== undefined && anyLeft(deps.postgres, archive, { rows }, signal);
  },
});

const isUndo = ({ kind }: PlanStep) => kind === 'postgres-restore-rows';

/** Refuses an archive that could not take each column of a row as it is. */
function mayPutInto(table: SeenTable, archive: SeenTable | undefined): void {
  if (archive === undefined) {
    if (!table.creates) throw missingRight('CREATE', `schema ${table.schema}`);
    return;
  }
  const shape = shapeOf(archive);
  const lacks = shapeOf(table).filter((column) => !shape.includes(column));
  if (archive.kind !== 'r' || lacks.length > 0 || archive.follows.length > 0)
    throw refused('archive-differs', {
      table: archive.name,
      what: [...lacks, ...archive.follows].slice(0, 3).join(', ') || archive.kind,
    });
  if (!archive.rights.includes('INSERT')) throw missingRight('INSERT', `table ${archive.name}`);
}

/** Whether the way back is open; a table that is made here is ours. */
function mayRestore(table: SeenTable, archive: SeenTable | undefined): boolean {
  const taken =
    archive === undefined || ['SELECT', 'UPDATE', 'DELETE'].every((one) => archive.rights.includes(one));
  return table.rights.includes('INSERT') && taken;
}

/** Makes the archive beside its table, with the same columns and the same key. */
async function make(
  table: SeenTable,
  database: Parameters<typeof seeTable>[1],
  { deps: { postgres }, signal }: Context,
): Promise<SeenTable> {
  const name = archiveOf(table.name);
  const schema = identifier(table.schema);
  const key = table.primary.length === 0 ? '' : `, PRIMARY KEY (${table.primary.map(identifier).join(', ')})`;
  await postgres.execute(
    database,
    `CREATE TABLE IF NOT EXISTS ${schema}.${identifier(name)}
       (LIKE ${schema}.${identifier(table.name)} INCLUDING DEFAULTS INCLUDING STORAGE${key})`,
    [],
    { ...making, signal },
  );
  const made = await seeTable(postgres, database, name, signal, table.schema);
  if (made === undefined) throw refused('no-target');
  return made;
}
