/** Where fetched and built things live (outside the checkout, reused), and how they get there once. */

import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { alive, must, run } from './process.ts';

export type Progress = (line: string) => void;
const silent: Progress = () => undefined;

/** Folder of everything built or downloaded: `$AETHERIUS_LAB_CACHE` or `${XDG_CACHE_HOME:-~/.cache}/aetherius-lab`. */
export function cacheDir(...parts: string[]): string {
  const own = process.env.AETHERIUS_LAB_CACHE;
  const base = own ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'aetherius-lab');
  return join(base, ...parts);
}

/** Folder of what running platforms write: `$AETHERIUS_LAB_STATE`, `/var/lib/aetherius-lab` for root, else under the temp folder. */
export function stateDir(...parts: string[]): string {
  const own = process.env.AETHERIUS_LAB_STATE;
  const root = process.getuid?.() === 0;
  const base =
    own ?? (root ? '/var/lib/aetherius-lab' : join(tmpdir(), `aetherius-lab-${process.getuid?.()}`));
  return join(base, ...parts);
}

/** Path of a program in PATH, or undefined. */
export function which(name: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  for (const folder of [...folders, '/usr/sbin', '/sbin']) {
    const file = join(folder, name);
    try {
      const stat = statSync(file);
      if (stat.isFile() && (stat.mode & 0o111) !== 0) return file;
    } catch {
      // not there
    }
  }
  return undefined;
}

/** A program: the one that the variable names, else the one in PATH, else undefined. */
export function given(variable: string, program?: string): string | undefined {
  const named = process.env[variable];
  if (named !== undefined && named !== '') {
    if (!existsSync(named)) throw new Error(`${variable} names ${named}, which does not exist`);
    return named;
  }
  return program === undefined ? undefined : which(program);
}

/**
 * Makes `target` once, safe against other processes that want it at the same time:
 * `make` fills a folder beside it that is renamed when complete.
 */
export async function once(
  target: string,
  make: (folder: string) => Promise<void>,
  progress: Progress = silent,
): Promise<string> {
  if (existsSync(target)) return target;
  const lock = `${target}.lock`;
  mkdirSync(join(target, '..'), { recursive: true });
  const release = await acquire(lock);
  try {
    if (existsSync(target)) return target;
    const started = Date.now();
    const folder = `${target}.part-${process.pid}`;
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    try {
      await make(folder);
      renameSync(folder, target);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
    progress(`made ${target} in ${((Date.now() - started) / 1000).toFixed(1)} s`);
    return target;
  } finally {
    release();
  }
}

/** Takes a lock file that holds our pid; a lock whose owner is dead is taken over. Waits up to an hour. */
export async function acquire(lock: string): Promise<() => void> {
  mkdirSync(join(lock, '..'), { recursive: true });
  for (let attempt = 0; attempt < 36_000; attempt += 1) {
    try {
      writeFileSync(lock, `${process.pid}`, { flag: 'wx' });
      return () => rmSync(lock, { force: true });
    } catch {
      const owner = await run('cat', [lock]);
      const pid = Number(owner.stdout.trim());
      if (owner.code === 0 && pid > 0 && !alive(pid)) {
        rmSync(lock, { force: true });
        continue;
      }
    }
    await delay(100);
  }
  throw new Error(`${lock} is held for more than an hour`);
}

/** The folder of shared libraries inside an unpacked Debian tree. */
export function libraryPath(tree: string): string {
  const triple = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
  return join(tree, 'usr/lib', triple);
}

/**
 * Debian packages unpacked (never installed) into `<cache>/<name>`; needs no root.
 * Versions are those of the machine's suite: a mirror keeps no older ones.
 */
export async function unpackDebs(name: string, packages: readonly string[], progress: Progress = silent) {
  const list = [...packages, 'merged /usr'].join('\n');
  const known = join(cacheDir(name), '.packages');
  // Another list than the one it was made from: made anew.
  if (existsSync(cacheDir(name)) && (!existsSync(known) || readFileSync(known, 'utf8') !== list))
    rmSync(cacheDir(name), { recursive: true, force: true });
  return once(
    cacheDir(name),
    async (folder) => {
      const down = join(folder, '.debs');
      mkdirSync(down);
      progress(`fetching ${packages.join(' ')}`);
      const get = () => run('apt-get', ['download', '-qq', ...packages], { cwd: down, seconds: 600 });
      let result = await get();
      if (result.code !== 0) {
        await must('apt-get', ['update', '-qq'], { seconds: 600 });
        result = await get();
      }
      if (result.code !== 0)
        throw new Error(`apt-get download ${packages.join(' ')}: ${result.stderr.trim()}`);
      for (const deb of readdirSync(down).filter((file) => file.endsWith('.deb'))) {
        await must('dpkg-deb', ['-x', join(down, deb), folder]);
      }
      rmSync(down, { recursive: true });
      // As on any Debian 12: one /usr, so that libraries of both places are in one folder.
      if (existsSync(join(folder, 'lib'))) {
        await must('cp', ['-a', `${join(folder, 'lib')}/.`, join(folder, 'usr/lib/')]);
        rmSync(join(folder, 'lib'), { recursive: true });
      }
      writeFileSync(join(folder, '.packages'), list);
    },
    progress,
  );
}

/** One line on what is not there to unpack Debian packages with. */
export function missingDebTools(): string | undefined {
  const absent = ['apt-get', 'dpkg-deb'].filter((tool) => which(tool) === undefined);
  return absent.length === 0 ? undefined : `needs ${absent.join(' and ')} (Debian) to fetch it`;
}
