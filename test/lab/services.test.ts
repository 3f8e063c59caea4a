/** The lab's services as plain processes, against real PostgreSQL, Redis, NATS and Neo4j. */

import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type NatsServer, startNats } from '../../lab/components/nats.ts';
import { type Neo4jServer, startNeo4j } from '../../lab/components/neo4j.ts';
import { type PostgresServer, query, startPostgres } from '../../lab/components/postgres.ts';
import {
  freePort,
  must,
  type RunningProcess,
  startProcess,
  tail,
  waitFor,
} from '../../lab/components/process.ts';
import { type RedisServer, startRedis } from '../../lab/components/redis.ts';
import { shareOf } from '../../lab/faults/pprof.ts';
import { secrets } from '../../lab/platform/platform.ts';
import { processSpecs } from '../../lab/platform/processes.ts';
import { seedPlatform } from '../../lab/platform/seed.ts';
import type { Ports } from '../../lab/runtimes/processes.ts';
import type { LabPart } from '../../lab/types.ts';

const folder = mkdtempSync(join(tmpdir(), 'lab-services-'));
// PostgreSQL runs as another user, who has to get through.
chmodSync(folder, 0o755);
const programs = new Map<LabPart, RunningProcess>();
const configFolder = (part: LabPart) => join(folder, 'config', part);
const logOf = (part: LabPart) => join(folder, `${part}.log`);
let ports: Ports;
let postgres: PostgresServer;
let redis: RedisServer;
let nats: NatsServer;
let neo4j: Neo4jServer;
let services = '';

const specOf = (part: LabPart) => {
  const spec = processSpecs({ services, ports, configFolder }).find((one) => one.part === part);
  if (spec === undefined) throw new Error(`no program for ${part}`);
  return spec;
};

