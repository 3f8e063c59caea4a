import { describe, expect, it } from 'vitest';
import { noConnection } from '../../../src/diagnoses/no-connection.diagnosis.ts';
import { callKey } from '../../../src/domain/probe/probe.ts';
import { outcomesOf, verdictsOf } from '../../support/diagnosis.ts';

const empty = { code: 'SERVICE_WITHOUT_ENDPOINTS', probe: 'kubernetes.services-endpoints' };

/** N1 where a Service of agent-manager has no endpoints, and the program behind it is as told. */
const judged = (exits: boolean) => {
  const startup = callKey({ probe: 'runtime.startup', with: { part: 'agent-manager' } });
  const outcomes = outcomesOf(noConnection, [
    empty,
    ...(exits ? [{ code: 'SERVICE_EXITS_AT_START', probe: 'runtime.startup' }] : []),
  ]).map((outcome) =>
    outcome.probe === 'runtime.startup' && outcome.key !== startup
      ? { ...outcome, status: 'healthy' as const, findings: [] }
      : outcome,
  );
  return verdictsOf(noConnection, outcomes);
};

describe('a Service without endpoints', () => {
  it('is the cause when the program behind it is well', () => {
    expect(judged(false)).toMatchObject({ 'N1.a': 'confirmed', 'N1.c': 'ruled-out' });
  });

  it('is the consequence when that program exits at start', () => {
    expect(judged(true)).toMatchObject({ 'N1.a': 'ruled-out', 'N1.c': 'ruled-out' });
  });
});

describe('a container that is on no network', () => {
  it('is that, and leaves open what the name server does that it cannot reach', () => {
    const outcomes = outcomesOf(noConnection, [
      { code: 'NAME_LOOKUP_FAILS', probe: 'runtime.name-lookup' },
      { code: 'CONTAINER_OFF_NETWORK', probe: 'compose.networks' },
    ]);

    expect(verdictsOf(noConnection, outcomes)).toMatchObject({ 'N1.b': 'possible', 'N1.d': 'confirmed' });
  });
});

describe('a network that drops packets beside another fault', () => {
  const fails = { code: 'CONNECTION_FAILS', probe: 'runtime.connection' };
  it.each([
    ['a name server that finds nothing', 'NAME_LOOKUP_FAILS', 'runtime.name-lookup', 'N1.b'],
    ['a container that is on no network', 'CONTAINER_OFF_NETWORK', 'compose.networks', 'N1.d'],
    ['a Service without endpoints', 'SERVICE_WITHOUT_ENDPOINTS', 'kubernetes.services-endpoints', 'N1.a'],
    ['a program that ends at its start', 'SERVICE_EXITS_AT_START', 'runtime.startup', undefined],
    ['a part that is stopped', 'PART_NOT_RUNNING', 'runtime.running', undefined],
    ['a program that takes connections and answers none', 'ENDPOINT_HUNG', 'http.service-health', undefined],
  ])('%s explains the connection, and does not rule the network out', (_what, code, probe, found) => {
    const verdicts = verdictsOf(noConnection, outcomesOf(noConnection, [fails, { code, probe }]));

    expect(verdicts['N1.c']).toBe('possible');
    expect(Object.entries(verdicts).filter(([, verdict]) => verdict === 'confirmed')).toEqual(
      found === undefined ? [] : [[found, 'confirmed']],
    );
  });

  it('is found where the one that connects is hung, and the other one is not', () => {
    const [from, to] = ['agent-manager', 'orchestrator-service'];
    const own = [
      callKey({ probe: fails.probe, with: { from, to } }),
      callKey({ probe: 'http.service-health', with: { service: from } }),
    ];
    const hung = { code: 'ENDPOINT_HUNG', probe: 'http.service-health' };
    const outcomes = outcomesOf(noConnection, [fails, hung]).map((outcome) =>
      own.includes(outcome.key) ? outcome : { ...outcome, status: 'healthy' as const, findings: [] },
    );

    expect(verdictsOf(noConnection, outcomes)['N1.c']).toBe('confirmed');
  });

  it('is found by a policy that shuts off name servers, which leaves open what these do', () => {
    const names = { code: 'NAME_LOOKUP_FAILS', probe: 'runtime.name-lookup' };
    const policy = { code: 'POLICY_BLOCKS_DNS', probe: 'kubernetes.network-policies' };

    const other = callKey({ probe: names.probe, with: { part: 'orchestrator-service' } });
    const outcomes = outcomesOf(noConnection, [names, policy]).map((outcome) =>
      outcome.key === other ? { ...outcome, status: 'healthy' as const, findings: [] } : outcome,
    );

    expect(verdictsOf(noConnection, outcomes)).toMatchObject({
      'N1.b': 'possible',
      'N1.c': 'confirmed',
    });
  });

  it('is ruled out where every connection comes about', () => {
    const names = { code: 'NAME_LOOKUP_FAILS', probe: 'runtime.name-lookup' };

    expect(verdictsOf(noConnection, outcomesOf(noConnection, [names]))['N1.c']).toBe('ruled-out');
  });
});
