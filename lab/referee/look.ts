/** Looks at a running platform, and does the few things that show what no look can. Whatever it does it undoes. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parse } from 'yaml';
import { boltAnswers, docker, type Ear, get, listens, logText, natsEar, redisPing, sql } from './clients.ts';
import type { ContainerSeen, Message, Seen, Tried } from './seen.ts';

export interface Place {
  /** Path of the Docker engine's socket. */
  readonly socket: string;
  /** Address at which published ports are reached. */
  readonly host: string;
  /** Folder of the Compose file; its `monitoring` has rules and scrape targets. */
  readonly folder: string;
  readonly project: string;
  readonly postgres: { readonly user: string; readonly password: string };
  readonly redisPassword: string;
  /** Also act: messages on the bus, one row, one pause. */
  readonly act: boolean;
}

/** Programs, and words that are asked of each beside the names of its own variables. */
const programs: Readonly<Record<string, string>> = {
  'agent-manager': '/app/agent-manager',
  'orchestrator-service': '/app/orchestrator-service',
  'collect-agent': '/app/collect-agent',
};
const words = [
  'agent_id',
  'aetherius.agent.%s.command',
  'internal.event.anomaly',
  'http://agent-manager:8080',
  'AGENT_MANAGER_URL',
  'DATABASE_PASSWORD',
  'DB_PASSWORD',
  'REDIS_PASSWORD',
];

interface Inspected {
  readonly Id: string;
  readonly Name: string;
  readonly RestartCount: number;
  readonly State: {
    readonly Status: string;
    readonly ExitCode: number;
    readonly StartedAt: string;
    readonly Health?: { readonly Log: readonly { readonly ExitCode: number }[] | null };
  };
  readonly Config: { readonly Env: readonly string[] };
  readonly HostConfig: { readonly PortBindings: Readonly<Record<string, unknown>> | null };
  readonly NetworkSettings: { readonly Networks: Readonly<Record<string, { readonly IPAddress: string }>> };
}

interface ComposeFile {
  readonly services: Readonly<Record<string, { readonly image: string }>>;
}

/** Metric names in the rules' expressions: what is neither a word of the language nor a label. */
export function metricsOf(expression: string): readonly string[] {
  const bare = expression.replace(/\{[^}]*\}/g, '').replace(/\[[^\]]*\]/g, '');
  return [...bare.matchAll(/[a-z_:][a-z0-9_:]*(?!\w*\()/gi)]
    .map((match) => match[0])
    .filter((name) => name.includes('_') && !/^histogram_quantile$/.test(name));
}

