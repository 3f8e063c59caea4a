import { describe, expect, it } from 'vitest';
import { chosenBy, nodesOutside, noNodeHasThem } from '../../../../src/domain/probe/scheduling.ts';

const unlike = "node(s) didn't match Pod's node affinity/selector";

describe('what the scheduler says of the nodes', () => {
  it.each([
    [`0/3 nodes are available: 3 ${unlike}.`, true],
    [`0/3 nodes are available: 3 ${unlike}. preemption: 0/3 nodes are available: 3 Preemption`, true],
    [`0/3 nodes are available: 1 Insufficient memory, 2 ${unlike}.`, false],
    [`0/3 nodes are available: 1 node(s) had untolerated taint {a: b}, 2 ${unlike}.`, false],
    ['0/3 nodes are available: 3 Insufficient cpu.', false],
    [`0/0 nodes are available: 0 ${unlike}.`, false],
    ['no nodes available to schedule pods', false],
    ['', false],
  ])('%s', (message, expected) => {
    expect(noNodeHasThem(message)).toBe(expected);
  });

  it('counts all, and those without the labels', () => {
    expect(nodesOutside(`0/12 nodes are available: 10 Insufficient memory, 2 ${unlike}.`)).toEqual({
      nodes: 12,
      unlike: 2,
    });
  });
});

it('a node is chosen by one label beside those of the platform, or it is not said by which', () => {
  expect(chosenBy({ disk: 'ssd', 'kubernetes.io/os': 'linux', 'beta.kubernetes.io/arch': 'x' })).toEqual([
    'disk',
    'ssd',
  ]);
  expect(chosenBy({ 'kubernetes.io/arch': 'arm64' })).toBeUndefined();
  expect(chosenBy({ disk: 'ssd', zone: 'a' })).toBeUndefined();
  expect(chosenBy({})).toBeUndefined();
});
