import { expect, it } from 'vitest';
import { createLogAnalysis } from '../../../src/domain/logs/analysis.ts';
import { asInGuide } from '../../../src/domain/platform/platform.ts';
import { logWords } from '../../../src/text/logs.ts';
import { wordsIn } from '../../../src/text/words.ts';

const letters = (at: number): string => [...String(at)].map((digit) => 'abcdefghij'[Number(digit)]).join('');

function reportOf(kinds: number, first: readonly string[] = []) {
  const analysis = createLogAnalysis({
    ...{ query: { level: 'warning' }, now: Date.UTC(2026, 10, 12, 9) },
    ...{ platform: asInGuide, redact: (text) => text },
  });
  const input = analysis.source('app');
  for (const line of first) input.line(line);
  for (let at = 0; at < kinds; at += 1)
    input.line(`2026-11-12T08:00:00Z ERROR ${letters(at)} q${letters(at)} w${letters(at)}`);
  input.end();
  return analysis.report();
}

it('says that there are more kinds than it tells apart, and counts all entries', () => {
  const report = reportOf(5_000);
  const sum = report.timeline?.counts.reduce((all, one) => all + one, 0);

  expect(report.grouped + report.leftOut.tooManyShapes).toBe(5_000);
  expect(sum).toBe(5_000);
  const { headline } = logWords(report, wordsIn('en'));
  expect(headline).toMatch(/^5000 entries; the worst: .* These are more than 2,000 kinds\.$/);
  expect(logWords(report, wordsIn('zh-CN')).headline).toMatch(/^5000 条日志；.*种类超过 2,000 种。$/);
});

it('says it behind a known line, too, and nowhere else', () => {
  const known = ['2026-11-12T08:00:00Z ERROR dial tcp 10.0.0.4:6379: connect: connection refused'];
  const { headline } = logWords(reportOf(5_000, known), wordsIn('en'));

  expect(headline).toMatch(/^Redis could not be reached .* These are more than 2,000 kinds\.$/);
  expect(logWords(reportOf(1_000), wordsIn('en')).headline).toContain(
    '1000 entries, 30 kinds of error, 970 more kinds;',
  );
});

it('puts two panics before 72 lost connections, and counts each kind by its own level', () => {
  const lost = Array.from(
    { length: 72 },
    () => '2026-11-12T08:00:00Z ERROR dial tcp 10.0.0.4:6379: connect: connection refused',
  );
  const panics = Array.from(
    { length: 2 },
    () => 'panic: runtime error: invalid memory address or nil pointer dereference',
  );
  const warned = ['2026-11-12T08:00:03Z WARN the pool is nearly empty'];
  const report = reportOf(1, [...lost, ...warned, ...panics]);

  expect(report.groups.map(({ level, count }) => [level, count])).toEqual([
    ['fatal', 2],
    ['error', 72],
    ['error', 1],
    ['warning', 1],
  ]);
  const { headline } = logWords(report, wordsIn('en'));
  expect(headline).toContain(
    '1 kind of fatal error, 2 kinds of error, 1 kind of warning; the worst: "panic: ',
  );
});