export async function look(place: Place): Promise<Seen> {
  const failed: Record<string, string> = {};
  const attempt = async <T>(what: string, work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      failed[what] = error instanceof Error ? error.message : String(error);
      return undefined;
    }
  };
  const { socket, host } = place;
  const api = async <T>(path: string, method?: string, body?: unknown) =>
    JSON.parse((await docker(socket, path, method, body)).toString()) as T;
  const file = parse(readFileSync(join(place.folder, 'docker-compose.yml'), 'utf8')) as ComposeFile;
  const filter = encodeURIComponent(
    JSON.stringify({ label: [`com.docker.compose.project=${place.project}`] }),
  );
  const found = await api<readonly { Id: string; Labels: Readonly<Record<string, string>> }[]>(
    `/containers/json?all=1&filters=${filter}`,
  );
  const idOf = (name: string) => found.find((one) => one.Labels['com.docker.compose.service'] === name)?.Id;
  const logOf = async (name: string, since = '') => {
    const id = idOf(name);
    if (id === undefined) return '';
    return logText(
      await docker(socket, `/containers/${id}/logs?stdout=1&stderr=1&tail=400${since && `&since=${since}`}`),
    );
  };
  const addressOf = async (name: string) => {
    const id = idOf(name);
    if (id === undefined) return undefined;
    const { NetworkSettings } = await api<Inspected>(`/containers/${id}/json`);
    return Object.values(NetworkSettings.Networks)[0]?.IPAddress;
  };

  const container = async (name: string): Promise<ContainerSeen | undefined> => {
    const id = idOf(name);
    if (id === undefined) return undefined;
    const one = await api<Inspected>(`/containers/${id}/json`);
    const variables = Object.fromEntries(
      one.Config.Env.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
    );
    const program = programs[name];
    const bytes =
      program === undefined
        ? undefined
        : await attempt(`program of ${name}`, () =>
            docker(socket, `/containers/${id}/archive?path=${encodeURIComponent(program)}`),
          );
    const ports = Object.keys(one.HostConfig.PortBindings ?? {}).map((key) => Number(key.split('/')[0]));
    const address = Object.values(one.NetworkSettings.Networks)[0]?.IPAddress ?? '';
    const open = await Promise.all(ports.map(async (port) => ((await listens(address, port)) ? [port] : [])));
    return {
      name: one.Name.replace('/', ''),
      state: one.State.Status,
      exitCode: one.State.ExitCode,
      restarts: one.RestartCount,
      variables,
      ports,
      ...(one.State.Health === undefined
        ? {}
        : { checks: (one.State.Health.Log ?? []).map((check) => check.ExitCode) }),
      log: await logOf(name),
      ...(bytes === undefined
        ? {}
        : {
            words: Object.fromEntries(
              [...words, ...Object.keys(variables)].map((word) => [word, bytes.includes(word)]),
            ),
          }),
      listening: open.flat(),
    };
  };

  const names = Object.keys(file.services);
  const services = Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await container(name)] as const)),
  );
  const missingImages: string[] = [];
  for (const { image } of Object.values(file.services)) {
    const there = await docker(socket, `/images/${image}/json`).catch(() => undefined);
    if (there === undefined) missingImages.push(image);
  }

  const paths = [
    ['agent-manager', 8080, '/health'],
    ['agent-manager', 8080, '/health/ready'],
    ['agent-manager', 8080, '/metrics'],
    ['agent-manager', 8080, '/api/v1/agents'],
    ['reasoning-service', 8082, '/health'],
    ['reasoning-service', 8082, '/metrics'],
  ] as const;
  const http = Object.fromEntries(
    await Promise.all(
      paths.map(
        async ([name, port, path]) =>
          [`${name} ${path}`, await get(`http://${host}:${port}${path}`)] as const,
      ),
    ),
  );
  const exported = [...(http['agent-manager /metrics']?.body ?? '').matchAll(/^([a-z_:][a-z0-9_:]*)/gim)].map(
    (match) => match[1] ?? '',
  );

  const url = (name: string) =>
    `postgres://${place.postgres.user}:${encodeURIComponent(place.postgres.password)}@${host}:5432/${name}`;
  const agents = async () =>
    Number((await sql(url('aetherius'), 'SELECT count(*) AS n FROM agents').catch(() => []))[0]?.['n'] ?? 0);
  const postgres = await attempt('postgres', async () => {
    const databases = (
      await sql(url('postgres'), 'SELECT datname FROM pg_database WHERE NOT datistemplate')
    ).map((row) => String(row['datname']));
    const columns: Record<string, string[]> = {};
    for (const name of databases) {
      const rows = await sql(
        url(name),
        `SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'`,
      );
      for (const row of rows) {
        const key = `${name}.${String(row['table_name'])}`;
        columns[key] = [...(columns[key] ?? []), String(row['column_name'])];
      }
    }
    return { databases, columns, agents: await agents() };
  });
  const redis = await attempt('redis', () => redisPing(host, 6379, place.redisPassword));

  const connections = async () => {
    const answer = await get(`http://${host}:8222/connz?subs=1`);
    if (answer === undefined) throw new Error('the monitor of NATS does not answer');
    const { connections: all } = JSON.parse(answer.body) as {
      connections: readonly { name?: string; subscriptions_list?: readonly string[] }[];
    };
    return all
      .filter((one) => one.name !== 'referee')
      .flatMap((one) =>
        (one.subscriptions_list ?? []).map((subject) => ({ client: one.name ?? '', subject })),
      );
  };
  const ear = await attempt('nats', () => natsEar(host, 4222));
  // Longer than an agent's heartbeat.
  await delay(ear === undefined ? 0 : 12_000);
  const subscriptions = await attempt('nats', connections);

  const runs = (name: string) => services[name]?.state === 'running';
  const ready = http['agent-manager /health/ready']?.status === 200;
  const tried: Partial<{ -readonly [Key in keyof Tried]: Tried[Key] }> = {};
  if (place.act && ear !== undefined)
    await attempt('act', () =>
      act(tried, { socket, ear, url: url('aetherius'), idOf, logOf, agents, host, runs, ready }),
    );
  const heard = [...(ear?.heard ?? [])];
  ear?.close();

  const rules = join(place.folder, 'monitoring/alerts.yml');
  const groups = (
    parse(readFileSync(rules, 'utf8')) as { groups: readonly { rules: readonly { expr: string }[] }[] }
  ).groups;
  const scrapeFile = parse(readFileSync(join(place.folder, 'monitoring/prometheus.yml'), 'utf8')) as {
    scrape_configs: readonly { static_configs: readonly { targets: readonly string[] }[] }[];
  };
  const targets = scrapeFile.scrape_configs.flatMap((job) =>
    job.static_configs.flatMap((one) => one.targets),
  );
  const scrapes = await Promise.all(
    targets.map(async (target) => {
      const [name = '', port = ''] = target.split(':');
      const address = await addressOf(name);
      const answer = address === undefined ? undefined : await get(`http://${address}:${port}/metrics`);
      return { target, metrics: answer?.status === 200 };
    }),
  );

  return {
    at: new Date().toISOString(),
    services,
    missingImages,
    http,
    ...(postgres === undefined ? {} : { postgres }),
    ...(redis === undefined ? {} : { redis }),
    ...(subscriptions === undefined ? {} : { nats: { subscriptions, heard } }),
    boltAnswers: await boltAnswers(host, 7687),
    exported,
    ruleMetrics: [...new Set(groups.flatMap((group) => group.rules.flatMap((rule) => metricsOf(rule.expr))))],
    scrapes,
    tried,
    failed,
  };
}

