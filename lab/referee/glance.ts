/** Which parts of a platform work at this moment, on any installation. */

import { boltAnswers, get, natsPing, redisPing, sql } from './clients.ts';
import type { PartFinding } from './judge.ts';

/** Where the parts are, and with what they are asked. */
export interface Whereabouts {
  /** Addresses whose 200 says that a service works, by its name. */
  readonly health: Readonly<Record<string, string>>;
  /** List of agents of the service that they register with; undefined: there is none, or none registers. */
  readonly agents?: string;
  /** How names of the agents' NATS clients begin; undefined: they have none. */
  readonly agentClient?: string;
  /** With its password. */
  readonly postgres: string;
  readonly redis: { readonly host: string; readonly port: number; readonly password: string };
  readonly nats: {
    readonly host: string;
    readonly port: number;
    readonly login: { readonly user: string; readonly pass: string };
    /** Of each server: where there are several, a client may be on any of them. */
    readonly monitors: readonly string[];
  };
  /** Undefined: there is none. */
  readonly neo4j?: { readonly host: string; readonly port: number };
  /** Redis and NATS speak TLS. */
  readonly tls?: boolean;
}

export interface Patience {
  /** What has not answered by then does not work, in milliseconds. Default 1 200: the whole look ends within two seconds. */
  readonly patience?: number;
  readonly now?: number;
}

/** Longer than between two heartbeats of an agent that works. */
const freshSeconds = 40;

const http = async (part: string, url: string, patience: number): Promise<PartFinding> => {
  const answer = await get(url, patience);
  return { part, works: answer?.status === 200, saw: `${url}: ${answer?.status ?? 'no answer'}` };
};

const told = (part: string, answer: Promise<string>, wanted: string): Promise<PartFinding> =>
  answer.then(
    (saw) => ({ part, works: saw === wanted, saw }),
    (error: unknown) => ({ part, works: false, saw: error instanceof Error ? error.message : String(error) }),
  );

const clientsIn = (connz: string): readonly string[] =>
  (JSON.parse(connz) as { connections: readonly { name?: string }[] }).connections.flatMap(
    ({ name }) => name ?? [],
  );

/** Whether a client of an agent is on NATS; undefined where that cannot be known. */
async function isConnected(
  { nats, agentClient }: Whereabouts,
  patience: number,
): Promise<boolean | undefined> {
  if (agentClient === undefined) return undefined;
  const said = await Promise.all(nats.monitors.map((monitor) => get(`${monitor}/connz`, patience)));
  const clients = said.flatMap((one) => (one?.status === 200 ? clientsIn(one.body) : []));
  if (clients.some((name) => name.startsWith(agentClient))) return true;
  return said.length > 0 && said.every((one) => one?.status === 200) ? false : undefined;
}

/**
 * One that is connected, and whose heartbeats are known to agent-manager; `unknown` where either cannot be asked. Where no
 * agent registers, one that is connected may still be silent.
 */
async function agent(at: Whereabouts, now: number, patience: number): Promise<PartFinding> {
  const { agents } = at;
  const [connected, list] = await Promise.all([
    isConnected(at, patience),
    agents === undefined ? undefined : get(agents, patience),
  ]);
  const part = 'collect-agent';
  if (connected === false) return { part, works: false, saw: 'no client of an agent on NATS' };
  // A server keeps the connection of one that is paused for minutes: that it is there says little.
  if (agents === undefined) return { part, works: 'unknown', saw: 'whether it speaks was not seen' };
  if (list?.status !== 200) return { part, works: 'unknown', saw: 'no list of agents' };
  const known = (JSON.parse(list.body) as { agents?: readonly { last_heartbeat?: string | null }[] }).agents;
  const ages = (known ?? []).map((one) => (now - Date.parse(one.last_heartbeat ?? '')) / 1000);
  const youngest = Math.min(...ages.filter((age) => !Number.isNaN(age)));
  const saw = `last heartbeat ${Math.round(youngest)} s ago`;
  if (!(youngest < freshSeconds)) return { part, works: false, saw };
  // Where its client has no name, it may have been stopped since that heartbeat.
  return { part, works: connected === true ? true : 'unknown', saw };
}

/** Never throws and never waits for long: what does not answer does not work. */
export async function glance(
  at: Whereabouts,
  { patience = 1_200, now = Date.now() }: Patience = {},
): Promise<readonly PartFinding[]> {
  const { redis, nats, neo4j, tls = false } = at;
  const how = { limit: patience, tls };
  return Promise.all([
    ...Object.entries(at.health).map(([part, url]) => http(part, url, patience)),
    agent(at, now, patience),
    told(
      'postgres',
      sql(at.postgres, `SELECT 'answers' AS said`, patience).then((rows) => String(rows[0]?.said)),
      'answers',
    ),
    told('redis', redisPing(redis.host, redis.port, redis.password, how), '+PONG'),
    told('nats', natsPing(nats.host, nats.port, nats.login, how), 'PONG'),
    ...(neo4j === undefined
      ? []
      : [
          boltAnswers(neo4j.host, neo4j.port, patience).then((works) => ({
            ...{ part: 'neo4j', works, saw: works ? 'Bolt answers' : 'Bolt does not answer' },
          })),
        ]),
  ]);
}
