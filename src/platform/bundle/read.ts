import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Readable, Transform, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract, type Header } from 'tar-stream';
import { BundleManifest, bundleLimits, manifestPath } from '../../domain/bundle/manifest.ts';
import type { BundleFinding } from '../../domain/bundle/verdict.ts';
import { AppError } from '../../domain/kernel/errors.ts';

/** A file of an archive that may be unpacked, as it comes. */
interface Entry {
  /** Below the folder that everything is in. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** What keeps an archive from being read further. */
class Refused extends Error {
  readonly finding: BundleFinding;
  constructor(fault: BundleFinding['fault'], path?: string) {
    super(fault);
    this.name = 'Refused';
    this.finding = path === undefined ? { fault } : { fault, path };
  }
}

export interface BundleVerdict {
  readonly manifest?: BundleManifest;
  /** Files in the archive, without the manifest. */
  readonly files: number;
  readonly bytes: number;
  readonly findings: readonly BundleFinding[];
}

/** Where it is, or what it is. */
type BundleFile = string | Uint8Array;

const SLICE_BYTES = 64 * 1024;

function* slices(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += SLICE_BYTES) yield bytes.subarray(at, at + SLICE_BYTES);
}

type Limits = { readonly [K in keyof typeof bundleLimits]: number };
interface ReadOptions {
  readonly signal: AbortSignal;
  readonly limits?: Limits;
}

/**
 * Compares each file of a bundle with its manifest, without unpacking it to the disk. That a bundle was not made up, it
 * cannot say: a person who alters a file can alter the manifest too. AppError NOT_FOUND for a file that cannot be read.
 */
export async function verifyBundle(path: BundleFile, options: ReadOptions): Promise<BundleVerdict> {
  return verdictOf(await walk(path, options, () => undefined));
}

/** The same; each file, the manifest too, is given to the stream that `into` makes for it. */
export async function verifyBundleInto(
  path: BundleFile,
  options: ReadOptions,
  into: (path: string) => Writable,
): Promise<BundleVerdict> {
  return verdictOf(await walk(path, options, into));
}

/**
 * Unpacks a bundle into a new folder, after every file was seen to be as its manifest says: of one that is not, nothing
 * is left. AppError CONFLICT `folder-exists` where something is there already.
 */
export async function openBundle(path: string, folder: string, options: ReadOptions): Promise<BundleVerdict> {
  if (await exists(folder))
    throw new AppError('CONFLICT', 'the folder exists', { facts: { reason: 'folder-exists', folder } });
  const parent = dirname(folder);
  await mkdir(parent, { recursive: true });
  const made = await mkdtemp(join(parent, `.${basename(folder)}-`));
  try {
    const walked = await walk(path, options, async (name) => {
      const file = join(made, ...name.split('/'));
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      return createWriteStream(file, { flags: 'wx', mode: 0o600 });
    });
    const verdict = verdictOf(walked);
    if (verdict.findings.length > 0) return verdict;
    await rename(made, folder);
    return verdict;
  } finally {
    await rm(made, { recursive: true, force: true });
  }
}

/** Text of the files of a bundle whose path begins so, each after the one before it; all of them are bounded together. */
export async function readBundle(
  path: BundleFile,
  options: ReadOptions,
  wanted: (path: string) => boolean,
  take: (path: string, text: string) => void,
): Promise<BundleVerdict> {
  const { keptBytes } = options.limits ?? bundleLimits;
  let kept = 0;
  const walked = await walk(path, options, (name, size) => {
    if (!wanted(name)) return undefined;
    kept += size;
    if (kept > keptBytes) throw new Refused('too-large', name);
    const pieces: Buffer[] = [];
    return new Writable({
      write(chunk: Buffer, _encoding, done) {
        pieces.push(chunk);
        done();
      },
      final(done) {
        take(name, Buffer.concat(pieces).toString('utf8'));
        done();
      },
    });
  });
  return verdictOf(walked);
}

/** What a file's own headers and padding may take, and bytes on the way that belong to no file. */
const HEADER_BYTES = 4096;
const MOST_BETWEEN = 16 * 2 ** 20;

interface Walked {
  readonly manifest?: BundleManifest;
  readonly entries: readonly Entry[];
  readonly stopped?: BundleFinding;
}

