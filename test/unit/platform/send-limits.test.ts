import { describe, expect, it } from 'vitest';
import type { OutboxItem } from '../../../src/domain/message/outbox.ts';
import { createSendLimits } from '../../../src/platform/slack-poster/limits.ts';

const message = { id: 'm1', purpose: 'root', channel: 'C1', sentVersion: 0 };
const item = (more: Partial<Extract<OutboxItem, { kind: 'render' }>> = {}): OutboxItem => ({
  id: 'o1',
  kind: 'render',
  method: 'post',
  lane: 'C1',
  priority: 0,
  version: 1,
  attempts: 1,
  triedBefore: false,
  createdAt: new Date(0),
  payload: { text: 'x' },
  ...more,
});

describe('limits of sending', () => {
  it('let a short burst into a channel, then about one post a second, and never touch another channel (R-SLACK28)', () => {
    let now = 0;
    const limits = createSendLimits(() => now);

    const burst = Array.from({ length: 5 }, () => limits.take(item()));
    const other = limits.take(item({ lane: 'C2' }));
    now += 1100;
    const later = limits.take(item());

    expect(burst.slice(0, 3)).toEqual([0, 0, 0]);
    expect(burst[3]).toBeGreaterThan(900);
    expect(other).toBe(0);
    expect(later).toBe(0);
  });

  it('let a message be edited once a second; after its post the answer comes at once and progress waits', () => {
    let now = 0;
    const limits = createSendLimits(() => now);
    limits.take(item({ message }));
    now = 400;

    const progress = limits.take(item({ method: 'update', priority: 1, message }));
    const answer = limits.take(item({ method: 'update', message }));
    const again = limits.take(item({ method: 'update', message }));
    now = 1400;
    const then = limits.take(item({ method: 'update', message }));

    expect([progress, answer, again, then]).toEqual([600, 0, 1000, 0]);
  });

  it('stay below fifty edits in any minute and keep some of them for decisions', () => {
    let now = 0;
    const limits = createSendLimits(() => now);
    const edit = (priority: number, index: number) =>
      limits.take(item({ method: 'update', priority, message: { ...message, id: `m${index}` } }));
    let progress = 0;
    let sent = 0;
    for (let index = 0; index < 600; index += 1) {
      if (edit(1, index) === 0) progress += 1;
      now += 100;
    }
    sent = progress;

    const decision = edit(0, 9999);

    expect(sent).toBeLessThanOrEqual(50);
    expect(sent).toBeGreaterThan(30);
    expect(decision).toBe(0);
  });

  it('hold a channel for a limited post and the whole method for anything else, until it is over', () => {
    let now = 0;
    const limits = createSendLimits(() => now);
    limits.hold({ method: 'post', lane: 'C1' }, 2000);
    limits.hold({ method: 'update', lane: 'C1' }, 1000);

    expect([limits.heldLanes(), limits.heldMethods(), limits.nextRelease()]).toEqual([
      ['C1'],
      ['update'],
      1000,
    ]);
    now = 1500;
    expect([limits.heldLanes(), limits.heldMethods()]).toEqual([['C1'], []]);
    now = 2000;
    expect([limits.heldLanes(), limits.nextRelease()]).toEqual([[], undefined]);
  });
});
