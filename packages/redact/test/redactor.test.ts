import { describe, expect, it } from 'vitest';
import { createRedactor, withheld } from '../src/index.ts';
import { seeded } from './corpora/visible.ts';

describe('a text that cannot be checked is withheld', () => {
  it('when it is longer than the redactor takes', () => {
    const redactor = createRedactor({ mostUnits: 100 });

    expect(redactor.text(`${'x'.repeat(100)}y`)).toBe(withheld);
    expect(redactor.text('x'.repeat(100))).toBe('x'.repeat(100));
    expect(redactor.counts()).toEqual({ withheld: 1 });
  });

  it('when its time is over, also in the middle of the work', () => {
    let now = 0;
    const redactor = createRedactor({ clock: () => (now += 1), budgetMs: () => 3 });

    expect(redactor.text('password=hunter2 '.repeat(2000))).toBe(withheld);
  });

  it('when a rule throws', () => {
    const redactor = createRedactor({
      finders: [
        () => {
          throw new Error('broken rule');
        },
      ],
    });

    expect(redactor.text('nothing secret here')).toBe(withheld);
    expect(redactor.lines(['one', 'two'])).toEqual([withheld]);
    expect(redactor.value({ text: 'nothing secret' })).toEqual({ text: withheld });
  });

  it('when its bytes are no UTF-8', () => {
    const redactor = createRedactor();

    expect(redactor.bytes(Buffer.from([0x70, 0x61, 0xff, 0xfe, 0x0a]))).toBe(withheld);
    expect(redactor.bytes(Buffer.from('password=hunter2 ü'))).toBe('password=[secret] ü');
  });

  it('when it is text of two bytes a character that was read as one', () => {
    const wide = Buffer.from('password=hunter2 and more text', 'utf16le').toString('latin1');

    expect(createRedactor().text(wide)).toBe(withheld);
  });

  it('when data is nested too deep, or gives itself out by an accessor that throws', () => {
    let deep: unknown = 'x';
    for (let depth = 0; depth < 200; depth += 1) deep = { deep };
    const hostile = {
      get text(): string {
        throw new Error('no');
      },
    };

    expect(createRedactor().value(deep)).toBe(withheld);
    expect(createRedactor().value(hostile)).toBe(withheld);
  });
});

describe('stand-ins', () => {
  it('are the same for the same secret under one key, and tell secrets apart', () => {
    const redactor = createRedactor().keyed('answer 1');
    const shown = redactor.text(
      'password=hunter2\npassword=other99\nurl=redis://:hunter2@r:6379\n{"token":"hunter2"}',
    );
    const [first, second, third, fourth] = [...shown.matchAll(/\[secret:([0-9a-f]{4})\]/g)].map(
      (found) => found[1],
    );

    expect(first).toBe(third);
    expect(first).toBe(fourth);
    expect(first).not.toBe(second);
  });

  it('differ from answer to answer, so that nobody can try a secret out', () => {
    const redactor = createRedactor();
    const shown = ['a', 'b'].map((key) => redactor.keyed(key).text('password=hunter2'));

    expect(shown[0]).not.toBe(shown[1]);
    expect(createRedactor().keyed('a').text('password=hunter2')).toBe(shown[0]);
  });

  it('are never shared by two secrets, however many there are', () => {
    const redactor = createRedactor().keyed('k');
    const shown = Array.from({ length: 3000 }, (_, index) => redactor.text(`password=pw${index}x`));

    expect(new Set(shown).size).toBe(3000);
    expect(shown.some((text) => /\[secret:[0-9a-f]{6}\]/.test(text))).toBe(true);
  });

  it('stay when they pass again', () => {
    const redactor = createRedactor().keyed('k');
    const once = redactor.text(
      'password=hunter2 url=redis://:hunter2@r:6379 Authorization: Bearer abc123def',
    );

    expect(redactor.text(once)).toBe(once);
    expect(createRedactor().text(once)).toBe(once);
  });
});

it('counts what was found, by kind, for each answer on its own', () => {
  const redactor = createRedactor();
  const answer = redactor.keyed('k');
  answer.text('password=hunter2 token=abc12345 url=redis://:pw@r:6379');
  answer.value({ password: 'x1', cookie: 'sid=12345678' });

  expect(answer.counts()).toEqual({ password: 2, token: 1, url: 1, cookie: 1 });
  expect(redactor.counts()).toEqual({});
});

