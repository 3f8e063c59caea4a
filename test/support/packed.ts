/** One of our own packages as a stranger has it: packed, unpacked, and nothing of this repository around it. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packageOf } from '../../scripts/package/index.ts';
import { root } from '../repo/files.ts';

interface Packed {
  readonly exports: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly dependencies: Readonly<Record<string, string>>;
}

/** Installs it below `folder`, with links to the packages that it names, and gives its manifest. */
export async function installPacked(name: string, folder: string): Promise<Packed> {
  const archive = await packageOf(name, folder);
  const modules = join(folder, 'node_modules');
  const installed = join(modules, '@aetherius', name);
  mkdirSync(installed, { recursive: true });
  execFileSync('tar', ['-xzf', archive, '-C', installed, '--strip-components=1']);
  const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as Packed;
  for (const one of Object.keys(manifest.dependencies)) {
    mkdirSync(dirname(join(modules, one)), { recursive: true });
    symlinkSync(join(root, 'node_modules', one), join(modules, one));
  }
  return manifest;
}

/** Entries of a packed manifest that a reader without a compiler cannot open. */
export const sourcesNamed = ({ exports }: Packed): readonly string[] =>
  Object.values(exports)
    .flatMap((entry) => Object.values(entry))
    .filter((path) => path.includes('src/') || /(?<!\.d)\.ts$/.test(path));

/** What plain Node prints of a program in this folder. */
export const ranPlainly = (folder: string, file: string): string =>
  execFileSync(process.execPath, [file], { cwd: folder, encoding: 'utf8' });
