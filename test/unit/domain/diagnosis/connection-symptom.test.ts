import { describe, expect, it } from 'vitest';
import { connectionSymptom } from '../../../../src/domain/diagnosis/connection-symptom.ts';
import type { PartId } from '../../../../src/domain/platform/part.ts';
import { asInGuide } from '../../../../src/domain/platform/platform.ts';

const about = (part: PartId) => [`about ${part}`];
const suspects: Readonly<Record<PartId, readonly string[]>> = {
  'agent-manager': about('agent-manager'),
  'orchestrator-service': about('orchestrator-service'),
  'reasoning-service': about('reasoning-service'),
  'collect-agent': about('collect-agent'),
  postgres: about('postgres'),
  redis: about('redis'),
  nats: about('nats'),
  neo4j: about('neo4j'),
  runtime: about('runtime'),
};
const read = (text: string, named?: PartId) => connectionSymptom(text, named, suspects, asInGuide);

describe('words of a connection that fails', () => {
  it.each([
    ...['connect: refused', 'connection: refused', 'connection was refused', 'connection is reset'],
    ...[
      'connection got reset by peer',
      'connection timed out',
      'connection timed-out',
      'connection timedout',
    ],
    ...['connection timeout', 'connection time-out', 'Connection Aborted', 'connect - aborted'],
    ...['ECONNREFUSED', 'connect ECONNRESET', 'ECONNABORTED', 'ETIMEDOUT', 'connect EHOSTUNREACH'],
    ...['ENETUNREACH', 'no route to host', 'network is unreachable', 'host is unreachable', 'i/o timeout'],
    ...['broken pipe', 'can not connect', 'cannot connect to', 'can’t connect', "can't connect"],
    ...['could not connect', 'failed to connect', 'unable to connect to'],
    ...['连接被拒绝', '连接被拒', '连接拒绝', '连接超时', '连接被重置', '连接重置', '连接失败', '连接不上'],
    ...['拒绝连接', '无法连接', '连不上'],
  ])('are recognised and taken out whole: "%s"', (text) => {
    expect(read(`x ${text} y`)?.rest.replace(/\s+/g, ' ')).toBe('x y');
  });

  it.each([
    ...['connected', 'the connection', 'refused', 'timeout', 'reset by peer', 'connection pool is full'],
    ...['ECONN', 'unreachable', 'route to host', 'pipe', '连接', '拒绝', 'redis is slow', ''],
  ])('are not recognised in "%s"', (text) => {
    expect(read(text)).toBeUndefined();
  });
});

describe('the other end of a connection', () => {
  it.each<[string, PartId]>([
    ['10.0.0.5:5432', 'postgres'],
    ['10.0.0.5:6379', 'redis'],
    ['nothing:4222', 'nats'],
    ['nothing:8222', 'nats'],
    ['nothing:7687', 'neo4j'],
    ['nothing:7474', 'neo4j'],
    ['nothing:8080', 'agent-manager'],
    ['nothing:8081', 'orchestrator-service'],
    ['nothing:8082', 'reasoning-service'],
    ['Postgres', 'postgres'],
    ['PostgreSQL', 'postgres'],
    ['pg', 'postgres'],
    ['pgx', 'postgres'],
    ['REDIS', 'redis'],
    ['NATS', 'nats'],
    ['Neo4j', 'neo4j'],
    ['bolt', 'neo4j'],
    ['graph database', 'neo4j'],
    ['knowledge graph database', 'neo4j'],
    ['knowledge graph', 'neo4j'],
    ['知识图谱', 'neo4j'],
    ['图数据库', 'neo4j'],
    ['database', 'postgres'],
    ['数据库', 'postgres'],
  ])('"%s" is %s, and is taken out of the rest', (name, part) => {
    const symptom = read(`${name} connection refused`);

    expect(symptom).toMatchObject({ part, ids: about(part) });
    expect(symptom?.rest.replace(/[\d.:\s]|nothing/g, '')).toBe('');
  });

  it.each(['54321', '15432', '63790', '80800', 'pgpool', 'thunderbolt', 'databases'])(
    '"%s" is no port or name of a part',
    (text) => {
      expect(read(`${text} connection refused`)).toMatchObject({ part: undefined, ids: about('runtime') });
    },
  );

  it('is the port before the name, and the store before the service', () => {
    expect(read('redis: dial 10.0.0.1:5432: connection refused')?.part).toBe('postgres');
    expect(read('redis database connection refused')?.part).toBe('redis');
  });

  it('is the part that is named otherwise where its words name none', () => {
    expect(read('connection refused', 'collect-agent')).toMatchObject({
      part: 'collect-agent',
      ids: about('collect-agent'),
    });
    expect(read('redis connection refused', 'collect-agent')?.part).toBe('redis');
  });

  it('goes out of the rest wherever it stands', () => {
    expect(read('redis at start connection refused redis')?.rest.trim().replace(/\s+/g, ' ')).toBe(
      'at start',
    );
  });

  it('leaves a space where words were, so that their neighbours stay words', () => {
    expect(read('a(connection refused)b,redis,c')?.rest).toBe('a( )b, ,c');
  });
});
