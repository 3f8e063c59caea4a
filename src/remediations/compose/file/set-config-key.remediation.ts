import { z } from 'zod';
import { advisedFor, isFurther, settingFor } from '../../../domain/fix/config-advice.ts';
import { defineRemediation, type Plan, planSchema } from '../../../domain/fix/remediation.ts';
import { refused } from '../../shared/stale.ts';
import { verifyPart } from '../../shared/verify-part.ts';
import { runsWith } from '../../values/number-in-metrics.ts';
import { ofKey, writtenIn } from '../../values/number-in-yaml.ts';
import { settingOf, settingParams, signCalls } from '../../values/number-params.ts';
import { amountOf, writtenLike } from '../../values/time-units.ts';
import { type Context, serviceName } from '../container/containers.ts';
import { mustCount, sourceOf } from '../container/file-source.ts';
import { filePlan, hasTakenUp, onHostFile } from './file-change.ts';
import { amounts } from './number-in-file.ts';

const Params = z.strictObject({ ...settingParams, service: serviceName });
type Params = z.output<typeof Params>;

export const setConfigKeyInFile = defineRemediation({
  id: 'compose.set-config-key',
  version: 1,
  doc: `Sets one number in the configuration file of a Compose service, and restarts its containers so that it counts (S3.a, S3.b, S4.a, S5.b, D1.b, D4.a).
It goes the way of the guide alone, such as more workers or a smaller pool, and stays within the bounds of the key.
The file has to be mounted from a folder of the host that the worker is given (\`runtime.files\`).
In it not one other character changes: comments, quotes and line ends stay, and so do its mode and its owner.
A time keeps the unit that it has there, such as \`60s\`; a form that is not understood is refused.
Refused where the worker and the container do not see the same text, and where a flag or a variable hides the key.
Refused, too, where a link leads out of the folder, or where the file has a second name.
Only the containers of the part restart; who else has the file is named.
Of a file in a Git work tree the plan says that the next deploy may put it back, and gives the lines to keep.
It is done when the containers have started since the change and are well, and the service runs with the value where it says so.
What was found must be gone as well.
Undo sets the former value where ours still stands, and restarts again.`,
  tier: 2,
  params: Params,
  needs: ['compose'],
  on: 'compose',
  helpsWith: [],
  helpsCause: advisedFor,
  paramsFor: settingFor,
  instruction: 'set-config-key',

  async plan(params: Params, context: Context): Promise<Plan> {
    const { deps } = context;
    const { key, value, part } = params;
    const setting = settingOf(params);
    const name = deps.platform.keys[key];
    const inside = deps.platform.parts[part].configFile;
    const source = await sourceOf(params, inside, context);
    mustCount(source, part, name, inside, context);
    const lasts = 'unit' in setting;
    const before = writtenIn(source.file.text, ofKey(name, lasts));
    if (!isFurther(setting.way, amountOf(before), value))
      throw refused('setting-there-already', { key: name, value: before });
    const to = writtenLike(before, value, name);
    const shown = (one: typeof to) => ({ key: name, value: one });
    const spot = { form: 'yaml', setting: name, lasts } as const;
    const wanted = { form: amounts, part, source, spot, to, kind: 'compose-set-config-key', shown };
    const plan = await filePlan(wanted, context);
    const facts = { key: name, containers: source.containers.length, service: source.service };
    return {
      ...plan,
      schemaVersion: planSchema,
      actionId: 'compose.set-config-key',
      actionVersion: 1,
      params,
      verifyWith: [...verifyPart(part, deps), ...signCalls(params)],
      // It may bring a sick part back; that it runs is all that can be asked of it.
      undoVerifyWith: [{ probe: 'compose.containers', with: { part } }],
      blast: { key: 'compose-set-config-key', facts: { ...facts, value: to, before } },
      undoBlast: { key: 'compose-set-config-key-undo', facts: { ...facts, value: before } },
    };
  },

  ...onHostFile(amounts),

  async settled(plan, context: Context) {
    return (
      (await hasTakenUp(plan, context)) && (await runsWith(Params.parse(plan.params), context)) !== false
    );
  },
});
