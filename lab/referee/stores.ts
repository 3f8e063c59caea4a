/** What is true of stores and services at this moment, by the referee's own clients: the servers' words, as they say them. */

import { connect, type Socket } from 'node:net';
import { get, natsEar, natsPing, sql } from './clients.ts';
import type { Answer } from './seen.ts';

export type Tcp = 'accepts' | 'refuses' | 'silent';

export interface StoreTruth {
  readonly tcp: Tcp;
  /** What the bot's own login comes to: `ok`, or the server's code or words; undefined: no answer. */
  readonly said: string | undefined;
  /** What a write of a service comes to, tried and taken back: `ok`, or the server's code or words. */
  readonly writes?: string | undefined;
}

export interface PostgresTruth extends StoreTruth {
  readonly databases: readonly string[];
  readonly used: number;
  readonly max: number;
  readonly idleInTransaction: number;
  readonly blocked: number;
  /** Tables that a database lacks, as `database.table`. */
  readonly missingTables: readonly string[];
  /** Where new transactions are read-only. */
  readonly readOnly: boolean;
  readonly denied: boolean;
  readonly invalidIndexes: number;
  /** Indexes of the platform that are not there. */
  readonly missingIndexes: number;
  readonly idleSlots: number;
}

export interface RedisTruth extends StoreTruth {
  readonly usedBytes: number;
  readonly maxBytes: number;
  readonly policy: string;
  readonly keys: number;
  readonly evicted: number;
  readonly isReplica: boolean;
  readonly linkUp: boolean;
  readonly saveFailed: boolean;
}

export interface NatsTruth extends StoreTruth {
  readonly monitor: boolean;
  readonly jetstream?: boolean | undefined;
  readonly streams?: number | undefined;
  /** Names of clients. */
  readonly clients: readonly string[];
  /** Subjects that were published while it listened; undefined: it could not listen to all. */
  readonly heard?: readonly string[] | undefined;
}

export interface ServiceTruth {
  readonly tcp: Tcp;
  /** Each health path with what came of it; `answer` undefined: none in time. */
  readonly paths: readonly { readonly path: string; readonly answer: Answer | undefined }[];
  /** It has answered somebody with an error since the last look: what it is asked at once it may not bear. */
  readonly failed?: boolean;
}

export interface AgentsTruth {
  /** Agents that are registered; undefined: nobody could be asked. */
  readonly registered: number | undefined;
  /** Seconds since the youngest heartbeat. */
  readonly youngest: number | undefined;
}

export interface Truths {
  readonly postgres?: PostgresTruth | StoreTruth;
  readonly redis?: RedisTruth | StoreTruth;
  readonly nats?: NatsTruth | StoreTruth;
  readonly services: Readonly<Record<string, ServiceTruth>>;
  readonly agents?: AgentsTruth;
  readonly pods?: readonly PodTruth[];
  /** There is a cluster, and its API server did not show the Pods. */
  readonly podsUnseen?: true;
}

/** A Pod, by the words of its status. */
export interface PodTruth {
  readonly part: string;
  readonly phase: string;
  readonly ready: boolean;
  readonly goes: boolean;
  readonly unschedulable: boolean;
  readonly restarts: number;
  /** Reasons for which its containers wait or have ended. */
  readonly reasons: readonly string[];
}

/** Where everything is: as the bot is told, and as whoever keeps the platform may look. */
export interface Places {
  readonly postgres?: {
    readonly url: string;
    /** Of whoever may look at all; undefined: what the bot was told of is another server. */
    readonly keeper?: ((database: string) => string) | undefined;
    /** Of a role that writes, in the database of the events. */
    readonly writer?: string | undefined;
    readonly tables: Readonly<Record<string, readonly string[]>>;
    readonly indexes: readonly string[];
  };
  readonly redis?: { readonly url: string; readonly keeper?: string | undefined };
  readonly nats?: {
    readonly url: string;
    readonly monitor?: string | undefined;
    /** Of somebody who may listen to everything. */
    readonly listener?: string | undefined;
  };
  readonly services: Readonly<
    Record<
      string,
      {
        readonly url: string;
        readonly paths: readonly string[];
        /** Statuses of what it has answered to anybody, as its own socket saw them. */
        readonly answered?: () => readonly number[];
      }
    >
  >;
  readonly cluster?: { readonly api: string; readonly namespace: string };
  /** The list of agents. */
  readonly agents?: { readonly database: string } | undefined;
}

const patience = 1_500;

