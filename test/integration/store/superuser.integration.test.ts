/** The bot's own login is no superuser and cannot become one; Compose makes such logins. */

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { startProcess } from '../../../src/main/process.ts';
import { examinePostgres } from '../../../src/platform/doctor/postgres.ts';
import { parseConfig, readProcessEnv } from '../../../src/platform/settings/config.ts';
import { loginRights } from '../../../src/platform/store/login-rights.ts';
import { knownMigrations, migrate, schemaState, superuserOf } from '../../../src/platform/store/migrate.ts';
import { silentLogger } from '../../support/logger.ts';
import { type TestDatabase, usePostgres } from '../../support/postgres.ts';

const postgres = usePostgres();

function as({ url }: TestDatabase, login: string, password = 'login'): string {
  const own = new URL(url);
  own.username = login;
  own.password = password;
  return own.href;
}

/** Starts a scheduler, which needs nothing else before it looks at its database. */
function start(urls: Readonly<Record<string, string>>) {
  const values = { ...urls, REDIS_URL: 'redis://127.0.0.1:1', AUDIT_KEY: 'a'.repeat(40), STATUS_PORT: '0' };
  return startProcess({
    role: 'scheduler',
    env: readProcessEnv('scheduler', values),
    config: parseConfig('environments: { prod: { runtime: { kind: none } } }', {
      ...{ role: 'scheduler', env: values, where: 'test', folder: '/' },
    }),
    logger: silentLogger,
  });
}

it.each([
  ['DATABASE_URL', 'a superuser', 'CREATE ROLE the_login SUPERUSER LOGIN', 'the_login'],
  [
    'DATABASE_URL',
    'one that can become a superuser',
    'CREATE ROLE root SUPERUSER; CREATE ROLE the_login LOGIN IN ROLE root',
    'root',
  ],
  [
    'DATABASE_URL',
    'one that runs programs on the server',
    'CREATE ROLE the_login LOGIN IN ROLE pg_execute_server_program',
    'pg_execute_server_program',
  ],
  ['DATABASE_MIGRATION_URL', 'a superuser', 'CREATE ROLE the_login SUPERUSER LOGIN', 'the_login'],
])(
  'R-L4: does not start when %s is %s, and leaves the database as it is',
  async (variable, _what, make, role) => {
    const database = await postgres.database();
    await database.sql(`${make}; ALTER ROLE the_login PASSWORD 'login'`);
    const urls = { DATABASE_URL: database.loginUrl, [variable]: as(database, 'the_login') };

    await expect(start(urls)).rejects.toMatchObject({
      message: expect.stringContaining(`${variable}: the login the_login`),
      code: 'INVALID_INPUT',
      facts: { reason: 'database-superuser', login: 'the_login', role },
    });

    expect(await database.sql(`SELECT to_regclass('runs') AS runs`)).toEqual([{ runs: null }]);
    const { checks } = await examinePostgres({ url: as(database, 'the_login') }, () => Date.now());
    expect(checks).toContainEqual(
      expect.objectContaining({
        key: 'postgres.superuser',
        state: 'failed',
        facts: { login: 'the_login', role },
      }),
    );
    await database.sql('DROP ROLE the_login; DROP ROLE IF EXISTS root');
  },
);

it('R-A15: of the logins that Compose makes, one owns the tables, and each process has one that may be nothing else', async () => {
  const passwords = {
    owner_password: 'of the owner',
    bot_password: "o'f the bot",
    worker_password: 'of the worker',
    scheduler_password: 'of the scheduler',
    alerts_password: 'of who receives alerts',
  };
  // In the order in which the image runs them.
  const psql = ['database.sql', 'roles.sql']
    .map((file) => readFileSync(`deploy/compose/${file}`, 'utf8'))
    .join('\n');
  expect([...psql.matchAll(/^\\set (\w+) `printenv \w+(?: \|\| true)?`$/gm)].map(([, name]) => name)).toEqual(
    Object.keys(passwords),
  );
  // What psql does with its variables, and with `\gexec`: each answer is a statement.
  const statements = psql
    .replace(/^\\set.*$|^--.*$/gm, '')
    .replace(
      /:'(\w+)'/g,
      (_all, name: keyof typeof passwords) => `'${passwords[name].replaceAll("'", "''")}'`,
    )
    // Of this server some are there already, by another name of the database and the bot.
    .replaceAll('aetherius_bot', 'compose_bot')
    .split(/(?<=;|\\gexec)\s/)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
  const database = await postgres.database();
  for (const statement of statements) {
    const made = statement.endsWith('\\gexec');
    const rows = await database.sql<object>(statement.replace(/;$|\\gexec$/, ''));
    for (const row of made ? rows : []) await database.sql(String(Object.values(row)[0]));
  }
  const of = (login: string, password: string) => {
    const url = new URL(as(database, login, password));
    url.pathname = '/compose_bot';
    return url.href;
  };
  const owner = of('aetherius_owner', passwords.owner_password);
  const logins = {
    bot: of('compose_bot', passwords.bot_password),
    worker: of('aetherius_worker', passwords.worker_password),
    scheduler: of('aetherius_scheduler', passwords.scheduler_password),
  };

  expect(await superuserOf({ url: owner })).toBeUndefined();
  expect((await migrate({ database: { url: owner }, logger: silentLogger })).length).toBeGreaterThan(3);
  for (const [kind, url] of Object.entries(logins)) {
    expect(await superuserOf({ url })).toBeUndefined();
    expect(await loginRights({ url })).toMatchObject({ kinds: [kind], all: false, owns: false });
    const { checks } = await examinePostgres({ url }, () => Date.now());
    expect(checks.filter(({ state }) => state !== 'ok')).toEqual([]);
  }
  // It may not even read which migrations there are.
  const alerts = of('aetherius_alerts', passwords.alerts_password);
  expect(await loginRights({ url: alerts })).toMatchObject({ kinds: ['alerts'], all: false, owns: false });
  const { checks } = await examinePostgres({ url: alerts }, () => Date.now());
  expect(checks.filter(({ state }) => state !== 'ok').map(({ key }) => key)).toEqual([
    'postgres.migrations-unreadable',
  ]);
});

