import { expect, it } from 'vitest';
import { sinceOf } from '../../../src/handlers/collect-here.shortcut.ts';

const now = Date.parse('2026-11-28T12:00:00Z');
const at = (iso: string) => String(Date.parse(iso) / 1000);

it.each([
  ['a message of now', at('2026-11-28T11:59:00Z'), '2026-11-28T11:00:00.000Z'],
  ['one of the morning', at('2026-11-28T08:00:00Z'), '2026-11-28T07:50:00.000Z'],
  ['one of last week', at('2026-11-20T08:00:00Z'), '2026-11-27T12:00:00.000Z'],
  ['one without a time', 'x', '2026-11-28T11:00:00.000Z'],
])('a bundle at %s has logs from before it, an hour at least and a day at the most', (_what, ts, since) => {
  expect(new Date(sinceOf(ts, now)).toISOString()).toBe(since);
});
