import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** Files that belong to the repository: committed, or new and not ignored. */
export function repositoryFiles(pattern: RegExp = /./): readonly string[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  return [...new Set(listed.split('\n'))].filter(
    (path) => path !== '' && pattern.test(path) && existsSync(join(root, path)),
  );
}

export function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}
