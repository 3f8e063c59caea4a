import { z } from 'zod';
import { AppError } from '../../domain/kernel/errors.ts';
import { defineProbe, type ProbeContext } from '../../domain/look/probe.ts';
import type { Targets } from '../../domain/look/targets/targets.ts';
import { verdict } from '../support.ts';
import { registeredAgents } from './registry.ts';

const params = z.strictObject({
  seconds: z
    .number()
    .positive()
    .default(45)
    .meta({ description: 'Silence of all agents that is no pause between two heartbeats any more.' }),
});
type Deps = Pick<Targets, 'services' | 'postgres'>;

export const agentsSilence = defineProbe({
  id: 'agents.silence',
  doc: `Have all collect agents been silent for longer than one pauses between two heartbeats?

Asks agent-manager's API, and the agents table when the API cannot be had, for the last heartbeat of any agent. Agents send one
every half minute or so, and nobody else knows how often: before that time is over, silence on NATS says nothing, and this is
"could not look", with the age of the last heartbeat.`,
  params,
  part: 'collect-agent',
  needs: [],
  timeoutMs: 9_000,
  emits: ['AGENTS_SILENT'],
  async run({ seconds }: z.output<typeof params>, context: ProbeContext<Deps>) {
    const agents = await registeredAgents(context);
    if (agents === undefined) return { status: 'skipped', reason: 'not-configured' };
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
