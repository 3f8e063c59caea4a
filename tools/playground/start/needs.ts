import { createServer } from 'node:net';
import { Redis } from 'ioredis';
import { natsProgram } from '../../../lab/components/nats.ts';
import { missing as postgresMissing } from '../../../lab/components/postgres.ts';
import { redisProgram } from '../../../lab/components/redis.ts';
import { PlaygroundFault, reasonOf } from './fault.ts';

/** What there is to run the playground with. */
export interface Programs {
  /** There is a redis-server: the demo platform has a Redis of its own. */
  readonly redis: boolean;
  readonly nats: boolean;
  /** The bot's Redis that the user named. */
  readonly redisUrl: string | undefined;
}

/**
 * Finds PostgreSQL, Redis and NATS, and fetches what it may. A Redis that the user named with REDIS_URL is only for
 * the bot: the demo's Redis is filled and paused, so it is never one that somebody else may use.
 * Throws PlaygroundFault when PostgreSQL or the bot's Redis is missing; says what the demo has to do without.
 */
export async function findPrograms(
  env: Readonly<Record<string, string | undefined>>,
  say: (line: string) => void,
): Promise<Programs> {
  const gap = postgresMissing();
  if (gap !== undefined) throw new PlaygroundFault(`The playground cannot start without ${gap}.`, 1);
  const redisUrl = env.REDIS_URL === '' ? undefined : env.REDIS_URL;
  if (redisUrl !== undefined) await assertRedisAnswers(redisUrl);
  const fetching = (name: string) => (line: string) => {
    if (line.startsWith('fetching')) say(`        fetching ${name} from Debian’s packages…`);
  };
  const [redis, nats] = await Promise.all([
    reasonUnless(redisProgram(fetching('Redis'))),
    reasonUnless(natsProgram(fetching('NATS'))),
  ]);
  if (redis !== undefined && redisUrl === undefined)
    throw new PlaygroundFault(
      `Redis is missing and cannot be fetched here (${redis}): install redis-server, or name one with REDIS_SERVER=/path/to/redis-server, or a running one with REDIS_URL=redis://host:6379.`,
      1,
    );
  if (redis !== undefined)
    say(`        the demo platform has no Redis: no redis-server was found (${redis})`);
  if (nats !== undefined) say(`        the demo platform has no NATS: no nats-server was found (${nats})`);
  return { redis: redis === undefined, nats: nats === undefined, redisUrl };
}

const reasonUnless = (found: Promise<unknown>): Promise<string | undefined> =>
  found.then(() => undefined, reasonOf);

async function assertRedisAnswers(url: string): Promise<void> {
  const where = placeOf(url);
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: 3_000,
    commandTimeout: 3_000,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  let reason: string | undefined;
  redis.on('error', (error) => {
    reason = reasonOf(error);
  });
  try {
    await redis.connect();
    await redis.ping();
  } catch (error) {
    throw new PlaygroundFault(
      `Redis at ${where} (REDIS_URL) does not answer: ${reason ?? reasonOf(error)}; start it, or unset REDIS_URL and the playground brings its own.`,
      1,
    );
  } finally {
    redis.disconnect();
  }
}

/** Host and port of a URL, without its password. Throws PlaygroundFault when it is not a URL of a Redis. */
function placeOf(url: string): string {
  if (URL.canParse(url)) {
    const { protocol, host } = new URL(url);
    if (['redis:', 'rediss:'].includes(protocol)) return host;
  }
  throw new PlaygroundFault('REDIS_URL is not a URL such as redis://127.0.0.1:6379.', 1);
}

/** Throws PlaygroundFault when nothing can listen there on 127.0.0.1. Port 0 is always free. */
export async function assertPortIsFree(port: number): Promise<void> {
  const failure = await new Promise<Error | undefined>((resolve) => {
    const probe = createServer();
    probe.once('error', resolve);
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(undefined)));
  });
  if (failure !== undefined) throw portFault(port, failure);
}

/** What `listen` failed with, as a sentence. */
export function portFault(port: number, failure: unknown): PlaygroundFault {
  const code = (failure as NodeJS.ErrnoException).code;
  const what =
    code === 'EADDRINUSE'
      ? `Port ${port} is taken`
      : `Nothing can listen on port ${port} (${code ?? reasonOf(failure)})`;
  return new PlaygroundFault(`${what}: choose another one with --port, or any free one with --port 0.`, 1);
}
