import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { AppError, TargetError } from '../../../domain/kernel/errors.ts';
import type { KubernetesTarget } from '../../../domain/probe/targets/kubernetes.ts';
import type { ExecAnswer, Instance } from '../../../domain/probe/targets/runtime.ts';
import type { AskBeside } from '../network/network-batches.ts';
import { networkScript } from '../network/network-questions.ts';

const PREFIX = 'aetherius-debug-';
/** They stay listed in the Pod for as long as it lives. */
const MOST_IN_A_POD = 20;
const MOST_STARTING = 2;
/** Until it runs, at most: an image has to be pulled where it is not there. */
const START_SECONDS = 8;
/** The kubelet goes on trying; a run does not wait for that. */
const hopeless =
  /^(?:ErrImagePull|ImagePullBackOff|ErrImageNeverPull|InvalidImageName|CreateContainer(?:Config)?Error|RunContainerError)$/;

const State = z
  .object({
    running: z.unknown().optional(),
    waiting: z.object({ reason: z.string().optional() }).optional(),
    terminated: z
      .object({ exitCode: z.number(), reason: z.string().optional(), message: z.string().optional() })
      .optional(),
  })
  .default({});
const Pod = z.object({
  metadata: z.object({ uid: z.string(), resourceVersion: z.string() }),
  spec: z
    .object({
      ephemeralContainers: z.array(z.object({ name: z.string(), image: z.string() })).default([]),
    })
    .default({ ephemeralContainers: [] }),
  status: z
    .object({
      ephemeralContainerStatuses: z.array(z.object({ name: z.string(), state: State })).default([]),
    })
    .default({ ephemeralContainerStatuses: [] }),
});
type Pod = z.output<typeof Pod>;

type Looked =
  | { readonly is: 'starting' | 'running' }
  | { readonly is: 'ended'; readonly said: string }
  | { readonly is: 'useless'; readonly why: string };

function stateOf(pod: Pod, name: string): Looked {
  const { running, waiting, terminated } =
    pod.status.ephemeralContainerStatuses.find((one) => one.name === name)?.state ?? {};
  if (terminated !== undefined)
    // Something killed it (from 129 on), or it said what it had to say. Else the image cannot do what is wanted of it.
    return terminated.exitCode > 0 && terminated.exitCode < 129
      ? { is: 'useless', why: terminated.reason ?? `exit ${terminated.exitCode}` }
      : { is: 'ended', said: terminated.message ?? '' };
  if (waiting?.reason !== undefined && hopeless.test(waiting.reason))
    return { is: 'useless', why: waiting.reason };
  return { is: running === undefined ? 'starting' : 'running' };
}

/**
 * Fits the Pod Security Standard "restricted", so that it is no reason to loosen a namespace. What the script prints
 * becomes the container's last message, which the Pod's status shows.
 */
