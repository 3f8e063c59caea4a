import { z } from 'zod';
import type { Finding } from '../../domain/probe/finding.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { confirmedLatency, endpointCodes, endpointFinding, verdict } from '../support.ts';

const params = z.strictObject({
  slowMs: z
    .number()
    .positive()
    .default(500)
    .meta({ description: 'Latency above which it is degraded, in milliseconds.' }),
});
type Params = z.output<typeof params>;
type Deps = Pick<With<'nats'>, 'nats'>;

export const natsServer = defineProbe({
  id: 'nats.server',
  doc: `Connects to NATS as a client with its credentials and measures a round trip.`,
  params,
  part: 'nats',
  needs: ['nats'],
  timeoutMs: 8_000,
  emits: [...endpointCodes, 'NATS_SLOW'],
  async run({ slowMs }: Params, { deps, signal }: ProbeContext<Deps>) {
    try {
      const seen = await deps.nats.connect({ signal });
      const { latencyMs, slow } = await confirmedLatency(
        seen.latencyMs,
        slowMs,
        async () => (await deps.nats.connect({ signal })).latencyMs,
      );
      const finding: Finding = {
        code: 'NATS_SLOW',
        severity: 'warning',
        part: 'nats',
        subject: 'nats',
        facts: { latencyMs, thresholdMs: slowMs },
      };
      return verdict(slow ? [finding] : [], {
        latencyMs,
        serverId: seen.serverId,
        serverName: seen.serverName,
        version: seen.version,
        jetstream: seen.jetstream,
      });
    } catch (error) {
      return verdict([endpointFinding(error, 'nats')]);
    }
  },
});
