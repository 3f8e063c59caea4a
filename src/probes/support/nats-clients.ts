import { type NatsTarget, ownClient } from '../../domain/probe/targets/nats.ts';

/** `/connz?subs=1`: the server's clients with their subscriptions and what they have published. */
interface Connz {
  readonly connections?: readonly {
    readonly cid: number;
    readonly name?: string;
    readonly ip?: string;
    readonly in_msgs?: number;
    readonly out_msgs?: number;
    readonly subscriptions_list?: readonly string[];
  }[];
}

/** A client as the server sees it, with what it has sent and been sent since it connected. */
export interface BusClient {
  readonly cid: number;
  /** The name that it gave itself, else its address. */
  readonly name: string;
  readonly ip: string;
  readonly sent: number;
  readonly received: number;
  readonly subjects: readonly string[];
}

const pageSize = 1_024;
const maxPages = 4;

/** Subjects of the server itself and of replies. */
export const isOwn = (subject: string) => /^[_$]/.test(subject);

/** Every client but the bot, from the first pages of `/connz`. Needs the monitor. */
export async function clientsOnBus(nats: NatsTarget, signal: AbortSignal): Promise<readonly BusClient[]> {
  const clients: BusClient[] = [];
  for (let page = 0; page < maxPages; page += 1) {
    const { connections = [] } = await nats.monitor<Connz>(
      `/connz?subs=1&limit=${pageSize}&offset=${page * pageSize}`,
      { signal },
    );
    for (const { cid, name = '', ip = '', ...one } of connections) {
      if (name === ownClient) continue;
      clients.push({
        cid,
        name: name === '' ? ip : name,
        ip,
        sent: one.in_msgs ?? 0,
        received: one.out_msgs ?? 0,
        subjects: (one.subscriptions_list ?? []).filter((subject) => !isOwn(subject)),
      });
    }
    if (connections.length < pageSize) break;
  }
  return clients;
}

/** `/connz?subs=detail` (NATS, "Monitoring"): of each subscription how many messages the server has sent to it. */
interface DetailedConnz {
  readonly now?: string;
  readonly connections?: readonly {
    readonly name?: string;
    readonly ip?: string;
    readonly start?: string;
    readonly subscriptions_list_detail?: readonly { readonly subject: string; readonly msgs?: number }[];
  }[];
}

/** A subject that is listened to and on which no message has come since. */
export interface SilentSubject {
  readonly subject: string;
  readonly listener: Pick<BusClient, 'name' | 'ip'>;
  /** Since its oldest listener connected. */
  readonly seconds: number;
}

/** Of the first page of clients; a subject counts once, and one on which any listener was sent something is not silent. */
export async function silentSubjects(
  nats: NatsTarget,
  signal: AbortSignal,
): Promise<readonly SilentSubject[]> {
  const { now = '', connections = [] } = await nats.monitor<DetailedConnz>(
    `/connz?subs=detail&limit=${pageSize}`,
    { signal },
  );
  const silent = new Map<string, SilentSubject>();
  const heard = new Set<string>();
  for (const { name = '', ip = '', start = '', subscriptions_list_detail: list = [] } of connections) {
    if (name === ownClient) continue;
    const seconds = (Date.parse(now) - Date.parse(start)) / 1000;
    for (const { subject, msgs } of list.filter((one) => !isOwn(one.subject))) {
      if (msgs !== 0) heard.add(subject);
      const listener = { name: name === '' ? ip : name, ip };
      const before = silent.get(subject);
      if (Number.isFinite(seconds) && (before === undefined || before.seconds < seconds))
        silent.set(subject, { subject, listener, seconds });
    }
  }
  return [...silent.values()].filter(({ subject }) => !heard.has(subject));
}
