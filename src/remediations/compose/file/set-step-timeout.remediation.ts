import { posix } from 'node:path';
import { z } from 'zod';
import { defineRemediation, type Plan, planSchema } from '../../../domain/fix/remediation.ts';
import { verifyPart } from '../../shared/verify-part.ts';
import { ofStep, type Written, writtenIn } from '../../values/number-in-yaml.ts';
import { executionsRunning, limitSaid } from '../../values/orchestrator-api.ts';
import {
  mustBeAlone,
  mustBeShort,
  stepFor,
  stepParams,
  stepPart,
  stepSign,
} from '../../values/step-timeout.ts';
import { type Context, serviceName } from '../container/containers.ts';
import { type Source, sourceOf } from '../container/file-source.ts';
import { filePlan, hasTakenUp, onHostFile } from './file-change.ts';
import { amounts } from './number-in-file.ts';

const Params = z.strictObject({ ...stepParams, service: serviceName });

export const setStepTimeoutInFile = defineRemediation({
  id: 'compose.set-step-timeout',
  version: 1,
  doc: `Gives one step of a workflow more time, and restarts the containers of orchestrator-service so that it counts (S5.a).
The step gets 300 seconds as in the guide, or 2.5 times its limit where that is more, up to 1800.
The workflow's file has to be mounted from a folder of the host that the worker is given (\`runtime.files\`).
In it not one other character changes, and its mode and owner stay.
Refused where another file has the same workflow, two steps have the same id, or an anchor gives the value to others too.
Refused, too, where the service does not say what the step may take, or says something else than the file.
The plan counts the executions that run: the restart breaks them off.
Of a file in a Git work tree it says that the next deploy may put it back, and gives the lines to keep.
It is done when the containers have started since the change and are well, and the service says that the step may take that long.
Undo sets the former time where ours still stands, and restarts again.`,
  tier: 2,
  params: Params,
  needs: ['compose', 'services'],
  on: 'compose',
  helpsWith: [],
  helpsCause: ['STEP_TIMED_OUT'],
  paramsFor: stepFor,
  instruction: 'raise-step-timeout',

  async plan(params, context: Context): Promise<Plan> {
    const { deps } = context;
    const { step, workflow, value } = params;
    const folder = deps.platform.files.workflows;
    const name = `${workflow}.yaml`;
    const inside = posix.join(folder, name);
    const source = await sourceOf({ ...params, part: stepPart }, inside, context);
    mustBeAlone(await textsIn(folder, source, context), name, workflow, source.path);
    const before = writtenIn(source.file.text, ofStep(step));
    await mustBeShort(params, before, context);
    const running = await executionsRunning(context);
    const shown = (seconds: Written) => ({ step, value: seconds });
    const spot = { form: 'step', setting: step, lasts: false } as const;
    const kind = 'compose-set-step-timeout';
    const plan = await filePlan(
      { form: amounts, part: stepPart, source, spot, to: value, kind, shown },
      context,
    );
    const { containers, service } = source;
    const facts = { step, workflow, running, containers: containers.length, service };
    return {
      ...plan,
      schemaVersion: planSchema,
      actionId: 'compose.set-step-timeout',
      actionVersion: 1,
      params,
      verifyWith: [...verifyPart(stepPart, deps), stepSign(params)],
      // It may bring a late step back; that it runs is all that can be asked of it.
      undoVerifyWith: [{ probe: 'compose.containers', with: { part: stepPart } }],
      blast: { key: 'compose-set-step-timeout', facts: { ...facts, value, before } },
      undoBlast: { key: 'compose-set-step-timeout-undo', facts: { ...facts, value: before } },
    };
  },

  ...onHostFile(amounts),

  async settled(plan, context: Context) {
    const params = Params.parse(plan.params);
    return (await hasTakenUp(plan, context)) && (await limitSaid(params, context)) === params.value;
  },
});

/** The files of a folder as the first container has them, by their names there. */
async function textsIn(
  folder: string,
  { containers }: Source,
  { deps, signal }: Context,
): Promise<Readonly<Record<string, string>>> {
  const files = (await deps.compose.files?.(containers[0]?.id ?? '', folder, { signal })) ?? [];
  return Object.fromEntries(files.map(({ path, text }) => [posix.relative(folder, path), text]));
}
