import { describe, expect, it } from 'vitest';
import { noConnection } from '../../../src/diagnoses/no-connection.diagnosis.ts';
import type { Facts } from '../../../src/domain/kernel/facts.ts';
import { callKey } from '../../../src/domain/probe/probe.ts';
import { outcomesOf, verdictsOf } from '../../support/diagnosis.ts';

const empty = { code: 'SERVICE_WITHOUT_ENDPOINTS', probe: 'kubernetes.services-endpoints' };

/** N1 where a Service of agent-manager has no endpoints, and the program behind it is as told. */
const judged = (unwell?: { readonly code: string; readonly probe: string }) => {
  const own = callKey({ probe: unwell?.probe ?? '', with: { part: 'agent-manager' } });
  const outcomes = outcomesOf(noConnection, [empty, ...(unwell === undefined ? [] : [unwell])]).map(
    (outcome) =>
      outcome.probe === unwell?.probe && outcome.key !== own
        ? { ...outcome, status: 'healthy' as const, findings: [] }
        : outcome,
  );
  return verdictsOf(noConnection, outcomes);
};

describe('a Service without endpoints', () => {
  it('is the cause when the program behind it is well', () => {
    expect(judged()).toMatchObject({ 'N1.a': 'confirmed', 'N1.c': 'ruled-out' });
  });

  it.each([
    ['that program exits at start', 'SERVICE_EXITS_AT_START', 'runtime.startup'],
    ['its Pods are not ready, as those of a program that hangs', 'PART_NOT_READY', 'runtime.running'],
    ['its Pods do not run, as those without an image', 'PART_NOT_RUNNING', 'runtime.running'],
  ])('is the consequence when %s', (_what, code, probe) => {
    expect(judged({ code, probe })).toMatchObject({ 'N1.a': 'ruled-out', 'N1.c': 'ruled-out' });
  });
});

describe('a Service of another part without endpoints', () => {
  const of = (facts: Facts) =>
    verdictsOf(
      noConnection,
      outcomesOf(noConnection, []).map((outcome) =>
        outcome.probe === empty.probe
          ? { ...outcome, status: 'unhealthy', findings: [aboutNeo4j(facts)] }
          : outcome,
      ),
    );
  const aboutNeo4j = (facts: Facts) => ({
    ...{ code: 'SERVICE_WITHOUT_ENDPOINTS' as const, severity: 'critical' as const, part: 'neo4j' as const },
    ...{ subject: 'service/neo4j', facts },
  });

  it('is the cause where its selector matches no Pod', () => {
    expect(of({ reason: 'no-pods-match', unmatched: true })['N1.a']).toBe('confirmed');
  });

  it('is not, where its Pods are not ready', () => {
    expect(of({ reason: 'pods-not-ready' })['N1.a']).toBe('ruled-out');
  });

  it('is the cause of a service that is not ready as well', () => {
    const outcomes = outcomesOf(noConnection, [empty, { code: 'PART_NOT_READY', probe: 'runtime.running' }]);
    const matchesNone = outcomes.map((outcome) => ({
      ...outcome,
      findings: outcome.findings.map((one) => ({ ...one, facts: { unmatched: true } })),
    }));

    expect(verdictsOf(noConnection, outcomes)['N1.a']).toBe('ruled-out');
    expect(verdictsOf(noConnection, matchesNone)['N1.a']).toBe('confirmed');
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

  it('is not explained by a container at neither end that is on no network', () => {
    const off = { code: 'CONTAINER_OFF_NETWORK', probe: 'compose.networks' };
    const outcomes = outcomesOf(noConnection, [fails, off]).map((outcome) => ({
      ...outcome,
      findings: outcome.findings.map((one) =>
        one.code === off.code ? { ...one, part: 'collect-agent' as const } : one,
      ),
    }));

    expect(verdictsOf(noConnection, outcomes)).toMatchObject({ 'N1.c': 'confirmed', 'N1.d': 'confirmed' });
  });

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
