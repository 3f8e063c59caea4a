/** Run once before the files of a project that start the product as it is shipped: what was built is never older than the source. */

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');

/** Whether a file below a folder of sources was changed, made or moved after this one was built. */
export function isOlderThanSource(built: string, source: string): boolean {
  if (!existsSync(built)) return true;
  const { mtimeMs } = statSync(built);
  return readdirSync(source, { withFileTypes: true, recursive: true }).some(
    (one) => statSync(join(one.parentPath, one.name)).mtimeMs > mtimeMs,
  );
}

export function setup(): void {
  const built = join(root, 'dist/main.js');
  if (!['src', 'packages'].some((source) => isOlderThanSource(built, join(root, source)))) return;
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: 'inherit' });
}
