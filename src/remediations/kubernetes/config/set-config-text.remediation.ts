import { z } from 'zod';
import {
  destinationFindings,
  destinationFor,
  settingOfDestination,
} from '../../../domain/fix/destination-advice.ts';
import { defineRemediation, type Plan, planSchema } from '../../../domain/fix/remediation.ts';
import type { Facts } from '../../../domain/kernel/facts.ts';
import type { ConfiguredId } from '../../../domain/platform/part.ts';
import { refused } from '../../shared/stale.ts';
import { takenUp } from '../../shared/verify-part.ts';
import { rightDestination } from '../../values/destination-of-others.ts';
import { destinationParams, verifiedBy } from '../../values/destination-params.ts';
import { lookAtMap } from '../object/config-source.ts';
import { mustRestartOnce } from '../object/restart-step.ts';
import { type Context, look, placeOf, workloadName } from '../object/workload.ts';
import {
  configChanges,
  configPlan,
  hasTakenUp,
  onConfigMap,
  rightsToConfigure,
  valueOrNone,
} from './config-change.ts';
import { destinations } from './destination-in-map.ts';
import { isConnected, othersIn, type Standing, standingDestination } from './destination-of-part.ts';

/** An address or a subject in place of another one of the same kind. */
const mostLonger = 128;

const Params = z.strictObject({
  ...destinationParams,
  workload: workloadName,
});
type Params = z.output<typeof Params>;

/** Where the right value stands: it must say so still when it is copied. */
const Origin = z.object({
  origin: z.string(),
  originEntry: z.string(),
  originForm: z.enum(['yaml', 'text']),
});

/** A destination that is copied from another part's ConfigMap; a step that takes it back names none. */
const fromElsewhere: typeof destinations = {
  ...destinations,
  async besides(step, context) {
    if (!('origin' in step.precondition)) return {};
    const from = Origin.parse(step.precondition);
    const [namespace = '', map = ''] = from.origin.split('/');
    const seen = await lookAtMap(namespace, map, context);
    const spot = {
      ...destinations.spotIn(step),
      namespace,
      map,
      entry: from.originEntry,
      form: from.originForm,
    };
    return { ...from, originUid: seen.uid, originValue: valueOrNone(destinations, seen, spot) };
  },
};

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
  helpsCause: destinationFindings,
  paramsFor: destinationFor,
  instruction: 'set-config-text',
  changes: configChanges(mostLonger),
  async rights(params: Params, context: Context) {
    const { part, from, key } = params;
    const { deps } = context;
    const ofPart = await rightsToConfigure(
      params,
      mapNameOf(part, params, context),
      deps.platform.parts[part].configMap,
      context,
    );
    const { namespace } = deps.kubernetes;
    const services = { verb: 'list', group: '', resource: 'services', namespace };
    return [
      ...ofPart,
      ...(from === undefined ? [] : await rightsToRead(from, params, context)),
      ...(settingOfDestination(key).store === undefined ? [] : [services]),
    ];
  },

  async plan(params, context: Context): Promise<Plan> {
    const { part, key } = params;
    const { parts } = settingOfDestination(key);
    if (!parts.includes(part) || part === params.from) throw refused('setting-of-another', { key, part });
    const own = await standingDestination(part, params.workload, key, context);
    const { place, seen, spot, value: before } = own;
    mustRestartOnce(place, seen);
    const { from, shown: right } = await rightDestination(params, own, othersIn(params, context));
    const { value: to } = right;
    const kind = 'kubernetes-set-config-text';
    const shown = (value: string) => ({ key: spot.setting, value });
    const plan = await configPlan(
      { ...own, form: fromElsewhere, part, to, besides: originFacts(right), kind, shown },
      context,
    );
    const facts = { key: spot.setting, pods: seen.desired, ready: seen.ready };
    return {
      ...plan,
      schemaVersion: planSchema,
      actionId: 'kubernetes.set-config-text',
      actionVersion: 1,
      params: { ...params, workload: place.name, from },
      verifyWith: verifiedBy(params, context),
      undoVerifyWith: [takenUp(part)],
      blast: { key: 'kubernetes-set-config-text', facts: { ...facts, from, value: to, before } },
      undoBlast: { key: 'kubernetes-set-config-text-undo', facts: { ...facts, value: before } },
    };
  },

  ...onConfigMap(fromElsewhere),

  async settled(plan, context: Context) {
    const { key, ...named } = Params.parse(plan.params);
    if (!(await hasTakenUp(plan, context))) return false;
    const place = placeOf(named, context.deps);
    const seen = await look(place, context.deps, context.signal);
    return (
      settingOfDestination(key).store === undefined || isConnected(key, place, seen, named.part, context)
    );
  },
});

/** Where the value comes from, and that it stands there; facts are flat. */
function originFacts({ spot, map, value }: Standing): Facts {
  return {
    ...{ origin: `${spot.namespace}/${spot.map}`, originUid: map.uid },
    ...{ originEntry: spot.entry, originForm: spot.form, originValue: value },
  };
}

/** What it takes to read what another part runs with. */
async function rightsToRead(from: ConfiguredId, params: Params, context: Context) {
  const { kind, namespace, name } = placeOf({ part: from }, context.deps);
  const map = await mapNameOf(from, params, context);
  return [
    ...[
      {
        verb: 'get',
        group: '',
        resource: 'configmaps',
        namespace,
        name: map,
        feature: 'configmaps' as const,
      },
    ],
    ...[{ verb: 'get', group: 'apps', resource: kind, namespace, name, feature: 'restart' as const }],
    ...[{ verb: 'list', group: '', resource: 'pods', namespace, feature: 'configmaps' as const }],
  ];
}

/** The ConfigMap of a part; its usual name where it cannot be looked for. */
async function mapNameOf(one: ConfiguredId, { part, workload, key }: Params, context: Context) {
  return standingDestination(one, one === part ? workload : undefined, key, context).then(
    ({ spot }) => spot.map,
    () => context.deps.platform.parts[one].configMap,
  );
}
