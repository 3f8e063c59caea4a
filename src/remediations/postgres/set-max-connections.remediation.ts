import { z } from 'zod';
import { defineRemediation, type PlanStep, planSchema } from '../../domain/fix/remediation.ts';
import { TargetError } from '../../domain/kernel/errors.ts';
import type { Facts } from '../../domain/kernel/facts.ts';
import type { DatabaseId, PostgresTarget } from '../../domain/probe/targets/postgres.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { mustHold, refused } from '../shared/stale.ts';
import { postgresObject, systemIdentifier } from '../shared/store-behind.ts';
import { missingRight } from './server.ts';

/** Each session costs memory of its own; above this a pooler is the answer. */
const most = 1_000;

const Params = z.strictObject({
  value: z.int().min(20).max(most).meta({ description: 'Connections that PostgreSQL shall allow.' }),
});

export const setMaxConnections = defineRemediation({
  id: 'postgres.set-max-connections',
  version: 1,
  doc: `Raises max_connections by ALTER SYSTEM (D1.a).
PostgreSQL takes the new limit only at its next restart, which is a fix or a decision of its own.
Refused where the limit stands on the command line, which wins, and where copies follow: theirs must be raised first.
Needs ALTER SYSTEM on the parameter (PostgreSQL 15 and later) or a superuser, and SELECT on pg_file_settings.
Undo writes what stood there before.`,
  tier: 2,
  params: Params,
  needs: ['postgres'],
  helpsWith: ['PG_LIMIT_TOO_LOW'],
  paramsFor({ facts: { wanted } }) {
    return typeof wanted === 'number' && wanted <= most ? { value: wanted } : undefined;
  },
  instruction: 'raise-max-connections',

  async plan(params, { deps: { postgres, environment }, signal }: Context) {
    if (!(await mayAlter(postgres, signal))) throw missingRight('ALTER SYSTEM', 'max_connections');
    const now = await look(postgres, signal).catch((error: unknown) => {
      if (error instanceof TargetError && error.stage === 'forbidden')
        throw missingRight('SELECT', 'pg_file_settings');
      throw error;
    });
    if (now.source === 'command line') throw refused('set-on-command-line', { name: 'max_connections' });
    if (now.standby || now.copies > 0) throw refused('copies-follow', { copies: now.copies });
    if (now.next >= params.value) throw refused('nothing-to-do', { max: now.next });
    const cluster = await systemIdentifier(postgres, signal);
    const step = (from: Written, to: Written): PlanStep => ({
      kind: 'postgres-set-max-connections',
      target: `postgres/${cluster}`,
      from: { max_connections: from.value, written: from.own },
      to: { max_connections: to.value, written: to.own },
      precondition: { system_identifier: cluster, max_connections: from.value, written: from.own },
      safety: 'idempotent',
    });
    const before = { value: now.next, own: now.own };
    const after = { value: params.value, own: true };
    return {
      schemaVersion: planSchema,
      actionId: 'postgres.set-max-connections',
      actionVersion: 1,
      environment,
      part: 'postgres',
      target: `postgres/${cluster}/max_connections`,
      identity: { system_identifier: cluster },
      params,
      tier: 2,
      steps: [step(before, after)],
      undo: [step(after, before)],
      verifyWith: [{ probe: 'postgres.connection', with: { database: anyOf(postgres) } }],
      verifyWithinMs: 30_000,
      stableForMs: 1_000,
      blast: { key: 'postgres-max-connections', facts: { now: now.now, value: params.value } },
      undoBlast: { key: 'postgres-max-connections-undo', facts: { value: now.next } },
      stepTimeoutMs: 5_000,
      objects: 1,
    };
  },

  async object(_plan, { deps, signal }: Context) {
    return postgresObject(deps.postgres, signal);
  },

  async applyStep(step, _plan, { deps: { postgres }, signal }: Context): Promise<Facts> {
    const [cluster, now] = [await systemIdentifier(postgres, signal), await look(postgres, signal)];
    const value = Number(step.to.max_connections);
    if (cluster === step.precondition.system_identifier && stands(step.to, now))
      return { max_connections: value, already: true };
    mustHold(step.precondition, {
      system_identifier: cluster,
      max_connections: now.next,
      written: now.own,
    });
    signal.throwIfAborted();
    await postgres.execute(
      anyOf(postgres),
      step.to.written === true
        ? `ALTER SYSTEM SET max_connections = ${String(Math.trunc(value))}`
        : 'ALTER SYSTEM RESET max_connections',
      [],
      { signal },
    );
    return { max_connections: value };
  },

  async observeStep(step, _plan, { deps: { postgres }, signal }: Context) {
    if ((await systemIdentifier(postgres, signal)) !== step.precondition.system_identifier) return 'unknown';
    const now = await look(postgres, signal);
    if (stands(step.to, now)) return 'done';
    return stands(step.from, now) ? 'not-done' : 'unknown';
  },

  async due({ steps: [{ to }] }, { deps, signal }: Context) {
    const { now } = await look(deps.postgres, signal);
    const next = Number(to.max_connections);
    return now === next ? undefined : { key: 'postgres-restart', facts: { now, next } };
  },

  /** What the server reads of its files now is what it would start with. */
  async settled({ steps: [{ to }] }, { deps, signal }: Context) {
    return (await look(deps.postgres, signal)).next === to.max_connections;
  },
});

