import type { Facts } from '../../domain/kernel/facts.ts';
import { present } from '../../domain/kernel/present.ts';
import { shortened } from '../../domain/kernel/text.ts';
import { evictionFacts, isEvicted } from '../../domain/probe/eviction.ts';
import { isWithoutImage } from '../../domain/probe/image-reasons.ts';
import { blockFacts, chosenBy, noNodeHasThem } from '../../domain/probe/scheduling.ts';
import { type ContainerStatus, isReady, type Parsed, type Pod } from './schemas.ts';

/** Codes of what keeps a Pod from working, worst explanation first. */
export const podCodes = [
  'POD_OOM_KILLED',
  'POD_IMAGE_UNAVAILABLE',
  'POD_CONFIG_MISSING',
  'POD_COMMAND_MISSING',
  'POD_CRASH_LOOPING',
  'POD_UNSCHEDULABLE',
  'POD_INIT_WAITS',
  'POD_INIT_RUNS',
  'POD_EVICTED',
  'POD_FAILED',
  'POD_STUCK_TERMINATING',
  'POD_NOT_READY',
  'POD_RESTARTING',
] as const;
export type PodCode = (typeof podCodes)[number];

export interface PodFault {
  readonly code: PodCode;
  /** True when the Pod does its work all the same, at this moment. */
  readonly running: boolean;
  readonly since?: string;
  readonly facts: Facts;
}

export interface PodLimits {
  readonly now: Date;
  /** Restarts, the last within an hour, that count. */
  readonly restarts: number;
}

const configReasons = new Set(['CreateContainerConfigError', 'CreateContainerError']);
const hour = 3_600_000;
const settleMs = 60_000;

/** Names of the signals behind exit codes above 128. */
const signals: Readonly<Record<number, string>> = {
  1: 'SIGHUP',
  2: 'SIGINT',
  3: 'SIGQUIT',
  4: 'SIGILL',
  6: 'SIGABRT',
  7: 'SIGBUS',
  8: 'SIGFPE',
  9: 'SIGKILL',
  11: 'SIGSEGV',
  13: 'SIGPIPE',
  15: 'SIGTERM',
};

/** `137` → `SIGKILL`; undefined for codes that no signal makes. */
export function signalOf(exitCode: number): string | undefined {
  return exitCode > 128 ? signals[exitCode - 128] : undefined;
}

/** The one fault that explains a Pod best, or undefined when it is well (or has rightly ended). */
export function podFault(pod: Parsed<Pod>, limits: PodLimits): PodFault | undefined {
  const { status, metadata } = pod;
  const age = (time: string | null | undefined) =>
    time === null || time === undefined ? Number.POSITIVE_INFINITY : limits.now.getTime() - Date.parse(time);
  if (metadata.deletionTimestamp !== undefined) {
    const late = age(metadata.deletionTimestamp);
    return late > 5 * settleMs
      ? {
          code: 'POD_STUCK_TERMINATING',
          running: false,
          since: metadata.deletionTimestamp,
          facts: { seconds: Math.round(late / 1000), node: pod.spec.nodeName ?? '' },
        }
      : undefined;
  }
  if (status.phase === 'Succeeded') return undefined;
  if (status.phase === 'Failed') return failedFault(pod, age);
  const containers = [...status.initContainerStatuses, ...status.containerStatuses];
  for (const container of containers) {
    const fault = containerFault(container, age);
    if (fault !== undefined) return fault;
  }
  const scheduled = status.conditions.find((condition) => condition.type === 'PodScheduled');
  if (scheduled?.status === 'False')
    return {
      code: 'POD_UNSCHEDULABLE',
      running: false,
      ...(typeof scheduled.lastTransitionTime === 'string' ? { since: scheduled.lastTransitionTime } : {}),
      facts: {
        reason: scheduled.reason ?? 'Unschedulable',
        message: short(scheduled.message),
        ...blockFacts(scheduled.message ?? ''),
        ...present({ nodeLabel: labelWithoutNode(pod, scheduled.message) }),
      },
    };
  const first = initialising(pod, age);
  if (first !== undefined) return first;
  const ready = status.conditions.find((condition) => condition.type === 'Ready');
  if (
    !isReady(pod) &&
    age(ready?.lastTransitionTime ?? status.startTime ?? metadata.creationTimestamp) > settleMs
  )
    return {
      code: 'POD_NOT_READY',
      running: status.phase === 'Running',
      ...(typeof ready?.lastTransitionTime === 'string' ? { since: ready.lastTransitionTime } : {}),
      facts: {
        phase: status.phase,
        reason: ready?.reason ?? '',
        message: short(ready?.message),
        containers: containers
          .filter((container) => !container.ready)
          .map((container) => container.name)
          .join(', '),
      },
    };
  const restless = containers.find(
    (container) =>
      container.restartCount >= limits.restarts && age(container.lastState.terminated?.finishedAt) < hour,
  );
  return restless === undefined
    ? undefined
    : { code: 'POD_RESTARTING', running: true, facts: exitFacts(restless) };
}

