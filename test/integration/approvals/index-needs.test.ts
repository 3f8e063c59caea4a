/** What work on an index needs is looked up before it is offered: unique rows, a free way, and room on the disk. */
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Remediation } from '../../../src/domain/fix/remediation.ts';
import type { TargetsFactory } from '../../../src/domain/probe/targets/targets.ts';
import { systemClock } from '../../../src/platform/process/clock.ts';
import { createTargetsFactory } from '../../../src/platform/targets/factory.ts';
import { probes } from '../../../src/probes/index.ts';
import { createProbeRunner } from '../../../src/services/run/probe-runner.service.ts';
import { createHarness, type Harness } from '../../support/approvals.ts';
import { fakeRuntime } from '../../support/fake-runtime.ts';
import { silentLogger } from '../../support/logger.ts';
import { type TestDatabase, usePostgres } from '../../support/postgres.ts';
import { registered } from '../../support/remediation-fixtures.ts';
import { environment, literal } from '../../support/targets.ts';

const postgres = usePostgres();
let database: TestDatabase;
let target: TestDatabase;
let platform: Client;
const clients: Client[] = [];

/** `freeKiB`: what `df` says in the container of PostgreSQL. */
function harnessOf(id: string, freeKiB?: number): Harness {
  const real = createTargetsFactory({
    prod: {
      ...environment(),
      postgres: {
        url: literal(target.url),
        databases: { agentManager: 'agent_manager', orchestrator: 'orchestrator' },
      },
    },
  });
  const targets: TargetsFactory = {
    forRun: async (name, signal) => {
      const made = await real.forRun(name, signal);
      if (freeKiB === undefined) return made;
      const [row] = (await made.postgres?.query<{ data_directory: string }>(
        'agentManager',
        'SHOW data_directory',
      )) ?? [{ data_directory: '' }];
      const stdout = `Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/sda1 99999999 1 ${freeKiB} 99% /var/lib\n`;
      const commands = { [`df -Pk ${row?.data_directory ?? ''}`]: { code: 0, stdout } };
      return { ...made, runtime: fakeRuntime({ postgres: [{ commands }] }) };
    },
    close: () => real.close(),
  };
  return createHarness(database.store(), {
    real: {
      remediation: registered.find((item) => item.id === id) as Remediation,
      targets,
      probes: createProbeRunner({ probes, clock: systemClock, logger: silentLogger }),
    },
  });
}
async function connect(name: string): Promise<Client> {
  const url = new URL(target.url);
  url.pathname = '/agent_manager';
  const client = new Client({ connectionString: url.href, application_name: name });
  client.on('error', () => undefined);
  await client.connect();
  clients.push(client);
  return client;
}
const rebuild = (index: string, freeKiB?: number) =>
  harnessOf('postgres.rebuild-index', freeKiB).propose({ database: 'agentManager', index });

beforeAll(async () => {
  database = await postgres.migrated();
  target = await postgres.database();
  for (const name of ['agent_manager', 'orchestrator']) await target.sql(`CREATE DATABASE ${name}`);
  platform = await connect('test');
  await platform.query(
    `CREATE TABLE events (id int PRIMARY KEY, cluster_id text, severity text, timestamp timestamptz);
     INSERT INTO events SELECT i, 'c' || i % 9, 'high', now() FROM generate_series(1, 5000) i`,
  );
});
afterEach(async () => {
  await Promise.allSettled(clients.splice(1).map((one) => one.end()));
});
afterAll(() => Promise.allSettled(clients.map((one) => one.end())));

