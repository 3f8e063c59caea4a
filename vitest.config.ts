import { configDefaults, defineConfig } from 'vitest/config';
import { integrationSuites } from './test/suite-of.ts';

const project = (name: string, include: string[], more: Record<string, unknown> = {}) => ({
  test: { name, include, environment: 'node' as const, ...more },
});

const integration = integrationSuites();

/** Integration tests of one suite; `firstLab`: the number of the lab of its first worker. */
const server = (name: string, files: readonly string[], firstLab: string) =>
  project(name, [...files], {
    isolate: false,
    setupFiles: ['test/support/own-lab.ts'],
    env: { AETHERIUS_LAB_FIRST: firstLab },
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 3,
  });

/** Files that a caller has run on the same source already, with commas between them: `test/guides` says which. */
const leftOut = process.env['AETHERIUS_TESTS_LEFT_OUT']?.split(',') ?? [];

export default defineConfig({
  test: {
    reporters: ['default'],
    projects: [
      // A worker reads the source once for all its files: half the time, since most of it is imports.
      project('unit', ['test/unit/**/*.test.ts', 'packages/*/test/**/*.test.ts', 'tools/**/*.unit.test.ts'], {
        isolate: false,
        maxWorkers: 2,
        // Against a hang: on a machine that does something else as well, a pure rule over a megabyte takes seconds.
        testTimeout: 20_000,
        exclude: [...configDefaults.exclude, ...leftOut],
      }),
      project('contract', ['test/contract/**/*.test.ts'], {
        isolate: false,
        maxWorkers: 2,
        testTimeout: 20_000,
        exclude: [...configDefaults.exclude, ...leftOut],
      }),
      project('repo', ['test/repo/**/*.test.ts'], {
        testTimeout: 60_000,
        hookTimeout: 60_000,
        maxWorkers: 2,
        exclude: [...configDefaults.exclude, ...leftOut],
      }),
      // Runs `npm run check` in a copy of the repository, which is why it is no part of it.
      project('guides', ['test/guides/**/*.test.ts'], { testTimeout: 900_000, hookTimeout: 60_000 }),
      // Each file has servers and addresses of its own. As with the unit tests, a worker reads the source once: two
      // seconds of a core for each file.
      server('integration', integration.integration, '1'),
      server('graph', integration.graph, '1'),
      server('servers', integration.servers, '1'),
      server('cluster', integration.cluster, '1'),
      project('story', ['test/story/**/*.test.ts'], {
        globalSetup: ['scripts/build-if-older.ts'],
        setupFiles: ['test/support/own-lab.ts'],
        env: { AETHERIUS_LAB_FIRST: '7' },
        testTimeout: 90_000,
        hookTimeout: 120_000,
        maxWorkers: 2,
      }),
      project('e2e', ['test/e2e/**/*.test.ts'], {
        isolate: false,
        setupFiles: ['test/support/own-lab.ts'],
        env: { AETHERIUS_LAB_FIRST: '3' },
        testTimeout: 90_000,
        hookTimeout: 120_000,
        maxWorkers: 2,
      }),
      // Mostly waits for leases to end: files run side by side, each with servers of its own.
      // Measures how quick the product is: one file after the other.
      project('pace', ['test/pace/**/*.test.ts'], {
        setupFiles: ['test/support/own-lab.ts'],
        env: { AETHERIUS_LAB_FIRST: '3' },
        testTimeout: 90_000,
        hookTimeout: 120_000,
        fileParallelism: false,
      }),
      project('crash', ['test/crash/**/*.test.ts'], {
        globalSetup: ['scripts/build-if-older.ts'],
        setupFiles: ['test/support/own-lab.ts'],
        env: { AETHERIUS_LAB_FIRST: '5' },
        testTimeout: 300_000,
        hookTimeout: 120_000,
        maxWorkers: 3,
      }),
      project('lab', ['test/lab/**/*.test.ts'], {
        testTimeout: 600_000,
        hookTimeout: 1_800_000,
        fileParallelism: false,
      }),
    ],
  },
});
