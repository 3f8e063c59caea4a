import { z } from 'zod';
import {
  defineRemediation,
  type FieldChange,
  type Plan,
  type PlanStep,
  planSchema,
} from '../../../domain/fix/remediation.ts';
import type { Facts } from '../../../domain/kernel/facts.ts';
import { present } from '../../../domain/kernel/present.ts';
import { shortened } from '../../../domain/kernel/text.ts';
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
  kinds,
  look,
  mustRollOut,
  named,
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
import { mustBeBetter } from './better-revision.ts';
import { compareMaps, mapsNow } from './revision-maps.ts';
import {
  before,
  containerFields,
  type Difference,
  differences,
  hashOf,
  isRecent,
  lists,
  patchTo,
  type Revision,
  recentHours,
  revisionsOf,
  templateFields,
  templateOf,
} from './revisions.ts';

const Params = z.strictObject({
  part: changeableParts,
  workload: workloadName,
  revision: z
    .int()
    .min(1)
    .exactOptional()
    .meta({
      description: `The revision to go back to; default: the one before, where the last rollout is not older than ${recentHours} hours.`,
    }),
});
type Params = z.output<typeof Params>;

const inTemplate = ['spec', 'template'] as const;
const fields: readonly FieldChange[] = [
  ...templateFields.map(
    (field): FieldChange => ({ path: [...inTemplate, 'metadata', field], to: { becomes: 'anything' } }),
  ),
  ...lists.flatMap((list) =>
    containerFields.map(
      (field): FieldChange => ({
        path: [...inTemplate, 'spec', `${list}[]`, field],
        to: { becomes: field === 'image' ? 'image' : 'anything' },
      }),
    ),
  ),
  { path: [...inTemplate, 'spec', 'volumes[]', 'configMap', 'name'], to: { becomes: 'anything' } },
];

