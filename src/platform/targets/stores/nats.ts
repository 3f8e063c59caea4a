import { setTimeout as delay } from 'node:timers/promises';
import type { Msg, NatsConnection, NatsError, TlsOptions as NatsTlsOptions } from 'nats';
import type { CallOptions } from '../../../domain/kernel/call.ts';
import { listedStage } from '../../../domain/kernel/driver-errors.ts';
import { AppError, TargetError } from '../../../domain/kernel/errors.ts';
import type { Facts } from '../../../domain/kernel/facts.ts';
import { present } from '../../../domain/kernel/present.ts';
import { protocolPorts } from '../../../domain/platform/table.ts';
import { type MessageShape, type NatsTarget, ownClient } from '../../../domain/probe/targets/nats.ts';
import {
  type Address,
  bounded,
  CircuitBreaker,
  DeadlinePassed,
  defaultTimeouts,
  socketStage,
  type Timeouts,
  targetError,
} from '../failure.ts';
import { httpCall } from '../http/http-call.ts';
import { tcpCheck } from '../network/tcp-check.ts';
import type { TlsOptions } from '../network/tls.ts';
import type { SharedConnections } from './shared-connection.ts';

export interface NatsSettings {
  readonly host: string;
  readonly port: number;
  readonly user?: string;
  readonly password?: string;
  readonly token?: string;
  readonly tls?: TlsOptions;
  readonly monitorUrl?: string;
}

/** `nats://user:password@host:port` (a user without password is a token) as settings. */
export function natsUrl(text: string): NatsSettings {
  const url = new URL(text);
  const user = decodeURIComponent(url.username);
  const password = decodeURIComponent(url.password);
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || protocolPorts.nats),
    ...(user === '' ? {} : password === '' ? { token: user } : { user, password }),
    ...(url.protocol === 'tls:' ? { tls: {} } : {}),
  };
}

