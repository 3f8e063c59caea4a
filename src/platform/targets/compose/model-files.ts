import { createHash, randomBytes } from 'node:crypto';
import { type BigIntStats, constants } from 'node:fs';
import { type FileHandle, link, lstat, open, readdir, realpath, rename, rm, statfs } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { CallOptions } from '../../../domain/kernel/call.ts';
import { AppError, TargetError } from '../../../domain/kernel/errors.ts';
import { present } from '../../../domain/kernel/present.ts';
import type { GivenFolder } from '../../../domain/probe/targets/host-files.ts';
import type {
  Fetched,
  ModelOffer,
  ModelSource,
  ModelState,
  ModelTarget,
} from '../../../domain/probe/targets/model.ts';
import { FileNotGiven, fileAt, sizeAt } from '../download.ts';
import { bounded, DeadlinePassed } from '../failure.ts';
import { codeOf, folderOf, forbidden, isWithin, mayWrite, refused, synced, whyNot } from './host-files.ts';

/** Largest model that is fetched. The whole file is read again at each look at another state of it. */
const mostBytes = 2 * 1024 ** 3;
/** Left free beside it. */
const spareBytes = 64 * 1024 ** 2;

/** Milliseconds. */
export interface FetchTimes {
  /** Within which something has to come. */
  readonly silentMs: number;
  /** For the whole of it. */
  readonly mostMs: number;
  /** Before a broken connection is made again. */
  readonly pauseMs: number;
}
const usualTimes: FetchTimes = { silentMs: 15_000, mostMs: 3_600_000, pauseMs: 1_000 };
/** Broken connections that bring nothing, one after the other; each fetch goes on from where it broke. */
const mostBreaks = 3;
/** Milliseconds between two words on how far it is. */
const saidEveryMs = 1_000;

/** The model as it is named, where others fetch it. */
export function createModelOffer(source: ModelSource, times: FetchTimes = usualTimes): ModelOffer {
  const { call: _, ...offer } = offerOf(source, times);
  return offer;
}

function offerOf(source: ModelSource, { silentMs }: FetchTimes) {
  const call = <T>({ signal, timeoutMs = 30_000 }: CallOptions, work: (signal: AbortSignal) => Promise<T>) =>
    bounded({ timeoutMs, ...present({ signal }) }, work).catch((error: unknown) => {
      throw error instanceof DeadlinePassed
        ? new TargetError('no-answer', 'a file of the host did not answer')
        : error;
    });
  const offered: ModelOffer['offered'] = (options = {}) =>
    call(options, async (signal) => {
      const bytes = await sizeAt({ url: source.url, signal, silentMs: Math.min(silentMs, 5_000) }).catch(
        (error: unknown) => {
          throw error instanceof FileNotGiven ? refused(error.why, { ...error.facts }) : error;
        },
      );
      if (bytes > mostBytes) throw refused('model-too-large', { bytes, most: mostBytes });
      return bytes;
    });
  return { source, offered, call };
}

/** The model as it is named, and its place in these folders of the engine's host. */
export function createModelTarget(
  source: ModelSource,
  folders: readonly GivenFolder[],
  times: FetchTimes = usualTimes,
): ModelTarget {
  const { call, ...offer } = offerOf(source, times);
  return {
    ...offer,
    look: (path, options = {}) =>
      call(options, async () => {
        const place = await placeOf(folders, path);
        const { folder, real } = place;
        const stat = await place.stat();
        const { bavail, bsize } = await statfs(folder);
        const held = await lstat(folder, { bigint: true });
        const unwritable =
          stat === undefined
            ? (await mayWrite(folder))
              ? undefined
              : ('folder' as const)
            : await whyNot(real, stat);
        return {
          ...(stat === undefined
            ? {}
            : { file: { ...stateOf(stat), placedAt: new Date(Number(stat.ctimeMs)).toISOString() } }),
          folder: { modifiedNs: String(held.mtimeNs) },
          freeBytes: Math.max(0, bavail * bsize - spareBytes),
          ...present({ unwritable }),
        };
      }),
    isThere: (path, options = {}) =>
      call(options, async (signal) => {
        const place = await placeOf(folders, path);
        return (
          (await place.stat()) !== undefined && (await digestOf(place.real, path, signal)) === source.sha256
        );
      }),
    kept: (path, fix, options = {}) =>
      call(options, async () => {
        const { folder, name } = await placeOf(folders, path);
        const stat = await statOf(join(folder, keptName(name, fix)), path);
        return stat === undefined ? undefined : stateOf(stat);
      }),
    fetch: async (path, wanted, options) =>
      fetchInto(await placeOf(folders, path), path, source, wanted, options, times),
    putBack: (path, fix, is, options = {}) =>
      call(options, async (signal) => {
        const place = await placeOf(folders, path);
        const kept = join(place.folder, keptName(place.name, fix));
        mustBe(is, (await place.state()) ?? 'none', path);
        signal.throwIfAborted();
        await rename(kept, place.real).catch((error: unknown) => {
          throw notWritten(error);
        });
        await synced(place.folder);
      }),
  };
}

