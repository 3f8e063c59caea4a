import { describe, expect, it } from 'vitest';
import { asInGuide, platformOf } from '../../../src/domain/platform/platform.ts';
import { en } from '../../../src/text/en.ts';
import { bytes, formats, interpolate, markup, placeholdersOf, span } from '../../../src/text/format.ts';
import { escapeMrkdwn, languageOf, wordsIn } from '../../../src/text/words.ts';
import { zhCN } from '../../../src/text/zh-cn.ts';

const english: Readonly<Record<string, string>> = en;
const chinese: Readonly<Record<string, string>> = zhCN;

describe('the catalogue', () => {
  it('has the same keys in both languages', () => {
    expect(Object.keys(chinese).sort()).toEqual(Object.keys(english).sort());
  });

  it.each(Object.keys(english))('needs the same arguments in both languages: %s', (key) => {
    expect(placeholdersOf(chinese[key] ?? '')).toEqual(placeholdersOf(english[key] ?? ''));
  });

  it('formats with known formats only, and leaves no text empty', () => {
    for (const [key, text] of [...Object.entries(english), ...Object.entries(chinese)]) {
      expect(text.trim(), key).not.toBe('');
      for (const [, format] of text.matchAll(/\{\w+:(\w+)\}/g)) expect(formats, key).toContain(format);
    }
  });

  it('ends bold words where a word may end: Slack shows the asterisks of `*影响：*服务` as they are', () => {
    for (const [key, text] of [...Object.entries(english), ...Object.entries(chinese)])
      for (const [, after] of text.matchAll(/(?<![\w*])\*[^*\n]+\*(.?)/g))
        expect(after, key).toMatch(/^[\s.,;:!?)。，；：！？）]?$/);
  });

  it('has Chinese in the Chinese catalogue', () => {
    const sentences = Object.entries(chinese).filter(
      ([key]) => key.startsWith('error.') || key.startsWith('card.state.') || key.startsWith('denied.'),
    );
    for (const [key, text] of sentences) expect(text, key).toMatch(/\p{Script=Han}/u);
  });
});

describe('words about an installation (R-PLAT25)', () => {
  const here = platformOf({
    parts: {
      'agent-manager': { name: 'Agent Manager', configMap: 'am-settings' },
      postgres: { name: 'Main DB' },
    },
    keys: { 'event.workers': 'events.pool' },
    secrets: { token: 'join-token' },
  });

  it.each(['en', 'zh-CN'] as const)('find each fact that a text of %s names', (language) => {
    const all = Object.entries(language === 'en' ? english : chinese);
    const plain = wordsIn(language);
    const facts = all.flatMap(([key, text]) =>
      placeholdersOf(text).flatMap((name) => (name.startsWith('@') ? [[key, name] as const] : [])),
    );

    expect(facts.length).toBeGreaterThan(50);
    for (const [key, name] of facts) expect(plain.lookupPlain(key), key).not.toContain(name);
  });

  it('say the names that it has, in every language', () => {
    for (const language of ['en', 'zh-CN'] as const) {
      const words = wordsIn(language, here);
      expect(words.plain('part.agent-manager')).toBe('Agent Manager');
      expect(words.lookupPlain('part.postgres')).toBe('Main DB');
      expect(words.plain('cause.S1.c')).toContain('Agent Manager');
      expect(words.lookupPlain('remedy.raise-event-workers')).toContain('events.pool');
      expect(words.lookupPlain('remedy.raise-event-workers')).not.toContain('event.workers');
      expect(words.lookupPlain('remedy.copy-auth-token')).toContain('join-token');
      expect(words.lookupPlain('remedy.correct-nats-config')).toContain('am-settings');
      expect(wordsIn(language).about(here).plain('part.agent-manager')).toBe('Agent Manager');
      expect(wordsIn(language, here).about(asInGuide).plain('part.agent-manager')).toBe('agent-manager');
    }
  });

  it('shows parts of a finding by their names', () => {
    const facts = { from: 'agent-manager', to: 'redis', error: 'timed out' };

    expect(wordsIn('en', here).lookupPlain('finding.CONNECTION_FAILS', facts)).toBe(
      'A request from Agent Manager to Redis does not arrive: timed out',
    );
  });

  it('takes no fact out of data', () => {
    expect(interpolate('{a}', { a: '{@agent-manager}' }, 'en', (text) => text)).toBe('{@agent-manager}');
  });
});

describe('words', () => {
  const words = wordsIn('en');

  it('escapes what comes from data and nothing else (R-S8)', () => {
    expect(words.say('command.unknown-verb', { word: '<!channel> & <@U1>', known: 'help' })).toContain(
      '“&lt;!channel&gt; &amp; &lt;@U1&gt;”',
    );
    expect(words.say('event.approved', { who: markup('<@U1>'), handle: 'k7', hash: 'abcdefgh123' })).toBe(
      ':white_check_mark: <@U1> approved `k7` (plan `abcdefgh`).',
    );
    expect(words.plain('command.unknown-verb', { word: '<b>', known: 'help' })).toContain('“<b>”');
  });

  it('says that a value is missing instead of leaving a hole', () => {
    expect(interpolate('up since {since:time}, {n}', {}, 'en', (text) => text)).toBe(
      'up since unknown, unknown',
    );
    expect(interpolate('{constructor}', {}, 'zh-CN', (text) => text)).toBe('未知');
  });

  it('does not read placeholders, dollars or keys out of data', () => {
    expect(interpolate('{a}', { a: '{b} $& $1', b: 'no' }, 'en', (text) => text)).toBe('{b} $& $1');
    expect(words.lookup('toString')).toBeUndefined();
  });

  it('writes sizes and spans as people read them', () => {
    expect([bytes(512), bytes(8_388_608), bytes(1.5 * 2 ** 40)]).toEqual(['512 B', '8 MiB', '1.5 TiB']);
    expect([12, 1_234, 90_000, 3_600_000, 5_400_000, 200_000_000].map((ms) => span(ms, 'en'))).toEqual([
      '12 ms',
      '1.2 s',
      '2 min',
      '1 h',
      '1 h 30 min',
      '2 d 7 h',
    ]);
  });

  it('knows the language of a locale', () => {
    expect([
      languageOf('zh-CN'),
      languageOf('zh_TW'),
      languageOf('en-US'),
      languageOf(undefined),
      languageOf('zhx'),
    ]).toEqual(['zh-CN', 'zh-CN', 'en', 'en', 'en']);
  });

  it('keeps an escaped text whole', () => {
    expect(escapeMrkdwn('a<b>&amp;')).toBe('a&lt;b&gt;&amp;amp;');
  });

  it('says what is known where a refusal names neither verb nor resource', () => {
    const words = wordsIn('en');
    const said = (facts: Readonly<Record<string, string>>) => words.lookupPlain('cause.forbidden', facts);

    expect(said({ verb: 'list', resource: 'pods' })).toBe('not allowed to list pods');
    expect(said({ verb: 'list', resource: 'pods', allowedBy: 'rights.x' })).toContain('rights.x');
    expect(said({ detail: 'permission denied' })).toBe('it is not allowed: “permission denied”');
    expect(said({ verb: 'list' })).toBe('the bot is not allowed to ask there');
    expect(words.lookupPlain('health.fact.blind-forbidden', {})).not.toContain('unknown');
    expect(wordsIn('zh-CN').lookupPlain('cause.forbidden', {})).not.toContain('未知');
  });
});
