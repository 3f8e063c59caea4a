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

it('leaves a slow database (S3.c) possible where the packets of agent-manager itself come late', () => {
  const writes = ['EVENT_LATENCY_HIGH', 'EVENT_WRITES_SLOW'].map((code) => ({
    ...{ code, probe: 'services.event-pipeline' },
  }));
  const path = { code: 'NETWORK_SLOW', probe: 'network.path' };

  expect(verdictsOf(eventLatency, outcomesOf(eventLatency, writes))['S3.c']).toBe('confirmed');
  expect(verdictsOf(eventLatency, outcomesOf(eventLatency, [...writes, path]))['S3.c']).toBe('possible');
});
