import { setTimeout as delay } from 'node:timers/promises';
import type { CallOptions } from '../../../domain/kernel/call.ts';
import { AppError, TargetError } from '../../../domain/kernel/errors.ts';
import { present } from '../../../domain/kernel/present.ts';
import { isSecretName } from '../../../domain/kernel/redact.ts';
import type { PartId } from '../../../domain/platform/part.ts';
import { partOfWorkload } from '../../../domain/platform/part-names.ts';
import type { Platform } from '../../../domain/platform/platform.ts';
import {
  type ComposeContainer,
  type ComposeTarget,
  checkedPorts,
  type EndedUnder,
} from '../../../domain/probe/targets/compose.ts';
import type { KubeObject, KubernetesTarget } from '../../../domain/probe/targets/kubernetes.ts';
import type {
  DeclaredPort,
  FileEntry,
  Instance,
  RuntimeTarget,
} from '../../../domain/probe/targets/runtime.ts';
import { ownerOf, partOfPod, strangersAmong } from '../../../domain/probe/workload.ts';
import { cannotEverPass, wasRefused } from '../../../domain/probe/wrong-check.ts';
import { createDebugContainers, type DebugContainerSettings } from '../kubernetes/debug-container.ts';
import { createNetworkBatches, noSuchProgram } from '../network/network-batches.ts';
import { createReferenceReader, referredNames, referredVariables } from './pod-environment.ts';
import { podToken, variableToken } from './registration-token.ts';
import { instanceOf, KubePod } from './runtime-pod.ts';

/** `ls -ln` as busybox and coreutils print it. */
function parseListing(text: string): readonly FileEntry[] {
  return text.split('\n').flatMap((line): FileEntry[] => {
    const match = /^[-l]\S*\s+\d+\s+\S+\s+\S+\s+(\d+)\s+.*?\s(\S+?)(?:\s->\s.*)?$/.exec(line.trim());
    if (match?.[1] === undefined || match[2] === undefined) return [];
    return [{ name: match[2], size: Number(match[1]) }];
  });
}

/** Each file as its name, its length in bytes, and its bytes: no text can be taken for the next header. */
const framedFiles =
  'for f in "$0"/*; do [ -f "$f" ] && printf "%s\\n" "${f##*/}" && wc -c <"$f" && cat "$f"; done; exit 0';

function unframe(text: string): readonly { readonly name: string; readonly text: string }[] {
  const bytes = Buffer.from(text, 'utf8');
  const files: { name: string; text: string }[] = [];
  let at = 0;
  const line = () => {
    const end = bytes.indexOf(10, at);
    const found = bytes.toString('utf8', at, end);
    at = end + 1;
    return found;
  };
  while (bytes.indexOf(10, at) !== -1) {
    const name = line();
    const length = Number(line().trim());
    if (!Number.isInteger(length)) return files;
    files.push({ name, text: bytes.toString('utf8', at, at + length) });
    at += length;
  }
  return files;
}

const foldersCommand = (folder: string) => ['sh', '-c', framedFiles, folder.replace(/\/$/, '')];

/**
 * `cpu.stat` twice, by one command in the container: starting it costs CPU of the container itself, which is over by the
 * first reading. Version 2 of control groups, or version 1.
 */
const throttlingCommand = (seconds: number) => [
  ...[
    'sh',
    '-c',
    'f=/sys/fs/cgroup/cpu.stat; [ -r $f ] || f=/sys/fs/cgroup/cpu/cpu.stat; cat $f && sleep $0 && cat $f',
  ],
  `${Math.max(1, Math.round(seconds))}`,
];

interface Periods {
  readonly all: number;
  readonly throttled: number;
}

/** Undefined without periods: no limit is in force there, or the kernel does not count them. */
function throttledShare(before: Periods, after: Periods): number | undefined {
  if (after.all === 0 || after.all < before.all || after.throttled < before.throttled) return undefined;
  return after.all === before.all ? 0 : (after.throttled - before.throttled) / (after.all - before.all);
}

