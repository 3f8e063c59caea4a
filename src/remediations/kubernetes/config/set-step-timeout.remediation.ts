import { z } from 'zod';
import { defineRemediation, type Plan, planSchema } from '../../../domain/fix/remediation.ts';
import { refused } from '../../shared/stale.ts';
import { takenUp, verifyPart } from '../../shared/verify-part.ts';
import type { Written } from '../../values/number-in-yaml.ts';
import { executionsRunning, limitSaid } from '../../values/orchestrator-api.ts';
import {
  mustBeAlone,
  mustBeShort,
  stepFor,
  stepParams,
  stepPart,
  stepSign,
} from '../../values/step-timeout.ts';
import { lookAtMap, mountOf } from '../object/config-source.ts';
import { type Context, look, named, placeOf, workloadName } from '../object/workload.ts';
import { configPlan, hasTakenUp, onConfigMap, rightsToConfigure } from './config-change.ts';
import { amountChanges, amounts, type Spot, valueAt } from './number-in-map.ts';

const Params = z.strictObject({ workload: workloadName, ...stepParams });
type Params = z.output<typeof Params>;

export const setStepTimeout = defineRemediation({
  id: 'kubernetes.set-step-timeout',
  version: 1,
  doc: `Gives one step of a workflow more time, and restarts orchestrator-service so that it counts (S5.a).
The step gets 300 seconds as in the guide, or 2.5 times its limit where that is more, up to 1800.
The workflow's file has to come from a ConfigMap; in it not one other character changes.
Refused where another file has the same workflow, two steps have the same id, or an anchor gives the value to others too.
Refused, too, where the service does not say what the step may take, or says something else than the file.
The plan counts the executions that run: the restart breaks them off.
It is done when all Pods are newer than the change, and the service says that the step may take that long.
Undo sets the former time where ours still stands, and restarts again.`,
  tier: 2,
  params: Params,
  needs: ['kubernetes', 'services'],
  on: 'kubernetes',
  helpsWith: [],
  helpsCause: ['STEP_TIMED_OUT'],
  paramsFor: stepFor,
  instruction: 'raise-step-timeout',
  changes: amountChanges,
  rights(params: Params, context: Context) {
    const map = sourceFor(params, context).then(({ mounted }) => mounted.map);
    const usual = context.deps.platform.parts[stepPart].configMap;
    return rightsToConfigure({ part: stepPart, ...params }, map, usual, context);
  },

  async plan(params, context: Context): Promise<Plan> {
    const { deps } = context;
    const { step, workflow, value } = params;
    const { place, seen, mounted } = await sourceFor(params, context);
    const map = await lookAtMap(place.namespace, mounted.map, context);
    mustBeAlone(map.texts, mounted.entry, workflow, `${mounted.map}/${mounted.entry}`);
    const spot: Spot = { ...mounted, form: 'step', setting: step, lasts: false };
    const before = valueAt(map, spot);
    await mustBeShort(params, before, context);
    const running = await executionsRunning(context);
    const shown = (seconds: Written) => ({ step, value: seconds });
    const kind = 'kubernetes-set-step-timeout';
    const wanted = { form: amounts, part: stepPart, place, seen, map, spot, to: value, kind, shown };
    const plan = await configPlan(wanted, context);
    const facts = { step, workflow, running, pods: seen.desired, ready: seen.ready };
    return {
      ...plan,
      schemaVersion: planSchema,
      actionId: 'kubernetes.set-step-timeout',
      actionVersion: 1,
      params: { ...params, workload: place.name },
      verifyWith: [...verifyPart(stepPart, deps), stepSign(params)],
      undoVerifyWith: [takenUp(stepPart)],
      blast: { key: 'kubernetes-set-step-timeout', facts: { ...facts, value, before } },
      undoBlast: { key: 'kubernetes-set-step-timeout-undo', facts: { ...facts, value: before } },
    };
  },

  ...onConfigMap(amounts),

  async settled(plan, context: Context) {
    const params = Params.parse(plan.params);
    return (await hasTakenUp(plan, context)) && (await limitSaid(params, context)) === params.value;
  },
});

/** The ConfigMap that gives the workflow's file to the service, by what the workload says of its next Pods. */
async function sourceFor(params: Params, context: Context) {
  const { deps, signal } = context;
  const asked = { part: stepPart, ...params } as const;
  const place = await named(placeOf(asked, deps), asked, deps, signal);
  const seen = await look(place, deps, signal);
  const file = `${deps.platform.files.workflows}/${params.workflow}.yaml`;
  const mounted = mountOf(seen.object, stepPart, file, deps.platform);
  if (mounted === undefined) throw refused('config-not-in-map', { file });
  return { place, seen, mounted };
}
