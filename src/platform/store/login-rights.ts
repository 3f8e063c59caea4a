import { Client } from 'pg';
import { type LoginKind, loginKinds } from '../../domain/kernel/process-kind.ts';
import { applicationRole, clientConfig, type DatabaseConfig, kindRole } from './connection.ts';
import { translate } from './errors.ts';
import { beginWith } from './session.ts';

/** What a login may be in our own database. */
export interface LoginRights {
  readonly login: string;
  /** Kinds of processes as which it may act, by membership, however far. */
  readonly kinds: readonly LoginKind[];
  /** May act as all of them at once, in one process. */
  readonly all: boolean;
  /** May only look. */
  readonly cli: boolean;
  /** Owns the tables, or may act as their owner: triggers and grants bind it to nothing. */
  readonly owns: boolean;
}

/** AppError DEPENDENCY_UNAVAILABLE when PostgreSQL cannot be reached. */
export async function loginRights(database: DatabaseConfig): Promise<LoginRights> {
  const client = new Client(clientConfig(database));
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query(beginWith({ statement_timeout: 5000 }));
    return await rightsOver(client);
  } catch (error) {
    throw translate(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** The same over a connection that is there. */
export async function rightsOver(client: Client): Promise<LoginRights> {
  const { rows } = await client.query<{ login: string; roles: string[]; owns: boolean }>(
    `SELECT session_user AS login,
       ARRAY(SELECT rolname::text FROM pg_roles WHERE rolname = ANY($1) AND pg_has_role(session_user, oid, 'MEMBER')) AS roles,
       coalesce((SELECT pg_has_role(session_user, relowner, 'MEMBER') FROM pg_class WHERE oid = to_regclass('audit_log')), false) AS owns`,
    [[...loginKinds.map(kindRole), kindRole('cli'), applicationRole]],
  );
  const { login, roles, owns } = rows[0] ?? { login: '', roles: [], owns: false };
  return {
    login,
    kinds: loginKinds.filter((kind) => roles.includes(kindRole(kind))),
    all: roles.includes(applicationRole),
    cli: roles.includes(kindRole('cli')),
    owns,
  };
}
