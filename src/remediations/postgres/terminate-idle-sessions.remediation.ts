import { z } from 'zod';
import { defineRemediation, type PlanStep, planSchema } from '../../domain/fix/remediation.ts';
import type { Facts } from '../../domain/kernel/facts.ts';
import type { DatabaseId, PostgresTarget } from '../../domain/probe/targets/postgres.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { mustHold, refused } from '../stale.ts';
import { postgresObject, systemIdentifier } from '../store-behind.ts';

/** More than this is not a leak to clean up by a button (R-P7). */
const maxSessions = 100;

const Params = z.strictObject({
  database: z
    .enum(['agentManager', 'orchestrator'])
    .default('agentManager')
    .meta({ description: 'Which of the two databases.' }),
  olderThanSeconds: z.int().min(30).max(86_400).default(300).meta({
    description: 'Ends only sessions whose transaction has been open and idle for longer, in seconds.',
  }),
});

export const terminateIdleSessions = defineRemediation({
  id: 'postgres.terminate-idle-sessions',
  version: 1,
  doc: `Ends leaked sessions: idle in a transaction for a long time, holding a connection and locks (D1.c).
Each session is named by pid, backend start and transaction start.
The statement that ends a session checks all three again.
PostgreSQL rolls back its open transaction. There is no undo.`,
  tier: 2,
  params: Params,
  needs: ['postgres'],
  helpsWith: ['PG_IDLE_IN_TRANSACTION_LEAKED'],
  helpsCause: ['PG_SESSIONS_LEAKED'],
  paramsFor({ code, facts: { databaseId, thresholdSeconds, oldestSeconds } }) {
    // Sessions in a database that is not the platform's are not to be ended from here.
    if (typeof databaseId !== 'string') return undefined;
    // They hold so many connections that each is needed: what is left open for that long goes.
    if (code === 'PG_SESSIONS_LEAKED') return { database: databaseId, olderThanSeconds: 30 };
    const olderThanSeconds = Math.min(86_400, Math.max(30, Math.round(Number(thresholdSeconds ?? 300))));
    // Where the configuration calls younger sessions leaked, the plan would find no session that it may end yet.
    if (typeof oldestSeconds === 'number' && oldestSeconds < olderThanSeconds) return undefined;
    return { database: databaseId, olderThanSeconds };
  },
  instruction: 'end-leaked-sessions',

  async plan(params, { deps, signal }: Context) {
    const sessions = await leaked(deps.postgres, params.database, params.olderThanSeconds, signal);
    if (sessions.length > maxSessions)
      throw refused('too-many-targets', { found: sessions.length, most: maxSessions });
    const forbidden = sessions.find((session) => !session.mine);
    if (forbidden !== undefined)
      throw refused('missing-right', {
        ...{
          verb: 'pg_terminate_backend',
          resource: `sessions of ${forbidden.user}`,
          namespace: 'PostgreSQL',
        },
      });
    const [first, ...rest] = sessions.map(toStep);
    if (first === undefined) throw refused('nothing-to-do', { olderThanSeconds: params.olderThanSeconds });
    const identifier = await systemIdentifier(deps.postgres, signal);
    return {
      schemaVersion: planSchema,
      actionId: 'postgres.terminate-idle-sessions',
      actionVersion: 1,
      environment: deps.environment,
      part: 'postgres',
      target: `postgres/${identifier}/${deps.postgres.databaseName(params.database) ?? params.database}`,
      identity: { system_identifier: identifier },
      params,
      tier: 2,
      steps: [first, ...rest],
      verifyWith: [{ probe: 'postgres.connection', with: { database: params.database } }],
      verifyWithinMs: 60_000,
      stableForMs: 5_000,
      blast: {
        key: 'postgres-sessions',
        facts: {
          sessions: sessions.length,
          applications: [...new Set(sessions.map((session) => session.application))].join(', '),
        },
      },
      stepTimeoutMs: 5_000,
      objects: sessions.length,
    };
  },

  async object(_plan, { deps, signal }: Context) {
    return postgresObject(deps.postgres, signal);
  },

  async applyStep(step, plan, { deps, signal }: Context): Promise<Facts> {
    const { pid, backend_start: backendStart, xact_start: xactStart } = step.precondition;
    const database = databaseOf(plan.params);
    signal.throwIfAborted();
    // One statement finds the very session again and ends it: a reused pid or a session that works again is safe (R-P4).
    const ended = await deps.postgres.execute<{ ended: boolean }>(
      database,
      `SELECT pg_terminate_backend(pid) AS ended FROM pg_stat_activity
       WHERE pid = $1 AND extract(epoch FROM backend_start)::text = $2
         AND extract(epoch FROM xact_start)::text = $3 AND state LIKE 'idle in transaction%'`,
      [pid, backendStart, xactStart],
      { signal },
    );
    if (ended[0] !== undefined) return { pid: pid ?? null, ended: ended[0].ended };
    const now = await find(deps.postgres, database, step.precondition, signal);
    if (now === undefined) return { pid: pid ?? null, ended: true, already: true };
    mustHold(step.precondition, now);
    return { pid: pid ?? null, ended: false };
  },

  async observeStep(step, plan, { deps, signal }: Context) {
    const now = await find(deps.postgres, databaseOf(plan.params), step.precondition, signal);
    return now === undefined ? 'done' : 'not-done';
  },

  /** The symptom, seen anew: nothing that old is idle in a transaction there any more. */
  async settled(plan, { deps, signal }: Context) {
    const { database, olderThanSeconds } = Params.parse(plan.params);
    return (await leaked(deps.postgres, database, olderThanSeconds, signal)).length === 0;
  },
});

