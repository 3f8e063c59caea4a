import { z } from 'zod';
import { stepTimeoutFor } from '../../domain/fix/config-advice.ts';
import { defineRemediation, type Plan, planSchema } from '../../domain/fix/remediation.ts';
import { guideStepTimeout } from '../../domain/platform/table.ts';
import { amountOf } from '../config-amount.ts';
import { valueIn, type Written } from '../config-text.ts';
import { refused } from '../stale.ts';
import { takenUp, verifyPart } from '../verify-part.ts';
import { configPlan, hasTakenUp, onConfigMap, rightsToConfigure } from './config-change.ts';
import { lookAtMap, mountOf, type SeenMap } from './config-source.ts';
import { amountChanges, amounts, type Spot, valueAt } from './config-value.ts';
import { executionsRunning, limitSaid } from './step-proof.ts';
import { type Context, look, named, placeOf, workloadName } from './workload.ts';

const part = 'orchestrator-service' as const;

const Params = z.strictObject({
  workload: workloadName,
  workflow: z
    .string()
    .max(200)
    .regex(/^[\p{L}\p{N}_][\p{L}\p{N}_.-]*$/u)
    .meta({ description: 'Id of the workflow, which is the name of its file.' }),
  step: z
    .string()
    .max(200)
    .regex(/^[\p{L}\p{N}_][\p{L}\p{N}_. -]*$/u)
    .meta({ description: 'Id of the step.' }),
  value: z
    .int()
    .min(1)
    .max(guideStepTimeout.most)
    .meta({ description: 'Seconds that it may take from then on.' }),
});
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
  paramsFor(finding) {
    const params = Params.safeParse(stepTimeoutFor(finding));
    return params.success ? stepTimeoutFor(finding) : undefined;
  },
  instruction: 'raise-step-timeout',
  changes: amountChanges,
  rights(params: Params, context: Context) {
    const map = sourceFor(params, context).then(({ mounted }) => mounted.map);
    const usual = context.deps.platform.parts[part].configMap;
    return rightsToConfigure({ part, ...params }, map, usual, context);
  },

  async plan(params, context: Context): Promise<Plan> {
    const { deps } = context;
    const { step, workflow, value } = params;
    const { place, seen, mounted } = await sourceFor(params, context);
    const map = await lookAtMap(place.namespace, mounted.map, context);
    mustBeAlone(map, mounted.entry, workflow);
    const spot: Spot = { ...mounted, form: 'step', setting: step, lasts: false };
    const before = valueAt(map, spot);
    const said = await limitSaid(params, context);
    if (said === undefined) throw refused('step-limit-unsaid', { step });
    if (said !== before) throw refused('step-limit-differs', { step, said, file: before });
    if (amountOf(before) >= value) throw refused('setting-there-already', { key: step, value: before });
    const running = await executionsRunning(context);
    const shown = (seconds: Written) => ({ step, value: seconds });
    const kind = 'kubernetes-set-step-timeout';
    const wanted = { form: amounts, part, place, seen, map, spot, to: value, kind, shown };
    const plan = await configPlan(wanted, context);
    const facts = { step, workflow, running, pods: seen.desired, ready: seen.ready };
    return {
      ...plan,
      schemaVersion: planSchema,
      actionId: 'kubernetes.set-step-timeout',
      actionVersion: 1,
      params: { ...params, workload: place.name },
      verifyWith: [
        ...verifyPart(part, deps),
        { probe: 'services.step-timeouts', with: { subject: `${workflow}/${step}`, ranOut: 'step-limit' } },
      ],
      undoVerifyWith: [takenUp(part)],
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
  const asked = { part, ...params } as const;
  const place = await named(placeOf(asked, deps), asked, deps, signal);
  const seen = await look(place, deps, signal);
  const file = `${deps.platform.files.workflows}/${params.workflow}.yaml`;
  const mounted = mountOf(seen.object, part, file, deps.platform);
  if (mounted === undefined) throw refused('config-not-in-map', { file });
  return { place, seen, mounted };
}

/** Of two files with one workflow nobody knows which one the service takes. */
function mustBeAlone({ texts, object }: SeenMap, entry: string, workflow: string): void {
  const same = Object.keys(texts).filter((one) => isOf(texts[one] ?? '', workflow));
  const [other] = same.filter((one) => one !== entry);
  if (other !== undefined) throw refused('workflow-twice', { workflow, file: entry, other });
  if (!same.includes(entry))
    throw refused('workflow-not-in-map', { workflow, file: `${object.metadata.name}/${entry}` });
}

function isOf(text: string, workflow: string): boolean {
  try {
    return valueIn(text, 'id') === workflow;
  } catch {
    return false;
  }
}
