import { describe, expect, it } from 'vitest';
import { TargetError } from '../../../../src/domain/kernel/errors.ts';
import { agentsHeartbeats } from '../../../../src/probes/agents/heartbeats.probe.ts';
import { fakePostgres, fakeServices, httpAnswer, probeContext } from '../../../support/probe-context.ts';

const now = '2026-03-01T10:05:00Z';

describe('agents.heartbeats', () => {
  const params = agentsHeartbeats.params.parse({});
  const look = (...secondsAgo: readonly (number | undefined)[]) => {
    const agents = secondsAgo.map((seconds, at) => ({
      id: `agent-${at}`,
      last_heartbeat: seconds === undefined ? null : new Date(Date.parse(now) - seconds * 1000).toISOString(),
    }));
    const services = fakeServices({ '/api/v1/agents': [httpAnswer(JSON.stringify({ agents }))] });
    return agentsHeartbeats.run(params, probeContext({ services }, now));
  };

  it.each([
    [119, 'healthy'],
    [120, 'unhealthy'],
    [121, 'unhealthy'],
  ])('takes an agent for lost after two minutes of silence: %i s', async (seconds, status) => {
    expect(await look(seconds)).toMatchObject({ status });
  });

  it('W16 believes agent-manager that calls an agent offline sooner than we would', async () => {
    const last = new Date(Date.parse(now) - 70_000).toISOString();
    const agents = [{ id: 'agent-0', status: 'offline', last_heartbeat: last }];
    const services = fakeServices({ '/api/v1/agents': [httpAnswer(JSON.stringify({ agents }))] });

    expect(await agentsHeartbeats.run(params, probeContext({ services }, now))).toMatchObject({
      findings: [{ code: 'AGENT_HEARTBEAT_STALE', facts: { agents: 'agent-0', thresholdSeconds: 70 } }],
    });
  });

  it('is critical when all are lost, and names the one that is', async () => {
    expect(await look(500)).toMatchObject({
      findings: [
        {
          ...{ code: 'AGENT_HEARTBEAT_STALE', severity: 'critical', subject: 'agent-0' },
          facts: { stale: 1, oldestSeconds: 500, thresholdSeconds: 120, agents: 'agent-0' },
        },
      ],
    });
    expect(await look(500, 1)).toMatchObject({
      findings: [{ severity: 'warning', subject: 'agent-0' }],
      facts: { registered: 2, stale: 1, lastHeartbeatSeconds: 1, source: 'api' },
    });
  });

  it('names five, the longest silent first, and one that never spoke before them', async () => {
    const outcome = await look(200, 300, 400, undefined, 500, 600, 700);

    expect(outcome).toMatchObject({
      findings: [{ subject: 'agents', facts: { agents: 'agent-3, agent-6, agent-5, agent-4, agent-2' } }],
    });
    expect(JSON.stringify(outcome)).not.toContain('oldestSeconds');
    expect(JSON.stringify(await look(undefined))).not.toContain('lastHeartbeatSeconds');
  });

  it('says that none is registered, and has no say where nobody knows the agents', async () => {
    expect(await look()).toMatchObject({
      findings: [{ code: 'AGENTS_NONE_REGISTERED', facts: { source: 'api' } }],
    });
    const none = probeContext({}, now) as Parameters<typeof agentsHeartbeats.run>[1];
    expect(await agentsHeartbeats.run(params, none)).toMatchObject({
      status: 'skipped',
      reason: 'not-configured',
    });
  });

  it('says whom it asked in vain', async () => {
    const services = fakeServices({ '/api/v1/agents': [httpAnswer('not a list', 503)] });
    const postgres = fakePostgres(() => {
      throw new TargetError('refused', 'PostgreSQL at pg:5432: connection refused');
    });

    expect(await agentsHeartbeats.run(params, probeContext({ services, postgres }, now))).toMatchObject({
      ...{ status: 'inconclusive', cause: { stage: 'refused' } },
      facts: { 'asked.agent-manager': true, 'asked.postgres': true },
    });
    expect(await agentsHeartbeats.run(params, probeContext({ services }, now))).toEqual({
      ...{ status: 'inconclusive', cause: expect.any(TargetError) },
      facts: { 'asked.agent-manager': true },
    });
  });
});
