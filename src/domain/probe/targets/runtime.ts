import type { CallOptions } from '../../kernel/call.ts';
import type { PartId } from '../../platform/part.ts';

/**
 * What runs the parts, the same words for Kubernetes and Docker Compose, so that a probe of a service is
 * written once. Built over the two runtime targets (`platform/targets/runtime.ts`); reads only, but for the debug
 * container of `exec` (ADR 0009).
 */
export interface RuntimeTarget {
  readonly kind: 'kubernetes' | 'compose';
  /** Pods or containers of a part, youngest last. Empty: no instance exists. */
  instances(part: PartId, options?: CallOptions): Promise<readonly Instance[]>;
  /**
   * Names of what runs where the part should and belongs to no known part: one of them may be the part under another
   * name. Absent: it cannot be told.
   */
  strangers?(part: PartId, options?: CallOptions): Promise<readonly string[]>;
  /** The same one as it is now, read past what the run shares. Undefined: it is gone. */
  again(instance: Instance, options?: CallOptions): Promise<Instance | undefined>;
  /** Text of the log, oldest first. `previous`: of the container before the last restart; empty without such a container. */
  logs(
    instance: Instance,
    options?: CallOptions & {
      readonly previous?: boolean;
      readonly tail?: number;
      readonly sinceSeconds?: number;
    },
  ): Promise<string>;
  /**
   * Text of a file as the part sees it: of the mounted ConfigMap where that is what the container has, else read inside
   * the container, or, where it has no `cat`, of the ConfigMap all the same. Undefined: there is no such file.
   * TargetError `forbidden` where nothing but a command tells, and commands are not allowed.
   */
  file(instance: Instance, path: string, options?: CallOptions): Promise<FileText | undefined>;
  /** Names of the files in a folder; AppError NOT_FOUND when it cannot be listed. */
  list(instance: Instance, path: string, options?: CallOptions): Promise<readonly FileEntry[]>;
  /**
   * Every file of a folder with its text, in one request for any number: of the mounted ConfigMap that is all of it,
   * else read inside the container. AppError NOT_FOUND when both are impossible; `forbidden` as for a file.
   */
  texts(
    instance: Instance,
    folder: string,
    options?: CallOptions,
  ): Promise<readonly (FileText & { readonly name: string })[]>;
  /**
   * Runs a command in the container. `network`: it only asks the network, so any container that shares the
   * instance's will do; where `debugImage` is set and the container lacks the program, it runs in a debug container
   * beside it, and `via` says so. On Kubernetes such commands for one instance are gathered until the run's lists are
   * there, and asked in one request. TargetError `no-answer` with the fact `limit: in-container` when the command was
   * ended there, so that its silence is not that of the way to the container.
   */
  exec(
    instance: Instance,
    command: readonly string[],
    options?: CallOptions & { readonly network?: NetworkOption },
  ): Promise<ExecAnswer>;
  /** CPU and memory now; AppError NOT_FOUND when nothing measures them. */
  usage(
    instance: Instance,
    options?: CallOptions,
  ): Promise<{ readonly cpuMillicores: number; readonly memoryBytes: number }>;
  /**
   * Share, 0 to 1, of the scheduler's periods within these seconds in which the container had used up its CPU limit and
   * had to wait, by the kernel's own count; undefined when nothing here can read that.
   */
  throttled(instance: Instance, seconds: number, options?: CallOptions): Promise<number | undefined>;
  /**
   * Of the variables named in `against`, those that the container takes from a ConfigMap or Secret; a value of a Secret
   * is only held against the one given for its name, and never leaves the adapter.
   */
  referred(
    instance: Instance,
    against: ReadonlyMap<string, string | undefined>,
    options?: CallOptions,
  ): Promise<ReadonlyMap<string, ReferredVariable>>;
  /**
   * Names of the variables that the container takes from ConfigMaps and Secrets, as its manifest and their keys have them.
   * Of an object that is taken as a whole and cannot be read, no name is known.
   */
  referredNames(instance: Instance, options?: CallOptions): Promise<readonly string[]>;
  /**
   * The shared registration token as the part has it: from a variable of its container, wherever that comes from, else
   * the mounted Secret. The value itself never leaves the adapter. AppError NOT_FOUND `token-source-unknown` when nothing
   * says where the part has it from; `forbidden` names the Secret that may not be read.
   */
  token(part: 'agent-manager' | 'collect-agent', options?: CallOptions): Promise<RegistrationToken>;
  /** Address at which this host name is reached from inside the platform, or undefined for an unknown name. */
  resolve(name: string, options?: CallOptions): Promise<string | undefined>;
}

