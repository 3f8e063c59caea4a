import { describe, expect, it } from 'vitest';
import { complaintAbout } from '../../../../src/domain/diagnosis/complaint.ts';
import { asInGuide } from '../../../../src/domain/platform/platform.ts';

const about = (text: string) => complaintAbout(text, asInGuide);

describe('a complaint about a part', () => {
  it.each([
    ['reasoning-service is not ready', ['K1', 'H2'], 'reasoning-service'],
    ['推理服务起不来', ['K1', 'H2'], 'reasoning-service'],
    ['orchestrator does not start', ['K1', 'H2'], 'orchestrator-service'],
    ['agent-manager crashes at startup', ['S1', 'K1', 'H2'], 'agent-manager'],
    ['orchestrator exits right after start', ['K1', 'H2'], 'orchestrator-service'],
    ['agent-manager 启动时就崩溃', ['S1', 'K1', 'H2'], 'agent-manager'],
    ['编排服务启动后立即退出', ['K1', 'H2'], 'orchestrator-service'],
    ['agent-manager crashed', ['H2'], 'agent-manager'],
    ['agent manager won’t start', ['S1', 'K1', 'H2'], 'agent-manager'],
    ['redis pod is not ready', ['K1', 'H2'], 'redis'],
    ['the message bus is down', ['H2'], 'nats'],
    ['数据库挂了', ['H2'], 'postgres'],
    ['图数据库挂了', ['S7'], 'neo4j'],
    ['PostgreSQL is slow', ['D2'], 'postgres'],
    ['数据库慢', ['D2'], 'postgres'],
    ['redis is full', ['D3'], 'redis'],
    ['no connection to redis', ['H2'], 'redis'],
    ['no answer from nats', ['H2'], 'nats'],
    ['agent-manager has no connection to redis', ['N1', 'H2'], 'redis'],
    ['agent-manager cannot reach redis', ['N1', 'H2'], 'redis'],
    ['编排服务访问不到推理服务', ['N1', 'H2'], 'reasoning-service'],
  ])('starts with what is seen of it: %s', (text, ids, part) => {
    expect(about(text)).toEqual({ ids, part, sure: true });
  });

  it('asks where the graph is not reached, which has a symptom of its own', () => {
    expect(about('reasoning-service cannot reach neo4j')).toEqual({
      ...{ ids: ['S7', 'N1', 'H2'], part: 'neo4j', sure: false },
    });
  });

  it.each([
    'it is slow',
    'redis and postgres are down',
    'redis',
    'redis is blue',
    `redis is down ${'and more '.repeat(20)}`,
    'redis is down\nsince ten',
  ])('is none: %s', (text) => {
    expect(about(text)).toBeUndefined();
  });
});
