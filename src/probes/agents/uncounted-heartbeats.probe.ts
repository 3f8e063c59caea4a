import { z } from 'zod';
import { AppError } from '../../domain/kernel/errors.ts';
import { shortened } from '../../domain/kernel/text.ts';
import { partNamed } from '../../domain/platform/part-names.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import { leftOpen } from '../../domain/probe/open.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { Targets, With } from '../../domain/probe/targets/targets.ts';
import { type Agent, namesAnAgent, registeredAgents } from '../support/agent-registry.ts';
import { clientsOnBus } from '../support/nats-clients.ts';
import { partAddresses } from '../support/part-addresses.ts';
import { verdict } from '../support.ts';

const params = z.strictObject({
  // With the rest it stays below the half minute in which a person wants an answer.
  seconds: z.number().positive().max(30).default(18).meta({ description: 'How long to listen, in seconds.' }),
  staleSeconds: z
    .number()
    .positive()
    .default(120)
    .meta({ description: 'Silence from which an agent counts as lost, in seconds.' }),
  settleSeconds: z
    .number()
    .nonnegative()
    .max(15)
    .default(3)
    .meta({ description: 'Time in which agent-manager counts what has come, in seconds.' }),
});
type Deps = Pick<With<'nats'>, 'nats'> &
  Pick<Targets, 'services' | 'postgres' | 'platform' | 'runtime' | 'compose'>;

const aboutHeartbeats = /heart_?-?beat/i;
/** Of a platform with thousands of agents these show enough. */
const mostMessages = 20_000;
/** Two looks at the same moment differ by what a request takes. */
const sameMoment = 1.5;

export const agentsUncountedHeartbeats = defineProbe({
  id: 'agents.uncounted-heartbeats',
  doc: `Does agent-manager count the heartbeats that come to it?
Looks only where agent-manager has lost a registered agent.
Then it listens where agent-manager listens for heartbeats, and keeps the names of their fields, no values.
It is a finding where heartbeats of that agent come, name no agent, and are not counted.
Silence in that time leaves the answer open: two heartbeats may be further apart.
Where agent-manager or its database gives no answer, it could not check.`,
  params,
  part: 'collect-agent',
  needs: ['nats'],
  timeoutMs: 45_000,
  emits: ['HEARTBEAT_WITHOUT_AGENT'],
  async run({ seconds, staleSeconds, settleSeconds }: z.output<typeof params>, context: ProbeContext<Deps>) {
    const { deps, signal } = context;
    const { nats, platform } = deps;
    if (!nats.hasMonitor) return { status: 'skipped', reason: 'not-configured' };
    const begun = context.now().getTime();
    const before = await registeredAgents(context);
    if (before === undefined) return { status: 'skipped', reason: 'not-configured' };
    const lost = before.list.filter((agent) => isLost(agent, staleSeconds));
    const facts = { registered: before.list.length, lost: lost.length };
    // Heartbeats of agents that are not registered do not count: without an agent there is nothing to compare.
    if (before.list.length === 0)
      return {
        status: 'healthy',
        facts: { ...facts, ...leftOpen('no-agent-registered', 'HEARTBEAT_WITHOUT_AGENT') },
      };
    if (lost.length === 0) return { status: 'healthy', facts };
    if (before.source !== 'api') throw unanswered();

    const [clients, addresses] = await Promise.all([clientsOnBus(nats, signal), partAddresses(deps, signal)]);
    const listeners = clients
      .filter(
        ({ name, ip }) =>
          partNamed(name, platform) === 'agent-manager' || addresses.get(ip)?.part === 'agent-manager',
      )
      .filter(({ subjects }) => subjects.some((subject) => aboutHeartbeats.test(subject)));
    const [listener] = listeners;
    const patterns = new Set(
      listeners.flatMap(({ subjects }) => subjects.filter((subject) => aboutHeartbeats.test(subject))),
    );
    if (listener === undefined) return { status: 'skipped', reason: 'no-data', facts };
    const heard = (
      await Promise.all(
        [...patterns].map((one) => nats.shapes(one, seconds * 1000, { signal, most: mostMessages })),
      )
    ).flatMap((seen) => Object.entries(seen));
    const isMeant = (subject: string) => {
      const tokens = subject.split('.');
      return ({ id, cluster }: Agent) =>
        tokens.includes(id) || (cluster !== undefined && tokens.includes(cluster));
    };
    const ofLost = heard.filter(([subject]) => lost.some(isMeant(subject)));
    if (ofLost.length === 0)
      throw new AppError('NOT_FOUND', 'no heartbeat of the lost agents came', {
        facts: { reason: 'heartbeats-unheard', seconds, ...facts },
      });
    const nameless = ofLost.filter(([, { fields }]) => fields !== undefined && !namesAnAgent(fields));
    if (nameless.length === 0) return { status: 'healthy', facts: { ...facts, subjects: ofLost.length } };

    await context.wait(settleSeconds * 1000);
    const [after] = await Promise.all([
      registeredAgents(context),
      // Who waits for its database counts nothing for the time being.
      deps.postgres?.query('agentManager', 'SELECT 1', [], { signal }),
    ]);
    if (after === undefined || after.source !== 'api') throw unanswered();
    const since = (context.now().getTime() - begun) / 1000;
    const counts = new Map(after.list.map((agent) => [agent.id, agent]));
    const findings = nameless.flatMap(([subject, { count, fields = [] }]): readonly Finding[] => {
      const meant = before.list.filter(isMeant(subject));
      const [first] = meant;
      // An agent that registered again has two rows, and one of them is counted.
      const isUncounted = (one: Agent) => lost.includes(one) && isUnchanged(one, counts.get(one.id), since);
      if (first === undefined || !meant.every(isUncounted)) return [];
      const { silentSeconds } = counts.get(first.id) ?? {};
      return [
        {
          ...{
            code: 'HEARTBEAT_WITHOUT_AGENT',
            severity: 'warning',
            part: 'collect-agent',
            subject: first.id,
          },
          facts: {
            ...{
              agent: first.id,
              subject,
              count,
              seconds,
              fields: shortened(fields.toSorted().join(', '), 200),
            },
            container: listener.name,
            lastHeartbeatSeconds: silentSeconds === undefined ? null : Math.round(silentSeconds),
          },
        },
      ];
    });
    return verdict(findings, { ...facts, subjects: ofLost.length });
  },
});

const isLost = ({ offline, silentSeconds = Infinity }: Agent, stale: number): boolean =>
  offline === true || silentSeconds >= stale;

/** Its last heartbeat is the one that it was before. */
const isUnchanged = (before: Agent, after: Agent | undefined, since: number): boolean =>
  after !== undefined &&
  (after.silentSeconds ?? Infinity) >= (before.silentSeconds ?? Infinity) + since - sameMoment;

const unanswered = () =>
  new AppError('DEPENDENCY_UNAVAILABLE', 'agent-manager gave no list of its agents', {
    facts: { reason: 'agents-unlisted' },
  });
