import { z } from 'zod';
import { defineRemediation, type Plan, type PlanStep, planSchema } from '../../../domain/fix/remediation.ts';
import { own } from '../../../domain/kernel/own.ts';
import { present } from '../../../domain/kernel/present.ts';
import { chosenBy, noNodeHasThem } from '../../../domain/probe/scheduling.ts';
import { isNamedPart, tierOf, unknownPart } from '../../shared/named-part.ts';
import { isMember } from '../../shared/quorum.ts';
import { refused } from '../../shared/stale.ts';
import { takenUp, verifyPart } from '../../shared/verify-part.ts';
import { lasting } from '../object/lasting.ts';
import { otherHandIn } from '../object/other-hand.ts';
import { valueAt } from '../object/ownership.ts';
import { standingIn } from '../object/standing.ts';
import {
  asDeployment,
  type Context,
  changeableParts,
  dryRun,
  identityOf,
  kinds,
  look,
  mustRollOut,
  named,
  placeOf,
  rightsToChange,
  rolledOut,
  type Seen,
  targetOf,
  workloadName,
} from '../object/workload.ts';
import { onWorkload } from '../object/workload-change.ts';
import { podsOf, signsOf } from '../object/workload-object.ts';

/** On the object: what was taken away by a fix, and not changed since, may be put back. */
const annotation = 'aetherius.io/unbound-generation';
const prefix = 'generation ';

const Params = z.strictObject({ part: changeableParts, workload: workloadName });
type Params = z.output<typeof Params>;

const Template = z.object({
  spec: z.object({
    template: z.object({
      spec: z.object({
        nodeSelector: z.record(z.string(), z.string()).default({}),
        affinity: z
          .object({
            nodeAffinity: z
              .object({ requiredDuringSchedulingIgnoredDuringExecution: z.unknown().exactOptional() })
              .exactOptional(),
          })
          .exactOptional(),
      }),
    }),
  }),
});
const Pod = z.object({
  spec: z.object({
    nodeName: z.string().exactOptional(),
    nodeSelector: z.record(z.string(), z.string()).default({}),
  }),
  status: z
    .object({
      conditions: z
        .array(z.object({ type: z.string(), status: z.string(), message: z.string().exactOptional() }))
        .default([]),
    })
    .prefault({}),
});

const at = ['spec', 'template', 'spec', 'nodeSelector'] as const;
const mark = ['metadata', 'annotations', annotation] as const;

