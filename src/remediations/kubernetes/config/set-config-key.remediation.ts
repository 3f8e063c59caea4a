import { z } from 'zod';
import { advisedFor, isFurther, settingFor } from '../../../domain/fix/config-advice.ts';
import { defineRemediation, type Plan, planSchema } from '../../../domain/fix/remediation.ts';
import { refused } from '../../shared/stale.ts';
import { takenUp, verifyPart } from '../../shared/verify-part.ts';
import { runsWith } from '../../values/number-in-metrics.ts';
import { settingOf, settingParams, signCalls } from '../../values/number-params.ts';
import { amountOf, writtenLike } from '../../values/time-units.ts';
import { lookAtMap, sourceOf } from '../object/config-source.ts';
import { type Context, look, named, placeOf, workloadName } from '../object/workload.ts';
import { configPlan, hasTakenUp, onConfigMap, rightsToConfigure } from './config-change.ts';
import { amountChanges, amounts, type Spot, valueAt } from './number-in-map.ts';

const Params = z.strictObject({ ...settingParams, workload: workloadName });
type Params = z.output<typeof Params>;

export const setConfigKey = defineRemediation({
  id: 'kubernetes.set-config-key',
  version: 1,
  doc: `Sets one number in the configuration of a service, and restarts it so that it counts (S3.a, S3.b, S4.a, S5.b, D1.b, D4.a).
It goes the way of the guide alone, such as more workers or a smaller pool, and stays within the bounds of the key.
The value stands in the file of a ConfigMap, or in a ConfigMap as the service's own variable.
In a file not one other character changes: comments, quotes and line ends stay.
A time keeps the unit that it has there, such as \`60s\`; a form that is not understood is refused.
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
  changes: amountChanges,
  rights(params: Params, context: Context) {
    const map = sourceFor(params, context).then(({ source }) => source.map);
    return rightsToConfigure(params, map, context.deps.platform.parts[params.part].configMap, context);
  },

  async plan(params, context: Context): Promise<Plan> {
    const { deps } = context;
    const { value, part } = params;
    const setting = settingOf(params);
    const { place, seen, source } = await sourceFor(params, context);
    const { mayHide, ...there } = source;
    const spot: Spot = { ...there, setting: nameOf(params, deps), lasts: 'unit' in setting };
    const map = await lookAtMap(place.namespace, spot.map, context);
    const before = valueAt(map, spot);
    if (!isFurther(setting.way, amountOf(before), value))
      throw refused('setting-there-already', { key: spot.setting, value: before });
    const to = writtenLike(before, value, spot.setting);
    const shown = (one: typeof to) => ({ key: spot.setting, value: one });
    const kind = 'kubernetes-set-config-key';
    const plan = await configPlan(
      { form: amounts, part, place, seen, map, spot, to, mayHide, kind, shown },
      context,
    );
    const facts = { key: spot.setting, pods: seen.desired, ready: seen.ready };
    return {
      ...plan,
      schemaVersion: planSchema,
      actionId: 'kubernetes.set-config-key',
      actionVersion: 1,
      params: { ...params, workload: place.name },
      verifyWith: [...verifyPart(part, deps), ...signCalls(params)],
      undoVerifyWith: [takenUp(part)],
      blast: { key: 'kubernetes-set-config-key', facts: { ...facts, value: to, before } },
      undoBlast: { key: 'kubernetes-set-config-key-undo', facts: { ...facts, value: before } },
    };
  },

  ...onConfigMap(amounts),

  async settled(plan, context: Context) {
    return (
      (await hasTakenUp(plan, context)) && (await runsWith(Params.parse(plan.params), context)) !== false
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
