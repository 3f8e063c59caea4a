/**
 * `TESTS=drawn`: of a long suite some of the files, drawn by the commit that is tested, and every file that a change of
 * the last four hours touched. The next commit draws others; `npm run test:all` runs them all.
 */

import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { random } from '../../lab/platform/generated/installation.ts';
import { integrationSuites } from '../../test/suite-of.ts';
import type { SuiteName } from './suites.ts';

export interface SizedFile {
  /** From the root of the repository. */
  readonly path: string;
  /** Bytes: long files take long. */
  readonly size: number;
}

/** A file is one that a change touched when so many of its lines are new: fewer are those of a move. */
const touchedLines = 10;

/**
 * One of every `ofEach` files of about the same size, by this seed, and all of `always`; in the order of their names. Of
 * the smallest, which may be fewer, one.
 */
export function drawnOf(
  files: readonly SizedFile[],
  ofEach: number,
  seed: number,
  always: ReadonlySet<string> = new Set(),
): readonly string[] {
  const next = random(seed);
  const bySize = files.toSorted((a, b) => b.size - a.size || (a.path < b.path ? -1 : 1));
  const groups = Array.from({ length: Math.ceil(bySize.length / ofEach) }, (_none, at) =>
    bySize.slice(at * ofEach, (at + 1) * ofEach),
  );
  const drawn = groups.map((group) => group[Math.floor(next() * group.length)]);
  const chosen = new Set([...drawn.flatMap((file) => file?.path ?? []), ...always]);
  return files
    .map(({ path }) => path)
    .filter((path) => chosen.has(path))
    .toSorted();
}

/**
 * The number by which this run draws: `AETHERIUS_TEST_SEED` (eight hexadecimal digits), else the commit.
 *
 * @throws Error for a seed of another form.
 */
export function seedOf(root: string): string {
  const given = process.env.AETHERIUS_TEST_SEED;
  if (given === undefined || given === '')
    return execFileSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' }).slice(0, 8);
  if (!/^[0-9a-f]{8}$/.test(given))
    throw new Error(`AETHERIUS_TEST_SEED=${given}: write eight hexadecimal digits, such as 0badcafe`);
  return given;
}

/** Of what `git log --numstat` prints: the paths to which at least ten lines were added, over all commits. */
export function touchedIn(log: string): ReadonlySet<string> {
  const added = new Map<string, number>();
  for (const line of log.split('\n')) {
    const [count, , path] = line.split('\t');
    if (path !== undefined) added.set(path, (added.get(path) ?? 0) + (Number(count) || 0));
  }
  return new Set([...added].filter(([, lines]) => lines >= touchedLines).map(([path]) => path));
}

/** What the commits of the four hours before this one touched; nothing where the history is not here. */
export function touchedLately(root: string): ReadonlySet<string> {
  const git = (...args: readonly string[]) =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 }).trim();
  // All that a shallow clone has would be new in its only commit.
  if (git('rev-parse', '--is-shallow-repository') === 'true') return new Set();
  const since = Number(git('log', '-1', '--format=%ct')) - 4 * 60 * 60;
  return touchedIn(git('log', `--since=${since}`, '--format=', '--numstat', '--no-renames'));
}

/** Every test file of a suite. */
function filesOf(root: string, suite: SuiteName): readonly SizedFile[] {
  const sized = (path: string): SizedFile => ({ path, size: statSync(join(root, path)).size });
  const integration: Readonly<Record<string, readonly string[] | undefined>> = integrationSuites();
  const own = integration[suite];
  if (own !== undefined) return own.map(sized);
  return readdirSync(join(root, 'test', suite), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => sized(`test/${suite}/${name}`));
}

export interface Sample {
  /** Eight hexadecimal digits. */
  readonly seed: string;
  readonly touched: ReadonlySet<string>;
}

export const sampleOf = (root: string): Sample => ({ seed: seedOf(root), touched: touchedLately(root) });

/** One of every `ofEach` files of a suite, as the sample draws them, and of how many; with `below`, of these folders. */
export function sampledFiles(
  root: string,
  suite: SuiteName,
  ofEach: number,
  { seed, touched }: Sample,
  below: readonly string[] = [''],
): { readonly files: readonly string[]; readonly of: number } {
  const all = filesOf(root, suite).filter(({ path }) => below.some((folder) => path.startsWith(folder)));
  return { files: drawnOf(all, ofEach, Number.parseInt(seed, 16), touched), of: all.length };
}
