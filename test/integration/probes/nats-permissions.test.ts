/** A user of the bot that may not subscribe to everything, on a real NATS. */
import { join } from 'node:path';
import { connect, type NatsConnection } from 'nats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type NatsServer, startNats } from '../../../lab/components/nats.ts';
import { natsBacklog } from '../../../src/diagnoses/nats-backlog.diagnosis.ts';
import { judge } from '../../../src/domain/diagnosis/judgement.ts';
import type { ProbeOutcome } from '../../../src/domain/probe/probe.ts';
import { createNatsTarget } from '../../../src/platform/targets/stores/nats.ts';
import { SharedConnections } from '../../../src/platform/targets/stores/shared-connection.ts';
import { unseenOf } from '../../../src/text/unseen.ts';
import { wordsIn } from '../../../src/text/words.ts';
import { emitters } from '../../support/diagnosis.ts';
import { codes, literal, runProbe, scratch } from '../../support/targets.ts';

const folder = scratch('nats-permissions');
const password = 'nats-pass-9f1';
let server: NatsServer;
const user = (name: string, subscribe: readonly string[]) =>
  `{ user: ${name}, password: "${password}", permissions: { publish: ["$JS.API.>", "_INBOX.>"], subscribe: ${JSON.stringify(['_INBOX.>', ...subscribe])} } }`;
const users = [
  `{ user: app, password: "${password}" }`,
  user('wide', ['>']),
  user('narrow', ['aetherius.>', 'shop.>']),
  user('none', []),
].join(', ');

beforeAll(async () => {
  server = await startNats({ dir: join(folder.dir, 'a'), config: `authorization { users: [ ${users} ] }` });
});
afterAll(async () => {
  await server.stop();
  folder.remove();
});

const as = (name: string) => ({
  nats: {
    url: literal(`nats://${name}:${password}@127.0.0.1:${server.port}`),
    monitorUrl: server.monitorUrl,
  },
});
const login = (name: string) =>
  connect({ servers: `127.0.0.1:${server.port}`, user: 'app', pass: password, name });

/** What one hears while a client publishes as told, and another one listens to `shop.bills.*`. */
async function heardBy(
  name: string,
  publish: (sender: NatsConnection) => NodeJS.Timeout | undefined,
  probe = 'nats.lost-events',
) {
  const [sender, listener] = await Promise.all([login('sender'), login('listener')]);
  let beats: NodeJS.Timeout | undefined;
  try {
    listener.subscribe('shop.bills.*', { callback: () => undefined });
    await listener.flush();
    beats = publish(sender);
    return await runProbe(probe, as(name), { seconds: 1 });
  } finally {
    clearInterval(beats);
    await Promise.all([sender.close(), listener.close()]);
  }
}
const nothing = () => undefined;
const steadily = (subject: string) => (sender: NatsConnection) =>
  setInterval(() => sender.publish(subject, '{}'), 50);
/** Once, as soon as the bot listens where the client listens. */
const onceHeard = (subject: string) => (sender: NatsConnection) => {
  let sent = false;
  const look = async () => {
    const answer = await fetch(`${server.monitorUrl}/connz?subs=1`);
    const { connections } = (await answer.json()) as { connections: readonly Connection[] };
    const bot = connections.find(({ name }) => name === 'aetherius-bot');
    if (sent || bot?.subscriptions_list?.includes('shop.bills.*') !== true) return;
    sent = true;
    sender.publish(subject, '{}');
  };
  return setInterval(() => void look(), 20);
};
interface Connection {
  readonly name?: string;
  readonly subscriptions_list?: readonly string[];
}
const why = (outcome: ProbeOutcome) => unseenOf(outcome, wordsIn('en')).why;

/** What D4 says of its second cause, with what a server without streams says. */
async function lostEvents(outcome: ProbeOutcome) {
  const streams = await runProbe('nats.streams', as('wide'));
  return judge(natsBacklog, [outcome, streams], emitters).causes.find(({ cause }) => cause.id === 'D4.b')
    ?.verdict;
}

describe('a user of NATS that may not subscribe to everything', () => {
  it('D4.b: is not needed where all that is sent is heard on subjects that are known', async () => {
    const [silent, taken] = [
      await heardBy('narrow', nothing),
      await heardBy('narrow', onceHeard('shop.bills.paid')),
    ];

    for (const outcome of [silent, taken]) {
      expect([outcome.status, codes(outcome)]).toEqual(['healthy', []]);
      expect(await lostEvents(outcome)).toBe('ruled-out');
    }
    const missed = await heardBy('narrow', onceHeard('heron.tidings'));
    expect(missed.cause?.code).toBe('events-subject-hidden');
  });

  it('D4.b: says which permission is missing where something is sent that it does not hear', async () => {
    const publish = steadily('heron.tidings');
    const [narrow, wide] = [await heardBy('narrow', publish), await heardBy('wide', publish)];

    expect([narrow.status, narrow.cause?.code]).toEqual(['inconclusive', 'events-subject-hidden']);
    expect(why(narrow)).toContain('permission to subscribe to ">"');
    expect(why(narrow)).toContain('platform.subjects.events');
    expect(wide.cause?.code).toBe('events-subject-unseen');
    expect(await lostEvents(narrow)).not.toBe('ruled-out');
  });

  it('names the subject of the events where it may not hear even those, and ">" for M1', async () => {
    const [events, drift] = [
      await heardBy('none', steadily('aetherius.events.a.b')),
      await heardBy('narrow', steadily('shop.orders'), 'nats.subjects'),
    ];

    expect(why(events)).toBe(
      'NATS refuses the bot’s own user the permission to subscribe to "aetherius.events.>"; add it to what that user may subscribe to',
    );
    expect(why(drift)).toContain('permission to subscribe to ">"');
  });

  it('tells the names of the fields of a message, and no value', async () => {
    const book = new SharedConnections();
    const target = createNatsTarget({ host: '127.0.0.1', port: server.port, user: 'narrow', password }, book);
    const client: NatsConnection = await login('sender');
    try {
      await target.connect();
      const heard = target.shapes('shop.>', 5_000, { most: 8 });
      // Its answer comes after the subscription is there.
      await target.connect();
      for (const text of ['{"id":"hunter2","at":{"zone":1}}', '{"at":1}'])
        client.publish('shop.orders', text);
      for (const text of ['[{"id":1}]', '"id"', 'null', '', 'no JSON', `{"a":"${'x'.repeat(70_000)}"}`])
        client.publish('shop.bills', text);
      await client.flush();
      expect(await heard).toEqual({
        'shop.orders': { count: 2, fields: ['at'] },
        'shop.bills': { count: 6 },
      });
    } finally {
      await Promise.all([client.close(), book.closeAll()]);
    }
  });

  it('keeps the connection on which others listen, and says what was refused', async () => {
    const book = new SharedConnections();
    const settings = { host: '127.0.0.1', port: server.port, user: 'narrow', password };
    const target = createNatsTarget(settings, book);
    const client: NatsConnection = await login('sender');
    try {
      const first = await target.connect();
      const heard = target.listen('shop.>', 5_000, { most: 1 });
      await expect(target.listen('>', 1_000)).rejects.toMatchObject({
        stage: 'forbidden',
        facts: { verb: 'subscribe', resource: '>' },
      });
      client.publish('shop.orders', '{}');
      expect([first.serverId === '', await heard]).toEqual([false, { 'shop.orders': 1 }]);
    } finally {
      await Promise.all([client.close(), book.closeAll()]);
    }
  });
});
