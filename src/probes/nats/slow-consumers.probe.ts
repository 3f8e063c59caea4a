import { z } from 'zod';
import { AppError } from '../../domain/kernel/errors.ts';
import { configuredIds, type PartId } from '../../domain/platform/part.ts';
import { partNamed } from '../../domain/platform/part-names.ts';
import type { Platform } from '../../domain/platform/platform.ts';
import { factOf, mayDecide } from '../../domain/platform/source.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import { ownClient } from '../../domain/probe/targets/nats.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { ofPlatform } from '../support/nats-subjects.ts';
import { type PartAt, partAddresses } from '../support/part-addresses.ts';
import { round, verdict } from '../support.ts';

const params = z.strictObject({
  pendingBytes: z
    .number()
    .positive()
    .default(524_288)
    .meta({ description: 'Number of bytes waiting for one connection that is a backlog.' }),
  pendingMessages: z
    .number()
    .positive()
    .default(1_000)
    .meta({ description: 'Number of messages of a stream waiting for one consumer that is a backlog.' }),
  seconds: z
    .number()
    .positive()
    .max(30)
    .default(2)
    .meta({ description: 'Time between the two samples, in seconds.' }),
});
type Deps = Pick<With<'nats'>, 'nats' | 'platform' | 'runtime' | 'compose'>;

interface Connz {
  /** The server's clock. */
  readonly now?: string;
  readonly connections?: readonly Connection[];
}
interface Connection {
  readonly cid: number;
  readonly name?: string;
  readonly ip?: string;
  readonly pending_bytes: number;
  readonly out_msgs?: number;
  readonly subscriptions?: number;
  /** Its subjects, with `subs=1`. */
  readonly subscriptions_list?: readonly string[];
  readonly start?: string;
  /** Only of closed ones: when, and why in the server's words. */
  readonly stop?: string;
  readonly reason?: string;
}
interface Varz {
  readonly slow_consumers?: number;
  readonly in_msgs?: number;
  readonly out_msgs?: number;
}

/** `/jsz?consumers=true&config=true`; without JetStream `disabled` and nothing else. */
interface Jsz {
  readonly disabled?: boolean;
  readonly account_details?: readonly {
    readonly stream_detail?: readonly {
      readonly name: string;
      readonly config?: { readonly subjects?: readonly string[] };
      readonly consumer_detail?: readonly JetStreamConsumer[];
    }[];
  }[];
}
interface JetStreamConsumer {
  readonly name: string;
  readonly num_pending?: number;
  readonly num_ack_pending?: number;
  readonly config?: { readonly filter_subject?: string; readonly filter_subjects?: readonly string[] };
  readonly delivered?: { readonly consumer_seq?: number };
}

/** A consumer that was dropped has this long to fall behind again: it comes back with nothing pending. */
const backAgainSeconds = 30;
/** One that was dropped so long ago and is still away is told; later it may have been taken away on purpose. */
const goneSeconds = 600;
/** The server's own limit of a page of connections. */
const mostConnections = 1_024;
/** Connections with the most that waits, whosever they are. */
const mostPending = 100;
/** How long such a consumer is watched, at most. */
const watchedSeconds = 12;

