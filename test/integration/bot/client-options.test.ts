import { people, places, startSlackEmulator } from '@aetherius/slack-emulator';
import { afterEach, expect, it } from 'vitest';
import { createBoltApp } from '../../../src/bot/app.ts';
import { createSockets } from '../../../src/bot/receive/sockets.ts';
import { Secret } from '../../../src/domain/kernel/secret.ts';
import { systemClock, systemIds } from '../../../src/platform/process/clock.ts';
import { webClientOptions } from '../../../src/platform/slack/client.ts';
import { createSlackGate } from '../../../src/platform/slack/gate.ts';
import { wordsIn } from '../../../src/text/words.ts';
import { silentLogger } from '../../support/logger.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

it('a failing call of a listener is made once, although sockets are open (R-SLACK1)', async () => {
  const slack = await startSlackEmulator();
  cleanups.push(() => slack.stop());
  const sockets = createSockets({
    appToken: new Secret(slack.appToken),
    apiUrl: slack.apiUrl,
    gate: { processEvent: (event) => app.processEvent(event) },
    clock: systemClock,
    logger: silentLogger,
  });
  const token = new Secret(slack.botToken);
  const app = createBoltApp({
    receiver: sockets,
    botToken: token,
    self: { botId: 'B0AETHER1', botUserId: 'U0AETHBOT', teamId: 'T0AETHER1' },
    clientOptions: webClientOptions({
      apiUrl: slack.apiUrl,
      gate: createSlackGate({ apiUrl: slack.apiUrl }),
    }),
    ids: systemIds,
    logger: silentLogger,
    words: () => Promise.resolve(wordsIn('en')),
    answer: { privately: () => Promise.resolve() },
  });
  const failed = new Promise<unknown>((resolve) => {
    app.command('/aetherius', async ({ ack, client }) => {
      await ack();
      await client.chat.postMessage({ channel: places.ops, text: 'x' }).catch(resolve);
    });
  });
  // It lets in the token of the app alone, not that of the bot (R-SLACK2).
  await sockets.start();
  cleanups.push(() => Promise.resolve(sockets.stop()));
  slack.control.faults.add({ method: 'chat.postMessage', fault: { kind: 'http_error', status: 503 } });

  await slack.control.command({ user: people.requester, channel: places.ops, text: '/aetherius help' });

  expect(await failed).toMatchObject({ statusCode: 503 });
  expect(slack.control.log.calls('chat.postMessage')).toHaveLength(1);
});
