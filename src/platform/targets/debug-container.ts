import { createHash } from 'node:crypto';
import { z } from 'zod';
import { AppError, TargetError } from '../../domain/errors.ts';
import type { ExecAnswer, Instance } from '../../domain/runtime.ts';
import type { CallOptions, KubernetesTarget } from '../../domain/targets.ts';
import { systemClock } from '../clock.ts';

const PREFIX = 'aetherius-debug-';
/** What ends it: an ephemeral container knows no deadline, and nobody can remove it. */
const COMMAND = ['sleep', '120'];
/** Pauses between looks at one that is starting, in milliseconds: 8 s together. */
const pauses: readonly number[] = [250, 500, 500, 750, 1_000, 1_000, 1_000, 1_500, 1_500];
/** They stay listed in the Pod for as long as it lives. */
const MOST_IN_A_POD = 20;
/** A Pod's version changes with its status, too. */
const ATTEMPTS = 4;
/** The kubelet goes on trying; a run does not wait for that. */
const hopeless =
  /^(?:ErrImagePull|ImagePullBackOff|ErrImageNeverPull|InvalidImageName|CreateContainer(?:Config)?Error|RunContainerError)$/;

const Pod = z.object({
  metadata: z.object({ uid: z.string(), resourceVersion: z.string() }),
  spec: z.object({
    // Whole, for the API server takes those that are there back only unchanged.
    ephemeralContainers: z.array(z.looseObject({ name: z.string(), image: z.string() })).default([]),
  }),
  status: z
    .object({
      ephemeralContainerStatuses: z
        .array(
          z.object({
            name: z.string(),
            state: z
              .object({
                running: z.unknown().optional(),
                waiting: z.object({ reason: z.string().optional() }).optional(),
                terminated: z.object({ exitCode: z.number(), reason: z.string().optional() }).optional(),
              })
              .default({}),
          }),
        )
        .default([]),
    })
    .default({ ephemeralContainerStatuses: [] }),
});
type Pod = z.output<typeof Pod>;

type State =
  | { readonly is: 'starting' | 'running' | 'ended' }
  | { readonly is: 'useless'; readonly why: string };

function stateOf(pod: Pod, name: string): State {
  const status = pod.status.ephemeralContainerStatuses.find((one) => one.name === name);
  const { running, waiting, terminated } = status?.state ?? {};
  if (running !== undefined) return { is: 'running' };
  if (terminated !== undefined)
    // Its time is over (0), or something killed it (from 129 on). Else the image cannot do what is wanted of it.
    return terminated.exitCode > 0 && terminated.exitCode < 129
      ? { is: 'useless', why: terminated.reason ?? `exit ${terminated.exitCode}` }
      : { is: 'ended' };
  if (waiting?.reason !== undefined && hopeless.test(waiting.reason))
    return { is: 'useless', why: waiting.reason };
  return { is: 'starting' };
}

/** Fits the Pod Security Standard "restricted", so that it is no reason to loosen a namespace. */
function debugContainer(name: string, image: string) {
  return {
    name,
    image,
    command: COMMAND,
    imagePullPolicy: 'IfNotPresent',
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 65_534,
      runAsGroup: 65_534,
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
      seccompProfile: { type: 'RuntimeDefault' },
    },
  };
}

export interface DebugContainerSettings {
  /** Image with `sleep` and the small tools. */
  readonly image: string;
  readonly sleep?: (ms: number) => Promise<void>;
}

/**
 * Commands in an ephemeral container of our own beside a part's container: the same network, another filesystem
 * (ADR 0009; https://kubernetes.io/docs/concepts/workloads/pods/ephemeral-containers/). One is added to a Pod when
 * none of ours runs there. TargetError `forbidden` without `patch` on `pods/ephemeralcontainers`; AppError NOT_FOUND
 * with the reason `debug-container` when it does not run.
 */
