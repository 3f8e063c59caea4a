import { z } from 'zod';
import { present } from '../../domain/kernel/present.ts';
import { shortened } from '../../domain/kernel/text.ts';
import { dependencies } from '../../domain/platform/dependencies.ts';
import { partOfWorkload } from '../../domain/platform/part-names.ts';
import type { Platform } from '../../domain/platform/platform.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { partOfPod } from '../../domain/probe/workload.ts';
import { refusedPort } from '../../domain/probe/wrong-check.ts';
import { verdict } from '../support.ts';
import { type ContainerStatus, isReady, ownerOf, type Parsed, Pod, parseAll } from './schemas.ts';
import { timeOf, Warning, warningsOf } from './warnings.ts';

type Deps = Pick<With<'kubernetes'>, 'kubernetes' | 'platform'>;
const params = z.strictObject({
  minutes: z.number().positive().default(10).meta({ description: 'How far to look back, in minutes.' }),
});

/** The kubelet restarts a container itself: nothing else writes this. */
const killedByProbe = /failed (?:liveness|startup) probe/i;
/** The program answers and has no such path, or wants a login: no waiting mends that. */
const wrongQuestion = /statuscode: 4\d\d/i;
/**
 * The probe itself cannot be put: its command is not in the container (the kubelet: "errored and resulted in unknown
 * state"), or the program serves no gRPC health at all (kubernetes/pkg/probe/grpc).
 */
const cannotBePut =
  /probe errored|does not implement the grpc health protocol|OCI runtime exec failed|\b(?:ba|da|a)?sh: (?:(?:line )?\d+: )?[^\s:]+: (?:command )?not found/i;
