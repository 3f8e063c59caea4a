/** Logins at an issuer (`auth-provider: oidc`), against an issuer of our own. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { AppError } from '../../../../../src/domain/kernel/errors.ts';
import { KubeLogins, loadKubeAccess } from '../../../../../src/platform/targets/kubernetes/kube-config.ts';
import { httpFake, scratch } from '../../../../support/targets.ts';

const folder = scratch('kube-oidc');
afterAll(() => folder.remove());

let count = 0;
let dir = '';
let now = Date.UTC(2026, 4, 6, 7, 8, 9);
const closers: (() => Promise<void>)[] = [];
beforeEach(() => {
  count += 1;
  dir = join(folder.dir, `${count}`);
  mkdirSync(dir);
  now = Date.UTC(2026, 4, 6, 7, 8, 9);
});
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** A token with nobody's signature: who asks does not check it, the API server does. */
const idToken = (name: string, endsAt: number) =>
  [{ alg: 'none' }, { sub: name, exp: Math.floor(endsAt / 1000) }]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .concat('signature')
    .join('.');
const inAnHour = () => now + 3_600_000;

interface Issuer {
  url: string;
  /** What clients sent, in their order. */
  readonly asked: { readonly authorization: string | undefined; readonly form: Record<string, string> }[];
}

/** Answers each question for tokens with the next of these: what it says, or a status. */
function issuerOf(answers: readonly (object | number)[]) {
  const issuer: Issuer = { url: '', asked: [] };
  let next = 0;
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    if (request.url === '/realm/.well-known/openid-configuration') {
      response.end(JSON.stringify({ token_endpoint: `${issuer.url}/token` }));
      return;
    }
    let body = '';
    for await (const part of request) body += String(part);
    const form = Object.fromEntries(new URLSearchParams(body));
    issuer.asked.push({ authorization: request.headers.authorization, form });
    const said = answers[next] ?? 500;
    next += 1;
    response.statusCode = typeof said === 'number' ? said : 200;
    response.end(JSON.stringify(typeof said === 'number' ? { error: 's3cret' } : said));
  };
  return { issuer, answer };
}

async function issuing(...answers: readonly (object | number)[]): Promise<Issuer> {
  const { issuer, answer } = issuerOf(answers);
  const fake = await httpFake((request, response) => void answer(request, response));
  closers.push(() => fake.close());
  issuer.url = `${fake.url}/realm`;
  return issuer;
}

const given = (config: object) => {
  const path = join(dir, 'config');
  writeFileSync(
    path,
    stringify({
      'current-context': 'c',
      clusters: [{ name: 'k', cluster: { server: 'https://k:6443' } }],
      contexts: [{ name: 'c', context: { cluster: 'k', user: 'u' } }],
      users: [{ name: 'u', user: { 'auth-provider': { name: 'oidc', config } } }],
    }),
  );
  return path;
};
const logins = () => new KubeLogins({ home: join(dir, 'home'), now: () => now });
const open = (config: object, of = logins()) => loadKubeAccess({ kubeconfig: given(config) }, of);
const as = async (access: Awaited<ReturnType<typeof open>>) => (await access.headers()).authorization;

const facts = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof AppError ? { code: error.code, ...error.facts } : error;
};

