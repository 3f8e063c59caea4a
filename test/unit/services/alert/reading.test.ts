import { describe, expect, it } from 'vitest';
import { symptomLabel } from '../../../../src/domain/alert/incident.ts';
import { diagnosisOf } from '../../../../src/domain/diagnosis/diagnosis-of.ts';
import { symptomOf } from '../../../../src/domain/diagnosis/symptom.ts';
import { type EnvironmentShape, healthCalls } from '../../../../src/domain/health/health-calls.ts';
import { serviceIds } from '../../../../src/domain/platform/part.ts';
import { asInGuide } from '../../../../src/domain/platform/platform.ts';
import { Thresholds } from '../../../../src/domain/settings/thresholds.ts';
import { diagnoses } from '../../../../src/main/registries.ts';
import { matcherOfSymptoms } from '../../../../src/main/understanding.ts';
import { probes } from '../../../../src/probes/index.ts';
import { isHeartbeat, readingOf } from '../../../../src/services/alert/reading.ts';

const matcher = matcherOfSymptoms();
const read = (text: string) => symptomOf(text, diagnoses, matcher, asInGuide);
const reading = (name: string, labels: Readonly<Record<string, string>> = {}, summary?: string) =>
  readingOf({ environment: 'prod', name, labels, notes: summary === undefined ? {} : { summary } }, read);

describe('what an alert means', () => {
  it.each([
    ['RedisMemoryHigh', {}, 'D3 redis'],
    ['Redis memory high', {}, 'D3 redis'],
    ['PostgresqlTooManyConnections', {}, 'D1'],
    ['KubePodCrashLooping', { pod: 'agent-manager-7d9f-x2', namespace: 'aetherius' }, 'K1 agent-manager'],
    ['NatsDown', {}, 'H2 nats'],
  ])('%s %o starts %s', (name, labels, typed) => {
    const { kind, typed: started, symptom } = reading(name, labels);

    expect({ kind, started }).toEqual({ kind: 'known', started: expect.stringContaining(typed) });
    // The worker reads it again, and comes to the same.
    const again = read(started);
    expect(again.kind).toBe('known');
    expect('ids' in again && symptom.startsWith(again.ids.join(','))).toBe(true);
  });

  it('is the diagnosis that a label names, whatever its name says', () => {
    const named = (typed: string) => reading('RedisDegraded', { part: 'redis', [symptomLabel]: typed });

    expect(named('D3 redis')).toEqual({ kind: 'known', typed: 'D3 redis', symptom: 'D3 redis' });
    // An alert of Alertmanager about the same comes into the same incident.
    expect(named('D3 redis').symptom).toBe(reading('RedisMemoryHigh', { job: 'redis' }).symptom);
    expect(named('H2 neo4j')).toMatchObject({ kind: 'known', typed: 'H2 neo4j' });
    // What is no diagnosis is as if it were not there.
    expect(named('rm -rf /').kind).toBe(reading('RedisDegraded', { part: 'redis' }).kind);
  });

  it('of what a watch sees is what its finding is diagnosed by', () => {
    const everything: EnvironmentShape = {
      ...{ runtime: 'kubernetes', services: serviceIds, withoutHttp: [], databases: ['agentManager'] },
      ...{ redis: true, nats: true, natsMonitor: true, neo4j: true, thresholds: Thresholds.parse({}) },
    };
    const calls = new Set<string>(healthCalls(everything).map(({ probe }) => probe));
    const codes = [...new Set(probes.filter(({ id }) => calls.has(id)).flatMap(({ emits }) => emits))];
    const parts = [
      'agent-manager',
      'orchestrator-service',
      'reasoning-service',
      'postgres',
      'redis',
      'nats',
      'neo4j',
    ] as const;
    const wrong = codes.flatMap((code) =>
      parts.flatMap((part) => {
        const finding = { code, severity: 'critical', part, subject: part, facts: {} } as const;
        const typed = diagnosisOf(finding, diagnoses);
        if (typed === undefined) return [];
        const label = typed.includes(' ') ? typed : `${typed} ${part}`;
        const { kind, symptom } = reading('X', { [symptomLabel]: label });
        return kind === 'known' && symptom.startsWith(typed.split(' ')[0] ?? '?')
          ? []
          : [`${code} ${label}: ${kind} ${symptom}`];
      }),
    );

    expect(codes.length).toBeGreaterThan(40);
    expect(wrong).toEqual([]);
  });

  it('is the same for each Pod of a part, and another for another part', () => {
    const of = (pod: string) => reading('KubePodNotReady', { pod, namespace: 'aetherius' }).symptom;

    expect(of('agent-manager-7d9f-x2')).toBe(of('agent-manager-7d9f-zz'));
    expect(of('agent-manager-7d9f-x2')).not.toBe(of('orchestrator-service-1-a'));
  });

  it('is what its author wrote where its name says nothing', () => {
    expect(reading('TeamBlue17', {}, 'Redis is out of memory, writes are refused')).toMatchObject({
      symptom: expect.stringMatching(/^(D3|\? TeamBlue17)/),
    });
    expect(reading('TeamBlue17', {}, 'Redis is out of memory, writes are refused').kind).not.toBe('unknown');
  });

  it.each([
    ['KafkaConsumerLag', {}, 'Kafka lags'],
    ['ElasticsearchDown', {}, undefined],
    // A command is nothing that an alert can ask for.
    ['health', {}, 'collect logs'],
  ])('%s is unknown, and starts nothing', (name, labels, summary) => {
    expect(reading(name, labels, summary)).toEqual({ kind: 'unknown', typed: name, symptom: `? ${name}` });
  });

  it('of a rule that always fires is that alerts arrive', () => {
    for (const name of ['Watchdog', 'InfoInhibitor', "Dead Man's Switch", 'DeadMansSwitch', 'always_firing'])
      expect(isHeartbeat({ name }), name).toBe(true);
    expect(isHeartbeat({ name: 'WatchdogDown' })).toBe(false);
  });
});
