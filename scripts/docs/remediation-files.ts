import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** `kubernetes/rollout/set-image.remediation.ts` → `kubernetes.set-image`: an id names the target, and no room of it. */
export const remediationAt = (path: string): string =>
  path.replace(/^([^/]+)\/(?:.+\/)?([^/]+)\.remediation\.ts$/, '$1.$2');

/** The file of each remediation by its id, as a path below `src/remediations`. */
export function remediationFiles(): Readonly<Record<string, string>> {
  const paths = readdirSync(join(import.meta.dirname, '../../src/remediations'), {
    ...{ recursive: true, encoding: 'utf8' },
  }).filter((path) => path.endsWith('.remediation.ts'));
  return Object.fromEntries(paths.map((path) => [remediationAt(path), path]));
}
