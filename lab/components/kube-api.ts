/** A bare Kubernetes API server with etcd and no node: for tests of requests, lists and RBAC. */

import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { cacheDir, which } from './cache.ts';
import { freePort, must, put, type Server, startProcess, tail, waitFor } from './process.ts';

const names = ['etcd', 'kube-apiserver'] as const;

/** Path of a Kubernetes binary: `$KUBEBUILDER_ASSETS`, the cache's `bin`, or PATH. */
export function kubeProgram(name: string): string | undefined {
  const assets = process.env.KUBEBUILDER_ASSETS;
  for (const file of [assets === undefined ? undefined : join(assets, name), cacheDir('bin', name)])
    if (file !== undefined && existsSync(file)) return file;
  return which(name);
}

/** What is missing to run an API server here, in one line; undefined when nothing is. */
export function missing(): string | undefined {
  const absent = names.filter((name) => kubeProgram(name) === undefined);
  if (absent.length > 0)
    return `Kubernetes: no ${absent.join(', ')}: run lab/kubernetes/build.sh (needs Go), or set KUBEBUILDER_ASSETS`;
  return which('openssl') === undefined ? 'Kubernetes: needs openssl' : undefined;
}

export interface KubeApiOptions {
  readonly dir: string;
  /** Further arguments of kube-apiserver, such as an audit policy. */
  readonly args?: readonly string[];
  /** Also run kube-controller-manager (service accounts, namespace deletion, Deployments); default false. */
  readonly controllers?: boolean;
  /** Also run kube-scheduler: Pods get a node of those that a test has made; default false. */
  readonly scheduler?: boolean;
}

export interface KubeApi extends Omit<Server, 'pause' | 'resume'> {
  readonly url: string;
  /** Path of a kubeconfig in `system:masters`. */
  readonly kubeconfig: string;
  /** Makes a kubeconfig for another user, known by certificate. */
  userKubeconfig(user: string, groups?: readonly string[]): Promise<string>;
  pause(): void;
  resume(): void;
}

