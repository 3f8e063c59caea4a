/** R-X12: what led to a fix is asked again after it, on a real server, and people read what was seen. */
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { rendererOf } from '../../../src/bot/views/renderer.ts';
import { unreachable } from '../../../src/diagnoses/unreachable.diagnosis.ts';
import { judge } from '../../../src/domain/diagnosis/judgement.ts';
import type { Remediation } from '../../../src/domain/fix/remediation.ts';
import type { RemediationRow } from '../../../src/domain/fix/rows.ts';
import { TargetError } from '../../../src/domain/kernel/errors.ts';
import { asInGuide, platformOf } from '../../../src/domain/platform/platform.ts';
import { findingKey } from '../../../src/domain/probe/finding.ts';
import { diagnoses } from '../../../src/main/registries.ts';
import { systemClock, systemIds } from '../../../src/platform/process/clock.ts';
import type { PostgresStore } from '../../../src/platform/store/store.ts';
import { createTargetsFactory } from '../../../src/platform/targets/factory.ts';
import { probes } from '../../../src/probes/index.ts';
import { createAskAgain } from '../../../src/services/diagnosis/ask-again.service.ts';
import { createProposeRun } from '../../../src/services/fix/propose/propose-run.service.ts';
import { createProbeRunner } from '../../../src/services/run/probe-runner.service.ts';
import { createRunExecutor } from '../../../src/services/run/run-executor.service.ts';
import { createHarness, createWorld, type Harness, person, plainRenderer } from '../../support/approvals.ts';
import { emitters } from '../../support/diagnosis.ts';
import { silentLogger } from '../../support/logger.ts';
import { type TestDatabase, usePostgres } from '../../support/postgres.ts';
import { registered } from '../../support/remediation-fixtures.ts';
import { readableMessage } from '../../support/slack-messages.ts';
import { environment, literal } from '../../support/targets.ts';

const postgres = usePostgres();
let database: TestDatabase;
let store: PostgresStore;
let target: TestDatabase;
let platform: Client;
const signal = new AbortController().signal;
const runner = createProbeRunner({ probes, clock: systemClock, logger: silentLogger });

const targets = () =>
  createTargetsFactory({
    prod: {
      ...environment(),
      platform: platformOf({ parts: { 'agent-manager': { databaseRole: 'am_service' } } }),
      postgres: {
        url: literal(target.url),
        databases: { agentManager: 'agent_manager', orchestrator: 'orchestrator' },
      },
    },
  });
const harnessOf = (id: string): Harness =>
  createHarness(store, {
    real: {
      remediation: registered.find((item) => item.id === id) as Remediation,
      targets: targets(),
      probes: runner,
    },
  });

/** What a diagnosis sees now is kept as its run; the fix of its cause is offered, and approved. */
async function approvedByDiagnosis(h: Harness, cause: string, params: Record<string, string | number>) {
  const diagnosis = diagnoses.find(({ causes }) => causes.some(({ id }) => id === cause));
  if (diagnosis === undefined) throw new Error('no such cause');
  const looking = await targets().forRun('prod');
  const outcomes = await runner.run(diagnosis.evidence, { targets: looking, signal });
  const judged = judge(diagnosis, outcomes, emitters).causes.find((one) => one.cause.id === cause);
  expect(judged?.verdict).toBe('confirmed');
  const finding = judged?.for[0];
  const causes = [{ id: cause, part: 'postgres', verdict: 'confirmed', for: judged?.for.map(findingKey) }];
  const id = systemIds.uuid();
  await store.tx(async (tx) => {
    await tx.runs.insert({
      ...{ id, kind: 'diagnose', environment: 'prod', params: {}, source: 'slash' },
      surface: { teamId: 'T0HOME', channel: 'C0INC', language: 'en' },
    });
    await tx.runs.saveOutcomes(id, outcomes);
  });
  await database.sql('UPDATE runs SET summary = $2 WHERE id = $1', [id, JSON.stringify({ causes })]);
  const run = await store.tx((tx) => tx.runs.get(id));
  const prepared = await h.proposing.plan({
    ...{ call: { remediation: h.action.id, with: params }, environment: 'prod', targets: looking, signal },
    ...(run === undefined || finding === undefined ? {} : { run, finding }),
  });
  const proposal = await store.tx((tx) => prepared.save(tx));
  if (proposal.kind === 'refused') throw new Error(`not offered: ${proposal.reason}`);
  return approve(h, proposal.offer.id);
}

async function approve(h: Harness, id: string): Promise<RemediationRow> {
  await h.service.request(h.input(id, 'UREQ', { reason: 'because' }));
  await h.refresh();
  return (await h.service.approve(h.input(id, 'ULEAD'))).remediation;
}

