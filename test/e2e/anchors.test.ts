/** The head of the audit in a channel, and a bot over an older database (R-L5). */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { SlackMessage } from '../../tools/slack-emulator/types.ts';
import { type Product, people, places, useStage } from '../support/slack-product.ts';

const stage = useStage();
const folder = mkdtempSync(join(tmpdir(), 'aetherius-e2e-anchors-'));
const file = join(folder, 'anchors.jsonl');

const approvalsYaml = `
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

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Rows that stand in the channel, oldest first. */
const inChannel = ({ slack }: Product): readonly number[] =>
  slack.control
    .messages({ channel: places.ops, where: ({ text }) => text.includes('"audit-anchor"') })
    .map(({ text }: SlackMessage) => Number(/"seq":(\d+)/.exec(text)?.[1]));

const lastRow = async (product: Product): Promise<number> => {
  const [head] = await product.database.sql<{ seq: string }>('SELECT seq FROM audit_head');
  return Number(head?.seq);
};

const notedInSlack = (product: Product) =>
  product.database.sql<{ seq: string }>("SELECT seq FROM audit_anchors WHERE place = 'slack' ORDER BY at");

describe('R-L5: the head of the audit in Slack', () => {
  it('is posted by the bot for people and verifiers, and noted once it was read back', async () => {
    const product = await stage.start({ approvalsYaml });
    const { control } = product.slack;
    const last = await lastRow(product);
    const posted = await control.waitForMessage({ channel: places.ops, contains: '"audit-anchor"' });

    expect(posted.text).toMatch(
      /^:anchor: Head of the audit log: row \d+, .*\n`\{"aetherius":"audit-anchor",.*\}`$/,
    );
    await expect.poll(async () => (await notedInSlack(product)).length, { timeout: 15_000 }).toBe(1);
    expect(inChannel(product)).toEqual([last]);
    const anchors = readFileSync(file, 'utf8').trimEnd().split('\n');
    expect(anchors.at(-1)).toContain(`"seq":${last},`);
  });
});
