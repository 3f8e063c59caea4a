import { all, defineDiagnosis, found } from '../domain/diagnosis/diagnosis.ts';

export const pgSlow = defineDiagnosis({
  id: 'D2',
  slug: 'pg-slow',
  part: 'postgres',
  evidence: [
    { probe: 'postgres.connection', with: { database: 'agentManager' } },
    { probe: 'postgres.slow-statements', with: { database: 'agentManager' } },
    { probe: 'postgres.slow-statements', with: { database: 'orchestrator' } },
    { probe: 'postgres.missing-indexes', with: { database: 'agentManager' } },
    { probe: 'postgres.missing-indexes', with: { database: 'orchestrator' } },
    { probe: 'postgres.old-rows', with: { database: 'agentManager' } },
    { probe: 'postgres.old-rows', with: { database: 'orchestrator' } },
    { probe: 'postgres.lock-waits' },
  ],
  causes: [
    {
      id: 'D2.a',
      part: 'postgres',
      symptom: found('PG_SLOW_STATEMENTS'),
      // A missing index is a cause only of statements that are slow for want of it.
      when: all(found('PG_INDEX_MISSING'), found('PG_SLOW_STATEMENTS')),
      remedies: [{ remediation: 'postgres.create-indexes' }, { instruction: 'create-index' }],
    },
    {
      id: 'D2.b',
      part: 'postgres',
      symptom: found('PG_OLD_ROWS'),
      when: found('PG_OLD_ROWS'),
      remedies: [
        { remediation: 'postgres.archive-old-rows' },
        { remediation: 'postgres.delete-old-rows' },
        { instruction: 'remove-old-rows' },
      ],
    },
    {
      id: 'D2.c',
      part: 'postgres',
      symptom: found('PG_LOCK_BLOCKS'),
      when: found('PG_LOCK_BLOCKS'),
      remedies: [{ remediation: 'postgres.end-blocking-session' }, { instruction: 'end-blocker' }],
    },
  ],
  handOver: [],
});
