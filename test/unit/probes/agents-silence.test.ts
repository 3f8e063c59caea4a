import { describe, expect, it } from 'vitest';
import { agentRegistration } from '../../../src/diagnoses/agent-registration.diagnosis.ts';
import type { ProbeOutcome } from '../../../src/domain/look/probe.ts';
import { agentsSilence } from '../../../src/probes/agents/silence.probe.ts';
import { outcomesOf, verdictsOf } from '../../support/diagnosis.ts';
import { fakeServices, httpAnswer, probeContext } from '../../support/probe-context.ts';

const now = '2026-03-01T10:05:00Z';

describe('agents.silence', () => {
  const look = (...secondsAgo: readonly (number | undefined)[]) => {
    const agents = secondsAgo.map((seconds, at) => ({
      id: `agent-${at}`,
      last_heartbeat: seconds === undefined ? null : new Date(Date.parse(now) - seconds * 1000).toISOString(),
    }));
    const services = fakeServices({ '/api/v1/agents': [httpAnswer(JSON.stringify({ agents }))] });
    return agentsSilence.run({ seconds: 45 }, probeContext({ services }, now));
  };

  it('is a finding once the youngest heartbeat is older than agents pause', async () => {
    expect(await look(50, 400)).toMatchObject({
      findings: [{ code: 'AGENTS_SILENT', facts: { registered: 2, lastHeartbeatSeconds: 50 } }],
    });
    expect(await look()).toMatchObject({ findings: [{ facts: { registered: 0 } }] });
    expect(await look(undefined)).toMatchObject({ findings: [{ facts: { registered: 1 } }] });
  });

  it('is nothing that can be said before that (R-PLAT1)', async () => {
    expect(await look(400, 44)).toMatchObject({
      status: 'inconclusive',
      cause: { facts: { reason: 'heartbeat-too-young', lastHeartbeatSeconds: 44 } },
    });
  });

  it('has no say where nobody knows the agents', async () => {
    const none = probeContext({}, now) as Parameters<typeof agentsSilence.run>[1];

    expect(await agentsSilence.run({ seconds: 45 }, none)).toMatchObject({ status: 'skipped' });
  });
});

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
