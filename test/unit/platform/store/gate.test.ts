import { createRedactor } from '@aetherius/redact';
import { describe, expect, it } from 'vitest';
import { asIs, gated, ids, json, jsonAsIs, slackJson } from '../../../../src/platform/store/gate.ts';

const secret = 'Zeppelin-Orchard';
const redactor = createRedactor({ known: [secret] });
const stored = (...values: readonly unknown[]): readonly unknown[] =>
  gated(values, (answer) => (answer === undefined ? redactor : redactor.keyed(answer)));

describe('a parameter of a statement', () => {
  it('loses its secrets when nothing is said of it, also in a list', () => {
    expect(stored(`it is ${secret}`, [secret, 'x'])).toEqual(['it is [secret]', ['[secret]', 'x']]);
  });

  it('that is a number, a time or nothing stays', () => {
    const at = new Date(0);

    expect(stored(1, true, at, null, undefined)).toEqual([1, true, at, null, undefined]);
  });

  it('is stored as it is only where it says so', () => {
    expect(stored(asIs(secret), ...ids(secret, undefined), jsonAsIs({ id: secret }))).toEqual([
      secret,
      secret,
      null,
      `{"id":"${secret}"}`,
    ]);
  });

  it('that is data loses them in each of its texts, with the stand-ins of its answer', () => {
    const [one, two] = stored(json({ a: secret }, 'run-1'), json([secret], 'run-1'));

    expect(one).toMatch(/^\{"a":"\[secret:\w{4}\]"\}$/);
    expect(two).toBe(`["${String(one).slice(6, -2)}"]`);
    expect(stored(json(undefined), json(null))).toEqual([null, null]);
  });

  it('that Slack reads keeps what names a row', () => {
    const button = { type: 'button', value: secret, text: { type: 'plain_text', text: secret } };

    expect(stored(slackJson(button))).toEqual([
      JSON.stringify({ ...button, text: { type: 'plain_text', text: '[secret]' } }),
    ]);
  });

  it('that cannot be checked is not stored', () => {
    const bad = {
      toJSON() {
        throw new Error('no');
      },
    };

    expect(() => stored(json(bad))).toThrow(/cannot be checked/);
  });
});
