/** An index is made, and old rows leave a large table, beside a load that writes to it, beside the same load alone. */
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { startPostgres } from '../../lab/components/postgres.ts';
import type { LongWork } from '../../src/domain/fix/remediation.ts';
import { asInGuide } from '../../src/domain/platform/platform.ts';
import { systemClock } from '../../src/platform/process/clock.ts';
import { createTargetsFactory } from '../../src/platform/targets/factory.ts';
import { archiveOldRows } from '../../src/remediations/postgres/archive-old-rows.remediation.ts';
import { createIndexes } from '../../src/remediations/postgres/create-indexes.remediation.ts';
import { deleteOldRows } from '../../src/remediations/postgres/delete-old-rows.remediation.ts';
import { environment, literal } from '../../test/support/targets.ts';

export interface LongWorkFigures {
  readonly name: string;
  readonly rows: number;
  readonly writes: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly ratio: number;
  readonly takenRowsPerSecond: number | string;
  readonly batches: number | string;
  readonly longestBatchMs: number | string;
  readonly waitsOver100Ms: number | string;
  /** Of a statement that waited for a lock of another session; the index itself waits for transactions to end. */
  readonly longestWaitMs: number | string;
}

const schema = `CREATE TABLE events (id uuid NOT NULL, cluster_id text NOT NULL, agent_id text NOT NULL,
  severity text NOT NULL, reason text NOT NULL DEFAULT '', object text NOT NULL DEFAULT '', message text NOT NULL DEFAULT '',
  context jsonb, occurrences integer NOT NULL DEFAULT 1, timestamp timestamptz NOT NULL DEFAULT now(),
  processed boolean NOT NULL DEFAULT false)`;
const indexes = `ALTER TABLE events ADD PRIMARY KEY (id); CREATE INDEX idx_events_cluster_id ON events (cluster_id);
  CREATE INDEX idx_events_severity ON events (severity); CREATE INDEX idx_events_timestamp ON events (timestamp)`;

/** As many turns as were asked for are over. */
class Enough extends Error {}

/**
 * What runs beside the load: paced work goes on and rests in turns of two seconds, so that whatever else the machine
 * does falls on both. The second between two turns belongs to none: what was due in the last one may still wait in it.
 */
type Turn = 'beside' | 'alone' | 'between';
const turnMs = 2_000;
const betweenMs = 1_000;

/**
 * `LONG_WORK_ROWS` rows (default ten million), half of them old; the load alone is measured for `LONG_WORK_SECONDS`
 * (default 60) before and after, and beside each kind of work until that has taken its rows, `LONG_WORK_MOST_SECONDS` at most (default
 * an hour). The index is made on all rows, the two others have half of the old rows each;
 * `LONG_WORK_TURNS` ends them after so many turns, and `LONG_WORK_ONLY` names one of the three by its last word.
 */
