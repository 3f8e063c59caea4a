import { setMaxListeners } from 'node:events';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startTests, type Test, type File as TestFile, type VitestRunner } from '@vitest/runner';
import { inject, TestRunner, vi } from 'vitest';
import { cpuMs, effort, lateBy, realNow } from './effort.ts';

/** What the instrumented source reads and counts; the name and the fields are Stryker's. */
interface Switches {
  activeMutant?: string | undefined;
  currentTestId?: string | undefined;
  hitCount?: number | undefined;
  hitLimit?: number | undefined;
  readonly mutantCoverage: {
    /** Hits outside of any test: while modules are read. */
    static: Record<string, number>;
    perTest: Record<string, Record<string, number>>;
  };
}

/** A line of the file of results. */
export type Line =
  | { readonly kind: 'covered'; readonly id: string; readonly reading: boolean }
  | { readonly kind: 'killed' | 'timeout'; readonly id: string; readonly by: string }
  /** The test fails without any mutant, or only when it is run again: it can tell nothing. */
  | { readonly kind: 'red' | 'once'; readonly test: string; readonly message: string }
  /** What it cost to try a mutant while modules are read, in a test that does not import its file. */
  | { readonly kind: 'far'; readonly id: string; readonly ms: number }
  /** What a worker has spent since it last said so. */
  | { readonly kind: 'spent'; readonly ms: number }
  | { readonly kind: 'done'; readonly file: string };

/** What a worker is at, so that one that hangs can be ended and its mutant be called noticed. */
export interface Trial {
  readonly pid: number;
  readonly file: string;
  readonly id: string;
  /** Epoch milliseconds at which it began. */
  readonly at: number;
  /** Processor time of the worker, in milliseconds: when it began, and after which it hangs. */
  readonly cpu: number;
  readonly cpuLimit: number;
}

declare module 'vitest' {
  export interface ProvidedContext {
    /** Id and file of each of the sample. */
    mutants: readonly (readonly [id: string, file: string])[];
    mutateFolder: string;
  }
}

/** As Stryker counts: a mutant that is reached so many times as often as without it is in a loop. */
const hits = 100;
/** What one mutant may cost in one test file, as effort; what only a slower look would notice counts as not noticed. */
const allowanceMs = 2_000;
/** What one mutant may cost in all test files that do not import its file, while they are read: most have nothing to say. */
const farAllowanceMs = 4_000;
const switches: Switches = { mutantCoverage: { static: {}, perTest: {} } };
Object.assign(globalThis, { __stryker__: switches });

class Journal {
  readonly #folder = inject('mutateFolder');
  readonly #sampled = new Map(inject('mutants'));
  readonly #far = new Map<string, number>();
  readonly #noticed = new Set<string>();
  readonly #covered = new Set<string>();
  #read = 0;
  #told = 0;

