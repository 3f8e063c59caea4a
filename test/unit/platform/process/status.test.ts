import { expect, it } from 'vitest';
import { Secret } from '../../../../src/domain/kernel/secret.ts';
import { type StatusOptions, statusRoutes } from '../../../../src/platform/process/status.ts';

const options: StatusOptions = {
  host: '127.0.0.1',
  checks: {},
  alive: () => true,
  metrics: { contentType: 'text/plain; version=0.0.4', text: () => Promise.resolve('up 1\n') },
};

async function ask(path: string, more: Partial<StatusOptions> = {}, authorization?: string) {
  const route = statusRoutes({ ...options, ...more }).find((one) => one.path === path);
  const header = (name: string) => (name === 'authorization' ? authorization : undefined);
  return route?.handle({ method: 'GET', path, header, body: Buffer.of() });
}

it('a process is alive, or says that it should be restarted', async () => {
  expect(await ask('/healthz')).toEqual({ status: 200, body: { status: 'ok' } });
  expect(await ask('/healthz', { alive: () => false })).toEqual({ status: 503, body: { status: 'failing' } });
});

it('a process is ready when every check is well, and names the others', async () => {
  const well = { a: () => undefined, b: () => Promise.resolve(undefined) };
  const checks = {
    ...well,
    c: () => 'no socket is open',
    d: () => Promise.reject(new Error('postgres://user:secret@host')),
    e: () => {
      throw new Error('thrown');
    },
    f: () => new Promise<undefined>(() => undefined),
  };

  expect(await ask('/readyz', { checks: well })).toEqual({
    status: 200,
    body: { status: 'ready', checks: { a: 'ok', b: 'ok' } },
  });
  expect(await ask('/readyz', { checks })).toEqual({
    status: 503,
    body: {
      status: 'not-ready',
      checks: {
        a: 'ok',
        b: 'ok',
        c: 'no socket is open',
        d: 'failed',
        e: 'failed',
        f: 'no answer in time',
      },
    },
  });
});

it('metrics are given as Prometheus reads them', async () => {
  expect(await ask('/metrics')).toEqual({ status: 200, type: 'text/plain; version=0.0.4', body: 'up 1\n' });
});

it.each(['0.0.0.0', '::', '10.1.2.3', 'localhost.evil.test', '1127.0.0.1'])(
  'shows metrics to nobody without a token where others reach the port: %s',
  async (host) => {
    expect(await ask('/metrics', { host })).toEqual({ status: 401 });
    expect(await ask('/metrics', { host }, 'Bearer undefined')).toEqual({ status: 401 });
    expect(await ask('/healthz', { host })).toMatchObject({ status: 200 });
  },
);

it.each(['127.0.0.1', '127.1.2.3', '::1', 'localhost'])(
  'shows them on %s, which is this machine',
  async (host) => {
    expect(await ask('/metrics', { host })).toMatchObject({ status: 200 });
  },
);

it('shows metrics only to whoever has the token, where there is one', async () => {
  const guarded = { metricsToken: new Secret('token-of-the-tests') };

  expect(await ask('/metrics')).toMatchObject({ status: 200 });
  expect(await ask('/metrics', guarded)).toEqual({ status: 401 });
  for (const wrong of ['Bearer a', 'Bearer a-token', 'token-of-the-tests', 'Basic token-of-the-tests'])
    expect(await ask('/metrics', guarded, wrong)).toEqual({ status: 401 });
  expect(await ask('/metrics', guarded, 'Bearer token-of-the-tests')).toMatchObject({ body: 'up 1\n' });
  // Whoever restarts the process has no token.
  expect(await ask('/healthz', guarded)).toMatchObject({ status: 200 });
});
