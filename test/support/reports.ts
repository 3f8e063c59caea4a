/** A stored run as a report sees it: what the platform did, in the shape PostgreSQL gives it back. */

import type { ProbeOutcome } from '../../src/domain/probe/probe.ts';
import type { Deployment } from '../../src/domain/report/issue-environment.ts';
import type { ReportSource } from '../../src/domain/report/issue-report.ts';
import type { RunWithOutcomes } from '../../src/domain/run/run.ts';
import { aFinding, aRun, at } from './slack-views.ts';

export const anOutcome = (more: Partial<ProbeOutcome> = {}): ProbeOutcome => ({
  key: 'redis.memory',
  probe: 'redis.memory',
  part: 'redis',
  status: 'healthy',
  findings: [],
  facts: {},
  startedAt: '2026-11-25T03:00:00.000Z',
  durationMs: 12,
  ...more,
});

export const onKubernetes: Deployment = {
  kind: 'kubernetes',
  namespace: 'aetherius',
  agentNamespace: 'kube-system',
  parts: ['agent-manager', 'postgres', 'redis', 'runtime'],
};

/** Redis is full and its policy evicts nothing; one probe could not check, one has no say here. */
export const aDiagnosis = (more: Partial<RunWithOutcomes> = {}): RunWithOutcomes => ({
  ...aRun({ kind: 'diagnose', params: { symptom: 'redis 内存满了' } }),
  outcomes: [
    anOutcome({
      status: 'unhealthy',
      facts: { version: '7.0.15' },
      findings: [
        aFinding({
          since: '2026-11-25T02:40:00Z',
          excerpts: [{ source: 'log of redis-0', lines: ['# OOM command not allowed', 'second line'] }],
        }),
      ],
    }),
    anOutcome({ key: 'redis.connection', probe: 'redis.connection', facts: { latencyMs: 1 } }),
    anOutcome({
      key: 'runtime.memory-limit(part=redis)',
      probe: 'runtime.memory-limit',
      status: 'inconclusive',
      cause: { code: 'forbidden', detail: 'not allowed', facts: { verb: 'list', resource: 'pods' } },
    }),
    anOutcome({
      key: 'compose.containers(part=redis)',
      probe: 'compose.containers',
      status: 'skipped',
      reason: 'not-applicable',
    }),
  ],
  summary: {
    diagnoses: ['D3'],
    causes: [
      {
        id: 'D3.a',
        verdict: 'confirmed',
        for: ['REDIS_POLICY_NOEVICTION|redis|maxmemory-policy'],
        missing: [],
      },
      { id: 'D3.b', verdict: 'possible', for: [], missing: ['runtime.memory-limit(part=redis)'] },
      { id: 'D3.c', verdict: 'ruled-out', for: [], missing: [] },
    ],
    overall: 'cause-found',
  },
  ...more,
});

export const aSource = (more: Partial<ReportSource> = {}): ReportSource => ({
  run: aDiagnosis(),
  fixes: [],
  deployment: onKubernetes,
  bot: '0.1.0',
  madeAt: at('03:10:00'),
  ...more,
});
