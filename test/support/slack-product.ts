/** The whole product in this process against the Slack emulator, real PostgreSQL and real Redis. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  people,
  places,
  type SlackEmulator,
  type SlackEmulatorOptions,
  startSlackEmulator,
} from '@aetherius/slack-emulator';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { type RedisServer, startRedis } from '../../lab/components/redis.ts';
import type { Logger } from '../../src/domain/kernel/clock.ts';
import { type ProcessKind, processKinds } from '../../src/domain/kernel/process-kind.ts';
import { newSigningKey } from '../../src/domain/kernel/signing.ts';
import type { ProcessRole } from '../../src/domain/settings/process-env.ts';
import { type RunningProcess, startProcess } from '../../src/main/process.ts';
import { createLogger } from '../../src/platform/process/logger.ts';
import { createProcessRedaction, secretsOf } from '../../src/platform/redact/process-redactor.ts';
import { parseConfig, readProcessEnv } from '../../src/platform/settings/config.ts';
import { migrate } from '../../src/platform/store/migrate.ts';
import { aetherius, type CliAnswer } from './cli.ts';
import { silentLogger } from './logger.ts';
import { type TestDatabase, type TestPostgres, usePostgres } from './postgres.ts';
import { type TestRedis, useRedis } from './redis.ts';

export { people, places };

/** With which the product's bot makes digests of tokens. */
export const tokenKey = 'a token key of the tests that is long enough';

export interface ProductOptions {
  /** Roles side by side; default one process that does everything. */
  readonly roles?: readonly ProcessRole[];
  readonly emulator?: SlackEmulatorOptions;
  /** Lines of further YAML below `slack:`. */
  readonly slackYaml?: string;
  readonly approvalsYaml?: string;
  readonly environmentsYaml?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly logger?: Logger;
  /** Where DATABASE_URL leads, such as a pooler in front of the database; default its login. */
  readonly through?: (database: TestDatabase) => Promise<string>;
  /** Gets each line of the log at level debug, as the product's own logger writes it. */
  readonly logLines?: (line: string) => void;
}

export interface Product {
  readonly slack: SlackEmulator;
  readonly database: TestDatabase;
  readonly processes: readonly RunningProcess[];
  /**
   * One more process of this role; variables that are undefined are not there for it. A worker serves the given
   * environments, else all.
   */
  add(
    role: ProcessRole,
    variables?: Readonly<Record<string, string | undefined>>,
    environments?: readonly string[],
  ): Promise<RunningProcess>;
  /** A token that this person has issued to themselves in Slack, as it is shown to them. */
  issueToken(person: string): Promise<string>;
  /** `aetherius` in a shell of somebody's with this token, and with nothing else of the product's. */
  shell(token: string): (...args: readonly string[]) => Promise<CliAnswer>;
  stop(): Promise<void>;
}

export interface Stage {
  readonly postgres: TestPostgres;
  /** The product's own. */
  readonly redis: TestRedis;
  /** The Redis of the platform under diagnosis. */
  readonly target: () => RedisServer;
  /** Writes until Redis says that its memory is full. */
  fillTarget(): Promise<void>;
  emptyTarget(): Promise<void>;
  targetCall(command: string, ...args: string[]): Promise<unknown>;
  start(options?: ProductOptions): Promise<Product>;
}

const approvals = `
approvals:
  approvers:
    oncall: { users: [${people.approver}, ${people.requester}] }
  tiers:
    1: { by: [oncall] }
    2: { by: [oncall], reason: finding }
`;

/** Servers for a test file; every product that a test starts is stopped after it. */
export function useStage(
  targetArgs: readonly string[] = ['--maxmemory', '8mb', '--maxmemory-policy', 'noeviction'],
): Stage {
  const postgres = usePostgres();
  const redis = useRedis();
  const dir = mkdtempSync(join(tmpdir(), 'aetherius-target-'));
  let target: RedisServer | undefined;
  const running: Product[] = [];
  beforeAll(async () => {
    target = await startRedis({ dir, args: targetArgs });
    // What is offered for its policy depends on the keys that are there.
    await targetCall('SET', 'cache:one', 'x');
  });
  afterEach(async () => {
    for (const product of running.splice(0)) await product.stop();
  });
  afterAll(async () => {
    await target?.stop();
    rmSync(dir, { recursive: true, force: true });
  });
  const targetServer = (): RedisServer => {
    if (target === undefined) throw new Error('the target is started before the first test');
    return target;
  };
  const targetCall = async (command: string, ...args: string[]): Promise<unknown> => {
    const client = new Redis(targetServer().url, { lazyConnect: true });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return await client.call(command, ...args);
    } finally {
      client.disconnect();
    }
  };
  return {
    postgres,
    redis,
    target: targetServer,
    targetCall,
    async fillTarget() {
      const value = 'x'.repeat(64 * 1024);
      for (let i = 0; i < 1000; i += 1) {
        const answer = await targetCall('SET', `cache:filler:${i}`, value).catch((error: unknown) =>
          String(error),
        );
        if (answer !== 'OK') return;
      }
      throw new Error('the target never got full');
    },
    async emptyTarget() {
      await targetCall('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
      await targetCall('FLUSHALL');
      await targetCall('SET', 'cache:one', 'x');
    },
    async start(options = {}) {
      const database = await postgres.database();
      await redis.call('FLUSHALL');
      const product = await startProduct(options, {
        database,
        through: await options.through?.(database),
        redisUrl: redis.server.url,
        targetUrl: targetServer().url,
      });
      const whole = { ...product, database };
      running.push(whole);
      return whole;
    },
  };
}