it('without the role of who receives alerts the schema is brought up to date, and the role gets its rights later', async () => {
  const database = await postgres.database();
  // As on a server on which nobody has made it.
  await database.sql('ALTER ROLE aetherius_app_alerts RENAME TO aetherius_app_elsewhere');
  try {
    await migrate({ database: { url: database.loginUrl }, logger: silentLogger });
    const rights = () =>
      database.sql<{ may: boolean }>(
        `SELECT coalesce(has_column_privilege(to_regrole('aetherius_app_alerts'), 'alerts', 'name', 'INSERT'), false) AS may`,
      );
    expect(await rights()).toEqual([{ may: false }]);
    await database.sql('ALTER ROLE aetherius_app_elsewhere RENAME TO aetherius_app_alerts');
    await migrate({ database: { url: database.loginUrl }, logger: silentLogger });

    expect(await rights()).toEqual([{ may: true }]);
  } finally {
    await database.sql(`DO $$ BEGIN ALTER ROLE aetherius_app_elsewhere RENAME TO aetherius_app_alerts;
      EXCEPTION WHEN undefined_object THEN NULL; END $$`);
  }
});

it('R-A15: does not start with the login of another kind, and says what allows its own', async () => {
  const database = await postgres.migrated();

  await expect(start({ DATABASE_URL: await database.kindUrl('worker') })).rejects.toMatchObject({
    message: expect.stringContaining('GRANT aetherius_app_scheduler TO "login_of_worker"'),
    code: 'INVALID_INPUT',
    facts: { reason: 'database-role', login: 'login_of_worker', role: 'aetherius_app_scheduler' },
  });
});

it('who does not own the tables waits for whoever brings them up to date, and changes nothing', async () => {
  const database = await postgres.migrated();
  const url = await database.kindUrl('scheduler');

  expect(await schemaState({ url })).toEqual({ owns: false, missing: [] });
  expect(await schemaState({ url: database.loginUrl })).toEqual({ owns: true, missing: [] });
  const empty = await postgres.database();
  const there = new URL(url);
  there.pathname = new URL(empty.url).pathname;
  expect(await schemaState({ url: there.href })).toMatchObject({ owns: false, missing: knownMigrations() });
});

it('R-A15: where the owner may not make the roles, the upgrade says who does, and leaves the database as it is', async () => {
  const database = await postgres.database();
  const name = new URL(database.url).pathname.slice(1);
  // A server on which nobody has made them yet: to this login it looks like one.
  await database.sql(
    `CREATE ROLE poor_owner LOGIN PASSWORD 'login'; ALTER DATABASE ${name} OWNER TO poor_owner;
     REVOKE aetherius_app_worker FROM aetherius_app`,
  );
  await expect(
    migrate({ database: { url: as(database, 'poor_owner') }, logger: silentLogger }),
  ).rejects.toMatchObject({
    code: 'INVALID_INPUT',
    message: expect.stringContaining('deploy/compose/roles.sql'),
    facts: { reason: 'database-roles-missing', lacking: 'aetherius_app_worker' },
  });
  await database.sql('GRANT aetherius_app_worker TO aetherius_app');

  expect(await database.sql(`SELECT to_regclass('runs') AS runs`)).toEqual([{ runs: null }]);
});
