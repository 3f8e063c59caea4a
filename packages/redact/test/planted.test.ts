import { expect, it } from 'vitest';
import { createRedactor } from '../src/index.ts';
import { forms, hardValues, type Pick, type Written } from './corpora/forms.ts';
import { isVisible, seeded } from './corpora/visible.ts';

interface Planted extends Written {
  readonly form: string;
  readonly secret: string;
}

/** Every form with every value that it can hold, thrice with other names; the same for the same seed. */
function plant(seed: number): readonly Planted[] {
  const random = seeded(seed);
  const pick: Pick = (items) => {
    const item = items[Math.floor(random() * items.length)];
    if (item === undefined) throw new RangeError('nothing to pick');
    return item;
  };
  return forms.flatMap((form) =>
    hardValues.flatMap((secret) =>
      [1, 2, 3].flatMap(() => {
        const written = form.write(secret, pick);
        return written === undefined ? [] : [{ ...written, form: form.name, secret }];
      }),
    ),
  );
}

/** An object of Kubernetes whose name is all that `secret:` is followed by looks the same as this one. */
const isObjectName = ({ text }: Planted): boolean => /\bsecret: ?correct-horse-battery\b/i.test(text);

const planted = plant(20261126).filter((one) => !isObjectName(one));
const seen = (shown: string, { secret, spellings = [secret], keeps }: Planted): boolean =>
  spellings.some((spelling) => isVisible(spelling, shown, keeps));

/** What is found does not depend on how busy the machine is; how quick it is, `linear.test.ts` says. */
const patient = { budgetMs: () => 120_000 };

it('finds thousands of secrets in more than forty forms, and leaves what stands beside them', () => {
  const redactor = createRedactor(patient);
  const shown = planted.map(({ text }) => redactor.text(text));
  const leaked = planted
    .filter((one, index) => seen(shown[index] ?? '', one))
    .map(({ form, text }) => [form, text]);
  const lost = planted.flatMap(({ text, keeps = [] }, index) =>
    keeps.filter((kept) => !shown[index]?.includes(kept)).map((kept) => [kept, text, shown[index]]),
  );

  expect(forms.length).toBeGreaterThan(60);
  expect(planted.length).toBeGreaterThan(8000);
  expect(leaked).toEqual([]);
  expect(lost).toEqual([]);
});

it('finds them in the lines of one text, where each stands among the others', () => {
  const random = seeded(7);
  const some = planted.filter(({ text }) => !text.includes('\n')).filter(() => random() < 0.2);
  const shown = createRedactor(patient).lines(
    some.map(({ text }) => `2026-11-26T10:00:00Z INFO app ${text}`),
  );

  expect(some.length).toBeGreaterThan(800);
  expect(shown).toHaveLength(some.length);
  expect(some.filter((one, index) => seen(shown[index] ?? '', one)).map(({ text }) => text)).toEqual([]);
});

it('finds them in JSON, wherever they are put into a log line of ours', () => {
  const random = seeded(8);
  const redactor = createRedactor(patient);
  const some = planted.filter(() => random() < 0.1);
  const leaked = some.filter((one) => {
    const shown = JSON.stringify(
      redactor.value({ level: 'error', err: { message: one.text }, lines: [one.text], n: 1 }),
    );
    const spellings = (one.spellings ?? [one.secret]).map((spelling) =>
      JSON.stringify(spelling).slice(1, -1),
    );
    return spellings.some((spelling) =>
      isVisible(
        spelling,
        shown,
        (one.keeps ?? []).map((kept) => JSON.stringify(kept)),
      ),
    );
  });

  expect(some.length).toBeGreaterThan(800);
  expect(leaked.map(({ text }) => text)).toEqual([]);
});

it('finds them when they come in pieces, wherever they are cut', () => {
  const random = seeded(9);
  const redactor = createRedactor(patient);
  const some = planted.filter(() => random() < 0.02);
  const filler = 'time="2026-11-26T10:00:09Z" level=info msg="workflow step done"\n'.repeat(30);
  for (const one of some) {
    const text = `${filler}${one.text}\n${filler}`;
    const stream = redactor.stream();
    let shown = '';
    for (let at = 0; at < text.length; ) {
      const size = 1 + Math.floor(random() * 40);
      shown += stream.push(text.slice(at, at + size));
      at += size;
    }
    shown += stream.end();

    expect(seen(shown, one), one.text).toBe(false);
    expect(shown).toBe(redactor.text(text));
  }
  expect(some.length).toBeGreaterThan(100);
});
