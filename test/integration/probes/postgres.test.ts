import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { type PostgresServer, query, startPostgres } from '../../../lab/components/postgres.ts';
import { waitFor } from '../../../lab/components/process.ts';
import { DiagnoseOutput } from '../../../src/cli/output-schemas.ts';
import type { EnvironmentConfig } from '../../../src/domain/settings/environment.ts';
import { aetherius } from '../../support/cli.ts';
import { closedPort, codes, literal, runProbe, scratch, slowProxy } from '../../support/targets.ts';

const folder = scratch('probes-postgres');
let server: PostgresServer;

const config = (change: (url: URL) => void = () => undefined): Partial<EnvironmentConfig> => {
  const url = new URL(server.url('agent_manager'));
  change(url);
  return {
    postgres: {
      url: literal(url.href),
      databases: { agentManager: 'agent_manager', orchestrator: 'orchestrator' },
    },
  };
};

/** Sessions of another program, closed when the test ends. */
async function sessions(
  count: number,
  application: string,
  database: string,
  then: (clients: readonly Client[]) => Promise<void>,
): Promise<void> {
  const clients = Array.from(
    { length: count },
    () => new Client({ connectionString: server.url(database), application_name: application }),
  );
  for (const client of clients) client.on('error', () => undefined);
  try {
    await Promise.all(clients.map((client) => client.connect()));
    await then(clients);
  } finally {
    await Promise.all(clients.map((client) => client.end()));
  }
}

beforeAll(async () => {
  server = await startPostgres({
    dir: folder.dir,
    databases: ['agent_manager', 'orchestrator'],
    settings: { max_connections: '20', superuser_reserved_connections: '3' },
  });
  await query(
    server.url('agent_manager'),
    'CREATE TABLE agents (id text PRIMARY KEY, last_heartbeat timestamptz); CREATE TABLE clusters (id text); CREATE TABLE events (id text); CREATE TABLE commands (id text)',
  );
  await query(
    server.url('orchestrator'),
    'CREATE TABLE workflows (id text); CREATE TABLE workflow_executions (id text); CREATE TABLE strategies (id text)',
  );
});
afterAll(async () => {
  await server.stop();
  folder.remove();
});

describe('a healthy PostgreSQL', () => {
  it('has nothing to report, from any probe of health', async () => {
    for (const [probe, given] of [
      ['postgres.connection', { database: 'agentManager', slowMs: 2000 }],
      ['postgres.connection', { database: 'orchestrator', slowMs: 2000 }],
      ['postgres.tables', { database: 'agentManager' }],
      ['postgres.tables', { database: 'orchestrator' }],
      ['postgres.clients', {}],
      ['postgres.connections-headroom', {}],
      ['postgres.idle-in-transaction', {}],
    ] as const) {
      const outcome = await runProbe(probe, config(), given);

      expect([probe, outcome.status, outcome.cause, codes(outcome)]).toEqual([
        probe,
        'healthy',
        undefined,
        [],
      ]);
    }
  });

  it('says its version and how long the answer took', async () => {
    const outcome = await runProbe('postgres.connection', config(), { database: 'agentManager' });

    expect(outcome.facts.version).toMatch(/^18/);
    expect(outcome.facts.latencyMs).toEqual(expect.any(Number));
  });
});

