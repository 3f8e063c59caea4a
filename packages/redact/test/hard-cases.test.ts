import { describe, expect, it } from 'vitest';
import { createRedactor } from '../src/index.ts';
import { hardCases } from './corpora/hard-cases.ts';
import { hardLookAlikes } from './corpora/hard-look-alikes.ts';
import { moreCases } from './corpora/more-cases.ts';
import { moreLookAlikes } from './corpora/more-look-alikes.ts';
import { strangeCases, strangeLookAlikes } from './corpora/strange-cases.ts';
import { isVisible } from './corpora/visible.ts';

const redactor = createRedactor();
const forms = [...new Set(hardCases.map(({ form }) => form))];

describe.each(forms)('secrets of the form "%s"', (form) => {
  it('are gone, and what stands beside them is still there', () => {
    for (const { text, secrets, keeps = [] } of hardCases.filter((one) => one.form === form)) {
      const shown = redactor.text(text);

      expect(
        secrets.filter((secret) => isVisible(secret, shown, keeps)),
        `${text} → ${shown}`,
      ).toEqual([]);
      expect(
        keeps.filter((kept) => !shown.includes(kept)),
        `${text} → ${shown}`,
      ).toEqual([]);
      expect(shown.split('\n')).toHaveLength(text.split('\n').length);
    }
  });
});

it('finds the secrets of further cases', () => {
  const seen = moreCases.filter(([text, secret]) =>
    redactor.text(text).replaceAll('[secret]', '').includes(secret),
  );

  expect(moreCases.length).toBeGreaterThan(320);
  expect(seen).toEqual([]);
});

it('finds the secrets that a stranger wrote, whole and in part', () => {
  const seen = strangeCases.filter(([text, secret]) => isVisible(secret, redactor.text(text), []));

  expect(strangeCases.length).toBeGreaterThan(270);
  expect(seen).toEqual([]);
});

it('leaves everything that only looks like a secret as it is', () => {
  const lookAlikes = [...hardLookAlikes, ...moreLookAlikes, ...strangeLookAlikes];
  const changed = lookAlikes
    .map((text) => [text, redactor.text(text)])
    .filter(([text, shown]) => text !== shown);

  expect(lookAlikes.length).toBeGreaterThan(770);
  expect(changed).toEqual([]);
});

it('does not change what it has cleaned', () => {
  const once = hardCases.map(({ text }) => redactor.text(text));
  const twice = once.map((text) => redactor.text(text));

  expect(twice.filter((text, index) => text !== once[index])).toEqual([]);
});
