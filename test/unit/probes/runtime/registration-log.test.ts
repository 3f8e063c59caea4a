import { describe, expect, it } from 'vitest';
import type { PartId } from '../../../../src/domain/platform/part.ts';
import { runtimeRegistrationLog } from '../../../../src/probes/runtime/registration-log.probe.ts';
import { type FakePart, fakeRuntime } from '../../../support/fake-runtime.ts';

const now = new Date('2026-03-01T10:05:00Z');

const context = (parts: Readonly<Partial<Record<PartId, readonly FakePart[]>>>) => ({
  deps: { environment: 'test', runtime: fakeRuntime(parts) },
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

    expect(await codes(`${failed('token mismatch')}\n${registered}`, '')).toEqual([]);
  });
});
