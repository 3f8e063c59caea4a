import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { EventSink } from '../../../../src/bot/receive/gate.ts';
import { slackRoute } from '../../../../src/bot/receive/signed-http.ts';
import { Secret } from '../../../../src/domain/kernel/secret.ts';
import { systemClock } from '../../../../src/platform/process/clock.ts';
import { createMemoryLogger } from '../../../support/logger.ts';

type Event = Parameters<EventSink['processEvent']>[0];

function slack(process: (event: Event) => Promise<void> = (event) => event.ack()) {
  const logger = createMemoryLogger();
  const events: Event[] = [];
  const route = slackRoute({
    signingSecrets: [new Secret('right')],
    gate: {
      processEvent(event) {
        events.push(event);
        return process(event);
      },
    },
    clock: systemClock,
    logger,
  });
  const post = (text: string, more: Readonly<Record<string, string>> = {}) => {
    const timestamp = String(Math.floor(Date.now() / 1000));
    const signature = createHmac('sha256', 'right').update(`v0:${timestamp}:${text}`).digest('hex');
    const headers: Readonly<Record<string, string>> = {
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': `v0=${signature}`,
      'content-type': 'application/x-www-form-urlencoded',
      ...more,
    };
    return route.handle({
      method: 'POST',
      path: route.path,
      body: Buffer.from(text),
      header: (name) => headers[name],
    });
  };
  return { route, post, events, logger };
}
const json = { 'content-type': 'application/json' };

describe('the route of Slack', () => {
  it('is one path for all that Slack sends, with a limit and Slack’s own time', () => {
    const { route } = slack();

    expect(route).toMatchObject({ method: 'POST', path: '/slack/events', maxBodyBytes: 2 ** 20 });
    expect(route.answerWithinMs).toBeLessThan(3_000);
  });

  it('hands a command, an interaction and an event to the gate, each as Slack means it', async () => {
    const { post, events } = slack();

    await post('command=%2Faetherius&text=health+prod');
    await post(`payload=${encodeURIComponent('{"type":"block_actions"}')}`);
    await post('{"type":"event_callback"}', {
      ...json,
      'x-slack-retry-num': '2',
      'x-slack-retry-reason': 'http_timeout',
    });

    expect(events.map(({ body }) => body)).toEqual([
      { command: '/aetherius', text: 'health prod' },
      { type: 'block_actions' },
      { type: 'event_callback' },
    ]);
    expect(events[0]?.customProperties).toEqual({ signature: expect.stringMatching(/^v0=/) });
    expect(events[0]).not.toHaveProperty('retryNum');
    expect(events[2]).toMatchObject({ retryNum: 2, retryReason: 'http_timeout' });
  });

  it('answers with the ack: nothing, a text or an object', async () => {
    expect(await slack().post('a=b')).toEqual({ status: 200 });
    expect(await slack((event) => event.ack('')).post('a=b')).toEqual({ status: 200 });
    expect(await slack((event) => event.ack('hello')).post('a=b')).toEqual({ status: 200, body: 'hello' });
    expect(await slack((event) => event.ack({ text: 'x' })).post('a=b')).toEqual({
      status: 200,
      body: { text: 'x' },
    });
    expect(await slack(() => Promise.resolve()).post('a=b')).toEqual({ status: 200 });
  });

  it('answers at the ack and does not wait for what the handler does then', async () => {
    const { post } = slack(async (event) => {
      await event.ack('taken');
      await new Promise(() => undefined);
    });

    expect(await post('a=b')).toEqual({ status: 200, body: 'taken' });
  });

  it('is busy when nothing could be written down, so that Slack repeats it', async () => {
    const { post, logger } = slack(() => Promise.reject(new Error('not recorded')));

    expect(await post('a=b')).toEqual({ status: 503 });
    expect(logger.lines).toMatchObject([{ level: 'error', message: 'a delivery was not acknowledged' }]);
  });

  it('refuses what is not signed, or does not say anything', async () => {
    const { post, events } = slack();

    expect(await post('a=b', { 'x-slack-signature': 'v0=00' })).toEqual({ status: 401 });
    expect(await post('not json', json)).toEqual({ status: 400 });
    expect(await post('[]', json)).toEqual({ status: 400 });
    expect(await post('payload=not+json')).toEqual({ status: 400 });
    expect(events).toEqual([]);
  });

  it('answers Slack’s own questions without the gate', async () => {
    const { post, events } = slack();

    expect(await post('ssl_check=1')).toEqual({ status: 200 });
    expect(await post('{"type":"url_verification","challenge":"abc"}', json)).toEqual({
      status: 200,
      body: { challenge: 'abc' },
    });
    expect(events).toEqual([]);
  });
});
