import { expect, it } from 'vitest';
import { asSlackMarks, withSigns } from './mrkdwn.ts';

const marks = (text: string): string => asSlackMarks(text).replace(/[\ue02a\ue07e]/g, '·');

it.each([
  ['keys `cache:*` and `session:*` fill it', 'keys `cache:·` and `session:·` fill it'],
  ['keys cache:* and session:* fill it', 'keys cache:· and session:· fill it'],
  ['SCAN 0 MATCH cache:* and *bold*', 'SCAN 0 MATCH cache:· and *bold*'],
  ['*`cache:*` is full*: 3*4', '*`cache:·` is full*: 3·4'],
  ['*Redis* · ~up~ down · ~/.kube and ~/x', '*Redis* · ~up~ down · ·/.kube and ·/x'],
  ['```\nrm a* b*\n``` *x*', '```\nrm a· b·\n``` *x*'],
  ['*两个组件* 等待', '*两个组件* 等待'],
])('%s', (text, expected) => {
  expect(marks(text)).toBe(expected);
  expect(withSigns(asSlackMarks(text))).toBe(text);
});

it('shows what was escaped as it was typed, and no mention of it', () => {
  const sent = 'by <@U1>: planned &lt;!channel&gt; &lt;@U9&gt; a &lt; b';

  expect(asSlackMarks(sent)).toBe('by <@U1>: planned \ue03c!channel&gt; \ue03c@U9&gt; a \ue03c b');
  expect(withSigns(asSlackMarks(sent))).toBe('by <@U1>: planned <!channel&gt; <@U9&gt; a < b');
});