interface Hands {
  readonly socket: string;
  readonly ear: Ear;
  readonly url: string;
  readonly host: string;
  idOf(name: string): string | undefined;
  logOf(name: string, since?: string): Promise<string>;
  agents(): Promise<number>;
  runs(name: string): boolean;
  /** agent-manager answers. */
  readonly ready: boolean;
}

async function act(tried: { -readonly [Key in keyof Tried]: Tried[Key] }, hands: Hands): Promise<void> {
  const { socket, ear, url, idOf, logOf, runs, ready } = hands;
  const control = (name: string, what: string) =>
    docker(socket, `/containers/${idOf(name) ?? name}/${what}`, 'POST');
  const now = () => `${Math.floor(Date.now() / 1000)}`;
  const until = async (seconds: number, condition: () => Promise<boolean>) => {
    for (const end = Date.now() + seconds * 1000; Date.now() < end; await delay(500)) {
      if (await condition()) return;
    }
  };
  const heardOn = (prefix: string): readonly Message[] =>
    ear.heard.filter((one) => one.subject.startsWith(prefix));

  if (ready && runs('collect-agent')) {
    const before = heardOn('agent.register.').length;
    await control('collect-agent', 'restart?t=1');
    await until(20, async () => heardOn('agent.register.').length > before);
    const registration = heardOn('agent.register.').at(-1);
    const cluster = registration?.subject.slice('agent.register.'.length) ?? 'referee';
    if (registration !== undefined) {
      const [since, rowsBefore] = [now(), await hands.agents()];
      ear.say(`aetherius.agent.${cluster}.register`, registration.body);
      await until(5, async () => (await logOf('agent-manager', since)).includes('register'));
      tried.registration = {
        log: await logOf('agent-manager', since),
        rowsBefore,
        rowsAfter: await hands.agents(),
      };
    }
    await until(10, async () => heardOn('agent.heartbeat.').length > 0);
    ear.say(`agent.command.${cluster}`, JSON.stringify({ id: 'referee', type: 'diagnostic', tool: 'top' }));
    await until(5, async () => heardOn('agent.result.').length > 0);
    tried.command = { results: heardOn('agent.result.') };
  }

  const event = {
    id: `referee-${Date.now()}`,
    cluster_id: 'referee',
    timestamp: new Date().toISOString(),
    severity: 'critical',
    reason: 'NodeNotReady',
    labels: { name: `${Date.now()}` },
  };
  if (ready) {
    const since = now();
    ear.say('aetherius.agent.referee.event', JSON.stringify(event));
    await until(5, async () => (await logOf('agent-manager', since)).includes(event.id));
    tried.event = { log: await logOf('agent-manager', since), onBus: heardOn('internal.event.') };
    await sql(url, `DELETE FROM events WHERE id = '${event.id}'`);
  }

  const internal = async (payload: object) => {
    await delay(1100);
    const since = now();
    const body = { type: 'critical', cluster_id: 'referee', severity: 'critical', payload };
    ear.say('internal.event.critical', JSON.stringify(body));
    await until(5, async () => (await logOf('orchestrator-service', since)).includes('No strategy matched'));
    return logOf('orchestrator-service', since);
  };
  if (runs('orchestrator-service'))
    tried.internal = {
      byId: await internal({ event_id: event.id, reason: event.reason }),
      byEvent: await internal({ event }),
    };

  if (runs('neo4j') && runs('reasoning-service')) {
    await control('neo4j', 'pause');
    try {
      tried.graph = {
        boltAnswers: await boltAnswers(hands.host, 7687),
        health: (await get(`http://${hands.host}:8082/health`))?.body ?? '',
      };
    } finally {
      await control('neo4j', 'unpause');
    }
  }

  if (!ready) return;
  const rowSince = now();
  await sql(
    url,
    `INSERT INTO agents (id, cluster_id, status, capabilities) VALUES ('referee', 'referee', 'offline', '[]')`,
  );
  try {
    await control('agent-manager', 'restart?t=1');
    await until(15, async () => (await logOf('agent-manager', rowSince)).includes('load agents'));
    tried.row = { log: await logOf('agent-manager', rowSince) };
  } finally {
    await sql(url, `DELETE FROM agents WHERE id = 'referee'`);
    await control('agent-manager', 'restart?t=1');
    await until(20, async () => (await get(`http://${hands.host}:8080/health/ready`))?.status === 200);
  }
}
