import type { SlackEmulator, SlackMessage } from '@aetherius/slack-emulator';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { leaked, plantedSecrets } from '../support/planted-secrets.ts';
import { type Product, people, places, useStage } from '../support/slack-product.ts';
import { askForFix, askForHealth } from '../support/slack-steps.ts';

const stage = useStage();

beforeEach(() => stage.fillTarget());
afterEach(() => stage.emptyTarget());

const patient = { timeoutMs: 30_000 };
const seen = ({ text, blocks }: SlackMessage): string => `${text}\n${JSON.stringify(blocks)}`;

/** A diagnosis that is over, as its message in the channel. */
async function diagnosed({ slack }: Product): Promise<SlackMessage> {
  const { control } = slack;
  const { ok } = await control.command({
    user: people.requester,
    channel: places.incidents,
    text: '/aetherius diagnose D3',
  });
  expect(ok).toBe(true);
  return control.waitForMessage(
    { channel: places.incidents, where: (message) => seen(message).includes('"action_id":"report"') },
    patient,
  );
}

function issueFor(slack: SlackEmulator, user: string, contains: string): Promise<SlackMessage> {
  return slack.control.waitForMessage(
    { channel: places.incidents, user, contains, where: ({ ephemeralFor }) => ephemeralFor === user },
    patient,
  );
}

describe('a report in Slack', () => {
  it('is made from the latest run of the channel, for the one who asked, as text to copy', async () => {
    const product = await stage.start();
    const { slack } = product;
    const answer = await diagnosed(product);
    await slack.control.command({
      user: people.requester,
      channel: places.incidents,
      text: '/aetherius report',
    });
    const issue = await issueFor(slack, people.requester, 'rich_text_preformatted');
    const [run] = await product.database.sql<{ id: string }>('SELECT id FROM runs');

    expect(seen(answer)).toContain('D3.a');
    expect(seen(issue)).toContain(run?.id);
    for (const words of ['## Problem', 'D3.a', '## Steps to reproduce', 'not known', 'Redis: 7.'])
      expect(seen(issue)).toContain(words);
    expect(slack.control.messages({ contains: '## Problem' })).toEqual([]);
  });

  it('comes from the button of an answer, in the language of the one who presses', async () => {
    const product = await stage.start();
    const { slack } = product;
    const table = await askForHealth(slack.control);
    await diagnosed(product);
    await slack.control.click({
      user: people.chinese,
      channel: places.incidents,
      ts: table.ts,
      actionId: 'report',
    });
    const issue = await issueFor(slack, people.chinese, '问题详细描述');

    // Of the check under which it was pressed, not of the diagnosis after it.
    expect(seen(issue)).toContain('/aetherius health prod');
    expect(seen(issue)).toContain('未知');
  });

  it('is about the thread in which the bot is mentioned (R-SLACK22)', async () => {
    const product = await stage.start();
    const { slack } = product;
    const table = await askForHealth(slack.control);
    await diagnosed(product);
    await slack.control.say({
      user: people.requester,
      channel: places.incidents,
      threadTs: table.ts,
      text: '@aetherius report',
    });
    const issue = await issueFor(slack, people.requester, '## Problem');

    expect(issue.threadTs).toBe(table.ts);
    expect(seen(issue)).toContain('/aetherius health prod');
  });

  it('is a file under the answer when it is long, and holds none of the secrets that stand in the evidence', async () => {
    const product = await stage.start();
    const { slack, database } = product;
    const answer = await diagnosed(product);
    const every = plantedSecrets.map(({ value }) => value).join('\n');
    const lines = [
      ...every.split('\n'),
      ...Array.from({ length: 50 }, (_, index) => `oom ${'x'.repeat(80)} ${index}`),
    ];
    await database.sql(
      `UPDATE run_probes SET cause = $2, findings = jsonb_set(findings, '{0,excerpts}', $1)
       WHERE jsonb_array_length(findings) > 0`,
      [
        JSON.stringify([{ source: 'log of redis', lines }]),
        JSON.stringify({ code: 'x', detail: every, facts: { error: every } }),
      ],
    );
    await database.sql(`UPDATE runs SET params = jsonb_build_object('symptom', $1::text)`, [every]);

    await slack.control.click({
      user: people.requester,
      channel: places.incidents,
      ts: answer.ts,
      actionId: 'report',
    });
    const note = await issueFor(slack, people.requester, 'attached as a file');
    const file = await slack.control.waitFor(
      () =>
        [...slack.control.world.files.values()].find(
          ({ name, completed }) => completed && name.startsWith('issue-'),
        ),
      patient,
    );
    const shared = await slack.control.waitForMessage(
      { channel: places.incidents, threadTs: answer.ts, where: ({ files }) => files.includes(file.id) },
      patient,
    );
    const text = Buffer.from(file.content ?? []).toString('utf8');

    expect(note.text).toContain(`<#${places.incidents}>`);
    expect(shared.threadTs).toBe(answer.ts);
    expect(text).toContain('## Error logs');
    expect(text).toContain('From log of redis:');
    expect(text).toContain('postgres://app:[secret]@db.internal:5432/app');
    expect(leaked(text)).toEqual([]);
    expect(
      slack.control.messages({ user: people.requester }).flatMap((message) => leaked(seen(message))),
    ).toEqual([]);
  });

  it('tells of the fix that the answer led to, and the button stays after the verdict', async () => {
    const product = await stage.start();
    const { slack } = product;
    const { table, card } = await askForFix(slack.control);
    await slack.control.click({
      user: people.approver,
      channel: places.incidents,
      ts: card.ts,
      actionId: 'remediation.approve',
      confirm: true,
    });
    await slack.control.waitForMessage(
      {
        channel: places.incidents,
        where: (message) => message.ts === table.ts && seen(message).includes('Mended at'),
      },
      patient,
    );
    await slack.control.click({
      user: people.approver,
      channel: places.incidents,
      ts: table.ts,
      actionId: 'report',
    });
    const issue = await issueFor(slack, people.approver, '## Problem');

    expect(seen(issue)).toMatch(/Fixes through the bot:\\n.*: succeeded/);
  });

  it.each([
    ['/aetherius report', 'no finished check or diagnosis'],
    ['/aetherius report 00000000', 'no check or diagnosis with the number'],
    ['/aetherius report yesterday', 'not the number of a run'],
  ])('answers %s before anything was looked at', async (text, words) => {
    const { slack } = await stage.start();
    await slack.control.command({ user: people.requester, channel: places.incidents, text });

    const answer = await issueFor(slack, people.requester, words);

    expect(answer.text).toContain(words);
  });
});
