import type { KubernetesChange, Plan, PlanStep, Remediation } from '../../domain/fix/remediation.ts';
import { AppError, TargetError } from '../../domain/kernel/errors.ts';
import type { Facts } from '../../domain/kernel/facts.ts';
import { own } from '../../domain/kernel/own.ts';
import { present } from '../../domain/kernel/present.ts';
import type { ServiceId } from '../../domain/platform/part.ts';
import type { Written } from '../config-text.ts';
import { isNamedPart, tierOf, unknownPart } from '../named-part.ts';
import { mustHold, refused } from '../stale.ts';
import { isYounger } from './config-proof.ts';
import { lookAtMap, readersOf, type SeenMap, textsOf } from './config-source.ts';
import { bodyOf, linesOf, namesOf, Spot, valueAt, valueOrNone } from './config-value.ts';
import { lastingOf } from './lasting.ts';
import { otherHandIn } from './other-hand.ts';
import { admittedAt, patchOnceAt } from './patch.ts';
import {
  applyRestart,
  mustRestartOnce,
  restartChange,
  restartKind,
  restartMark,
  restartObserved,
  restartPatch,
  restartStep,
} from './restart-step.ts';
import { standingIn } from './standing.ts';
import {
  type Context,
  dryRun,
  identityOf,
  look,
  type Named,
  objectAt,
  type Place,
  placeOf,
  rightsToChange,
  rolledOut,
  type Seen,
  targetOf,
  waitsForReady,
} from './workload.ts';
import { signsOf } from './workload-object.ts';

const feature = 'configmaps' as const;
/** One number or time in place of another: the longest that may be set has five characters. */
const mostLonger = 4;

/** One value in a ConfigMap, and the restart that makes a service read it. */
export const configChanges: readonly KubernetesChange[] = [
  {
    feature,
    group: '',
    resources: ['configmaps'],
    fields: [{ path: ['data'], to: { becomes: 'entry', most: mostLonger } }],
  },
  restartChange,
];

/** What it takes to do both. `map`: what the plan finds its ConfigMap by, and the usual one. */
export async function rightsToConfigure(
  params: Named,
  map: Promise<string>,
  usual: string,
  { deps, signal }: Context,
) {
  const { namespace } = deps.kubernetes;
  const right = (verb: string, group: string, resource: string) => ({
    ...{ verb, group, resource, namespace, feature },
  });
  const name = await map.catch((error: unknown) => {
    // Why it cannot be had, the plan says; what may not be looked at is among the rights.
    if (error instanceof TargetError ? error.stage === 'forbidden' : error instanceof AppError) return usual;
    throw error;
  });
  return [
    ...(await rightsToChange(params, { deps, signal }, [], 'restart')),
    ...['get', 'patch'].map((verb) => ({ ...right(verb, '', 'configmaps'), name })),
    right('list', '', 'pods'),
    ...['deployments', 'statefulsets', 'daemonsets'].map((kind) => right('list', 'apps', kind)),
  ];
}

interface Wanted {
  readonly part: ServiceId;
  readonly place: Place;
  readonly seen: Seen;
  readonly map: SeenMap;
  readonly spot: Spot;
  readonly to: Written;
  /** Of the step that sets it, and what people read of the value in it. */
  readonly kind: string;
  readonly shown: (value: Written) => Facts;
}

/** All that a plan says of such a change, but which one it is, how it is proved, and what users will notice. */
export async function configPlan(wanted: Wanted, context: Context) {
  const { place, seen, map, spot, to, kind, shown, part } = wanted;
  const { deps } = context;
  const known = isNamedPart(part, place.name, signsOf(seen.object), deps.platform);
  mustRestartOnce(place, seen);
  if (map.immutable) throw refused('config-immutable', { map: spot.map });
  const before = valueAt(map, spot);
  await mustBeAdmitted(place, map, spot, to, context);
  const admitted = await dryRun(place, restartPatch(restartMark(seen.generation)), context);
  const readers = (await readersOf(spot.map, place.namespace, context)).filter(({ uid }) => uid !== seen.uid);
  const { notes, patch } = lastingOf(
    { apiVersion: 'v1', kind: 'ConfigMap' },
    map.object,
    [['data', spot.entry]],
    { data: { [spot.entry]: String(to) } },
  );
  const step = (from: Written, value: Written, precondition: Facts): PlanStep => ({
    kind,
    target: `configmaps/${place.namespace}/${spot.map}/${spot.entry}`,
    from: shown(from),
    to: shown(value),
    precondition: { uid: map.uid, ...spot, value: from, ...precondition },
    safety: 'idempotent',
  });
  const same = identityOf(seen);
  const next = { ...same, generation: seen.generation + 1 };
  return {
    environment: deps.environment,
    part,
    // That of a restart: the two never run at once.
    target: targetOf(place),
    identity: { uid: seen.uid },
    ...tierOf(known ? undefined : unknownPart(place.name), 2),
    notes: [
      ...(readers.length === 0
        ? []
        : [
            {
              key: 'config-shared',
              facts: { map: spot.map, workloads: namesOf(readers.map(({ name }) => name)) },
            },
          ]),
      ...waitsForReady(place, seen),
      ...(notes ?? []),
    ],
    // The whole file may hold what nobody should see: where it is made, one line of it is changed.
    ...present({ patch: patch === undefined || spot.form === 'text' ? patch : linesOf(spot, to) }),
    steps: [
      step(before, to, { resourceVersion: map.resourceVersion }),
      restartStep(place, {}, seen.generation, { ...same, admitted }),
    ],
    undo: [
      step(to, before, {}),
      // One change later, and that was ours.
      restartStep(place, { restarted: restartMark(seen.generation) }, seen.generation + 1, next),
    ],
    verifyWithinMs: 300_000,
    stableForMs: 15_000,
    stepTimeoutMs: 15_000,
    objects: 2,
  } satisfies Partial<Plan>;
}

