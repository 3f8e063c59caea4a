import { describe, expect, it } from 'vitest';
import { agentRegistration } from '../../../src/diagnoses/agent-registration.diagnosis.ts';
import type { ProbeOutcome } from '../../../src/domain/probe/probe.ts';
import { outcomesOf, verdictsOf } from '../../support/diagnosis.ts';

describe('silence on NATS', () => {
  const silent = [{ code: 'NOBODY_PUBLISHES', probe: 'nats.registration-traffic' }];
  const judged = (silence: Partial<ProbeOutcome>) =>
    verdictsOf(
      agentRegistration,
      outcomesOf(agentRegistration, silent).map((outcome) =>
        outcome.probe === 'agents.silence' ? { ...outcome, ...silence } : outcome,
      ),
    );
  const found = {
    status: 'unhealthy',
    findings: [
      { code: 'AGENTS_SILENT', severity: 'warning', part: 'collect-agent', subject: 'agents', facts: {} },
    ],
  } as const;

  it('is a missing agent only when the last heartbeat is old', () => {
    expect(judged(found)['S2.c']).toBe('confirmed');
    expect(judged({ status: 'inconclusive', findings: [] })['S2.c']).toBe('possible');
  });
});
