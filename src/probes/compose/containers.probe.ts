import { z } from 'zod';
import { present } from '../../domain/kernel/present.ts';
import { shortened } from '../../domain/kernel/text.ts';
import { partIds, serviceIds } from '../../domain/platform/part.ts';
import { partOfWorkload } from '../../domain/platform/part-names.ts';
import type { Platform } from '../../domain/platform/platform.ts';
import { imageName } from '../../domain/platform/unchecked.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import type { FindingCode } from '../../domain/probe/findings.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { ComposeContainer } from '../../domain/probe/targets/compose.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { strangersAmong } from '../../domain/probe/workload.ts';
import { cannotEverPass, wasRefused } from '../../domain/probe/wrong-check.ts';
import { imageFacts, notRecognised, verdict } from '../support.ts';

const params = z.strictObject({
  part: z.enum(partIds).meta({ description: 'The part whose containers are checked.' }),
});
type Params = z.output<typeof params>;
type Deps = Pick<With<'compose'>, 'compose' | 'platform' | 'services'>;

export const composeContainers = defineProbe({
  id: 'compose.containers',
  doc: `Checks the containers of a part in the Compose project.
It distinguishes: exited (with its code), paused, restarting repeatedly, unhealthy by its own check, killed for memory.
A container belongs to a part by its Compose service name.
A health check that asks a path which is not there, or needs a program which is not there, says nothing of the part.
So does one that asks a port of a service without HTTP.`,
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
    if (part === 'runtime')
      return verdict([], { containers: all.length, ...present({ restarted: restarted(all) }) });
    const named = all.filter((container) => partOfWorkload(nameOf(container), deps.platform) === part);
    const own =
      part === 'collect-agent' && named.length === 0
        ? all.filter((container) => isAgent(container, deps.platform))
        : named;
    if (own.length === 0) {
      if (part !== 'collect-agent' && !serviceIds.some((id) => id === part))
        return { status: 'skipped', reason: 'not-applicable' };
      const strangers = strangersAmong(all.map(nameOf), deps.platform);
      const unknown = notRecognised({ part, field: 'composeService', platform: deps.platform }, strangers);
      if (unknown !== undefined) return unknown;
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
    const silentId = serviceIds.find((id) => id === part);
    const withoutHttp = silentId !== undefined && deps.services?.find(silentId) === undefined;
    const hopeless = own.filter((container) => cannotPass(container, withoutHttp));
    const findings = own.flatMap((container): Finding[] => {
      const fault = hopeless.includes(container) ? undefined : faultOf(container);
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
              imageBefore: container.imageBefore,
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
      ...present({
        elsewhere: own === named ? undefined : own.map(({ name }) => name).join(', '),
        checkCannotPass: hopeless.length === 0 ? undefined : hopeless.map(({ name }) => name).join(', '),
      }),
      ...imageFacts(own.map(({ image }) => image)),
    });
  },
});

/** The engine counts from when somebody started a container; what is told is what a person would want to know of. */
const manyRestarts = 3;

function restarted(all: readonly ComposeContainer[]): string | undefined {
  const often = all.filter(({ restartCount }) => restartCount >= manyRestarts);
  return often.length === 0
    ? undefined
    : often.map((one) => `${nameOf(one)} (${one.restartCount})`).join(', ');
}

/** An agent under another name, by its image. */
const isAgent = (container: ComposeContainer, platform: Platform) =>
  strangersAmong([nameOf(container)], platform).length > 0 &&
  partOfWorkload(imageName(container.image), platform) === 'collect-agent';

const nameOf = ({ service, name }: ComposeContainer) => service || name;

/** A check of a running container that fails by how it is written, so that it would fail for ever. */
function cannotPass({ state, health, checkOutput = '' }: ComposeContainer, withoutHttp: boolean): boolean {
  if (state !== 'running' || health !== 'unhealthy') return false;
  return cannotEverPass(checkOutput) || (withoutHttp && wasRefused(checkOutput));
}

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
