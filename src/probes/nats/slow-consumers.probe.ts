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
  readonly connections?: readonly {
    readonly cid: number;
    readonly name?: string;
    readonly pending_bytes: number;
    readonly out_msgs?: number;
    readonly subscriptions?: number;
  }[];
}
interface Varz {
  readonly slow_consumers?: number;
  readonly in_msgs?: number;
  readonly out_msgs?: number;
}

export const natsSlowConsumers = defineProbe({
  id: 'nats.slow-consumers',
  doc: `Does a consumer take its messages slower than they come?
Reads the monitor twice: bytes that wait for a connection in both samples are a backlog, and a rising count of slow consumers is one too. Both are named.`,
  params,
  part: 'nats',
  needs: ['nats'],
  timeoutMs: 40_000,
  emits: ['NATS_SLOW_CONSUMER', 'NATS_CONSUMERS_DROPPED'],
  async run({ pendingBytes, seconds }: z.output<typeof params>, { deps, signal, wait }: ProbeContext<Deps>) {
    const { nats } = deps;
    if (!nats.hasMonitor) return { status: 'skipped', reason: 'not-configured' };
    const look = () =>
      Promise.all([
        nats.monitor<Connz>('/connz?sort=pending&limit=20', { signal }),
        nats.monitor<Varz>('/varz', { signal }),
      ]);
    const [firstConnz, firstVarz] = await look();
    await wait(seconds * 1000);
    const [connz, varz] = await look();
    const before = new Map(
      (firstConnz.connections ?? []).map((connection) => [connection.cid, connection.pending_bytes]),
    );
    const dropped = (varz.slow_consumers ?? 0) - (firstVarz.slow_consumers ?? 0);
    const rate = (name: 'in_msgs' | 'out_msgs') =>
      round(((varz[name] ?? 0) - (firstVarz[name] ?? 0)) / seconds);
    const facts = {
      inPerSecond: rate('in_msgs'),
      outPerSecond: rate('out_msgs'),
      slowConsumersTotal: varz.slow_consumers ?? 0,
    };
    const findings = (connz.connections ?? [])
      .filter((one) => one.pending_bytes >= pendingBytes && (before.get(one.cid) ?? 0) >= pendingBytes)
      .map(
        (one): Finding => ({
          code: 'NATS_SLOW_CONSUMER',
          severity: 'warning',
          part: 'nats',
          subject: one.name ?? `cid ${one.cid}`,
          facts: { ...facts, pendingBytes: one.pending_bytes, subscriptions: one.subscriptions ?? null },
        }),
      );
    if (findings.length === 0 && dropped > 0) {
      findings.push({
        code: 'NATS_CONSUMERS_DROPPED',
        severity: 'warning',
        part: 'nats',
        subject: 'slow_consumers',
        facts: { ...facts, dropped },
      });
    }
    return verdict(findings, facts);
  },
});
