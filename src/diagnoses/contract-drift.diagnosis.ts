import { defineDiagnosis, found } from '../domain/diagnosis/diagnosis.ts';

/** What two parts say of the same thing and do not agree on; each finding has both, as they were seen. */
export const contractDrift = defineDiagnosis({
  id: 'M1',
  slug: 'contract-drift',
  part: 'runtime',
  evidence: [{ probe: 'nats.subjects' }],
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
  ],
  handOver: [],
});