describe('R-P10: a unique index (T1.b)', () => {
  beforeAll(async () => {
    await platform.query(
      `CREATE TABLE agents (id text, cluster text, gone timestamptz);
       INSERT INTO agents SELECT 'a' || i, 'c', NULL FROM generate_series(1, 1000) i;
       INSERT INTO agents VALUES ('a7', 'c', NULL), ('a8', 'c', now()), (NULL, 'c', NULL), (NULL, 'c', NULL)`,
    );
    // What a build that failed on these rows leaves.
    await platform
      .query('CREATE UNIQUE INDEX CONCURRENTLY agents_twice ON agents (id, cluster) WHERE gone IS NULL')
      .catch(() => undefined);
    await platform
      .query('CREATE UNIQUE INDEX CONCURRENTLY agents_lower ON agents (lower(id))')
      .catch(() => undefined);
  });

  it('is not offered where rows are there twice, which could never work', async () => {
    const [invalid] = (
      await platform.query("SELECT indisvalid FROM pg_index WHERE indexrelid = 'agents_twice'::regclass")
    ).rows;
    expect(invalid).toEqual({ indisvalid: false });

    expect(await rebuild('agents_twice')).toMatchObject({
      reason: 'rows-twice',
      facts: { index: 'agents_twice', table: 'agents', values: 1 },
    });
  });

  it('is offered once they are not, and then works', async () => {
    await platform.query("DELETE FROM agents WHERE ctid = (SELECT max(ctid) FROM agents WHERE id = 'a7')");
    const h = harnessOf('postgres.rebuild-index');
    const row = await h.approved({ database: 'agentManager', index: 'agents_twice' });

    await h.execute(row.id);

    expect((await h.row(row.id)).state).toBe('succeeded');
  });

  it('is left to people where that cannot be told, and nothing else says that they are single', async () => {
    expect(await rebuild('agents_lower')).toMatchObject({
      reason: 'rows-twice-unknown',
      facts: { index: 'agents_lower' },
    });
  });

  it('that is whole holds the rows single itself: an old row that it does not see is found all the same', async () => {
    await platform.query('CREATE TABLE seen (id int); CREATE UNIQUE INDEX seen_id ON seen (id)');
    await platform.query('INSERT INTO seen SELECT i FROM generate_series(1, 500) i');
    expect(await rebuild('seen_id')).toMatchObject({ kind: 'offered' });

    // As after a change of the sort order, or a page that was lost: the index does not know of a row.
    await platform.query(
      "UPDATE pg_index SET indisready = false, indislive = false WHERE indexrelid = 'seen_id'::regclass",
    );
    await platform.query('INSERT INTO seen VALUES (7)');
    await platform.query(
      "UPDATE pg_index SET indisready = true, indislive = true WHERE indexrelid = 'seen_id'::regclass",
    );

    expect(await rebuild('seen_id')).toMatchObject({ reason: 'rows-twice', facts: { values: 1 } });
  });
});

describe('work on an index', () => {
  it('is not offered while a transaction is open for longer than it would wait', async () => {
    await platform.query('CREATE INDEX IF NOT EXISTS bloated ON events (cluster_id)');
    const holder = await connect('nightly-report');
    await holder.query("BEGIN; INSERT INTO events VALUES (0, 'c', 'high', now())");

    await expect
      .poll(() => rebuild('bloated'), { timeout: 30_000, interval: 500 })
      .toMatchObject({ reason: 'transaction-in-the-way', facts: { application: 'nightly-report' } });
    expect(await harnessOf('postgres.create-indexes').propose({ database: 'agentManager' })).toMatchObject({
      reason: 'transaction-in-the-way',
    });
    await holder.query('ROLLBACK');
    expect(await rebuild('bloated')).toMatchObject({ kind: 'offered' });
  });

  it('is not offered without room for it, and says so where nobody could look', async () => {
    expect(await rebuild('bloated', 10)).toMatchObject({
      reason: 'too-little-disk',
      facts: { free: 10_240 },
    });
    expect(
      await harnessOf('postgres.create-indexes', 10).propose({ database: 'agentManager' }),
    ).toMatchObject({
      reason: 'too-little-disk',
    });
    const noted = async (freeKiB?: number) => {
      const proposal = await rebuild('bloated', freeKiB);
      return proposal.kind === 'offered' ? proposal.offer.plan.notes : proposal.reason;
    };
    expect(await noted(1_000_000)).toBeUndefined();
    expect(await noted()).toMatchObject([{ key: 'room-unseen', facts: {} }]);
  });
});
