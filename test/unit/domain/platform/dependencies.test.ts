import { expect, it } from 'vitest';
import {
  dependencies,
  depth,
  foundations,
  wantedConnections,
} from '../../../../src/domain/platform/dependencies.ts';
import { partIds } from '../../../../src/domain/platform/part.ts';

it('has a row for every part, and no part that needs itself', () => {
  expect(Object.keys(dependencies)).toEqual([...partIds]);
  for (const part of partIds) expect(foundations(part)).not.toContain(part);
});

it('goes down to what needs nothing', () => {
  expect(foundations('orchestrator-service')).toEqual([
    ...['postgres', 'agent-manager', 'reasoning-service', 'redis', 'nats', 'neo4j'],
  ]);
  expect(partIds.map(depth)).toEqual([1, 2, 1, 2, 0, 0, 0, 0, 0]);
});

it('connects each part to those that it needs, and to those that it asks besides', () => {
  expect(wantedConnections).toHaveLength(12);
  expect(wantedConnections).toEqual(
    expect.arrayContaining([
      ['collect-agent', 'nats'],
      ['agent-manager', 'orchestrator-service'],
      ['orchestrator-service', 'nats'],
    ]),
  );
});
