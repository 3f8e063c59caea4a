import { z } from 'zod';
import { settingKeys } from '../../../domain/fix/config-advice.ts';
import { defineRemediation, type Plan, type PlanStep, planSchema } from '../../../domain/fix/remediation.ts';
import { AppError } from '../../../domain/kernel/errors.ts';
import type { Facts } from '../../../domain/kernel/facts.ts';
import { factsOf } from '../../../domain/platform/platform.ts';
import type { ComposeAnew, ComposeContainer, ComposeImage } from '../../../domain/probe/targets/compose.ts';
import { refused } from '../../shared/stale.ts';
import { verifyPart } from '../../shared/verify-part.ts';
import { runsWith } from '../../values/number-in-metrics.ts';
import { valueIn } from '../../values/number-in-yaml.ts';
import { mustNotWork } from '../../values/value-in-use.ts';
import {
  elementsOf,
  type Given,
  givenBy,
  isFlag,
  maySecret,
  mustBeNoSecret,
  overrideFor,
  overrideParams,
} from '../../values/variable-or-flag.ts';
import { keptIn } from './compose-files.ts';
import { named } from './containers.ts';
import { isAt, mustCount } from './file-source.ts';
import { containerKept, onReplacement, replaceable, replacementPlan, runsInstead } from './replacement.ts';
import { anewOf, lacksGiven, type Running, type Wanted } from './replacing.ts';

const Params = z.strictObject(overrideParams);
type Params = z.output<typeof Params>;

/** What the file says, as a step keeps it: it must still say so when the container is made, and when it is started. */
const Below = z.object({ below: z.string(), below_file: z.string(), below_key: z.string() });

export const removeOverrideAnew = defineRemediation({
  id: 'compose.remove-override',
  version: 1,
  doc: `Makes the container of a service anew without the variable or flag that hides a key of the configuration file (C1.b).
It is one variable, or one flag of the command; everything else of the container stays, its image too.
From then on the value of the mounted file counts, and the plan shows both.
The new container is made beside the old one; then the old one stops and gives its name away, and the new one starts.
The old container stays, stopped and under another name, until somebody removes it: the undo needs it.
Refused where the image has the variable or the flag as well, and where its own command would take the place of the flag.
Refused where a shell reads the flag, where other settings use the variable, and where something else would still hide the key.
Refused where the file lies in no folder or volume that is mounted.
Refused where the program is connected by the value that it would take away.
Refused unless the file's value is surely right: a number of the guide within its bounds, or an address that open connections prove.
A value that may be a secret is never shown, and left to people.
Refused, too, where no container may be made in the place of this one, as with another image.
The next \`docker compose up\` may make it anew once more, with what the Compose file says, so it is taken away there as well.
It is done when the new container runs without it and, if it has a health check, is healthy.
The service must also run with the file's value where it says so.
Undo gives the old one its name and its restart policy back, and removes the new one.
It is of risk 3, and off until \`environments.<name>.runtime.recreate\` is on.`,
  // Each of its plans is of tier 3: a policy that names nobody for that does not offer it, and starts all the same.
  tier: 2,
  params: Params,
  needs: ['compose'],
  on: 'compose',
  helpsWith: [],
  helpsCause: ['CONFIG_OVERRIDDEN'],
  paramsFor: overrideFor,
  instruction: 'remove-override-compose',

  async plan(params: Params, context: Running): Promise<Plan> {
    const { deps } = context;
    const { part, key, name } = params;
    const { service, old, anew } = await replaceable(part, context);
    if (old.state !== 'running') throw refused('override-not-running', { container: old.name });
    const given = givenBy(asGiving(old), part, params, deps.platform);
    const image = await imageOf(old, anew, context);
    mustBeItsOwn(old, given, image);
    const file = factsOf(deps.platform, part).configFile ?? '';
    mustStay(old, file);
    mustShow(old, given, params, file, context);
    const value = await valueBelow(old.id, file, key, context);
    mustBeNoSecret(key, given, value);
    // After a switch of its own the next element is something else.
    if (given.form === 'apart' && /^(?:true|false)$/.test(value))
      throw refused('override-not-plain', { name });
    await mustNotWork(params, given, value, context);
    const wanted: Wanted = {
      ...{ image, without: given },
      whileIt: 'runs',
      kind: 'compose-create-without',
      from: { key, value: given.value, by: name },
      to: { key, value, by: file, name },
      besides: { below: value, below_file: file, below_key: key },
    };
    const facts = { service, key, name, value, before: given.value, file };
    return {
      ...replacementPlan(part, service, old, wanted, context),
      schemaVersion: planSchema,
      actionId: 'compose.remove-override',
      actionVersion: 1,
      params,
      ...lostAnew(service, old, given),
      verifyWith: [...verifyPart(part, deps), { probe: 'runtime.config-overrides', with: { part, key } }],
      // It runs with what hides the key again; that it runs is all that can be asked of it.
      undoVerifyWith: [{ probe: 'compose.containers', with: { part } }],
      blast: { key: 'compose-remove-override', facts },
      undoBlast: { key: 'compose-remove-override-undo', facts },
    };
  },

  ...onReplacement(besides),

  async settled(plan, context: Running) {
    const { part, key: asked } = Params.parse(plan.params);
    const [step] = plan.steps;
    if (!(await runsInstead(step, context))) return false;
    const key = settingKeys.find((one) => context.deps.platform.keys[one] === asked);
    const value = Number(step.to.value);
    if (key === undefined || Number.isNaN(value)) return true;
    return (await runsWith({ part, key, value }, context)) !== false;
  },

  /** By what serves now: one that Compose has made since shows what its file says. */
  async standing({ steps: [step], params }, context: Running) {
    const { part, name } = Params.parse(params);
    const id = String(step.precondition.container_id);
    const { containers } = await named({ part }, context);
    const others = containers.filter((one) => one.id !== id);
    const form = name.startsWith('-') ? 'joined' : 'variable';
    const gone = { form, at: 0, name, value: '' } as const;
    if (others.length === 0 || !others.every((one) => lacksGiven(one, gone))) return { is: 'gone' };
    return { is: others.some(({ making }) => making?.replaces === id) ? 'ours' : 'kept' };
  },
});

