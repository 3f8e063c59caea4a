import { AppError } from '../domain/kernel/errors.ts';
import type { Facts } from '../domain/kernel/facts.ts';
import type { PartId } from '../domain/platform/part.ts';
import type { Targets } from '../domain/probe/targets/targets.ts';

type Deps = Pick<Targets, 'postgres' | 'redis'>;

/** `pg_control_system()` names the cluster behind any address, alias or proxy. */
export async function systemIdentifier(
  postgres: NonNullable<Targets['postgres']>,
  signal: AbortSignal,
): Promise<string> {
  const database = (['agentManager', 'orchestrator'] as const).find(
    (id) => postgres.databaseName(id) !== undefined,
  );
  if (database === undefined)
    throw new AppError('NOT_FOUND', 'no database is configured', { facts: { reason: 'not-configured' } });
  const [row] = await postgres.query<{ id: string }>(
    database,
    'SELECT system_identifier::text AS id FROM pg_control_system()',
    [],
    { signal },
  );
  if (row === undefined) throw new AppError('BUG', 'pg_control_system() gave no row');
  return row.id;
}

/**
 * Identity of the data store behind a part, for the self-target rule (R-X14). What runs but cannot say who it is
 * might be what we stand on: AppError CONFLICT `self-target-unknown`. What does not run cannot be, since our own
 * store answers.
 */
export async function partIdentity(
  part: PartId,
  deps: Deps,
  runs: 'running' | 'not-running',
  signal: AbortSignal,
): Promise<Facts> {
  if (part !== 'postgres' && part !== 'redis') return {};
  try {
    if (part === 'postgres' && deps.postgres !== undefined)
      return { system_identifier: await systemIdentifier(deps.postgres, signal) };
    if (part === 'redis' && deps.redis !== undefined)
      return { run_id: (await deps.redis.info('server', { signal }))['run_id'] ?? '' };
  } catch (cause) {
    if (runs === 'not-running') return {};
    throw new AppError('CONFLICT', 'the target runs and does not report its identity', {
      cause,
      facts: { reason: 'self-target-unknown', part },
    });
  }
  if (runs === 'not-running') return {};
  throw new AppError('CONFLICT', 'the target runs and its identity cannot be read', {
    facts: { reason: 'self-target-unknown', part },
  });
}
