import { describe, expect, it } from 'vitest';
import { remediesFor } from '../../../../src/domain/fix/remedies.ts';
import { partNamed, partOfWorkload } from '../../../../src/domain/platform/part-names.ts';
import { asInGuide } from '../../../../src/domain/platform/platform.ts';
import type { Finding } from '../../../../src/domain/probe/finding.ts';
import type { FindingCode } from '../../../../src/domain/probe/findings.ts';
import { remediations } from '../../../../src/remediations/index.ts';

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
        const remedies = remediesFor(one, remediations, { [runtime]: {} as never });

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
      );

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
