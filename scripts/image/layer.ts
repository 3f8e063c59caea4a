/** A layer of an image: files as a compressed tar, the same bytes for the same files. */

import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { posix } from 'node:path';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { pack } from 'tar-stream';

/** What stands in a layer, by its path in the image: a file of this machine, a text, a link or an empty folder. */
export type Entry =
  | { readonly from: string }
  | { readonly text: string; readonly mode?: number }
  | { readonly link: string }
  | { readonly mode: number };

export interface Layer {
  /** Of the file as it stands in the archive. */
  readonly digest: string;
  readonly size: number;
  /** Of the tar inside, and how long that is. */
  readonly diffId: string;
  readonly unpacked: number;
}

/** Everything below a folder, as entries below `to`. */
export function filesBelow(folder: string, to: string): ReadonlyMap<string, Entry> {
  const found = new Map<string, Entry>();
  for (const one of readdirSync(folder, { withFileTypes: true })) {
    const from = `${folder}/${one.name}`;
    const at = posix.join(to, one.name);
    if (one.isSymbolicLink()) found.set(at, { link: readlinkSync(from) });
    else if (one.isFile()) found.set(at, { from });
    else if (one.isDirectory()) {
      found.set(at, { mode: lstatSync(from).mode & 0o1777 });
      for (const [path, entry] of filesBelow(from, at)) found.set(path, entry);
    } else throw new Error(`${from} is no file, folder or link`);
  }
  return found;
}

/** The folders on the way to each entry, and the entries, in the order of their names. */
function inOrder(entries: ReadonlyMap<string, Entry>): readonly (readonly [string, Entry])[] {
  const all = new Map<string, Entry>();
  for (const [path, entry] of entries) {
    const whole = path.replace(/^\/+/, '');
    for (let at = posix.dirname(whole); at !== '.' && !all.has(at); at = posix.dirname(at))
      all.set(at, { mode: 0o755 });
    all.set(whole, entry);
  }
  return [...all].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/**
 * Writes the layer. Owner, group and time are the same everywhere, and no file keeps more than its right to run: nothing
 * in an image runs with other rights than those of who calls it.
 */
export async function writeLayer(entries: ReadonlyMap<string, Entry>, path: string): Promise<Layer> {
  const tar = pack();
  const [inside, outside] = [createHash('sha256'), createHash('sha256')];
  let [unpacked, size] = [0, 0];
  const seen = new PassThrough();
  seen.on('data', (piece: Buffer) => {
    unpacked += piece.length;
    inside.update(piece);
  });
  const zipped = createGzip();
  zipped.on('data', (piece: Buffer) => {
    size += piece.length;
    outside.update(piece);
  });
  const written = pipeline(tar, seen, zipped, createWriteStream(path));
  const filled = (async () => {
    for (const [name, entry] of inOrder(entries)) await add(tar, name, entry);
    tar.finalize();
  })();
  await Promise.all([filled, written]);
  return {
    ...{ digest: outside.digest('hex'), size },
    ...{ diffId: inside.digest('hex'), unpacked },
  };
}

const owner = { uid: 0, gid: 0, uname: '', gname: '', mtime: new Date(0) };

async function add(tar: ReturnType<typeof pack>, name: string, entry: Entry): Promise<void> {
  if ('link' in entry) tar.entry({ ...owner, name, type: 'symlink', linkname: entry.link, mode: 0o777 });
  else if ('text' in entry) tar.entry({ ...owner, name, mode: entry.mode ?? 0o644 }, entry.text);
  else if ('from' in entry) {
    const { size, mode } = lstatSync(entry.from);
    const sink = tar.entry({ ...owner, name, size, mode: (mode & 0o100) === 0 ? 0o644 : 0o755 });
    await pipeline(createReadStream(entry.from), sink);
  } else tar.entry({ ...owner, name, type: 'directory', mode: entry.mode });
}
