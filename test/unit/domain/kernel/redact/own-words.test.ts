import { expect, it } from 'vitest';
import { createRedactor } from '../../../../../src/domain/kernel/redact/redactor.ts';
import { en } from '../../../../../src/text/en.ts';
import { zhCN } from '../../../../../src/text/zh-cn.ts';

it.each([
  ['English', en],
  ['Chinese', zhCN],
])('leaves what the bot says itself as it is: %s', (_language, words) => {
  const redactor = createRedactor();
  const said = Object.values(words).flatMap((text: unknown) => (typeof text === 'string' ? [text] : []));

  expect(said.length).toBeGreaterThan(500);
  expect(said.filter((text) => redactor.text(text) !== text)).toEqual([]);
});
