import { z } from 'zod';
import { defineRemediation, type Plan, type PlanStep, planSchema } from '../../../domain/fix/remediation.ts';
import type { Facts } from '../../../domain/kernel/facts.ts';
import { partIds } from '../../../domain/platform/part.ts';
import type { ComposeContainer } from '../../../domain/probe/targets/compose.ts';
import { cannotEverPass } from '../../../domain/probe/wrong-check.ts';
import { isNamedPart, tierOf, unknownPart } from '../../shared/named-part.ts';
import { isMember, quorumRisk } from '../../shared/quorum.ts';
import { namesItself, restartable, restartHelpsCause, restartHelpsWith } from '../../shared/restart.ts';
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
import { isWell, restarted, restartKind } from './restart-step.ts';

const Params = z.strictObject({
  part: z.enum(partIds).exclude(['runtime']).meta({ description: 'Part of the platform to restart.' }),
  service: serviceName,
});

export const restartService = defineRemediation({
  id: 'compose.restart-service',
  version: 1,
  doc: `Restarts the containers of a Compose service, one after the other.
Each is named by its id and start time.
The Docker engine cannot check these itself, so a restart with an unknown outcome is never repeated.
NATS, Neo4j, PostgreSQL and Redis are asked for their peers first; several containers of one of these are not restarted.
It is done when a container has restarted, runs and, if it has a health check, is healthy. There is no undo.`,
  tier: 1,
  params: Params,
  needs: ['compose'],
  on: 'compose',
  helpsWith: restartHelpsWith,
  helpsCause: restartHelpsCause,
  /** Only what differs from the part's usual name is said, so that equal offers are equal. */
  paramsFor(finding, at) {
    const part = restartable(finding, at);
    if (part === undefined) return undefined;
    if (!namesItself(finding)) return { part };
    const { service } = finding.facts;
    return {
      part,
      ...(typeof service === 'string' && service !== '' && service !== part ? { service } : {}),
    };
  },
  instruction: 'see-why-not-running',

  async plan(params, { deps, signal }: Context): Promise<Plan> {
    const { service, containers } = await named(params, { deps, signal });
    const [first, ...rest] = containers.map(toStep);
    if (first === undefined) throw refused('no-target', { workload: service });
    const hopeless = containers.filter(asksInVain);
    if (hopeless.length === containers.length)
      throw refused('restart-check-fails', { container: hopeless[0]?.name ?? service });
    const running = containers.filter((item) => item.state === 'running').length;
    const known = isNamedPart(params.part, service, signsOf(containers), deps.platform);
    const runs = running > 0 ? 'running' : 'not-running';
    const store = known
      ? await storeBehind(params.part, objectOf(containers, deps.compose.project), deps, runs, signal)
      : 'another';
    const member = isMember(params.part);
    // The engine restarts one after the other and waits for none of them to be back with its peers.
    if (member && containers.length > 1)
      throw refused('several-members', { found: containers.length, service });
    const raised =
      store === 'another' || !member || running === 0
        ? undefined
        : await quorumRisk(params.part, deps, signal);
    const usual = running >= 2 && !member ? 1 : 2;
    return {
      schemaVersion: planSchema,
      actionId: 'compose.restart-service',
      actionVersion: 1,
      environment: deps.environment,
      part: params.part,
      target: `compose/${deps.compose.project}/${service}`,
      identity: {
        ...Object.fromEntries(containers.map((item, index) => [`container_id.${index}`, item.id])),
        ...(store === 'another' ? {} : store),
      },
      params,
      ...tierOf(store === 'another' ? unknownPart(service) : raised, usual),
      steps: [first, ...rest],
      verifyWith: verifyPart(params.part, deps),
      verifyWithinMs: 180_000,
      stableForMs: 10_000,
      blast: { key: 'compose-restart', facts: { containers: containers.length, running, service } },
      stepTimeoutMs: 30_000,
      objects: containers.length,
    };
  },

  async object(plan, context: Context) {
    return objectOf(await containersOf(plan, context), context.deps.compose.project);
  },

  async applyStep(step, _plan, { deps, signal }: Context): Promise<Facts> {
    const id = String(step.precondition.container_id);
    mustHold(step.precondition, identityOf(await deps.compose.inspect(id, { signal })));
    return restarted(id, { deps, signal });
  },

  async observeStep(step, _plan, { deps, signal }: Context) {
    const now = await deps.compose.inspect(String(step.precondition.container_id), { signal });
    if (now.startedAt === step.precondition.started_at) return 'not-done';
    return now.state === 'running' ? 'done' : 'unknown';
  },

  async mark(plan, context: Context) {
    return (await containersOf(plan, context)).map((item) => item.startedAt).join(' ');
  },

  async settled(plan, context: Context) {
    const containers = await containersOf(plan, context);
    return containers.every(isWell);
  },
});

/** It runs, and only its check says otherwise, which asks for what is not there. */
const asksInVain = ({ state, health, checkOutput = '' }: ComposeContainer): boolean =>
  state === 'running' && health === 'unhealthy' && cannotEverPass(checkOutput);

function toStep(container: ComposeContainer): PlanStep {
  return {
    kind: restartKind,
    target: container.name,
    from: { startedAt: container.startedAt, state: container.state },
    to: { anew: true },
    precondition: identityOf(container),
    safety: 'observable',
  };
}
