import { z } from 'zod';
import type { Finding } from '../../domain/finding.ts';
import { type PartId, serviceIds } from '../../domain/part.ts';
import { partNamed } from '../../domain/part-names.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe.ts';
import type { With } from '../../domain/targets.ts';
import { round, verdict } from '../support.ts';

const params = z.strictObject({
  pendingBytes: z
    .number()
    .positive()
    .default(524_288)
    .meta({ description: 'Bytes waiting for one connection that are a backlog.' }),
  pendingMessages: z
    .number()
    .positive()
    .default(1_000)
    .meta({ description: 'Messages of a stream waiting for one consumer that are a backlog.' }),
  seconds: z
    .number()
    .positive()
    .max(30)
    .default(2)
    .meta({ description: 'Time between the two samples, in seconds.' }),
});
type Deps = Pick<With<'nats'>, 'nats'>;

interface Connz {
  /** The server's clock. */
  readonly now?: string;
  readonly connections?: readonly {
    readonly cid: number;
    readonly name?: string;
    readonly pending_bytes: number;
    readonly out_msgs?: number;
    readonly subscriptions?: number;
    /** Only of closed ones: when, and why in the server's words. */
    readonly stop?: string;
    readonly reason?: string;
  }[];
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
  readonly delivered?: { readonly consumer_seq?: number };
}

/** Streams of the platform; others on the same server are somebody else's. */
const ours = /^(?:aetherius\.|>$|\*)/;

/** A consumer that was dropped has this long to fall behind again: it comes back with nothing pending. */
const backAgainSeconds = 30;
/** The server's own limit of a page of connections. */
const mostConnections = 1_024;
/** How long such a consumer is watched, at most. */
const watchedSeconds = 12;

export const natsSlowConsumers = defineProbe({
  id: 'nats.slow-consumers',
  doc: `Does a consumer take its messages slower than they come?
Reads the monitor twice: bytes that wait for a connection in both samples are a backlog, a rising count of slow consumers is one too, and so are messages of a stream that wait for a consumer which takes some and falls behind. Each is named. A consumer that NATS dropped moments before comes back with nothing pending and is watched a while longer; one of the platform's that does not come back is named.`,
  params,
  part: 'nats',
  needs: ['nats'],
  timeoutMs: 40_000,
  emits: ['NATS_SLOW_CONSUMER', 'NATS_CONSUMER_LAGS', 'NATS_CONSUMERS_DROPPED', 'NATS_CONSUMER_GONE'],
  async run(
    { pendingBytes, pendingMessages, seconds }: z.output<typeof params>,
    { deps, signal, wait }: ProbeContext<Deps>,
  ) {
    const { nats } = deps;
    if (!nats.hasMonitor) return { status: 'skipped', reason: 'not-configured' };
    const sample = async (): Promise<Sample> => {
      const [connz, varz, jsz] = await Promise.all([
        nats.monitor<Connz>('/connz?sort=pending&limit=20', { signal }),
        nats.monitor<Varz>('/varz', { signal }),
        nats.monitor<Jsz>('/jsz?consumers=true&config=true', { signal }),
      ]);
      return { connections: connz.connections ?? [], varz, consumers: consumersOf(jsz) };
    };
    const lastDrop = () => lastDropped(nats, signal);

    let before = await sample();
    let answer: ReturnType<typeof compare>;
    let watching: Dropped | undefined;
    for (let watched = seconds; ; watched += seconds) {
      await wait(seconds * 1000);
      const next = await sample();
      answer = compare(before, next, { pendingBytes, pendingMessages, seconds });
      before = next;
      if (answer.findings.length > 0 || answer.dropped > 0 || watched >= watchedSeconds) break;
      if (answer.facts.slowConsumersTotal === 0) break;
      const drop = await lastDrop();
      if (drop === undefined || !(drop.secondsAgo <= backAgainSeconds)) break;
      watching = drop;
    }
    const { dropped, facts } = answer;
    const findings = [...answer.findings];
    if (findings.length === 0 && dropped > 0) {
      const consumer = (await lastDrop())?.name ?? 'unknown';
      findings.push({
        code: 'NATS_CONSUMERS_DROPPED',
        severity: 'warning',
        part: 'nats',
        subject: 'slow_consumers',
        facts: { ...facts, dropped, consumer },
      });
    }
    if (findings.length === 0 && watching !== undefined && (await stayedAway(nats, watching, signal)))
      findings.push({
        code: 'NATS_CONSUMER_GONE',
        severity: 'warning',
        part: 'nats',
        subject: watching.name,
        facts: { ...facts, consumer: watching.name, secondsAgo: Math.round(watching.secondsAgo) },
      });
    return verdict(findings, facts);
  },
});

