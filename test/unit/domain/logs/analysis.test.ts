import { createRedactor } from '@aetherius/redact';
import { describe, expect, it } from 'vitest';
import { createLogAnalysis, createLogCounting } from '../../../../src/domain/logs/analysis.ts';
import { EntryReader } from '../../../../src/domain/logs/entries.ts';
import type { LogQuery, LogReport } from '../../../../src/domain/logs/report.ts';
import type { PartId } from '../../../../src/domain/platform/part.ts';
import { asInGuide } from '../../../../src/domain/platform/platform.ts';
import { agreementOn } from '../../../support/logs/agreement.ts';
import { corpus, type Entry, type LogForm, logForms } from '../../../support/logs/corpus.ts';

const HOUR = 3_600_000;
const to = Date.parse('2026-11-28T09:00:00Z');
const from = to - 2 * HOUR;
const redactor = createRedactor();

function analyse(
  lines: Iterable<string>,
  query: Partial<LogQuery> = {},
  way: 'line' | 'text' = 'text',
): LogReport {
  const analysis = createLogAnalysis({
    query: { level: 'warning', ...query },
    now: to,
    platform: asInGuide,
    redact: (text) => redactor.text(text),
  });
  const input = analysis.source('log');
  if (way === 'line') for (const line of lines) input.line(line);
  else {
    const all = [...lines];
    // Some lines at once, as they come from a file.
    for (let at = 0; at < all.length; at += 97) input.text(`${all.slice(at, at + 97).join('\n')}\n`);
  }
  input.end();
  return analysis.report();
}

const linesOf = (entries: readonly Entry[]): readonly string[] => entries.flatMap(({ lines }) => lines);

const sets: readonly (readonly [string, readonly LogForm[]])[] = [
  ...logForms.map((form) => [form, [form]] as const),
  ['all of them mixed', logForms],
];

describe('a corpus with a known truth', () => {
  it.each(sets)('is read entry by entry with its level and time: %s', (_name, forms) => {
    const entries = [...corpus({ seed: 7, entries: 800, forms, from, to })];
    const read: { readonly level: string; readonly time: number | undefined; readonly count: number }[] = [];
    const reader = new EntryReader({
      now: to,
      wanted: () => true,
      emit: ({ level, time, count }) => read.push({ level, time, count }),
    });
    for (const line of linesOf(entries)) reader.push(line);
    reader.end();

    expect(read).toHaveLength(entries.length);
    const wrong = entries.filter(({ severity, time, lines }, at) => {
      const entry = read[at];
      const near = Math.abs((entry?.time ?? 0) - time) < 1000;
      // Redis marks warnings and errors alike.
      const level = entry?.level === severity || (lines[0]?.includes(' # ') && entry?.level === 'warning');
      return !near || !level || entry?.count !== lines.length;
    });
    expect(wrong.slice(0, 3)).toEqual([]);
  });

  it.each(sets)('is grouped by what was said: %s', (_name, forms) => {
    const entries = [...corpus({ seed: 11, entries: 2_000, forms, from, to })];
    const { read, purity, completeness } = agreementOn(entries, to);

    expect(read).toBe(entries.length);
    expect(purity).toBe(1);
    // Mixed, a level and a statement beside it keep one kind in several groups.
    expect(completeness).toBeGreaterThanOrEqual(forms.length === 1 ? 1 : 0.7);
  });

  it.each(sets)(
    'says the same whether lines are passed over by their heads or read whole: %s',
    (_, forms) => {
      const lines = linesOf([...corpus({ seed: 41, entries: 3_000, forms, from, to })]);
      const since = to - HOUR / 2;

      expect(analyse(lines)).toEqual(analyse(lines, {}, 'line'));
      expect(analyse(lines, { since, until: to - 600_000, level: 'error' })).toEqual(
        analyse(lines, { since, until: to - 600_000, level: 'error' }, 'line'),
      );
    },
  );

  it('counts each kind', () => {
    const entries = [...corpus({ seed: 3, entries: 6_000, forms: ['zap', 'python', 'cri'], from, to })];
    const { groups, byLevel, leftOut, grouped: all } = analyse(linesOf(entries));
    const count = (severity: string) => entries.filter((entry) => entry.severity === severity).length;

    expect(byLevel).toMatchObject({ info: count('info'), warning: count('warning'), error: count('error') });
    expect(leftOut.belowLevel).toBe(count('info'));
    expect(all).toBe(count('warning') + count('error'));
    const redis = groups.filter(({ known }) => known?.id === 'redis-unreachable');
    expect(redis.reduce((sum, group) => sum + group.count, 0)).toBe(
      entries.filter(({ kind }) => kind === 'dial-redis').length,
    );
  });

  it.each([
    ['asked for from the last hour on', { since: to - HOUR }],
    ['of which all is asked for', {}],
  ])('marks what is new in a log %s', (_name, query) => {
    const spike = { kind: 'checksum', from: to - HOUR + 60_000, share: 0.2 };
    const entries = [...corpus({ seed: 5, entries: 6_000, forms: ['zap'], from, to, spike })];
    const { groups } = analyse(linesOf(entries), query);

    expect(groups.filter(({ mark }) => mark !== undefined)).toMatchObject([
      { mark: 'new', before: 0, count: entries.filter(({ kind }) => kind === 'checksum').length },
    ]);
  });

  it('marks what is much more than before, and nothing else', () => {
    const usual = [...corpus({ seed: 9, entries: 3_000, forms: ['zap'], from, to })];
    const more = usual
      .filter(({ kind, time }) => kind === 'step' && time >= to - HOUR)
      .flatMap((entry) => [entry, entry, entry, entry, entry]);
    const entries = [...usual, ...more].toSorted((a, b) => a.time - b.time);

    expect(analyse(linesOf(entries)).groups.filter(({ mark }) => mark !== undefined)).toMatchObject([
      { mark: 'more', text: expect.stringMatching(/^step /) },
    ]);
    expect(analyse(linesOf(usual)).groups.filter(({ mark }) => mark !== undefined)).toEqual([]);
  });

  it('compares nothing when the log does not reach back', () => {
    const entries = [...corpus({ seed: 9, entries: 300, forms: ['zap'], from: to - HOUR / 2, to })];
    const { compared, groups } = analyse(linesOf(entries), { since: to - HOUR / 2 });

    expect(compared).toBeUndefined();
    expect(groups.every(({ mark, before }) => mark === undefined && before === undefined)).toBe(true);
  });
});

