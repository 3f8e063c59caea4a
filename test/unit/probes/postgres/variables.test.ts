import { describe, expect, it } from 'vitest';
import { postgresVariables } from '../../../../src/probes/postgres/variables.probe.ts';
import { compose, container } from '../../../support/fake-compose.ts';
import { fakeRuntime } from '../../../support/fake-runtime.ts';
import { fakePostgres, probeContext } from '../../../support/probe-context.ts';

const env = { DATABASE_URL: 'postgres://u:p@postgres:5432/shop?sslmode=disable', OTHER_URL: 'http://a/b' };
const session = (database: string, address = '10.0.0.4') => ({ database, address, sessions: 2 });
const look = (sessions: readonly object[], more: object = {}) =>
  postgresVariables.run(
    {},
    probeContext({
      postgres: fakePostgres(() => sessions),
      runtime: fakeRuntime({ 'orchestrator-service': [{ env }] }),
      compose: compose([
        container('orchestrator-service', { id: 'orchestrator-service-0', addresses: ['10.0.0.4'] }),
      ]),
      ...more,
    }),
  );

describe('postgres.variables', () => {
  it('F10: names the variable, and the database of the sessions', async () => {
    expect(await look([session('orchestrator'), session('shop', '10.0.0.9')])).toMatchObject({
      findings: [
        {
          ...{ code: 'VARIABLE_NOT_FOLLOWED', part: 'orchestrator-service' },
          facts: { variable: 'DATABASE_URL', database: 'shop', used: 'orchestrator', sessions: 2 },
        },
      ],
    });
  });

  it('knows a Pod by its own address', async () => {
    const runtime = fakeRuntime({
      'agent-manager': [{ env, address: { host: '10.0.0.7', ports: [] } }],
    });

    expect(await look([session('agents', '10.0.0.7')], { runtime, compose: undefined })).toMatchObject({
      findings: [{ part: 'agent-manager' }],
    });
  });

  it('is content where one of its sessions is there, or no variable names a database', async () => {
    expect(await look([session('shop'), session('other')])).toMatchObject({ status: 'healthy' });
    expect(await look([], { runtime: fakeRuntime({ 'agent-manager': [{}] }) })).toMatchObject({
      status: 'healthy',
    });
  });

  it('cannot know without a session of it', async () => {
    expect(await look([session('orchestrator', '10.0.0.9')])).toMatchObject({
      ...{ status: 'inconclusive', cause: { facts: { reason: 'sessions-unseen' } } },
    });
  });
});
