import { z } from 'zod';
import type { Facts } from '../../../domain/kernel/facts.ts';
import { isWithoutImage } from '../../../domain/probe/image-reasons.ts';
import { blockedBy } from '../../../domain/probe/scheduling.ts';
import type { KubeObject } from '../../../domain/probe/targets/kubernetes.ts';
import { refused } from '../../shared/stale.ts';
import { amount } from '../object/resources.ts';
import type { Context, Place } from '../object/workload.ts';
import type { differences, Revision, Template } from './revisions.ts';

const Waiting = z.object({
  name: z.string().default(''),
  state: z.object({ waiting: z.object({ reason: z.string().exactOptional() }).nullish() }).prefault({}),
});
const Pod = z.object({
  status: z
    .object({
      conditions: z
        .array(z.object({ type: z.string(), status: z.string(), message: z.string().exactOptional() }))
        .default([]),
      initContainerStatuses: z.array(Waiting).default([]),
      containerStatuses: z.array(Waiting).default([]),
    })
    .prefault({}),
});
type Pod = z.output<typeof Pod>;

type Changes = Pick<ReturnType<typeof differences>, 'changes' | 'maps'>;

/**
 * AppError CONFLICT where the revision before has what the Pods of today fail for, or stands beside them itself and is not
 * well: going back would exchange one fault for the same, or for a worse one.
 */
export async function mustBeBetter(
  current: Revision,
  back: Revision,
  changed: Changes,
  { namespace, name }: Place,
  { deps, signal }: Context,
): Promise<void> {
  const all = (await deps.kubernetes.list('pods', namespace, { signal })).filter(
    ({ metadata }) => metadata.deletionTimestamp === undefined,
  );
  const of = ({ uid }: Revision) =>
    all.filter(({ metadata: { ownerReferences = [] } }) => ownerReferences.some((one) => one.uid === uid));
  const about = { workload: name, revision: back.number };
  const former = of(back);
  if (former.length > 0 && former.every(isUnready)) throw refused('rollback-as-ill', about);
  for (const pod of of(current)) {
    const fault = keptFault(Pod.parse(pod), current.template, back.template, changed);
    if (fault !== undefined) throw refused('rollback-not-better', { ...about, ...fault });
  }
}

const isUnready = (pod: KubeObject): boolean =>
  Pod.parse(pod).status.conditions.some(({ type, status }) => type === 'Ready' && status === 'False');

const configReasons: ReadonlySet<string> = new Set(['CreateContainerConfigError', 'CreateContainerError']);

/** What this Pod fails for and the other revision has as well; undefined: it is well, or may be mended by that one. */
function keptFault(pod: Pod, now: Template, then: Template, { changes, maps }: Changes): Facts | undefined {
  const { conditions, initContainerStatuses, containerStatuses } = pod.status;
  const scheduled = conditions.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status === 'False') return keptBlock(scheduled.message ?? '', now, then);
  for (const { name, state } of [...initContainerStatuses, ...containerStatuses]) {
    const waits = state.waiting?.reason ?? '';
    const differs = (...fields: readonly string[]) =>
      changes.some(({ container, field }) => container === name && fields.includes(field));
    const kept =
      (isWithoutImage(waits) && !differs('image')) ||
      (configReasons.has(waits) && !differs('env', 'image') && maps.length === 0);
    if (kept) return { why: waits, container: name };
  }
  return undefined;
}

/** Only what a container requests differs between revisions that may be gone back to; all else of the choice stays. */
function keptBlock(message: string, now: Template, then: Template): Facts | undefined {
  const blocks = blockedBy(message);
  const room = blocks.filter(({ kind }) => kind === 'room');
  // Nodes that are kept free for others, or are away, stay so: those that lack room are the ones to win.
  const lower = room.every(({ what = '' }) => requested(then, what) < requested(now, what));
  if (room.length > 0 && lower) return undefined;
  return { why: blocks.map(({ kind, what }) => what ?? kind).join(', ') || 'Unschedulable' };
}

/** What all containers of a Pod request of a resource; a limit alone is its request. */
function requested({ spec: { containers } }: Template, resource: string): number {
  return containers.reduce((sum, container) => {
    const { requests, limits } = Resources.parse(container.resources ?? {});
    const own = requests[resource] ?? limits[resource];
    return sum + (own === undefined ? 0 : amount(String(own)));
  }, 0);
}

const amounts = z.record(z.string(), z.union([z.string(), z.number()])).default({});
const Resources = z.object({ requests: amounts, limits: amounts });
