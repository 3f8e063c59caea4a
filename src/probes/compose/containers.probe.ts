import { z } from 'zod';
import { present } from '../../domain/kernel/present.ts';
import { shortened } from '../../domain/kernel/text.ts';
import { partIds, serviceIds } from '../../domain/platform/part.ts';
import { partOfWorkload } from '../../domain/platform/part-names.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import type { FindingCode } from '../../domain/probe/findings.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { ComposeContainer } from '../../domain/probe/targets/compose.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { imageFacts, verdict } from '../support.ts';

const params = z.strictObject({
  part: z.enum(partIds).meta({ description: 'The part whose containers are checked.' }),
});
type Params = z.output<typeof params>;
type Deps = Pick<With<'compose'>, 'compose' | 'platform'>;

export const composeContainers = defineProbe({
  id: 'compose.containers',
  doc: `Checks the containers of a part in the Compose project.
It distinguishes: exited (with its code), paused, restarting repeatedly, unhealthy by its own check, killed for memory.
A container belongs to a part by its Compose service name.`,
  params,
  part: (given: Params) => given.part,
  needs: ['compose'],
  timeoutMs: 12_000,
  emits: [
    'CONTAINER_MISSING',
    'CONTAINER_EXITED',
    'CONTAINER_OOM_KILLED',
    'CONTAINER_PAUSED',
    'CONTAINER_RESTARTING',
    'CONTAINER_UNHEALTHY',
  ],
  async run({ part }: Params, { deps, signal }: ProbeContext<Deps>) {
    const all = await deps.compose.containers({ signal });
    // The runtime itself is well when the engine answers.
    if (part === 'runtime') return verdict([], { containers: all.length });
    const own = all.filter(
      (container) => partOfWorkload(container.service || container.name, deps.platform) === part,
    );
    if (own.length === 0) {
      if (part !== 'collect-agent' && !serviceIds.some((id) => id === part))
        return { status: 'skipped', reason: 'not-applicable' };
      return verdict([
        {
          code: 'CONTAINER_MISSING',
          severity: 'critical',
          part,
          subject: part,
          facts: { project: deps.compose.project },
        },
      ]);
    }
    const findings = own.flatMap((container): Finding[] => {
      const fault = faultOf(container);
      if (fault === undefined) return [];
      const ended = container.finishedAt;
      return [
        {
          code: fault,
          severity: 'critical',
          part,
          subject: container.name,
          ...(container.state !== 'running' && ended !== undefined ? { since: ended } : {}),
          facts: {
            container: container.name,
            service: container.service,
            state: container.state,
            exitCode: container.exitCode,
            oomKilled: container.oomKilled,
            restarts: container.restartCount,
            ...present({
              error: container.error === undefined ? undefined : shortened(container.error, 200),
            }),
          },
        },
      ];
    });
    const running = own.filter((container) => container.state === 'running').length;
    return verdict(findings, {
      desired: own.length,
      running,
      ready: own.length - findings.length,
      ...imageFacts(own.map(({ image }) => image)),
    });
  },
});

function faultOf(container: ComposeContainer): FindingCode | undefined {
  switch (container.state) {
    case 'paused':
      return 'CONTAINER_PAUSED';
    case 'restarting':
      return container.oomKilled ? 'CONTAINER_OOM_KILLED' : 'CONTAINER_RESTARTING';
    case 'running':
      return container.health === 'unhealthy' ? 'CONTAINER_UNHEALTHY' : undefined;
    case 'created':
    case 'removing':
    case 'exited':
    case 'dead':
      return container.oomKilled ? 'CONTAINER_OOM_KILLED' : 'CONTAINER_EXITED';
  }
}
