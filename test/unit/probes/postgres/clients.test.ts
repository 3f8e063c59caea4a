import { describe, expect, it } from 'vitest';
import { postgresClients } from '../../../../src/probes/postgres/clients.probe.ts';
import { postgresInTurn, probeContext } from '../../../support/probe-context.ts';

describe('postgres.clients', () => {
  const rows = [
    { database: 'agent_manager', application: null, sessions: 3 },
    { database: 'orchestrator', application: 'agent-manager', sessions: 2 },
    { database: 'shop', application: 'shop', sessions: 4 },
  ];

  it('counts by application name, else by whose database it is', async () => {
    const postgres = postgresInTurn(rows);

    expect(await postgresClients.run({}, probeContext({ postgres }))).toMatchObject({
      status: 'healthy',
      facts: { total: 9, 'sessions.agent-manager': 5, 'sessions.orchestrator-service': 0 },
    });
  });

  it('gives a database to none of two services that share it', async () => {
    const postgres = { ...postgresInTurn(rows), databaseName: () => 'agent_manager' };

    expect(await postgresClients.run({}, probeContext({ postgres }))).toMatchObject({
      facts: { total: 9, 'sessions.agent-manager': 2 },
    });
  });
});
