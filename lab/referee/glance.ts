/** Which parts of a platform work at this moment, on any installation. */

import { boltAnswers, get, natsPing, redisPing, sql } from './clients.ts';
import type { PartFinding } from './judge.ts';

/** Where the parts are, and with what they are asked. */
export interface Whereabouts {
  /** Addresses whose 200 says that a service works, by its name. */
  readonly health: Readonly<Record<string, string>>;
  /** List of agents of the service that they register with. */
  readonly agents: string;
  /** How names of the agents' NATS clients begin. */
  readonly agentClient: string;
  /** With its password. */
  readonly postgres: string;
  readonly redis: { readonly host: string; readonly port: number; readonly password: string };
  readonly nats: {
    readonly host: string;
    readonly port: number;
    readonly login: { readonly user: string; readonly pass: string };
    readonly monitor: string;
  };
  readonly neo4j: { readonly host: string; readonly port: number };
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

/** One that is connected, and whose heartbeats are known to agent-manager; `unknown` where neither can be asked. */
async function agent(
  { nats, agents, agentClient }: Whereabouts,
  now: number,
  patience: number,
): Promise<PartFinding> {
  const [connz, list] = await Promise.all([get(`${nats.monitor}/connz`, patience), get(agents, patience)]);
  const part = 'collect-agent';
  if (connz?.status === 200) {
    const { connections } = JSON.parse(connz.body) as { connections: readonly { name?: string }[] };
    if (!connections.some(({ name = '' }) => name.startsWith(agentClient)))
      return { part, works: false, saw: 'no client of an agent on NATS' };
  }
  if (list?.status !== 200) return { part, works: 'unknown', saw: 'no list of agents' };
  const known = (JSON.parse(list.body) as { agents?: readonly { last_heartbeat?: string | null }[] }).agents;
  const ages = (known ?? []).map((one) => (now - Date.parse(one.last_heartbeat ?? '')) / 1000);
  const youngest = Math.min(...ages.filter((age) => !Number.isNaN(age)));
  return { part, works: youngest < freshSeconds, saw: `last heartbeat ${Math.round(youngest)} s ago` };
}

/** Never throws and never waits for long: what does not answer does not work. */
export async function glance(
  at: Whereabouts,
  { patience = 1_200, now = Date.now() }: Patience = {},
): Promise<readonly PartFinding[]> {
  const { redis, nats, neo4j } = at;
  return Promise.all([
    ...Object.entries(at.health).map(([part, url]) => http(part, url, patience)),
    agent(at, now, patience),
    told(
      'postgres',
      sql(at.postgres, `SELECT 'answers' AS said`, patience).then((rows) => String(rows[0]?.['said'])),
      'answers',
    ),
    told('redis', redisPing(redis.host, redis.port, redis.password, patience), '+PONG'),
    told('nats', natsPing(nats.host, nats.port, nats.login, patience), 'PONG'),
    boltAnswers(neo4j.host, neo4j.port, patience).then((works) => ({
      ...{ part: 'neo4j', works, saw: works ? 'Bolt answers' : 'Bolt does not answer' },
    })),
  ]);
}
