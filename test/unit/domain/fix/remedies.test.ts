import { describe, expect, it } from 'vitest';
import { diagnoses } from '../../../../src/diagnoses/index.ts';
import { codesOf, type Diagnosis } from '../../../../src/domain/diagnosis/diagnosis.ts';
import {
  type Fix,
  inDependencyOrder,
  once,
  remediesFor,
  remediesOfCause,
  toDoFirst,
} from '../../../../src/domain/fix/remedies.ts';
import type { PartId } from '../../../../src/domain/platform/part.ts';
import { partNamed, partOfWorkload } from '../../../../src/domain/platform/part-names.ts';
import { asInGuide } from '../../../../src/domain/platform/platform.ts';
import type { Finding } from '../../../../src/domain/probe/finding.ts';
import type { FindingCode } from '../../../../src/domain/probe/findings.ts';
import { remediations } from '../../../../src/remediations/index.ts';
import { registered } from '../../../support/remediation-fixtures.ts';

const finding = (
  code: FindingCode,
  facts: Finding['facts'] = {},
  part: Finding['part'] = 'agent-manager',
): Finding => ({
  code,
  severity: 'warning',
  part,
  subject: 's',
  facts,
});

describe('the remedies of a finding', () => {
  const cases = [
    finding('REDIS_POLICY_NOEVICTION', {}, 'redis'),
    finding(
      'PG_IDLE_IN_TRANSACTION_LEAKED',
      { databaseId: 'agentManager', thresholdSeconds: 300 },
      'postgres',
    ),
    finding('POD_OLDER_THAN_CONFIG', { kind: 'Deployment', name: 'agent-manager' }),
    finding('POD_OLDER_THAN_CONFIG', { kind: 'StatefulSet', name: 'aetherius-redis' }, 'redis'),
    finding('ENDPOINT_HUNG'),
    finding('CONTAINER_PAUSED', { service: 'manager' }),
  ];
  for (const runtime of ['kubernetes', 'compose'] as const)
    for (const one of cases)
      it(`${one.code} of ${one.part} on ${runtime}: exists and takes these parameters`, () => {
        const remedies = remediesFor(one, remediations, { [runtime]: {} as never }).map(({ call }) => call);

        expect(remedies.length).toBeGreaterThan(0);
        for (const remedy of remedies) {
          const remediation = remediations.find((known) => known.id === remedy.remediation);
          expect([remedy, remediation?.params.safeParse(remedy.with).success]).toEqual([remedy, true]);
        }
      });

  it('do not promise to end sessions that are younger than what may be ended', () => {
    const leaked = (oldestSeconds: number) =>
      remediesFor(
        finding(
          'PG_IDLE_IN_TRANSACTION_LEAKED',
          { databaseId: 'agentManager', thresholdSeconds: 5, oldestSeconds },
          'postgres',
        ),
        remediations,
        {},
      ).map(({ call }) => call);

    expect(leaked(8)).toEqual([]);
    expect(leaked(30)).toEqual([
      {
        remediation: 'postgres.terminate-idle-sessions',
        with: { database: 'agentManager', olderThanSeconds: 30 },
      },
    ]);
  });

  it('are none where nothing fits: another database, no runtime, a hung database, an unknown code', () => {
    expect(
      remediesFor(finding('PG_IDLE_IN_TRANSACTION_LEAKED', {}, 'postgres'), remediations, {
        kubernetes: {} as never,
      }),
    ).toEqual([]);
    expect(remediesFor(finding('ENDPOINT_HUNG'), remediations, {})).toEqual([]);
    expect(
      remediesFor(finding('ENDPOINT_HUNG', {}, 'postgres'), remediations, { kubernetes: {} as never }),
    ).toEqual([]);
    expect(
      remediesFor(finding('SOMETHING_ELSE' as FindingCode), remediations, { kubernetes: {} as never }),
    ).toEqual([]);
  });
});

