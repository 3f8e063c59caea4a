import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { people, places, useStage } from '../support/slack-product.ts';
import { askForHealth, isRoot } from '../support/slack-steps.ts';

const stage = useStage();

beforeEach(() => stage.fillTarget());
afterEach(() => stage.emptyTarget());

describe('sending to Slack', () => {
  it('does not let a rate limit in one channel hold up another for a second (R-SLACK8)', async () => {
    const { slack } = await stage.start();
    const { control } = slack;
    await askForHealth(control, { channel: places.general });
    control.faults.add({
      method: 'chat.postMessage',
      match: { channel: places.incidents },
      fault: { kind: 'ratelimited', retryAfterSeconds: 6 },
      times: 1,
    });

    await control.command({
      user: people.requester,
      channel: places.incidents,
      text: '/aetherius health prod',
    });
    await control.waitFor(() => control.log.calls('chat.postMessage').some(({ status }) => status === 429));
    const begun = Date.now();
    await control.command({ user: people.approver, channel: places.ops, text: '/aetherius health prod' });
    await control.waitForMessage({ channel: places.ops, where: isRoot }, { timeoutMs: 3000 });
    const other = Date.now() - begun;
    await control.waitForMessage({ channel: places.incidents, where: isRoot }, { timeoutMs: 12_000 });
    const limited = Date.now() - begun;

    expect(other).toBeLessThan(1000);
    expect(limited).toBeGreaterThan(5000);
  });

  it('posts a message once although the connection broke after Slack had stored it (R-SLACK17)', async () => {
    const product = await stage.start();
    const { control } = product.slack;
    control.faults.add({ method: 'chat.postMessage', fault: { kind: 'drop_after' }, times: 1 });
    control.faults.add({
      method: 'chat.postMessage',
      fault: { kind: 'error_after', error: 'internal_error' },
      skip: 1,
      times: 1,
    });

    const table = await askForHealth(control);
    await control.waitForMessage(
      { channel: places.incidents, threadTs: table.ts, contains: 'remediation.request' },
      { timeoutMs: 15_000 },
    );

    const roots = control.messages({ channel: places.incidents, where: isRoot });
    const replies = control.messages({ channel: places.incidents, threadTs: table.ts });
    const findings = await product.database.sql<{ n: number }>(
      "SELECT count(*)::int AS n FROM messages WHERE purpose IN ('finding', 'remediation')",
    );
    expect(roots).toHaveLength(1);
    expect(replies).toHaveLength(findings[0]?.n ?? -1);
  });

  it('says a table again once when somebody deleted it, and edits no message twice within a second', async () => {
    const product = await stage.start({ roles: ['bot', 'scheduler'] });
    const { control } = product.slack;
    control.faults.add({
      method: 'chat.update',
      fault: { kind: 'error', error: 'message_not_found' },
      times: 1,
    });
    const channel = places.incidents;
    await control.command({ user: people.requester, channel, text: '/aetherius health prod' });
    const deleted = await control.waitForMessage({ channel, where: isRoot });
    await product.add('worker');
    await control.waitForMessage(
      { channel, where: (message) => isRoot(message) && message.text.includes('Redis is') },
      { timeoutMs: 15_000 },
    );

    const roots = control.messages({ channel: places.incidents, where: isRoot });
    expect(roots).toHaveLength(2);
    expect(roots[0]?.ts).toBe(deleted.ts);
    expect(roots.at(-1)?.text).toContain('Redis');
    await expect
      .poll(() => product.database.sql("SELECT ts FROM messages WHERE purpose = 'root'"))
      .toEqual([{ ts: roots.at(-1)?.ts }]);
    const edits = control.log.calls('chat.update');
    expect(edits.map(({ args }) => args.ts)).toContain(deleted.ts);
    for (const [index, edit] of edits.entries()) {
      const before = edits
        .slice(0, index)
        .filter(({ args }) => args.ts === edit.args.ts)
        .at(-1);
      if (before !== undefined) expect(edit.at - before.at).toBeGreaterThanOrEqual(950);
    }
  });

  it('tells the person who asked when Slack does not let the bot post there (R-SLACK20)', async () => {
    const { slack } = await stage.start();
    const { control } = slack;

    await control.command({
      user: people.requester,
      channel: places.withoutBot,
      text: '/aetherius health prod',
    });
    const told = await control.waitForMessage({
      channel: places.withoutBot,
      user: people.requester,
      contains: 'invite',
    });

    expect(told.ephemeralFor).toBe(people.requester);
  });
});
