/** D2: PostgreSQL answers slowly. */

import type { Fault, Lab } from '../types.ts';
import { ask } from './services.ts';
import { defineFault, pg, postgresUrl, startHolder, stopHolder } from './support.ts';

const orchestrator = { database: 'orchestrator' } as const;

/** Removes the rows the faults put in, quicker than deleting a million of them. */
const emptied = (table: string, keep: string) => [
  'BEGIN',
  `LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`,
  `CREATE TEMP TABLE kept ON COMMIT DROP AS SELECT * FROM ${table} WHERE ${keep}`,
  `TRUNCATE ${table}`,
  `INSERT INTO ${table} SELECT * FROM kept`,
  'COMMIT',
];
const withoutOurEvents = emptied('events', "agent_id <> 'lab-bulk'");
const withoutOurExecutions = emptied('workflow_executions', "input->>'lab' IS DISTINCT FROM 'bulk'");

/** Ids in rising order: a million random ones take the primary key's index five times as long. */
const inOrder = (kind: string, age: string) => {
  const days = age.replaceAll(/\D/g, '').padStart(4, '0');
  return `('${kind}0000000-${days}-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid`;
};

const bulkEvents = (count: number, age: string, severities: string) => `
  INSERT INTO events (id, cluster_id, agent_id, severity, reason, message, timestamp, processed)
  SELECT ${inOrder('e', age)}, 'cluster-' || (n % 40), 'lab-bulk', (ARRAY[${severities}])[1 + n % array_length(ARRAY[${severities}], 1)],
    'Scheduled', 'pod ' || n || ' was placed', now() - interval '${age}' - make_interval(secs => n % 86400), true
  FROM generate_series(1, ${count}) n`;

const bulkExecutions = (count: number, age: string) => `
  INSERT INTO workflow_executions (id, workflow_id, status, input, created_at, finished_at)
  SELECT ${inOrder('f', age)}, 'workflow-' || (n % 40), CASE WHEN n % 50 = 0 THEN 'failed' ELSE 'completed' END,
    '{"lab":"bulk"}', now() - interval '${age}' - make_interval(secs => n % 86400), now()
  FROM generate_series(1, ${count}) n`;

const eventIndexes = {
  idx_events_cluster_id: 'events (cluster_id)',
  idx_events_severity: 'events (severity)',
  idx_events_timestamp: 'events (timestamp)',
} as const;
const executionIndexes = {
  idx_executions_workflow_id: 'workflow_executions (workflow_id)',
  idx_executions_status: 'workflow_executions (status)',
} as const;

const drop = (indexes: Readonly<Record<string, string>>) =>
  Object.keys(indexes).map((name) => `DROP INDEX IF EXISTS ${name}`);
const create = (indexes: Readonly<Record<string, string>>) =>
  Object.entries(indexes).map(([name, on]) => `CREATE INDEX IF NOT EXISTS ${name} ON ${on}`);

/** Statements over 100 ms on average that read a table. */
async function slowStatements(lab: Lab, database: string, table: string): Promise<number> {
  const [row] = await pg<{ slow: number }>(
    lab,
    `SELECT count(*)::int AS slow FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid
     WHERE d.datname = '${lab.names.database(database)}' AND s.mean_exec_time > 100 AND s.query ~* 'from ${table}\\M' AND s.query !~* '^\\s*insert'`,
    { database },
  );
  return row?.slow ?? 0;
}

async function indexCount(
  lab: Lab,
  database: string,
  indexes: Readonly<Record<string, string>>,
): Promise<number> {
  const names = Object.keys(indexes).map((name) => `'${name}'`);
  const [row] = await pg<{ n: number }>(
    lab,
    `SELECT count(*)::int AS n FROM pg_indexes WHERE indexname IN (${names.join(', ')})`,
    { database },
  );
  return row?.n ?? 0;
}

const missingIndex = defineFault({
  id: 'D2.a',
  title: 'a table with a million rows has lost its indexes',
  variants: ['events', 'executions'],
  runtimes: ['kubernetes', 'compose', 'processes'],
  within: 40,
  async plant(lab, variant) {
    if (variant === 'events') {
      await pg(lab, [
        ...drop(eventIndexes),
        bulkEvents(1_000_000, '1 day', `'low', 'medium', 'high'`),
        'ANALYZE events',
        'SELECT pg_stat_statements_reset()',
      ]);
      // The services' own questions, as a dashboard asks them.
      for (const cluster of ['cluster-7', 'cluster-23', 'none'])
        await ask(lab, 'agent-manager', `/api/v1/events?cluster_id=${cluster}&limit=1000`);
      return;
    }
    await pg(
      lab,
      [
        ...drop(executionIndexes),
        bulkExecutions(1_000_000, '1 day'),
        'ANALYZE workflow_executions',
        'SELECT pg_stat_statements_reset()',
      ],
      orchestrator,
    );
    const question = `SELECT * FROM workflow_executions WHERE workflow_id = 'workflow-7' AND status = 'failed' ORDER BY created_at DESC LIMIT 20`;
    await pg(lab, [question, question], orchestrator);
  },
  async check(lab, variant) {
    if (variant === 'events')
      return (
        (await indexCount(lab, 'agent_manager', eventIndexes)) < 3 &&
        (await slowStatements(lab, 'agent_manager', 'events')) > 0
      );
    return (
      (await indexCount(lab, 'orchestrator', executionIndexes)) < 2 &&
      (await slowStatements(lab, 'orchestrator', 'workflow_executions')) > 0
    );
  },
  async clear(lab, variant) {
    const reset = 'SELECT pg_stat_statements_reset()';
    if (variant === 'events')
      await pg(lab, [...withoutOurEvents, ...create(eventIndexes), 'ANALYZE events', reset]);
    else
      await pg(
        lab,
        [...withoutOurExecutions, ...create(executionIndexes), 'ANALYZE workflow_executions', reset],
        orchestrator,
      );
  },
});

