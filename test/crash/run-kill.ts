/** `kill -9` of one part of the product at eleven points in the life of a run; one test file a victim, so that they run side by side. */

import { people, places, type SlackMessage } from '@aetherius/slack-emulator';
import { Pool } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { gatedPlatform } from '../support/gated-platform.ts';
import { type TestDatabase, usePostgres } from '../support/postgres.ts';
import { type Processes, prepareProcesses } from '../support/product-processes.ts';
import { useRedis } from '../support/redis.ts';

const postgres = usePostgres();
const redis = useRedis();

/** A platform of three services: one is sick, one answers only while its gate is open. */
const platform = gatedPlatform();

let database: TestDatabase;
let product: Processes;

beforeAll(async () => {
  await platform.start();
  database = await postgres.database();
  product = await prepareProcesses({
    databaseUrl: database.loginUrl,
    redisUrl: redis.server.url,
    config: `
environments:
  prod:
    runtime: { kind: none }
    services:
      agent-manager: { url: "${platform.url('gated')}" }
      orchestrator-service: { url: "${platform.url('sick')}" }
      reasoning-service: { url: "${platform.url('well')}" }
slack:
  defaultEnvironment: prod
approvals:
  approvers:
    oncall: { users: [${people.approver}, ${people.requester}] }
  tiers:
    1: { by: [oncall] }
    2: { by: [oncall] }
`,
  });
  watch = new Pool({
    connectionString: database.url,
    max: 1,
    connectionTimeoutMillis: 2000,
    query_timeout: 2000,
  });
  watch.on('error', () => undefined);
  await Promise.all([product.start('bot'), product.start('worker')]);
});

afterAll(async () => {
  await product?.stop();
  await watch?.end();
  await platform.stop();
});

interface RunRow {
  readonly id: string;
  readonly state: string;
  readonly outcomes: number;
}

/** Kept open: making a connection takes longer than some of the moments to be caught. */
let watch: Pool | undefined;

/** The newest run; undefined while PostgreSQL is away or when there is none after `known`. */
async function newest(known: ReadonlySet<string>): Promise<RunRow | undefined> {
  const rows = await (
    watch?.query<RunRow>(
      `SELECT id, state, (SELECT count(*)::int FROM run_probes WHERE run_id = runs.id) AS outcomes
     FROM runs ORDER BY created_at DESC LIMIT 5`,
    ) ?? Promise.reject(new Error('not watching yet'))
  )
    .then((result) => result.rows)
    .catch((): RunRow[] => []);
  return rows.find(({ id }) => !known.has(id));
}

/** Its message is stored, and no sender has been allowed to touch it yet. */
async function isKeptBack({ known }: Place): Promise<boolean> {
  const run = await newest(known);
  if (run === undefined) return false;
  const rows = await watch?.query(
    `SELECT FROM outbox o JOIN messages m ON m.id = o.message_id
     WHERE m.run_id = $1 AND o.state = 'pending' AND o.attempts = 0 AND o.due_at > clock_timestamp()`,
    [run.id],
  );
  return rows !== undefined && rows.rows.length > 0;
}

const looking = (message: SlackMessage) => /looking|Waiting for a worker/.test(message.text);

/** Said when Redis did not take a job: a word beside the answer, which comes all the same. */
const aboutRedis = (message: SlackMessage) => /which carries jobs/.test(message.text);

/** Top-level answers of ours that came after `before`. */
function tables(before: number): readonly SlackMessage[] {
  return product.slack.control
    .messages({ channel: places.incidents })
    .filter(({ threadTs, ts }) => threadTs === null || threadTs === ts)
    .filter((message) => !aboutRedis(message))
    .slice(before);
}

const allTables = () => tables(0).length;

/** Eleven points in the life of a run, each recognised from outside. */
const points = [
  { name: 'while the command is typed', reached: () => Promise.resolve(true) },
  { name: 'once the run is stored', reached: async (at: Place) => (await newest(at.known)) !== undefined },
  { name: 'while its first words are kept back', reached: async (at: Place) => isKeptBack(at) },
  {
    name: 'once its message stands in Slack',
    reached: (at: Place) => Promise.resolve(tables(at.before).length > 0),
  },
  {
    name: 'once a worker has claimed it',
    reached: async (at: Place) => (await newest(at.known))?.state === 'running',
  },
  {
    name: 'once the first outcome is saved',
    reached: async (at: Place) => ((await newest(at.known))?.outcomes ?? 0) >= 1,
  },
  {
    name: 'once two outcomes are saved',
    reached: async (at: Place) => ((await newest(at.known))?.outcomes ?? 0) >= 2,
  },
  {
    name: 'once a half-filled table stands in Slack',
    reached: (at: Place) =>
      Promise.resolve(tables(at.before).some((message) => /Still looking/.test(message.text))),
  },
  {
    name: 'as the last probe answers',
    reached: async (at: Place) => {
      if (((await newest(at.known))?.outcomes ?? 0) < 2) return false;
      platform.open();
      return true;
    },
  },
  {
    name: 'once it is complete in PostgreSQL',
    reached: async (at: Place) => {
      platform.open();
      return (await newest(at.known))?.state === 'complete';
    },
  },
  {
    name: 'once the complete table stands in Slack',
    reached: (at: Place) => {
      platform.open();
      return Promise.resolve(tables(at.before).some((message) => !looking(message)));
    },
  },
] as const;

