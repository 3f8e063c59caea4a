import { z } from 'zod';
import { TargetError, targetStages } from '../../domain/kernel/errors.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { verdict } from '../support.ts';

const params = z.strictObject({});
type Deps = Pick<With<'nats'>, 'nats'>;

interface Varz {
  readonly server_id?: string;
  readonly version?: string;
  readonly connections?: number;
  readonly slow_consumers?: number;
  readonly in_msgs?: number;
  readonly out_msgs?: number;
  readonly mem?: number;
}

export const natsMonitor = defineProbe({
  id: 'nats.monitor',
  doc: `Reads /varz of the NATS monitoring port: server id, version, connections.
When the monitor answers and the client port does not, the server runs.`,
  params,
  part: 'nats',
  needs: ['nats'],
  timeoutMs: 8_000,
  emits: ['NATS_MONITOR_UNREACHABLE'],
  async run(_params: z.output<typeof params>, { deps, signal }: ProbeContext<Deps>) {
    if (!deps.nats.hasMonitor) return { status: 'skipped', reason: 'not-configured' };
    try {
      const varz = await deps.nats.monitor<Varz>('/varz', { signal });
      if (typeof varz.server_id !== 'string')
        throw new TargetError('protocol', 'the monitor names no server_id');
      return verdict([], {
        serverId: varz.server_id,
        version: varz.version ?? '',
        connections: varz.connections ?? 0,
        slowConsumers: varz.slow_consumers ?? 0,
        memoryBytes: varz.mem ?? 0,
      });
    } catch (error) {
      if (!(error instanceof TargetError) || !targetStages.has(error.stage)) throw error;
      return verdict([
        {
          code: 'NATS_MONITOR_UNREACHABLE',
          severity: 'warning',
          part: 'nats',
          subject: `${error.facts.host}:${error.facts.port}`,
          facts: { stage: error.stage, ...error.facts },
        },
      ]);
    }
  },
});
