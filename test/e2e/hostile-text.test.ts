import type { SlackMessage } from '@aetherius/slack-emulator';
import { afterEach, expect, it } from 'vitest';
import { visible } from '../../src/domain/kernel/text.ts';
import { controls, directionMarks, widthless } from '../support/hostile-text.ts';
import { people, places, useStage } from '../support/slack-product.ts';
import { askForFix } from '../support/slack-steps.ts';

const stage = useStage();
afterEach(() => stage.emptyTarget());

const channel = places.incidents;
const seen = ({ text, blocks }: SlackMessage): string => JSON.stringify([text, blocks]);

/** Nothing that Slack got has half a character, a control character, a mark of direction or one without a width. */
function expectWhole(messages: readonly SlackMessage[]): void {
  expect(messages.length).toBeGreaterThan(0);
  for (const message of messages) {
    const texts = JSON.parse(seen(message)) as unknown;
    JSON.stringify(texts, (key, value: unknown) => {
      for (const text of [key, ...(typeof value === 'string' ? [value] : [])])
        expect(visible(text)).toBe(text);
      return value;
    });
  }
}

it('a run whose facts hold hostile text ends with a complete answer', async () => {
  const product = await stage.start();
  // Cut at 60 units, the emoji would fall apart.
  const keys = [`${'k'.repeat(58)}🔑🔑`, `nul\u0000${controls}`, `user${directionMarks}${widthless}txt.exe`];
  for (const key of keys) await stage.targetCall('SET', key, 'v'.repeat(100_000));
  await stage.fillTarget();
  const { control } = product.slack;
  const typed = `/aetherius diagnose D3 ${directionMarks}${widthless}\u0000\ud83d`;
  expect((await control.command({ user: people.requester, channel, text: typed })).ok).toBe(true);
  await control.waitForMessage(
    { channel, where: (message) => seen(message).includes('"action_id":"report"') },
    { timeoutMs: 30_000 },
  );

  const [run] = await product.database.sql<{ id: string; state: string }>('SELECT id, state FROM runs');
  const [probe] = await product.database.sql<{ largest: string }>(
    `SELECT facts->>'largest' AS largest FROM run_probes WHERE probe = 'redis.key-space'`,
  );
  expect(run?.state).toBe('complete');
  expect(probe?.largest).toContain('nul\ufffd\ufffd');
  expect(probe?.largest).toContain('k🔑');
  expectWhole(control.messages({ channel }));
});

it('a reason with hostile text is decided, stored and shown', async () => {
  const product = await stage.start();
  await stage.fillTarget();
  const { control } = product.slack;
  const { table, card } = await askForFix(control);
  await control.click({ user: people.approver, channel, ts: card.ts, actionId: 'remediation.reject' });
  const modal = await control.waitFor(() => control.modal(people.approver));
  await control.submit({
    user: people.approver,
    viewId: modal.id,
    values: { reason: `not now \u0000 ${directionMarks} \ud83d end` },
  });
  const line = await control.waitForMessage({ channel, threadTs: table.ts, contains: 'rejected `' });

  // R-M7: NUL and marks of direction are not part of a reason; half a character shows that something was there.
  expect(line.text).toMatch(/not now (?:\ufffd )?\ufffd end/);
  const [fix] = await product.database.sql<{ state: string }>('SELECT state FROM remediations');
  expect(fix?.state).toBe('rejected');
  expectWhole(control.messages({ channel }));
});
