import { describe, expect, it } from 'vitest';
import { type Product, people, places, useStage } from '../support/slack-product.ts';
import { askForHealth, isRoot } from '../support/slack-steps.ts';

const stage = useStage();
const signingSecret = 'the signing secret of the tests';

async function startHttp(): Promise<Product> {
  const product = await stage.start({ env: { SLACK_SIGNING_SECRET: signingSecret } });
  const [running] = product.processes;
  product.slack.control.setHttpTarget({
    url: `http://127.0.0.1:${running?.slackPort}/slack/events`,
    signingSecret,
  });
  return product;
}

describe('signed HTTP', () => {
  it('answers commands, and accepts the same signed bytes once (R-SLACK10)', async () => {
    const product = await startHttp();
    const { control } = product.slack;

    await askForHealth(control);
    const first = control.log
      .all()
      .find((entry) => entry.kind === 'delivery' && entry.type === 'slash_commands');
    if (first?.kind !== 'delivery') throw new Error('nothing was delivered');
    const again = await control.redeliver(first.deliveryId);

    expect(again.httpStatus).toBe(200);
    expect(await product.database.sql('SELECT count(*)::int AS n FROM runs')).toEqual([{ n: 1 }]);
  });

  it.each([
    ['a year in the future', 31_536_000],
    ['six minutes in the future', 360],
    ['six minutes old', -360],
  ])('refuses a rightly signed request that is %s', async (_what, skew) => {
    const product = await startHttp();
    const { control } = product.slack;
    control.setClockSkew(skew);

    const typed = await control.command({
      user: people.requester,
      channel: places.incidents,
      text: '/aetherius health prod',
    });

    expect(typed.ok).toBe(false);
    expect(await product.database.sql('SELECT count(*)::int AS n FROM runs')).toEqual([{ n: 0 }]);
  });

  it('accepts the former secret and the new one while it is changed, and no third', async () => {
    const product = await stage.start({
      env: { SLACK_SIGNING_SECRET: 'the new signing secret', SLACK_OLD_SIGNING_SECRET: signingSecret },
    });
    const { control } = product.slack;
    const url = `http://127.0.0.1:${product.processes[0]?.slackPort}/slack/events`;
    const typed = [];
    for (const secret of [signingSecret, 'the new signing secret', 'a third one']) {
      control.setHttpTarget({ url, signingSecret: secret });
      const text = '/aetherius whoami';
      typed.push(await control.command({ user: people.requester, channel: places.incidents, text }));
    }

    expect(typed.map(({ ok }) => ok)).toEqual([true, true, false]);
  });

  it('refuses a request signed with another secret, and one with none', async () => {
    const product = await startHttp();
    const { control } = product.slack;
    const url = `http://127.0.0.1:${product.processes[0]?.slackPort}/slack/events`;
    control.setHttpTarget({ url, signingSecret: 'another secret' });

    const wrong = await control.command({
      user: people.requester,
      channel: places.incidents,
      text: '/aetherius health prod',
    });
    const none = await fetch(url, { method: 'POST', body: 'command=%2Faetherius&text=health' });

    expect(wrong.ok).toBe(false);
    expect(none.status).toBe(401);
    expect(await product.database.sql('SELECT count(*)::int AS n FROM runs')).toEqual([{ n: 0 }]);
  });
});

describe('Socket Mode', () => {
  it.each(['warning', 'refresh_requested'] as const)(
    'loses no command while Slack refreshes one socket after the other, by %s (R-SLACK3)',
    async (reason) => {
      const product = await stage.start();
      const { control } = product.slack;
      const ids = () => control.sockets.sockets().map(({ id }) => id);
      const first = ids();
      expect(first).toHaveLength(2);

      for (const id of first) {
        const before = ids();
        control.sockets.disconnect(id, reason);
        const typed = await control.command({
          user: people.requester,
          channel: places.ops,
          text: '/aetherius whoami',
        });
        expect(typed.ok).toBe(true);
        await control.waitFor(() => ids().some((other) => !before.includes(other)), { timeoutMs: 10_000 });
      }

      expect(ids().filter((id) => !first.includes(id))).toHaveLength(2);
    },
  );

  it('comes back by itself after an outage of Slack, and takes a redelivered event once (R-SLACK4, R-SLACK6)', async () => {
    const product = await stage.start();
    const { control } = product.slack;
    control.sockets.refuseConnections(true);
    for (const { id } of control.sockets.sockets()) control.sockets.reset(id);
    await control.waitFor(() => control.sockets.sockets().length === 0);
    control.sockets.refuseConnections(false);
    await control.waitFor(() => control.sockets.sockets().length === 2, { timeoutMs: 20_000 });

    const said = await control.say({
      user: people.requester,
      channel: places.incidents,
      text: '@aetherius health prod',
    });
    await control.waitForMessage(
      { channel: places.incidents, where: ({ text }) => text.includes('healthy') },
      { timeoutMs: 15_000 },
    );
    const again = await control.redeliver(said.deliveryId ?? '');

    expect(again.outcome).toBe('acked');
    expect(await product.database.sql('SELECT count(*)::int AS n FROM runs')).toEqual([{ n: 1 }]);
    const answer = control.messages({ channel: places.incidents, where: (message) => !isRoot(message) });
    expect(answer.every(({ threadTs }) => threadTs === said.ts)).toBe(true);
  });
});
