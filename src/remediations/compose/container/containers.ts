import { z } from 'zod';
import type { ObjectIdentity, PartSigns } from '../../../domain/fix/object.ts';
import type { PlanStep } from '../../../domain/fix/remediation.ts';
import type { Facts } from '../../../domain/kernel/facts.ts';
import type { PartId } from '../../../domain/platform/part.ts';
import { partOfWorkload } from '../../../domain/platform/part-names.ts';
import type { ComposeContainer } from '../../../domain/probe/targets/compose.ts';
import type { With } from '../../../domain/probe/targets/targets.ts';
import { refused } from '../../shared/stale.ts';

const maxContainers = 10;

export const serviceName = z
  .string()
  .regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}$/)
  .exactOptional()
  .meta({ description: 'Compose service, when it is not the name of the part.' });

/** The containers of one service, by their names, each as it is now. */
export async function named(
  params: { readonly part: PartId; readonly service?: string },
  { deps, signal }: Context,
): Promise<{ readonly service: string; readonly containers: readonly ComposeContainer[] }> {
  const all = await deps.compose.containers({ signal });
  const found = all.filter((item) =>
    params.service === undefined
      ? partOfWorkload(item.service, deps.platform) === params.part
      : item.service === params.service,
  );
  const service = found[0]?.service ?? params.service ?? params.part;
  // `redis` and `aetherius-redis` in one project: a person cannot have meant both (R-P7).
  if (found.some((item) => item.service !== service))
    throw refused('ambiguous-target', {
      workloads: [...new Set(found.map((item) => item.service))].join(', '),
    });
  if (found.length > maxContainers)
    throw refused('too-many-targets', { found: found.length, most: maxContainers });
  // The list may be a cached one: what is approved was looked at just now.
  const containers = await Promise.all(found.map((item) => deps.compose.inspect(item.id, { signal })));
  return { service, containers: containers.toSorted((a, b) => (a.name < b.name ? -1 : 1)) };
}

export type Context = { readonly deps: With<'compose'>; readonly signal: AbortSignal };

/** The containers of a plan, each as it is now. */
export function containersOf({ steps }: { readonly steps: readonly PlanStep[] }, { deps, signal }: Context) {
  return Promise.all(
    steps.map((step) => deps.compose.inspect(String(step.precondition.container_id), { signal })),
  );
}

export function signsOf(containers: readonly ComposeContainer[]): PartSigns {
  return {
    names: [...new Set(containers.map((item) => item.service))],
    images: [...new Set(containers.map((item) => item.image))],
    ports: [...new Set(containers.flatMap((item) => item.ports ?? []))],
  };
}

/** What cannot be reached at an address of its own might be reached at one of ours. */
export function objectOf(containers: readonly ComposeContainer[], project: string): ObjectIdentity {
  return {
    claims: [
      `compose_project=${project}`,
      ...containers.flatMap(({ id, addresses = [], hostPorts = [] }) => [
        `container_id=${id}`,
        ...addresses.map((address) => `address=${address.toLowerCase()}`),
        ...hostPorts.map((port) => `host_port=${port}`),
      ]),
    ],
    comparable: containers.every(
      ({ state, addresses = [], sharedNetwork }) =>
        addresses.length > 0 || sharedNetwork === 'none' || !runsIn.has(state),
    ),
  };
}

const runsIn: ReadonlySet<ComposeContainer['state']> = new Set(['running', 'paused', 'removing']);

/** A container that was made anew has another id, one that was restarted another start time. */
export function identityOf(container: ComposeContainer): Facts {
  return { container_id: container.id, started_at: container.startedAt, image: container.image };
}
