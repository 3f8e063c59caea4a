import { z } from 'zod';
import { defineRemediation, type Plan, type PlanStep, planSchema } from '../../domain/fix/remediation.ts';
import { chartValue } from '../../domain/fix/rights.ts';
import { settingOfText, textFindings, textFor, textKeys } from '../../domain/fix/text-advice.ts';
import type { Facts } from '../../domain/kernel/facts.ts';
import { present } from '../../domain/kernel/present.ts';
import { type ConfiguredId, configuredIds } from '../../domain/platform/part.ts';
import type { ProbeCall } from '../../domain/probe/probe.ts';
import { isNamedPart, tierOf, unknownPart } from '../named-part.ts';
import { mustHold, refused } from '../stale.ts';
import { takenUp, verifyPart } from '../verify-part.ts';
import { isYounger } from './config-proof.ts';
import { lookAtMap, readersOf, textsOf } from './config-source.ts';
import { namesOf } from './config-value.ts';
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
import { isConnected, rightText, type Standing, standingText } from './text-source.ts';
import { TextSpot, textAt, textBody, textLines, textOrNone } from './text-spot.ts';
import {
  type Context,
  dryRun,
  identityOf,
  look,
  objectAt,
  placeOf,
  rightsToChange,
  rolledOut,
  targetOf,
  waitsForReady,
  workloadName,
} from './workload.ts';
import { signsOf } from './workload-object.ts';

const feature = 'configmaps' as const;
/** An address or a subject in place of another one of the same kind. */
const mostLonger = 128;

const Params = z.strictObject({
  part: z.enum(configuredIds).meta({ description: 'Part whose configuration is wrong.' }),
  workload: workloadName,
  key: z.enum(textKeys).meta({ description: 'Key, as the guide calls it.' }),
  from: z
    .enum(configuredIds)
    .exactOptional()
    .meta({ description: 'Part whose configuration has it right; without it the one that is proved to.' }),
});
type Params = z.output<typeof Params>;

