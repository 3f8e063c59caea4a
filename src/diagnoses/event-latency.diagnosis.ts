import { all, any, defineDiagnosis, found, not, unlessExplained } from '../domain/diagnosis/diagnosis.ts';

const late = any(found('EVENT_LATENCY_HIGH'), found('EVENT_QUEUE_BACKLOG'));
/** A database that serves no client is not slow: diagnosis H2 finds its fault. */
const unserved = any(
  found('ENDPOINT_REFUSED', 'postgres'),
  found('ENDPOINT_HUNG', 'postgres'),
  found('ENDPOINT_CLOSED', 'postgres'),
);
/** Where its own packets come late, each write does, however fast the database is. */
const ownWayIsSlow = found('NETWORK_SLOW', 'agent-manager');

export const eventLatency = defineDiagnosis({
  id: 'S3',
  slug: 'event-latency',
  part: 'agent-manager',
  evidence: [
    { probe: 'services.event-pipeline' },
    { probe: 'http.service-health', with: { service: 'agent-manager' } },
    { probe: 'postgres.connection', with: { database: 'agentManager' } },
    { probe: 'network.path', with: { part: 'agent-manager' } },
  ],
  causes: [
    {
      id: 'S3.a',
      part: 'agent-manager',
      symptom: late,
      when: all(late, found('EVENT_WORKERS_SATURATED')),
      remedies: [
        { remediation: 'kubernetes.set-config-key', on: 'kubernetes' },
        { remediation: 'compose.set-config-key', on: 'compose' },
        { instruction: 'raise-event-workers' },
      ],
    },
    {
      id: 'S3.b',
      part: 'agent-manager',
      symptom: late,
      when: all(late, found('EVENT_BATCHES_FULL')),
      remedies: [
        { remediation: 'kubernetes.set-config-key', on: 'kubernetes' },
        { remediation: 'compose.set-config-key', on: 'compose' },
        { instruction: 'raise-event-batch' },
      ],
    },
    {
      id: 'S3.c',
      part: 'postgres',
      symptom: late,
      // Whether it is slow besides, nobody can tell.
      when: unlessExplained(all(late, found('EVENT_WRITES_SLOW')), any(unserved, ownWayIsSlow)),
      remedies: [{ instruction: 'see-slow-database' }],
    },
  ],
  handOver: [{ when: all(found('EVENT_WRITES_SLOW'), not(unserved)), to: 'D2' }],
});