/** Card and thread as people read them. */
function told(row: RemediationRow, language: 'en' | 'zh-CN' = 'en'): readonly [card: string, line: string] {
  const renderer = rendererOf(() => asInGuide);
  const card = { remediation: row, approvals: [], steps: [], needed: 1, buttons: {}, now: new Date() };
  const kind = row.state as 'succeeded' | 'failed';
  const facts = row.outcome ?? {};
  return [
    readableMessage(renderer.remediation(card, language)),
    readableMessage(renderer.remediationEvent({ remediation: row, kind, facts }, language)),
  ];
}

async function connect(user?: string): Promise<Client> {
  const url = new URL(target.url);
  url.pathname = '/agent_manager';
  if (user !== undefined) [url.username, url.password] = [user, 'secret'];
  const client = new Client({ connectionString: url.href, application_name: user ?? 'test' });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

beforeAll(async () => {
  database = await postgres.migrated();
  store = database.store();
  target = await postgres.database();
  for (const name of ['agent_manager', 'orchestrator']) await target.sql(`CREATE DATABASE ${name}`);
  platform = await connect();
  await platform.query('CREATE ROLE am_service LOGIN PASSWORD $$secret$$');
});
// The same fix of the same server more than twice an hour is refused (R-X9).
beforeEach(async () => {
  await database.sql("UPDATE remediations SET approved_at = approved_at - interval '2 hours'");
});
afterAll(async () => {
  await platform.end();
});

describe('a session that blocks others (D2.c)', () => {
  const clients: Client[] = [];
  const open = async (user?: string) => {
    const client = await connect(user);
    clients.push(client);
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    return { client, pid: rows[0]?.pid ?? 0 };
  };
  const blockedBy = (pid: number) =>
    expect.poll(() =>
      target.sql('SELECT pid FROM pg_stat_activity WHERE $1 = ANY(pg_blocking_pids(pid))', [pid]),
    );
  beforeAll(async () => {
    await platform.query('CREATE TABLE shelf (id int); GRANT ALL ON shelf TO am_service');
  });
  afterEach(async () => {
    await Promise.allSettled(clients.splice(0).map((one) => one.end()));
  });

  it('is gone, and card and thread say what was found before', async () => {
    const [holder, waiter] = [await open('am_service'), await open()];
    await holder.client.query('BEGIN; LOCK TABLE shelf');
    const waits = waiter.client.query('SELECT count(*) FROM shelf');
    await blockedBy(holder.pid).not.toEqual([]);
    const h = harnessOf('postgres.end-blocking-session');
    const row = await approvedByDiagnosis(h, 'D2.c', { pid: holder.pid, how: 'end' });

    await h.execute(row.id);
    await waits;

    const done = await h.row(row.id);
    expect(done).toMatchObject({ state: 'succeeded', outcome: { again: 'gone', againCause: 'D2.c' } });
    for (const text of told(done)) {
      expect(text).toContain(`Before: `);
      expect(text).toContain(String(holder.pid));
      expect(text).toMatch(/the problem is gone/);
    }
    expect(told(done, 'zh-CN').join()).toMatch(/问题已消失[\s\S]*之前：/);
    // The audit keeps the answer, and not what was shown for it.
    const audited = await database.sql<{ facts: object }>(
      "SELECT facts FROM audit_log WHERE remediation_id = $1 AND action = 'remediation.succeeded'",
      [row.id],
    );
    expect(audited[0]?.facts).toMatchObject({ again: 'gone' });
    expect(audited[0]?.facts).not.toHaveProperty('before');
  });

  it('is said to be still there where the next one blocks in its place, with its number', async () => {
    const [first, second, waiter] = [await open('am_service'), await open('am_service'), await open()];
    await first.client.query('BEGIN; LOCK TABLE shelf');
    const next = second.client.query('BEGIN; LOCK TABLE shelf');
    await blockedBy(first.pid).not.toEqual([]);
    const waits = waiter.client.query('SELECT count(*) FROM shelf');
    await blockedBy(second.pid).not.toEqual([]);
    const h = harnessOf('postgres.end-blocking-session');
    const row = await approvedByDiagnosis(h, 'D2.c', { pid: first.pid, how: 'end' });

    await h.execute(row.id, 'worker-1', { stableAtMostMs: 0 });
    await next;

    const done = await h.row(row.id);
    expect(done).toMatchObject({ state: 'succeeded', outcome: { again: 'still' } });
    for (const text of told(done)) {
      expect(text).toMatch(/the problem is still there/);
      expect(text).toMatch(new RegExp(`Now: .*${second.pid}`));
      expect(text).not.toMatch(/worked|Fixed and verified/);
    }
    await second.client.query('ROLLBACK');
    await waits;
  });
});

describe('a fix that is asked for by name', () => {
  it('is measured before and after, and both numbers are told', async () => {
    const h = harnessOf('postgres.create-indexes');
    await platform.query(
      `CREATE TABLE events (id int PRIMARY KEY, cluster_id text, severity text, timestamp timestamptz);
       INSERT INTO events SELECT i, 'c' || i % 9, 'high', now() FROM generate_series(1, 5000) i`,
    );
    await platform.query('ANALYZE events');
    const asking = createAskAgain({
      ...{ store, probes: runner, emitters, diagnoses, unreachable, remediations: registered },
      ...{ healthCalls: () => [], givesWork: new Set<string>() },
    });
    const runs = createRunExecutor({
      ...{ store, renderer: plainRenderer, clock: systemClock, ids: systemIds, logger: silentLogger },
      ...{ worker: 'w', environments: ['prod'] },
      handlers: {
        propose: createProposeRun({
          ...{ targets: targets(), proposals: h.proposing, messages: h.messages, renderer: plainRenderer },
          ...{ ids: systemIds, logger: silentLogger, measure: asking.measure },
        }),
      },
    });
    const id = systemIds.uuid();
    const params = { remediation: h.action.id, database: 'agentManager' };
    await store.tx((tx) =>
      tx.runs.insert({
        ...{ id, kind: 'propose', environment: 'prod', params, source: 'slash', requestedBy: person('UREQ') },
        surface: { teamId: 'T0HOME', channel: 'C0INC', language: 'en' },
      }),
    );
    await runs.execute({ runId: id, signal });
    const [offer] = await store.tx((tx) => tx.remediations.list({ runId: id, limit: 1 }));
    if (offer === undefined) throw new Error('nothing was offered');
    await approve(h, offer.id);

    await h.execute(offer.id);

    const done = await h.row(offer.id);
    expect(done).toMatchObject({ state: 'succeeded', outcome: { again: 'gone' } });
    for (const text of told(done))
      expect(text).toMatch(
        /Before: .*No index on events\.severity \(5000 rows.*\nNow: .*not found \(.*missing=0/,
      );
  });
});

describe('a fix that the server refuses', () => {
  it('quotes its words in card and thread', async () => {
    const h = harnessOf('postgres.create-indexes');
    await platform.query(
      'DROP INDEX idx_events_severity; ALTER TABLE events DROP COLUMN severity, ADD COLUMN severity json',
    );
    const row = await h.approved({ database: 'agentManager' });

    await h.execute(row.id);

    const done = await h.row(row.id);
    expect(done.state).toBe('failed');
    for (const text of told(done))
      expect(text).toContain('data type json has no default operator class for access method "btree"');
    expect(told(done, 'zh-CN').join()).toContain('对方的原话：`data type json has no default operator class');
  });

  it('shows no password that stands in them', async () => {
    const world = createWorld();
    world.before = () =>
      Promise.reject(
        new TargetError('limit', 'refused', {
          facts: { detail: 'postgres://app:Tr0ub4dor-and-3@db/x refuses this' },
        }),
      );
    const h = createHarness(store, { world });
    const row = await h.approved();

    await h.execute(row.id);

    const done = await h.row(row.id);
    expect(done.state).toBe('failed');
    for (const text of told(done)) {
      expect(text).toContain('refuses this');
      expect(text).not.toContain('Tr0ub4dor');
    }
  });

  it('says which check was not well afterwards, where all steps were done', async () => {
    const world = createWorld();
    world.healthy = false;
    const h = createHarness(store, { world, action: { undo: 'none', verifyWithinMs: 100 } });
    const row = await h.approved({ target: 'other' });

    await h.execute(row.id);

    const done = await h.row(row.id);
    expect(done).toMatchObject({ state: 'failed', outcome: { reason: 'not-verified' } });
    for (const text of told(done)) expect(text).toContain('Not well afterwards: ');
  });
});

describe('a row of the version before', () => {
  it('is read, and promises nothing that was not looked at', async () => {
    const h = createHarness(store);
    const row = await h.approved({ target: 'former' });
    await h.execute(row.id);
    const former = { ...(await h.row(row.id)), outcome: { 'redis.memory': 'healthy', settled: true } };

    for (const text of told(former)) {
      expect(text).toMatch(/whether the problem is gone was not asked/i);
      expect(text).not.toMatch(/worked|Fixed and verified/);
    }
  });
});