interface Sample {
  readonly connections: NonNullable<Connz['connections']>;
  readonly varz: Varz;
  readonly consumers: ReadonlyMap<string, JetStreamConsumer>;
}

/** Consumers of the platform's streams, by `stream/consumer`. */
function consumersOf(jsz: Jsz): Sample['consumers'] {
  const streams = (jsz.account_details ?? []).flatMap((account) => account.stream_detail ?? []);
  return new Map(
    streams
      .filter(({ config }) => config?.subjects?.some((subject) => ours.test(subject)) === true)
      .flatMap(({ name, consumer_detail: consumers = [] }) =>
        consumers.map((one) => [`${name}/${one.name}`, one] as const),
      ),
  );
}

/** Consumers that take messages, and yet have as many waiting as before or more. One that nobody reads is not slow. */
function lagging(
  before: Sample,
  now: Sample,
  { pendingMessages, seconds }: Pick<z.output<typeof params>, 'pendingMessages' | 'seconds'>,
): readonly Finding[] {
  return [...now.consumers].flatMap(([subject, { num_pending: pending = 0, ...one }]): Finding[] => {
    const earlier = before.consumers.get(subject);
    const growth = pending - (earlier?.num_pending ?? Number.POSITIVE_INFINITY);
    const taken = (one.delivered?.consumer_seq ?? 0) - (earlier?.delivered?.consumer_seq ?? 0);
    if (pending < pendingMessages || growth < 0 || taken <= 0) return [];
    const facts = {
      pending,
      growthPerSecond: round(growth / seconds),
      takenPerSecond: round(taken / seconds),
    };
    return [
      {
        code: 'NATS_CONSUMER_LAGS',
        severity: 'warning',
        part: 'nats',
        subject,
        facts: { ...facts, unacknowledged: one.num_ack_pending ?? 0 },
      },
    ];
  });
}

function compare(
  before: Sample,
  now: Sample,
  { pendingBytes, pendingMessages, seconds }: z.output<typeof params>,
): {
  readonly findings: readonly Finding[];
  readonly dropped: number;
  readonly facts: { inPerSecond: number; outPerSecond: number; slowConsumersTotal: number };
} {
  const pendingBefore = new Map(before.connections.map((one) => [one.cid, one.pending_bytes]));
  const rate = (name: 'in_msgs' | 'out_msgs') =>
    round(((now.varz[name] ?? 0) - (before.varz[name] ?? 0)) / seconds);
  const facts = {
    inPerSecond: rate('in_msgs'),
    outPerSecond: rate('out_msgs'),
    slowConsumersTotal: now.varz.slow_consumers ?? 0,
  };
  const findings = now.connections
    .filter((one) => one.pending_bytes >= pendingBytes && (pendingBefore.get(one.cid) ?? 0) >= pendingBytes)
    .map(
      (one): Finding => ({
        code: 'NATS_SLOW_CONSUMER',
        severity: 'warning',
        part: 'nats',
        subject: one.name ?? `cid ${one.cid}`,
        facts: { ...facts, pendingBytes: one.pending_bytes, subscriptions: one.subscriptions ?? null },
      }),
    );
  return {
    findings: [...findings, ...lagging(before, now, { pendingMessages, seconds })],
    dropped: facts.slowConsumersTotal - (before.varz.slow_consumers ?? 0),
    facts,
  };
}

/** Parts that connect to NATS. */
const clients: ReadonlySet<PartId | undefined> = new Set([...serviceIds, 'collect-agent']);

interface Dropped {
  readonly name: string;
  readonly secondsAgo: number;
}

/** Whether a consumer of the platform that was dropped has no connection: nothing waits for it, and it gets nothing. */
async function stayedAway(nats: Deps['nats'], { name }: Dropped, signal: AbortSignal): Promise<boolean> {
  if (!clients.has(partNamed(name))) return false;
  const open = await nats.monitor<Connz>(`/connz?limit=${mostConnections}`, { signal });
  const connections = open.connections ?? [];
  // Among more of them it may be one that was not listed.
  return connections.length < mostConnections && !connections.some((one) => one.name === name);
}

/**
 * The consumer that NATS disconnected last for being slow. The server keeps its closed connections, with a reason such
 * as "Slow Consumer (Write Deadline)", and by stop time the newest comes first (nats-server, `ClosedState`).
 */
async function lastDropped(nats: Deps['nats'], signal: AbortSignal): Promise<Dropped | undefined> {
  const closed = await nats.monitor<Connz>('/connz?state=closed&sort=stop&limit=100', { signal });
  const last = closed.connections?.find(({ reason }) => reason?.startsWith('Slow Consumer') === true);
  if (last === undefined) return undefined;
  const secondsAgo = (Date.parse(closed.now ?? '') - Date.parse(last.stop ?? '')) / 1000;
  return { name: last.name ?? `cid ${last.cid}`, secondsAgo };
}
