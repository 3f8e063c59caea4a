/** The SQL of the bot's logins, as the guides have it run: by psql, on a server of its own, twice. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { which } from '../../../lab/components/cache.ts';
import { type PostgresServer, query, startPostgres } from '../../../lab/components/postgres.ts';
import { databaseUrl, type Login, logins, loginsSql } from '../../../src/cli/install-files.ts';
import { migrate, superuserOf } from '../../../src/platform/store/migrate.ts';
import { root } from '../../support/guide-lines.ts';
import { silentLogger } from '../../support/logger.ts';
import { scratch } from '../../support/targets.ts';

const psql = which('psql');
const file = (name: string) => readFileSync(join(root, 'deploy/compose', name), 'utf8');
const passwords = (of: string) =>
  Object.fromEntries(Object.values(logins).map((name) => [name, `${name}-${of}'"\\`])) as Record<
    string,
    string
  >;

describe.skipIf(psql === undefined)(`logins.sql${psql === undefined ? ' (left out: no psql)' : ''}`, () => {
  const place = scratch('logins-sql');
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres({ dir: place.dir, user: 'postgres' });
  });
  afterAll(async () => {
    await server.stop();
    place.remove();
  });

  /** As the lines of the guides do it: the file on standard input, the passwords in variables. */
  const run = (sql: string, env: Readonly<Record<string, string>>) =>
    new Promise<{ code: number; output: string }>((resolve) => {
      const args = ['-d', server.url(), '-v', 'ON_ERROR_STOP=1', '-f', '-'];
      const child = execFile(
        psql ?? 'psql',
        args,
        { env: { PATH: process.env.PATH ?? '', ...env } },
        (error, out, err) => {
          resolve({ code: error === null ? 0 : Number(error.code), output: `${out}${err}` });
        },
      );
      child.stdin?.end(sql);
    });
  const urlOf = (login: Login, of: string) => {
    const { host } = new URL(server.url());
    return databaseUrl(login, encodeURIComponent(passwords(of)[logins[login]] ?? ''), host);
  };

  it('makes logins that the bot takes, and shows no password', async () => {
    const first = await run(loginsSql(file('database.sql'), file('roles.sql'), undefined), passwords('one'));

    expect(first).toMatchObject({ code: 0 });
    expect(first.output).not.toContain('-one');
    await migrate({ database: { url: urlOf('owner', 'one') }, logger: silentLogger });
    for (const login of ['owner', 'bot', 'worker', 'scheduler'] as const)
      expect(await superuserOf({ url: urlOf(login, 'one') }), login).toBeUndefined();
    const rows = await query(
      server.url(),
      `SELECT member::regrole::text AS login, roleid::regrole::text AS role FROM pg_auth_members
        WHERE member::regrole::text IN ('aetherius_bot', 'aetherius_worker', 'aetherius_scheduler') ORDER BY 1, 2`,
    );
    expect(rows).toEqual(
      ['bot', 'scheduler', 'worker'].map((kind) => ({
        ...{ login: `aetherius_${kind}`, role: `aetherius_app_${kind}` },
      })),
    );
  });

  it('may be run again: it changes the passwords, and nothing else', async () => {
    const again = await run(loginsSql(file('database.sql'), file('roles.sql'), undefined), passwords('two'));

    expect(again).toMatchObject({ code: 0 });
    expect(await superuserOf({ url: urlOf('bot', 'two') })).toBeUndefined();
    await expect(superuserOf({ url: urlOf('bot', 'one') })).rejects.toThrow();
  });

  it('takes the superuser’s password away on the bot’s own server alone', async () => {
    expect(loginsSql(file('database.sql'), file('roles.sql'), undefined)).not.toContain(
      'ALTER ROLE postgres',
    );
    await query(server.url(), `CREATE ROLE other SUPERUSER LOGIN PASSWORD 'kept'`);
    const whole = loginsSql(file('database.sql'), file('roles.sql'), file('superuser.sql'));

    expect(await run(whole, passwords('two'))).toMatchObject({ code: 0 });

    const client = new Client({ connectionString: server.url().replace(/\/\/[^@]*@/, '//other:kept@') });
    await client.connect();
    const { rows } = await client.query<{ empty: boolean }>(
      `SELECT rolpassword IS NULL AS empty FROM pg_authid WHERE rolname = 'postgres'`,
    );
    await client.end();
    expect(rows).toEqual([{ empty: true }]);
  });
});
