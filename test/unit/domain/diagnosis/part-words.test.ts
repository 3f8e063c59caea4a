import { describe, expect, it } from 'vitest';
import { partsIn } from '../../../../src/domain/diagnosis/part-words.ts';
import { asInGuide, platformOf } from '../../../../src/domain/platform/platform.ts';

const parts = (text: string, platform = asInGuide) => partsIn(text, platform).map(({ part }) => part);

describe('the parts that a text names', () => {
  it.each([
    ['推理服务', ['reasoning-service']],
    ['编排服务连不上推理服务', ['orchestrator-service', 'reasoning-service']],
    ['图数据库', ['neo4j']],
    ['数据库', ['postgres']],
    ['消息总线', ['nats']],
    ['采集代理', ['collect-agent']],
    ['agent manager', ['agent-manager']],
    ['dial tcp 10.0.0.9:7687', ['neo4j']],
    ['8080 端口', ['agent-manager']],
    ['the knowledge graph', ['neo4j']],
    ['package manager', []],
    ['nothing of ours', []],
  ])('of "%s" are %j, in their order', (text, named) => {
    expect(parts(text)).toEqual(named);
  });

  it('follow the names of the installation', () => {
    expect(parts('fleet desk', platformOf({ parts: { 'agent-manager': { name: 'Fleet Desk' } } }))).toEqual([
      'agent-manager',
    ]);
  });
});