/**
 * Its init container has run for a while, and nothing else starts before that ends. Whether it works or waits for
 * something, only its log can tell. One that runs beside the others (a sidecar) is not waited for.
 */
function initialising(
  { spec, status }: Parsed<Pod>,
  age: (time: string | null | undefined) => number,
): PodFault | undefined {
  const beside = new Set(
    (spec.initContainers ?? []).filter((one) => one.restartPolicy === 'Always').map(({ name }) => name),
  );
  const running = status.initContainerStatuses.find(
    ({ name, state }) => state.running !== undefined && !beside.has(name),
  );
  const startedAt = running?.state.running?.startedAt;
  if (running === undefined || typeof startedAt !== 'string' || age(startedAt) <= settleMs) return undefined;
  return {
    code: 'POD_INIT_RUNS',
    running: true,
    since: startedAt,
    facts: {
      container: running.name,
      image: running.image,
      seconds: Math.round(age(startedAt) / 1000),
    },
  };
}

/** `disk=ssd`: the one label that its node must have, where the scheduler says that no node has it. */
function labelWithoutNode({ spec }: Parsed<Pod>, message = ''): string | undefined {
  const label = noNodeHasThem(message) ? chosenBy(spec.nodeSelector) : undefined;
  return label?.join('=');
}

/** Controllers that put another Pod in the place of one that ended; that one is looked at itself. */
const replacing = new Set(['ReplicaSet', 'ReplicationController', 'StatefulSet', 'DaemonSet']);

/** A Pod that ended for good stays listed until it is deleted: only a fresh end without a replacement counts. */
function failedFault(
  pod: Parsed<Pod>,
  age: (time: string | null | undefined) => number,
): PodFault | undefined {
  const owner = pod.metadata.ownerReferences?.find((one) => one.controller === true);
  if (owner !== undefined && replacing.has(owner.kind)) return undefined;
  return endedFault(pod, age);
}

/** What a fresh end that is for good comes from. */
function endedFault(
  pod: Parsed<Pod>,
  age: (time: string | null | undefined) => number,
): PodFault | undefined {
  const ended = endOf(pod);
  if (ended === undefined || age(ended) >= hour) return undefined;
  if (isEvicted(pod.status))
    return {
      code: 'POD_EVICTED',
      running: false,
      since: ended,
      facts: {
        node: pod.spec.nodeName ?? '–',
        message: short(pod.status.message),
        ...evictionFacts(pod.status.message ?? ''),
      },
    };
  return {
    code: 'POD_FAILED',
    running: false,
    since: ended,
    facts: { reason: pod.status.reason ?? 'Failed', message: short(pod.status.message) },
  };
}

/** So many evictions of one workload within an hour are no chance: its Pods do not stay. */
const evictionsAgain = 3;

/**
 * Of a workload whose Pods are evicted again and again, the last of them, by its controller: each one alone was replaced,
 * and is no fault.
 */