type Context = { readonly deps: With<'postgres'>; readonly signal: AbortSignal };

/** A value at the next start, and whether ALTER SYSTEM wrote it. */
interface Written {
  readonly value: number;
  readonly own: boolean;
}

interface Row {
  readonly now: number;
  readonly source: string;
  readonly standby: boolean;
  readonly copies: number;
  readonly next: number;
  readonly own: boolean;
}

const databases = ['agentManager', 'orchestrator'] as const;
function anyOf(postgres: PostgresTarget): DatabaseId {
  return databases.find((id) => postgres.databaseName(id) !== undefined) ?? 'agentManager';
}

const stands = (wanted: Facts, { next, own }: Row) =>
  next === wanted.max_connections && own === wanted.written;

/** PostgreSQL 15 gives the right for one parameter; before, only superusers have it. */
async function mayAlter(postgres: PostgresTarget, signal: AbortSignal): Promise<boolean> {
  const database = anyOf(postgres);
  const [server] = await postgres.query<{ readonly version: number; readonly super: boolean }>(
    database,
    `SELECT current_setting('server_version_num')::int AS version, usesuper AS super
     FROM pg_user WHERE usename = current_user`,
    [],
    { signal },
  );
  if (server === undefined || server.super || server.version < 150_000) return server?.super === true;
  const [row] = await postgres.query<{ readonly may: boolean }>(
    database,
    "SELECT has_parameter_privilege('max_connections', 'ALTER SYSTEM') AS may",
    [],
    { signal },
  );
  return row?.may === true;
}

/** TargetError `forbidden` where the files' settings may not be read: then nobody would see that it was written. */
async function look(postgres: PostgresTarget, signal: AbortSignal): Promise<Row> {
  const [row] = await postgres.query<Row>(
    anyOf(postgres),
    `SELECT current_setting('max_connections')::int AS now, s.source, pg_is_in_recovery() AS standby,
       (SELECT count(*)::int FROM pg_stat_replication) AS copies,
       coalesce((SELECT f.setting FROM pg_file_settings f WHERE f.name = s.name
         ORDER BY f.seqno DESC LIMIT 1), s.boot_val)::int AS next,
       EXISTS (SELECT 1 FROM pg_file_settings f WHERE f.name = s.name
         AND f.sourcefile LIKE '%/postgresql.auto.conf') AS own
     FROM pg_settings s WHERE s.name = 'max_connections'`,
    [],
    { signal },
  );
  if (row === undefined) throw new TargetError('protocol', 'pg_settings has no max_connections');
  return row;
}
