import { expect, it } from 'vitest';
import { Secret } from '../../../../src/domain/kernel/secret.ts';
import { buttonText, outboxText } from '../../../../src/domain/message/seal.ts';
import { createSeal } from '../../../../src/platform/slack/seal.ts';

const seal = createSeal(new Secret('xoxb-1'));

it('R-A10: a seal holds for what was sealed, under the same token, and for nothing else', () => {
  const button = { id: 'b', purpose: 'approve', remediationId: 'r', planHash: 'h', places: ['m1', 'm2'] };
  const made = seal.make(buttonText(button));

  expect(seal.holds(buttonText(button), made)).toBe(true);
  expect(createSeal(new Secret('xoxb-1')).holds(buttonText(button), made)).toBe(true);
  for (const other of [
    { ...button, id: 'c' },
    { ...button, purpose: 'reject' },
    { ...button, remediationId: 's' },
    { ...button, planHash: 'i' },
    { ...button, planHash: undefined },
    { ...button, places: ['m1'] },
    { ...button, places: ['m2', 'm1'] },
    { ...button, places: ['m1 m2'] },
    { ...button, places: [] },
  ])
    expect(seal.holds(buttonText(other), made)).toBe(false);
  for (const mac of [undefined, '', made.slice(1), made.toUpperCase()])
    expect(seal.holds(buttonText(button), mac)).toBe(false);
  expect(createSeal(new Secret('xoxb-2')).holds(buttonText(button), made)).toBe(false);
});

it('R-A10: a row of the outbox is sealed as itself, with its message, its version and what it shows', () => {
  const row = {
    id: 'o',
    kind: 'render',
    messageId: 'm',
    version: 2,
    payload: { text: 'a', n: [1, null] },
  } as const;
  const made = seal.make(outboxText(row));

  expect(seal.holds(outboxText({ ...row, payload: { n: [1, null], text: 'a' } }), made)).toBe(true);
  for (const other of [
    { ...row, id: 'p' },
    { ...row, kind: 'ephemeral' as const },
    { ...row, messageId: 'n' },
    { ...row, version: 3 },
    { ...row, payload: { text: 'b', n: [1, null] } },
    { ...row, payload: { text: 'a', n: [1] } },
  ])
    expect(seal.holds(outboxText(other), made)).toBe(false);
  // A button is no row of the outbox.
  expect(buttonText({ id: 'o', purpose: 'x', places: [] })).not.toMatch(/^outbox/);
});