function parseThrottling(text: string): number | undefined {
  const values = (name: string) =>
    [...text.matchAll(new RegExp(`^${name} (\\d+)$`, 'gm'))].map((match) => Number(match[1]));
  const [all, throttled] = [values('nr_periods'), values('nr_throttled')];
  const at = (index: number) => ({ all: all[index] ?? 0, throttled: throttled[index] ?? 0 });
  return all.length === 2 && throttled.length === 2 ? throttledShare(at(0), at(1)) : undefined;
}

/** What cannot be read is not known; only the end of the run is passed on, and a refusal that somebody can lift. */
function unreadable(error: unknown): undefined {
  if (error instanceof TargetError && (error.stage === 'aborted' || liftable(error))) throw error;
  return undefined;
}

const liftable = (error: unknown): boolean =>
  error instanceof TargetError && error.facts.allowedBy !== undefined;

const SAME_LOOK_MS = 500;

interface MountedMap {
  readonly map: string;
  readonly key: string;
  /** A file that is mounted by itself stays as it was when the container started (Kubernetes, "subPath"). */
  readonly asAtStart: boolean;
  /** Under which names its keys stand in the folder; absent: under their own. */
  readonly items: readonly { readonly key: string; readonly path: string }[] | undefined;
}

/** Which ConfigMap key stands behind a path of this Pod. A mount inside of another hides what that one has there. */
function mountedMap(pod: KubePod, path: string): MountedMap | undefined {
  for (const container of pod.spec.containers) {
    const deepestFirst = container.volumeMounts.toSorted(
      (a, b) => b.mountPath.replace(/\/$/, '').length - a.mountPath.replace(/\/$/, '').length,
    );
    for (const mount of deepestFirst) {
      const folder = mount.mountPath.endsWith('/') ? mount.mountPath : `${mount.mountPath}/`;
      const isIt = mount.subPath !== undefined && mount.mountPath === path;
      if (!isIt && !path.startsWith(folder)) continue;
      const volume = pod.spec.volumes.find((candidate) => candidate.name === mount.name);
      const map = volume?.configMap?.name;
      if (map === undefined) break;
      const items = volume?.configMap?.items;
      const asAtStart = mount.subPath !== undefined;
      const file = isIt && mount.subPath !== undefined ? mount.subPath : path.slice(folder.length);
      return { map, key: items?.find((item) => item.path === file)?.key ?? file, asAtStart, items };
    }
  }
  return undefined;
}

/** The ConfigMap that is all of a folder: no other mount puts anything into it. */
function mountedFolder(pod: KubePod, path: string): MountedMap | undefined {
  const folder = `${path.replace(/\/$/, '')}/`;
  const more = pod.spec.containers.some(({ volumeMounts }) =>
    volumeMounts.some(({ mountPath }) => mountPath.startsWith(folder) && mountPath !== folder),
  );
  return more ? undefined : mountedMap(pod, `${folder}x`);
}

/** Its files by their names in the folder, without those in folders of their own. */
function filesIn(map: KubeObject, { items }: MountedMap): readonly (readonly [string, string])[] {
  const data = mapData(map);
  const files = items?.map(({ key, path }) => [path, data[key]] as const) ?? Object.entries(data);
  return files.flatMap(([name, text]) => (text === undefined || name.includes('/') ? [] : [[name, text]]));
}

const holdsBytes = (map: KubeObject): boolean =>
  Object.keys((map.binaryData as object | undefined) ?? {}).length > 0;

function mapData(map: KubeObject): Readonly<Record<string, string>> {
  const data = map.data;
  return data !== null && typeof data === 'object' ? (data as Record<string, string>) : {};
}

function podsByPart(
  objects: readonly KubeObject[],
  platform: Platform,
): ReadonlyMap<PartId, readonly KubePod[]> {
  const parts = new Map<PartId, KubePod[]>();
  for (const object of objects) {
    const part = partOfPod(object, platform);
    // A Pod on its way out says nothing of the part any more, though it may run and be ready for a while.
    if (part === undefined || object.metadata.deletionTimestamp !== undefined) continue;
    const pod = KubePod.parse(object);
    // One that was evicted, or has done its work, stays listed long after another one took its place.
    if (pod.status.phase === 'Failed' || pod.status.phase === 'Succeeded') continue;
    const others = parts.get(part);
    if (others === undefined) parts.set(part, [pod]);
    else others.push(pod);
  }
  return parts;
}

