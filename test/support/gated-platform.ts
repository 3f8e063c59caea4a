/** Three services at the wire: `sick` says that it is ill, `well` that it is well, `gated` answers only while its gate is open. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Not started yet; its gate is open. */
export function gatedPlatform() {
  const waiting = new Set<() => void>();
  let closed = false;
  let delayMs = 0;
  const servers = new Map<string, Server>();
  const serve = async (name: string, status: number, gated: boolean) => {
    const server = createServer((_request, response) => {
      const answer = () => {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ status: status === 200 ? 'healthy' : 'unhealthy' }));
      };
      if (gated && closed) waiting.add(answer);
      else if (gated && delayMs > 0) setTimeout(answer, delayMs);
      else answer();
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    servers.set(name, server);
  };
  return {
    async start() {
      await Promise.all([serve('gated', 200, true), serve('sick', 503, false), serve('well', 200, false)]);
    },
    url(name: string) {
      const address = servers.get(name)?.address() as AddressInfo | undefined;
      return `http://127.0.0.1:${address?.port ?? 0}`;
    },
    /** From now on an open gate lets through only after so long. */
    delay(ms: number) {
      delayMs = ms;
    },
    close() {
      closed = true;
    },
    open() {
      closed = false;
      for (const answer of waiting) answer();
      waiting.clear();
    },
    async stop() {
      for (const server of servers.values()) {
        server.closeAllConnections();
        await new Promise((done) => server.close(done));
      }
    },
  };
}
