import { describe, expect, it } from 'vitest';
import { unreachable } from '../../../src/diagnoses/unreachable.diagnosis.ts';
import { judge } from '../../../src/domain/diagnosis/judgement.ts';
import type { PartId } from '../../../src/domain/platform/part.ts';
import type { ProbeOutcome } from '../../../src/domain/probe/probe.ts';
import { emitters, outcomesOf, type Seen, verdictsOf } from '../../support/diagnosis.ts';

const outcomes = (part: PartId, findings: readonly Seen[], blind?: readonly string[]) =>
  outcomesOf(unreachable(part), findings, blind);
const verdicts = (part: PartId, seen: readonly ProbeOutcome[]) => verdictsOf(unreachable(part), seen);

describe('the path to a part that cannot be reached', () => {
  it('is not broken in the network while Neo4j starts and does not listen yet', () => {
    const refused = { code: 'ENDPOINT_REFUSED', probe: 'neo4j.connection' };
    const starting = { code: 'NEO4J_STARTING', probe: 'runtime.neo4j-startup' };
    const judged = (findings: readonly Seen[]) =>
      judge(unreachable('neo4j'), outcomes('neo4j', findings), emitters);

    expect(verdicts('neo4j', outcomes('neo4j', [refused]))['H2.c']).toBe('possible');
    expect(judged([refused]).handOver).toEqual([]);
    expect(verdicts('neo4j', outcomes('neo4j', [refused, starting]))['H2.c']).toBe('possible');
    expect(judged([refused, starting]).handOver).toEqual(['S7']);
  });

  it('is not broken at its health while Neo4j starts, which a restart would have begin anew', () => {
    const notReady = { code: 'PART_NOT_READY', probe: 'runtime.running' };
    const starting = { code: 'NEO4J_STARTING', probe: 'runtime.neo4j-startup' };

    expect(verdicts('neo4j', outcomes('neo4j', [notReady]))['H2.b']).toBe('confirmed');
    expect(verdicts('neo4j', outcomes('neo4j', [notReady, starting]))['H2.b']).toBe('possible');
  });

  it('may be a Neo4j that hangs in its start, as long as that does not answer', () => {
    const refused = { code: 'ENDPOINT_REFUSED', probe: 'neo4j.connection' };
    const starting = { code: 'NEO4J_STARTING', probe: 'runtime.neo4j-startup' };

    expect(verdicts('neo4j', outcomes('neo4j', [refused, starting]))['H2.b']).toBe('possible');
    expect(verdicts('neo4j', outcomes('neo4j', [starting]))['H2.b']).toBe('ruled-out');
  });

  it.each([
    ['nats.server', 'ENDPOINT_REFUSED'],
    ['http.service-health', 'ENDPOINT_HUNG'],
    ['http.service-health', 'SERVICE_UNHEALTHY'],
  ])('does not blame agents for their silence while %s has %s', (probe, code) => {
    const stale = { code: 'AGENT_HEARTBEAT_STALE', probe: 'agents.heartbeats' };
    const verdict = (findings: readonly Seen[], blind?: readonly string[]) =>
      verdicts('collect-agent', outcomes('collect-agent', findings, blind))['H2.d'];

    expect(verdict([stale])).toBe('confirmed');
    expect(verdict([stale, { code, probe }])).toBe('possible');
    expect(verdict([stale], [probe])).toBe('possible');
  });

  it('ends at "it does not run" and asks nothing further', () => {
    const seen = outcomes('redis', [
      { code: 'PART_NOT_RUNNING', probe: 'runtime.running' },
      { code: 'ENDPOINT_REFUSED', probe: 'redis.connection' },
      { code: 'SERVICE_WITHOUT_ENDPOINTS', probe: 'kubernetes.services-endpoints' },
    ]);

    expect(verdicts('redis', seen)).toEqual({
      'H2.a': 'confirmed',
      'H2.b': 'ruled-out',
      'H2.c': 'ruled-out',
      'H2.d': 'ruled-out',
    });
  });

  it.each(['agent-manager', 'neo4j'] as const)(
    'W13 does not leave open whether %s runs, where it has just answered and no runtime can be asked',
    (part) => {
      const blind = [
        'runtime.running',
        'runtime.startup',
        'runtime.startup-log',
        'kubernetes.services-endpoints',
      ];
      const own = part === 'neo4j' ? 'neo4j.connection' : 'http.service-health';
      const refused = { code: 'ENDPOINT_REFUSED', probe: own };

      expect(verdicts(part, outcomes(part, [], blind))['H2.a']).toBe('ruled-out');
      expect(verdicts(part, outcomes(part, [refused], blind))['H2.a']).toBe('possible');
    },
  );

  it('ends at "it does not run" when it is seen between two crashes, before it listens', () => {
    const crash = { code: 'SERVICE_EXITS_AT_START', probe: 'runtime.startup' };
    const refused = { code: 'ENDPOINT_REFUSED', probe: 'http.service-health' };
    const down = { code: 'PART_NOT_RUNNING', probe: 'runtime.running' };
    const of = (...seen: Seen[]) => verdicts('orchestrator-service', outcomes('orchestrator-service', seen));

    expect(of(crash, refused)).toMatchObject({
      'H2.a': 'confirmed',
      // It runs again, and may hang this time.
      'H2.b': 'possible',
      'H2.c': 'ruled-out',
    });
    expect(of(crash, refused, down)).toMatchObject({ 'H2.a': 'confirmed', 'H2.b': 'ruled-out' });
  });

  it.each(['postgres', 'redis', 'nats', 'neo4j'] as const)(
    'does not end at a %s that lives elsewhere, as long as it answers',
    (part) => {
      const absent = { code: 'PART_ABSENT', probe: 'runtime.running' };
      const own = unreachable(part).evidence.find(({ probe }) => probe.startsWith(`${part}.`))?.probe ?? '';
      const refused = { code: 'ENDPOINT_REFUSED', probe: own };
      const podless = { code: 'SERVICE_WITHOUT_PODS', probe: 'kubernetes.services-endpoints' };

      expect(verdicts(part, outcomes(part, [absent]))).toMatchObject({ 'H2.a': 'ruled-out' });
      const missing = { ...absent, code: 'PART_MISSING' };

      // A firewall on the way to another place refuses as a host does on which nothing runs.
      expect(verdicts(part, outcomes(part, [absent, refused]))).toMatchObject({
        'H2.a': 'possible',
        'H2.c': 'possible',
      });
      expect(verdicts(part, outcomes(part, [absent, podless]))).toMatchObject({ 'H2.a': 'confirmed' });
      expect(verdicts(part, outcomes(part, [missing, refused]))).toMatchObject({
        'H2.a': 'confirmed',
        'H2.c': 'ruled-out',
      });
      expect(verdicts(part, outcomes(part, [missing]))).toMatchObject({ 'H2.a': 'ruled-out' });
      expect(verdicts(part, outcomes(part, [absent], [own]))).toMatchObject({ 'H2.a': 'possible' });
    },
  );

  it('does not end at one instance that crashes while another one serves', () => {
    const crash = { code: 'SERVICE_EXITS_AT_START', probe: 'runtime.startup' };
    const unready = { code: 'PART_NOT_READY', probe: 'runtime.running' };

    expect(verdicts('agent-manager', outcomes('agent-manager', [crash]))).toMatchObject({
      'H2.a': 'ruled-out',
    });
    expect(verdicts('agent-manager', outcomes('agent-manager', [crash, unready]))).toMatchObject({
      'H2.a': 'confirmed',
    });
  });

  it('blames no network for what is sent to a part that is not ready', () => {
    const seen = outcomes(
      'orchestrator-service',
      [
        { code: 'PART_NOT_READY', probe: 'runtime.running' },
        { code: 'NETWORK_SILENT', probe: 'network.path' },
        { code: 'SERVICE_WITHOUT_ENDPOINTS', probe: 'kubernetes.services-endpoints' },
      ],
      ['http.service-health'],
    );

    expect(verdicts('orchestrator-service', seen)).toMatchObject({
      'H2.b': 'confirmed',
      'H2.c': 'ruled-out',
    });
  });

  it('leaves the network open where such a part is silent at the address of its Pod, too', () => {
    const unready = { code: 'PART_NOT_READY', probe: 'runtime.running' };
    const silent = { code: 'NETWORK_SILENT', probe: 'network.path' };
    const seen = outcomes('orchestrator-service', [unready, silent]).map((outcome) => ({
      ...outcome,
      findings: outcome.findings.map((one) =>
        one.code === silent.code ? { ...one, facts: { pod: '10.244.0.7:8081' } } : one,
      ),
    }));

    expect(verdicts('orchestrator-service', seen)).toMatchObject({
      'H2.b': 'confirmed',
      'H2.c': 'possible',
    });
  });

  it('ends at the health check of a part that runs', () => {
    const seen = outcomes('agent-manager', [{ code: 'ENDPOINT_HUNG', probe: 'http.service-health' }]);

    expect(verdicts('agent-manager', seen)).toMatchObject({ 'H2.a': 'ruled-out', 'H2.b': 'confirmed' });
  });

  it('ends at the network when packets get lost, though nobody could ask for its health', () => {
    const lost = [{ code: 'NETWORK_SILENT', probe: 'network.path' }];

    expect(verdicts('postgres', outcomes('postgres', lost, ['postgres.connection']))).toEqual({
      'H2.a': 'ruled-out',
      'H2.b': 'ruled-out',
      'H2.c': 'confirmed',
      'H2.d': 'ruled-out',
    });
  });

  it.each(['ENDPOINT_HUNG', 'SERVICE_UNHEALTHY'])('ends at a slow way, whatever comes of it: %s', (code) => {
    const slow = outcomes('orchestrator-service', [
      { code: 'NETWORK_SLOW', probe: 'network.path' },
      { code, probe: 'http.service-health' },
    ]);

    expect(verdicts('orchestrator-service', slow)).toEqual({
      'H2.a': 'ruled-out',
      'H2.b': 'ruled-out',
      'H2.c': 'confirmed',
      'H2.d': 'ruled-out',
    });
  });

  it('leaves every branch open when nothing could be seen', () => {
    const blind = unreachable('nats').evidence.map(({ probe }) => probe);

    expect(new Set(Object.values(verdicts('nats', outcomes('nats', [], blind))))).toEqual(
      new Set(['possible']),
    );
  });

  it('does not take a Service without endpoints for well when Services could not be listed', () => {
    const seen = outcomes('postgres', [], ['kubernetes.services-endpoints']);

    expect(verdicts('postgres', seen)['H2.c']).toBe('possible');
  });

  const served = ['agent-manager', 'reasoning-service', 'postgres', 'redis', 'nats', 'neo4j'] as const;
  const ownProbe = (part: PartId) =>
    unreachable(part).evidence.find(({ probe }) =>
      /^(?:http\.service|\w+\.(?:connection|server)$)/.test(probe),
    )?.probe ?? '';

  it.each(served)('is never found broken in the network for a refusal: %s', (part) => {
    const refused = { code: 'ENDPOINT_REFUSED', probe: ownProbe(part) };
    const judged = (...seen: Seen[]) =>
      judge(unreachable(part), outcomes(part, [refused, ...seen]), emitters);
    const network = ({ causes }: ReturnType<typeof judged>) =>
      causes.find(({ cause }) => cause.id === 'H2.c')?.verdict;

    expect(network(judged())).toBe('possible');
    expect(judged().handOver).not.toContain('N1');
    for (const [code, probe] of [
      ['SERVICE_PORT_NOT_LISTENED', 'kubernetes.service-targets'],
      ['SERVICE_FOREIGN_PODS', 'kubernetes.service-targets'],
      ['SERVICE_WITHOUT_ENDPOINTS', 'kubernetes.services-endpoints'],
      ['SERVICE_PORT_UNKNOWN', 'kubernetes.selectors'],
    ] as const) {
      const seen = judged({ code, probe });

      expect([code, network(seen)]).toEqual([code, 'ruled-out']);
      // Which names it (M1.e, N1.a).
      expect(seen.handOver).toEqual(expect.arrayContaining(['M1', 'N1']));
    }
  });

  it('is not found broken in the network where the Service is gone or leads elsewhere', () => {
    const silent = { code: 'NETWORK_SILENT', probe: 'network.path' };
    for (const code of ['SERVICE_MISSING', 'SERVICE_FOREIGN_PODS'])
      expect(
        verdicts('nats', outcomes('nats', [silent, { code, probe: 'kubernetes.service-targets' }]))['H2.c'],
      ).toBe('possible');
    expect(verdicts('nats', outcomes('nats', [silent]))['H2.c']).toBe('confirmed');
  });

  it('is broken in the network where a container is on none, whose host refuses for it', () => {
    const refused = { code: 'ENDPOINT_REFUSED', probe: 'redis.connection' };
    const off = { code: 'CONTAINER_OFF_NETWORK', probe: 'compose.networks' };

    expect(verdicts('redis', outcomes('redis', [refused, off]))['H2.c']).toBe('confirmed');
  });

  it('is free when everything answers', () => {
    expect(new Set(Object.values(verdicts('neo4j', outcomes('neo4j', []))))).toEqual(new Set(['ruled-out']));
  });
});
