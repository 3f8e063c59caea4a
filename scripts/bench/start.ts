/** Start-up time and memory of each role and of the command line, from cold processes of the build. */
import { execFile, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startSlackEmulator } from '@aetherius/slack-emulator';
import { startPostgres } from '../../lab/components/postgres.ts';
import { freePort } from '../../lab/components/process.ts';
import { startRedis } from '../../lab/components/redis.ts';

export interface StartFigure {
  readonly name: string;
  /** Milliseconds from the start of the process until it is ready, or until it has ended. */
  readonly p50Ms: number;
  readonly maxMs: number;
  /** Resident megabytes when ready (roles) or at most (commands). */
  readonly megabytes: number;
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const roles = ['bot', 'worker', 'scheduler', 'all'] as const;

export async function benchStart({
  samples = 7,
}: {
  readonly samples?: number;
} = {}): Promise<readonly StartFigure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-start-'));
  chmodSync(folder, 0o755);
  const folderOf = (name: string): string => {
    mkdirSync(join(folder, name), { recursive: true });
    return join(folder, name);
  };
  const [postgres, redis, slack] = await Promise.all([
    startPostgres({ dir: folderOf('pg') }),
    startRedis({ dir: folderOf('redis'), args: ['--maxmemory-policy', 'noeviction'] }),
    startSlackEmulator({}),
  ]);
  const config = join(folder, 'aetherius.yaml');
  writeFileSync(
    config,
    'environments: { prod: { runtime: { kind: none }, redis: { url: { env: TARGET_REDIS } } } }\n',
  );
  const env = {
    PATH: process.env.PATH ?? '',
    AETHERIUS_CONFIG: config,
    DATABASE_URL: postgres.url(),
    REDIS_URL: redis.url,
    TARGET_REDIS: redis.url,
    AUDIT_KEY: 'a key of the benchmark, long enough',
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_APP_TOKEN: slack.appToken,
    SLACK_API_URL: slack.apiUrl,
    LOG_LEVEL: 'warn',
  };
  try {
    const figures: StartFigure[] = [];
    for (const args of [['--help'], ['health', '--env', 'prod']])
      figures.push(await measured(`aetherius ${args.join(' ')}`, samples, () => command(args, env)));
    for (const role of roles)
      figures.push(await measured(`aetherius-bot --role ${role}`, samples, () => startRole(role, env)));
    return figures;
  } finally {
    await Promise.allSettled([postgres.stop(), redis.stop(), slack.stop()]);
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Sample {
  readonly ms: number;
  readonly megabytes: number;
}

async function measured(name: string, samples: number, once: () => Promise<Sample>): Promise<StartFigure> {
  // The first one fills the page cache; what is asked is what an operator waits for, not what the disk does.
  await once();
  const all: Sample[] = [];
  for (let index = 0; index < samples; index += 1) all.push(await once());
  const times = all.map((sample) => sample.ms).sort((a, b) => a - b);
  return {
    name,
    p50Ms: Math.round(times[Math.floor(times.length / 2)] ?? 0),
    maxMs: Math.round(times.at(-1) ?? 0),
    megabytes: Math.round(Math.max(...all.map((sample) => sample.megabytes))),
  };
}

/** Runs a command to its end; GNU time tells its largest resident size. */
function command(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Sample> {
  const began = performance.now();
  return new Promise((resolve, reject) => {
    execFile(
      '/usr/bin/time',
      ['-f', 'kilobytes %M', process.execPath, 'dist/cli/main.js', ...args],
      { cwd: root, env },
      (error, _out, err) => {
        const ms = performance.now() - began;
        const kilobytes = /kilobytes (\d+)/.exec(err)?.[1];
        if (kilobytes === undefined || error !== null) reject(error ?? new Error(err));
        else resolve({ ms, megabytes: Number(kilobytes) / 1024 });
      },
    );
  });
}

/** Starts a role, waits until it says that it is ready, and stops it. */
async function startRole(role: string, env: Readonly<Record<string, string>>): Promise<Sample> {
  const port = await freePort();
  const began = performance.now();
  const child = spawn(process.execPath, ['dist/main.js', '--role', role], {
    cwd: root,
    env: { ...env, STATUS_PORT: String(port) },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaint += chunk.toString();
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  try {
    while (!(await ready(port))) {
      if (child.exitCode !== null) throw new Error(`role ${role} ended: ${complaint}`);
      if (performance.now() - began > 30_000) throw new Error(`role ${role} is not ready after 30 s`);
      await delay(5);
    }
    const ms = performance.now() - began;
    const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
    return { ms, megabytes: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024 };
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
}

async function ready(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(500) })).ok;
  } catch {
    return false;
  }
}

if (process.argv[1] === import.meta.filename) console.log(JSON.stringify(await benchStart(), null, 2));
