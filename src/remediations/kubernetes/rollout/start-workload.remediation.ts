import { z } from 'zod';
import { defineRemediation, type Plan, type PlanStep, planSchema } from '../../../domain/fix/remediation.ts';
import { own } from '../../../domain/kernel/own.ts';
import { present } from '../../../domain/kernel/present.ts';
import type { FindingCode } from '../../../domain/probe/findings.ts';
import { isNamedPart, tierOf, unknownPart } from '../../shared/named-part.ts';
import { restartable } from '../../shared/restart.ts';
import { refused } from '../../shared/stale.ts';
import { storeBehind } from '../../shared/store-behind.ts';
import { takenUp, verifyPart } from '../../shared/verify-part.ts';
import { lasting } from '../object/lasting.ts';
import { otherHandIn } from '../object/other-hand.ts';
import { lastApplied, valueAt } from '../object/ownership.ts';
import { resourcesOf } from '../object/resources.ts';
import { standingIn } from '../object/standing.ts';
import {
  type Context,
  changeableParts,
  dryRun,
  kinds,
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
import { onWorkload } from '../object/workload-change.ts';
import { signsOf } from '../object/workload-object.ts';
import { autoscalerOf } from './autoscaler.ts';
import { mustFitQuota, neededByPod, times } from './quota.ts';

const most = 20;
/** On the object, so that no Pod is replaced for it: what was started by a fix, and not changed since, may be stopped again. */
const annotation = 'aetherius.io/started-generation';
const prefix = 'generation ';

const Params = z.strictObject({
  part: changeableParts,
  workload: workloadName,
  kind: z.enum(['Deployment', 'StatefulSet']).exactOptional().meta({
    description: 'Kind of the workload; default: that of the part in this installation.',
  }),
  replicas: z.int().min(1).max(most).exactOptional().meta({
    description:
      'How many Pods; default: as many as it had before it was stopped, as far as events or its manifest say so, otherwise one.',
  }),
});
type Params = z.output<typeof Params>;

/** Seen of the part that a cause names, which may be because nobody wants a Pod of it. */
const helpsCause = [
  'PART_NOT_RUNNING',
  'PART_ABSENT',
  'PART_MISSING',
  'STARTUP_DATABASE_UNREACHABLE',
  'STARTUP_NATS_UNREACHABLE',
  'STARTUP_REDIS_UNREACHABLE',
] as const satisfies readonly FindingCode[];

export const startWorkload = defineRemediation({
  id: 'kubernetes.start-workload',
  version: 1,
  doc: `Starts a Deployment or StatefulSet that is scaled to zero, with as many Pods as it had.
How many that were is read from the events of the last hour, from the manifest that was applied last, or from its autoscaler.
Refused where a quota of the namespace leaves too little for them.
Refused where it has Pods, or more than ${most} are asked for, and outside of an autoscaler's bounds.
Its plan says who scaled it, and who will put that back: Argo CD, Flux, Helm or another controller.
It is done when the controller has started all Pods and they are available; an autoscaler may choose another number meanwhile.
Undo scales it to zero again; it is refused once somebody has changed the workload.`,
  // Somebody stopped it, perhaps with a reason.
  tier: 2,
  params: Params,
  needs: ['kubernetes'],
  on: 'kubernetes',
  helpsWith: ['WORKLOAD_SCALED_TO_ZERO'],
  helpsCause,
  paramsFor(finding, at) {
    const scaled = finding.code === 'WORKLOAD_SCALED_TO_ZERO';
    const part = changeableParts.safeParse(scaled ? (at ?? finding.part) : restartable(finding, at));
    if (!part.success) return undefined;
    const { kind, name } = finding.facts;
    if (!scaled) return { part: part.data };
    return {
      part: part.data,
      ...(typeof name === 'string' && name !== part.data ? { workload: name } : {}),
      ...(kind === 'Deployment' || kind === 'StatefulSet' ? { kind } : {}),
    };
  },
  instruction: 'start-workload',
  changes: [
    {
      feature: 'workloads',
      group: 'apps',
      resources: [kinds.Deployment, kinds.StatefulSet],
      fields: [
        { path: ['spec', 'replicas'], to: { becomes: 'number', from: [0, 0], to: [1, most] } },
        { path: ['metadata', 'annotations', annotation], to: { becomes: 'mark', prefix } },
      ],
    },
    {
      feature: 'workloads',
      group: 'apps',
      resources: [kinds.Deployment, kinds.StatefulSet],
      fields: [
        { path: ['spec', 'replicas'], to: { becomes: 'number', from: [1, most], to: [0, 0] } },
        { path: ['metadata', 'annotations', annotation], to: { becomes: 'unmarked', prefix } },
      ],
    },
  ],
  rights: (params: Params, context: Context) =>
    rightsToChange(params, context, [['autoscaling', 'horizontalpodautoscalers']], 'workloads'),

  async plan(params, { deps, signal }: Context): Promise<Plan> {
    const place = await named(placeOf(params, deps), params, deps, signal);
    if (place.kind === 'daemonsets') throw refused('no-target', { workload: targetOf(place) });
    const seen = await look(place, deps, signal);
    if (seen.desired > 0) throw refused('not-scaled-to-zero', { workload: place.name, pods: seen.desired });
    if (seen.paused) throw refused('rollout-paused', { workload: place.name });
    const known = isNamedPart(params.part, place.name, signsOf(seen.object), deps.platform);
    const autoscaler = await autoscalerOf(place, { deps, signal });
    const before = await replicasBefore(place, seen, { deps, signal });
    const { min, max } = autoscaler ?? { min: 1, max: most };
    const replicas = params.replicas ?? Math.min(Math.max(before ?? 1, min), max, most);
    if (autoscaler !== undefined && (replicas < min || replicas > max))
      throw refused('outside-autoscaler', { pods: replicas, min, max, autoscaler: autoscaler.name });
    const pod = neededByPod(seen.containers.flatMap(({ name }) => resourcesOf(seen, name) ?? []));
    const quota = await mustFitQuota(place.namespace, times(replicas, pod), deps.kubernetes, signal);
    const value = `${prefix}${seen.generation}`;
    const admitted = await dryRun(place, startPatch(replicas, value), { deps, signal }, 'features.workloads');
    const object = await objectAt(place, seen, deps, signal);
    const store = known ? await storeBehind(params.part, object, deps, 'not-running', signal) : 'another';
    const target = targetOf(place);
    const identity = { uid: seen.uid, images: seen.images };
    const { notes = [], patch } = lasting(place, seen, [['spec', 'replicas']], { spec: { replicas } });
    return {
      schemaVersion: planSchema,
      actionId: 'kubernetes.start-workload',
      actionVersion: 1,
      environment: deps.environment,
      part: params.part,
      target,
      identity: { uid: seen.uid, ...(store === 'another' ? {} : store) },
      params: { ...params, workload: place.name, replicas },
      ...tierOf(store === 'another' ? unknownPart(place.name) : undefined, 2),
      notes: [
        before === undefined
          ? { key: 'replicas-unknown', facts: {} }
          : { key: 'replicas-before', facts: { pods: before } },
        ...(autoscaler === undefined ? [] : [{ key: 'autoscaler', facts: { ...autoscaler } }]),
        ...quota,
        ...notes,
      ],
      ...present({ patch }),
      steps: [
        {
          kind: 'kubernetes-start',
          target,
          from: { replicas: 0 },
          to: { replicas },
          precondition: { ...identity, generation: seen.generation, replicas: 0, admitted },
          safety: 'idempotent',
        },
      ],
      undo: [
        {
          kind: 'kubernetes-scale-to-zero',
          target,
          from: { replicas },
          to: { replicas: 0 },
          // One change later, and that was ours.
          precondition: { ...identity, generation: seen.generation + 1, replicas, started: value },
          safety: 'idempotent',
        },
      ],
      verifyWith: verifyPart(params.part, deps),
      // No probe calls a stopped part well: that its controller has stopped it is all there is to see.
      undoVerifyWith: [takenUp(params.part)],
      verifyWithinMs: 300_000,
      stableForMs: 15_000,
      blast: { key: 'kubernetes-start', facts: { pods: replicas, workload: place.name } },
      undoBlast: { key: 'kubernetes-start-undo', facts: { workload: place.name } },
      stepTimeoutMs: 15_000,
      objects: 1,
    };
  },

  ...onWorkload({
    at: (plan) => Params.parse(plan.params),
    isDone: (step, seen, plan) => isDone(step, plan, seen),
    besides: (_step, seen) => ({ started: startedOf(seen) }),
    body: ({ to, precondition }) => {
      const replicas = Number(to.replicas);
      return startPatch(replicas, replicas === 0 ? null : `${prefix}${Number(precondition.generation)}`);
    },
  }),

  async settled(plan, { deps, signal }: Context) {
    const seen = await look(placeOf(Params.parse(plan.params), deps), deps, signal);
    if (seen.images !== plan.steps[0].precondition.images) return false;
    return rolledOut(seen);
  },

  otherHand: (plan, context: Context) => otherHandIn(plan, [['spec', 'replicas']], context),

  standing: (plan, context: Context) =>
    standingIn(
      plan,
      [['spec', 'replicas']],
      (object) => isWithin(plan.steps[0], plan, valueAt(object, ['spec', 'replicas'])),
      context,
    ),
});

const startedOf = ({ object }: Seen) => own(object.metadata.annotations, annotation) ?? null;

/**
 * The autoscaler of the plan may have chosen another number since, within its bounds: the mark stays, and tells that it
 * was started by this step.
 */
function isDone({ to, precondition }: PlanStep, plan: Plan, seen: Seen): boolean {
  if (seen.uid !== precondition.uid) return false;
  const replicas = Number(to.replicas);
  if (replicas === 0) return seen.desired === 0 && startedOf(seen) === null;
  if (startedOf(seen) !== `${prefix}${Number(precondition.generation)}`) return false;
  return isWithin({ to }, plan, seen.desired);
}

/** As many as it was started with, or as its autoscaler may have chosen since. */
function isWithin(
  { to }: Pick<PlanStep, 'to'>,
  { notes = [] }: Pick<Plan, 'notes'>,
  replicas: unknown,
): boolean {
  const { min, max } = notes.find(({ key }) => key === 'autoscaler')?.facts ?? {
    min: Number(to.replicas),
    max: Number(to.replicas),
  };
  return typeof replicas === 'number' && replicas >= Number(min) && replicas <= Number(max);
}

function startPatch(replicas: number, started: string | null) {
  return { metadata: { annotations: { [annotation]: started } }, spec: { replicas } };
}

/** `Scaled down replica set agent-manager-5d9c to 0 from 3`, as the Deployment controller writes it. */
const scaledDown = /^Scaled down replica set \S+ (?:to 0 from (\d+)|from (\d+) to 0)$/;

/** How many Pods it had, by the events of the last hour, or by the manifest that was applied last. */
async function replicasBefore(
  { kind, namespace, name }: Place,
  { object }: Seen,
  { deps, signal }: Context,
): Promise<number | undefined> {
  if (kind === 'deployments') {
    // Events may not be shown to us: then the manifest is asked alone.
    const events = await deps.kubernetes
      .list('events', namespace, { fieldSelector: 'reason=ScalingReplicaSet', signal })
      .catch(() => []);
    const [last] = events
      .flatMap((event) => {
        const about = event.involvedObject as { name?: string; uid?: string } | undefined;
        const found = scaledDown.exec(String(event.message));
        const at = String(event.lastTimestamp ?? event.eventTime ?? '');
        return found === null || about?.name !== name || about.uid !== object.metadata.uid
          ? []
          : [{ at, pods: Number(found[1] ?? found[2]) }];
      })
      .toSorted((a, b) => (a.at < b.at ? 1 : -1));
    if (last !== undefined && last.pods > 0) return Math.min(last.pods, most);
  }
  const applied = valueAt(lastApplied(object), ['spec', 'replicas']);
  return typeof applied === 'number' && applied > 0 ? Math.min(applied, most) : undefined;
}
