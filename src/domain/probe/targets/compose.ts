import type { CallOptions } from '../../kernel/call.ts';
import type { PartId } from '../../platform/part.ts';
import type { RanImage } from '../../platform/ran-image.ts';

export interface ComposeContainer {
  readonly id: string;
  readonly name: string;
  /** Compose service name, from the label. */
  readonly service: string;
  readonly image: string;
  /** The engine's id of the image that it was made from, `sha256:…`. */
  readonly imageId?: string;
  readonly state: 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead';
  readonly health?: 'starting' | 'healthy' | 'unhealthy';
  /** What its own health check said last, where it failed. */
  readonly checkOutput?: string;
  /** How often in a row the check has failed. */
  readonly checkFailures?: number;
  /** ISO time at which it was made: from then on its image and environment are the same. */
  readonly createdAt: string;
  readonly startedAt: string;
  readonly finishedAt?: string;
  readonly exitCode: number;
  readonly oomKilled: boolean;
  readonly restartCount: number;
  readonly networks: readonly string[];
  /** The engine's ids of these: several may have one name. */
  readonly networkIds?: readonly string[];
  /** Network on which it was made, by name or id; absent where it shares one, or no network was named. */
  readonly madeOn?: string;
  readonly memoryLimitBytes: number;
  readonly nanoCpus: number;
  /** Memory and swap together, -1 without a limit; absent where it is not asked for. */
  readonly memorySwapBytes?: number;
  readonly error?: string;
  /** Its own addresses in those networks. Empty: it does not run, or it has no network that is its own. */
  readonly addresses?: readonly string[];
  /** TCP ports that its image or its service declares, and those of the host that lead there. */
  readonly ports?: readonly number[];
  readonly hostPorts?: readonly number[];
  /** `none`: nothing can be reached there; else the network of the host or of another container, where it is shared. */
  readonly sharedNetwork?: 'none' | 'shared';
  readonly env: Readonly<Record<string, string>>;
  readonly command: readonly string[];
  /** Words before those of `command`; absent when its image has no entrypoint. */
  readonly entrypoint?: readonly string[];
  /** Names under which others find it on its networks. */
  readonly hosts?: readonly string[];
  /** Names that it finds by itself, past its networks: extra hosts and links. */
  readonly ownHosts?: readonly string[];
  /** It has name servers or search domains of its own. */
  readonly ownResolver?: boolean;
  /** TCP ports of the machine that lead to ports of it, also while it does not run. */
  readonly published?: readonly { readonly container: number; readonly host: number }[];
  /** Words of its health check. */
  readonly check?: readonly string[];
  /** Folders and files of the machine that are mounted into it. */
  readonly mounts?: readonly string[];
  /** All that is mounted into it, with where that is on the machine: `bind`, `volume`, `tmpfs`, … */
  readonly mounted?: readonly {
    readonly kind: string;
    readonly source: string;
    readonly destination: string;
  }[];
  /** Compose files that it was made from, as Compose itself noted them; the last one counts most. */
  readonly files?: readonly string[];
  /** What decides whether another one may be made in its place. */
  readonly making?: ContainerMaking;
  /** Of one that fails by itself: the image that was seen to run before its own, which was never seen to run. */
  readonly imageBefore?: string;
}

/** Why no other container is made in the place of one: `offer.refused.anew-<obstacle>`. */
export const makingObstacles = [
  'not-compose',
  'auto-remove',
  'privileged',
  'shares-namespace',
  'off-network',
  'nameless-volume',
] as const;
export type MakingObstacle = (typeof makingObstacles)[number];

export interface ContainerMaking {
  readonly obstacles: readonly MakingObstacle[];
  /** Names or ids of containers of which it uses a namespace or the volumes. */
  readonly leansOn: readonly string[];
  /** Restart policy, such as `unless-stopped` or `on-failure:3`. */
  readonly restart: string;
  /** Seconds that it is given to end, where it says so. */
  readonly stopSeconds?: number;
  /** The container in whose place a fix has made it, and which fix that was; absent: no fix of the bot made it. */
  readonly replaces?: string;
  readonly fix?: string;
}

/** An image that the engine has. */
export interface ComposeImage {
  /** `sha256:…`. */
  readonly id: string;
  /** Folders for which each container gets a volume of its own, unless something is mounted there. */
  readonly volumes: readonly string[];
  /** What a container of it has unless it is told otherwise. */
  readonly env: Readonly<Record<string, string>>;
  readonly command: readonly string[];
}

/** What a container that is made like another one is not given: one variable, or these elements of its arguments. */
export type LeftOut =
  | { readonly variable: string }
  | { readonly at: number; readonly elements: readonly string[] };

