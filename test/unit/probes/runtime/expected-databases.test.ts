import { describe, expect, it } from 'vitest';
import { runtimeExpectedDatabases } from '../../../../src/probes/runtime/expected-databases.probe.ts';
import { type FakePart, fakeRuntime } from '../../../support/fake-runtime.ts';
import { fakePostgres, probeContext } from '../../../support/probe-context.ts';

const log = `connecting
fatal: failed to connect to \`host=db\`: FATAL: database "aetherius_agent_manager" does not exist (SQLSTATE 3D000)`;
const ended: FakePart = {
  phase: 'terminated',
  ready: false,
  log,
  terminated: { exitCode: 1, reason: 'Error' },
};
const look = (instance: FakePart, known?: readonly string[]) =>
  runtimeExpectedDatabases.run(
    {},
    probeContext({
      runtime: fakeRuntime({ 'agent-manager': [instance] }),
      ...(known === undefined ? {} : { postgres: fakePostgres(() => known.map((datname) => ({ datname }))) }),
    }),
  );

describe('runtime.expected-databases', () => {
  it('names the database, what there is instead, and the name nearest to it (F13)', async () => {
    expect(await look(ended, ['aetherius', 'agent_manager', 'aetherius_agent'])).toMatchObject({
      findings: [
        {
          ...{ code: 'EXPECTED_DATABASE_MISSING', part: 'agent-manager', subject: 'aetherius_agent_manager' },
          facts: { known: 'aetherius, agent_manager, aetherius_agent', similar: 'aetherius_agent' },
          excerpts: [{ lines: [expect.stringContaining('does not exist')] }],
        },
      ],
    });
  });

  it('believes PostgreSQL’s word in the log where it does not answer us', async () => {
    expect(await look(ended)).toMatchObject({ findings: [{ facts: { known: '–', similar: '–' } }] });
  });

  it('takes no second look at an agent that has just started: it has no connection to PostgreSQL', async () => {
    const young: FakePart = { readinessChecked: false, startedAt: '2026-03-01T10:04:50Z' };
    const again: string[] = [];
    const look = async (part: 'agent-manager' | 'collect-agent') => {
      const fake = fakeRuntime({ [part]: [young] });
      const runtime: typeof fake = {
        ...fake,
        again: (instance) => {
          again.push(instance.part);
          return Promise.resolve(instance);
        },
      };
      return runtimeExpectedDatabases.run({}, probeContext({ runtime }));
    };

    expect(await look('collect-agent')).toMatchObject({ status: 'healthy' });
    expect(await look('agent-manager')).toMatchObject({ status: 'healthy' });
    expect(again).toEqual(['agent-manager']);
  });

  it.each([
    ['is there by now', ended, ['aetherius_agent_manager']],
    ['is not what a program ended for', { ...ended, log: 'fatal: no memory' }, []],
    ['was missing before a start that went well', { log }, []],
  ] as const)('says nothing of a database that %s', async (_what, instance, known) => {
    expect(await look(instance, known)).toMatchObject({ status: 'healthy' });
  });
});
