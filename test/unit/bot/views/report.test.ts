import { describe, expect, it } from 'vitest';
import { diagnosisRendererOf } from '../../../../src/bot/views/diagnosis.view.ts';
import { rendererOf } from '../../../../src/bot/views/renderer.ts';
import { fitsInAnswer, reportAnswer, reportAttached } from '../../../../src/bot/views/report.view.ts';
import { reportWriterOf } from '../../../../src/bot/views/report-form.view.ts';
import { asInGuide, platformOf } from '../../../../src/domain/platform/platform.ts';
import type { FindingCode } from '../../../../src/domain/probe/findings.ts';
import { issueReport } from '../../../../src/domain/report/issue-report.ts';
import type { Language } from '../../../../src/domain/run/run.ts';
import { wordsIn } from '../../../../src/text/words.ts';
import { aDiagnosis, anOutcome, aSource } from '../../../support/reports.ts';
import { expectValidMessage, readableMessage } from '../../../support/slack-messages.ts';
import { aFinding, aRemediation, aReport, aRun, at } from '../../../support/slack-views.ts';

const diagnosisRenderer = diagnosisRendererOf(() => asInGuide);
const reportWriter = reportWriterOf(() => asInGuide);
const renderer = rendererOf(() => asInGuide);

const languages: readonly Language[] = ['en', 'zh-CN'];
const now = at('03:10:00');
const headings = (text: string) => text.split('\n').filter((line) => line.startsWith('#'));