/** By its priority it is one of those without which the cluster does not work. */
function ofCluster(pod: KubeObject): boolean {
  const spec = pod.spec as { readonly priorityClassName?: unknown } | undefined;
  return /^system-(?:node|cluster)-critical$/.test(String(spec?.priorityClassName ?? ''));
}

/** Youngest last. */
const byAge = ({ metadata: a }: KubePod, { metadata: b }: KubePod) =>
  (a.creationTimestamp ?? '').localeCompare(b.creationTimestamp ?? '');

/** The runtime port over Kubernetes; nothing is ever added to a Pod unless `debug` is given. */
export function runtimeOnKubernetes(
  kubernetes: KubernetesTarget,
  platform: Platform,
  debug?: DebugContainerSettings,
  learn?: (secret: string) => void,
): RuntimeTarget {
  const beside = debug === undefined ? undefined : createDebugContainers(kubernetes, debug);
  const namespaceOf = (part: PartId) =>
    part === 'collect-agent' ? kubernetes.agentNamespace : kubernetes.namespace;

  async function pods(part: PartId, options?: CallOptions): Promise<readonly KubePod[]> {
    const objects = await kubernetes.list('pods', namespaceOf(part), options);
    // The probes of a run share the LIST and ask for the Pods of a few parts, many times.
    const parts = byPart.get(objects) ?? podsByPart(objects, platform);
    byPart.set(objects, parts);
    return parts.get(part) ?? [];
  }

  const references = createReferenceReader(kubernetes, learn);
  const byPart = new WeakMap<readonly KubeObject[], ReadonlyMap<PartId, readonly KubePod[]>>();
  const measured = new Map<string, ReturnType<KubernetesTarget['podMetrics']>>();
  /** One request a namespace and run: all parts are in the answer. */
  function metricsOf(namespace: string, options?: CallOptions): ReturnType<KubernetesTarget['podMetrics']> {
    const known = measured.get(namespace);
    if (known !== undefined) return known;
    const asked = kubernetes.podMetrics(namespace, options);
    measured.set(namespace, asked);
    asked.catch(() => measured.delete(namespace));
    return asked;
  }

  async function podOf(instance: Instance, options?: CallOptions): Promise<KubePod | undefined> {
    return (await pods(instance.part, options)).find((pod) => pod.metadata.uid === instance.id);
  }

  /** From the run's list where there is one: a part's configuration is often asked for after it. */
  async function mapOf(namespace: string, name: string, options?: CallOptions): Promise<KubeObject> {
    if (kubernetes.hasListed('configmaps', namespace)) {
      const maps = await kubernetes.list('configmaps', namespace, options);
      const map = maps.find(({ metadata }) => metadata.name === name);
      if (map !== undefined) return map;
    }
    return kubernetes.get('configmaps', namespace, name, options);
  }

  /**
   * Text of a file from the ConfigMap behind it. Undefined: it has no such key, or no ConfigMap fits this:
   * the container has what is in it `now`, or only what was in it `at-start`.
   */
  async function mapFile(
    instance: Instance,
    path: string,
    as: 'now' | 'at-start',
    options?: CallOptions,
  ): Promise<string | undefined> {
    const pod = await podOf(instance, options);
    const mounted = pod === undefined ? undefined : mountedMap(pod, path);
    if (mounted === undefined || instance.namespace === undefined) return undefined;
    if (mounted.asAtStart !== (as === 'at-start')) return undefined;
    return mapData(await mapOf(instance.namespace, mounted.map, options))[mounted.key];
  }

  /** Files of a folder from the ConfigMap that is all of it; undefined where it is not, or holds more than text. */
  async function mapFiles(instance: Instance, folder: string, options?: CallOptions) {
    const pod = await podOf(instance, options);
    const mounted = pod === undefined ? undefined : mountedFolder(pod, folder);
    if (mounted === undefined || mounted.asAtStart || instance.namespace === undefined) return undefined;
    const map = await mapOf(instance.namespace, mounted.map, options);
    return holdsBytes(map) ? undefined : filesIn(map, mounted);
  }

  /** What the API does not tell is asked in the container; why it did not is kept, for it is not asked twice. */
  async function ifTold<T>(asking: Promise<T | undefined>): Promise<{ told?: T; untold?: Error }> {
    try {
      const told = await asking;
      return told === undefined ? {} : { told };
    } catch (untold) {
      if (!(untold instanceof Error) || (untold instanceof TargetError && untold.stage === 'aborted'))
        throw untold;
      return { untold };
    }
  }

  /** Two probes that waited together look at the same moment: one look is enough for both. */
  const looks = new Map<string, Promise<KubeObject | undefined>>();
  const askNetwork = createNetworkBatches(kubernetes, beside);
  const exec: RuntimeTarget['exec'] = (instance, command, { network = false, ...options } = {}) =>
    network === false
      ? kubernetes.exec(
          instance.namespace ?? kubernetes.namespace,
          instance.name,
          instance.container,
          command,
          options,
        )
      : askNetwork(instance, command, network, options);

  return {
    kind: 'kubernetes',
    async instances(part, options) {
      return (await pods(part, options)).toSorted(byAge).map((pod) => instanceOf(pod, part, platform));
    },
    async strangers(part, options) {
      const objects = await kubernetes.list('pods', namespaceOf(part), options);
      const unknown = objects.filter(
        (pod) => partOfPod(pod, platform) === undefined && !ofCluster(pod) && ownerOf(pod).kind !== 'Job',
      );
      return strangersAmong(
        unknown.map((pod) => ownerOf(pod).name),
        platform,
      );
    },
    async again({ name, namespace = kubernetes.namespace, part, id }, options) {
      const looking =
        looks.get(id) ??
        kubernetes.get('pods', namespace, name, options).catch((error: unknown) => {
          if (error instanceof AppError && error.code === 'NOT_FOUND') return undefined;
          throw error;
        });
      looks.set(id, looking);
      setTimeout(() => looks.delete(id), SAME_LOOK_MS).unref();
      const pod = await looking;
      return pod === undefined ? undefined : instanceOf(KubePod.parse(pod), part, platform);
    },
    logs(instance, { previous = false, tail, sinceSeconds, ...options } = {}) {
      return kubernetes.logs(instance.namespace ?? kubernetes.namespace, instance.name, instance.container, {
        ...options,
        previous,
        ...present({ tailLines: tail, sinceSeconds }),
      });
    },
    async file(instance, path, options) {
      const { told, untold } = await ifTold(mapFile(instance, path, 'now', options));
      if (told !== undefined) return { text: told, from: 'configmap' };
      let refused: unknown;
      if (instance.phase === 'running') {
        const answer = await exec(instance, ['cat', path], options).catch((error: unknown) => {
          if (error instanceof TargetError && error.stage === 'aborted') throw error;
          refused = error;
          return { code: 127, stdout: '', stderr: '' };
        });
        if (answer.code === 0) return { text: answer.stdout, from: 'container' };
        if (!noSuchProgram(answer.code, answer.stderr)) return undefined;
      }
      const text = await mapFile(instance, path, 'at-start', options);
      if (text === undefined && liftable(refused)) throw refused;
      if (text === undefined && untold !== undefined) throw untold;
      return text === undefined ? undefined : { text, from: 'configmap' };
    },
    async list(instance, path, options) {
      const { told, untold } = await ifTold(mapFiles(instance, path, options));
      if (told !== undefined) return told.map(([name, text]) => ({ name, size: Buffer.byteLength(text) }));
      let refused: unknown;
      if (instance.phase === 'running') {
        const answer = await exec(instance, ['ls', '-lnL', path], options).catch((error: unknown) => {
          refused = error;
          return { code: 127, stdout: '', stderr: '' };
        });
        if (answer.code === 0) return parseListing(answer.stdout);
        if (!noSuchProgram(answer.code, answer.stderr))
          throw new AppError('NOT_FOUND', 'folder cannot be listed', { facts: { path } });
      }
      const pod = await podOf(instance, options);
      const mounted =
        pod === undefined ? undefined : mountedMap(pod, path.endsWith('/') ? `${path}x` : `${path}/x`);
      if (mounted === undefined || instance.namespace === undefined) {
        if (liftable(refused)) throw refused;
        throw new AppError('NOT_FOUND', 'folder cannot be listed from outside', { facts: { path } });
      }
      if (untold !== undefined) throw liftable(refused) ? refused : untold;
      const map = await mapOf(instance.namespace, mounted.map, options);
      return filesIn(map, mounted).map(([name]) => ({ name }));
    },
    async texts(instance, folder, options) {
      const { told, untold } = await ifTold(mapFiles(instance, folder, options));
      if (told !== undefined) return told.map(([name, text]) => ({ name, text, from: 'configmap' as const }));
      let refused: unknown;
      if (instance.phase === 'running') {
        const answer = await exec(instance, foldersCommand(folder), options).catch((error: unknown) => {
          if (error instanceof TargetError && error.stage === 'aborted') throw error;
          refused = error;
          return undefined;
        });
        if (answer?.code === 0)
          return unframe(answer.stdout).map((file) => ({ ...file, from: 'container' as const }));
      }
      const pod = await podOf(instance, options);
      const mounted = pod && mountedMap(pod, `${folder.replace(/\/$/, '')}/x`);
      if (mounted === undefined || instance.namespace === undefined) {
        if (liftable(refused)) throw refused;
        throw new AppError('NOT_FOUND', 'folder cannot be read from outside', { facts: { path: folder } });
      }
      if (untold !== undefined) throw liftable(refused) ? refused : untold;
      const map = await mapOf(instance.namespace, mounted.map, options);
      return filesIn(map, mounted).map(([name, text]) => ({ name, text, from: 'configmap' as const }));
    },
    exec,
    async usage(instance, options) {
      const all = await metricsOf(instance.namespace ?? kubernetes.namespace, options);
      const mine = all.find((entry) => entry.pod === instance.name && entry.container === instance.container);
      if (mine === undefined)
        throw new AppError('NOT_FOUND', 'no metrics of this pod', { facts: { pod: instance.name } });
      return { cpuMillicores: mine.cpuMillicores, memoryBytes: mine.memoryBytes };
    },
    async throttled(instance, seconds, options = {}) {
      // A container that is held back takes its time to start a command.
      const timeoutMs = (seconds + 8) * 1000;
      const answer = await exec(instance, throttlingCommand(seconds), { timeoutMs, ...options }).catch(
        unreadable,
      );
      return answer?.code === 0 ? parseThrottling(answer.stdout) : undefined;
    },
    async referred(instance, against, options) {
      const pod = await podOf(instance, options);
      const container = pod?.spec.containers.find(({ name }) => name === instance.container);
      return container === undefined
        ? new Map()
        : referredVariables(
            container,
            against,
            instance.namespace ?? kubernetes.namespace,
            references,
            options,
          );
    },
    async referredNames(instance, options) {
      const pod = await podOf(instance, options);
      const container = pod?.spec.containers.find(({ name }) => name === instance.container);
      return container === undefined
        ? []
        : referredNames(container, instance.namespace ?? kubernetes.namespace, references, options);
    },
    async token(part, options) {
      const youngest = (await pods(part, options)).toSorted(byAge).at(-1);
      return podToken(youngest, part, { platform, namespace: namespaceOf(part), references }, options);
    },
    async resolve(name, options) {
      const [service = '', namespace = kubernetes.namespace] = name.split('.');
      const services = await kubernetes.list('services', namespace, options);
      const spec = services.find((candidate) => candidate.metadata.name === service)?.spec as
        | { clusterIP?: string }
        | undefined;
      return spec?.clusterIP === 'None' ? undefined : spec?.clusterIP;
    },
  };
}