/** One key of a ConfigMap or Secret. */
export interface ObjectKey {
  readonly kind: 'ConfigMap' | 'Secret';
  readonly name: string;
  readonly key: string;
}

/** A variable of a container that a ConfigMap or Secret gives, or may give where that could not be read. */
export type ReferredVariable = { readonly from: ObjectKey } & (
  | { readonly value: string }
  /** Of a Secret only: whether it is the value that it was held against. */
  | { readonly equal: boolean }
  /** `whole`: no entry of the container names the variable, but the whole object may hold it. */
  | { readonly unread: Error; readonly whole?: true }
);

export interface RegistrationToken {
  /** SHA-256, first 12 hex digits; absent: the source has no token. */
  readonly digest?: string;
  /** `Secret agent-auth-token/token`, or the name of the variable that holds it. */
  readonly source: string;
  /** The key of the object that it comes from, where it comes from one. */
  readonly from?: ObjectKey;
}

/** `again-if-refused`: where it can be done in the same request, a refused connection is tried twice. */
export type NetworkOption = boolean | 'again-if-refused';

export interface ExecAnswer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The answer is that of a second try. */
  readonly repeated?: true;
  readonly via?: 'debug-container';
}

export interface FileText {
  readonly text: string;
  readonly from: 'container' | 'configmap';
}

export interface FileEntry {
  readonly name: string;
  /** Bytes; absent when only the ConfigMap was seen. */
  readonly size?: number;
}

export interface Termination {
  /** Absent when the engine has forgotten it: Docker, once the container runs again. */
  readonly exitCode?: number;
  /** `OOMKilled`, `Error`, `Completed`, … */
  readonly reason: string;
  /** ISO time. */
  readonly finishedAt?: string;
  readonly message?: string;
  /** The memory limit that it ended under, where that is known and has been changed since. */
  readonly memoryLimitBytes?: number;
}

/** A TCP port that something listens on, as the manifest has it; `by`: the field that says so, such as `livenessProbe`. */
export interface DeclaredPort {
  readonly port: number;
  readonly by: string;
}

/** One Pod (its main container) or one container. */
export interface Instance {
  readonly part: PartId;
  /** Pod uid or container id. */
  readonly id: string;
  readonly name: string;
  readonly namespace?: string;
  readonly container: string;
  readonly image: string;
  /** What was pulled: on Kubernetes `repository@sha256:…`, or a node's own id; on Compose the engine's id. */
  readonly imageId?: string;
  /** On Compose, of one that fails by itself: the image that was seen to run before its own, which was never seen to run. */
  readonly imageBefore?: string;
  readonly phase: 'running' | 'waiting' | 'terminated' | 'paused' | 'pending';
  /** `CrashLoopBackOff`, `ImagePullBackOff`, `exited`, … */
  readonly reason?: string;
  readonly message?: string;
  readonly ready: boolean;
  /** False: nothing checks readiness, so every running container counts as ready. */
  readonly readinessChecked: boolean;
  /** Its check has neither passed nor failed often enough to say anything, in its first life. */
  readonly readinessPending?: true;
  /** Why its check fails, where it says more of the check than of the part: by how it is written, or at a closed port. */
  readonly checkFails?: 'for-ever' | 'refused';
  readonly restarts: number;
  /** ISO time of the running container's start. */
  readonly startedAt?: string;
  readonly terminated?: Termination;
  readonly last?: Termination;
  readonly memoryLimitBytes?: number;
  readonly memoryRequestBytes?: number;
  readonly cpuLimitMillicores?: number;
  readonly cpuRequestMillicores?: number;
  readonly command: readonly string[];
  /** Environment as declared, without what comes from ConfigMaps and Secrets (`referred`). */
  readonly env: Readonly<Record<string, string>>;
  /** ConfigMaps or Secrets give some of its environment: see `referred` and `referredNames`. */
  readonly refers?: true;
  readonly hasLivenessProbe?: boolean;
  /** Ports that its manifest says something listens on. */
  readonly declares?: readonly DeclaredPort[];
  /** Its own address (Pod IP) and the TCP ports that it declares, past every Service. */
  readonly address?: {
    readonly host: string;
    readonly ports: readonly number[];
    /** It is that of its node, which other programs have as well. */
    readonly shared?: true;
  };
}