/** Whether somebody takes connections there. */
export function tcpAt(host: string, port: number, limit = patience): Promise<Tcp> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const done = (word: Tcp) => {
      socket.destroy();
      resolve(word);
    };
    socket.setTimeout(limit, () => done('silent'));
    socket.on('connect', () => done('accepts'));
    socket.on('error', () => done('refuses'));
  });
}

const addressOf = (url: string, usual: number): readonly [string, number] => {
  const { hostname, port } = new URL(url);
  return [hostname, port === '' ? usual : Number(port)];
};
const codeOf = (error: unknown): string | undefined => {
  const code = (error as { readonly code?: unknown }).code;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
};
/** `ok`, the server's code, or undefined. */
const outcome = (asked: Promise<unknown>): Promise<string | undefined> => asked.then(() => 'ok', codeOf);

export async function lookAtPostgres(
  at: NonNullable<Places['postgres']>,
): Promise<PostgresTruth | StoreTruth> {
  const [host, port] = addressOf(at.url, 5432);
  const { keeper } = at;
  const [tcp, said, writes] = await Promise.all([
    tcpAt(host, port),
    outcome(sql(at.url, 'SELECT 1', patience)),
    at.writer === undefined
      ? undefined
      : outcome(
          sql(
            at.writer,
            `BEGIN; INSERT INTO clusters (id, name) VALUES ('referee', 'r'); ROLLBACK`,
            patience,
          ),
        ),
  ]);
  const bare: StoreTruth = { tcp, said, writes };
  if (keeper === undefined) return bare;
  try {
    const [one] = await sql(
      keeper('postgres'),
      `SELECT (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')::int AS used,
        current_setting('max_connections')::int AS max,
        (SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%')::int AS idle,
        (SELECT count(*) FROM pg_stat_activity WHERE cardinality(pg_blocking_pids(pid)) > 0)::int AS blocked,
        (SELECT count(*) FROM pg_stat_activity WHERE usename = 'service' AND datname = 'agent_manager')::int AS writers,
        (SELECT array_agg(datname::text) FROM pg_database WHERE NOT datistemplate) AS databases,
        (SELECT count(*) FROM pg_replication_slots WHERE NOT active)::int AS slots,
        (SELECT count(*) FROM pg_db_role_setting, unnest(setconfig) AS s
          WHERE s ~ '^default_transaction_read_only=(on|true|yes|1)$')::int AS set_read_only`,
      patience,
    );
    const databases = (one?.databases ?? []) as readonly string[];
    const missing: string[] = [];
    let [denied, invalid, there] = [false, 0, 0];
    for (const [database, wanted] of Object.entries(at.tables)) {
      if (!databases.includes(database)) continue;
      const [row] = await sql(
        keeper(database),
        `SELECT coalesce((SELECT array_agg(relname::text) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace), '{}') AS tables,
          (SELECT count(*) FROM pg_index WHERE NOT indisvalid)::int AS invalid,
          (SELECT count(*) FROM pg_class WHERE relkind = 'i' AND relname::text = ANY ('{${at.indexes.join()}}'))::int AS there,
          (SELECT count(*) FROM pg_class c WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
            AND NOT has_table_privilege('service', c.oid, 'INSERT'))::int AS denied`,
        patience,
      );
      const tables = (row?.tables ?? []) as readonly string[];
      missing.push(...wanted.filter((name) => !tables.includes(name)).map((name) => `${database}.${name}`));
      denied ||= Number(row?.denied) > 0;
      invalid += Number(row?.invalid);
      there += Number(row?.there);
    }
    return {
      ...bare,
      // What the role of a service that is not there may do says nothing of the server.
      writes: writes === '42501' && Number(one?.writers) === 0 ? undefined : writes,
      databases,
      used: Number(one?.used),
      max: Number(one?.max),
      idleInTransaction: Number(one?.idle),
      blocked: Number(one?.blocked),
      missingTables: missing,
      // The keeper's own session has it off, so that the server's setting shows in a write alone.
      readOnly: writes === '25006' || Number(one?.set_read_only) > 0,
      denied,
      invalidIndexes: invalid,
      missingIndexes: at.indexes.length - there,
      idleSlots: Number(one?.slots),
    };
  } catch {
    return bare;
  }
}

