import { describe, expect, it } from 'vitest';
import { agentManagerStartup } from '../../../src/diagnoses/agent-manager-startup.diagnosis.ts';
import { agentRegistration } from '../../../src/diagnoses/agent-registration.diagnosis.ts';
import { neo4jConnection } from '../../../src/diagnoses/neo4j-connection.diagnosis.ts';
import { unreachable } from '../../../src/diagnoses/unreachable.diagnosis.ts';
import type { Diagnosis } from '../../../src/domain/diagnosis/diagnosis.ts';
import { judge } from '../../../src/domain/diagnosis/judgement.ts';
import { remediesHere } from '../../../src/domain/diagnosis/place.ts';
import type { FindingCode } from '../../../src/domain/probe/findings.ts';
import type { ProbeOutcome } from '../../../src/domain/probe/probe.ts';
import { emitters, outcomesOf } from '../../support/diagnosis.ts';

const places = {
  kubernetes: { kind: 'kubernetes', namespace: 'n', agentNamespace: 'a' },
  compose: { kind: 'compose', project: 'p' },
} as const;

/** What a confirmed cause then advises; each finding is `CODE probe part`, and `blames=<part>` where it names one. */
function advised(diagnosis: Diagnosis, id: string, findings: readonly string[], on: keyof typeof places) {
  const outcomes = outcomesOf(diagnosis, []).map((outcome): ProbeOutcome => {
    const { part } = outcome;
    const own = findings.flatMap((text) => {
      const [code, probe, about, more] = text.split(' ');
      const facts: Record<string, string> =
        more === undefined
          ? {}
          : more.startsWith('denied=')
            ? { deniedName: more.replace('denied=', '') }
            : { dependencies: more.replace('blames=', '') };
      return probe === outcome.probe && about === part
        ? [{ code: code as FindingCode, severity: 'critical' as const, part, subject: part, facts }]
        : [];
    });
    return own.length === 0 ? outcome : { ...outcome, status: 'unhealthy', findings: own };
  });
  const cause = judge(diagnosis, outcomes, emitters).causes.find((one) => one.cause.id === id);
  if (cause?.verdict !== 'confirmed') return [cause?.verdict];
  return remediesHere(cause, places[on]).map((one) =>
    'remediation' in one ? `${one.remediation} ${one.at}` : one.instruction,
  );
}

const exits = 'SERVICE_EXITS_AT_START runtime.startup agent-manager';
const said = (code: string) => `${code} runtime.startup-log agent-manager`;

describe('a store whose client ends at its start', () => {
  const startup = (findings: readonly string[], on: keyof typeof places = 'compose') =>
    advised(agentManagerStartup, 'S1.a', [exits, ...findings], on);

  it.each(['STARTUP_DATABASE_CREDENTIALS', 'STARTUP_DATABASE_UNREACHABLE'])(
    'is not started anew while it serves: the address or the password is wrong, %s',
    (code) => {
      expect(startup([said(code)])).toEqual([
        'correct-database-config',
        'compose.set-config-text agent-manager',
      ]);
      expect(startup([said(code)], 'kubernetes')).toEqual([
        'correct-database-config',
        'kubernetes.set-config-text agent-manager',
      ]);
    },
  );

  it.each([
    'ENDPOINT_REFUSED postgres.connection postgres',
    'ENDPOINT_HUNG postgres.connection postgres',
    'PART_ABSENT runtime.running postgres',
  ])('is started anew where it does not serve, and the words say so: %s', (found) => {
    expect(startup([said('STARTUP_DATABASE_UNREACHABLE'), found])).toEqual([
      'start-database',
      'compose.set-config-text agent-manager',
      'compose.start-service postgres',
      'compose.restart-service postgres',
    ]);
  });

  it.each(['PART_NOT_RUNNING', 'PART_PAUSED', 'PART_MISSING'])(
    'that does not run explains it by itself, and no word is lost about its address: %s',
    (code) => {
      const nats = [exits, said('STARTUP_NATS_UNREACHABLE'), `${code} runtime.running nats`];
      const stopped = (on: keyof typeof places) => [
        startup([said('STARTUP_DATABASE_UNREACHABLE'), `${code} runtime.running postgres`], on),
        advised(agentManagerStartup, 'S1.b', nats, on),
      ];
      const anew = (...fixes: readonly string[]) =>
        [
          ['start-database', 'postgres'],
          ['start-nats', 'nats'],
        ].map(([words, part]) => [words, ...fixes.map((fix) => `${fix} ${part}`)]);

      expect(stopped('compose')).toEqual(anew('compose.start-service', 'compose.restart-service'));
      // Without a Pod there is nothing to start anew.
      const restart = code === 'PART_MISSING' ? [] : ['kubernetes.restart-workload'];
      expect(stopped('kubernetes')).toEqual(anew('kubernetes.start-workload', ...restart));
    },
  );

  it('is another matter where another store does not serve', () => {
    expect(startup([said('STARTUP_DATABASE_UNREACHABLE'), 'PART_NOT_RUNNING runtime.running nats'])).toEqual([
      'correct-database-config',
      'compose.set-config-text agent-manager',
    ]);
  });
});

