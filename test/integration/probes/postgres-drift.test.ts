import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PostgresServer, query, startPostgres } from '../../../lab/components/postgres.ts';
import { createPostgresTarget } from '../../../src/platform/targets/stores/postgres.ts';
import { SharedConnections } from '../../../src/platform/targets/stores/shared-connection.ts';
import { postgresSchemas } from '../../../src/probes/postgres/schemas.probe.ts';
import { postgresVariables } from '../../../src/probes/postgres/variables.probe.ts';
import { fakeRuntime } from '../../support/fake-runtime.ts';
import { probeContext } from '../../support/probe-context.ts';
import { scratch } from '../../support/targets.ts';

const folder = scratch('probes-postgres-drift');
const book = new SharedConnections();
let server: PostgresServer;
let program: Client;

const targets = () =>
  createPostgresTarget({ url: server.url('postgres'), databases: { agentManager: 'used' } }, book);

beforeAll(async () => {
  server = await startPostgres({ dir: folder.dir, databases: ['used', 'scripts'] });
  await query(
    server.url('used'),
    `CREATE TABLE agents (id text, labels jsonb); CREATE TABLE events (id text, processed_at timestamptz);
     INSERT INTO agents VALUES ('a')`,
  );
  await query(
    server.url('scripts'),
    'CREATE TABLE agents (id text, labels jsonb); CREATE TABLE events (id text)',
  );
  program = new Client({ connectionString: server.url('used'), application_name: 'program' });
  await program.connect();
});
afterAll(async () => {
  await program.end();
  await book.closeAll();
  await server.stop();
  folder.remove();
});

describe('drift on a real PostgreSQL', () => {
  const schemas = () => postgresSchemas.run({}, probeContext({ postgres: targets() }));

  it('M1.k F14: the second schema, until a row, a session or the same columns make it another thing', async () => {
    const found = {
      code: 'SCHEMA_TWICE',
      facts: { database: 'scripts', used: 'used', tables: 'events', missing: 'processed_at', added: '–' },
    };
    expect(await schemas()).toMatchObject({ findings: [found] });

    const other = new Client({ connectionString: server.url('scripts') });
    await other.connect();
    expect(await schemas()).toMatchObject({ status: 'healthy' });
    await other.query(`INSERT INTO agents VALUES ('b')`);
    await other.end();
    expect(await schemas()).toMatchObject({ status: 'healthy' });
    await query(server.url('scripts'), 'TRUNCATE agents; ALTER TABLE events ADD processed_at timestamptz');
    expect(await schemas()).toMatchObject({ status: 'healthy' });
  });

  it('M1.l F10: a variable that names another database than the session is in', async () => {
    const variables = (database: string) =>
      postgresVariables.run(
        {},
        probeContext({
          postgres: targets(),
          runtime: fakeRuntime({
            'agent-manager': [
              {
                env: { DATABASE_URL: `postgres://u:p@postgres:5432/${database}` },
                address: { host: server.host, ports: [] },
              },
            ],
          }),
        }),
      );

    expect(await variables('scripts')).toMatchObject({
      findings: [{ code: 'VARIABLE_NOT_FOLLOWED', facts: { database: 'scripts', used: 'used' } }],
    });
    expect(await variables('used')).toMatchObject({ status: 'healthy' });
  });
});