export const setConfigText = defineRemediation({
  id: 'kubernetes.set-config-text',
  version: 1,
  doc: `Sets an address or the registration subject in the configuration of a part as another part has it, and restarts the part (S1.a, S1.b, S2.a).
No person types the value: it is read from the ConfigMap of the other part, whose Pods run with it.
A host of PostgreSQL or NATS is taken only from a part that the store itself shows connected.
The host that stands there must lead nowhere: no Service has that name, or that port.
Of an address only host and port change; a user and a password beside them stay, and are never shown.
A registration subject is set on the side that the other subjects of both sides show to be wrong.
In a file not one other character changes, but for quotes that the value needs.
Refused where a flag or a variable hides the key, where an anchor gives the value to other keys, and where the file does not set it.
It is done when all Pods are newer than the change, and the part answers; with an address the store shows them connected.
Undo sets the former value where ours still stands, and restarts again.`,
  tier: 2,
  params: Params,
  needs: ['kubernetes'],
  on: 'kubernetes',
  helpsWith: [],
  helpsCause: textFindings,
  paramsFor: textFor,
  instruction: 'set-config-text',
  changes: [
    {
      ...{ feature, group: '', resources: ['configmaps'] },
      fields: [{ path: ['data'], to: { becomes: 'entry', most: mostLonger } }],
    },
    restartChange,
  ],
  async rights(params: Params, context: Context) {
    const { part, from } = params;
    const own = await rightsToChange(params, context, [], 'restart');
    const parts = from === undefined ? [part] : [part, from];
    const maps = await Promise.all(parts.map((one) => mapNameOf(one, params, context)));
    const rights = parts.flatMap((one, at) => {
      const { kind, namespace, name } = placeOf({ part: one }, context.deps);
      const right = (verb: string, group: string, resource: string) => ({
        ...{ verb, group, resource, namespace, feature },
      });
      const map = { name: maps[at] ?? '' };
      return one === part
        ? [
            ...['get', 'patch'].map((verb) => ({ ...right(verb, '', 'configmaps'), ...map })),
            right('list', '', 'pods'),
            ...['deployments', 'statefulsets', 'daemonsets'].map((each) => right('list', 'apps', each)),
          ]
        : [
            { ...right('get', '', 'configmaps'), ...map },
            { ...right('get', 'apps', kind), name, feature: 'restart' as const },
            right('list', '', 'pods'),
          ];
    });
    const { namespace } = context.deps.kubernetes;
    const services = { verb: 'list', group: '', resource: 'services', namespace };
    return [...own, ...rights, ...(settingOfText(params.key).store === undefined ? [] : [services])];
  },

  async plan(params, context: Context): Promise<Plan> {
    const { deps } = context;
    const { part, key } = params;
    const { parts } = settingOfText(key);
    if (!parts.includes(part) || part === params.from) throw refused('setting-of-another', { key, part });
    const own = await standingText(part, params.workload, key, context);
    const { place, seen, spot, map, value: before } = own;
    const known = isNamedPart(part, place.name, signsOf(seen.object), deps.platform);
    mustRestartOnce(place, seen);
    if (map.immutable) throw refused('config-immutable', { map: spot.map });
    const { from, shown } = await rightText(params, own, context);
    const { value } = shown;
    await mustBeAdmitted(own, value, context);
    const admitted = await dryRun(place, restartPatch(restartMark(seen.generation)), context);
    const readers = (await readersOf(spot.map, place.namespace, context)).filter(
      ({ uid }) => uid !== seen.uid,
    );
    const step = (was: string, to: string, precondition: Facts): PlanStep => ({
      kind: 'kubernetes-set-config-text',
      target: `configmaps/${place.namespace}/${spot.map}/${spot.entry}`,
      from: { key: spot.setting, value: was },
      to: { key: spot.setting, value: to },
      precondition: { uid: map.uid, ...spot, value: was, ...precondition },
      safety: 'idempotent',
    });
    const same = identityOf(seen);
    const next = { ...same, generation: seen.generation + 1 };
    const facts = { key: spot.setting, pods: seen.desired, ready: seen.ready };
    const { notes, patch } = lastingWith(own, value);
    return {
      schemaVersion: planSchema,
      actionId: 'kubernetes.set-config-text',
      actionVersion: 1,
      environment: deps.environment,
      part,
      // That of a restart: the two never run at once.
      target: targetOf(place),
      identity: { uid: seen.uid },
      params: { ...params, workload: place.name, from },
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
        ...own.mayHide.map((secret) => ({ key: 'secret-may-hide', facts: { secret, key: spot.setting } })),
        ...waitsForReady(place, seen),
        ...notes,
      ],
      ...present({ patch }),
      steps: [
        step(before, value, {
          resourceVersion: map.resourceVersion,
          ...originFacts(shown),
        }),
        restartStep(place, {}, seen.generation, { ...same, admitted }),
      ],
      undo: [
        step(value, before, {}),
        // One change later, and that was ours.
        restartStep(place, { restarted: restartMark(seen.generation) }, seen.generation + 1, next),
      ],
      verifyWith: verifiedBy(params, context),
      undoVerifyWith: [takenUp(part)],
      verifyWithinMs: 300_000,
      stableForMs: 15_000,
      blast: { key: 'kubernetes-set-config-text', facts: { ...facts, from, value, before } },
      undoBlast: { key: 'kubernetes-set-config-text-undo', facts: { ...facts, value: before } },
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
    const { map } = spotOf(plan.steps[0]);
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
      await mustStillStand(step, plan, context);
      return applyRestart(step, place, context);
    }
    const spot = spotOf(step);
    const value = String(step.to['value']);
    return patchOnceAt(whereOf(spot), context, {
      async look() {
        const shown = await shownNow(step, context);
        // The very object last: its version goes into the patch.
        return { ...(await lookAtMap(spot.namespace, spot.map, context)), shown };
      },
      done: (seen) => seen.uid === step.precondition['uid'] && textOrNone(seen, spot) === value,
      expected: step.precondition,
      observed: ({ shown, ...seen }) => ({
        ...step.precondition,
        ...shown,
        uid: seen.uid,
        value: textOrNone(seen, spot),
        ...('resourceVersion' in step.precondition ? { resourceVersion: seen.resourceVersion } : {}),
      }),
      body: (seen) => textBody(seen, spot, value),
    });
  },

  async observeStep(step, plan, context: Context) {
    const place = placeOf(Params.parse(plan.params), context.deps);
    const { uid } = step.precondition;
    if (step.kind === restartKind) {
      const seen = await look(place, context.deps, context.signal);
      return seen.uid === uid ? restartObserved(step, seen) : 'unknown';
    }
    const spot = spotOf(step);
    const seen = await lookAtMap(spot.namespace, spot.map, context);
    if (seen.uid !== uid) return 'unknown';
    const value = textOrNone(seen, spot);
    if (value === step.to['value']) return 'done';
    const version = step.precondition['resourceVersion'] ?? seen.resourceVersion;
    return value === step.from['value'] && version === seen.resourceVersion ? 'not-done' : 'unknown';
  },

  async settled(plan, context: Context) {
    const { part, key, ...params } = Params.parse(plan.params);
    const place = placeOf({ part, ...params }, context.deps);
    const seen = await look(place, context.deps, context.signal);
    const restart = plan.steps.find(({ kind }) => kind === restartKind);
    if (seen.images !== restart?.precondition['images'] || !rolledOut(seen)) return false;
    if (!(await isYounger(spotOf(plan.steps[0]), place, seen, context))) return false;
    return settingOfText(key).store === undefined || isConnected(key, place, seen, part, context);
  },

  otherHand: (plan, context: Context) => otherHandIn(plan, [['data', spotOf(plan.steps[0]).entry]], context),

  standing(plan, context: Context) {
    const [step] = plan.steps;
    const spot = spotOf(step);
    return standingIn(
      plan,
      [['data', spot.entry]],
      (object) => textOrNone({ texts: textsOf(object) }, spot) === step.to['value'],
      context,
    );
  },
});

