import { expect, it } from 'vitest';
import { withSections } from '../../../scripts/bench/page.ts';

const page = '# Benchmarks\n\nMade by …\n\n## One\n\nold one\n\n## Two\n\nold two\n';

it('replaces the section of a part that was measured alone and keeps every other', () => {
  expect(withSections(page, [{ title: 'One', text: 'new one' }])).toBe(
    '# Benchmarks\n\nMade by …\n\n## One\n\nnew one\n\n## Two\n\nold two\n',
  );
});

it('adds a part that the page does not have yet', () => {
  expect(withSections(page, [{ title: 'Three', text: 'three' }])).toBe(`${page}\n## Three\n\nthree\n`);
});
