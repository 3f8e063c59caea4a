/** The bot from this machine: its own PostgreSQL and Redis in the folder, and all roles in one process. */

import { execFile } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Document, parseDocument } from 'yaml';
import {
  ownedBy,
  missing as postgresMissing,
  reachable,
  startPostgres,
} from '../../lab/components/postgres.ts';
import { freePort } from '../../lab/components/process.ts';
import { redisProgram, startRedis } from '../../lab/components/redis.ts';
import type { CleanUp } from '../playground/start/clean-up.ts';
import { PlaygroundFault, reasonOf } from '../playground/start/fault.ts';
import { loader, startProduct } from '../playground/start/product.ts';
import type { Progress } from '../playground/start/progress.ts';
import { type Asked, Kept } from './kept.ts';
import type { TryOptions } from './options.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface TrySetup {
  readonly options: TryOptions;
  readonly env: NodeJS.ProcessEnv;
  /** Undefined: nobody is there to be asked. */
  readonly ask: Asked | undefined;
  readonly progress: Progress;
  readonly cleanUp: CleanUp;
  readonly onProductExit: (how: string) => void;
}

/** Starts everything and says what to type in Slack. Throws PlaygroundFault for what the user can correct. */
export async function startTry(setup: TrySetup): Promise<void> {
  const { options, env, progress, cleanUp } = setup;
  const { step, say } = progress;
  const { folder } = options;
  const kept = new Kept(folder);
  const keys = kept.keys();
  const tokens = await kept.tokens(env, setup.ask).catch((error: unknown) => {
    throw new PlaygroundFault(error instanceof Error ? error.message : String(error), 64);
  });
  const config = join(folder, 'aetherius.yaml');
  if (!existsSync(config)) await step('the platform is found', () => writeConfig(setup, config));
  const document = parseDocument(readFileSync(config, 'utf8'));
  const mayFix = approversIn(document, options.fixes, config);
  await findServers(say);
  mkdirSync(join(folder, 'data'), { recursive: true });
  // As root, PostgreSQL runs as a user without rights, who passes through.
  chmodSync(join(folder, 'data'), 0o711);
  if (process.getuid?.() === 0 && !reachable(folder))
    throw new PlaygroundFault(
      `PostgreSQL does not run as root, and no other user may enter ${folder}: start this as another user, or choose --folder.`,
      1,
    );
  const [postgres, redis] = await Promise.all([
    step('PostgreSQL of the bot', () =>
      cleanUp.start(
        () =>
          startPostgres({
            dir: join(folder, 'data', 'postgres'),
            databases: ['aetherius'],
            password: keys.POSTGRES_PASSWORD,
            // This data is meant to outlive the machine's next power cut.
            settings: { fsync: 'on', full_page_writes: 'on' },
          }),
        (server) => server.stop(),
      ),
    ),
    step('Redis of the bot', () =>
      cleanUp.start(
        () =>
          startRedis({
            dir: join(folder, 'data', 'redis'),
            password: keys.OWN_PASSWORD,
            args: ['--maxmemory-policy', 'noeviction'],
          }),
        (server) => server.stop(),
      ),
    ),
  ]);
  const known = { ...kept.values(), ...env };
  const wanted = variablesOf(document);
  const missing = wanted.filter((name) => (known[name] ?? '') === '');
  const cliPort = await freePort();
  const databaseUrl = await ownedBy(postgres, 'aetherius', keys.OWN_PASSWORD);
  const statusPort = await freePort();
  await step('bot is connected', () =>
    startProduct(setup, {
      ...Object.fromEntries(
        wanted.flatMap((name) => (known[name] === undefined ? [] : [[name, known[name]]])),
      ),
      ...tokens,
      ...(env.SLACK_API_URL === undefined ? {} : { SLACK_API_URL: env.SLACK_API_URL }),
      AETHERIUS_CONFIG: config,
      DATABASE_URL: databaseUrl,
      REDIS_URL: redis.url,
      AUDIT_KEY: keys.AUDIT_KEY,
      TOKEN_KEY: keys.TOKEN_KEY,
      CLI_PORT: `${cliPort}`,
      STATUS_PORT: `${statusPort}`,
      LOG_LEVEL: env.LOG_LEVEL ?? 'warn',
      SHUTDOWN_GRACE_MS: '5000',
    }),
  );
  for (const line of readyLines({
    folder,
    config,
    secrets: kept.path,
    missing,
    mayFix,
    seconds: progress.seconds(),
  }))
    say(line);
}

