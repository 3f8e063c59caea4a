import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { connect } from 'nats';
import neo4j from 'neo4j-driver';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as kubeApi from '../../lab/components/kube-api.ts';
import * as natsComponent from '../../lab/components/nats.ts';
import * as neo4jComponent from '../../lab/components/neo4j.ts';
import * as postgres from '../../lab/components/postgres.ts';
import { alive, listens, run, waitFor } from '../../lab/components/process.ts';
import * as redisComponent from '../../lab/components/redis.ts';

let dir: string;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'lab-components-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe.skipIf(redisComponent.missing() !== undefined)('Redis', () => {
  it('asks for its password, hangs while paused, and is gone after stop', async () => {
    const server = await redisComponent.startRedis({ dir: join(dir, 'redis'), password: 'secret' });
    const client = new Redis(server.url, { maxRetriesPerRequest: null });
    client.on('error', () => undefined);
    await expect(client.ping()).resolves.toBe('PONG');

    server.pause();
    const late = client.ping();
    const answered = await Promise.race([
      late.then(() => true),
      new Promise((resolve) => setTimeout(() => resolve(false), 300)),
    ]);
    server.resume();
    await late;
    client.disconnect();
    await server.stop();

    expect(answered).toBe(false);
    expect(alive(server.pid)).toBe(false);
    expect(await listens(server.port)).toBe(false);
  });

  it('refuses a wrong password', async () => {
    const server = await redisComponent.startRedis({ dir: join(dir, 'redis-2'), password: 'secret' });
    const said = await new Promise<string>((resolve) => {
      const client = new Redis({
        host: server.host,
        port: server.port,
        password: 'other',
        retryStrategy: () => null,
      });
      client.on('error', (error) => {
        client.disconnect();
        resolve(error.message);
      });
    });
    await server.stop();

    expect(said).toContain('WRONGPASS');
  });
});

describe('PostgreSQL', () => {
  it('has pg_stat_statements preloaded, keeps its data over a restart, and is gone after stop', async () => {
    const server = await postgres.startPostgres({ dir: join(dir, 'pg'), databases: ['agent_manager'] });
    const url = server.url('agent_manager');
    await postgres.query(url, 'CREATE EXTENSION pg_stat_statements');
    await postgres.query(url, 'CREATE TABLE kept AS SELECT 42 AS value');
    const before = server.pid;

    await server.restart();
    const rows = await postgres.query(url, 'SELECT value FROM kept');
    const statements = await postgres.query(url, 'SELECT count(*)::int AS n FROM pg_stat_statements');
    await server.stop();

    expect(rows).toEqual([{ value: 42 }]);
    expect(statements[0]?.n).toBeGreaterThan(0);
    expect(alive(before)).toBe(false);
    expect(await listens(server.port)).toBe(false);
  });

  it('runs as an unprivileged user when we are root', async () => {
    const server = await postgres.startPostgres({ dir: join(dir, 'pg-2') });
    const { stdout } = await run('ps', ['-o', 'uid=', '-p', `${server.pid}`]);
    await server.stop();

    expect(Number(stdout.trim())).not.toBe(0);
  });
});

describe.skipIf(natsComponent.missing() !== undefined)('NATS', () => {
  it('has JetStream and a monitor, and refuses a wrong login', async () => {
    const server = await natsComponent.startNats({ dir: join(dir, 'nats'), user: 'lab', password: 'secret' });
    const login = { user: 'lab', pass: 'secret' };
    const connection = await connect({ servers: `${server.host}:${server.port}`, ...login });
    const manager = await connection.jetstreamManager();
    await manager.streams.add({ name: 'EVENTS', subjects: ['events.>'] });
    const varz = (await (await fetch(`${server.monitorUrl}/varz`)).json()) as { server_id: string };
    await connection.close();
    const refused = connect({
      servers: `${server.host}:${server.port}`,
      user: 'lab',
      pass: 'other',
      reconnect: false,
    });

    await expect(refused).rejects.toThrow(/authorization/i);
    expect(varz.server_id).not.toBe('');
    await server.stop();
    expect(await listens(server.port)).toBe(false);
  });
});

describe.skipIf(neo4jComponent.missing() !== undefined)('Neo4j', () => {
  it('takes the password it was made with and no other', async () => {
    const server = await neo4jComponent.startNeo4j({ dir: join(dir, 'neo4j'), password: 'graph_pass' });
    const right = neo4j.driver(server.url, neo4j.auth.basic('neo4j', 'graph_pass'));
    const wrong = neo4j.driver(server.url, neo4j.auth.basic('neo4j', 'other_pass'));

    const rows = await right.executeQuery('RETURN 1 AS one');
    await expect(wrong.verifyConnectivity()).rejects.toThrow(/unauthorized/i);
    await Promise.all([right.close(), wrong.close()]);
    await server.stop();

    expect(rows.records).toHaveLength(1);
    expect(alive(server.pid)).toBe(false);
  });
});

describe.skipIf(kubeApi.missing() !== undefined)('a bare Kubernetes API server', () => {
  it('lets the admin list and another user not, and leaves no process', async () => {
    const server = await kubeApi.startKubeApi({ dir: join(dir, 'kube') });
    const kubectl = kubeApi.kubeProgram('kubectl') ?? 'kubectl';
    const other = await server.userKubeconfig('somebody', ['developers']);

    const admin = await run(kubectl, ['--kubeconfig', server.kubeconfig, 'get', 'namespaces', '-o', 'name']);
    const user = await run(kubectl, ['--kubeconfig', other, 'get', 'namespaces']);
    await server.stop();

    expect(admin.stdout).toContain('namespace/kube-system');
    expect(user.stderr).toContain('User "somebody" cannot list resource "namespaces"');
    expect(alive(server.pid)).toBe(false);
  });
});

describe('a process of the lab', () => {
  it('dies with the process that started it', async () => {
    const script = [
      `import { startProcess } from ${JSON.stringify(new URL('../../lab/components/process.ts', import.meta.url).href)};`,
      `const one = await startProcess({ name: 'sleep', command: 'sleep', args: ['600'], log: ${JSON.stringify(join(dir, 'sleep.log'))} });`,
      `process.stdout.write(String(one.pid)); process.kill(process.pid, 'SIGKILL');`,
    ].join('\n');
    const result = await run(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      cwd: new URL('../..', import.meta.url).pathname,
    });
    const pid = Number(result.stdout);

    expect(pid).toBeGreaterThan(0);
    await waitFor(() => !alive(pid), { seconds: 5, what: 'the child to die' });
  });
});
