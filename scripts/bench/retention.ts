/** What is old is removed from a large database while health checks are stored in it, beside the same checks alone. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { startPostgres } from '../../lab/components/postgres.ts';
import { systemIds } from '../../src/platform/process/clock.ts';
import { migrate } from '../../src/platform/store/migrate.ts';
import { createStore, type PostgresStore } from '../../src/platform/store/store.ts';
import { silentLogger } from '../../test/support/logger.ts';

export interface RetentionFigures {
  readonly name: string;
  readonly runs: number;
  readonly outcomes: number;
  readonly checks: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly ratio: number;
  readonly removedRunsPerSecond: number | string;
  readonly longestStatementMs: number | string;
  readonly longestHeldMs: number | string;
  readonly waitsOver100Ms: number | string;
}

const outcomesOfRun = 18;
/** Of the runs that are older than the default allows. */
const days = 180;
const child = fileURLToPath(new URL('retention-sweep.child.ts', import.meta.url));

/** `RETENTION_RUNS` runs (default a million), and `RETENTION_SECONDS` (default 60) of each measurement. */
export async function benchRetention(): Promise<readonly RetentionFigures[]> {
  const runs = Number(process.env.RETENTION_RUNS ?? '1000000');
  const seconds = Number(process.env.RETENTION_SECONDS ?? '60');
  const dir = mkdtempSync(join(tmpdir(), 'aetherius-bench-retention-'));
  chmodSync(dir, 0o755);
  const server = await startPostgres({
    dir,
    databases: ['bench'],
    // A commit waits for the disk, as in production; a wait for a lock of 100 ms is written down.
    settings: {
      ...{ fsync: 'on', full_page_writes: 'on', shared_buffers: '1GB', max_wal_size: '8GB' },
      ...{ log_lock_waits: 'on', deadlock_timeout: '100ms' },
    },
  });
  const url = server.url('bench');
  const sql = new Client({ connectionString: url });
  const watch = new Client({ connectionString: url });
  const database = { url };
  await migrate({ database, logger: silentLogger });
  const store = createStore({
    ...{ database, auditKey: { id: 'bench', secret: 'only for this run' }, logger: silentLogger },
  });
  await sql.connect();
  await watch.connect();
  try {
    await fill(sql, runs);
    const common = { runs, outcomes: runs * outcomesOfRun };
    await measure(store, 5);
    const alone = await measure(store, seconds);
    const figures: RetentionFigures[] = [
      {
        ...{ name: 'checks alone', ...common, ...alone, ratio: 1 },
        ...{ removedRunsPerSecond: '–', longestStatementMs: '–', longestHeldMs: '–', waitsOver100Ms: '–' },
      },
    ];
    for (const [name, everyMs, budgetMs] of [
      ['with the scheduler, as it works', 4000, 1000],
      ['with a scheduler that never rests', 0, 60_000],
    ] as const) {
      const before = await count(sql);
      await sql.query('SELECT pg_stat_statements_reset()');
      const waits = lockWaits(server.log);
      const sweeping = spawn(process.execPath, ['--import', 'tsx', child, url, `${everyMs}`, `${budgetMs}`], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await once(sweeping.stdout, 'data');
      const held = holding(watch);
      const during = await measure(store, seconds);
      const longestHeldMs = await held.stop();
      await end(sweeping);
      const { rows } = await sql.query<{ longest: number }>(
        "SELECT max(max_exec_time) AS longest FROM pg_stat_statements WHERE query LIKE 'WITH looked AS%'",
      );
      figures.push({
        ...{ name, ...common, ...during, ratio: during.p95Ms / alone.p95Ms },
        removedRunsPerSecond: Math.round((before - (await count(sql))) / seconds),
        longestStatementMs: rows[0]?.longest ?? 0,
        longestHeldMs,
        waitsOver100Ms: lockWaits(server.log) - waits,
      });
    }
    return figures;
  } finally {
    await sql.end();
    await watch.end();
    await store.close();
    await server.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

async function fill(sql: Client, runs: number): Promise<void> {
  await sql.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
  // References are right by construction, and checking 18 million of them takes longer than all else.
  await sql.query('SET session_replication_role = replica');
  const step = 50_000;
  for (let from = 1; from <= runs; from += step) {
    const to = Math.min(runs, from + step - 1);
    await sql.query(
      `WITH made AS (
         INSERT INTO runs (id, kind, environment, state, source, summary, created_at, finished_at)
         SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'health', 'prod', 'complete', 'digest', '{"report": {"overall": "healthy", "roots": []}}',
           at, at FROM (SELECT n, now() - interval '1 day' * $4 * (1 - n / $3::double precision) AS at
           FROM generate_series($1::int, $2::int) AS n) AS times
         RETURNING id, created_at)
       INSERT INTO run_probes (run_id, key, probe, part, status, facts, started_at, duration_ms)
       SELECT id, 'probe.' || n, 'probe.' || n, 'redis', 'healthy', '{"latencyMs": 12.5, "version": "7.2.4"}', created_at, 12
       FROM made, generate_series(1, ${outcomesOfRun}) AS n`,
      [from, to, runs, days],
    );
    process.stdout.write(`\r${to} runs stored`);
  }
  process.stdout.write('\n');
  await sql.query('RESET session_replication_role');
  await sql.query('VACUUM ANALYZE runs, run_probes');
  await sql.query('CHECKPOINT');
}

/** Two at a time, one after the other, without a pause: what a worker and the bot store of a check. */
async function measure(store: PostgresStore, seconds: number) {
  const took: number[] = [];
  const until = performance.now() + seconds * 1000;
  const lane = async () => {
    while (performance.now() < until) {
      const started = performance.now();
      await check(store);
      took.push(performance.now() - started);
      await sleep(20);
    }
  };
  await Promise.all([lane(), lane()]);
  const sorted = took.toSorted((a, b) => a - b);
  const at = (part: number) => sorted[Math.floor(part * (sorted.length - 1))] ?? 0;
  return { checks: sorted.length, p50Ms: at(0.5), p95Ms: at(0.95) };
}

async function check(store: PostgresStore): Promise<void> {
  const id = systemIds.uuid();
  const rendered = { text: 'health', blocks: [] };
  const message = systemIds.uuid();
  await store.tx(async (tx) => {
    await tx.runs.insert({ id, kind: 'health', environment: 'prod', params: {}, source: 'slash' });
    await tx.messages.post({
      ...{ id: message, purpose: 'health', channel: 'C1', runId: id, rendered, urgency: 'progress' },
    });
  });
  await store.tx((tx) => tx.runs.claim(id, 'bench', 60_000));
  for (let batch = 0; batch < 6; batch += 1)
    await store.tx(async (tx) => {
      await tx.runs.saveOutcomes(
        id,
        Array.from({ length: outcomesOfRun / 6 }, (_, index) => ({
          ...{ key: `p${batch}-${index}`, probe: 'p', part: 'redis' as const, status: 'healthy' as const },
          ...{ findings: [], facts: { latencyMs: 12 }, startedAt: new Date().toISOString(), durationMs: 5 },
        })),
      );
      await tx.messages.update(message, rendered, 'progress');
    });
  await store.tx(async (tx) => {
    await tx.runs.finish(id, 'bench', 'complete', { report: { overall: 'healthy' } });
    await tx.messages.update(message, rendered, 'answer');
  });
  await store.tx((tx) => tx.runs.get(id));
}

/** The longest transaction of the scheduler that has written something, as the server sees it. */
function holding(watch: Client): { stop(): Promise<number> } {
  let stopped = false;
  let longest = 0;
  const looking = (async () => {
    while (!stopped) {
      const { rows } = await watch.query<{ ms: number | null }>(
        `SELECT max(extract(epoch FROM clock_timestamp() - xact_start))::double precision * 1000 AS ms
         FROM pg_stat_activity WHERE application_name = 'retention' AND backend_xid IS NOT NULL`,
      );
      longest = Math.max(longest, rows[0]?.ms ?? 0);
      await sleep(3);
    }
  })();
  return {
    async stop() {
      stopped = true;
      await looking;
      return longest;
    },
  };
}

const lockWaits = (log: string): number =>
  readFileSync(log, 'utf8')
    .split('\n')
    .filter((line) => line.includes('still waiting for')).length;

async function count(sql: Client): Promise<number> {
  const { rows } = await sql.query<{ n: string }>(
    `SELECT count(*) AS n FROM runs WHERE created_at < now() - interval '90 days'`,
  );
  return Number(rows[0]?.n);
}

async function end(process: ChildProcess): Promise<void> {
  if (process.exitCode !== null) throw new Error('the scheduler ended by itself');
  const ended = once(process, 'exit');
  process.kill('SIGKILL');
  await ended;
}