it('an id of one alphabet is no secret in the name of an object, and a secret beside it is one', () => {
  const redactor = createRedactor();
  const random = seeded(7);
  const made = (length: number, alphabet: string) =>
    Array.from({ length }, () => alphabet[Math.floor(random() * alphabet.length)]).join('');
  const ids = Array.from({ length: 300 }, () => [
    `nats/N${made(55, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')}/EVENTS`,
    `redis/${made(40, '0123456789abcdef')}/Cache`,
  ]).flat();
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const secrets = ids.slice(0, 100).map((id) => `${id.slice(0, -6)}${made(64, alphabet)}`);

  expect(ids.filter((id) => redactor.holdsSecret({ target: id }))).toEqual([]);
  expect(secrets.filter((text) => !redactor.holdsSecret({ target: text }))).toEqual([]);
});

describe('what is personal', () => {
  const text = 'bob.x@example.com from 10.1.2.3 and 2001:db8::17 at 10:11:12 v1.2.3.4 127.0.0.1 a::b c:d';

  it('stays by default', () => {
    expect(createRedactor().text(text)).toBe(text);
  });

  it('goes when it is asked for', () => {
    expect(createRedactor({ emails: true, addresses: true }).text(text)).toBe(
      '[email] from [address] and [address] at 10:11:12 v1.2.3.4 127.0.0.1 [address] c:d',
    );
  });
});

describe('finders', () => {
  it('of an operator hide what they find', () => {
    const redactor = createRedactor({
      finders: [(text) => [{ start: text.indexOf('X9'), end: text.indexOf('X9') + 4, kind: 'badge' }]],
    });

    expect(redactor.text('badge X912 of bob')).toBe('badge [secret] of bob');
    expect(redactor.counts()).toEqual({ badge: 1 });
  });

  it('of a rule set hide only where nothing else was found', () => {
    const redactor = createRedactor({
      ruleSets: [(text) => [{ start: 0, end: text.length, kind: 'theirs' }]],
    });

    expect(redactor.text('host=db password=hunter2')).toBe('host=db password=[secret]');
    expect(redactor.text('host=db plain')).toBe('[secret]');
    expect(redactor.text('[secret]')).toBe('[secret]');
  });
});

describe('what comes out is well formed', () => {
  it.each([
    ['a\u0000b', 'a\ufffdb'],
    ['half \ud83d', 'half \ufffd'],
    ['password=\ud83d\udd11hunter2 \udd11', 'password=[secret] \ufffd'],
  ])('%j', (text, shown) => {
    expect(createRedactor().text(text)).toBe(shown);
  });
});

describe('data', () => {
  const redactor = createRedactor();

  it.each<[string, unknown, unknown]>([
    [
      'arrays under a name',
      { passwords: ['a1', 'b2'], tokens: 3 },
      { passwords: ['[secret]', '[secret]'], tokens: 3 },
    ],
    [
      'objects under a name',
      { credentials: { user: 'bob', secret: 'x', port: 1 } },
      { credentials: { user: 'bob', secret: '[secret]', port: 1 } },
    ],
    [
      'references',
      { secretKeyRef: { name: 'pg', key: 'password' } },
      { secretKeyRef: { name: 'pg', key: 'password' } },
    ],
    [
      'flags in a list',
      { args: ['--password', 'x1', '--port', '1'] },
      { args: ['--password', '[secret]', '--port', '1'] },
    ],
    ['headers in a list', ['Authorization', 'Bearer abc'], ['Authorization', 'Bearer [secret]']],
    [
      'headers',
      { headers: { authorization: 'Basic abc', accept: '*/*' } },
      { headers: { authorization: 'Basic [secret]', accept: '*/*' } },
    ],
    [
      'states',
      { token: 'expired', password: null, secret: true, cookie: '' },
      { token: 'expired', password: null, secret: true, cookie: '' },
    ],
    ['text in it', { msg: 'dial redis://:pw@r', n: 1 }, { msg: 'dial redis://:[secret]@r', n: 1 }],
    ['names that are secrets', { 'xoxb-2147483647-pLaNtEdT0ken': 1 }, { '[secret]': 1 }],
    [
      'a Secret',
      { kind: 'Secret', stringData: { a: 'x' } },
      { kind: 'Secret', stringData: { a: '[secret]' } },
    ],
    [
      'pairs of name and value',
      [{ value: 'x9', name: 'API_TOKEN' }],
      [{ value: '[secret]', name: 'API_TOKEN' }],
    ],
    ['maps and sets', new Map<string, unknown>([['password', new Set(['a1'])]]), { password: ['[secret]'] }],
    ['bytes', { key: Buffer.from('abc') }, { key: '[3 bytes]' }],
  ])('loses its secrets: %s', (_what, value, shown) => {
    expect(redactor.value(value)).toEqual(shown);
  });

  it('leaves what was given as it was', () => {
    const given = { password: 'x1', list: ['token=abc12345'] };
    redactor.value(given);

    expect(given).toEqual({ password: 'x1', list: ['token=abc12345'] });
  });
});
