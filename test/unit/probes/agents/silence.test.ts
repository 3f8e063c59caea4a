import { describe, expect, it } from 'vitest';
import { agentsSilence } from '../../../../src/probes/agents/silence.probe.ts';
import { fakeServices, httpAnswer, probeContext } from '../../../support/probe-context.ts';

const now = '2026-03-01T10:05:00Z';

describe('agents.silence', () => {
  const look = (...secondsAgo: readonly (number | undefined)[]) => {
    const agents = secondsAgo.map((seconds, at) => ({
      id: `agent-${at}`,
      last_heartbeat: seconds === undefined ? null : new Date(Date.parse(now) - seconds * 1000).toISOString(),
    }));
    const services = fakeServices({ '/api/v1/agents': [httpAnswer(JSON.stringify({ agents }))] });
    return agentsSilence.run(agentsSilence.params.parse({}), probeContext({ services }, now));
  };

  it('is a finding once the youngest heartbeat is older than agents pause', async () => {
    expect(await look(50, 400)).toMatchObject({
      findings: [{ code: 'AGENTS_SILENT', facts: { registered: 2, lastHeartbeatSeconds: 50 } }],
    });
    expect(await look()).toMatchObject({ status: 'skipped', reason: 'no-data', facts: { registered: 0 } });
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

  it.each([
    [44.9, 'inconclusive'],
    [45, 'unhealthy'],
    [45.1, 'unhealthy'],
  ])('calls them silent after three quarters of a minute: %f s', async (seconds, status) => {
    expect(await look(seconds)).toMatchObject({ status, facts: { thresholdSeconds: 45 } });
  });
});
