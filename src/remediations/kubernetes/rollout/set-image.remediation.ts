import { z } from 'zod';
import {
  defineRemediation,
  type FieldChange,
  type Plan,
  type PlanStep,
  planSchema,
} from '../../../domain/fix/remediation.ts';
import type { Facts } from '../../../domain/kernel/facts.ts';
import { present } from '../../../domain/kernel/present.ts';
import { shortened } from '../../../domain/kernel/text.ts';
import { repositoryOf } from '../../../domain/platform/ran-image.ts';
import { isNamedPart, tierOf, unknownPart } from '../../shared/named-part.ts';
import { isMember } from '../../shared/quorum.ts';
import { refused } from '../../shared/stale.ts';
import { takenUp, verifyPart } from '../../shared/verify-part.ts';
import { lasting } from '../object/lasting.ts';
import { otherHandIn } from '../object/other-hand.ts';
import { valueAt } from '../object/ownership.ts';
import { standingIn } from '../object/standing.ts';
import {
  asDeployment,
  type Context,
  changeableParts,
  containerName,
  dryRun,
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
import { podsOf, signsOf } from '../object/workload-object.ts';
import { containerOf, imagesIn, type PodImage, withImage } from './images.ts';
import {
  before,
  differences,
  hashOf,
  isRecent,
  lists,
  type Revision,
  recentHours,
  revisionsOf,
  type Template,
  templateOf,
} from './revisions.ts';

const Params = z.strictObject({
  part: changeableParts,
  workload: workloadName,
  container: containerName.meta({ description: 'Container of which the image cannot be got.' }),
});
type Params = z.output<typeof Params>;

const inSpec = ['spec', 'template', 'spec'] as const;
const [first, ...rest] = lists.map(
  (list): FieldChange => ({ path: [...inSpec, `${list}[]`, 'image'], to: { becomes: 'image' } }),
) as [FieldChange, ...FieldChange[]];

export const setImage = defineRemediation({
  id: 'kubernetes.set-image',
  version: 1,
  doc: `Gives one container of a Deployment the image that it had before, where the present one cannot be got (K1.a).
The image is one that was seen: that of other Pods of the same workload which run now, or else that of the newest earlier revision.
The latter only within ${recentHours} hours of the rollout, since nothing that runs speaks for it.
Of a data store only where the Pods that run stay as they are.
All else of the workload stays as it is; what going back to that revision would change beside it is said.
Where going back would change nothing else, \`kubernetes.rollback-workload\` is offered in its place.
Refused where a Pod has got the present image, and for an image of another repository.
It is done when the node of each Pod says that the container runs, with the digest that was seen before where one was.
Undo sets the image from before the fix.`,
  tier: 2,
  params: Params,
  needs: ['kubernetes'],
  on: 'kubernetes',
  helpsWith: [],
  helpsCause: ['POD_IMAGE_UNAVAILABLE'],
  paramsFor({ part: found, subject, facts }, at) {
    const part = changeableParts.safeParse(at ?? found);
    const [kind, name = ''] = subject.split('/');
    const { container } = facts;
    if (!part.success || kind !== 'deployment' || typeof container !== 'string') return undefined;
    return { part: part.data, container, ...(name === part.data ? {} : { workload: name }) };
  },
  instruction: 'mend-image',
  changes: [{ feature: 'workloads', group: 'apps', resources: [kinds.Deployment], fields: [first, ...rest] }],
  rights: (params: Params, context: Context) =>
    rightsToChange(asDeployment(params), context, [], 'workloads'),

  async plan(params, { deps, signal, now }: Context & { now(): Date }): Promise<Plan> {
    const context = { deps, signal };
    const { container } = params;
    const wanted = asDeployment(params);
    const place = await named(placeOf(wanted, deps), wanted, deps, signal);
    const seen = await look(place, deps, signal);
    mustRollOut(place, seen);
    const known = isNamedPart(params.part, place.name, signsOf(seen.object), deps.platform);
    const template = templateOf(seen.object);
    const lacking = containerOf(template, container);
    if (lacking === undefined) throw refused('no-container', { workload: place.name, container });
    const { image, list } = lacking;
    const shown = await shownBy(place, seen, container, context);
    if (shown.some((pod) => pod.image === image && pod.got))
      throw refused('image-is-there', { container, image });
    if (!shown.some((pod) => pod.image === image && pod.without))
      throw refused('image-not-missed', { container, image });
    const all = await revisionsOf(place, seen.uid, context);
    const current = all.find(({ hash }) => hash === hashOf(template));
    if (current === undefined) throw refused('rollout-not-begun', { workload: place.name });
    const chosen = chosenOf(all, current, container, image, shown);
    if (chosen === undefined) throw refused('no-earlier-image', { workload: place.name, container });
    const { former, back, running } = chosen;
    const recent = isRecent(seen, current, now());
    const data = isMember(params.part);
    if (running === 0 && !recent) throw refused('image-long-set', { image, hours: recentHours });
    if (repositoryOf(former) !== repositoryOf(image)) throw refused('image-elsewhere', { image, former });
    // Then both do the same, and the revision says what it is.
    const same = hashOf(withImage(template, container, former)) === back.hash;
    // Pods that run stay only where the whole template is that of theirs.
    if (data && (running === 0 || !same)) throw refused('image-of-data', { part: params.part });
    if (same && recent && !data && before(all, current)?.hash === back.hash)
      throw refused('rollback-does-it', { revision: back.number });
    const digest = digestOf(shown, former);
    const change = bodyOf(seen, container, former);
    const admitted = await dryRun(place, change, context, 'features.workloads');
    const target = targetOf(place);
    const { notes = [], patch } = lasting(place, seen, [[...inSpec, list, `name=${container}`, 'image']], {
      spec: { template: { spec: { [list]: [{ name: container, image: former }] } } },
    });
    const step = (from: string, to: string, precondition: Facts): PlanStep => ({
      kind: 'kubernetes-set-image',
      target: `${target} ${container}`,
      from: { image: from },
      to: { image: to },
      precondition: { uid: seen.uid, replicas: seen.desired, image: from, ...precondition },
      safety: 'idempotent',
    });
    const { generation } = seen;
    return {
      schemaVersion: planSchema,
      actionId: 'kubernetes.set-image',
      actionVersion: 1,
      environment: deps.environment,
      part: params.part,
      target,
      identity: { uid: seen.uid },
      params: { ...params, workload: place.name },
      ...tierOf(known ? undefined : unknownPart(place.name), 2),
      notes: [
        running > 0
          ? { key: 'image-runs', facts: { revision: back.number, digest: digest ?? '–' } }
          : { key: 'image-of-revision', facts: { revision: back.number, at: back.since } },
        ...(same ? [] : [{ key: 'image-alone', facts: besides(template, back, container) }]),
        ...notes,
      ],
      ...present({ patch }),
      steps: [step(image, former, { generation, digest: digest ?? null, admitted })],
      // One change later, and that was ours.
      undo: [step(former, image, { generation: generation + 1 })],
      verifyWith: verifyPart(params.part, deps),
      undoVerifyWith: [takenUp(params.part)],
      verifyWithinMs: 300_000,
      stableForMs: 15_000,
      blast: { key: 'kubernetes-set-image', facts: { pods: seen.desired, ready: seen.ready, running } },
      undoBlast: { key: 'kubernetes-set-image-undo', facts: { pods: seen.desired, image } },
      stepTimeoutMs: 15_000,
      objects: 1,
    };
  },

  ...onWorkload({
    at: (plan) => asDeployment(Params.parse(plan.params)),
    isDone: (step, seen, plan) => isDone(step, Params.parse(plan.params).container, seen),
    besides: async (step, seen, { place, plan, context }) => {
      const { container } = Params.parse(plan.params);
      const shown = await shownBy(place, seen, container, context);
      return {
        image: imageIn(seen, container),
        digest: digestOf(shown, String(step.to.image)) ?? null,
      };
    },
    body: (step, seen, { plan }) => bodyOf(seen, Params.parse(plan.params).container, String(step.to.image)),
  }),

  /** By the nodes, and not by what was written: each Pod has got the image, and it is the one that was seen. */
  async settled(plan, { deps, signal }: Context) {
    const [step] = plan.steps;
    const params = Params.parse(plan.params);
    const place = placeOf(asDeployment(params), deps);
    const seen = await look(place, deps, signal);
    if (!isDone(step, params.container, seen) || !rolledOut(seen)) return false;
    const { digest } = step.precondition;
    const shown = await shownBy(place, seen, params.container, { deps, signal });
    return (
      shown.length > 0 &&
      shown.every(
        (pod) => pod.image === step.to.image && pod.works && (digest === null || pod.digest === digest),
      )
    );
  },

  otherHand: (plan, context: Context) => otherHandIn(plan, [['spec', 'template']], context),

  standing(plan, context: Context) {
    const { container } = Params.parse(plan.params);
    const fields = (['containers', 'initContainers'] as const).map((list) => [
      ...[...inSpec, list, `name=${container}`, 'image'],
    ]);
    const { image } = plan.steps[0].to;
    return standingIn(
      plan,
      fields,
      (object) => fields.some((field) => valueAt(object, field) === image),
      context,
    );
  },
});

async function shownBy(
  { kind, namespace }: Place,
  { uid }: Seen,
  container: string,
  { deps, signal }: Context,
): Promise<readonly PodImage[]> {
  return imagesIn(await podsOf(kind, namespace, uid, deps.kubernetes, signal), container);
}

interface Chosen {
  readonly former: string;
  /** The newest revision that had it. */
  readonly back: Revision;
  /** How many Pods run it now. */
  readonly running: number;
}

/** Of the earlier revisions the newest whose image runs now; else the newest whose image no Pod fails to get. */
function chosenOf(
  all: readonly Revision[],
  current: Revision,
  container: string,
  image: string,
  shown: readonly PodImage[],
): Chosen | undefined {
  const earlier = all
    .filter(({ number }) => number < current.number)
    .flatMap((back) => {
      const former = containerOf(back.template, container)?.image;
      if (former === undefined || former === '' || former === image) return [];
      const pods = shown.filter((pod) => pod.image === former);
      const running = pods.filter(({ works }) => works).length;
      return running === 0 && pods.some(({ without }) => without) ? [] : [{ former, back, running }];
    });
  return earlier.find(({ running }) => running > 0) ?? earlier[0];
}

/** Of what runs that image; undefined where no node says it, or they do not all say the same. */
function digestOf(shown: readonly PodImage[], image: string): string | undefined {
  const digests = new Set(
    shown.filter((pod) => pod.works && pod.image === image).map(({ digest }) => digest),
  );
  return digests.size === 1 ? [...digests][0] : undefined;
}

/** What going back to that revision would change beside this image, for people to choose by. */
function besides(template: Template, back: Revision, container: string): Facts {
  const { changes, others } = differences(template, back.template);
  const more = changes
    .filter((one) => !(one.container === container && one.field === 'image'))
    .map((one) => `${one.container}.${one.field}`);
  const names = [...more, ...others];
  return {
    revision: back.number,
    fields: names.length === 0 ? 'labels, annotations' : shortened(names.join(', '), 300),
  };
}

const imageIn = ({ object }: Seen, container: string) =>
  containerOf(templateOf(object), container)?.image ?? null;

const isDone = ({ to, precondition }: PlanStep, container: string, seen: Seen) =>
  seen.uid === precondition.uid && imageIn(seen, container) === to.image;

/** A merge patch replaces a list as a whole: all containers as they are, and this one with its image. */
function bodyOf({ object }: Seen, container: string, image: string) {
  const template = templateOf(object);
  const list = containerOf(template, container)?.list ?? 'containers';
  return { spec: { template: { spec: { [list]: withImage(template, container, image).spec[list] } } } };
}
