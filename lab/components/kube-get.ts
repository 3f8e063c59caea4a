/** Reads of a Kubernetes API server without a process for each: `kubectl` costs a tenth of a second of a core. */

import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { parse } from 'yaml';

interface KubeConfig {
  readonly clusters: readonly { readonly cluster: Readonly<Record<string, string>> }[];
  readonly users: readonly { readonly user: Readonly<Record<string, string>> }[];
}

/** Answers a GET of a path such as `/api/v1/namespaces/x/pods`; undefined: there is no such object. */
export type KubeGet = (path: string) => Promise<unknown>;

/** For a kubeconfig with one cluster and a client certificate, as our own clusters have it. Throws for another one. */
export function kubeGet(kubeconfig: string): KubeGet {
  const config = parse(readFileSync(kubeconfig, 'utf8')) as KubeConfig;
  const cluster = config.clusters[0]?.cluster;
  const user = config.users[0]?.user;
  const server = cluster?.server;
  const certificate = user?.['client-certificate-data'];
  if (server === undefined || certificate === undefined)
    throw new Error(`${kubeconfig} has no server with a client certificate`);
  const decode = (text: string | undefined) => Buffer.from(text ?? '', 'base64');
  const agent = new Agent({
    keepAlive: true,
    maxSockets: 4,
    ca: decode(cluster?.['certificate-authority-data']),
    cert: decode(certificate),
    key: decode(user?.['client-key-data']),
  });
  const get: KubeGet = (path) =>
    new Promise((resolve, reject) => {
      const call = request(new URL(path, server), { agent, timeout: 20_000 }, (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part));
        answer.once('error', reject);
        answer.once('end', () => {
          const text = Buffer.concat(parts).toString();
          const status = answer.statusCode ?? 500;
          if (status === 404) resolve(undefined);
          else if (status >= 300) reject(new Error(`GET ${path}: ${status} ${text.slice(0, 300)}`));
          else resolve(JSON.parse(text));
        });
      });
      call.once('timeout', () => call.destroy(new Error(`GET ${path}: no answer within 20 s`)));
      call.once('error', (error: NodeJS.ErrnoException) => {
        // The server ended a connection while it was idle, as one that restarts does.
        if (call.reusedSocket && error.code === 'ECONNRESET') resolve(get(path));
        else reject(error);
      });
      call.end();
    });
  return get;
}

const groups: Readonly<Record<string, readonly string[]>> = {
  '/api/v1': ['pod', 'service', 'configmap', 'secret', 'node', 'namespace', 'persistentvolumeclaim'],
  '/apis/apps/v1': ['deployment', 'statefulset', 'daemonset', 'replicaset'],
};

/** Path of an object by its reference, such as `deployment/agent-manager`; undefined for a kind that is not known here. */
export function pathOf(reference: string, namespace: string): string | undefined {
  const [kind = '', name = ''] = reference.split('/');
  const group = Object.keys(groups).find((path) => groups[path]?.includes(kind) === true);
  if (group === undefined || name === '') return undefined;
  const where = kind === 'node' || kind === 'namespace' ? '' : `/namespaces/${namespace}`;
  return `${group}${where}/${kind}s/${name}`;
}