/** Throws where this machine has neither the servers nor what fetches them. */
async function findServers(say: (line: string) => void): Promise<void> {
  const gap = postgresMissing();
  if (gap !== undefined) throw new PlaygroundFault(`The bot cannot start without ${gap}.`, 1);
  await redisProgram((line) => {
    if (line.startsWith('fetching')) say('        fetching Redis from Debian’s packages…');
  }).catch((error: unknown) => {
    throw new PlaygroundFault(
      `Redis is missing and cannot be fetched here (${reasonOf(error)}): install redis-server, or name one with REDIS_SERVER=/path/to/redis-server.`,
      1,
    );
  });
}

/** Takes the given configuration, or lets `aetherius init` look for the platform. */
async function writeConfig({ options, progress, env }: TrySetup, file: string): Promise<void> {
  if (options.config !== undefined) {
    if (!existsSync(options.config)) throw new PlaygroundFault(`${options.config} is not there.`, 64);
    copyFileSync(options.config, file);
    return;
  }
  const args = ['--import', loader, join(root, 'src/cli/main.ts'), 'init', '--file', file, ...options.init];
  const { code, out } = await new Promise<{ readonly code: number; readonly out: string }>((resolve) => {
    execFile(process.execPath, args, { cwd: root, env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), out: `${stdout}${stderr}`.trim() });
    });
  });
  if (code !== 0)
    throw new PlaygroundFault(
      `${out}\nSay where the platform is: --namespace and --kubeconfig, --project, or --config with a file of yours.`,
      1,
    );
  progress.say(out);
}

/** Variables that the configuration names, as `{ env: NAME }`. */
export function variablesOf(document: Document): readonly string[] {
  const names = new Set<string>();
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) for (const one of value) walk(one);
    else if (typeof value === 'object' && value !== null)
      for (const [key, inner] of Object.entries(value)) {
        if (key === 'env' && typeof inner === 'string') names.add(inner);
        else walk(inner);
      }
  };
  walk(document.toJS());
  return [...names].toSorted();
}

/**
 * Writes who may approve, where `--fixes` names somebody; whether anybody may. Throws where the file has another section
 * already: what a person wrote there is not replaced.
 */
function approversIn(document: Document, fixes: readonly string[], file: string): boolean {
  const known = document.has('approvals');
  if (fixes.length === 0) return known;
  if (known) {
    const users: unknown = document.getIn(['approvals', 'approvers', 'trial', 'users']);
    if (JSON.stringify(users) === JSON.stringify(fixes)) return true;
    throw new PlaygroundFault(
      `${file} says already who may approve: change its section approvals, and leave --fixes out.`,
      64,
    );
  }
  document.set('approvals', {
    approvers: { trial: { users: fixes } },
    tiers: { 1: { by: ['trial'] }, 2: { by: ['trial'] } },
  });
  writeFileSync(file, document.toString({ lineWidth: 100 }));
  return true;
}

interface Ready {
  readonly folder: string;
  readonly config: string;
  readonly secrets: string;
  readonly missing: readonly string[];
  readonly mayFix: boolean;
  readonly seconds: string;
}

/** One screen: what to type, what it may do, what it is not. */
function readyLines({ folder, config, secrets, missing, mayFix, seconds }: Ready): readonly string[] {
  return [
    `Ready in ${seconds} s. In Slack, type:`,
    '  /aetherius health                 what is broken now',
    '  /aetherius diagnose redis         why',
    '  /aetherius help                   everything else',
    mayFix
      ? 'Fixes: offered; each waits for those who may approve it, as the configuration says.'
      : 'Fixes: none is carried out. To allow them, start it with --fixes and member ids of those who may approve.',
    ...(missing.length === 0
      ? []
      : [`Not checked without these secrets, as NAME=value in ${secrets}: ${missing.join(', ')}`]),
    `Configuration: ${config}`,
    'This is a trial: one process on this machine, no second one that takes over, no backup. It ends with Ctrl-C.',
    `All of its data stays in ${folder}; delete that folder, and it is gone.`,
  ];
}
