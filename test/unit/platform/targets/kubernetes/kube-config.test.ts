import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { stringify } from 'yaml';
import { AppError } from '../../../../../src/domain/kernel/errors.ts';
import { openChecks } from '../../../../../src/main/checks.ts';
import { systemClock } from '../../../../../src/platform/process/clock.ts';
import { kubeLogins, parseConfig } from '../../../../../src/platform/settings/config.ts';
import {
  KubeLogins,
  type KubeSurroundings,
  loadKubeAccess,
} from '../../../../../src/platform/targets/kubernetes/kube-config.ts';
import { createKubernetesTarget } from '../../../../../src/platform/targets/kubernetes/kubernetes.ts';
import { silentLogger } from '../../../../support/logger.ts';
import { type HttpFake, httpFake, scratch } from '../../../../support/targets.ts';

const folder = scratch('kube-config');
afterAll(() => folder.remove());
let count = 0;
let dir = '';
beforeEach(() => {
  count += 1;
  dir = join(folder.dir, `${count}`);
  mkdirSync(dir);
});

function file(name: string, content: object | string): string {
  const path = join(dir, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof content === 'string' ? content : stringify(content));
  return path;
}

const cluster = (name: string, server: string, more: object = {}) => ({ name, cluster: { server, ...more } });
const context = (name: string, of: string, user: string) => ({ name, context: { cluster: of, user } });
const token = (name: string, value: string) => ({ name, user: { token: value } });

/** A whole kubeconfig of one cluster `k`, whose user is this. */
const whole = (user: object, more: object = {}, server = 'https://k:6443') => ({
  'current-context': 'c',
  clusters: [cluster('k', server, more)],
  contexts: [context('c', 'k', 'u')],
  users: [{ name: 'u', user }],
});

const logins = (around: KubeSurroundings = {}) => new KubeLogins({ home: join(dir, 'home'), ...around });
const listed = (...paths: readonly string[]) => logins({ variables: { KUBECONFIG: paths.join(delimiter) } });

/** Where requests go, and as whom. */
async function who(settings: Parameters<typeof loadKubeAccess>[0], of = logins()) {
  const access = await loadKubeAccess(settings, of);
  return [access.server.href, (await access.headers()).authorization];
}

const facts = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof AppError ? { code: error.code, ...error.facts } : error;
};

describe('the secrets of a kubeconfig are known before they are used', () => {
  const toldBy = async (user: object, variables = {}): Promise<readonly string[]> => {
    const told: string[] = [];
    const kubeconfig = file('config', whole(user));
    const of = logins({ variables, learn: (secret) => void told.push(secret) });
    await (await loadKubeAccess({ kubeconfig }, of)).headers();
    return told;
  };

  it('a token, one in a file, and a password', async () => {
    expect(await toldBy({ token: 'of-the-user' })).toEqual(['of-the-user']);
    expect(await toldBy({ tokenFile: file('token', 'in-a-file\n') })).toEqual(['in-a-file']);
    expect(await toldBy({ username: 'u', password: 'of-basic' })).toEqual(['of-basic']);
  });

  it('the key of a certificate', async () => {
    const [key, cert] = [join(dir, 'key.pem'), join(dir, 'cert.pem')];
    execFileSync('openssl', [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
      ...['-subj', '/CN=u', '-days', '2', '-keyout', key, '-out', cert],
    ]);
    const user = { 'client-certificate': cert, 'client-key': key };

    expect(await toldBy(user)).toEqual([readFileSync(key, 'utf8')]);
  });

  it('the token of the service account of a Pod', async () => {
    const told: string[] = [];
    file('account/token', 'of-the-account');
    file('account/ca.crt', rootCertificates[0] ?? '');
    const variables = { KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: '443' };
    const accountFolder = join(dir, 'account');
    const of = logins({ variables, accountFolder, learn: (secret) => void told.push(secret) });
    await (await loadKubeAccess({}, of)).headers();

    expect(told).toEqual(['of-the-account']);
  });
});

