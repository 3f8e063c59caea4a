import { describe, expect, it } from 'vitest';
import { asInGuide } from '../../../../../src/domain/platform/platform.ts';
import { parsePodMetrics, parseQuantity } from '../../../../../src/platform/targets/kubernetes/quantity.ts';
import { instanceOf, KubePod } from '../../../../../src/platform/targets/runtime/runtime-pod.ts';

/** Every form that the grammar of `resource.Quantity` has, in the base unit. */
const grammar: readonly (readonly [string, number])[] = [
  ['0', 0],
  ['2', 2],
  ['12.75', 12.75],
  ['1.', 1],
  ['.5', 0.5],
  ['+3', 3],
  ['-3', -3],
  ['-.25', -0.25],
  ['750000000n', 0.75],
  ['1500u', 0.0015],
  ['250m', 0.25],
  ['3k', 3e3],
  ['3M', 3e6],
  ['3G', 3e9],
  ['3T', 3e12],
  ['3P', 3e15],
  ['3E', 3e18],
  ['3Ki', 3 * 2 ** 10],
  ['3Mi', 3 * 2 ** 20],
  ['1.5Gi', 1.5 * 2 ** 30],
  ['3Ti', 3 * 2 ** 40],
  ['3Pi', 3 * 2 ** 50],
  ['3Ei', 3 * 2 ** 60],
  ['+64Mi', 2 ** 26],
  ['1e3', 1_000],
  ['1E3', 1_000],
  ['1e+3', 1_000],
  ['25e-2', 0.25],
  ['.5E6', 500_000],
];

/** The same, of one cluster's answer: what stands in the limits of a container that runs. */
function limits(memory: string | number, cpu: string | number) {
  const pod = KubePod.parse({
    metadata: { name: 'redis-0', namespace: 'aetherius', uid: 'u' },
    spec: { containers: [{ name: 'redis', image: 'redis', resources: { limits: { memory, cpu } } }] },
  });
  const { memoryLimitBytes, cpuLimitMillicores } = instanceOf(pod, 'redis', asInGuide);
  return { memoryLimitBytes, cpuLimitMillicores };
}

describe('a quantity', () => {
  it.each(grammar)('%s is %d', (text, value) => {
    expect(parseQuantity(text)).toBeCloseTo(value, 9);
  });

  it.each([
    '',
    ' ',
    '1 ',
    ' 1',
    'lots',
    '.',
    '+',
    'Mi',
    '1K',
    '1mi',
    '1ki',
    '1KI',
    '1Mb',
    '1e',
    '1e1.5',
    '1ee3',
    '--1',
    '1_000',
    '1,5',
    '0x10',
    'Infinity',
    '1e3Mi',
  ])('%j is none', (text) => {
    expect(parseQuantity(text)).toBeNaN();
  });

  it.each(grammar)('%s is the same as the limit of a container', (text, value) => {
    expect(limits(text, text)).toEqual({
      memoryLimitBytes: expect.closeTo(value, 9),
      cpuLimitMillicores: expect.closeTo(Math.round(value * 1_000), 9),
    });
  });

  it.each(grammar)('%s is the same as the use of a container', (text, value) => {
    const usage = { cpu: text, memory: text };
    const list = { items: [{ metadata: { name: 'p' }, containers: [{ name: 'c', usage }] }] };

    expect(parsePodMetrics(list)).toEqual([
      expect.objectContaining({
        cpuMillicores: expect.closeTo(Math.round(value * 1_000), 9),
        memoryBytes: expect.closeTo(Math.round(value), 9),
      }),
    ]);
  });

  it('may be a number where somebody wrote no quotes', () => {
    expect(limits(1_073_741_824, 2)).toEqual({ memoryLimitBytes: 2 ** 30, cpuLimitMillicores: 2_000 });
  });
});
