/** Health checks asked for at a steady pace under Slack's limits: bot and worker of the build, each a process of its own. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { ownedBy, startPostgres } from '../../lab/components/postgres.ts';
import { startRedis } from '../../lab/components/redis.ts';
import { type LoadResult, typeAtPace, wholeTables } from '../../test/support/command-load.ts';
import { gatedPlatform } from '../../test/support/gated-platform.ts';
import { prepareProcesses } from '../../test/support/product-processes.ts';

export interface CommandsFigure {
  readonly name: string;
  readonly commands: number;
  /** Milliseconds from typing a command until its whole table can be read. */
  readonly minMs: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly maxMs: number;
  readonly posts: number;
  readonly edits: number;
  /** Calls that Slack answered with 429. */
  readonly refused: number;
  /** Commands without a table, tables without their findings, and messages that were never sent. */
  readonly lost: number;
}

export interface CommandsBenchOptions {
  /** Of fast checks; slow ones are asked for during one minute. */
  readonly minutes?: number;
  readonly perMinute?: number;
  readonly channels?: number;
}

/** Too long for one post: a placeholder is shown first. */
const slowMs = 1000;

/** Three services, of which one is ill, and a Redis: a table with one finding under it. */
const config = (service: (name: string) => string): string => `
environments:
  prod:
    runtime: { kind: none }
    redis: { url: { env: TARGET_REDIS_URL } }
    services:
      agent-manager: { url: "${service('gated')}" }
      orchestrator-service: { url: "${service('sick')}" }
      reasoning-service: { url: "${service('well')}" }
slack:
  defaultEnvironment: prod
  startsPerMinute: { person: 1000, channel: 1000 }
`;

export async function benchCommands(options: CommandsBenchOptions = {}): Promise<readonly CommandsFigure[]> {
  const { minutes = 10, perMinute = 60, channels = 20 } = options;
  const dir = mkdtempSync(join(tmpdir(), 'aetherius-bench-commands-'));
  chmodSync(dir, 0o755);
  const folder = (name: string): string => {
    mkdirSync(join(dir, name), { recursive: true });
    return join(dir, name);
  };
  const [postgres, own, target] = await Promise.all([
    startPostgres({ dir: folder('postgres'), databases: ['bench'], settings: { fsync: 'on' } }),
    startRedis({ dir: folder('own'), args: ['--maxmemory-policy', 'noeviction'] }),
    startRedis({ dir: folder('target') }),
  ]);
  const platform = gatedPlatform();
  await platform.start();
  const product = await prepareProcesses({
    databaseUrl: await ownedBy(postgres, 'bench'),
    redisUrl: own.url,
    config: config(platform.url),
    env: { TARGET_REDIS_URL: target.url },
    emulator: { rateLimits: true },
    program: ['dist/main.js'],
  });
  const database = new Client({ connectionString: postgres.url('bench') });
  try {
    await product.start('bot');
    await product.start('worker');
    await database.connect();
    // The first ones warm connections and code up, in channels of their own.
    const { control } = product.slack;
    await typeAtPace(control, { commands: 5, perMinute: 120, channels: 1, prefix: 'warm' });
    const measure = async (name: string, prefix: string, forMinutes: number): Promise<CommandsFigure> => {
      const commands = forMinutes * perMinute;
      const result = await typeAtPace(control, { commands, perMinute, channels, prefix });
      const unsent = await drained(database);
      const places = Array.from({ length: channels }, (_, index) => `C${prefix.toUpperCase()}${index}`);
      const bare = places
        .flatMap((channel) => wholeTables(control, channel).map(({ ts }) => ({ channel, threadTs: ts })))
        .filter((thread) => control.messages(thread).length === 0);
      return figure(name, result, unsent + bare.length);
    };
    const pace = `${perMinute} a minute in ${channels} channels`;
    const fast = await measure(`${pace} for ${minutes} minutes`, 'fast', minutes);
    platform.delay(slowMs);
    const slow = await measure(`${pace} for a minute, each check takes ${slowMs} ms`, 'slow', 1);
    return [fast, slow];
  } finally {
    await database.end();
    await product.stop();
    await platform.stop();
    await Promise.all([postgres.stop(), own.stop(), target.stop()]);
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Waits two minutes at most; how many messages were not sent then. */
async function drained(database: Client): Promise<number> {
  for (const until = Date.now() + 120_000; ; await delay(200)) {
    const { rows } = await database.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM outbox WHERE state NOT IN ('sent', 'superseded')`,
    );
    const left = rows[0]?.n ?? 0;
    if (left === 0 || Date.now() > until) return left;
  }
}

function figure(name: string, result: LoadResult, alsoLost: number): CommandsFigure {
  const times = result.times.filter(Number.isFinite).toSorted((a, b) => a - b);
  const at = (share: number): number =>
    Math.round(times[Math.max(0, Math.ceil(times.length * share) - 1)] ?? Number.NaN);
  return {
    name,
    commands: result.times.length,
    minMs: at(0),
    p50Ms: at(0.5),
    p95Ms: at(0.95),
    maxMs: at(1),
    posts: result.posts,
    edits: result.edits,
    refused: result.refused,
    lost: result.times.length - times.length + alsoLost,
  };
}

if (process.argv[1] === import.meta.filename) {
  const minutes = Number(process.argv[2] ?? 10);
  console.log(JSON.stringify(await benchCommands({ minutes }), null, 2));
}
