import { z } from 'zod';
import { AppError } from '../../domain/kernel/errors.ts';
import { present } from '../../domain/kernel/present.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { Targets } from '../../domain/probe/targets/targets.ts';
import { registeredAgents } from '../support/agent-registry.ts';
import { verdict } from '../support.ts';

const params = z.strictObject({
  staleSeconds: z
    .number()
    .positive()
    .default(120)
    .meta({ description: 'Silence from which an agent counts as lost, in seconds.' }),
});
type Params = z.output<typeof params>;
type Deps = Pick<Targets, 'services' | 'postgres' | 'platform'>;
const maxNamed = 5;

export const agentsHeartbeats = defineProbe({
  id: 'agents.heartbeats',
  doc: `Lists the registered collect agents with the age of their last heartbeat.
Asks agent-manager's API; without an answer there, reads the agents table.
An agent that agent-manager itself calls offline counts as lost, however short its silence.`,
  params,
  part: 'collect-agent',
  needs: [],
  timeoutMs: 9_000,
  emits: ['AGENTS_NONE_REGISTERED', 'AGENT_HEARTBEAT_STALE'],
  async run({ staleSeconds }: Params, context: ProbeContext<Deps>) {
    const looked = await lookFor(context);
    if (looked.cause !== undefined)
      return { status: 'inconclusive', cause: looked.cause, facts: looked.facts };
    const { agents } = looked;
    if (agents === undefined) return { status: 'skipped', reason: 'not-configured' };
    if (agents.list.length === 0)
      return verdict([
        {
          code: 'AGENTS_NONE_REGISTERED',
          severity: 'warning',
          part: 'collect-agent',
          subject: 'agents',
          facts: { source: agents.source },
        },
      ]);
    const stale = agents.list
      .filter(
        ({ offline, silentSeconds }) =>
          offline === true || silentSeconds === undefined || silentSeconds >= staleSeconds,
      )
      .sort((a, b) => (b.silentSeconds ?? Infinity) - (a.silentSeconds ?? Infinity));
    const youngest = Math.min(...agents.list.map((agent) => agent.silentSeconds ?? Infinity));
    const facts = {
      source: agents.source,
      registered: agents.list.length,
      stale: stale.length,
      ...(Number.isFinite(youngest) ? { lastHeartbeatSeconds: Math.round(youngest) } : {}),
    };
    const [oldest] = stale;
    if (oldest === undefined) return verdict([], facts);
    return verdict(
      [
        {
          code: 'AGENT_HEARTBEAT_STALE',
          severity: stale.length === agents.list.length ? 'critical' : 'warning',
          part: 'collect-agent',
          subject: stale.length === 1 ? oldest.id : 'agents',
          facts: {
            ...facts,
            // One that agent-manager calls offline may be silent for less than our own limit.
            thresholdSeconds: Math.floor(
              Math.min(staleSeconds, ...stale.flatMap(({ silentSeconds }) => silentSeconds ?? [])),
            ),
            agents: stale
              .slice(0, maxNamed)
              .map((agent) => agent.id)
              .join(', '),
            ...present({
              oldestSeconds:
                oldest.silentSeconds === undefined ? undefined : Math.round(oldest.silentSeconds),
            }),
          },
        },
      ],
      facts,
    );
  },
});

/** The list, or why there is no list and whom we asked for it (`asked.<part>`): all of them in vain. */
async function lookFor(context: ProbeContext<Deps>) {
  const { services, postgres } = context.deps;
  try {
    return { agents: await registeredAgents(context) };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return {
      cause: error,
      facts: {
        ...(services?.find('agent-manager') === undefined ? {} : { 'asked.agent-manager': true }),
        ...(postgres?.databaseName('agentManager') === undefined ? {} : { 'asked.postgres': true }),
      },
    };
  }
}
