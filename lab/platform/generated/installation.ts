/** From a seed, an installation that has other names than the guide: a pure function, so that a seed is all that is kept. */

import { type LabPart, labParts } from '../../types.ts';
import { names } from './names.ts';

export type Kind = 'deployment' | 'statefulset' | 'daemonset';
export type HealthShape = 'guide' | 'plain' | 'components' | 'checks' | 'code';
export type StorePart = 'postgres' | 'redis' | 'nats' | 'neo4j';
export type ProgramPart = Exclude<LabPart, StorePart>;

/** How one part is called and where it is reached. */
export interface InstalledPart {
  /** Workload on Kubernetes and service in Compose. */
  readonly name: string;
  /** Under this name and port other parts find it on Kubernetes. */
  readonly service: string;
  readonly servicePort: number;
  readonly container: string;
  readonly image: string;
  readonly kind: Kind;
  /** On Kubernetes; Compose has one of each. */
  readonly replicas: number;
  /** Where its process listens; 0 when it does not. */
  readonly port: number;
  readonly monitorPort: number;
  /** Where the Compose project publishes them. */
  readonly publishedPort: number;
  readonly publishedMonitorPort: number;
  readonly configMap: string;
  /** Secret with the password of a store. */
  readonly secret: string;
  readonly secretKey: string;
  /** A store that runs outside of the cluster or project. */
  readonly outside: boolean;
}

export interface Installation {
  readonly seed: number;
  readonly owner: string;
  /** Compose project, and the prefix of its containers. */
  readonly project: string;
  readonly network: string;
  readonly namespace: string;
  readonly agentNamespace: string;
  /** Namespace or project of what runs outside. */
  readonly elsewhere: string;
  /** Label by which Services find Pods. */
  readonly label: string;
  /** Parts that are there. */
  readonly parts: Readonly<Partial<Record<LabPart, InstalledPart>>>;
  readonly cluster: string;
  readonly users: { readonly postgres: string; readonly nats: string };
  readonly passwords: Readonly<Record<StorePart, string>>;
  readonly token: string;
  readonly databases: { readonly agentManager: string; readonly orchestrator: string };
  readonly stream: string;
  /** Where the programs have their settings from. */
  readonly settings: 'file' | 'variables';
  readonly configFile: string;
  readonly workflowsFolder: string;
  readonly modelsFolder: string;
  readonly prefix: string;
  /** The guide's key → this installation's; those that are not here are as in the guide. */
  readonly keys: Readonly<Record<string, string>>;
  /** The guide's key → the variable that carries it. */
  readonly variables: Readonly<Record<string, string>>;
  /** The guide's path → this installation's. */
  readonly paths: Readonly<Record<string, string>>;
  /** The guide's key of a subject → the subject, with {cluster_id} and {severity}. */
  readonly subjects: Readonly<Record<string, string>>;
  /** Whether subjects stand in the settings, or in the programs alone. */
  readonly subjectsIn: 'settings' | 'programs';
  readonly health: HealthShape;
  /** Names on connections: of the programs, of this installation, or none. */
  readonly connections: 'programs' | 'own' | 'none';
  readonly tls: boolean;
  readonly logs: 'json' | 'plain';
}

