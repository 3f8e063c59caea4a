import { expect, it } from 'vitest';
import { buckets, featuresOf } from '../../../../src/domain/diagnosis/features.ts';

it('are a vector of length one, in the buckets', () => {
  const features = featuresOf('redis is full 缓存满了');
  const square = [...features.values()].reduce((sum, value) => sum + value * value, 0);

  expect(square).toBeCloseTo(1, 9);
  expect(
    [...features.keys()].every((bucket) => Number.isInteger(bucket) && bucket >= 0 && bucket < buckets),
  ).toBe(true);
});

it('are alike for what means the same', () => {
  expect(featuresOf('KubePodNotReady')).toEqual(featuresOf('kube pod not ready'));
  expect(featuresOf('pg at 10.0.0.3')).toEqual(featuresOf('postgres at 10.9.9.9'));
  expect(featuresOf('workflow_executions')).not.toEqual(featuresOf('workflow executions'));
});

it('are none without words', () => {
  expect(featuresOf(' … ')).toEqual(new Map());
});
