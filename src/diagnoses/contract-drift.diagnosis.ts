import { defineDiagnosis, found } from '../domain/diagnosis/diagnosis.ts';

/** What two parts say of the same thing and do not agree on; each finding has both, as they were seen. */
export const contractDrift = defineDiagnosis({
  id: 'M1',
  slug: 'contract-drift',
  part: 'runtime',
  evidence: [
    { probe: 'nats.subjects' },
    { probe: 'runtime.ports' },
    { probe: 'compose.health-checks' },
    { probe: 'kubernetes.health-checks' },
  ],
  causes: [
    {
      id: 'M1.a',
      part: 'nats',
      symptom: found('SUBJECTS_PASS_BY'),
      when: found('SUBJECTS_PASS_BY'),
      remedies: [{ instruction: 'align-subjects' }],
    },
    {
      id: 'M1.b',
      part: 'nats',
      symptom: found('SUBJECT_UNHEARD'),
      when: found('SUBJECT_UNHEARD'),
      remedies: [{ instruction: 'report-unheard-subject' }],
    },
    {
      id: 'M1.c',
      part: 'runtime',
      symptom: found('PORT_NOT_LISTENED'),
      when: found('PORT_NOT_LISTENED'),
      remedies: [{ instruction: 'mend-declared-port' }],
    },
    {
      id: 'M1.d',
      part: 'runtime',
      symptom: found('HEALTH_CHECK_CANNOT_PASS'),
      when: found('HEALTH_CHECK_CANNOT_PASS'),
      remedies: [{ instruction: 'mend-health-check' }],
    },
  ],
  handOver: [],
});
