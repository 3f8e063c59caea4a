/** A watched environment, through the whole product: nobody asks, and nothing is sent to it. */

import type { SlackMessage } from '@aetherius/slack-emulator';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { places, useStage } from '../support/slack-product.ts';

const stage = useStage();
beforeEach(() => stage.fillTarget());
afterEach(() => stage.emptyTarget());

const shown = ({ text, blocks }: SlackMessage): string => `${text} ${JSON.stringify(blocks)}`;
const inChannel = (contains: string) => ({
  channel: places.incidents,
  where: (message: SlackMessage) =>
    (message.threadTs ?? message.ts) === message.ts && shown(message).includes(contains),
});

describe('a watched environment', () => {
  it('tells of what two looks have seen, with its cause and its fix, and turns green by itself', async () => {
    const product = await stage.start({
      environmentsYaml: `  prod:
    runtime: { kind: none }
    redis: { url: { env: TARGET_REDIS_URL } }
    watch: { every: 10s, channel: ${places.incidents} }
`,
    });
    const { control } = product.slack;

    const first = await control.waitForMessage(inChannel('D3.a'), { timeoutMs: 60_000 });
    expect(first.text).toContain('*RedisDegraded* fires since');
    await control.waitForMessage({
      channel: places.incidents,
      threadTs: first.ts,
      where: ({ blocks }) => JSON.stringify(blocks).includes('remediation.request'),
    });
    expect(await product.database.sql('SELECT FROM runs')).toHaveLength(1);

    await stage.emptyTarget();
    const green = await control.waitForMessage(inChannel(':large_green_circle:'), { timeoutMs: 60_000 });
    expect(green.ts).toBe(first.ts);
    // The answer says so itself, and its fix is offered no more.
    const mended = await control.waitForMessage(inChannel('Mended at'), { timeoutMs: 60_000 });
    expect(mended.ts).toBe(first.ts);
    expect(mended.text).toMatch(/^:large_green_circle: \*Mended at/);
    expect(shown(mended)).not.toMatch(/:octagonal_sign:|:large_orange_diamond:/);
    await control.waitForMessage({
      channel: places.incidents,
      threadTs: first.ts,
      where: (message) =>
        shown(message).includes('is mended already') && !shown(message).includes('remediation.request'),
    });
    expect(await product.database.sql('SELECT FROM incidents')).toHaveLength(1);
    expect(await product.database.sql('SELECT FROM runs')).toHaveLength(1);
  });
});