describe('what has no Pod', () => {
  it('is started, and never started anew', () => {
    const none = ['PART_MISSING runtime.running neo4j', 'ENDPOINT_REFUSED neo4j.connection neo4j'];

    expect(advised(neo4jConnection, 'S7.c', none, 'kubernetes')).toEqual([
      'start-neo4j',
      'kubernetes.start-workload neo4j',
    ]);
    expect(advised(unreachable('neo4j'), 'H2.a', none, 'kubernetes')).toEqual([
      'see-why-not-running',
      'kubernetes.start-workload neo4j',
    ]);
  });
});

describe('a program that does not run', () => {
  const down = (findings: readonly string[], on: keyof typeof places = 'compose') =>
    advised(
      unreachable('agent-manager'),
      'H2.a',
      ['PART_NOT_RUNNING runtime.running agent-manager', ...findings],
      on,
    );

  it.each(['STARTUP_DATABASE_CREDENTIALS', 'STARTUP_NATS_CREDENTIALS', 'STARTUP_CONFIG_REFUSED'])(
    'is not started anew with what it was refused for: %s',
    (code) => {
      expect(down([exits, said(code)])).toEqual([
        'mend-what-it-said',
        'compose.recreate-with-image agent-manager',
      ]);
      expect(down([exits, said(code)], 'kubernetes')).toEqual(['mend-what-it-said']);
    },
  );

  it('is started, where it stands still, once what it missed answers; what ends by itself starts by itself', () => {
    expect(down([exits, said('STARTUP_NATS_UNREACHABLE')])).toEqual([
      'mend-what-it-said',
      'compose.recreate-with-image agent-manager',
      'compose.start-service agent-manager',
    ]);
  });

  it.each([[[]], [[exits]], [[exits, said('STARTUP_PORT_IN_USE')]]])(
    'is started anew otherwise: %j',
    (more) => {
      expect(down(more)).toContain('compose.restart-service agent-manager');
      expect(down(more)).toContain('compose.start-service agent-manager');
      expect(down(more, 'kubernetes')).toContain('kubernetes.restart-workload agent-manager');
    },
  );

  it('shows what it said with it, which does not decide whether it runs', () => {
    const diagnosis = unreachable('agent-manager');
    const seen = [
      { code: 'PART_NOT_RUNNING', probe: 'runtime.running' },
      { code: 'STARTUP_DATABASE_CREDENTIALS', probe: 'runtime.startup-log' },
    ];
    const of = (findings: typeof seen) =>
      judge(diagnosis, outcomesOf(diagnosis, findings), emitters).causes.find(
        ({ cause }) => cause.id === 'H2.a',
      );

    expect(of(seen)?.for.map(({ code }) => code)).toEqual([
      'PART_NOT_RUNNING',
      'STARTUP_DATABASE_CREDENTIALS',
    ]);
    expect(of(seen.slice(1))?.verdict).toBe('ruled-out');
  });
});

