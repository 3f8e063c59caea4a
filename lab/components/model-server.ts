/** Serves the model of reasoning-service over HTTP on this machine, as an operator would have it somewhere. */

import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { servicesFolder } from '../runtimes/images.ts';

export interface ModelServer {
  readonly url: string;
  /** Lower-case hex SHA-256 of the file. */
  readonly sha256: string;
  stop(): Promise<void>;
}

/**
 * Undefined: nobody has trained the model here yet. `host`: the address that it is asked at; Pods of the lab's node see
 * this machine at one of its own.
 */
export async function startModelServer(host = '127.0.0.1'): Promise<ModelServer | undefined> {
  const file = join(servicesFolder(), 'reasoning/models/isolation-forest.joblib');
  if (!existsSync(file)) return undefined;
  const server = createServer((request, response) => {
    response.writeHead(200, { 'content-length': statSync(file).size });
    if (request.method === 'HEAD') response.end();
    else createReadStream(file).pipe(response);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, host, resolve);
  });
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}/isolation-forest.joblib`,
    sha256: createHash('sha256').update(readFileSync(file)).digest('hex'),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
