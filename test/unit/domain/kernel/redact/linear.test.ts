import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../../../../src/domain/kernel/redact/redactor.ts';

/** Pieces that were repeated to make a scanner slow: openings without an end, names in names, half of everything. */
const pieces = [
  'a',
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
const redactor = createRedactor({
  emails: true,
  addresses: true,
  known: ['aaaaaaaaaaaaaaab', 'postgres'],
  budgetMs: () => 600_000,
});

/** Milliseconds of processor time, the least of three. */
function timeOf(text: string): number {
  return Math.min(
    ...[1, 2, 3].map(() => {
      const begun = process.cpuUsage();
      redactor.text(text);
      const { user, system } = process.cpuUsage(begun);
      return (user + system) / 1000;
    }),
  );
}

describe('the time of a text grows with its length, and not faster', () => {
  it.each(pieces)('for one made of %j', (piece) => {
    const small = piece.repeat(Math.ceil(24_576 / piece.length));
    const large = piece.repeat(Math.ceil(98_304 / piece.length));
    const ratio = timeOf(large) / Math.max(timeOf(small), 4);

    // Four times the text; the rest is what a busy machine and its caches add.
    expect(ratio).toBeLessThan(9);
  });
});