describe('a broken PostgreSQL', () => {
  it('W5 that refuses our password is our own trouble and no finding, and the password stays hidden', async () => {
    const outcome = await runProbe(
      'postgres.connection',
      config((url) => {
        url.password = 'wrong-password-8c1';
      }),
    );

    expect(outcome).toMatchObject({ status: 'inconclusive', cause: { code: 'auth' }, findings: [] });
    expect(outcome.cause?.facts).toMatchObject({ sqlstate: '28P01', port: server.port });
    expect(JSON.stringify(outcome)).not.toContain('wrong-password-8c1');
  });

  it('that lacks the database is named with it', async () => {
    const base = config();
    const outcome = await runProbe('postgres.connection', {
      postgres: {
        url: literal(server.url()),
        databases: { ...base.postgres?.databases, agentManager: 'no_such_db' },
      },
    });

    expect(outcome.findings).toMatchObject([{ code: 'PG_DATABASE_MISSING', subject: 'no_such_db' }]);
  });

  it('that nobody listens for is refused', async () => {
    const port = await closedPort();
    const outcome = await runProbe(
      'postgres.connection',
      config((url) => void (url.port = `${port}`)),
    );

    expect(outcome.findings).toMatchObject([
      { code: 'ENDPOINT_REFUSED', subject: `127.0.0.1:${port}`, facts: { stage: 'refused' } },
    ]);
  });

  it('whose name does not resolve could not be checked', async () => {
    const outcome = await runProbe(
      'postgres.connection',
      config((url) => void (url.hostname = 'nowhere.invalid')),
    );

    expect(outcome).toMatchObject({ status: 'inconclusive', cause: { code: 'dns' }, findings: [] });
  });

  it('that lost a table says which (R-PLAT21)', async () => {
    await query(server.url('agent_manager'), 'ALTER TABLE events RENAME TO events_gone');
    try {
      const outcome = await runProbe('postgres.tables', config(), { database: 'agentManager' });
      const other = await runProbe('postgres.tables', config(), { database: 'orchestrator' });

      expect(outcome.findings).toMatchObject([
        { code: 'PG_TABLES_MISSING', subject: 'agent_manager', facts: { missing: 'events', count: 1 } },
      ]);
      expect(other.status).toBe('healthy');
    } finally {
      await query(server.url('agent_manager'), 'ALTER TABLE events_gone RENAME TO events');
    }
  });

  it('that is stopped with SIGSTOP accepts and is silent: hung, at the cost of one timeout', async () => {
    server.pause();
    try {
      const started = performance.now();
      const outcome = await runProbe('postgres.connection', config());

      expect(codes(outcome)).toEqual(['ENDPOINT_HUNG']);
      expect(performance.now() - started).toBeLessThan(4_000);
    } finally {
      server.resume();
    }
  });

  it('behind a slow way is slow, with the threshold', async () => {
    const proxy = await slowProxy(server);
    try {
      proxy.delayMs = 60;
      const slow = await runProbe(
        'postgres.connection',
        config((url) => void (url.port = `${proxy.port}`)),
        {
          slowMs: 100,
        },
      );
      proxy.delayMs = 0;
      const quick = await runProbe(
        'postgres.connection',
        config((url) => void (url.port = `${proxy.port}`)),
        {
          slowMs: 2000,
        },
      );

      expect(slow.findings).toMatchObject([{ code: 'PG_SLOW', facts: { thresholdMs: 100 } }]);
      expect(slow.findings[0]?.facts.latencyMs).toBeGreaterThan(100);
      expect(codes(quick)).toEqual([]);
    } finally {
      await proxy.close();
    }
  });

  it('with no connection left says so', async () => {
    await query(server.url(), "DROP ROLE IF EXISTS app; CREATE ROLE app LOGIN PASSWORD 'app_pass'");
    await query(server.url(), 'ALTER ROLE app CONNECTION LIMIT 0');
    const outcome = await runProbe(
      'postgres.connection',
      config((url) => {
        url.username = 'app';
        url.password = 'app_pass';
      }),
    );

    expect(outcome.findings).toMatchObject([
      { code: 'PG_TOO_MANY_CONNECTIONS', facts: { sqlstate: '53300' } },
    ]);
  });
});