/** The first line of each of so many replies, and a bulk reply's text. */
function redisReplies(url: string, commands: readonly string[]): Promise<readonly string[]> {
  const [host, port] = addressOf(url, 6379);
  const { username, password } = new URL(url);
  const login = [decodeURIComponent(username), decodeURIComponent(password)].filter((word) => word !== '');
  const lines = [...(login.length > 0 ? [`AUTH ${login.join(' ')}`] : []), ...commands];
  return new Promise((resolve, reject) => {
    const socket: Socket = connect({ host, port });
    let text = '';
    socket.setTimeout(patience, () => socket.destroy(new Error('silent')));
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('closed')));
    socket.on('connect', () => socket.write(`${lines.join('\r\n')}\r\n`));
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const replies = repliesIn(text);
      // One that is turned away is told so once, whatever it asks.
      const turnedAway = replies[0]?.startsWith('-ERR max number of clients') === true;
      if (replies.length < lines.length && !turnedAway) return;
      resolve(turnedAway ? commands.map(() => replies[0] ?? '') : replies.slice(login.length > 0 ? 1 : 0));
      socket.destroy();
    });
  });
}

/** Whole replies of simple kinds, and of one flat list as its items with spaces between. */
function repliesIn(text: string): readonly string[] {
  const found: string[] = [];
  let rest = text;
  const next = (): string | undefined => {
    const end = rest.indexOf('\r\n');
    if (end < 0) return undefined;
    const line = rest.slice(0, end);
    rest = rest.slice(end + 2);
    if (line.startsWith('$')) {
      const size = Number(line.slice(1));
      if (size < 0) return '';
      if (rest.length < size + 2) return undefined;
      const bulk = rest.slice(0, size);
      rest = rest.slice(size + 2);
      return bulk;
    }
    if (!line.startsWith('*')) return line;
    const items: string[] = [];
    for (let left = Number(line.slice(1)); left > 0; left -= 1) {
      const item = next();
      if (item === undefined) return undefined;
      items.push(item);
    }
    return items.join(' ');
  };
  for (let reply = next(); reply !== undefined; reply = next()) found.push(reply);
  return found;
}

const redisWord = (reply: string | undefined): string | undefined =>
  reply === undefined ? undefined : reply.startsWith('-') ? reply.slice(1) : 'ok';

export async function lookAtRedis(at: NonNullable<Places['redis']>): Promise<RedisTruth | StoreTruth> {
  const [host, port] = addressOf(at.url, 6379);
  const [tcp, own] = await Promise.all([tcpAt(host, port), redisReplies(at.url, ['PING']).catch(() => [])]);
  const said = redisWord(own[0]);
  if (at.keeper === undefined) return { tcp, said };
  try {
    const [wrote, info = '', limit = ''] = await redisReplies(at.keeper, [
      ...['SET referee:probe 1 PX 50', 'INFO', 'CONFIG GET maxmemory*'],
    ]);
    const field = (name: string) => new RegExp(`^${name}:(.*)$`, 'm').exec(info)?.[1]?.trim() ?? '';
    const words = limit.split(' ');
    const setting = (name: string) => words[words.indexOf(name) + 1] ?? '';
    return {
      ...{ tcp, said, writes: redisWord(wrote) },
      usedBytes: Number(field('used_memory')),
      maxBytes: Number(setting('maxmemory')),
      policy: setting('maxmemory-policy'),
      keys: Number(/keys=(\d+)/.exec(field('db0'))?.[1] ?? 0),
      evicted: Number(field('evicted_keys')),
      isReplica: field('role') === 'slave',
      linkUp: field('master_link_status') === 'up',
      saveFailed: field('rdb_last_bgsave_status') === 'err' || field('aof_last_write_status') === 'err',
    };
  } catch {
    return { tcp, said };
  }
}

/** What is published within this time; undefined where nobody may listen. */
async function heardAt(url: string): Promise<readonly string[] | undefined> {
  const [host, port] = addressOf(url, 4222);
  const { username, password } = new URL(url);
  try {
    const ear = await natsEar(host, port, { user: username, pass: password });
    await new Promise((resolve) => setTimeout(resolve, patience));
    ear.close();
    return [...new Set(ear.heard.map(({ subject }) => subject))];
  } catch {
    return undefined;
  }
}

export async function lookAtNats(at: NonNullable<Places['nats']>): Promise<NatsTruth | StoreTruth> {
  const [host, port] = addressOf(at.url, 4222);
  const { username, password } = new URL(at.url);
  const login = { user: decodeURIComponent(username), pass: decodeURIComponent(password) };
  const [tcp, word, heard, varz, connz, jsz] = await Promise.all([
    tcpAt(host, port),
    natsPing(host, port, login, { limit: patience }).catch(() => undefined),
    at.listener === undefined ? undefined : heardAt(at.listener),
    ...['varz', 'connz', 'jsz'].map((page) =>
      at.monitor === undefined ? undefined : get(`${at.monitor}/${page}`, patience),
    ),
  ]);
  const said = word === 'PONG' ? 'ok' : word?.replace(/^-ERR '?|'$/g, '');
  const json = (answer: Answer | undefined): Record<string, unknown> => {
    try {
      return JSON.parse(answer?.body ?? '{}') as Record<string, unknown>;
    } catch {
      return {};
    }
  };
  const clients = (json(connz).connections ?? []) as readonly { readonly name?: string }[];
  const js = json(jsz);
  return {
    ...{ tcp, said },
    monitor: varz?.status === 200,
    jetstream: jsz?.status === 200 ? js.disabled !== true : undefined,
    streams: jsz?.status === 200 ? Number(js.streams ?? 0) : undefined,
    clients: clients.flatMap(({ name }) => name ?? []),
    heard,
  };
}

