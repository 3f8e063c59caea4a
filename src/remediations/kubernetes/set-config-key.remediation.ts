import { z } from 'zod';
import {
  advisedFor,
  isFurther,
  settingFor,
  settingKeys,
  settingSigns,
} from '../../domain/fix/config-advice.ts';
import { defineRemediation, type Plan, type PlanStep, planSchema } from '../../domain/fix/remediation.ts';
import { AppError, TargetError } from '../../domain/kernel/errors.ts';
import type { Facts } from '../../domain/kernel/facts.ts';
import { present } from '../../domain/kernel/present.ts';
import { serviceIds } from '../../domain/platform/part.ts';
import { guideSettings } from '../../domain/platform/table.ts';
import { isNamedPart, tierOf, unknownPart } from '../named-part.ts';
import { mustHold, refused } from '../stale.ts';
import { takenUp, verifyPart } from '../verify-part.ts';
import { isYounger, runsWith } from './config-proof.ts';
import { type ConfigSource, lookAtMap, readersOf, type SeenMap, sourceOf, textsOf } from './config-source.ts';
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
  named,
  objectAt,
  type Place,
  placeOf,
  rightsToChange,
  rolledOut,
  targetOf,
  waitsForReady,
  workloadName,
} from './workload.ts';
import { signsOf } from './workload-object.ts';

const feature = 'configmaps' as const;

const Params = z.strictObject({
  part: z.enum(serviceIds).meta({ description: 'Service whose configuration it is.' }),
  workload: workloadName,
  key: z.enum(settingKeys).meta({ description: 'Key, as the guide calls it.' }),
  value: z.int().min(1).max(10_000).meta({ description: 'Its new value, within the bounds of the key.' }),
  sign: z.enum(settingSigns).exactOptional().meta({
    description: 'Probe that must find nothing afterwards; without it the service itself is asked alone.',
  }),
});
type Params = z.output<typeof Params>;

