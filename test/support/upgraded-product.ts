/** This version of the product on a database of an earlier one, with the platform that it knew. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { people, places, type SlackEmulator, startSlackEmulator } from '@aetherius/slack-emulator';
import { Redis } from 'ioredis';
import { stringify } from 'yaml';
import { startRedis } from '../../lab/components/redis.ts';
import { present } from '../../src/domain/kernel/present.ts';
import { processKinds } from '../../src/domain/kernel/process-kind.ts';
import { newSigningKey } from '../../src/domain/kernel/signing.ts';
import type { FullRole } from '../../src/domain/settings/process-env.ts';
import { startProcess } from '../../src/main/process.ts';
import { type Signing, signingOf } from '../../src/main/signing.ts';
import { parseConfig, readProcessEnv } from '../../src/platform/settings/config.ts';
import { migrate } from '../../src/platform/store/migrate.ts';
import { memoryDirectory } from './approvals.ts';
import { aetherius } from './cli.ts';
import { silentLogger } from './logger.ts';
import {
  type OldEnvironment,
  oldAuditKey,
  oldConfig,
  oldEnvironments,
  redisVariable,
} from './old-database.ts';
import type { TestDatabase } from './postgres.ts';
import { startRedisGate } from './redis-gate.ts';
import { serveCommandLine } from './served.ts';

interface Remediation {
  readonly id: string;
  readonly handle: string;
  readonly state: string;
  readonly plan_hash: string;
  readonly run_id: string;
}

/** The newest request of an environment, with the Redis that its plan is bound to. */
export const newest = async (database: TestDatabase, environment: OldEnvironment): Promise<Remediation> => {
  const [row] = await database.sql<Remediation>(
    `SELECT id, handle, state, plan_hash, plan->'identity'->>'run_id' AS run_id FROM remediations
     WHERE environment = $1 ORDER BY proposed_at DESC LIMIT 1`,
    [environment],
  );
  if (row === undefined) throw new Error(`nothing in ${environment}`);
  return row;
};

/** What each Redis was left with. */
const policies: Readonly<Partial<Record<OldEnvironment, string>>> = {
  finished: 'allkeys-lru',
  verifying: 'allkeys-lru',
};

export interface UpgradedProduct {
  readonly slack: SlackEmulator;
  /** With what its bot signs, and whom it believes; undefined where one process does everything. */
  readonly signing: Signing | undefined;
  /** What the Redis of this environment evicts now. */
  policy(environment: OldEnvironment): Promise<string | undefined>;
  stop(): Promise<void>;
}

/**
 * `dir` is a folder for servers and configuration, `redisUrl` the product's own Redis. `split`: bot, worker and scheduler
 * apart, each with a login and a signing key of its own, after a migration by the login that owns the tables.
 */
export async function startUpgraded(
  database: TestDatabase,
  options: { readonly dir: string; readonly redisUrl: string; readonly split?: boolean },
): Promise<UpgradedProduct> {
  const { dir } = options;
  const stops: (() => Promise<unknown> | void)[] = [];
  const slack = await startSlackEmulator();
  stops.unshift(() => slack.stop());
  const clients = new Map<string, Redis>();
  const urls: Record<string, string> = {};
  for (const name of oldEnvironments) {
    const server = await startRedis({
      dir: join(dir, name),
      args: ['--maxmemory', '3mb', '--maxmemory-policy', policies[name] ?? 'noeviction'],
    });
    stops.unshift(() => server.stop());
    const client = new Redis(server.url);
    stops.unshift(() => client.disconnect());
    clients.set(name, client);
    // What is offered for its policy depends on the keys that are there.
    await client.set('cache:one', 'x');
    // The very server of that day, as far as it says itself.
    const from = /^run_id:(\w+)/m.exec(await client.info('server'))?.[1] ?? '';
    const { run_id: to } = await newest(database, name);
    const gate = await startRedisGate(server.url, { rename: { from, to } });
    stops.unshift(() => gate.stop());
    urls[redisVariable(name)] = gate.url;
  }
  const values = {
    ...urls,
    DATABASE_URL: database.loginUrl,
    REDIS_URL: options.redisUrl,
    AUDIT_KEY: oldAuditKey,
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_APP_TOKEN: slack.appToken,
    SLACK_API_URL: slack.apiUrl,
    STATUS_PORT: '0',
    PORT: '0',
    SHUTDOWN_GRACE_MS: '5000',
  };
  const keys = { bot: newSigningKey(), worker: newSigningKey(), scheduler: newSigningKey() };
  const start = async (role: FullRole, own: Readonly<Record<string, string>>) => {
    const env = { ...values, ...own };
    const where = { role, env, where: 'the upgrade', folder: dir } as const;
    const read = { env: readProcessEnv(role, env), config: parseConfig(stringify(config), where) };
    const running = await startProcess({ role, ...read, logger: silentLogger });
    stops.unshift(() => running.stop(5000));
    return signingOf(role, read.env, read.config);
  };
  const config =
    options.split === true
      ? {
          ...oldConfig(),
          signing: Object.fromEntries(processKinds.map((kind) => [kind, [keys[kind].publicKey]])),
        }
      : oldConfig();
  let signing: Signing | undefined;
  if (options.split === true) {
    await migrate({ database: { url: database.loginUrl }, logger: silentLogger });
    for (const kind of processKinds) {
      const own = { DATABASE_URL: await database.kindUrl(kind), SIGNING_KEY: keys[kind].privateKey };
      const its = await start(kind, own);
      if (kind === 'bot') signing = its;
    }
  } else await start('all', {});
  return {
    slack,
    signing,
    policy: async (name) =>
      ((await clients.get(name)?.config('GET', 'maxmemory-policy')) as string[] | undefined)?.[1],
    async stop() {
      for (const stop of stops.splice(0)) await stop();
    },
  };
}

