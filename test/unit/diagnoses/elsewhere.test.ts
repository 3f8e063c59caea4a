import { describe, expect, it } from 'vitest';
import { agentRegistration } from '../../../src/diagnoses/agent-registration.diagnosis.ts';
import { natsBacklog } from '../../../src/diagnoses/nats-backlog.diagnosis.ts';
import { neo4jConnection } from '../../../src/diagnoses/neo4j-connection.diagnosis.ts';
import { noConnection } from '../../../src/diagnoses/no-connection.diagnosis.ts';
import { pgConnections } from '../../../src/diagnoses/pg-connections.diagnosis.ts';
import { rootCauseFailure } from '../../../src/diagnoses/root-cause-failure.diagnosis.ts';
import type { Diagnosis } from '../../../src/domain/diagnosis/diagnosis.ts';
import { outcomesOf, verdictsOf } from '../../support/diagnosis.ts';

/** Findings as `code probe`. */
const verdict = (diagnosis: Diagnosis, cause: string, ...findings: readonly string[]) => {
  const seen = findings.map((finding) => {
    const [code = '', probe = ''] = finding.split(' ');
    return { code, probe };
  });
  return verdictsOf(diagnosis, outcomesOf(diagnosis, seen))[cause];
};

describe('what is not found here', () => {
  it('is a Neo4j that is down only when it does not answer', () => {
    const absent = 'PART_ABSENT runtime.running';

    expect(verdict(neo4jConnection, 'S7.c', absent)).toBe('ruled-out');
    const refused = 'ENDPOINT_REFUSED neo4j.connection';
    expect(verdict(neo4jConnection, 'S7.c', absent, refused)).toBe('possible');
    expect(verdict(neo4jConnection, 'S7.c', 'PART_MISSING runtime.running', refused)).toBe('confirmed');
    expect(
      verdict(neo4jConnection, 'S7.c', absent, 'SERVICE_WITHOUT_PODS kubernetes.services-endpoints'),
    ).toBe('confirmed');
  });

  it('leaves the network under suspicion where the other end may live elsewhere', () => {
    const fails = 'CONNECTION_FAILS runtime.connection';
    const blocked = (...more: readonly string[]) => verdict(noConnection, 'N1.c', fails, ...more);

    expect(blocked()).toBe('confirmed');
    // An end that is not there explains it, and whether the network is to blame besides nobody can tell.
    expect(blocked('PART_MISSING runtime.running')).toBe('possible');
    expect(blocked('PART_ABSENT runtime.running')).toBe('possible');
    expect(blocked('PART_ABSENT runtime.running', 'SERVICE_WITHOUT_PODS kubernetes.services-endpoints')).toBe(
      'possible',
    );
  });

  it('is a missing agent only when nobody publishes and those that were known are silent', () => {
    const absent = 'PART_ABSENT runtime.running';

    expect(verdict(agentRegistration, 'S2.c', absent)).toBe('ruled-out');
    const silent = 'NOBODY_PUBLISHES nats.registration-traffic';
    expect(verdict(agentRegistration, 'S2.c', absent, silent)).toBe('possible');
    expect(verdict(agentRegistration, 'S2.c', absent, silent, 'AGENTS_SILENT agents.silence')).toBe(
      'confirmed',
    );
  });

  it('is no stream that is missing where NATS runs without JetStream (R-PLAT20)', () => {
    expect(verdict(natsBacklog, 'D4.b', 'NATS_JETSTREAM_DISABLED nats.streams')).toBe('ruled-out');
    const lost = 'EVENTS_UNHEARD nats.lost-events';
    expect(verdict(natsBacklog, 'D4.b', 'NATS_NO_STREAM nats.streams', lost)).toBe('confirmed');
  });

  it('W6 is no stream that is missing where no message is lost', () => {
    expect(verdict(natsBacklog, 'D4.b', 'NATS_NO_STREAM nats.streams')).toBe('ruled-out');
    expect(verdict(natsBacklog, 'D4.b', 'EVENTS_UNHEARD nats.lost-events')).toBe('ruled-out');
  });

  it('is a missing model only when the analysis fails (R-PLAT14)', () => {
    const missing = 'MODEL_MISSING runtime.models';

    expect(verdict(rootCauseFailure, 'S6.b', missing)).toBe('ruled-out');
    expect(verdict(rootCauseFailure, 'S6.b', missing, 'ROOT_CAUSE_FAILS services.root-cause-call')).toBe(
      'confirmed',
    );
  });

  it('W2 is no model that is ruled out where no analysis ran', () => {
    const models = (...found: readonly { code: string; probe: string }[]) =>
      verdictsOf(rootCauseFailure, outcomesOf(rootCauseFailure, found, ['services.root-cause-call']))['S6.b'];

    expect(models({ code: 'MODEL_MISSING', probe: 'runtime.models' })).toBe('possible');
    expect(models()).toBe('possible');
  });
});

