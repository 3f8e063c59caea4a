import type { CallOptions } from '../../kernel/call.ts';

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
  /** Network on which it was made, by name or id; absent where it shares one, or none was named. */
  readonly madeOn?: string;
  readonly memoryLimitBytes: number;
  readonly nanoCpus: number;
  /** Memory and swap together, -1 without a limit; absent where it is not asked for. */
  readonly memorySwapBytes?: number;
  readonly error?: string;
  /** Its own addresses in those networks. None: it does not run, or it has no network that is its own. */
  readonly addresses?: readonly string[];
  /** TCP ports that its image or its service declares, and those of the host that lead there. */
  readonly ports?: readonly number[];
  readonly hostPorts?: readonly number[];
  /** `none`: nothing can be reached there; else the network of the host or of another container, where it is shared. */
  readonly sharedNetwork?: 'none' | 'shared';
  readonly env: Readonly<Record<string, string>>;
  readonly command: readonly string[];
  /** Words before those of `command`; absent where its image has none. */
  readonly entrypoint?: readonly string[];
  /** Names under which others find it on its networks. */
  readonly hosts?: readonly string[];
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

export interface ComposeTarget {
  readonly project: string;
  /** Containers of the project, running or not; cached for the run. */
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
  /** What is left out stays; a container that is made anew has its former limits again. */
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