describe('a kubeconfig of several files', () => {
  it('is read as kubectl reads it: all together, the first one wins, and what is missing is passed over', async () => {
    const first = file('first', {
      clusters: [cluster('k', 'https://first:6443')],
      contexts: [context('one', 'k', 'u')],
      users: null,
    });
    const second = file('second', {
      'current-context': 'two',
      clusters: [cluster('k', 'https://never:6443'), cluster('l', 'https://second:6443')],
      contexts: [context('two', 'l', 'u')],
      users: [token('u', 'second')],
    });
    const third = file('third', {
      'current-context': 'one',
      users: [token('u', 'never'), token('v', 'third')],
      contexts: [context('three', 'k', 'v')],
    });
    const all = listed(first, join(dir, 'missing'), '', second, third, second);

    expect(await who({}, all)).toEqual(['https://second:6443/', 'Bearer second']);
    expect(await who({ context: 'one' }, all)).toEqual(['https://first:6443/', 'Bearer second']);
    expect(await who({ context: 'three' }, all)).toEqual(['https://first:6443/', 'Bearer third']);
  });

  it('takes an entry whole from the first file that has it', async () => {
    const first = file('first', {
      ...whole({ token: 'own' }),
      clusters: [cluster('k', 'https://k:6443')],
    });
    const second = file('second', {
      clusters: [cluster('k', 'https://k:6443', { 'tls-server-name': 'other' })],
    });

    expect((await loadKubeAccess({}, listed(first, second))).tls).not.toHaveProperty('servername');
    expect((await loadKubeAccess({}, listed(second, first))).tls).toMatchObject({ servername: 'other' });
  });

  it('finds what a file names beside that file', async () => {
    file('a/token', 'from a\n');
    file('b/token', 'from b\n');
    const first = file('a/config', { ...whole({ tokenFile: 'token' }) });
    const second = file('b/config', {
      contexts: [context('d', 'k', 'v')],
      users: [{ name: 'v', user: { tokenFile: './token' } }],
    });

    expect(await who({}, listed(first, second))).toEqual(['https://k:6443/', 'Bearer from a']);
    expect(await who({ context: 'd' }, listed(first, second))).toEqual(['https://k:6443/', 'Bearer from b']);
  });

  it('gives way to the one file of the configuration, and is stronger than that of the user', async () => {
    const configured = file('configured', whole({ token: 'configured' }));
    const variable = file('variable', whole({ token: 'variable' }));
    file('home/.kube/config', whole({ token: 'home' }));

    expect((await who({ kubeconfig: configured }, listed(variable)))[1]).toBe('Bearer configured');
    expect((await who({}, listed(variable)))[1]).toBe('Bearer variable');
    expect((await who({}, listed('')))[1]).toBe('Bearer home');
  });
});