const oldData = defineFault({
  id: 'D2.b',
  title: 'rows that should have been removed or archived long ago',
  variants: ['events-40-days', 'executions-100-days'],
  runtimes: ['kubernetes', 'compose', 'processes'],
  within: 30,
  async plant(lab, variant) {
    // Some of the events are worth keeping, however old.
    if (variant === 'events-40-days')
      await pg(lab, [bulkEvents(250_000, '40 days', `'low', 'medium', 'critical', 'low'`), 'ANALYZE events']);
    else await pg(lab, [bulkExecutions(200_000, '100 days'), 'ANALYZE workflow_executions'], orchestrator);
  },
  async check(lab, variant) {
    const text =
      variant === 'events-40-days'
        ? `SELECT count(*)::int AS n FROM events WHERE timestamp < now() - interval '30 days' AND severity NOT IN ('critical', 'high')`
        : `SELECT count(*)::int AS n FROM workflow_executions WHERE created_at < now() - interval '90 days'`;
    const [row] = await pg<{ n: number }>(lab, text, variant === 'events-40-days' ? {} : orchestrator);
    return (row?.n ?? 0) > 100_000;
  },
  async clear(lab, variant) {
    // Where they were archived meanwhile, the archive goes with them.
    if (variant === 'events-40-days')
      await pg(lab, [...withoutOurEvents, 'DROP TABLE IF EXISTS events_archive']);
    else
      await pg(
        lab,
        [...withoutOurExecutions, 'DROP TABLE IF EXISTS workflow_executions_archive'],
        orchestrator,
      );
  },
});

const locks: Readonly<Record<string, readonly string[]>> = {
  'table-lock': ['migration', 'LOCK TABLE agents IN ACCESS EXCLUSIVE MODE'],
  'row-lock': ['inventory-job', `UPDATE agents SET node = node`],
};

const blocked = defineFault({
  id: 'D2.c',
  title: 'a transaction that stays open blocks others',
  // Those of others are left to people; the service's own may be ended by a fix.
  variants: ['table-lock', 'row-lock', 'own-export'],
  runtimes: ['kubernetes', 'compose', 'processes'],
  within: 30,
  async plant(lab, variant) {
    const [application = '', statement = ''] = locks[variant] ?? [];
    const url = await postgresUrl(lab);
    if (variant === 'own-export') {
      // It reads a table in a transaction that it leaves open, and whoever wants to change the table waits.
      await ask(lab, 'agent-manager', '/api/v1/events/export', {});
      const change = 'DO $$ BEGIN LOCK TABLE events IN ACCESS EXCLUSIVE MODE; END $$';
      await startHolder(lab, 'waiter', ['postgres-waiter', url, 'schema-change', '1', change]);
      return;
    }
    await startHolder(lab, 'lock', ['postgres', url, application, '1', statement]);
    // Someone who waits: heartbeats do too, but give up after three seconds.
    await startHolder(lab, 'waiter', [
      'postgres-waiter',
      url,
      'agent-cleanup',
      '1',
      `UPDATE agents SET version = version`,
    ]);
  },
  async check(lab, variant) {
    const [row] = await pg<{ n: number }>(
      lab,
      `SELECT count(*)::int AS n FROM pg_stat_activity w
       JOIN LATERAL unnest(pg_blocking_pids(w.pid)) b(pid) ON true JOIN pg_stat_activity h ON h.pid = b.pid
       WHERE w.wait_event_type = 'Lock' AND ${
         variant === 'own-export'
           ? `h.state = 'idle in transaction' AND w.application_name = 'schema-change'`
           : `h.application_name = '${locks[variant]?.[0] ?? ''}'`
       }`,
    );
    return (row?.n ?? 0) > 0;
  },
  async clear(lab, variant) {
    await stopHolder(lab, 'lock');
    await stopHolder(lab, 'waiter');
    if (variant === 'own-export') await lab.reset('agent-manager');
  },
});

export const pgSlow: readonly Fault[] = [missingIndex, oldData, blocked];
