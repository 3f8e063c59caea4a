import { addressOfServer, type ObjectIdentity, serverEndOf } from '../../domain/fix/object.ts';
import { AppError } from '../../domain/kernel/errors.ts';
import type { Facts } from '../../domain/kernel/facts.ts';
import type { PartId } from '../../domain/platform/part.ts';
import type { PostgresTarget } from '../../domain/probe/targets/postgres.ts';
import type { RedisTarget } from '../../domain/probe/targets/redis.ts';
import type { Targets } from '../../domain/probe/targets/targets.ts';

type Deps = Pick<Targets, 'postgres' | 'redis'>;

/** What a data store says of itself over the connection that the environment gives. */
interface Server {
  readonly identity: Facts;
  /** Its own end of that connection; undefined for a loopback, a socket file, or where it does not say. */
  readonly address: string | undefined;
}

/** `pg_control_system()` names the cluster behind any address, alias or proxy. */
export async function systemIdentifier(postgres: PostgresTarget, signal: AbortSignal): Promise<string> {
  return (await postgresServer(postgres, signal)).id;
}

async function postgresServer(postgres: PostgresTarget, signal: AbortSignal) {
  const database = (['agentManager', 'orchestrator'] as const).find(
    (id) => postgres.databaseName(id) !== undefined,
  );
  if (database === undefined)
    throw new AppError('NOT_FOUND', 'no database is configured', { facts: { reason: 'not-configured' } });
  const [row] = await postgres.query<{ id: string; address: string | null }>(
    database,
    'SELECT system_identifier::text AS id, host(inet_server_addr()) AS address FROM pg_control_system()',
    [],
    { signal },
  );
  if (row === undefined) throw new AppError('BUG', 'pg_control_system() gave no row');
  return row;
}

/** The object behind the environment's PostgreSQL: the server itself. */
export async function postgresObject(postgres: PostgresTarget, signal: AbortSignal): Promise<ObjectIdentity> {
  const id = await systemIdentifier(postgres, signal);
  return { claims: [`system_identifier=${id}`], comparable: id !== '' };
}

/** The object behind the environment's Redis: this run of its server. */
export async function redisObject(redis: RedisTarget, signal: AbortSignal): Promise<ObjectIdentity> {
  const id = (await redis.info('server', { signal })).run_id ?? '';
  return { claims: [`run_id=${id}`], comparable: id !== '' };
}

/** None where the part is no such store or none is configured; of a Redis cluster every master. */
async function serversOf(part: PartId, deps: Deps, signal: AbortSignal): Promise<readonly Server[]> {
  if (part === 'postgres' && deps.postgres !== undefined) {
    const { id, address } = await postgresServer(deps.postgres, signal);
    return [{ identity: { system_identifier: id }, address: addressOfServer(address) }];
  }
  if (part !== 'redis' || deps.redis === undefined) return [];
  return Promise.all(
    (await deps.redis.nodes({ signal })).map(async (node) => {
      const [server, client] = await Promise.all([
        node.info('server', { signal }),
        // An old server does not know it, and a login may not be allowed to ask.
        node.call('CLIENT', ['INFO'], { signal }).catch(() => ''),
      ]);
      return {
        identity: { run_id: server.run_id ?? '' },
        address: addressOfServer(serverEndOf(String(client))),
      };
    }),
  );
}

/**
 * Identity of the data store that an object carries, for the plan. `another`: the environment's own connection ends
 * elsewhere, so that the object is a store that nobody named. What runs but cannot say who it is might be what we
 * stand on: AppError CONFLICT `self-target-unknown`. What does not run cannot be, since our own store answers.
 */
export async function storeBehind(
  part: PartId,
  { claims }: Pick<ObjectIdentity, 'claims'>,
  deps: Deps,
  runs: 'running' | 'not-running',
  signal: AbortSignal,
): Promise<Facts | 'another'> {
  if (part !== 'postgres' && part !== 'redis') return {};
  let servers: readonly Server[];
  try {
    servers = await serversOf(part, deps, signal);
  } catch (cause) {
    if (runs === 'not-running') return {};
    throw new AppError('CONFLICT', 'the target runs and does not report its identity', {
      cause,
      facts: { reason: 'self-target-unknown', part },
    });
  }
  const [first] = servers;
  if (first === undefined) {
    if (runs === 'not-running') return {};
    throw new AppError('CONFLICT', 'the target runs and its identity cannot be read', {
      facts: { reason: 'self-target-unknown', part },
    });
  }
  const seen = claims.some((claim) => claim.startsWith('address='));
  const [here, ...more] = servers.filter(
    ({ address }) => address === undefined || claims.includes(`address=${address}`),
  );
  if (here === undefined) return seen ? 'another' : first.identity;
  if (more.length === 0) return here.identity;
  return Object.fromEntries(
    [here, ...more].map(({ identity }, index) => [`run_id.${index}`, identity.run_id ?? '']),
  );
}