export function evictedAgain(pods: readonly Parsed<Pod>[], now: Date): ReadonlyMap<Parsed<Pod>, PodFault> {
  const age = (time: string | null | undefined) =>
    typeof time === 'string' ? now.getTime() - Date.parse(time) : Number.POSITIVE_INFINITY;
  const owned = new Map<string, { readonly pod: Parsed<Pod>; readonly fault: PodFault }[]>();
  for (const pod of pods) {
    const owner = pod.metadata.ownerReferences?.find((one) => one.controller === true);
    if (owner === undefined || !replacing.has(owner.kind) || pod.status.phase !== 'Failed') continue;
    const fault = endedFault(pod, age);
    if (fault?.code !== 'POD_EVICTED') continue;
    owned.set(owner.uid, [...(owned.get(owner.uid) ?? []), { pod, fault }]);
  }
  return new Map(
    [...owned.values()].flatMap((all) => {
      const last = all.toSorted((a, b) => (a.fault.since ?? '').localeCompare(b.fault.since ?? '')).at(-1);
      // Long since it has stayed where it is.
      if (last === undefined || all.length < evictionsAgain || age(last.fault.since) > 10 * settleMs)
        return [];
      const { pod, fault } = last;
      return [[pod, { ...fault, facts: { ...fault.facts, evictions: all.length } }] as const];
    }),
  );
}

/** When a Pod ended, as closely as its status says; an evicted one may have lost its containers' states. */
function endOf({ status, metadata }: Parsed<Pod>): string | undefined {
  const latest = (times: readonly (string | null | undefined)[]) =>
    times.filter((time) => typeof time === 'string').reduce((a, b) => (a > b ? a : b), '') || undefined;
  return (
    latest(
      [...status.initContainerStatuses, ...status.containerStatuses].map(
        ({ state }) => state.terminated?.finishedAt,
      ),
    ) ??
    latest(status.conditions.map(({ lastTransitionTime }) => lastTransitionTime)) ??
    status.startTime ??
    metadata.creationTimestamp
  );
}

/** The Job that made a Pod, if one did. */
function jobOf(pod: Parsed<Pod>): string | undefined {
  const owner = pod.metadata.ownerReferences?.find((one) => one.controller === true && one.kind === 'Job');
  return owner === undefined ? undefined : `${owner.name}/${owner.uid}`;
}

/** Whether another Pod of the same Job has done what this one failed at, or is about it. */
export function triedAgain(pods: readonly Parsed<Pod>[]): (pod: Parsed<Pod>) => boolean {
  const again = new Set(
    pods.filter(({ status }) => status.phase === 'Succeeded' || status.phase === 'Running').map(jobOf),
  );
  return (pod) => {
    const job = jobOf(pod);
    return job !== undefined && again.has(job);
  };
}

/** What lives for so long after a crash has started. */
export const lookAgainMs = 2_000;

/**
 * Whether a container of it crashed and has run again for moments: a program that ends at its start is seen so between
 * two ends, and without a readiness probe it is ready then.
 */
export const justBack = ({ status }: Parsed<Pod>, now: Date): boolean =>
  status.containerStatuses.some(({ state, lastState }) => {
    const { startedAt } = state.running ?? {};
    return (
      typeof startedAt === 'string' &&
      (lastState.terminated?.exitCode ?? 0) !== 0 &&
      now.getTime() - Date.parse(startedAt) < lookAgainMs
    );
  });

/** Whether it has run for much longer than the time before: that end is over, whatever keeps it from being ready. */
function outlived(
  { state, lastState: { terminated: last } }: ContainerStatus,
  age: (time: string | null | undefined) => number,
): boolean {
  const startedAt = state.running?.startedAt;
  if (typeof startedAt !== 'string' || last === undefined) return false;
  const ranMs = age(last.startedAt) - age(last.finishedAt);
  return Number.isFinite(ranMs) && age(startedAt) > Math.max(settleMs, 2 * ranMs);
}

