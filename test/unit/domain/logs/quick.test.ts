import { describe, expect, it } from 'vitest';
import { rankOf } from '../../../../src/domain/logs/level.ts';
import { readLine, skimmed } from '../../../../src/domain/logs/line.ts';
import { QuickHead } from '../../../../src/domain/logs/quick.ts';
import { corpus, type LogForm, logForms, seeded } from '../../../support/logs/corpus.ts';

const to = Date.parse('2026-11-28T09:00:00Z');
const from = to - 7_200_000;
const entriesOf = (form: LogForm) => [...corpus({ seed: 31, entries: 2_000, forms: [form], from, to })];

/** What the head says of a line that stands between others, and what reading the whole line says. */
function both(line: string) {
  const head = new QuickHead(to);
  const text = `${line}\n{"level":"error","ts":1764320000}\nlevel=error\n`;
  const level = head.read(text, 0, line.length);
  const whole = skimmed(line) ?? readLine(line, to);
  return {
    level,
    quick: { level, time: head.time, zoneless: head.zoneless },
    whole: { level: whole.level, time: whole.time, zoneless: whole.zoneless ?? false },
    headed: 'headed' in whole ? whole.headed && whole.adds !== true : true,
  };
}

/** JSON within JSON, such as a line that another one runs into: whatever level it has, it is read as one line. */
function isBroken(line: string): boolean {
  const json = /\{.*$/.exec(line)?.[0];
  if (json === undefined || !/^(?:[\w.-]+ +\| |\S+ std\w+ F )?\{/.test(line)) return false;
  try {
    JSON.parse(json);
    return false;
  } catch {
    return true;
  }
}

function agree(line: string): boolean {
  const { level, quick, whole, headed } = both(line);
  // What is wanted is read whole anyway.
  if (level === undefined || rankOf(level) > rankOf('info') || isBroken(line)) return true;
  return headed && JSON.stringify(quick) === JSON.stringify(whole);
}

describe('the head of a line', () => {
  it.each(logForms)('says of %s what the whole line says', (form) => {
    const lines = entriesOf(form).flatMap((entry) => entry.lines);

    expect(lines.filter((line) => !agree(line))).toEqual([]);
  });

  it.each(logForms)('is enough for nearly all of %s', (form) => {
    const quiet = entriesOf(form).flatMap(({ severity, lines }) => (severity === 'info' ? lines : []));
    const read = quiet.filter((line) => both(line).level !== undefined);

    expect(read.length / quiet.length).toBeGreaterThan(0.99);
  });

  it('is no more than the whole line where pieces of lines stand in others', () => {
    const random = seeded(5);
    const lines = logForms.flatMap((form) =>
      entriesOf(form)
        .slice(0, 200)
        .flatMap((entry) => entry.lines),
    );
    const wrong: string[] = [];
    for (let at = 0; at < 20_000; at += 1) {
      const one = lines[random.below(lines.length)] ?? '';
      const other = lines[random.below(lines.length)] ?? '';
      const cut = random.below(Math.min(90, one.length));
      const mixed = one.slice(0, cut) + other.slice(random.below(Math.min(60, other.length)));
      if (!agree(mixed)) wrong.push(mixed);
    }

    expect(wrong).toEqual([]);
  });

  it.each([
    '{"msg":"done","request":{"level":"info"},"level":"error"}',
    '{"tags":["a"],"details":{"severity":"debug"},"level":"error","ts":1764320000}',
    '2026-11-28T08:00:00Z INFO [main] o.e.App - level=error msg="disk is full"',
    '2026-11-28 08:00:00.123 UTC [7] LOG:  statement: x DETAIL:  y',
    '2026-11-28T08:00:00Z stdout F {"level":"error","msg":"x"}',
    'service-1  | {"msg":"x","ctx":{"level":"info"},"level":"fatal"}',
    '2026-13-28T08:00:00Z\tINFO\tx',
  ])('does not hide %s', (line) => {
    const { level, whole } = both(line);

    expect(level === undefined || level === whole.level).toBe(true);
    expect(agree(line)).toBe(true);
  });
});
