import { AppError } from '../../domain/kernel/errors.ts';
import { partNamed } from '../../domain/platform/part-names.ts';
import type { Platform } from '../../domain/platform/platform.ts';
import type { NatsTarget } from '../../domain/probe/targets/nats.ts';
import type { Instance, RuntimeTarget } from '../../domain/probe/targets/runtime.ts';
import { type BusClient, isOwn } from '../support/nats-clients.ts';
import { covers } from '../support/nats-subjects.ts';

/** Subjects that something was heard on, without those of the server and of replies. */
export function subjectsHeard(
  seen: Readonly<Record<string, number>>,
): readonly (readonly [string, number])[] {
  return Object.entries(seen).filter(([subject]) => !isOwn(subject));
}

interface Routez {
  readonly routes?: readonly {
    readonly remote_id?: string;
    readonly subscriptions_list?: readonly string[];
  }[];
}
interface Jsz {
  readonly account_details?: readonly {
    readonly stream_detail?: readonly {
      readonly name?: string;
      readonly config?: { readonly subjects?: readonly string[] };
    }[];
  }[];
}

/** Who takes messages and is no client of the server that the monitor is of. */
export interface OtherListeners {
  /** Servers that messages are passed on to, by id. */
  readonly servers: readonly string[];
  /** Subjects that these servers or streams take. */
  readonly subjects: readonly string[];
}

/**
 * Streams, and the other servers of the cluster with what their clients listen to (`/routez?subs=1`, NATS monitoring).
 * A leaf node or a gateway tells nothing of its clients here: `undefined`, for anybody may listen behind it.
 */
export async function otherListeners(
  nats: NatsTarget,
  signal: AbortSignal,
): Promise<OtherListeners | undefined> {
  const varz = await nats.monitor<{
    readonly leafnodes?: number;
    readonly remotes?: number;
    readonly gateway?: { readonly name?: string };
  }>('/varz', { signal });
  if ((varz.leafnodes ?? 0) > 0 || varz.gateway?.name !== undefined) return undefined;
  const { routes = [] } = await nats.monitor<Routez>('/routez?subs=1', { signal });
  const jsz = await nats.monitor<Jsz>('/jsz?streams=true&config=true', { signal });
  const streams = (jsz.account_details ?? []).flatMap(({ stream_detail = [] }) => stream_detail);
  return {
    servers: routes.flatMap(({ remote_id: id }) => id ?? []),
    subjects: [
      ...routes.flatMap(({ subscriptions_list: list = [] }) => list),
      ...streams.flatMap(({ config }) => config?.subjects ?? []),
    ].filter((subject) => !isOwn(subject)),
  };
}

/** Servers of the platform that are ready, as the runtime shows them. */
export async function readyServers(
  runtime: RuntimeTarget,
  signal: AbortSignal,
): Promise<readonly Instance[]> {
  const instances = await runtime.instances('nats', { signal });
  return instances.filter(({ phase, ready }) => phase === 'running' && ready);
}

/**
 * Whether there are servers that this one has no route to: what is published there is not heard here. Where leaf nodes
 * may join them, or nobody shows how many there are, it is not known, and so not said.
 */
export async function isApart(
  nats: NatsTarget,
  runtime: RuntimeTarget | undefined,
  signal: AbortSignal,
): Promise<boolean> {
  if (runtime === undefined || !nats.hasMonitor) return false;
  const servers = await readyServers(runtime, signal).catch(() => []);
  if (servers.length < 2) return false;
  const others = await otherListeners(nats, signal);
  return others?.servers.length === 0;
}

export const cannotKnow = (reason: string) =>
  new AppError('NOT_FOUND', 'who listens cannot be known', { facts: { reason } });

/**
 * Subjects that streams and other servers take; undefined behind a leaf node or gateway. AppError `another-server` where
 * the monitor is not of the server that we are connected to, nor of one that it has a route to: behind one name there may
 * be several servers, and what one of them hears another one's clients need not.
 */
