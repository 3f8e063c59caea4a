/** S3: events take long from their agent to the database. */

import { setTimeout as delay } from 'node:timers/promises';
import type { Fault, Lab } from '../types.ts';
import { agentLoad, metrics, resetPipeline } from './services.ts';
import { defineFault, pg, postgresUrl, startHolder, stopHolder } from './support.ts';

const part = 'agent-manager';

interface Pipeline {
  readonly queue: number;
  readonly grows: boolean;
  /** Events a second that workers could do, that one batch a tick can carry, and that come in. */
  readonly workers: number;
  readonly batches: number;
  readonly received: number;
  /** Seconds of the last commits, on average. */
  readonly write: number;
}

/** Figures of the event pipeline from two looks at its metrics. */
async function pipeline(lab: Lab, seconds = 2): Promise<Pipeline> {
  const before = await metrics(lab, part);
  await delay(seconds * 1000);
  const after = await metrics(lab, part);
  const rise = (name: string) => after(name) - before(name);
  const stage = (name: string) => {
    const label = `{stage="${name}"}`;
    const count = rise(`event_processing_stage_seconds_count${label}`);
    return count === 0 ? undefined : rise(`event_processing_stage_seconds_sum${label}`) / count;
  };
  const enrich = stage('enrich');
  return {
    queue: after('event_queue_size'),
    grows: after('event_queue_size') > before('event_queue_size') || full(after),
    workers: enrich === undefined ? 0 : after('event_workers') / enrich,
    batches: after('event_batch_limit') / after('event_batch_timeout_seconds'),
    received: rise('event_processing_total{outcome="received"}') / seconds,
    write: stage('write') ?? Number.POSITIVE_INFINITY,
  };
}

const full = (values: (name: string) => number) =>
  values('event_queue_size') >= values('event_queue_capacity') * 0.98;

async function load(lab: Lab, [manager, agent]: Load = [{}, {}]): Promise<void> {
  await lab.configure(part, manager);
  await lab.restart(part);
  await agentLoad(lab, agent);
}

type Settings = Readonly<Record<string, unknown>>;
type Load = readonly [manager: Settings, agent: Settings];

const workerLoads: Readonly<Record<string, Load>> = {
  'two-workers': [{ 'event.workers': 2, 'event.buffer_size': 300 }, { 'event.rate': 45 }],
  'four-workers': [{ 'event.buffer_size': 500, 'event.workers': 4 }, { 'event.rate': 75 }],
  'ten-slow-workers': [{ 'event.workers': 10 }, { 'event.rate': 45, 'inspect.window': 400 }],
};

const tooFewWorkers = defineFault({
  id: 'S3.a',
  title: 'too few workers for the events that come in',
  variants: ['two-workers', 'four-workers', 'ten-slow-workers'],
  runtimes: ['kubernetes', 'compose', 'processes'],
  within: 60,
  plant: (lab, variant) => load(lab, workerLoads[variant]),
  async check(lab) {
    const now = await pipeline(lab);
    return now.queue >= 40 && now.grows && now.workers > 0 && now.workers < now.batches;
  },
  clear: resetPipeline,
});

const batchLoads: Readonly<Record<string, Load>> = {
  'five-a-second': [{ 'event.batch_size': 5 }, { 'event.rate': 30 }],
  'long-timeout': [{ 'event.batch_timeout': 4000, 'event.batch_size': 24 }, { 'event.rate': 40 }],
};

const smallBatches = defineFault({
  id: 'S3.b',
  title: 'batches are too small for the events that come in',
  variants: ['five-a-second', 'long-timeout'],
  runtimes: ['kubernetes', 'compose', 'processes'],
  within: 60,
  plant: (lab, variant) => load(lab, batchLoads[variant]),
  async check(lab) {
    const now = await pipeline(lab);
    return now.queue >= 40 && now.grows && now.batches < 12 && now.write < 1;
  },
  clear: resetPipeline,
});

const indexes = {
  idx_events_cluster_id: 'events (cluster_id)',
  idx_events_timestamp: 'events (timestamp)',
} as const;
const filler = 'lab-filler';

/**
 * Two million old rows, the indexes that the service's own query needs gone, and events of every kind in every batch:
 * agent-manager looks up each kind once a batch, and has one second for it.
 */
async function withoutIndexes(lab: Lab): Promise<void> {
  await pg(lab, [
    ...Object.keys(indexes).map((name) => `DROP INDEX IF EXISTS ${name}`),
    `INSERT INTO events (id, cluster_id, agent_id, severity, reason, object, message, timestamp, processed)
     SELECT uuidv7(), 'prod-cluster', '${filler}', 'low', 'Scheduled', 'pod/web-' || n % 500,
            repeat('Successfully assigned shop/web to node-', 4) || n, now() - interval '2 days' - n * interval '1 second', true
     FROM generate_series(1, 2000000) n`,
    'ANALYZE events',
  ]);
  // More than a batch for each slow write: what comes in waits, however slow the machine is.
  await agentLoad(lab, { 'event.rate': 90 });
}

/** Keeps the real rows only. Emptying the table is quicker than deleting millions of rows, and gives the space back. */
async function withIndexes(lab: Lab): Promise<void> {
  await pg(lab, [
    'BEGIN',
    'LOCK TABLE events IN ACCESS EXCLUSIVE MODE',
    `CREATE TEMP TABLE kept ON COMMIT DROP AS SELECT * FROM events WHERE agent_id <> '${filler}'`,
    'TRUNCATE events',
    'INSERT INTO events SELECT * FROM kept',
    'COMMIT',
    ...Object.entries(indexes).map(([name, on]) => `CREATE INDEX IF NOT EXISTS ${name} ON ${on}`),
    'ANALYZE events',
  ]);
}

const locker = 'nightly-report';

const slowDatabase = defineFault({
  id: 'S3.c',
  title: 'the database is slow to take events',
  variants: ['no-index', 'table-locked'],
  runtimes: ['kubernetes', 'compose', 'processes'],
  within: 60,
  async plant(lab, variant) {
    if (variant === 'no-index') return withoutIndexes(lab);
    const url = await postgresUrl(lab);
    const statement = 'LOCK TABLE events IN SHARE ROW EXCLUSIVE MODE';
    await startHolder(lab, locker, ['postgres', url, locker, '1', statement]);
  },
  async check(lab, variant) {
    if (variant === 'table-locked') {
      const rows = await pg(lab, [
        `SELECT 1 FROM pg_stat_activity WHERE application_name = 'agent-manager' AND wait_event_type = 'Lock'`,
      ]);
      return rows.length > 0;
    }
    const there = await pg(lab, `SELECT 1 FROM pg_indexes WHERE indexname = 'idx_events_timestamp'`);
    if (there.length > 0) return false;
    const now = await pipeline(lab, 4);
    return now.queue >= 40 && now.grows && Number.isFinite(now.write) && now.write > 1.2;
  },
  async clear(lab, variant) {
    if (variant === 'table-locked') return stopHolder(lab, locker);
    await withIndexes(lab);
    await resetPipeline(lab);
  },
});

export const eventLatency: readonly Fault[] = [tooFewWorkers, smallBatches, slowDatabase];