interface Place {
  /** Where this process has its folder, with no link on the way. */
  readonly folder: string;
  readonly name: string;
  readonly real: string;
  /** Undefined: nothing is there. AppError CONFLICT where it is no plain file. */
  stat(): Promise<BigIntStats | undefined>;
  state(): Promise<string | undefined>;
}

async function placeOf(folders: readonly GivenFolder[], path: string): Promise<Place> {
  const given = folderOf(folders, path);
  try {
    const root = await realpath(given.worker);
    const folder = await realpath(dirname(join(root, relative(given.host, path))));
    if (folder !== root && !isWithin(root, folder)) throw refused('file-outside', { file: path });
    const name = basename(path);
    const real = join(folder, name);
    const stat = () => statOf(real, path);
    const state = async () => {
      const found = await stat();
      return found === undefined ? undefined : stateOf(found).state;
    };
    return { folder, name, real, stat, state };
  } catch (error) {
    throw error instanceof AppError ? error : refused('file-unread', { file: path, why: codeOf(error) });
  }
}

async function statOf(real: string, path: string): Promise<BigIntStats | undefined> {
  try {
    const stat = await lstat(real, { bigint: true });
    // A link would be renamed over, and what it leads to would stay.
    if (!stat.isFile()) throw refused('file-not-regular', { file: path });
    return stat;
  } catch (error) {
    if (error instanceof AppError) throw error;
    if (codeOf(error) === 'ENOENT') return undefined;
    throw refused('file-unread', { file: path, why: codeOf(error) });
  }
}

/** Not by its change time: keeping it under a second name changes that. */
const stateOf = ({ dev, ino, size, mtimeNs }: BigIntStats): ModelState => ({
  state: [dev, ino, size, mtimeNs].map(String).join('-'),
  bytes: Number(size),
  modifiedNs: String(mtimeNs),
});

/** Digests by the state that was read, with the change time in it, since that time cannot be set. */
const digests = new Map<string, string>();
const mostDigests = 32;

async function digestOf(real: string, path: string, signal: AbortSignal): Promise<string> {
  const handle = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    (error: unknown) => {
      throw refused('file-unread', { file: path, why: codeOf(error) });
    },
  );
  try {
    const stat = await handle.stat({ bigint: true });
    if (stat.size > BigInt(mostBytes)) return 'too-large';
    const key = `${stateOf(stat).state}-${stat.ctimeNs}`;
    const known = digests.get(key);
    if (known !== undefined) return known;
    const hash = createHash('sha256');
    for await (const piece of handle.createReadStream({ autoClose: false, signal, highWaterMark: 1 << 20 }))
      hash.update(piece as Buffer);
    const digest = hash.digest('hex');
    const oldest = digests.keys().next().value;
    if (digests.size >= mostDigests && oldest !== undefined) digests.delete(oldest);
    digests.set(key, digest);
    return digest;
  } finally {
    await handle.close();
  }
}

const mark = (name: string) => `.${name}.aetherius-`;
const keptName = (name: string, fix: string) => `${mark(name)}${fix}.before`;

function mustBe(expected: string, observed: string, path: string): void {
  if (expected === observed) return;
  throw new AppError('CONFLICT', 'the model changed since it was looked at', {
    facts: { reason: 'stale', differing: 'state', file: path },
  });
}

/** The former file is untouched then. */
function notWritten(error: unknown): unknown {
  if (error instanceof AppError) return error;
  const code = codeOf(error);
  const full = code === 'ENOSPC' || code === 'EDQUOT';
  return new TargetError(forbidden.has(code) ? 'forbidden' : 'protocol', 'the model cannot be written', {
    facts: { code, gaveUp: full ? 'model-no-room' : 'model-unwritten' },
  });
}

interface Wanted {
  readonly fix: string;
  readonly bytes: number;
  readonly was: string | undefined;
}

