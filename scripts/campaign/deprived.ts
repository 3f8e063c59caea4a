/** The same platform with one kind of evidence taken away: rights, metrics, log text. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { request as secureRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { connect as connectSecurely } from 'node:tls';
import { parse, stringify } from 'yaml';
import { fetchAnyPort } from '../../lab/components/any-port.ts';
import { isKubernetes, type KubernetesLab } from '../../lab/runtimes/kubernetes.ts';
import type { Lab } from '../../lab/types.ts';

type Environment = Readonly<Record<string, unknown>>;

export interface Deprived {
  /** Environments by name (`without-logs`, …), each seeing the same platform. */
  readonly environments: Readonly<Record<string, Environment>>;
  stop(): Promise<void>;
}

interface Kubeconfig {
  readonly clusters: readonly {
    readonly cluster: { readonly server: string; readonly 'certificate-authority-data': string };
  }[];
  readonly users: readonly {
    readonly user: { readonly 'client-certificate-data': string; readonly 'client-key-data': string };
  }[];
}

/** Environments that this lab can offer: all four on Kubernetes, `without-metrics` elsewhere. `told`: what the bot knows else. */
export async function deprive(lab: Lab, told?: Environment): Promise<Deprived> {
  const whole = told ?? (await lab.environmentConfig());
  const folder = mkdtempSync(join(tmpdir(), 'aetherius-deprived-'));
  const servers: Server[] = [];
  const upgraded = new Set<Duplex>();
  const environments: Record<string, Environment> = {
    'without-metrics': await withoutMetrics(whole, servers),
  };
  if (isKubernetes(lab)) {
    const as = (kubeconfig: string) => ({
      ...whole,
      runtime: { ...(whole.runtime as Environment), kubeconfig },
    });
    const forbid = async (name: string, resource: string) => {
      const file = join(folder, name);
      writeFileSync(file, await restrictedKubeconfig(lab, name, resource), { mode: 0o600 });
      environments[name] = as(file);
    };
    await forbid('without-logs', 'pods/log');
    await forbid('without-exec', 'pods/exec');
    const file = join(folder, 'empty-logs');
    writeFileSync(file, await emptyLogs(lab, servers, upgraded), { mode: 0o600 });
    environments['empty-logs'] = as(file);
  }
  return {
    environments,
    async stop() {
      // An upgraded connection is no HTTP connection any more: the server does not know it.
      for (const socket of upgraded) socket.destroy();
      for (const server of servers) {
        const closed = new Promise((resolve) => server.close(resolve));
        server.closeAllConnections();
        await closed;
      }
      rmSync(folder, { recursive: true, force: true });
      if (!isKubernetes(lab)) return;
      for (const name of ['without-logs', 'without-exec']) await removeAccount(lab, name);
    },
  };
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** Whether a door hides it: `/debug`, and the metrics wherever this platform has them. */
export function isHidden(whole: Environment, url: string): boolean {
  const { paths } = (whole.platform ?? {}) as { readonly paths?: Readonly<Record<string, string>> };
  const [path = ''] = url.split('?');
  return /^\/(metrics|debug)\b/.test(path) || path === paths?.metrics;
}

/** Each service behind a door that has no metrics and no profiles. */
async function withoutMetrics(whole: Environment, servers: Server[]): Promise<Environment> {
  const services = whole.services as Readonly<Record<string, { readonly url: string }>>;
  const hidden: Record<string, { readonly url: string }> = {};
  for (const [name, { url }] of Object.entries(services)) {
    const server = createServer((request, response) => {
      if (isHidden(whole, request.url ?? '')) response.writeHead(404).end('404 page not found');
      else void passOn(url, request, response);
    });
    servers.push(server);
    hidden[name] = { url: `http://127.0.0.1:${await listen(server)}` };
  }
  return { ...whole, services: hidden };
}

async function passOn(url: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  try {
    const answer = await fetchAnyPort(`${url}${request.url ?? '/'}`, {
      method: request.method ?? 'GET',
      headers: { 'content-type': request.headers['content-type'] ?? 'application/json' },
      ...(parts.length === 0 ? {} : { body: Buffer.concat(parts) }),
      signal: AbortSignal.timeout(30_000),
    });
    const body = Buffer.from(await answer.arrayBuffer());
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/plain' });
    response.end(body);
  } catch {
    // As the service itself would: the connection ends without an answer.
    request.socket.destroy();
  }
}

/** A service account that may read what the first versions of the bot asked for, but for one subresource. */
export function restrictedKubeconfig(lab: KubernetesLab, name: string, without: string): Promise<string> {
  const read = ['get', 'list', 'watch'];
  const subresources = [
    { resource: 'pods/log', verbs: ['get'] },
    { resource: 'pods/exec', verbs: ['create', 'get'] },
  ].filter(({ resource }) => resource !== without);
  const core = ['pods', 'services', 'configmaps', 'secrets', 'events', 'nodes', 'persistentvolumeclaims'];
  return accountKubeconfig(lab, name, [
    { apiGroups: [''], resources: core, verbs: read },
    { apiGroups: ['apps', 'discovery.k8s.io', 'networking.k8s.io'], resources: ['*'], verbs: read },
    { apiGroups: ['metrics.k8s.io'], resources: ['pods', 'nodes'], verbs: read },
    ...subresources.map(({ resource, verbs }) => ({ apiGroups: [''], resources: [resource], verbs })),
  ]);
}

/** A service account with these rights: what it does stands in the audit log of the API server under its name. */
export async function accountKubeconfig(
  lab: KubernetesLab,
  name: string,
  rules: readonly object[],
): Promise<string> {
  const rbac = 'rbac.authorization.k8s.io';
  const objects = [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: lab.namespace } },
    { apiVersion: `${rbac}/v1`, kind: 'ClusterRole', metadata: { name }, rules },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name },
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name },
      subjects: [{ kind: 'ServiceAccount', name, namespace: lab.namespace }],
    },
  ];
  await lab.kubectl(['apply', '-f', '-'], objects.map((one) => stringify(one)).join('---\n'));
  const token = await lab.kubectl(['create', 'token', name, '-n', lab.namespace, '--duration=6h']);
  const { cluster } = adminOf(lab);
  return kubeconfigText(cluster, { token: token.trim() });
}