const calls = (fixes: readonly Fix[]) => fixes.map(({ call }) => call);
const runtimes = ['kubernetes', 'compose'] as const;
const on = (runtime: (typeof runtimes)[number]) => ({ [runtime]: {} as never });
const at = (code: FindingCode, part: PartId, facts: Finding['facts'] = {}) => finding(code, facts, part);

describe('the fixes of a cause', () => {
  const all: readonly Diagnosis[] = diagnoses;
  const facts = {
    ...{ databaseId: 'orchestrator', thresholdSeconds: 240 },
    ...{ kind: 'StatefulSet', name: 'own-name', service: 'own-service' },
  };
  const cases = runtimes.flatMap((runtime) =>
    all.flatMap((diagnosis) =>
      diagnosis.causes.flatMap((cause) =>
        codesOf(cause.when).flatMap(({ code, part = cause.part }) => {
          const found = at(code, part, facts);
          const known = remediesFor(found, registered, on(runtime));
          return cause.remedies.flatMap((one) =>
            'remediation' in one && known.some(({ call }) => call.remediation === one.remediation)
              ? [{ title: `${cause.id} ${code} on ${runtime}`, found, known, one, runtime }]
              : [],
          );
        }),
      ),
    ),
  );

  it('that health checks and diagnoses both know are found', () => {
    expect(new Set(cases.map(({ one }) => one.remediation)).size).toBeGreaterThanOrEqual(3);
  });

  it.each(cases)(
    'of $title are the same in a diagnosis as in a health check',
    ({ found, known, one, runtime }) => {
      expect(calls(remediesOfCause([found], [one], registered, on(runtime)))).toEqual(
        calls(known).filter(({ remediation }) => remediation === one.remediation),
      );
    },
  );

  const restart = (at?: PartId) => ({
    remediation: 'compose.restart-service',
    ...(at === undefined ? {} : { at }),
  });
  const asked = (findings: readonly Finding[], ...wanted: Parameters<typeof remediesOfCause>[1]) =>
    remediesOfCause(findings, wanted, registered, on('compose'));
  const call = (part: string) => ({ remediation: 'compose.restart-service', with: { part } });

  it('take their values from the finding that they help with, and say which that is', () => {
    const short = at('PG_CONNECTIONS_NEAR_LIMIT', 'postgres');
    const leaked = at('PG_SESSIONS_LEAKED', 'postgres', { databaseId: 'orchestrator' });

    expect(asked([short, leaked], { remediation: 'postgres.terminate-idle-sessions' })).toEqual([
      {
        call: {
          remediation: 'postgres.terminate-idle-sessions',
          with: { database: 'orchestrator', olderThanSeconds: 30 },
        },
        finding: leaked,
      },
    ]);
    const elsewhere = at('PG_SESSIONS_LEAKED', 'postgres', { database: 'shop' });
    expect(asked([elsewhere], { remediation: 'postgres.terminate-idle-sessions' })).toEqual([]);
  });

  it('come in the order of the cause, and stay apart from what helps without one', () => {
    const findings = [at('REDIS_POLICY_NOEVICTION', 'redis'), at('ENDPOINT_HUNG', 'redis')];

    expect(
      calls(asked(findings, restart('redis'), { remediation: 'redis.set-eviction-policy' })).map(
        ({ remediation }) => remediation,
      ),
    ).toEqual(['compose.restart-service', 'redis.set-eviction-policy']);
    expect(asked(findings)).toEqual([]);
  });

  it('mend the part that the cause names, when a finding speaks of it', () => {
    const unreachable = at('STARTUP_DATABASE_UNREACHABLE', 'agent-manager');

    expect(calls(asked([unreachable], restart('postgres')))).toEqual([call('postgres')]);
    // A hung database is restarted by people, unless a cause names it.
    const hung = at('ENDPOINT_HUNG', 'postgres');
    expect(calls(asked([hung], restart('postgres')))).toEqual([call('postgres')]);
    expect(remediesFor(hung, registered, on('compose'))).toEqual([]);
  });

  it('are none where the findings speak of another part, or of what a restart does not mend', () => {
    expect(asked([at('ENDPOINT_HUNG', 'nats')], restart('redis'))).toEqual([]);
    expect(asked([at('SERVICE_EXITS_AT_START', 'agent-manager')], restart('postgres'))).toEqual([]);
    expect(asked([at('STARTUP_DATABASE_CREDENTIALS', 'agent-manager')], restart('postgres'))).toEqual([]);
  });

  it('without a named part mend each part that was found', () => {
    const older = (part: PartId) => at('CONTAINER_OLDER_THAN_CONFIG', part);

    expect(calls(asked([older('agent-manager'), older('reasoning-service')], restart()))).toEqual([
      call('agent-manager'),
      call('reasoning-service'),
    ]);
  });

  it('come once, for the first finding', () => {
    const [one, two] = [at('ENDPOINT_HUNG', 'redis'), at('SERVICE_HEALTH_STALLED', 'redis')];

    expect(once([one, two].flatMap((of) => remediesFor(of, registered, on('compose'))))).toEqual([
      { call: call('redis'), finding: one },
    ]);
  });
});

