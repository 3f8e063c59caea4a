import { all, any, defineDiagnosis, found, hint, not } from '../domain/diagnosis/diagnosis.ts';

const late = any(found('EVENT_LATENCY_HIGH'), found('EVENT_QUEUE_BACKLOG'));
/** A database that serves no client is not slow: diagnosis H2 finds its fault. */
const unserved = any(
  found('ENDPOINT_REFUSED', 'postgres'),
  found('ENDPOINT_HUNG', 'postgres'),
  found('ENDPOINT_CLOSED', 'postgres'),
);
/**
 * Where packets come late, those of agent-manager itself or those to the database, each write does, however fast the
 * database is. Diagnosis H2 finds that way.
 */
const wayIsSlow = any(found('NETWORK_SLOW', 'agent-manager'), found('NETWORK_SLOW', 'postgres'));
/** A program that gets too little CPU is late in all that it does, and measures its writes as slow. P1 finds that. */
const heldBack = any(found('CPU_AT_LIMIT', 'agent-manager'), found('CPU_THROTTLED', 'agent-manager'));
/** Each makes a database that is well look slow to agent-manager. */
const looksSlow = any(wayIsSlow, heldBack);

export const eventLatency = defineDiagnosis({
  id: 'S3',
  slug: 'event-latency',
  part: 'agent-manager',
  evidence: [
    { probe: 'services.event-pipeline' },
    { probe: 'http.service-health', with: { service: 'agent-manager' } },
    { probe: 'postgres.connection', with: { database: 'agentManager' } },
    { probe: 'network.path', with: { part: 'agent-manager' } },
    { probe: 'network.path', with: { part: 'postgres' } },
    { probe: 'runtime.cpu-limit', with: { part: 'agent-manager' } },
  ],
  causes: [
    {
      id: 'S3.a',
      part: 'agent-manager',
      symptom: late,
      // Beside a slow writer, whether they are too few shows once that is fast.
      when: any(all(late, found('EVENT_WORKERS_SATURATED')), hint('EVENT_WORKERS_BUSY')),
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
      // Whether it is slow besides, nobody can tell. The second part shows in the answer what makes it look so.
      when: all(
        late,
        found('EVENT_WRITES_SLOW'),
        any(not({ op: 'hint', of: any(unserved, looksSlow) }), { op: 'hint', of: looksSlow }),
      ),
      remedies: [{ instruction: 'see-slow-database' }],
    },
  ],
  handOver: [
    { when: all(late, heldBack), to: 'P1' },
    { when: all(found('EVENT_WRITES_SLOW'), not(unserved)), to: 'D2' },
  ],
});