export const natsSlowConsumers = defineProbe({
  id: 'nats.slow-consumers',
  doc: `Does a consumer take its messages more slowly than they arrive?
Reads the monitor twice and names each backlog.
A backlog is: bytes that wait for a connection in both samples, or a rising count of slow consumers.
So is a consumer of a stream that takes some messages and falls behind while others wait.
Only consumers of the platform count, by their name, their subjects, or the address of one of its Pods or containers.
A slow consumer of another application on the same server is reported separately; one that could be either is reported as undecided.
While the platform's own subjects are unknown, a consumer of any others is undecided, too, also one that was dropped and is away.
A consumer that NATS dropped moments before returns with nothing pending: it is watched a while longer.
A consumer of the platform that does not return, under its name or as another that takes its subjects, is named.`,
  params,
  part: 'nats',
  needs: ['nats'],
  timeoutMs: 40_000,
  emits: [
    'NATS_SLOW_CONSUMER',
    'NATS_CONSUMER_LAGS',
    'NATS_CONSUMERS_DROPPED',
    'NATS_CONSUMER_GONE',
    'NATS_SLOW_CONSUMER_ELSEWHERE',
  ],
  async run(
    { pendingBytes, pendingMessages, seconds }: z.output<typeof params>,
    { deps, signal, wait, now }: ProbeContext<Deps>,
  ) {
    const { nats, platform } = deps;
    if (!nats.hasMonitor) return { status: 'skipped', reason: 'not-configured' };
    let known: Known = { platform, own: areKnown(platform), partOf: () => undefined };
    const sample = async (): Promise<Sample> => {
      const [connz, varz, jsz] = await Promise.all([
        nats.monitor<Connz>(`/connz?sort=pending&subs=1&limit=${mostPending}`, { signal }),
        nats.monitor<Varz>('/varz', { signal }),
        nats.monitor<Jsz>('/jsz?consumers=true&config=true', { signal }),
      ]);
      const { connections = [] } = connz;
      known = { ...known, own: known.own || usesOwnSubjects(connections, platform) };
      return { connections, varz, consumers: consumersOf(jsz, known) };
    };

    /** Asked once, and only where neither name nor subjects tell whose a slow one is. */
    let knowsAddresses = false;
    const learn = async () => {
      const parts = await partAddresses(deps, signal);
      knowsAddresses = true;
      known = { ...known, partOf: (one, asOf) => partOf(one, parts, { server: asOf, own: now().getTime() }) };
    };
    let before = await sample();
    let seen: Seen;
    let watching: Dropped | undefined;
    const others = new Set<string>();
    for (let watched = seconds; ; watched += seconds) {
      await wait(seconds * 1000);
      const next = await sample();
      seen = compare(before, next, { pendingBytes, pendingMessages, seconds, known });
      if (seen.unclear.length > 0 && !knowsAddresses) {
        await learn();
        seen = compare(before, next, { pendingBytes, pendingMessages, seconds, known });
      }
      before = next;
      for (const name of seen.others) others.add(name);
      if (seen.ours.length > 0 || seen.facts.slowConsumersTotal === 0) break;
      let closed = await droppedConsumers(nats, known, signal);
      if (closed.some(({ owner }) => owner === 'unclear') && !knowsAddresses) {
        await learn();
        closed = await droppedConsumers(nats, known, signal);
      }
      seen = withDrops(seen, closed);
      for (const name of seen.others) others.add(name);
      if (seen.ours.length > 0 || seen.unclear.length > 0 || watched >= watchedSeconds) break;
      const drop = closed.find(({ owner }) => owner === 'platform' || owner === 'unclear');
      if (drop === undefined || !(drop.secondsAgo <= awaySeconds(drop))) break;
      watching = drop;
      if (drop.secondsAgo > backAgainSeconds) break;
    }
    const { facts } = seen;
    if (seen.ours.length > 0) return verdict(seen.ours, facts);
    const away = watching !== undefined && (await stayedAway(nats, watching, signal));
    if (watching !== undefined && away && clients.has(watching.part))
      return verdict(
        [
          {
            code: 'NATS_CONSUMER_GONE',
            severity: 'warning',
            part: 'nats',
            subject: watching.name,
            facts: { ...facts, consumer: watching.name, secondsAgo: Math.round(watching.secondsAgo) },
          },
        ],
        facts,
      );
    // One that may be the platform's was dropped and is gone: that nothing waits for it is no good sign.
    const [unclear] = [...seen.unclear, ...(watching?.owner === 'unclear' && away ? [watching.name] : [])];
    if (unclear !== undefined)
      return {
        status: 'inconclusive',
        cause: new AppError('NOT_FOUND', 'a consumer is slow, and its application is unknown', {
          facts: { reason: 'slow-consumer-unclear', consumer: unclear },
        }),
        facts,
      };
    return verdict(
      [...others].map(
        (consumer): Finding => ({
          code: 'NATS_SLOW_CONSUMER_ELSEWHERE',
          severity: 'info',
          part: 'nats',
          subject: consumer,
          facts,
        }),
      ),
      facts,
    );
  },
});

interface Sample {
  readonly connections: NonNullable<Connz['connections']>;
  readonly varz: Varz;
  readonly consumers: ReadonlyMap<string, Consumer>;
}
type Consumer = JetStreamConsumer & { readonly owner: Owner };
/** `bot`: our own, which listens for other probes meanwhile. */
type Owner = 'platform' | 'others' | 'unclear' | 'bot';

/** `own`: whether the table's subjects are the platform's here; else a consumer of other subjects may be the platform's. */
interface Known {
  readonly platform: Platform;
  readonly own: boolean;
  /** The part whose Pod or container has the address of a connection. `asOf`: what the server's clock says. */
  readonly partOf: (connection: Connection, asOf?: string) => PartId | undefined;
}

/** Configured or observed, and not by the guide alone. */
const areKnown = (platform: Platform): boolean =>
  (Object.keys(platform.subjects) as (keyof Platform['subjects'])[]).some((name) =>
    mayDecide(factOf(platform, 'subjects', name)),
  );

/** Whether some client takes one of the platform's subjects: then they are in use on this server. */
const usesOwnSubjects = (connections: readonly Connection[], platform: Platform): boolean =>
  connections.some(
    (one) =>
      one.name !== ownClient && subjectsOf(one).some((subject) => ofPlatform(subject, platform) === true),
  );

