import { z } from 'zod';
import type { Finding } from '../../domain/finding.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe.ts';
import type { With } from '../../domain/targets.ts';
import { round, verdict } from '../support.ts';

const params = z.strictObject({
  pendingBytes: z
    .number()
    .positive()
    .default(524_288)
    .meta({ description: 'Bytes waiting for one connection that are a backlog.' }),
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

/** A consumer that was dropped has this long to fall behind again: it comes back with nothing pending. */
const backAgainSeconds = 30;
/** How long such a consumer is watched, at most. */
const watchedSeconds = 12;

export const natsSlowConsumers = defineProbe({
  id: 'nats.slow-consumers',
  doc: `Does a consumer take its messages slower than they come?
Reads the monitor twice: bytes that wait for a connection in both samples are a backlog, and a rising count of slow consumers is one too. Both are named. A consumer that NATS dropped moments before has come back with nothing pending and is watched a while longer.`,
  params,
  part: 'nats',
  needs: ['nats'],
  timeoutMs: 40_000,
  emits: ['NATS_SLOW_CONSUMER', 'NATS_CONSUMERS_DROPPED'],
  async run({ pendingBytes, seconds }: z.output<typeof params>, { deps, signal, wait }: ProbeContext<Deps>) {
    const { nats } = deps;
    if (!nats.hasMonitor) return { status: 'skipped', reason: 'not-configured' };
    const sample = async (): Promise<Sample> => {
      const [connz, varz] = await Promise.all([
        nats.monitor<Connz>('/connz?sort=pending&limit=20', { signal }),
        nats.monitor<Varz>('/varz', { signal }),
      ]);
      return { connections: connz.connections ?? [], varz };
    };
    const lastDrop = () => lastDropped(nats, signal);

    let before = await sample();
    let answer: ReturnType<typeof compare>;
    for (let watched = seconds; ; watched += seconds) {
      await wait(seconds * 1000);
      const next = await sample();
      answer = compare(before, next, { pendingBytes, seconds });
      before = next;
      if (answer.findings.length > 0 || answer.dropped > 0 || watched >= watchedSeconds) break;
      if (answer.facts.slowConsumersTotal === 0) break;
      const drop = await lastDrop();
      if (drop === undefined || !(drop.secondsAgo <= backAgainSeconds)) break;
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
    return verdict(findings, facts);
  },
});

interface Sample {
  readonly connections: NonNullable<Connz['connections']>;
  readonly varz: Varz;
}

function compare(
  before: Sample,
  now: Sample,
  { pendingBytes, seconds }: z.output<typeof params>,
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
  return { findings, dropped: facts.slowConsumersTotal - (before.varz.slow_consumers ?? 0), facts };
}

/**
 * The consumer that NATS disconnected last for being slow. The server keeps its closed connections, with a reason such
 * as "Slow Consumer (Write Deadline)", and by stop time the newest comes first (nats-server, `ClosedState`).
 */
async function lastDropped(
  nats: Deps['nats'],
  signal: AbortSignal,
): Promise<{ readonly name: string; readonly secondsAgo: number } | undefined> {
  const closed = await nats.monitor<Connz>('/connz?state=closed&sort=stop&limit=100', { signal });
  const last = closed.connections?.find(({ reason }) => reason?.startsWith('Slow Consumer') === true);
  if (last === undefined) return undefined;
  const secondsAgo = (Date.parse(closed.now ?? '') - Date.parse(last.stop ?? '')) / 1000;
  return { name: last.name ?? `cid ${last.cid}`, secondsAgo };
}
