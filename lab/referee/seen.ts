/** What the referee saw of a running platform. Nothing here comes from the product or from the rest of the lab. */

export interface ContainerSeen {
  readonly name: string;
  readonly state: string;
  readonly exitCode: number;
  readonly restarts: number;
  /** Variables that the container was given, by name. */
  readonly variables: Readonly<Record<string, string>>;
  /** Container ports that are published. */
  readonly ports: readonly number[];
  /** Exit codes of the last health checks; undefined when it declares none. */
  readonly checks?: readonly number[];
  readonly log: string;
  /** Which of the asked words occur in the program file; undefined when it could not be read. */
  readonly words?: Readonly<Record<string, boolean>>;
  /** Ports, published or scraped, on which something listens inside. */
  readonly listening: readonly number[];
}

export interface Answer {
  readonly status: number;
  readonly body: string;
}

export interface Message {
  readonly subject: string;
  readonly body: string;
}

/** What became of something that the referee did. Each is undone before it ends. */
export interface Tried {
  /** The agent's own registration, sent where agent-manager listens. */
  readonly registration?: { readonly log: string; readonly rowsBefore: number; readonly rowsAfter: number };
  /** A critical event, sent where agent-manager listens. */
  readonly event?: { readonly log: string; readonly onBus: readonly Message[] };
  /** Two internal events, one with `event_id` and one with `event`; the orchestrator's log of each. */
  readonly internal?: { readonly byId: string; readonly byEvent: string };
  /** A command, sent where the agent listens; what came back. */
  readonly command?: { readonly results: readonly Message[] };
  /** One row in `agents`, then a restart of agent-manager. */
  readonly row?: { readonly log: string };
  /** Neo4j paused: whether Bolt answered, and what reasoning-service said of itself. */
  readonly graph?: { readonly boltAnswers: boolean; readonly health: string };
}

export interface Seen {
  readonly at: string;
  /** By the service's name in the Compose file; undefined: declared, and no container. */
  readonly services: Readonly<Record<string, ContainerSeen | undefined>>;
  /** Images that a service names and the engine does not have. */
  readonly missingImages: readonly string[];
  /** `agent-manager /health/ready` and the like; undefined when nothing answered. */
  readonly http: Readonly<Record<string, Answer | undefined>>;
  readonly postgres?: {
    readonly databases: readonly string[];
    /** Columns by `database.table`. */
    readonly columns: Readonly<Record<string, readonly string[]>>;
    readonly agents: number;
  };
  readonly redis?: string;
  readonly nats?: {
    readonly subscriptions: readonly { readonly client: string; readonly subject: string }[];
    readonly heard: readonly Message[];
    /** Every server behind the platform's one name for NATS. */
    readonly servers: readonly { readonly routes: number }[];
  };
  readonly boltAnswers: boolean;
  readonly exported: readonly string[];
  readonly ruleMetrics: readonly string[];
  readonly scrapes: readonly { readonly target: string; readonly metrics: boolean }[];
  readonly tried: Tried;
  /** Looks that failed, with the reason. */
  readonly failed: Readonly<Record<string, string>>;
}
