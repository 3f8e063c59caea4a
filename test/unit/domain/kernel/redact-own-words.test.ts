import { createRedactor } from '@aetherius/redact';
import { expect, it } from 'vitest';
import { asRead } from '../../../../scripts/docs/as-in-guide.ts';
import { en } from '../../../../src/text/en.ts';
import { zhCN } from '../../../../src/text/zh-cn.ts';

it.each([
  ['English', 'en', en],
  ['Chinese', 'zh-CN', zhCN],
] as const)('leaves what the bot says itself as it is: %s', (_name, language, words) => {
  const redactor = createRedactor();
  const said = Object.values(words).flatMap((text: unknown) =>
    typeof text === 'string' ? [asRead(text, language)] : [],
  );

  expect(said.length).toBeGreaterThan(500);
  expect(said.filter((text) => redactor.text(text) !== text)).toEqual([]);
});
