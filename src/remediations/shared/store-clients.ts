import { type DestinationKey, settingOfDestination } from '../../domain/fix/destination-advice.ts';
import { AppError, TargetError } from '../../domain/kernel/errors.ts';
import type { ConfiguredId } from '../../domain/platform/part.ts';
import { databaseOwners } from '../../domain/platform/table.ts';
import type { DatabaseId } from '../../domain/probe/targets/postgres.ts';
import type { Targets } from '../../domain/probe/targets/targets.ts';

interface Context {
  readonly deps: Pick<Targets, 'nats' | 'postgres'>;
  readonly signal: AbortSignal;
}

/** What a store lists of its connections. */
export interface SeenClients {
  /** Their addresses. */
  readonly clients: readonly string[];
  /** Its own end of our connection; absent where it does not say. */
  readonly server?: string;
}

const nobody: SeenClients = { clients: [] };

/**
 * Who is connected to the store that such an address leads to, by its own list. PostgreSQL is asked in the database of
 * `owner`: so it has that as well. Nobody where it cannot be seen.
 */
export async function clientsSeen(
  key: DestinationKey,
  owner: ConfiguredId,
  context: Context,
): Promise<SeenClients> {
  try {
    return await (settingOfDestination(key).store === 'nats' ? onNats(context) : inDatabase(owner, context));
  } catch (error) {
    context.signal.throwIfAborted();
    if (error instanceof TargetError || error instanceof AppError) return nobody;
    throw error;
  }
}

/** As many clients as one page of the monitor has: one that is not among them is not proved. */
async function onNats({ deps: { nats }, signal }: Context): Promise<SeenClients> {
  if (nats === undefined || !nats.hasMonitor) return nobody;
  const { connections = [] } = await nats.monitor<{
    readonly connections?: readonly { readonly ip?: string }[];
  }>('/connz?limit=1024', { signal });
  return { clients: connections.flatMap(({ ip }) => ip ?? []) };
}

async function inDatabase(
  owner: ConfiguredId,
  { deps: { postgres }, signal }: Context,
): Promise<SeenClients> {
  const database = Object.entries(databaseOwners).find(([, part]) => part === owner)?.[0];
  if (postgres === undefined || database === undefined) return nobody;
  const rows = await postgres.query<{ readonly client: string; readonly server: string | null }>(
    database as DatabaseId,
    'SELECT DISTINCT host(client_addr) AS client, host(inet_server_addr()) AS server FROM pg_stat_activity WHERE client_addr IS NOT NULL',
    [],
    { signal },
  );
  const server = rows[0]?.server ?? undefined;
  return { clients: rows.map(({ client }) => client), ...(server === undefined ? {} : { server }) };
}
