import { z } from 'zod';
import { defineRemediation, planSchema } from '../../domain/fix/remediation.ts';
import type { Facts } from '../../domain/kernel/facts.ts';
import type { DatabaseId, PostgresTarget } from '../../domain/probe/targets/postgres.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { mustHold, refused } from '../stale.ts';
import { postgresObject, systemIdentifier } from '../store-behind.ts';
import { missingRight } from './server.ts';

const ways = ['cancel', 'end'] as const;
/** A moment as seconds since 1970, exact to the microsecond. */
const moment = /^\d{1,12}(\.\d{1,9})?$/;

const Params = z.strictObject({
  pid: z.int().min(1).max(4_194_304).meta({ description: 'Process id of the session that blocks others.' }),
  how: z.enum(ways).default('cancel').meta({
    description: '`cancel` ends its statement, `end` the whole session.',
  }),
  backendStart: z.string().regex(moment).exactOptional().meta({
    description: 'When the session began, in seconds since 1970: a process id may be used again.',
  }),
});

export const endBlockingSession = defineRemediation({
  id: 'postgres.end-blocking-session',
  version: 1,
  doc: `Cancels the statement of one session that blocks others by a lock, or ends that session (D2.c).
A session that runs a statement is cancelled; one that is idle in a transaction can only be ended.
It is named by pid and by the starts of session, transaction and statement.
The statement that acts on it checks all of them again.
It needs pg_signal_backend, or the role of that session.
PostgreSQL rolls back what is open. There is no undo.`,
  tier: 2,
  params: Params,
  needs: ['postgres'],
  helpsWith: ['PG_LOCK_BLOCKS'],
  paramsFor({ facts: { pid, state, backendStart } }) {
    if (typeof pid !== 'number') return undefined;
    return {
      pid,
      how: state === 'active' ? 'cancel' : 'end',
      ...(typeof backendStart === 'string' ? { backendStart } : {}),
    };
  },
  instruction: 'end-blocker',

  async plan(params, { deps: { postgres, environment }, signal }: Context) {
    const session = await find(postgres, params.pid, signal);
    if (session === undefined) throw refused('no-target');
    if (params.backendStart !== undefined && params.backendStart !== session.backend_start)
      throw refused('no-target');
    if (session.waiting === 0) throw refused('nothing-to-do', { pid: params.pid });
    if (!session.ours || session.kind !== 'client backend')
      throw refused('not-a-client', { pid: params.pid, what: session.kind });
    if (!session.mine) throw missingRight('pg_terminate_backend', `sessions of ${session.user}`);
    if (params.how === 'cancel' && session.state !== 'active')
      throw refused('nothing-to-cancel', { pid: params.pid, state: session.state });
    const identifier = await systemIdentifier(postgres, signal);
    const { pid, backend_start, xact_start, query_start, state, application, user, client } = session;
    return {
      schemaVersion: planSchema,
      actionId: 'postgres.end-blocking-session',
      actionVersion: 1,
      environment,
      part: 'postgres',
      target: `postgres/${identifier}/pid ${pid}`,
      identity: { system_identifier: identifier },
      params,
      tier: 2,
      steps: [
        {
          kind: params.how === 'cancel' ? 'postgres-cancel-statement' : 'postgres-terminate-session',
          target: `pid ${pid}`,
          from: { state, application, user, client },
          to: { state: params.how === 'cancel' ? 'cancelled' : 'ended' },
          precondition: {
            ...{ pid, backend_start, xact_start },
            // What it does between two statements of one transaction is the same lock all the same.
            ...(params.how === 'cancel' ? { query_start } : {}),
          },
          safety: 'idempotent',
        },
      ],
      verifyWith: [{ probe: 'postgres.connection', with: { database: session.database } }],
      verifyWithinMs: 60_000,
      stableForMs: 1_000,
      blast: {
        key: params.how === 'cancel' ? 'postgres-cancel' : 'postgres-end-blocker',
        facts: { application, user, waiting: session.waiting, openSeconds: session.open },
      },
      stepTimeoutMs: 5_000,
      objects: 1,
    };
  },

  async object(_plan, { deps, signal }: Context) {
    return postgresObject(deps.postgres, signal);
  },

  async applyStep(step, _plan, { deps: { postgres }, signal }: Context): Promise<Facts> {
    const { pid = null, backend_start, xact_start, query_start } = step.precondition;
    signal.throwIfAborted();
    const cancels = query_start !== undefined;
    // One statement finds the very session again and acts on it: a reused pid or a newer transaction is safe (R-P4).
    const [acted] = await postgres.execute<{ sent: boolean }>(
      anyOf(postgres),
      `SELECT ${cancels ? 'pg_cancel_backend' : 'pg_terminate_backend'}(pid) AS sent FROM pg_stat_activity
       WHERE pid = $1 AND ${epoch('backend_start')} = $2 AND ${epoch('xact_start')} = $3
         ${cancels ? `AND state = 'active' AND ${epoch('query_start')} = $4` : ''}`,
      [pid, backend_start, xact_start, ...(cancels ? [query_start] : [])],
      { signal },
    );
    if (acted !== undefined) return { pid, sent: acted.sent };
    const now = await find(postgres, Number(pid), signal);
    if (now === undefined || now.backend_start !== backend_start) return { pid, sent: true, already: true };
    if (cancels && isDone(step.precondition, now)) return { pid, sent: true, already: true };
    mustHold(step.precondition, { ...now });
    return { pid, sent: false };
  },

  async observeStep(step, _plan, { deps, signal }: Context) {
    const now = await find(deps.postgres, Number(step.precondition['pid']), signal);
    return isDone(step.precondition, now) ? 'done' : 'not-done';
  },

  /** The symptom, seen anew: nobody waits for that session any more. */
  async settled({ steps }, { deps, signal }: Context) {
    const [{ precondition }] = steps;
    const now = await find(deps.postgres, Number(precondition['pid']), signal);
    return now === undefined || now.backend_start !== precondition['backend_start'] || now.waiting === 0;
  },
});

