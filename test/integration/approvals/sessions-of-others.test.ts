/** Leaked sessions of a service beside a dump, a migration and a person's open UPDATE: only the first may be ended. */
import { Socket, type SocketConnectOpts } from 'node:net';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PlanStep, Remediation } from '../../../src/domain/fix/remediation.ts';
import { platformOf } from '../../../src/domain/platform/platform.ts';
import type { TargetsFactory } from '../../../src/domain/probe/targets/targets.ts';
import { systemClock } from '../../../src/platform/process/clock.ts';
import { createTargetsFactory } from '../../../src/platform/targets/factory.ts';
import { probes } from '../../../src/probes/index.ts';
import { quorumRisk } from '../../../src/remediations/shared/quorum.ts';
import { createProbeRunner } from '../../../src/services/run/probe-runner.service.ts';
import { createHarness, type Harness } from '../../support/approvals.ts';
import { type FakePart, fakeRuntime } from '../../support/fake-runtime.ts';
import { silentLogger } from '../../support/logger.ts';
import { type TestDatabase, usePostgres } from '../../support/postgres.ts';
import { registered } from '../../support/remediation-fixtures.ts';
import { environment, literal } from '../../support/targets.ts';

const postgres = usePostgres();
let database: TestDatabase;
let target: TestDatabase;
const clients: Client[] = [];

const podAddress = '127.0.0.21';
const pods = (more: FakePart = {}): readonly FakePart[] => [
  { address: { host: podAddress, ports: [8080] }, startedAt: '2020-01-01T00:00:00Z', ...more },
];

interface World {
  readonly pods?: readonly FakePart[];
  readonly role?: string;
}
function targetsOf({ pods: running, role }: World): TargetsFactory {
  const platform = platformOf(
    role === undefined ? {} : { parts: { 'agent-manager': { databaseRole: role } } },
  );
  const real = createTargetsFactory({
    prod: {
      ...environment(),
      platform,
      postgres: {
        url: literal(target.url),
        databases: { agentManager: 'agent_manager', orchestrator: 'orchestrator' },
      },
    },
  });
  return {
    forRun: async (name, signal) => ({
      ...(await real.forRun(name, signal)),
      ...(running === undefined ? {} : { runtime: fakeRuntime({ 'agent-manager': running }) }),
    }),
    close: () => real.close(),
  };
}
function harnessOf(id: string, world: World): Harness {
  return createHarness(database.store(), {
    real: {
      remediation: registered.find((item) => item.id === id) as Remediation,
      targets: targetsOf(world),
      probes: createProbeRunner({ probes, clock: systemClock, logger: silentLogger }),
    },
  });
}

