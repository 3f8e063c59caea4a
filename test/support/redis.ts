/** A real Redis for a test file. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll } from 'vitest';
import { type RedisServer, startRedis } from '../../lab/components/redis.ts';
import { LazySecret } from '../../src/domain/kernel/secret.ts';
import { openRedis, type RedisConnections } from '../../src/platform/queue/bullmq.ts';
import { silentLogger } from './logger.ts';

export interface TestRedis {
  readonly server: RedisServer;
  /** Clients as the product makes them; closed with the file. */
  connections(): Promise<RedisConnections>;
  call(command: string, ...args: string[]): Promise<unknown>;
  /** SIGKILL, as a crash; nothing of what it held is left. */
  kill(): Promise<void>;
  /** Starts it again on the same port, empty. */
  start(): Promise<void>;
}

/** Starts the server before the file's tests and ends it after them. */
export function useRedis(args: readonly string[] = []): TestRedis {
  const dir = mkdtempSync(join(tmpdir(), 'aetherius-redis-'));
  const closers: (() => void)[] = [];
  let server: RedisServer | undefined;
  const running = () => {
    if (server === undefined) throw new Error('Redis is started before the first test');
    return server;
  };
  beforeAll(async () => {
    server = await startRedis({ dir, args: ['--maxmemory-policy', 'noeviction', ...args] });
  });
  afterAll(async () => {
    for (const close of closers) close();
    await server?.stop();
    rmSync(dir, { recursive: true, force: true });
  });
  return {
    get server() {
      return running();
    },
    async connections() {
      const url = new LazySecret({ kind: 'literal', value: running().url });
      const made = await openRedis({ connection: { kind: 'single', url }, logger: silentLogger });
      closers.push(() => made.close());
      return made;
    },
    async call(command, ...rest) {
      const client = new Redis(running().url, { lazyConnect: true });
      client.on('error', () => undefined);
      await client.connect();
      try {
        return await client.call(command, ...rest);
      } finally {
        client.disconnect();
      }
    },
    kill: () => running().kill(),
    async start() {
      server = await startRedis({
        dir,
        port: running().port,
        args: ['--maxmemory-policy', 'noeviction', ...args],
      });
    },
  };
}
