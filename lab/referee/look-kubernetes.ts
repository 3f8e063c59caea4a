/** Looks at a platform that runs as Pods. Reads by kubectl and by the Pods' own addresses. */

import { spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { parse } from 'yaml';
import { act } from './act.ts';
import { boltAnswers, type Ear, get, listens, natsEar, redisPing } from './clients.ts';
import { programs, words } from './look.ts';
import { agentsIn, databasesOf, exportedIn, natsServer, ruleMetricsIn } from './parts.ts';
import type { Answer, ContainerSeen, Message, Seen, Tried } from './seen.ts';

export interface Cluster {
  readonly kubectl: string;
  readonly kubeconfig: string;
  readonly namespace: string;
  readonly agentNamespace: string;
  readonly postgres: { readonly user: string; readonly password: string; readonly database: string };
  readonly redisPassword: string;
  /** Also act: messages on the bus, one row, one stop. */
  readonly act: boolean;
}

interface Workload {
  readonly kind: 'deployment' | 'statefulset';
  readonly name: string;
  readonly selector: string;
}

/** What the referee's words for the parts are called in the manifests. */
const workloads: Readonly<Record<string, Workload>> = {
  'agent-manager': { kind: 'deployment', name: 'agent-manager', selector: 'app=agent-manager' },
  'orchestrator-service': {
    kind: 'deployment',
    name: 'orchestrator-service',
    selector: 'app=orchestrator-service',
  },
  'reasoning-service': { kind: 'deployment', name: 'reasoning-service', selector: 'app=reasoning-service' },
  'collect-agent': {
    kind: 'deployment',
    name: 'aetherius-agent',
    selector: 'app.kubernetes.io/name=aetherius-agent',
  },
  postgres: { kind: 'statefulset', name: 'postgres', selector: 'app=postgres' },
  redis: { kind: 'deployment', name: 'redis', selector: 'app=redis' },
  nats: { kind: 'statefulset', name: 'nats', selector: 'app=nats' },
  neo4j: { kind: 'statefulset', name: 'neo4j', selector: 'app=neo4j' },
};

interface ContainerState {
  readonly restartCount: number;
  readonly state: {
    readonly running?: object;
    readonly waiting?: { readonly reason?: string };
    readonly terminated?: { readonly exitCode: number };
  };
  readonly lastState?: { readonly terminated?: { readonly exitCode: number } };
}

export interface Pod {
  readonly metadata: {
    readonly name: string;
    readonly deletionTimestamp?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec: {
    readonly containers: readonly {
      readonly image: string;
      readonly env?: readonly { readonly name: string; readonly value?: string }[];
      readonly ports?: readonly { readonly containerPort: number }[];
    }[];
  };
  readonly status: { readonly podIP?: string; readonly containerStatuses?: readonly ContainerState[] };
}

interface List<T> {
  readonly items: readonly T[];
}

interface Job {
  readonly job_name: string;
  readonly static_configs?: readonly { readonly targets: readonly string[] }[];
  readonly kubernetes_sd_configs?: readonly {
    readonly namespaces?: { readonly names?: readonly string[] };
  }[];
  readonly relabel_configs?: readonly {
    readonly source_labels: readonly string[];
    readonly action?: string;
    readonly regex?: string;
    readonly target_label?: string;
    readonly replacement?: string;
  }[];
}

/** What a scrape job looks for: Pods of a label in namespaces on a port, or fixed targets. */
export function scrapeOf(job: Job) {
  const keep = job.relabel_configs?.find((one) => one.action === 'keep');
  const label = keep?.source_labels[0]?.replace('__meta_kubernetes_pod_label_', '');
  const address = job.relabel_configs?.find((one) => one.target_label === '__address__');
  return {
    name: job.job_name,
    fixed: job.static_configs?.flatMap((one) => one.targets) ?? [],
    namespaces: job.kubernetes_sd_configs?.flatMap((one) => one.namespaces?.names ?? []) ?? [],
    selector: label === undefined ? undefined : `${label}=${keep?.regex ?? ''}`,
    port: address?.replacement?.split(':')[1],
  };
}

/** One service from its Pods: the worst of them, and the text of all. */
export function stateOf(pods: readonly Pod[]): Pick<ContainerSeen, 'state' | 'exitCode' | 'restarts'> {
  const states = pods.flatMap((pod) => pod.status.containerStatuses ?? []);
  const ended = states.find((one) => one.state.running === undefined) ?? states[0];
  const last = ended?.state.terminated ?? ended?.lastState?.terminated;
  return {
    state:
      states.length > 0 && states.every((one) => one.state.running !== undefined)
        ? 'running'
        : (ended?.state.waiting?.reason ?? 'not running'),
    exitCode: last?.exitCode ?? 0,
    restarts: Math.max(0, ...states.map((one) => one.restartCount)),
  };
}

/** One ear on each server, as one. */
function earOn(ears: readonly Ear[]): Ear {
  return {
    get heard(): readonly Message[] {
      return ears.flatMap((one) => one.heard);
    },
    say: (subject, body) => {
      for (const one of ears) one.say(subject, body);
    },
    close: () => {
      for (const one of ears) one.close();
    },
  };
}

function run(command: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000 });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(Buffer.concat(out).toString());
      else
        reject(new Error(`kubectl ${args.slice(2, 6).join(' ')}: ${Buffer.concat(err).toString().trim()}`));
    });
  });
}

