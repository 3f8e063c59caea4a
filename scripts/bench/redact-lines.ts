/** One hostile line, from 1 to 16 MB: each is twice the last one, and should take about twice the time. */
import { createRedactor } from '@aetherius/redact';

/**
 * `1 MB ms` to `16 MB ms`: milliseconds of processor time, the least of the rounds. `last doubled`: what twice the line
 * takes from 8 to 16 MB; `most doubled`: the most of the four steps.
 */
export type LineFigure = Readonly<Record<string, number | string>>;

const pieces: readonly (readonly [string, string])[] = [
  ['one letter', 'a'],
  ['a known secret but for its end', 'aaaaaaaa...'],
  ['backslashes', '\\'],
  ['quotes', '"'],
  ['`password=` without a value', 'password='],
  ['`password="` without an end', 'password="'],
  ['`{"password":{`', '{"password":{'],
  ['`eyJ`', 'eyJ'],
  ['`-----BEGIN PRIVATE KEY-----`', '-----BEGIN PRIVATE KEY-----'],
  ['`a://b:`', 'a://b:'],
  ['`Authorization: Bearer `', 'Authorization: Bearer '],
  ['`insert into t (password) values (`', 'insert into t (password) values ('],
  ['JSON with passwords', '{"user":"bob","password":"hunter2-is-it"},'],
];

export function benchRedactLines({ rounds = 3, largest = 16 } = {}): Record<string, LineFigure> {
  const options = { known: ['aaaaaaaaaaaaaaab', 'postgres'], emails: true, addresses: true };
  const redactor = createRedactor({ ...options, budgetMs: () => 600_000 });
  const timeOf = (text: string): number => {
    const begun = process.cpuUsage();
    redactor.text(text);
    const { user, system } = process.cpuUsage(begun);
    return (user + system) / 1000;
  };
  const sizes = [1, 2, 4, 8, 16].filter((size) => size <= largest);
  const rows = pieces.map(([name, piece]): [string, LineFigure] => {
    const texts = sizes.map((size) => piece.repeat(Math.ceil((size * 2 ** 20) / piece.length)));
    const ms = texts.map(() => Number.POSITIVE_INFINITY);
    for (let round = 0; round < rounds; round += 1)
      for (const [index, text] of texts.entries()) ms[index] = Math.min(ms[index] ?? 0, timeOf(text));
    const steps = ms.slice(1).map((time, index) => time / Math.max(ms[index] ?? 1, 1));
    const columns = sizes.map((size, index) => [`${size} MB ms`, Math.round(ms[index] ?? 0)]);
    const doubled = { 'last doubled': steps.at(-1) ?? 1, 'most doubled': Math.max(...steps) };
    return [name, { name, ...Object.fromEntries(columns), ...doubled }];
  });
  return Object.fromEntries(rows);
}

if (process.argv[1] === import.meta.filename) console.log(JSON.stringify(benchRedactLines(), null, 2));