/** What makes a container in the place of another one, by calls of which each is one effect (ADR 0057). */
export interface ComposeAnew {
  /** By name or id; undefined: the engine does not have it. */
  image(name: string, options?: CallOptions): Promise<ComposeImage | undefined>;
  /** Containers that a fix has made in the place of this one, each as it is now. */
  madeFor(id: string, options?: CallOptions): Promise<readonly ComposeContainer[]>;
  /**
   * Makes one as the other is, but for its image or for what is left out, and starts it not. What the other has from its
   * own image is left to the new one. It is on the network on which the other was made. AppError CONFLICT where what is
   * to be left out is not there.
   */
  create(
    like: string,
    wanted: {
      readonly name: string;
      readonly image: string;
      readonly imageId: string;
      readonly fix: string;
      readonly without?: LeftOut;
    },
    options?: CallOptions,
  ): Promise<void>;
  /** Puts it on one more network, with the names and the fixed address that the other has there. */
  join(network: string, id: string, like: string, options?: CallOptions): Promise<void>;
  /** One that does not run stays as it is. */
  stop(id: string, options?: CallOptions & { readonly graceSeconds?: number }): Promise<void>;
  rename(id: string, name: string, options?: CallOptions): Promise<void>;
  setRestart(id: string, policy: string, options?: CallOptions): Promise<void>;
  /** Refused by the engine for one that runs. Volumes with a name stay. */
  remove(id: string, options?: CallOptions): Promise<void>;
}

/**
 * The memory limit under which a container ended last, 0 for none, where a fix of the bot has changed it since: an engine
 * tells of no former limit.
 */
export type EndedUnder = (
  container: Pick<ComposeContainer, 'id' | 'finishedAt'>,
) => Promise<number | undefined>;

/** Ports of the container itself that its health check asks. */
export function checkedPorts({ check = [] }: Pick<ComposeContainer, 'check'>): readonly number[] {
  const asked = check.join(' ').matchAll(/(?:localhost|127\.0\.0\.1|\[::1\]):(\d{1,5})\b/g);
  return [...new Set([...asked].map(([, port]) => Number(port)))];
}

/** A container on a network, as others find it there. */
export interface ComposeNeighbour {
  readonly id: string;
  readonly name: string;
  /** Names that lead to it there, in small letters: its own, its aliases, and each with the name of the network behind it. */
  readonly hosts: readonly string[];
  /** Its addresses there. Empty: it does not run. */
  readonly addresses: readonly string[];
}

export interface ComposeTarget {
  readonly project: string;
  /** Absent unless the configuration lets a container be made again. */
  readonly anew?: ComposeAnew;
  /** Images with which the part was seen to run well, newest first; absent: what was seen is not kept. */
  ran?(part: PartId): Promise<readonly RanImage[]>;
  /** Containers of the project, running or not, without those that a fix keeps beside another; cached for the run. */
  containers(options?: CallOptions): Promise<readonly ComposeContainer[]>;
  /** Reads past the cache. */
  inspect(id: string, options?: CallOptions): Promise<ComposeContainer>;
  /** One log over all restarts of the container, or a piece of it by the time of its lines. */
  logs(
    id: string,
    options?: CallOptions & { readonly tail?: number; readonly since?: Date; readonly until?: Date },
  ): Promise<string>;
  /**
   * Files of a folder inside the container, or that file itself, running or not: no command runs there. A folder that is
   * larger than some hundred KiB is given in part.
   */
  files?(
    id: string,
    path: string,
    options?: CallOptions,
  ): Promise<readonly { readonly path: string; readonly text: string }[]>;
  /**
   * What the engine says of a file or folder inside the container; undefined: nothing is there. No command runs there.
   * `modifiedNs`: nanoseconds since 1970, in decimal digits.
   */
  stat?(
    id: string,
    path: string,
    options?: CallOptions,
  ): Promise<{ readonly bytes: number; readonly modifiedNs: string } | undefined>;
  exec(
    id: string,
    command: readonly string[],
    options?: CallOptions,
  ): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }>;
  stats(
    id: string,
    options?: CallOptions,
  ): Promise<{
    readonly cpuPercent: number;
    readonly memoryBytes: number;
    readonly memoryLimitBytes: number;
    /** Periods of the scheduler since the container started, and those in which it was held back at its CPU limit. */
    readonly cpuPeriods: number;
    readonly cpuThrottledPeriods: number;
  }>;
  restart(id: string, options?: CallOptions & { readonly graceSeconds?: number }): Promise<void>;
  /** Starts one that does not run; one that runs stays as it is. */
  start(id: string, options?: CallOptions): Promise<void>;
  /** What is left out stays; a container that is made again has its former limits again. */
  update(
    id: string,
    limits: {
      readonly memoryBytes?: number;
      readonly memorySwapBytes?: number;
      readonly nanoCpus?: number;
    },
    options?: CallOptions,
  ): Promise<void>;
  /** Puts it on one more network, where others find it under these names; refused where it is on it. */
  connectNetwork(
    network: string,
    id: string,
    aliases: readonly string[],
    options?: CallOptions,
  ): Promise<void>;
  /** Takes it off a network; what it has open there breaks. */
  disconnectNetwork(network: string, id: string, options?: CallOptions): Promise<void>;
  /** Who is on a network, running or not and of whatever project. */
  neighbours(
    network: { readonly id: string; readonly name: string },
    options?: CallOptions,
  ): Promise<readonly ComposeNeighbour[]>;
  networks(options?: CallOptions): Promise<
    readonly {
      readonly id: string;
      /** Compose project that made it. */
      readonly project?: string;
      /** As the Compose files of that project call it. */
      readonly key?: string;
      readonly name: string;
      readonly driver: string;
      readonly containers: readonly string[];
    }[]
  >;
}