describe('a login at an issuer', () => {
  it('is the token that stands in the kubeconfig while it lasts, and nobody is asked', async () => {
    const issuer = await issuing();
    const standing = idToken('standing', inAnHour());

    const access = await open({ 'idp-issuer-url': issuer.url, 'client-id': 'k', 'id-token': standing });

    expect(await as(access)).toBe(`Bearer ${standing}`);
    expect(issuer.asked).toEqual([]);
  });

  it('is a new token once that one has ended, and the next is asked for with the newest refresh token', async () => {
    const tokens = [1, 2].map((hours) => idToken(`fresh-${hours}`, now + hours * 3_600_000 + 60_000));
    const issuer = await issuing(
      { id_token: tokens[0], refresh_token: 'second' },
      { id_token: tokens[1], refresh_token: 'third' },
    );
    const access = await open({
      ...{ 'idp-issuer-url': `${issuer.url}/`, 'client-id': 'kubernetes', 'refresh-token': 'first' },
      'id-token': idToken('ended', now + 9_000),
    });

    expect(await as(access)).toBe(`Bearer ${tokens[0]}`);
    // Also for whoever asks again while it lasts.
    expect(await as(access)).toBe(`Bearer ${tokens[0]}`);
    now += 3_600_000 + 55_000;
    const both = await Promise.all([as(access), as(access)]);

    expect(both).toEqual([`Bearer ${tokens[1]}`, `Bearer ${tokens[1]}`]);
    expect(issuer.asked).toEqual(
      ['first', 'second'].map((token) => ({
        authorization: undefined,
        form: { grant_type: 'refresh_token', refresh_token: token, client_id: 'kubernetes' },
      })),
    );
    expect(access.secrets()).toEqual([tokens[1], 'third']);
  });

  it('is a new token when the API server does not take the one that is there', async () => {
    const [standing, fresh] = [idToken('standing', inAnHour()), idToken('fresh', inAnHour())];
    const issuer = await issuing({ id_token: fresh });
    const config = { 'idp-issuer-url': issuer.url, 'client-id': 'k', 'refresh-token': 'r' };
    const access = await open({ ...config, 'id-token': standing });
    expect(await as(access)).toBe(`Bearer ${standing}`);

    access.refused();

    expect(await as(access)).toBe(`Bearer ${fresh}`);
  });

  it('stays the same token when it was refused and there is no way to another', async () => {
    const standing = idToken('standing', inAnHour());
    const access = await open({ 'id-token': standing });
    access.refused();

    expect(await as(access)).toBe(`Bearer ${standing}`);
  });

  it('gives the secret of its client in the header, and in the form to an issuer that wants it there', async () => {
    const fresh = idToken('fresh', inAnHour());
    const issuer = await issuing(401, { id_token: fresh });

    const access = await open({
      ...{ 'idp-issuer-url': issuer.url, 'client-id': 'k:1', 'client-secret': 'a b' },
      'refresh-token': 'r',
    });

    expect(await as(access)).toBe(`Bearer ${fresh}`);
    const [header, form] = issuer.asked;
    expect(Buffer.from(header?.authorization?.split(' ')[1] ?? '', 'base64').toString()).toBe('k%3A1:a%20b');
    expect(header?.form).not.toHaveProperty('client_secret');
    expect(form).toEqual({
      authorization: undefined,
      form: { grant_type: 'refresh_token', refresh_token: 'r', client_id: 'k:1', client_secret: 'a b' },
    });
  });

  it('is asked for again after a failure, with the refresh token that counts by then', async () => {
    const [first, third] = [idToken('first', now + 60_000), idToken('third', inAnHour())];
    const issuer = await issuing({ id_token: first, refresh_token: 'newer' }, 503, { id_token: third });
    const access = await open({
      ...{ 'idp-issuer-url': issuer.url, 'client-id': 'k', 'refresh-token': 'older' },
    });
    now += 60_000;
    await expect(access.headers()).rejects.toThrow('the login of a kubeconfig failed');

    expect(await as(access)).toBe(`Bearer ${third}`);
    expect(issuer.asked.map(({ form }) => form.refresh_token)).toEqual(['older', 'newer', 'newer']);
  });

  it('trusts the certificate that the kubeconfig gives for its issuer, and no other', async () => {
    const [key, cert] = [join(dir, 'key'), join(dir, 'cert')];
    const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=issuer'];
    const names = ['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert];
    execFileSync('openssl', [...made, ...names], { stdio: 'ignore' });
    const fresh = idToken('fresh', inAnHour());
    const { issuer, answer } = issuerOf([{ id_token: fresh }, { id_token: fresh }]);
    const server = createServer(
      { key: readFileSync(key), cert: readFileSync(cert) },
      (request, response) => void answer(request, response),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
    issuer.url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/realm`;
    const config = { 'idp-issuer-url': issuer.url, 'client-id': 'k', 'refresh-token': 'r' };

    const data = readFileSync(cert).toString('base64');
    expect(await as(await open({ ...config, 'idp-certificate-authority-data': data }))).toBe(
      `Bearer ${fresh}`,
    );
    expect(await as(await open({ ...config, 'idp-certificate-authority': cert }))).toBe(`Bearer ${fresh}`);
    expect(await facts(open(config))).toMatchObject({
      code: 'DEPENDENCY_UNAVAILABLE',
      reason: 'kubeconfig-login',
      detail: expect.stringContaining('cannot be reached'),
    });
  });

  it.each<[string, readonly (object | number)[], object, string, string]>([
    ['whose issuer refuses', [400], {}, 'DEPENDENCY_UNAVAILABLE', 'gave no new token (400)'],
    ['whose issuer gives none', [{}], {}, 'DEPENDENCY_UNAVAILABLE', 'gave no new token (200)'],
    [
      'whose issuer is not there',
      [],
      { 'idp-issuer-url': 'http://127.0.0.1:1' },
      'DEPENDENCY_UNAVAILABLE',
      'cannot be reached (ECONNREFUSED)',
    ],
    ['whose issuer is no URL', [], { 'idp-issuer-url': 's3cret' }, 'DEPENDENCY_UNAVAILABLE', 'is no URL'],
    ['without a refresh token', [], { 'refresh-token': '' }, 'INVALID_INPUT', 'its id-token has ended'],
    ['with another config', [], { 'client-id': 7 }, 'INVALID_INPUT', 'is not one of oidc'],
  ])(
    '%s is named with what is wrong, and nothing secret is quoted',
    async (_what, answers, more, code, detail) => {
      const issuer = await issuing(...answers);
      const config = { 'idp-issuer-url': issuer.url, 'client-id': 'k', 'refresh-token': 's3cret', ...more };

      const seen = await facts(open(config));

      expect(seen).toMatchObject({
        code,
        path: join(dir, 'config'),
        detail: expect.stringContaining(detail),
      });
      expect(JSON.stringify(seen)).not.toContain('s3cret');
    },
  );
});
