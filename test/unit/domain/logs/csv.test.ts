import { expect, it } from 'vitest';
import { createLogAnalysis } from '../../../../src/domain/logs/analysis.ts';
import { asInGuide } from '../../../../src/domain/platform/platform.ts';

function reportOf(text: string) {
  const analysis = createLogAnalysis({
    ...{ query: { level: 'warning' }, now: Date.UTC(2026, 10, 12, 9) },
    ...{ platform: asInGuide, redact: (given) => given },
  });
  const input = analysis.source('postgresql.csv', 'postgres');
  input.text(text);
  input.end();
  return analysis.report();
}

/** A row as PostgreSQL writes it, with the columns of its manual. */
const row = (second: number, severity: string, state: string, message: string, query = ''): string => {
  const quoted = (value: string): string => (value === '' ? '' : `"${value.replaceAll('"', '""')}"`);
  return [
    ...[
      `2026-11-12 08:00:0${second}.120 UTC`,
      '"app"',
      '"orders"',
      '4711',
      '"10.0.0.4:50122"',
      '6553f1a0.1267',
    ],
    ...['3', '"SELECT"', '2026-11-12 07:59:00 UTC', '3/12', '0', severity, state, quoted(message)],
    ...[
      '',
      '',
      '',
      '',
      '',
      quoted(query),
      query === '' ? '' : '15',
      '',
      '"api"',
      '"client backend"',
      '',
      '0',
    ],
  ].join(',');
};

const query = [
  'select *',
  '',
  '2026-11-12 08:00:00 ERROR  this is a text of the query',
  '{"level":"info","msg":"so is this"}',
  'from "tasks" where name = \'x\'',
].join('\n');

it('takes the quoted line breaks of csvlog for one entry, whatever stands in them', () => {
  const text = [
    row(0, 'LOG', '00000', 'checkpoint complete'),
    row(1, 'ERROR', '42P01', 'relation "tasks" does not exist', query),
    row(2, 'WARNING', '01000', 'a "word"\nand a second line'),
    row(3, 'FATAL', '53300', 'sorry, too many clients already'),
    row(4, 'LOG', '00000', 'duration: 1.2 ms', query),
  ].join('\n');
  const { groups, entries, byLevel, first, last } = reportOf(text);

  expect([entries, byLevel.error, byLevel.warning, byLevel.info, byLevel.fatal]).toEqual([5, 2, 1, 2, 0]);
  expect([first, last]).toEqual([Date.UTC(2026, 10, 12, 8, 0, 0, 120), Date.UTC(2026, 10, 12, 8, 0, 4, 120)]);
  expect(groups.map(({ text: said, known }) => [said, known?.id])).toEqual(
    expect.arrayContaining([
      ['relation "tasks" does not exist (SQLSTATE 42P01)', 'schema-wrong'],
      ['sorry, too many clients already (SQLSTATE 53300)', 'postgres-full'],
    ]),
  );
  expect(groups.find(({ known }) => known?.id === 'schema-wrong')?.example).toHaveLength(5);
});

it('ends a row whose mark is never closed where the next one begins', () => {
  const text = [
    row(0, 'ERROR', '42601', 'syntax error', 'select').replace(/"select".*$/, '"select'),
    'from x',
    row(1, 'ERROR', '42601', 'syntax error'),
  ].join('\n');

  expect(reportOf(text).byLevel.error).toBe(2);
});
