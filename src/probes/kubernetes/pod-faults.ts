import type { Facts } from '../../domain/kernel/facts.ts';
import { present } from '../../domain/kernel/present.ts';
import { shortened } from '../../domain/kernel/text.ts';
import { isWithoutImage } from '../../domain/probe/image-reasons.ts';
import { chosenBy, noNodeHasThem } from '../../domain/probe/scheduling.ts';
import { type ContainerStatus, isReady, type Parsed, type Pod } from './schemas.ts';

/** Codes of what keeps a Pod from working, worst explanation first. */
export const podCodes = [
  'POD_OOM_KILLED',
  'POD_IMAGE_UNAVAILABLE',
  'POD_CONFIG_MISSING',
  'POD_CRASH_LOOPING',
  'POD_UNSCHEDULABLE',
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
        ...present({ nodeLabel: labelWithoutNode(pod, scheduled.message) }),
      },
    };
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
  const ended = endOf(pod);
  if (ended === undefined || age(ended) >= hour) return undefined;
  return {
    code: 'POD_FAILED',
    running: false,
    since: ended,
    facts: { reason: pod.status.reason ?? 'Failed', message: short(pod.status.message) },
  };
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
