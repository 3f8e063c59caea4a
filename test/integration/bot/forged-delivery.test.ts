import { beforeAll, expect, it } from 'vitest';
import { Secret } from '../../../src/domain/kernel/secret.ts';
import { createDeliveryInbox } from '../../../src/platform/slack/inbox.ts';
import { silentLogger } from '../../support/logger.ts';
import { type TestDatabase, usePostgres } from '../../support/postgres.ts';

const postgres = usePostgres();
let database: TestDatabase;
beforeAll(async () => {
  database = await postgres.migrated();
});

const inboxOf = (token: string, forged: string[] = []) =>
  createDeliveryInbox({
    database: { url: database.url },
    logger: silentLogger,
    token: new Secret(token),
    onForged: (key) => void forged.push(key),
  });
/** Numbers, emoji and characters that JSON may write in two ways come back as they were signed. */
const body = {
  type: 'block_actions',
  user: { id: 'U1', team_id: 'T1' },
  actions: [
    { action_id: 'remediation.approve', value: 'b1', big: Number('12345678901234567890'), small: 1.5e-7 },
  ],
  text: 'müde 🚀 \u2028 "quoted" \\ </script>',
  empty: {},
  nothing: null,
};
const expire = () => database.sql("UPDATE inbox SET leased_until = clock_timestamp() - interval '1 minute'");

it('what the bot has written down is taken over by another process of it', async () => {
  const [one, two] = [inboxOf('xoxb-1'), inboxOf('xoxb-1')];
  await one.accept({ key: 'trigger:own', kind: 'block_actions', digest: 'd', body }, 1500);
  await expire();

  expect(await two.abandoned(10)).toMatchObject([{ key: 'trigger:own', body: { text: body.text } }]);
  await two.handled('trigger:own');
  await Promise.all([one.close(), two.close()]);
});

it('R-S1: a delivery that somebody with the database’s rights wrote is handled by nobody, and is alarmed', async () => {
  const forged: string[] = [];
  const bot = inboxOf('xoxb-1', forged);
  const worker = inboxOf('a guess');
  await bot.accept({ key: 'trigger:changed', kind: 'block_actions', digest: 'd', body }, 1500);
  await bot.accept({ key: 'trigger:moved', kind: 'block_actions', digest: 'd', body }, 1500);
  await worker.accept({ key: 'trigger:guessed', kind: 'block_actions', digest: 'd', body }, 1500);
  const as = (text: string, values: readonly unknown[] = []) => database.sql(text, values);
  await as(
    "UPDATE inbox SET payload = jsonb_set(payload, '{user,id}', '\"U2\"') WHERE key = 'trigger:changed'",
  );
  await as("UPDATE inbox SET key = 'trigger:elsewhere' WHERE key = 'trigger:moved'");
  await as(
    "INSERT INTO inbox (key, kind, payload_digest, payload) VALUES ('trigger:forged', 'block_actions', 'd', $1)",
    [JSON.stringify(body)],
  );
  await expire();

  expect(await bot.abandoned(10)).toEqual([]);
  expect(forged.toSorted()).toEqual([
    'trigger:changed',
    'trigger:elsewhere',
    'trigger:forged',
    'trigger:guessed',
  ]);
  // Nobody tries it again.
  expect(await bot.abandoned(10)).toEqual([]);
  expect(await as('SELECT key FROM inbox WHERE handled_at IS NULL')).toEqual([]);
  await Promise.all([bot.close(), worker.close()]);
});