/** Lines on standard error with E2E_LOG=info (or debug), for whoever looks for a fault. */
const level = process.env.E2E_LOG;
const testLogger: Logger =
  level === undefined ? silentLogger : createLogger({ level: level as 'info', destination: process.stderr });

interface Urls {
  readonly database: TestDatabase;
  /** One login for all roles. */
  readonly through: string | undefined;
  readonly redisUrl: string;
  readonly targetUrl: string;
}

type SigningKeys = Readonly<Record<ProcessKind, ReturnType<typeof newSigningKey>>>;

const signingKeys = (): SigningKeys => ({
  bot: newSigningKey(),
  worker: newSigningKey(),
  scheduler: newSigningKey(),
});

const signingYaml = (keys: SigningKeys): string =>
  ['signing:', ...processKinds.map((kind) => `  ${kind}: [${keys[kind].publicKey}]`)].join('\n');

async function startProduct(options: ProductOptions, urls: Urls): Promise<Omit<Product, 'database'>> {
  const slack = await startSlackEmulator(options.emulator ?? {});
  // Where roles are separate, so are their keys; a pooler's login is one for all.
  const separate =
    options.roles !== undefined && !options.roles.includes('all') && urls.through === undefined;
  const keys = separate ? signingKeys() : undefined;
  const yaml = `
environments:
${options.environmentsYaml ?? '  prod:\n    runtime: { kind: none }\n    redis: { url: { env: TARGET_REDIS_URL } }\n'}
slack:
  defaultEnvironment: prod
${options.slackYaml?.includes('startsPerMinute') === true ? '' : '  startsPerMinute: { person: 1000, channel: 1000 }'}
${options.slackYaml ?? ''}
${options.approvalsYaml ?? approvals}
${keys === undefined ? '' : signingYaml(keys)}
`;
  const variables: Record<string, string> = {
    REDIS_URL: urls.redisUrl,
    TARGET_REDIS_URL: urls.targetUrl,
    AUDIT_KEY: 'an audit key of the tests that is long enough',
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_API_URL: slack.apiUrl,
    STATUS_PORT: '0',
    CLI_PORT: '0',
    TOKEN_KEY: tokenKey,
    PORT: '0',
    SHUTDOWN_GRACE_MS: '5000',
    ...(options.env?.SLACK_SIGNING_SECRET === undefined ? { SLACK_APP_TOKEN: slack.appToken } : {}),
    ...options.env,
  };
  const processes: RunningProcess[] = [];
  const add: Product['add'] = async (role, more = {}, environments) => {
    // One process with all roles has the login that owns the tables; the others have what their kind may do.
    const { through, database } = urls;
    const login = through ?? (role === 'all' ? database.loginUrl : await database.kindUrl(role));
    const key = role === 'all' || role === 'alerts' ? undefined : keys?.[role].privateKey;
    const own = {
      DATABASE_URL: login,
      ...(key === undefined ? {} : { SIGNING_KEY: key }),
      ...variables,
      ...more,
    };
    const env = readProcessEnv(role, own);
    // As `main` does it: what the configuration refers to is known as soon as it is read.
    const known = secretsOf(env);
    const learn = (secret: string) => known.learn(secret);
    const config = parseConfig(yaml, { role, env: own, where: 'test', folder: tmpdir(), learn });
    const redaction = createProcessRedaction({ env, known, settings: config.redaction });
    const { logLines } = options;
    const logger =
      logLines === undefined
        ? (options.logger ?? testLogger)
        : createLogger({ level: 'debug', redactor: redaction.redactor, destination: { write: logLines } });
    const started = await startProcess({
      role,
      env,
      config,
      logger,
      redaction,
      ...(environments === undefined ? {} : { environments }),
    });
    processes.push(started);
    return started;
  };
  try {
    await migrate({ database: { url: urls.database.loginUrl }, logger: silentLogger });
    for (const role of options.roles ?? ['all']) await add(role);
  } catch (error) {
    await slack.stop();
    throw error;
  }
  return {
    slack,
    processes,
    add,
    async issueToken(person) {
      const { control } = slack;
      await control.command({ user: person, channel: places.incidents, text: '/aetherius token' });
      const modal = await control.waitFor(() => control.modal(person));
      const submitted = await control.submit({
        user: person,
        viewId: modal.id,
        values: { name: 'laptop', days: '30' },
      });
      const shown = JSON.stringify(control.modal(person)?.content ?? {});
      const token = /aeb_[a-z2-7]+/.exec(shown)?.[0];
      if (token === undefined) throw new Error(`no token: ${JSON.stringify(submitted)} ${shown}`);
      await control.close({ user: person, viewId: modal.id });
      return token;
    },
    shell: (token) => {
      const port = processes.find(({ cliPort }) => cliPort !== undefined)?.cliPort;
      return (...args) =>
        aetherius(args, { AETHERIUS_URL: `http://127.0.0.1:${port}`, AETHERIUS_TOKEN: token });
    },
    async stop() {
      await Promise.all(processes.map((process) => process.stop(5000)));
      await slack.stop();
    },
  };
}