describe('sessions that were left in a transaction', () => {
  const left = 'PG_IDLE_IN_TRANSACTION_LEAKED postgres.idle-in-transaction';
  const short = 'PG_CONNECTIONS_NEAR_LIMIT postgres.connections-headroom';
  const shares = 'postgres.session-shares';
  const leaks = (...findings: readonly string[]) => verdict(pgConnections, 'D1.c', ...findings);

  it('are why connections run out only when they do run out', () => {
    expect(leaks(left)).toBe('ruled-out');
    expect(leaks(left, `PG_SESSIONS_LEAKED ${shares}`)).toBe('ruled-out');
    expect(leaks(short, `PG_SESSIONS_LEAKED ${shares}`)).toBe('confirmed');
    expect(leaks(short, left)).toBe('confirmed');
  });

  it('are not why when a pool, the limit or others explain it', () => {
    for (const code of ['PG_POOLS_TOO_LARGE', 'PG_LIMIT_TOO_LOW', 'PG_CONNECTIONS_ELSEWHERE'])
      expect(leaks(short, left, `${code} ${shares}`)).toBe('ruled-out');
  });

  it('are no pool where they come and go', () => {
    const pools = (...findings: readonly string[]) => verdict(pgConnections, 'D1.b', ...findings);

    expect(pools(short, `PG_POOLS_TOO_LARGE ${shares}`)).toBe('confirmed');
    expect(pools(short, `PG_POOLS_TOO_LARGE ${shares}`, 'PG_CONNECTIONS_PASSING postgres.session-ages')).toBe(
      'ruled-out',
    );
  });

  it('are held by a program that is no part, which is a cause of its own', () => {
    const held = (...findings: readonly string[]) => verdict(pgConnections, 'D1.d', ...findings);

    for (const code of ['PG_CONNECTIONS_ELSEWHERE', 'PG_CONNECTIONS_UNPLACED']) {
      expect(held(short, `${code} ${shares}`)).toBe('confirmed');
      expect(held(`${code} ${shares}`)).toBe('ruled-out');
    }
    expect(held(short, `PG_POOLS_TOO_LARGE ${shares}`)).toBe('ruled-out');
  });

  it('may be why while nobody can see whose the sessions are', () => {
    const seen = [
      { code: 'PG_CONNECTIONS_NEAR_LIMIT', probe: 'postgres.connections-headroom' },
      { code: 'PG_IDLE_IN_TRANSACTION_LEAKED', probe: 'postgres.idle-in-transaction' },
    ];

    expect(verdictsOf(pgConnections, outcomesOf(pgConnections, seen, [shares]))).toMatchObject({
      'D1.c': 'possible',
    });
  });
});

describe('one instance that crashes', () => {
  it('is no Neo4j that is down while another one is ready', () => {
    const crash = 'SERVICE_EXITS_AT_START runtime.startup';

    expect(verdict(neo4jConnection, 'S7.c', crash)).toBe('ruled-out');
    expect(verdict(neo4jConnection, 'S7.c', crash, 'PART_NOT_READY runtime.running')).toBe('confirmed');
  });
});
