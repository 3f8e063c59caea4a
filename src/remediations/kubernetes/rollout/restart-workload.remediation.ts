import { z } from 'zod';
import { defineRemediation, type Plan, planSchema } from '../../../domain/fix/remediation.ts';
import type { Facts } from '../../../domain/kernel/facts.ts';
import { partIds } from '../../../domain/platform/part.ts';
import { isNamedPart, tierOf, unknownPart } from '../../shared/named-part.ts';
import { isMember } from '../../shared/quorum.ts';
import { namesItself, restartable, restartHelpsCause, restartHelpsWith } from '../../shared/restart.ts';
import { refused } from '../../shared/stale.ts';
import { storeBehind } from '../../shared/store-behind.ts';
import { verifyPart } from '../../shared/verify-part.ts';
import {
  applyRestart,
  restartChange,
  restartedOf,
  restartMark,
  restartPatch,
  restartStep,
} from '../object/restart-step.ts';
import {
  type Context,
  dryRun,
  identityOf,
  look,
  named,
  objectAt,
  type Place,
  placeOf,
  rightsToChange,
  rolledOut,
  type Seen,
  targetOf,
  workloadName,
} from '../object/workload.ts';
import { signsOf } from '../object/workload-object.ts';
import { memberRisk } from './member-risk.ts';
import { mustBeMended } from './same-again.ts';

const Params = z.strictObject({
  part: z.enum(partIds).exclude(['runtime']).meta({ description: 'Part of the platform to restart.' }),
  workload: workloadName,
  kind: z.enum(['Deployment', 'StatefulSet', 'DaemonSet']).exactOptional().meta({
    description: 'Kind of the workload; default: that of the part in this installation.',
  }),
});
type Params = z.output<typeof Params>;

export const restartWorkload = defineRemediation({
  id: 'kubernetes.restart-workload',
  version: 1,
  doc: `Replaces the Pods of a Deployment, StatefulSet or DaemonSet one after the other, as \`kubectl rollout restart\` does (C1.a, K1).
The patch carries the resource version it was made for, so it cannot change a newer object.
Refused where new Pods would fail as those of now do: for want of a node, an image, a configuration or a quota.
Refused where a Pod waits for its init container, and where the probe of all asks what the program does not have.
Refused where a StatefulSet has a Pod that is not ready: its controller would wait for that Pod without end.
NATS, Neo4j, PostgreSQL and Redis are asked for their peers first, and disruption budgets are read.
It is done when the controller has rolled out the new template and all Pods are available. There is no undo.`,
  tier: 1,
  params: Params,
  needs: ['kubernetes'],
  on: 'kubernetes',
  helpsWith: restartHelpsWith,
  helpsCause: restartHelpsCause,
  /** Only what differs from the part's usual name is said, so that equal offers are equal. */
  paramsFor(finding, at) {
    const part = restartable(finding, at);
    if (part === undefined) return undefined;
    if (!namesItself(finding)) return { part };
    const { kind, name } = finding.facts;
    return {
      part,
      ...(typeof name === 'string' && name !== part ? { workload: name } : {}),
      ...(kind === 'Deployment' || kind === 'StatefulSet' || kind === 'DaemonSet' ? { kind } : {}),
    };
  },
  instruction: 'see-why-not-running',
  changes: [restartChange],
  rights: (params: Params, context: Context) =>
    rightsToChange(params, context, isMember(params.part) ? [['policy', 'poddisruptionbudgets']] : []),

  async plan(params, { deps, signal }: Context): Promise<Plan> {
    const place = await named(placeOf(params, deps), params, deps, signal);
    const seen = await look(place, deps, signal);
    if (seen.paused) throw refused('rollout-paused', { workload: place.name });
    if (seen.strategy === 'OnDelete') throw refused('on-delete-strategy', { workload: place.name });
    if (seen.desired === 0) throw refused('no-target', { workload: place.name });
    mustBeReplaced(place, seen);
    await mustBeMended(params.part, place, seen, { deps, signal });
    const known = isNamedPart(params.part, place.name, signsOf(seen.object), deps.platform);
    const admitted = await dryRun(place, restartPatch(restartMark(seen.generation)), { deps, signal });
    const runs = seen.ready > 0 ? 'running' : 'not-running';
    const store = known
      ? await storeBehind(params.part, await objectAt(place, seen, deps, signal), deps, runs, signal)
      : 'another';
    const raised =
      store === 'another' ? undefined : await memberRisk(params.part, place, seen, { deps, signal });
    const usual = seen.stateless && seen.ready >= 2 && !isMember(params.part) ? 1 : 2;
    return {
      schemaVersion: planSchema,
      actionId: 'kubernetes.restart-workload',
      actionVersion: 1,
      environment: deps.environment,
      part: params.part,
      target: targetOf(place),
      identity: { uid: seen.uid, ...(store === 'another' ? {} : store) },
      // With the name that was found, so that every later look is at this very workload.
      params: { ...params, workload: place.name },
      ...tierOf(store === 'another' ? unknownPart(place.name) : raised, usual),
      steps: [
        restartStep(place, { restarted: restartedOf(seen) }, seen.generation, {
          ...identityOf(seen),
          admitted,
        }),
      ],
      verifyWith: verifyPart(params.part, deps),
      verifyWithinMs: 300_000,
      stableForMs: 15_000,
      blast: {
        key: 'kubernetes-restart',
        facts: { pods: seen.desired, ready: seen.ready, strategy: seen.strategy, stateless: seen.stateless },
      },
      stepTimeoutMs: 15_000,
      objects: 1,
    };
  },

  async object(plan, { deps, signal }: Context) {
    const place = placeOf(Params.parse(plan.params), deps);
    return objectAt(place, await look(place, deps, signal), deps, signal);
  },

  async applyStep(step, plan, { deps, signal }: Context): Promise<Facts> {
    const place = placeOf(Params.parse(plan.params), deps);
    const seen = await look(place, deps, signal);
    // A Pod that has ceased to be ready since the plan: what is done already stays done.
    if (restartedOf(seen) !== step.to.restarted) mustBeReplaced(place, seen);
    return applyRestart(step, place, { deps, signal });
  },

  async observeStep(step, plan, { deps, signal }: Context) {
    const seen = await look(placeOf(Params.parse(plan.params), deps), deps, signal);
    if (seen.uid !== step.precondition.uid) return 'unknown';
    if (restartedOf(seen) === step.to.restarted) return 'done';
    return seen.generation === step.precondition.generation ? 'not-done' : 'unknown';
  },

  async settled(plan, { deps, signal }: Context) {
    const seen = await look(placeOf(Params.parse(plan.params), deps), deps, signal);
    // Pods of another image are well or ill by another hand's doing.
    if (seen.images !== plan.steps[0].precondition.images) return false;
    return rolledOut(seen);
  },
});

/** "It's possible to get into a broken state that requires manual intervention" (Kubernetes, StatefulSets, forced rollback). */
function mustBeReplaced({ name }: Place, { inOrder, ready, desired }: Seen): void {
  if (inOrder && ready < desired)
    throw refused('pods-wait-in-order', { workload: name, pods: desired - ready });
}
