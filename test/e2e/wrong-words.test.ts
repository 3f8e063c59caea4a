/** What a person types wrong is theirs: nobody may raise an alarm by it. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { people, places, useStage } from '../support/slack-product.ts';
import { until } from '../support/until.ts';

const stage = useStage();
beforeEach(() => stage.fillTarget());
afterEach(() => stage.emptyTarget());

const typed = [
  'helth',
  'health moon',
  'health prod now please',
  'diagnose',
  'diagnose Q9',
  'diagnose D3 moon',
  'diagnose nothing of the kind',
  'diagnose D3 since=yesterday',
  'diagnose D3 value=<!channel>',
  'logs',
  'logs nobody',
  'logs redis since=99y',
  'logs redis grep=(',
  'logs trace=',
  'logs all grep=',
  'collect since=never',
  'fix',
  'fix nothing',
  'fix redis.set-eviction-policy',
  'fix redis.set-eviction-policy policy=none-such',
  'fix redis.set-eviction-policy policy=allkeys-lru moon=full',
  'fix postgres.rebuild-index index=x',
  'fix postgres.rebuild-index database=moon index=x',
  'fix kubernetes.restart-workload part=agent-manager',
  'approve',
  'approve r-nobody',
  'approve r-nobody 0',
  'reject r-nobody why',
  'resolve r-nobody worked because',
  'stop r-nobody',
  'cancel r-nobody',
  'report 00000000',
  'report ../../etc/passwd',
  'digest at 25:99',
  'digest at noon',
  'digest moon',
  'token revoke nothing',
  'token 99 days',
  'kill',
  'switch on everything',
  'follow-up r-nobody done',
  '\u200b\ud83d',
  'x'.repeat(3000),
];

const shelled = [
  ['helth'],
  ['health', '--env', 'moon'],
  ['fix', 'nothing', '--env', 'prod'],
  ['fix', 'redis.set-eviction-policy', 'policy=none-such', '--env', 'prod'],
  ['fix', 'redis.set-eviction-policy', 'policy', '--env', 'prod'],
  ['fix', 'redis.set-eviction-policy', '--env', 'moon'],
  ['approvals', 'approve', 'r-nobody', '--plan', '0'],
  ['approvals', 'show', 'r-nobody'],
  ['approvals', 'explain', 'nothing', '--env', 'prod'],
  ['digest', 'at', 'noon', '--channel', 'C0NOBODY'],
  ['digest', 'now', '--channel', 'nowhere', '--env', 'prod'],
  ['report', 'nothing'],
  ['history', '--limit', 'many'],
  ['audit', 'export', '--since', 'never'],
];

it('no wrong word of a person, in Slack or at the command line, is an error in the log', async () => {
  const lines: string[] = [];
  const product = await stage.start({ roles: ['bot', 'worker'], logLines: (line) => lines.push(line) });
  const { control } = product.slack;
  const shell = product.shell(await product.issueToken(people.requester));
  for (const text of typed)
    await control.command({ user: people.requester, channel: places.incidents, text: `/aetherius ${text}` });
  for (const text of typed.slice(0, 12))
    await control.say({ user: people.requester, channel: places.incidents, text: `<@U0AETHBOT> ${text}` });
  for (const args of shelled) await shell(...args);
  await until(
    async () =>
      (await product.database.sql("SELECT FROM runs WHERE state IN ('queued', 'running')")).length === 0 &&
      (await product.database.sql('SELECT FROM inbox WHERE handled_at IS NULL')).length === 0,
    60_000,
  );

  const levelOf = (line: string) => (JSON.parse(line) as { readonly level: string }).level;
  expect(lines.filter((line) => levelOf(line) === 'error')).toEqual([]);
  // It was all heard, and none of it became a run that can only fail.
  expect(await product.database.sql("SELECT kind, params FROM runs WHERE state = 'failed'")).toEqual([]);
  expect(lines.some((line) => line.includes('a run was refused'))).toBe(false);
});
