import type { KubernetesChange, Plan, PlanStep, Remediation } from '../../../domain/fix/remediation.ts';
import { chartValue } from '../../../domain/fix/rights.ts';
import { AppError, TargetError } from '../../../domain/kernel/errors.ts';
import type { Facts } from '../../../domain/kernel/facts.ts';
import { own } from '../../../domain/kernel/own.ts';
import { present } from '../../../domain/kernel/present.ts';
import type { ConfiguredId } from '../../../domain/platform/part.ts';
import { isNamedPart, tierOf, unknownPart } from '../../shared/named-part.ts';
import { namesOf } from '../../shared/names-of.ts';
import { mustHold, refused } from '../../shared/stale.ts';
import type { Written } from '../../values/number-in-yaml.ts';
import { lookAtMap, readersOf, type SeenMap, textsOf } from '../object/config-source.ts';
import { lastingOf } from '../object/lasting.ts';
import { otherHandIn } from '../object/other-hand.ts';
import { admittedAt, patchOnceAt } from '../object/patch.ts';
import {
  applyRestart,
  mustRestartOnce,
  restartChange,
  restartKind,
  restartMark,
  restartObserved,
  restartPatch,
  restartStep,
} from '../object/restart-step.ts';
import { standingIn } from '../object/standing.ts';
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
} from '../object/workload.ts';
import { signsOf } from '../object/workload-object.ts';
import { isYounger } from './younger-pods.ts';

const feature = 'configmaps' as const;

type Texts = Pick<SeenMap, 'texts'>;

type AnySpot = Facts & { readonly map: string; readonly entry: string };

/** One kind of value, and how it stands in a ConfigMap. */
export interface ConfigForm<S extends AnySpot, V extends Written> {
  /** Where it stands, as a step keeps it. */
  spotIn(step: PlanStep): S;
  /** The value of `PlanStep.from` or `to`. */
  valueIn(facts: Facts): V;
  /** AppError CONFLICT where there is none of this kind. */
  valueAt(map: Texts, spot: S): V;
  /** The whole text of the entry with another value. */
  textWith(map: Texts, spot: S, value: V): string;
  /**
   * What whoever makes the ConfigMap is shown: lines of the file, `entry` where the value is all of it, and undefined
   * where something stands beside it that nobody should see.
   */
  linesAt(map: Texts, spot: S, value: V): readonly string[] | 'entry' | undefined;
  /** What else a step was approved with, as it is now. */
  besides?(step: PlanStep, context: Context): Promise<Facts>;
}

