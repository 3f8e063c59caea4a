import { runner } from 'node-pg-migrate';
import { Client } from 'pg';
import { expect, test } from 'vitest';
import { migrate, migrationsFolder } from '../../../src/platform/store/migrate.ts';
import { silentLogger } from '../../support/logger.ts';
import { usePostgres } from '../../support/postgres.ts';

const postgres = usePostgres();

test('four processes that migrate at once apply every migration exactly once', async () => {
  const database = await postgres.database();

  const applied = await Promise.all(
    [1, 2, 3, 4].map(() => migrate({ database: { url: database.url }, logger: silentLogger })),
  );

  const recorded = await database.sql<{ name: string }>('SELECT name FROM aetherius_migrations ORDER BY id');
  expect(recorded.length).toBeGreaterThan(0);
  expect(applied.flat().toSorted()).toEqual(recorded.map(({ name }) => name).toSorted());
});

test('a second start applies nothing', async () => {
  const database = await postgres.migrated();

  const applied = await migrate({ database: { url: database.url }, logger: silentLogger });

  expect(applied).toEqual([]);
});

test('a login that is not the owner may become the application and nothing else', async () => {
  const database = await postgres.database();
  await database.sql(`CREATE ROLE app_login LOGIN PASSWORD 'app'`);

  await migrate({
    database: { url: database.url },
    admit: { login: 'app_login', role: 'aetherius_app' },
    logger: silentLogger,
  });

  const url = new URL(database.url);
  url.username = 'app_login';
  url.password = 'app';
  const store = database.store({ database: { url: url.toString() } });
  const accepted = await store.tx((tx) => tx.inbox.accept({ key: 'k', kind: 'test', payloadDigest: 'd' }));
  expect(accepted).toBe(true);
  const owners = await database.sql<{ owner: string }>(
    `SELECT DISTINCT tableowner AS owner FROM pg_tables WHERE schemaname = 'public'`,
  );
  expect(owners.map(({ owner }) => owner)).not.toContain('app_login');
});

test('PostgreSQL that is not there is an error of the dependency', async () => {
  await expect(
    migrate({ database: { url: 'postgres://nobody@127.0.0.1:1/none' }, logger: silentLogger }),
  ).rejects.toMatchObject({ code: 'DEPENDENCY_UNAVAILABLE' });
});

test('an installation with messages on their way is brought up to date, and what people have seen stays in its place', async () => {
  const database = await postgres.database();
  const client = new Client({ connectionString: database.url });
  try {
    await client.connect();
    await runner({
      ...{ dbClient: client, dir: migrationsFolder, direction: 'up', count: 3 },
      ...{ migrationsTable: 'aetherius_migrations', noLock: true, log: () => undefined },
    });
  } finally {
    await client.end();
  }
  const before = await database.sql<{ name: string }>('SELECT name FROM aetherius_migrations ORDER BY id');
  await database.sql(
    `INSERT INTO messages (id, purpose, channel, ts, version, sent_version)
     VALUES (gen_random_uuid(), 'root', 'CSHOWN', '1.1', 1, 1), (gen_random_uuid(), 'root', 'CWAITS', NULL, 1, 0)`,
  );
  await database.sql(
    `INSERT INTO outbox (id, kind, message_id, lane, priority, version, payload, state)
     SELECT gen_random_uuid(), 'render', m.id, m.channel, p.priority, 2, '{"text":"x"}', p.state FROM messages m,
       (VALUES (0, 'pending'), (1, 'pending'), (1, 'sending'), (1, 'sent')) AS p (priority, state)`,
  );

  await migrate({ database: { url: database.url }, logger: silentLogger });

  expect(before.at(-1)?.name).toBe('0003_slack_deliveries');
  expect(await database.sql('SELECT DISTINCT state, priority FROM outbox ORDER BY state, priority')).toEqual([
    { state: 'pending', priority: 0 },
    { state: 'pending', priority: 2 },
    { state: 'sending', priority: 2 },
    { state: 'sent', priority: 1 },
  ]);
  expect(await database.sql('SELECT DISTINCT answered, moved_from FROM messages')).toEqual([
    { answered: true, moved_from: null },
  ]);
  const store = database.store();
  const fresh = await store.tx((tx) =>
    tx.messages.post({
      ...{ id: '019ac000-0000-7000-8000-000000000001', purpose: 'root', channel: 'C3' },
      ...{ rendered: { text: 'new' }, urgency: 'progress' },
    }),
  );
  expect(await database.sql('SELECT answered FROM messages WHERE id = $1', [fresh])).toEqual([
    { answered: false },
  ]);
});
