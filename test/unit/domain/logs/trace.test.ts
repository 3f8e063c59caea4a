import { describe, expect, it } from 'vitest';
import { createLogAnalysis } from '../../../../src/domain/logs/analysis.ts';
import { readWish } from '../../../../src/domain/logs/query.ts';
import { traceMatcher } from '../../../../src/domain/logs/trace.ts';
import { asInGuide } from '../../../../src/domain/platform/platform.ts';
import { logWords } from '../../../../src/text/logs.ts';
import { wordsIn } from '../../../../src/text/words.ts';

const uuid = '6f1c2a44-0d1e-4a51-9a3e-1f3f0a5c7b10';
const hex = uuid.replaceAll('-', '');

describe('a line of a trace', () => {
  it.each([
    ['req-7f3a', '{"level":"error","request_id":"req-7f3a","msg":"x"}'],
    ['req-7f3a', '{"headers":{"x-request-id":["req-7f3a"]}}'],
    ['req-7f3a', '2026-11-28T08:00:00Z ERROR [req-7f3a] no answer'],
    ['req-7f3a', 'correlation_id=req-7f3a, tried once'],
    ['req-7f3a', '请求req-7f3a失败'],
    ['REQ-7F3A', 'traceId=req-7f3a.'],
    [uuid, `trace_id=${hex}`],
    [hex, `{"traceId":"${uuid.toUpperCase()}"}`],
    [hex, `traceparent: 00-${hex}-00f067aa0ba902b7-01`],
    ['a/b+c==', 'x-request-id: a/b+c=='],
  ])('is found by %s: %s', (id, line) => {
    expect(traceMatcher(id)(line)).toBe(true);
  });

  it.each([
    ['req-7f3a', 'req-7f3ab'],
    ['req-7f3a', 'xreq-7f3a'],
    ['req-7f3a', 'req-7f3a-2'],
    ['7f3a', 'req-7f3a'],
    ['7.3a', '7f3a'],
    [hex, `${hex}0`],
    [hex, `span ${hex.slice(0, 16)}`],
    [uuid, `${uuid}-x`],
  ])('is not found by a part of another: %s, %s', (id, line) => {
    expect(traceMatcher(id)(line)).toBe(false);
  });
});

describe('one trace through all parts', () => {
  const now = Date.UTC(2026, 10, 28, 8, 10);
  const report = (trace: string) => {
    const wish = readWish({ trace }, now);
    if (!wish.ok) throw new Error(wish.fault);
    const analysis = createLogAnalysis({
      ...{ query: wish.query, now, platform: asInGuide },
      redact: (text) => text.replaceAll('Spectrum', '[secret]'),
    });
    const orchestrator = analysis.source('orchestrator-0/main', 'orchestrator-service');
    orchestrator.line('{"ts":"2026-11-28T08:00:02Z","level":"info","traceId":"req-7f3a","msg":"asks"}');
    orchestrator.line('{"ts":"2026-11-28T08:00:03Z","level":"info","traceId":"req-7f3ab","msg":"other"}');
    orchestrator.line('2026-11-28T08:00:09Z ERROR [req-7f3a] no answer');
    orchestrator.end();
    const reasoning = analysis.source('reasoning-0/main', 'reasoning-service');
    reasoning.line('2026-11-28T08:00:05Z ERROR request_id=req-7f3a ran out of memory, key Spectrum');
    reasoning.line('2026-11-28T08:00:06Z DEBUG request_id=req-7f3a gives up');
    reasoning.end();
    return analysis.report();
  };
  const said = logWords(report('req-7f3a'), wordsIn('en', asInGuide));

  it('is each entry with its part, of every level, in the order of their times, without secrets', () => {
    expect(said.steps.map((step) => step.slice(0, 40))).toEqual([
      expect.stringMatching(/^08:00:02\.000 orchestrator-service: info/),
      expect.stringMatching(/^08:00:05\.000 reasoning-service: error/),
      expect.stringMatching(/^08:00:06\.000 reasoning-service: debug/),
      expect.stringMatching(/^08:00:09\.000 orchestrator-service: error/),
    ]);
    expect(said.steps.join('\n')).not.toContain('Spectrum');
  });

  it('is not grouped, and says where it went and where it failed first', () => {
    expect(said.groups).toEqual([]);
    expect(said.headline).toMatch(
      /^req-7f3a: 4 entries in orchestrator-service, reasoning-service; the first error is in reasoning-service: ".*ran out of memory/,
    );
    expect(said.notes.join(' ')).toContain('Left out: 1 of other requests');
  });

  it('is said to be absent, with what may help', () => {
    expect(logWords(report('req-9999'), wordsIn('en', asInGuide)).headline).toBe(
      'No entry of req-9999 in 5 lines that were read. A longer time may have some: since=2h.',
    );
  });

  it.each(['7f3', 'two words', 'a'.repeat(129), '"><img>'])('is not asked for by %s', (trace) => {
    expect(readWish({ trace }, now)).toEqual({ ok: false, fault: 'log-trace', value: trace });
  });
});
