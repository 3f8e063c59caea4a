import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { type RedisServer, startRedis } from '../../../lab/components/redis.ts';
import { HealthOutput } from '../../../src/cli/output-schemas.ts';

/** Milliseconds: a run's deadline, and a second to end in. */
const DEADLINE = 25_000;
const ENDING = 1_000;

const folder = mkdtempSync(join(tmpdir(), 'cli-hanging-'));
const entry = fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url));
/** Takes every connection and says nothing, as a kernel does for a program that was sent SIGSTOP. */
let silent: Server;
let redis: RedisServer;
const sockets = new Set<Socket>();
let children: ChildProcess[] = [];

beforeAll(async () => {
  redis = await startRedis({ dir: join(folder, 'redis'), password: 'target-pass-3' });
  silent = createServer((socket) => sockets.add(socket.on('error', () => undefined)));
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
});
afterEach(() => {
  redis.resume();
  for (const child of children) child.kill('SIGKILL');
  children = [];
});
afterAll(async () => {
  await redis.stop();
  for (const socket of sockets) socket.destroy();
  silent.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Secrets stand in variables. */
const variables: Record<string, string> = {};
function secret(value: string) {
  const env = `SECRET_${Object.keys(variables).length}`;
  variables[env] = value;
  return { env };
}

/** A file with one environment of these targets. */
function configFile(targets: Readonly<Record<string, unknown>>): string {
  const file = join(folder, `${Object.keys(targets).join('-')}.yaml`);
  writeFileSync(file, stringify({ environments: { prod: { runtime: { kind: 'none' }, ...targets } } }));
  return file;
}

function start(args: readonly string[]) {
  const child = spawn(process.execPath, ['--import', 'tsx', entry, ...args], {
    env: { PATH: process.env.PATH ?? '', LANG: 'C.UTF-8', ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  const said = { out: '', printedAt: Number.NaN };
  child.stdout.on('data', (chunk: Buffer) => {
    said.out += chunk.toString();
    said.printedAt = performance.now();
  });
  const ended = once(child, 'exit').then(([code, signal]) => ({
    ...{ code: code as number | null, signal: signal as string | null },
    ...{ out: said.out, lastMs: performance.now() - said.printedAt },
  }));
  return { child, ended };
}

describe('the command line, whose targets hang', () => {
  it('W1: ends by itself with what it knows and exit code 2 while Redis is paused', async () => {
    const file = configFile({ redis: { url: secret(redis.url) } });
    redis.pause();

    const answer = await start(['--config', file, '--output', 'json', 'health']).ended;

    expect(answer).toMatchObject({ code: 2, signal: null });
    const output = HealthOutput.parse(JSON.parse(answer.out));
    expect(output.parts).toContainEqual(expect.objectContaining({ part: 'redis', state: 'unknown' }));
    expect(output.tookMs).toBeLessThan(DEADLINE + ENDING);
    expect(answer.lastMs).toBeLessThan(ENDING);
  }, 60_000);

  it('ends by itself when every store takes the connection and stays silent', async () => {
    const { port } = silent.address() as { port: number };
    const at = `127.0.0.1:${port}`;
    const file = configFile({
      redis: { url: secret(`redis://:secret-word-1@${at}`) },
      postgres: { url: secret(`postgres://aetherius:secret-word-2@${at}/postgres`) },
      nats: { url: secret(`nats://aetherius:secret-word-3@${at}`), monitorUrl: `http://${at}` },
      neo4j: { url: secret(`bolt://${at}`), user: 'neo4j', password: secret('secret-word-4') },
      services: { 'agent-manager': { url: `http://${at}` } },
    });

    const answer = await start(['--config', file, '--output', 'json', 'health']).ended;

    expect(answer).toMatchObject({ code: 2, signal: null });
    expect(HealthOutput.parse(JSON.parse(answer.out)).tookMs).toBeLessThan(DEADLINE + ENDING);
    expect(answer.lastMs).toBeLessThan(ENDING);
  }, 60_000);

  it('W1: prints what it knows at the first signal, and ends', async () => {
    const { port } = silent.address() as { port: number };
    const file = configFile({ redis: { url: secret(`redis://:secret-word-1@127.0.0.1:${port}`) } });
    const connected = once(silent, 'connection');
    const { child, ended } = start(['--config', file, '--output', 'json', 'health']);
    await connected;

    const at = performance.now();
    child.kill('SIGTERM');
    const answer = await ended;

    expect(performance.now() - at).toBeLessThan(2 * ENDING);
    expect(answer).toMatchObject({ code: 2, signal: null });
    expect(HealthOutput.parse(JSON.parse(answer.out)).parts).toContainEqual(
      expect.objectContaining({ part: 'redis', state: 'unknown' }),
    );
  }, 60_000);
});