/** gRPC: the port takes no such call. The kubelet's words for a program that starts and for a wrong port are the same. */
const grpcUnreached =
  /failed to connect service |health rpc (?:probe failed|did not complete)|service unhealthy \(responded with/i;
/** It reports itself unhealthy, or refuses connections: so does a program that is still starting. */
const notYet = /statuscode: 5\d\d|connection refused/i;
/** The kubelet waited for an answer in vain: the program hangs, or is slower than its probe has patience. */
const unanswered = /deadline exceeded|client\.timeout|timed? ?out/i;
const ofLiveness = /^liveness probe failed/i;
/** Of the probes whose failure ends a container; that of readiness does not. */
const ending = /liveness|startup/i;
/** The kubelet's own when a Pod says nothing (core/v1, Probe). */
const FAILURES_BEFORE_END = 3;
/** A failure older than this was followed by successes: probes are asked every few seconds. */
const STILL_FAILING_MS = 15_000;
/** A program that has run this long has opened its ports, if it ever does: databases and models take a minute. */
const OPEN_AFTER_MS = 120_000;
/** A container that was ended and has run this long since, in a Pod that is ready, answers its probe again. */
const WELL_AFTER_MS = 180_000;
/** An end by itself this recent is what keeps a container from answering. */
const CRASHED_WITHIN_MS = 600_000;
/** Ends that are no crash: by its own will, or by a signal from outside (SIGKILL, SIGTERM). */
const orderlyExits: ReadonlySet<number> = new Set([0, 137, 143]);

export const kubernetesFailingProbes = defineProbe({
  id: 'kubernetes.failing-probes',
  doc: `Does a Pod fail its own health probe although its program runs?
Reads the warnings "Unhealthy" of existing Pods, and "Killing" when a liveness or startup probe failed.
It reports a container that the kubelet ends because its liveness or startup probe failed.
It also reports a running container that is not ready and answers its readiness probe with an error.
A probe whose command is not in the container, and gRPC health that the program does not serve, count at once.
Refused connections, 5xx, a command that fails and gRPC that does not say "serving" count only after two minutes of running.
A service with dependencies may wait for one of them when it answers 5xx or not at all: that has its own finding.
So has what a command or gRPC says, which is the program's own word.
So has one that the kubelet ends because it did not answer in time, or without an event of what it answered.
It may hang, or its probe may have too little patience.
There is one finding per workload, however many Pods share it.
Two cases do not count: a program that exits by itself, and a container that has been ready and running for three minutes since the kubelet ended it.`,
  params,
  part: 'runtime',
  needs: ['kubernetes'],
  timeoutMs: 20_000,
  emits: ['POD_PROBE_FAILS', 'POD_PROBE_UNANSWERED', 'POD_SAYS_NOT_READY'],
  async run({ minutes }: z.output<typeof params>, { deps, signal, now }: ProbeContext<Deps>) {
    const { kubernetes } = deps;
    const [rawPods, unhealthy] = await Promise.all([
      kubernetes.list('pods', kubernetes.namespace, { signal }),
      warningsOf(kubernetes, 'Unhealthy', signal),
    ]);
    // The API server reads every event to find those of one reason; without a failure there was no end for it.
    const killing = endsContainers(unhealthy)
      ? await kubernetes.list('events', kubernetes.namespace, { signal, fieldSelector: 'reason=Killing' })
      : [];
    const from = now().getTime() - minutes * 60_000;
    const events = eventsByPod([...unhealthy, ...killing.map((event) => Warning.parse(event))]);
    const recent = [...events.values()].filter((own) => own.some((event) => timeOf(event) >= from));
    const groups = new Map<string, { readonly finding: Finding; pods: number; restarts: number }>();
    for (const pod of parseAll(Pod, rawPods)) {
      const own = events.get(pod.metadata.uid);
      const failure =
        own === undefined ? undefined : failureOf(pod, own, { now: now(), from, platform: deps.platform });
      if (failure === undefined) continue;
      const owner = ownerOf(pod);
      const subject = `${owner.kind.toLowerCase()}/${owner.name}`;
      const restarts = pod.status.containerStatuses.reduce((sum, status) => sum + status.restartCount, 0);
      const group = groups.get(subject);
      if (group !== undefined) {
        group.pods += 1;
        group.restarts += restarts;
        continue;
      }
      const { since, code, ...facts } = failure;
      groups.set(subject, {
        pods: 1,
        restarts,
        finding: {
          code,
          severity: code === 'POD_PROBE_FAILS' ? 'critical' : 'warning',
          part: partOfWorkload(owner.name, deps.platform) ?? 'runtime',
          subject,
          facts: { pod: pod.metadata.name, namespace: kubernetes.namespace, ...facts },
          ...present({ since }),
        },
      });
    }
    const findings = [...groups.values()].map(({ finding, pods, restarts }) => ({
      ...finding,
      facts: { ...finding.facts, pods, restarts },
    }));
    return verdict(findings, { podsWithEvents: recent.length });
  },
});

/** The container an event is about (`spec.containers{name}`); without a name, a running one, unready before ready. */
function containerOf({ status }: Parsed<Pod>, { involvedObject }: Warning): ContainerStatus | undefined {
  const all = [...status.initContainerStatuses, ...status.containerStatuses];
  const name = /\{(.+)\}$/.exec(involvedObject.fieldPath)?.[1];
  if (name !== undefined) return all.find((container) => container.name === name);
  const running = status.containerStatuses.filter(({ state }) => state.running !== undefined);
  return running.find(({ ready }) => !ready) ?? running[0];
}

/** Whether a container has ended by itself a short while ago: it does not live long enough to answer. */
function crashes({ lastState }: ContainerStatus, now: Date): boolean {
  const { terminated } = lastState;
  return (
    terminated !== undefined &&
    !orderlyExits.has(terminated.exitCode) &&
    now.getTime() - Date.parse(terminated.finishedAt ?? '') < CRASHED_WITHIN_MS
  );
}

/** Whether a probe has failed, however long ago, whose failures make the kubelet end the container. */
function endsContainers(unhealthy: readonly Warning[]): boolean {
  return unhealthy.some(({ message }) => ending.test(message));
}

/** Events by the Pod they are about. */
function eventsByPod(all: readonly Warning[]): ReadonlyMap<string, readonly Warning[]> {
  const events = new Map<string, Warning[]>();
  for (const event of all) {
    const { uid } = event.involvedObject;
    const known = events.get(uid);
    if (known === undefined) events.set(uid, [event]);
    else known.push(event);
  }
  return events;
}

/** Failures of a liveness probe after which a container of this Pod is ended: the strictest of them. */
function mostFailures(pod: Parsed<Pod>): number {
  const thresholds = pod.spec.containers.flatMap(({ livenessProbe }) =>
    livenessProbe == null ? [] : [livenessProbe.failureThreshold ?? FAILURES_BEFORE_END],
  );
  return Math.min(FAILURES_BEFORE_END, ...thresholds);
}

/** Whether a probe that asks by a command or by gRPC failed: what these say has no form of its own. */
function saysOtherwise({ spec }: Parsed<Pod>, container: string, message: string): boolean {
  const own = spec.containers.find(({ name }) => name === container);
  const kind = kindOf(message);
  const probe = kind === undefined ? undefined : own?.[`${kind}Probe`];
  if (probe?.grpc != null) return grpcUnreached.test(message);
  return probe?.exec != null && !unanswered.test(message);
}

/** Which probe the kubelet speaks of. */
function kindOf(message: string): 'liveness' | 'readiness' | 'startup' | undefined {
  const [, kind] = /^(liveness|readiness|startup) probe/i.exec(message) ?? [];
  return kind?.toLowerCase() as 'liveness' | 'readiness' | 'startup' | undefined;
}

interface Failure {
  readonly code: 'POD_PROBE_FAILS' | 'POD_PROBE_UNANSWERED' | 'POD_SAYS_NOT_READY';
  readonly probe: string;
  readonly message: string;
  readonly container?: string;
  /** The port that the probe found closed. */
  readonly refusedPort?: number;
  readonly since?: string;
}

/** What the events since `from` say against a Pod's probe; undefined when they explain nothing that is wrong now. */
function failureOf(
  pod: Parsed<Pod>,
  all: readonly Warning[],
  { now, from, platform }: { readonly now: Date; readonly from: number; readonly platform: Platform },
): Failure | undefined {
  if (pod.metadata.deletionTimestamp !== undefined) return undefined;
  const events = all.filter((event) => timeOf(event) >= from);
  const settled = (event: Warning) => {
    const started = Date.parse(containerOf(pod, event)?.state.running?.startedAt ?? '');
    return isReady(pod) && started >= timeOf(event) && now.getTime() - started > WELL_AFTER_MS;
  };
  const killing = events.find(
    (event) => event.reason === 'Killing' && killedByProbe.test(event.message) && !settled(event),
  );
  const unhealthy = events.filter((event) => event.reason === 'Unhealthy');
  const speaks = (event: Warning) => {
    const container = containerOf(pod, event);
    const running = container?.state.running;
    if (container === undefined || running === undefined || container.ready || crashes(container, now))
      return false;
    const runningMs = now.getTime() - Date.parse(running.startedAt ?? '');
    if (wrongQuestion.test(event.message) || cannotBePut.test(event.message)) return true;
    const mayCome = notYet.test(event.message) || saysOtherwise(pod, container.name, event.message);
    return mayCome && runningMs >= OPEN_AFTER_MS;
  };
  const stuck = isReady(pod) ? undefined : unhealthy.find(speaks);
  // As often as the kubelet takes it: the next thing that happens is the end of this container.
  const doomed = unhealthy.find(
    (event) =>
      ofLiveness.test(event.message) &&
      (event.count ?? 1) >= mostFailures(pod) &&
      now.getTime() - timeOf(event) <= STILL_FAILING_MS,
  );
  const event = killing ?? doomed ?? stuck;
  if (event === undefined) return undefined;
  const part = partOfPod(pod, platform);
  const waits = part !== undefined && dependencies[part].length > 0;
  const probe = /liveness|readiness|startup/i.exec(event.message)?.[0].toLowerCase() ?? 'unknown';
  // A container that was just ended refuses its other probes as well. The kubelet writes fewer and fewer events of the
  // same kind: the one that says what this probe was told may be an old one.
  const ofProbe = all
    .filter(({ reason, message }) => reason === 'Unhealthy' && message.toLowerCase().startsWith(probe))
    .sort((one, other) => timeOf(one) - timeOf(other))
    .at(-1);
  const cannot = wrongQuestion.test(event.message) || cannotBePut.test(event.message);
  // A command that fails, and gRPC, are the program's own words about itself: it may be as ill as they say.
  const says = waits || saysOtherwise(pod, containerOf(pod, event)?.name ?? '', event.message);
  const open = event === stuck && says && !cannot;
  const message = ofProbe?.message ?? event.message;
  // An end alone does not say what the probe was told.
  const mayHang =
    part !== undefined && event !== stuck && (ofProbe === undefined || unanswered.test(ofProbe.message));
  return {
    code: open ? 'POD_SAYS_NOT_READY' : mayHang ? 'POD_PROBE_UNANSWERED' : 'POD_PROBE_FAILS',
    probe,
    message: shortened(message, 200),
    ...present({
      container: containerOf(pod, event)?.name,
      refusedPort: refusedPort(ofProbe?.message ?? ''),
    }),
    ...present({ since: event.firstTimestamp ?? undefined }),
  };
}
