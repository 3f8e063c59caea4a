import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BaseSequencer, createVitest, type Reporter, type TestSpecification } from 'vitest/node';
import type { Instrumented } from './instrument.ts';
import type { Line, Trial } from './runner.ts';
import type { Mutant } from './sample.ts';

export type Status = 'killed' | 'timeout' | 'survived' | 'uncovered';

export interface Result {
  readonly mutant: Mutant;
  readonly status: Status;
  /** It runs while modules are read, and at no other time. */
  readonly reading: boolean;
  /** The test that noticed. */
  readonly by?: string;
}

export interface RunOptions {
  readonly root: string;
  readonly instrumented: Instrumented;
  readonly sampled: readonly Mutant[];
  /** Globs of the tests. */
  readonly tests: readonly string[];
  /** Only the tests that have to do with these files; absent for all. */
  readonly related?: readonly string[];
  readonly workers: number;
  /** Where the results are kept while they come; emptied first. */
  readonly folder: string;
  /** Epoch milliseconds at which it stops. */
  readonly until: number;
  readonly testTimeoutMs?: number;
}

export interface RunOutcome {
  readonly results: readonly Result[];
  /** False when the time was up first: then a mutant may be called survived that no test was tried on. */
  readonly whole: boolean;
  /** Tests that fail without a mutant. */
  readonly red: readonly string[];
  /** Tests that pass once in a process and fail again: they were left out. */
  readonly once: readonly string[];
}

/** A worker that has been at one mutant for so long hangs in a loop. */
const hungMs = 60_000;

/**
 * Tries every sampled mutant with every test that comes across it, until one fails. Rejects when the tests cannot
 * be started, or a worker ends for another reason than that it hung.
 */
export async function runMutants(options: RunOptions): Promise<RunOutcome> {
  const { folder, instrumented, root } = options;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'results.jsonl');
  writeFileSync(file, '');
  const lines = () =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter((row) => row !== '')
      .map((row) => JSON.parse(row) as Line);

  const vitest = await createVitest(
    'test',
    {
      root,
      config: false,
      include: [...options.tests],
      environment: 'node',
      watch: false,
      pool: 'forks',
      maxWorkers: options.workers,
      runner: fileURLToPath(new URL('runner.ts', import.meta.url)),
      reporters: [silent],
      sequence: { sequencer: mirrorsFirst(options.sampled) },
      testTimeout: options.testTimeoutMs ?? 3_600_000,
      hookTimeout: 60_000,
      ...(options.related === undefined ? {} : { related: [...options.related] }),
    },
    {
      plugins: [
        {
          name: 'mutants',
          enforce: 'pre',
          load: (id) => instrumented.sources.get(pathOf(root, id)),
        },
      ],
    },
  );
  let timeUp = false;
  const hung = new Set<string>();
  const watch = setInterval(() => {
    timeUp ||= Date.now() > options.until;
    for (const trial of trials(folder)) {
      if (!timeUp && Date.now() - trial.at < hungMs) continue;
      if (!timeUp) append(file, { kind: 'timeout', id: trial.id, by: trial.file });
      hung.add(trial.file);
      end(trial.pid);
      rmSync(join(folder, `trial-${trial.pid}.json`), { force: true });
    }
    if (timeUp) void vitest.cancelCurrentRun('keyboard-input');
  }, 1_000);
  try {
    vitest.provide(
      'mutants',
      options.sampled.map(({ id }) => id),
    );
    vitest.provide('mutateFolder', folder);
    let specs = await vitest.getRelevantTestSpecifications();
    while (specs.length > 0 && !timeUp) {
      hung.clear();
      await vitest.runTestSpecifications(specs);
      const done = new Set(lines().flatMap((line) => (line.kind === 'done' ? [line.file] : [])));
      const left = specs.filter(({ moduleId }) => !done.has(moduleId));
      const lost = left.find(({ moduleId }) => !hung.has(moduleId));
      if (lost !== undefined && !timeUp && !lines().some(({ kind }) => kind === 'red'))
        throw new Error(
          `${lost.moduleId} ended early: ${vitest.state.getUnhandledErrors().map(messageOf).join('; ')}`,
        );
      specs = lines().some(({ kind }) => kind === 'red') ? [] : left;
    }
  } finally {
    clearInterval(watch);
    await vitest.close();
  }
  return outcome(options.sampled, lines(), !timeUp);
}

function outcome(sampled: readonly Mutant[], lines: readonly Line[], whole: boolean): RunOutcome {
  const noticed = new Map<string, Extract<Line, { readonly kind: 'killed' | 'timeout' }>>();
  const running = new Set<string>();
  const reading = new Set<string>();
  for (const line of lines) {
    if (line.kind === 'killed' || line.kind === 'timeout') noticed.set(line.id, line);
    if (line.kind === 'covered') (line.reading ? reading : running).add(line.id);
  }
  const told = (kind: 'red' | 'once') => [
    ...new Set(
      lines.flatMap((line) => (line.kind === kind ? [`${line.test}: ${line.message.split('\n')[0]}`] : [])),
    ),
  ];
  return {
    whole,
    red: told('red'),
    once: told('once'),
    results: sampled.map((mutant) => {
      const end = noticed.get(mutant.id);
      const covered = running.has(mutant.id) || reading.has(mutant.id);
      return {
        mutant,
        status: end?.kind ?? (covered ? 'survived' : 'uncovered'),
        reading: reading.has(mutant.id) && !running.has(mutant.id),
        ...(end === undefined ? {} : { by: end.by }),
      };
    }),
  };
}

/** The tests of what is changed come first: they are quick, and notice most. */
function mirrorsFirst(sampled: readonly Mutant[]): typeof BaseSequencer {
  const names = new Set(sampled.map(({ file }) => nameOf(file)));
  const rank = ({ moduleId }: TestSpecification) => (names.has(nameOf(moduleId)) ? 0 : 1);
  return class extends BaseSequencer {
    override async sort(specs: TestSpecification[]): Promise<TestSpecification[]> {
      return specs.toSorted((a, b) => rank(a) - rank(b) || a.moduleId.localeCompare(b.moduleId));
    }
  };
}

/** `src/domain/ground.ts` and `test/unit/domain/ground.test.ts` → `ground` */
const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1).split('.')[0] ?? path;

const silent: Reporter = {};
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
const append = (file: string, line: Line): void => appendFileSync(file, `${JSON.stringify(line)}\n`);

function pathOf(root: string, id: string): string {
  const path = id.split('?')[0] ?? id;
  return path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path;
}

function trials(folder: string): readonly Trial[] {
  return readdirSync(folder)
    .filter((name) => name.startsWith('trial-'))
    .flatMap((name) => {
      const path = join(folder, name);
      if (!existsSync(path)) return [];
      // A worker may be writing it.
      try {
        const trial = JSON.parse(readFileSync(path, 'utf8')) as Trial | null;
        return trial === null ? [] : [trial];
      } catch {
        return [];
      }
    });
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}
