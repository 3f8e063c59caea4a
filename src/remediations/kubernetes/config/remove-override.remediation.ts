import { z } from 'zod';
import { settingKeys } from '../../../domain/fix/config-advice.ts';
import {
  defineRemediation,
  type FieldChange,
  type Plan,
  type PlanStep,
  planSchema,
} from '../../../domain/fix/remediation.ts';
import { AppError } from '../../../domain/kernel/errors.ts';
import type { Facts } from '../../../domain/kernel/facts.ts';
import { own } from '../../../domain/kernel/own.ts';
import { present } from '../../../domain/kernel/present.ts';
import { isNamedPart, tierOf, unknownPart } from '../../shared/named-part.ts';
import { refused } from '../../shared/stale.ts';
import { takenUp, verifyPart } from '../../shared/verify-part.ts';
import { runsWith } from '../../values/number-in-metrics.ts';
import { valueIn } from '../../values/number-in-yaml.ts';
import { mustNotWork } from '../../values/value-in-use.ts';
import { maySecret, mustBeNoSecret, overrideFor, overrideParams } from '../../values/variable-or-flag.ts';
import { fileMapOf, lookAtMap, sourceOf } from '../object/config-source.ts';
import { lasting } from '../object/lasting.ts';
import { otherHandIn } from '../object/other-hand.ts';
import type { FieldPath } from '../object/ownership.ts';
import { standingIn } from '../object/standing.ts';
import {
  asDeployment,
  type Context,
  dryRun,
  identityOf,
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
import { argsWithout, isAway, Override, overrideOf, restored, stands, without } from './override.ts';
import { isYounger } from './younger-pods.ts';

/** On the object: what was taken away by a fix, and not changed since, may be put back. */
const annotation = 'aetherius.io/uncovered-generation';
const prefix = 'generation ';

const Params = z.strictObject({ ...overrideParams, workload: workloadName });
type Params = z.output<typeof Params>;

/** What the file says, and where: all of it must still hold when the override goes. */
const Below = z.looseObject({ map: z.string(), entry: z.string(), key: z.string() });

const fields = (becomes: 'shorter' | 'longer', mark: FieldChange['to']): [FieldChange, ...FieldChange[]] => [
  { path: ['spec', 'template', 'spec', 'containers[]', 'env'], to: { becomes, most: 1 } },
  { path: ['spec', 'template', 'spec', 'containers[]', 'args'], to: { becomes, most: 2 } },
  { path: ['metadata', 'annotations', annotation], to: mark },
];

export const removeOverride = defineRemediation({
  id: 'kubernetes.remove-override',
  version: 1,
  doc: `Takes from a Deployment the variable or flag that hides a key of the configuration file (C1.b).
It is one entry of \`env\` with a value of its own, or one flag of \`args\`; everything else of the container stays.
From then on the value of the ConfigMap counts, and the plan shows both.
Refused where the variable comes from a ConfigMap or Secret, stands there twice or is used by other settings.
Refused, too, where the flag stands in the command or a shell reads it, and where something else would still hide the key.
Refused where the program is connected by the value that it would take away.
Refused unless the file's value is surely right: a number of the guide within its bounds, or an address that open connections prove.
A value that may be a secret is never shown, and left to people: it would have to be kept for the undo.
It is done when all Pods run without it, and the service runs with the file's value where it says so.
Undo puts the very entry back at its place; it is refused once somebody has changed the workload.`,
  tier: 2,
  params: Params,
  needs: ['kubernetes'],
  on: 'kubernetes',
  helpsWith: [],
  helpsCause: ['CONFIG_OVERRIDDEN'],
  paramsFor: overrideFor,
  instruction: 'remove-override',
  changes: [
    {
      ...{ feature: 'workloads', group: 'apps', resources: [kinds.Deployment] },
      fields: fields('shorter', { becomes: 'mark', prefix }),
    },
    {
      ...{ feature: 'workloads', group: 'apps', resources: [kinds.Deployment] },
      fields: fields('longer', { becomes: 'unmarked', prefix }),
    },
  ],
  async rights(params: Params, context: Context) {
    const { kubernetes, platform } = context.deps;
    const rights = await rightsToChange(asDeployment(params), context, [], 'workloads');
    // Where the workload may not be looked at, that is the right that is missing.
    const map = await seenFor(params, context).then(
      ({ seen }) => fileMapOf(seen.object, params.part, platform),
      () => undefined,
    );
    const name = map ?? platform.parts[params.part].configMap;
    const { namespace } = kubernetes;
    return [...rights, { verb: 'get', group: '', resource: 'configmaps', namespace, name }];
  },

  async plan(params, context: Context): Promise<Plan> {
    const { deps } = context;
    const { part, key, name } = params;
    const { place, seen } = await seenFor(params, context);
    mustRollOut(place, seen);
    const known = isNamedPart(part, place.name, signsOf(seen.object), deps.platform);
    const override = overrideOf(seen.object, part, params, deps.platform);
    const { source, value } = await below(seen, override, params, place, context);
    mustBeNoSecret(key, override, value);
    await mustNotWork(params, override, value, context);
    const started = `${prefix}${seen.generation}`;
    const change = body(seen, override, false, started);
    const admitted = await dryRun(place, change, context, 'features.workloads');
    const target = `${targetOf(place)} ${override.container}`;
    const step = (kind: string, from: Facts, to: Facts, precondition: Facts): PlanStep => ({
      ...{ kind, target, from, to, safety: 'idempotent' },
      precondition: { ...identityOf(seen), ...override, ...precondition },
    });
    const hidden = { key, value: override.value, by: name };
    const shown = { key, value, by: `configmap/${source.map}` };
    const facts = { key, name, value, before: override.value, pods: seen.desired, ready: seen.ready };
    const late = (await isYounger(source, place, seen, context)) === false;
    const { notes = [], patch } = lastingOf(place, seen, override);
    return {
      schemaVersion: planSchema,
      actionId: 'kubernetes.remove-override',
      actionVersion: 1,
      environment: deps.environment,
      part,
      target: targetOf(place),
      identity: { uid: seen.uid },
      params: { ...params, workload: place.name },
      ...tierOf(known ? undefined : unknownPart(place.name), 2),
      notes: [
        ...(late ? [{ key: 'config-read-anew', facts: { map: source.map } }] : []),
        ...source.mayHide.map((secret) => ({ key: 'secret-may-hide', facts: { secret, key } })),
        ...notes,
      ],
      ...present({ patch }),
      steps: [
        step(
          'kubernetes-remove-override',
          hidden,
          { ...shown, name },
          {
            ...{ stands: true, map: source.map, entry: source.entry, key, below: value, admitted },
          },
        ),
      ],
      undo: [
        step(
          'kubernetes-restore-override',
          shown,
          { ...hidden, name },
          {
            // One change later, and that was ours.
            ...{ stands: false, generation: seen.generation + 1, started },
          },
        ),
      ],
      verifyWith: [
        ...verifyPart(part, deps),
        // What a Secret gives is not seen, so that this could only stay open.
        ...(source.mayHide.length > 0 ? [] : [{ probe: 'runtime.config-overrides', with: { part, key } }]),
      ],
      undoVerifyWith: [takenUp(part)],
      verifyWithinMs: 300_000,
      stableForMs: 15_000,
      blast: { key: 'kubernetes-remove-override', facts: { ...facts, map: source.map } },
      undoBlast: { key: 'kubernetes-remove-override-undo', facts },
      stepTimeoutMs: 15_000,
      objects: 1,
    };
  },

  ...onWorkload({
    at: (plan) => asDeployment(Params.parse(plan.params)),
    isDone,
    besides: async (step, seen, { place, context }) => {
      const { override, back } = read(step);
      const below = back ? undefined : await valueBelow(Below.parse(step.precondition), place, context);
      return {
        ...step.precondition,
        ...identityOf(seen),
        stands: stands(seen.object, override) && (back || !isAway(seen.object, override)),
        ...(below === undefined ? { started: startedOf(seen) } : { below }),
      };
    },
    body: (step, seen) => {
      const { override, back, started } = read(step);
      return body(seen, override, back, started);
    },
  }),

  async settled(plan, context: Context) {
    const params = Params.parse(plan.params);
    const [step] = plan.steps;
    const { seen } = await seenFor(params, context);
    if (seen.images !== step.precondition.images || !isDone(step, seen) || !rolledOut(seen)) return false;
    const key = settingKeys.find((one) => context.deps.platform.keys[one] === params.key);
    const value = Number(step.to.value);
    if (key === undefined || Number.isNaN(value)) return true;
    return (await runsWith({ part: params.part, key, value }, context)) !== false;
  },

  otherHand: (plan, context: Context) => otherHandIn(plan, [['spec', 'template']], context),

  standing(plan, context: Context) {
    const { override } = read(plan.steps[0]);
    return standingIn(plan, [fieldOf(override)], (object) => isAway(object, override), context);
  },
});

async function seenFor(params: Params, { deps, signal }: Context) {
  const wanted = asDeployment(params);
  const place = await named(placeOf(wanted, deps), wanted, deps, signal);
  return { place, seen: await look(place, deps, signal) };
}

/** What gives the key once the override is gone: the file of a ConfigMap, or it is refused. */
async function below(seen: Seen, override: Override, { part, key }: Params, place: Place, context: Context) {
  const bare = {
    ...seen.object,
    spec: { template: { spec: { ...podSpecOf(seen), containers: without(seen.object, override) } } },
  };
  const { name } = override;
  const source = await sourceOf(bare, part, key, place.namespace, context).catch((error: unknown) => {
    if (error instanceof AppError && error.facts.reason === 'setting-hidden')
      throw refused('override-behind', { key, name, behind: String(error.facts.name) });
    throw error;
  });
  if (source.form !== 'yaml') throw refused('override-behind', { key, name, behind: source.entry });
  const text = (await lookAtMap(place.namespace, source.map, context)).texts[source.entry];
  if (text === undefined) throw refused('config-not-in-map', { file: `${source.map}/${source.entry}` });
  const value = valueIn(text, key);
  // After a switch of its own the next element is something else.
  if (override.form === 'apart' && typeof value === 'boolean') throw refused('override-not-plain', { name });
  return { source, value: String(value) };
}

const podSpecOf = ({ object }: Seen) =>
  (object.spec as { readonly template: { readonly spec: object } }).template.spec;

/** The same value for whoever compares; null where there is none. */
async function valueBelow({ map, entry, key }: z.output<typeof Below>, place: Place, context: Context) {
  const { texts } = await lookAtMap(place.namespace, map, context);
  try {
    return String(valueIn(texts[entry] ?? '', key));
  } catch {
    return null;
  }
}

const startedOf = ({ object }: Seen) => own(object.metadata.annotations, annotation) ?? null;

/** The override, whether it is put back, and the mark that goes with that. */
function read({ kind, precondition }: PlanStep) {
  const back = kind === 'kubernetes-restore-override';
  return {
    override: Override.parse(precondition),
    back,
    started: back ? null : `${prefix}${Number(precondition.generation)}`,
  };
}

/** The mark tells that it was taken away by this step, and not by another hand. */
function isDone(step: PlanStep, seen: Seen): boolean {
  const { override, back, started } = read(step);
  const there = back ? stands(seen.object, override) : isAway(seen.object, override);
  return seen.uid === step.precondition.uid && there && startedOf(seen) === started;
}

function body({ object }: Seen, override: Override, back: boolean, started: string | null) {
  const containers = back ? restored(object, override) : without(object, override);
  return {
    metadata: { annotations: { [annotation]: started } },
    spec: { template: { spec: { containers } } },
  };
}

/** One entry of `env`; of arguments the whole list, for none of them has a name. */
const fieldOf = ({ container, form, name }: Override): FieldPath => [
  ...['spec', 'template', 'spec', 'containers', `name=${container}`],
  ...(form === 'variable' ? ['env', `name=${name}`] : ['args']),
];

/** Who would put it back, and the lines that do the same there. Of a flag these repeat the others, which may be secrets. */
function lastingOf(place: Place, seen: Seen, override: Override): Pick<Plan, 'notes' | 'patch'> {
  const { container, form, name } = override;
  const change = (more: object) => ({
    spec: { template: { spec: { containers: [{ name: container, ...more }] } } },
  });
  if (form === 'variable')
    return lasting(place, seen, [fieldOf(override)], change({ env: [{ name, $patch: 'delete' }] }));
  const args = argsWithout(seen.object, override);
  const { notes = [], patch } = lasting(place, seen, [fieldOf(override)], change({ args }));
  if (args.every((one) => !maySecret(name, one))) return { notes, ...present({ patch }) };
  return { notes: notes.filter(({ key }) => !key.startsWith('temporary')) };
}
