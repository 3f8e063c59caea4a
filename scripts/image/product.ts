/** The files of the product, for the image and for the package of npm. */

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Dockerfile, readDockerfile } from './dockerfile.ts';
import { filesBelow } from './layer.ts';

export const root = resolve(import.meta.dirname, '../..');

export function git(...args: readonly string[]): string {
  return execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
}

export function version(): string {
  return (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version;
}

export const ownDockerfile = (): Dockerfile =>
  readDockerfile(readFileSync(join(root, 'deploy/Dockerfile'), 'utf8'));

/** What is made anew, out of the lock file. */
const made = ['node_modules', 'sbom.cdx.json'];

/**
 * As paths from the root of the repository: what the build has made, and of all else only what Git knows, for a folder
 * may hold a file of secrets that Git ignores.
 */
export function productFiles({ files }: Dockerfile): readonly string[] {
  return files
    .filter((path) => !made.includes(path))
    .flatMap((path) =>
      path === 'dist'
        ? [...filesBelow(join(root, path), path)].flatMap(([file, entry]) => ('from' in entry ? [file] : []))
        : git('ls-files', '--', path).split('\n'),
    );
}
