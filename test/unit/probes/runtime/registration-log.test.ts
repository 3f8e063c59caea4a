import { describe, expect, it } from 'vitest';
import type { PartId } from '../../../../src/domain/platform/part.ts';
import { asInGuide } from '../../../../src/domain/platform/platform.ts';
import { runtimeRegistrationLog } from '../../../../src/probes/runtime/registration-log.probe.ts';
import { type FakePart, fakeRuntime } from '../../../support/fake-runtime.ts';
import { fakeServices, httpAnswer, probeContext } from '../../../support/probe-context.ts';

const now = new Date('2026-03-01T10:05:00Z');

const context = (parts: Readonly<Partial<Record<PartId, readonly FakePart[]>>>) => ({
  deps: { environment: 'test', platform: asInGuide, runtime: fakeRuntime(parts) },
  signal: new AbortController().signal,
  now: () => now,
  wait: () => Promise.resolve(),
});

const json = (level: string, msg: string, more: Readonly<Record<string, string>> = {}) =>
  JSON.stringify({ time: '2026-03-01T10:04:49Z', level, msg, ...more });

describe('runtime.registration-log: the logs of registration', () => {
  const look = (agent: string, manager: string) =>
    runtimeRegistrationLog.run(
      {},
      context({ 'collect-agent': [{ log: agent }], 'agent-manager': [{ log: manager }] }),
    );
  const failed = (why: string) =>
    `2026-03-01T10:04:49.000Z ERROR register: registration failed: ${why} cluster_id=prod`;
  const codes = async (agent: string, manager: string) => {
    const result = await look(agent, manager);
    return result.status === 'unhealthy' ? result.findings.map(({ code }) => code) : [];
  };

  it('do not name a refusal from before the agent was registered', async () => {
    const refusal = json('error', 'registration failed: token mismatch');
    const registered = json('info', 'agent registered', { cluster: 'prod' });
    const crashing = failed('nats: no servers available for connection');

    expect(await codes(crashing, `${refusal}\n${registered}`)).not.toContain('REGISTRATION_REFUSED_TOKEN');
    expect(await codes(`${failed('token mismatch')}\n${registered}\n${crashing}`, registered)).not.toContain(
      'REGISTRATION_REFUSED_TOKEN',
    );
    expect(await codes(crashing, `${registered}\n${refusal}`)).toContain('REGISTRATION_REFUSED_TOKEN');
  });

  it('do not take the login of agent-manager that a store refuses for the token of the agent', async () => {
    const error = 'failed SASL auth: FATAL: password authentication failed for user "x" (SQLSTATE 28P01)';
    const manager = json('error', 'registration failed: database', { error });

    expect(await codes(failed('no answer from agent-manager'), manager)).toEqual([
      'AGENT_REGISTRATION_FAILS',
    ]);
  });

  it('tell a request that never arrives from one that is refused', async () => {
    expect(await codes(failed('nobody listens on the subject (no responders)'), '')).toEqual([
      'AGENT_REGISTRATION_FAILS',
      'MANAGER_SEES_NO_REGISTRATION',
    ]);
    expect(
      await codes(
        failed('token mismatch'),
        `${json('info', 'registration request')}\n${json('error', 'registration failed: token mismatch')}`,
      ),
    ).toEqual(['AGENT_REGISTRATION_FAILS', 'REGISTRATION_REFUSED_TOKEN']);
  });

  it('are well when the agent was let in after all', async () => {
    const registered = '2026-03-01T10:04:50.000Z INFO  register: registered agent_id=node1 cluster_id=prod';

    const admitted = json('info', 'agent registered', { agent_id: 'node1' });
    expect(await look(`${failed('token mismatch')}\n${registered}`, admitted)).toMatchObject({
      status: 'healthy',
      facts: { agentSays: 'registered', managerSays: 'registered' },
    });
  });

  const published = '2026-03-01T10:04:50.000Z INFO  Agent registered successfully cluster_id=prod';
  const withList = (agents: readonly object[] | undefined) =>
    runtimeRegistrationLog.run(
      {},
      probeContext({
        runtime: fakeRuntime({
          'collect-agent': [{ log: published }],
          'agent-manager': [{ log: 'started' }],
        }),
        ...(agents === undefined
          ? {}
          : { services: fakeServices({ '/api/v1/agents': [httpAnswer(JSON.stringify({ agents }))] }) }),
      } as { runtime: ReturnType<typeof fakeRuntime> }),
    );

  it('W4 do not make an agent registered by its own word: agent-manager knows', async () => {
    expect(await withList([{ id: 'a1', last_heartbeat: '2026-03-01T10:04:50Z' }])).toMatchObject({
      status: 'healthy',
      facts: { known: 1 },
    });
    expect(await withList([])).toMatchObject({
      findings: [
        { code: 'MANAGER_SEES_NO_REGISTRATION', facts: { agentSays: 'registered', managerSays: 'silent' } },
      ],
    });
    expect(await withList(undefined)).toMatchObject({
      status: 'inconclusive',
      cause: { facts: { reason: 'registration-unconfirmed' } },
    });
  });

  it('W4 believe agent-manager when it says that a registration failed', async () => {
    const refused = json('error', 'Failed to register agent: invalid input syntax for type json');

    expect(await look(published, refused)).toMatchObject({
      findings: [{ code: 'AGENT_REGISTRATION_FAILS', subject: 'agent-manager-0' }],
    });
  });
});

describe('runtime.registration-log, how far it looks', () => {
  it('reads 1 500 lines of each, and shows the last three', async () => {
    const asked: unknown[] = [];
    const lines = [1, 2, 3, 4].map((nth) => `registration failed: try ${nth}`);
    const log = lines.join('\n');
    const runtime = fakeRuntime({ 'collect-agent': [{ log }], 'agent-manager': [{ log }] });
    const logs: typeof runtime.logs = (instance, options) => {
      asked.push([instance.part, options?.tail]);
      return runtime.logs(instance, options);
    };

    expect(
      await runtimeRegistrationLog.run({}, probeContext({ runtime: { ...runtime, logs } })),
    ).toMatchObject({
      findings: [
        {
          facts: { agentSays: 'failing', agentLines: 4, managerLines: 4 },
          excerpts: [
            { source: 'log collect-agent-0', lines: lines.slice(1) },
            { source: 'log agent-manager-0', lines: lines.slice(1) },
          ],
        },
      ],
    });
    expect(asked).toEqual([
      ['collect-agent', 1_500],
      ['agent-manager', 1_500],
    ]);
  });

  it('says nothing of a manager that is not there, and nothing at all without agents', async () => {
    const log = 'registration failed: timeout';

    expect(await runtimeRegistrationLog.run({}, context({ 'collect-agent': [{ log }] }))).toMatchObject({
      findings: [{ code: 'AGENT_REGISTRATION_FAILS', excerpts: [{ source: 'log collect-agent-0' }] }],
    });
    expect(await runtimeRegistrationLog.run({}, context({ 'agent-manager': [{ log }] }))).toMatchObject({
      status: 'skipped',
    });
    expect(
      await runtimeRegistrationLog.run({}, context({ 'collect-agent': [{ log: 'started' }] })),
    ).toMatchObject({
      status: 'healthy',
      facts: { agentSays: 'silent' },
    });
  });
});