export function createDebugContainers(
  kubernetes: KubernetesTarget,
  { image, sleep = (ms) => systemClock.sleep(ms) }: DebugContainerSettings,
): (instance: Instance, command: readonly string[], options?: CallOptions) => Promise<ExecAnswer> {
  /** One a Pod and run, whoever asks first; a refusal holds for the run as well. */
  const ready = new Map<string, Promise<string>>();
  /** Ended, though a Pod's status may be a second behind and say that they run. */
  const spent = new Set<string>();
  const namespaceOf = (instance: Instance) => instance.namespace ?? kubernetes.namespace;

  async function look(instance: Instance): Promise<Pod> {
    const pod = Pod.parse(await kubernetes.get('pods', namespaceOf(instance), instance.name));
    if (pod.metadata.uid !== instance.id)
      throw new AppError('NOT_FOUND', 'the Pod was replaced', { facts: { pod: instance.name } });
    return pod;
  }

  /** The one to use, and whether it runs already. */
  async function findOrAdd(
    instance: Instance,
  ): Promise<{ readonly name: string; readonly running: boolean }> {
    for (let attempt = 1; ; attempt += 1) {
      const pod = await look(instance);
      const listed = pod.spec.ephemeralContainers;
      const ours = listed.filter(({ name }) => name.startsWith(PREFIX));
      for (const one of ours.filter((mine) => mine.image === image && !spent.has(mine.name))) {
        const state = stateOf(pod, one.name);
        if (state.is === 'useless') throw notRunning(instance, one.name, state.why);
        if (state.is !== 'ended') return { name: one.name, running: state.is === 'running' };
      }
      if (ours.length >= MOST_IN_A_POD)
        throw new AppError('NOT_FOUND', 'too many debug containers in this Pod', {
          facts: { reason: 'debug-container-limit', pod: instance.name, count: ours.length },
        });
      const name = `${PREFIX}${shortId(pod)}`;
      try {
        // The version makes the API server refuse when another run was faster: then its container is found.
        const body = {
          metadata: { resourceVersion: pod.metadata.resourceVersion },
          spec: { ephemeralContainers: [...listed, debugContainer(name, image)] },
        };
        await kubernetes.patch('pods', namespaceOf(instance), instance.name, body, {
          subresource: 'ephemeralcontainers',
        });
        return { name, running: false };
      } catch (error) {
        if (!(error instanceof AppError && error.code === 'CONFLICT') || attempt === ATTEMPTS) throw error;
      }
    }
  }

  async function start(instance: Instance): Promise<string> {
    const { name, running } = await findOrAdd(instance);
    if (running) return name;
    for (const pause of [...pauses, undefined]) {
      const state = stateOf(await look(instance), name);
      if (state.is === 'running') return name;
      if (state.is === 'useless') throw notRunning(instance, name, state.why);
      if (state.is === 'ended') throw notRunning(instance, name, 'ended');
      if (pause !== undefined) await sleep(pause);
    }
    throw notRunning(instance, name, 'starting');
  }

  function started(instance: Instance): Promise<string> {
    const known = ready.get(instance.id);
    if (known !== undefined) return known;
    const starting = start(instance);
    ready.set(instance.id, starting);
    return starting;
  }

  return async (instance, command, options) => {
    for (let attempt = 1; ; attempt += 1) {
      const name = await started(instance);
      const answer = await kubernetes
        .exec(namespaceOf(instance), instance.name, name, command, options)
        .catch((error: unknown) => {
          // The API server answers and has no such container to run it in.
          if (error instanceof TargetError && error.stage === 'protocol') return undefined;
          throw error;
        });
      if (answer !== undefined && !wasGone(answer)) return { ...answer, via: 'debug-container' };
      if (attempt === 2) throw notRunning(instance, name, 'ended');
      // Its time was over: once more, in a new one.
      if (answer !== undefined) spent.add(name);
      ready.delete(instance.id);
    }
  };
}

/** Whatever runs when its container ends is killed; what comes later is refused, and not for want of a program. */
function wasGone({ code, stderr }: ExecAnswer): boolean {
  return code === 137 || (code === 126 && !/executable file|no such file/i.test(stderr));
}

/** A version of a Pod gets one container: whoever else makes one of it is refused. */
function shortId({ metadata }: Pod): string {
  return createHash('sha256').update(`${metadata.uid}/${metadata.resourceVersion}`).digest('hex').slice(0, 8);
}

function notRunning(instance: Instance, container: string, why: string): AppError {
  return new AppError('NOT_FOUND', 'the debug container does not run', {
    facts: { reason: 'debug-container', pod: instance.name, container, why },
  });
}