export const setConfigKey = defineRemediation({
  id: 'kubernetes.set-config-key',
  version: 1,
  doc: `Sets one number in the configuration of a service, and restarts it so that it counts (S3.a, S3.b, S4.a, S5.b, D1.b, D4.a).
It goes the way of the guide alone, such as more workers or a smaller pool, and stays within the bounds of the key.
The value stands in the file of a ConfigMap, or in a ConfigMap as the service's own variable.
In a file not one other character changes: comments, quotes and line ends stay.
Refused where the file does not set the key, or where an anchor gives the value to other keys too.
Refused, too, where a flag or a variable hides it, and where the ConfigMap may not be changed.
Only the workload of the part restarts; who else reads the ConfigMap is named.
It is done when all Pods are newer than the change, and the service runs with the value where it says so.
What was found must be gone as well.
Undo sets the former value where ours still stands, and restarts again.`,
  tier: 2,
  params: Params,
  needs: ['kubernetes'],
  on: 'kubernetes',
  helpsWith: [],
  helpsCause: advisedFor,
  paramsFor: settingFor,
  instruction: 'set-config-key',
  changes: [
    {
      feature,
      group: '',
      resources: ['configmaps'],
      fields: [{ path: ['data'], to: { becomes: 'entry' } }],
    },
    restartChange,
  ],
  async rights(params: Params, context: Context) {
    const { deps, signal } = context;
    const { namespace } = deps.kubernetes;
    const right = (verb: string, group: string, resource: string) => ({
      ...{ verb, group, resource, namespace, feature },
    });
    const map = await sourceFor(params, context).then(
      ({ source }) => source.map,
      (error: unknown) => {
        // Why it cannot be had, the plan says; what may not be looked at is among the rights.
        if (error instanceof AppError && !(error instanceof TargetError)) return undefined;
        if (error instanceof TargetError && error.stage !== 'forbidden') throw error;
        return undefined;
      },
    );
    const name = map ?? deps.platform.parts[params.part].configMap;
    return [
      ...(await rightsToChange(params, { deps, signal }, [], 'restart')),
      ...['get', 'patch'].map((verb) => ({ ...right(verb, '', 'configmaps'), name })),
      right('list', '', 'pods'),
      ...['deployments', 'statefulsets', 'daemonsets'].map((kind) => right('list', 'apps', kind)),
    ];
  },

  async plan(params, context: Context): Promise<Plan> {
    const { deps } = context;
    const { key, value } = params;
    const setting = guideSettings[key];
    if (!setting.parts.some((one) => one === params.part))
      throw refused('setting-of-another', { key, part: params.part });
    if (value < setting.least || value > setting.most)
      throw refused('setting-out-of-range', { key, least: setting.least, most: setting.most });
    const { place, seen, source } = await sourceFor(params, context);
    const known = isNamedPart(params.part, place.name, signsOf(seen.object), deps.platform);
    mustRestartOnce(place, seen);
    const spot: Spot = {
      ...{ map: source.map, entry: source.entry, form: source.form },
      setting: nameOf(params, deps),
    };
    const map = await lookAtMap(place.namespace, source.map, context);
    if (map.immutable) throw refused('config-immutable', { map: source.map });
    const before = valueAt(map, spot);
    if (!isFurther(setting.way, before, value))
      throw refused('setting-there-already', { key: spot.setting, value: before });
    await mustBeAdmitted(place, map, spot, value, context);
    const admitted = await dryRun(place, restartPatch(restartMark(seen.generation)), context);
    const readers = (await readersOf(source.map, place.namespace, context)).filter(
      ({ uid }) => uid !== seen.uid,
    );
    const { notes, patch } = lastingOf(
      { apiVersion: 'v1', kind: 'ConfigMap' },
      map.object,
      [['data', source.entry]],
      { data: { [source.entry]: String(value) } },
    );
    const step = (from: number, to: number, precondition: Facts): PlanStep => ({
      kind: 'kubernetes-set-config-key',
      target: `configmaps/${place.namespace}/${source.map}/${source.entry}`,
      from: { key: spot.setting, value: from },
      to: { key: spot.setting, value: to },
      precondition: { uid: map.uid, ...spot, value: from, ...precondition },
      safety: 'idempotent',
    });
    const same = identityOf(seen);
    const next = { ...same, generation: seen.generation + 1 };
    const facts = { key: spot.setting, pods: seen.desired, ready: seen.ready };
    return {
      schemaVersion: planSchema,
      actionId: 'kubernetes.set-config-key',
      actionVersion: 1,
      environment: deps.environment,
      part: params.part,
      // That of a restart: the two never run at once.
      target: targetOf(place),
      identity: { uid: seen.uid },
      params: { ...params, workload: place.name },
      ...tierOf(known ? undefined : unknownPart(place.name), 2),
      notes: [
        ...(readers.length === 0
          ? []
          : [
              {
                key: 'config-shared',
                facts: { map: source.map, workloads: namesOf(readers.map(({ name }) => name)) },
              },
            ]),
        ...source.mayHide.map((secret) => ({ key: 'secret-may-hide', facts: { secret, key: spot.setting } })),
        ...waitsForReady(place, seen),
        ...(notes ?? []),
      ],
      // The whole file may hold what nobody should see: where it is made, one line of it is changed.
      ...present({ patch: patch === undefined || spot.form === 'text' ? patch : linesOf(spot, value) }),
      steps: [
        step(before, value, { resourceVersion: map.resourceVersion }),
        restartStep(place, {}, seen.generation, { ...same, admitted }),
      ],
      undo: [
        step(value, before, {}),
        // One change later, and that was ours.
        restartStep(place, { restarted: restartMark(seen.generation) }, seen.generation + 1, next),
      ],
      verifyWith: [
        ...verifyPart(params.part, deps),
        ...(params.sign === undefined ? [] : [{ probe: params.sign }]),
      ],
      undoVerifyWith: [takenUp(params.part)],
      verifyWithinMs: 300_000,
      stableForMs: 15_000,
      blast: { key: 'kubernetes-set-config-key', facts: { ...facts, value, before } },
      undoBlast: { key: 'kubernetes-set-config-key-undo', facts: { ...facts, value: before } },
      stepTimeoutMs: 15_000,
      objects: 2,
    };
  },

  /** The workload, and all that reads the ConfigMap. */
  async object(plan, context: Context) {
    const place = placeOf(Params.parse(plan.params), context.deps);
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

  async applyStep(step, plan, context: Context): Promise<Facts> {
    const place = placeOf(Params.parse(plan.params), context.deps);
    if (step.kind === restartKind) {
      await mustStillStand(step, plan, place, context);
      return applyRestart(step, place, context);
    }
    const spot = Spot.parse(step.precondition);
    const value = Number(step.to['value']);
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

  async observeStep(step, plan, context: Context) {
    const place = placeOf(Params.parse(plan.params), context.deps);
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

  async settled(plan, context: Context) {
    const params = Params.parse(plan.params);
    const place = placeOf(params, context.deps);
    const seen = await look(place, context.deps, context.signal);
    const restart = plan.steps.find(({ kind }) => kind === restartKind);
    if (seen.images !== restart?.precondition['images'] || !rolledOut(seen)) return false;
    return (
      (await isYounger(spotOf(plan), place, seen, context)) && (await runsWith(params, context)) !== false
    );
  },

  otherHand: (plan, context: Context) => otherHandIn(plan, [['data', spotOf(plan).entry]], context),

  standing(plan, context: Context) {
    const spot = spotOf(plan);
    const { value } = plan.steps[0].to;
    return standingIn(
      plan,
      [['data', spot.entry]],
      (object) => valueOrNone({ texts: textsOf(object) }, spot) === value,
      context,
    );
  },
});

async function sourceFor(params: Params, context: Context) {
  const { deps, signal } = context;
  const place = await named(placeOf(params, deps), params, deps, signal);
  const seen = await look(place, deps, signal);
  const key = nameOf(params, deps);
  const source = await sourceOf(seen.object, params.part, key, place.namespace, context);
  return { place, seen, source };
}

/** The key as this installation calls it. */
const nameOf = ({ key }: Params, { platform }: Context['deps']) => platform.keys[key];

const spotOf = ({ steps: [{ precondition }] }: Plan): Spot => {
  const { map, entry, form, setting } = Spot.parse(precondition);
  return { map, entry, form, setting };
};

const whereOf = ({ namespace }: Place, { map }: Pick<ConfigSource, 'map'>) =>
  ({ kind: 'configmaps', group: '', namespace, name: map }) as const;

/** Nothing of the file goes into the plan, no digest either: it may hold a password. */
async function mustBeAdmitted(place: Place, map: SeenMap, spot: Spot, value: number, context: Context) {
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