/** NATS under diagnosis: one client connection a run, and the monitoring port over HTTP. */
export function createNatsTarget(
  settings: NatsSettings,
  book: SharedConnections,
  timeouts: Timeouts = defaultTimeouts,
): NatsTarget {
  const address: Address = { what: 'NATS', host: settings.host, port: settings.port };
  const secrets = [settings.password, settings.token]
    .filter((secret) => secret !== undefined)
    .filter((secret) => secret !== '');
  const breaker = new CircuitBreaker();
  const monitorBreaker = new CircuitBreaker();

  const shared = book.share<NatsConnection>({
    async open() {
      const { connect } = await import('nats');
      const connection = await connect({
        servers: `${settings.host.includes(':') ? `[${settings.host}]` : settings.host}:${settings.port}`,
        name: ownClient,
        timeout: timeouts.connectMs,
        reconnect: false,
        ignoreClusterUpdates: true,
        ...present({
          user: settings.user,
          pass: settings.password,
          token: settings.token,
          tls: settings.tls === undefined ? undefined : natsTls(settings.tls, settings.host),
        }),
      });
      // Its status stream is not read; a loss shows in the next call.
      return connection;
    },
    close: (connection) => connection.close(),
  });

  async function translate(error: unknown): Promise<Error> {
    if (error instanceof AppError) return error;
    const code = (error as { code?: unknown } | undefined)?.code;
    if (error instanceof DeadlinePassed || code === 'TIMEOUT' || code === 'CONNECTION_TIMEOUT') {
      const seen = await tcpCheck(address.host, address.port, { timeoutMs: 500 });
      return targetError(seen === 'open' ? 'no-answer' : seen, address);
    }
    const inner = (error as { chainedError?: unknown } | undefined)?.chainedError;
    if (code === 'CONNECTION_REFUSED' && socketStage(inner) === undefined) {
      // The driver's word for a peer that hung up as well: what the port does tells.
      const seen = await tcpCheck(address.host, address.port, { timeoutMs: 500 });
      return targetError(seen === 'open' ? 'closed' : seen, address);
    }
    const said = error instanceof Error ? error.message.replace(/^'|'$/g, '').toLowerCase() : '';
    const stage =
      socketStage(inner) ??
      socketStage(error) ??
      listedStage('nats', typeof code === 'string' ? code : '') ??
      listedStage('nats', said);
    return targetError(stage ?? 'unknown-error', address, { cause: error, secrets, facts: refusedIn(error) });
  }

  async function withConnection<T>(
    options: CallOptions,
    work: (connection: NatsConnection, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    return breaker.run(async () => {
      try {
        return await bounded({ ...options, timeoutMs: options.timeoutMs ?? timeouts.callMs }, (signal) =>
          shared.use((connection) => work(connection, signal)),
        );
      } catch (error) {
        const translated = await translate(error);
        // What the server does not allow leaves the connection as it is, and others may be listening on it.
        if (translated instanceof TargetError && translated.stage !== 'forbidden') void shared.drop();
        throw translated;
      }
    });
  }

  /** Hands on every message of a subject, for at most `ms` or until `most` have come. */
  const hear = (
    subject: string,
    ms: number,
    options: CallOptions & { readonly most?: number },
    each: (message: Msg) => void,
  ): Promise<void> =>
    withConnection(
      { ...options, timeoutMs: ms + (options.timeoutMs ?? timeouts.callMs) },
      async (connection, signal) => {
        let left = options.most ?? Number.POSITIVE_INFINITY;
        const over = new AbortController();
        let refused: Error | undefined;
        const subscription = connection.subscribe(subject, {
          callback: (error, message) => {
            // A subscription that is not allowed is told here, and would be silence otherwise.
            refused ??= error ?? undefined;
            if (refused === undefined) {
              each(message);
              left -= 1;
            }
            if (refused !== undefined || left <= 0) over.abort();
          },
        });
        await delay(ms, undefined, { signal: AbortSignal.any([signal, over.signal]) }).catch(() => undefined);
        if (refused !== undefined) throw refused;
        subscription.unsubscribe();
      },
    );

  return {
    hasMonitor: settings.monitorUrl !== undefined,
    connect: (options = {}) =>
      withConnection(options, async (connection) => {
        const latencyMs = await connection.rtt();
        const { info } = connection;
        return {
          latencyMs,
          serverId: info?.server_id ?? '',
          serverName: info?.server_name ?? '',
          version: info?.version ?? '',
          jetstream: info?.jetstream === true,
        };
      }),
    async monitor<T>(path: string, options: CallOptions = {}): Promise<T> {
      if (settings.monitorUrl === undefined)
        throw new AppError('NOT_FOUND', 'no monitoring address is configured');
      const url = new URL(path, settings.monitorUrl);
      const callMs = options.timeoutMs ?? timeouts.callMs;
      const answer = await monitorBreaker.run(() =>
        httpCall({
          what: 'NATS monitor',
          url,
          headers: { connection: 'close' },
          maxBytes: 16 * 1024 * 1024,
          connectMs: Math.min(timeouts.connectMs, callMs),
          callMs,
          ...present({ signal: options.signal }),
        }),
      );
      const at: Address = { what: 'NATS monitor', host: url.hostname, port: Number(url.port || 80) };
      if (answer.status !== 200) throw targetError('protocol', at, { facts: { status: answer.status } });
      try {
        return JSON.parse(answer.text()) as T;
      } catch {
        throw targetError('protocol', at, { facts: { status: answer.status, reason: 'not JSON' } });
      }
    },
    async listen(subject, ms, options = {}) {
      const seen: Record<string, number> = {};
      await hear(subject, ms, options, (message) => {
        seen[message.subject] = (seen[message.subject] ?? 0) + 1;
      });
      return seen;
    },
    async shapes(subject, ms, options = {}) {
      const seen: Record<string, MessageShape> = {};
      await hear(subject, ms, options, (message) => {
        const count = (seen[message.subject]?.count ?? 0) + 1;
        seen[message.subject] = { count, ...present({ fields: fieldsOf(message.data) }) };
      });
      return seen;
    },
    jetstream: <T>(api: string, body: unknown, options: CallOptions = {}) =>
      withConnection(options, async (connection) => {
        const payload = body === undefined ? '' : JSON.stringify(body);
        try {
          const reply = await connection.request(`$JS.API.${api}`, payload, {
            timeout: options.timeoutMs ?? timeouts.callMs,
          });
          return reply.json<T>();
        } catch (error) {
          if ((error as { code?: unknown }).code === '503')
            throw new AppError('NOT_FOUND', 'JetStream is not enabled', {
              facts: { reason: 'jetstream-off' },
            });
          throw error;
        }
      }),
  };
}

/** What the server did not allow, in the words of its own configuration: `subscribe` or `publish`, and the subject. */
function refusedIn(error: unknown): Facts {
  const context = (error as Pick<NatsError, 'permissionContext'> | undefined)?.permissionContext;
  if (context === undefined) return {};
  const verb = context.operation === 'subscription' ? 'subscribe' : context.operation;
  return { verb, resource: context.subject };
}

/**
 * The driver gives all of it to Node's `tls.connect`, also what its own type leaves out. Node compares the certificate
 * with `host` where there is no server name, as with an address.
 */
function natsTls(tls: TlsOptions, host: string): NatsTlsOptions {
  return { ...tls, host } as NatsTlsOptions;
}

/** Messages of more bytes are not read: a heartbeat is small. */
const mostBytes = 64 * 1024;

/** Names of the fields of a JSON object, undefined for anything else. */
function fieldsOf(data: Uint8Array): readonly string[] | undefined {
  if (data.length > mostBytes) return undefined;
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(data));
    return value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.keys(value)
      : undefined;
  } catch {
    return undefined;
  }
}
