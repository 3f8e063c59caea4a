import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, expect, test } from 'vitest';
import { freePort, type RunningProcess, startProcess } from '../../../lab/components/process.ts';
import { clusterNode, redisProgram, startRedis } from '../../../lab/components/redis.ts';
import { LazySecret, Secret } from '../../../src/domain/kernel/secret.ts';
import type { RedisConnection } from '../../../src/domain/settings/redis.ts';
import { createCourier } from '../../../src/jobs/courier.ts';
import { openRedis, queuePrefix } from '../../../src/platform/queue/bullmq.ts';
import { redisFromUrl } from '../../../src/platform/settings/redis-url.ts';
import { createMemoryLogger, silentLogger } from '../../support/logger.ts';

const dir = mkdtempSync(join(tmpdir(), 'aetherius-redis-topologies-'));
const closers: (() => Promise<unknown> | void)[] = [];

afterAll(async () => {
  for (const close of closers.toReversed()) await close();
  rmSync(dir, { recursive: true, force: true });
});

const runId = '01901234-5678-7abc-8def-0123456789ab';

/** A job goes in by the courier and comes out of a worker, as in the product. */
async function roundTrip(connection: RedisConnection): Promise<unknown> {
  const redis = await openRedis({ connection, logger: silentLogger });
  closers.push(() => redis.close());
  const courier = createCourier({
    client: redis.producer(),
    prefix: queuePrefix,
    logger: silentLogger,
    timeoutMs: 5000,
  });
  let arrived: (data: unknown) => void = () => undefined;
  const received = new Promise((resolve) => {
    arrived = resolve;
  });
  const worker = new Worker('run-prod', (job) => Promise.resolve(arrived(job.data)), {
    connection: redis.worker(),
    prefix: queuePrefix,
  });
  worker.on('error', () => undefined);
  closers.push(() => worker.close(true));
  await expect
    .poll(() => courier.run({ environment: 'prod', runId, attempt: 1 }), { timeout: 20_000 })
    .toBe('ok');
  return received;
}

async function programWith(name: string, args: readonly string[]): Promise<RunningProcess> {
  const program = await redisProgram();
  const log = join(dir, `${name}.log`);
  const made = await startProcess({ name, command: program.command, args, env: program.env, log });
  closers.push(() => made.stop());
  return made;
}

async function answering(port: number, tls = false): Promise<Redis> {
  const client = new Redis({
    host: '127.0.0.1',
    port,
    retryStrategy: () => 50,
    maxRetriesPerRequest: 200,
    ...(tls ? { tls: { rejectUnauthorized: false } } : {}),
  });
  client.on('error', () => undefined);
  closers.push(() => client.disconnect());
  await client.ping();
  return client;
}

test('one server with a password', async () => {
  const server = await startRedis({ dir: join(dir, 'single'), password: 'p@ss/word' });
  closers.push(() => server.stop());

  expect(await roundTrip(redisFromUrl(new Secret(server.url)))).toEqual({ runId });
});

test('a wrong password shows in no log line, and the courier says down', async () => {
  const server = await startRedis({ dir: join(dir, 'wrong'), password: 'right-one' });
  closers.push(() => server.stop());
  const url = server.url.replace('right-one', 'wrong-one');
  const logger = createMemoryLogger();
  const redis = await openRedis({ connection: redisFromUrl(new Secret(url)), logger });
  closers.push(() => redis.close());
  const courier = createCourier({ client: redis.producer(), prefix: queuePrefix, logger });

  expect(await courier.run({ environment: 'prod', runId, attempt: 1 })).toBe('down');
  expect(JSON.stringify(logger.lines)).not.toContain('wrong-one');
});

test('a Cluster', async () => {
  const port = await freePort();
  await programWith('cluster', [
    ...[
      '--port',
      `${port}`,
      '--bind',
      '127.0.0.1',
      '--dir',
      dir,
      '--save',
      '',
      '--requirepass',
      'cluster-pass',
    ],
    ...clusterNode(await freePort(), dir),
  ]);
  const plain = new Redis({ host: '127.0.0.1', port, password: 'cluster-pass', retryStrategy: () => 50 });
  plain.on('error', () => undefined);
  closers.push(() => plain.disconnect());
  await plain.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
  await expect.poll(() => plain.call('CLUSTER', 'INFO'), { timeout: 20_000 }).toMatch(/cluster_state:ok/);

  const data = await roundTrip(redisFromUrl(new Secret(`redis+cluster://:cluster-pass@127.0.0.1:${port}`)));

  expect(data).toEqual({ runId });
});

test('a master behind a Sentinel', async () => {
  const [masterPort, sentinelPort] = [await freePort(), await freePort()];
  const master = await startRedis({ dir: join(dir, 'master'), port: masterPort, password: 'master-pass' });
  closers.push(() => master.stop());
  const config = join(dir, 'sentinel.conf');
  writeFileSync(
    config,
    [
      `port ${sentinelPort}`,
      'bind 127.0.0.1',
      `dir ${dir}`,
      `sentinel monitor aetherius 127.0.0.1 ${masterPort} 1`,
      'sentinel auth-pass aetherius master-pass',
    ].join('\n'),
  );
  chmodSync(config, 0o666);
  await programWith('sentinel', [config, '--sentinel']);
  await answering(sentinelPort);

  const data = await roundTrip(
    redisFromUrl(new Secret(`redis+sentinel://:master-pass@127.0.0.1:${sentinelPort}/aetherius?db=2`)),
  );

  expect(data).toEqual({ runId });
  const inDatabase = new Redis({ port: masterPort, password: 'master-pass', db: 2 });
  closers.push(() => inDatabase.disconnect());
  const queue = new Queue('run-prod', { connection: inDatabase, prefix: queuePrefix });
  closers.push(() => queue.close());
  expect((await inDatabase.keys('{aetherius}:run-prod*')).length).toBeGreaterThan(0);
});

test('one server with TLS: trusted with its authority, refused without', async () => {
  const files = (name: string) => join(dir, name);
  execFileSync(
    'openssl',
    [
      ...[
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '2',
      ],
      ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'],
      ...['-keyout', files('key.pem'), '-out', files('cert.pem')],
    ],
    { stdio: 'ignore' },
  );
  const port = await freePort();
  await programWith('tls', [
    ...['--port', '0', '--tls-port', `${port}`, '--bind', '127.0.0.1', '--dir', dir, '--save', ''],
    ...['--tls-cert-file', files('cert.pem'), '--tls-key-file', files('key.pem'), '--tls-auth-clients', 'no'],
  ]);
  await answering(port, true);
  const url = new LazySecret({ kind: 'literal', value: `rediss://127.0.0.1:${port}` });
  const ca = new LazySecret({ kind: 'literal', value: readFileSync(files('cert.pem'), 'utf8') });

  const trusted = await roundTrip({ kind: 'single', url, tls: { mode: 'verify-full', ca } });
  const stranger = await openRedis({ connection: { kind: 'single', url }, logger: silentLogger });
  closers.push(() => stranger.close());
  const courier = createCourier({ client: stranger.producer(), prefix: queuePrefix, logger: silentLogger });

  expect(trusted).toEqual({ runId });
  expect(await courier.run({ environment: 'prod', runId, attempt: 1 })).toBe('down');
});
