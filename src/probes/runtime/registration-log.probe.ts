import { z } from 'zod';
import { AppError } from '../../domain/kernel/errors.ts';
import type { PartId } from '../../domain/platform/part.ts';
import type { Excerpt, Finding } from '../../domain/probe/finding.ts';
import type { FindingCode } from '../../domain/probe/findings.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { Targets, With } from '../../domain/probe/targets/targets.ts';
import { registeredAgents } from '../support/agent-registry.ts';
import { excerpt, type LogLine, logLines } from '../support/log-lines.ts';

const aboutRegistration = /regist/i;
const failed =
  /regist\S* (?:failed|refused|rejected|denied|error|timed? ?out)|(?:fail|cannot|unable)\S* .*regist/i;
const tokenRefused = /regist.*(?:token|unauthori[sz]ed|authentication|credential)/i;
/** Why agent-manager itself was let in nowhere: by a store, or by NATS. That is no word on the agent's token. */
const loginRefused =
  /sqlstate|\bsasl\b|password authentication|\bpostgres|\bredis\b|\b(?:wrongpass|noauth)\b|\bnats: auth/i;
const succeeded =
  /agent registered|"registered"|\bregistered\b.*cluster|registration (?:succeeded|accepted|ok)/i;

/** The last thing said about registration decides: an agent that failed and then registered is fine. */
function verdict(lines: readonly LogLine[]): 'failing' | 'registered' | 'silent' {
  const said = lines.filter(
    (line) => aboutRegistration.test(line.raw) && (failed.test(line.raw) || succeeded.test(line.raw)),
  );
  const last = said.at(-1);
  if (last === undefined) return 'silent';
  return failed.test(last.raw) ? 'failing' : 'registered';
}

/** What was said after the last registration: a reason from before it is over. */
const sinceRegistered = (lines: readonly LogLine[]): readonly LogLine[] =>
  lines.slice(lines.findLastIndex(({ raw }) => succeeded.test(raw) && !failed.test(raw)) + 1);

type Deps = With<'runtime'> & Pick<Targets, 'services' | 'postgres'>;

export const runtimeRegistrationLog = defineProbe({
  id: 'runtime.registration-log',
  doc: `What do the logs of the collect agents and of agent-manager say about registration?

Reads the lines of both logs that contain "register".
A failure in the agent's log without a trace in agent-manager's points to the connection between them.
A refusal names its reason; one from before the last registration does not count.
Only the receiving side knows whether an agent is registered: agent-manager's log, or its list of agents.
An agent may say so right after it has published.`,
  params: z.strictObject({}),
  part: 'collect-agent',
  needs: ['runtime'],
  timeoutMs: 10_000,
  emits: ['AGENT_REGISTRATION_FAILS', 'MANAGER_SEES_NO_REGISTRATION', 'REGISTRATION_REFUSED_TOKEN'],
  async run(_params, context: ProbeContext<Deps>) {
    const { deps, signal } = context;
    const read = async (part: PartId) => {
      const instance = (await deps.runtime.instances(part, { signal })).at(-1);
      if (instance === undefined) return undefined;
      const text = await deps.runtime.logs(instance, { signal, tail: 1_500 });
      return { instance, lines: logLines(text).filter((line) => aboutRegistration.test(line.raw)) };
    };
    const [agent, manager] = await Promise.all([read('collect-agent'), read('agent-manager')]);
    if (agent === undefined) return { status: 'skipped', reason: 'no-data' };
    const state = verdict(agent.lines);
    const heard = manager === undefined ? 'silent' : verdict(manager.lines);
    const requests =
      manager?.lines.filter((line) => /request|failed|agent registered/i.test(line.raw)).length ?? 0;
    const facts = {
      agentSays: state,
      managerSays: heard,
      agentLines: agent.lines.length,
      managerLines: manager?.lines.length ?? 0,
    };
    const evidence = [
      excerpt(`log ${agent.instance.name}`, agent.lines, aboutRegistration, 3),
      manager && excerpt(`log ${manager.instance.name}`, manager.lines, aboutRegistration, 3),
    ].filter((entry): entry is Excerpt => entry !== undefined);
    const finding = (code: FindingCode, subject = agent.instance.name): Finding => ({
      code,
      severity: 'critical',
      part: 'collect-agent',
      subject,
      facts,
      excerpts: evidence,
    });
    if (state !== 'failing' && heard !== 'failing') {
      if (state === 'silent' || heard === 'registered') return { status: 'healthy', facts };
      const known = await registeredAgents(context).catch(() => undefined);
      if (known === undefined)
        return {
          status: 'inconclusive',
          cause: new AppError('NOT_FOUND', 'only the agent itself says that it is registered', {
            facts: { reason: 'registration-unconfirmed', instance: agent.instance.name },
          }),
          facts,
        };
      if (known.list.length > 0) return { status: 'healthy', facts: { ...facts, known: known.list.length } };
      return { status: 'unhealthy', findings: [finding('MANAGER_SEES_NO_REGISTRATION')], facts };
    }
    const refused = [agent.lines, manager?.lines ?? []]
      .flatMap(sinceRegistered)
      .some(({ raw }) => failed.test(raw) && tokenRefused.test(raw) && !loginRefused.test(raw));
    const sayer = state === 'failing' || manager === undefined ? agent : manager;
    return {
      status: 'unhealthy',
      findings: [
        finding('AGENT_REGISTRATION_FAILS', sayer.instance.name),
        ...(refused ? [finding('REGISTRATION_REFUSED_TOKEN')] : []),
        ...(manager !== undefined && requests === 0 ? [finding('MANAGER_SEES_NO_REGISTRATION')] : []),
      ],
    };
  },
});