describe('names of parts (R-PLAT5)', () => {
  it.each([
    ['agent-manager-events', 'agent-manager'],
    ['aetherius_orchestrator', 'orchestrator-service'],
    ['collect-agent-c1', 'collect-agent'],
    ['PostgreSQL JDBC', 'postgres'],
    ['psql', undefined],
    ['redistribute', undefined],
  ])('a connection named %s is of %s', (name, part) => {
    expect(partNamed(name, asInGuide)).toBe(part);
  });

  it.each([
    ['redis', 'redis'],
    ['aetherius-redis', 'redis'],
    ['redis-exporter', undefined],
    ['prod-postgresql', 'postgres'],
    ['orchestrator-service', 'orchestrator-service'],
    ['shop', undefined],
  ])('a workload named %s runs %s', (name, part) => {
    expect(partOfWorkload(name, asInGuide)).toBe(part);
  });
});

describe('fixes that depend on each other', () => {
  const order = (...parts: (readonly PartId[])[]) => inDependencyOrder(parts, (of) => of);

  it('a part is mended before all that stand on it, directly or not', () => {
    expect(order(['orchestrator-service'], ['agent-manager'], ['neo4j'], ['postgres'])).toEqual([
      ['neo4j'],
      ['postgres'],
      ['agent-manager'],
      ['orchestrator-service'],
    ]);
  });

  it('those that do not need each other stay as they are, and so do two of one part', () => {
    expect(order(['redis'], ['postgres'], ['neo4j'])).toEqual([['redis'], ['postgres'], ['neo4j']]);
    const twice = [
      { id: 'b', part: 'redis' },
      { id: 'a', part: 'redis' },
    ] as const;
    expect(inDependencyOrder(twice, ({ part }) => [part])).toEqual(twice);
  });

  it('one that mends nothing known stays in its place', () => {
    expect(order([], ['agent-manager'], [], ['nats'])).toEqual([[], [], ['nats'], ['agent-manager']]);
  });

  it('two that need each other keep the first one first', () => {
    expect(order(['agent-manager', 'neo4j'], ['reasoning-service', 'postgres'])).toEqual([
      ['agent-manager', 'neo4j'],
      ['reasoning-service', 'postgres'],
    ]);
  });
});

describe('which of several fixes is done first', () => {
  it.each<[PartId, readonly PartId[], PartId | undefined]>([
    ['agent-manager', ['neo4j', 'redis', 'postgres'], 'redis'],
    // Not directly.
    ['orchestrator-service', ['neo4j', 'nats'], 'neo4j'],
    ['redis', ['agent-manager', 'postgres'], undefined],
    ['agent-manager', ['agent-manager'], undefined],
    ['agent-manager', [], undefined],
  ])('is for %s beside %s that of %s', (part, others, first) => {
    expect(toDoFirst(part, others, (other) => other)).toBe(first);
  });
});
