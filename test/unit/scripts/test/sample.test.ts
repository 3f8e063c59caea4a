import { afterEach, describe, expect, it, vi } from 'vitest';
import { faultsTouched } from '../../../../scripts/test/platforms.ts';
import { drawnOf, sampledFiles, seedOf, touchedIn } from '../../../../scripts/test/sample.ts';
import { integrationSuites } from '../../../suite-of.ts';

const files = Array.from({ length: 21 }, (_none, at) => ({ path: `test/${at}.test.ts`, size: at * 100 }));
const seeds = Array.from({ length: 40 }, (_none, at) => 1_000 + at);
const root = process.cwd();

afterEach(() => void vi.unstubAllEnvs());

describe('a part of the files of a suite', () => {
  it.each([2, 4])('has one of every %i of about the same size, the same for a seed', (ofEach) => {
    for (const seed of seeds) {
      const drawn = drawnOf(files, ofEach, seed);
      expect(drawn).toHaveLength(Math.ceil(files.length / ofEach));
      expect(drawnOf(files, ofEach, seed)).toEqual(drawn);
      const largest = files.slice(-ofEach).filter(({ path }) => drawn.includes(path));
      expect(largest).toHaveLength(1);
    }
  });

  it('leaves no file out for ever', () => {
    const drawn = new Set(seeds.flatMap((seed) => drawnOf(files, 4, seed)));

    expect(drawn.size).toBe(files.length);
  });

  it('always has what a change touched', () => {
    for (const seed of seeds)
      expect(drawnOf(files, 4, seed, new Set(['test/3.test.ts', 'test/4.test.ts', 'gone.test.ts']))).toEqual(
        expect.arrayContaining(['test/3.test.ts', 'test/4.test.ts']),
      );
    expect(drawnOf(files, 4, 1, new Set(['gone.test.ts']))).not.toContain('gone.test.ts');
  });

  it('is taken of the files that the suite really has', () => {
    const all = integrationSuites().servers;
    const { files: half, of } = sampledFiles(root, 'servers', 2, { seed: '0badcafe', touched: new Set() });

    expect(of).toBe(all.length);
    expect(half.length).toBeGreaterThanOrEqual(Math.floor(all.length / 2));
    expect(half.length).toBeLessThan(all.length);
    expect(all).toEqual(expect.arrayContaining([...half]));
    const below = ['test/integration/store/', 'test/integration/probes/'];
    const drawn = sampledFiles(root, 'integration', 3, { seed: '0badcafe', touched: new Set() }, below);
    expect(drawn.files.filter((path) => !below.some((folder) => path.startsWith(folder)))).toEqual([]);
    expect(drawn.files).toHaveLength(Math.ceil(drawn.of / 3));
    expect(drawn.of).toBeGreaterThan(20);
    expect(sampledFiles(root, 'e2e', 4, { seed: '0badcafe', touched: new Set() }).of).toBeGreaterThan(30);
  });
});

describe('what it is drawn by', () => {
  it('is the number that is given, where one is', () => {
    vi.stubEnv('AETHERIUS_TEST_SEED', '0badcafe');
    expect(seedOf(root)).toBe('0badcafe');
    vi.stubEnv('AETHERIUS_TEST_SEED', '21');
    expect(() => seedOf(root)).toThrow('AETHERIUS_TEST_SEED=21: write eight hexadecimal digits');
  });
});

describe('what a change touched', () => {
  it('is a file with at least ten new lines, over all commits of the day', () => {
    const log = '6\t0\ta.ts\n\n9\t40\tb.ts\n-\t-\tc.png\n4\t1\ta.ts\n200\t0\tdir/d.ts\n';

    expect(touchedIn(log)).toEqual(new Set(['a.ts', 'dir/d.ts']));
    expect(touchedIn('')).toEqual(new Set());
  });

  it('leads to the causes of a diagnosis, and to the faults of a module of the lab', () => {
    const paths = [
      'src/diagnoses/cpu-high.diagnosis.ts',
      'src/diagnoses/vocabulary.ts',
      'lab/faults/d3.redis-memory.fault.ts',
      'lab/faults/part.paused.fault.ts',
    ];

    expect(faultsTouched(paths)).toEqual(['D3', 'P1']);
  });
});
