import { describe, expect, it } from 'vitest';
import { createRedactor, type Redactor } from '../src/index.ts';

/** Pieces that were repeated to make a scanner slow: openings without an end, names in names, half of everything. */
const pieces = [
  'a',
  'aaaaaaaa...',
  'Key (password)=(',
  'password | a\n',
  'password=${a:',
  'pass',
  'password=',
  'password="',
  "password='",
  'password=[',
  'password: [a ',
  '{"password":',
  '{"password":{',
  '://',
  'a://b:',
  'a:b@',
  '@',
  '\\',
  '\\"',
  '"',
  "'",
  '`',
  '-----BEGIN PRIVATE KEY-----',
  '-----BEGIN PRIVATE KEY-----\n',
  '-----END PRIVATE KEY-----\n',
  'kind: Secret\n',
  '"kind":"Secret",',
  '{"kind":"Secret",',
  'data:\n  kind: Secret\n',
  'eyJ',
  'eyJhbGci.',
  'name: password\n',
  'value: x\nname: password\n',
  'insert into t (password) values (',
  'AUTH ',
  '-p ',
  '-u a',
  'curl ',
  'curl -u ',
  '<password>',
  '%22',
  'password%3D%22',
  '\u001b[0m',
  '\u001b',
  '[0m',
  'token: ',
  'token:\n ',
  'tokens:\n- ',
  'password is ',
  'password for ',
  'AKIA',
  'sk-',
  'xoxb-',
  'A0',
  'aB3',
  'aB3/',
  '1.',
  '1.1.1.1',
  '::',
  'key',
  'api key ',
  'Authorization: ',
  'Authorization: Bearer ',
  'Cookie: a=b; ',
  'bearer ',
  '\ud800',
  '密码',
  '密码：',
  '密码为a',
  '密码（',
  'password....',
  'password: ........ ',
  'form-data; name="password"\n\n',
  'form-data; name=\\"password\\"\\r\\n\\r\\n',
  'session id ',
  'sessionid=',
  'auth=',
  'net use \\\\a ',
  '"kind: Secret\\n',
  '\\nkind: Secret',
  '[a]:25 a:',
  'a001 LOGIN a ',
  'USER a\nPASS ',
  'stats auth a:',
  '-----BEGIN PUBLIC KEY-----\n',
  'identified by ',
  'password[',
  '((((',
  '$2a$',
  'SCRAM-SHA-256$',
  ':AA',
  ':5432:',
  'Private-Lines: 999\n',
  'setPassword(',
  '"password","',
  'password == ',
  '= password',
  'password=$$',
  'password=<<EOF\n',
  'password: |\n ',
  'password: "\n',
  'password: a\n  ',
  '\n',
  ' ',
  'ä',
  '\u200b',
];
const options = {
  emails: true,
  addresses: true,
  known: ['aaaaaaaaaaaaaaab', 'postgres'],
  budgetMs: () => 600_000,
};
const redactor = createRedactor(options);

/** Milliseconds of processor time. */
function timeOf(subject: Redactor, text: string): number {
  const begun = process.cpuUsage();
  subject.text(text);
  const { user, system } = process.cpuUsage(begun);
  return (user + system) / 1000;
}

/**
 * Four times the text; in linear time it takes about four times as long, in quadratic time 16 times. The small one is
 * longer than whatever is looked ahead at once.
 */
const sizes = [65_536, 262_144] as const;
type Sizes = readonly [number, number];
/** Three times what is linear: the rest is what a busy machine and its caches add. */
const most = 12;

/**
 * How many times as long the large text takes. What else the machine does only adds, so the least of several rounds
 * counts, the two sizes in turn; a ratio that is still too high is measured again.
 */
function ratioOf(subject: Redactor, piece: string, of: Sizes = sizes, rounds = 10): number {
  const [small, large] = of.map((size) => piece.repeat(Math.ceil(size / piece.length)));
  let [shortest, longest] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let round = 0; round < rounds; round += 1) {
    shortest = Math.min(shortest, timeOf(subject, small ?? ''), timeOf(subject, small ?? ''));
    longest = Math.min(longest, timeOf(subject, large ?? ''));
    // Below a millisecond the clock tells nothing.
    if (longest / Math.max(shortest, 1) < most / 2) break;
  }
  return longest / Math.max(shortest, 1);
}

describe('the time of a text grows with its length, and not faster', () => {
  it.each(pieces)('for one made of %j', { timeout: 60_000 }, (piece) => {
    expect(ratioOf(redactor, piece)).toBeLessThan(most);
  });

  it('and one that grows faster is noticed', { timeout: 60_000 }, () => {
    const quadratic = createRedactor({
      ...options,
      finders: [
        (text) => {
          // A look at the rest of the text from every place: what the redactor itself takes is little beside it.
          let sum = 0;
          for (let from = 0; from < text.length; from += 1)
            for (let at = from; at < text.length; at += 1) sum += text.charCodeAt(at);
          return sum === 0 ? [{ start: 0, end: 1, kind: 'x' }] : [];
        },
      ],
    });

    // Until it is compiled, the small text takes much longer than its share, and the two would look alike.
    for (let round = 0; round < 2; round += 1) quadratic.text('a'.repeat(16_384));
    // An eighth of the text: a quadratic look at it takes less than a second.
    expect(ratioOf(quadratic, 'a', [8_192, 32_768], 2)).toBeGreaterThan(most);
  });
});