async function walk(
  path: BundleFile,
  { signal, limits = bundleLimits }: ReadOptions,
  into: (path: string, bytes: number) => Writable | undefined | Promise<Writable | undefined>,
): Promise<Walked> {
  const entries: Entry[] = [];
  const names = new Set<string>();
  let total = 0;
  let folder: string | undefined;
  let manifest: BundleManifest | undefined;
  const archive = extract();
  const source = typeof path === 'string' ? createReadStream(path, { signal }) : Readable.from(slices(path));
  const gunzip = createGunzip();
  // What belongs to no file is bounded, too: an archive may end in empty blocks, and in any number of them.
  let passed = 0;
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      passed += chunk.length;
      const between = passed - total - names.size * HEADER_BYTES;
      done(between > MOST_BETWEEN ? new Refused('too-large') : null, chunk);
    },
  });
  const flowing = pipeline(source, gunzip, meter, archive);
  flowing.catch(() => undefined);
  try {
    for await (const entry of archive) {
      const name = safePath(entry.header);
      const [root, ...rest] = name.split('/');
      folder ??= root;
      const inside = rest.join('/');
      if (root !== folder || inside === '' || names.has(inside.toLowerCase()))
        throw new Refused('unsafe', name);
      names.add(inside.toLowerCase());
      if (names.size > limits.entries || (entry.header.size ?? 0) > limits.entryBytes)
        throw new Refused('too-large', inside);
      const text: Buffer[] = [];
      const hash = createHash('sha256');
      let bytes = 0;
      const out = await into(inside, entry.header.size ?? 0);
      for await (const chunk of entry as AsyncIterable<Buffer>) {
        bytes += chunk.length;
        total += chunk.length;
        if (bytes > limits.entryBytes || total > limits.totalBytes) {
          out?.destroy();
          throw new Refused('too-large', inside);
        }
        hash.update(chunk);
        if (inside === manifestPath) text.push(chunk);
        if (out !== undefined && !out.write(chunk)) await once(out, 'drain');
      }
      if (out !== undefined) {
        out.end();
        await once(out, 'close');
      }
      if (inside === manifestPath) manifest = manifestIn(Buffer.concat(text).toString('utf8'));
      else entries.push({ path: inside, bytes, sha256: hash.digest('hex') });
    }
    await flowing;
  } catch (thrown) {
    signal.throwIfAborted();
    // What ended the stream is told by the pipeline; the archive only says that it was ended.
    const told =
      thrown instanceof Refused
        ? thrown
        : await flowing.then(
            () => thrown,
            (error: unknown) => error,
          );
    const error = told ?? thrown;
    if (error instanceof Refused) return { entries, stopped: error.finding };
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'EACCES' || code === 'EISDIR')
      throw new AppError('NOT_FOUND', 'the bundle cannot be read', {
        facts: { reason: 'bundle-unreadable', path: String(path), code },
        cause: error,
      });
    // What a disk says about what is written is no word about the bundle.
    if (code !== undefined && !code.startsWith('Z_') && !code.startsWith('ERR_')) throw error;
    return { entries, stopped: { fault: entries.length === 0 ? 'no-bundle' : 'damaged' } };
  } finally {
    source.destroy();
    gunzip.destroy();
    archive.destroy();
  }
  return manifest === undefined ? { entries, stopped: { fault: 'no-bundle' } } : { manifest, entries };
}

function verdictOf({ manifest, entries, stopped }: Walked): BundleVerdict {
  const files = entries.length;
  const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
  if (stopped !== undefined || manifest === undefined)
    return { files, bytes, findings: [stopped ?? { fault: 'no-bundle' }] };
  const named = new Map(manifest.entries.map((entry) => [entry.path, entry]));
  const here = new Set(entries.map(({ path }) => path));
  const findings = [
    ...entries.flatMap(({ path, sha256, bytes: size }): BundleFinding[] => {
      const told = named.get(path);
      if (told?.sha256 === undefined) return [{ fault: 'extra', path }];
      return told.sha256 === sha256 && told.bytes === size ? [] : [{ fault: 'altered', path }];
    }),
    ...manifest.entries.flatMap(({ path, sha256 }): BundleFinding[] =>
      sha256 === undefined || here.has(path) ? [] : [{ fault: 'missing', path }],
    ),
  ];
  return { manifest, files, bytes, findings };
}

/** Files alone, each below the folder; a path that leads out of it is refused, not corrected. */
function safePath({ name, type }: Header): string {
  const steps = name.split('/');
  const leads = steps.some((step) => step === '' || step === '.' || step === '..' || step.length > 200);
  // Colons and backslashes mean something on some systems; no bundle of ours has them, or a control character.
  const strange = !/^[\w.,@+=~()[\] /-]+$/.test(name);
  if (type !== 'file' || leads || strange) throw new Refused('unsafe', name);
  return name;
}

function manifestIn(text: string): BundleManifest {
  try {
    return BundleManifest.parse(JSON.parse(text));
  } catch {
    throw new Refused('no-bundle', manifestPath);
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