export const removeNodeSelector = defineRemediation({
  id: 'kubernetes.remove-node-selector',
  version: 1,
  doc: `Takes from a Deployment the one label by which it chooses its nodes, where no node has it (K1.d).
That no node has it is the scheduler's own word, of all nodes and for no other reason.
Refused where a Pod of that choice has a node, where several labels or an affinity choose it, and for data stores.
The labels of operating system and processor stay, since an image is made for these.
It is done when all Pods have a node and are available.
Undo puts the label back; it is refused once somebody has changed the workload.`,
  tier: 2,
  params: Params,
  needs: ['kubernetes'],
  on: 'kubernetes',
  helpsWith: [],
  helpsCause: ['POD_UNSCHEDULABLE'],
  paramsFor({ part: found, subject, facts }, wanted) {
    const part = changeableParts.safeParse(wanted ?? found);
    const [kind, name = ''] = subject.split('/');
    if (!part.success || kind !== 'deployment') return undefined;
    if (typeof facts.nodeLabel !== 'string') return undefined;
    return { part: part.data, ...(name === part.data ? {} : { workload: name }) };
  },
  instruction: 'mend-node-choice',
  changes: [
    {
      feature: 'workloads',
      group: 'apps',
      resources: [kinds.Deployment],
      fields: [
        { path: at, to: { becomes: 'fewer' } },
        { path: mark, to: { becomes: 'mark', prefix } },
      ],
    },
    {
      feature: 'workloads',
      group: 'apps',
      resources: [kinds.Deployment],
      fields: [
        { path: at, to: { becomes: 'more' } },
        { path: mark, to: { becomes: 'unmarked', prefix } },
      ],
    },
  ],
  rights: (params: Params, context: Context) =>
    rightsToChange(asDeployment(params), context, [], 'workloads'),

  async plan(params, { deps, signal }: Context): Promise<Plan> {
    if (isMember(params.part)) throw refused('node-of-data', { part: params.part });
    const context = { deps, signal };
    const wanted = asDeployment(params);
    const place = await named(placeOf(wanted, deps), wanted, deps, signal);
    const seen = await look(place, deps, signal);
    mustRollOut(place, seen);
    const known = isNamedPart(params.part, place.name, signsOf(seen.object), deps.platform);
    const { nodeSelector, affinity } = Template.parse(seen.object).spec.template.spec;
    const chosen = chosenBy(nodeSelector);
    if (chosen === undefined)
      throw refused('no-single-node-label', {
        workload: place.name,
        labels: Object.keys(nodeSelector).join(', ') || '–',
      });
    if (affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution !== undefined)
      throw refused('node-affinity-too', { workload: place.name });
    const waiting = await waitingFor(chosen, place, seen, context);
    const [label, value] = chosen;
    const pair = `${label}=${value}`;
    const started = `${prefix}${seen.generation}`;
    const admitted = await dryRun(place, body(label, null, started), context, 'features.workloads');
    const target = targetOf(place);
    const same = identityOf(seen);
    const { notes = [], patch } = lasting(place, seen, [at], {
      spec: { template: { spec: { nodeSelector: { [label]: null } } } },
    });
    const facts = { pods: seen.desired, waiting, label: pair };
    return {
      schemaVersion: planSchema,
      actionId: 'kubernetes.remove-node-selector',
      actionVersion: 1,
      environment: deps.environment,
      part: params.part,
      target,
      identity: { uid: seen.uid },
      params: { ...params, workload: place.name },
      ...tierOf(known ? undefined : unknownPart(place.name), 2),
      notes: [{ key: 'any-node', facts: { label: pair } }, ...notes],
      ...present({ patch }),
      steps: [
        {
          kind: 'kubernetes-remove-node-selector',
          target,
          from: { nodeLabel: pair },
          to: {},
          precondition: { ...same, nodeLabel: pair, admitted },
          safety: 'idempotent',
        },
      ],
      undo: [
        {
          kind: 'kubernetes-restore-node-selector',
          target,
          from: {},
          to: { nodeLabel: pair },
          // One change later, and that was ours.
          precondition: { ...same, generation: seen.generation + 1, nodeLabel: null, started },
          safety: 'idempotent',
        },
      ],
      verifyWith: verifyPart(params.part, deps),
      undoVerifyWith: [takenUp(params.part)],
      verifyWithinMs: 300_000,
      stableForMs: 15_000,
      blast: { key: 'kubernetes-remove-node-selector', facts },
      undoBlast: { key: 'kubernetes-remove-node-selector-undo', facts: { pods: seen.desired, label: pair } },
      stepTimeoutMs: 15_000,
      objects: 1,
    };
  },

  ...onWorkload({
    at: (plan) => asDeployment(Params.parse(plan.params)),
    isDone,
    besides: (step, seen) => ({ nodeLabel: pairOf(seen, read(step).label), started: startedOf(seen) }),
    body: (step) => {
      const { label, value, started } = read(step);
      return body(label, value, started);
    },
  }),

  async settled(plan, { deps, signal }: Context) {
    const [step] = plan.steps;
    const seen = await look(placeOf(asDeployment(Params.parse(plan.params)), deps), deps, signal);
    return seen.images === step.precondition.images && isDone(step, seen) && rolledOut(seen);
  },

  otherHand: (plan, context: Context) => otherHandIn(plan, [at], context),

  standing(plan, context: Context) {
    const { label } = read(plan.steps[0]);
    const field = [...at, label];
    return standingIn(plan, [field], (object) => valueAt(object, field) === undefined, context);
  },
});

/** How many Pods wait for a node with this label. AppError CONFLICT where none does, or one has found such a node. */
async function waitingFor(
  [label, value]: readonly [string, string],
  { kind, namespace, name }: ReturnType<typeof placeOf>,
  { uid }: Seen,
  { deps, signal }: Context,
): Promise<number> {
  const pods = (await podsOf(kind, namespace, uid, deps.kubernetes, signal))
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .map((pod) => Pod.parse(pod))
    .filter(({ spec }) => own(spec.nodeSelector, label) === value);
  if (pods.some(({ spec }) => spec.nodeName !== undefined))
    throw refused('node-has-label', { workload: name, label: `${label}=${value}` });
  const waiting = pods.filter(({ status }) =>
    status.conditions.some(
      ({ type, status: holds, message = '' }) =>
        type === 'PodScheduled' && holds === 'False' && noNodeHasThem(message),
    ),
  );
  if (waiting.length === 0) throw refused('not-for-its-label', { workload: name });
  return waiting.length;
}

const startedOf = ({ object }: Seen) => own(object.metadata.annotations, annotation) ?? null;

function pairOf({ object }: Seen, label: string): string | null {
  const value = own(Template.parse(object).spec.template.spec.nodeSelector, label);
  return value === undefined ? null : `${label}=${value}`;
}

/** The label, what it becomes (null: it is taken away), and the mark that goes with it. */
function read({ from, to, precondition }: PlanStep) {
  const [label = '', value = ''] = String(to.nodeLabel ?? from.nodeLabel).split('=');
  const back = to.nodeLabel !== undefined;
  return {
    label,
    value: back ? value : null,
    started: back ? null : `${prefix}${Number(precondition.generation)}`,
  };
}

/** The mark tells that it was taken away by this step, and not by another hand. */
function isDone(step: PlanStep, seen: Seen): boolean {
  const { label, value, started } = read(step);
  return (
    seen.uid === step.precondition.uid &&
    pairOf(seen, label) === (value === null ? null : `${label}=${value}`) &&
    startedOf(seen) === started
  );
}

function body(label: string, value: string | null, started: string | null) {
  return {
    metadata: { annotations: { [annotation]: started } },
    spec: { template: { spec: { nodeSelector: { [label]: value } } } },
  };
}
