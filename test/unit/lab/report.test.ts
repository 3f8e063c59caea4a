import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { type ReportPlace, secondsIn, writeReport } from '../../../lab/report.ts';

const dir = mkdtempSync(join(tmpdir(), 'aetherius-report-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const place: ReportPlace = { full: join(dir, 'artifacts/full.md'), summary: join(dir, 'summary.md') };
const page = `# Report

| Table | Trials | Right | Last written | by |
| --- | --- | --- | --- | --- |
| kubernetes | 2 | 2 | 2026-01-01 | \`old\` |

- A note.
`;
const row = (variant: string, result: string) => `| S2.a | ${variant} | compose | 1.0 | ${result} |`;
const section = (name: string, ...rows: readonly string[]) => ({
  name,
  head: '| fault | variant | runtime | s | result |\n| --- | --- | --- | --- | --- |',
  rows,
  date: '2026-03-01',
  command: `npm run campaign -- --runtime ${name}`,
});

describe('a report', () => {
  beforeEach(() => {
    rmSync(join(dir, 'artifacts'), { recursive: true, force: true });
    writeFileSync(place.summary, page);
  });
  const summary = () => readFileSync(place.summary, 'utf8');

  it('has all rows in the artifact, and the page only when it is told to', () => {
    writeReport(place, section('compose', row('one', 'right'), row('two', 'D3.a is possible')), false);

    expect(readFileSync(place.full, 'utf8')).toContain(row('two', 'D3.a is possible'));
    expect(summary()).toBe(page);
  });

  it('puts totals, date and command of a new table after the others, and leaves the rest of the page', () => {
    writeReport(place, section('compose', row('one', 'right'), row('two', 'D3.a is possible')), true);

    expect(summary()).toBe(
      page.replace(
        '`old` |\n',
        '`old` |\n| compose | 2 | 1 | 2026-03-01 | `npm run campaign -- --runtime compose` |\n',
      ),
    );
  });

  it('replaces the totals of a table by those of all its rows, tried now or before', () => {
    writeReport(place, section('kubernetes', row('one', 'right'), row('two', 'wrong')), false);
    writeReport(place, section('kubernetes', row('two', 'right'), row('three', 'right')), true);

    expect(summary()).toContain('\n| kubernetes | 3 | 3 | 2026-03-01 | ');
    expect(summary()).not.toContain('`old`');
  });

  it('does not tell of fewer trials than the page knows', () => {
    expect(() => writeReport(place, section('kubernetes', row('one', 'right')), true)).toThrow(
      /tells of 2 trials of "kubernetes", the table has 1/,
    );
    expect(summary()).toBe(page);
  });

  it('says the middle and the greatest of its seconds, and leaves out what was not measured', () => {
    const rows = ['| a | 3.0 | x |', '| b | 1.0 | x |', '| c | – | x |', '| d | 20.0 | x |'];

    expect(secondsIn(rows, 1)).toBe('3.0 / 20.0');
    expect(secondsIn(['| c | – | x |'], 1)).toBe('–');
  });
});