const asGiving = ({ entrypoint = [], command, env, check }: ComposeContainer) => ({
  ...{ command: entrypoint, args: command, others: check },
  env: Object.entries(env).map(([name, value]) => ({ name, value })),
});

/** The image of the container, which the engine still has. */
async function imageOf(
  { image, imageId = '' }: ComposeContainer,
  anew: ComposeAnew,
  { signal }: Running,
): Promise<ComposeImage & { readonly name: string }> {
  const [own, tagged] = await Promise.all([anew.image(imageId, { signal }), anew.image(image, { signal })]);
  if (own === undefined) throw refused('anew-present-gone', { image });
  return { ...own, name: tagged?.id === own.id ? image : own.id };
}

/** What the image has is there without the container's own word as well, and what the image starts comes in its place. */
function mustBeItsOwn(
  { image, command }: ComposeContainer,
  given: Given,
  { env, command: ofImage }: ComposeImage,
): void {
  const { form, name } = given;
  const there = form === 'variable' ? Object.hasOwn(env, name) : ofImage.some((word) => isFlag(word, name));
  if (there) throw refused('override-of-image', { name, image });
  if (form !== 'variable' && left(command, given).length === 0 && ofImage.length > 0)
    throw refused('override-before-image', { name, image });
}

const left = (command: readonly string[], given: Given): readonly string[] =>
  given.form === 'variable' ? command : command.toSpliced(given.at, elementsOf(given).length);

/** The file is the new container's as well only where it is mounted. */
function mustStay({ mounted = [], name }: ComposeContainer, file: string): void {
  if (!mounted.some(({ kind, destination }) => kind !== 'tmpfs' && isAt(file, destination)))
    throw refused('override-file-inside', { file, container: name });
}

/** Refused where something else would still hide the key. */
function mustShow(
  old: ComposeContainer,
  given: Given,
  { part, key, name }: Params,
  file: string,
  context: Running,
): void {
  const { [given.form === 'variable' ? name : '']: _, ...env } = old.env;
  const without = { ...old, env, command: left(old.command, given) };
  try {
    mustCount({ containers: [without] }, part, key, file, context);
  } catch (error) {
    if (error instanceof AppError && error.facts.reason === 'setting-hidden')
      throw refused('override-behind', { key, name, behind: String(error.facts.name) });
    throw error;
  }
}

/** What the file says, as the engine gives it out of that container, whether or not it runs. */
async function valueBelow(id: string, file: string, key: string, { deps, signal }: Running): Promise<string> {
  const [seen] = (await deps.compose.files?.(id, file, { signal })) ?? [];
  if (seen === undefined) throw refused('override-file-unread', { file });
  return String(valueIn(seen.text, key));
}

/**
 * What the file says now: before the container is made in the old one, and before it is started in the new one. Of a
 * file that is mounted alone the two may have different ones.
 */
async function besides(step: PlanStep, context: Running): Promise<Facts> {
  const of = Below.safeParse(step.precondition);
  if (!of.success) return {};
  const { below_file: file, below_key: key } = of.data;
  const old = String(step.precondition.container_id);
  const [made] = await anewOf(context).madeFor(old, { signal: context.signal });
  const below = await valueBelow(made?.id ?? old, file, key, context).catch((error: unknown) => {
    if (error instanceof AppError && error.code === 'CONFLICT') return null;
    throw error;
  });
  return { below };
}

/** What the Compose file is to say; of a flag the others are repeated, which may be secrets. */
function lostAnew(service: string, old: ComposeContainer, given: Given): Pick<Plan, 'notes' | 'patch'> {
  const { form, name } = given;
  const notes = [
    containerKept(old),
    { key: 'file-read-anew', facts: { service } },
    { key: 'lost-override', facts: { service, name } },
  ];
  const rest = left(old.command, given);
  if (form !== 'variable' && rest.some((word) => maySecret(name, word))) return { notes };
  const command = rest.length === 0 ? '!reset null' : JSON.stringify(rest);
  return {
    notes: [...notes, { key: 'lost-override-patch', facts: {} }],
    patch: [
      `# ${keptIn([old])}`,
      'services:',
      `  ${JSON.stringify(service)}:`,
      ...(form === 'variable'
        ? ['    environment:', `      ${JSON.stringify(name)}: !reset null`]
        : [`    command: ${command}`]),
    ],
  };
}
