import { describe, expect, it } from 'vitest';
import { createRedactor } from '../src/index.ts';
import { laterForms, laterLookAlikes } from './corpora/public/later.ts';
import { madeLookAlikes, saidLookAlikes } from './corpora/public/look-alikes.ts';
import { programsAndPeople, writtenLines } from './corpora/public/programs.ts';
import { type PublicCase, type PublicForm, systems } from './corpora/public/systems.ts';
import { drawFrom } from './corpora/public/values.ts';
import { isVisible } from './corpora/visible.ts';

/** At most one of a hundred secrets may be read, and one of a hundred look-alikes may be changed. */
const limit = 0.01;
const redactor = createRedactor();

const drawn = (forms: readonly PublicForm[], times: number): readonly PublicCase[] => {
  const draw = drawFrom(20_261_201);
  return forms.flatMap((form) => Array.from({ length: times }, () => form.write(draw)));
};

const leaksOf = (cases: readonly PublicCase[], shownOf: (text: string) => string): readonly string[] =>
  cases.flatMap(({ text, secrets, keeps = [] }) => {
    const shown = shownOf(text);
    return secrets.filter((secret) => isVisible(secret, shown, keeps)).map(() => text);
  });

const secretsIn = (cases: readonly PublicCase[]): number =>
  cases.reduce((sum, { secrets }) => sum + secrets.length, 0);

describe.each([
  { name: 'systems', forms: systems, written: [], least: 1000, of: 240 },
  { name: 'programs and people', forms: programsAndPeople, written: writtenLines, least: 500, of: 140 },
])('secrets as the public documents of $name show them', ({ forms, written, least, of }) => {
  const cases = [...drawn(forms, 4), ...written];

  it('are gone, but for one of a hundred', () => {
    const leaked = leaksOf(cases, (text) => redactor.text(text));

    expect(new Set(forms.map(({ name }) => name)).size).toBeGreaterThan(of);
    expect(secretsIn(cases)).toBeGreaterThan(least);
    expect(leaked.length / secretsIn(cases), leaked.join('\n')).toBeLessThanOrEqual(limit);
  });

  it('are gone behind what a program writes before its lines', () => {
    // Forms of one line: one over several lines is a document, which no program begins in the middle of a line.
    const single = cases.filter(({ text }) => !text.includes('\n'));
    const leaked = leaksOf(single, (text) =>
      redactor.text(`2026-11-12T08:00:00.120Z INFO app.Main - ${text}`),
    );

    expect(secretsIn(single)).toBeGreaterThan(400);
    expect(leaked.length / secretsIn(single), leaked.join('\n')).toBeLessThanOrEqual(limit);
  });

  it('are gone when the text comes in pieces', () => {
    const draw = drawFrom(3);
    const leaked = leaksOf(cases, (text) => {
      const stream = redactor.stream();
      let shown = '';
      for (let at = 0; at < text.length; ) {
        const size = 1 + (draw.bytes(1).readUInt8(0) % 24);
        shown += stream.push(text.slice(at, at + size));
        at += size;
      }
      return shown + stream.end();
    });

    expect(leaked.length / secretsIn(cases), leaked.join('\n')).toBeLessThanOrEqual(limit);
  });
});

it('are gone in the forms that were thought of later, but for those that are named', () => {
  const cases = drawn(laterForms, 4);
  const leaked = leaksOf(cases, (text) => redactor.text(text));
  // A column of a table, a string of a shell, and a flag of one program.
  const named = leaked.filter((text) => /^用户 \| 密码|<<<|ssh-keygen/.test(text));

  expect(secretsIn(cases)).toBeGreaterThan(320);
  expect((leaked.length - named.length) / secretsIn(cases), leaked.join('\n')).toBeLessThanOrEqual(limit);
});

it('leaves what only looks like a secret as it is, but for one of a hundred', () => {
  const draw = drawFrom(20_261_202);
  const lookAlikes = [
    ...saidLookAlikes,
    ...laterLookAlikes,
    ...madeLookAlikes.flatMap((make) => Array.from({ length: 3 }, () => make(draw))),
  ];
  const changed = lookAlikes.filter((text) => redactor.text(text) !== text);

  expect(lookAlikes.length).toBeGreaterThan(600);
  expect(changed.length / lookAlikes.length, changed.join('\n')).toBeLessThanOrEqual(limit);
});
