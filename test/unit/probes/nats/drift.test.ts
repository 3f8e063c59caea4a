import { describe, expect, it } from 'vitest';
import { busDrift, isNear, sendersOf } from '../../../../src/probes/nats/drift.ts';
import type { BusClient } from '../../../../src/probes/support/nats-clients.ts';

const client = (name: string, ...subjects: readonly string[]): BusClient => ({
  ...{ cid: 1, name, ip: '10.0.0.1', sent: 0, received: 0 },
  subjects,
});

describe('a subject that was meant for a subscription', () => {
  it.each([
    // F1, F6: the words of one message, in another order and with others before.
    ['aetherius.agent.*.heartbeat', 'agent.heartbeat.c1'],
    ['aetherius.agent.*.result', 'agent.result.c1'],
    // F2: the other way.
    ['agent.command.c1', 'aetherius.agent.c1.command'],
    ['shop.orders.created', 'orders.created'],
    ['internal.event.critical', 'internal.event.critcal'],
    ['fleet.*.status', 'fleet.status.web'],
  ])('%s is near %s', (listened, published) => {
    expect(isNear(listened, published)).toBe(true);
  });

  it.each([
    // It takes it.
    ['aetherius.agent.*.heartbeat', 'aetherius.agent.c1.heartbeat'],
    ['fleet.>', 'fleet.web.status'],
    // Sisters: another kind of message, another receiver.
    ['internal.event.anomaly', 'internal.event.critical'],
    ['agent.command.c1', 'agent.heartbeat.c1'],
    ['agent.command.cluster-1', 'agent.command.cluster-2'],
    ['aetherius.agent.*.register', 'agent.heartbeat.c1'],
    // One word alone is no likeness.
    ['billing.*.created', 'shop.created'],
    ['status', 'stats'],
    // Two words of five are no likeness.
    ['plant.line.robot.*.status.error', 'plant.error.web'],
    ['*.heartbeat', 'agent.web.heartbeat'],
  ])('%s is not near %s', (listened, published) => {
    expect(isNear(listened, published)).toBe(false);
  });
});

describe('what clients of NATS say to each other', () => {
  const manager = client('agent-manager', 'aetherius.agent.*.heartbeat', 'aetherius.agent.*.event');

  it('goes past each other where subjects differ: both sides, once for all that are alike (F1)', () => {
    const heard = [
      ['agent.heartbeat.c2', 1],
      ['agent.heartbeat.c1', 2],
      ['agent.event.c1', 1],
    ] as const;

    expect(busDrift(heard, [[manager]], [])).toEqual({
      passedBy: [
        {
          ...{ published: 'agent.event.c1', subjects: ['agent.event.c1'], messages: 1 },
          ...{ listened: 'aetherius.agent.*.event', listener: 'agent-manager' },
        },
        {
          ...{ published: 'agent.heartbeat.c1', messages: 3 },
          subjects: ['agent.heartbeat.c1', 'agent.heartbeat.c2'],
          ...{ listened: 'aetherius.agent.*.heartbeat', listener: 'agent-manager' },
        },
      ],
      unheard: [],
    });
  });

  it('is no drift where each subject has its listener, with or without a wildcard', () => {
    const heard = [
      ['aetherius.agent.c1.heartbeat', 2],
      ['aetherius.events.c1.high', 2],
      ['agent.command.c1', 1],
    ] as const;
    const clients = [manager, client('orchestrator', 'aetherius.events.>'), client('c1', 'agent.command.c1')];

    expect(busDrift(heard, [clients], [])).toEqual({ passedBy: [], unheard: [] });
  });

  it('is lost where nobody listens, and not where a stream or a client of another server does', () => {
    const heard = [
      ['billing.jobs.1', 1],
      ['billing.jobs.2', 2],
    ] as const;

    expect(busDrift(heard, [[manager]], []).unheard).toEqual([
      { published: 'billing.jobs.1', subjects: ['billing.jobs.1', 'billing.jobs.2'], messages: 3 },
    ]);
    expect(busDrift(heard, [[manager]], ['billing.>']).unheard).toEqual([]);
  });

  it('is heard by what listens to everything, but that is not whom a near subject was meant for', () => {
    const tap = client('archive', '>');

    expect(busDrift([['billing.jobs.1', 1]], [[tap]], []).unheard).toEqual([]);
    expect(busDrift([['agent.heartbeat.c1', 1]], [[tap, manager]], []).passedBy).toHaveLength(1);
  });

  it('is heard by who listened at the first look: a part may just restart', () => {
    const taker = client('billing', 'billing.jobs.*');

    expect(busDrift([['billing.jobs.1', 1]], [[taker], []], []).unheard).toEqual([]);
  });

  it('takes no subscription for idle that got something else', () => {
    const heard = [
      ['agent.heartbeat.c1', 1],
      ['aetherius.agent.c2.heartbeat', 1],
    ] as const;

    expect(busDrift(heard, [[manager]], [])).toMatchObject({
      passedBy: [],
      unheard: [{ published: 'agent.heartbeat.c1' }],
    });
  });

  it('names the sender by a word of the subject, else everyone who sent', () => {
    const senders = [client('agent-compose-cluster'), client('billing')];

    expect(sendersOf('agent.heartbeat.compose-cluster', senders)).toEqual(['agent-compose-cluster']);
    expect(sendersOf('x.y', senders)).toEqual(['agent-compose-cluster', 'billing']);
  });

  it('is told once for each kind: the first word and the number of words', () => {
    const heard = [
      ['web.orders.a', 1],
      ['web.orders.b', 2],
      ['web.b', 4],
      ['shop.orders.a', 8],
    ] as const;

    expect(busDrift(heard, [[]], []).unheard).toEqual([
      { published: 'shop.orders.a', subjects: ['shop.orders.a'], messages: 8 },
      { published: 'web.b', subjects: ['web.b'], messages: 4 },
      { published: 'web.orders.a', subjects: ['web.orders.a', 'web.orders.b'], messages: 3 },
    ]);
  });
});