interface Place {
  /** Runs and messages that were there before. */
  readonly known: ReadonlySet<string>;
  readonly before: number;
}

const victims = {
  worker: { kill: () => product.kill('worker'), restart: () => product.start('worker') },
  bot: { kill: () => product.kill('bot'), restart: () => product.start('bot') },
  Redis: { kill: () => redis.kill(), restart: () => redis.start() },
  PostgreSQL: { kill: () => postgres.server.kill(), restart: () => postgres.server.restart() },
} as const;

/** Registers the tests of one victim. At most one a file: servers and processes are the file's. */
export function testKilling(victim: keyof typeof victims): void {
  /** Runs whose worker was killed while it had them. */
  let interrupted = 0;

  test.each(points.map((point) => [point.name, point] as const))(
    '%s: the thread ends in a complete answer, exactly once',
    async (_name, point) => {
      platform.close();
      const known = new Set((await database.sql<{ id: string }>('SELECT id FROM runs')).map(({ id }) => id));
      const at: Place = { known, before: allTables() };

      const typed = typeHealth();
      await until('the point is reached', () => point.reached(at));
      await victims[victim].kill();
      const caught = victim === 'worker' && (await newest(at.known))?.state === 'running';
      if (caught) interrupted += 1;
      await victims[victim].restart();
      platform.open();
      await typed;
      await untilAnswered(at);

      const runs = await database.sql<RunRow>('SELECT id, state, attempt FROM runs');
      const ours = runs.filter(({ id }) => !known.has(id));
      expect(ours).toMatchObject([{ state: 'complete' }]);
      // The kill came in the middle: only another claim can have finished it.
      if (caught) expect(ours).toMatchObject([{ attempt: 2 }]);
      const [table, ...more] = tables(at.before);
      expect(more).toEqual([]);
      const replies = product.slack.control
        .messages({ channel: places.incidents, threadTs: table?.ts ?? '' })
        .map(({ text }) => text);
      const stored = await database.sql<{ n: number }>(
        `SELECT count(*)::int AS n FROM messages WHERE run_id = $1 AND purpose = 'finding'`,
        [ours[0]?.id],
      );
      expect(replies.length).toBeGreaterThan(0);
      expect(replies).toHaveLength(stored[0]?.n ?? -1);
      expect(new Set(replies).size).toBe(replies.length);
    },
  );

  if (victim === 'worker')
    test('some of the killed workers had a run in hand', () => {
      expect(interrupted).toBeGreaterThanOrEqual(3);
    });
}

async function typeHealth(): Promise<void> {
  await product.slack.control
    .command({ user: people.requester, channel: places.incidents, text: '/aetherius health prod' })
    .catch(() => undefined);
}

/** Complete in PostgreSQL and in Slack, and nothing left to send. A command that was not stored is typed again, as its user would. */
async function untilAnswered(at: Place): Promise<void> {
  let typedAgain = false;
  // Slack sends what was not acknowledged once more when the bot is back, which takes seconds on a busy machine.
  const patience = Date.now() + 20_000;
  await until('the answer is complete', async () => {
    // One that was written down and not carried out yet is carried out by a bot that lives: typing it again would be two.
    // Looked at before the runs: what is carried out between the two looks shows as a run.
    const waiting = await database.sql('SELECT FROM inbox WHERE payload IS NOT NULL AND handled_at IS NULL');
    const run = await newest(at.known);
    if (run === undefined && waiting.length === 0 && !typedAgain && Date.now() > patience) {
      typedAgain = true;
      await typeHealth();
    }
    if (run?.state !== 'complete') return false;
    const pending = await database.sql(`SELECT FROM outbox WHERE state IN ('pending', 'sending')`);
    const shown = tables(at.before);
    return pending.length === 0 && shown.length > 0 && shown.every((message) => !looking(message));
  });
}

async function until(what: string, look: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 60_000;
  while (!(await look().catch(() => false))) {
    if (Date.now() > end) {
      throw new Error(`not within a minute: ${what}\n${product.log('worker')}\n${product.log('bot')}`);
    }
    await new Promise((next) => setTimeout(next, 5));
  }
}
