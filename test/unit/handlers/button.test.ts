import { expect, it } from 'vitest';
import { buttonIdIn } from '../../../src/handlers/button.ts';

it('takes a click for exactly one action, with a value (R-SLACK12)', () => {
  const reason = { code: 'INVALID_INPUT', facts: { reason: 'button-shape' } };

  expect(buttonIdIn({ actions: [{ value: 'b1' }] })).toBe('b1');
  expect(buttonIdIn({ actions: [{ selected_option: { value: 'b2' } }] })).toBe('b2');
  for (const actions of [[], [{}], [{ selected_option: null }], [{ value: 'b1' }, { value: 'b2' }]])
    expect(() => buttonIdIn({ actions })).toThrow(expect.objectContaining(reason));
});
