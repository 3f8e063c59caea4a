import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';
import type { KubeSeed } from './kube.ts';

/** Gives the logs of Pods to a real API server as a kubelet does; it runs no Pod. */
export interface SimulatedKubelet {
  /** Name of its node, for `spec.nodeName`. */
  readonly node: string;
  /** Requests for logs so far. */
  requests(): number;
  stop(): Promise<void>;
}

const NEWLINE = 10;

/**
 * Starts one for the API server whose certificates are in `pki` and registers its node. `textOf`: the whole log of a
 * container; undefined: it has none. `sinceSeconds` keeps all, since nothing in it is older.
 */
export async function startKubelet(
  seed: KubeSeed,
  pki: string,
  textOf: (pod: string, container: string) => Buffer | undefined,
): Promise<SimulatedKubelet> {
  let requests = 0;
  const server = createServer(
    { cert: readFileSync(join(pki, 'apiserver.crt')), key: readFileSync(join(pki, 'apiserver.key')) },
    (request, response) => {
      const url = new URL(request.url ?? '/', 'https://kubelet');
      const [, what, , pod = '', container = ''] = url.pathname.split('/');
      const text = what === 'containerLogs' ? textOf(pod, container) : undefined;
      requests += 1;
      if (text === undefined || url.searchParams.get('previous') === 'true') {
        response.writeHead(400).end('no such log');
        return;
      }
      const lines = Number(url.searchParams.get('tailLines') ?? Number.POSITIVE_INFINITY);
      const bytes = Number(url.searchParams.get('limitBytes') ?? Number.POSITIVE_INFINITY);
      response.writeHead(200, { 'content-type': 'text/plain' });
      response.end(lastLines(text, lines).subarray(0, Math.min(bytes, text.length)));
    },
  );
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the kubelet has no port');
  const node = 'node-with-logs';
  await seed.post('/api/v1/nodes', { metadata: { name: node } });
  await seed.merge(`/api/v1/nodes/${node}/status`, {
    status: {
      addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
      daemonEndpoints: { kubeletEndpoint: { Port: address.port } },
      conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady' }],
    },
  });
  return {
    node,
    requests: () => requests,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function lastLines(text: Buffer, lines: number): Buffer {
  if (lines === Number.POSITIVE_INFINITY) return text;
  let at = text.length - 1;
  for (let left = lines; left > 0 && at > 0; left -= 1) at = text.lastIndexOf(NEWLINE, at - 1);
  return at <= 0 ? text : text.subarray(at + 1);
}