function containerFault(
  container: ContainerStatus,
  age: (time: string | null | undefined) => number,
): PodFault | undefined {
  const { waiting, terminated, running } = container.state;
  const last = container.lastState.terminated;
  const ended = terminated ?? last;
  const common = exitFacts(container);
  const since = typeof ended?.finishedAt === 'string' ? { since: ended.finishedAt } : {};
  if (ended?.reason === 'OOMKilled' && age(ended.finishedAt) < hour)
    return {
      code: 'POD_OOM_KILLED',
      running: running !== undefined && container.ready,
      ...since,
      facts: common,
    };
  const reason = waiting?.reason ?? '';
  const waitingFacts = {
    container: container.name,
    image: container.image,
    reason,
    message: short(waiting?.message),
  };
  if (isWithoutImage(reason)) return { code: 'POD_IMAGE_UNAVAILABLE', running: false, facts: waitingFacts };
  const missing = missingCommand(container, age);
  if (missing !== undefined)
    return {
      code: 'POD_COMMAND_MISSING',
      running: false,
      ...since,
      facts: { container: container.name, image: container.image, ...missing },
    };
  if (configReasons.has(reason)) return { code: 'POD_CONFIG_MISSING', running: false, facts: waitingFacts };
  // Since Kubernetes 1.37 the waiting reason shows only for moments; the restarts and a fresh end stay.
  const crashed = ended !== undefined && ended.exitCode !== 0 && age(ended.finishedAt) < 10 * settleMs;
  if (
    reason === 'CrashLoopBackOff' ||
    (crashed &&
      !container.ready &&
      !outlived(container, age) &&
      (container.restartCount > 0 || terminated !== undefined))
  )
    return { code: 'POD_CRASH_LOOPING', running: false, ...since, facts: common };
  return undefined;
}

/** How the runtime's shim calls an end that came before the program's first instruction. */
const startReasons: ReadonlySet<string> = new Set(['StartError', 'ContainerCannotRun', 'RunContainerError']);
/** runc (`exec: "x": …`, and the folder that it starts in): the reason covers other failures of a start as well. */
const noCommand =
  /exec: "(?<command>[^"]+)": (?<why>(?:stat [^:]+: )?(?:executable file not found in \$PATH|no such file or directory|permission denied|is a directory))|chdir to cwd \("(?<folder>[^"]+)"\) [^:]*: (?<whyNot>[^:]+)/;

/** The command that the runtime could not run, and why; undefined where something else ended it. */
function missingCommand(
  container: ContainerStatus,
  age: (time: string | null | undefined) => number,
): { readonly command: string; readonly message: string } | undefined {
  const { waiting, terminated, running } = container.state;
  const ended = terminated ?? container.lastState.terminated;
  const fresh =
    running === undefined && startReasons.has(ended?.reason ?? '') && age(ended?.finishedAt) < 10 * settleMs;
  const waits = configReasons.has(waiting?.reason ?? '') || startReasons.has(waiting?.reason ?? '');
  const said = [waits ? waiting?.message : undefined, fresh ? ended?.message : undefined];
  for (const text of said) {
    const found = noCommand.exec(text ?? '')?.groups;
    const command = found?.command ?? found?.folder;
    const why = found?.why ?? found?.whyNot;
    if (command !== undefined && why !== undefined) return { command: short(command), message: short(why) };
  }
  return undefined;
}

function exitFacts(container: ContainerStatus): Facts {
  const ended = container.state.terminated ?? container.lastState.terminated;
  const signal = ended === undefined ? undefined : signalOf(ended.exitCode);
  return {
    container: container.name,
    restarts: container.restartCount,
    ...present({
      exitCode: ended?.exitCode,
      reason: ended === undefined ? undefined : (ended.reason ?? ''),
      signal,
    }),
    ...(typeof ended?.finishedAt === 'string' ? { finishedAt: ended.finishedAt } : {}),
  };
}

function short(text: string | undefined): string {
  return shortened((text ?? '').split('\n')[0] ?? '', 240);
}
