import { all, any, defineDiagnosis, found } from '../domain/diagnosis.ts';

const late = any(found('EVENT_LATENCY_HIGH'), found('EVENT_QUEUE_BACKLOG'));

export const eventLatency = defineDiagnosis({
  id: 'S3',
  slug: 'event-latency',
  part: 'agent-manager',
  evidence: [
    { probe: 'services.event-pipeline' },
    { probe: 'http.service-health', with: { service: 'agent-manager' } },
    { probe: 'postgres.connection', with: { database: 'agentManager' } },
  ],
  causes: [
    {
      id: 'S3.a',
      part: 'agent-manager',
      when: all(late, found('EVENT_WORKERS_SATURATED')),
      remedies: [{ instruction: 'raise-event-workers' }],
    },
    {
      id: 'S3.b',
      part: 'agent-manager',
      when: all(late, found('EVENT_BATCHES_FULL')),
      remedies: [{ instruction: 'raise-event-batch' }],
    },
    {
      id: 'S3.c',
      part: 'postgres',
      when: all(late, found('EVENT_WRITES_SLOW')),
      remedies: [{ instruction: 'see-slow-database' }],
    },
  ],
  handOver: [{ when: found('EVENT_WRITES_SLOW'), to: 'D2' }],
});