/** Numbers from 0 to below 1, the same for a seed on every machine (mulberry32). */
export function random(seed: number): () => number {
  let state = (seed ^ 0x9e3779b9) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

class Dice {
  readonly #next: () => number;
  readonly #ports = new Set<number>();

  constructor(seed: number) {
    this.#next = random(seed);
  }

  number(from: number, to: number): number {
    return from + Math.floor(this.#next() * (to - from + 1));
  }

  one<T>(list: readonly T[]): T {
    const found = list[this.number(0, list.length - 1)];
    if (found === undefined) throw new Error('nothing to choose from');
    return found;
  }

  chance(share: number): boolean {
    return this.#next() < share;
  }

  port(from: number, to: number): number {
    for (;;) {
      const port = this.number(from, to);
      if (this.#ports.has(port)) continue;
      this.#ports.add(port);
      return port;
    }
  }

  word(length: number): string {
    const letters = 'abcdefghjkmnpqrstuvwxyz23456789';
    return Array.from({ length }, () => letters[this.number(0, letters.length - 1)]).join('');
  }
}

export const storeParts: readonly StorePart[] = ['postgres', 'redis', 'nats', 'neo4j'];
const isStore = (part: LabPart): part is StorePart => storeParts.some((one) => one === part);

/** Ports of the guide, and of the protocols: an installation has these, or others. */
const usualPorts: Readonly<Record<LabPart, readonly [number, number]>> = {
  'agent-manager': [8080, 0],
  'orchestrator-service': [8081, 0],
  'reasoning-service': [8082, 0],
  'collect-agent': [0, 0],
  postgres: [5432, 0],
  redis: [6379, 0],
  nats: [4222, 8222],
  neo4j: [7687, 0],
};

const kinds: Readonly<Record<LabPart, readonly Kind[]>> = {
  'agent-manager': ['deployment', 'statefulset'],
  'orchestrator-service': ['deployment', 'statefulset'],
  'reasoning-service': ['deployment', 'statefulset'],
  'collect-agent': ['daemonset', 'deployment'],
  postgres: ['statefulset', 'deployment'],
  redis: ['statefulset', 'deployment'],
  nats: ['statefulset', 'deployment'],
  neo4j: ['statefulset', 'deployment'],
};

/** Sets of parts that an installation may do without and be healthy. */
const withouts: readonly (readonly LabPart[])[] = [
  [],
  [],
  [],
  ['orchestrator-service'],
  ['reasoning-service', 'neo4j'],
  ['orchestrator-service', 'reasoning-service', 'neo4j'],
];

/** Keys that the guide names and the programs read. */
export const guideKeys = [
  ...['server.host', 'server.port', 'server.enabled', 'log.level', 'log.format'],
  ...['database.host', 'database.port', 'database.user', 'database.name', 'database.sslmode'],
  ...['database.max_open_conns', 'database.max_idle_conns', 'database.conn_max_lifetime'],
  ...['redis.addr', 'redis.tls', 'nats.url', 'nats.user', 'nats.tls'],
  ...['event.workers', 'event.buffer_size', 'event.batch_size', 'event.batch_timeout', 'event.rate'],
  ...['executor.workers', 'executor.queue_size', 'workflows.dir'],
  ...['agent.cluster_id', 'agent.command.default_timeout', 'agent.command.max_concurrent'],
  ...['services.agent_manager', 'services.reasoning', 'heartbeat.interval'],
  ...['neo4j.uri', 'neo4j.user', 'model.path', 'analysis.window', 'analysis.history'],
  ...['registration', 'heartbeat', 'event', 'metrics', 'result', 'command', 'inspect', 'announce'].map(
    (kind) => `nats.subjects.${kind}`,
  ),
] as const;

function renamedKeys(dice: Dice): Readonly<Record<string, string>> {
  if (dice.chance(0.4)) return {};
  const sections = Object.fromEntries(
    Object.entries(names.sections).map(([section, list]) => [section, dice.one<string>(list)]),
  );
  const leaves = Object.fromEntries(
    Object.entries(names.keys).map(([leaf, list]) => [leaf, dice.one<string>(list)]),
  );
  const renamed = guideKeys.map((key) => {
    const words = key.split('.');
    const [section = ''] = words;
    const own = words.map((word, index) =>
      index === 0 ? (sections[section] ?? word) : index === words.length - 1 ? (leaves[word] ?? word) : word,
    );
    return [key, own.join('.')] as const;
  });
  return Object.fromEntries(renamed.filter(([key, own]) => key !== own));
}

function renamedPaths(dice: Dice): Readonly<Record<string, string>> {
  if (dice.chance(0.4)) return {};
  const { paths } = names;
  const prefix = dice.one(paths.prefix);
  const health = dice.chance(0.7)
    ? {
        '/health': dice.one(paths.health),
        '/health/live': dice.one(paths.live),
        '/health/ready': dice.one(paths.ready),
        '/health/status': dice.one(paths.status),
      }
    : {};
  return {
    ...health,
    ...(dice.chance(0.5) ? { '/metrics': dice.one(paths.metrics) } : {}),
    '/api/v1': prefix,
    '/api/v1/agents': `${prefix}${dice.one(paths.agents)}`,
    '/api/v1/workflows': `${prefix}${dice.one(paths.workflows)}`,
    '/api/v1/analyze/root-cause': `${prefix}${dice.one(paths.rootCause)}`,
  };
}

function subjectsOf(dice: Dice, owner: string): Readonly<Record<string, string>> {
  const { subjects } = names;
  const agents = `${owner}.${dice.one(subjects.agents)}`;
  const clusterFirst = dice.chance(0.5);
  const subject = (kind: keyof typeof subjects) => {
    const word = dice.one<string>(subjects[kind]);
    return clusterFirst ? `${agents}.{cluster_id}.${word}` : `${agents}.${word}.{cluster_id}`;
  };
  return {
    'nats.subjects.registration': subject('registration'),
    'nats.subjects.heartbeat': subject('heartbeat'),
    'nats.subjects.event': subject('event'),
    'nats.subjects.metrics': subject('metrics'),
    'nats.subjects.result': subject('result'),
    'nats.subjects.command': subject('command'),
    'nats.subjects.inspect': subject('inspect'),
    'nats.subjects.announce': `${owner}.${dice.one(subjects.events)}.{cluster_id}.{severity}`,
  };
}

interface Choices {
  readonly owner: string;
  readonly registry: string;
  readonly otherPorts: boolean;
  readonly outside: boolean;
  readonly listens: boolean;
  readonly secretKey: string;
}

function partOf(dice: Dice, part: LabPart, choices: Choices): InstalledPart {
  const { owner } = choices;
  const base = dice.one<string>(names.parts[part]);
  const name = dice.chance(0.5) ? `${owner}-${base}` : base;
  const { suffixes } = names;
  const [usual, usualMonitor] = usualPorts[part];
  const other = choices.otherPorts ? dice.port(20000, 29999) : usual;
  const monitor = choices.otherPorts ? dice.port(20000, 29999) : usualMonitor;
  const port = usual === 0 || (part === 'orchestrator-service' && !choices.listens) ? 0 : other;
  const servicePort = dice.chance(0.4) ? dice.number(80, 99) : port;
  const outside = choices.outside && isStore(part) && dice.chance(0.6);
  const kind = dice.one(kinds[part]);
  const [published, publishedMonitor] = [dice.port(10000, 19999), dice.port(10000, 19999)];
  const two = part === 'reasoning-service' || (part === 'collect-agent' && kind === 'deployment');
  return {
    name,
    service: dice.chance(0.5) ? `${name}-${dice.one(suffixes.service)}` : name,
    servicePort: port === 0 ? 0 : servicePort,
    container: dice.one(suffixes.container),
    image: `${choices.registry}/${owner}/${base}:${dice.number(1, 9)}.${dice.number(0, 20)}`,
    kind,
    replicas: two ? dice.number(1, 2) : 1,
    port,
    monitorPort: usualMonitor === 0 ? 0 : monitor,
    publishedPort: port === 0 ? 0 : published,
    publishedMonitorPort: usualMonitor === 0 ? 0 : publishedMonitor,
    configMap: `${base}-${dice.one(suffixes.configMap)}`,
    secret: `${base}-${dice.one(suffixes.secret)}`,
    secretKey: choices.secretKey,
    outside,
  };
}

/** The installation of a seed (a whole number from 0). */
export function installationOf(seed: number): Installation {
  const dice = new Dice(seed);
  const owner = dice.one<string>(names.owners);
  const stage = dice.one(names.namespaces);
  const without = dice.one(withouts);
  const choices: Choices = {
    owner,
    registry: dice.one(names.registries),
    otherPorts: dice.chance(0.6),
    outside: dice.chance(0.4),
    listens: dice.chance(0.75),
    secretKey: dice.one(names.secretKeys),
  };
  const parts = Object.fromEntries(
    labParts
      .filter((part) => !without.includes(part))
      .map((part) => [part, partOf(dice, part, choices)] as const),
  );
  const folder = dice.one(names.folders);
  const variables = Object.fromEntries(
    Object.entries(names.variables).map(([key, list]) => [key, dice.one<string>(list)]),
  );
  return {
    seed,
    owner,
    project: `${owner}-${dice.one(names.clusters)}`,
    network: dice.one(names.networks),
    namespace: stage,
    agentNamespace: dice.chance(0.6) ? dice.one(names.agentNamespaces) : stage,
    elsewhere: dice.one(names.elsewhere),
    label: dice.one(['app', 'k8s-app', 'app.kubernetes.io/name', dice.one(names.labels)]),
    parts,
    cluster: dice.one(names.clusters),
    users: { postgres: dice.one(names.users), nats: dice.one(names.users) },
    passwords: {
      postgres: dice.word(18),
      redis: dice.word(18),
      nats: dice.word(18),
      neo4j: dice.word(18),
    },
    token: dice.word(24),
    databases: {
      agentManager: dice.one(names.databases.agentManager),
      orchestrator: dice.one(names.databases.orchestrator),
    },
    stream: dice.one(names.streams),
    settings: dice.chance(0.7) ? 'file' : 'variables',
    configFile: `${folder}/${dice.one(names.files)}`,
    workflowsFolder: `${folder}-${dice.one(names.flows)}`,
    modelsFolder: `${folder}-models`,
    prefix: dice.one(names.prefixes),
    keys: renamedKeys(dice),
    variables,
    paths: renamedPaths(dice),
    subjects: subjectsOf(dice, owner),
    subjectsIn: dice.chance(0.5) ? 'settings' : 'programs',
    health: dice.one(['guide', 'plain', 'components', 'checks', 'code'] as const),
    connections: dice.one(['programs', 'own', 'none'] as const),
    tls: dice.chance(0.35),
    logs: dice.one(['json', 'plain'] as const),
  };
}

/** The part's row; throws for one that this installation does not have. */
export function rowOf(installation: Installation, part: LabPart): InstalledPart {
  const row = installation.parts[part];
  if (row === undefined) throw new Error(`installation ${installation.seed} has no ${part}`);
  return row;
}

export const partsOf = (installation: Installation): readonly LabPart[] =>
  labParts.filter((part) => installation.parts[part] !== undefined);

/** The installation's name of a key of the guide. */
export const keyOf = (installation: Installation, key: string): string => installation.keys[key] ?? key;
