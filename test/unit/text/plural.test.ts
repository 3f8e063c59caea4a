import { describe, expect, it } from 'vitest';
import { en } from '../../../src/text/en.ts';
import { countsOf, interpolate } from '../../../src/text/format.ts';
import { countWords, pluralForms } from '../../../src/text/plural.ts';
import { wordsIn } from '../../../src/text/words.ts';
import { zhCN } from '../../../src/text/zh-cn.ts';

const english: Readonly<Record<string, string>> = en;
const counted = Object.entries(english).flatMap(([key, text]) => {
  const counts = countsOf(text);
  return counts.length === 0 ? [] : [{ key, text, counts }];
});

/** A text in which every number that chooses words is `n`; all else is a name, which agrees with anything. */
const withAll = (text: string, names: readonly string[], n: number) =>
  interpolate(text, Object.fromEntries(names.map((name) => [name, n])), 'en', (value) => value).replaceAll(
    'unknown',
    'X',
  );

/** What is counted somewhere: `# idle session|# idle sessions` has session, sessions and the phrase `idle sessions`. */
const nouns = counted.flatMap(({ counts }) =>
  counts.flatMap(({ forms: [one = '', other = ''] }) => {
    const singular = one.split(' ');
    const plural = other.replace(/^\D*# /, '').split(' ');
    const at = plural.findIndex(
      (word) => /^[A-Za-z]+s$/.test(word) && singular.includes(word.replace(/e?s$/, '')),
    );
    const noun = plural[at] ?? '';
    return at === -1
      ? []
      : [{ one: noun.replace(/e?s$/, ''), other: noun, phrase: plural.slice(0, at + 1).join(' ') }];
  }),
);
const alternatives = (words: readonly string[]) => [...new Set(words)].join('|');
const singulars = alternatives(nouns.map(({ one }) => one));
const plurals = alternatives(nouns.map(({ other }) => other));
const phrases = alternatives(nouns.flatMap(({ other, phrase }) => [other, phrase]));

describe('words that go with a number', () => {
  it('are chosen by the rules of the language', () => {
    expect(pluralForms('en')).toEqual(['one', 'other']);
    expect(pluralForms('zh-CN')).toEqual(['other']);
    expect([0, 1, 2, 1.5, 21].map((n) => countWords(['# write', '# writes'], n, `${n}`, 'en'))).toEqual([
      '0 writes',
      '1 write',
      '2 writes',
      '1.5 writes',
      '21 writes',
    ]);
    expect(countWords(['# 次写入'], 1, '1', 'zh-CN')).toBe('1 次写入');
  });

  it('follow the number as it is shown', () => {
    expect(interpolate('{n|# core|# cores}', { n: 1.001 }, 'en', (text) => text)).toBe('1 core');
  });

  it('say that a number is missing, and keep what comes from data as it is', () => {
    const say = (n: string | undefined) =>
      interpolate('{n|# write was|# writes were} refused', { n }, 'en', (text) => text.toUpperCase());

    expect(say(undefined)).toBe('UNKNOWN writes were refused');
    expect(say('$& #')).toBe('$& # writes were refused');
  });

  it('stand in as many forms as the language has', () => {
    for (const [language, texts] of [['en', english] as const, ['zh-CN', zhCN] as const])
      for (const [key, text] of Object.entries(texts))
        for (const { forms } of countsOf(text)) expect(forms, key).toHaveLength(pluralForms(language).length);
  });
});

describe('every English text with a number', () => {
  it('is found: there are many, and their nouns are known', () => {
    expect(counted.length).toBeGreaterThan(60);
    expect(nouns).toEqual(
      expect.arrayContaining([{ one: 'session', other: 'sessions', phrase: 'idle sessions' }]),
    );
    expect(nouns.length).toBeGreaterThan(50);
  });

  it.each(counted)('reads right with 1 and with 2: $key', ({ text, counts }) => {
    const names = counts.map(({ name }) => name);
    const one = withAll(text, names, 1);
    const two = withAll(text, names, 2);

    expect(one).not.toMatch(new RegExp(`\\b1 (?:[a-zA-Z]+ ){0,2}(?:${plurals})\\b`));
    expect(one).not.toMatch(/\b1 (?:\w+ )?(?:are|have|were|do|come|match|run|wait)\b/);
    expect(two).not.toMatch(new RegExp(`\\b2 (?:${singulars})(?! (?:${plurals}|people)|[\\w-])`));
    expect(two).not.toMatch(/\b2 (?:\w+ )?(?:is|has|was|does|comes|matches|runs|waits)\b/);
    expect(one).not.toContain('#');
    expect(one).not.toBe(two.replaceAll('2', '1'));
  });

  it('leaves no bare number before a noun that is counted', () => {
    // A server that allows a single connection does not exist.
    const bare = Object.entries(english).filter(([, text]) =>
      new RegExp(`\\{(?!max\\})\\w+\\} (?:${phrases})\\b`).test(text),
    );

    expect(bare).toEqual([]);
  });

  it('says what it said wrongly before', () => {
    const words = wordsIn('en');
    const redis = { usedBytes: 24_117_248, maxBytes: 25_165_824, percent: 95.8, policy: 'noeviction' };
    const say = (refusedWrites: number) =>
      words.lookup('finding.REDIS_MEMORY_AT_LIMIT', { ...redis, refusedWrites });
    const sessions = { application: 'export', database: 'agent_manager', oldestSeconds: 40 };

    expect(say(1)).toBe(
      'Redis uses 23 MiB of 24 MiB (95.8 %) and cannot evict (policy noeviction); 1 write was refused so far.',
    );
    expect(say(2)).toContain('; 2 writes were refused so far.');
    expect(say(0)).toContain('; 0 writes were refused so far.');
    expect(
      words.lookup('finding.PG_IDLE_IN_TRANSACTION_LEAKED', { ...sessions, sessions: 1, pids: '77' }),
    ).toBe(
      '1 session of export in agent_manager opened a transaction and has done nothing for up to 40 s (pid 77).',
    );
    expect(words.lookup('finding.POD_FAILED.impact', { pods: 1 })).toBe(
      '1 Pod has ended and does not come back by itself.',
    );
    expect(words.lookup('finding.POD_RESTARTING', { subject: 'nats-0', restarts: 1, exitCode: 137 })).toBe(
      'nats-0 has restarted once, within the hour (exit code 137).',
    );
    expect(words.plain('confirm.request.others', { needed: 1 })).toBe(
      'It runs once another person approves.',
    );
    expect(words.plain('health.title.healthy', { environment: 'prod', parts: 1 })).toBe(
      '*prod* is healthy: 1 part is up.',
    );
  });
});
