/** A real Redis that is paused, and a service in front of it of which one path waits for it. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RedisServer, startRedis } from '../../../lab/components/redis.ts';
import { createHealthRules } from '../../../src/domain/health/health-rules.ts';
import { systemClock } from '../../../src/platform/process/clock.ts';
import { createTargetsFactory } from '../../../src/platform/targets/factory.ts';
import { probes } from '../../../src/probes/index.ts';
import { createProbeRunner } from '../../../src/services/run/probe-runner.service.ts';
import { silentLogger } from '../../support/logger.ts';
import { environment, literal, scratch } from '../../support/targets.ts';

const folder = scratch('hanging-client');
let server: RedisServer;
let client: Redis;
let service: Server;

beforeAll(async () => {
  server = await startRedis({ dir: folder.dir });
  client = new Redis(server.url);
  service = createServer((request, response) => {
    if (request.url === '/health/ready')
      void client.ping().then(
        () => response.end('{"status":"ready"}'),
        () => response.destroy(),
      );
    else if (request.url === '/health/live') response.end('{"status":"alive"}');
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  service.closeAllConnections();
  service.close();
  client.disconnect();
  await server.stop();
  folder.remove();
});

async function check() {
  const { port } = service.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const config = environment({
    services: { 'agent-manager': { url, healthPaths: ['/health', '/health/ready'] } },
    redis: { kind: 'single', url: literal(server.url) },
  });
  const factory = createTargetsFactory({ test: config }, { connectMs: 1_000, callMs: 1_500 });
  const rules = createHealthRules({ test: config });
  const runner = createProbeRunner({ probes, clock: systemClock, logger: silentLogger, concurrency: 32 });
  try {
    const calls = rules.calls('test');
    const { signal } = new AbortController();
    const outcomes = await runner.run(calls, { targets: await factory.forRun('test'), signal });
    return rules.judge({ environment: 'test', calls, outcomes });
  } finally {
    await factory.close();
  }
}

it('names the paused store as the root, by the client that waits for it', async () => {
  const well = await check();
  server.pause();
  let report: typeof well;
  try {
    report = await check();
  } finally {
    server.resume();
  }
  const row = (part: string) => report.rows.find((one) => one.part === part);

  expect(well.roots).toEqual([]);
  expect(report.roots).toEqual(['redis']);
  expect(row('redis')).toMatchObject({
    ...{ state: 'down', fact: { key: 'hung' } },
    witnesses: [{ key: 'dependant-hangs', facts: { service: 'agent-manager', path: '/health/ready' } }],
  });
  expect(row('agent-manager')).toMatchObject({
    ...{ state: 'degraded', consequenceOf: 'redis', consequenceLikely: true },
    findings: [{ code: 'SERVICE_HEALTH_STALLED', facts: { path: '/health/ready' } }],
  });
});
