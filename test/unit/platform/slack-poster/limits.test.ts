import { describe, expect, it } from 'vitest';
import type { OutboxItem } from '../../../../src/domain/message/outbox.ts';
import type { Urgency } from '../../../../src/domain/message/sending.ts';
import { createSendLimits, type SendLimits } from '../../../../src/platform/slack-poster/limits.ts';

const message = { id: 'm1', purpose: 'root', channel: 'C1', sentVersion: 0 };
const item = (more: Partial<Extract<OutboxItem, { kind: 'render' }>> = {}): OutboxItem => ({
  id: 'o1',
  kind: 'render',
  method: 'post',
  lane: 'C1',
  urgency: 'answer',
  version: 1,
  attempts: 1,
  triedBefore: false,
  movable: false,
  createdAt: new Date(0),
  sealed: true,
  payload: { text: 'x' },
  ...more,
});

let edits = 0;
/** An edit of a message that was never shown, so that only the method's limit counts. */
const edit = (urgency: Urgency, more: Partial<Extract<OutboxItem, { kind: 'render' }>> = {}): OutboxItem => {
  edits += 1;
  return item({ method: 'update', urgency, message: { ...message, id: `edit${edits}` }, ...more });
};
/** Takes until something waits; how many went. */
const takeAll = (limits: SendLimits, one: () => OutboxItem): number => {
  for (let taken = 0; taken < 1000; taken += 1) if (limits.take(one()).kind !== 'send') return taken;
  throw new Error('there is no limit');
};
const send = { kind: 'send' };
const later = { kind: 'wait', forMs: 0 };

