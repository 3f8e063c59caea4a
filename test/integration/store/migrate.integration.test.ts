import { expect, test } from 'vitest';
import { migrate } from '../../../src/platform/store/migrate.ts';
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
    applicationLogin: 'app_login',
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
