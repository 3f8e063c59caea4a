import { all, any, defineDiagnosis, found, not } from '../domain/diagnosis/diagnosis.ts';
import { gone } from './absence.ts';
import { withoutPods } from './started-anew.ts';

const starting = any(found('NEO4J_STARTING'), found('PART_NOT_READY', 'neo4j'));
/** Bolt answers a moment before the logs say so, Neo4j's own and that of its client: what answers has started. */
const unanswered = any(
  found('ENDPOINT_REFUSED', 'neo4j'),
  found('ENDPOINT_HUNG', 'neo4j'),
  found('ENDPOINT_CLOSED', 'neo4j'),
  // Packets to a Service with nothing ready behind it may be dropped: then the connection is silent, and says nothing.
  found('SERVICE_WITHOUT_ENDPOINTS', 'neo4j'),
);
/** It may live elsewhere, or one instance of several may crash: then it answers. */
const down = any(
  found('PART_NOT_RUNNING', 'neo4j'),
  found('PART_PAUSED', 'neo4j'),
  gone('neo4j', any(found('SERVICE_WITHOUT_PODS', 'neo4j'), unanswered)),
  // Between two crashes it runs for moments and looks as if it were starting.
  all(
    found('SERVICE_EXITS_AT_START', 'neo4j'),
    any(found('PART_NOT_RUNNING', 'neo4j'), found('PART_NOT_READY', 'neo4j'), unanswered),
  ),
);
/** Those of the service, by its own words: a password of the bot’s that is refused says nothing of it (R-PLAT2). */
const refusedCredentials = found('GRAPH_CREDENTIALS_REFUSED');

const olderThanSecret = found('POD_OLDER_THAN_SECRET', 'reasoning-service');

/** What does not run cannot be used; that a program says so itself is a complaint too. */
const unusable = any(unanswered, down, refusedCredentials, found('GRAPH_CONNECTION_FAILS'));

export const neo4jConnection = defineDiagnosis({
  id: 'S7',
  slug: 'neo4j-connection',
  part: 'neo4j',
  evidence: [
    { probe: 'neo4j.connection' },
    { probe: 'runtime.running', with: { part: 'neo4j' } },
    { probe: 'runtime.startup', with: { part: 'neo4j' } },
    { probe: 'runtime.neo4j-startup' },
    { probe: 'runtime.graph-log' },
    { probe: 'kubernetes.services-endpoints' },
    { probe: 'kubernetes.secret-age', with: { part: 'reasoning-service' } },
  ],
  causes: [
    {
      id: 'S7.a',
      part: 'neo4j',
      symptom: unusable,
      when: all(starting, unanswered, not(down)),
      remedies: [
        { instruction: 'wait-for-neo4j' },
        { remediation: 'kubernetes.restart-workload', at: 'neo4j', on: 'kubernetes' },
        { remediation: 'compose.restart-service', at: 'neo4j', on: 'compose' },
      ],
    },
    {
      id: 'S7.b',
      part: 'neo4j',
      symptom: unusable,
      when: refusedCredentials,
      why: olderThanSecret,
      // Who logs in with the password from before the Secret changed needs a start, and Neo4j no other password.
      remedies: [
        { instruction: 'restart-for-secret', on: 'kubernetes', where: olderThanSecret },
        {
          remediation: 'kubernetes.restart-workload',
          at: 'reasoning-service',
          on: 'kubernetes',
          where: olderThanSecret,
        },
        { instruction: 'reset-neo4j-password', unless: olderThanSecret },
        {
          remediation: 'kubernetes.reset-neo4j-password',
          at: 'reasoning-service',
          on: 'kubernetes',
          unless: olderThanSecret,
        },
      ],
    },
    {
      id: 'S7.c',
      part: 'neo4j',
      symptom: unusable,
      when: down,
      remedies: [
        { instruction: 'start-neo4j' },
        { remediation: 'kubernetes.start-workload', at: 'neo4j', on: 'kubernetes' },
        {
          remediation: 'kubernetes.restart-workload',
          at: 'neo4j',
          on: 'kubernetes',
          unless: withoutPods('neo4j'),
        },
        { remediation: 'compose.start-service', at: 'neo4j', on: 'compose' },
        { remediation: 'compose.restart-service', at: 'neo4j', on: 'compose' },
      ],
    },
  ],
  // Its clients fail for that reason, and not for the network's.
  handOver: [{ when: all(found('GRAPH_CONNECTION_FAILS'), not(down), not(starting)), to: 'N1' }],
});
