import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { HealthOutput } from '../../../src/cli/output-schemas.ts';
import { aetherius, aetheriusProcess } from '../../support/cli.ts';
import { useRedis } from '../../support/redis.ts';

const redis = useRedis();
const folder = mkdtempSync(join(tmpdir(), 'cli-health-'));
const file = join(folder, 'a.yaml');
let service: Server;
let healthy = true;

beforeAll(async () => {
  service = createServer((_request, response) => {
    response.writeHead(healthy ? 200 : 503, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ status: healthy ? 'ok' : 'down' }));
  });
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
  const { port } = service.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  writeFileSync(
    file,
    stringify({
      environments: {
        prod: {
          runtime: { kind: 'none' },
          services: { 'reasoning-service': { url } },
          redis: { url: { env: 'TARGET_REDIS' } },
        },
      },
    }),
  );
});
afterAll(async () => {
  await new Promise((resolve) => service.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

const env = () => ({ TARGET_REDIS: redis.server.url });
const parts = (out: string) =>
  Object.fromEntries(HealthOutput.parse(JSON.parse(out)).parts.map(({ part, state }) => [part, state]));

describe('aetherius health', () => {
  it('W14 sees a paused Redis, although this process has just started and is busy with that', async () => {
    const args = ['--config', file, '--output', 'json', 'health'];
    // What it loads is loaded then.
    await aetherius(args, env());
    redis.server.pause();
    const answer = aetherius(args, env());
    const calmAt = performance.now() + 1_500;
    const turn = () => {
      for (const end = performance.now() + 300; performance.now() < end; );
      if (performance.now() < calmAt) setTimeout(turn, 30);
    };
    turn();
    const { out } = await answer.finally(() => redis.server.resume());
    const { parts: rows } = HealthOutput.parse(JSON.parse(out));

    expect(rows.find(({ part }) => part === 'redis')?.fact.key).toBe('hung');
  });

  it('sees that Redis is well, although this process was late at its first look', async () => {
    const { host, port } = redis.server;
    let pings = 0;
    // Where the first look measures, and measures again, this process has something else to do.
    const proxy = createTcpServer((client) => {
      const upstream = connect(port, host);
      client.pipe(upstream).on('data', (answer) => {
        if (answer.includes('+PONG')) pings += 1;
        const end = performance.now() + (pings <= 2 ? 300 : 0);
        while (performance.now() < end);
        client.write(answer);
      });
      client.on('error', () => upstream.destroy()).on('close', () => upstream.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const slow = new URL(redis.server.url);
    slow.port = `${(proxy.address() as AddressInfo).port}`;
    const { out } = await aetherius(['--config', file, '--output', 'json', 'health'], {
      TARGET_REDIS: slow.href,
    });
    await new Promise((resolve) => proxy.close(resolve));

    expect(parts(out)).toMatchObject({ redis: 'up' });
    expect(pings).toBeGreaterThan(2);
  });

  it('says that all is well with exit code 0, in words and in JSON, with neither Redis nor PostgreSQL of our own', async () => {
    healthy = true;

    const text = await aetherius(['--config', file, 'health'], env());
    const json = await aetherius(['--config', file, '--output', 'json', 'health'], env());

    expect(text).toMatchObject({ exit: 0, err: '' });
    expect(text.out).toContain('prod: healthy');
    expect(parts(json.out)).toMatchObject({
      redis: 'up',
      'reasoning-service': 'up',
      postgres: 'not-configured',
    });
  });

  it('finds what is broken with exit code 1, and leaves the rest well', async () => {
    healthy = false;

    const answer = await aetherius(['--config', file, '--output', 'json', 'health', '--env', 'prod'], env());

    expect(answer.exit).toBe(1);
    expect(parts(answer.out)).toMatchObject({
      redis: 'up',
      'reasoning-service': expect.stringMatching(/down|degraded/) as string,
    });
  });

  const closed = { TARGET_REDIS: 'redis://:hunter2@127.0.0.1:1' };

  it('takes a closed port for down where another part at the same host answers, and says that by this it does', async () => {
    healthy = true;

    const answer = await aetherius(['--config', file, '--output', 'json', 'health'], closed);
    const { parts: rows } = HealthOutput.parse(JSON.parse(answer.out));

    expect(answer.exit).toBe(1);
    expect(rows.find(({ part }) => part === 'redis')).toMatchObject({
      state: 'down',
      witnesses: [{ key: 'second-look', facts: { beside: 'reasoning-service' } }],
    });
    expect(answer.out + answer.err).not.toContain('hunter2');
  });

  it('could not check with exit code 2 where nobody confirms that a closed port means down', async () => {
    const alone = join(folder, 'alone.yaml');
    writeFileSync(
      alone,
      stringify({
        environments: {
          prod: {
            runtime: { kind: 'none' },
            services: { 'reasoning-service': { url: 'http://127.0.0.1:1' } },
            redis: { url: { env: 'TARGET_REDIS' } },
          },
        },
      }),
    );

    const answer = await aetherius(['--config', alone, '--output', 'json', 'health'], closed);

    expect(answer.exit).toBe(2);
    expect(parts(answer.out)).toMatchObject({ redis: 'unknown', 'reasoning-service': 'unknown' });
    expect(answer.out + answer.err).not.toContain('hunter2');
  });

  it.each([
    [['--config', '/none.yaml', 'health'], /^No \/none\.yaml here\. Make one: aetherius init/],
    [['--config', file, 'health', '--env', 'stage'], /no environment "stage"/],
  ])('ends with exit code 64 for %j', async (args, words) => {
    const answer = await aetherius(args, env());

    expect(answer).toMatchObject({ exit: 64, out: '' });
    expect(answer.err).toMatch(words);
  });

  it('goes on without a secret of one part, and names the variable', async () => {
    healthy = true;

    const answer = await aetherius(['--config', file, '--output', 'json', 'health'], {});

    expect(answer).toMatchObject({ exit: 2, err: '' });
    expect(parts(answer.out)).toMatchObject({ redis: 'unknown', 'reasoning-service': 'up' });
    expect(answer.out).toContain('variable TARGET_REDIS is not set');
  });

  it('is the same as a process of its own', async () => {
    const answer = await aetheriusProcess(['--config', file, '--output', 'json', 'health'], env());

    expect(answer).toMatchObject({ exit: 0, err: '' });
    expect(parts(answer.out)).toMatchObject({ redis: 'up' });
  });
});