/** Takes such an account away again. */
export async function removeAccount(lab: KubernetesLab, name: string): Promise<void> {
  await lab.kubectl(['delete', 'clusterrolebinding,clusterrole', name, '--ignore-not-found']);
  await lab.kubectl(['delete', 'serviceaccount', name, '-n', lab.namespace, '--ignore-not-found']);
}

function adminOf(lab: KubernetesLab) {
  const config = parse(readFileSync(lab.kubeconfig, 'utf8')) as Kubeconfig;
  const [cluster] = config.clusters;
  const [user] = config.users;
  if (cluster === undefined || user === undefined) throw new Error('the kubeconfig names no cluster');
  return { cluster: cluster.cluster, user: user.user };
}

const kubeconfigText = (cluster: unknown, user: unknown): string =>
  stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'lab', cluster }],
    users: [{ name: 'lab', user }],
    contexts: [{ name: 'lab', context: { cluster: 'lab', user: 'lab' } }],
    'current-context': 'lab',
  });

/** The API server behind a door that gives empty logs, as after a rotation. */
async function emptyLogs(lab: KubernetesLab, servers: Server[], upgraded: Set<Duplex>): Promise<string> {
  const { cluster, user } = adminOf(lab);
  const decode = (text: string) => Buffer.from(text, 'base64');
  const upstream = new URL(cluster.server);
  const secrets = {
    ca: decode(cluster['certificate-authority-data']),
    cert: decode(user['client-certificate-data']),
    key: decode(user['client-key-data']),
  };
  const where = { host: upstream.hostname, port: Number(upstream.port) };
  const server = createServer((request, response) => {
    if (/\/log(\?|$)/.test(request.url ?? '')) {
      response.writeHead(200, { 'content-type': 'text/plain' }).end();
      return;
    }
    const call = secureRequest(
      { ...where, ...secrets, path: request.url, method: request.method, headers: request.headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    call.on('error', () => response.destroy());
    request.pipe(call);
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    upgraded.add(socket);
    socket.once('close', () => upgraded.delete(socket));
    const tunnel = connectSecurely({ ...where, ...secrets, ALPNProtocols: ['http/1.1'] }, () => {
      const headers = Object.entries(request.headers).map(([name, value]) => `${name}: ${String(value)}`);
      tunnel.write(`${request.method} ${request.url} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`);
      tunnel.write(head);
      tunnel.pipe(socket);
      socket.pipe(tunnel);
    });
    tunnel.on('error', () => socket.destroy());
    socket.on('error', () => tunnel.destroy());
  });
  servers.push(server);
  return kubeconfigText({ server: `http://127.0.0.1:${await listen(server)}` }, {});
}
