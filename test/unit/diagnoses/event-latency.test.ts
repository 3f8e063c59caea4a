import { expect, it } from 'vitest';
import { eventLatency } from '../../../src/diagnoses/event-latency.diagnosis.ts';
import { outcomesOf, verdictsOf } from '../../support/diagnosis.ts';

it('W11 does not rule out a slow database (S3.c) because it serves nobody', () => {
  const refused = { code: 'ENDPOINT_REFUSED', probe: 'postgres.connection' };
  const verdict = (blind: readonly string[]) =>
    verdictsOf(eventLatency, outcomesOf(eventLatency, [refused], blind))['S3.c'];

  expect(verdict(['services.event-pipeline'])).toBe('possible');
  expect(verdict([])).toBe('ruled-out');
});
