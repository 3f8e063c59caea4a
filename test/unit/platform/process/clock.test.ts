import { expect, test } from 'vitest';
import { createIds, systemClock } from '../../../../src/platform/process/clock.ts';

test('ids are UUIDs of version 7 that carry their time', () => {
  const ids = createIds(() => 0x0190_1234_5678);

  const id = ids.uuid();

  expect(id).toMatch(/^01901234-5678-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test('ids sort in the order in which they were made, within a millisecond and when the clock steps back', () => {
  const times = [1000, ...Array.from({ length: 9000 }, () => 1001), 900, 1002];
  const ids = createIds(() => times.shift() ?? 2000);

  const made = Array.from({ length: 9003 }, () => ids.uuid());

  expect(made).toEqual(made.toSorted());
  expect(new Set(made).size).toBe(made.length);
});

test('tokens have 128 bits', () => {
  const ids = createIds();

  const token = ids.token();

  expect(Buffer.from(token, 'base64url')).toHaveLength(16);
  expect(token).not.toBe(ids.token());
});

test('sleep rejects with the reason of the signal that cut it short', async () => {
  const stop = new AbortController();
  const sleeping = systemClock.sleep(60_000, stop.signal);

  stop.abort(new Error('enough'));

  await expect(sleeping).rejects.toThrow('enough');
});
