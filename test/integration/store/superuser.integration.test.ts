/** The bot's own login is no superuser and cannot become one; Compose makes such logins. */

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { startProcess } from '../../../src/main/process.ts';
import { examinePostgres } from '../../../src/platform/doctor/postgres.ts';
import { parseConfig, readProcessEnv } from '../../../src/platform/settings/config.ts';
import { migrate, superuserOf } from '../../../src/platform/store/migrate.ts';
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

it('R-L4: the logins that Compose makes are two, of which one owns the tables and neither is more', async () => {
  const passwords = { owner_password: 'of the owner', bot_password: "o'f the bot" };
  const psql = readFileSync('deploy/compose/database.sql', 'utf8');
  expect([...psql.matchAll(/^\\getenv (\w+) \w+$/gm)].map(([, name]) => name)).toEqual(
    Object.keys(passwords),
  );
  // What psql does with its variables.
  const statements = psql
    .replace(/^\\.*$|^--.*$/gm, '')
    .replace(
      /:'(\w+)'/g,
      (_all, name: keyof typeof passwords) => `'${passwords[name].replaceAll("'", "''")}'`,
    )
    .split(';')
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '' && !statement.startsWith('ALTER ROLE postgres'))
    // Of this server some are there already, by another name of the database and the bot.
    .map((statement) => statement.replaceAll('aetherius_bot', 'compose_bot'))
    .filter((statement) => !statement.startsWith('CREATE ROLE aetherius_app'));
  const database = await postgres.database();
  for (const statement of statements) await database.sql(statement);
  const of = (login: string, password: string) => {
    const url = new URL(as(database, login, password));
    url.pathname = '/compose_bot';
    return url.href;
  };
  const [owner, bot] = [
    of('aetherius_owner', passwords.owner_password),
    of('compose_bot', passwords.bot_password),
  ];

  expect(await superuserOf({ url: owner })).toBeUndefined();
  expect(await superuserOf({ url: bot })).toBeUndefined();
  const applied = await migrate({
    database: { url: owner },
    applicationLogin: 'compose_bot',
    logger: silentLogger,
  });
  expect(applied.length).toBeGreaterThan(3);
  const { checks } = await examinePostgres({ url: bot }, () => Date.now());
  expect(checks.filter(({ state }) => state !== 'ok')).toEqual([]);
});