export const rollbackWorkload = defineRemediation({
  id: 'kubernetes.rollback-workload',
  version: 1,
  doc: `Brings a Deployment back to an earlier revision that the cluster still keeps, as \`kubectl rollout undo\` does (K1.a, K1.b, K1.d, K1.f, K1.i).
Its plan says what changes between the two: images, resources, and the names of variables without their values.
Where a revision mounts a ConfigMap of another name, the values of that one come back, and the plan shows each key that differs.
That is done only where it still exists and has not been written since that revision first ran.
Refused where the Pods of today fail for what that revision has as well.
Refused where its own Pods stand beside them unready.
Refused where more than these and images of the same repository, variables, resources, probes, labels or annotations would change, and for data stores.
Without a named revision it is refused where the last rollout is older than ${recentHours} hours.
Its Pods are replaced one after the other. It is done when all Pods are of that revision and available.
Undo goes back to the revision from before.`,
  tier: 2,
  params: Params,
  needs: ['kubernetes'],
  on: 'kubernetes',
  helpsWith: [],
  helpsCause: [
    'POD_IMAGE_UNAVAILABLE',
    'POD_COMMAND_MISSING',
    'POD_CRASH_LOOPING',
    'POD_UNSCHEDULABLE',
    'POD_CONFIG_MISSING',
    'POD_PROBE_FAILS',
  ],
  paramsFor({ code, part: found, subject, facts }, at) {
    // What keeps a Pod from every node otherwise is the same in each revision that may be gone back to.
    if (code === 'POD_UNSCHEDULABLE' && typeof facts.room !== 'string') return undefined;
    const part = changeableParts.safeParse(at ?? found);
    const [kind, name = ''] = subject.split('/');
    if (!part.success || kind !== 'deployment') return undefined;
    return { part: part.data, ...(name === part.data ? {} : { workload: name }) };
  },
  instruction: 'roll-back',
  changes: [
    {
      feature: 'workloads',
      group: 'apps',
      resources: [kinds.Deployment],
      fields: fields as readonly [FieldChange, ...FieldChange[]],
    },
  ],
  rights: (params: Params, context: Context) =>
    rightsToChange(asDeployment(params), context, [], 'workloads'),

  async plan(params, { deps, signal, now: clock }: Context & { now(): Date }): Promise<Plan> {
    if (isMember(params.part)) throw refused('rollback-of-data', { part: params.part });
    const context = { deps, signal };
    const at = asDeployment(params);
    const place = await named(placeOf(at, deps), at, deps, signal);
    const seen = await look(place, deps, signal);
    mustRollOut(place, seen);
    const known = isNamedPart(params.part, place.name, signsOf(seen.object), deps.platform);
    const template = templateOf(seen.object);
    const hash = hashOf(template);
    const all = await revisionsOf(place, seen.uid, context);
    const current = all.find((one) => one.hash === hash);
    // A template that no ReplicaSet has yet could not be gone back to.
    if (current === undefined) throw refused('rollout-not-begun', { workload: place.name });
    const back = chosen(all, current, params, place);
    if (params.revision === undefined && !isRecent(seen, current, clock()))
      throw refused('rollout-is-old', { revision: current.number, hours: recentHours });
    const { changes, maps, others } = differences(template, back.template);
    if (others.length > 0)
      throw refused('rollback-changes-more', { revision: back.number, fields: others.join(', ') });
    await mustBeBetter(current, back, { changes, maps }, place, context);
    const compared = await compareMaps(maps, back, place, context);
    const change = patchTo(template, back.template);
    const admitted = await dryRun(place, change, context, 'features.workloads');
    const target = targetOf(place);
    const [now, then] = shown(changes);
    const [from, to] = [
      { ...now, ...compared.from },
      { ...then, ...compared.to },
    ];
    const same = { uid: seen.uid, replicas: seen.desired };
    const { notes = [], patch } = lasting(
      place,
      seen,
      [
        ...changes.map(({ container, field }) => [
          ...inTemplate,
          'spec',
          'containers',
          `name=${container}`,
          field,
        ]),
        ...maps.map(({ volume }) => [
          ...inTemplate,
          'spec',
          'volumes',
          `name=${volume}`,
          'configMap',
          'name',
        ]),
      ],
      { spec: { template: { spec: { containers: imagesOf(changes) } } } },
    );
    const variables = changes.filter(({ field }) => field === 'env');
    const probes = changes.filter(({ field }) => field.endsWith('Probe'));
    return {
      schemaVersion: planSchema,
      actionId: 'kubernetes.rollback-workload',
      actionVersion: 1,
      environment: deps.environment,
      part: params.part,
      target,
      identity: { uid: seen.uid },
      params: { ...params, workload: place.name, revision: back.number },
      ...tierOf(known ? undefined : unknownPart(place.name), 2),
      notes: [
        { key: 'revision-since', facts: { revision: back.number, at: back.since } },
        ...variables.map(({ container, now: set, former }) => ({
          key: 'variables-change',
          facts: { container, names: variablesOf(set, former) },
        })),
        ...probes.map(({ container, field }) => ({
          key: 'probe-changes',
          facts: { container, probe: field },
        })),
        ...compared.notes,
        ...(changes.length === 0 && maps.length === 0 ? [{ key: 'labels-change', facts: {} }] : []),
        { key: 'schema-stays', facts: {} },
        ...notes,
      ],
      // Only where images alone differ, the patch is the whole change.
      ...present({
        patch: maps.length === 0 && changes.every(({ field }) => field === 'image') ? patch : undefined,
      }),
      steps: [
        {
          kind: 'kubernetes-rollback',
          target,
          from: { revision: current.number, ...from },
          to: { revision: back.number, ...to },
          precondition: {
            ...same,
            ...{
              generation: seen.generation,
              template: hash,
              back_to: back.uid,
              back_to_template: back.hash,
            },
            ...compared.leadsTo,
            admitted,
          },
          safety: 'idempotent',
        },
      ],
      undo: [
        {
          kind: 'kubernetes-rollback',
          target,
          from: { revision: back.number, ...to },
          to: { revision: current.number, ...from },
          precondition: {
            ...same,
            // One change later, and that was ours.
            ...{ generation: seen.generation + 1, template: back.hash },
            ...{ back_to: current.uid, back_to_template: hash },
            ...compared.leadsBack,
          },
          safety: 'idempotent',
        },
      ],
      verifyWith: verifyPart(params.part, deps),
      undoVerifyWith: [takenUp(params.part)],
      verifyWithinMs: 300_000,
      stableForMs: 15_000,
      blast: {
        key: 'kubernetes-rollback',
        facts: { pods: seen.desired, ready: seen.ready, revision: back.number },
      },
      undoBlast: { key: 'kubernetes-rollback-undo', facts: { pods: seen.desired, revision: current.number } },
      stepTimeoutMs: 15_000,
      objects: 1,
    };
  },

  ...onWorkload({
    at: (plan) => asDeployment(Params.parse(plan.params)),
    isDone,
    besides: async (step, seen, { place, context }) => {
      const back = await backTo(step, place, context);
      return {
        ...(await mapsNow(step.precondition, place, context)),
        ...{ template: hashOf(templateOf(seen.object)) },
        ...{ back_to: back?.uid ?? null, back_to_template: back?.hash ?? null },
      };
    },
    body: async (step, seen, { place, context }) => {
      const back = await backTo(step, place, context);
      return back === undefined ? {} : patchTo(templateOf(seen.object), back.template);
    },
  }),

  async settled(plan, { deps, signal }: Context) {
    const seen = await look(placeOf(asDeployment(Params.parse(plan.params)), deps), deps, signal);
    return isDone(plan.steps[0], seen) && rolledOut(seen);
  },

  otherHand: (plan, context: Context) => otherHandIn(plan, [inTemplate], context),

  /** By the images that it has set, and where these are the same in both revisions by the template as a whole. */
  standing(plan, context: Context) {
    const [{ to, precondition }] = plan.steps;
    const images = Object.entries(to).flatMap(([name, image]) => {
      const [, container] = /^(.+) image$/.exec(name) ?? [];
      return container === undefined ? [] : [{ field: imageIn(container), image }];
    });
    return standingIn(
      plan,
      images.map(({ field }) => field),
      (object) =>
        images.length === 0
          ? hashOf(templateOf(object)) === precondition.back_to_template
          : images.every(({ field, image }) => valueAt(object, field) === image),
      context,
    );
  },
});

