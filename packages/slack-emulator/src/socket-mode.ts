import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { WebSocketServer } from 'ws';
import { isObject } from './check.ts';
import type { Ids } from './ids.ts';
import type { DeliveryLog } from './log.ts';
import type { EmulatorClock, JsonObject } from './types.ts';

/** Connections an app may hold. */
const maxConnections = 10;

/** How long Slack keeps a socket after it asked the client to come back on a new one. */
const refreshGraceMs = 10_000;

export interface SocketInfo {
  readonly id: string;
  readonly openedAt: number;
  /** True once a disconnect frame was sent: no new envelopes go there while another socket is open. */
  readonly draining: boolean;
}

export interface SocketMode {
  /** A new URL whose ticket works once. */
  openUrl(wsBase: string): string;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  sockets(): readonly SocketInfo[];
  /** Sends a frame on the next socket in turn; null when none is open. */
  send(frame: JsonObject): string | null;
  onAck(listener: (envelopeId: string, payload: unknown) => void): void;
  /** Sends a disconnect frame; after 10 s the emulator closes what the client left open. */
  disconnect(id: string, reason: DisconnectReason): void;
  /** Cuts the connection with a TCP reset, without a closing handshake. */
  reset(id: string): void;
  /** Swallows everything the app sends on a socket, and sends it nothing, while TCP stays up. */
  silence(id: string): void;
  /** Turns new connections away, as Slack does in an outage. */
  refuseConnections(refuse: boolean): void;
  stop(): Promise<void>;
}

export type DisconnectReason = 'warning' | 'refresh_requested' | 'link_disabled' | 'too_many_websockets';

/** A closing handshake, or after 200 ms the end without one. */
async function closeGently(ws: WebSocket): Promise<void> {
  if (ws.readyState === ws.CLOSED) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(() => ws.terminate(), 200);
    ws.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    ws.close(1001);
  });
}

interface Connection {
  readonly id: string;
  readonly openedAt: number;
  readonly ws: WebSocket;
  readonly raw: Duplex;
  draining: boolean;
  silent: boolean;
}

export interface SocketModeSetup {
  readonly clock: EmulatorClock;
  readonly ids: Ids;
  readonly log: DeliveryLog;
  readonly appId: string;
}

export function createSocketMode({ clock, ids, log, appId }: SocketModeSetup): SocketMode {
  const server = new WebSocketServer({ noServer: true });
  const tickets = new Set<string>();
  const connections = new Map<string, Connection>();
  const ackListeners = new Set<(envelopeId: string, payload: unknown) => void>();
  let turn = 0;
  let refusing = false;

  const note = (
    connection: string,
    what: 'open' | 'hello' | 'disconnect' | 'reset' | 'closed' | 'refused',
    detail = '',
  ) => log.add({ kind: 'socket', connection, what, detail });

  const sendOn = (connection: Connection, frame: JsonObject): void => {
    if (!connection.silent && connection.ws.readyState === connection.ws.OPEN)
      connection.ws.send(JSON.stringify(frame));
  };

  const receive = (connection: Connection, data: string): void => {
    if (connection.silent) return;
    let frame: unknown;
    try {
      frame = JSON.parse(data);
    } catch {
      return;
    }
    if (!isObject(frame) || typeof frame.envelope_id !== 'string') return;
    for (const listener of ackListeners) listener(frame.envelope_id, frame.payload ?? null);
  };

  const disconnect = (id: string, reason: DisconnectReason): void => {
    const connection = connections.get(id);
    if (!connection) return;
    note(id, 'disconnect', reason);
    sendOn(connection, { type: 'disconnect', reason, debug_info: { host: 'applink-emulator' } });
    // A warning comes about ten seconds ahead; the socket still works until then.
    connection.draining = reason !== 'warning';
    clock.setTimer(refreshGraceMs, () => connection.ws.close(1000));
  };

  const adopt = (ws: WebSocket, raw: Duplex): void => {
    const connection: Connection = {
      id: ids.next('W'),
      openedAt: clock.now(),
      ws,
      raw,
      draining: false,
      silent: false,
    };
    connections.set(connection.id, connection);
    note(connection.id, 'open');
    ws.on('message', (data: Buffer) => receive(connection, data.toString('utf8')));
    ws.on('error', () => undefined);
    ws.on('close', (code) => {
      connections.delete(connection.id);
      note(connection.id, 'closed', String(code));
    });
    if (connections.size > maxConnections) return disconnect(connection.id, 'too_many_websockets');
    sendOn(connection, {
      type: 'hello',
      num_connections: connections.size,
      debug_info: { host: 'applink-emulator', build_number: 1, approximate_connection_time: 3600 },
      connection_info: { app_id: appId },
    });
    note(connection.id, 'hello', String(connections.size));
  };

  const next = (): Connection | null => {
    const open = [...connections.values()].filter(({ ws }) => ws.readyState === ws.OPEN);
    const fresh = open.filter(({ draining }) => !draining);
    const candidates = fresh.length > 0 ? fresh : open;
    if (candidates.length === 0) return null;
    turn += 1;
    return candidates[turn % candidates.length] ?? null;
  };

  return {
    openUrl: (wsBase) => {
      const ticket = ids.next('ticket');
      tickets.add(ticket);
      return `${wsBase}link?ticket=${ticket}&app_id=${appId}`;
    },
    upgrade: (request, socket, head) => {
      const ticket = new URL(request.url ?? '/', 'ws://localhost').searchParams.get('ticket') ?? '';
      if (refusing || !tickets.delete(ticket)) {
        note('-', 'refused', refusing ? 'refusing connections' : 'ticket unknown or used');
        socket.end(
          `HTTP/1.1 ${refusing ? '503 Service Unavailable' : '401 Unauthorized'}\r\nConnection: close\r\n\r\n`,
        );
        return;
      }
      server.handleUpgrade(request, socket, head, (ws) => adopt(ws, socket));
    },
    sockets: () =>
      [...connections.values()].map(({ id, openedAt, draining }) => ({ id, openedAt, draining })),
    send: (frame) => {
      const connection = next();
      if (!connection) return null;
      sendOn(connection, frame);
      return connection.id;
    },
    onAck: (listener) => void ackListeners.add(listener),
    disconnect,
    reset: (id) => {
      const connection = connections.get(id);
      if (!connection) return;
      note(id, 'reset');
      if (connection.raw instanceof Socket) connection.raw.resetAndDestroy();
      else connection.raw.destroy();
    },
    silence: (id) => {
      const connection = connections.get(id);
      if (!connection) return;
      connection.silent = true;
      // Unanswered pings are what the client can notice; ws would answer them by itself.
      if (connection.raw instanceof Socket) connection.raw.pause();
    },
    refuseConnections: (refuse) => {
      refusing = refuse;
    },
    stop: async () => {
      const open = [...connections.values()].map(({ ws }) => ws);
      await Promise.all(open.map(closeGently));
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
