import { type App, type Receiver, SocketModeReceiver } from '@slack/bolt';
import { backOff } from '../../domain/kernel/back-off.ts';
import type { Clock, Logger } from '../../domain/kernel/clock.ts';
import { present } from '../../domain/kernel/present.ts';
import type { Secret } from '../../domain/kernel/secret.ts';
import { boltLogger } from '../bolt-logger.ts';
import type { EventSink } from './gate.ts';

export interface SocketsOptions {
  readonly appToken: Secret;
  readonly apiUrl?: string;
  /** Two, so that Slack's refresh of one loses no command (R-SLACK3). */
  readonly count?: number;
  readonly gate: EventSink;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Called with what Slack says in `hello`: all connections of the app, ours and everybody else's. */
  readonly onHello?: (connections: number) => void;
}

export interface Sockets extends Receiver {
  connected(): number;
  /** All that are open, those included that another one has replaced. */
  opened(): number;
  /** Puts another socket in the place of one, as when Slack refreshes it: its hello brings Slack's count. */
  recount(): void;
}

const reconnecting = { firstMs: 200, mostMs: 15_000 };

/**
 * Socket Mode over several sockets. The SDK's own reconnecting waits 5 s and ends in an unhandled rejection when
 * Slack cannot be reached (R-SLACK3, R-SLACK4), so it is switched off and done here, for ever.
 */
export function createSockets(options: SocketsOptions): Sockets {
  const sockets = Array.from({ length: options.count ?? 2 }, (_, index) => createSocket(options, index));
  return {
    init() {
      // Receivers hand their events to the gate, which hands them to the app.
    },
    async start() {
      const results = await Promise.allSettled(sockets.map((socket) => socket.start()));
      const up = results.some((result) => result.status === 'fulfilled');
      if (up) results.forEach((result, index) => result.status === 'rejected' && sockets[index]?.reconnect());
      const failure = results.find((result) => result.status === 'rejected');
      if (!up && failure !== undefined) {
        await Promise.all(sockets.map((socket) => socket.stop()));
        throw failure.reason instanceof Error ? failure.reason : new Error('Slack did not accept a socket');
      }
    },
    async stop() {
      await Promise.all(sockets.map((socket) => socket.stop()));
    },
    connected: () => sockets.filter((socket) => socket.connected()).length,
    opened: () => sockets.reduce((sum, socket) => sum + socket.opened(), 0),
    recount: () => sockets[0]?.renew(),
  };
}

/** How long a socket that Slack wants to end is still listened to, after another one has taken its place. */
const drainMs = 8_000;

function createSocket(options: SocketsOptions, index: number) {
  const { clock, logger } = options;
  const stopping = new AbortController();
  const open = new Set<SocketModeReceiver>();
  let current: SocketModeReceiver | undefined;
  /** The attempt under way to put another one in the place of `current`: a second beside it would open one too many. */
  let replacing: Promise<void> | undefined;

  /** Slack said hello. What it sends next may already be the end of this socket. */
  const opened = (receiver: SocketModeReceiver): void => {
    open.add(receiver);
    current = receiver;
    replacing = undefined;
  };

  const connect = async (): Promise<void> => {
    const receiver = createReceiver(options, index, { opened, ended, refresh });
    await receiver.client.start();
    if (stopping.signal.aborted) await close(receiver);
  };

  const reconnect = async (): Promise<void> => {
    for (let attempt = 0; !stopping.signal.aborted; attempt += 1) {
      try {
        if (attempt > 0) await clock.sleep(backOff(attempt, reconnecting), stopping.signal);
        await connect();
        logger.info({ socket: index, attempt }, 'a socket to Slack has reconnected');
        return;
      } catch (err) {
        if (!stopping.signal.aborted)
          logger.warn({ err, socket: index, attempt }, 'a socket to Slack did not reconnect');
      }
    }
  };
  const replace = (): Promise<void> => (replacing ??= reconnect());

  const ended = (receiver: SocketModeReceiver): void => {
    // The code that opens a socket handles a failure to open it.
    if (!open.delete(receiver) || receiver !== current) return;
    current = undefined;
    if (!stopping.signal.aborted) void replace();
  };

  /**
   * Slack announces the end of a socket, perhaps twice (a warning, then the request): the next one is opened first, and
   * the old one is listened to until then.
   */
  const refresh = async (receiver: SocketModeReceiver): Promise<void> => {
    if (receiver !== current || stopping.signal.aborted) return;
    await replace();
    await clock.sleep(drainMs, stopping.signal).catch(() => undefined);
    await close(receiver);
  };

  const close = async (receiver: SocketModeReceiver): Promise<void> => {
    if (open.delete(receiver)) await receiver.client.disconnect().catch(() => undefined);
  };

  return {
    start: connect,
    reconnect: () => void replace(),
    connected: () => current !== undefined,
    opened: () => open.size,
    renew() {
      if (current !== undefined) void refresh(current);
    },
    async stop() {
      stopping.abort(new Error('stopping'));
      current = undefined;
      await Promise.all([...open].map(close));
      await replacing;
    },
  };
}

interface SocketEvents {
  readonly opened: (receiver: SocketModeReceiver) => void;
  readonly ended: (receiver: SocketModeReceiver) => void;
  readonly refresh: (receiver: SocketModeReceiver) => Promise<void>;
}

function createReceiver(options: SocketsOptions, index: number, events: SocketEvents): SocketModeReceiver {
  const { logger } = options;
  const receiver = new SocketModeReceiver({
    appToken: options.appToken.reveal(),
    autoReconnectEnabled: false,
    logger: boltLogger(logger, options.appToken),
    // An object of its own: the client writes into it (R-SLACK1), and headers would break its login (R-SLACK2).
    installerOptions: {
      clientOptions: {
        ...present({ slackApiUrl: options.apiUrl }),
        retryConfig: { retries: 0 },
        timeout: 10_000,
      },
    },
    processEventErrorHandler: ({ error }) => {
      logger.error({ err: error, socket: index }, 'a delivery was not acknowledged');
      return Promise.resolve(false);
    },
  });
  receiver.init(options.gate as App);
  receiver.client.on('disconnected', () => events.ended(receiver));
  // The SDK closes a socket on Slack's ten-second warning; frames that were on their way would be lost.
  const handle = receiver.client.listeners('ws_message');
  receiver.client.removeAllListeners('ws_message');
  receiver.client.on('ws_message', (...frame: unknown[]) => {
    const { connections, refreshing } = readFrame(frame[0]);
    if (connections !== undefined) {
      events.opened(receiver);
      options.onHello?.(connections);
    }
    if (refreshing) void events.refresh(receiver);
    else for (const listener of handle) Reflect.apply(listener, receiver.client, frame);
  });
  return receiver;
}

/** What we want to know of a frame before the SDK sees it. */
function readFrame(data: unknown): { readonly connections?: number; readonly refreshing: boolean } {
  if (typeof data !== 'string' || !/"type":\s*"(?:hello|disconnect)"/.test(data))
    return { refreshing: false };
  const frame: unknown = JSON.parse(data);
  if (typeof frame !== 'object' || frame === null || !('type' in frame)) return { refreshing: false };
  if (frame.type === 'hello' && 'num_connections' in frame && typeof frame.num_connections === 'number')
    return { connections: frame.num_connections, refreshing: false };
  const reason = 'reason' in frame ? frame.reason : undefined;
  return {
    refreshing: frame.type === 'disconnect' && (reason === 'warning' || reason === 'refresh_requested'),
  };
}
