import { z } from 'zod';
import { present } from '../../domain/kernel/present.ts';
import { partOfWorkload } from '../../domain/platform/part-names.ts';
import type { Platform } from '../../domain/platform/platform.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { KubernetesTarget } from '../../domain/probe/targets/kubernetes.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { verdict } from '../support.ts';
import { crashLog, initLog, type LogEnd } from './crash-log.ts';
import {
  evictedAgain,
  justBack,
  lookAgainMs,
  type PodFault,
  podCodes,
  podFault,
  triedAgain,
} from './pod-faults.ts';
import { createReferenceCheck, type ReferenceCheck } from './references.ts';
import { ownerOf, type Parsed, Pod, parseAll } from './schemas.ts';
import { warningsOf } from './warnings.ts';

const params = z.strictObject({
  restarts: z
    .number()
    .positive()
    .default(3)
    .meta({ description: 'Number of restarts, the last within an hour, that is a finding.' }),
  logs: z.number().int().nonnegative().default(0).meta({
    description: 'Number of crashing or initialising workloads for which the end of the log is read.',
  }),
});
type Params = z.output<typeof params>;
type Deps = Pick<With<'kubernetes'>, 'kubernetes' | 'platform'>;

export const kubernetesPods = defineProbe({
  id: 'kubernetes.pods',
  doc: `Checks every Pod of the namespace for what keeps it from working.
There is one finding per workload and cause, however many Pods share it.
A Pod does not start without its image, configuration, command or node.
It also waits for an init container, which is told after a minute.
What ends it is memory, a crash, an eviction or a failure.
A Pod may also be stuck, not ready, or restart often.
An init container waits where the end of its log says the same again and again; else it may be at work.
A container that runs again for less than two seconds after a crash is looked at once more: without a readiness probe it counts as ready.
A Pod that ended for good counts for an hour.
It does not count when its controller replaces it, or when another Pod of its Job runs or has succeeded.
Three evictions of one workload within an hour, the last within ten minutes, do count.`,
  params,
  part: 'runtime',
  needs: ['kubernetes'],
  timeoutMs: 20_000,
  emits: podCodes,
  async run({ restarts, logs }: Params, { deps, signal, now, wait }: ProbeContext<Deps>) {
    const { kubernetes } = deps;
    const listed = parseAll(Pod, await kubernetes.list('pods', kubernetes.namespace, { signal }));
    const pods = await lookedAgain(listed, kubernetes, { signal, now, wait });
    const madeUpFor = triedAgain(pods);
    const again = evictedAgain(pods, now());
    const faults = pods.map((pod) => {
      const fault = again.get(pod) ?? podFault(pod, { now: now(), restarts });
      return fault !== undefined && ended.has(fault.code) && madeUpFor(pod) ? undefined : fault;
    });
    // Both are requested at once: they do not depend on each other.
    const readings = readLogs(kubernetes, pods, faults, logs, signal);
    const explained = explainer(kubernetes, pods, now(), signal);
    const groups = new Map<string, { readonly finding: Finding; pods: number }>();
    let bad = 0;
    for (const [at, pod] of pods.entries()) {
      const fault = await explained(pod, faults[at]);
      if (fault === undefined) continue;
      bad += 1;
      const finding = toFinding(fault, pod, deps.platform);
      const key = `${finding.code}/${finding.subject}`;
      const group = groups.get(key);
      if (group === undefined) groups.set(key, { finding, pods: 1 });
      else group.pods += 1;
    }
    const findings = [...groups.values()].map(async ({ finding, pods: count }) => {
      const read = await readings.get(`${finding.code}/${finding.subject}`);
      const facts = { ...finding.facts, pods: count };
      return { ...finding, facts, ...(read === undefined ? {} : withLog({ ...finding, facts }, read)) };
    });
    return verdict(await Promise.all(findings), { pods: pods.length, bad });
  },
});

/** Of a Pod that has ended for good. */
const ended: ReadonlySet<PodFault['code']> = new Set(['POD_FAILED', 'POD_EVICTED'] as const);
const crash = 'POD_CRASH_LOOPING';
const initialising = 'POD_INIT_RUNS';

/** What a log says adds to a finding; an init container that says the same again and again waits. */
function withLog(finding: Finding, { excerpt, repeats }: LogEnd): Partial<Finding> {
  const excerpts = { excerpts: [excerpt] };
  if (finding.code !== initialising || repeats === undefined) return excerpts;
  return {
    ...excerpts,
    ...{ code: 'POD_INIT_WAITS', severity: 'critical' },
    facts: { ...finding.facts, says: repeats },
  };
}

/** The end of a log of each of the first `most` workloads that crash or initialise, by code and subject. */
function readLogs(
  kubernetes: KubernetesTarget,
  pods: readonly Parsed<Pod>[],
  faults: readonly (PodFault | undefined)[],
  most: number,
  signal: AbortSignal,
): ReadonlyMap<string, Promise<LogEnd | undefined>> {
  const logs = new Map<string, Promise<LogEnd | undefined>>();
  for (const [at, pod] of pods.entries()) {
    const fault = faults[at];
    if (logs.size >= most) break;
    if (fault?.code !== crash && fault?.code !== initialising) continue;
    const key = `${fault.code}/${subjectOf(pod)}`;
    if (logs.has(key)) continue;
    const read = fault.code === crash ? crashLog : initLog;
    logs.set(key, read(kubernetes, pod, String(fault.facts.container), signal));
  }
  return logs;
}