const composePhase: Readonly<Record<ComposeContainer['state'], Instance['phase']>> = {
  created: 'pending',
  running: 'running',
  paused: 'paused',
  restarting: 'waiting',
  removing: 'terminated',
  exited: 'terminated',
  dead: 'terminated',
};

function declaredPorts(container: ComposeContainer): readonly DeclaredPort[] | undefined {
  const all = [
    ...[...new Set((container.published ?? []).map((one) => one.container))].map((port) => ({
      port,
      by: 'ports',
    })),
    ...checkedPorts(container).map((port) => ({ port, by: 'healthcheck' })),
  ];
  return all.length === 0 ? undefined : all;
}

function checkFails({ state, health, checkOutput = '' }: ComposeContainer): Instance['checkFails'] {
  if (state !== 'running' || health !== 'unhealthy') return undefined;
  if (cannotEverPass(checkOutput)) return 'for-ever';
  return wasRefused(checkOutput) ? 'refused' : undefined;
}

function containerInstance(container: ComposeContainer, part: PartId, endedUnder?: number): Instance {
  const ended = composePhase[container.state] === 'terminated';
  const restarting = container.state === 'restarting';
  const finished = container.finishedAt === undefined ? {} : { finishedAt: container.finishedAt };
  const termination = {
    ...(ended || restarting ? { exitCode: container.exitCode } : {}),
    reason: container.oomKilled
      ? 'OOMKilled'
      : (ended || restarting) && container.exitCode === 0
        ? 'Completed'
        : 'Error',
    ...finished,
    ...present({ message: container.error, memoryLimitBytes: endedUnder === 0 ? undefined : endedUnder }),
  };
  return {
    part,
    id: container.id,
    name: container.name,
    container: container.name,
    image: container.image,
    ...present({ imageId: container.imageId, imageBefore: container.imageBefore }),
    phase: composePhase[container.state],
    ...(container.state === 'running' ? {} : { reason: container.state }),
    ...present({ message: container.error }),
    ready:
      container.state === 'running' && container.health !== 'unhealthy' && container.health !== 'starting',
    readinessChecked: container.health !== undefined,
    // Docker's `starting`. One that was started again by its policy has had its chance before.
    ...(container.health === 'starting' && container.restartCount === 0
      ? { readinessPending: true as const }
      : {}),
    ...present({ checkFails: checkFails(container) }),
    restarts: container.restartCount,
    ...(container.state === 'running' ? { startedAt: container.startedAt } : {}),
    ...(ended ? { terminated: termination } : {}),
    // One that waits for its next life has ended before, as Kubernetes says it of a CrashLoopBackOff.
    ...(restarting || (!ended && container.restartCount > 0) ? { last: termination } : {}),
    ...(container.memoryLimitBytes > 0 ? { memoryLimitBytes: container.memoryLimitBytes } : {}),
    ...(container.nanoCpus > 0 ? { cpuLimitMillicores: Math.round(container.nanoCpus / 1_000_000) } : {}),
    command: container.command,
    env: container.env,
    ...present({ declares: declaredPorts(container) }),
  };
}

