import { any, defineDiagnosis, found } from '../domain/diagnosis/diagnosis.ts';

export const dataInconsistent = defineDiagnosis({
  id: 'T1',
  slug: 'data-inconsistent',
  part: 'postgres',
  evidence: [
    { probe: 'redis.agent-cache' },
    { probe: 'postgres.unprocessed-events' },
    { probe: 'postgres.index-health', with: { database: 'agentManager' } },
    { probe: 'postgres.index-health', with: { database: 'orchestrator' } },
    { probe: 'neo4j.connection' },
  ],
  causes: [
    {
      id: 'T1.a',
      part: 'redis',
      symptom: any(found('STALE_CACHE')),
      when: found('STALE_CACHE'),
      remedies: [{ remediation: 'redis.delete-keys' }, { instruction: 'delete-stale-cache' }],
    },
    {
      id: 'T1.b',
      part: 'postgres',
      symptom: any(found('INDEX_CORRUPT'), found('INDEX_BLOATED'), found('INDEX_INVALID')),
      when: any(found('INDEX_CORRUPT'), found('INDEX_BLOATED'), found('INDEX_INVALID')),
      remedies: [{ remediation: 'postgres.rebuild-index' }, { instruction: 'reindex-concurrently' }],
    },
  ],
  handOver: [{ when: found('UNPROCESSED_EVENTS'), to: 'S3' }],
});
