import { describe, expect, it } from 'vitest';
import {
  blockedBy,
  blockFacts,
  chosenBy,
  nodesOutside,
  noNodeHasThem,
} from '../../../../src/domain/probe/scheduling.ts';

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

describe('what keeps a Pod from every node, in the words of the scheduler’s plugins', () => {
  const of = (...told: readonly string[]) =>
    `0/9 nodes are available: ${told.join(', ')}. preemption: 0/9 nodes are available: 9 Insufficient pods.`;

  it.each([
    ['3 Insufficient cpu', { room: 'cpu' }],
    ['2 Insufficient cpu, 3 Insufficient memory', { room: 'memory, cpu' }],
    ['3 Insufficient nvidia.com/gpu', { room: 'nvidia.com/gpu' }],
    ['3 Too many pods', { room: 'Too many pods' }],
    ["3 node(s) didn't match Pod's node affinity/selector", { selector: '–' }],
    ['3 node(s) had untolerated taint {dedicated: gpu}', { taint: 'dedicated: gpu' }],
    ["3 node(s) had taint {dedicated: gpu}, that the pod didn't tolerate", { taint: 'dedicated: gpu' }],
    ['3 node(s) had untolerated taint(s)', { taint: '–' }],
    ["3 node(s) didn't have free ports for the requested pod ports", { port: '–' }],
    ['persistentvolumeclaim "data-redis-0" not found', { claim: 'data-redis-0' }],
    ['pod has unbound immediate PersistentVolumeClaims', { claim: '–' }],
    ['3 node(s) had volume node affinity conflict', { claim: '–' }],
    ["3 node(s) didn't match pod anti-affinity rules", { affinity: '–' }],
    ["3 node(s) didn't satisfy existing pods anti-affinity rules", { affinity: '–' }],
    ["3 node(s) didn't match pod topology spread constraints", { spread: '–' }],
    ['3 node(s) were unschedulable', { cordoned: '–' }],
    [
      '3 node(s) had untolerated taint {node.kubernetes.io/unschedulable: }',
      { cordoned: 'node.kubernetes.io/unschedulable' },
    ],
    [
      '3 node(s) had untolerated taint {node.kubernetes.io/disk-pressure: }',
      { ill: 'node.kubernetes.io/disk-pressure' },
    ],
    // Kept free for the cluster itself: nobody is told to run there, unless nothing else is said.
    [
      '1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, 2 Insufficient cpu',
      { room: 'cpu' },
    ],
    [
      '1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }',
      { taint: 'node-role.kubernetes.io/control-plane' },
    ],
    ['a sentence of tomorrow', { unknown: '–' }],
  ])('%s', (told, facts) => {
    expect(blockFacts(of(told))).toEqual(facts);
  });

  it('ends its sentence where nothing follows', () => {
    expect(blockFacts('0/3 nodes are available: 3 Insufficient cpu.')).toEqual({ room: 'cpu' });
  });

  it('comes with the number of nodes, most of them first, and takes nothing from what preemption says', () => {
    expect(blockedBy(of('1 Insufficient cpu', '8 node(s) had untolerated taint {a: b}'))).toEqual([
      { kind: 'taint', nodes: 8, what: 'a: b' },
      { kind: 'room', nodes: 1, what: 'cpu' },
    ]);
    expect(blockedBy('')).toEqual([]);
  });
});
