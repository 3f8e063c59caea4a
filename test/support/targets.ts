import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer, type Socket, type Server as TcpServer, connect as tcpConnect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LazySecret } from '../../src/domain/kernel/secret.ts';
import type { ProbeCall, ProbeOutcome } from '../../src/domain/probe/probe.ts';
import { ConfigFile } from '../../src/domain/settings/config.ts';
import type { EnvironmentConfig } from '../../src/domain/settings/environment.ts';
import { systemClock } from '../../src/platform/process/clock.ts';
import { createTargetsFactory } from '../../src/platform/targets/factory.ts';
import { probes } from '../../src/probes/index.ts';
import { createProbeRunner } from '../../src/services/run/probe-runner.service.ts';
import { silentLogger } from './logger.ts';

/** A folder that is gone when the test file ends; call the returned function in `afterAll`. */
export function scratch(name: string): { readonly dir: string; remove(): void } {
  const dir = mkdtempSync(join(tmpdir(), `aetherius-${name}-`));
  // PostgreSQL does not run as root: whoever it runs as must get to its folder.
  chmodSync(dir, 0o755);
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
}

export function literal(value: string): LazySecret {
  return new LazySecret({ kind: 'literal', value });
}

/** An environment with the defaults of the schema; connection secrets are given in clear, as only tests may. */
export function environment(parts: Partial<EnvironmentConfig> = {}): EnvironmentConfig {
  const file = ConfigFile.parse({ environments: { test: { runtime: { kind: 'none' } } } });
  const base = file.environments.test;
  if (base === undefined) throw new Error('the schema dropped the environment');
  return { ...base, ...parts };
}

export interface Proxy {
  readonly port: number;
  /** Milliseconds that every chunk waits, each way. */
  delayMs: number;
  close(): Promise<void>;
}

/** A TCP proxy on 127.0.0.1 that passes everything on, late. */
export async function slowProxy(target: { readonly host: string; readonly port: number }): Promise<Proxy> {
  const sockets = new Set<Socket>();
  const state = { delayMs: 0 };
  const pass = (from: Socket, to: Socket) => {
    from.on('data', (chunk) => setTimeout(() => to.writable && to.write(chunk), state.delayMs));
    from.on('close', () => setTimeout(() => to.destroy(), state.delayMs));
    from.on('error', () => to.destroy());
  };
  const server = createServer((client) => {
    const upstream = tcpConnect(target.port, target.host);
    for (const socket of [client, upstream]) sockets.add(socket);
    pass(client, upstream);
    pass(upstream, client);
  });
  const port = await listen(server);
  return {
    port,
    get delayMs() {
      return state.delayMs;
    },
    set delayMs(value: number) {
      state.delayMs = value;
    },
    close: () => closeAll(server, sockets),
  };
}

export interface HttpFake {
  readonly port: number;
  readonly url: string;
  close(): Promise<void>;
}

export async function httpFake(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  at = 0,
): Promise<HttpFake> {
  const sockets = new Set<Socket>();
  const server = createHttpServer(answer);
  server.on('connection', (socket) => sockets.add(socket));
  const port = await listen(server, at);
  return { port, url: `http://127.0.0.1:${port}`, close: () => closeAll(server, sockets) };
}

/** A port that accepts and never says a word, as a stopped process does. */
export async function silentPort(): Promise<HttpFake> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  const port = await listen(server);
  return { port, url: `http://127.0.0.1:${port}`, close: () => closeAll(server, sockets) };
}

/** A port of 127.0.0.1 on which nobody listens. */
export async function closedPort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await closeAll(server, new Set());
  return port;
}

function listen(server: TcpServer, at = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(at, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('no port'));
      else resolve(address.port);
    });
  });
}

function closeAll(server: TcpServer, sockets: ReadonlySet<Socket>): Promise<void> {
  for (const socket of sockets) socket.destroy();
  return new Promise((resolve) => server.close(() => resolve()));
}

/** Runs one probe the way a run does, on its own targets. */
export async function runProbe(
  probe: string,
  config: Partial<EnvironmentConfig>,
  given: ProbeCall['with'] = {},
  timeouts: { readonly connectMs: number; readonly callMs: number } = testTimeouts,
): Promise<ProbeOutcome> {
  const factory = createTargetsFactory({ test: environment(config) }, timeouts);
  const runner = createProbeRunner({ probes, clock: systemClock, logger: silentLogger });
  try {
    const targets = await factory.forRun('test');
    const [outcome] = await runner.run([{ probe, with: given }], {
      targets,
      signal: new AbortController().signal,
    });
    if (outcome === undefined) throw new Error('the runner gave no outcome');
    return outcome;
  } finally {
    await factory.close();
  }
}

/** Short, so that a silent server costs a test little; long enough for a busy machine. */
export const testTimeouts = { connectMs: 1_000, callMs: 1_500 } as const;

export function codes(outcome: ProbeOutcome): readonly string[] {
  return outcome.findings.map((finding) => finding.code);
}