describe('an entry', () => {
  const line = (level: string, at: number, msg: string) =>
    JSON.stringify({ level, time: new Date(at).toISOString(), msg });

  it('of another time, level or with other words is counted and not shown', () => {
    const report = analyse(
      [
        line('error', to - 3 * HOUR, 'long ago'),
        line('error', to - 60_000, 'request 17 broke'),
        line('error', to - 60_000, 'something else'),
        line('info', to - 60_000, 'request 17 came'),
      ],
      { since: to - HOUR, level: 'error', grep: 'Request 17' },
    );

    expect(report.groups).toMatchObject([{ text: 'request 17 broke', count: 1 }]);
    expect(report.leftOut).toMatchObject({ otherTime: 1, belowLevel: 1, otherWords: 1 });
  });

  it('is shown without its secrets, also when it is cut', () => {
    const key = `-----BEGIN PRIVATE KEY-----\n${'MIIEvQIBADANBgkq\n'.repeat(30)}-----END PRIVATE KEY-----`;
    const report = analyse([
      `ERROR:app:cannot use postgres://bot:hunter2secret@db/x`,
      `2026-11-28 08:00:00,000 - app - ERROR - refused ${key.split('\n').join('\n ')}`.replaceAll(
        '\n',
        '\\n',
      ),
    ]);

    expect(JSON.stringify(report)).not.toMatch(/hunter2secret|MIIEvQ/);
    expect(report.groups).toHaveLength(2);
  });

  it('that gives no level and has no word of a fault is shown all the same when it is a known one', () => {
    const report = analyse([
      'NOAUTH Authentication required.',
      "OOM command not allowed when used memory > 'maxmemory'.",
      'ready to accept connections',
      '{"level":"info","msg":"a client got NOAUTH"}',
    ]);

    expect(report.groups.map(({ level, known }) => [level, known?.id])).toEqual(
      expect.arrayContaining([
        ['error', 'redis-password'],
        ['error', 'redis-full'],
      ]),
    );
    expect(report.groups).toHaveLength(2);
    expect(report.leftOut.belowLevel).toBe(2);
  });

  it('has the level of its own, whatever is nested in it before', () => {
    const { byLevel } = analyse([
      '{"ts":1764320000,"request":{"level":"info","severity":"debug"},"level":"error","msg":"disk is gone"}',
    ]);

    expect(byLevel).toMatchObject({ error: 1, info: 0 });
  });

  it('takes the time of the one before, where it has none', () => {
    const { groups, timeless } = analyse(['ERROR:app:first', line('info', to, 'x'), 'ERROR:app:other thing']);

    expect(groups.map(({ last }) => last).toSorted()).toEqual([to, undefined]);
    expect(timeless).toBe(1);
  });
});