  write(line: Line): void {
    appendFileSync(join(this.#folder, 'results.jsonl'), `${JSON.stringify(line)}\n`);
  }

  /** Those of the sample among `ids` that no test has noticed yet, in this worker or in another. */
  open(ids: readonly string[], reading: boolean): readonly string[] {
    const text = readFileSync(join(this.#folder, 'results.jsonl'), 'utf8');
    const end = text.lastIndexOf('\n') + 1;
    for (const row of text.slice(this.#read, end).split('\n')) {
      if (row === '') continue;
      const line = JSON.parse(row) as Line;
      if (line.kind === 'killed' || line.kind === 'timeout') this.#noticed.add(line.id);
      if (line.kind === 'far') this.#far.set(line.id, (this.#far.get(line.id) ?? 0) + line.ms);
    }
    this.#read = end;
    const mine = ids.filter((id) => this.#sampled.has(id));
    for (const id of mine) {
      const key = `${id} ${reading}`;
      if (this.#covered.has(key)) continue;
      this.#covered.add(key);
      this.write({ kind: 'covered', id, reading });
    }
    return mine.filter((id) => !this.#noticed.has(id));
  }

  /** Whether the text of a test imports the file of this mutant. */
  near(id: string, text: string): boolean {
    const file = this.#sampled.get(id) ?? '';
    return text.includes(`${file.slice(file.lastIndexOf('/'))}'`);
  }

  /** Whether it has cost enough already in tests that do not. */
  tired(id: string): boolean {
    return (this.#far.get(id) ?? 0) > farAllowanceMs;
  }

  noticed(id: string, kind: 'killed' | 'timeout', by: string): void {
    this.#noticed.add(id);
    this.write({ kind, id, by });
  }

  trial(file: string, id: string, limit: number): void {
    const cpu = cpuMs();
    const trial: Trial = { pid: process.pid, file, id, at: realNow(), cpu, cpuLimit: cpu + limit };
    writeFileSync(this.#trial, JSON.stringify(trial));
  }

  ended(): void {
    writeFileSync(this.#trial, 'null');
  }

  /** Says what this worker has spent so far. */
  spent(): void {
    const now = effort();
    this.write({ kind: 'spent', ms: Math.round(now - this.#told) });
    this.#told = now;
  }

  get #trial(): string {
    return join(this.#folder, `trial-${process.pid}.json`);
  }
}

let journal: Journal | undefined;
const shared = (): Journal => (journal ??= new Journal());

/** How long a test may go on with a mutant, as effort, when it took so long without one. */
const patience = (took: number): number => 2_000 + 20 * took;
/** Reading all modules of a test anew. */
const readingMs = 500;
const slow = Symbol('slow');
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
const nameOf = (test: Test): string => [test.file.name, test.fullTestName ?? test.name].join(' > ');

/** Runs `work` with a mutant switched on; returns what was thrown, `slow` when it did not end, else undefined. */
async function withMutant(id: string, limit: number, ms: number, work: () => unknown): Promise<unknown> {
  switches.activeMutant = id;
  switches.hitCount = 0;
  switches.hitLimit = limit;
  const late = lateBy(ms, slow);
  try {
    return await Promise.race([
      Promise.resolve()
        .then(work)
        .then(() => undefined),
      late.promise,
    ]);
  } catch (error) {
    return error ?? new Error('rejected without a reason');
  } finally {
    late.cancel();
    // A task that the mutant kept alive would ring in every later run of the test.
    if (vi.isFakeTimers()) vi.clearAllTimers();
    switches.activeMutant = undefined;
    switches.hitCount = undefined;
    switches.hitLimit = undefined;
  }
}

/**
 * Runs every test once as it is, then again for each mutant of the sample that it came across, in the same process:
 * a trial costs what the test costs, not what it costs to start one. Mutants of what runs while modules are read
 * are tried at the end of the file with all modules read anew.
 */
// oxlint-disable-next-line import/no-default-export -- vitest takes the default export of a runner's file
export default class MutationRunner extends TestRunner {
  readonly #spent = new Map<string, number>();
  #fileMs = 0;

  async runTask(test: Test): Promise<void> {
    // Every run of a test listens for its end.
    setMaxListeners(0, test.context.signal);
    const run = TestRunner.getTestFn(test);
    const coverage = switches.mutantCoverage;
    coverage.perTest = {};
    switches.currentTestId = 'this';
    const started = effort();
    try {
      await run();
    } catch (error) {
      shared().write({ kind: 'red', test: nameOf(test), message: messageOf(error) });
      throw error;
    } finally {
      switches.currentTestId = undefined;
    }
    const took = effort() - started;
    this.#fileMs += took;
    const ms = patience(took);
    const hit = coverage.perTest.this ?? {};
    coverage.perTest = {};
    const open = shared().open(Object.keys(hit), false);
    if (open.length === 0 || !(await this.#again(test, run))) return;
    for (const id of open) {
      const spent = this.#spent.get(id) ?? 0;
      if (spent > allowanceMs) continue;
      const from = effort();
      shared().trial(test.file.filepath, id, ms);
      const thrown = await withMutant(id, hits * (hit[id] ?? 1), ms, run);
      shared().ended();
      this.#spent.set(id, spent + effort() - from);
      if (thrown === undefined) continue;
      // What the mutant left behind may fail the test as well: then it has proved nothing, and cannot any more.
      if (thrown !== slow && !(await this.#again(test, run))) return;
      shared().noticed(id, thrown === slow ? 'timeout' : 'killed', nameOf(test));
    }
    shared().spent();
  }

  // oxlint-disable-next-line typescript/no-misused-promises -- vitest waits for it
  override async onAfterRunFiles(files?: TestFile[]): Promise<void> {
    const file = files?.[0];
    const journal = shared();
    if (file !== undefined) {
      const read = { ...switches.mutantCoverage.static };
      const text = readFileSync(file.filepath, 'utf8');
      for (const id of journal.open(Object.keys(read), true)) {
        if (this.#fileMs > allowanceMs) break;
        if (journal.open([id], true).length === 0) continue;
        const near = journal.near(id, text);
        if (!near && journal.tired(id)) continue;
        const from = effort();
        const failures: string[] = [];
        const ms = patience(this.#fileMs + readingMs);
        journal.trial(file.filepath, id, ms);
        const thrown = await withMutant(id, hits * (read[id] ?? 1), ms, () =>
          this.#afresh(file.filepath, failures),
        );
        journal.ended();
        if (!near) journal.write({ kind: 'far', id, ms: Math.round(effort() - from) });
        if (thrown === slow) journal.noticed(id, 'timeout', file.name);
        else if (thrown !== undefined) journal.noticed(id, 'killed', `${file.name}: ${messageOf(thrown)}`);
        else if (failures[0] !== undefined) journal.noticed(id, 'killed', failures[0]);
      }
      journal.spent();
      journal.write({ kind: 'done', file: file.filepath });
    }
    super.onAfterRunFiles();
  }

  /** Whether the test passes again without a mutant. */
  async #again(test: Test, run: () => unknown): Promise<boolean> {
    try {
      await run();
      return true;
    } catch (error) {
      shared().write({ kind: 'once', test: nameOf(test), message: messageOf(error) });
      return false;
    }
  }

  /** Reads all modules anew and runs the file's tests until one fails, past the reports to the main process. */
  async #afresh(path: string, failures: string[]): Promise<void> {
    vi.resetModules();
    const inner = Object.assign(Object.create(this) as VitestRunner, {
      runTask: undefined,
      onTaskUpdate: undefined,
      onCollected: undefined,
      onAfterRunFiles: undefined,
      onCollectStart: (file: TestFile) => TestRunner.prototype.onCollectStart.call(this, file),
      onBeforeRunTask: async (test: Test) => {
        if (failures.length > 0) test.mode = 'skip';
        await super.onBeforeRunTask(test);
      },
      onAfterRunTask: (test: Test) => {
        if (test.result?.state === 'fail') failures.push(nameOf(test));
        super.onAfterRunTask(test);
      },
    });
    const [file] = await startTests([path], inner);
    if (file?.result?.state === 'fail' && failures.length === 0) failures.push(file.name);
  }
}
