import { AppError } from '../../../domain/kernel/errors.ts';
import { within } from '../../../domain/kernel/within.ts';
import { type SeenArea, steadySubject, type Thing } from '../../../domain/platform/inventory.ts';
import type { NatsTarget } from '../../../domain/probe/targets/nats.ts';
import { defaultTimeouts, type Timeouts } from '../failure.ts';
import { createNatsTarget } from '../stores/nats.ts';
import { SharedConnections } from '../stores/shared-connection.ts';

/** `/varz`, `/connz?subs=1` and `/subsz?subs=1` (NATS, "Monitoring"). */
interface Varz {
  readonly server_name?: string;
  readonly cluster?: { readonly cluster_port?: number; readonly name?: string };
  readonly routes?: number;
}
interface Connz {
  readonly connections?: readonly {
    readonly cid: number;
    readonly name?: string;
    readonly ip?: string;
    readonly subscriptions_list?: readonly string[];
  }[];
}
interface Subsz {
  readonly subscriptions_list?: readonly {
    readonly account?: string;
    readonly subject?: string;
    readonly cid?: number;
  }[];
}

const pageSize = 1_024;
const mostPages = 4;
const busMs = 5_000;
const ownName = 'aetherius-bot';

/**
 * Who is connected to NATS and what is listened to there, by the monitor of a server. A client goes by the workload that
 * has its address, else by its own name. Of several servers one is seen, and the area says which. Rejects where the
 * monitor cannot be asked, or has more clients than are read.
 */
export async function findOnBus(
  monitorUrl: string,
  workloadAt: (ip: string) => string | undefined,
  timeouts: Timeouts = defaultTimeouts,
): Promise<SeenArea> {
  const book = new SharedConnections();
  const url = new URL(monitorUrl);
  const nats = createNatsTarget(
    { host: url.hostname, port: Number(url.port || 80), monitorUrl },
    book,
    timeouts,
  );
  try {
    return await within(busMs, (signal) => seenOf(nats, workloadAt, signal));
  } finally {
    await book.closeAll();
  }
}

async function seenOf(
  nats: NatsTarget,
  workloadAt: (ip: string) => string | undefined,
  signal: AbortSignal,
): Promise<SeenArea> {
  const varz = await nats.monitor<Varz>('/varz', { signal });
  const clients = await everyPage(async (page) => {
    const path = `/connz?subs=1&limit=${pageSize}&offset=${page * pageSize}`;
    return (await nats.monitor<Connz>(path, { signal })).connections ?? [];
  });
  const subscriptions = await everyPage(async (page) => {
    const path = `/subsz?subs=1&limit=${pageSize}&offset=${page * pageSize}`;
    return (await nats.monitor<Subsz>(path, { signal })).subscriptions_list ?? [];
  });
  const others = clients.filter(({ name }) => name !== ownName);
  const own = new Set(clients.flatMap(({ cid, name }) => (name === ownName ? [cid] : [])));
  const subjects = [
    ...others.flatMap(({ subscriptions_list: list = [] }) => list),
    ...subscriptions.flatMap(({ subject, account, cid }) =>
      subject === undefined || account === '$SYS' || (cid !== undefined && own.has(cid)) ? [] : [subject],
    ),
  ].filter((subject) => !/^[_$]/.test(subject));
  const named = others.map(
    ({ ip = '', name = '' }) => workloadAt(ip) ?? (name === '' ? ip : steadySubject(name)),
  );
  const things = [
    ...named.filter((name) => name !== '').map((name): Thing => ({ kind: 'client', name })),
    ...subjects.map((subject): Thing => ({ kind: 'subject', name: steadySubject(subject) })),
  ];
  const { server_name: server = '', cluster, routes = 0 } = varz;
  const several = routes > 0 || cluster?.cluster_port !== undefined;
  return { things, unseen: several ? [`all but ${server}`] : [] };
}

async function everyPage<T>(read: (page: number) => Promise<readonly T[]>): Promise<readonly T[]> {
  const all: T[] = [];
  for (let page = 0; page < mostPages; page += 1) {
    const some = await read(page);
    all.push(...some);
    if (some.length < pageSize) return all;
  }
  throw new AppError('NOT_FOUND', 'more is there than is read');
}