function debugContainer(name: string, image: string, script: string) {
  return {
    name,
    image,
    command: ['sh', '-c', `{\n${script}} | tee /dev/termination-log`],
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
  /** Image with `sh` and the small tools. */
  readonly image: string;
}

/**
 * Asks the network from an ephemeral container of our own beside a part's container: the same network, another filesystem
 * (ADR 0009; https://kubernetes.io/docs/concepts/workloads/pods/ephemeral-containers/). It runs the questions and ends;
 * the answers are in the Pod's status, which one watch for all Pods of the run waits for. TargetError `forbidden` without
 * `patch` on `pods/ephemeralcontainers` or `watch` on `pods`; AppError NOT_FOUND with the reason `debug-container` when
 * it does not run.
 */
export function createDebugContainers(
  kubernetes: KubernetesTarget,
  { image }: DebugContainerSettings,
): AskBeside {
  const watches = new Map<string, PodWatch>();
  /** Why a Pod cannot have a debug container: that holds for the whole run. */
  const refused = new Map<string, Error>();
  /** Requests that are begun here and not sent yet: one that is added and not waited for is of no use to anybody. */
  let promised = 0;
  const namespaceOf = (instance: Instance) => instance.namespace ?? kubernetes.namespace;

  const podOf = async (instance: Instance): Promise<Pod | undefined> => {
    const listed = await kubernetes.list('pods', namespaceOf(instance));
    const object = listed.find(({ metadata }) => metadata.uid === instance.id);
    return object && Pod.parse(object);
  };

  /** Refuses where earlier ones of ours say that it is of no use. */
  async function mayAdd(instance: Instance): Promise<void> {
    const pod = await podOf(instance);
    if (pod === undefined) return;
    const ours = pod.spec.ephemeralContainers.filter(({ name }) => name.startsWith(PREFIX));
    let starting = 0;
    for (const { name } of ours.filter((mine) => mine.image === image)) {
      const state = stateOf(pod, name);
      if (state.is === 'useless') throw notRunning(instance, name, state.why);
      // A third one would not start either.
      if (state.is === 'starting') starting += 1;
      if (starting === MOST_STARTING) throw notRunning(instance, name, 'starting');
    }
    if (ours.length >= MOST_IN_A_POD)
      throw new AppError('NOT_FOUND', 'too many debug containers in this Pod', {
        facts: { reason: 'debug-container-limit', pod: instance.name, count: ours.length },
      });
  }

  const ask: AskBeside['ask'] = async (instance, questions, signal) => {
    const known = refused.get(instance.id);
    if (known !== undefined) return questions.map(() => known);
    const namespace = namespaceOf(instance);
    const script = networkScript(questions);
    const watch = watches.get(namespace) ?? createPodWatch(kubernetes, namespace);
    watches.set(namespace, watch);
    // The first caller also has to wait.
    let mine = watch.isEmpty() ? 2 : 1;
    const leave = watch.enter();
    const done = (requests: number) => {
      mine -= requests;
      promised -= requests;
    };
    const left = kubernetes.left() - promised;
    promised += mine;
    try {
      if (left < mine)
        throw new AppError('DEPENDENCY_UNAVAILABLE', 'no request is left to wait for a debug container', {
          facts: {
            reason: 'request-limit',
            most: kubernetes.requests() - kubernetes.pages() + kubernetes.left(),
          },
        });
      await mayAdd(instance);
      const name = `${PREFIX}${randomBytes(4).toString('hex')}`;
      // Of the list there only the name counts: the others stay. Of another Pod of that name it is refused.
      const body = {
        metadata: { uid: instance.id },
        spec: { ephemeralContainers: [debugContainer(name, image, script.text)] },
      };
      const patched = await kubernetes.patch('pods', namespace, instance.name, body, {
        subresource: 'ephemeralcontainers',
        signal,
      });
      done(mine);
      const seconds = START_SECONDS + script.seconds;
      const { resourceVersion } = patched.metadata;
      const state = await watch.until(instance.id, { resourceVersion, seconds, signal }, (pod) => {
        const now = stateOf(pod, name);
        return now.is === 'starting' || now.is === 'running' ? undefined : now;
      });
      if (state?.is !== 'ended')
        throw notRunning(instance, name, state?.is === 'useless' ? state.why : 'starting');
      const told = script.answers(state.said);
      // A Pod with many containers says less of each: the log says the rest.
      const all = told.includes(undefined)
        ? script.answers(await kubernetes.logs(namespace, instance.name, name))
        : told;
      return all.map((answer) =>
        answer === undefined ? notRunning(instance, name, 'ended') : seenBeside(answer),
      );
    } catch (error) {
      const failure = error instanceof Error ? error : new Error('something that is not an Error was thrown');
      refused.set(instance.id, failure);
      return questions.map(() => failure);
    } finally {
      done(mine);
      leave();
    }
  };

  return {
    ask,
    async hasAnswered(instance) {
      const pod = await podOf(instance).catch(() => undefined);
      return (
        pod?.spec.ephemeralContainers.some(
          ({ name, image: of }) =>
            of === image && name.startsWith(PREFIX) && stateOf(pod, name).is === 'ended',
        ) === true
      );
    },
  };
}

function seenBeside(answer: ExecAnswer | TargetError): ExecAnswer | TargetError {
  return answer instanceof Error ? answer : { ...answer, via: 'debug-container' };
}

interface Wait {
  readonly resourceVersion: string;
  readonly seconds: number;
  readonly signal: AbortSignal;
}

interface PodWatch {
  isEmpty(): boolean;
  /** It stays open while somebody is in. */
  enter(): () => void;
  /** What `pick` makes of the Pod with this uid as it changes; undefined when it made nothing of it in that time. */
  until<T>(uid: string, options: Wait, pick: (pod: Pod) => T | undefined): Promise<T | undefined>;
}

/** One watch of a namespace for all who wait for one of its Pods: a request, where looking again and again would be many. */
function createPodWatch(kubernetes: KubernetesTarget, namespace: string): PodWatch {
  const waiting = new Set<{ readonly uid: string; take(pod: Pod): void }>();
  let inside = 0;
  let open: { readonly ended: Promise<void>; readonly close: AbortController } | undefined;

  const start = (resourceVersion: string, seconds: number) => {
    const close = new AbortController();
    const ended = kubernetes
      .watchPods(namespace, { resourceVersion, seconds, signal: close.signal }, (object) => {
        const takers = [...waiting].filter(({ uid }) => uid === object.metadata.uid);
        if (takers.length === 0) return;
        const pod = Pod.safeParse(object);
        if (pod.success) for (const { take } of takers) take(pod.data);
      })
      .finally(() => {
        if (open === mine) open = undefined;
      });
    ended.catch(() => undefined);
    const mine = { ended, close };
    return mine;
  };

  return {
    isEmpty: () => inside === 0,
    enter() {
      inside += 1;
      return () => {
        inside -= 1;
        if (inside > 0) return;
        open?.close.abort();
        open = undefined;
      };
    },
    until<T>(uid: string, { resourceVersion, seconds, signal }: Wait, pick: (pod: Pod) => T | undefined) {
      return new Promise<T | undefined>((resolve, reject) => {
        const one = {
          uid,
          take(pod: Pod) {
            const picked = pick(pod);
            if (picked !== undefined) resolve(picked);
          },
        };
        waiting.add(one);
        open ??= start(resourceVersion, seconds);
        signal.addEventListener('abort', () => reject(new TargetError('aborted', 'stopped waiting')));
        open.ended.then(() => resolve(undefined), reject);
      });
    },
  };
}

function notRunning(instance: Instance, container: string, why: string): AppError {
  return new AppError('NOT_FOUND', 'the debug container does not run', {
    facts: { reason: 'debug-container', pod: instance.name, container, why },
  });
}
