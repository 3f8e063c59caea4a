import { describe, expect, it } from 'vitest';
import { limits } from '../../../../src/bot/views/blocks.ts';
import { logsRendererOf } from '../../../../src/bot/views/logs.view.ts';
import { createLogAnalysis } from '../../../../src/domain/logs/analysis.ts';
import type { LogsView } from '../../../../src/domain/message/logs-view.ts';
import { asInGuide } from '../../../../src/domain/platform/platform.ts';
import type { Language, Run } from '../../../../src/domain/run/run.ts';
import { corpus, logForms } from '../../../support/logs/corpus.ts';

const to = Date.parse('2026-11-28T09:00:00Z');
const run: Run = {
  id: '0190a7b0-0000-7000-8000-000000000001',
  kind: 'logs',
  environment: 'prod',
  params: { part: 'redis' },
  state: 'complete',
  attempt: 1,
  source: 'slash',
  requestedBy: { teamId: 'T1', userId: 'U1', via: 'slack' },
  createdAt: new Date(to),
  finishedAt: new Date(to + 2_000),
};

function shown(lines: readonly string[], language: Language = 'en', failed = false) {
  const analysis = createLogAnalysis({
    query: { level: 'warning', since: to - 1_800_000 },
    now: to,
    platform: asInGuide,
    redact: (text) => text,
  });
  const input = analysis.source('redis-0/redis');
  for (const line of lines) input.line(line);
  input.end(failed ? { failed: 'cause.no-answer' } : {});
  const view: LogsView = {
    run,
    now: new Date(to),
    named: 'redis',
    read: { part: 'redis', report: analysis.report(), asks: [{ ask: 'D1', button: 'b1' }] },
  };
  const rendered = logsRendererOf(() => asInGuide).logs(view, language);
  return { text: rendered.text, json: JSON.stringify(rendered.blocks), blocks: rendered.blocks ?? [] };
}

const full = '2026-11-28 08:59:00.123 UTC [7] FATAL:  sorry, too many clients already';

describe('the logs of a part in Slack', () => {
  it.each([
    ['en', /^:octagonal_sign: \*Redis\* in prod: PostgreSQL has no free connection \(once/],
    ['zh-CN', /^:octagonal_sign: prod 的\*Redis\*：PostgreSQL 没有空闲连接/],
  ] as const)('begin with what is wrong, in %s', (language, words) => {
    const { text, json } = shown([full], language);

    expect(text).toMatch(words);
    expect(json).toContain('D1.a');
    expect(json).toContain('"value":"b1"');
  });

  it('stay within the limits of Slack, whatever stands in them', () => {
    const entries = [...corpus({ seed: 3, entries: 3_000, forms: logForms, from: to - 7_200_000, to })];
    const hostile = `2026-11-28 08:59:30.000 UTC [7] ERROR:  <!channel> *x* ${'é𝒳'.repeat(4_000)}`;
    const { json, blocks } = shown([...entries.flatMap(({ lines }) => lines), hostile]);

    expect(blocks.length).toBeLessThanOrEqual(limits.messageBlocks);
    expect(json.length).toBeLessThan(limits.blocksJson);
  });

  it('show times as the reader has them, and leave those of the log as they are', () => {
    const { text, json } = shown([full]);

    expect(text).toContain('<!date^1795856340^{date_num} {time_secs}|2026-11-28 08:59:00 UTC>');
    expect(json).toContain(full);
  });

  it('give what a program wrote no meaning for Slack', () => {
    const { text } = shown(['2026-11-28 08:59:30.000 UTC [7] ERROR:  <!channel> & more']);

    expect(text).toContain('&lt;!channel&gt; &amp; more');
  });

  it('never look fine when they could not be read', () => {
    const { text, json } = shown([], 'en', true);

    expect(text).toMatch(/^:grey_question: .*could not be read, so nothing is known/);
    expect(json).toContain('Could not read redis-0/redis: connected, but no answer came.');
  });

  it('say that they are being read, and that there is no such part', () => {
    const { logs } = logsRendererOf(() => asInGuide);
    const view = { run, now: new Date(to), named: '<toaster>' };

    expect(logs({ ...view, run: { ...run, state: 'running' } }, 'en').text).toContain(
      'Reading the logs of &lt;',
    );
    expect(logs(view, 'en').text).toContain('There is no part “&lt;toaster&gt;”');
  });
});
