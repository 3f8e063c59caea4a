import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { unprivileged } from '../../../lab/components/postgres.ts';
import { usePostgres } from '../../support/postgres.ts';

const dir = mkdtempSync(join(tmpdir(), 'aetherius-pg-tls-'));
chmodSync(dir, 0o755);
const file = (name: string) => join(dir, name);
execFileSync(
  'openssl',
  [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
    ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'],
    ...['-keyout', file('key.pem'), '-out', file('cert.pem')],
  ],
  { stdio: 'ignore' },
);
copyFileSync(file('key.pem'), file('server.key'));
chmodSync(file('server.key'), 0o600);
if (process.getuid?.() === 0) chownSync(file('server.key'), unprivileged, unprivileged);

const postgres = usePostgres({
  ssl: 'on',
  ssl_cert_file: file('cert.pem'),
  ssl_key_file: file('server.key'),
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const ca = () => readFileSync(file('cert.pem'), 'utf8');

test('a server whose authority is known is used, encrypted', async () => {
  const database = await postgres.migrated();
  const store = database.store({ database: { url: database.url, tls: { ca: ca() } } });

  await store.tx((tx) => tx.now());

  const rows = await database.sql<{ ssl: boolean }>(
    `SELECT DISTINCT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
     WHERE application_name = 'aetherius-bot' AND datname = current_database()`,
  );
  expect(rows).toEqual([{ ssl: true }]);
});

test.each(['verify-full', 'verify-ca'] as const)(
  'a server nobody vouches for is refused under %s',
  async (mode) => {
    const database = await postgres.migrated();
    const store = database.store({ database: { url: database.url, tls: { mode } } });

    await expect(store.ping()).rejects.toMatchObject({ code: 'DEPENDENCY_UNAVAILABLE' });
  },
);

test('a server under another name is refused, unless only its authority counts', async () => {
  const database = await postgres.migrated();
  const named = (mode: 'verify-full' | 'verify-ca') =>
    database.store({ database: { url: database.url, tls: { mode, ca: ca(), serverName: 'db.example' } } });

  await expect(named('verify-full').ping()).rejects.toMatchObject({ code: 'DEPENDENCY_UNAVAILABLE' });
  await named('verify-ca').ping();
});
