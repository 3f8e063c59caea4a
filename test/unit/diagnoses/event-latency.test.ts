import { expect, it } from 'vitest';
import { eventLatency } from '../../../src/diagnoses/event-latency.diagnosis.ts';
import { judge } from '../../../src/domain/diagnosis/judgement.ts';
import type { ProbeOutcome } from '../../../src/domain/probe/probe.ts';
import { emitters, outcomesOf, verdictsOf } from '../../support/diagnosis.ts';

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

it('leaves a slow database (S3.c) possible where packets to it come late, and says so', () => {
  const writes = ['EVENT_LATENCY_HIGH', 'EVENT_WRITES_SLOW'].map((code) => ({
    ...{ code, probe: 'services.event-pipeline' },
  }));
  const part = 'postgres';
  const slow = { code: 'NETWORK_SLOW', severity: 'warning', part, subject: part, facts: {} } as const;
  // Only the way to PostgreSQL: that to agent-manager is well.
  const seen = outcomesOf(eventLatency, writes).map(
    (outcome): ProbeOutcome =>
      outcome.probe === 'network.path' && outcome.part === part
        ? { ...outcome, status: 'unhealthy', findings: [slow] }
        : outcome,
  );

  const told = judge(eventLatency, seen, emitters).causes.find(({ cause }) => cause.id === 'S3.c');
  expect(told?.verdict).toBe('possible');
  expect(told?.for).toContain(slow);
});

it.each(['CPU_AT_LIMIT', 'CPU_THROTTLED'])(
  'leaves a slow database (S3.c) possible where agent-manager gets too little CPU (%s), and asks for that',
  (code) => {
    const seen = [
      ...['EVENT_LATENCY_HIGH', 'EVENT_WRITES_SLOW'].map((one) => ({
        ...{ code: one, probe: 'services.event-pipeline' },
      })),
      { code, probe: 'runtime.cpu-limit' },
    ];
    const { causes, handOver } = judge(eventLatency, outcomesOf(eventLatency, seen), emitters);
    const told = causes.find(({ cause }) => cause.id === 'S3.c');

    expect(told?.verdict).toBe('possible');
    expect(told?.for.map((one) => one.code)).toContain(code);
    expect(handOver).toContain('P1');
  },
);

it('leaves too few workers (S3.a) possible where they are all busy beside a slow database', () => {
  const verdictWith = (...codes: readonly string[]) => {
    const seen = codes.map((code) => ({ code, probe: 'services.event-pipeline' }));
    return verdictsOf(eventLatency, outcomesOf(eventLatency, seen))['S3.a'];
  };

  expect(verdictWith('EVENT_LATENCY_HIGH', 'EVENT_WRITES_SLOW', 'EVENT_WORKERS_BUSY')).toBe('possible');
  expect(verdictWith('EVENT_LATENCY_HIGH', 'EVENT_WRITES_SLOW')).toBe('ruled-out');
});
