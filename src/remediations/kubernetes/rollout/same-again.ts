import { z } from 'zod';
import type { Facts } from '../../../domain/kernel/facts.ts';
import { shortened } from '../../../domain/kernel/text.ts';
import type { PartId } from '../../../domain/platform/part.ts';
import { factsOf } from '../../../domain/platform/platform.ts';
import { isWithoutImage } from '../../../domain/probe/image-reasons.ts';
import type { KubeObject } from '../../../domain/probe/targets/kubernetes.ts';
import { cannotEverPass, refusedPort } from '../../../domain/probe/wrong-check.ts';
import { refused } from '../../shared/stale.ts';
import type { Context, Place, Seen } from '../object/workload.ts';
import { podsOf } from '../object/workload-object.ts';

const Status = z.object({
  name: z.string().default(''),
  ready: z.boolean().default(false),
  state: z
    .object({
      waiting: z.object({ reason: z.string().exactOptional() }).nullish(),
      running: z.looseObject({}).nullish(),
      terminated: z.object({ exitCode: z.number().default(0) }).nullish(),
    })
    .prefault({}),
});
const Pod = z.object({
  spec: z
    .object({
      initContainers: z
        .array(z.object({ name: z.string(), restartPolicy: z.string().exactOptional() }))
        .default([]),
      containers: z
        .array(
          z.object({
            name: z.string(),
            ports: z.array(z.object({ containerPort: z.number() })).default([]),
          }),
        )
        .default([]),
    })
    .prefault({}),
  status: z
    .object({
      conditions: z
        .array(
          z.object({
            type: z.string(),
            status: z.string(),
            reason: z.string().exactOptional(),
            message: z.string().exactOptional(),
          }),
        )
        .default([]),
      initContainerStatuses: z.array(Status).default([]),
      containerStatuses: z.array(Status).default([]),
    })
    .prefault({}),
});
type Pod = z.output<typeof Pod>;

const Event = z.object({
  message: z.string().default(''),
  involvedObject: z.object({ uid: z.string().default('') }).prefault({}),
  lastTimestamp: z.string().nullish(),
  eventTime: z.string().nullish(),
});

interface Reason {
  readonly reason: string;
  readonly facts: Facts;
}

/**
 * AppError CONFLICT where the Pods that a restart makes would stand where those of now stand: it replaces Pods by others
 * of the same template, and mends what has gone wrong in a program that runs. Where nobody may read events, what they
 * say of a probe is unknown, and nothing is refused for it.
 */
export async function mustBeMended(
  part: PartId,
  place: Place,
  seen: Seen,
  { deps, signal }: Context,
): Promise<void> {
  const workload = place.name;
  const made = place.kind === 'daemonsets' || seen.total > 0;
  if (!made && seen.observed >= seen.generation) throw refused('restart-no-pod', { workload });
  const { kubernetes, platform } = deps;
  const pods = (await podsOf(place.kind, place.namespace, seen.uid, kubernetes, signal)).filter(
    ({ metadata }) => metadata.deletionTimestamp === undefined,
  );
  const parsed = pods.map((pod) => ({ uid: pod.metadata.uid, name: pod.metadata.name, pod: Pod.parse(pod) }));
  for (const { name, pod } of parsed) {
    const fault = notStarted(pod);
    if (fault !== undefined) throw refused(fault.reason, { workload, pod: name, ...fault.facts });
  }
  const unready = parsed.filter(({ pod }) => runsUnready(pod));
  if (unready.length === 0 || unready.length < parsed.length) return;
  const events = await failures(place, kubernetes, signal);
  const ownPort = factsOf(platform, part).port;
  const wrong = unready.map(({ uid, pod, name }) => {
    const fault = asksWrongly(pod, latest(events, uid), ownPort);
    return fault === undefined ? undefined : { ...fault, facts: { workload, pod: name, ...fault.facts } };
  });
  const [first] = wrong;
  if (first !== undefined && wrong.every((one) => one !== undefined))
    throw refused(first.reason, first.facts);
}

const configReasons: ReadonlySet<string> = new Set(['CreateContainerConfigError', 'CreateContainerError']);

/** Why the containers of a Pod do not run, where that is not of their making. */
function notStarted({ spec, status }: Pod): Reason | undefined {
  const scheduled = status.conditions.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status === 'False')
    return {
      reason: 'restart-unscheduled',
      facts: { message: shortened(scheduled.message ?? scheduled.reason ?? '', 240) },
    };
  for (const { name, state } of [...status.initContainerStatuses, ...status.containerStatuses]) {
    const waits = state.waiting?.reason ?? '';
    if (isWithoutImage(waits)) return { reason: 'restart-no-image', facts: { container: name, waits } };
    if (configReasons.has(waits)) return { reason: 'restart-no-config', facts: { container: name, waits } };
  }
  // One that goes on beside the others (a sidecar) never ends.
  const sidecars = new Set(
    spec.initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always').map(({ name }) => name),
  );
  const waiting = status.initContainerStatuses.find(
    ({ name, state }) => !sidecars.has(name) && state.terminated?.exitCode !== 0,
  );
  return waiting === undefined
    ? undefined
    : { reason: 'restart-init-waits', facts: { container: waiting.name } };
}

/** All its containers run, and not all are ready: a probe of it fails, or has not been asked yet. */
const runsUnready = ({ status: { containerStatuses: all } }: Pod): boolean =>
  all.length > 0 && all.every(({ state }) => state.running != null) && all.some(({ ready }) => !ready);

/** What the kubelet was told by the probe that failed last, where no program that starts anew would say another thing. */
function asksWrongly({ spec }: Pod, message: string, ownPort: number | undefined): Reason | undefined {
  const facts = { message: shortened(message, 200) };
  if (cannotEverPass(message)) return { reason: 'restart-probe-fails', facts };
  const port = refusedPort(message);
  const declared = spec.containers.flatMap(({ ports }) => ports.map(({ containerPort }) => containerPort));
  // A program that does not open its own port is ill; one that nobody says it has is asked in vain.
  if (port === undefined || port === ownPort || declared.includes(port) || declared.length === 0)
    return undefined;
  return { reason: 'restart-probe-fails', facts };
}

async function failures(
  { namespace }: Place,
  kubernetes: Context['deps']['kubernetes'],
  signal: AbortSignal,
): Promise<readonly KubeObject[]> {
  try {
    return await kubernetes.list('events', namespace, { signal, fieldSelector: 'reason=Unhealthy' });
  } catch {
    signal.throwIfAborted();
    return [];
  }
}

function latest(events: readonly KubeObject[], uid: string): string {
  const own = events
    .map((event) => Event.parse(event))
    .filter(({ involvedObject }) => involvedObject.uid === uid)
    .toSorted((a, b) => timeOf(a) - timeOf(b));
  return own.at(-1)?.message ?? '';
}

const timeOf = ({ lastTimestamp, eventTime }: z.output<typeof Event>) =>
  Date.parse(lastTimestamp ?? eventTime ?? '') || 0;