/** Connects from an address of its own, as a Pod does. */
class From extends Socket {
  readonly #address: string;
  constructor(address: string) {
    super();
    this.#address = address;
  }
  override connect(...given: unknown[]): this {
    const [port, host] = given as [number, string];
    const options: SocketConnectOpts = { port, host, localAddress: this.#address };
    return super.connect(options);
  }
}

interface Who {
  readonly application: string;
  readonly user?: string;
  readonly from?: string;
}
/** A session that is left in a transaction, after these statements. */
async function left(
  { application, user, from = '127.0.0.1' }: Who,
  ...statements: string[]
): Promise<Client> {
  const url = new URL(target.url);
  url.pathname = '/agent_manager';
  url.hostname = '127.0.0.1';
  if (user !== undefined) [url.username, url.password] = [user, 'secret'];
  const client = new Client({
    connectionString: url.href,
    application_name: application,
    stream: () => new From(from),
  });
  client.on('error', () => undefined);
  await client.connect();
  clients.push(client);
  for (const statement of ['BEGIN', ...statements]) await client.query(statement);
  return client;
}
const leaks = (count: number, who: Who) =>
  Promise.all(Array.from({ length: count }, () => left(who, 'SELECT count(*) FROM events')));
/** As `pg_dump` holds its tables while it waits for whoever reads it. */
const dump = () =>
  left(
    { application: 'pg_dump' },
    'SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY',
    'LOCK TABLE events IN ACCESS SHARE MODE',
  );
const person = () => left({ application: 'psql' }, "UPDATE events SET severity = 'low' WHERE id = 1");
const there = async (application: string) =>
  (await target.sql('SELECT 1 FROM pg_stat_activity WHERE application_name = $1', [application])).length;

const olderThanSeconds = 30;
const ofPods = { pods: pods() };
const terminate = (world: World) => harnessOf('postgres.terminate-idle-sessions', world);

beforeAll(async () => {
  database = await postgres.migrated();
  target = await postgres.database();
  for (const name of ['agent_manager', 'orchestrator']) await target.sql(`CREATE DATABASE ${name}`);
  await target.sql("CREATE ROLE am_service LOGIN PASSWORD 'secret'");
  // The server lets in only 127.0.0.1 otherwise.
  const [file] = await target.sql<{ hba_file: string }>('SHOW hba_file');
  await target.sql(`COPY (VALUES ('host all all 127.0.0.0/8 scram-sha-256')) TO '${file?.hba_file ?? ''}'`);
  await target.sql('SELECT pg_reload_conf()');
  const admin = await left({ application: 'setup' });
  await admin.query(
    `COMMIT; CREATE TABLE events (id int PRIMARY KEY, severity text);
     INSERT INTO events SELECT i, 'high' FROM generate_series(1, 100) i;
     GRANT ALL ON events TO am_service`,
  );
});
beforeEach(() => database.sql("UPDATE remediations SET approved_at = approved_at - interval '2 hours'"));
afterAll(() => Promise.allSettled(clients.map((one) => one.end())));

describe('R-P10: sessions left in a transaction (D1.c)', () => {
  let open: Client;
  /** No session younger than thirty seconds is ended: all of them are left at once, and become as old once. */
  beforeAll(async () => {
    await leaks(3, { application: 'app', from: podAddress });
    await leaks(1, { application: 'migrate', from: podAddress });
    await leaks(2, { application: '', user: 'am_service' });
    await leaks(1, { application: 'DBeaver 24.1 - Main', user: 'am_service' });
    await left(
      { application: 'svc', user: 'am_service' },
      "UPDATE events SET severity = 'none' WHERE id = 2",
    );
    await leaks(2, { application: 'report-job', from: '127.0.0.77' });
    await dump();
    open = await person();
    const seen = async () => {
      const proposal = await terminate(ofPods).propose({ olderThanSeconds });
      return proposal.kind === 'offered' ? proposal.offer.plan.blast.facts.left : proposal.reason;
    };
    await vi.waitUntil(async () => (await seen()) === 9, { timeout: 60_000, interval: 1_000 });
  }, 90_000);

  it('are a service’s by the address of its Pod, and the card lists them and counts those that stay', async () => {
    const { plan } = await terminate(ofPods).offered({ olderThanSeconds });

    expect(plan.steps.map(({ from }) => from.application)).toEqual(['app', 'app', 'app']);
    expect(plan.notes).toEqual([
      {
        key: 'sessions-read',
        facts: {
          ...{ part: 'agent-manager', application: 'app', client: podAddress, sessions: 3 },
          ...{ user: expect.any(String), since: expect.stringMatching(/^\d{4}-.*Z$/) },
        },
      },
    ]);
    expect(plan.blast).toEqual({
      key: 'postgres-sessions-beside',
      facts: {
        ...{ sessions: 3, applications: 'app (3)', oldestSeconds: expect.any(Number) },
        ...{
          left: 9,
          tools: 4,
          unknown: 5,
          others: expect.stringMatching(/^– \(2\), report-job \(2\), .*…$/),
        },
      },
    });
  });

  it('are a service’s by the role that only it uses, but for tools under that role, with what would be lost', async () => {
    const { plan } = await terminate({ role: 'am_service' }).offered({ olderThanSeconds });

    expect(plan.steps.map(({ from }) => from.application).toSorted()).toEqual(['', '', 'svc']);
    expect(plan.notes).toContainEqual({
      key: 'sessions-wrote',
      facts: expect.objectContaining({
        ...{ application: 'svc', user: 'am_service', sessions: 1, wrote: 1, tables: 'events' },
      }),
    });
  });

  it.each<readonly [string, World]>([
    ['a role that the bot uses as well', { role: 'aetherius' }],
    [
      'an address that its node has as well',
      { pods: pods({ address: { host: podAddress, ports: [], shared: true } }) },
    ],
    [
      'the address of a Pod that is younger',
      { pods: pods({ startedAt: new Date(Date.now() + 3_600_000).toISOString() }) },
    ],
    ['the address of a Pod that has not begun', { pods: pods({ phase: 'waiting' }) }],
    ['the address of two', { pods: [...pods(), ...pods()] }],
    ['nothing', {}],
  ])('are nobody’s by %s, and the refusal counts them', async (_what, world) => {
    expect(await terminate(world).propose({ olderThanSeconds })).toMatchObject({
      reason: 'sessions-of-others',
      facts: { left: 12, tools: 4, unknown: 8 },
    });
  });

  it('are not ended by a plan of the version before, when they are a dump’s', async () => {
    const { plan } = await terminate(ofPods).offered({ olderThanSeconds });
    const [row] = await target.sql<{ pid: number; backend_start: string; xact_start: string }>(
      `SELECT pid, extract(epoch FROM backend_start)::text AS backend_start,
         extract(epoch FROM xact_start)::text AS xact_start FROM pg_stat_activity WHERE application_name = 'pg_dump'`,
    );
    // As it was planned when every session that is idle in a transaction was a leak.
    const former: PlanStep = {
      ...plan.steps[0],
      target: `pid ${row?.pid}`,
      from: { state: 'idle in transaction', application: 'pg_dump', user: 'postgres', client: '127.0.0.1' },
      precondition: { ...row },
    };
    const deps = await targetsOf(ofPods).forRun('prod');
    const context = { deps, signal: new AbortController().signal, now: () => new Date() };
    const remediation = registered.find(({ id }) => id === 'postgres.terminate-idle-sessions') as Remediation;

    await expect(remediation.applyStep(former, { ...plan, steps: [former] }, context)).rejects.toMatchObject({
      facts: { reason: 'session-of-a-tool', application: 'pg_dump' },
    });
    expect(await there('pg_dump')).toBe(1);
  });

  it('are ended once that is approved, and the dump, the migration and the person’s UPDATE go on', async () => {
    const h = terminate(ofPods);
    const row = await h.approved({ olderThanSeconds });

    await h.execute(row.id);

    expect(await h.row(row.id)).toMatchObject({ state: 'succeeded', outcome: { settled: true } });
    expect(await there('app')).toBe(0);
    const names = ['pg_dump', 'psql', 'migrate', 'report-job', 'svc'];
    expect(await Promise.all(names.map(there))).toEqual([1, 1, 1, 2, 1]);
    await open.query('COMMIT');
    expect((await open.query('SELECT severity FROM events WHERE id = 1')).rows).toEqual([
      { severity: 'low' },
    ]);
  });
});

describe('a session that blocks others (D2.c)', () => {
  beforeAll(async () => {
    await Promise.allSettled(clients.splice(0).map((one) => one.end()));
  });
  afterEach(async () => {
    await Promise.allSettled(clients.splice(0).map((one) => one.end()));
  });
  const pidOf = async (client: Client) =>
    Number((await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]?.pid);
  async function blocks(holder: Client): Promise<number> {
    const pid = await pidOf(holder);
    const waiter = await left({ application: 'waiter' }, 'COMMIT');
    waiter.query('BEGIN; LOCK TABLE events IN ACCESS EXCLUSIVE MODE').catch(() => undefined);
    await expect
      .poll(() => target.sql('SELECT 1 FROM pg_stat_activity WHERE $1 = ANY(pg_blocking_pids(pid))', [pid]))
      .not.toEqual([]);
    return pid;
  }

  it.each([
    ['a dump', dump, 'session-of-a-tool'],
    ['a person', person, 'session-of-a-tool'],
    [
      'nobody knows whom',
      () => left({ application: 'report-job' }, 'SELECT count(*) FROM events'),
      'session-unknown',
    ],
  ] as const)('is left to people where it is of %s', async (_who, hold, reason) => {
    const pid = await blocks(await hold());

    for (const how of ['end', 'cancel'])
      expect(await harnessOf('postgres.end-blocking-session', ofPods).propose({ pid, how })).toMatchObject({
        reason,
        facts: { pid },
      });
  });

  it('is ended where it is a service’s, and the card says what is open in it', async () => {
    const pid = await blocks(
      await left({ application: 'app', from: podAddress }, "UPDATE events SET severity = 'x' WHERE id = 3"),
    );
    const h = harnessOf('postgres.end-blocking-session', ofPods);
    const row = await h.approved({ pid, how: 'end' });

    expect(row.plan.notes).toEqual([
      {
        key: 'sessions-wrote',
        facts: expect.objectContaining({
          ...{ part: 'agent-manager', application: 'app', sessions: 1, wrote: 1, tables: 'events' },
        }),
      },
    ]);
    await h.execute(row.id);
    expect((await h.row(row.id)).state).toBe('succeeded');
    expect(await there('app')).toBe(0);
  });
});

describe('a restart of PostgreSQL', () => {
  it('waits for a dump that runs', async () => {
    await dump();
    const deps = await targetsOf({}).forRun('prod');

    await expect(quorumRisk('postgres', deps, new AbortController().signal)).rejects.toMatchObject({
      facts: { reason: 'tools-at-work', others: 'pg_dump (1)' },
    });
  });
});
