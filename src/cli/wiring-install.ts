import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { InstallationFolder } from './install-files.ts';

/** Where the product lies, built or not: `deploy` and `manifest.yml` stand there. */
const product = fileURLToPath(new URL('../..', import.meta.url));

const modes = { text: 0o644, program: 0o755, secret: 0o600 } as const;

/** A folder on this machine, made with its first file. */
export function installationIn(path: string, version: string): InstallationFolder {
  return {
    read(name) {
      const file = join(path, name);
      return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
    },
    write(name, text, kind) {
      const file = join(path, name);
      const folder = dirname(file);
      mkdirSync(folder, { recursive: true, mode: folder === path || folder === '.' ? 0o755 : 0o700 });
      writeFileSync(file, text, { mode: modes[kind] });
      // One that was there keeps its mode otherwise.
      chmodSync(file, modes[kind]);
    },
    shipped: (name) => readFileSync(join(product, name), 'utf8'),
    source: existsSync(join(product, 'deploy/Dockerfile')) ? product.replace(/\/$/, '') : undefined,
    version,
    groupOf: (socket) => statSync(socket, { throwIfNoEntry: false })?.gid,
    key: () => randomBytes(32).toString('hex'),
  };
}
