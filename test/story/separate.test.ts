/** Bot, worker and scheduler, each with a login and a signing key of its own (R-A15, R-A16). */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { people, places, useStage } from '../support/slack-product.ts';
import { askForFix } from '../support/slack-steps.ts';

const stage = useStage();
beforeEach(() => stage.fillTarget());
afterEach(() => stage.emptyTarget());

const start = () => stage.start({ roles: ['bot', 'worker', 'scheduler'] });
const policyOf = () => stage.targetCall('CONFIG', 'GET', 'maxmemory-policy');

it('R-A15: a fix is asked for, approved, carried out, verified and taken back, and each row is signed by whose it is', async () => {
  const product = await start();
  const { control } = product.slack;
  const { table, card } = await askForFix(control);
  const found = table.text;
  const press = (user: string, ts: string, actionId: string) =>
    control.click({ user, channel: places.incidents, ts, actionId, confirm: true });

  await press(people.requester, card.ts, 'remediation.approve');
  const afterOwn = await product.database.sql('SELECT state FROM remediations');
  // A click that comes twice is one decision.
  await press(people.approver, card.ts, 'remediation.approve');
  await press(people.approver, card.ts, 'remediation.approve');
  const done = await control.waitForMessage(
    {
      channel: places.incidents,
      where: ({ ts, blocks }) => ts === card.ts && JSON.stringify(blocks).includes('remediation.undo'),
    },
    { timeoutMs: 30_000 },
  );
  const saidThen = done.text;
  const mended = await policyOf();
  const rootWith = (words: string) =>
    control.waitForMessage(
      { channel: places.incidents, where: ({ ts, text }) => ts === table.ts && text.includes(words) },
      { timeoutMs: 15_000 },
    );
  await rootWith('Mended at');
  await press(people.requester, done.ts, 'remediation.undo');
  const undo = await control.waitForMessage(
    {
      channel: places.incidents,
      threadTs: table.ts,
      where: ({ ts, blocks }) => ts !== card.ts && JSON.stringify(blocks).includes('remediation.approve'),
    },
    { timeoutMs: 15_000 },
  );
  await press(people.approver, undo.ts, 'remediation.approve');
  await control.waitForMessage(
    { channel: places.incidents, where: ({ ts, text }) => ts === undo.ts && text.includes('Taken back') },
    { timeoutMs: 30_000 },
  );
  // What was taken back is no longer mended.
  await rootWith(found);

  const logins = await product.database.sql<{ login: string }>(
    `SELECT DISTINCT usename::text AS login FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid() ORDER BY 1`,
  );
  const signers = await product.database.sql<{ action: string; keys: number; unsigned: number }>(
    `SELECT split_part(action, '.', 1) = 'step' OR action IN ('remediation.executing', 'remediation.succeeded') AS worker,
       count(DISTINCT signed_by)::int AS keys, count(*) FILTER (WHERE signature IS NULL)::int AS unsigned
     FROM audit_log WHERE action ~ '^(remediation|step)\\.' AND action NOT IN ('remediation.proposed', 'remediation.verifying') GROUP BY 1 ORDER BY 1`,
  );
  expect(afterOwn).toEqual([{ state: 'requested' }]);
  expect(found).toContain('Redis');
  expect(logins.map(({ login }) => login)).toEqual(['login_of_bot', 'login_of_scheduler', 'login_of_worker']);
  expect(signers).toEqual([
    { worker: false, keys: 1, unsigned: 0 },
    { worker: true, keys: 1, unsigned: 0 },
  ]);
  expect(saidThen).toContain('Fixed and verified');
  expect(mended).toEqual(['maxmemory-policy', 'allkeys-lru']);
  expect(await policyOf()).toEqual(['maxmemory-policy', 'noeviction']);
});

it('R-A16: a request that somebody with the owner’s rights approves is carried out by nobody, and the thread says so', async () => {
  const product = await start();
  const { control } = product.slack;
  const { table } = await askForFix(control);
  await product.database.sql(
    `SET session_replication_role = replica;
     INSERT INTO approvals (remediation_id, person_id, person, decision, plan_hash, policy_version, payload_digest)
       SELECT id, 'T0AETHER1:${people.approver}', '{"teamId":"T0AETHER1","userId":"${people.approver}","via":"slack"}',
         'approve', plan_hash, policy_version, 'd' FROM remediations WHERE state = 'requested';
     UPDATE remediations SET state = 'approved', version = version + 1, approved_at = clock_timestamp(),
       approval_expires_at = clock_timestamp() + interval '10 minutes' WHERE state = 'requested'`,
  );

  await control.waitForMessage(
    {
      channel: places.incidents,
      threadTs: table.ts,
      where: ({ text }) => text.includes('no bot has made this decision'),
    },
    { timeoutMs: 30_000 },
  );

  expect(await policyOf()).toEqual(['maxmemory-policy', 'noeviction']);
  expect(await product.database.sql('SELECT FROM remediation_steps')).toEqual([]);
  expect(
    await product.database.sql(
      `SELECT state, outcome->>'reason' AS reason FROM remediations WHERE state <> 'proposed'`,
    ),
  ).toEqual([{ state: 'stale', reason: 'decision-forged' }]);
});
