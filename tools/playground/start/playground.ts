import { chmodSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startSlackEmulator } from '@aetherius/slack-emulator';
import { ownedBy, startPostgres } from '../../../lab/components/postgres.ts';
import { freePort } from '../../../lab/components/process.ts';
import { startRedis } from '../../../lab/components/redis.ts';
import { type DemoPlatform, startDemoPlatform } from '../demo/platform.ts';
import { switchRoutes } from '../demo/switch-routes.ts';
import { builtPage } from '../web/page.ts';
import type { CleanUp } from './clean-up.ts';
import { writeCommandLine, writeConfiguration } from './configuration.ts';
import { readManifest } from './manifest.ts';
import { assertPortIsFree, findPrograms, portFault } from './needs.ts';
import { loader, startProduct } from './product.ts';
import type { Progress } from './progress.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

export interface PlaygroundSetup {
  readonly folder: string;
  readonly port: number;
  readonly progress: Progress;
  readonly cleanUp: CleanUp;
  /** The product ended though nobody asked it to. */
  readonly onProductExit: (how: string) => void;
}

/** A folder of its own for one playground. */
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'aetherius-playground-'));
  // As root, PostgreSQL runs as a user without rights, who has to pass through this folder.
  chmodSync(folder, 0o711);
  mkdirSync(join(folder, 'own'));
  return folder;
}

/** Starts everything and prints the address. Throws PlaygroundFault for what the user can mend. */
export async function startPlayground(setup: PlaygroundSetup): Promise<void> {
  const { folder, progress, cleanUp } = setup;
  const { step, say } = progress;
  await assertPortIsFree(setup.port);
  const manifest = readManifest(join(root, 'manifest.yml'));
  say('Starting the playground; the first time it fetches Redis and NATS and takes longer.');
  const programs = await step('found what it needs on this machine', () => findPrograms(process.env, say));

  let demo: DemoPlatform | undefined;
  const [own, ownRedis, platform, page] = await Promise.all([
    step('PostgreSQL of the bot', () =>
      cleanUp.start(
        () => startPostgres({ dir: join(folder, 'own', 'postgres'), databases: ['aetherius'] }),
        (server) => server.stop(),
      ),
    ),
    programs.redisUrl === undefined
      ? step('Redis of the bot', () =>
          cleanUp.start(
            () =>
              startRedis({ dir: join(folder, 'own', 'redis'), args: ['--maxmemory-policy', 'noeviction'] }),
            (server) => server.stop(),
          ),
        )
      : undefined,
    step('demo platform is healthy', () =>
      cleanUp.start(
        () => startDemoPlatform(join(folder, 'demo'), { redis: programs.redis, nats: programs.nats, step }),
        (started) => started.stop(),
      ),
    ),
    step('page is built', builtPage),
  ]);
  demo = platform;
  const slack = await step('Slack emulator', () =>
    cleanUp.start(
      () =>
        startSlackEmulator({
          port: setup.port,
          manifest,
          coach: true,
          staticDir: page,
          extraRoutes: [switchRoutes(() => demo)],
        }).catch((error: unknown) => {
          // Somebody took the port while everything else was starting.
          throw portFault(setup.port, error);
        }),
      (server) => server.stop(),
    ),
  );
  const variables = writeConfiguration({
    dir: folder,
    demo: platform,
    databaseUrl: await ownedBy(own, 'aetherius'),
    redisUrl: programs.redisUrl ?? ownRedis?.url ?? '',
    cliPort: await freePort(),
  });
  const statusPort = await freePort();
  await step('bot is connected', () =>
    startProduct(setup, {
      ...variables,
      SLACK_API_URL: slack.apiUrl,
      SLACK_BOT_TOKEN: slack.botToken,
      SLACK_APP_TOKEN: slack.appToken,
      STATUS_PORT: `${statusPort}`,
      LOG_LEVEL: process.env.LOG_LEVEL ?? 'warn',
      SHUTDOWN_GRACE_MS: '5000',
    }),
  );

  say(`Ready in ${progress.seconds()} s: ${slack.webUrl}`);
  const real = ['PostgreSQL', ...(programs.redis ? ['Redis'] : []), ...(programs.nats ? ['NATS'] : [])];
  say(
    `${listed(real)} of the demo ${real.length === 1 ? 'is' : 'are'} real; its services, Neo4j and Kubernetes are simulated.`,
  );
  say(`Metrics and health of the bot: http://127.0.0.1:${statusPort}/metrics`);
  say('The command line works against it too; in a second terminal, type:');
  say(`  ${writeCommandLine(folder, join(root, 'src/cli/main.ts'), loader, variables)}`);
  say('Ctrl-C stops everything and leaves nothing behind.');
}

/** "A, B and C". */
const listed = (names: readonly string[]): string => new Intl.ListFormat('en-GB').format(names);