/** What is slow, by whose it is; of others only the names. */
interface Seen {
  readonly ours: readonly Finding[];
  /** Names of those that may be the platform's or somebody else's. */
  readonly unclear: readonly string[];
  readonly others: readonly string[];
  /** How many the server gave up on between the samples, whosever they are: it counts for all its clients. */
  readonly dropped: number;
  readonly facts: { inPerSecond: number; outPerSecond: number; slowConsumersTotal: number };
}

/** Consumers of all streams but those of others, by `stream/consumer`. */
function consumersOf(jsz: Jsz, known: Known): Sample['consumers'] {
  const streams = (jsz.account_details ?? []).flatMap((account) => account.stream_detail ?? []);
  const consumers = streams.flatMap(({ name, config, consumer_detail = [] }) =>
    consumer_detail.map((one): readonly [string, Consumer] => {
      const { filter_subject: filter, filter_subjects: filters = [] } = one.config ?? {};
      const own = [...(filter === undefined || filter === '' ? [] : [filter]), ...filters];
      const owner = takenBy(own.length > 0 ? own : config?.subjects, known);
      return [`${name}/${one.name}`, { ...one, owner }];
    }),
  );
  return new Map(consumers.filter(([, { owner }]) => owner !== 'others'));
}

/** Consumers that take messages while their backlog does not shrink. One without a reader is not slow. */
function lagging(
  before: Sample,
  now: Sample,
  { pendingMessages, seconds }: Pick<z.output<typeof params>, 'pendingMessages' | 'seconds'>,
): Pick<Seen, 'ours' | 'unclear'> {
  const ours: Finding[] = [];
  const unclear: string[] = [];
  for (const [subject, { num_pending: pending = 0, ...one }] of now.consumers) {
    const earlier = before.consumers.get(subject);
    const growth = pending - (earlier?.num_pending ?? Number.POSITIVE_INFINITY);
    const taken = (one.delivered?.consumer_seq ?? 0) - (earlier?.delivered?.consumer_seq ?? 0);
    if (pending < pendingMessages || growth < 0 || taken <= 0) continue;
    const facts = {
      pending,
      growthPerSecond: round(growth / seconds),
      takenPerSecond: round(taken / seconds),
      unacknowledged: one.num_ack_pending ?? 0,
    };
    if (one.owner === 'platform')
      ours.push({ code: 'NATS_CONSUMER_LAGS', severity: 'warning', part: 'nats', subject, facts });
    else unclear.push(subject);
  }
  return { ours, unclear };
}

function compare(
  before: Sample,
  now: Sample,
  limits: z.output<typeof params> & { readonly known: Known },
): Seen {
  const { pendingBytes, pendingMessages, seconds, known } = limits;
  const { platform } = known;
  const pendingBefore = new Map(before.connections.map((one) => [one.cid, one.pending_bytes]));
  const rate = (name: 'in_msgs' | 'out_msgs') =>
    round(((now.varz[name] ?? 0) - (before.varz[name] ?? 0)) / seconds);
  const facts = {
    inPerSecond: rate('in_msgs'),
    outPerSecond: rate('out_msgs'),
    slowConsumersTotal: now.varz.slow_consumers ?? 0,
  };
  const backed = now.connections.filter(
    (one) => one.pending_bytes >= pendingBytes && (pendingBefore.get(one.cid) ?? 0) >= pendingBytes,
  );
  const of = (owner: Owner) => backed.filter((one) => ownerOf(one, known) === owner);
  const findings = of('platform').map(
    (one): Finding => ({
      code: 'NATS_SLOW_CONSUMER',
      severity: 'warning',
      part: 'nats',
      subject: nameOf(one),
      facts: {
        ...facts,
        pendingBytes: one.pending_bytes,
        subscriptions: one.subscriptions ?? null,
        clientPart: partNamed(one.name ?? '', platform) ?? known.partOf(one) ?? null,
      },
    }),
  );
  const lag = lagging(before, now, { pendingMessages, seconds });
  return {
    ours: [...findings, ...lag.ours],
    unclear: [...of('unclear').map(nameOf), ...lag.unclear],
    others: of('others').map(nameOf),
    dropped: facts.slowConsumersTotal - (before.varz.slow_consumers ?? 0),
    facts,
  };
}