type Context = { readonly deps: With<'postgres'>; readonly signal: AbortSignal };

interface Session {
  readonly pid: number;
  readonly backend_start: string;
  readonly xact_start: string;
  readonly query_start: string;
  readonly state: string;
  readonly application: string;
  readonly user: string;
  readonly client: string;
  readonly database: DatabaseId;
  readonly ours: boolean;
  readonly kind: string;
  readonly open: number;
  readonly waiting: number;
  readonly mine: boolean;
}

/** Text that is the same in every time zone; empty where there is none, or it may not be seen. */
const epoch = (column: string) => `coalesce(extract(epoch FROM ${column})::text, '')`;

const databases = ['agentManager', 'orchestrator'] as const;

/** Sessions are those of the whole server: any of its databases serves to look. */
function anyOf(postgres: PostgresTarget): DatabaseId {
  return databases.find((id) => postgres.databaseName(id) !== undefined) ?? 'agentManager';
}

async function find(
  postgres: PostgresTarget,
  pid: number,
  signal: AbortSignal,
): Promise<Session | undefined> {
  const [row] = await postgres.query<Omit<Session, 'database' | 'ours'> & { readonly name: string }>(
    anyOf(postgres),
    `SELECT a.pid, ${epoch('a.backend_start')} AS backend_start, ${epoch('a.xact_start')} AS xact_start,
       ${epoch('a.query_start')} AS query_start, coalesce(a.state, '?') AS state,
       coalesce(nullif(a.application_name, ''), '(no name)') AS application, coalesce(a.usename, '') AS "user",
       coalesce(host(a.client_addr), 'local') AS client, coalesce(a.datname, '') AS name,
       CASE WHEN a.application_name = 'aetherius-bot' THEN 'aetherius-bot' ELSE coalesce(a.backend_type, '?') END AS kind,
       coalesce(extract(epoch FROM clock_timestamp() - a.xact_start), 0)::int AS open,
       (SELECT count(DISTINCT l.pid)::int FROM pg_locks l
         WHERE NOT l.granted AND a.pid = ANY(pg_blocking_pids(l.pid))) AS waiting,
       coalesce((pg_has_role(current_user, 'pg_signal_backend', 'USAGE') AND NOT u.usesuper)
         OR pg_has_role(current_user, a.usesysid, 'USAGE'), false) AS mine
     FROM pg_stat_activity a LEFT JOIN pg_user u ON u.usesysid = a.usesysid WHERE a.pid = $1`,
    [pid],
    { signal },
  );
  if (row === undefined) return undefined;
  const { name, ...rest } = row;
  const id = databases.find((one) => postgres.databaseName(one) === name);
  return { ...rest, database: id ?? anyOf(postgres), ours: id !== undefined };
}

/** The session is gone, or goes on without what blocked: a cancelled statement takes its locks with it. */
function isDone(wanted: Facts, now: Session | undefined): boolean {
  if (now === undefined || now.backend_start !== wanted['backend_start']) return true;
  if (wanted['query_start'] === undefined) return false;
  return now.query_start !== wanted['query_start'] || now.state !== 'active';
}
