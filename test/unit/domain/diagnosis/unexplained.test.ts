import { describe, expect, it } from 'vitest';
import { agentManagerStartup } from '../../../../src/diagnoses/agent-manager-startup.diagnosis.ts';
import { podNotStarting } from '../../../../src/diagnoses/pod-not-starting.diagnosis.ts';
import { unreachable } from '../../../../src/diagnoses/unreachable.diagnosis.ts';
import type { Diagnosis } from '../../../../src/domain/diagnosis/diagnosis.ts';
import { judge } from '../../../../src/domain/diagnosis/judgement.ts';
import { unexplained } from '../../../../src/domain/diagnosis/unexplained.ts';
import type { ProbeOutcome } from '../../../../src/domain/probe/probe.ts';
import { emitters, outcomesOf, type Seen } from '../../../support/diagnosis.ts';

const words = [{ source: 'log agent-manager-0', lines: ['FATAL: license server says no'] }];

/** The evidence with what was found; findings of these codes carry the words of the part. */
const seen = (diagnosis: Diagnosis, found: readonly Seen[]): readonly ProbeOutcome[] =>
  outcomesOf(diagnosis, found).map((outcome) => ({
    ...outcome,
    findings: outcome.findings.map((finding) => ({ ...finding, excerpts: words })),
  }));

const said = (diagnosis: Diagnosis, found: readonly Seen[]) => {
  const outcomes = seen(diagnosis, found);
  return unexplained([judge(diagnosis, outcomes, emitters)], outcomes).map(({ code }) => code);
};

const exits = { probe: 'runtime.startup', code: 'SERVICE_EXITS_AT_START' };
const unknown = { probe: 'runtime.startup-log', code: 'STARTUP_REASON_UNKNOWN' };

describe('W7 a line that nobody understands', () => {
  it('is shown, and rules no cause out', () => {
    const outcomes = seen(agentManagerStartup, [exits, unknown]);
    const { causes, overall } = judge(agentManagerStartup, outcomes, emitters);

    expect(said(agentManagerStartup, [exits, unknown])).toEqual(['STARTUP_REASON_UNKNOWN']);
    expect(overall).toBe('unknown');
    expect([...new Set(causes.map(({ verdict }) => verdict))]).toEqual(['possible']);
  });

  it('is not shown as unknown where a cause explains it', () => {
    const redis = { probe: 'runtime.startup-log', code: 'STARTUP_REDIS_FULL' };
    const body = { probe: 'http.service-health', code: 'SERVICE_UNHEALTHY' };

    expect(said(agentManagerStartup, [exits, redis, body])).toEqual([]);
  });

  it('is shown beside a cause that only says that the part fails', () => {
    const stopped = { probe: 'runtime.running', code: 'PART_NOT_RUNNING' };
    const way = unreachable('agent-manager');

    expect(said(way, [stopped, exits, unknown])).toEqual(['STARTUP_REASON_UNKNOWN']);
  });

  it('is not shown again where two questions were given the same answer', () => {
    const way = unreachable('agent-manager');
    const body = { probe: 'http.service-health', code: 'SERVICE_UNHEALTHY' };
    const outcomes = seen(way, [body]);

    expect(unexplained([judge(way, outcomes, emitters)], [...outcomes, ...seen(way, [body])])).toEqual([]);
  });

  it('of an unhealthy answer is shown as well', () => {
    const body = { probe: 'http.service-health', code: 'SERVICE_UNHEALTHY' };

    expect(said(agentManagerStartup, [body])).toEqual(['SERVICE_UNHEALTHY']);
  });

  it('is shown with its cause where it speaks for one: K1 has its lines', () => {
    const crash = { probe: 'kubernetes.pods', code: 'POD_CRASH_LOOPING' };

    expect(said(podNotStarting, [crash])).toEqual([]);
  });
});
