import { createHash } from 'node:crypto';
import { type BigIntStats, constants } from 'node:fs';
import {
  access,
  type FileHandle,
  lstat,
  open,
  readdir,
  readFile,
  readlink,
  realpath,
  rename,
  rm,
} from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative } from 'node:path';
import type { CallOptions } from '../../../domain/kernel/call.ts';
import { AppError, TargetError } from '../../../domain/kernel/errors.ts';
import type { Facts } from '../../../domain/kernel/facts.ts';
import { present } from '../../../domain/kernel/present.ts';
import type {
  GivenFolder,
  HostFile,
  HostFilesTarget,
  TriedFolder,
  WorkTree,
} from '../../../domain/probe/targets/host-files.ts';
import { bounded, DeadlinePassed } from '../failure.ts';
import { largestFile } from './archive.ts';

const defaultMs = 5_000;
/** An index larger than this is of no folder of configuration. */
const mostIndexBytes = 32 << 20;

/** Files of the engine's host in these folders, over the mounts that the worker has of them. */
export function createHostFiles(folders: readonly GivenFolder[]): HostFilesTarget {
  const call = <T>(options: CallOptions, work: (signal: AbortSignal) => Promise<T>): Promise<T> =>
    bounded({ ...options, timeoutMs: options.timeoutMs ?? defaultMs }, work).catch((error: unknown) => {
      throw error instanceof DeadlinePassed
        ? new TargetError('no-answer', 'a file of the host did not answer')
        : error;
    });
  return {
    folders,
    tried: (options = {}) => call(options, () => Promise.all(folders.map(tried))),
    read: (path, options = {}) => call(options, async () => (await look(folders, path)).file),
    replace: (path, text, version, options = {}) =>
      call(options, async (signal) => replace(await look(folders, path), text, version, signal)),
    workTree: (path, options = {}) => call(options, async () => workTreeOf(await look(folders, path))),
  };
}

async function tried(given: GivenFolder): Promise<TriedFolder> {
  try {
    const entries = await readdir(given.worker, { withFileTypes: true });
    const below = entries.filter((one) => one.isDirectory()).map(({ name }) => name);
    const holders = [...(entries.some((one) => one.isFile()) ? [''] : []), ...below];
    const found = await Promise.all(
      holders.map(async (name) =>
        (await mayWrite(join(given.worker, name))) ? [] : [join(given.host, name)],
      ),
    );
    return { ...given, unwritable: found.flat() };
  } catch (error) {
    return { ...given, unread: codeOf(error), unwritable: [] };
  }
}

export const mayWrite = (folder: string): Promise<boolean> =>
  access(folder, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );

interface Seen {
  /** As the host calls it. */
  readonly path: string;
  /** Where this process has it, with no link on the way. */
  readonly real: string;
  readonly given: GivenFolder;
  /** The given folder, with no link on the way. */
  readonly root: string;
  readonly bytes: Buffer;
  readonly stat: BigIntStats;
  readonly file: HostFile;
}

export const refused = (reason: string, facts: Facts) =>
  new AppError('CONFLICT', `no such file for us: ${reason}`, { facts: { ...facts, reason } });

export const isWithin = (folder: string, path: string) => {
  const way = relative(folder, path);
  return way !== '' && !isAbsolute(way) && way.split('/')[0] !== '..';
};

/** The given folder that a path of the host lies in: the innermost, where one lies in another. */
export function folderOf(folders: readonly GivenFolder[], path: string): GivenFolder {
  const [given] = folders
    .filter(({ host }) => isWithin(host, path))
    .toSorted((a, b) => b.host.length - a.host.length);
  if (given === undefined) throw refused('file-not-given', { file: path });
  return given;
}

async function look(folders: readonly GivenFolder[], path: string): Promise<Seen> {
  const given = folderOf(folders, path);
  const facts = { file: path };
  try {
    const root = await realpath(given.worker);
    const real = await realpath(join(root, relative(given.host, path)));
    if (!isWithin(root, real)) throw refused('file-outside', facts);
    // A pipe would wait for a writer, and a link that came since would be followed.
    const handle = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      // A folder on the way may have become a link since: what is open says itself where it is.
      const opened = await readlink(`/proc/self/fd/${handle.fd}`).catch(() => real);
      if (opened !== real) throw refused('file-outside', facts);
      const { stat, bytes } = await contentOf(handle, facts);
      const unwritable = await whyNot(real, stat);
      const file: HostFile = {
        text: textOf(bytes, facts),
        version: versionOf(stat),
        bytes: bytes.length,
        writtenAt: writtenAt(stat),
        ...present({ unwritable }),
      };
      return { path, real, given, root, bytes, stat, file };
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw refused('file-unread', { ...facts, why: codeOf(error) });
  }
}

