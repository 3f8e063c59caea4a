import { z } from 'zod';
import { AppError } from '../../domain/kernel/errors.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { verdict } from '../support.ts';
import { otherListeners, readyServers } from './bus.ts';

const params = z.strictObject({});
type Deps = Pick<With<'nats' | 'runtime'>, 'nats' | 'runtime'>;

export const natsCluster = defineProbe({
  id: 'nats.cluster',
  doc: `Do the NATS servers of the platform know each other?
Several run where the runtime shows more than one instance that is ready.
A server without a route to another one hears its own clients alone (\`/routez\`).
A server with leaf nodes or a gateway may be joined by these, and is left out.`,
  params,
  part: 'nats',
  needs: ['nats', 'runtime'],
  timeoutMs: 15_000,
  emits: ['NATS_SERVERS_APART'],
  async run(_params: z.output<typeof params>, { deps, signal }: ProbeContext<Deps>) {
    const { nats, runtime } = deps;
    if (!nats.hasMonitor) return { status: 'skipped', reason: 'not-configured' };
    const servers = await readyServers(runtime, signal);
    if (servers.length < 2) return verdict([], { servers: servers.length });
    const others = await otherListeners(nats, signal);
    if (others === undefined)
      throw new AppError('NOT_FOUND', 'servers may be joined by leaf nodes', {
        facts: { reason: 'listeners-elsewhere' },
      });
    const facts = { servers: servers.length, routes: new Set(others.servers).size };
    if (facts.routes > 0) return verdict([], facts);
    return verdict(
      [
        {
          code: 'NATS_SERVERS_APART',
          severity: 'warning',
          part: 'nats',
          subject: 'nats',
          facts: { ...facts, names: servers.map(({ name }) => name).join(', ') },
        },
      ],
      facts,
    );
  },
});
