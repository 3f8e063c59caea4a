import { createRedactor } from '@aetherius/redact';
import { describe, expect, it } from 'vitest';
import { deliveryOf } from '../../../../src/bot/receive/delivery.ts';
import { createGate, type DeliveryInbox } from '../../../../src/bot/receive/gate.ts';
import { keptInSlack } from '../../../../src/domain/message/slack-fields.ts';
import { systemClock, systemIds } from '../../../../src/platform/process/clock.ts';
import { wordsIn } from '../../../../src/text/words.ts';
import { silentLogger } from '../../../support/logger.ts';

const command = {
  command: '/aetherius',
  text: 'health prod',
  api_app_id: 'A0APP',
  team_id: 'T0TEAM',
  user_id: 'U0USER',
  trigger_id: '1.2.3',
};

/** An inbox as it is seen from the gate; `away` is PostgreSQL gone after the delivery was written down. */
function anInbox() {
  const known = new Set<string>();
  const handled: string[] = [];
  const state = { away: false, handled, left: [] as { key: string; body: unknown }[] };
  const inbox: DeliveryInbox = {
    accept({ key }) {
      const fresh = !known.has(key);
      known.add(key);
      return Promise.resolve(fresh);
    },
    handled(key) {
      if (state.away) return Promise.reject(new Error('gone'));
      handled.push(key);
      return Promise.resolve();
    },
    abandoned: () => Promise.resolve(state.left),
  };
  return { inbox, state };
}

function aGate(inbox: DeliveryInbox, work: () => Promise<void> = () => Promise.resolve()) {
  const gate = createGate({
    fetch,
    inbox,
    redact: (body) => createRedactor().leaves(body, keptInSlack),
    installation: () => Promise.resolve({ teamIds: ['T0TEAM'], enterpriseIds: [] }),
    appId: undefined,
    words: () => Promise.resolve(wordsIn('en')),
    clock: systemClock,
    ids: systemIds,
    logger: silentLogger,
    tell: () => Promise.resolve(),
  });
  const seen: unknown[] = [];
  gate.open({
    processEvent({ body }) {
      seen.push(body);
      return work();
    },
  });
  return { gate, seen };
}

const deliver = (gate: ReturnType<typeof createGate>) =>
  gate.processEvent({ body: command, ack: () => Promise.resolve() });

describe('the gate', () => {
  it('hands on what was typed as it is stored, and shows with an ack what it holds', async () => {
    const { inbox } = anInbox();
    const answers: unknown[] = [];
    const { gate, seen } = aGate(inbox);
    gate.open({
      async processEvent({ body, ack }) {
        seen.push(body);
        await ack({ text: `no \u202e${(body as typeof command).text}` });
      },
    });
    await gate.processEvent({
      body: { ...command, text: 'a\u0000\ud83d\u0007', 'x\u0000': 1 },
      ack: (answer?: unknown) => Promise.resolve(void answers.push(answer)),
    });

    expect(seen).toEqual([{ ...command, text: 'a\ufffd\ufffd\u0007', 'x\ufffd': 1 }]);
    expect(answers).toEqual([{ text: 'no ·a\ufffd\ufffd·' }]);
  });

  it('hands on no secret, while line breaks still show where it ends', async () => {
    const { inbox } = anInbox();
    const { gate, seen } = aGate(inbox);
    const text = 'diagnose password = r"""\nFalcon9Qx7Kd2Wz\n"""';
    await gate.processEvent({ body: { ...command, text }, ack: () => Promise.resolve() });

    expect(JSON.stringify(seen)).not.toContain('Falcon9');
    expect(seen).toMatchObject([{ trigger_id: '1.2.3', text: expect.stringContaining('[secret') as string }]);
  });

  it('hands on nothing that an app posted in a person’s name, and stores nothing of it (R-A12)', async () => {
    const { inbox, state } = anInbox();
    const stored: string[] = [];
    const { gate, seen } = aGate({
      ...inbox,
      accept: (given, timeoutMs) => {
        stored.push(given.key);
        return inbox.accept(given, timeoutMs);
      },
    });
    const event = {
      type: 'app_mention',
      user: 'U0USER',
      channel: 'C1',
      ts: '1.1',
      text: '<@U0BOT> approve 1',
    };
    const body = { type: 'event_callback', api_app_id: 'A0APP', team_id: 'T0TEAM', event_id: 'Ev1' };
    const acks: unknown[] = [];
    const ack = (answer?: unknown) => Promise.resolve(void acks.push(answer));

    await gate.processEvent({ body: { ...body, event: { ...event, bot_id: 'B1' } }, ack });
    // Left by a process that did not know better.
    state.left = [{ key: 'k', body: { ...body, event: { ...event, app_id: 'A2' } } }];
    await gate.recover();
    const byApps = [...seen];
    await gate.processEvent({ body: { ...body, event_id: 'Ev2', event }, ack });

    expect(byApps).toEqual([]);
    expect(acks).toHaveLength(1);
    expect(stored).toEqual(['event:A0APP:Ev2']);
    expect(state.handled).toContain('k');
    expect(seen).toHaveLength(1);
  });

  it('marks a delivery as handled', async () => {
    const { inbox, state } = anInbox();
    const { gate, seen } = aGate(inbox);
    await deliver(gate);
    expect(seen).toHaveLength(1);
    expect(state.handled).toHaveLength(1);
  });

  it('marks it once PostgreSQL is back, so that no lease runs out and brings it again', async () => {
    const { inbox, state } = anInbox();
    const { gate, seen } = aGate(inbox);
    state.away = true;
    await deliver(gate);
    await expect(gate.recover()).rejects.toThrow('gone');
    state.away = false;
    await gate.recover();
    await gate.recover();
    expect(state.handled).toHaveLength(1);
    expect(seen).toHaveLength(1);
  });

  it('takes over what another process left, and not what it is still at itself', async () => {
    const { inbox, state } = anInbox();
    let finish = (): void => undefined;
    const long = new Promise<void>((done) => {
      finish = done;
    });
    const { gate, seen } = aGate(inbox, () => (seen.length === 1 ? long : Promise.resolve()));
    const begun = deliver(gate);
    await expect.poll(() => seen.length).toBe(1);
    const own = deliveryOf(command).key;
    state.left = [
      { key: own, body: command },
      { key: 'another', body: { ...command, trigger_id: '4.5.6' } },
    ];

    await gate.recover();
    expect(seen).toHaveLength(2);
    finish();
    await begun;
    expect(state.handled).toContain(own);
  });

  it('is drained only when what is being handled has ended (R-SLACK7)', async () => {
    const { inbox } = anInbox();
    let finish = (): void => undefined;
    const long = new Promise<void>((done) => {
      finish = done;
    });
    const { gate, seen } = aGate(inbox, () => long);
    const begun = deliver(gate);
    await expect.poll(() => seen.length).toBe(1);
    let drained = false;
    const draining = gate.drain().then(() => {
      drained = true;
    });

    await new Promise((turn) => setImmediate(turn));
    expect(drained).toBe(false);
    finish();
    await Promise.all([begun, draining]);
  });
});