/** One value in a ConfigMap, at most so many characters longer or shorter, and the restart that makes a part read it. */
export const configChanges = (most: number): readonly KubernetesChange[] => [
  {
    feature,
    group: '',
    resources: ['configmaps'],
    fields: [{ path: ['data'], to: { becomes: 'entry', most } }],
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
  const { namespace } = placeOf(params, deps);
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

interface Wanted<S extends AnySpot, V extends Written> {
  readonly form: ConfigForm<S, V>;
  readonly part: ConfiguredId;
  readonly place: Place;
  readonly seen: Seen;
  readonly map: SeenMap;
  readonly spot: S;
  readonly to: V;
  /** What must also hold when it is set. */
  readonly besides?: Facts;
  /** Secrets that may give the key as well. */
  readonly mayHide?: readonly string[];
  /** Of the step that sets it, and what people read of the value in it. */
  readonly kind: string;
  readonly shown: (value: V) => Facts & { readonly key?: string };
}

/** All that a plan says of such a change, but which one it is, how it is proved, and what users will notice. */
export async function configPlan<S extends AnySpot, V extends Written>(
  wanted: Wanted<S, V>,
  context: Context,
) {
  const { form, place, seen, map, spot, to, kind, shown, part, mayHide = [] } = wanted;
  const { deps } = context;
  const known = isNamedPart(part, place.name, signsOf(seen.object), deps.platform);
  mustRestartOnce(place, seen);
  if (map.immutable) throw refused('config-immutable', { map: spot.map });
  const before = form.valueAt(map, spot);
  await mustBeAdmitted(form, place, map, spot, to, context);
  const admitted = await dryRun(place, restartPatch(restartMark(seen.generation)), context);
  const readers = (await readersOf(spot.map, place.namespace, context)).filter(({ uid }) => uid !== seen.uid);
  const { notes, patch } = lastingWith(form, map, spot, to);
  const step = (from: V, value: V, precondition: Facts): PlanStep => ({
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
      ...mayHide.map((secret) => ({
        key: 'secret-may-hide',
        facts: { secret, key: shown(to).key ?? spot.entry },
      })),
      ...waitsForReady(place, seen),
      ...notes,
    ],
    ...present({ patch }),
    steps: [
      step(before, to, { resourceVersion: map.resourceVersion, ...wanted.besides }),
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

/** The whole file may hold what nobody should see: where it is made, one line of it is changed. */
function lastingWith<S extends AnySpot, V extends Written>(
  form: ConfigForm<S, V>,
  map: SeenMap,
  spot: S,
  to: V,
): { readonly notes: NonNullable<Plan['notes']>; readonly patch?: NonNullable<Plan['patch']> } {
  const { notes = [], patch } = lastingOf(
    { apiVersion: 'v1', kind: 'ConfigMap' },
    map.object,
    [['data', spot.entry]],
    { data: { [spot.entry]: String(to) } },
  );
  if (patch === undefined) return { notes };
  const lines = form.linesAt(map, spot, to);
  if (lines === undefined) return { notes: notes.filter(({ key }) => !key.startsWith('temporary')) };
  return { notes, patch: lines === 'entry' ? patch : lines };
}

/** The rest of a remediation whose plans are made of `configPlan`. */
export function onConfigMap<S extends AnySpot, V extends Written>(form: ConfigForm<S, V>) {
  return {
    /** The workload, and all that reads the ConfigMap. */
    async object(plan, context) {
      const place = placeIn(plan, context);
      const { claims, comparable } = await objectAt(
        place,
        await look(place, context.deps, context.signal),
        context.deps,
        context.signal,
      );
      const { map } = form.spotIn(plan.steps[0]);
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
        await mustStillStand(form, step, plan, context);
        return applyRestart(step, place, context);
      }
      const spot = form.spotIn(step);
      const value = form.valueIn(step.to);
      return patchOnceAt(whereOf(place, spot), context, {
        async look() {
          const besides = (await form.besides?.(step, context)) ?? {};
          // The very object last: its version goes into the patch.
          return { ...(await lookAtMap(place.namespace, spot.map, context)), besides };
        },
        done: (seen) => seen.uid === step.precondition.uid && valueOrNone(form, seen, spot) === value,
        expected: step.precondition,
        observed: ({ besides, ...seen }) => ({
          ...spot,
          ...besides,
          uid: seen.uid,
          value: valueOrNone(form, seen, spot),
          resourceVersion: seen.resourceVersion,
        }),
        body: (seen) => ({ data: { [spot.entry]: form.textWith(seen, spot, value) } }),
      });
    },

    async observeStep(step, plan, context) {
      const place = placeIn(plan, context);
      const { uid } = step.precondition;
      if (step.kind === restartKind) {
        const seen = await look(place, context.deps, context.signal);
        return seen.uid === uid ? restartObserved(step, seen) : 'unknown';
      }
      const spot = form.spotIn(step);
      const seen = await lookAtMap(place.namespace, spot.map, context);
      if (seen.uid !== uid) return 'unknown';
      const value = valueOrNone(form, seen, spot);
      if (value === step.to.value) return 'done';
      const version = step.precondition.resourceVersion ?? seen.resourceVersion;
      return value === step.from.value && version === seen.resourceVersion ? 'not-done' : 'unknown';
    },

    otherHand: (plan, context) => otherHandIn(plan, [['data', form.spotIn(plan.steps[0]).entry]], context),

    standing(plan, context) {
      const [step] = plan.steps;
      const spot = form.spotIn(step);
      const value = form.valueIn(step.to);
      return standingIn(
        plan,
        [['data', spot.entry]],
        (object) => valueOrNone(form, { texts: textsOf(object) }, spot) === value,
        context,
      );
    },
  } satisfies Partial<Remediation<string, never, Context['deps']>>;
}

/** Every Pod is new, of the same images, and not known to be older than the value. */
export async function hasTakenUp(plan: Plan, context: Context): Promise<boolean> {
  const place = placeIn(plan, context);
  const seen = await look(place, context.deps, context.signal);
  const [step] = plan.steps;
  const restart = plan.steps.find(({ kind }) => kind === restartKind);
  if (seen.images !== restart?.precondition.images || !rolledOut(seen)) return false;
  const { map, entry } = step.precondition;
  return (await isYounger({ map: String(map), entry: String(entry) }, place, seen, context)) !== false;
}

const placeIn = ({ part, params }: Plan, { deps }: Context): Place =>
  placeOf({ part: part as ConfiguredId, workload: String(own(params, 'workload')) }, deps);

/** For whoever compares; null where there is none. */
export function valueOrNone<S extends AnySpot, V extends Written>(
  form: Pick<ConfigForm<S, V>, 'valueAt'>,
  seen: Texts,
  spot: S,
): V | null {
  try {
    return form.valueAt(seen, spot);
  } catch (error) {
    if (error instanceof AppError && error.code === 'CONFLICT') return null;
    throw error;
  }
}

const whereOf = ({ namespace }: Place, { map }: AnySpot) =>
  ({ kind: 'configmaps', group: '', namespace, name: map }) as const;

/** Nothing of the file goes into the plan, no digest either: it may hold a password. */
async function mustBeAdmitted<S extends AnySpot, V extends Written>(
  form: ConfigForm<S, V>,
  place: Place,
  map: SeenMap,
  spot: S,
  value: V,
  context: Context,
) {
  const text = form.textWith(map, spot, value);
  const { agentNamespace, namespace } = context.deps.kubernetes;
  const agents = place.namespace === agentNamespace && place.namespace !== namespace;
  const allowedBy = chartValue(feature, agents ? 'agents' : 'platform');
  const change = { data: { [spot.entry]: text } };
  const admitted = await admittedAt(whereOf(place, spot), change, context, allowedBy);
  const data = admitted.data as Readonly<Record<string, unknown>> | undefined;
  if (data?.[spot.entry] !== text) throw refused('config-admitted-otherwise', { map: spot.map });
}

/** A restart reads the file: with what another hand has put there since, it would be another change than the approved one. */
async function mustStillStand<S extends AnySpot, V extends Written>(
  form: ConfigForm<S, V>,
  step: PlanStep,
  plan: Plan,
  context: Context,
): Promise<void> {
  const [change] = plan.undo?.includes(step) === true ? plan.undo : plan.steps;
  const spot = form.spotIn(change);
  const map = await lookAtMap(placeIn(plan, context).namespace, spot.map, context);
  mustHold(
    { uid: change.precondition.uid ?? null, value: change.to.value ?? null },
    { uid: map.uid, value: valueOrNone(form, map, spot) },
  );
}