export async function lookAtCluster(place: Cluster): Promise<Seen> {
  const failed: Record<string, string> = {};
  const attempt = async <T>(what: string, work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      failed[what] = error instanceof Error ? error.message : String(error);
      return undefined;
    }
  };
  const kubectl = (...args: string[]) => run(place.kubectl, ['--kubeconfig', place.kubeconfig, ...args]);
  const whereOf = (name: string) => (name === 'collect-agent' ? place.agentNamespace : place.namespace);
  const podsOf = async (where: string, selector: string): Promise<readonly Pod[]> =>
    (
      JSON.parse(await kubectl('get', 'pods', '-n', where, '-l', selector, '-o', 'json')) as List<Pod>
    ).items.filter((pod) => pod.metadata.deletionTimestamp === undefined);
  const pods = (name: string) => podsOf(whereOf(name), workloads[name]?.selector ?? '');
  const logOf = async (name: string, since = 0) => {
    const texts = await Promise.all(
      (await pods(name)).map(async (pod) => {
        const args = ['logs', '-n', whereOf(name), pod.metadata.name, '--tail=400'];
        const when = since === 0 ? [] : [`--since-time=${new Date(since * 1000).toISOString()}`];
        const now = await kubectl(...args, ...when).catch(() => '');
        if (now.trim() !== '' || since !== 0) return now;
        return kubectl(...args, '--previous').catch(() => '');
      }),
    );
    return texts.join('');
  };
  const wordsIn = (name: string, pod: Pod, asked: readonly string[]) => {
    const file = programs[name] ?? '';
    const script = `for w in "$@"; do grep -qF -- "$w" ${file} && echo "$w"; done; true`;
    return kubectl(
      'exec',
      '-n',
      whereOf(name),
      pod.metadata.name,
      '--',
      'sh',
      '-c',
      script,
      'words',
      ...asked,
    );
  };
  const seenOf = async (name: string): Promise<ContainerSeen | undefined> => {
    const own = await pods(name);
    const [first] = own;
    if (first === undefined) return undefined;
    const container = first.spec.containers[0];
    const variables = Object.fromEntries((container?.env ?? []).map((one) => [one.name, one.value ?? '']));
    const ports = (container?.ports ?? []).map((one) => one.containerPort);
    const open = await Promise.all(
      ports.map(async (port) => ((await listens(first.status.podIP ?? '', port)) ? [port] : [])),
    );
    const asked = [...words, ...Object.keys(variables)];
    const running = own.find((pod) =>
      pod.status.containerStatuses?.every((one) => one.state.running !== undefined),
    );
    const has =
      programs[name] === undefined || running === undefined
        ? undefined
        : await attempt(`program of ${name}`, async () =>
            (await wordsIn(name, running, asked)).split('\n').filter(Boolean),
          );
    return {
      name: first.metadata.name,
      ...stateOf(own),
      variables,
      ports,
      log: await logOf(name),
      ...(has === undefined
        ? {}
        : { words: Object.fromEntries(asked.map((word) => [word, has.includes(word)])) }),
      listening: open.flat(),
    };
  };
  const services = Object.fromEntries(
    await Promise.all(Object.keys(workloads).map(async (name) => [name, await seenOf(name)] as const)),
  );
  const missingImages = [
    ...new Set(
      (await Promise.all(Object.keys(workloads).map(pods)))
        .flat()
        .filter((pod) =>
          pod.status.containerStatuses?.some((one) =>
            /ImagePull|ErrImage/.test(one.state.waiting?.reason ?? ''),
          ),
        )
        .map((pod) => pod.spec.containers[0]?.image ?? ''),
    ),
  ];

  const addresses = JSON.parse(
    await kubectl('get', 'services', '-n', place.namespace, '-o', 'json'),
  ) as List<{ metadata: { name: string }; spec: { clusterIP: string } }>;
  const addressOf = (name: string) =>
    addresses.items.find((one) => one.metadata.name === name)?.spec.clusterIP ?? '';
  const [manager, reasoning] = [
    `http://${addressOf('agent-manager')}:8080`,
    `http://${addressOf('reasoning-service')}:8082`,
  ];
  const agentPod = (await pods('collect-agent'))[0]?.status.podIP;
  const pages: readonly (readonly [string, string])[] = [
    ['agent-manager /health', `${manager}/health`],
    ['agent-manager /health/ready', `${manager}/health/ready`],
    ['agent-manager /metrics', `${manager}/metrics`],
    ['agent-manager /api/v1/agents', `${manager}/api/v1/agents`],
    ['reasoning-service /health', `${reasoning}/health`],
    ['reasoning-service /metrics', `${reasoning}/metrics`],
    ...(agentPod === undefined
      ? []
      : ([['collect-agent /metrics', `http://${agentPod}:8080/metrics`]] as const)),
  ];
  const http: Record<string, Answer | undefined> = Object.fromEntries(
    await Promise.all(pages.map(async ([name, url]) => [name, await get(url)] as const)),
  );

  const { user, password, database } = place.postgres;
  const url = (name: string) =>
    `postgres://${user}:${encodeURIComponent(password)}@${addressOf('aetherius-postgres')}:5432/${name}`;
  const postgres = await attempt('postgres', () => databasesOf(url, database));
  const redis = await attempt('redis', () =>
    redisPing(addressOf('aetherius-redis'), 6379, place.redisPassword),
  );
  const brokers = (await pods('nats')).map((pod) => pod.status.podIP ?? '');
  const ears = await attempt('nats', () => Promise.all(brokers.map((host) => natsEar(host, 4222))));
  const ear = ears === undefined || ears.length === 0 ? undefined : earOn(ears);
  // Longer than an agent's heartbeat.
  await delay(ear === undefined ? 0 : 32_000);
  const servers = await attempt('nats', () =>
    Promise.all(brokers.map((host) => natsServer(`http://${host}:8222`))),
  );

  const bolt = () => boltAnswers(addressOf('aetherius-neo4j'), 7687);
  const tried: Partial<{ -readonly [Key in keyof Tried]: Tried[Key] }> = {};
  const scaleNeo4j = async (replicas: number) => {
    await kubectl('scale', 'statefulset/neo4j', '-n', place.namespace, `--replicas=${replicas}`);
    for (const end = Date.now() + 90_000; Date.now() < end; await delay(500))
      if ((await bolt()) === replicas > 0) return;
  };
  if (place.act && ear !== undefined)
    await attempt('act', () =>
      act(tried, {
        ear,
        url: url(database),
        manager,
        reasoning,
        restart: async (name) => {
          const args = ['-n', whereOf(name), '-l', workloads[name]?.selector ?? ''];
          await kubectl('delete', 'pods', ...args, '--grace-period=1', '--wait=true');
        },
        away: () => scaleNeo4j(0),
        back: () => scaleNeo4j(1),
        boltAnswers: bolt,
        logOf,
        agents: () => agentsIn(url(database)),
        runs: (name) => services[name]?.state === 'running',
        ready: http['agent-manager /health/ready']?.status === 200,
      }),
    );
  const heard = [...(ear?.heard ?? [])];
  ear?.close();

  const mapOf = async (where: string, name: string) =>
    (
      JSON.parse(
        (await kubectl('get', 'configmap', name, '-n', where, '--ignore-not-found', '-o', 'json')) || '{}',
      ) as { data?: Readonly<Record<string, string>> }
    ).data ?? {};
  const monitoring = await mapOf(place.namespace, 'prometheus-config');
  const agentRules = await mapOf(place.agentNamespace, 'aetherius-agent-rules');
  const jobs = (
    parse(monitoring['prometheus.yml'] ?? 'scrape_configs: []') as { scrape_configs: readonly Job[] }
  ).scrape_configs.map(scrapeOf);
  const metricsAt = async (host: string, port: string) =>
    (await get(`http://${host}:${port}/metrics`))?.status === 200;
  const scrapes = await Promise.all(
    jobs.map(async (job) => {
      const fixed = job.fixed.map((one) => one.split(':') as [string, string]);
      const found =
        job.selector === undefined
          ? fixed.map(([name, port]) => [addressOf(name), port] as const)
          : (await Promise.all(job.namespaces.map((where) => podsOf(where, job.selector ?? ''))))
              .flat()
              .map((pod) => [pod.status.podIP ?? '', job.port ?? ''] as const);
      const answers = await Promise.all(found.map(([host, port]) => metricsAt(host, port)));
      return {
        target: `${job.name}:${job.port ?? fixed[0]?.[1] ?? ''}`,
        metrics: answers.length > 0 && answers.every(Boolean),
      };
    }),
  );

  return {
    at: new Date().toISOString(),
    services,
    missingImages,
    http,
    ...(postgres === undefined ? {} : { postgres }),
    ...(redis === undefined ? {} : { redis }),
    ...(servers === undefined || servers.length === 0
      ? {}
      : { nats: { subscriptions: servers.flatMap((one) => one.subscriptions), heard, servers } }),
    boltAnswers: await bolt(),
    exported: [
      ...exportedIn(http['agent-manager /metrics']?.body ?? ''),
      ...exportedIn(http['collect-agent /metrics']?.body ?? ''),
    ],
    ruleMetrics: ruleMetricsIn(
      [monitoring['aetherius-alerts.yml'], agentRules['agent.rules']].filter((one) => one !== undefined),
    ),
    scrapes,
    tried,
    failed,
  };
}