/** Starts etcd and kube-apiserver on 127.0.0.1; resolves when `/readyz` says ok (2–4 s). */
export async function startKubeApi(options: KubeApiOptions): Promise<KubeApi> {
  const problem = missing();
  if (problem !== undefined) throw new Error(problem);
  const { dir } = options;
  mkdirSync(join(dir, 'pki'), { recursive: true });
  const [port, etcdPort, peerPort] = [await freePort(), await freePort(), await freePort()];
  await certificates(dir);
  const etcd = await startProcess({
    name: 'etcd',
    command: kubeProgram('etcd') ?? 'etcd',
    args: [
      ...['--data-dir', join(dir, 'etcd'), '--unsafe-no-fsync'],
      ...['--listen-client-urls', `http://127.0.0.1:${etcdPort}`],
      ...['--advertise-client-urls', `http://127.0.0.1:${etcdPort}`],
      ...['--listen-peer-urls', `http://127.0.0.1:${peerPort}`],
      ...['--initial-advertise-peer-urls', `http://127.0.0.1:${peerPort}`],
      ...['--initial-cluster', `default=http://127.0.0.1:${peerPort}`],
    ],
    log: join(dir, 'etcd.log'),
  });
  const pki = join(dir, 'pki');
  const url = `https://127.0.0.1:${port}`;
  const started = [etcd];
  const stop = async () => {
    // The API server takes 20 s to end on TERM, and its data is thrown away.
    for (const one of started.toReversed()) await one.kill();
  };
  try {
    const server = await startProcess({
      name: 'kube-apiserver',
      command: kubeProgram('kube-apiserver') ?? 'kube-apiserver',
      args: [
        ...['--etcd-servers', `http://127.0.0.1:${etcdPort}`, '--bind-address', '127.0.0.1'],
        ...['--secure-port', `${port}`, '--advertise-address', '127.0.0.1'],
        ...[
          '--tls-cert-file',
          join(pki, 'apiserver.crt'),
          '--tls-private-key-file',
          join(pki, 'apiserver.key'),
        ],
        ...['--client-ca-file', join(pki, 'ca.crt'), '--authorization-mode', 'Node,RBAC'],
        ...['--service-account-key-file', join(pki, 'sa.pub')],
        ...['--service-account-signing-key-file', join(pki, 'sa.key')],
        ...['--service-account-issuer', 'https://kubernetes.default.svc.cluster.local'],
        ...['--service-cluster-ip-range', '10.96.0.0/16', '--endpoint-reconciler-type', 'none'],
        '--allow-privileged=true',
        // Without controllers nobody makes the accounts this would ask for.
        ...(options.controllers === true ? [] : ['--disable-admission-plugins', 'ServiceAccount']),
        ...(options.args ?? []),
      ],
      log: join(dir, 'apiserver.log'),
    });
    started.push(server);
    const kubeconfig = await userKubeconfig(dir, url, 'admin', ['system:masters']);
    await waitFor(() => ready(port, pki), {
      seconds: 90,
      what: 'the API server to be ready',
      failed: () => (server.running() && etcd.running() ? undefined : tail(server.log)),
    });
    if (options.controllers === true) started.push(await controllers(dir, kubeconfig));
    if (options.scheduler === true) started.push(await scheduler(dir, kubeconfig));
    return {
      host: '127.0.0.1',
      port,
      url,
      kubeconfig,
      pid: server.pid,
      log: server.log,
      userKubeconfig: (user, groups = []) => userKubeconfig(dir, url, user, groups),
      stop,
      kill: stop,
      pause: () => server.pause(),
      resume: () => server.resume(),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function controllers(dir: string, kubeconfig: string) {
  const program = kubeProgram('kube-controller-manager');
  if (program === undefined)
    throw new Error('Kubernetes: no kube-controller-manager: run lab/kubernetes/build.sh');
  const port = await freePort();
  return startProcess({
    name: 'kube-controller-manager',
    command: program,
    args: [
      ...['--kubeconfig', kubeconfig, '--leader-elect=false', '--bind-address', '127.0.0.1'],
      ...['--secure-port', `${port}`, '--kube-api-qps', '200', '--kube-api-burst', '400'],
      ...[
        '--service-account-private-key-file',
        join(dir, 'pki/sa.key'),
        '--root-ca-file',
        join(dir, 'pki/ca.crt'),
      ],
      // A test does not wait 15 s for it.
      '--horizontal-pod-autoscaler-sync-period=1s',
      // No kubelet says that its node is well: the nodes of a test would be taken for lost.
      '--controllers=*,-node-lifecycle-controller',
    ],
    log: join(dir, 'kcm.log'),
  });
}

async function scheduler(dir: string, kubeconfig: string) {
  const program = kubeProgram('kube-scheduler');
  if (program === undefined) throw new Error('Kubernetes: no kube-scheduler: run lab/kubernetes/build.sh');
  return startProcess({
    name: 'kube-scheduler',
    command: program,
    args: [
      ...['--kubeconfig', kubeconfig, '--leader-elect=false', '--bind-address', '127.0.0.1'],
      ...['--secure-port', `${await freePort()}`],
    ],
    log: join(dir, 'scheduler.log'),
  });
}

function ready(port: number, pki: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const call = request(
      {
        ...{ host: '127.0.0.1', port, path: '/readyz', timeout: 2000, agent: false },
        ca: readFileSync(join(pki, 'ca.crt')),
        cert: readFileSync(join(pki, 'admin.crt')),
        key: readFileSync(join(pki, 'admin.key')),
      },
      (response) => {
        response.resume();
        resolve(response.statusCode === 200);
      },
    );
    call.once('timeout', () => call.destroy(new Error('no answer')));
    call.once('error', reject);
    call.end();
  });
}

/** One CA, the server's certificate and the key pair of service accounts. */
async function certificates(dir: string): Promise<void> {
  const pki = join(dir, 'pki');
  await newKey(pki, 'ca');
  await openssl(pki, [
    'req',
    '-x509',
    '-new',
    '-key',
    'ca.key',
    '-days',
    '3650',
    '-subj',
    '/CN=lab-ca',
    '-out',
    'ca.crt',
  ]);
  await newKey(pki, 'sa');
  await openssl(pki, ['pkey', '-in', 'sa.key', '-pubout', '-out', 'sa.pub']);
  const others = ['kubernetes', 'kubernetes.default', 'kubernetes.default.svc'].map((name) => `DNS:${name}`);
  await certificate(pki, 'apiserver', '/CN=kube-apiserver', [
    'IP:127.0.0.1',
    'IP:10.96.0.1',
    'DNS:localhost',
    ...others,
  ]);
}

const openssl = (pki: string, args: readonly string[]) => must('openssl', args, { cwd: pki });
const newKey = (pki: string, name: string) =>
  openssl(pki, ['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', `${name}.key`]);

async function certificate(pki: string, name: string, subject: string, alternatives: readonly string[] = []) {
  await newKey(pki, name);
  const lines = ['extendedKeyUsage=clientAuth,serverAuth'];
  if (alternatives.length > 0) lines.push(`subjectAltName=${alternatives.join(',')}`);
  put(join(pki, `${name}.ext`), `${lines.join('\n')}\n`);
  await openssl(pki, ['req', '-new', '-key', `${name}.key`, '-subj', subject, '-out', `${name}.csr`]);
  await openssl(pki, [
    ...['x509', '-req', '-in', `${name}.csr`, '-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial'],
    ...['-days', '3650', '-out', `${name}.crt`, '-extfile', `${name}.ext`],
  ]);
}

async function userKubeconfig(
  dir: string,
  url: string,
  user: string,
  groups: readonly string[],
): Promise<string> {
  const pki = join(dir, 'pki');
  const file = user.replaceAll(/[^a-zA-Z0-9.-]/g, '-');
  const subject = [...groups.map((group) => `/O=${group}`), `/CN=${user}`].join('');
  await certificate(pki, file, subject);
  const base64 = (name: string) => readFileSync(join(pki, name)).toString('base64');
  const path = join(dir, `${file}.kubeconfig`);
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'lab', cluster: { server: url, 'certificate-authority-data': base64('ca.crt') } }],
    users: [
      {
        name: user,
        user: { 'client-certificate-data': base64(`${file}.crt`), 'client-key-data': base64(`${file}.key`) },
      },
    ],
    contexts: [{ name: 'lab', context: { cluster: 'lab', user } }],
    'current-context': 'lab',
  };
  put(path, JSON.stringify(config, null, 1), 0o600);
  return path;
}