/** Names what is missing where a Pod waits for a ConfigMap or Secret, also when it only hangs in its creation. */
function explainer(
  kubernetes: KubernetesTarget,
  pods: readonly Parsed<Pod>[],
  now: Date,
  signal: AbortSignal,
): (pod: Parsed<Pod>, fault: PodFault | undefined) => Promise<PodFault | undefined> {
  let check: Promise<ReferenceCheck | undefined> | undefined;
  let mounts: Promise<ReadonlyMap<string, string>> | undefined;
  return async (pod, fault) => {
    const hangs = creating(pod, now);
    if (fault?.code !== 'POD_CONFIG_MISSING' && !hangs) return fault;
    check ??= kubernetes.list('configmaps', kubernetes.namespace, { signal }).then(
      (maps) => createReferenceCheck(pods, maps, kubernetes, signal),
      () => undefined,
    );
    if (hangs) mounts ??= failedMounts(kubernetes, signal);
    const said = [fault?.facts.message ?? '', (await mounts)?.get(pod.metadata.uid) ?? ''];
    const missing = await (await check)?.(pod, said.join('\n'));
    if (missing === undefined)
      return fault?.code !== 'POD_CONFIG_MISSING'
        ? fault
        : { ...fault, facts: { missing: fault.facts.message ?? '', similar: '–', ...fault.facts } };
    const what = `${missing.kind} ${missing.name}`;
    return {
      ...(fault ?? { running: false }),
      code: 'POD_CONFIG_MISSING',
      running: false,
      facts: {
        message: `${what} not found`,
        ...fault?.facts,
        missing: missing.key === undefined ? what : `${what}, key ${missing.key}`,
        similar: missing.similar ?? '–',
      },
    };
  };
}

/** What the kubelet says of volumes that it could not mount, by the Pod. */
async function failedMounts(
  kubernetes: KubernetesTarget,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const events = await warningsOf(kubernetes, 'FailedMount', signal).catch(() => []);
  signal.throwIfAborted();
  const said = new Map<string, string>();
  for (const { message, involvedObject } of events) {
    const known = said.get(involvedObject.uid);
    said.set(involvedObject.uid, known === undefined ? message : `${known}\n${message}`);
  }
  return said;
}

function subjectOf(pod: Parsed<Pod>): string {
  const { kind, name } = ownerOf(pod);
  return `${kind.toLowerCase()}/${name}`;
}

function toFinding(fault: PodFault, pod: Parsed<Pod>, platform: Platform): Finding {
  return {
    code: fault.code,
    severity: fault.running ? 'warning' : 'critical',
    part: partOfWorkload(ownerOf(pod).name, platform) ?? 'runtime',
    subject: subjectOf(pod),
    ...present({ since: fault.since }),
    facts: { pod: pod.metadata.name, ...fault.facts, running: fault.running },
  };
}

const creationMs = 15_000;

/** A Pod that has a node and whose containers have not been created for a while: a volume is missing. */
function creating(pod: Parsed<Pod>, now: Date): boolean {
  const { status } = pod;
  const started = Date.parse(status.startTime ?? '');
  return (
    status.phase === 'Pending' &&
    now.getTime() - started > creationMs &&
    status.containerStatuses.length > 0 &&
    // With init containers the others wait for these (`PodInitializing`), and all of them for the volumes.
    [...status.initContainerStatuses, ...status.containerStatuses].every(
      ({ state: { waiting } }) =>
        waiting?.reason === 'ContainerCreating' ||
        (waiting?.reason === 'PodInitializing' && status.initContainerStatuses.length > 0),
    )
  );
}

/** So many at most are looked at again, each by a request. */
const mostAgain = 3;

/**
 * Those that have come back moments ago as they are moments later: the list of a run is read once. What cannot be looked
 * at again stays as it was listed.
 */
async function lookedAgain(
  pods: readonly Parsed<Pod>[],
  kubernetes: KubernetesTarget,
  { signal, now, wait }: Pick<ProbeContext<Deps>, 'signal' | 'now' | 'wait'>,
): Promise<readonly Parsed<Pod>[]> {
  const back = pods.filter((pod) => justBack(pod, now())).slice(0, mostAgain);
  if (back.length === 0) return pods;
  await wait(lookAgainMs);
  const again = new Map<Parsed<Pod>, Parsed<Pod>>();
  for (const pod of back) {
    const { name, namespace = kubernetes.namespace } = pod.metadata;
    const found = await kubernetes.get('pods', namespace, name, { signal }).catch(() => undefined);
    signal.throwIfAborted();
    const [parsed] = found === undefined ? [] : parseAll(Pod, [found]);
    if (parsed !== undefined) again.set(pod, parsed);
  }
  return pods.map((pod) => again.get(pod) ?? pod);
}
