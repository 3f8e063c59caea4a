/** The head of the audit in a channel, and a bot over an older database (R-L5). */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SlackMessage } from '@aetherius/slack-emulator';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Product, people, places, useStage } from '../support/slack-product.ts';
import { askForFix, askForHealth } from '../support/slack-steps.ts';

const stage = useStage();
const folder = mkdtempSync(join(tmpdir(), 'aetherius-e2e-anchors-'));
const channel = places.incidents;

const approvalsYaml = (file: string) => `
approvals:
  approvers:
    oncall: { users: [${people.approver}, ${people.requester}] }
    leads: { users: [${people.approver}] }
  tiers:
    1: { by: [oncall] }
    2: { by: [oncall], reason: finding }
    3: { by: [leads] }
  audit:
    anchor: { file: ${file}, channel: ${places.ops}, rows: 1, every: 1h }
`;

beforeEach(() => stage.fillTarget());
afterEach(() => stage.emptyTarget());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Rows that stand in the channel, oldest first. */
const inChannel = ({ slack }: Product): readonly number[] =>
  slack.control
    .messages({ channel: places.ops, where: ({ text }) => text.includes('"audit-anchor"') })
    .map(({ text }: SlackMessage) => Number(/"seq":(\d+)/.exec(text)?.[1]));

/** Until the channel has the last row, and the database notes that it was read there. */
const anchored = (product: Product) =>
  expect
    .poll(
      async () => {
        const [row] = await product.database.sql<{ last: string; noted: string }>(
          "SELECT h.seq AS last, max(a.seq) AS noted FROM audit_head h, audit_anchors a WHERE a.place = 'slack' GROUP BY h.seq",
        );
        return row !== undefined && row.last === row.noted && inChannel(product).includes(Number(row.last));
      },
      { timeout: 20_000 },
    )
    .toBe(true);

describe('R-L5: the head of the audit', () => {
  it('is posted by the bot for people and verifiers, and noted once it was read back', async () => {
    const file = join(folder, 'posted.jsonl');
    // Each with the rights of its kind alone: the scheduler adds to the file, the bot to the channel.
    const product = await stage.start({
      ...{ approvalsYaml: approvalsYaml(file), roles: ['bot', 'worker', 'scheduler'] },
    });
    const posted = await product.slack.control.waitForMessage(
      { channel: places.ops, contains: '"audit-anchor"' },
      { timeoutMs: 15_000 },
    );

    expect(posted.text).toMatch(
      /^:anchor: Head of the audit log: row \d+, .*\n`\{"aetherius":"audit-anchor",.*\}`$/,
    );
    await anchored(product);
    expect(inChannel(product)).toEqual([...new Set(inChannel(product))]);
    expect(readFileSync(file, 'utf8')).toContain(`"seq":${inChannel(product).at(-1)},`);
  });
});

describe('R-L5: a bot over an older dump', () => {
  it('says once that it holds, refuses the wrong person, reads on, and goes on when the right one confirms', async () => {
    const product = await stage.start({
      approvalsYaml: approvalsYaml(join(folder, 'older.jsonl')),
      slackYaml: `  fallbackChannel: ${channel}`,
    });
    const { control } = product.slack;
    const approve = (ts: string, where: string = channel) =>
      control.click({
        ...{ user: people.approver, channel: where, ts },
        ...{ actionId: 'remediation.approve', confirm: true },
      });
    const { card } = await askForFix(control);
    await anchored(product);
    await Promise.all(product.processes.map((process) => process.stop(5_000)));
    const dump = await stage.postgres.clone(product.database);
    const states = async (of = dump) =>
      (await of.sql<{ state: string }>("SELECT state FROM remediations WHERE state <> 'proposed'")).map(
        ({ state }) => state,
      );
    const later = await product.add('all');
    await approve(card.ts);
    await expect
      .poll(async () => (await states(product.database))[0], { timeout: 20_000 })
      .toMatch(/executing|verifying|succeeded/);
    await anchored(product);
    await later.stop(5_000);

    // The dump in the place of the database: what it has as open has run since.
    await product.add('all', { DATABASE_URL: dump.loginUrl });
    const notice = await control.waitForMessage(
      { channel, contains: 'Nothing is decided or carried out' },
      { timeoutMs: 15_000 },
    );

    expect(notice.text).toMatch(/It ends at row \d+; row \d+ was written down outside\./);
    expect(notice.text).toContain('/aetherius fixes confirm');
    await approve(card.ts);
    expect(await states()).toEqual(['requested']);
    const health = await askForHealth(control, { channel: places.ops });
    expect(health.text).toContain('Nothing is decided or carried out');
    const type = (user: string, reason: string) =>
      control.command({ user, channel, text: `/aetherius fixes confirm ${reason}` });
    const whisper = (user: string, contains: string) =>
      control.waitForMessage({
        channel,
        user,
        where: ({ ephemeralFor, text }) => ephemeralFor === user && text.includes(contains),
      });
    await type(people.requester, 'let us go on');
    await whisper(people.requester, 'you are not on the list');
    expect(await states()).toEqual(['requested']);

    await type(people.approver, 'the volume was lost, this is the dump of 08:00');

    await whisper(people.approver, 'The record is taken as it is');
    const goesOn = await control.waitForMessage(
      { channel, contains: 'Decisions and fixes go on' },
      { timeoutMs: 15_000 },
    );
    expect(goesOn.text).toContain(`<@${people.approver}>`);
    expect(goesOn.text).toContain('the volume was lost, this is the dump of 08:00');
    expect(await states()).toEqual(['cancelled']);
    expect(
      control.messages({ channel, where: ({ text }) => text.includes('Health checks, diagnoses and logs') }),
    ).toHaveLength(1);
    // What is asked for now is decided and runs.
    await stage.emptyTarget();
    await stage.fillTarget();
    const again = await askForFix(control, { channel: places.general });
    expect(again.table.text).not.toContain('Nothing is decided');
    await approve(again.card.ts, places.general);
    await expect
      .poll(async () => (await states()).toSorted()[1], { timeout: 20_000 })
      .toMatch(/executing|verifying|succeeded/);
  });
});
