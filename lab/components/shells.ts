/** zsh and fish (Debian's, unpacked into the cache), or those that PATH has: what is completed is asked of the shells themselves. */

import { join } from 'node:path';
import { given, libraryPath, missingDebTools, unpackDebs } from './cache.ts';
import type { Program } from './redis.ts';

const packages = {
  zsh: ['zsh', 'zsh-common', 'libcap2', 'libtinfo6'],
  fish: ['fish', 'fish-common', 'libpcre2-32-0', 'libtinfo6', 'libstdc++6', 'libgcc-s1'],
} as const;
const paths = { zsh: 'bin/zsh', fish: 'usr/bin/fish' } as const;
export type Shell = keyof typeof packages;

/** What is missing to run this shell here, in one line; undefined when nothing is. */
export function missing(shell: Shell): string | undefined {
  if (given(shell.toUpperCase(), shell) !== undefined) return undefined;
  const tools = missingDebTools();
  return tools && `${shell}: ${tools}, or ${shell.toUpperCase()}=/path/to/${shell}`;
}

export async function shellProgram(shell: Shell): Promise<Program> {
  const own = given(shell.toUpperCase(), shell);
  if (own !== undefined) return { command: own, env: {} };
  const tree = await unpackDebs(shell, packages[shell]);
  return { command: join(tree, paths[shell]), env: { LD_LIBRARY_PATH: libraryPath(tree) }, tree };
}
