import { describe, expect, it } from 'vitest';
import { reportWriterOf } from '../../../../src/bot/views/report-form.view.ts';
import { asInGuide } from '../../../../src/domain/platform/platform.ts';
import type { FindingCode } from '../../../../src/domain/probe/findings.ts';
import { deploymentsOf } from '../../../../src/domain/report/issue-environment.ts';
import { issueReport } from '../../../../src/domain/report/issue-report.ts';
import { parseConfig } from '../../../../src/platform/settings/config.ts';
import { leaked, plantedSecrets } from '../../../support/planted-secrets.ts';
import { aDiagnosis, anOutcome, aSource, onKubernetes } from '../../../support/reports.ts';
import { aFinding, aRemediation, aReport, aRow, aRun } from '../../../support/slack-views.ts';

const reportWriter = reportWriterOf(() => asInGuide);

const quiet = { ...aRun({ kind: 'diagnose' }), outcomes: [] };

describe('a report', () => {
  it('takes problem, errors, versions and results from the stored run', () => {
    const report = issueReport(aSource());

    expect(report.problem).toMatchObject({
      asked: 'redis 内存满了',
      symptoms: ['D3'],
      overall: 'cause-found',
      since: '2026-11-25T02:40:00Z',
    });
    expect(report.command).toBe('diagnose D3 redis prod');
    expect(report.errors).toEqual([
      { source: 'log of redis-0', lines: ['# OOM command not allowed', 'second line'], left: 0 },
    ]);
    expect(report.versions).toContainEqual({ part: 'redis', version: '7.0.15', images: [] });
    expect(report.results.causes.map(({ id, verdict }) => `${id} ${verdict}`)).toEqual([
      'D3.a confirmed',
      'D3.b possible',
      'D3.c ruled-out',
    ]);
    expect(report.results.checks).toEqual({ healthy: 1, unhealthy: 1, inconclusive: 1, skipped: 1 });
  });

  it('puts the findings that speak for a cause before worse ones that do not', () => {
    const telling = aFinding({ code: 'REDIS_USELESS_KEYS', severity: 'info', subject: 'cache' });
    const summary = {
      diagnoses: ['D3'],
      causes: [{ id: 'D3.c', verdict: 'confirmed', for: ['REDIS_USELESS_KEYS|redis|cache'], missing: [] }],
      overall: 'cause-found',
    };
    const outcomes = [anOutcome({ status: 'unhealthy', findings: [aFinding(), telling, telling] })];

    const { problem } = issueReport(aSource({ run: aDiagnosis({ outcomes, summary }) }));

    expect(problem.findings.map(({ code }) => code)).toEqual([
      'REDIS_USELESS_KEYS',
      'REDIS_POLICY_NOEVICTION',
    ]);
  });

  it('knows nothing that the run does not tell', () => {
    const { deployment: _none, ...source } = aSource({ run: { ...quiet, state: 'expired' } });

    const report = issueReport(source);

    expect(report.problem).toEqual({ symptoms: [], overall: 'unknown', findings: [] });
    expect(report).toMatchObject({ errors: [], versions: [] });
    expect(report).not.toHaveProperty('command');
    expect(report).not.toHaveProperty('deployment');
    expect(report.results).toMatchObject({ causes: [], parts: [], unseen: [], fixes: [] });
  });

  it('leaves a version open that neither this run nor an earlier check has seen', () => {
    const earlier = {
      ...aRun({ createdAt: new Date('2026-11-25T02:00:00Z') }),
      outcomes: [
        anOutcome({ probe: 'postgres.connection', part: 'postgres', facts: { version: '17.2' } }),
        anOutcome({ part: 'redis', facts: { version: '6.2.0' } }),
        anOutcome({ probe: 'kubernetes.workloads', part: 'postgres', facts: { images: 'postgres:17, a:1' } }),
      ],
    };

    const { versions } = issueReport(aSource({ earlier }));

    expect(versions).toEqual([
      { part: 'agent-manager', images: [] },
      {
        part: 'postgres',
        version: '17.2',
        images: ['postgres:17', 'a:1'],
        seenAt: '2026-11-25T02:00:00.000Z',
      },
      { part: 'redis', version: '7.0.15', images: [] },
    ]);
  });

  it('reads a summary that an older version wrote, and none at all of another shape', () => {
    const old = {
      diagnoses: ['D3'],
      causes: [{ id: 'D3.a', verdict: 'confirmed' }],
      overall: 'cause-found',
    };
    const causesOf = (summary: unknown) =>
      issueReport(aSource({ run: aDiagnosis({ summary }) })).results.causes;

    expect(causesOf(old)).toEqual([{ id: 'D3.a', verdict: 'confirmed', missing: [] }]);
    expect(causesOf({ diagnoses: 'D3' })).toEqual([]);
    expect(causesOf(undefined)).toEqual([]);
  });

  it('says what a health check says: the state of each part that is configured', () => {
    const summary = JSON.parse(
      JSON.stringify(
        aReport({
          overall: 'findings',
          rows: [
            aRow({ part: 'postgres', state: 'down' }),
            aRow({ part: 'agent-manager', state: 'down', consequenceOf: 'postgres' }),
            aRow({ part: 'neo4j', state: 'not-configured' }),
          ],
        }),
      ),
    );

    const report = issueReport(aSource({ run: { ...aRun({ summary }), outcomes: [] } }));

    expect(report.problem.overall).toBe('findings');
    expect(report.command).toBe('health prod');
    expect(report.results.parts).toEqual([
      { part: 'postgres', state: 'down' },
      { part: 'agent-manager', state: 'down', consequenceOf: 'postgres' },
    ]);
  });

  it('names the part of the way that was walked', () => {
    const path = { part: 'agent-manager', steps: [{ key: 'running', ok: true }, { key: 'health' }] };
    const summary = { diagnoses: ['H2'], causes: [], overall: 'unknown', path };
    const run = aDiagnosis({ summary, params: { symptom: 'agent-manager does not answer' } });

    const report = issueReport(aSource({ run }));

    expect(report.command).toBe('diagnose H2 agent-manager prod');
    expect(report.results.path?.steps).toEqual([
      { key: 'running', ok: true },
      { key: 'health', ok: undefined },
    ]);
  });

  it('counts the log lines that it leaves out', () => {
    const lines = Array.from({ length: 100 }, (_, index) => `line ${index}`);
    const excerpts = [1, 2, 3, 4, 5, 6].map((pod) => ({ source: `pod ${pod}`, lines }));
    const outcomes = [anOutcome({ status: 'unhealthy', findings: [aFinding({ excerpts })] })];

    const { errors } = issueReport(aSource({ run: aDiagnosis({ outcomes }) }));

    expect(errors.map(({ lines: shown, left }) => [shown.length, left])).toEqual([
      [60, 40],
      [60, 40],
      [60, 40],
      [60, 40],
      [0, 100],
      [0, 100],
    ]);
  });

  it('tells of fixes that somebody took up, not of mere offers', () => {
    const fixes = [
      aRemediation({ handle: 'a1', state: 'succeeded' }),
      aRemediation({ handle: 'a2', state: 'proposed' }),
      aRemediation({ handle: 'a3', state: 'superseded' }),
    ];

    expect(issueReport(aSource({ fixes })).results.fixes.map(({ handle }) => handle)).toEqual(['a1']);
  });

  it.each(['en', 'zh-CN'] as const)('holds no secret, wherever one slipped in (%s)', (language) => {
    const all = plantedSecrets.map(({ value }) => value);
    const every = all.join('\n');
    const facts = Object.fromEntries(all.map((value, index) => [`fact${index}`, value]));
    const outcome = anOutcome({
      status: 'unhealthy',
      facts: { ...facts, version: `9 ${every}`, images: every },
      findings: [
        aFinding({
          code: 'NOBODY_WROTE_WORDS' as FindingCode,
          subject: every,
          facts,
          excerpts: [{ source: every, lines: every.split('\n') }],
        }),
      ],
    });
    const unseen = anOutcome({
      key: 'b',
      status: 'inconclusive',
      cause: { code: 'x', detail: every, facts },
    });
    const run = aDiagnosis({ params: { symptom: every }, outcomes: [outcome, unseen] });
    const fixes = [aRemediation({ state: 'failed', target: every })];

    const report = issueReport(aSource({ run, fixes, earlier: run }));

    expect(report.errors[0]?.lines).toHaveLength(every.split('\n').length);
    expect(leaked(JSON.stringify(report))).toEqual([]);
    expect(leaked(reportWriter.form(report, language))).toEqual([]);
  });
});

