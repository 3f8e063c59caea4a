/** R-S14: who is to decide is called outside of Slack, too, when the settings say so. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { people, places, useStage } from '../support/slack-product.ts';
import { askForFix } from '../support/slack-steps.ts';

const stage = useStage();
const closers: (() => void)[] = [];

beforeEach(() => stage.fillTarget());
afterEach(async () => {
  await stage.emptyTarget();
  for (const close of closers.splice(0)) close();
});

interface Got {
  readonly key: unknown;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A paging system that is away for the first requests. */
async function pager(statuses: readonly number[]) {
  const got: Got[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      got.push({
        key: request.headers['idempotency-key'],
        body: JSON.parse(Buffer.concat(parts).toString()) as Got['body'],
      });
      response.writeHead(statuses[got.length - 1] ?? 202).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(
    () => server.closeAllConnections(),
    () => void server.close(),
  );
  return {
    got,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?token=pager-Heron-5521`,
  };
}

const approvals = `
approvals:
  approvers:
    oncall: { users: [${people.approver}, ${people.requester}] }
  tiers:
    1: { by: [oncall] }
    2: { by: [oncall] }
  notify: { page: true }
`;
const soon = { timeout: 20_000 };

it('a request and its second reminder are posted once to the paging system, also when that is away', async () => {
  const { got, url } = await pager([503]);
  const lines: string[] = [];
  const product = await stage.start({
    approvalsYaml: approvals,
    env: { PAGE_WEBHOOK_URL: url },
    logLines: (line) => void lines.push(line),
  });

  await askForFix(product.slack.control);
  await expect.poll(() => got.length, soon).toBe(2);
  const [row] = await product.database.sql<{ handle: string }>(
    "SELECT handle FROM remediations WHERE state = 'requested'",
  );

  // Tried again, and known again by its key.
  expect(got[1]).toEqual(got[0]);
  expect(got[0]?.key).toMatch(/^[0-9a-f-]{36}$/);
  expect(got[0]?.body).toMatchObject({
    source: 'aetherius-bot',
    event: 'requested',
    environment: 'prod',
    fix: row?.handle,
    action: 'redis.set-eviction-policy',
    undo: false,
    part: 'redis',
    tier: 2,
    requester: people.requester,
    channel: places.incidents,
  });
  expect(String(got[0]?.body.summary)).toContain(`waits for approval in prod`);

  await product.database.sql(
    `UPDATE remediations SET requested_at = now - life * 0.7, request_expires_at = now + life * 0.3
     FROM (SELECT clock_timestamp() AS now, interval '30 minutes' AS life) AS of WHERE state = 'requested'`,
  );
  await expect.poll(() => got.length, soon).toBe(3);
  expect(got[2]?.body).toMatchObject({ event: 'reminder', fix: row?.handle });
  // The address is a secret.
  expect(lines.join('\n')).not.toContain('pager-Heron-5521');
});

it('a private channel is not named, and a receiver that refuses is not asked again', async () => {
  const { got, url } = await pager([400, 400]);
  const product = await stage.start({ approvalsYaml: approvals, env: { PAGE_WEBHOOK_URL: url } });

  for (const one of [people.requester, people.approver]) product.slack.control.join(places.private, one);
  await askForFix(product.slack.control, { channel: places.private });
  await expect
    .poll(
      () => product.database.sql("SELECT error FROM outbox WHERE kind = 'page' AND state = 'failed'"),
      soon,
    )
    .toHaveLength(1);

  expect(got).toHaveLength(1);
  expect(got[0]?.body).not.toHaveProperty('channel');
});

it('the bot does not start without the address that its settings need', async () => {
  await expect(stage.start({ approvalsYaml: approvals })).rejects.toThrow(/PAGE_WEBHOOK_URL/);
});
