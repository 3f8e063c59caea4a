/**
 * The lab's contracts: what a running platform offers, and what a fault is.
 * Nothing under `src` imports from here; tests and the campaign do.
 */

export const runtimes = ['kubernetes', 'compose', 'processes'] as const;
export type Runtime = (typeof runtimes)[number];

export const labParts = [
  'agent-manager',
  'orchestrator-service',
  'reasoning-service',
  'collect-agent',
  'postgres',
  'redis',
  'nats',
  'neo4j',
] as const;
export type LabPart = (typeof labParts)[number];

/** Output of one command; `code` is the exit status. */
export interface Output {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Login {
  readonly user: string;
  readonly password: string;
}

interface NatsServer {
  readonly url: string;
  readonly monitorUrl: string;
}

/** Addresses as the host sees them (loopback, or Pod/Service/bridge addresses the host has routes to). */
export interface Endpoints {
  readonly agentManager: string;
  readonly orchestrator: string;
  readonly reasoning: string;
  readonly postgres: {
    readonly host: string;
    readonly port: number;
    readonly user: string;
    readonly password: string;
  };
  readonly redis: { readonly host: string; readonly port: number; readonly password: string };
  readonly nats: NatsServer & {
    /** Each of them, where there are several that know of no other. */
    readonly servers?: readonly NatsServer[];
  };
  readonly neo4j: Login & {
    readonly url: string;
    /** As whom the bot logs in, where it has a user of its own. */
    readonly bot?: Login;
  };
}

/** The guide's key of a subject, without `nats.subjects.`. */
export type SubjectKind =
  | 'registration'
  | 'heartbeat'
  | 'event'
  | 'metrics'
  | 'result'
  | 'command'
  | 'inspect'
  | 'announce';

/** What a platform calls its things: arguments are the guide's words, answers are the platform's. */
export interface Names {
  /** Parts that are there. */
  readonly parts: readonly LabPart[];
  /** Whether PostgreSQL, Redis and NATS speak TLS, with a certificate that nobody has signed. */
  readonly tls: boolean;
  readonly cluster: string;
  /** With which agents prove that they belong here. */
  readonly token: string;
  readonly stream: { readonly name: string; readonly subjects: readonly string[] };
  readonly modelFile: string;
  /** How names of the agents' clients on NATS begin; undefined: they have none. */
  readonly agentClient: string | undefined;
  /** At most so long is an agent silent that works. */
  readonly heartbeatSeconds: number;
  /** Whether agents come to be known to agent-manager. */
  readonly registers: boolean;
  key(part: LabPart, key: string): string;
  variable(part: LabPart, name: string): string;
  /** Variable that carries a key. */
  setting(part: LabPart, key: string): string;
  /** `part`: whose path it is, where programs differ. */
  path(path: string, part?: LabPart): string;
  database(name: string): string;
  /** `cluster` may be `*`. */
  subject(kind: SubjectKind, cluster: string): string;
  /** Where the part's process listens; 0 when it does not. */
  port(part: LabPart): number;
  /** `host:port` under which other parts find it. */
  address(part: LabPart): string;
}

/** A platform that is up. Every method works the same on each runtime unless it says otherwise. */
export interface Lab {
  readonly runtime: Runtime;
  readonly names: Names;
  /** Kubernetes only: path of the admin kubeconfig. */
  readonly kubeconfig?: string;
  /** Kubernetes: `aetherius`; Compose: project `aetherius`. */
  readonly namespace: string;
  readonly agentNamespace: string;
  /** Compose only: path of the Docker socket. */
  readonly dockerSocket?: string;
  endpoints(): Promise<Endpoints>;
  /** Makes databases, tables and streams that are missing. */
  seed(): Promise<void>;
  /** The `environments.<name>` block of the product's configuration for this platform, secrets in clear: for tests only. */
  environmentConfig(): Promise<Readonly<Record<string, unknown>>>;
  /** Runs a command inside a part's Pod, container or process environment. */
  exec(part: LabPart, command: readonly string[]): Promise<Output>;
  /** `kubectl`/`docker` with this platform's credentials. */
  control(args: readonly string[], stdin?: string): Promise<Output>;
  /** Log text of a part, newest last. */
  logs(part: LabPart, options?: { readonly previous?: boolean; readonly lines?: number }): Promise<string>;
  /** Changes keys of a part's configuration file (dotted path → value; null removes) without restarting it. */
  configure(part: LabPart, changes: Readonly<Record<string, unknown>>): Promise<void>;
  /** Sets environment variables (null removes) of a part; takes effect by replacing its Pod/container/process. */
  setEnv(part: LabPart, changes: Readonly<Record<string, string | null>>): Promise<void>;
  restart(part: LabPart): Promise<void>;
  stop(part: LabPart): Promise<void>;
  start(part: LabPart): Promise<void>;
  /** SIGSTOP / SIGCONT of the part's processes. */
  pause(part: LabPart): Promise<void>;
  resume(part: LabPart): Promise<void>;
  /** Process ids of the part, as this machine sees them; empty when it does not run (or its node is not ours). */
  pids(part: LabPart): Promise<readonly number[]>;
  /** Configuration files, environment and workload of a part as the platform was made, then a fresh start of it. */
  reset(part: LabPart): Promise<void>;
  /** Resolves when the platform answers healthy end to end; rejects with what is missing after `seconds`. */
  healthy(seconds?: number): Promise<void>;
}

/** A fault that really happens: planted, seen by its own check, taken away again. */
export interface Fault {
  /** Catalogue id of the cause it makes true (`S1.a`), or `part.<part>.<stopped|paused|slow|refusing|unreachable|bad-image>`. */
  readonly id: string;
  readonly title: string;
  /** At least two; names, numbers, order or position differ. */
  readonly variants: readonly [string, string, ...string[]];
  readonly runtimes: readonly Runtime[];
  /** Seconds after which `check` must see it; a bound, not a wait. */
  readonly within: number;
  plant(lab: Lab, variant: string): Promise<void>;
  /** True while the fault is really there, found by looking at the component itself and never at what `plant` remembered. */
  check(lab: Lab, variant: string): Promise<boolean>;
  clear(lab: Lab, variant: string): Promise<void>;
  /** Brings what has to happen for it to be seen, such as load, once its state is back without `plant`. */
  stir?(lab: Lab, variant: string): Promise<void>;
}
