import { describe, expect, it } from 'vitest';
import { diagnoses } from '../../../../src/diagnoses/index.ts';
import { symptomModel } from '../../../../src/diagnoses/symptom-model.ts';
import { connectionSuspects, symptomWords } from '../../../../src/diagnoses/vocabulary.ts';
import { asTyped, symptomOf } from '../../../../src/domain/diagnosis/symptom.ts';
import { asInGuide } from '../../../../src/domain/platform/platform.ts';
import { createSymptomMatcher } from '../../../../src/services/diagnosis/symptom-match.service.ts';
import { phrases } from './phrases.ts';

const matcher = createSymptomMatcher(symptomWords, connectionSuspects, symptomModel);
const read = (text: string) => symptomOf(text, diagnoses, matcher, asInGuide);
const offer = (ids: readonly string[], part?: string) => ({
  kind: 'choose',
  ids,
  ...(part === undefined ? {} : { part }),
});

const anywhere = offer(['N1', 'H2', 'S1', 'D1']);
const toPostgres = offer(['H2', 'D1', 'N1', 'S1'], 'postgres');
const toRedis = offer(['H2', 'N1', 'D3'], 'redis');
const toNats = offer(['H2', 'N1', 'S1', 'D4'], 'nats');
const toManager = offer(['H2', 'S1', 'N1'], 'agent-manager');

describe('the error of a connection', () => {
  it.each([
    ...['connection refused', 'Connection timed out', 'no route to host', 'i/o timeout', 'ETIMEDOUT'],
    ...['connection reset by peer', 'connect timeout', '连接超时', '连接被拒绝', '无法连接'],
    'read tcp 10.0.0.3:51234->10.0.0.9:9999: i/o timeout',
  ])(
    'that names nobody may be the network, a part that is down or starts not, or its limit: "%s"',
    (text) => {
      expect(read(text)).toEqual(anywhere);
    },
  );

  it.each([
    ['dial tcp 10.0.0.5:5432: connect: connection refused', toPostgres],
    ['agent-manager: dial tcp postgres:5432: i/o timeout', toPostgres],
    ['数据库连接超时', toPostgres],
    ['connect ECONNREFUSED 127.0.0.1:6379', toRedis],
    ['agent-manager cannot connect to redis', toRedis],
    ['nats: connection refused', toNats],
    ['[ALERT] dial tcp 10.1.2.3:4222: no route to host', toNats],
    ['redis database connection timed out', toRedis],
    ['database connection refused', toPostgres],
    ['org.postgresql.util.PSQLException: Connection to postgres:5432 refused.', toPostgres],
    ['dial tcp 10.0.0.9:7687: i/o timeout', offer(['S7', 'N1', 'H2'], 'neo4j')],
    ['dial tcp 10.0.0.1:8080: connect: connection refused', toManager],
    ['collect-agent: connection refused by agent-manager', toManager],
    ['http://orchestrator-service:8081 connection refused', offer(['H2', 'N1'], 'orchestrator-service')],
  ])('is offered by the port or the part at its other end: "%s"', (text, offered) => {
    expect(read(text)).toEqual(offered);
  });

  it('beside the name of a symptom is that one, or it comes first', () => {
    expect(
      read('FATAL: sorry, too many clients already (connection refused by 10.0.0.5:5432)'),
    ).toMatchObject({ kind: 'known', ids: ['D1'] });
    expect(read('workflow step timed out: connection timed out')).toMatchObject({
      kind: 'known',
      ids: ['S5'],
    });
    expect(read('agent-manager cannot start: dial tcp postgres:5432: connection refused')).toEqual(
      offer(['S1', 'H2', 'D1', 'N1'], 'postgres'),
    );
    expect(read('CrashLoopBackOff: connection refused')).toEqual({ kind: 'known', ids: ['K1'] });
  });

  it.each([
    ['Neo4j database connection refused', 'S7', 'neo4j'],
    ['图数据库连接失败', 'S7', 'neo4j'],
    ['bolt connection refused', 'S7', 'neo4j'],
    ['连不上 redis', 'H2', 'redis'],
  ])('that is a symptom of the part by itself starts at once: "%s"', (text, id, part) => {
    expect(read(text)).toEqual({ kind: 'known', ids: [id], part });
  });

  it('asks for the way to the part that it names', () => {
    const [way, connections] = ['H2', 'D1'].map((id) => diagnoses.find((one) => one.id === id) ?? { id });
    expect([way, connections].map((one) => asTyped(one ?? { id: '' }, 'postgres'))).toEqual([
      'H2 postgres',
      'D1',
    ]);
    expect(asTyped(way ?? { id: '' }, undefined)).toBe('H2');
    expect(read(asTyped(way ?? { id: '' }, 'postgres'))).toEqual({
      kind: 'known',
      ids: ['H2'],
      part: 'postgres',
    });
  });
});

describe('what people say of a symptom', () => {
  it.each(
    Object.entries(phrases).flatMap(([id, { en, zh }]) =>
      [...en, ...zh].map((phrase) => [phrase, id] as const),
    ),
  )('is read as before where it speaks of a connection: "%s"', (phrase, id) => {
    const symptom = read(phrase);

    expect(
      symptom.kind === 'unknown' || symptom.kind === 'command'
        ? []
        : symptom.ids.slice(0, symptom.kind === 'known' ? 1 : 3),
    ).toContain(id);
    if (matcher.match(phrase).near) expect(symptom.kind).toBe('known');
  });
});