export async function listenersBesides(
  nats: NatsTarget,
  signal: AbortSignal,
): Promise<readonly string[] | undefined> {
  const others = await otherListeners(nats, signal);
  const [{ serverId }, { server_id: monitored }] = await Promise.all([
    nats.connect({ signal }),
    nats.monitor<{ readonly server_id?: string }>('/varz', { signal }),
  ]);
  if (serverId !== monitored && others?.servers.includes(serverId) !== true)
    throw cannotKnow('another-server');
  return others?.subjects;
}

/** Whether one of these patterns takes a subject, and names something of it. */
export const isTaken = (subject: string, patterns: readonly string[]): boolean =>
  patterns.some((own) => !isTap(own) && covers(own, subject));

/** Who hears many agents listens on a pattern; what one client listens to for itself is no pattern. */
export const isPattern = (subject: string) => /[*>]/.test(subject);

/** One that takes everything is a tap: it shows nothing about what it listens for. */
export const isTap = (pattern: string) => pattern.split('.').every((token) => token === '*' || token === '>');

/** Whether a client listens to a subject by a pattern that names something of it. */
export function isHeard(subject: string, clients: readonly BusClient[]): boolean {
  return clients.some(({ subjects }) => isTaken(subject, subjects));
}

/** Clients that published between two looks. One that came meanwhile counts with all that it sent. */
export function publishers(before: readonly BusClient[], after: readonly BusClient[]): readonly BusClient[] {
  const earlier = new Map(before.map(({ cid, sent }) => [cid, sent]));
  return after.filter(({ cid, sent }) => sent > (earlier.get(cid) ?? 0));
}

/** Whether it is known to be another part than an agent: by its name, or by listening to many at once. */
export function isNoAgent({ name, subjects }: BusClient, platform: Platform): boolean {
  const part = partNamed(name, platform);
  if (part !== undefined) return part !== 'collect-agent';
  return subjects.some((own) => isPattern(own) && speaksOfAgents(own));
}

/** Words with which programs name what agents send, in whatever order. */
const agentWords = /agent|heart_?-?beat|regist/i;

export const speaksOfAgents = (text: string) => agentWords.test(text);

/** A subject that somebody publishes and nobody hears, and the pattern that was meant for it. */
export interface NearMatch {
  readonly published: string;
  readonly listened: string;
  readonly listener: BusClient;
}

/** Words of a pattern that a subject has too, in any order: at least two, and at least half of them. */
function isNear(pattern: string, subject: string): boolean {
  const words = pattern.split('.').filter((token) => token !== '*' && token !== '>');
  const theirs = new Set(subject.split('.'));
  const shared = words.filter((word) => theirs.has(word)).length;
  return shared >= 2 && shared * 2 >= words.length;
}

/** The last word of a pattern says what kind of message it is: `heartbeat` of `fleet.*.heartbeat`. */
function sameKind(pattern: string, subject: string): boolean {
  const kind = pattern.split('.').findLast((token) => token !== '*' && token !== '>');
  return kind !== undefined && subject.split('.').includes(kind);
}

/**
 * Subjects that are published without a listener, beside patterns that are listened to and get nothing, where the two
 * have the words of one message in another order or with other words before them. Heartbeats before the rest.
 */
export function nearMatches(
  published: readonly string[],
  clients: readonly BusClient[],
): readonly NearMatch[] {
  const unheard = published.filter((subject) => !isHeard(subject, clients));
  const found = clients.flatMap((listener) =>
    listener.subjects
      .filter((own) => isPattern(own) && !isTap(own) && !published.some((subject) => covers(own, subject)))
      .flatMap((listened) =>
        unheard
          .filter((subject) => isNear(listened, subject) && sameKind(listened, subject))
          .map((subject) => ({ published: subject, listened, listener })),
      ),
  );
  const rank = ({ listened }: NearMatch) => (/heart_?-?beat/i.test(listened) ? 0 : 1);
  return found.toSorted((a, b) => rank(a) - rank(b));
}