describe('a line that the lab was seen to write', () => {
  const full =
    'cannot connect to the database at postgres:5432/a: failed to connect to `user=a database=a`: 10.0.0.3:5432 (postgres): server error: FATAL: sorry, too many clients already (SQLSTATE 53300)';
  it.each([
    [
      '[1] 2026/11/28 08:59:00.123456 [INF] 10.0.0.8:4 - cid:9 - "v1.2:go:events" - Slow Consumer Detected: WriteDeadline of 5s exceeded with 4 chunks of 4096 total bytes.',
      'nats-slow-consumer',
      'D4.a',
    ],
    [JSON.stringify({ level: 'error', msg: full }), 'postgres-full', 'D1.a'],
    [
      JSON.stringify({ level: 'error', msg: 'executor: step failed', step: 'x', error: 'timeout after 20s' }),
      'step-late',
      'S5.a',
    ],
    [JSON.stringify({ level: 'warn', msg: 'agents without heartbeat', count: 1 }), 'agents-silent', 'S2.c'],
  ])('%s is known', (line, id, cause) => {
    for (const way of ['line', 'text'] as const) {
      const [group] = analyse([line, line], {}, way).groups;

      expect(group?.known?.id).toBe(id);
      expect(group?.known?.causes[0]).toBe(cause);
    }
  });
});

describe('the causes of a start', () => {
  const line = 'ERROR cannot connect to the database: password authentication failed';
  /** Read by several and put together, as threads do it. */
  const knownTo = (...logs: readonly PartId[]) => {
    const options = { query: { level: 'warning' }, now: to, platform: asInGuide } as const;
    const whole = createLogCounting(options);
    for (const part of logs) {
      const counting = createLogCounting(options);
      const input = counting.source(part, part);
      input.line(line);
      input.end();
      whole.absorb(counting.state());
    }
    return whole.tally().groups.map(({ known }) => [known?.causes, known?.ask]);
  };

  it('are named where agent-manager says it, alone or among the logs of all parts', () => {
    expect(knownTo('agent-manager')).toEqual([[['S1.a'], 'S1']]);
    expect(knownTo('orchestrator-service', 'agent-manager')).toEqual([[['S1.a'], 'S1']]);
  });

  it('are named in the log of no other part, nor where nobody knows whose log it is', () => {
    expect(knownTo('orchestrator-service')).toEqual([[[], 'postgres']]);
    expect(analyse([line]).groups.map(({ known }) => known?.causes)).toEqual([[]]);
  });
});

describe('hostile lines', () => {
  const repeated = (text: string) => text.repeat(Math.ceil(16_000 / text.length));
  it.each([
    'a',
    'a1',
    '0',
    'f0',
    'a.',
    'database ',
    'nats ',
    'level=',
    ' level="',
    '"level":',
    '{"a":',
    '[1] ',
    'msg="\\\\',
    '/',
    '-',
    'redis :6379 ',
  ])('take no longer than others: %j again and again', (text) => {
    const line = repeated(text);
    const lines = ['', 'panic: ', 'ERROR:app:', '2026-11-28 08:00:00 ', '{"level":"error","msg":"'].map(
      (head) => `${head}${line}`,
    );
    const began = performance.now();

    analyse(Array.from({ length: 10 }, () => lines).flat());

    // About 0.8 MB; a quadratic step takes many seconds.
    expect(performance.now() - began).toBeLessThan(3_000);
  });
});

describe('memory', () => {
  it('does not grow with the number of shapes', () => {
    function* strange(): Generator<string> {
      for (let at = 0; at < 8_000; at += 1) {
        const letters = [...String(at)].map((digit) => 'abcdefghij'[Number(digit)]).join('');
        yield `ERROR:app:${letters} q${letters} w${letters}`;
      }
    }
    const { leftOut, grouped: all, groups } = analyse(strange());

    expect(groups).toHaveLength(30);
    expect(all + leftOut.tooManyShapes).toBe(8_000);
    expect(leftOut.tooManyShapes).toBeGreaterThan(5_000);
  });

  it('keeps no more of an example than is shown of it', () => {
    const counting = createLogCounting({ query: { level: 'warning' }, now: to, platform: asInGuide });
    const input = counting.source('app');
    const long = 'x'.repeat(16_000);
    const long16 = Array.from({ length: 100 }, (_, at) => `\tat a.b.C(${at})${long}`).join('\n');
    for (let at = 0; at < 40; at += 1)
      input.text(`2026-11-28T08:00:00Z ERROR ${'w '.repeat(at + 1)}end ${long}\n${long16}\n`);
    input.end();

    expect(JSON.stringify(counting.state()).length).toBeLessThan(40 * 14 * 4_200);
  });
});