/** The server's counter says how many were dropped; whose they are, only its closed connections. */
function withDrops(seen: Seen, closed: readonly Dropped[]): Seen {
  if (seen.dropped <= 0) return seen;
  const { facts } = seen;
  const drops = closed.slice(0, seen.dropped);
  const ours = drops.filter(({ owner }) => owner === 'platform');
  const unclear = drops.filter(({ owner }) => owner === 'unclear').map(({ name }) => name);
  const unlisted = drops.length < seen.dropped ? ['–'] : [];
  const others = drops.filter(({ owner }) => owner === 'others').map(({ name }) => name);
  return {
    ...seen,
    ours: ours.slice(0, 1).map(({ name, part }) => ({
      code: 'NATS_CONSUMERS_DROPPED',
      severity: 'warning',
      part: 'nats',
      subject: 'slow_consumers',
      facts: {
        ...facts,
        dropped: ours.length,
        consumer: name,
        clientPart: part ?? null,
      },
    })),
    unclear: [...seen.unclear, ...unclear, ...unlisted],
    others: [...seen.others, ...others],
  };
}

/** Parts that connect to NATS. */
const clients: ReadonlySet<PartId | undefined> = new Set(configuredIds);

const nameOf = ({ name, cid }: Connection) => (name === undefined || name === '' ? `cid ${cid}` : name);

/** Without its subjects nothing tells a new Pod of another name from one that stays away. */
const awaySeconds = ({ subjects }: Dropped) => (subjects.length > 0 ? goneSeconds : backAgainSeconds);

/**
 * Whose a consumer of these subjects is; `>` takes in the platform's and those of others. Where nobody knows the
 * platform's, any may be.
 */
function takenBy(subjects: readonly string[] | undefined, { platform, own }: Known): Owner {
  const said = (subjects ?? []).map((one) => ofPlatform(one, platform));
  if (said.includes(true)) return 'platform';
  return said.length === 0 || said.includes(undefined) || !own ? 'unclear' : 'others';
}

const subjectsOf = ({ subscriptions_list: all = [] }: Connection) => all.filter((one) => !/^[_$]/.test(one));

/**
 * Another application may have a component of the same name ("orchestrator"): one that takes only subjects of others
 * is not known by its name. Inboxes and subjects of the server say nothing of it.
 */
function ownerOf(connection: Connection, known: Known, asOf?: string): Owner {
  if (connection.name === ownClient) return 'bot';
  if (known.partOf(connection, asOf) !== undefined) return 'platform';
  const subjects = subjectsOf(connection);
  if (!clients.has(partNamed(connection.name ?? '', known.platform))) return takenBy(subjects, known);
  return takenBy(subjects, { ...known, own: true }) === 'others' ? 'unclear' : 'platform';
}

/**
 * The part that a connection is of, by its address. One that was closed counts only where what has this address now ran
 * before the connection was made: else the address may have been another one's.
 */
function partOf(
  { ip = '', start = '', stop }: Connection,
  parts: ReadonlyMap<string, PartAt>,
  { server = '', own }: { readonly server: string | undefined; readonly own: number },
): PartId | undefined {
  const at = parts.get(ip);
  if (at === undefined || stop === undefined) return at?.part;
  return own - Date.parse(at.since ?? '') >= Date.parse(server) - Date.parse(start) ? at.part : undefined;
}

interface Dropped {
  readonly name: string;
  /** By its name or its address. */
  readonly part: PartId | undefined;
  /** What it took, but for inboxes and subjects of the server. */
  readonly subjects: readonly string[];
  readonly owner: Owner;
  readonly secondsAgo: number;
}

/**
 * Whether a consumer that was dropped has no connection: nothing waits for it, and it gets nothing. A new Pod may have
 * another name: whoever takes one of its subjects stands for it.
 */
async function stayedAway(
  nats: Deps['nats'],
  { name, subjects }: Dropped,
  signal: AbortSignal,
): Promise<boolean> {
  const open = await nats.monitor<Connz>(`/connz?subs=1&limit=${mostConnections}`, { signal });
  const connections = open.connections ?? [];
  const stands = (one: Connection) =>
    one.name !== ownClient &&
    (one.name === name || subjectsOf(one).some((subject) => subjects.includes(subject)));
  // Among more of them it may be one that was not listed.
  return connections.length < mostConnections && !connections.some(stands);
}

/**
 * The consumers that NATS disconnected for being slow, the latest first. The server keeps its closed connections, with
 * a reason such as "Slow Consumer (Write Deadline)" (nats-server, `ClosedState`).
 */
async function droppedConsumers(
  nats: Deps['nats'],
  known: Known,
  signal: AbortSignal,
): Promise<readonly Dropped[]> {
  const closed = await nats.monitor<Connz>('/connz?state=closed&sort=stop&subs=1&limit=100', { signal });
  return (closed.connections ?? [])
    .filter(({ reason }) => reason?.startsWith('Slow Consumer') === true)
    .map((one) => ({
      name: nameOf(one),
      part: partNamed(one.name ?? '', known.platform) ?? known.partOf(one, closed.now),
      subjects: subjectsOf(one),
      owner: ownerOf(one, known, closed.now),
      secondsAgo: (Date.parse(closed.now ?? '') - Date.parse(one.stop ?? '')) / 1000,
    }));
}
