/** One suite of vitest as a process of its own: its progress while it runs, its counts and failures at the end. */

import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { markVariable } from '../../lab/components/process.ts';
import type { Progress } from './progress-reporter.ts';
import { type Count, countReport, type Failure, failuresOf, type Report } from './report.ts';

const reporter = fileURLToPath(new URL('progress-reporter.ts', import.meta.url));

export interface SuiteResult extends Count {
  readonly name: string;
  readonly seconds: number;
  readonly failures: readonly Failure[];
  readonly skippedNames: readonly string[];
}

export interface RunOptions {
  /** Folder with `vitest.config.ts`. */
  readonly root: string;
  /** Gets `NAME.json` and `NAME.log`. */
  readonly folder: string;
  /** Name of the report, where it is not that of the suite. */
  readonly as?: string;
  /** These test files alone. */
  readonly files?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Path of the Node that runs it; default: this one. */
  readonly node?: string;
  readonly onProgress?: (progress: Progress) => void;
}

/** Runs a project of vitest. An error outside of every test, or no report at all, is one failure. */
export async function runSuite(name: string, options: RunOptions): Promise<SuiteResult> {
  const { root, folder, as = name } = options;
  const output = join(folder, `${as}.json`);
  const log = join(folder, `${as}.log`);
  const began = performance.now();
  const around = new Map<string, readonly string[]>();
  const onProgress = (progress: Progress): void => {
    if ('file' in progress && progress.errors.length > 0) around.set(progress.file, progress.errors);
    options.onProgress?.(progress);
  };
  const code = await vitestProcess(
    [
      ...['run', '--project', name, '--passWithNoTests', ...(options.files ?? [])],
      ...['--reporter=default', `--reporter=${reporter}`, '--reporter=json', `--outputFile.json=${output}`],
    ],
    { ...options, log, onProgress },
  );
  const seconds = Math.round((performance.now() - began) / 1000);
  const broken = (said: string): SuiteResult => ({
    ...{ name, seconds, passed: 0, failed: 1, skipped: 0, skippedNames: [] },
    failures: [{ file: name, said: `suite ${name}: ${said}; its log: ${log}` }],
  });
  if (!existsSync(output)) return broken(`ended with ${code} and wrote no report`);
  const report = JSON.parse(readFileSync(output, 'utf8')) as Report;
  const count = countReport(report);
  const result = { name, seconds, ...count, failures: failuresOf(report, root, around) };
  if (code === 0 || count.failed > 0) return result;
  const { failures } = broken('an error outside of every test');
  return { ...result, failed: 1, failures };
}

/** Its output goes to the log, and it yields to whatever is not a suite. */
function vitestProcess(
  args: readonly string[],
  { root, env, log, node = process.execPath, onProgress }: RunOptions & { readonly log: string },
): Promise<number> {
  return new Promise((resolve, reject) => {
    const output = openSync(log, 'w');
    // A suite is not part of the lab that is up beside it.
    const { [markVariable]: _mark, ...own } = process.env;
    const child: ChildProcess = spawn(node, [join(root, 'node_modules/vitest/vitest.mjs'), ...args], {
      cwd: root,
      stdio: ['ignore', output, output, 'pipe'],
      env: { ...own, ...env },
    });
    // Only root may raise what is lower already.
    if (child.pid !== undefined && getPriority() < 5) setPriority(child.pid, 5);
    const progress = child.stdio[3] as Readable;
    createInterface({ input: progress }).on('line', (line) => onProgress?.(JSON.parse(line) as Progress));
    child.on('error', reject);
    child.on('close', (code) => {
      closeSync(output);
      resolve(code ?? 1);
    });
  });
}
