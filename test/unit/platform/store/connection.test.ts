import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { clientConfig } from '../../../../src/platform/store/connection.ts';

const plain = 'postgres://app:secret@db:5432/state';

test('without a word about TLS there is none', () => {
  expect(clientConfig({ url: plain })).not.toHaveProperty('ssl');
  expect(clientConfig({ url: `${plain}?sslmode=disable` })).not.toHaveProperty('ssl');
});

test.each(['require', 'verify-ca', 'verify-full'])('sslmode=%s of the URL verifies the server', (mode) => {
  expect(clientConfig({ url: `${plain}?sslmode=${mode}` }).ssl).toMatchObject({ rejectUnauthorized: true });
});

test('only no-verify does without verification', () => {
  expect(clientConfig({ url: `${plain}?sslmode=no-verify` }).ssl).toEqual({ rejectUnauthorized: false });
});

test('certificates come from the files the URL names, or as texts that win over them', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'aetherius-tls-')), 'ca.pem');
  writeFileSync(file, 'FROM FILE');
  const url = `${plain}?sslmode=verify-full&sslrootcert=${file}`;

  expect(clientConfig({ url }).ssl).toMatchObject({ ca: 'FROM FILE' });
  expect(clientConfig({ url, tls: { ca: 'TEXT', serverName: 'db.example' } }).ssl).toMatchObject({
    ca: 'TEXT',
    servername: 'db.example',
    rejectUnauthorized: true,
  });
});

test('the modes of the settings mean what libpq means by them', () => {
  const ssl = (mode: 'disable' | 'require' | 'verify-ca') => clientConfig({ url: plain, tls: { mode } }).ssl;

  expect(ssl('disable')).toBeUndefined();
  expect(ssl('require')).toMatchObject({ rejectUnauthorized: false });
  expect(ssl('verify-ca')).toMatchObject({ rejectUnauthorized: true });
  expect(ssl('verify-ca')).toHaveProperty('checkServerIdentity');
});

test('nothing about TLS is left in the URL, and its own start-up options are kept', () => {
  const config = clientConfig({ url: `${plain}?sslmode=require&options=-c%20search_path%3Dbot` });

  expect(config.connectionString).toBe(plain);
  expect(config.options).toBe('-c search_path=bot');
});