async function fetchInto(
  place: Place,
  path: string,
  source: ModelSource,
  { fix, bytes, was }: Wanted,
  { signal, fetched }: { readonly signal: AbortSignal; readonly fetched: Fetched },
  times: FetchTimes,
): Promise<void> {
  const { folder, name, real } = place;
  // A name of this attempt alone: what a worker that is not the one any more still writes, or renames, is not ours.
  const temporary = join(folder, `${mark(name)}${fix}-${randomBytes(6).toString('hex')}.new`);
  try {
    await removeLeftBehind(folder, name);
    const handle = await open(
      temporary,
      constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
      0o600,
    );
    try {
      const digest = await write(handle, source.url, bytes, fetched, signal, times);
      if (digest !== source.sha256)
        throw new TargetError('protocol', 'the file has another checksum', {
          facts: { gaveUp: 'model-other-checksum' },
        });
      const [stat, made] = [await place.stat(), await handle.stat({ bigint: true })];
      if (stat !== undefined && (made.uid !== stat.uid || made.gid !== stat.gid))
        await handle.chown(Number(stat.uid), Number(stat.gid));
      await handle.chmod(stat === undefined ? 0o644 : Number(stat.mode) & 0o7777);
      await handle.sync();
    } finally {
      await handle.close();
    }
    mustBe(was ?? 'none', (await place.state()) ?? 'none', path);
    signal.throwIfAborted();
    if (was !== undefined) await keep(place, keptName(name, fix), was, path);
    await rename(temporary, real);
  } catch (error) {
    // No other process uses this file, so it is deleted in any case.
    await rm(temporary, { force: true }).catch(() => undefined);
    if (error instanceof AppError || signal.aborted) throw error;
    throw isFileError(error) ? notWritten(error) : error;
  }
  await synced(folder);
}

/** What the words on how far it is throw passes through as it is. */
const isFileError = (error: unknown): boolean =>
  error instanceof Error && typeof (error as NodeJS.ErrnoException).syscall === 'string';

/** Of attempts that were never ended: nothing goes on with them. */
async function removeLeftBehind(folder: string, name: string): Promise<void> {
  const left = (await readdir(folder)).filter((one) => one.startsWith(mark(name)) && one.endsWith('.new'));
  for (const one of left) await rm(join(folder, one), { force: true });
}

/** A second name for the file that is there, which outlives the rename. One that a crash has left is the same file. */
async function keep({ folder, real }: Place, kept: string, was: string, path: string): Promise<void> {
  const there = join(folder, kept);
  try {
    await link(real, there);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    const stat = await statOf(there, path);
    mustBe(was, stat === undefined ? 'none' : stateOf(stat).state, path);
  }
}

/** Writes so many bytes from the address, over broken connections too, and gives their digest. */
async function write(
  handle: FileHandle,
  url: string,
  total: number,
  fetched: Fetched,
  signal: AbortSignal,
  { silentMs, mostMs, pauseMs }: FetchTimes,
): Promise<string> {
  const began = performance.now();
  let said = began;
  let done = 0;
  let hash = createHash('sha256');
  const tell = async () => {
    said = performance.now();
    if (said - began > mostMs) throw new FileNotGiven('model-too-slow');
    await fetched(done);
  };
  for (let breaks = 0, before = 0; ; breaks += 1) {
    try {
      const { from, pieces } = await fileAt({ url, signal, silentMs, from: done, total });
      if (from < done) {
        hash = createHash('sha256');
        done = from;
        await handle.truncate(0);
      }
      for await (const piece of pieces) {
        signal.throwIfAborted();
        // A server that says how much it gives may give more.
        if (done + piece.length > total) throw new FileNotGiven('model-other-size');
        await writeWhole(handle, piece, done);
        hash.update(piece);
        done += piece.length;
        if (performance.now() - said >= saidEveryMs) await tell();
      }
      if (done === total) return hash.digest('hex');
      throw new FileNotGiven('model-other-size');
    } catch (error) {
      if (done > before) breaks = 0;
      before = done;
      if (!(error instanceof FileNotGiven && error.passing) || breaks >= mostBreaks) throw error;
      // The time of the step is as long again for the next connection.
      await tell();
      await delay(pauseMs, undefined, { signal });
    }
  }
}

async function writeWhole(handle: FileHandle, piece: Buffer, position: number): Promise<void> {
  for (let at = 0; at < piece.length; ) {
    const { bytesWritten } = await handle.write(piece, at, piece.length - at, position + at);
    at += bytesWritten;
  }
}