/** One state of the file, and what stands in it in that very state. */
async function contentOf(handle: FileHandle, facts: Facts) {
  const stat = await handle.stat({ bigint: true });
  if (!stat.isFile()) throw refused('file-not-regular', facts);
  // Another name of the same file would keep the former text.
  if (stat.nlink !== 1n) throw refused('file-linked', { ...facts, names: Number(stat.nlink) });
  if (stat.size > BigInt(largestFile))
    throw refused('file-too-large', { ...facts, bytes: Number(stat.size) });
  const bytes = await handle.readFile();
  if (versionOf(await handle.stat({ bigint: true })) !== versionOf(stat))
    throw refused('file-unread', { ...facts, why: 'EBUSY' });
  return { stat, bytes };
}

function textOf(bytes: Buffer, facts: Facts): string {
  try {
    // A byte order mark is part of the text: it has to be there again.
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    if (!text.includes('\0')) return text;
  } catch {
    // No text, as below.
  }
  throw refused('file-not-text', facts);
}

const versionOf = ({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string =>
  [dev, ino, size, mtimeNs, ctimeNs].map(String).join('-');

/** A file that took the place of another one has a new change time, and that time cannot be set. */
const writtenAt = ({ ctimeMs }: BigIntStats): string => new Date(Number(ctimeMs)).toISOString();

/** Asked before there is a button; the file system has the last word. */
export async function whyNot(
  real: string,
  { uid, gid }: Pick<BigIntStats, 'uid' | 'gid'>,
): Promise<HostFile['unwritable']> {
  if (!(await mayWrite(dirname(real)))) return 'folder';
  const [own, groups] = [
    process.geteuid?.() ?? 0,
    [process.getegid?.() ?? 0, ...(process.getgroups?.() ?? [])],
  ];
  return own === 0 || (BigInt(own) === uid && groups.some((one) => BigInt(one) === gid))
    ? undefined
    : 'owner';
}

/** Its name is the same each time: what a process that died has left is found and taken away. */
const besides = (real: string) => join(dirname(real), `.${basename(real)}.aetherius-new`);

async function replace({ real, path, stat }: Seen, text: string, version: string, signal: AbortSignal) {
  const temporary = besides(real);
  try {
    await rm(temporary, { force: true });
    const handle = await open(
      temporary,
      constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
      0o600,
    );
    try {
      await handle.writeFile(text);
      const made = await handle.stat({ bigint: true });
      if (made.uid !== stat.uid || made.gid !== stat.gid)
        await handle.chown(Number(stat.uid), Number(stat.gid));
      await handle.chmod(Number(stat.mode) & 0o7777);
      await handle.sync();
    } finally {
      await handle.close();
    }
    mustBe(version, versionOf(await lstat(real, { bigint: true })), path);
    signal.throwIfAborted();
    await rename(temporary, real);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error instanceof AppError || signal.aborted ? error : notWritten(path, error);
  }
  await synced(dirname(real));
}

function mustBe(expected: string, observed: string, path: string): void {
  if (expected === observed) return;
  throw new AppError('CONFLICT', 'the file changed since it was looked at', {
    facts: { reason: 'stale', differing: 'version', file: path },
  });
}

export const codeOf = (error: unknown): string => String((error as NodeJS.ErrnoException).code ?? 'failed');
export const forbidden: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'EROFS']);

/** The former file is untouched then. */
function notWritten(path: string, error: unknown): TargetError {
  const code = codeOf(error);
  return new TargetError(forbidden.has(code) ? 'forbidden' : 'protocol', 'a file cannot be written', {
    facts: { file: path, code },
  });
}

/** So that the new name outlives a power cut; without it everything else is done. */
export async function synced(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY).catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

async function workTreeOf({ real, root, given, bytes }: Seen): Promise<WorkTree | undefined> {
  // Above the mount is the worker's own file system, unless it runs on the host itself.
  const top = given.host === given.worker && root === given.worker ? '/' : root;
  for (let folder = dirname(real); ; folder = dirname(folder)) {
    const git = await lstat(join(folder, '.git')).catch(() => undefined);
    if (git !== undefined) {
      const held = await heldIn(folder, git.isDirectory(), relative(folder, real), bytes);
      return held === undefined
        ? undefined
        : { folder: join(given.host, relative(root, folder)), same: held };
    }
    if (folder === top || folder === '/') return undefined;
  }
}

/**
 * Whether its index has the file as it is now; undefined: the index does not hold it at all. No program of Git is run:
 * a person who may write there could have it run anything. Source: Git, "index-format".
 */
async function heldIn(
  folder: string,
  whole: boolean,
  way: string,
  bytes: Buffer,
): Promise<boolean | undefined> {
  const path = join(folder, '.git', 'index');
  // Of a tree whose index lies elsewhere, or cannot be read, nothing more is known.
  const index = !whole
    ? undefined
    : await lstat(path).then(
        ({ size }) => (size > mostIndexBytes ? undefined : readFile(path)),
        () => undefined,
      );
  if (index?.toString('latin1', 0, 4) !== 'DIRC') return false;
  const blob = createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest();
  if (index.includes(blob)) return true;
  // From version 4 on a path is written by what it has not in common with the one before.
  const isPlain = index.readUInt32BE(4) < 4;
  return isPlain && !index.includes(`${way}\0`) ? undefined : false;
}
