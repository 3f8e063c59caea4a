/** From a command's delivery to its ack beside bare Bolt, and to the complete table: one run, one machine, alternating. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { people, places, startSlackEmulator } from '@aetherius/slack-emulator';
import { App } from '@slack/bolt';
import { ownedBy, startPostgres } from '../../lab/components/postgres.ts';
import { startRedis } from '../../lab/components/redis.ts';
import { startProcess } from '../../src/main/process.ts';
import { silentLogger } from '../../src/platform/process/logger.ts';
import { parseConfig, readProcessEnv } from '../../src/platform/settings/config.ts';

export interface AckFigure {
  readonly name: string;
  readonly operations: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
}

export interface AckBench {
  /** A Bolt app in Socket Mode whose only listener acknowledges. */
  readonly bare: AckFigure;
  /** Ours: checked, written into the inbox with durability on, then acknowledged. */
  readonly ours: AckFigure;
  /** From typing the command to the complete table in the channel; the platform is one Redis. */
  readonly table: AckFigure;
}

export interface AckBenchOptions {
  /** Acknowledgements on either side; default 300. */
  readonly operations?: number;
  /** Tables; default 20. */
  readonly tables?: number;
}

export async function benchAck(options: AckBenchOptions = {}): Promise<AckBench> {
  const { operations = 300, tables = 20 } = options;
  const dir = mkdtempSync(join(tmpdir(), 'aetherius-bench-ack-'));
  chmodSync(dir, 0o755);
  const postgres = await startPostgres({
    dir: join(dir, 'postgres'),
    databases: ['bench'],
    settings: { fsync: 'on', full_page_writes: 'on' },
  });
  const own = await startRedis({ dir: join(dir, 'own'), args: ['--maxmemory-policy', 'noeviction'] });
  const target = await startRedis({ dir: join(dir, 'target') });
  const [bareSlack, slack] = [await startSlackEmulator(), await startSlackEmulator()];
  const bare = new App({
    token: bareSlack.botToken,
    appToken: bareSlack.appToken,
    socketMode: true,
    clientOptions: { slackApiUrl: bareSlack.apiUrl },
  });
  bare.command('/aetherius', async ({ ack }) => ack());
  await bare.start();
  const variables = {
    DATABASE_URL: await ownedBy(postgres, 'bench'),
    REDIS_URL: own.url,
    TARGET_REDIS_URL: target.url,
    AUDIT_KEY: 'only for the benchmark, long enough',
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_APP_TOKEN: slack.appToken,
    SLACK_API_URL: slack.apiUrl,
    STATUS_PORT: '0',
  };
  const yaml =
    'environments: { prod: { runtime: { kind: none }, redis: { url: { env: TARGET_REDIS_URL } } } }\nslack: { defaultEnvironment: prod, startsPerMinute: { person: 100000, channel: 100000 } }\n';
  const product = await startProcess({
    role: 'all',
    env: readProcessEnv('all', variables),
    config: parseConfig(yaml, { role: 'all', env: variables, where: 'bench', folder: dir }),
    logger: silentLogger,
  });
  const command = (text: string, channel: string = places.ops) => ({ user: people.requester, channel, text });
  try {
    const [bareTimes, ourTimes]: [number[], number[]] = [[], []];
    for (let index = -20; index < operations; index += 1) {
      const one = await bareSlack.control.command(command('/aetherius help'));
      const other = await slack.control.command(command('/aetherius help'));
      // The first ones warm connections and code up.
      if (index < 0) continue;
      bareTimes.push(one.afterMs);
      ourTimes.push(other.afterMs);
    }
    const tableTimes: number[] = [];
    for (let index = 0; index < tables; index += 1) {
      const { id } = slack.control.addChannel({
        id: `CBENCH${index}`,
        name: `bench-${index}`,
        members: [people.requester],
      });
      const begun = performance.now();
      await slack.control.command(command('/aetherius health prod', id));
      await slack.control.waitForMessage({ channel: id, contains: 'took ' }, { timeoutMs: 20_000 });
      tableTimes.push(performance.now() - begun);
    }
    return {
      bare: figure('bare Bolt', bareTimes),
      ours: figure('this bot', ourTimes),
      table: figure('command to complete table', tableTimes),
    };
  } finally {
    await product.stop(5000);
    await bare.stop();
    await Promise.all([bareSlack.stop(), slack.stop(), own.stop(), target.stop(), postgres.stop()]);
    rmSync(dir, { recursive: true, force: true });
  }
}

function figure(name: string, times: readonly number[]): AckFigure {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number): number =>
    Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0) * 10) / 10;
  return { name, operations: times.length, p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99) };
}

if (process.argv[1] === import.meta.filename) console.log(JSON.stringify(await benchAck(), null, 2));