/** The command line over this database, as the approver and, for the audit log, as an operator. Always as JSON. */
export async function askUpgraded(
  {
    database,
    dir,
    signing,
  }: { readonly database: TestDatabase; readonly dir: string; readonly signing?: Signing | undefined },
  ...args: readonly string[]
) {
  const answer =
    args[0] === 'audit'
      ? await asOperator(database, dir, args)
      : await asApprover({ database, signing }, args);
  const json: unknown = answer.out === '' ? null : JSON.parse(answer.out);
  return { exit: answer.exit, err: answer.err, json };
}

function asOperator(database: TestDatabase, dir: string, args: readonly string[]) {
  mkdirSync(dir, { recursive: true });
  const config = join(dir, 'aetherius.yaml');
  writeFileSync(config, stringify(oldConfig()));
  return aetherius(['--config', config, '--output', 'json', ...args], {
    DATABASE_URL: database.url,
    AUDIT_KEY: oldAuditKey,
  });
}

async function asApprover(
  { database, signing }: { readonly database: TestDatabase; readonly signing: Signing | undefined },
  args: readonly string[],
) {
  const bot = await serveCommandLine({
    database,
    ...present({ signing }),
    config: oldConfig(),
    key: { id: 'k1', secret: oldAuditKey },
    directory: memoryDirectory([people.approver, people.requester], 'T0AETHER1'),
  });
  try {
    const shell = await bot.as({ teamId: 'T0AETHER1', userId: people.approver, via: 'slack' });
    return await shell('--output', 'json', ...args);
  } finally {
    await bot.stop();
  }
}

/** A click on a button that an earlier version has posted, in the message in which it stood: a card, or the finding. */
export async function clickOld(
  database: TestDatabase,
  slack: SlackEmulator,
  purpose: string,
  remediation: string,
) {
  const [button] = await database.sql<{ id: string }>(
    'SELECT id FROM buttons WHERE purpose = $1 AND remediation_id = $2',
    [purpose, remediation],
  );
  const [message] = await database.sql<{ channel: string; ts: string }>(
    `SELECT m.channel, m.ts FROM messages m JOIN remediations r ON r.id = m.remediation_id OR r.run_id = m.run_id
     WHERE m.ts IS NOT NULL AND r.id = $1 AND m.purpose IN ('remediation', 'finding') ORDER BY m.purpose DESC LIMIT 1`,
    [remediation],
  );
  return slack.control.deliver('interactive', {
    type: 'block_actions',
    api_app_id: 'A0AETHER1',
    team: { id: 'T0AETHER1', domain: 'aetherius' },
    user: { id: people.requester, team_id: 'T0AETHER1', name: 'requester' },
    trigger_id: `old.${remediation}`,
    container: { type: 'message', message_ts: message?.ts ?? '', channel_id: message?.channel ?? '' },
    channel: { id: message?.channel ?? places.incidents, name: 'incidents' },
    message: { ts: message?.ts ?? '', text: '' },
    actions: [
      {
        type: 'button',
        action_id: `remediation.${purpose}`,
        block_id: 'b',
        value: button?.id ?? '',
        action_ts: '1.1',
      },
    ],
  });
}
