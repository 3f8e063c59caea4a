import { z } from 'zod';
import { howToEnd } from '../../domain/fix/blocker.ts';
import { defineRemediation, planSchema } from '../../domain/fix/remediation.ts';
import type { Facts } from '../../domain/kernel/facts.ts';
import type { DatabaseId, PostgresTarget } from '../../domain/probe/targets/postgres.ts';
import type { Targets, With } from '../../domain/probe/targets/targets.ts';
import {
  mustBeOfService,
  type OpenSession,
  servicesKnown,
  sessionNotes,
  signsOfSession,
} from '../shared/postgres-sessions.ts';
import { mustHold, refused } from '../shared/stale.ts';
import { postgresObject, systemIdentifier } from '../shared/store-behind.ts';
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
  doc: `Cancels the statement of one session of a service that blocks others by a lock, or ends that session (D2.c).
It is a service's where its client has the address of a running Pod or container of it, or where its role is the service's alone (\`platform.parts.<service>.databaseRole\`).
A person's, a tool's such as pg_dump, a migration's, and one of which that cannot be told is left to people.
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
      how: howToEnd(state),
      ...(typeof backendStart === 'string' ? { backendStart } : {}),
    };
  },
  instruction: 'end-blocker',

  async plan(params, { deps, signal }: Context) {
    const { postgres, environment } = deps;
    const seen = await find(postgres, params.pid, signal);
    // What it has locked has a name in its own database alone.
    const session =
      seen === undefined || seen.database === anyOf(postgres)
        ? seen
        : await find(postgres, params.pid, signal, seen.database);
    if (session === undefined) throw refused('no-target');
    if (params.backendStart !== undefined && params.backendStart !== session.backend_start)
      throw refused('no-target');
    if (session.waiting === 0) throw refused('nothing-to-do', { pid: params.pid });
    if (!session.ours || session.kind !== 'client backend')
      throw refused('not-a-client', { pid: params.pid, what: session.kind });
    const part = mustBeOfService(session, await servicesKnown(deps, signal));
    if (!session.mine) throw missingRight('pg_terminate_backend', `sessions of ${session.user}`);
    if (params.how === 'cancel' && session.state !== 'active')
      throw refused('nothing-to-cancel', { pid: params.pid, state: session.state });
    const identifier = await systemIdentifier(postgres, signal);
    const { pid, backend_start, xact_start, query_start, state, user, client } = session;
    const application = session.application === '' ? '(no name)' : session.application;
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
      notes: sessionNotes([{ ...session, part }]),
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

  async applyStep(step, _plan, { deps, signal }: Context): Promise<Facts> {
    const { postgres } = deps;
    const { pid = null, backend_start, xact_start, query_start } = step.precondition;
    const session = await find(postgres, Number(pid), signal);
    // Also of a plan that was made when anybody's session was ended.
    if (session !== undefined && session.backend_start === backend_start)
      mustBeOfService(session, await servicesKnown(deps, signal));
    signal.throwIfAborted();
    const cancels = query_start !== undefined;
    // One statement finds the very session again and acts on it: a reused pid or a newer transaction is safe (R-P4).
    const [acted] = await postgres.execute<{ sent: boolean }>(
      anyOf(postgres),
      `SELECT ${cancels ? 'pg_cancel_backend' : 'pg_terminate_backend'}(pid) AS sent FROM pg_stat_activity
       WHERE pid = $1 AND ${epoch('backend_start')} = $2 AND ${epoch('xact_start')} = $3
         AND coalesce(application_name, '') = $4
         ${cancels ? `AND state = 'active' AND ${epoch('query_start')} = $5` : ''}`,
      [pid, backend_start, xact_start, session?.application ?? '', ...(cancels ? [query_start] : [])],
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
    const now = await find(deps.postgres, Number(step.precondition.pid), signal);
    return isDone(step.precondition, now) ? 'done' : 'not-done';
  },

  /** The symptom, seen anew: nobody waits for that session any more. */
  async settled({ steps }, { deps, signal }: Context) {
    const [{ precondition }] = steps;
    const now = await find(deps.postgres, Number(precondition.pid), signal);
    return now === undefined || now.backend_start !== precondition.backend_start || now.waiting === 0;
  },
});

type Context = {
  readonly deps: With<'postgres'> & Pick<Targets, 'runtime' | 'compose'>;
  readonly signal: AbortSignal;
};

interface Session extends OpenSession {
  readonly query_start: string;
  readonly state: string;
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
  database = anyOf(postgres),
): Promise<Session | undefined> {
  const [row] = await postgres.query<Omit<Session, 'database' | 'ours'> & { readonly name: string }>(
    database,
    `SELECT a.pid, ${epoch('a.backend_start')} AS backend_start, ${epoch('a.xact_start')} AS xact_start,
       ${epoch('a.query_start')} AS query_start, coalesce(a.state, '?') AS state, ${signsOfSession},
       coalesce(a.datname, '') AS name,
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
  return { ...rest, database: id ?? database, ours: id !== undefined };
}

/** The session is gone, or goes on without what blocked: a cancelled statement takes its locks with it. */
function isDone(wanted: Facts, now: Session | undefined): boolean {
  if (now === undefined || now.backend_start !== wanted.backend_start) return true;
  if (wanted.query_start === undefined) return false;
  return now.query_start !== wanted.query_start || now.state !== 'active';
}
