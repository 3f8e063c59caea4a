import { describe, expect, it } from 'vitest';
import { createRedactor } from '../src/index.ts';
import { seeded } from './corpora/visible.ts';

/** Rounds of the property; `REDACT_ROUNDS=100000` outside of CI. */
const rounds = Number(process.env.REDACT_ROUNDS ?? 2000);

const alphabets = [
  'abcdefghijklmnopqrstuvwxyz',
  'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789',
  '0123456789abcdef',
  'abcXYZ019 !"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~',
  'äöüßé密码🔑abc019',
];
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const spellings: readonly ((value: string) => string)[] = [
  (value) => value,
  (value) => base64(value),
  (value) => base64(`a${value}`),
  (value) => base64(`user:${value}@host`),
  (value) => base64(`ab${value}cd`),
  (value) => Buffer.from(`x${value}`).toString('base64url'),
  (value) => encodeURIComponent(value),
  (value) => encodeURIComponent(value).replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase()),
  (value) => new URLSearchParams([['a', value]]).toString().slice(2),
  (value) => Buffer.from(value).toString('hex'),
  (value) => Buffer.from(value).toString('hex').toUpperCase(),
  (value) => JSON.stringify(value),
  (value) => JSON.stringify(JSON.stringify(value)),
  (value) => JSON.stringify(JSON.stringify(JSON.stringify(value))),
  (value) => `'${value.replaceAll("'", "''")}'`,
  (value) => `'${value.replaceAll("'", "'\\''")}'`,
  (value) =>
    value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'),
];

describe('a secret that the process knows', () => {
  it(`is gone from random documents, however it is written (${rounds} rounds)`, () => {
    const random = seeded(rounds);
    const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
    const word = (letters: readonly string[], length: number) =>
      Array.from({ length }, () => pick(letters)).join('');
    let left = 0;
    while (left < rounds) {
      const known = Array.from({ length: 40 }, () =>
        word([...pick(alphabets)], 10 + Math.floor(random() * 30))
          .trim()
          .padEnd(10, 'x9'),
      );
      const redactor = createRedactor({ known });
      for (let index = 0; index < 100 && left < rounds; index += 1, left += 1) {
        const value = pick(known);
        const spelled = pick(spellings)(value);
        // Random words around it, glued to it or apart.
        const before = word([...pick(alphabets)], Math.floor(random() * 60));
        const after = word([...pick(alphabets)], Math.floor(random() * 60));
        const glue = pick(['', ' ', '\n', '"', ', ', '=']);
        const shown = redactor.text(`${before}${glue}${spelled}${glue}${after}`);

        // What can be decoded from it: its middle, whose base64 and hex depend on nothing outside.
        const core = spelled.slice(2, -2);
        expect(core.length, spelled).toBeGreaterThan(5);
        expect(shown.includes(core) ? [value, spelled, shown] : []).toEqual([]);
      }
    }
  }, 300_000);

  it.each([
    ['postgres', 'connect to postgres as postgres', 'connect to postgres as postgres'],
    ['postgres', 'POSTGRES_DB=postgres', 'POSTGRES_DB=[secret]'],
    // The name of a part is a word of a sentence, or the value of a key that names it.
    ['postgres', 'PostgreSQL: postgres refuses connections', 'PostgreSQL: postgres refuses connections'],
    [
      'redis',
      'prod: redis refuses connections at redis:6379.',
      'prod: redis refuses connections at redis:6379.',
    ],
    ['redis', '{"part":"redis","service":"redis"}', '{"part":"redis","service":"redis"}'],
    ['redis', 'password: redis is what it is', 'password: [secret] is what it is'],
    ['redis', '{"value":"redis"}', '{"value":"[secret]"}'],
    ['postgres', 'dial redis://app:postgres@db', 'dial redis://app:[secret]@db'],
    ['neo4j', '{"x":"neo4j","service":"neo4j-0"}', '{"x":"[secret]","service":"neo4j-0"}'],
    ['s3cret', 'level=s3cret other s3cret text', 'level=[secret] other s3cret text'],
    ['hunter2', 'user hunter2 logged in', 'user hunter2 logged in'],
  ])('%s is taken out only where a value stands: %s', (value, text, shown) => {
    expect(createRedactor({ known: [value] }).text(text)).toBe(shown);
  });

  it.each([
    ['a sign', 'login with Quartz Lag…', 'login with [secret]…'],
    [
      'three dots, and how much is missing',
      '"cache:Quartz Lagoon... (9 more bytes)"',
      '"cache:[secret]... (9 more bytes)"',
    ],
    [
      'a sign, in base64',
      `got ${Buffer.from('Quartz Lagoon 31').toString('base64').slice(0, 14)}…`,
      'got [secret]…',
    ],
  ])('is gone when it was shortened, with %s where it ends', (_sign, text, shown) => {
    expect(createRedactor({ known: ['Quartz Lagoon 31', 'another one'] }).text(text)).toBe(shown);
  });

  it.each(['Quartz Lagoon', 'Quartz Lag and more…', 'Quartz…', 'Quartz Lagune…'])(
    'is not seen in what only begins like it: %s',
    (text) => {
      expect(createRedactor({ known: ['Quartz Lagoon 31'] }).text(text)).toBe(text);
    },
  );

  it('goes line by line when it has several', () => {
    const key = 'first line of a key\nsecond line of a key\n';
    const redactor = createRedactor({ known: [key] });

    expect(redactor.text('saw: second line of a key')).toBe('saw: [secret]');
  });

  it('is found among hundreds, and with them all in one text', () => {
    const known = Array.from({ length: 500 }, (_, index) => `Kn0wn-${index * 7919}-value`);
    const shown = createRedactor({ known }).text(known.map((value) => `<${value}>`).join('\n'));

    expect(shown).toBe(known.map(() => '<[secret]>').join('\n'));
  });

  it('gets one stand-in in all its spellings', () => {
    const redactor = createRedactor({ known: ['Tr0ub4dor&3 "x"'] }).keyed('k');
    const shown = [
      redactor.text('see Tr0ub4dor&3 "x" here'),
      redactor.text(`see ${JSON.stringify('Tr0ub4dor&3 "x"')} here`),
      redactor.text(`see ${encodeURIComponent('Tr0ub4dor&3 "x"')} here`),
      redactor.text('password: Tr0ub4dor&3 "x"'),
    ].map((text) => /\[secret:[0-9a-f]+\]/.exec(text)?.[0]);

    expect(shown[0]).toMatch(/^\[secret:[0-9a-f]{4}\]$/);
    expect(new Set(shown).size).toBe(1);
  });
});
