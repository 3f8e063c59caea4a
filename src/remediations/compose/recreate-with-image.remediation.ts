import { z } from 'zod';
import { defineRemediation, type Plan, planSchema } from '../../domain/fix/remediation.ts';
import { AppError } from '../../domain/kernel/errors.ts';
import type { Facts } from '../../domain/kernel/facts.ts';
import { earlierImage, repositoryOf } from '../../domain/platform/ran-image.ts';
import { failsByItself, isLive, runsWell } from '../../domain/probe/container-life.ts';
import { nameBefore } from '../../domain/probe/replaced-container.ts';
import type { ComposeAnew, ComposeContainer } from '../../domain/probe/targets/compose.ts';
import { isNamedPart } from '../named-part.ts';
import { refused, stale } from '../stale.ts';
import { verifyPart } from '../verify-part.ts';
import { keptIn } from './compose-files.ts';
import { named, objectOf, signsOf } from './containers.ts';
import { apply, look, observed, type Running, shortId, stepsOf, type Wanted } from './replacing.ts';

/** What keeps data is made anew by people, with the Compose file. */
const recreatable = z.enum(['agent-manager', 'orchestrator-service', 'reasoning-service', 'collect-agent']);
const Params = z.strictObject({
  part: recreatable.meta({
    description: 'Part of the platform that ends since it was made from another image.',
  }),
});

export const recreateWithImage = defineRemediation({
  id: 'compose.recreate-with-image',
  version: 1,
  doc: `Makes the container of a service or a collect agent anew, with the image that was seen to run before.
It is for a container that ends or is unhealthy. Its present image was never seen to run.
The new container is made beside the old one, with the same settings, mounts, networks and ports; what the old one had from its image comes from the new one's.
Then the old one stops and gives its name away, and the new one starts.
The old container stays, stopped and under another name, until somebody removes it: the undo needs it.
Refused for several containers, and for one that Compose did not make.
Refused for one that is privileged, removes itself, shares a namespace, or has a volume without a name.
Refused where another container uses its network, processes or volumes.
Refused where no earlier image was seen, or the engine does not have it any more.
The next \`docker compose up\` may make it anew once more, from the image of the file, so the image belongs there as well.
It is done when the new container runs with that image and, if it has a health check, is healthy, and the part answers.
Undo gives the old one its name and its restart policy back, and removes the new one.
It is of risk 3, and off until \`environments.<name>.runtime.recreate\` is on.`,
  // Each of its plans is of tier 3: a policy that names nobody for that does not offer it, and starts all the same.
  tier: 2,
  params: Params,
  needs: ['compose'],
  on: 'compose',
  helpsWith: ['CONTAINER_EXITED', 'CONTAINER_RESTARTING', 'CONTAINER_UNHEALTHY'],
  helpsCause: ['PART_NOT_RUNNING', 'PART_NOT_READY', 'SERVICE_EXITS_AT_START'],
  paramsFor({ part: found, facts }, at) {
    const part = recreatable.safeParse(at ?? found);
    // Said where one was seen to run before, and the present one was not.
    if (!part.success || typeof facts['imageBefore'] !== 'string') return undefined;
    return { part: part.data };
  },
  instruction: 'set-image-in-file',

  async plan({ part }, context: Running): Promise<Plan> {
    const { deps, now } = context;
    const { compose } = deps;
    if (compose.anew === undefined)
      throw refused('recreate-off', { setting: `environments.${deps.environment}.runtime.recreate` });
    const { service, containers } = await named({ part }, context);
    const [old, ...more] = containers;
    if (old === undefined) throw refused('no-target', { workload: service });
    if (more.length > 0)
      throw refused('several-containers', { containers: containers.map(({ name }) => name).join(', ') });
    if (!isNamedPart(part, service, signsOf(containers), deps.platform))
      throw refused('anew-unknown', { service });
    await mustBeMakeable(old, context);
    if (runsWell(old, now())) throw refused('anew-runs', { container: old.name });
    if (!failsByItself(old, now())) throw refused('anew-stopped', { container: old.name });
    const wanted = await wantedImage(part, old, compose.anew, context);
    const { made, undo } = stepsOf(old, wanted);
    const facts = { service, image: wanted.image };
    return {
      schemaVersion: planSchema,
      actionId: 'compose.recreate-with-image',
      actionVersion: 1,
      environment: deps.environment,
      part,
      target: `compose/${compose.project}/${service}`,
      identity: { 'container_id.0': old.id },
      params: { part },
      // What runs afterwards is another version than the file says.
      tier: 3,
      notes: [
        { key: 'image-ran', facts: { image: wanted.image, id: shortId(wanted.id), at: wanted.at } },
        { key: 'schema-stays', facts: {} },
        { key: 'container-kept', facts: { container: nameBefore(old.name, old.id) } },
        { key: 'lost-image', facts: { service, image: old.image } },
      ],
      patch: inFile(service, old, wanted),
      steps: made,
      undo,
      verifyWith: verifyPart(part, deps),
      // It is as broken as before then; that the engine answers is all that can be asked of it.
      undoVerifyWith: [{ probe: 'compose.containers', with: { part: 'runtime' } }],
      verifyWithinMs: 180_000,
      stableForMs: 20_000,
      blast: { key: 'compose-recreate', facts },
      undoBlast: { key: 'compose-recreate-undo', facts: { service, image: old.image } },
      stepTimeoutMs: 45_000,
      objects: 2,
    };
  },

  async object({ steps: [step] }, { deps, signal }: Running) {
    const { compose } = deps;
    const id = String(step.precondition['container_id']);
    const made = (await compose.anew?.madeFor(id, { signal })) ?? [];
    const old = await compose.inspect(id, { signal }).catch((error: unknown) => {
      // Somebody has removed it: it will not come back, so nobody waits for it.
      if (error instanceof AppError && error.code === 'NOT_FOUND')
        throw stale({ container_id: id }, { container_id: null });
      throw error;
    });
    return objectOf([old, ...made], compose.project);
  },

  async applyStep(step, _plan, context: Running): Promise<Facts> {
    const both = await look(step, context);
    const is = observed(step, both);
    if (is === 'done') return { already: true };
    if (is === 'unknown') throw stale(step.precondition, factsOf(both));
    context.signal.throwIfAborted();
    await apply(step, both, context);
    return { container: both.old.name };
  },

  async observeStep(step, _plan, context: Running) {
    return observed(step, await look(step, context));
  },

  async mark({ steps: [step] }, context: Running) {
    return (await look(step, context)).made?.startedAt ?? '';
  },

  /** Another signal than what was written: what runs, from which image, and that the other one does not. */
  async settled({ steps: [step] }, context: Running) {
    const { old, made } = await look(step, context);
    if (made?.state !== 'running' || (made.health !== undefined && made.health !== 'healthy')) return false;
    return made.imageId === step.precondition['wanted_id'] && !isLive(old);
  },

  /** By what serves now: one that Compose has made since shows what its file says. */
  async standing({ steps: [step], params }, context: Running) {
    const wanted = step.precondition['wanted_id'];
    const id = String(step.precondition['container_id']);
    const { containers } = await named(Params.parse(params), context);
    const others = containers.filter((one) => one.id !== id);
    if (others.length === 0 || !others.every(({ imageId }) => imageId === wanted)) return { is: 'gone' };
    return { is: others.some(({ making }) => making?.replaces === id) ? 'ours' : 'kept' };
  },
});

