import { defineRemediation, planSchema } from '../../domain/fix/remediation.ts';
import type { Facts } from '../../domain/kernel/facts.ts';
import { refused } from '../shared/stale.ts';
import { postgresObject, systemIdentifier } from '../shared/store-behind.ts';
import {
  anyLeft,
  type Context,
  count,
  DeleteParams,
  identityOf,
  lagUnseen,
  maybeLeft,
  mayTakeFrom,
  oldRowsOf,
  planned,
  rowsOfPlan,
  seeTable,
  stepMs,
  takeOut,
} from './old-rows.ts';
import { databaseIdOf, nameOf } from './server.ts';

const database = 'agentManager';

export const deleteOldRows = defineRemediation({
  id: 'postgres.delete-old-rows',
  version: 1,
  doc: `Deletes old events in batches (D2.b): of 30 days, or of another age from a week up; critical and high ones stay.
Executions are archived and never deleted, as the guide has it.
The plan counts them first, and says from when to when they are.
A batch is a stretch of blocks of the table, and ends by itself after 2 seconds; it locks no row that another session holds.
It rests four times as long as it works.
It waits while a copy is behind by more than 64 MiB or 10 seconds, or a session waits for a lock.
It shows how far it is, can be stopped between batches, and goes on after a crash; after a stop, ask for it again.
Refuses tables with partitions, triggers, rules, row security or references to them, and PostgreSQL before 14.
There is no undo: the rows are gone, so its risk is always 3. To keep them, archive them.
The file of the table becomes no smaller; new rows use the room.`,
  tier: 2,
  params: DeleteParams,
  needs: ['postgres'],
  helpsWith: [],
  helpsCause: ['PG_OLD_ROWS'],
  paramsFor({ facts }) {
    return databaseIdOf(facts) === database ? {} : undefined;
  },
  instruction: 'remove-old-rows',

  async plan(params, { deps: { postgres, platform, environment }, signal, now }: Context) {
    const rows = oldRowsOf({ ...params, database }, platform, now());
    const { before } = rows;
    const table = await seeTable(postgres, database, rows.table, signal);
    if (table === undefined) throw refused('no-target');
    mayTakeFrom(table, rows);
    const counted = await count(postgres, table, { rows }, signal);
    if (counted.rows === 0) throw refused('nothing-to-do', { table: table.name });
    const cluster = await systemIdentifier(postgres, signal);
    return {
      schemaVersion: planSchema,
      actionId: 'postgres.delete-old-rows',
      actionVersion: 1,
      environment,
      part: 'postgres',
      target: `postgres/${cluster}/${nameOf(postgres, database)}/${table.name}`,
      identity: { system_identifier: cluster },
      params: { before },
      // Always: an installation whose policy has no approvers for 3 starts, and is refused this one.
      tier: 3,
      raised: { key: 'rows-gone', facts: {} },
      notes: (await lagUnseen(postgres, database, signal)) ? [{ key: 'lag-unseen', facts: {} }] : [],
      steps: [
        {
          kind: 'postgres-delete-rows',
          target: table.name,
          from: { oldRows: true, table: table.name, before },
          to: { oldRows: false, table: table.name, before },
          precondition: identityOf(table),
          safety: 'idempotent',
        },
      ],
      verifyWith: [{ probe: 'postgres.connection', with: { database } }],
      verifyWithinMs: stepMs.verify,
      stableForMs: 1_000,
      blast: { key: 'postgres-delete-rows', facts: { table: table.name, before, ...counted } },
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
    if (!(await maybeLeft(deps.postgres, table, { rows }, signal))) return { already: true };
    signal.throwIfAborted();
    const total = Number(plan.blast.facts.rows ?? 0);
    return takeOut({ from: table, span: { rows }, total }, context);
  },

  async observeStep(step, plan, { deps, signal, now }: Context) {
    const rows = rowsOfPlan(plan, deps.platform, now());
    const table = await seeTable(deps.postgres, database, rows.table, signal);
    if (table === undefined || table.oid !== step.precondition.table_oid) return 'unknown';
    return (await anyLeft(deps.postgres, table, { rows }, signal)) ? 'not-done' : 'done';
  },

  /** Another signal than the rows: the server still takes the statements of the same role for that table. */
  async settled(plan, { deps, signal, now }: Context) {
    const rows = rowsOfPlan(plan, deps.platform, now());
    const table = await seeTable(deps.postgres, database, rows.table, signal);
    return table !== undefined && !table.standby;
  },
});