const imageIn = (container: string) => [...inTemplate, 'spec', 'containers', `name=${container}`, 'image'];

/** The revision that a step goes back to; undefined where it is gone. */
async function backTo({ precondition }: PlanStep, place: Place, context: Context) {
  const all = await revisionsOf(place, String(precondition.uid), context);
  return all.find(({ uid }) => uid === precondition.back_to);
}

function isDone({ precondition }: PlanStep, seen: Seen): boolean {
  return seen.uid === precondition.uid && hashOf(templateOf(seen.object)) === precondition.back_to_template;
}

function chosen(all: readonly Revision[], current: Revision, { revision }: Params, place: Place): Revision {
  if (revision === current.number) throw refused('nothing-to-do');
  const back = revision === undefined ? before(all, current) : all.find(({ number }) => number === revision);
  if (back !== undefined) return back;
  throw revision === undefined
    ? refused('no-earlier-revision', { workload: place.name })
    : refused('no-such-revision', { revision, known: all.map(({ number }) => number).join(', ') });
}

/** What people compare; values of variables are never among it. */
function shown(changes: readonly Difference[]): readonly [Facts, Facts] {
  const of = (side: 'now' | 'former') =>
    Object.fromEntries(
      changes.flatMap(({ container, field, ...values }) => {
        if (field === 'image') return [[`${container} image`, String(values[side])]];
        if (field === 'resources')
          return [[`${container} resources`, shortened(JSON.stringify(values[side] ?? {}), 200)]];
        return [];
      }),
    );
  return [of('now'), of('former')];
}

function variablesOf(now: unknown, then: unknown): string {
  const map = (list: unknown) =>
    new Map(
      (Array.isArray(list) ? (list as { name: string }[]) : []).map((one) => [one.name, JSON.stringify(one)]),
    );
  const [a, b] = [map(now), map(then)];
  const names = [...new Set([...a.keys(), ...b.keys()])].filter((name) => a.get(name) !== b.get(name));
  return shortened(names.length === 0 ? 'order' : names.join(', '), 300);
}

function imagesOf(changes: readonly Difference[]) {
  return changes.flatMap(({ container, field, former }) =>
    field === 'image' ? [{ name: container, image: former }] : [],
  );
}
