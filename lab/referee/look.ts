/** Looks at a platform that runs as a Compose project. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parse } from 'yaml';
import { act } from './act.ts';
import { boltAnswers, docker, get, listens, logText, natsEar, redisPing } from './clients.ts';
import { agentsIn, databasesOf, exportedIn, natsServer, ruleMetricsIn } from './parts.ts';
import type { ContainerSeen, Seen, Tried } from './seen.ts';

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
export const programs: Readonly<Record<string, string>> = {
  'agent-manager': '/app/agent-manager',
  'orchestrator-service': '/app/orchestrator-service',
  'collect-agent': '/app/collect-agent',
};
export const words = [
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
  const logOf = async (name: string, since = 0) => {
    const id = idOf(name);
    if (id === undefined) return '';
    return logText(await docker(socket, `/containers/${id}/logs?stdout=1&stderr=1&tail=400&since=${since}`));
  };
  const control = async (name: string, what: string) => {
    await docker(socket, `/containers/${idOf(name) ?? name}/${what}`, 'POST');
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
  const exported = exportedIn(http['agent-manager /metrics']?.body ?? '');

  const url = (name: string) =>
    `postgres://${place.postgres.user}:${encodeURIComponent(place.postgres.password)}@${host}:5432/${name}`;
  const agents = () => agentsIn(url('aetherius'));
  const postgres = await attempt('postgres', () => databasesOf(url, 'aetherius'));
  const redis = await attempt('redis', () => redisPing(host, 6379, place.redisPassword));

  const ear = await attempt('nats', () => natsEar(host, 4222));
  // Longer than an agent's heartbeat.
  await delay(ear === undefined ? 0 : 12_000);
  const server = await attempt('nats', () => natsServer(`http://${host}:8222`));

  const runs = (name: string) => services[name]?.state === 'running';
  const ready = http['agent-manager /health/ready']?.status === 200;
  const tried: Partial<{ -readonly [Key in keyof Tried]: Tried[Key] }> = {};
  if (place.act && ear !== undefined)
    await attempt('act', () =>
      act(tried, {
        ear,
        url: url('aetherius'),
        manager: `http://${host}:8080`,
        reasoning: `http://${host}:8082`,
        restart: (name) => control(name, 'restart?t=1'),
        away: () => control('neo4j', 'pause'),
        back: () => control('neo4j', 'unpause'),
        boltAnswers: () => boltAnswers(host, 7687),
        logOf,
        agents,
        runs,
        ready,
      }),
    );
  const heard = [...(ear?.heard ?? [])];
  ear?.close();

  const rules = join(place.folder, 'monitoring/alerts.yml');
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
    ...(server === undefined
      ? {}
      : { nats: { subscriptions: server.subscriptions, heard, servers: [{ routes: server.routes }] } }),
    boltAnswers: await boltAnswers(host, 7687),
    exported,
    ruleMetrics: ruleMetricsIn([readFileSync(rules, 'utf8')]),
    scrapes,
    tried,
    failed,
  };
}
