/**
 * Which suite an integration test belongs to: what it imports tells what it needs. `vitest.config.ts` makes its projects
 * from it, so that a new test file need not be registered anywhere.
 */

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { slowFiles } from './slow-files.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What has to be built or installed, or needs root: with these files a test is one of `cluster`. */
const built = [
  ...['docker', 'kube-api', 'kubernetes', 's3'].map((name) => `lab/components/${name}.ts`),
  ...['chart', 'chromium', 'firewall', 'python'].map((name) => `test/support/${name}.ts`),
];
const graph = ['lab/components/neo4j.ts'];

const localImports = (text: string): readonly string[] =>
  [/^(?:import|export)\b(?! type)[^'"]*['"](\.[^'"]+)['"]/gm, /\bimport\(\s*['"](\.[^'"]+)['"]/g].flatMap(
    (pattern) => [...text.matchAll(pattern)].flatMap(([, path]) => path ?? []),
  );

/** What looks like an import may be a folder that some code names. */
const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() === true;

/**
 * All files of `folders` that a file imports, and what those import, as paths from the root of the repository.
 * Types are no imports.
 */
export function importsOf(
  file: string,
  folders: RegExp,
  at = root,
  known = new Set<string>(),
): ReadonlySet<string> {
  for (const path of localImports(readFileSync(join(at, file), 'utf8'))) {
    const found = relative(at, resolve(at, dirname(file), path));
    if (known.has(found) || !folders.test(found) || !isFile(join(at, found))) continue;
    known.add(found);
    importsOf(found, folders, at, known);
  }
  return known;
}

export type IntegrationSuite = 'integration' | 'graph' | 'cluster' | 'servers';

/** `file`: a path from the root of the repository. */
export function suiteOf(file: string): IntegrationSuite {
  // What the product needs is no matter: it is started as it is.
  const imports = importsOf(file, /^(?:lab|test)\//);
  if (built.some((path) => imports.has(path))) return 'cluster';
  if (graph.some((path) => imports.has(path))) return 'graph';
  return slowFiles.includes(file) ? 'servers' : 'integration';
}

/** The integration tests by suite, as paths from the root of the repository. */
export function integrationSuites(): Readonly<Record<IntegrationSuite, readonly string[]>> {
  const suites: Record<IntegrationSuite, string[]> = { integration: [], graph: [], cluster: [], servers: [] };
  const names = readdirSync(join(root, 'test/integration'), { recursive: true, encoding: 'utf8' });
  for (const name of names.filter((one) => one.endsWith('.test.ts')).toSorted()) {
    const file = `test/integration/${name}`;
    suites[suiteOf(file)].push(file);
  }
  return suites;
}