describe('what a report says of the configuration', () => {
  const config = parseConfig(
    `
environments:
  prod:
    runtime: { kind: kubernetes, namespace: shop }
    services: { agent-manager: { url: "http://am.internal:8080" } }
    redis: { url: { env: REDIS } }
  stage: { runtime: { kind: compose, project: demo } }
  bare: { runtime: { kind: none } }
`,
    { role: 'command-line', where: 'a.yaml', folder: '/', env: { REDIS: 'redis://:hunter2@cache:6379' } },
  );

  it('is the way of deployment and the names of the parts', () => {
    expect(deploymentsOf(config.environments)).toEqual({
      prod: {
        kind: 'kubernetes',
        namespace: 'shop',
        agentNamespace: 'kube-system',
        parts: ['agent-manager', 'collect-agent', 'redis', 'runtime'],
      },
      stage: { kind: 'compose', project: 'demo', parts: ['collect-agent', 'runtime'] },
      bare: { kind: 'none', parts: [] },
    });
  });

  it('is neither an address nor a credential', () => {
    const report = issueReport(
      aSource({ deployment: deploymentsOf(config.environments).prod ?? onKubernetes }),
    );

    expect(JSON.stringify(report)).not.toMatch(/internal|hunter2|cache:6379/);
  });
});
