import { z } from 'zod';
import { partOfWorkload } from '../../domain/platform/part-names.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { verdict } from '../support.ts';

type Deps = Pick<With<'compose'>, 'compose' | 'platform'>;
const params = z.strictObject({});

export const composeNetworks = defineProbe({
  id: 'compose.networks',
  doc: `Do all containers of the project share a network?
The project's network is the one with most of its containers.
A running container outside of it cannot reach the others by name.`,
  params,
  part: 'runtime',
  needs: ['compose'],
  timeoutMs: 8_000,
  emits: ['CONTAINER_OFF_NETWORK'],
  async run(_params: z.output<typeof params>, { deps, signal }: ProbeContext<Deps>) {
    const containers = await deps.compose.containers({ signal });
    // The list may be older than this moment; networks are changed on running containers.
    const fresh = await Promise.all(
      containers
        .filter((one) => one.state === 'running')
        .map((one) => deps.compose.inspect(one.id, { signal })),
    );
    const members = new Map<string, number>();
    for (const container of fresh)
      for (const network of container.networks) members.set(network, (members.get(network) ?? 0) + 1);
    const [shared] = [...members].toSorted((a, b) => b[1] - a[1]);
    if (shared === undefined || fresh.length < 2) return { status: 'skipped', reason: 'no-data' };
    const [network, count] = shared;
    const findings = fresh
      .filter((container) => !container.networks.includes(network) && container.networks[0] !== 'host')
      .map(
        (container): Finding => ({
          code: 'CONTAINER_OFF_NETWORK',
          severity: 'critical',
          part: partOfWorkload(container.service, deps.platform) ?? 'runtime',
          subject: container.name,
          facts: {
            container: container.name,
            service: container.service,
            network,
            own: container.networks.join(', ') || '–',
            members: count,
          },
        }),
      );
    return verdict(findings, { network, members: count, containers: fresh.length });
  },
});
