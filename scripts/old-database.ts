/**
 * `npm run old-database`: runs the product as it is now, leaves requests standing in every state, and writes its
 * database down as SQL, for the test that upgrades it. One folder a version of the schema; needs root, since the
 * processes get a host name that belongs to nobody.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { people, places, startSlackEmulator } from '@aetherius/slack-emulator';
import { Pool } from 'pg';
import { stringify } from 'yaml';
import { ownedBy, startPostgres } from '../lab/components/postgres.ts';
import { freePort, type RunningProcess, startProcess, tail } from '../lab/components/process.ts';
import { startRedis } from '../lab/components/redis.ts';
import { migrationsFolder } from '../src/platform/store/migrate.ts';
import {
  type OldEnvironment,
  oldAuditKey,
  oldConfig,
  oldEnvironments,
  redisVariable,
} from '../test/support/old-database.ts';
import { until } from '../test/support/until.ts';
import { dumpOf } from './old-database/dump.ts';
import { startTarget, type Target } from './old-database/target.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const channel = places.incidents;
/** For whatever a busy machine takes its time for. */
const patienceMs = 120_000;
const dir = mkdtempSync(join(tmpdir(), 'aetherius-old-'));
const stops: (() => Promise<unknown>)[] = [];

/** Resolves once it is so; rejects after a long while. */
const eventually = (condition: () => Promise<boolean>, withinMs = patienceMs) => until(condition, withinMs);

const say = (line: string) => process.stdout.write(`${line}\n`);

const config = join(dir, 'aetherius.yaml');
writeFileSync(config, stringify(oldConfig()));
const [database, redis, slack] = await Promise.all([
  startPostgres({ dir: join(dir, 'postgres'), databases: ['aetherius_bot'] }),
  startRedis({ dir: join(dir, 'redis'), args: ['--maxmemory-policy', 'noeviction'] }),
  startSlackEmulator(),
]);
stops.unshift(
  () => database.stop(),
  () => redis.stop(),
  () => slack.stop(),
);
const targets = Object.fromEntries(
  await Promise.all(oldEnvironments.map(async (name) => [name, await startTarget(dir, name)] as const)),
) as Readonly<Record<OldEnvironment, Target>>;
stops.unshift(...oldEnvironments.map((name) => () => targets[name].stop()));
const ownUrl = await ownedBy(database, 'aetherius_bot');
const pool = new Pool({ connectionString: database.url('aetherius_bot') });
stops.unshift(() => pool.end());
const rows = async <Row extends object>(text: string, values: readonly unknown[] = []) =>
  (await pool.query<Row>(text, [...values])).rows;