describe('the issue form', () => {
  it('calls a part what people there call it (R-PLAT25)', () => {
    const there = reportWriterOf(() => platformOf({ parts: { redis: { name: 'Key Store' } } }));
    const report = issueReport(aSource());

    expect(there.form(report, 'en')).toContain('Key Store');
    expect(there.form(report, 'zh-CN')).toContain('Key Store');
    expect(reportWriter.form(report, 'en')).not.toContain('Key Store');
  });

  it('is filled in from the run, and says of each gap that it is not known', () => {
    const fixes = [aRemediation({ state: 'succeeded' })];

    const text = reportWriter.form(issueReport(aSource({ fixes })), 'en');

    expect(text).toMatchInlineSnapshot(`
      "# [prod] Redis is short of memory, or takes no writes: The limit is reached and the eviction policy is noeviction (D3.a)

      ## Problem

      - D3.a, confirmed: The limit is reached and the eviction policy is noeviction.
      - What it means: Writes fail or the hit rate falls; services become slower.
      - Asked for in these words: redis 内存满了
      - Seen: 2026-11-25 03:00 UTC, diagnosis of prod, run b46df291
      - Since: 2026-11-25 02:40 UTC
      - Found:
        - Critical · Redis · maxmemory-policy · REDIS_POLICY_NOEVICTION: Redis is at 99.7 % of its memory (8 MiB of 8 MiB) and its policy is noeviction.

      ## Steps to reproduce

      1. What was done before it showed: not known (please fill in)
      2. Where it shows: \`/aetherius diagnose D3 redis prod\` in Slack; that run made 4 checks (outcomes below)

      ## Error logs

      From log of redis-0:

          # OOM command not allowed
          second line

      ## Environment

      - Way of deployment: Kubernetes, namespace aetherius, collect agents in kube-system
      - Versions:
        - agent-manager: not known
        - PostgreSQL: not known
        - Redis: 7.0.15
      - Configuration: agent-manager, PostgreSQL, Redis are configured here; orchestrator-service, reasoning-service, collect agents, NATS, Neo4j are not
      - Aetherius bot: 0.1.0

      ## Results of the diagnosis

      - D3.a confirmed: The limit is reached and the eviction policy is noeviction.
      - D3.b possible, what was seen does not settle it: There is no memory limit, or it is too low. What would settle it could not be seen: runtime.memory-limit(part=redis)
      - D3.c ruled out: Useless cache keys fill the memory.
      - Checks: 1 well, 1 with findings, 1 could not check, 1 had nothing to look at
      - Not known, because it could not be checked:
        - Redis · runtime.memory-limit(part=redis): not allowed to list pods
      - Fixes through the bot:
        - k7-2f9q · Let Redis evict old keys · redis/d7953de8: succeeded

      Written at 2026-11-25 03:10 UTC from run 01a212e6-8d56-7032-acd3-f426b46df291 by Aetherius bot 0.1.0. Secrets have been removed.
      "
    `);
  });

  it.each([
    ['en', 'PostgreSQL is not running.', 'It is not running.'],
    ['zh-CN', 'PostgreSQL 没有运行。', '服务没有运行。'],
  ] as const)(
    'names the part that does not run, where the run tells it, in %s',
    (language, named, unnamed) => {
      const form = (part: object) => {
        const cause = { id: 'H2.a', verdict: 'confirmed', for: [], missing: [], ...part };
        const summary = { diagnoses: ['S4', 'H2'], causes: [cause], overall: 'cause-found' };
        const run = { ...aRun({ kind: 'diagnose', state: 'complete', summary }), outcomes: [] };
        return reportWriter.form(issueReport(aSource({ run })), language);
      };

      expect(form({ part: 'postgres' })).toContain(named);
      expect(form({})).toContain(unnamed);
    },
  );

  it('has the headings of the guide in Chinese', () => {
    const text = reportWriter.form(issueReport(aSource()), 'zh-CN');

    expect(headings(text).slice(1)).toEqual([
      '## 问题详细描述',
      '## 复现步骤',
      '## 错误日志',
      '## 环境信息',
      '## 诊断结果',
    ]);
    expect(text).toContain('部署方式：Kubernetes，命名空间 aetherius');
    expect(text).toContain('PostgreSQL：未知');
  });

  it.each([
    ['en', 'not known'],
    ['zh-CN', '未知'],
  ] as const)('of a run that ended with nothing leaves everything open in %s', (language, unknown) => {
    const run = {
      ...aRun({ kind: 'diagnose', state: 'failed', summary: { code: 'TIMED_OUT' } }),
      outcomes: [],
    };
    const { deployment: _none, ...source } = aSource({ run });

    const text = reportWriter.form(issueReport(source), language);
    const open = text.split('\n').filter((line) => line.includes(unknown));

    // What was done before, the logs, the way of deployment, the versions.
    expect(open).toHaveLength(4);
    expect(text).toContain('TIMED_OUT');
    expect(text).not.toMatch(/undefined|null|NaN/);
  });

  it('lets no text from the platform begin a heading, a list or a code block', () => {
    const evil = '\n# Heading\n- item\n```\n';
    const finding = aFinding({
      code: 'NOBODY_WROTE_WORDS' as FindingCode,
      subject: evil,
      facts: { value: evil },
      excerpts: [{ source: evil, lines: ['# Heading', '```', '- item'] }],
    });
    const outcomes = [
      anOutcome({ status: 'unhealthy', findings: [finding], facts: { version: evil } }),
      anOutcome({ key: 'b', status: 'inconclusive', cause: { code: 'x', detail: evil, facts: {} } }),
    ];
    const run = aDiagnosis({ outcomes, params: { symptom: evil } });

    const text = reportWriter.form(issueReport(aSource({ run })), 'en');

    expect(headings(text)).toHaveLength(6);
    expect(text.split('\n').filter((line) => /^\s{0,3}(?:```|- item)/.test(line))).toEqual([]);
  });
});

describe('the answer in Slack', () => {
  it.each(languages)('is one block to copy from, valid in %s', (language) => {
    const report = issueReport(aSource());
    const text = reportWriter.form(report, language);

    const rendered = reportAnswer(report, text, wordsIn(language));

    expectValidMessage(rendered);
    expect(fitsInAnswer(text)).toBe(true);
    expect(readableMessage(rendered)).toContain(`\`\`\`${text.trimEnd()}\`\`\``);
  });

  it.each(languages)(
    'is valid when the text is far too long, and then says where the whole is, in %s',
    (language) => {
      const report = issueReport(aSource());
      const text = `${'<!channel> & 长 '.repeat(2_000)}`;
      const words = wordsIn(language);

      const cut = reportAnswer(report, text, words, 'report.cut');
      const attached = reportAttached(report, 'C0INC', words);

      expect(fitsInAnswer(text)).toBe(false);
      for (const rendered of [cut, attached]) expectValidMessage(rendered);
      expect(readableMessage(cut)).toMatch(/\[(?:\+|另有 )\d{5} (?:characters|个字符)\]/);
      expect(cut.text).toContain('aetherius report b46df291');
      expect(attached.text).toContain('<#C0INC>');
      expect(reportAttached(report, 'D0DIRECT', words).text).not.toContain('D0DIRECT');
    },
  );
});

describe('the button', () => {
  it('stands under a finished health check, beside the details', () => {
    const view = { run: aRun(), report: aReport(), repaired: [], now };

    const rendered = renderer.health({ ...view, detailsButton: 'D1', reportButton: 'R1' }, 'en');

    expectValidMessage(rendered);
    expect(readableMessage(rendered)).toContain('[Details] | [Report]');
    expect(JSON.stringify(rendered.blocks)).toContain('"action_id":"report","value":"R1"');
  });

  it.each(languages)(
    'stands under a finished diagnosis in %s, and not under one that still looks',
    (language) => {
      const run = aRun({ kind: 'diagnose' });
      const nothing = { judgements: [], instructions: [], outcomes: [], seen: 0, asked: 0, now };

      const done = diagnosisRenderer.diagnosis(
        { run, ...nothing, complete: true, reportButton: 'R1' },
        language,
      );
      const looking = diagnosisRenderer.diagnosis({ run, ...nothing, complete: false }, language);

      expectValidMessage(done);
      expect(JSON.stringify(done.blocks)).toContain('"action_id":"report","value":"R1"');
      expect(JSON.stringify(looking.blocks)).not.toContain('"action_id"');
    },
  );
});
