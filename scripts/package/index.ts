/**
 * `npm run package -- redact --out FOLDER`: one of our own packages as npm takes it. In this repository its entries are
 * the sources; in the package they are what the compiler made of them, so that plain Node reads it.
 */

import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { npm } from '../image/npm.ts';
import { root } from '../image/product.ts';

interface Manifest {
  readonly exports: Readonly<Record<string, string>>;
}

/** Packs `packages/NAME` into a folder, and gives the path of the archive. */
export async function packageOf(name: string, folder: string): Promise<string> {
  const own = join(root, 'packages', name);
  const stage = mkdtempSync(join(tmpdir(), 'aetherius-own-package-'));
  try {
    const write = (file: string, value: unknown) =>
      writeFileSync(join(stage, file), `${JSON.stringify(value, null, 2)}\n`);
    const settings = join(stage, 'tsconfig.json');
    write('tsconfig.json', {
      extends: join(root, 'tsconfig.json'),
      compilerOptions: {
        ...{ noEmit: false, incremental: false, tsBuildInfoFile: null, declaration: true },
        ...{
          rootDir: join(own, 'src'),
          outDir: join(stage, 'dist'),
          typeRoots: [join(root, 'node_modules/@types')],
        },
      },
      include: [join(own, 'src')],
    });
    execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', settings], {
      stdio: 'inherit',
    });
    rmSync(settings);
    const manifest = JSON.parse(readFileSync(join(own, 'package.json'), 'utf8')) as Manifest;
    const entries = Object.entries(manifest.exports).map(([entry, source]) => {
      const made = source.replace('./src/', './dist/').replace(/\.ts$/, '');
      return [entry, { types: `${made}.d.ts`, default: `${made}.js` }] as const;
    });
    write('package.json', { ...manifest, exports: Object.fromEntries(entries) });
    copyFileSync(join(own, 'README.md'), join(stage, 'README.md'));
    copyFileSync(join(root, 'LICENSE'), join(stage, 'LICENSE'));
    mkdirSync(folder, { recursive: true });
    const packed = await npm(['pack', '--silent', '--pack-destination', resolve(folder)], stage);
    return join(resolve(folder), packed.trim());
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}

if (process.argv[1] === import.meta.filename) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { out: { type: 'string', default: 'artifacts/packages' } },
  });
  if (positionals.length === 0) {
    console.error('Name a package: npm run package -- redact [--out FOLDER]');
    process.exitCode = 64;
  }
  for (const name of positionals) console.log(await packageOf(name, values.out));
}
