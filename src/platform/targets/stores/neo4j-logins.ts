import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Driver } from 'neo4j-driver';
import type { CallOptions } from '../../../domain/kernel/call.ts';
import { TargetError } from '../../../domain/kernel/errors.ts';
import type { Neo4jLogin, Neo4jTarget } from '../../../domain/probe/targets/neo4j.ts';
import { bounded } from '../failure.ts';

interface Server {
  readonly own: Neo4jLogin;
  open(login: Neo4jLogin): Promise<Driver>;
  /** The one error of the adapter, without what the driver says. */
  translate(error: unknown): Promise<Error>;
  readonly timeoutMs: number;
}

/** Where users are: each Neo4j since 4.0 has it. */
const database = 'system';
const security = 'Neo.ClientError.Security.';
/** Locked out after wrong tries, by any client (`dbms.security.auth_max_failed_attempts`): says nothing of these. */
const locked = `${security}AuthenticationRateLimit`;
const againMs = 500;
/** A login waits for the end of a lock as long as that takes by default, and a little (`auth_lock_time`: 5 s). */
const lockMs = 7_000;

const codeOf = (error: unknown): unknown => (error as { code?: unknown } | undefined)?.code;

/** Logins of others than the bot, each over a driver of its own that is closed at once. */
export function createNeo4jLogins({
  own,
  open,
  translate,
  timeoutMs,
}: Server): Pick<Neo4jTarget, 'accepts' | 'isOwnLogin' | 'changePassword' | 'drawPassword'> {
  async function as<T>(
    login: Neo4jLogin,
    options: CallOptions & { readonly timeoutMs: number },
    work: (driver: Driver, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const driver = await open(login);
    try {
      return await bounded(options, (signal) => work(driver, signal));
    } finally {
      // A server that hangs is not waited for.
      driver.close().catch(() => undefined);
    }
  }
  /** The driver's own words may quote what was sent: they go no further. */
  async function unquoted(error: unknown): Promise<Error> {
    const translated = await translate(error);
    if (!(translated instanceof TargetError)) return translated;
    const { detail: _, ...facts } = translated.facts;
    return new TargetError(codeOf(error) === locked ? 'limit' : translated.stage, translated.message, {
      facts,
    });
  }
  async function accepts(login: Neo4jLogin, options: CallOptions = {}): Promise<boolean> {
    const until = performance.now() + lockMs;
    for (;;) {
      try {
        await as(login, { ...options, timeoutMs: options.timeoutMs ?? timeoutMs }, (driver) =>
          driver.getServerInfo({ database }),
        );
        return true;
      } catch (error) {
        const code = codeOf(error);
        if (code === `${security}Unauthorized`) return false;
        // It is the right one, and has to be changed before it can be used.
        if (code === `${security}CredentialsExpired`) return true;
        if (code !== locked || performance.now() > until) throw await unquoted(error);
        await delay(againMs, undefined, options.signal === undefined ? {} : { signal: options.signal });
      }
    }
  }
  return {
    accepts,
    isOwnLogin: async (user, options) => user === own.user && (await accepts(own, options)),
    async changePassword(login, to, options = {}) {
      try {
        await as(
          login,
          { ...options, timeoutMs: options.timeoutMs ?? 2 * timeoutMs },
          async (driver, signal) => {
            const session = driver.session({ database, defaultAccessMode: 'WRITE' });
            // A driver that is closed while it connects goes on when the server answers at last: its result is not needed then,
            // and nothing may change any more.
            try {
              const transaction = await session.beginTransaction();
              signal.throwIfAborted();
              await transaction.run('ALTER CURRENT USER SET PASSWORD FROM $from TO $to', {
                from: login.password,
                to,
              });
              signal.throwIfAborted();
              await transaction.commit();
            } finally {
              await session.close().catch(() => undefined);
            }
          },
        );
      } catch (error) {
        throw await unquoted(error);
      }
    },
    drawPassword: () => Promise.resolve(randomBytes(24).toString('base64url')),
  };
}
