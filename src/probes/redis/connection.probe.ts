import { z } from 'zod';
import type { Finding } from '../../domain/probe/finding.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { confirmedLatency, endpointCodes, endpointFinding, timed, verdict } from '../support.ts';

const params = z.strictObject({
  slowMs: z
    .number()
    .positive()
    .default(200)
    .meta({ description: 'Latency above which it is degraded, in milliseconds.' }),
});
type Params = z.output<typeof params>;
type Deps = Pick<With<'redis'>, 'redis'>;

export const redisConnection = defineProbe({
  id: 'redis.connection',
  doc: `Connects to Redis with its credentials and sends PING.
It distinguishes a wrong password, a full server and an unresponsive one.`,
  params,
  part: 'redis',
  needs: ['redis'],
  timeoutMs: 8_000,
  emits: [...endpointCodes, 'REDIS_SLOW'],
  async run({ slowMs }: Params, { deps, signal, watch }: ProbeContext<Deps>) {
    const ping = () => deps.redis.call('PING', [], { signal });
    try {
      const first = await timed(ping, { watch });
      // The first PING also opened the connection, which is not what slows the clients down.
      const { latencyMs, slow } = await confirmedLatency(
        first.ms,
        slowMs,
        async () => (await timed(ping, { watch })).ms,
      );
      const finding: Finding = {
        code: 'REDIS_SLOW',
        severity: 'warning',
        part: 'redis',
        subject: 'redis',
        facts: { latencyMs, thresholdMs: slowMs },
      };
      return verdict(slow ? [finding] : [], { latencyMs });
    } catch (error) {
      return verdict([endpointFinding(error, 'redis')]);
    }
  },
});