export async function lookAtService(at: Places['services'][string]): Promise<ServiceTruth> {
  const [host, port] = addressOf(at.url, 80);
  const [tcp, ...answers] = await Promise.all([
    tcpAt(host, port),
    ...at.paths.map((path) => get(`${at.url}${path}`, 2 * patience)),
  ]);
  const failed = at.answered?.().some((code) => code >= 400) ?? false;
  return { tcp, failed, paths: at.paths.map((path, index) => ({ path, answer: answers[index] })) };
}

async function lookAtAgents({ database }: { readonly database: string }): Promise<AgentsTruth> {
  try {
    const [row] = await sql(
      database,
      `SELECT count(*)::int AS n, extract(epoch FROM now() - max(last_heartbeat))::float AS age FROM agents`,
      patience,
    );
    const age = row?.age;
    return { registered: Number(row?.n), youngest: typeof age === 'number' ? age : undefined };
  } catch {
    return { registered: undefined, youngest: undefined };
  }
}

interface Listed {
  readonly items: readonly {
    readonly metadata: {
      readonly labels?: Readonly<Record<string, string>>;
      readonly deletionTimestamp?: string;
    };
    readonly status: {
      readonly phase: string;
      readonly conditions?: readonly {
        readonly type: string;
        readonly status: string;
        readonly reason?: string;
      }[];
      readonly containerStatuses?: readonly {
        readonly restartCount: number;
        readonly state?: Readonly<Record<string, { readonly reason?: string }>>;
        readonly lastState?: Readonly<Record<string, { readonly reason?: string }>>;
      }[];
    };
  }[];
}

async function lookAtPods(at: NonNullable<Places['cluster']>): Promise<readonly PodTruth[] | undefined> {
  const answer = await get(`${at.api}/api/v1/namespaces/${at.namespace}/pods`, patience);
  if (answer?.status !== 200) return undefined;
  return (JSON.parse(answer.body) as Listed).items.map(
    ({ metadata, status: { phase, conditions = [], containerStatuses = [] } }) => {
      const is = (type: string, status: string) =>
        conditions.some((one) => one.type === type && one.status === status);
      return {
        ...{ part: metadata.labels?.app ?? '', phase, ready: is('Ready', 'True') },
        goes: metadata.deletionTimestamp !== undefined,
        unschedulable: conditions.some(({ reason }) => reason === 'Unschedulable'),
        restarts: Math.max(0, ...containerStatuses.map(({ restartCount }) => restartCount)),
        reasons: containerStatuses.flatMap(({ state = {}, lastState = {} }) =>
          [...Object.values(state), ...Object.values(lastState)].flatMap(({ reason }) => reason ?? []),
        ),
      };
    },
  );
}

/** Looks at all of it; never throws, and takes a few seconds at most. */
export async function lookAround(at: Places): Promise<Truths> {
  const names = Object.keys(at.services);
  const asked = Promise.all(Object.values(at.services).map(lookAtService));
  const [postgres, redis, nats, agents, pods, services] = await Promise.all([
    at.postgres === undefined ? undefined : lookAtPostgres(at.postgres),
    at.redis === undefined ? undefined : lookAtRedis(at.redis),
    at.nats === undefined ? undefined : lookAtNats(at.nats),
    at.agents === undefined ? undefined : lookAtAgents(at.agents),
    at.cluster === undefined ? undefined : lookAtPods(at.cluster),
    asked,
  ]);
  return {
    ...(postgres === undefined ? {} : { postgres }),
    ...(redis === undefined ? {} : { redis }),
    ...(nats === undefined ? {} : { nats }),
    ...(agents === undefined ? {} : { agents }),
    ...(pods === undefined ? {} : { pods }),
    ...(at.cluster !== undefined && pods === undefined ? { podsUnseen: true as const } : {}),
    services: Object.fromEntries(
      names.flatMap((name, index) => {
        const truth = services[index];
        return truth === undefined ? [] : [[name, truth] as const];
      }),
    ),
  };
}
