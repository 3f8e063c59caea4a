import { z } from 'zod';
import {
  destinationFindings,
  destinationFor,
  settingOfDestination,
} from '../../../domain/fix/destination-advice.ts';
import { defineRemediation, type Plan, planSchema } from '../../../domain/fix/remediation.ts';
import { refused } from '../../shared/stale.ts';
import { rightDestination } from '../../values/destination-of-others.ts';
import { destinationParams, verifiedBy } from '../../values/destination-params.ts';
import { type Context, serviceName } from '../container/containers.ts';
import { destinations } from './destination-in-file.ts';
import { areConnected, othersIn, standingDestination } from './destination-of-part.ts';
import { filePlan, hasTakenUp, onHostFile, readersIn } from './file-change.ts';

const Params = z.strictObject({ ...destinationParams, service: serviceName });
type Params = z.output<typeof Params>;

export const setConfigTextInFile = defineRemediation({
  id: 'compose.set-config-text',
  version: 1,
  doc: `Sets an address or the registration subject in the configuration file of a part as another part has it, and restarts its containers (S1.a, S1.b, S2.a).
No person types the value: it is read from the file of the other part, whose containers have started since it was written.
A host of PostgreSQL or NATS is taken only from a part that the store itself shows connected.
The name must lead both parts to the same container.
The host that stands there must lead nowhere: no container on a network of the part has that name, running or not.
Refused where the part finds names by something else, such as an extra host, a link or name servers of its own.
Of an address only host and port change; a user and a password beside them stay, and are never shown.
A registration subject is set on the side that the other subjects of both sides show to be wrong.
Both files have to be mounted from a folder of the host that the worker is given (\`runtime.files\`).
In the file not one other character changes, but for quotes that the value needs; its mode and its owner stay.
Refused where a flag or a variable hides the key, where an anchor gives the value to other keys, and where the file does not set it.
Of a file in a Git work tree the plan says that the next deploy may put it back, and gives the lines to keep.
It is done when the containers have started since the change and are well, and the part answers; with an address the store shows them connected.
Undo sets the former value where ours still stands, and restarts again.`,
  tier: 2,
  params: Params,
  needs: ['compose'],
  on: 'compose',
  helpsWith: [],
  helpsCause: destinationFindings,
  paramsFor: destinationFor,
  instruction: 'set-config-text',

  async plan(params: Params, context: Context): Promise<Plan> {
    const { part, key } = params;
    const { parts } = settingOfDestination(key);
    if (!parts.includes(part) || part === params.from) throw refused('setting-of-another', { key, part });
    const own = await standingDestination(params, key, 'change', context);
    const { from, shown: right } = await rightDestination(params, own, othersIn(params, context));
    const { source, value: before } = own;
    const { file: _, ...spot } = own.spot;
    const { value: to } = right;
    const shown = (value: string) => ({ key: spot.setting, value });
    const besides = { origin: right.source.path, originValue: to };
    const kind = 'compose-set-config-text';
    const plan = await filePlan(
      { form: destinations, part, source, spot, to, besides, kind, shown },
      context,
    );
    const facts = { key: spot.setting, containers: source.containers.length, service: source.service };
    return {
      ...plan,
      schemaVersion: planSchema,
      actionId: 'compose.set-config-text',
      actionVersion: 1,
      params: { ...params, from },
      verifyWith: verifiedBy(params, context),
      // It may end at its start again then; that the engine answers is all that can be asked of it.
      undoVerifyWith: [{ probe: 'compose.containers', with: { part: 'runtime' } }],
      blast: { key: 'compose-set-config-text', facts: { ...facts, from, value: to, before } },
      undoBlast: { key: 'compose-set-config-text-undo', facts: { ...facts, value: before } },
    };
  },

  ...onHostFile(destinations),

  async settled(plan, context: Context) {
    const { part, key } = Params.parse(plan.params);
    if (!(await hasTakenUp(plan, context))) return false;
    if (settingOfDestination(key).store === undefined) return true;
    return areConnected(key, await readersIn(plan, context), part, context);
  },
});
