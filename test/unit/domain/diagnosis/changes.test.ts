import { describe, expect, it } from 'vitest';
import { diagnosisRendererOf } from '../../../../src/bot/views/diagnosis.view.ts';
import { redisMemory } from '../../../../src/diagnoses/redis-memory.diagnosis.ts';
import { changeCalls, changesOf } from '../../../../src/domain/diagnosis/changes.ts';
import { judge } from '../../../../src/domain/diagnosis/judgement.ts';
import { asInGuide } from '../../../../src/domain/platform/platform.ts';
import type { Finding } from '../../../../src/domain/probe/finding.ts';
import type { ProbeOutcome } from '../../../../src/domain/probe/probe.ts';
import type { Run } from '../../../../src/domain/run/run.ts';
import { emitters, outcomesOf } from '../../../support/diagnosis.ts';

const diagnosisRenderer = diagnosisRendererOf(() => asInGuide);

const now = '2026-03-01T10:05:00Z';

describe('what changed shortly before', () => {
  const at = new Date(now);
  const change = (subject: string, part: Finding['part'], since: string): Finding => ({
    code: 'CHANGED_CONFIG',
    severity: 'info',
    part,
    subject,
    since,
    facts: { name: subject, by: 'helm' },
  });
  const changes: ProbeOutcome = {
    key: 'kubernetes.changes',
    probe: 'kubernetes.changes',
    part: 'runtime',
    status: 'unhealthy',
    findings: [
      change('configmap/a', 'neo4j', '2026-03-01T09:50:00.000Z'),
      change('configmap/b', 'nats', '2026-03-01T10:00:00.000Z'),
      change('configmap/c', 'runtime', '2026-03-01T09:40:00.000Z'),
      change('configmap/d', 'runtime', '2026-03-01T09:39:00.000Z'),
      {
        ...change('configmap/redis-config', 'redis', '2026-03-01T09:30:00.000Z'),
        facts: { name: 'redis-config', by: '<!channel> <@U1>' },
      },
    ],
    facts: {},
    startedAt: now,
    durationMs: 1,
  };
  const message = (unseen: readonly string[], language: 'en' | 'zh-CN') => {
    const outcomes = [...outcomesOf(redisMemory, [], unseen), changes];
    const judgements = [judge(redisMemory, outcomes, emitters)];
    const run = { id: 'run-1', environment: 'prod', createdAt: at } as Run;
    const seen = outcomes.length;
    const view = { run, judgements, instructions: [], seen, asked: seen, outcomes, complete: true, now: at };
    return JSON.stringify(diagnosisRenderer.diagnosis(view, language).blocks);
  };

  it('stands beside a cause that is there or may be: its own part first, the rest by age, four in all', () => {
    const text = message(['redis.memory'], 'en');

    expect(text).toContain('Changed in the hour before:');
    expect(text.indexOf('redis-config')).toBeLessThan(text.indexOf('configmap/b'));
    expect(text.indexOf('configmap/b')).toBeLessThan(text.indexOf('configmap/a'));
    expect(text).not.toContain('configmap/d');
    expect(text).toContain('1 more is in the evidence');
    expect(message(['redis.memory'], 'zh-CN')).toContain('此前一小时内的变更');
  });

  it('is read in full after cheap evidence, in part after dear evidence, and from what is there after dearer', () => {
    const lists = (requests: number) => changeCalls(requests).map((call) => call.with?.lists ?? call.probe);

    expect(lists(0)).toEqual([6, 'compose.changes']);
    expect(lists(10)).toEqual([2, 'compose.changes']);
    expect(lists(13)).toEqual([0, 'compose.changes']);
  });

  it('mentions nobody, whatever a tool calls itself', () => {
    expect(message(['redis.memory'], 'en')).toContain('&lt;!channel&gt; &lt;@U1&gt;');
    expect(message(['redis.memory'], 'en')).not.toContain('<!channel>');
  });

  it('is not said of a healthy answer', () => {
    expect(message([], 'en')).not.toContain('Changed in the hour before');
  });

  it('is listed newest first', () => {
    expect(changesOf([changes]).map(({ subject }) => subject)[0]).toBe('configmap/b');
  });
});

it('what changed is read from the probes that say it, the newest first, and from no other', () => {
  const outcome = (probe: string, ...times: readonly (string | undefined)[]): ProbeOutcome => ({
    ...{ key: probe, probe, part: 'runtime', status: 'unhealthy', facts: {}, startedAt: now, durationMs: 1 },
    findings: times.map((since) => ({
      ...{
        code: 'CHANGED_CONFIG',
        severity: 'info',
        part: 'runtime',
        subject: `${probe} ${since}`,
        facts: {},
      },
      ...(since === undefined ? {} : { since }),
    })),
  });
  const subjects = changesOf([
    outcome('kubernetes.pods', '2026-03-01T09:59:00.000Z'),
    outcome('compose.changes', undefined, '2026-03-01T09:10:00.000Z'),
    outcome('kubernetes.changes', '2026-03-01T09:20:00.000Z', undefined, '2026-03-01T09:00:00.000Z'),
  ]).map(({ subject }) => subject);

  expect(subjects).toEqual([
    'kubernetes.changes 2026-03-01T09:20:00.000Z',
    'compose.changes 2026-03-01T09:10:00.000Z',
    'kubernetes.changes 2026-03-01T09:00:00.000Z',
    // Those of which the time is not known stand last, as they came.
    'compose.changes undefined',
    'kubernetes.changes undefined',
  ]);
});
