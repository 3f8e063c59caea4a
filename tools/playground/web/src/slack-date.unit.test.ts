import { expect, it } from 'vitest';
import { slackDate } from './slack-date.ts';

const at = { timestamp: `${Date.parse('2026-11-28T23:04:05Z') / 1000}`, fallback: 'then' };
const berlin = { locale: 'en-US', tz: 'Europe/Berlin' };
const shanghai = { locale: 'zh-CN', tz: 'Asia/Shanghai' };

it.each([
  ['{date_num} {time}', berlin, '2026-11-29 12:04 AM'],
  ['{date_num} {time}', shanghai, '2026-11-29 7:04'],
  ['at {time_secs}', shanghai, 'at 7:04:05'],
  ['{date_pretty}', berlin, 'then'],
])('%s is shown in the reader’s zone and language', (format, reader, shown) => {
  expect(slackDate({ ...at, format }, reader).replaceAll('\u202f', ' ')).toBe(shown);
});
