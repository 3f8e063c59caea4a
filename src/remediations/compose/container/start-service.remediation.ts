import { z } from 'zod';
import { defineRemediation, type Plan, type PlanStep, planSchema } from '../../../domain/fix/remediation.ts';
import type { Facts } from '../../../domain/kernel/facts.ts';
import { partIds } from '../../../domain/platform/part.ts';
import type { ComposeContainer } from '../../../domain/probe/targets/compose.ts';
import { isNamedPart, tierOf, unknownPart } from '../../shared/named-part.ts';
import { restartable } from '../../shared/restart.ts';
import { mustHold, refused } from '../../shared/stale.ts';
import { storeBehind } from '../../shared/store-behind.ts';
import { verifyPart } from '../../shared/verify-part.ts';
import {
  type Context,
  containersOf,
  identityOf,
  named,
  objectOf,
  serviceName,
  signsOf,
} from './containers.ts';

const Params = z.strictObject({
  part: z.enum(partIds).exclude(['runtime']).meta({ description: 'Part of the platform to start.' }),
  service: serviceName,
});

const stopped: ReadonlySet<ComposeContainer['state']> = new Set(['created', 'exited', 'dead']);

export const startService = defineRemediation({
  id: 'compose.start-service',
  version: 1,
  doc: `Starts the containers of a Compose service that do not run, one after the other.
Each is named by its id, its last start and its image; containers that run are not touched.
Refused where every container runs.
It is done when they run and, if they have a health check, are healthy. There is no undo.`,
  // Somebody stopped it, perhaps with a reason.
  tier: 2,
  params: Params,
  needs: ['compose'],
  on: 'compose',
  helpsWith: [],
  helpsCause: [
    'PART_NOT_RUNNING',
    'STARTUP_DATABASE_UNREACHABLE',
    'STARTUP_NATS_UNREACHABLE',
    'STARTUP_REDIS_UNREACHABLE',
  ],
  paramsFor(finding, at) {
    const part = restartable(finding, at);
    return part === undefined ? undefined : { part };
  },
  instruction: 'see-why-not-running',

  async plan(params, { deps, signal }: Context): Promise<Plan> {
    const { service, containers: all } = await named(params, { deps, signal });
    if (all.length === 0) throw refused('no-target', { workload: service });
    const containers = all.filter((item) => stopped.has(item.state));
    const [first, ...rest] = containers.map(toStep);
    if (first === undefined) throw refused('nothing-stopped', { service, found: all.length });
    const known = isNamedPart(params.part, service, signsOf(all), deps.platform);
    const running = all.length - containers.length;
    const store = known
      ? await storeBehind(
          params.part,
          objectOf(all, deps.compose.project),
          deps,
          running > 0 ? 'running' : 'not-running',
          signal,
        )
      : 'another';
    return {
      schemaVersion: planSchema,
      actionId: 'compose.start-service',
      actionVersion: 1,
      environment: deps.environment,
      part: params.part,
      target: `compose/${deps.compose.project}/${service}`,
      identity: {
        ...Object.fromEntries(containers.map((item, index) => [`container_id.${index}`, item.id])),
        ...(store === 'another' ? {} : store),
      },
      params,
      ...tierOf(store === 'another' ? unknownPart(service) : undefined, 2),
      steps: [first, ...rest],
      verifyWith: verifyPart(params.part, deps),
      verifyWithinMs: 180_000,
      stableForMs: 10_000,
      blast: { key: 'compose-start', facts: { containers: containers.length, running, service } },
      stepTimeoutMs: 30_000,
      objects: containers.length,
    };
  },

  async object(plan, context: Context) {
    return objectOf(await containersOf(plan, context), context.deps.compose.project);
  },

  async applyStep(step, _plan, { deps, signal }: Context): Promise<Facts> {
    const id = String(step.precondition.container_id);
    const now = await deps.compose.inspect(id, { signal });
    if (isDone(step, now)) return { already: true };
    mustHold(step.precondition, identityOf(now));
    signal.throwIfAborted();
    await deps.compose.start(id, { signal });
    const then = await deps.compose.inspect(id, { signal });
    return { startedAt: then.startedAt, state: then.state };
  },

  async observeStep(step, _plan, { deps, signal }: Context) {
    const now = await deps.compose.inspect(String(step.precondition.container_id), { signal });
    if (isDone(step, now)) return 'done';
    return now.startedAt === step.precondition.started_at && stopped.has(now.state) ? 'not-done' : 'unknown';
  },

  async mark(plan, context: Context) {
    return (await containersOf(plan, context)).map((item) => item.startedAt).join(' ');
  },

  async settled(plan, context: Context) {
    const containers = await containersOf(plan, context);
    return containers.every(
      (item) => item.state === 'running' && (item.health === undefined || item.health === 'healthy'),
    );
  },
});

const isDone = ({ precondition }: PlanStep, now: ComposeContainer) =>
  now.id === precondition.container_id &&
  now.state === 'running' &&
  now.startedAt !== precondition.started_at;

function toStep(container: ComposeContainer): PlanStep {
  return {
    kind: 'compose-start',
    target: container.name,
    from: { state: container.state },
    to: { state: 'running' },
    precondition: identityOf(container),
    // The engine starts nothing twice: one that runs stays as it is.
    safety: 'idempotent',
  };
}
