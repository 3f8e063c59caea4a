import { type App, type Receiver, SocketModeReceiver } from '@slack/bolt';
import type { Clock, Logger } from '../domain/clock.ts';
import type { Secret } from '../domain/secret.ts';
import { boltLogger } from './bolt-logger.ts';
import type { EventSink } from './gate.ts';

export interface SocketsOptions {
  readonly appToken: Secret;
  readonly apiUrl?: string;
  /** Two, so that Slack's refresh of one loses no command (slack.md, trap 3). */
  readonly count?: number;
  readonly gate: EventSink;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Called with what Slack says in `hello`: all connections of the app, ours and everybody else's. */
  readonly onHello?: (connections: number) => void;
}

export interface Sockets extends Receiver {
  connected(): number;
}

const firstDelayMs = 100;
const longestDelayMs = 15_000;

/**
 * Socket Mode over several sockets. The SDK's own reconnecting waits 5 s and ends in an unhandled rejection when
 * Slack cannot be reached (slack.md, traps 3 and 4), so it is switched off and done here, for ever.
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
  };
}

function createSocket(options: SocketsOptions, index: number) {
  const { clock, logger } = options;
  const stopping = new AbortController();
  let connected = false;
  let reconnecting: Promise<void> | undefined;

  const receiver = new SocketModeReceiver({
    appToken: options.appToken.reveal(),
    autoReconnectEnabled: false,
    logger: boltLogger(logger, options.appToken),
    // An object of its own: the client writes into it (trap 1), and headers would break its login (trap 2).
    installerOptions: {
      clientOptions: {
        ...(options.apiUrl === undefined ? {} : { slackApiUrl: options.apiUrl }),
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

  const connect = async (): Promise<void> => {
    await receiver.client.start();
    connected = true;
  };

  const reconnect = async (): Promise<void> => {
    for (let attempt = 0; !stopping.signal.aborted; attempt += 1) {
      const delay = attempt === 0 ? 0 : Math.min(longestDelayMs, firstDelayMs * 2 ** attempt);
      try {
        if (delay > 0) await clock.sleep(delay, stopping.signal);
        await connect();
        logger.info({ socket: index, attempt }, 'a socket to Slack is back');
        return;
      } catch (err) {
        if (!stopping.signal.aborted) logger.warn({ err, socket: index, attempt }, 'a socket to Slack did not come back');
      }
    }
  };

  receiver.client.on('disconnected', () => {
    const was = connected;
    connected = false;
    // While `start()` is pending it is rejected by this same event, and whoever called it tries again.
    if (was && !stopping.signal.aborted) startReconnecting();
  });
  receiver.client.on('ws_message', (data: unknown) => {
    const connections = connectionsIn(data);
    if (connections !== undefined) options.onHello?.(connections);
  });

  const startReconnecting = (): void => {
    reconnecting = (reconnecting ?? Promise.resolve()).then(reconnect);
  };

  return {
    start: connect,
    reconnect: startReconnecting,
    connected: () => connected,
    async stop() {
      stopping.abort(new Error('stopping'));
      if (connected) await receiver.client.disconnect().catch(() => undefined);
      connected = false;
      await reconnecting;
    },
  };
}

function connectionsIn(data: unknown): number | undefined {
  if (typeof data !== 'string' || !data.includes('"hello"')) return undefined;
  const hello: unknown = JSON.parse(data);
  if (typeof hello !== 'object' || hello === null || !('num_connections' in hello)) return undefined;
  return typeof hello.num_connections === 'number' ? hello.num_connections : undefined;
}
