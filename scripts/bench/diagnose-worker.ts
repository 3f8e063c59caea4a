/** The product as it runs: a worker of the build in a process of its own, asked through Slack. */
import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { people, places, startSlackEmulator } from '@aetherius/slack-emulator';
import { Client } from 'pg';
import { ownedBy, startPostgres } from '../../lab/components/postgres.ts';
import { freePort } from '../../lab/components/process.ts';
import { startRedis } from '../../lab/components/redis.ts';
import { startProcess } from '../../src/main/process.ts';
import { silentLogger } from '../../src/platform/process/logger.ts';
import { parseConfig, readProcessEnv } from '../../src/platform/settings/config.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface DiagnosedRun {
  /** From the worker's claim of the run until the judged answer, its messages and its evidence were committed. */
  readonly ms: number;
  readonly confirmed: readonly string[];
  readonly findings: readonly { readonly code: string; readonly subject: string }[];
}

export interface DiagnosingWorker {
  diagnose(symptom: string, environment: string): Promise<DiagnosedRun>;
  /** The most that was resident since `forgetPeak`. */
  peakMegabytes(): number;
  forgetPeak(): void;
  stop(): Promise<void>;
}

export interface DiagnosingWorkerOptions {
  readonly dir: string;
  readonly kubeconfig: string;
  /** Each is an environment of that name. */
  readonly namespaces: readonly string[];
}

/** PostgreSQL, Redis, Slack's emulator, the bot in this process, and the worker from `dist` in its own. */
export async function startDiagnosingWorker(options: DiagnosingWorkerOptions): Promise<DiagnosingWorker> {
  const folder = (name: string) => {
    const path = join(options.dir, name);
    mkdirSync(path, { recursive: true });
    chmodSync(path, 0o755);
    return path;
  };
  const [postgres, redis, slack] = await Promise.all([
    startPostgres({
      dir: folder('postgres'),
      databases: ['bench'],
      settings: { fsync: 'on', track_commit_timestamp: 'on' },
    }),
    startRedis({ dir: folder('redis'), args: ['--maxmemory-policy', 'noeviction'] }),
    startSlackEmulator(),
  ]);
  const yaml = JSON.stringify({
    environments: Object.fromEntries(
      options.namespaces.map((namespace) => [
        namespace,
        { runtime: { kind: 'kubernetes', namespace, kubeconfig: options.kubeconfig } },
      ]),
    ),
    slack: {
      defaultEnvironment: options.namespaces[0],
      startsPerMinute: { person: 10_000, channel: 10_000 },
    },
  });
  const config = join(options.dir, 'aetherius.yaml');
  writeFileSync(config, yaml);
  const variables = {
    AETHERIUS_CONFIG: config,
    DATABASE_URL: await ownedBy(postgres, 'bench'),
    REDIS_URL: redis.url,
    AUDIT_KEY: 'only for the benchmark, long enough',
    LOG_LEVEL: 'warn',
    STATUS_PORT: '0',
  };
  const ofBot = {
    ...variables,
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_APP_TOKEN: slack.appToken,
    SLACK_API_URL: slack.apiUrl,
  };
  const bot = await startProcess({
    role: 'bot',
    env: readProcessEnv('bot', ofBot),
    config: parseConfig(yaml, { role: 'bot', env: ofBot, where: 'bench', folder: options.dir }),
    logger: silentLogger,
  });
  const worker = await startWorkerProcess(variables);
  const database = new Client({ connectionString: postgres.url('bench') });
  await database.connect();
  const known = new Set<string>();
  return {
    async diagnose(symptom, environment) {
      await slack.control.command({
        user: people.requester,
        channel: places.ops,
        text: `/aetherius diagnose ${symptom} ${environment}`,
      });
      return finishedRun(database, environment, known);
    },
    peakMegabytes: () => Number(/VmHWM:\s+(\d+)/.exec(worker.status())?.[1] ?? Number.NaN) / 1024,
    // proc(5): 5 sets the peak resident size to the current one.
    forgetPeak: () => writeFileSync(`/proc/${worker.pid}/clear_refs`, '5'),
    async stop() {
      await worker.stop();
      await bot.stop(5_000);
      await database.end();
      await Promise.all([postgres.stop(), redis.stop(), slack.stop()]);
    },
  };
}

async function startWorkerProcess(variables: Readonly<Record<string, string>>) {
  const port = await freePort();
  const child = spawn(process.execPath, ['dist/main.js', '--role', 'worker'], {
    cwd: root,
    env: { PATH: process.env.PATH, ...variables, STATUS_PORT: `${port}` },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaint = `${complaint}${chunk.toString()}`.slice(-2_000);
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const ready = () =>
    fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(500) }).then(
      ({ ok }) => ok,
      () => false,
    );
  for (const until = Date.now() + 30_000; !(await ready()); await delay(20))
    if (child.exitCode !== null || Date.now() > until)
      throw new Error(`the worker does not become ready: ${complaint}`);
  return {
    pid: child.pid,
    status: () => readFileSync(`/proc/${child.pid}/status`, 'utf8'),
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

interface RunRow {
  readonly id: string;
  readonly state: string;
  readonly ms: number;
  readonly summary: { readonly causes?: readonly { readonly id: string; readonly verdict: string }[] };
}

/** Waits for the one run of the environment that is not known yet to end. */
async function finishedRun(database: Client, environment: string, known: Set<string>): Promise<DiagnosedRun> {
  for (const until = Date.now() + 60_000; Date.now() < until; await delay(20)) {
    const { rows } = await database.query<RunRow>(
      // The row was written last by the transaction with the answer.
      `SELECT id, state, summary, extract(epoch FROM pg_xact_commit_timestamp(xmin) - started_at)::float8 * 1000 AS ms
       FROM runs WHERE environment = $1 AND id <> ALL($2)`,
      [environment, [...known]],
    );
    const [run] = rows;
    if (run === undefined || run.state === 'queued' || run.state === 'running') continue;
    known.add(run.id);
    if (run.state !== 'complete') throw new Error(`the run ended as ${run.state}`);
    const found = await database.query<{ findings: DiagnosedRun['findings'] }>(
      'SELECT findings FROM run_probes WHERE run_id = $1',
      [run.id],
    );
    const causes = run.summary.causes ?? [];
    return {
      ms: run.ms,
      confirmed: causes.filter(({ verdict }) => verdict === 'confirmed').map(({ id }) => id),
      findings: found.rows.flatMap(({ findings }) => findings),
    };
  }
  throw new Error('no run ended within a minute');
}
