/** A program of the tests in one file of JavaScript, as production runs: without what compiles on the way. */
import { rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'vite';
import { artifactsFolder } from '../../lab/report.ts';

export interface BuiltChild {
  /** Arguments of Node that start it. */
  readonly args: readonly string[];
  remove(): void;
}

export async function buildChild(source: string): Promise<BuiltChild> {
  const name = basename(source, '.ts');
  const outDir = join(artifactsFolder, `${name}-${process.pid}`);
  await build({
    configFile: false,
    logLevel: 'warn',
    build: { ssr: source, outDir, target: 'node20', emptyOutDir: true, minify: false },
  });
  return {
    args: [join(outDir, `${name}.js`)],
    remove: () => rmSync(outDir, { recursive: true, force: true }),
  };
}