type Context = { readonly deps: With<'postgres'>; readonly signal: AbortSignal };

interface Session {
  readonly pid: number;
  readonly backend_start: string;
  readonly xact_start: string;
  readonly application: string;
  readonly user: string;
  readonly client: string;
  readonly mine: boolean;
}

/** Timestamps as epoch text: exact to the microsecond and the same in every time zone. */
function leaked(
  postgres: PostgresTarget,
  database: DatabaseId,
  olderThanSeconds: number,
  signal: AbortSignal,
): Promise<readonly Session[]> {
  return postgres.query<Session>(
    database,
    `SELECT pid, extract(epoch FROM backend_start)::text AS backend_start,
       extract(epoch FROM xact_start)::text AS xact_start, application_name AS application,
       usename AS "user", coalesce(host(client_addr), 'local') AS client,
       (pg_has_role(current_user, 'pg_signal_backend', 'USAGE') AND NOT u.usesuper)
         OR pg_has_role(current_user, usesysid, 'USAGE') AS mine
     FROM pg_stat_activity JOIN pg_user u USING (usesysid, usename)
     WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
       AND application_name <> 'aetherius-bot'
       AND state LIKE 'idle in transaction%' AND state_change < clock_timestamp() - $1 * interval '1 second'
     ORDER BY xact_start, pid LIMIT ${maxSessions + 1}`,
    [olderThanSeconds],
    { signal },
  );
}

function toStep(session: Session): PlanStep {
  return {
    kind: 'postgres-terminate-session',
    target: `pid ${session.pid}`,
    from: {
      state: 'idle in transaction',
      application: session.application,
      user: session.user,
      client: session.client,
    },
    to: { state: 'ended' },
    precondition: { pid: session.pid, backend_start: session.backend_start, xact_start: session.xact_start },
    safety: 'idempotent',
  };
}

async function find(
  postgres: PostgresTarget,
  database: DatabaseId,
  session: Facts,
  signal: AbortSignal,
): Promise<Facts | undefined> {
  const [row] = await postgres.query<{ xact_start: string | null; state: string | null }>(
    database,
    `SELECT extract(epoch FROM xact_start)::text AS xact_start, state FROM pg_stat_activity
     WHERE pid = $1 AND extract(epoch FROM backend_start)::text = $2`,
    [session['pid'], session['backend_start']],
    { signal },
  );
  if (row === undefined) return undefined;
  // Working again counts as another transaction: it is not the leak that was approved.
  const xactStart = row.state?.startsWith('idle in transaction') === true ? row.xact_start : null;
  return {
    pid: session['pid'] ?? null,
    backend_start: session['backend_start'] ?? null,
    xact_start: xactStart,
  };
}

function databaseOf(params: Facts): DatabaseId {
  return params['database'] === 'orchestrator' ? 'orchestrator' : 'agentManager';
}
