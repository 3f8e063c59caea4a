import type { Driver } from 'neo4j-driver';
import type { CallOptions } from '../../../domain/kernel/call.ts';
import { listedStage } from '../../../domain/kernel/driver-errors.ts';
import { AppError, type Stage, TargetError } from '../../../domain/kernel/errors.ts';
import { protocolPorts } from '../../../domain/platform/table.ts';
import type { Neo4jLogin, Neo4jTarget } from '../../../domain/probe/targets/neo4j.ts';
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
import { tcpCheck } from '../network/tcp-check.ts';
import { createNeo4jLogins } from './neo4j-logins.ts';
import type { SharedConnections } from './shared-connection.ts';

export interface Neo4jSettings {
  readonly url: string;
  readonly user: string;
  readonly password?: string;
  readonly database?: string;
  /** For `bolt://` and `neo4j://`; the `+s` and `+ssc` forms of the URL say it themselves. */
  readonly encryption?: 'system-ca' | 'trust-all';
}

/** The server's own codes, and what the driver says besides that it could not connect. */
const serverStage = (code: string) =>
  listedStage('neo4j', code) ?? (code.startsWith('Neo.') ? 'unknown-error' : undefined);

/** What a server says on a connection that goes on. */
const connected: ReadonlySet<Stage> = new Set<Stage>(['protocol', 'rejected', 'forbidden', 'unknown-error']);

/** Neo4j under diagnosis over Bolt; a driver a run, closed when idle. */
export function createNeo4jTarget(
  settings: Neo4jSettings,
  book: SharedConnections,
  timeouts: Timeouts = defaultTimeouts,
): Neo4jTarget {
  const url = new URL(settings.url.replace(/^(neo4j|bolt)(\+s|\+ssc)?:/, 'http:'));
  const address: Address = {
    what: 'Neo4j',
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || protocolPorts.bolt),
  };
  const secrets = settings.password === undefined || settings.password === '' ? [] : [settings.password];
  const breaker = new CircuitBreaker();

  const own: Neo4jLogin = { user: settings.user, password: settings.password ?? '' };
  const open = async ({ user, password }: Neo4jLogin) => {
    const { default: neo4j } = await import('neo4j-driver');
    return neo4j.driver(settings.url, neo4j.auth.basic(user, password), {
      // Ours end first: the driver’s own say nothing of how far it got.
      connectionTimeout: 30_000,
      connectionAcquisitionTimeout: 30_000,
      maxTransactionRetryTime: 0,
      maxConnectionPoolSize: 2,
      disableLosslessIntegers: true,
      userAgent: 'aetherius-bot',
      telemetryDisabled: true,
      ...encryptionOf(settings.encryption),
    });
  };
  const shared = book.share<Driver>({ open: () => open(own), close: (driver) => driver.close() });

  async function translate(error: unknown): Promise<Error> {
    if (error instanceof AppError) return error;
    if (error instanceof DeadlinePassed) {
      const seen = await tcpCheck(address.host, address.port, { timeoutMs: 500 });
      return targetError(seen === 'open' ? 'no-answer' : seen, address);
    }
    const code = (error as { code?: unknown } | undefined)?.code;
    const known = typeof code === 'string' ? serverStage(code) : undefined;
    const facts = typeof code === 'string' ? { code } : {};
    if (known !== undefined) return targetError(known, address, { cause: error, secrets, facts });
    // `ServiceUnavailable` hides why: the socket's own code, or a second look, tells.
    const socket = socketStage(error);
    if (socket !== undefined && socket !== 'connect-timeout')
      return targetError(socket, address, { cause: error, secrets });
    const seen = await tcpCheck(address.host, address.port, { timeoutMs: 500 });
    const stage = seen === 'open' ? (socket === 'connect-timeout' ? 'no-answer' : 'closed') : seen;
    return targetError(stage, address, { cause: error, secrets, facts });
  }

  // Refused credentials end the driver of this run; a call that waits for it meanwhile would wait in vain.
  let deny: (refused: Error) => void = () => undefined;
  const denied = new Promise<never>((_resolve, reject) => {
    deny = reject;
  });
  denied.catch(() => undefined);

  async function withDriver<T>(options: CallOptions, work: (driver: Driver) => Promise<T>): Promise<T> {
    return breaker.run(async () => {
      try {
        return await bounded({ ...options, timeoutMs: options.timeoutMs ?? 2 * timeouts.callMs }, () =>
          Promise.race([shared.use(work), denied]),
        );
      } catch (error) {
        const translated = await translate(error);
        if (translated instanceof TargetError && translated.stage === 'auth') deny(translated);
        if (translated instanceof TargetError && !connected.has(translated.stage)) void shared.drop();
        throw translated;
      }
    });
  }

  const database = settings.database === undefined ? {} : { database: settings.database };
  return {
    ...createNeo4jLogins({ own, open, translate, timeoutMs: 2 * timeouts.callMs }),
    verify: (options = {}) =>
      withDriver(options, async (driver) => {
        const started = performance.now();
        const info = await driver.getServerInfo(database);
        // A pooled connection answers the line above from memory; an empty transaction is a round trip, and needs
        // no query to be compiled, which takes a cold server seconds.
        const session = driver.session({ defaultAccessMode: 'READ', ...database });
        try {
          const transaction = await session.beginTransaction();
          await transaction.rollback();
        } finally {
          await session.close();
        }
        return {
          latencyMs: Math.round((performance.now() - started) * 10) / 10,
          address: info.address ?? `${address.host}:${address.port}`,
          version: info.agent ?? '',
        };
      }),
    run: <Row extends object>(
      cypher: string,
      params: Readonly<Record<string, unknown>> = {},
      options: CallOptions = {},
    ) =>
      withDriver(options, async (driver) => {
        const session = driver.session({ defaultAccessMode: 'READ', ...database });
        try {
          const result = await session.run(cypher, { ...params });
          return result.records.map((record) => record.toObject() as Row);
        } finally {
          await session.close();
        }
      }),
  };
}

function encryptionOf(encryption: Neo4jSettings['encryption']) {
  if (encryption === undefined) return {};
  return {
    encrypted: 'ENCRYPTION_ON',
    trust: encryption === 'trust-all' ? 'TRUST_ALL_CERTIFICATES' : 'TRUST_SYSTEM_CA_SIGNED_CERTIFICATES',
  } as const;
}