const spotOf = ({ precondition }: PlanStep): TextSpot => {
  const { namespace, map, entry, form, setting, key } = TextSpot.parse(precondition);
  return { namespace, map, entry, form, setting, key };
};

const whereOf = ({ namespace, map }: Pick<TextSpot, 'namespace' | 'map'>) =>
  ({ kind: 'configmaps', group: '', namespace, name: map }) as const;

/** Where the value comes from, and that it stands there; facts are flat. */
function originFacts({ spot, map, value }: Standing): Facts {
  return {
    ...{ origin: `${spot.namespace}/${spot.map}`, originUid: map.uid },
    ...{ originEntry: spot.entry, originForm: spot.form, originValue: value },
  };
}

/** Where the right value stands: it must say so still when it is copied. */
const Origin = z.object({
  origin: z.string(),
  originEntry: z.string(),
  originForm: z.enum(['yaml', 'text']),
});

/** What stands at the origin now; nothing for a step that takes its value back. */
async function shownNow(step: PlanStep, context: Context): Promise<Facts> {
  if (!('origin' in step.precondition)) return {};
  const { origin, originEntry: entry, originForm: form } = Origin.parse(step.precondition);
  const [namespace = '', map = ''] = origin.split('/');
  const seen = await lookAtMap(namespace, map, context);
  const spot = { ...spotOf(step), namespace, map, entry, form };
  return { originUid: seen.uid, originValue: textOrNone(seen, spot) };
}

/** Another signal than the text: the part answers, and an agent and agent-manager say that they know each other. */
function verifiedBy({ part, key }: Params, { deps }: Context): Plan['verifyWith'] {
  const subject: readonly ProbeCall[] =
    settingOfText(key).store === undefined
      ? [{ probe: 'runtime.registration-subjects' }, { probe: 'runtime.registration-log' }]
      : [];
  const [first, ...rest] = verifyPart(part, deps);
  return [first, ...rest, ...subject];
}

/** Lines to keep where the file is made; none where a password stands in the same value. */
function lastingWith({ spot, map }: Standing, value: string) {
  const { notes = [], patch } = lastingOf(
    { apiVersion: 'v1', kind: 'ConfigMap' },
    map.object,
    [['data', spot.entry]],
    { data: { [spot.entry]: value } },
  );
  const lines = spot.form === 'text' ? onlyPlain() : textLines(map, spot, value);
  if (patch === undefined) return { notes };
  return lines === undefined
    ? { notes: notes.filter(({ key }) => !key.startsWith('temporary')) }
    : { notes, patch: lines };

  /** The patch of an entry that is the value alone would drop what stands beside an address. */
  function onlyPlain() {
    const { before, after } = textAt(map, spot);
    return before === '' && after === '' ? patch : undefined;
  }
}

/** Nothing of the file goes into the plan, no digest either: it may hold a password. */
async function mustBeAdmitted({ place, map, spot }: Standing, value: string, context: Context) {
  const change = textBody(map, spot, value);
  const { agentNamespace, namespace } = context.deps.kubernetes;
  const agents = place.namespace === agentNamespace && place.namespace !== namespace;
  const allowedBy = chartValue(feature, agents ? 'agents' : 'platform');
  const admitted = await admittedAt(whereOf(spot), change, context, allowedBy);
  const data = admitted['data'] as Readonly<Record<string, unknown>> | undefined;
  if (data?.[spot.entry] !== change.data[spot.entry])
    throw refused('config-admitted-otherwise', { map: spot.map });
}

/** A restart reads the file: with what another hand has put there since, it would be another change than the approved one. */
async function mustStillStand(step: PlanStep, plan: Plan, context: Context): Promise<void> {
  const [change] = plan.undo?.includes(step) === true ? plan.undo : plan.steps;
  const spot = spotOf(change);
  const map = await lookAtMap(spot.namespace, spot.map, context);
  mustHold(
    { uid: change.precondition['uid'] ?? null, value: change.to['value'] ?? null },
    { uid: map.uid, value: textOrNone(map, spot) },
  );
}

/** The ConfigMap of a part; its usual name where it cannot be looked for. */
async function mapNameOf(one: ConfiguredId, { part, workload, key }: Params, context: Context) {
  return standingText(one, one === part ? workload : undefined, key, context).then(
    ({ spot }) => spot.map,
    () => context.deps.platform.parts[one].configMap,
  );
}
