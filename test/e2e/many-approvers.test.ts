/** R-S14, R-SLACK28: Slack allows fifty edits a minute in a workspace, and those who may approve are many. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Control, defaultUsers, people, places, type SlackMessage } from '@aetherius/slack-emulator';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { type RedisServer, startRedis } from '../../lab/components/redis.ts';
import { useStage } from '../support/slack-product.ts';
import { isRoot } from '../support/slack-steps.ts';

const stage = useStage();
const channel = places.incidents;
const dir = mkdtempSync(join(tmpdir(), 'aetherius-second-'));
let second: RedisServer | undefined;

beforeAll(async () => {
  second = await startRedis({ dir, args: ['--maxmemory', '8mb', '--maxmemory-policy', 'noeviction'] });
  const client = new Redis(second.url);
  const value = 'x'.repeat(64 * 1024);
  for (let n = 0; n < 1000; n += 1)
    if ((await client.set(`cache:filler:${n}`, value).catch(() => 'full')) === 'full') break;
  client.disconnect();
});
afterAll(async () => {
  await second?.stop();
  rmSync(dir, { recursive: true, force: true });
});
beforeEach(() => stage.fillTarget());
afterEach(() => stage.emptyTarget());

const many = Array.from({ length: 40 }, (_none, n) => `U0MANY${`${n}`.padStart(3, '0')}`);
const approvalsYaml = `
approvals:
  approvers:
    oncall: { users: [${[people.approver, ...many].join(', ')}] }
  tiers:
    1: { by: [oncall] }
    2: { by: [oncall], reason: finding }
`;
const environmentsYaml = `
  prod:
    runtime: { kind: none }
    redis: { url: { env: TARGET_REDIS_URL } }
  second:
    runtime: { kind: none }
    redis: { url: { env: SECOND_REDIS_URL } }
`;

it('the next request gets its Approve button within seconds, with forty approvers and under the limits of Slack', async () => {
  const product = await stage.start({
    ...{ approvalsYaml, environmentsYaml },
    env: { SECOND_REDIS_URL: second?.url ?? '' },
    emulator: {
      rateLimits: true,
      world: { users: [...defaultUsers, ...many.map((id) => ({ id, name: id }))] },
    },
  });
  const { control } = product.slack;
  const next = await offered(control, 'second');
  const first = await offered(control, 'prod');
  const press = (user: string, ts: string, actionId: string) =>
    control.click({ user, channel, ts, actionId: `remediation.${actionId}`, confirm: true });
  const shows = (card: string, what: string, timeoutMs: number) =>
    control.waitForMessage(
      {
        channel,
        where: ({ ts, text, blocks }) => ts === card && `${text}${JSON.stringify(blocks)}`.includes(what),
      },
      { timeoutMs },
    );

  await press(people.requester, first, 'request');
  await shows(first, 'remediation.approve', 15_000);
  await press(people.approver, first, 'approve');
  await shows(first, 'Fixed and verified', 40_000);
  const began = performance.now();
  await press(people.requester, next, 'request');
  await shows(next, 'remediation.approve', 60_000);
  const tookMs = performance.now() - began;

  expect(tookMs).toBeLessThan(5_000);
  // Slack refused nothing, and the copies of the first request say in the end what became of it.
  const limited = control.log.calls().filter(({ result }) => JSON.stringify(result).includes('ratelimited'));
  expect(limited).toEqual([]);
  const copies = await control.waitFor(
    () => {
      const ended = control.messages({ contains: 'Fixed and verified' }).filter((one) => one.ts !== first);
      return ended.filter(isDirect).length === 20 ? ended.filter(isDirect) : undefined;
    },
    { timeoutMs: 120_000 },
  );
  expect(copies.filter(({ blocks }) => JSON.stringify(blocks).includes('remediation.approve'))).toEqual([]);
  const edits = control.log.calls('chat.update').map(({ args }) => String(args.ts));
  // Once when it was decided, unless the verdict was there first, and once with the verdict.
  for (const { ts } of copies) expect(edits.filter((edit) => edit === ts).length).toBeLessThanOrEqual(2);
}, 240_000);

const isDirect = ({ channel: place }: SlackMessage): boolean => place.startsWith('D');

/** The offer for Redis of an environment. */
async function offered(control: Control, environment: string): Promise<string> {
  const typed = await control.command({
    ...{ user: people.requester, channel, text: `/aetherius health ${environment}` },
  });
  expect(typed.ok).toBe(true);
  const table = await control.waitForMessage(
    {
      channel,
      where: (message) =>
        isRoot(message) &&
        message.text.includes(`: *${environment}*: `) &&
        !message.text.includes('hourglass'),
    },
    { timeoutMs: 15_000 },
  );
  const finding = await control.waitForMessage(
    { channel, threadTs: table.ts, contains: 'remediation.request' },
    { timeoutMs: 15_000 },
  );
  return finding.ts;
}