export async function benchLongWork(): Promise<readonly LongWorkFigures[]> {
  const rows = Number(process.env.LONG_WORK_ROWS ?? '10000000');
  const seconds = Number(process.env.LONG_WORK_SECONDS ?? '60');
  const mostSeconds = Number(process.env.LONG_WORK_MOST_SECONDS ?? '3600');
  const mostTurns = Number(process.env.LONG_WORK_TURNS ?? 'Infinity');
  const only = process.env.LONG_WORK_ONLY;
  const dir = mkdtempSync(join(tmpdir(), 'aetherius-bench-long-work-'));
  chmodSync(dir, 0o755);
  const server = await startPostgres({
    dir,
    databases: ['agent_manager'],
    // A commit waits for the disk, as in production; a wait for a lock of 100 ms is written down.
    settings: {
      ...{ fsync: 'on', full_page_writes: 'on', shared_buffers: '1GB', max_wal_size: '8GB' },
      ...{ log_lock_waits: 'on', deadlock_timeout: '100ms' },
    },
  });
  const sql = new Client({ connectionString: server.url('agent_manager') });
  await sql.connect();
  const factory = createTargetsFactory({
    prod: {
      ...environment(),
      postgres: { url: literal(server.url()), databases: { agentManager: 'agent_manager' } },
    },
  });
  try {
    await fill(sql, rows);
    const url = server.url('agent_manager');
    await load(url, 5, AbortSignal.timeout(5_000));
    const alone = figuresOf(await load(url, seconds, new AbortController().signal), 'alone');
    const none = {
      takenRowsPerSecond: '–',
      batches: '–',
      longestBatchMs: '–',
      waitsOver100Ms: '–',
      longestWaitMs: '–',
    };
    const figures: LongWorkFigures[] = [{ name: 'load alone', rows, ...alone, ...none, ratio: 1 }];
    const day = (ago: number) => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10);
    await sql.query('DROP INDEX idx_events_timestamp');
    for (const [name, remediation, params] of [
      ['beside an index', createIndexes, { database: 'agentManager' }],
      ['beside deletes', deleteOldRows, { before: day(75) }],
      ['beside archiving', archiveOldRows, { database: 'agentManager', before: day(30) }],
    ] as const) {
      if (only !== undefined && !name.endsWith(only)) continue;
      await sql.query('SELECT pg_stat_statements_reset()');
      const waits = lockWaits(server.log);
      const ended = new AbortController();
      const turns: { readonly from: number; readonly turn: Turn }[] = [{ from: 0, turn: 'beside' }];
      const begin = (turn: Turn) => turns.push({ from: performance.now(), turn });
      const loading = load(url, mostSeconds, ended.signal);
      // Where the work fails, its own error is told, and not that the server is gone for whoever wrote beside it.
      loading.catch(() => undefined);
      const context = {
        deps: { ...(await factory.forRun('prod')), platform: asInGuide },
        signal: AbortSignal.timeout(mostSeconds * 1_000),
        now: () => systemClock.now(),
      } as Parameters<typeof archiveOldRows.applyStep>[2];
      const plan = await remediation.plan(params as never, context);
      const paced = remediation !== createIndexes;
      const began = performance.now();
      let turned = began;
      let rested = 0;
      let done = 0;
      let batches = 0;
      const work: LongWork = {
        before: undefined,
        async next(progress, pauseMs = 0) {
          batches += progress.done > done ? 1 : 0;
          done = progress.done;
          process.stdout.write(`\r${name}: ${done} of ${progress.total} ${progress.waits ?? ''}   `);
          await sleep(pauseMs);
          if (turns.filter(({ turn }) => turn === 'alone').length >= mostTurns) throw new Enough();
          if (!paced || performance.now() - turned < turnMs) return;
          const rests = performance.now();
          begin('between');
          await sleep(betweenMs);
          begin('alone');
          await sleep(turnMs);
          begin('beside');
          turned = performance.now();
          rested += turned - rests;
        },
        stopped: () => false,
      };
      await remediation.applyStep(plan.steps[0], plan, { ...context, work }).catch((error: unknown) => {
        if (!(error instanceof Enough)) throw error;
      });
      const took = (performance.now() - began - rested) / 1_000;
      ended.abort();
      process.stdout.write('\n');
      const samples = await loading;
      const beside = figuresOf(samples, 'beside', turns);
      const calm = paced ? figuresOf(samples, 'alone', turns) : alone;
      if (paced) figures.push({ name: `${name}, in its rests`, rows, ...calm, ...none, ratio: 1 });
      const { rows: seen } = await sql.query<{ longest: number }>(
        "SELECT max(max_exec_time) AS longest FROM pg_stat_statements WHERE query LIKE 'WITH picked AS%'",
      );
      figures.push({
        ...{ name, rows, ...beside },
        takenRowsPerSecond: Math.round((paced ? done : rows) / took),
        ...(paced
          ? { batches, longestBatchMs: seen[0]?.longest ?? 0 }
          : { batches: '–', longestBatchMs: '–' }),
        ratio: beside.p99Ms / calm.p99Ms,
        waitsOver100Ms: lockWaits(server.log).length - waits.length,
        longestWaitMs: Math.max(0, ...lockWaits(server.log).slice(waits.length)),
      });
    }
    const after = figuresOf(await load(url, seconds, new AbortController().signal), 'alone');
    figures.push({
      name: 'load alone, once more',
      rows,
      ...after,
      ...none,
      ratio: after.p99Ms / alone.p99Ms,
    });
    return figures;
  } finally {
    await sql.end();
    await factory.close();
    await server.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

/** A quarter is 80 days old and a quarter 40; the others are young. */
async function fill(sql: Client, rows: number): Promise<void> {
  await sql.query(`CREATE EXTENSION IF NOT EXISTS pg_stat_statements; ${schema}`);
  const step = 500_000;
  for (let from = 1; from <= rows; from += step) {
    await sql.query(
      `INSERT INTO events (id, cluster_id, agent_id, severity, reason, object, message, context, timestamp)
       SELECT gen_random_uuid(), 'cluster-' || n % 20, 'agent-' || n % 200, 'low', 'OOMKilled', 'pod/web-' || n % 1000,
         'The container web was killed because it used more memory than its limit', '{"node": "node-1", "restarts": 3}',
         now() - CASE WHEN n <= $3 / 4 THEN interval '80 days' WHEN n <= $3 / 2 THEN interval '40 days' ELSE interval '1 day' END
       FROM generate_series($1::int, $2::int) AS n`,
      [from, Math.min(rows, from + step - 1), rows],
    );
    process.stdout.write(`\r${Math.min(rows, from + step - 1)} rows stored`);
  }
  process.stdout.write('\n');
  await sql.query(indexes);
  await sql.query('VACUUM ANALYZE events');
  await sql.query('CHECKPOINT');
}

interface Write {
  /** When it was due, on the clock of this process, and how long after that it was done (milliseconds). */
  readonly due: number;
  readonly ms: number;
}

/** Two sessions, 50 writes a second each: an event comes, and one that is there is marked. */
async function load(url: string, seconds: number, ended: AbortSignal): Promise<readonly Write[]> {
  const writes: Write[] = [];
  const until = performance.now() + seconds * 1_000;
  const lane = async () => {
    const client = new Client({ connectionString: url });
    // What ended the run is told, and not that its server went away.
    client.on('error', () => undefined);
    await client.connect();
    try {
      let next = performance.now();
      while (performance.now() < until && !ended.aborted) {
        const { rows } = await client.query<{ id: string }>(
          "INSERT INTO events (id, cluster_id, agent_id, severity, message) VALUES (gen_random_uuid(), 'cluster-1', 'agent-1', 'low', 'new') RETURNING id",
        );
        await client.query('UPDATE events SET processed = true WHERE id = $1', [rows[0]?.id]);
        // From when it was due, so that what waits behind a slow one counts as well.
        writes.push({ due: next, ms: performance.now() - next });
        next = Math.max(next + 20, performance.now() - 1_000);
        await sleep(Math.max(0, next - performance.now()));
      }
    } finally {
      await client.end();
    }
  };
  await Promise.all([lane(), lane()]);
  return writes;
}

function figuresOf(
  writes: readonly Write[],
  wanted: Turn,
  turns: readonly { readonly from: number; readonly turn: Turn }[] = [{ from: 0, turn: 'alone' }],
) {
  const sorted = writes
    .filter(({ due }) => turns.findLast(({ from }) => from <= due)?.turn === wanted)
    .map(({ ms }) => ms)
    .toSorted((a, b) => a - b);
  const at = (part: number) => sorted[Math.floor(part * (sorted.length - 1))] ?? 0;
  return { writes: sorted.length, p50Ms: at(0.5), p99Ms: at(0.99) };
}

/** Milliseconds of each wait for a lock that took 100 ms; one for a transaction to end is the index's own. */
const lockWaits = (log: string): readonly number[] =>
  [...readFileSync(log, 'utf8').matchAll(/ acquired \w+ on (?!virtual)[^\n]*? after ([\d.]+) ms/g)].map(
    ([, ms]) => Number(ms),
  );
