import { z } from 'zod';
import { AppError } from '../../domain/kernel/errors.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { Targets } from '../../domain/probe/targets/targets.ts';
import { registeredAgents } from '../support/agent-registry.ts';
import { verdict } from '../support.ts';

const params = z.strictObject({
  seconds: z
    .number()
    .positive()
    .default(45)
    .meta({ description: 'Silence of all agents from which it is a finding, in seconds.' }),
});
type Deps = Pick<Targets, 'services' | 'postgres' | 'platform'>;

export const agentsSilence = defineProbe({
  id: 'agents.silence',
  doc: `Have all collect agents been silent for longer than the usual time between two heartbeats?

Asks agent-manager's API for the last heartbeat of any agent; without an answer there, reads the agents table.
Agents send a heartbeat about every half minute; only they know the exact interval.
Before that time is over, silence on NATS proves nothing: the answer is then inconclusive, with the age of the last heartbeat.
Without a registered agent it has no say.`,
  params,
  part: 'collect-agent',
  needs: [],
  timeoutMs: 9_000,
  emits: ['AGENTS_SILENT'],
  async run({ seconds }: z.output<typeof params>, context: ProbeContext<Deps>) {
    const agents = await registeredAgents(context);
    if (agents === undefined) return { status: 'skipped', reason: 'not-configured' };
    if (agents.list.length === 0) return { status: 'skipped', reason: 'no-data', facts: { registered: 0 } };
    const youngest = Math.min(
      ...agents.list.map(({ silentSeconds = Number.POSITIVE_INFINITY }) => silentSeconds),
    );
    const known = Number.isFinite(youngest) ? { lastHeartbeatSeconds: Math.round(youngest) } : {};
    const facts = { registered: agents.list.length, thresholdSeconds: seconds, ...known };
    if (youngest < seconds)
      return {
        status: 'inconclusive',
        cause: new AppError('DEPENDENCY_UNAVAILABLE', 'too early after the last heartbeat', {
          facts: { reason: 'heartbeat-too-young', ...facts },
        }),
        facts,
      };
    return verdict(
      [{ code: 'AGENTS_SILENT', severity: 'warning', part: 'collect-agent', subject: 'agents', facts }],
      facts,
    );
  },
});