describe('sessions', () => {
  it('are counted by part: by application name, else by whose database it is (R-PLAT23)', async () => {
    await sessions(2, 'agent-manager', 'orchestrator', () =>
      sessions(1, 'something', 'orchestrator', async () => {
        const outcome = await runProbe('postgres.clients', config());

        expect(outcome.facts).toMatchObject({
          total: 3,
          'sessions.agent-manager': 2,
          'sessions.orchestrator-service': 1,
        });
      }),
    );
  });

  it('that come and go are told from those that are kept', async () => {
    const ask = () => runProbe('postgres.session-ages', config(), { seconds: 1 });
    await sessions(11, 'agent-manager', 'agent_manager', async () => {
      expect((await ask()).findings).toEqual([]);
    });
    // A program that opens a connection for each use: eleven at any time, the oldest closed as the next one is there.
    const open = async () => {
      const client = new Client({
        connectionString: server.url('agent_manager'),
        application_name: 'agent-manager',
      });
      await client.connect();
      return client;
    };
    const there = await Promise.all(Array.from({ length: 11 }, open));
    let goesOn = true;
    const churn = (async () => {
      while (goesOn) {
        there.push(await open());
        await there.shift()?.end();
      }
      await Promise.all(there.map((client) => client.end()));
    })();
    try {
      expect(codes(await ask())).toEqual(['PG_CONNECTIONS_PASSING']);
    } finally {
      goesOn = false;
      await churn;
    }
  });

  it('near the limit are a finding that names who holds most', async () => {
    await sessions(14, 'agent-manager', 'agent_manager', async () => {
      const near = await runProbe('postgres.connections-headroom', config(), { percent: 80 });
      const roomy = await runProbe('postgres.connections-headroom', config(), { percent: 99 });

      expect(near.findings).toMatchObject([
        {
          code: 'PG_CONNECTIONS_NEAR_LIMIT',
          facts: {
            max: 20,
            reserved: 3,
            application: 'agent-manager',
            applicationSessions: 14,
            database: 'agent_manager',
          },
        },
      ]);
      expect(roomy.status).toBe('healthy');
    });
  });

  it.each(['agent_manager', 'postgres'])(
    'D1.d of one foreign program in %s are the cause that is named, with exit code 1',
    async (database) => {
      const file = join(folder.dir, `${database}.yaml`);
      const named = { agentManager: 'agent_manager', orchestrator: 'orchestrator' };
      const prod = { runtime: { kind: 'none' }, postgres: { url: { env: 'PG' }, databases: named } };
      writeFileSync(file, stringify({ environments: { prod } }));
      const ask = (...command: readonly string[]) =>
        aetherius(['--config', file, '--output', 'json', ...command], { PG: server.url('agent_manager') });
      await sessions(14, 'reports-export', database, async () => {
        const diagnosed = await ask('diagnose', 'D1');
        const health = await ask('health');
        const { diagnoses } = DiagnoseOutput.parse(JSON.parse(diagnosed.out));
        const confirmed = diagnoses.flatMap(({ causes }) =>
          causes.filter((one) => one.verdict === 'confirmed'),
        );

        expect([diagnosed.exit, confirmed.map(({ id }) => id)]).toEqual([1, ['D1.d']]);
        expect(confirmed[0]?.for.map(({ text }) => text).join()).toContain('reports-export');
        expect(confirmed[0]?.remedies[0]?.text).toMatch(/reports-export .*14 connections/);
        expect([health.exit, health.out.includes('14 of them by reports-export')]).toEqual([1, true]);
      });
    },
  );

  it('idle in a transaction for long are leaked; young ones and idle ones without a transaction are not', async () => {
    await sessions(2, 'exporter', 'agent_manager', async (leaking) => {
      for (const client of leaking) await client.query('BEGIN; SELECT 1');
      await sessions(1, 'bystander', 'agent_manager', async ([idle]) => {
        await idle?.query('SELECT 1');
        const old = await runProbe('postgres.idle-in-transaction', config(), { seconds: 0.001 });
        const young = await runProbe('postgres.idle-in-transaction', config(), { seconds: 300 });

        expect(old.findings).toMatchObject([
          {
            code: 'PG_IDLE_IN_TRANSACTION_LEAKED',
            subject: 'exporter@agent_manager',
            facts: { sessions: 2, application: 'exporter', databaseId: 'agentManager' },
          },
        ]);
        expect(String(old.findings[0]?.facts.pids).split(', ')).toHaveLength(2);
        expect(young.status).toBe('healthy');
      });
    });
  });
});

describe('sessions of other roles', () => {
  const as = (name: string) =>
    config((url) => {
      url.username = name;
      url.password = 'watch_pass';
    });
  beforeAll(() =>
    query(
      server.url(),
      "CREATE ROLE blind LOGIN PASSWORD 'watch_pass'; CREATE ROLE watcher LOGIN PASSWORD 'watch_pass' IN ROLE pg_monitor",
    ),
  );

  it('hide what they do from a role without pg_monitor, which then rules nothing out', async () => {
    await sessions(14, 'exporter', 'agent_manager', async (leaking) => {
      for (const client of leaking) await client.query('BEGIN; SELECT 1');
      for (const probe of ['postgres.session-shares', 'postgres.idle-in-transaction']) {
        const given = probe === 'postgres.session-shares' ? {} : { seconds: 0.001 };
        const blind = await runProbe(probe, as('blind'), given);
        const seen = await runProbe(probe, as('watcher'), given);

        expect([probe, blind.status, blind.cause]).toMatchObject([
          probe,
          'inconclusive',
          { code: 'sessions-hidden', facts: { hidden: 14 } },
        ]);
        expect([probe, seen.status, seen.findings[0]?.facts]).toMatchObject([
          probe,
          'unhealthy',
          { application: 'exporter', database: 'agent_manager' },
        ]);
      }
    });
  });

  it('in a database that is not the platform’s are neither its leaks nor its pools', async () => {
    await sessions(14, 'shop', 'postgres', async (leaking) => {
      for (const client of leaking) await client.query('BEGIN; SELECT 1');
      const shares = await runProbe('postgres.session-shares', as('watcher'));
      const idle = await runProbe('postgres.idle-in-transaction', as('watcher'), { seconds: 0.001 });

      expect(shares.findings).toMatchObject([
        { code: 'PG_CONNECTIONS_ELSEWHERE', subject: 'shop', facts: { database: 'postgres' } },
      ]);
      expect(idle.status).toBe('healthy');
    });
  });
});

