import { z } from 'zod';
import { defineRemediation, type Plan, planSchema } from '../../../domain/fix/remediation.ts';
import { earlierImage, type RanImage, repositoryOf } from '../../../domain/platform/ran-image.ts';
import { failsByItself, runsWell } from '../../../domain/probe/container-life.ts';
import type { ComposeAnew, ComposeContainer } from '../../../domain/probe/targets/compose.ts';
import { refused } from '../../shared/stale.ts';
import { verifyPart } from '../../shared/verify-part.ts';
import { keptIn } from './compose-files.ts';
import { named } from './containers.ts';
import { containerKept, onReplacement, replaceable, replacementPlan, runsInstead } from './replacement.ts';
import { type Running, shortId, type Wanted } from './replacing.ts';

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
    if (!part.success || typeof facts.imageBefore !== 'string') return undefined;
    return { part: part.data };
  },
  instruction: 'set-image-in-file',

  async plan({ part }, context: Running): Promise<Plan> {
    const { deps, now } = context;
    const { service, old, anew } = await replaceable(part, context);
    if (runsWell(old, now())) throw refused('anew-runs', { container: old.name });
    if (!failsByItself(old, now())) throw refused('anew-stopped', { container: old.name });
    const ran = await wantedImage(part, old, anew, context);
    const { image, id, at, name } = ran;
    const wanted: Wanted = {
      image: { id, name },
      whileIt: 'fails',
      kind: 'compose-create',
      from: { image: old.image, imageId: shortId(old.imageId ?? '') },
      to: { image, imageId: shortId(id) },
    };
    const facts = { service, image };
    return {
      ...replacementPlan(part, service, old, wanted, context),
      schemaVersion: planSchema,
      actionId: 'compose.recreate-with-image',
      actionVersion: 1,
      params: { part },
      notes: [
        { key: 'image-ran', facts: { image, id: shortId(id), at } },
        { key: 'schema-stays', facts: {} },
        containerKept(old),
        { key: 'lost-image', facts: { service, image: old.image } },
      ],
      patch: inFile(service, old, ran),
      verifyWith: verifyPart(part, deps),
      // It is as broken as before then; that the engine answers is all that can be asked of it.
      undoVerifyWith: [{ probe: 'compose.containers', with: { part: 'runtime' } }],
      blast: { key: 'compose-recreate', facts },
      undoBlast: { key: 'compose-recreate-undo', facts: { service, image: old.image } },
    };
  },

  ...onReplacement(),

  settled: ({ steps: [step] }, context: Running) => runsInstead(step, context),

  /** By what serves now: one that Compose has made since shows what its file says. */
  async standing({ steps: [step], params }, context: Running) {
    const wanted = step.precondition.wanted_id;
    const id = String(step.precondition.container_id);
    const { containers } = await named(Params.parse(params), context);
    const others = containers.filter((one) => one.id !== id);
    if (others.length === 0 || !others.every(({ imageId }) => imageId === wanted)) return { is: 'gone' };
    return { is: others.some(({ making }) => making?.replaces === id) ? 'ours' : 'kept' };
  },
});

/** `name`: its tag, or its id where the tag leads elsewhere by now. */
interface Ran extends RanImage {
  readonly name: string;
}

/** The image that was seen to run before: the engine still has it, and it is of the same repository. */
async function wantedImage(
  part: z.output<typeof recreatable>,
  old: ComposeContainer,
  anew: ComposeAnew,
  { deps, signal }: Running,
): Promise<Ran> {
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
function inFile(service: string, old: ComposeContainer, { image, id, name }: Ran): readonly string[] {
  const own = name === image ? image : `${repositoryOf(image)}:before-${shortId(id)}`;
  return [
    ...(own === image ? [] : [`docker tag ${id} ${own}`]),
    `# ${keptIn([old])}`,
    'services:',
    `  ${JSON.stringify(service)}:`,
    `    image: ${JSON.stringify(own)}`,
  ];
}