async function launch(part: LabPart, more: { env?: Record<string, string>; args?: string[] } = {}) {
  const spec = specOf(part);
  for (const [name, text] of Object.entries(spec.files)) {
    const file = join(configFolder(part), name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  const started = await startProcess({
    name: part,
    command: spec.command,
    args: [...spec.args, ...(more.args ?? [])],
    env: { ...spec.env, ...more.env },
    log: logOf(part),
  });
  programs.set(part, started);
  return started;
}

async function json<T>(
  part: 'agent-manager' | 'orchestrator-service' | 'reasoning-service',
  path: string,
  body?: unknown,
): Promise<T> {
  const response = await fetch(`http://127.0.0.1:${ports[part]}${path}`, {
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(20_000),
  });
  return (await response.json()) as T;
}

const metric = async (part: 'agent-manager' | 'orchestrator-service', name: string) => {
  const response = await fetch(`http://127.0.0.1:${ports[part]}/metrics`);
  const line = (await response.text()).split('\n').find((one) => one.startsWith(`${name} `));
  return Number(line?.split(' ')[1]);
};

const up = (part: 'agent-manager' | 'orchestrator-service' | 'reasoning-service') =>
  waitFor(async () => (await fetch(`http://127.0.0.1:${ports[part]}/health`)).ok, {
    seconds: 30,
    what: `${part} to be healthy`,
    failed: () => (programs.get(part)?.running() === true ? undefined : tail(logOf(part))),
  });

beforeAll(async () => {
  const script = fileURLToPath(new URL('../../lab/build-services.sh', import.meta.url));
  services = process.env.AETHERIUS_LAB_SERVICES ?? '';
  const built = await must(script, services === '' ? [] : [services], { seconds: 900 });
  services = built.trim().split('\n').at(-1) ?? '';
  [postgres, redis, nats, neo4j] = await Promise.all([
    startPostgres({ dir: join(folder, 'postgres'), ...secrets.postgres }),
    startRedis({ dir: join(folder, 'redis'), ...secrets.redis }),
    startNats({ dir: join(folder, 'nats'), ...secrets.nats }),
    startNeo4j({ dir: join(folder, 'neo4j'), password: secrets.neo4j.password }),
  ]);
  ports = {
    'agent-manager': await freePort(),
    'orchestrator-service': await freePort(),
    'reasoning-service': await freePort(),
    postgres: postgres.port,
    redis: redis.port,
    nats: nats.port,
    monitor: nats.monitorPort,
    neo4j: neo4j.port,
  };
  const seed = { postgres: postgres.url(), nats: `nats://127.0.0.1:${nats.port}` };
  await seedPlatform(seed);
  await seedPlatform(seed);
  for (const part of ['agent-manager', 'orchestrator-service', 'reasoning-service', 'collect-agent'] as const)
    await launch(part);
  await Promise.all([up('agent-manager'), up('orchestrator-service'), up('reasoning-service')]);
});

afterAll(async () => {
  for (const program of programs.values()) await program.stop(3);
  for (const server of [neo4j, nats, redis, postgres]) await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('the platform as plain processes', () => {
  it('registers the agent in PostgreSQL and caches it in Redis', async () => {
    const rows = await waitFor(
      async () => {
        const found = await query(postgres.url('agent_manager'), 'SELECT id, cluster_id, status FROM agents');
        return found.length > 0 ? found : undefined;
      },
      { seconds: 20, what: 'the agent to be registered' },
    );
    expect(rows).toEqual([{ id: 'process-node', cluster_id: 'prod-cluster', status: 'online' }]);
    const client = new Redis(redis.url);
    try {
      expect(await client.hget('agent:process-node', 'cluster_id')).toBe('prod-cluster');
    } finally {
      client.disconnect();
    }
    expect(readFileSync(logOf('collect-agent'), 'utf8')).toMatch(/register: registered/);
  });

  it('stores an event, announces it on the stream and marks it processed', async () => {
    await waitFor(
      async () =>
        (await query(postgres.url('agent_manager'), 'SELECT 1 FROM events WHERE processed LIMIT 1')).length >
        0,
      { seconds: 20, what: 'a processed event' },
    );
    const response = await fetch(`${nats.monitorUrl}/jsz?streams=true`);
    const body = (await response.json()) as { messages: number };
    expect(body.messages).toBeGreaterThan(0);
    const stored = await query(postgres.url('agent_manager'), 'SELECT context FROM events LIMIT 1');
    expect(stored[0]?.context).toMatchObject({ machine: { memory_available_bytes: expect.any(Number) } });
  });

  it('shows the figures of the guide as metrics', async () => {
    expect(await metric('agent-manager', 'event_queue_capacity')).toBe(1000);
    expect(await metric('agent-manager', 'go_goroutines')).toBeGreaterThan(10);
    expect(await metric('agent-manager', 'event_processing_seconds_count')).toBeGreaterThan(0);
    expect(await metric('orchestrator-service', 'executor_queue_capacity')).toBe(1000);
  });

  it('runs a workflow through, with the history of every step', async () => {
    const { id } = await json<{ id: string }>('orchestrator-service', '/api/v1/workflows/executions', {
      workflow_id: 'diagnose-oom-killed',
      input: { cluster_id: 'prod-cluster', reason: 'OOMKilled' },
    });
    interface Execution {
      status: string;
      steps: { id: string; status: string; duration_ms: number; timeout_seconds: number }[];
    }
    const done = await waitFor(
      async () => {
        const found = await json<Execution>('orchestrator-service', `/api/v1/workflows/executions/${id}`);
        return ['completed', 'failed'].includes(found.status) ? found : undefined;
      },
      { seconds: 90, what: 'the execution to end' },
    );
    expect(done.status).toBe('completed');
    expect(done.steps.map((step) => [step.id, step.status])).toEqual([
      ['describe_pod', 'completed'],
      ['collect_logs', 'completed'],
      ['root_cause', 'completed'],
    ]);
    expect(done.steps[1]?.duration_ms).toBeGreaterThanOrEqual(1000);
  });

  it('answers a root-cause request from the model and the graph', async () => {
    const answer = await waitFor(
      async () => {
        const found = await json<{
          anomaly_score: number;
          root_causes: { cause: string }[];
          knowledge_graph: string;
        }>('reasoning-service', '/api/v1/analyze/root-cause', {
          cluster_id: 'prod-cluster',
          events: [{ reason: 'OOMKilled', severity: 'high', message: 'killed' }],
        });
        return found.root_causes.length > 0 ? found : undefined;
      },
      { seconds: 30, what: 'causes from the graph' },
    );
    expect(answer.knowledge_graph).toBe('used');
    expect(answer.root_causes[0]?.cause).toBe('memory limit too low');
    expect(answer.anomaly_score).toBeGreaterThan(0);
  });

  it('refuses an agent with another token, and says so on both sides', async () => {
    const spec = specOf('collect-agent');
    const log = join(folder, 'stranger.log');
    const stranger = await startProcess({
      name: 'stranger',
      command: spec.command,
      args: ['--agent.id=stranger'],
      env: { ...spec.env, AGENT_AUTH_TOKEN: 'another' },
      log,
    });
    try {
      await waitFor(() => readFileSync(log, 'utf8').includes('registration failed: token mismatch'), {
        seconds: 15,
        what: 'the refusal',
      });
    } finally {
      await stranger.stop();
    }
    expect(readFileSync(logOf('agent-manager'), 'utf8')).toContain('registration failed: token mismatch');
    expect(await query(postgres.url('agent_manager'), "SELECT 1 FROM agents WHERE id = 'stranger'")).toEqual(
      [],
    );
  });

  it('takes a flag before the environment before the file before the default', async () => {
    await programs.get('agent-manager')?.stop();
    await launch('agent-manager', {
      env: { AETHERIUS_EVENT_WORKERS: '7', AETHERIUS_EVENT_BATCH_SIZE: '55' },
      args: ['--event.workers=4'],
    });
    await up('agent-manager');
    expect(await metric('agent-manager', 'event_workers')).toBe(4);
    expect(await metric('agent-manager', 'event_batch_limit')).toBe(55);
    expect(await metric('agent-manager', 'event_queue_capacity')).toBe(1000);
  });

  it('shows a hot function by its own name in the CPU profile', async () => {
    await programs.get('agent-manager')?.stop();
    await launch('agent-manager', { args: ['--event.rules.patterns=*?*?*?*?*?*!!', '--event.workers=2'] });
    await up('agent-manager');
    const share = await waitFor(
      async () => {
        const response = await fetch(
          `http://127.0.0.1:${ports['agent-manager']}/debug/pprof/profile?seconds=2`,
        );
        const profile = Buffer.from(await response.arrayBuffer());
        const found = shareOf(profile, 'rules.matchWildcard').share;
        expect(shareOf(profile, 'no.suchFunction').share).toBe(0);
        return found > 0.5 ? found : undefined;
      },
      { seconds: 60, what: 'the matcher to take most of the CPU' },
    );
    expect(share).toBeLessThanOrEqual(1);
  });

  it('does not start with a wrong database password, without NATS, or on a taken port', async () => {
    const fails = async (args: string[], env: Record<string, string> = {}) => {
      const spec = specOf('agent-manager');
      const log = join(folder, `failing-${args.join('').replace(/\W/g, '')}${Object.keys(env).join('')}.log`);
      const one = await startProcess({
        name: 'failing',
        command: spec.command,
        args,
        env: { ...spec.env, ...env },
        log,
      });
      expect(await one.exited).toBe('exit status 1');
      return readFileSync(log, 'utf8');
    };
    const other = `--server.port=${await freePort()}`;
    expect(await fails([other], { DATABASE_PASSWORD: 'wrong' })).toMatch(
      /cannot connect to the database.*password authentication failed/,
    );
    expect(await fails([other, '--nats.url=nats://127.0.0.1:1'])).toMatch(
      /cannot connect to NATS at nats:\/\/127\.0\.0\.1:1/,
    );
    expect(await fails([])).toMatch(/address already in use/);
  });
});