describe('waits for locks', () => {
  /** Looks while one session has run `hold` and another waits in `wait`. */
  const blocked = async (database: string, hold: string, wait: string, user?: string, who = 'waiter') => {
    let outcome: Awaited<ReturnType<typeof runProbe>> | undefined;
    await sessions(1, 'holder', database, ([holder]) =>
      sessions(1, who, database, async ([waiter]) => {
        await holder?.query('BEGIN');
        await holder?.query(hold);
        const waiting = waiter?.query(wait).catch(() => undefined);
        await waitFor(
          async () =>
            (await query(server.url(), 'SELECT 1 FROM pg_locks WHERE NOT granted')).length > 0 || undefined,
          { seconds: 10, what: 'a session that waits' },
        );
        outcome = await runProbe(
          'postgres.lock-waits',
          config((url) => {
            if (user === undefined) return;
            url.username = user;
            url.password = 'watch_pass';
          }),
          { seconds: 0.2 },
        );
        await holder?.query('ROLLBACK; SELECT pg_advisory_unlock_all()');
        await waiting;
      }),
    );
    return outcome;
  };
  const lock = 'LOCK TABLE held IN ACCESS EXCLUSIVE MODE';
  beforeAll(async () => {
    for (const database of ['agent_manager', 'postgres'])
      await query(server.url(database), 'CREATE TABLE held AS SELECT 1 AS id');
  });

  it('behind a row or a table are found, even by a role without pg_monitor', async () => {
    for (const [hold, wait, user] of [
      ['UPDATE held SET id = id', 'UPDATE held SET id = id'],
      [lock, 'SELECT * FROM held'],
      [lock, 'SELECT * FROM held', 'blind'],
    ] as const)
      expect([user, (await blocked('agent_manager', hold, wait, user))?.findings]).toMatchObject([
        user,
        [{ code: 'PG_LOCK_BLOCKS', facts: { application: 'holder', waiting: 1 } }],
      ]);
  });

  it('for leadership, of an index made concurrently, or in another database are nobody’s incident', async () => {
    for (const [database, hold, wait] of [
      ['agent_manager', 'SELECT pg_advisory_lock(7)', 'SELECT pg_advisory_lock(7)'],
      [
        'agent_manager',
        'SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; SELECT 1 FROM held',
        'CREATE INDEX CONCURRENTLY ON held (id)',
      ],
      ['postgres', lock, 'SELECT * FROM held'],
    ] as const)
      expect([hold, (await blocked(database, hold, wait))?.status]).toEqual([hold, 'healthy']);
  });

  it('of the bot alone hold nobody up', async () => {
    const own = await blocked('agent_manager', lock, 'SELECT * FROM held', undefined, 'aetherius-bot');

    expect(own?.status).toBe('healthy');
  });
});

describe('registered agents', () => {
  it('come from the table when there is no API: none, alive, silent (R-PLAT11)', async () => {
    const none = await runProbe('agents.heartbeats', config());
    await query(
      server.url('agent_manager'),
      "INSERT INTO agents VALUES ('a1', now()), ('a2', now() - interval '10 minutes')",
    );
    const one = await runProbe('agents.heartbeats', config());
    await query(server.url('agent_manager'), 'UPDATE agents SET last_heartbeat = now()');
    const alive = await runProbe('agents.heartbeats', config());
    await query(server.url('agent_manager'), 'DELETE FROM agents');

    expect(codes(none)).toEqual(['AGENTS_NONE_REGISTERED']);
    expect(one.findings).toMatchObject([
      {
        code: 'AGENT_HEARTBEAT_STALE',
        severity: 'warning',
        subject: 'a2',
        facts: { registered: 2, stale: 1 },
      },
    ]);
    expect(alive).toMatchObject({ status: 'healthy', facts: { registered: 2, source: 'table' } });
  });
});
