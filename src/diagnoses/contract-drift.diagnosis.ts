import {
  any,
  codesOf,
  defineDiagnosis,
  found,
  hint,
  unlessExplained,
} from '../domain/diagnosis/diagnosis.ts';
import { configuredIds, serviceIds } from '../domain/platform/part.ts';

const misfit = any(
  found('SERVICE_SELECTS_NOTHING'),
  found('SERVICE_PORT_UNKNOWN'),
  found('SERVICE_PORT_NOT_LISTENED'),
  found('SERVICE_FOREIGN_PODS'),
);
const unscraped = any(
  found('SCRAPE_TARGET_CLOSED'),
  found('SCRAPE_PAGE_MISSING'),
  found('SCRAPE_SELECTS_NOTHING'),
);

const notFollowed = any(found('VARIABLE_NOT_FOLLOWED'), found('ADDRESS_NOT_FOLLOWED'));
const notUsable = any(found('MESSAGE_NOT_USABLE'), found('HEARTBEAT_WITHOUT_AGENT'));

/** A stopped part listens on nothing, and that is no drift (ADR 0019: each part is well alone). */
const away = any(found('PART_NOT_RUNNING'), found('PART_PAUSED'), found('PART_MISSING'));

/** Parts that are asked at a Service. */
const reached = [...serviceIds, 'postgres', 'redis', 'nats', 'neo4j'] as const;

/** What two parts say of the same thing and do not agree on; each finding has both, as they were seen. */
export const contractDrift = defineDiagnosis({
  id: 'M1',
  slug: 'contract-drift',
  part: 'runtime',
  evidence: [
    { probe: 'nats.subjects' },
    ...configuredIds.map((part) => ({ probe: 'runtime.running', with: { part } }) as const),
    { probe: 'runtime.ports' },
    { probe: 'compose.health-checks' },
    { probe: 'kubernetes.health-checks' },
    { probe: 'kubernetes.selectors' },
    ...reached.map((part) => ({ probe: 'kubernetes.service-targets', with: { part } }) as const),
    { probe: 'kubernetes.pods' },
    { probe: 'runtime.expected-databases' },
    { probe: 'nats.cluster' },
    { probe: 'runtime.scrape-targets' },
    { probe: 'runtime.alert-rules' },
    { probe: 'runtime.publish-log' },
    { probe: 'agents.uncounted-heartbeats' },
    { probe: 'postgres.schemas' },
    { probe: 'postgres.variables' },
    { probe: 'runtime.images' },
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
      symptom: any(found('SUBJECT_UNHEARD'), found('SUBJECT_SILENT')),
      // Silence is no proof of a missing publisher (ADR 0010): it may have had nothing to say.
      when: any(unlessExplained(found('SUBJECT_UNHEARD'), away), hint('SUBJECT_SILENT')),
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
    {
      id: 'M1.e',
      part: 'runtime',
      symptom: any(misfit, found('SERVICE_POD_UNCLEAR')),
      // It cannot be told whether a Service is meant for a Pod of another name and with other labels.
      when: any(misfit, hint('SERVICE_POD_UNCLEAR')),
      remedies: [
        { remediation: 'kubernetes.set-selector', on: 'kubernetes' },
        { instruction: 'mend-selector', on: 'kubernetes' },
      ],
    },
    {
      id: 'M1.f',
      part: 'postgres',
      symptom: found('EXPECTED_DATABASE_MISSING'),
      when: found('EXPECTED_DATABASE_MISSING'),
      remedies: [{ instruction: 'create-expected-database' }],
    },
    {
      id: 'M1.g',
      part: 'nats',
      symptom: found('NATS_SERVERS_APART'),
      when: found('NATS_SERVERS_APART'),
      remedies: [{ instruction: 'join-nats-servers' }],
    },
    {
      id: 'M1.h',
      part: 'runtime',
      symptom: unscraped,
      when: unscraped,
      remedies: [{ instruction: 'mend-scrape-target' }],
    },
    {
      id: 'M1.i',
      part: 'runtime',
      symptom: found('ALERT_WITHOUT_METRIC'),
      when: found('ALERT_WITHOUT_METRIC'),
      remedies: [{ instruction: 'mend-alert-rule' }],
    },
    {
      id: 'M1.j',
      part: 'nats',
      symptom: found('PUBLISHER_WITHOUT_CONNECTION'),
      when: found('PUBLISHER_WITHOUT_CONNECTION'),
      remedies: [{ instruction: 'report-publisher' }],
    },
    {
      id: 'M1.k',
      part: 'postgres',
      symptom: found('SCHEMA_TWICE'),
      when: found('SCHEMA_TWICE'),
      remedies: [{ instruction: 'remove-second-schema' }],
    },
    {
      id: 'M1.l',
      part: 'postgres',
      symptom: any(notFollowed, found('ADDRESS_UNEXPLAINED')),
      when: any(notFollowed, hint('ADDRESS_UNEXPLAINED')),
      remedies: [{ instruction: 'mend-variable' }],
    },
    {
      id: 'M1.m',
      part: 'runtime',
      symptom: found('IMAGES_DIFFER'),
      when: found('IMAGES_DIFFER'),
      remedies: [{ instruction: 'align-images' }],
    },
    {
      id: 'M1.n',
      part: 'nats',
      symptom: notUsable,
      when: notUsable,
      remedies: [{ instruction: 'report-message' }],
    },
  ],
  // What a Pod refers to and is not there keeps it from starting: that has its own diagnosis.
  handOver: [{ when: found('POD_CONFIG_MISSING'), to: 'K1' }],
});

const maybeNone: ReadonlySet<string> = new Set(['SUBJECT_SILENT', 'ADDRESS_UNEXPLAINED']);

/** The findings that are a drift. A finding that may be no drift is shown on request only, never in a digest. */
export const driftCodes: ReadonlySet<string> = new Set(
  contractDrift.causes
    .flatMap(({ symptom }) => codesOf(symptom).map(({ code }) => code))
    .filter((code) => !maybeNone.has(code)),
);
