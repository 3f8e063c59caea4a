import { z } from 'zod';
import { defineRemediation, type PlanStep, planSchema } from '../../domain/fix/remediation.ts';
import type { Facts } from '../../domain/kernel/facts.ts';
import type { DatabaseId, PostgresTarget } from '../../domain/probe/targets/postgres.ts';
import type { Targets, With } from '../../domain/probe/targets/targets.ts';
import {
  applicationsOf,
  leftOut,
  mustBeOfService,
  type OpenSession,
  servicesKnown,
  sessionNotes,
  signsOfSession,
  sorted,
} from '../shared/postgres-sessions.ts';
import { mustHold, refused } from '../shared/stale.ts';
import { postgresObject, systemIdentifier } from '../shared/store-behind.ts';
import { databaseOf, missingRight } from './server.ts';

/** More than this is not a leak to clean up by a button (R-P7). */
const maxSessions = 100;
/** So many are looked at, of services and of others. */
const mostSeen = 1_000;

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
  doc: `Ends leaked sessions of the services: idle in a transaction for a long time, holding a connection and locks (D1.c).
A session is a service's where its client has the address of a running Pod or container of it, or where its role is the service's alone (\`platform.parts.<service>.databaseRole\`).
People, tools such as psql and pg_dump, migrations, and sessions of which that cannot be told are left out; the plan counts them.
It lists application, role, client, how many, since when, and what is changed and not committed.
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
    const { ours: sessions, ...others } = await leaked(params, deps, signal);
    if (sessions.length > maxSessions)
      throw refused('too-many-targets', { found: sessions.length, most: maxSessions });
    const forbidden = sessions.find((session) => !session.mine);
    if (forbidden !== undefined) throw missingRight('pg_terminate_backend', `sessions of ${forbidden.user}`);
    const [first, ...rest] = sessions.map(toStep);
    const left = leftOut(others);
    if (first === undefined)
      throw left.left > 0
        ? refused('sessions-of-others', left)
        : refused('nothing-to-do', { olderThanSeconds: params.olderThanSeconds });
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
      notes: sessionNotes(sessions),
      steps: [first, ...rest],
      verifyWith: [{ probe: 'postgres.connection', with: { database: params.database } }],
      verifyWithinMs: 60_000,
      stableForMs: 5_000,
      blast: {
        key: left.left > 0 ? 'postgres-sessions-beside' : 'postgres-sessions-of',
        facts: {
          sessions: sessions.length,
          applications: applicationsOf(sessions),
          oldestSeconds: Math.max(...sessions.map(({ open }) => open)),
          ...left,
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
    const [session] = await look(deps.postgres, database, 'a.pid = $1', [pid], signal);
    // Also of a plan that was made when every session that was left was a leak.
    if (session !== undefined && session.backend_start === backendStart && session.xact_start === xactStart)
      mustBeOfService(session, await servicesKnown(deps, signal));
    signal.throwIfAborted();
    // One statement finds the very session again and ends it: a reused pid or a session that works again is safe (R-P4).
    const ended = await deps.postgres.execute<{ ended: boolean }>(
      database,
      `SELECT pg_terminate_backend(pid) AS ended FROM pg_stat_activity
       WHERE pid = $1 AND extract(epoch FROM backend_start)::text = $2
         AND extract(epoch FROM xact_start)::text = $3 AND state LIKE 'idle in transaction%'
         AND coalesce(application_name, '') = $4`,
      [pid, backendStart, xactStart, session?.application ?? ''],
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

  /** The symptom, seen anew: nothing that old of a service is idle in a transaction there any more. */
  async settled(plan, { deps, signal }: Context) {
    return (await leaked(Params.parse(plan.params), deps, signal)).ours.length === 0;
  },
});

type Context = {
  readonly deps: With<'postgres'> & Pick<Targets, 'runtime' | 'compose'>;
  readonly signal: AbortSignal;
};

interface Session extends OpenSession {
  /** Seconds for which its transaction has been open. */
  readonly open: number;
  readonly mine: boolean;
}

/** Of the database's sessions that were left in a transaction for that long: whose they are. */
async function leaked(
  { database, olderThanSeconds }: z.output<typeof Params>,
  deps: Context['deps'],
  signal: AbortSignal,
) {
  const sessions = await look(
    deps.postgres,
    database,
    "a.state_change < clock_timestamp() - $1 * interval '1 second'",
    [olderThanSeconds],
    signal,
  );
  if (sessions.length >= mostSeen)
    throw refused('too-many-targets', { found: sessions.length, most: maxSessions });
  return sorted(sessions, await servicesKnown(deps, signal));
}

/** Timestamps as epoch text: exact to the microsecond and the same in every time zone. */
function look(
  postgres: PostgresTarget,
  database: DatabaseId,
  which: string,
  values: readonly unknown[],
  signal: AbortSignal,
): Promise<readonly Session[]> {
  return postgres.query<Session>(
    database,
    `SELECT a.pid, extract(epoch FROM a.backend_start)::text AS backend_start,
       extract(epoch FROM a.xact_start)::text AS xact_start, ${signsOfSession},
       extract(epoch FROM clock_timestamp() - a.xact_start)::int AS open,
       (pg_has_role(current_user, 'pg_signal_backend', 'USAGE') AND NOT u.usesuper)
         OR pg_has_role(current_user, a.usesysid, 'USAGE') AS mine
     FROM pg_stat_activity a JOIN pg_user u ON u.usesysid = a.usesysid AND u.usename = a.usename
     WHERE a.datname = current_database() AND a.backend_type = 'client backend' AND a.pid <> pg_backend_pid()
       AND a.application_name <> 'aetherius-bot' AND a.state LIKE 'idle in transaction%' AND ${which}
     ORDER BY a.xact_start, a.pid LIMIT ${mostSeen}`,
    values,
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
    [session.pid, session.backend_start],
    { signal },
  );
  if (row === undefined) return undefined;
  // Working again counts as another transaction: it is not the leak that was approved.
  const xactStart = row.state?.startsWith('idle in transaction') === true ? row.xact_start : null;
  return {
    pid: session.pid ?? null,
    backend_start: session.backend_start ?? null,
    xact_start: xactStart,
  };
}