/** One process of the product on a machine of another name, ready. */
async function start(role: 'bot' | 'worker', environment?: OldEnvironment): Promise<RunningProcess> {
  const statusPort = await freePort();
  const own = environment === undefined ? [] : ['--env', environment];
  const program = ['--import', 'tsx', 'src/main.ts', '--role', role, '--config', config, ...own];
  const child = await startProcess({
    name: role,
    command: 'unshare',
    args: ['--uts', 'sh', '-c', 'hostname old-machine && exec "$@"', 'sh', process.execPath, ...program],
    cwd: root,
    log: join(dir, `${role}-${environment ?? 'all'}.log`),
    env: {
      DATABASE_URL: ownUrl,
      REDIS_URL: redis.url,
      AUDIT_KEY: oldAuditKey,
      STATUS_PORT: `${statusPort}`,
      ...(role === 'bot'
        ? { SLACK_BOT_TOKEN: slack.botToken, SLACK_APP_TOKEN: slack.appToken, SLACK_API_URL: slack.apiUrl }
        : Object.fromEntries(
            oldEnvironments.map((name) => [redisVariable(name), targets[name].gate.url] as const),
          )),
    },
  });
  stops.unshift(() => child.kill());
  await eventually(async () => {
    if (!child.running()) throw new Error(`${role} ended:\n${tail(child.log)}`);
    return fetch(`http://127.0.0.1:${statusPort}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
  });
  return child;
}

const { control } = slack;
const type = async (user: string, text: string) => {
  const typed = await control.command({ user, channel, text: `/aetherius ${text}` });
  if (!typed.ok) throw new Error(`${text}: ${JSON.stringify(typed)}`);
};

interface Remediation {
  readonly id: string;
  readonly handle: string;
  readonly state: string;
}
const newest = async (environment: string): Promise<Remediation | undefined> =>
  (
    await rows<Remediation>(
      'SELECT id, handle, state FROM remediations WHERE environment = $1 ORDER BY proposed_at DESC LIMIT 1',
      [environment],
    )
  )[0];
const reaches = (environment: OldEnvironment, state: string, within = patienceMs) =>
  eventually(async () => (await newest(environment))?.state === state, within);
const settled = () =>
  eventually(
    async () => (await rows(`SELECT FROM outbox WHERE state IN ('pending', 'sending')`)).length === 0,
  );

/** Health, and the offer that stands under the finding. */
async function offer(environment: OldEnvironment): Promise<void> {
  const checks = async () => (await rows(complete, ['health', environment])).length;
  const before = await checks();
  await type(people.requester, `health ${environment}`);
  await eventually(async () => (await checks()) > before);
  await settled();
}

async function request(environment: OldEnvironment): Promise<Remediation> {
  await offer(environment);
  const row = await newest(environment);
  const [button] = await rows<{ id: string }>(
    `SELECT id FROM buttons WHERE remediation_id = $1 AND purpose = 'request' ORDER BY created_at DESC`,
    [row?.id],
  );
  const message = await control.waitForMessage(
    { channel, contains: `"${button?.id}"` },
    { timeoutMs: patienceMs },
  );
  await control.click({
    user: people.requester,
    channel,
    ts: message.ts,
    actionId: 'remediation.request',
    confirm: true,
  });
  await reaches(environment, 'requested');
  await settled();
  return (await newest(environment)) as Remediation;
}

async function approve(environment: OldEnvironment): Promise<void> {
  const { handle } = await request(environment);
  await type(people.approver, `approve ${handle}`);
}

/** How each environment gets to what it is named after. Its worker is killed there, as in a crash. */
const stories: Readonly<Record<OldEnvironment, (worker: RunningProcess) => Promise<void>>> = {
  async finished() {
    const { handle } = await request('finished');
    await type(people.approver, `reject ${handle} not during the sale`);
    await reaches('finished', 'rejected');
    await type(people.requester, 'diagnose D3 finished');
    await eventually(async () => (await rows(complete, ['diagnose', 'finished'])).length > 0);
    await settled();
    await approve('finished');
    await reaches('finished', 'succeeded');
    await type(people.requester, 'digest at 08:30');
    await eventually(async () => (await rows('SELECT FROM channel_settings')).length === 1);
    await type(people.requester, 'digest now');
    await eventually(async () => (await rows(complete, ['digest', 'finished'])).length > 0);
  },
  proposed: () => offer('proposed'),
  async requested() {
    await request('requested');
  },
  async approved(worker) {
    const { handle } = await request('approved');
    // A health check that is cut off in its middle, and one that no worker has taken.
    targets.approved.gate.hold(/./);
    await type(people.requester, 'health approved');
    await eventually(async () => (await rows(`SELECT FROM runs WHERE state = 'running'`)).length > 0);
    await worker.kill();
    await type(people.requester, 'health approved');
    await type(people.approver, `approve ${handle}`);
    await reaches('approved', 'approved');
  },
  async executing(worker) {
    targets.executing.gate.hold(configSet);
    await approve('executing');
    await eventually(async () => (await rows(openIntent, ['executing'])).length > 0);
    await worker.kill();
  },
  async verifying(worker) {
    await approve('verifying');
    await reaches('verifying', 'verifying');
    await worker.kill();
  },
  async 'rolling-back'(worker) {
    await approve('rolling-back');
    await reaches('rolling-back', 'verifying');
    // Somebody puts it back, so that nothing is better for as long as the verification lasts.
    await targets['rolling-back'].setPolicy('noeviction');
    await reaches('rolling-back', 'rolling_back', 2 * patienceMs);
    await worker.kill();
  },
  async indeterminate(worker) {
    targets.indeterminate.gate.hold(configSet);
    await approve('indeterminate');
    await reaches('indeterminate', 'indeterminate');
    await worker.kill();
  },
};

const complete = `SELECT FROM runs WHERE kind = $1 AND environment = $2 AND state = 'complete'`;
const held = `SELECT FROM remediations WHERE lease_until > clock_timestamp()
  UNION ALL SELECT FROM runs WHERE lease_until > clock_timestamp()`;
const configSet = /\$6\r\nCONFIG\r\n\$3\r\nSET\r\n/i;
const openIntent = `SELECT FROM remediation_steps JOIN remediations ON id = remediation_id
  WHERE environment = $1 AND remediation_steps.outcome IS NULL`;

async function main(): Promise<void> {
  const bot = await start('bot');
  say('the bot is up');
  // Two at a time: each worker takes its moment to start.
  const waiting = [...oldEnvironments];
  const lane = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const worker = await start('worker', name);
      await stories[name](worker);
      await settled();
      await worker.kill();
      say(`${name}: ${(await newest(name))?.state}`);
    }
  };
  await Promise.all([lane(), lane(), lane()]);
  await settled();
  await bot.stop();
  // Whoever goes on with it need not wait for the leases of the killed.
  await eventually(async () => (await rows(held)).length === 0);
  const version = readdirSync(migrationsFolder).toSorted().at(-1)?.replace('.sql', '') ?? '';
  const folder = join(root, 'test/integration/store/old', version);
  mkdirSync(folder, { recursive: true });
  const schema = [migrationsTable, ...readdirSync(migrationsFolder).toSorted().map(upOf)];
  writeFileSync(join(folder, 'schema.sql'), schema.join('\n'));
  writeFileSync(join(folder, 'state.sql'), await dumpOf(pool));
  say(`written: ${folder.slice(root.length)}`);
}

/** As node-pg-migrate makes it; the test compares it with one that it has made. */
const migrationsTable = `CREATE TABLE aetherius_migrations (
  id SERIAL PRIMARY KEY,
  name varchar(255) NOT NULL,
  run_on timestamp NOT NULL
);
`;

/** What a migration does, without the way back and without comments: what those cite may be gone one day. */
function upOf(name: string): string {
  const text = readFileSync(join(migrationsFolder, name), 'utf8');
  const up = text.split(/^-- Down Migration$/m)[0] ?? '';
  return `-- ${name}\n${up.replace(/^ *--.*\n/gm, '').trim()}\n`;
}

try {
  await main();
} finally {
  for (const stop of stops) await stop().catch(() => undefined);
  rmSync(dir, { recursive: true, force: true });
}