/** The rest of a remediation whose plans are made of `configPlan`. */
export const onConfigMap = {
  /** The workload, and all that reads the ConfigMap. */
  async object(plan, context) {
    const place = placeIn(plan, context);
    const { claims, comparable } = await objectAt(
      place,
      await look(place, context.deps, context.signal),
      context.deps,
      context.signal,
    );
    const { map } = spotOf(plan);
    const { uid } = await lookAtMap(place.namespace, map, context);
    const readers = await readersOf(map, place.namespace, context);
    return {
      claims: [...new Set([...claims, `uid=${uid}`, ...readers.map((one) => `uid=${one.uid}`)])],
      comparable,
    };
  },

  async applyStep(step, plan, context): Promise<Facts> {
    const place = placeIn(plan, context);
    if (step.kind === restartKind) {
      await mustStillStand(step, plan, place, context);
      return applyRestart(step, place, context);
    }
    const spot = Spot.parse(step.precondition);
    const value = valueOf(step);
    return patchOnceAt(whereOf(place, spot), context, {
      look: () => lookAtMap(place.namespace, spot.map, context),
      done: (seen) => seen.uid === step.precondition['uid'] && valueOrNone(seen, spot) === value,
      expected: step.precondition,
      observed: (seen) => ({
        ...spot,
        uid: seen.uid,
        value: valueOrNone(seen, spot),
        resourceVersion: seen.resourceVersion,
      }),
      body: (seen) => bodyOf(seen, spot, value),
    });
  },

  async observeStep(step, plan, context) {
    const place = placeIn(plan, context);
    const { uid } = step.precondition;
    if (step.kind === restartKind) {
      const seen = await look(place, context.deps, context.signal);
      return seen.uid === uid ? restartObserved(step, seen) : 'unknown';
    }
    const spot = Spot.parse(step.precondition);
    const seen = await lookAtMap(place.namespace, spot.map, context);
    if (seen.uid !== uid) return 'unknown';
    const value = valueOrNone(seen, spot);
    if (value === step.to['value']) return 'done';
    const version = step.precondition['resourceVersion'] ?? seen.resourceVersion;
    return value === step.from['value'] && version === seen.resourceVersion ? 'not-done' : 'unknown';
  },

  otherHand: (plan, context) => otherHandIn(plan, [['data', spotOf(plan).entry]], context),

  standing(plan, context) {
    const spot = spotOf(plan);
    const value = valueOf(plan.steps[0]);
    return standingIn(
      plan,
      [['data', spot.entry]],
      (object) => valueOrNone({ texts: textsOf(object) }, spot) === value,
      context,
    );
  },
} satisfies Partial<Remediation<string, never, Context['deps']>>;

/** Every Pod is new, of the same images, and made after the value was written. */
export async function hasTakenUp(plan: Plan, context: Context): Promise<boolean> {
  const place = placeIn(plan, context);
  const seen = await look(place, context.deps, context.signal);
  const restart = plan.steps.find(({ kind }) => kind === restartKind);
  if (seen.images !== restart?.precondition['images'] || !rolledOut(seen)) return false;
  return isYounger(spotOf(plan), place, seen, context);
}

const placeIn = ({ part, params }: Plan, { deps }: Context): Place =>
  placeOf({ part: part as ServiceId, workload: String(own(params, 'workload')) }, deps);

/** What a step sets. */
const valueOf = ({ to }: PlanStep): Written => {
  const { value } = to;
  return typeof value === 'number' ? value : String(value);
};

const spotOf = ({ steps: [{ precondition }] }: Plan): Spot => {
  const { map, entry, form, setting, lasts } = Spot.parse(precondition);
  return { map, entry, form, setting, lasts };
};

const whereOf = ({ namespace }: Place, { map }: Spot) =>
  ({ kind: 'configmaps', group: '', namespace, name: map }) as const;

/** Nothing of the file goes into the plan, no digest either: it may hold a password. */
async function mustBeAdmitted(place: Place, map: SeenMap, spot: Spot, value: Written, context: Context) {
  const change = bodyOf(map, spot, value);
  const admitted = await admittedAt(whereOf(place, spot), change, context, `features.${feature}`);
  const data = admitted['data'] as Readonly<Record<string, unknown>> | undefined;
  if (data?.[spot.entry] !== change.data[spot.entry])
    throw refused('config-admitted-otherwise', { map: spot.map });
}

/** A restart reads the file: with what another hand has put there since, it would be another change than the approved one. */
async function mustStillStand(step: PlanStep, plan: Plan, place: Place, context: Context): Promise<void> {
  const change = (plan.undo?.includes(step) === true ? plan.undo : plan.steps)[0];
  const spot = spotOf(plan);
  const map = await lookAtMap(place.namespace, spot.map, context);
  mustHold(
    { uid: change?.precondition['uid'] ?? null, value: change?.to['value'] ?? null },
    { uid: map.uid, value: valueOrNone(map, spot) },
  );
}
