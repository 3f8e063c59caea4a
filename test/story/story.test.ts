/** What people ask for beside a fix (`separate.test.ts`), through Slack's front door, with a login for each role. */
import { describe, expect, it } from 'vitest';
import { people, places, useStage } from '../support/slack-product.ts';
import { askForHealth } from '../support/slack-steps.ts';

const stage = useStage();
const roles = ['bot', 'worker', 'scheduler'] as const;
const patient = { timeoutMs: 30_000 };

describe('beside incidents', () => {
  it('a digest comes when it is asked for, and logs say what could not be read', async () => {
    const slackYaml = `  channels: { ${places.ops}: { environment: prod } }`;
    const { slack } = await stage.start({ roles, slackYaml });
    const ask = (text: string) =>
      slack.control.command({ user: people.requester, channel: places.ops, text });

    await ask('/aetherius digest now');
    const digest = await slack.control.waitForMessage(
      { channel: places.ops, contains: 'Daily digest' },
      patient,
    );
    await ask('/aetherius logs redis since=10m level=error');
    const logs = await slack.control.waitForMessage(
      { channel: places.ops, where: ({ text }) => text.includes('could not be read') },
      patient,
    );

    expect(digest.text).toContain('new');
    expect(logs.text).toMatch(/^:grey_question: \*Redis\*/);
  });

  it('a personal token from Slack opens the command line, and a drawn one does not', async () => {
    const product = await stage.start({ roles });
    const token = await product.issueToken(people.approver);

    const known = await product.shell(token)('approvals', 'list');
    const drawn = await product.shell(`${token.slice(0, -4)}0000`)('approvals', 'list');

    expect(known).toMatchObject({ exit: 0, err: '' });
    expect(drawn.exit).not.toBe(0);
    expect(drawn.err).not.toContain(token);
  });

  it('a health check of a platform that is well says so', async () => {
    const { slack } = await stage.start({ roles });

    const table = await askForHealth(slack.control);

    expect(table.text).toContain('large_green_circle');
  });
});