describe('limits of sending', () => {
  it('let a short burst into a channel, then about one post a second, and never touch another channel (R-SLACK28)', () => {
    let now = 0;
    const limits = createSendLimits(() => now);

    const burst = Array.from({ length: 5 }, () => limits.take(item()));
    const opensIn = limits.nextOpening();
    const other = limits.take(item({ lane: 'C2' }));
    now += 1100;
    const afterwards = [limits.take(item()), limits.take(item())];

    expect(burst).toEqual([send, send, send, later, later]);
    expect(opensIn).toBeGreaterThan(900);
    expect(opensIn).toBeLessThan(1100);
    expect(other).toEqual(send);
    expect(afterwards).toEqual([send, later]);
  });

  it('let a message be edited once a second; after its post the answer comes at once and progress waits', () => {
    let now = 0;
    const limits = createSendLimits(() => now);
    limits.take(item({ message }));
    now = 400;

    const progress = limits.take(item({ method: 'update', urgency: 'progress', message }));
    const answer = limits.take(item({ method: 'update', message }));
    const again = limits.take(item({ method: 'update', message }));
    now = 1400;
    const then = limits.take(item({ method: 'update', message }));

    expect([progress, answer, again, then]).toEqual([
      { kind: 'wait', forMs: 600 },
      send,
      { kind: 'wait', forMs: 1000 },
      send,
    ]);
  });

  it('count the second from the end of a call, which may be late to arrive', () => {
    let now = 0;
    const limits = createSendLimits(() => now);
    const edit = item({ method: 'update', message });
    limits.take(edit);
    now = 300;
    limits.ended(edit);
    now = 1000;

    expect(limits.take(edit)).toEqual({ kind: 'wait', forMs: 300 });
    now = 1300;
    expect(limits.take(edit)).toEqual(send);
  });

  it.each(['progress', 'answer', 'decision'] as const)(
    'stay below fifty edits in any minute: %s',
    (urgency) => {
      let now = 0;
      const limits = createSendLimits(() => now);
      let sent = 0;
      for (let index = 0; index < 600; index += 1) {
        if (limits.take(edit(urgency)).kind === 'send') sent += 1;
        now += 100;
      }

      expect(sent).toBeLessThanOrEqual(50);
      expect(sent).toBeGreaterThan(30);
    },
  );

  it('stay below three hundred posts in any minute', () => {
    let now = 0;
    const limits = createSendLimits(() => now);
    let sent = 0;
    for (let index = 0; index < 6000; index += 1) {
      if (limits.take(item({ lane: `C${index}`, urgency: 'decision' })).kind === 'send') sent += 1;
      now += 10;
    }

    expect(sent).toBeLessThanOrEqual(300);
    expect(sent).toBeGreaterThan(250);
  });

  it.each([
    ['edits', edit],
    ['posts', (urgency: Urgency) => item({ urgency, lane: `C${(edits += 1)}` })],
  ] as const)(
    'leave %s for answers when progress has used its share, and for decisions after those',
    (_, one) => {
      const limits = createSendLimits(() => 0);

      const progress = takeAll(limits, () => one('progress'));
      const answers = takeAll(limits, () => one('answer'));
      const noMoreProgress = limits.take(one('progress'));
      const decisions = takeAll(limits, () => one('decision'));

      expect(Math.min(progress, answers, decisions)).toBeGreaterThan(0);
      expect(noMoreProgress).toEqual(later);
    },
  );

  it('leave a post into each channel for what is more urgent than progress', () => {
    const limits = createSendLimits(() => 0);

    const progress = takeAll(limits, () => item({ urgency: 'progress' }));
    const answers = takeAll(limits, () => item({ urgency: 'answer' }));

    expect([progress, answers]).toEqual([2, 1]);
  });

  it('send an answer as a post when no edit is left, and a decision waits for its edit', () => {
    const limits = createSendLimits(() => 0);
    takeAll(limits, () => edit('decision'));

    expect(limits.take(edit('answer', { movable: true }))).toEqual({ kind: 'move' });
    expect(limits.take(edit('answer'))).toEqual(later);
    expect(limits.take(edit('decision'))).toEqual(later);
  });

  it('count an answer that became a post as a post', () => {
    const limits = createSendLimits(() => 0);
    takeAll(limits, () => edit('decision'));

    const ways = Array.from({ length: 4 }, () => limits.take(edit('answer', { movable: true })));

    expect(ways).toEqual([{ kind: 'move' }, { kind: 'move' }, { kind: 'move' }, later]);
    expect(limits.closed()).toContainEqual({ method: 'post', lane: 'C1', from: 'decision' });
  });

  it('say what is closed: the most urgent that waits, and nothing once there is room again', () => {
    let now = 0;
    const limits = createSendLimits(() => now);
    expect(limits.closed()).toEqual([]);
    expect(limits.nextOpening()).toBeUndefined();

    takeAll(limits, () => edit('progress'));
    expect(limits.closed()).toEqual([{ method: 'update', from: 'progress' }]);
    takeAll(limits, () => edit('answer'));
    expect(limits.closed()).toEqual([{ method: 'update', from: 'answer' }]);
    takeAll(limits, () => edit('decision'));
    expect(limits.closed()).toEqual([{ method: 'update', from: 'decision' }]);

    now += limits.nextOpening() ?? 0;
    expect(limits.closed()).toEqual([{ method: 'update', from: 'answer' }]);
    now += 60_000;
    expect(limits.closed()).toEqual([]);
  });

  it('hold a channel for a limited post and the whole method for anything else, until it is over', () => {
    let now = 0;
    const limits = createSendLimits(() => now);
    limits.hold({ method: 'post', lane: 'C1' }, 2000);
    limits.hold({ method: 'update', lane: 'C1' }, 1000);
    const update = { method: 'update', from: 'decision' };
    const lane = { method: 'post', lane: 'C1', from: 'decision' };

    expect([limits.closed(), limits.nextOpening()]).toEqual([[update, lane], 1000]);
    expect(limits.take(item({ urgency: 'decision' }))).toEqual(later);
    expect(limits.take(edit('decision'))).toEqual(later);
    expect(limits.take(item({ lane: 'C2' }))).toEqual(send);
    now = 1500;
    expect(limits.closed()).toEqual([lane]);
    now = 2000;
    expect([limits.closed(), limits.nextOpening()]).toEqual([[], undefined]);
  });
});
