import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { parse } from 'yaml';

/** A tiny client for seeding a test API server with an admin kubeconfig; never used by the product. */
export interface KubeSeed {
  get(path: string): Promise<unknown>;
  post(path: string, body: unknown): Promise<unknown>;
  put(path: string, body: unknown): Promise<unknown>;
  merge(path: string, body: unknown): Promise<unknown>;
  /** On the server's side, as this manager and not by force. */
  apply(path: string, manager: string, body: unknown): Promise<unknown>;
  remove(path: string): Promise<unknown>;
  close(): void;
}

export function kubeSeed(kubeconfig: string): KubeSeed {
  const config = parse(readFileSync(kubeconfig, 'utf8')) as {
    clusters: { cluster: { server: string; 'certificate-authority-data': string } }[];
    users: { user: { 'client-certificate-data': string; 'client-key-data': string } }[];
  };
  const decode = (text: string | undefined) => Buffer.from(text ?? '', 'base64');
  const { server, 'certificate-authority-data': ca } = config.clusters[0]?.cluster ?? {
    server: '',
    'certificate-authority-data': '',
  };
  const user = config.users[0]?.user;
  const agent = new Agent({
    keepAlive: true,
    maxSockets: 16,
    ca: decode(ca),
    cert: decode(user?.['client-certificate-data']),
    key: decode(user?.['client-key-data']),
  });
  const send = (method: string, path: string, body?: unknown, type = 'application/json') =>
    new Promise<unknown>((resolve, reject) => {
      const call = request(
        new URL(path, server),
        { method, agent, headers: { 'content-type': type } },
        (answer) => {
          const parts: Buffer[] = [];
          answer.on('data', (part: Buffer) => parts.push(part));
          answer.once('end', () => {
            const text = Buffer.concat(parts).toString();
            if ((answer.statusCode ?? 500) < 300) resolve(JSON.parse(text));
            else reject(new Error(`${method} ${path}: ${answer.statusCode} ${text.slice(0, 300)}`));
          });
        },
      );
      call.once('error', reject);
      call.end(body === undefined ? undefined : JSON.stringify(body));
    });
  return {
    get: (path) => send('GET', path),
    post: (path, body) => send('POST', path, body),
    put: (path, body) => send('PUT', path, body),
    merge: (path, body) => send('PATCH', path, body, 'application/merge-patch+json'),
    // JSON is YAML, and there is no other type for it.
    apply: (path, manager, body) =>
      send('PATCH', `${path}?fieldManager=${manager}`, body, 'application/apply-patch+yaml'),
    remove: (path) => send('DELETE', path),
    close: () => agent.destroy(),
  };
}

/** Runs `work` over all items, `width` at a time. */
export async function inParallel<T>(items: readonly T[], width: number, work: (item: T) => Promise<unknown>) {
  const queue = [...items];
  await Promise.all(
    Array.from({ length: width }, async () => {
      for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
    }),
  );
}

export interface PodOptions {
  readonly labels?: Readonly<Record<string, string>>;
  readonly owner?: { readonly kind: string; readonly name: string; readonly uid?: string };
  readonly container?: Readonly<Record<string, unknown>>;
  readonly volumes?: readonly unknown[];
}

export function pod(name: string, options: PodOptions = {}) {
  const { owner } = options;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      labels: options.labels ?? {},
      ...(owner === undefined
        ? {}
        : {
            ownerReferences: [
              {
                apiVersion: 'apps/v1',
                kind: owner.kind,
                name: owner.name,
                uid: owner.uid ?? '00000000-0000-4000-8000-000000000001',
                controller: true,
              },
            ],
          }),
    },
    spec: {
      automountServiceAccountToken: false,
      containers: [{ name: 'main', image: 'lab.local/agent-manager:1', ...options.container }],
      ...(options.volumes === undefined ? {} : { volumes: options.volumes }),
    },
  };
}

export function runningStatus(startedAt: string, ready = true) {
  return {
    status: {
      phase: 'Running',
      startTime: startedAt,
      conditions: [
        { type: 'PodScheduled', status: 'True', lastTransitionTime: startedAt },
        { type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: startedAt },
      ],
      containerStatuses: [
        {
          name: 'main',
          ready,
          restartCount: 0,
          image: 'lab.local/agent-manager:1',
          imageID: '',
          started: true,
          state: { running: { startedAt } },
          lastState: {},
        },
      ],
    },
  };
}