/** The first lines of a life may be written moments before Docker notes that it began. */
const beginsEarlierMs = 1_000;
/**
 * Docker keeps no start of the life before; one that ends again and again lives for less than this
 * (`support/startup.ts`), and what it said earlier is of a life before that.
 */
const shortLifeMs = 60_000;

/** When the latest life of a container began, running or ended, in milliseconds; 0 when it never did. */
function lifeBegan({ startedAt, finishedAt = '' }: ComposeContainer): number {
  const started = Date.parse(startedAt);
  if (Number.isNaN(started)) return 0;
  const ended = Date.parse(finishedAt);
  // Of one that runs this is the end of the life before, whose last lines may be written moments later.
  const between = ended < started ? (ended + started) / 2 : 0;
  return Math.max(0, started - beginsEarlierMs, between);
}

/** The runtime port over Docker Compose. */
export function runtimeOnCompose(
  compose: ComposeTarget,
  platform: Platform,
  learn: (secret: string) => void = () => undefined,
  endedUnder: EndedUnder = () => Promise.resolve(undefined),
): RuntimeTarget {
  const toInstance = async (container: ComposeContainer, part: PartId) =>
    containerInstance(container, part, container.oomKilled ? await endedUnder(container) : undefined);
  const of = async (part: PartId, options?: CallOptions) => {
    const own = (await compose.containers(options)).filter(
      (container) => partOfWorkload(container.service, platform) === part,
    );
    for (const { env } of own)
      for (const [name, value] of Object.entries(env))
        if (isSecretName(name) || value.includes('://')) learn(value);
    return own;
  };
  const exec: RuntimeTarget['exec'] = (instance, command, options) =>
    compose.exec(instance.id, command, options);
  return {
    kind: 'compose',
    async instances(part, options) {
      const own = (await of(part, options)).toSorted((a, b) => a.startedAt.localeCompare(b.startedAt));
      return Promise.all(own.map((container) => toInstance(container, part)));
    },
    async strangers(_part, options) {
      const names = (await compose.containers(options)).map(({ service, name }) => service || name);
      return strangersAmong(names, platform);
    },
    async again({ id, part }, options) {
      const container = await compose.inspect(id, options).catch((error: unknown) => {
        if (error instanceof AppError && error.code === 'NOT_FOUND') return undefined;
        throw error;
      });
      return container === undefined ? undefined : toInstance(container, part);
    },
    async logs(instance, { previous = false, tail, sinceSeconds, ...options } = {}) {
      // Docker keeps one log over all restarts of a container: what it said in an earlier life is no word of this one.
      const container = await compose.inspect(instance.id, options);
      const began = lifeBegan(container);
      if (previous) {
        if (container.finishedAt === undefined) return '';
        // Of one that does not run this is the end of its last life, which may have begun since the caller looked.
        const runs = composePhase[container.state] === 'running';
        const ended = runs ? Date.parse(container.finishedAt) : began;
        const text = await compose.logs(instance.id, {
          ...options,
          since: new Date(Math.max(0, ended - shortLifeMs)),
          until: new Date(began),
        });
        return tail === undefined ? text : text.trimEnd().split('\n').slice(-tail).join('\n');
      }
      const asked = sinceSeconds === undefined ? 0 : Date.now() - sinceSeconds * 1000;
      return compose.logs(instance.id, {
        ...options,
        ...present({ tail }),
        since: new Date(Math.max(began, asked)),
      });
    },
    async file(instance, path, options) {
      if (instance.phase !== 'running') {
        throw new AppError('NOT_FOUND', 'a stopped container cannot be read', {
          facts: { path, container: instance.name },
        });
      }
      const answer = await exec(instance, ['cat', path], options);
      if (answer.code === 0) return { text: answer.stdout, from: 'container' };
      if (noSuchProgram(answer.code, `${answer.stderr}${answer.stdout}`)) {
        throw new AppError('NOT_FOUND', 'the container has no tool to read files with', {
          facts: { path, container: instance.name },
        });
      }
      return undefined;
    },
    async list(instance, path, options) {
      const answer = await exec(instance, ['ls', '-lnL', path], options);
      if (answer.code !== 0) throw new AppError('NOT_FOUND', 'folder cannot be listed', { facts: { path } });
      return parseListing(answer.stdout);
    },
    async texts(instance, folder, options) {
      const answer = await exec(instance, foldersCommand(folder), options);
      if (answer.code !== 0)
        throw new AppError('NOT_FOUND', 'folder cannot be read', { facts: { path: folder } });
      return unframe(answer.stdout).map((file) => ({ ...file, from: 'container' as const }));
    },
    exec,
    async usage(instance, options) {
      const stats = await compose.stats(instance.id, options);
      return { cpuMillicores: Math.round(stats.cpuPercent * 10), memoryBytes: stats.memoryBytes };
    },
    async throttled(instance, seconds, options) {
      const look = () =>
        compose
          .stats(instance.id, options)
          .then(({ cpuPeriods, cpuThrottledPeriods }) => ({
            all: cpuPeriods,
            throttled: cpuThrottledPeriods,
          }))
          .catch(unreadable);
      const before = await look();
      if (before === undefined) return undefined;
      await delay(seconds * 1000, undefined, options?.signal === undefined ? {} : { signal: options.signal });
      const after = await look();
      return after === undefined ? undefined : throttledShare(before, after);
    },
    // Compose puts whatever an `env_file` says into the container itself.
    referred: async () => new Map(),
    referredNames: async () => [],
    async token(part, options) {
      return variableToken((await of(part, options)).at(-1)?.env ?? {}, part, platform);
    },
    async resolve(name, options) {
      const known = (await compose.containers(options)).some(
        (container) => container.service === name || container.name === name,
      );
      return known ? name : undefined;
    },
  };
}
