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
import { present } from '../../src/domain/kernel/present.ts';
import { cpuMsOf } from './effort.ts';
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
  /** Paths of tests that are left out of them. */
  readonly exclude?: readonly string[];
  /** Only the tests that have to do with these files; absent for all. */
  readonly related?: readonly string[];
  readonly workers: number;
  /** Where the results are kept while they come; emptied first. */
  readonly folder: string;
  /** What the workers may spend together, as effort in milliseconds: it depends little on what else the machine does. */
  readonly effortMs: number;
  /** Epoch milliseconds at which it stops although that is not spent: the last resort on a machine that is too busy. */
  readonly until: number;
  readonly testTimeoutMs?: number;
}

export interface RunOutcome {
  readonly results: readonly Result[];
  /** What was up first, if not every mutant met every test: then one may be called survived that no test was tried on. */
  readonly cutOff?: 'effort' | 'wall clock';
  /** What the workers spent together, as effort in milliseconds. */
  readonly spentMs: number;
  /** Tests that fail without a mutant. */
  readonly red: readonly string[];
  /** Tests that pass once in a process and fail again: they were left out. */
  readonly once: readonly string[];
}

/** A worker that is past the limit of its trial by so much processor time hangs in a loop: it cannot look at a clock. */
const hungCpuMs = 3_000;
/** One that waits for something outside, without a timer of its own that could end it. */
const hungWallMs = 300_000;

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
      exclude: [...(options.exclude ?? [])],
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
  let cutOff: RunOutcome['cutOff'];
  const spent = () => lines().reduce((sum, line) => sum + (line.kind === 'spent' ? line.ms : 0), 0);
  const hung = new Set<string>();
  const watch = setInterval(() => {
    cutOff ??= spent() > options.effortMs ? 'effort' : undefined;
    cutOff ??= Date.now() > options.until ? 'wall clock' : undefined;
    for (const trial of trials(folder)) {
      if (cutOff === undefined && !hangs(trial)) continue;
      if (cutOff === undefined) {
        append(file, { kind: 'timeout', id: trial.id, by: trial.file });
        append(file, { kind: 'spent', ms: trial.cpuLimit - trial.cpu });
      }
      hung.add(trial.file);
      end(trial.pid);
      rmSync(join(folder, `trial-${trial.pid}.json`), { force: true });
    }
    if (cutOff !== undefined) void vitest.cancelCurrentRun('keyboard-input');
  }, 1_000);
  try {
    vitest.provide(
      'mutants',
      options.sampled.map(({ id, file }) => [id, file] as const),
    );
    vitest.provide('mutateFolder', folder);
    let specs = await vitest.getRelevantTestSpecifications();
    while (specs.length > 0 && cutOff === undefined) {
      hung.clear();
      await vitest.runTestSpecifications(specs);
      const done = new Set(lines().flatMap((line) => (line.kind === 'done' ? [line.file] : [])));
      const left = specs.filter(({ moduleId }) => !done.has(moduleId));
      const lost = left.find(({ moduleId }) => !hung.has(moduleId));
      if (lost !== undefined && cutOff === undefined && !lines().some(({ kind }) => kind === 'red'))
        throw new Error(
          `${lost.moduleId} ended early: ${vitest.state.getUnhandledErrors().map(messageOf).join('; ')}`,
        );
      specs = lines().some(({ kind }) => kind === 'red') ? [] : left;
    }
  } finally {
    clearInterval(watch);
    await vitest.close();
    for (const name of readdirSync(folder))
      if (name.startsWith('trial-')) rmSync(join(folder, name), { force: true });
  }
  return { ...outcome(options.sampled, lines()), spentMs: spent(), ...present({ cutOff }) };
}

function outcome(sampled: readonly Mutant[], lines: readonly Line[]): Omit<RunOutcome, 'cutOff' | 'spentMs'> {
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

/** Counted by its processor time where the system tells it, so that a busy machine makes nothing hang. */
function hangs({ pid, at, cpuLimit }: Trial): boolean {
  const cpu = cpuMsOf(pid);
  return (cpu !== undefined && cpu > cpuLimit + hungCpuMs) || Date.now() - at > hungWallMs;
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}
