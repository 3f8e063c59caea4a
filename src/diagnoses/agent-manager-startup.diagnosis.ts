import { all, any, defineDiagnosis, found, not } from '../domain/diagnosis/diagnosis.ts';

const exits = found('SERVICE_EXITS_AT_START', 'agent-manager');

export const agentManagerStartup = defineDiagnosis({
  id: 'S1',
  slug: 'agent-manager-startup',
  part: 'agent-manager',
  evidence: [
    { probe: 'runtime.startup', with: { part: 'agent-manager' } },
    { probe: 'runtime.startup-log', with: { part: 'agent-manager' } },
    { probe: 'runtime.running', with: { part: 'postgres' } },
    { probe: 'runtime.running', with: { part: 'nats' } },
    { probe: 'postgres.connection', with: { database: 'agentManager' } },
    { probe: 'nats.server' },
    { probe: 'http.service-health', with: { service: 'agent-manager' } },
  ],
  causes: [
    {
      id: 'S1.a',
      part: 'postgres',
      when: all(exits, any(found('STARTUP_DATABASE_UNREACHABLE'), found('STARTUP_DATABASE_CREDENTIALS'))),
      remedies: [
        { instruction: 'correct-database-config' },
        { remediation: 'kubernetes.restart-workload', with: { part: 'postgres' }, on: 'kubernetes' },
        { remediation: 'compose.restart-service', with: { part: 'postgres' }, on: 'compose' },
      ],
    },
    {
      id: 'S1.b',
      part: 'nats',
      when: all(exits, any(found('STARTUP_NATS_UNREACHABLE'), found('STARTUP_NATS_CREDENTIALS'))),
      remedies: [
        { instruction: 'correct-nats-config' },
        { remediation: 'kubernetes.restart-workload', with: { part: 'nats' }, on: 'kubernetes' },
        { remediation: 'compose.restart-service', with: { part: 'nats' }, on: 'compose' },
      ],
    },
    {
      id: 'S1.c',
      part: 'agent-manager',
      when: all(exits, found('STARTUP_PORT_IN_USE')),
      remedies: [{ instruction: 'free-or-change-port' }],
    },
  ],
  handOver: [
    {
      // A database that does not run needs no network to be unreachable.
      when: all(
        found('STARTUP_DATABASE_UNREACHABLE'),
        not(any(found('PART_NOT_RUNNING', 'postgres'), found('PART_ABSENT', 'postgres'))),
        not(found('ENDPOINT_REFUSED', 'postgres')),
      ),
      to: 'N1',
    },
    { when: found('PG_TOO_MANY_CONNECTIONS'), to: 'D1' },
  ],
});