const factsOf = ({ old, made }: Awaited<ReturnType<typeof look>>): Facts => ({
  container_id: old.id,
  image_id: old.imageId ?? null,
  name: old.name,
  state: old.state,
  made: made?.id ?? null,
});

/** What of the container keeps another one from being made in its place. */
async function mustBeMakeable(old: ComposeContainer, { deps, signal }: Running): Promise<void> {
  const [obstacle] = old.making?.obstacles ?? (['not-compose'] as const);
  if (obstacle !== undefined) throw refused(`anew-${obstacle}`, { container: old.name });
  const leaning = (await deps.compose.containers({ signal })).filter(({ making }) =>
    making?.leansOn.some((one) => one === old.name || (one.length >= 12 && old.id.startsWith(one))),
  );
  if (leaning.length > 0)
    throw refused('anew-leaned-on', { containers: leaning.map(({ name }) => name).join(', ') });
}

/** The image that was seen to run before: the engine still has it, and it is of the same repository. */
async function wantedImage(
  part: z.output<typeof recreatable>,
  old: ComposeContainer,
  anew: ComposeAnew,
  { deps, signal }: Running,
): Promise<Wanted> {
  const ran = (await deps.compose.ran?.(part)) ?? [];
  if (ran.some(({ id }) => id === old.imageId)) throw refused('anew-image-ran', { image: old.image });
  const earlier = earlierImage(old.imageId, ran);
  if (earlier === undefined) throw refused('anew-nothing-ran', { part });
  const { image, id } = earlier;
  if (repositoryOf(image) !== repositoryOf(old.image))
    throw refused('image-elsewhere', { image: old.image, former: image });
  const [there, present, tagged] = await Promise.all([
    anew.image(id, { signal }),
    anew.image(old.imageId ?? '', { signal }),
    anew.image(image, { signal }),
  ]);
  if (there === undefined) throw refused('anew-image-gone', { image, id: shortId(id) });
  // Without it nobody can say what the container has from it.
  if (present === undefined) throw refused('anew-present-gone', { image: old.image });
  const open = there.volumes.filter(
    (folder) => old.mounted?.some(({ destination }) => destination === folder) !== true,
  );
  if (open.length > 0) throw refused('anew-volume', { image, folders: open.join(', ') });
  return { ...earlier, name: tagged?.id === id ? image : id };
}

/** The same for the Compose file. A tag that leads elsewhere by now gets a name for what it was. */
function inFile(service: string, old: ComposeContainer, { image, id, name }: Wanted): readonly string[] {
  const own = name === image ? image : `${repositoryOf(image)}:before-${shortId(id)}`;
  return [
    ...(own === image ? [] : [`docker tag ${id} ${own}`]),
    `# ${keptIn([old])}`,
    'services:',
    `  ${JSON.stringify(service)}:`,
    `    image: ${JSON.stringify(own)}`,
  ];
}
