/** Runs parts of the tests a few at a time, tries once more what failed by chance, and adds up. */

import { copyFileSync, mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import PQueue from 'p-queue';
import { byChanceLine, filesToRunAgain, type KnownChance } from './by-chance.ts';
import { type Count, type Failure, nothing, total } from './report.ts';
import { type RunOptions, runSuite, type SuiteResult } from './run-suite.ts';
import { resultLine, type Screen } from './screen.ts';

/** A suite of vitest, or anything else that counts. */
export interface Part {
  readonly name: string;
  /** It mostly waits for a platform: one such part runs beside those that compute. */
  readonly waits?: boolean;
  /** It measures how quick something is: it runs when all others have ended, with nothing beside it. */
  readonly alone?: boolean;
  run(): Promise<PartResult>;
  /** Runs one of its files alone; whether that passed. Absent: its failures are never tried again. */
  again?(file: string): Promise<boolean>;
}

export interface PartResult extends Count {
  readonly failures: readonly Failure[];
  readonly seconds: number;
}

export interface Outcome extends Count {
  /** Everything that failed and was not by chance, with its first lines. */
  readonly failures: readonly Failure[];
  /** Failures of files that passed when they ran once more, alone. */
  readonly byChance: readonly Failure[];
  readonly seconds: Readonly<Record<string, number>>;
}

export interface RunContext {
  readonly root: string;
  /** Reports and logs. */
  readonly folder: string;
  readonly screen: Screen;
  /** With CI=true nothing may be left out, not even a single skipped test. */
  readonly nothingSkipped: boolean;
  readonly known: readonly KnownChance[];
  /** So many files may still have failed by chance. */
  readonly chancesLeft: number;
}

/** A suite as a part. Failures of its files may be tried once more. */
export function suitePart(name: string, context: RunContext, options: SuiteOptions = {}): Part {
  const { root, folder, screen, nothingSkipped } = context;
  return {
    name: options.as ?? name,
    async run() {
      const as = options.as ?? name;
      const onProgress = screen.started(as);
      const result = await runSuite(name, { root, folder, ...options, onProgress });
      screen.ended(as, resultLine({ ...result, name: as }));
      return nothingSkipped ? skippedAsFailures(result) : result;
    },
    again: (file) => passesAlone(name, file, context, options),
  };
}

type SuiteOptions = Pick<RunOptions, 'as' | 'files' | 'env' | 'node'>;

function skippedAsFailures(result: SuiteResult): PartResult {
  const said = result.skippedNames.map((test) => ({
    ...{ file: result.name, test },
    said: `left out, which CI does not allow: ${test}`,
  }));
  return {
    ...result,
    failed: result.failed + said.length,
    skipped: 0,
    failures: [...result.failures, ...said],
  };
}

/**
 * Starts the parts in this order, `atATime` of them side by side, and one of those that wait beside them. When all have
 * ended, those that run alone follow, one after the other; then each failed file that may be tried again runs once more, alone; its first report is kept in `by-chance` of the
 * folder.
 */
export async function runParts(
  parts: readonly Part[],
  context: RunContext & { readonly atATime: number },
): Promise<Outcome> {
  const computing = new PQueue({ concurrency: context.atATime });
  const waiting = new PQueue({ concurrency: 1 });
  const resultOf = async (part: Part) => ({ name: part.name, ...(await part.run()) });
  const together = await Promise.all(
    parts
      .filter(({ alone }) => alone !== true)
      .map((part) => (part.waits === true ? waiting : computing).add(() => resultOf(part))),
  );
  const apart = [];
  for (const part of parts.filter(({ alone }) => alone === true)) apart.push(await resultOf(part));
  const results = [...together, ...apart];
  const found = results.flatMap(({ name, failures }) => failures.map((failure) => ({ name, failure })));
  const again = filesToRunAgain(
    found.map(({ failure }) => failure),
    context.known,
    context.chancesLeft,
  );
  const byChance: Failure[] = [];
  for (const file of again) {
    const name = found.find(({ failure }) => failure.file === file)?.name;
    if ((await parts.find((part) => part.name === name)?.again?.(file)) === true)
      byChance.push(...found.filter(({ failure }) => failure.file === file).map(({ failure }) => failure));
  }
  const count = total(results);
  return {
    ...count,
    passed: count.passed + byChance.length,
    failed: count.failed - byChance.length,
    failures: found.map(({ failure }) => failure).filter((failure) => !byChance.includes(failure)),
    byChance,
    seconds: Object.fromEntries(results.map(({ name, seconds }) => [name, seconds])),
  };
}

async function passesAlone(
  suite: string,
  file: string,
  { root, folder, screen }: RunContext,
  options: SuiteOptions,
): Promise<boolean> {
  const kept = join(folder, 'by-chance');
  mkdirSync(kept, { recursive: true });
  const name = basename(file, '.ts');
  for (const ending of ['json', 'log'])
    copyFileSync(join(folder, `${options.as ?? suite}.${ending}`), join(kept, `${name}.first.${ending}`));
  screen.say(`${file} failed; it runs once more, alone`);
  const result = await runSuite(suite, {
    ...options,
    root,
    folder: kept,
    as: `${name}.again`,
    files: [file],
  });
  return result.failed === 0 && result.passed > 0 && result.skipped === 0;
}

/** The last lines of a run: what failed, what failed by chance, and the sum. */
export function lastLines(outcome: Outcome): readonly string[] {
  return [
    ...outcome.failures.map(({ said }) => `\nfailed: ${said}`),
    ...outcome.byChance.map(byChanceLine),
    `${outcome.passed} passed, ${outcome.failed} failed`,
  ];
}

export function addOutcomes(outcomes: readonly Outcome[]): Outcome {
  return {
    ...total([nothing, ...outcomes]),
    failures: outcomes.flatMap(({ failures }) => failures),
    byChance: outcomes.flatMap(({ byChance }) => byChance),
    seconds: Object.assign({}, ...outcomes.map(({ seconds }) => seconds)) as Record<string, number>,
  };
}
