import { TargetError } from '../../domain/kernel/errors.ts';
import { present } from '../../domain/kernel/present.ts';
import type { ProbeContext } from '../../domain/probe/probe.ts';
import type { PostgresTarget } from '../../domain/probe/targets/postgres.ts';
import type { Targets } from '../../domain/probe/targets/targets.ts';

/** A registered collect agent; `silentSeconds` is the age of its last heartbeat, absent when it never had one. */
export interface Agent {
  readonly id: string;
  /** The cluster that it speaks for, where the list has one. */
  readonly cluster?: string;
  readonly silentSeconds?: number;
  /** agent-manager itself says that it is gone, by a limit of its own. */
  readonly offline?: true;
}

const listKeys = ['agents', 'items', 'data', 'results'];
const idKeys = ['id', 'agent_id', 'agentId', 'name'];
const clusterKeys = ['cluster_id', 'clusterId', 'cluster'];
const timeKeys = [
  'last_heartbeat',
  'lastHeartbeat',
  'last_heartbeat_at',
  'last_seen',
  'lastSeen',
  'last_seen_at',
];

/** Whether a message with these fields says which agent it is of. */
export const namesAnAgent = (fields: readonly string[]): boolean =>
  fields.some((field) => idKeys.includes(field) || /agent.?(?:id|name)|^agent$/i.test(field));

/** Words of agent-manager for an agent that it has given up. */
const gone: ReadonlySet<string> = new Set([
  'offline',
  'disconnected',
  'inactive',
  'lost',
  'unreachable',
  'down',
]);

/** agent-manager's list of agents in any of its usual envelopes; undefined when there is no list in it. */
export function agentsFromApi(body: string, now: Date): readonly Agent[] | undefined {
  const list = listIn(parse(body));
  return list?.filter(isRecord).map((item): Agent => {
    const id = idKeys.map((key) => item[key]).find((value) => typeof value === 'string') ?? '(no id)';
    const time = timeKeys
      .map((key) => item[key])
      .find((value) => typeof value === 'string' || typeof value === 'number');
    const at = typeof time === 'number' ? time * (time < 1e12 ? 1000 : 1) : Date.parse(time ?? '');
    // A zero time ("0001-01-01") is Go's way to say never.
    const known = Number.isFinite(at) && at > 0;
    const status = item.status;
    const cluster = clusterKeys.map((key) => item[key]).find((value) => typeof value === 'string');
    return {
      id: String(id),
      ...(typeof cluster === 'string' ? { cluster } : {}),
      ...(typeof status === 'string' && gone.has(status.toLowerCase()) ? { offline: true } : {}),
      ...(known ? { silentSeconds: Math.max(0, (now.getTime() - at) / 1000) } : {}),
    };
  });
}

function listIn(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value;
  if (!isRecord(value)) return undefined;
  for (const key of listKeys) {
    const inner = value[key];
    if (Array.isArray(inner)) return inner;
    if (inner === null) return [];
    if (isRecord(inner)) {
      const deeper = listIn(inner);
      if (deeper !== undefined) return deeper;
    }
  }
  return undefined;
}

const columns = [
  'last_heartbeat',
  'last_heartbeat_at',
  'heartbeat_at',
  'last_seen',
  'last_seen_at',
  'updated_at',
];
const idColumns = ['id', 'agent_id', 'name'];
const maxAgents = 5_000;

/** The table of agents, whose columns differ between builds; undefined when it has no time of a heartbeat. Ages by the database's clock. */
export async function agentsFromTable(
  postgres: PostgresTarget,
  table: string,
  signal: AbortSignal,
): Promise<readonly Agent[] | undefined> {
  const there = await postgres.query<{ name: string; type: string }>(
    'agentManager',
    `SELECT a.attname AS name, format_type(a.atttypid, NULL) AS type FROM pg_attribute a WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped`,
    [table],
    { signal },
  );
  const names = new Set(there.map((row) => row.name));
  const time = columns.find((column) => names.has(column));
  const id = idColumns.find((column) => names.has(column));
  if (time === undefined || id === undefined) return undefined;
  // Services write UTC into a column that knows no zone.
  const zoneless = there.find((row) => row.name === time)?.type === 'timestamp without time zone';
  const moment = zoneless ? `${time} AT TIME ZONE 'UTC'` : `${time}::timestamptz`;
  // All names come from the fixed lists above, and the table's from the checked configuration.
  const rows = await postgres.query<{ id: string; silent: number | null }>(
    'agentManager',
    `SELECT ${id}::text AS id, extract(epoch FROM now() - (${moment}))::float8 AS silent FROM ${table} LIMIT ${maxAgents}`,
    [],
    { signal },
  );
  return rows.map((row) => ({
    id: row.id,
    ...present({ silentSeconds: row.silent === null ? undefined : Math.max(0, row.silent) }),
  }));
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The agents that agent-manager knows; undefined when it and its table are not configured. */
export async function registeredAgents({
  deps,
  signal,
  now,
}: ProbeContext<Pick<Targets, 'services' | 'postgres' | 'platform'>>): Promise<
  { readonly source: 'api' | 'table'; readonly list: readonly Agent[] } | undefined
> {
  const manager = deps.services?.find('agent-manager');
  let failure: unknown;
  if (manager !== undefined && deps.services !== undefined) {
    try {
      const answer = await deps.services.request(`${manager.url}${manager.paths.agents}`, { signal });
      const list = answer.status === 200 ? agentsFromApi(answer.text(), now()) : undefined;
      if (list !== undefined) return { source: 'api', list };
      failure = new TargetError('protocol', 'agent-manager gave no list of agents', {
        facts: { status: answer.status },
      });
    } catch (error) {
      failure = error;
    }
  }
  if (deps.postgres?.databaseName('agentManager') !== undefined) {
    const list = await agentsFromTable(deps.postgres, deps.platform.tables.agents, signal);
    if (list !== undefined) return { source: 'table', list };
  }
  if (failure !== undefined)
    throw failure instanceof Error ? failure : new Error('agents cannot be listed', { cause: failure });
  return undefined;
}