describe('a Pod', () => {
  const account = () => {
    file('account/token', 'of the Pod\n');
    // Any certificate will do: nothing is asked here.
    file('account/ca.crt', rootCertificates[0] ?? '');
    return join(dir, 'account');
  };
  const inside = (more: Readonly<Record<string, string>> = {}) =>
    logins({
      accountFolder: account(),
      variables: { KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443', ...more },
    });

  it('is who its service account says, by the address of its own cluster', async () => {
    expect(await who({}, inside())).toEqual(['https://10.96.0.1/', 'Bearer of the Pod']);
    const six = inside({ KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '6443' });
    expect((await who({}, six))[0]).toBe('https://[fd00::1]:6443/');
  });

  it('sends the token that is there now, and the last one while it is being replaced', async () => {
    const access = await loadKubeAccess({}, inside());
    await access.headers();
    file('account/token', 'rotated');
    const rotated = await access.headers();
    rmSync(join(dir, 'account', 'token'));

    expect([rotated, await access.headers()]).toEqual([
      { authorization: 'Bearer rotated' },
      { authorization: 'Bearer rotated' },
    ]);
    expect(access.secrets()).toEqual(['rotated']);
  });

  it('that has a kubeconfig uses that, as kubectl does', async () => {
    const config = file('config', whole({ token: 'chosen' }));

    expect((await who({}, inside({ KUBECONFIG: config })))[1]).toBe('Bearer chosen');
    file('home/.kube/config', whole({ token: 'home' }));
    expect((await who({}, inside()))[1]).toBe('Bearer home');
  });

  it('is none without the address of a cluster, and not asked for when a context is named', async () => {
    const outside = logins({ accountFolder: account() });

    expect(await facts(loadKubeAccess({}, outside))).toMatchObject({
      code: 'NOT_FOUND',
      reason: 'kubeconfig-unreadable',
      path: join(dir, 'home', '.kube', 'config'),
    });
    expect(await facts(loadKubeAccess({ context: 'prod' }, inside()))).toMatchObject({
      reason: 'kubeconfig-unreadable',
    });
  });

  it('without the certificate of its cluster says so', async () => {
    const of = inside();
    rmSync(join(dir, 'account', 'ca.crt'));

    expect(await facts(loadKubeAccess({}, of))).toMatchObject({
      reason: 'kubeconfig-unreadable',
      path: join(dir, 'account', 'ca.crt'),
      detail: 'it does not exist',
    });
  });
});

describe('a kubeconfig that cannot be used', () => {
  const one = (content: object | string) => loadKubeAccess({ kubeconfig: file('config', content) }, logins());

  it.each<[string, object | string, string]>([
    ['is not YAML', 'a: [ token: s3cret', 'not YAML'],
    ['is something else', 'just s3cret words', 'Invalid input'],
    [
      'has entries of another shape',
      { clusters: [{ name: 'k', cluster: { server: 7 } }] },
      'clusters.0.cluster.server',
    ],
    ['is empty', '', 'it names no cluster'],
    ['names no context', { ...whole({}), 'current-context': '' }, 'no current-context'],
    ['names another context', { ...whole({}), 'current-context': 'x' }, 'it has no context x'],
    ['lacks the cluster', { ...whole({}), clusters: [] }, 'it has no cluster k'],
    ['lacks the user', { ...whole({}), users: [] }, 'it has no user u'],
    ['has a server that is no address', whole({}, {}, 'https://'), 'no URL'],
    ['has a server of another protocol', whole({}, {}, 'ftp://k'), 'no URL'],
    ['wants a proxy', whole({}, { 'proxy-url': 'http://proxy:3128' }), 'proxy-url'],
    [
      'trusts an authority and everybody',
      whole({}, { 'certificate-authority-data': 'czNjcmV0', 'insecure-skip-tls-verify': true }),
      'contradict',
    ],
    ['has a key that is none', whole({ 'client-key-data': 'czNjcmV0' }), 'a certificate or a key'],
    ['acts for several groups', whole({ as: 'a', 'as-groups': ['b', 'c'] }), 'as-groups'],
  ])('because it %s names the file and the fault, and quotes nothing', async (_what, content, detail) => {
    const seen = await facts(one(content));

    expect(seen).toMatchObject({
      code: 'INVALID_INPUT',
      reason: 'kubeconfig-invalid',
      path: join(dir, 'config'),
      detail: expect.stringContaining(detail),
    });
    expect(JSON.stringify(seen)).not.toContain('s3cret');
  });

  it('because of a file that it names says which one', async () => {
    const missing = join(dir, 'none.crt');

    expect(await facts(one(whole({}, { 'certificate-authority': 'none.crt' })))).toMatchObject({
      code: 'NOT_FOUND',
      reason: 'kubeconfig-unreadable',
      path: missing,
    });
    expect(await facts(one(whole({ 'client-certificate': missing })))).toMatchObject({ path: missing });
    const access = await one(whole({ tokenFile: missing }));
    expect(await facts(access.headers())).toMatchObject({ path: missing });
  });

  it('because it is one of several is named, and the others do not help', async () => {
    const good = file('good', whole({ token: 't' }));
    const bad = file('bad', 'a: [');

    expect(await facts(loadKubeAccess({}, listed(good, bad)))).toMatchObject({
      path: bad,
      detail: 'not YAML',
    });
    mkdirSync(join(dir, 'folder'));
    expect(await facts(loadKubeAccess({}, listed(good, join(dir, 'folder'))))).toMatchObject({
      reason: 'kubeconfig-unreadable',
      path: join(dir, 'folder'),
      detail: 'it cannot be read (EISDIR)',
    });
  });

  it('because there is none says where it was looked for', async () => {
    const [a, b] = [join(dir, 'a'), join(dir, 'b')];

    expect(await facts(loadKubeAccess({}, listed(a, b)))).toMatchObject({
      code: 'NOT_FOUND',
      reason: 'kubeconfig-unreadable',
      path: `${a}${delimiter}${b}`,
    });
  });
});

describe('a login', () => {
  it('is a token, a file that is stronger, a name with a password, or nobody', async () => {
    const tokens = file('token', 'in the file');
    const as = (user: object) => who({ kubeconfig: file('config', whole(user)) });

    expect((await as({ token: 'plain' }))[1]).toBe('Bearer plain');
    expect((await as({ token: 'plain', tokenFile: tokens }))[1]).toBe('Bearer in the file');
    expect((await as({ token: 'plain', tokenFile: join(dir, 'none') }))[1]).toBe('Bearer plain');
    expect((await as({ username: 'a', password: 'b' }))[1]).toBe('Basic YTpi');
    expect((await as({}))[1]).toBeUndefined();
    expect(
      (await who({ kubeconfig: file('nobody', { ...whole({}), contexts: [context('c', 'k', '')] }) }))[1],
    ).toBeUndefined();
  });

  it('may act for somebody else', async () => {
    const user = { token: 't', as: 'deployer', 'as-uid': '7', 'as-groups': ['ops'] };
    const access = await loadKubeAccess({ kubeconfig: file('config', whole(user)) });

    expect(await access.headers()).toEqual({
      authorization: 'Bearer t',
      'impersonate-user': 'deployer',
      'impersonate-uid': '7',
      'impersonate-group': 'ops',
    });
  });
});

describe('a login program', () => {
  const v1 = 'client.authentication.k8s.io/v1';

  /** A program that writes down what it was asked, and answers what `answer` holds. */
  function program(answer: object | string, name = 'login'): string {
    file('answer', typeof answer === 'string' ? answer : JSON.stringify(answer));
    const path = file(
      name,
      `#!${process.execPath}
const { appendFileSync, readFileSync } = require('node:fs');
const { KUBERNETES_EXEC_INFO, PLANTED, OWN } = process.env;
appendFileSync(${JSON.stringify(join(dir, 'asked'))}, JSON.stringify({
  info: JSON.parse(KUBERNETES_EXEC_INFO), args: process.argv.slice(2), PLANTED, OWN }) + '\\n');
console.error('the old token was s3cret');
const answer = readFileSync(${JSON.stringify(join(dir, 'answer'))}, 'utf8');
if (/^\\d+$/.test(answer)) process.exit(Number(answer));
console.log(answer);
`,
    );
    chmodSync(path, 0o700);
    return path;
  }
  const asked = () =>
    readFileSync(join(dir, 'asked'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  const credential = (status: object, apiVersion = v1) => ({ apiVersion, kind: 'ExecCredential', status });
  const config = (exec: object, more: object = {}, server?: string) =>
    file('config', whole({ exec: { apiVersion: v1, interactiveMode: 'Never', ...exec } }, more, server));

  it('is asked as kubectl asks it, with its arguments and variables', async () => {
    const command = program(credential({ token: 'from the program' }));
    const kubeconfig = config(
      {
        command,
        args: ['get-token', '--cluster=k'],
        env: [{ name: 'OWN', value: 'o' }],
        provideClusterInfo: true,
      },
      {
        'certificate-authority-data': '',
        extensions: [{ name: 'client.authentication.k8s.io/exec', extension: { audience: 'x' } }],
      },
    );
    const of = logins({ variables: { PATH: process.env.PATH, PLANTED: 'p', OWN: 'weaker' } });

    expect(await who({ kubeconfig }, of)).toEqual(['https://k:6443/', 'Bearer from the program']);
    expect(asked()).toEqual([
      {
        info: {
          apiVersion: v1,
          kind: 'ExecCredential',
          spec: {
            interactive: false,
            cluster: {
              server: 'https://k:6443',
              'certificate-authority-data': '',
              config: { audience: 'x' },
            },
          },
        },
        args: ['get-token', '--cluster=k'],
        PLANTED: 'p',
        OWN: 'o',
      },
    ]);
  });

  it('tells each token that it is given before it is used', async () => {
    let now = Date.parse('2026-01-01T00:00:00Z');
    const told: string[] = [];
    const of = logins({ now: () => now, learn: (secret) => void told.push(secret) });
    const expirationTimestamp = '2026-01-01T00:10:00Z';
    const kubeconfig = config({ command: program(credential({ token: 'first', expirationTimestamp })) });
    const access = await loadKubeAccess({ kubeconfig }, of);
    await access.headers();
    expect(told).toEqual(['first']);

    file('answer', JSON.stringify(credential({ token: 'second' })));
    now += 10 * 60_000;
    await access.headers();
    expect(told).toEqual(['first', 'second']);
  });

  it('is found beside its kubeconfig when its name is a path, and in PATH when it is none', async () => {
    program(credential({ token: 'beside' }), 'bin/login');
    const path = `${join(dir, 'bin')}${delimiter}${process.env.PATH ?? ''}`;

    expect((await who({ kubeconfig: config({ command: './bin/login' }) }))[1]).toBe('Bearer beside');
    const of = logins({ variables: { PATH: path } });
    expect((await who({ kubeconfig: config({ command: 'login' }) }, of))[1]).toBe('Bearer beside');
  });

  it('is asked once for as long as its answer is good, by all who use the login', async () => {
    let now = Date.parse('2026-01-01T00:00:00Z');
    const of = logins({ now: () => now });
    const expirationTimestamp = '2026-01-01T00:10:00Z';
    const kubeconfig = config({ command: program(credential({ token: 'first', expirationTimestamp })) });
    const [one, two] = await Promise.all([
      loadKubeAccess({ kubeconfig }, of),
      loadKubeAccess({ kubeconfig }, of),
    ]);
    await Promise.all([one.headers(), one.headers(), two.headers()]);
    expect(asked()).toHaveLength(1);

    file('answer', JSON.stringify(credential({ token: 'second' })));
    now += 9 * 60_000;
    expect(await one.headers()).toEqual({ authorization: 'Bearer first' });
    now += 55_000;
    expect(await one.headers()).toEqual({ authorization: 'Bearer second' });
    expect(one.secrets()).toEqual(['second']);
    expect(asked()).toHaveLength(2);

    // Without an end it is asked again after a minute.
    now += 59_000;
    await two.headers();
    expect(asked()).toHaveLength(2);
    now += 2_000;
    await two.headers();
    expect(asked()).toHaveLength(3);
  });

  it('is asked anew when the API server does not take its token', async () => {
    const taken: string[] = [];
    const fake = await httpFake((request, response) => {
      taken.push(request.headers.authorization ?? '');
      response.statusCode = taken.length === 1 ? 401 : 200;
      response.end(JSON.stringify({ metadata: {}, items: [] }));
    });
    try {
      const kubeconfig = config({ command: program(credential({ token: 'stale' })) }, {}, fake.url);
      const of = logins();
      const target = () =>
        createKubernetesTarget({ namespace: 'n', agentNamespace: 'n', kubeconfig }, undefined, of);
      await expect(target().list('pods', 'n')).rejects.toMatchObject({ stage: 'auth' });
      file('answer', JSON.stringify(credential({ token: 'fresh' })));

      await target().list('pods', 'n');

      expect(taken).toEqual(['Bearer stale', 'Bearer fresh']);
    } finally {
      await fake.close();
    }
  });

  it('may give a certificate with its key', async () => {
    const [key, cert] = [join(dir, 'key'), join(dir, 'cert')];
    const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=login', '-keyout', key];
    execFileSync('openssl', [...made, '-out', cert], { stdio: 'ignore' });
    const pem = (path: string) => readFileSync(path, 'utf8');
    const status = { clientCertificateData: pem(cert), clientKeyData: pem(key) };
    const plain = await loadKubeAccess({ kubeconfig: file('plain', whole({})) });

    const access = await loadKubeAccess({ kubeconfig: config({ command: program(credential(status)) }) });

    expect(await access.headers()).toEqual({});
    expect(access.tls.secureContext).toBeDefined();
    expect(access.tls.secureContext).not.toBe(plain.tls.secureContext);
  });

  it.each<[string, object | string, object, string, string]>([
    [
      'that is not installed',
      'never',
      { command: 'no-such-login-program' },
      'DEPENDENCY_UNAVAILABLE',
      'not installed',
    ],
    ['that fails', '3', {}, 'DEPENDENCY_UNAVAILABLE', 'it ended with code 3'],
    ['that says something else', 's3cret', {}, 'DEPENDENCY_UNAVAILABLE', 'no ExecCredential'],
    ['that says nothing', '', {}, 'DEPENDENCY_UNAVAILABLE', 'no ExecCredential'],
    [
      'that answers in another version',
      credential({ token: 's3cret' }, 'client.authentication.k8s.io/v1beta1'),
      {},
      'DEPENDENCY_UNAVAILABLE',
      'no ExecCredential',
    ],
    ['that gives nothing', credential({}), {}, 'DEPENDENCY_UNAVAILABLE', 'no token and no certificate'],
    [
      'that gives half a certificate',
      credential({ clientCertificateData: 's3cret' }),
      {},
      'DEPENDENCY_UNAVAILABLE',
      'without its key',
    ],
    [
      'of a version that is gone',
      credential({ token: 's3cret' }),
      { apiVersion: 'client.authentication.k8s.io/v1alpha1' },
      'INVALID_INPUT',
      'apiVersion',
    ],
    [
      'that wants a terminal',
      credential({ token: 's3cret' }),
      { interactiveMode: 'Always' },
      'INVALID_INPUT',
      'terminal',
    ],
  ])(
    '%s is named with what is wrong, and nothing it said is quoted',
    async (_what, answer, more, code, detail) => {
      const command = program(answer);

      const seen = await facts(loadKubeAccess({ kubeconfig: config({ command, ...more }) }));

      expect(seen).toMatchObject({
        code,
        reason: 'kubeconfig-login',
        path: join(dir, 'config'),
        command: 'command' in more ? more.command : command,
        detail: expect.stringContaining(detail),
      });
      expect(JSON.stringify(seen)).not.toContain('s3cret');
    },
  );

  it('that failed is asked again the next time', async () => {
    const kubeconfig = config({ command: program('1') });
    const of = logins();
    await expect(loadKubeAccess({ kubeconfig }, of)).rejects.toThrow('login program');
    file('answer', JSON.stringify(credential({ token: 'now' })));

    expect((await who({ kubeconfig }, of))[1]).toBe('Bearer now');
  });
});

describe('one process', () => {
  const fakes: HttpFake[] = [];
  afterEach(async () => {
    vi.unstubAllEnvs();
    for (const fake of fakes.splice(0)) await fake.close();
  });

  /** An API server that answers Secrets and lists, and keeps who asked what. */
  async function apiServer(name: string) {
    const seen: string[] = [];
    const fake = await httpFake((request, response) => {
      seen.push(`${request.headers.authorization ?? '-'} ${new URL(request.url ?? '', 'http://a').pathname}`);
      const secret = { metadata: {}, data: { url: Buffer.from(`nats://${name}:4222`).toString('base64') } };
      const { url = '' } = request;
      response.end(JSON.stringify(url.includes('/secrets/') ? secret : { metadata: {}, items: [] }));
    });
    fakes.push(fake);
    return { seen, url: fake.url };
  }

  it('looks at the cluster whose Secrets it reads, whatever kubectl’s rules say which one that is', async () => {
    const meant = await apiServer('meant');
    const other = await apiServer('other');
    const first = file('first', {
      clusters: [cluster('meant', meant.url), cluster('other', other.url)],
      users: [token('u', 't')],
    });
    const second = file('second', {
      'current-context': 'prod',
      contexts: [context('prod', 'meant', 'u'), context('dev', 'other', 'u')],
    });
    file('home/.kube/config', whole({ token: 'h' }, {}, other.url));
    vi.stubEnv('KUBECONFIG', [first, second].join(delimiter));
    vi.stubEnv('HOME', join(dir, 'home'));
    const read = async (runtime: string) => {
      const config = parseConfig(
        `environments: { prod: {
           runtime: { kind: kubernetes, namespace: aetherius${runtime} },
           nats: { url: { secret: { namespace: aetherius, name: nats, key: url } } } } }`,
        { role: 'worker', where: 'a.yaml', folder: dir },
      );
      // As a worker and the command line do it.
      const { targets } = openChecks({ config, logger: silentLogger, clock: systemClock });
      const { kubernetes } = await targets.forRun('prod');
      await kubernetes?.list('pods', 'aetherius');
      await targets.close();
    };
    // What a run lists in its own cluster to know the platform's names comes on top, always at the same one.
    const asked = (server: { readonly seen: string[] }) => {
      const [looks, others] = [
        /\/(?:deployments|statefulsets|daemonsets|services|configmaps)$/,
        server.seen.splice(0),
      ];
      return others.filter((line) => !looks.test(line));
    };

    await read('');
    expect(other.seen).toEqual([]);
    expect(asked(meant)).toEqual([
      ...['Bearer t /api/v1/namespaces/aetherius/secrets/nats', 'Bearer t /api/v1/namespaces/aetherius/pods'],
    ]);

    await read(', context: dev');
    expect([meant.seen, asked(other).map((line) => line.split('/').at(-1))]).toEqual([[], ['nats', 'pods']]);
  });

  it('says which kubeconfig keeps a Secret from being read', async () => {
    const { environments } = parseConfig(
      `environments: { prod: { runtime: { kind: kubernetes, kubeconfig: /no/such/file },
         nats: { url: { secret: { namespace: a, name: nats, key: url } } } } }`,
      { role: 'worker', where: 'a.yaml', folder: dir, env: {} },
    );

    expect(await facts(Promise.resolve(environments.prod?.nats?.url.reveal()))).toMatchObject({
      reason: 'kubeconfig-unreadable',
      path: '/no/such/file',
    });
  });

  it('hands its environment to login programs without its own secrets', () => {
    const { variables } = kubeLogins({
      PATH: '/bin',
      AWS_PROFILE: 'ops',
      AUDIT_KEY: 's',
      SLACK_BOT_TOKEN: 's',
    }).around;

    expect(variables).toEqual({ PATH: '/bin', AWS_PROFILE: 'ops' });
  });
});