describe('a service that is not well', () => {
  const unwell = (findings: readonly string[], on: keyof typeof places = 'compose') =>
    advised(unreachable('agent-manager'), 'H2.b', findings, on);
  const says = (code: string, more: string) => [`${code} http.service-health agent-manager${more}`];
  const notReady = 'PART_NOT_READY runtime.running agent-manager';

  it.each([
    says('SERVICE_UNHEALTHY', ' blames=nats'),
    says('SERVICE_HEALTH_STALLED', ' blames=postgres'),
    [notReady, ...says('SERVICE_UNHEALTHY', ' blames=postgres, nats')],
    // No Service leads to a Pod that is not ready: it is heard at its own address.
    [notReady, 'SERVICE_UNHEALTHY http.own-health agent-manager blames=nats'],
  ])('is not restarted for what it says that it misses: it may not come up again (%s)', (...findings) => {
    expect(unwell(findings)).toEqual(['see-what-it-blames']);
    expect(unwell(findings, 'kubernetes')).toEqual(['see-what-it-blames']);
  });

  it.each([says('SERVICE_UNHEALTHY', ''), says('SERVICE_HEALTH_STALLED', ''), [notReady]])(
    'is restarted where it blames nothing (%s)',
    (...findings) => {
      expect(unwell(findings)).toEqual(['see-why-not-running', 'compose.restart-service agent-manager']);
      expect(unwell(findings, 'kubernetes')).toEqual([
        'see-why-not-running',
        'kubernetes.restart-workload agent-manager',
      ]);
    },
  );
});

describe('a store that answers with what is wrong', () => {
  it.each(['STARTING', 'BUSY', 'READ_ONLY', 'FULL', 'FAULT'])(
    'is not restarted for it: its own words are the remedy (%s)',
    (kind) => {
      for (const on of ['compose', 'kubernetes'] as const)
        expect(
          advised(unreachable('redis'), 'H2.b', [`ENDPOINT_${kind} redis.connection redis`], on),
        ).toEqual(['mend-what-it-answers']);
    },
  );
});

describe('an agent that has ended', () => {
  const down = (...found: readonly string[]) =>
    advised(
      agentRegistration,
      'S2.c',
      ['NOBODY_PUBLISHES nats.registration-traffic collect-agent', ...found],
      'compose',
    );

  it('is started where it stands still, and not restarted while it ends again and again', () => {
    expect(down('SERVICE_EXITS_AT_START runtime.startup collect-agent')).toEqual([
      'start-collect-agent',
      'compose.start-service collect-agent',
    ]);
  });

  it('is left to people where its password is refused', () => {
    expect(
      down(
        'SERVICE_EXITS_AT_START runtime.startup collect-agent',
        'STARTUP_NATS_CREDENTIALS runtime.startup-log collect-agent',
      ),
    ).toEqual(['mend-what-it-said']);
  });
});

describe('a name that a Service has and a name server denied', () => {
  it.each([
    ['S1.a', 'STARTUP_DATABASE_UNREACHABLE', 'postgres', 'correct-database-config'],
    ['S1.b', 'STARTUP_NATS_UNREACHABLE', 'nats', 'correct-nats-config'],
    ['S1.d', 'STARTUP_REDIS_UNREACHABLE', 'redis', 'correct-redis-address'],
  ])('is right: %s advises no other address', (id, code, name, address) => {
    const unreached = `${code} runtime.startup-log agent-manager`;

    expect(advised(agentManagerStartup, id, [exits, unreached], 'kubernetes')).toContain(address);
    expect(advised(agentManagerStartup, id, [exits, `${unreached} denied=${name}`], 'kubernetes')).toEqual([
      'mend-name-server',
    ]);
  });
});

describe('a Pod that is older than the Secret of its password', () => {
  const older = (part: string) => `POD_OLDER_THAN_SECRET kubernetes.secret-age ${part}`;

  it('is restarted, whomever it blames (H2.b)', () => {
    const ill = 'SERVICE_UNHEALTHY http.service-health agent-manager blames=postgres';
    const way = unreachable('agent-manager');

    expect(advised(way, 'H2.b', [ill], 'kubernetes')).toEqual(['see-what-it-blames']);
    expect(advised(way, 'H2.b', [ill, older('agent-manager')], 'kubernetes')).toEqual([
      'restart-for-secret',
      'kubernetes.restart-workload agent-manager',
    ]);
  });

  it('needs no other password in Neo4j (S7.b)', () => {
    const refused = 'GRAPH_CREDENTIALS_REFUSED runtime.graph-log reasoning-service';

    expect(advised(neo4jConnection, 'S7.b', [refused], 'kubernetes')).toEqual([
      'reset-neo4j-password',
      'kubernetes.reset-neo4j-password reasoning-service',
    ]);
    expect(advised(neo4jConnection, 'S7.b', [refused, older('reasoning-service')], 'kubernetes')).toEqual([
      'restart-for-secret',
      'kubernetes.restart-workload reasoning-service',
    ]);
  });
});
